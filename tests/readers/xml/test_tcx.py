import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.core.errors import ReadError
from retropace.core.spans import total_s
from retropace.readers.xml.tcx import read_tcx
from tests.support.corpus_catalog import catalog_rows
from tests.support.damage import damaged, read_or_refuse
from tests.support.tcx_documents import HEAD, TAIL, lap, tcx


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize(
    "row", [row for row in catalog_rows("tcx/") if row["n_records"] != "0"], ids=lambda r: r["file"][4:40]
)
def test_real_files_hold_what_the_catalog_counted(corpus: Path, row: dict[str, str]) -> None:
    (activity,) = read_tcx((corpus / row["file"]).read_bytes(), row["file"])
    assert len(activity.samples) == int(row["n_records"])
    assert int(np.isfinite(activity.samples.lat_deg).sum()) == int(row["n_positions"])
    assert int(np.isfinite(activity.samples.cadence_recorded).sum()) == int(row["n_cadence"])
    assert len(activity.laps) == int(row["n_laps"])
    assert activity.device_totals.timer_s == pytest.approx(float(row["timer_s"]), abs=0.1)
    # What the laps say of pauses explains the difference between clock and timer.
    paused = float(activity.samples.t_s[-1]) - activity.device_totals.timer_s
    assert total_s(activity.pauses) == pytest.approx(max(paused, 0.0), abs=16.0)


def test_a_lap_longer_by_the_clock_than_by_the_timer_holds_a_pause_where_the_track_breaks() -> None:
    (activity,) = read_tcx(tcx(lap(0, 60, [range(31), range(60, 91)]), lap(90, 30, [range(91, 121)])), "x.tcx")
    assert activity.pauses.tolist() == [[30.0, 59.0]] or activity.pauses.tolist() == [[30.0, 60.0]]
    assert [(one.start_s, one.end_s, one.trigger) for one in activity.laps] == [
        (0.0, 90.0, "manual"),
        (90.0, 120.0, "manual"),
    ]


def test_a_new_track_alone_is_no_pause() -> None:
    (activity,) = read_tcx(tcx(lap(0, 60, [range(30), range(30, 61)])), "x.tcx")
    assert len(activity.pauses) == 0


def test_a_lap_without_timer_time_was_paused_where_a_late_track_begins() -> None:
    data = tcx(lap(0, 60, [range(31), range(31, 60), range(90, 120)]))
    data = data.replace(b"<TotalTimeSeconds>60</TotalTimeSeconds>", b"")
    (activity,) = read_tcx(data, "x.tcx")
    assert activity.pauses.tolist() == [[59.0, 90.0]]
    assert [(one.start_s, one.end_s) for one in activity.laps] == [(0.0, 119.0)]


def test_a_track_without_points_is_no_pause_in_a_lap_without_timer_time() -> None:
    tracks = [range(31), range(0), range(90, 120), range(0)]
    data = tcx(lap(0, 60, tracks)).replace(b"<TotalTimeSeconds>60</TotalTimeSeconds>", b"")
    (activity,) = read_tcx(data, "x.tcx")
    assert activity.pauses.tolist() == [[30.0, 90.0]]


def test_points_without_a_time_are_left_out_and_said() -> None:
    data = tcx(lap(0, 30, [range(31)])).replace(b"<Time>2025-05-01T08:00:05Z</Time>", b"")
    (activity,) = read_tcx(data, "x.tcx")
    assert len(activity.samples) == 30
    assert activity.warnings == ("1 of 31 points have no time and were left out",)


def test_a_lap_that_has_neither_start_nor_points_is_left_out() -> None:
    data = tcx(lap(0, 60, []), lap(60, 30, [range(60, 91)])).replace(b"StartTime=", b"Begin=")
    (activity,) = read_tcx(data, "x.tcx")
    assert [(one.start_s, one.end_s) for one in activity.laps] == [(0.0, 30.0)]


def test_what_follows_the_document_costs_no_lap_its_trigger() -> None:
    data = tcx(lap(0, 30, [range(31)])).replace(b"<TriggerMethod>Manual</TriggerMethod>", b"")
    data = data.replace(b"</Lap>", b"<TriggerMethod>Manual</TriggerMethod></Lap>")
    (activity,) = read_tcx(data + b"<junk", "x.tcx")
    assert activity.laps[0].trigger == "manual"
    assert activity.description == "felt good"


BAD = {
    # name: points, with a position, laps, seconds by the clock, and what is said
    "corriporai__runpandas__malformed.tcx": (
        384,
        383,
        3,
        1992.0,
        ("namespace prefix xsi used without being declared",),
    ),
    "placemark__togeojson__bad.tcx": (4, 2, 2, 1.0, ()),
    # A TCX file named .fit.
    "dsrcoradini__running_garming_dsrc__running_2025-08-17_10-00-35_20084129942.fit": (148, 145, 4, 540.0, ()),
}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", BAD, ids=lambda name: name[:40])
def test_bad_files_keep_what_can_be_kept(corpus: Path, name: str) -> None:
    (activity,) = read_tcx((corpus / "bad" / name).read_bytes(), name)
    placed = int(np.isfinite(activity.samples.lat_deg).sum())
    held = (len(activity.samples), placed, len(activity.laps), float(activity.samples.t_s[-1]), activity.notes)
    assert held == BAD[name]
    assert activity.warnings == ()


