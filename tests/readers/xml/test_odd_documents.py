"""Documents that tell a run in unusual ways: points outside of their parents, times and numbers in other writing."""

import re
from pathlib import Path

import numpy as np
import pytest

from retropace.core.activity import Activity
from retropace.core.spans import total_s
from retropace.readers import read_all
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.kml import read_kml
from retropace.readers.xml.tcx import read_tcx
from retropace.readers.xml.way import report_filled_times
from tests.support.gpx_documents import gpx, point, segment
from tests.support.tcx_documents import lap, tcx
from tests.support.tcx_documents import point as trackpoint

KML_HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'


def coords(seconds: range) -> str:
    return "".join(
        f"<when>2025-05-01T08:00:{second:02d}Z</when><gx:coord>11.0 {48.0 + 2.7e-5 * second:.6f} 500</gx:coord>"
        for second in seconds
    )


def single(activities: list[Activity]) -> Activity:
    (activity,) = activities
    return activity


@pytest.mark.parametrize(
    "body",
    [
        "".join(point(second) for second in range(30)),
        f"<trk>{''.join(point(second) for second in range(30))}</trk>",
        segment(0, 30),
        f"<trk>{segment(0, 15)}</trk>{''.join(point(second) for second in range(15, 30))}",
        f"<trk>{segment(0, 15)}{''.join(point(second) for second in range(15, 30))}</trk>",
    ],
)
def test_gpx_points_outside_of_a_track_or_segment_are_read(body: str) -> None:
    activity = single(read_gpx(gpx(body), "x"))
    assert activity.samples.t_s.tolist() == list(range(30))
    assert total_s(activity.pauses) == 0.0


def test_a_name_belongs_to_its_track_whatever_stands_before_it() -> None:
    body = f"{point(0)}{point(1)}<trk><name>n</name><type>running</type>{segment(50_000, 50_010)}</trk>"
    first, second = read_gpx(gpx(body), "x")
    assert (first.name, second.name, second.sport) == ("", "n", "running")


@pytest.mark.parametrize(
    "whole",
    [
        f"<Activity Sport='Running'><Lap>{''.join(map(trackpoint, range(30)))}</Lap></Activity>",
        f"<Activity Sport='Running'>{''.join(map(trackpoint, range(30)))}</Activity>",
        f"<Activity Sport='Running'><Track>{''.join(map(trackpoint, range(30)))}</Track></Activity>",
        f"<Track>{''.join(map(trackpoint, range(30)))}</Track>",
        "".join(map(trackpoint, range(30))),
        f"<Activity><Lap>{trackpoint(0)}</Lap>{''.join(map(trackpoint, range(1, 30)))}</Activity>",
    ],
)
def test_tcx_points_outside_of_a_track_or_lap_are_read(whole: str) -> None:
    document = re.sub(rb"(?s)<Activity .*</Activity>", whole.encode(), tcx(lap(0, 1, [range(1)])))
    activity = single(read_tcx(document, "x"))
    assert activity.samples.t_s.tolist() == list(range(30))


@pytest.mark.parametrize(
    "body",
    [
        f"<Placemark>{coords(range(30))}</Placemark>",
        f"<Document><Placemark><gx:MultiTrack>{coords(range(30))}</gx:MultiTrack></Placemark></Document>",
        f"<Document>{coords(range(30))}</Document>",
    ],
)
def test_kml_positions_outside_of_a_track_are_read(body: str) -> None:
    assert single(read_kml(f"{KML_HEAD}{body}</kml>".encode(), "x")).samples.t_s.tolist() == list(range(30))


@pytest.mark.parametrize("size", [1, 2])
def test_a_segment_per_point_or_two_is_no_pause_each(size: int) -> None:
    body = "".join(segment(second, second + size) for second in range(0, 60 * size, size))
    activity = single(read_gpx(gpx(f"<trk>{body}</trk>"), "x"))
    assert (len(activity.samples), total_s(activity.pauses)) == (60 * size, 0.0)


def test_sparse_points_in_a_segment_each_are_no_pauses_but_an_hour_is() -> None:
    body = "".join(segment(second, second + 1) for second in [*range(0, 600, 20), *range(4200, 4800, 20)])
    activity = single(read_gpx(gpx(f"<trk>{body}</trk>"), "x"))
    assert activity.pauses.tolist() == [[580.0, 4200.0]]


def test_points_without_a_time_get_one_by_their_way() -> None:
    points = [point(second) for second in range(31)]
    untimed = [re.sub("<time>.*?</time>", "", text) if 0 < second < 30 else text for second, text in enumerate(points)]
    activity = single(read_gpx(gpx(f"<trk><trkseg>{''.join(untimed)}</trkseg></trk>"), "x"))
    np.testing.assert_allclose(activity.samples.t_s, np.arange(31.0), atol=0.01)
    assert activity.findings == (report_filled_times(29, 31),)
    place = "<Position><LatitudeDegrees>{}</LatitudeDegrees><LongitudeDegrees>7</LongitudeDegrees></Position>"
    laps = lap(0, 30, [range(31)], inner=place.format("48.1"))
    spread = re.sub("48.1", lambda match: f"48.{match.start():06d}", laps)
    untimed_laps = re.sub(r"<Time>2025-05-01T08:00:[12]\d*Z</Time>", "", spread)
    activity = single(read_tcx(tcx(untimed_laps), "x"))
    assert len(activity.samples) == 31
    assert np.all(np.diff(activity.samples.t_s) > 0.0)


