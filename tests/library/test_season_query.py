"""Seasons gathered from a library of simulated sessions."""

import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retropace.analysis.duplicates import Candidate, find_duplicates
from retropace.annotations import Annotation
from retropace.core.activity import Activity
from retropace.core.segments import DIRECTIONS
from retropace.library import ActivityFilter, Library
from retropace.library.queries import link_duplicates, mark_visible_duplicates
from retropace.library.season_query import (
    QUERIES,
    build_selection,
    count_by_runner,
    count_undated,
    read_season,
)
from retropace.season.json_document import progress_document
from retropace.season.progress import build_progress
from retropace.season.runs import BACKWARD, find_longest_backward
from tests.support.seasons import fill_library, simulate_sessions

Made = list[tuple[Activity, list[Annotation]]]


@pytest.fixture(scope="module")
def made() -> Made:
    return simulate_sessions(3, count=24, weeks=10.0)


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, made: Made
) -> tuple[Path, list[dict[str, Any]], list[dict[str, Any]]]:
    """A library of Anna's sessions, and of Ben's, who ran beside her, each with a watch of his own."""
    path = tmp_path_factory.mktemp("two") / "library.sqlite"
    return path, fill_library(path, made, "anna"), fill_library(path, made[:9], "ben")


def test_weekly_sums_are_those_of_the_sessions_documents_exactly(two: Any) -> None:
    path, documents, _ = two
    with Library(path) as library:
        found = build_progress(read_season(library, "anna"), per="week", today=date(2025, 4, 1), zone=UTC)
    by_id = {one["source"]["sha256"][:12]: one for one in documents}
    assert len(by_id) == 1  # made of one seed: ids are told apart below by when they began
    started = {one["activity"]["start_time"]: one for one in documents}
    document = progress_document(found, "anna", str)
    assert sum(len(period["activities"]) for period in document["periods"]) == len(documents)
    for period, told in zip(found.periods, document["periods"], strict=True):
        own = [
            one
            for start, one in started.items()
            if period.first <= datetime.fromisoformat(start).astimezone(UTC).date() < period.end
        ]
        assert len(own) == len(period.rows)
        for direction in DIRECTIONS:
            for name in ("distance_m", "moving_s", "elapsed_s", "annotated_m", "suspected_m", "energy_low_kcal_per_kg"):
                values = [one["directions"][direction][name] for one in own]
                assert told[direction][name] == math.fsum(value for value in values if value is not None)
        whole = [one["directions"][direction]["distance_m"] for one in own for direction in DIRECTIONS]
        assert told["all"]["distance_m"] == math.fsum(value for value in whole if value is not None)


def test_two_runners_are_kept_apart_in_everything(two: Any) -> None:
    path, anna, ben = two
    with Library(path) as library:
        assert count_by_runner(library) == [("anna", 24), ("ben", 9)]
        seasons = {name: read_season(library, name) for name in ("anna", "ben", "nobody", None)}
        mark_visible_duplicates(library, ActivityFilter())
        assert library.db.execute("SELECT count(*) FROM temp.duplicates").fetchone() == (0,)
    assert [len(one) for one in seasons.values()] == [24, 9, 0, 0]
    for name, documents in (("anna", anna), ("ben", ben)):
        metres = [one["directions"]["backward"]["distance_m"] for one in documents]
        assert sorted(seasons[name].distance_m[:, BACKWARD].tolist()) == sorted(metres)
        assert all(f"/runs/{name}/" in file for file in seasons[name].files)
        assert len(seasons[name].stretches) == sum(
            one["direction"] in ("forward", "backward") for document in documents for one in document["segments"]
        )
        assert {one.row for one in seasons[name].bests} <= set(range(len(documents)))


def test_the_same_run_of_two_runners_is_no_duplicate_and_of_one_it_is() -> None:
    one = Candidate(1, "a", 0.0, 600.0, 2000.0, 140.0, 165.0, 0.0, 5, 1, 600, "fit", "anna")
    rows = [one, Candidate(2, "b", 0.0, 600.0, 2000.0, 140.0, 165.0, 0.0, 4, 1, 600, "gpx", "ben")]
    assert list(find_duplicates(rows)) == []
    rows[1] = Candidate(2, "b", 0.0, 600.0, 2000.0, 140.0, 165.0, 0.0, 4, 1, 600, "gpx", "anna")
    assert list(find_duplicates(rows)) == [(2, 1)]


