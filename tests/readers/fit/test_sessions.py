"""Which records, laps, pauses and marks a session has, and where they lie on its axis."""

import numpy as np
import pytest

from retropace.core.activity import WorkoutStep
from retropace.core.errors import ReadError
from retropace.readers.fit.reader import read_fit
from tests.support.fit_bytes import (
    COURSE_POINT,
    ENUM,
    EVENT,
    LAP,
    RECORD,
    SESSION,
    SINT32,
    SPLIT,
    SPORT,
    START,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    WORKOUT,
    WORKOUT_STEP,
    FitFile,
    opened,
    run,
    session,
)

HALF_A_SEMICIRCLE = 2**30  # 90°


def records(made: FitFile, begin: int, end: int, *, start: int = START) -> None:
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    for second in range(begin, end):
        made.data(1, start + second, second * 300)


def test_a_multisport_file_splits_records_by_session() -> None:
    made = run(100, end_session=False)
    session(made, 0, 59, sport=2)
    session(made, 60, 99, sport=1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert (first.sport, len(first.samples), second.sport, len(second.samples)) == ("cycling", 60, "running", 40)
    assert second.samples.t_s[0] == 0.0
    assert second.start_time is not None
    assert first.start_time is not None
    assert (second.start_time - first.start_time).total_seconds() == 60.0


def test_sessions_are_in_order_of_time_wherever_they_stand_in_the_file() -> None:
    made = run(100, end_session=False)
    session(made, 60, 99, sport=1)
    session(made, 0, 59, sport=2)
    activities = read_fit(made.to_bytes() + run(20, start=START - 500).to_bytes(), "run.fit")
    assert [(activity.sport, len(activity.samples)) for activity in activities] == [
        ("running", 20),
        ("cycling", 60),
        ("running", 40),
    ]
    assert [activity.source.session for activity in activities] == [0, 1, 2]


def test_records_outside_of_every_session_are_left_out_and_counted() -> None:
    made = run(100, end_session=False)
    session(made, 0, 39, sport=2)
    session(made, 60, 99, sport=1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert len(first.samples) == 41  # one second beyond its end, which is written in whole seconds
    assert len(second.samples) == 40
    assert "19 records lie outside of every session: left out" in second.warnings


def test_each_session_has_the_fields_of_its_own_records() -> None:
    made = opened()
    records(made, 0, 50)
    made.define(3, RECORD, [(253, UINT32), (4, UINT8)])
    for moment in range(50, 100):
        made.data(3, START + moment, 84)
    session(made, 0, 49, sport=2)
    session(made, 50, 99, sport=1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert dict(first.field_counts) == {"distance": 50}
    assert dict(second.field_counts) == {"cadence": 50}


def test_a_sport_that_nobody_knows_keeps_its_number() -> None:
    made = run(30, end_session=False)
    session(made, 0, 29, sport=250)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.sport == "unknown_250"


def test_a_session_without_records_is_named() -> None:
    made = run(50, end_session=False)
    session(made, 0, 49, sport=1)
    session(made, 3000, 3600, sport=5)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.sport == "running"
    assert "a session of swimming has no records: passed over" in activity.notes


def test_a_multisport_file_that_breaks_off_does_not_run_on_in_the_sport_before() -> None:
    made = opened()
    made.define(4, SPORT, [(0, ENUM)])
    made.data(4, 2)
    records(made, 0, 300)
    session(made, 0, 299, sport=2)
    made.data(4, 1)
    records(made, 300, 700)
    whole = made.to_bytes()
    first, second = read_fit(whole[:-9], "run.fit")
    assert (first.sport, len(first.samples)) == ("cycling", 301)
    assert second.sport == "running"
    assert second.start_time is not None
    assert "the last session was never closed: it holds no totals" in second.warnings
    assert any("cut off" in said for said in second.warnings)


def test_totals_that_stand_first_are_those_of_all_that_follows() -> None:
    made = opened()
    session(made, 0, 299)
    records(made, 0, 700)
    (activity,) = read_fit(made.to_bytes()[:-9], "run.fit")
    assert len(activity.samples) == 699


def test_laps_tell_the_sports_of_a_file_without_sessions() -> None:
    made = run(100, end_session=False)
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (7, UINT32), (25, ENUM)])
    made.data(6, START + 30, START, 30_000, 2)
    made.data(6, START + 60, START + 30, 30_000, 2)
    made.data(6, START + 99, START + 60, 39_000, 1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert (first.sport, len(first.samples), len(first.laps)) == ("cycling", 60, 2)
    assert (second.sport, len(second.samples), len(second.laps)) == ("running", 40, 1)


def test_chained_files_are_sessions_of_their_own() -> None:
    twice = run(30).to_bytes() + run(40, start=START + 1000).to_bytes(long_header=True)
    activities = read_fit(twice, "run.fit")
    assert [len(activity.samples) for activity in activities] == [30, 40]
    assert [activity.findings for activity in activities] == [(), ()]


def test_a_part_without_a_file_id_carries_on_the_one_before() -> None:
    more = FitFile()
    records(more, 30, 50)
    (activity,) = read_fit(run(30).to_bytes() + more.to_bytes(), "run.fit")
    assert activity.samples.t_s.tolist() == list(range(50))
    assert activity.samples.distance_m.tolist() == [3.0 * second for second in range(50)]
    assert int(np.isfinite(activity.samples.cadence_recorded).sum()) == 30


def test_the_same_run_twice_in_a_file_is_said() -> None:
    first, second = read_fit(run(30).to_bytes() * 2, "run.fit")
    assert first.findings == ()
    assert any("may be in it twice" in said for said in second.warnings)


def test_a_word_that_holds_for_several_parts_is_given_once_with_its_count() -> None:
    settings = opened(kind=2).to_bytes()
    (activity,) = read_fit(run(30).to_bytes() + settings * 3, "run.fit")
    assert activity.notes == ("a further part of the file holds settings, not a recording: passed over (3 times)",)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(2, "settings"), (5, "a workout plan"), (6, "a course"), (28, "daily monitoring"), (34, "a segment")],
)
def test_another_kind_of_file_is_told_in_words(kind: int, words: str) -> None:
    with pytest.raises(ReadError, match=f"holds {words}, not a recording"):
        read_fit(opened(kind=kind).to_bytes(), "x.fit")


