import re
from datetime import UTC
from pathlib import Path

import gpxpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.core.activity import Activity
from retropace.core.errors import ReadError
from retropace.readers.xml.gpx import read_gpx
from tests.support.corpus_catalog import catalog_rows
from tests.support.damage import damaged, read_or_refuse
from tests.support.gpx_documents import START, extension, gpx, point, segment
from tests.support.paths import CORPUS


def read_single(data: bytes) -> Activity:
    (activity,) = read_gpx(data, "x.gpx")
    return activity


def timed_files() -> list[Path]:
    return sorted(path for path in (CORPUS / "gpx").glob("*.gpx")) if CORPUS.is_dir() else []


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", timed_files(), ids=lambda path: path.name[:40])
def test_points_are_those_that_gpxpy_reads(path: Path) -> None:
    document = gpxpy.parse(path.read_text(encoding="iso-8859-1" if "iso8859" in path.name else "utf-8-sig"))
    expected = sorted(
        (moment.replace(tzinfo=moment.tzinfo or UTC).timestamp(), place.latitude, place.longitude)
        for track in document.tracks
        for part in track.segments
        for place in part.points
        if (moment := place.time) is not None and abs(place.latitude) <= 90.0
    )
    try:
        activities = read_gpx(path.read_bytes(), path.name)
    except ReadError:
        assert not expected
        return
    found = []
    for activity in activities:
        assert activity.start_time is not None
        times = activity.start_time.timestamp() + activity.samples.t_s
        found += list(zip(times, activity.samples.lat_deg, activity.samples.lon_deg, strict=True))
    np.testing.assert_allclose(np.array(sorted(found)), np.array(expected), atol=1e-6)


def catalogued_files(kind: str) -> list[dict[str, str]]:
    return [row for row in catalog_rows(kind) if row["file"].endswith(".gpx")]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("row", catalogued_files("gpx/"), ids=lambda row: row["file"][4:44])
def test_real_files_hold_what_the_catalog_counted(corpus: Path, row: dict[str, str]) -> None:
    data = (corpus / row["file"]).read_bytes()
    if not row["start_utc"]:  # no times: plans, waypoints, tracks whose times were removed
        with pytest.raises(ReadError, match=r"planned route|waypoints only|has no times"):
            read_gpx(data, row["file"])
        return
    activity = read_single(data)
    # The catalog also counts points without a time and the two marks of a pause in an old OpenTracks file.
    left_out = (
        data.count(b"<trkpt") - data.count(b"<time>", data.index(b"<trkpt")) + len(re.findall(rb'lat="[12]00"', data))
    )
    assert len(activity.samples) == int(row["n_records"]) - left_out
    assert int(np.isfinite(activity.samples.lat_deg).sum()) == int(row["n_positions"]) - left_out
    assert int(np.isfinite(activity.samples.cadence_recorded).sum()) == int(row["n_cadence"])
    assert float(activity.samples.t_s[-1]) == pytest.approx(float(row["elapsed_s"]), abs=1e-3)
    if row["cadence_median_nonzero"]:
        cadence = activity.samples.cadence_recorded
        assert float(np.median(cadence[cadence > 0.0])) == pytest.approx(float(row["cadence_median_nonzero"]), abs=0.5)


BAD = {
    "ThomasDaheim__GPXEditor__testxmnls.gpx": (2, "gpxeditor_line used without being declared"),
    "marcusvolz__strava_py__empty-trkseg.gpx": (0, "holds no track points"),
    "marcusvolz__strava_py__invalid-lon-lat-missing.gpx": (3, "1 point without a usable position dropped"),
    "mshroyer__coursepointer__invalid_bad_xml.gpx": (0, "before any point"),
    "placemark__togeojson__bad.gpx": (0, "no point with a usable latitude and longitude"),
}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("row", catalogued_files("bad/"), ids=lambda row: row["file"][4:44])
def test_bad_files_keep_what_can_be_kept_or_are_refused_in_words(corpus: Path, row: dict[str, str]) -> None:
    count, words = BAD[row["file"].removeprefix("bad/")]
    data = (corpus / row["file"]).read_bytes()
    if count == 0:
        with pytest.raises(ReadError, match=words):
            read_gpx(data, row["file"])
    else:
        activity = read_single(data)
        assert len(activity.samples) == count
        assert words in activity.findings[0].text