def test_only_what_lies_between_two_moments(two: Any) -> None:
    path, documents, _ = two
    starts = sorted(one["activity"]["start_time"] for one in documents)
    since, before = datetime.fromisoformat(starts[5]), datetime.fromisoformat(starts[20])
    with Library(path) as library:
        found = read_season(library, "anna", since, before)
    assert [one.isoformat() for one in found.start_times] == [
        datetime.fromisoformat(one).isoformat() for one in starts[5:20]
    ]


def test_what_is_there_twice_or_has_no_date_counts_once_or_in_no_week(tmp_path: Path, made: Made) -> None:
    path = tmp_path / "library.sqlite"
    fill_library(path, made[:4])
    with Library(path) as library:
        assert (count_by_runner(library), count_undated(library, None)) == ([(None, 4)], 0)
        keys = [key for (key,) in library.db.execute("SELECT key FROM activities ORDER BY start_time")]
        library.db.execute("UPDATE activities SET start_time = NULL WHERE key = ?", (keys[0],))
        library.db.execute("UPDATE activities SET duplicate_of = ? WHERE key = ?", (keys[1], keys[2]))
        assert count_undated(library, None) == 1
        assert len(read_season(library, None)) == 2
        link_duplicates(library)  # finds that it is none
        assert len(read_season(library, None)) == 3


def test_the_activities_of_a_runner_are_found_along_an_index(two: Any) -> None:
    with Library(two[0]) as library:
        read_season(library, "anna")  # makes the table that the statement fills
        statement, values = build_selection("anna", datetime(2025, 2, 1, tzinfo=UTC))
        plan = " ".join(row[3] for row in library.db.execute(f"EXPLAIN QUERY PLAN {statement}", values))
        assert "USING INDEX activities_runner (runner=? AND start_time>? AND start_time<?)" in plan
        for name, question in QUERIES.items():
            steps = [row[3] for row in library.db.execute(f"EXPLAIN QUERY PLAN {question}")]
            assert [step for step in steps if step.startswith("SCAN")] in ([], ["SCAN temp.chosen"]), name
            assert any(step.startswith("SEARCH") for step in steps), name


@pytest.mark.parametrize(
    ("segments", "longest"),
    [
        ([], (0.0, 0.0, 0.0)),
        ([("forward", 0.0, 10.0, 30.0)], (0.0, 0.0, 0.0)),
        ([("backward", 5.0, 10.0, 8.0), ("backward", 10.0, 20.0, 20.0)], (15.0, 28.0, 5.0)),
        (
            [("backward", 0.0, 10.0, 8.0), ("forward", 10.0, 20.0, 20.0), ("backward", 20.0, 29.0, 18.0)],
            (10.0, 8.0, 0.0),
        ),
    ],
)
def test_the_longest_unbroken_backward_stretch(
    segments: list[tuple[str, float, float, float]], longest: tuple[float, float, float]
) -> None:
    assert find_longest_backward(iter(segments)) == longest


@pytest.mark.slow
def test_the_bounds_of_a_trend_hold_what_was_built_in(tmp_path: Path) -> None:
    """Twelve small libraries; ``python -m tests.benchmarks.seasons`` does it with a hundred large ones."""
    held = 0
    for seed in range(12):
        built_in = (-0.1, 0.0, 0.1, 0.3)[seed % 4]
        path = tmp_path / f"{seed}.sqlite"
        fill_library(path, simulate_sessions(seed, count=30, weeks=20.0, improvement=built_in))
        with Library(path) as library:
            found = build_progress(read_season(library, None), per="week", today=date(2025, 6, 1), zone=UTC).trend
        assert found is not None
        held += found.low_per_week <= built_in / 20.0 <= found.high_per_week
    assert held >= 10