def test_a_course_with_times_is_read_and_called_one() -> None:
    made = opened(kind=6)
    records(made, 0, 30)
    (activity,) = read_fit(made.to_bytes(), "x.fit")
    assert len(activity.samples) == 30
    assert activity.warnings == ("the file calls itself a course: its times may be computed, not run",)


def test_totals_without_records_were_typed_in() -> None:
    made = opened()
    session(made, 0, 1800, distance_cm=500_000)
    with pytest.raises(ReadError, match=r"totals only \(5\.00 km in 30:00\), no recording: .* typed in by hand"):
        read_fit(made.to_bytes(), "x.fit")


def test_records_without_any_time_are_refused_and_single_ones_kept() -> None:
    made = opened()
    made.define(1, RECORD, [(4, UINT8)])
    made.data(1, 84)
    with pytest.raises(ReadError, match="has no times"):
        read_fit(made.to_bytes(), "x.fit")
    records(made, 10, 20)
    made.define(1, RECORD, [(4, UINT8)])
    made.data(1, 85)
    (activity,) = read_fit(made.to_bytes(), "x.fit")
    assert np.isnan(activity.samples.t_s[[0, -1]]).all()
    assert activity.samples.t_s[1:-1].tolist() == list(range(10))


def timer(made: FitFile, *events: tuple[int, int]) -> None:
    made.define(5, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
    for second, kind in events:
        made.data(5, START + second, 0, kind)


@pytest.mark.parametrize("stop", [1, 4, 8, 9])
def test_any_stop_of_the_timer_pauses_until_the_next_start(stop: int) -> None:
    made = run(100, end_session=False)
    timer(made, (0, 0), (20, stop), (20, 0), (30, stop), (40, 0), (45, 0), (99, stop))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.pauses.tolist() == [[30.0, 40.0]]


def test_other_events_pause_nothing() -> None:
    made = run(100, end_session=False)
    made.define(5, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
    for second, event, kind in [(20, 8, 1), (30, 8, 0), (40, 36, 4), (50, 36, 0)]:
        made.data(5, START + second, event, kind)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert len(activity.pauses) == 0


def test_pauses_of_a_multisport_file_lie_in_their_session() -> None:
    made = run(100, end_session=False)
    timer(made, (0, 0), (20, 4), (30, 0), (70, 4), (80, 0), (99, 4))
    session(made, 0, 49, sport=2)
    session(made, 50, 99, sport=1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert first.pauses.tolist() == [[20.0, 30.0]]
    assert second.pauses.tolist() == [[20.0, 30.0]]


def test_a_lap_ends_where_its_elapsed_time_does_unless_that_is_absurd() -> None:
    made = run(100, end_session=False)
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (7, UINT32)])
    made.data(6, START + 41, START, 40_250)
    made.data(6, START + 70, START + 41, 90_000_000)
    made.data(6, START + 90, START + 70, 0xFFFFFFFF)
    made.data(6, 0xFFFFFFFF, START + 90, 9_000)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    found = [(lap.start_s, lap.end_s, lap.trigger) for lap in activity.laps]
    assert found == [(0.0, 40.25, ""), (41.0, 70.0, ""), (70.0, 90.0, ""), (90.0, 99.0, "")]


def test_laps_without_a_start_follow_one_another() -> None:
    made = run(100, end_session=False)
    made.define(6, LAP, [(253, UINT32)])
    made.data(6, START + 40)
    made.data(6, START + 99)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0.0, 40.0), (40.0, 99.0)]


