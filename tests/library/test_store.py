"""The library's file: its schema, what is kept and given back, several who write at once."""

import multiprocessing
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.analysis.pipeline import analyze
from retropace.core.errors import RetropaceError
from retropace.library import ActivityFilter, Input, Library
from retropace.library.batch.process_file import to_stored
from retropace.library.migrations import APPLICATION_ID, MIGRATIONS, read_schema_version
from retropace.library.queries import count_outcomes, find_activities, mark_visible_duplicates
from retropace.library.rows import read_document
from retropace.library.store import Failure, StoredRecording
from retropace.readers import read_all
from tests.support.paths import ROOT
from tests.support.recordings import runs


def recording(number: int = 0, *, context_digest: str = "") -> StoredRecording:
    (activity,) = read_all(f"{number}.fit", data=runs(number + 1, seconds=200)[number].fit())
    analysis = analyze(activity)
    made: Any = (to_stored(analysis),)
    return StoredRecording(activity.source.sha256, context_digest, 1000 + number, made)


def build_input(place: str, found: StoredRecording, settings: str = "s") -> Input:
    return Input(place, f"stamp of {place}", settings, "analysed", recording=found)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    opened = Library(tmp_path / "library.sqlite")
    opened.describe_settings("s", "settings")
    return opened


def count(library: Library, table: str) -> int:
    return int(library.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_every_document_comes_back_to_the_bit(library: Library) -> None:
    for path in sorted((ROOT / "samples").glob("*.[fg][ip][tx]")):
        for activity in read_all(path):
            analysis = analyze(activity)
            found = StoredRecording(activity.source.sha256, "", 1, (to_stored(analysis),))
            library.save(build_input(str(path), found))
            key = library.db.execute("SELECT max(key) FROM activities").fetchone()[0]
            assert read_document(library, key, str(path)) == analysis.to_dict()


def test_a_place_that_changes_leaves_nothing_behind(library: Library) -> None:
    library.save(build_input("a", recording(0)))
    library.save(build_input("b", recording(0)))
    assert (count(library, "activities"), count(library, "inputs")) == (1, 2)
    library.save(build_input("a", recording(1)))
    assert count(library, "activities") == 2  # b still leads to the first
    library.save(build_input("b", recording(1)))
    for table in ("activities", "recordings"):
        assert count(library, table) == 1
    assert count(library, "directions") == 4
    library.forget(["a", "b"])
    for table in ("activities", "recordings", "segments", "directions", "annotations", "bests", "inputs", "failures"):
        assert count(library, table) == 0


def test_one_transaction_for_each_activity(library: Library) -> None:
    """What breaks half-way leaves nothing of the activity, and all that was there before."""
    library.save(build_input("a", recording(0)))
    broken = recording(1)
    broken.sessions[0].document["segments"][-1]["direction"] = None  # NOT NULL: fails after activity and first segments
    with pytest.raises(RetropaceError):
        library.save(build_input("a", broken))
    assert (count(library, "activities"), count(library, "recordings")) == (1, 1)
    known = library.find_input("a")
    assert known is not None
    assert known.fingerprint == "stamp of a"


def test_failures_go_when_they_are_mended(library: Library) -> None:
    failure = Failure("not readable", "is empty")
    library.save(Input("a", "1", "s", "failed", failure=failure))
    known = library.find_input("a")
    assert known is not None
    assert known.failure == failure
    library.save(build_input("a", recording(0)))
    assert count(library, "failures") == 0


def test_questions_may_be_about_some_places(library: Library) -> None:
    for number in range(3):
        library.save(build_input(f"place {number}", recording(number)))
    assert count_outcomes(library) == {"analysed": 3}
    library.add_to_scope(["place 1"])
    library.add_to_scope(["place 2"])
    assert count_outcomes(library) == {"analysed": 2}
    mark_visible_duplicates(library, ActivityFilter())
    assert [row["path"] for row in find_activities(library, ActivityFilter())] == ["place 1", "place 2"]


def test_archives_forget_what_is_gone(library: Library) -> None:
    for name in ("x", "y"):
        library.save(replace(build_input(f"z!/{name}", recording(ord(name) % 7)), container="z"))
    library.add_to_scope(["z!/x"])
    library.mark_archive_complete("z", "1", "s")
    assert library.find_input("z!/y") is None
    assert library.is_archive_complete("z", "1", "s")
    assert not library.is_archive_complete("z", "2", "s")
    assert not library.is_archive_complete("z", "1", "other")
    # Forgetting something in it makes it worth another look.
    library.forget(["z!/x"])
    assert not library.is_archive_complete("z", "1", "s")


@pytest.mark.parametrize("why", ["left out", "passes"])
def test_an_archive_with_something_open_is_not_done(library: Library, why: str) -> None:
    if why == "left out":
        library.save(Input("z!/x", "1", "s", "left out", container="z"))
    else:
        failed = Failure("timed out", "took too long", is_transient=True)
        library.save(Input("z!/x", "1", "s", "failed", container="z", failure=failed))
    library.add_to_scope(["z!/x"])
    library.mark_archive_complete("z", "1", "s")
    assert not library.is_archive_complete("z", "1", "s")


def test_a_new_library_has_the_newest_schema(library: Library) -> None:
    assert read_schema_version(library.db) == len(MIGRATIONS)
    assert library.db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert library.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def _save_many(path: str, first: int) -> None:
    with Library(path) as opened:
        opened.describe_settings("s", "settings")
        found = recording(first)
        for number in range(20):
            opened.save(build_input(f"{first}-{number}", replace(found, sha256=f"{first}-{number}")))


@pytest.mark.slow
def test_two_runs_may_write_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "library.sqlite")
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_save_many, args=(path, number)) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
        assert one.exitcode == 0
    with Library(path) as opened:
        assert count(opened, "activities") == 40


times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


@given(times, times, st.sampled_from(["", "running", "Trail Run", "walking"]), st.booleans())
def test_filters_mean_the_same_in_python_and_in_sql(since: datetime, start: datetime, sport: str, whole: bool) -> None:
    from retropace.analysis.json_document import format_time

    start, since = start.replace(microsecond=0) if whole else start, since.replace(microsecond=0)
    for only in (
        ActivityFilter(since),
        ActivityFilter(sports=("run",)),
        ActivityFilter(since, ("TRAIL", "walk")),
        ActivityFilter(),
    ):
        condition, values = only.to_sql_condition()
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE activities (start_time, sport, sub_sport)")
        db.execute("INSERT INTO activities VALUES (?, ?, NULL)", (format_time(start), sport or None))
        (found,) = db.execute(f"SELECT count(*) FROM activities WHERE {condition}", values).fetchone()
        db.close()
        assert bool(found) == only.matches(start, sport, "")
        if only.since is not None and not only.sports:
            assert bool(found) == (start >= only.since)
