"""Workouts of an Apple Health export as activities."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.cleaning.clean import clean_activity
from retropace.core.errors import NoActivityError, ReadError
from retropace.readers import read_all
from retropace.readers.json.apple import SCHEMA, read_apple
from retropace.sources.apple import AppleExport
from tests.fuzz.originals import build_originals
from tests.support.recordings import MadeRun

RUN = MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC), 300)


def document(**changes: Any) -> bytes:
    plain: dict[str, Any] = {"schema": SCHEMA, "sport": "running", "start_time": "2025-05-01 09:00:00 +0200"}
    plain |= {"elapsed_s": 299.0, "device": "Apple Watch", "is_indoor": False, "pauses": [], "laps": []}
    plain |= {"steps": [[at, at + 5.0, 14.0] for at in range(0, 295, 5)], "metres": [[0.0, 299.0, 700.0]]}
    plain |= {"heart": [[at, at, 140.0] for at in range(0, 300, 5)], "routes": [], "lost_routes": 0}
    return json.dumps(plain | changes).encode()


def test_steps_become_cadence_and_are_not_taken_for_turns_of_one_foot() -> None:
    (activity,) = read_all("export.xml#1", data=document())
    assert activity.source.format == "apple"
    assert activity.start_time == RUN.start
    assert np.nanmedian(activity.samples.cadence_recorded) == pytest.approx(168.0)
    assert np.nanmedian(clean_activity(activity).cadence_spm) == pytest.approx(168.0)
    # Walking backward at 84 steps a minute is possible: what counts both feet is never doubled.
    slow = document(steps=[[at, at + 5.0, 7.0] for at in range(0, 295, 5)])
    assert np.nanmedian(clean_activity(read_all("x", data=slow)[0]).cadence_spm) == pytest.approx(84.0)


def test_the_button_makes_laps() -> None:
    (activity,) = read_all("x", data=document(laps=[60.0, 180.0, 900.0]))
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0.0, 60.0), (60.0, 180.0), (180.0, 299.0)]


def test_a_route_gives_positions_and_what_lies_before_it_is_kept() -> None:
    late = MadeRun(datetime(2025, 5, 1, 7, 0, 20, tzinfo=UTC), 250)
    (activity,) = read_all("x", data=document(routes=[late.gpx(heart=False).decode()]))
    samples = activity.samples
    assert samples.t_s[0] == 0.0
    assert samples.t_s[-1] == pytest.approx(299.0)
    assert np.all(np.diff(samples.t_s) > 0.0)
    assert np.flatnonzero(np.isfinite(samples.lat_deg))[0] == 20
    assert np.sum(np.isfinite(samples.lat_deg)) == 250
    assert samples.distance_m[-1] == pytest.approx(700.0)


def test_what_is_missing_is_said() -> None:
    (activity,) = read_all("x", data=document(lost_routes=1))
    assert "the route of the workout is not in the export" in activity.warnings
    (activity,) = read_all("x", data=document(routes=["<gpx>"]))
    assert any("route of the workout cannot be used" in said for said in activity.warnings)
    with pytest.raises(NoActivityError, match="only a summary is kept"):
        read_all("x", data=document(steps=[], metres=[]))


def test_an_absurd_count_of_steps_is_passed_over() -> None:
    steps = [[0.0, 5.0, 1e308], *([start_s, start_s + 5.0, 14.0] for start_s in range(5, 120, 5))]
    (activity,) = read_all("x", data=document(steps=steps))
    cadence = activity.samples.cadence_recorded
    assert np.isnan(cadence[:5]).all()
    assert np.nanmax(cadence) == pytest.approx(168.0)


odd_values = st.none() | st.text(max_size=5) | st.lists(st.none() | st.floats() | st.text(max_size=3), max_size=4)


@given(st.sampled_from(["steps", "metres", "pauses", "laps", "elapsed_s", "start_time", "routes"]), odd_values)
def test_odd_documents_are_read_or_refused_in_words(name: str, value: object) -> None:
    with suppress(ReadError):
        assert read_all("x", data=document(**{name: value}))


def export(*inner: str, prologue: str = "") -> AppleExport:
    import io

    text = f'<?xml version="1.0"?>{prologue}<HealthData locale="en">{"".join(inner)}</HealthData>'
    return AppleExport(lambda: io.BytesIO(text.encode()), "export.xml")


WORKOUT = (
    '<Workout workoutActivityType="HKWorkoutActivityType{}" sourceName="Watch" '
    'startDate="2025-05-01 09:00:00 +0200" endDate="{}">{}</Workout>'
)


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    found = export(WORKOUT.format("Running", "2025-05-01 09:30:00 +0200", '<X v="&b;"/>'), prologue=bomb)
    assert found.damage.startswith("is damaged in line 1")


def test_workouts_behind_damage_are_read() -> None:
    workout = WORKOUT.format("Running", "2025-05-01 09:30:00 +0200", "{}")
    found = export(workout.format('<X v="a & b"/>'), workout.format(""))
    assert len(found.workouts) == 2
    assert found.damage == "is damaged in line 1: what could be read was kept"


def test_odd_workouts_are_left_out() -> None:
    found = export(
        WORKOUT.format("Running", "2025-05-01 09:30:00 +0200", ""),
        WORKOUT.format("Running", "2025-05-01 08:30:00 +0200", ""),
        WORKOUT.format("Running", "no date", ""),
        WORKOUT.format("Cycling", "2025-05-01 09:30:00 +0200", ""),
    )
    assert len(found.workouts) == 1
    assert [sport for _, sport in found.other_sports] == ["cycling"]


def test_records_of_other_times_and_units_do_not_count() -> None:
    head = '<Record type="HKQuantityTypeIdentifier{}" sourceName="Watch" unit="{}" '
    record = head + 'startDate="{}" endDate="{}" value="{}"/>'
    inside = ("2025-05-01 07:10:00 +0000", "2025-05-01 07:10:10 +0000")
    found = export(
        record.format("DistanceWalkingRunning", "mi", *inside, "0.01"),
        record.format("DistanceWalkingRunning", "furlong", *inside, "1"),
        record.format("DistanceWalkingRunning", "mi", "2025-05-01 05:10:00 +0000", "2025-05-01 05:10:10 +0000", "9"),
        record.format("StepCount", "count", *inside, "many"),
        record.format("StepCount", "count", *inside, "28"),
        WORKOUT.format("Running", "2025-05-01 09:30:00 +0200", ""),
    )
    made = json.loads(found.build_document(0, lambda _: b""))
    assert made["metres"] == [[600.0, 610.0, pytest.approx(16.09344)]]
    assert made["steps"] == [[600.0, 610.0, 28.0]]
    found.close()


@pytest.mark.parametrize("elapsed_s", [42949672.95, 0.0, -5.0])
def test_a_workout_of_an_impossible_length_is_refused_in_words(elapsed_s: float) -> None:
    document = json.loads(build_originals()["apple.json"]) | {"elapsed_s": elapsed_s}
    with pytest.raises(ReadError, match="its times are wrong"):
        read_apple(json.dumps(document).encode(), "x")