def test_a_lap_written_by_another_clock_lasts_as_long_as_its_timer() -> None:
    made = run(100, start=1, end_session=False)
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (8, UINT32)])
    made.data(6, START, 1, 99_000)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0.0, 99.0)]


def test_a_lap_belongs_to_one_session_only() -> None:
    made = run(100, end_session=False)
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (7, UINT32)])
    made.data(6, START + 60, START, 60_000)
    made.data(6, START + 99, START + 59, 40_000)
    session(made, 0, 59, sport=2)
    session(made, 60, 99, sport=1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert [(lap.start_s, lap.end_s) for lap in first.laps] == [(0.0, 60.0)]
    assert [(lap.start_s, lap.end_s) for lap in second.laps] == [(-1.0, 39.0)]


def test_splits_by_length_or_by_end() -> None:
    made = run(100, end_session=False)
    made.define(7, SPLIT, [(9, UINT32), (1, UINT32), (27, UINT32), (0, ENUM), (3, UINT32)])
    made.data(7, START + 40, 0xFFFFFFFF, START + 70, 4, 9_000)
    made.data(7, START, 40_000, START + 40, 3, 12_000)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    found = [(split.start_s, split.end_s, split.kind, split.distance_m) for split in activity.splits]
    assert found == [(0.0, 40.0, "interval_active", 120.0), (40.0, 70.0, "interval_rest", 90.0)]


def test_course_points_have_a_place_and_user_marks_a_time() -> None:
    made = run(100, end_session=False)
    made.define(8, COURSE_POINT, [(1, UINT32), (2, SINT32), (3, SINT32), (5, ENUM), (6, STRING, 8)])
    made.data(8, START + 25, HALF_A_SEMICIRCLE, -HALF_A_SEMICIRCLE, 3, b"Fountain")
    made.data(8, START - 90_000, HALF_A_SEMICIRCLE, 0, 0, b"Old")
    made.define(5, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
    made.data(5, START + 60, 32, 3)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    here, old, mark = activity.waypoints
    assert (here.t_s, here.name, here.note, here.lat_deg, here.lon_deg) == (25.0, "Fountain", "water", 90.0, -90.0)
    assert np.isnan(old.t_s)
    assert (mark.t_s, mark.note) == (60.0, "user_marker")


def test_a_workout_comes_with_its_steps_in_si_units() -> None:
    made = run(30)
    made.define(9, WORKOUT, [(8, STRING, 16)])
    made.data(9, b"4 x 400 backward")
    made.define(
        10,
        WORKOUT_STEP,
        [(254, UINT16), (0, STRING, 8), (8, STRING, 12), (7, ENUM), (1, ENUM), (2, UINT32), (4, UINT32)],
    )
    made.data(10, 0, b"warm up", b"", 2, 0, 600_000, 0)
    made.data(10, 1, b"back", b"eyes forward", 0, 1, 40_000, 0)
    made.data(10, 2, b"jog", b"", 4, 5, 0xFFFFFFFF, 0)
    made.data(10, 3, b"", b"", 0xFF, 6, 1, 4)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.workout_name == "4 x 400 backward"
    warm_up, back, jog, again = activity.workout_steps
    assert warm_up == WorkoutStep(0, "warm up", "", "warmup", "time", 600.0, None)
    assert back == WorkoutStep(1, "back", "eyes forward", "active", "distance", 400.0, None)
    assert (jog.duration_kind, jog.intensity) == ("open", "recovery")
    assert np.isnan(jog.duration)
    assert (again.duration_kind, again.duration, again.repeat_from) == ("repeat", 4.0, 1)


def test_a_session_is_placed_by_its_end_if_its_start_is_lost() -> None:
    made = run(100, end_session=False)
    made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (5, ENUM)])
    made.data(2, START + 99, 0xFFFFFFFF, 39_000, 1)
    made.data(2, START + 59, START, 60_000, 2)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert (first.sport, len(first.samples), second.sport, len(second.samples)) == ("cycling", 60, "running", 40)