@pytest.mark.parametrize("prefix", ["gpxtpx", "ns3", "tpx1", "a.b-c"])
def test_heart_rate_and_cadence_whatever_the_prefix(prefix: str) -> None:
    attributes = f'xmlns:{prefix}="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"'
    activity = read_single(gpx(f"<trk>{segment(0, 30, extension(prefix))}</trk>", attributes=attributes))
    assert set(activity.samples.heart_rate_bpm.tolist()) == {150.0}
    assert set(activity.samples.cadence_recorded.tolist()) == {84.0}
    assert activity.findings == ()


def test_an_undeclared_prefix_is_read_and_said() -> None:
    activity = read_single(gpx(f"<trk>{segment(0, 30, extension('gpxtpx'))}</trk>", attributes=""))
    assert set(activity.samples.cadence_recorded.tolist()) == {84.0}
    assert "gpxtpx used without being declared" in activity.notes[0]


def test_coros_cadence_in_the_default_namespace_of_gpx_1_0() -> None:
    inner = "<course>-nan</course><speed>2.5</speed><cadence>85</cadence>"
    activity = read_single(gpx(f"<trk>{segment(0, 30, inner)}</trk>", version="1.0"))
    assert set(activity.samples.cadence_recorded.tolist()) == {85.0}
    assert set(activity.samples.speed_mps.tolist()) == {2.5}
    assert "course" not in activity.samples.extra


def test_cluetrust_and_apple_extensions() -> None:
    clue = "<extensions><g:hr>140</g:hr><g:cadence>80</g:cadence><g:temp>20</g:temp></extensions>"
    activity = read_single(
        gpx(f"<trk>{segment(0, 9, clue)}</trk>", attributes='xmlns:g="http://www.cluetrust.com/XML/GPXDATA/1/0"')
    )
    assert activity.samples.heart_rate_bpm[0] == 140.0
    assert activity.samples.cadence_recorded[0] == 80.0
    apple = "<extensions><speed>2.9</speed><course>180.5</course><hAcc>1.5</hAcc><vAcc>1.1</vAcc></extensions>"
    activity = read_single(gpx(f"<trk>{segment(0, 9, apple)}</trk>"))
    assert activity.samples.speed_mps[0] == 2.9
    assert {name: column[0] for name, column in activity.samples.extra.items()} == {
        "course": 180.5,
        "hAcc": 1.5,
        "vAcc": 1.1,
    }


@pytest.mark.parametrize("name", ["posix_s", "lat_deg", "lon_deg"])
def test_an_extension_that_is_named_like_a_column_of_ours_is_no_time_and_no_place(name: str) -> None:
    data = gpx(f"<trk>{segment(0, 5, f'<{name}>7</{name}>')}</trk>").replace(b"2025-05-01T08:00:00Z", b"")
    activity = read_single(data)
    assert activity.samples.t_s.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert np.all(activity.samples.lat_deg > 47.0)
    assert activity.warnings == ("1 of 5 points have no time and were left out",)


def test_an_elevation_of_zero_is_kept() -> None:
    assert read_single(gpx(f"<trk>{segment(0, 5)}</trk>")).samples.altitude_m.tolist() == [0.0] * 5


def test_the_gap_between_segments_is_a_pause_and_empty_ones_are_nothing() -> None:
    activity = read_single(gpx(f"<trk><trkseg/>{segment(0, 30)}<trkseg></trkseg>{segment(90, 120)}</trk>"))
    assert activity.pauses.tolist() == [[29.0, 90.0]]
    assert len(activity.samples) == 60