def test_untimed_points_at_the_ends_and_where_time_falls_are_left_out() -> None:
    bare = "<trkpt lat='48.0' lon='11.0'/>"
    body = f"<trk><trkseg>{bare}{point(5)}{bare}{point(3)}{point(4)}{bare}</trkseg></trk>"
    activity = single(read_gpx(gpx(body), "x"))
    assert len(activity.samples) == 3
    assert activity.warnings == ("3 of 6 points have no time and were left out",)


def counted(distance_m: str, second: int, name: str = "v:distance") -> str:
    return point(second, f"<extensions><{name}>{distance_m}</{name}></extensions>")


@pytest.mark.parametrize("name", ["v:distance", "v:Distance", "v:DistanceMeters", "v:totalDistance"])
def test_a_counter_of_distance_in_gpx_is_read(name: str) -> None:
    body = "".join(counted(f"{3.1 * second:.1f}", second, name) for second in range(60))
    activity = single(read_gpx(gpx(f"<trk><trkseg>{body}</trkseg></trk>", attributes='xmlns:v="urn:v"'), "x"))
    np.testing.assert_allclose(activity.samples.distance_m, 3.1 * np.arange(60.0), atol=1e-6)


def test_distances_since_the_point_before_add_up_and_kilometres_stay_what_they_are() -> None:
    body = "".join(counted("3,05", second) for second in range(60))
    activity = single(read_gpx(gpx(f"<trk><trkseg>{body}</trkseg></trk>", attributes='xmlns:v="urn:v"'), "x"))
    np.testing.assert_allclose(activity.samples.distance_m, 3.05 * np.arange(1.0, 61.0))
    body = "".join(counted(f"{0.003 * second:.3f}", second) for second in range(60))
    activity = single(read_gpx(gpx(f"<trk><trkseg>{body}</trkseg></trk>", attributes='xmlns:v="urn:v"'), "x"))
    assert np.all(np.isnan(activity.samples.distance_m))
    assert "distance" in activity.samples.extra


def test_decimal_commas_and_other_digits_in_numbers() -> None:
    document = tcx(lap(0, 30, [range(31)])).replace(b"<DistanceMeters>9<", "<DistanceMeters>٩٫٥<".encode())
    document = document.replace(b"<DistanceMeters>90<", b"<DistanceMeters>90,5<")
    activity = single(read_tcx(document, "x"))
    assert activity.samples.distance_m[[3, 30]].tolist() == [9.5, 90.5]
    data = (
        gpx(f"<trk>{segment(0, 5)}</trk>").replace(b"<ele>0.0<", b"<ele>500,25<").replace(b'lon="11.0"', b'lon="11,5"')
    )
    activity = single(read_gpx(data, "x"))
    assert (activity.samples.altitude_m[0], activity.samples.lon_deg[0]) == (500.25, 11.5)
    body = coords(range(5)).replace("11.0 ", "11,25 ")
    assert single(read_kml(f"{KML_HEAD}<Placemark>{body}</Placemark></kml>".encode(), "x")).samples.lon_deg[0] == 11.25


def read_bytes(tmp_path: Path, data: bytes) -> list[Activity]:
    path = tmp_path / "x"
    path.write_bytes(data)
    return read_all(path)


def test_a_fragment_costs_nothing_but_itself(tmp_path: Path) -> None:
    run = f"<trk><type>running</type>{segment(100_000, 100_060)}</trk>"
    for body in (f"<trk>{segment(0, 1)}</trk>{run}", f"{run}<trk>{segment(200_000, 200_001)}</trk>"):
        activity = single(read_bytes(tmp_path, gpx(body)))
        assert len(activity.samples) == 60
        assert activity.notes == ("1 session of fewer than two records left out",)
    whole = tcx(lap(0, 30, [range(31)])).decode()
    start, end = whole.index("<Activity "), whole.index("</Activity>") + len("</Activity>")
    other = whole[start:end].replace("2025-05-01", "2025-05-02")
    one = re.sub("(?s)(</Trackpoint>).*</Track>", r"\1</Track>", whole[start:end], count=1)
    assert len(single(read_bytes(tmp_path, (whole[:start] + one + other + whole[end:]).encode())).samples) == 31


def test_a_lap_of_one_point_costs_nothing() -> None:
    activity = single(read_tcx(tcx(lap(0, 0, [range(1)]), lap(1, 29, [range(1, 31)])), "x"))
    assert (len(activity.samples), len(activity.laps)) == (31, 2)


def test_a_run_that_is_in_the_file_twice_is_one_run(tmp_path: Path) -> None:
    run = f"<trk>{segment(0, 60)}</trk>"
    laps = "".join(f"<trk>{segment(first, first + 20)}</trk>" for first in (0, 20, 40))
    for body in (run + run, run + laps, run + run + run):
        activity = single(read_bytes(tmp_path, gpx(body)))
        assert len(activity.samples) == 60
        assert "more than once" in activity.notes[0]
    whole = tcx(lap(0, 30, [range(31)])).decode()
    start, end = whole.index("<Activity "), whole.index("</Activity>") + len("</Activity>")
    assert len(read_bytes(tmp_path, (whole[:end] + whole[start:]).encode())) == 1


def test_two_runners_at_the_same_time_are_two_runs(tmp_path: Path) -> None:
    other = segment(0, 60).replace('lon="11.0"', 'lon="12.0"')
    assert len(read_bytes(tmp_path, gpx(f"<trk>{segment(0, 60)}</trk><trk>{other}</trk>"))) == 2
