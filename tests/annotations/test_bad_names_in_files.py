"""What a file says badly of itself labels nothing, and never costs the recording."""

from dataclasses import replace

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.core.activity import Activity, Lap, Samples, Source, Split, WorkoutStep
from retropace.readers.xml.gpx import read_gpx
from tests.support.gpx_documents import gpx, segment


def run() -> Activity:
    t_s = np.arange(900.0)
    samples = Samples.from_columns(t_s, distance_m=3.0 * t_s, cadence_recorded=np.full(900, 84.0))
    return Activity(Source("x", "fit"), samples, sport="running")


def annotated_m(activity: Activity) -> float:
    return float(analyze(activity, ()).to_dict()["directions"]["backward"]["annotated_m"])


def test_a_workout_of_too_many_steps_labels_nothing() -> None:
    steps = tuple(WorkoutStep(index, "backward", duration_kind="time", duration=60.0) for index in range(600))
    activity = replace(run(), workout_steps=steps)
    assert annotated_m(activity) == 0.0
    assert any("600 steps" in warning for warning in analyze(activity, ()).to_dict()["warnings"])


def test_repeats_within_repeats_without_end_label_nothing() -> None:
    steps = [WorkoutStep(0, "backward", duration_kind="time", duration=60.0)]
    steps += [WorkoutStep(index, duration_kind="repeat", duration=1.0, repeat_from=0) for index in range(1, 3000)]
    assert annotated_m(replace(run(), workout_steps=tuple(steps))) >= 0.0


def test_overlapping_named_tracks_label_nothing() -> None:
    tracks = (Split(0.0, 600.0, name="backward"), Split(300.0, 899.0, name="forward"), Split(0.0, 600.0, name="rest"))
    activity = replace(run(), splits=tracks)
    assert annotated_m(activity) == 0.0
    assert any("nothing was labelled" in warning for warning in analyze(activity, ()).to_dict()["warnings"])


def test_sound_names_still_label() -> None:
    laps = (Lap(0.0, 300.0, name="forward"), Lap(300.0, 600.0, name="backward"), Lap(600.0, 899.0, name="forward"))
    assert annotated_m(replace(run(), laps=laps)) > 800.0


def test_a_waypoint_with_an_impossible_zone_is_passed_over() -> None:
    waypoint = '<wpt lat="48.0" lon="11.0"><time>2025-05-01T08:00:10{}</time><name>{}</name></wpt>'
    points = "".join(waypoint.format(zone, name) for zone, name in (("+25:00", "lost"), ("Z", "kept"), ("x", "gone")))
    (activity,) = read_gpx(gpx(f"{points}<trk><name>n</name>{segment(0, 60)}</trk>"), "x")
    assert (activity.name, [item.name for item in activity.waypoints]) == ("n", ["kept"])
    assert activity.warnings == ("waypoints and route points without a usable position or time left out: 2",)


def test_a_waypoint_in_other_digits_keeps_its_time() -> None:
    body = '<wpt lat="48.0" lon="11.0"><time>٢٠٢٥-٥-١ ٨:٠:١٠Z</time><name>w</name></wpt>'
    (activity,) = read_gpx(gpx(f"{body}<trk>{segment(0, 60)}</trk>"), "x")
    assert activity.waypoints[0].t_s == 10.0