def test_segments_that_follow_one_another_as_points_do_are_no_pause() -> None:
    assert len(read_single(gpx(f"<trk>{segment(0, 30)}{segment(30, 60)}{segment(60, 61)}</trk>")).pauses) == 0


def test_the_latitudes_that_old_opentracks_files_write_are_a_pause() -> None:
    stop, resume = (point(second, lat=lat).replace("11.0", "0.0") for second, lat in ((30, "100.0"), (85, "200.0")))
    body = segment(0, 30).replace("</trkseg>", f"{stop}{resume}") + segment(90, 120).replace("<trkseg>", "")
    activity = read_single(gpx(f"<trk>{body}</trk>"))
    assert activity.pauses.tolist() == [[29.0, 90.0]]
    assert len(activity.samples) == 60
    assert activity.findings == ()


def test_tracks_that_follow_one_another_are_one_session_and_others_are_not() -> None:
    day = 86_400
    body = f"<trk><name>a</name>{segment(0, 30)}</trk><trk>{segment(90, 120)}</trk><trk>{segment(day, day + 30)}</trk>"
    activities = read_gpx(gpx(body), "x.gpx")
    assert [len(activity.samples) for activity in activities] == [60, 30]
    assert activities[0].pauses.tolist() == [[29.0, 90.0]]


def test_names_type_creator_and_waypoints() -> None:
    mark = '<wpt lat="48.0" lon="11.0"><time>2025-05-01T08:00:10Z</time><name>back</name><desc>here</desc></wpt>'
    body = (
        f"{mark}<wpt lat='48' lon='11'/><trk><name>Run</name><desc>6 x 400</desc><type>9</type>{segment(0, 30)}</trk>"
    )
    activity = read_single(gpx(body))
    assert (activity.name, activity.description, activity.sport) == ("Run", "6 x 400", "running")
    assert str(activity.device) == "test"
    assert (activity.waypoints[0].t_s, activity.waypoints[0].name, activity.waypoints[0].note) == (10.0, "back", "here")
    assert np.isnan(activity.waypoints[1].t_s)


def test_a_timed_waypoint_belongs_to_the_session_it_was_set_in() -> None:
    day = 86_400
    mark = "<wpt lat='48' lon='11'><time>2025-05-02T08:00:10Z</time><name>second day</name></wpt>"
    early = mark.replace("-02T", "-01T").replace("second day", "first day").replace("08:00:10", "07:59:50")
    tracks = f"<trk>{segment(0, 30)}</trk><trk>{segment(day, day + 30)}</trk>"
    both = read_gpx(gpx(f"{mark}{early}<wpt lat='48' lon='11'><name>no time</name></wpt>{tracks}"), "x.gpx")
    assert [[(one.name, one.t_s) for one in activity.waypoints[:1]] for activity in both] == [
        [("first day", -10.0)],
        [("second day", 10.0)],
    ]
    assert [activity.waypoints[-1].name for activity in both] == ["no time", "no time"]


def test_what_is_written_badly_costs_neither_points_nor_other_names() -> None:
    track = f"<trk><name>n</name>{segment(0, 5)}</trk>"
    good = "<wpt lat='1' lon='2'><name>w</name></wpt>"
    activity = read_single(gpx(f"<wpt lat='x' lon='2'/><wpt lon='2'><name>lost</name></wpt>{good}{track}"))
    assert ([mark.name for mark in activity.waypoints], activity.name) == (["w"], "n")
    assert activity.warnings == ("waypoints and route points without a usable position or time left out: 2",)
    activity = read_single(gpx(f"{good}<wpt lat='1' lon='2'><ele>high</ele></wpt>{track}"))
    assert (len(activity.waypoints), activity.name, activity.warnings) == (2, "n", ())
    activity = read_single(gpx(track.replace("<name>", "<number>first</number><name>")))
    assert (len(activity.samples), activity.name, activity.warnings) == (5, "n", ())
    activity = read_single(gpx(track.replace("<name>", "<type>hiking</type><name>")).replace(b'"1.1"', b'"5.8"'))
    assert (activity.sport, activity.name) == ("hiking", "n")


