"""The same run in several files counts once, and the page says which of them does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from retropace.analysis.duplicates import Candidate, build_candidate
from retropace.analysis.pipeline import analyze
from retropace.annotations import parse_mark
from retropace.core.parameters import LabelParameters, Settings
from retropace.output.report.activity_section import ActivitySection, drop_duplicates
from tests.support.activity_sections import activity_sections, analyze_sample, make_section, section_from_bytes
from tests.support.recordings import MadeRun

MORNING = datetime(2025, 5, 1, 7, tzinfo=UTC)


def test_of_fit_and_gpx_the_richer_counts_and_the_other_is_named(tmp_path: Path) -> None:
    run, next_day = MadeRun(MORNING), MadeRun(MORNING + timedelta(days=1))
    found = [
        section_from_bytes(tmp_path, "run.gpx", run.gpx()),
        section_from_bytes(tmp_path, "run.fit", run.fit()),
        section_from_bytes(tmp_path, "next day.fit", next_day.fit()),
    ]
    kept, said = drop_duplicates(found)
    assert [part.file for part in kept] == ["next day.fit", "run.fit"]
    assert said == ["run.gpx: is the same run as run.fit, which counts"]
    assert drop_duplicates(kept) == (kept, [])


def test_two_runners_side_by_side_are_two(tmp_path: Path) -> None:
    found = [
        section_from_bytes(tmp_path, "anna.fit", MadeRun(MORNING, heart_rate_bpm=140).fit()),
        section_from_bytes(tmp_path, "bert.fit", MadeRun(MORNING, heart_rate_bpm=160).fit()),
    ]
    kept, said = drop_duplicates(found)
    assert len(kept) == 2
    assert said == []


def test_annotations_make_the_poorer_one_count(tmp_path: Path) -> None:
    run = MadeRun(MORNING)
    fit, gpx = section_from_bytes(tmp_path, "run.fit", run.fit()), section_from_bytes(tmp_path, "run.gpx", run.gpx())
    assert gpx.candidate is not None
    marked = replace(gpx, candidate=replace(gpx.candidate, annotated_s=60.0))
    kept, said = drop_duplicates([fit, marked])
    assert [part.file for part in kept] == ["run.gpx"]
    assert said == ["run.fit: is the same run as run.gpx, which counts"]


def test_what_tells_one_run_from_another_is_what_was_recorded_and_marked() -> None:
    activity = analyze_sample("quarter-mile.fit").activity
    marked = analyze(activity, [parse_mark("12:30-15:00=backward")], Settings(label=LabelParameters(keep_edges=True)))
    one = build_candidate(marked)
    assert one is not None
    assert one.start_s == datetime(2025, 5, 3, 7, 30, tzinfo=UTC).timestamp()
    assert one.annotated_s == 150.0
    assert (one.record_count, one.format, one.lap_count) == (len(activity.samples), "fit", len(marked.cleaned.laps))
    assert one.distance_m == marked.summary.total.distance_m[0]
    unmarked = build_candidate(analyze(activity))
    assert unmarked is not None
    assert (unmarked.annotated_s, unmarked.id) == (0.0, one.id)
    assert build_candidate(analyze(replace(activity, start_time=None))) is None


@given(st.lists(activity_sections(), max_size=8))
def test_what_has_nothing_to_tell_it_by_stays_the_latest_first(of: list[ActivitySection]) -> None:
    kept, said = drop_duplicates(of)
    assert said == []
    assert sorted(map(id, kept)) == sorted(map(id, of))
    times = [part.start_time for part in kept]
    dated = [one for one in times if one is not None]
    assert dated == sorted(dated, reverse=True)
    assert times[len(dated) :] == [None] * (len(times) - len(dated))


@given(st.permutations(range(3)))
def test_the_order_of_the_files_does_not_matter(order: list[int]) -> None:
    kept, said = drop_duplicates([_three()[at] for at in order])
    assert [part.file for part in kept] == ["0.fit"]
    assert len(said) == 2


def _three() -> list[ActivitySection]:
    start_s = MORNING.timestamp()
    return [
        make_section(
            file=f"{at}.fit",
            start_time=MORNING + timedelta(seconds=at),
            candidate=Candidate(0, str(at), start_s + at, 600.0, 2000.0, 140.0, 166.0, 0.0, 3 - at, 0, 600, "fit"),
        )
        for at in range(3)
    ]