def test_run_cadence_goes_before_cadence_and_speed_is_read() -> None:
    inner = (
        "<HeartRateBpm><Value>150</Value></HeartRateBpm><Cadence>10</Cadence>"
        "<Extensions><ns3:TPX><ns3:Speed>2.9</ns3:Speed><ns3:RunCadence>84</ns3:RunCadence></ns3:TPX></Extensions>"
    )
    (activity,) = read_tcx(tcx(lap(0, 30, [range(31)], inner=inner)), "x.tcx")
    assert activity.samples.cadence_recorded[3] == 84.0
    assert activity.samples.speed_mps[3] == 2.9
    assert activity.samples.heart_rate_bpm[3] == 150.0
    (activity,) = read_tcx(tcx(lap(0, 30, [range(31)], inner="<Cadence>83</Cadence>")), "x.tcx")
    assert activity.samples.cadence_recorded[3] == 83.0
    assert activity.description == "felt good"


@pytest.mark.parametrize("prefix", ["", "t:", "a.b-c:"])
@pytest.mark.parametrize("extension", ["ns3:", "x:", ""])
def test_prefixes_change_nothing(prefix: str, extension: str) -> None:
    inner = "<Extensions><ns3:TPX><ns3:Speed>2.9</ns3:Speed><ns3:RunCadence>84</ns3:RunCadence></ns3:TPX></Extensions>"
    plain = tcx(lap(0, 20, [range(21)], inner=inner), lap(20, 10, [range(21, 31)])).decode()
    head, root, body = plain.partition("<TrainingCenterDatabase ")
    declared = f"xmlns:{prefix.rstrip(':')}=" if prefix else "xmlns="
    renamed = re.sub(r"(</?)(?=\w+[ />])", rf"\1{prefix}", root + body).replace("xmlns=", declared, 1)
    renamed = renamed.replace("xmlns:ns3=", f"xmlns:{extension or 'ns3:'}".rstrip(":") + "=").replace("ns3:", extension)
    (before,), (after,) = read_tcx(plain.encode(), "x.tcx"), read_tcx((head + renamed).encode(), "x.tcx")
    assert repr(after) == repr(before)


def test_a_multisport_session_gives_its_activities_and_not_its_transition() -> None:
    parts = [
        tcx(lap(start, 30, [range(start, start + 31)]), sport=sport)
        for start, sport in ((0, "Biking"), (60, "Running"))
    ]
    ride, run = (part.decode().removeprefix(HEAD).removesuffix(TAIL) for part in parts)
    change = f"<Transition>{lap(31, 20, [range(31, 51)])}</Transition>"
    session = (
        f"<MultiSportSession><FirstSport>{ride}</FirstSport><NextSport>{change}{run}</NextSport></MultiSportSession>"
    )
    activities = read_tcx(f"{HEAD}{session}{TAIL}".encode(), "x.tcx")
    assert [(activity.sport, len(activity.samples)) for activity in activities] == [("biking", 31), ("running", 31)]
    assert activities[1].start_time is not None
    assert activities[1].start_time.isoformat() == "2025-05-01T08:01:00+00:00"


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<Activities/>", "no activity"),
        ("<Workouts><Workout><Name>w</Name></Workout></Workouts>", "workout plan"),
        ("<Courses><Course><Name>c</Name></Course></Courses>", "a course"),
        (
            f"<Activities><Activity Sport='Running'>{lap(0, 60, [])}</Activity></Activities>",
            "laps without track points",
        ),
    ],
)
def test_what_is_no_recording_is_refused_in_words(inner: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_tcx(f"<TrainingCenterDatabase>{inner}</TrainingCenterDatabase>".encode(), "x.tcx")


WHOLE = tcx(lap(0, 30, [range(31)]))
(FULL,) = read_tcx(WHOLE, "x.tcx")


@given(st.integers(1, len(WHOLE) - 1))
@settings(deadline=None)
def test_a_file_cut_anywhere_keeps_a_prefix_of_its_points(length: int) -> None:
    try:
        (activity,) = read_tcx(WHOLE[:length], "x.tcx")
    except ReadError:
        assert b"</Trackpoint>" not in WHOLE[:length]
        return
    assert len(activity.samples) == WHOLE[:length].count(b"</Trackpoint>")
    np.testing.assert_array_equal(activity.samples.t_s, FULL.samples.t_s[: len(activity.samples)])


@given(damaged(WHOLE))
@settings(deadline=None, max_examples=200)
def test_random_damage_never_leaves_as_another_exception(data: bytes) -> None:
    read_or_refuse(read_tcx, data)