def test_any_number_of_comments_and_of_refused_waypoints_is_read() -> None:
    # Both once made a regular expression try every way to part them.
    refused = "<wpt lat='1' lon='2'><ele>high</ele></wpt>" + "<wpt lat='1' lon='2'/>" * 3_000
    activity = read_single(
        gpx(f"{refused}<trk><name>n</name>{segment(0, 5)}</trk>").replace(b"\n", b"\n" + b"<!-- a -->" * 60, 1)
    )
    assert (len(activity.samples), activity.name) == (5, "n")


@pytest.mark.parametrize("time", ["yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z"])
def test_a_time_that_is_none_is_a_missing_time(time: str) -> None:
    activity = read_single(gpx(f"<trk>{segment(0, 5)}</trk>").replace(b"2025-05-01T08:00:00Z", time.encode()))
    assert len(activity.samples) == 4
    assert activity.warnings == ("1 of 5 points have no time and were left out",)


def test_points_without_position_or_time_are_dropped_and_counted() -> None:
    lost = '<trkpt lat="48.0" lon="11.0"/><trkpt lon="11"><time>2025-05-01T08:00:00Z</time></trkpt>'
    activity = read_single(gpx(f"<trk><trkseg>{lost}{point(1)}{point(2)}{point(3, lat='95')}</trkseg></trk>"))
    assert len(activity.samples) == 2
    assert "2 points without a usable position" in activity.warnings[0]
    assert "1 of 3 points have no time" in activity.warnings[1]


def test_times_without_a_zone_are_taken_as_utc_and_said() -> None:
    data = gpx(f"<trk>{segment(0, 5)}</trk>").replace(b"Z</time>", b"</time>")
    activity = read_single(data)
    assert activity.start_time == START
    assert "taken as UTC" in activity.warnings[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<trk><trkseg><trkpt lat='1' lon='1'/></trkseg></trk>", "has no times"),
        ("<rte><rtept lat='1' lon='1'/></rte>", "planned route"),
        ("<wpt lat='1' lon='1'/>", "waypoints only"),
        ("", "no track points"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(body: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_gpx(gpx(body), "x.gpx")


def test_a_prefixed_document_is_read() -> None:
    data = gpx(f"<trk><name>n</name>{segment(0, 5)}</trk>", attributes="").decode()
    for tag in ("gpx", "trkseg", "trkpt", "trk", "name", "ele", "time"):
        data = (
            data.replace(f"<{tag}>", f"<p:{tag}>").replace(f"<{tag} ", f"<p:{tag} ").replace(f"</{tag}>", f"</p:{tag}>")
        )
    activity = read_single(data.replace("xmlns=", "xmlns:p=").encode())
    assert activity.name == "n"
    assert len(activity.samples) == 5


WHOLE = gpx(f"<wpt lat='1' lon='1'><name>w</name></wpt><trk>{segment(0, 40, extension('gpxtpx'))}</trk>")
FULL = read_single(WHOLE)


@given(st.integers(1, len(WHOLE) - 1))
@settings(deadline=None)
def test_a_file_cut_anywhere_keeps_a_prefix_of_its_points(length: int) -> None:
    try:
        activity = read_single(WHOLE[:length])
    except ReadError:
        assert b"</trkpt>" not in WHOLE[:length]
        return
    count = len(activity.samples)
    np.testing.assert_array_equal(activity.samples.t_s, FULL.samples.t_s[:count])
    np.testing.assert_array_equal(activity.samples.heart_rate_bpm, FULL.samples.heart_rate_bpm[:count])
    assert count == WHOLE[:length].count(b"</trkpt>")
    assert "damaged" in activity.warnings[0]


@given(damaged(WHOLE))
@settings(deadline=None, max_examples=200)
def test_random_damage_never_leaves_as_another_exception(data: bytes) -> None:
    read_or_refuse(read_gpx, data)
