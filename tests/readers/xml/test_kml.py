import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace import read_all
from retropace.core.activity import Activity
from retropace.core.errors import OtherSportError, ReadError
from retropace.readers.xml import document
from retropace.readers.xml.kml import read_kml
from tests.support.damage import damaged, read_or_refuse

START = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.3" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:opentracks="http://opentracksapp.com/xmlschemas/v1">\n'
    "<Document><name><![CDATA[Thursday]]></name><atom:generator><![CDATA[OpenTracks]]></atom:generator>"
    '<Schema id="schema"><SimpleArrayField name="speed" type="float"/></Schema>'
)
TAIL = "</Document></kml>"


def clock(second: int) -> str:
    return (START + timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def place(second: int) -> str:
    return f"11.0 {48.0 + 2.7e-5 * second:.6f} {500 + second}"


def array(name: str, seconds: range, value: Callable[[int], str]) -> str:
    values = "".join(f"<value>{said}</value>" if (said := value(second)) else "<value />" for second in seconds)
    return f'<SimpleArrayData name="{name}">{values}</SimpleArrayData>'


def part(seconds: range, *arrays: str) -> str:
    """A ``Track`` with a moment per second, as OpenTracks writes one."""
    points = "".join(f"<when>{clock(second)}</when><coord>{place(second)}</coord>" for second in seconds)
    sensors = "".join((array("speed", seconds, lambda _: "3"), *arrays))
    data = f'<ExtendedData><SchemaData schemaUrl="#schema">{sensors}</SchemaData></ExtendedData>'
    return f"<Track>{points}{data}</Track>"


def track(*parts: str, kind: str = "running", name: str = "By the lake") -> str:
    return (
        f"<Placemark><name>{name}</name><description>four backward</description>"
        "<opentracks:trackid>5c9f2a4e-0000-4000-8000-000000000001</opentracks:trackid><styleUrl>#track</styleUrl>"
        f'<ExtendedData><Data name="activityType"><value>{kind}</value></Data></ExtendedData>'
        '<ExtendedData><Data name="type"><value>Laufen</value></Data></ExtendedData>'
        f"<MultiTrack><altitudeMode>absolute</altitudeMode>{''.join(parts)}</MultiTrack></Placemark>"
    )


def marker(name: str, second: int, style: str = "waypoint", where: str = "11.0,48.001,500") -> str:
    return (
        f"<Placemark><name>{name}</name><description>a note</description>"
        f"<TimeStamp><when>{clock(second)}</when></TimeStamp><styleUrl>#{style}</styleUrl>"
        f"<Point><coordinates>{where}</coordinates></Point></Placemark>"
    )


def kml(*body: str) -> bytes:
    return f"{HEAD}{''.join(body)}{TAIL}".encode()


def read_single(data: bytes) -> Activity:
    (activity,) = read_kml(data, "x.kml")
    return activity


def test_a_track_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "run.kml"
    seconds = range(61)
    arrays = (
        array("heartrate", seconds, lambda second: "" if second == 7 else str(120 + second)),
        array("cadence", seconds, lambda _: "84"),
        array("power", seconds, lambda _: "210.5"),
    )
    path.write_bytes(kml(track(part(seconds, *arrays))))
    (activity,) = read_all(path)
    assert (activity.source.format, activity.sport, activity.findings) == ("kml", "running", ())
    assert (activity.name, activity.description, str(activity.device)) == ("By the lake", "four backward", "OpenTracks")
    assert activity.start_time == START
    samples = activity.samples
    np.testing.assert_array_equal(samples.t_s, np.arange(61.0))
    np.testing.assert_allclose(samples.lat_deg, 48.0 + 2.7e-5 * np.arange(61))
    assert set(samples.lon_deg.tolist()) == {11.0}
    np.testing.assert_array_equal(samples.altitude_m, 500.0 + np.arange(61))
    np.testing.assert_array_equal(samples.speed_mps, 3.0)
    np.testing.assert_array_equal(samples.cadence_recorded, 84.0)
    np.testing.assert_array_equal(samples.extra["power"], 210.5)
    assert np.flatnonzero(np.isnan(samples.heart_rate_bpm)).tolist() == [7]
    assert samples.heart_rate_bpm[8] == 128.0
    assert activity.field_counts["heartrate"] == 60
    assert len(activity.pauses) == 0


def test_kml_22_of_my_tracks_gives_the_same() -> None:
    seconds = range(31)
    plain = kml(track(part(seconds, array("heart_rate", seconds, lambda _: "150"))))
    older = (
        plain.decode()
        .replace("kml/2.3", "kml/2.2")
        .replace("<kml ", '<kml xmlns:gx="http://www.google.com/kml/ext/2.2" ')
    )
    for name in ("MultiTrack", "Track", "coord", "SimpleArrayData", "value"):
        older = re.sub(rf"(</?){name}(?=[ />])", rf"\1gx:{name}", older)
    assert "<gx:coord>" in older
    assert repr(read_single(older.encode())) == repr(read_single(plain))


def test_all_times_before_all_positions_pair_in_order() -> None:
    whens = "".join(f"<when>{clock(second)}</when>" for second in range(5))
    coords = "".join("<coord/>" if second == 2 else f"<coord>{place(second)}</coord>" for second in range(5))
    activity = read_single(kml(track(f"<Track>{whens}{coords}</Track>")))
    assert activity.samples.t_s.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert np.flatnonzero(np.isnan(activity.samples.lat_deg)).tolist() == [2]
    assert activity.samples.altitude_m[3] == 503.0


def test_a_gap_between_parts_is_a_pause_unless_the_way_was_lost() -> None:
    def types(first: str, seconds: range) -> str:
        return array("trackpoint_type", seconds, lambda second: first if second == seconds[0] else "TRACKPOINT")

    parts = [(range(31), "SEGMENT_START_MANUAL"), (range(90, 121), "SEGMENT_START_MANUAL")]
    parts += [(range(150, 181), "SEGMENT_START_AUTOMATIC"), (range(181, 200), "SEGMENT_START_MANUAL")]
    activity = read_single(kml(track(*(part(seconds, types(first, seconds)) for seconds, first in parts))))
    assert activity.pauses.tolist() == [[30.0, 90.0]]
    words = activity.samples.categories["trackpoint_type"]
    assert [words[int(at)] for at in activity.samples.extra["trackpoint_type"][[0, 1, 62]]] == [
        "SEGMENT_START_MANUAL",
        "TRACKPOINT",
        "SEGMENT_START_AUTOMATIC",
    ]
    assert read_single(kml(track(part(range(31)), part(range(90, 121))))).pauses.tolist() == [[30.0, 90.0]]


def test_a_sensors_distance_adds_up_if_it_measured_the_whole_way() -> None:
    seconds = range(31)
    activity = read_single(
        kml(track(part(seconds, array("distance", seconds, lambda second: "2.5" if second else ""))))
    )
    assert activity.samples.distance_m[[0, 1, 30]].tolist() == [0.0, 2.5, 75.0]
    half = read_single(
        kml(track(part(seconds, array("distance", seconds, lambda second: "2.5" if second > 15 else ""))))
    )
    assert np.all(np.isnan(half.samples.distance_m))
    assert np.nansum(half.samples.extra["distance"]) == 37.5


def test_several_tracks_are_sessions_with_their_own_markers(tmp_path: Path) -> None:
    path = tmp_path / "all.kml"
    markers = (
        marker("b", 1010),
        marker("backward", 12),
        marker("start", 0, "start"),
        marker("far", 3, where="180,100"),
    )
    folder = (
        f'<Folder id="tracks">{track(part(range(1000, 1031)), name="two")}{track(part(range(31)), name="one")}</Folder>'
    )
    path.write_bytes(kml(f"<Folder>{''.join(markers)}</Folder>", folder))
    first, second = read_all(path)
    assert [(one.name, one.source.session, len(one.samples)) for one in (first, second)] == [
        ("one", 0, 31),
        ("two", 1, 31),
    ]
    assert [(mark.name, mark.note, mark.t_s, mark.lat_deg, mark.lon_deg) for mark in first.waypoints] == [
        ("backward", "a note", 12.0, 48.001, 11.0)
    ]
    assert [(mark.name, mark.t_s) for mark in second.waypoints] == [("b", 10.0)]


def test_a_track_outside_of_a_multitrack_and_without_a_name_is_a_session() -> None:
    activity = read_single(kml(f"<Placemark>{part(range(5))}</Placemark>"))
    assert (activity.name, activity.sport, len(activity.samples)) == ("Thursday", "", 5)


@pytest.mark.parametrize(
    ("told", "sport"),
    [
        ('<ExtendedData><Data name="type"><value>trail running</value></Data></ExtendedData>', "trail running"),
        ('<icon>RUN</icon><ExtendedData><Data name="type"><value>Laufen</value></Data></ExtendedData>', "laufen"),
        ('<icon>BIKE</icon><ExtendedData><Data name="type"><value>Radeln</value></Data></ExtendedData>', "bike"),
        ('<icon>UNKNOWN</icon><ExtendedData><Data name="type"><value>run</value></Data></ExtendedData>', "run"),
        ("<icon>UNKNOWN</icon>", ""),
    ],
)
def test_the_kind_of_activity(told: str, sport: str) -> None:
    assert read_single(kml(f"<Placemark>{told}{part(range(3))}</Placemark>")).sport == sport


@pytest.mark.parametrize("kind", ["cycling", "airplane", "ferry", "kite surfing", "riding", "snow shoeing"])
def test_another_sport_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ride.kml"
    path.write_bytes(kml(track(part(range(31)), kind=kind)))
    with pytest.raises(OtherSportError, match=kind):
        read_all(path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "nothing to analyse"),
        ("<Placemark><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>", "a map"),
        (marker("only", 3), "a map"),
        ("<Placemark><Track><when>then</when><coord>1 2</coord></Track></Placemark>", "no times"),
        ("<Placemark><Track/></Placemark>", "nothing to analyse"),
    ],
)
def test_what_holds_no_timed_track_is_refused_in_words(body: str, words: str) -> None:
    with pytest.raises(ReadError, match=f"holds no timed track: .*{words}"):
        read_kml(kml(body), "x.kml")


def test_what_cannot_be_used_is_left_out_and_said() -> None:
    data = kml(track(part(range(10))))
    data = data.replace(f"<when>{clock(3)}</when>".encode(), b"<when>soon</when>")
    data = data.replace(f"<coord>{place(5)}</coord>".encode(), b"<coord>0.0 100.0</coord>")
    data = data.replace(f"<coord>{place(9)}</coord>".encode(), b"")
    activity = read_single(data)
    assert activity.samples.t_s.tolist() == [0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert np.flatnonzero(np.isnan(activity.samples.lat_deg)).tolist() == [4]
    assert activity.warnings == (
        "1 unusable position left out",
        "1 of 9 points have no time and were left out",
        "times and positions differ in number: the last 1 were left out",
    )


def test_a_document_type_is_refused() -> None:
    data = kml(track(part(range(3)))).replace(b"?>", b'?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]>', 1)
    with pytest.raises(ReadError, match="document type"):
        read_kml(data, "x.kml")


def test_a_large_document_keeps_its_tracks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = kml(track(part(range(9))))
    monkeypatch.setattr(document, "MAX_TREE_CHARS", 0)
    assert len(read_single(data).samples) == 9


WHOLE = kml(marker("m", 3), track(part(range(8), array("cadence", range(8), lambda _: "84")), part(range(20, 28))))
FULL = read_single(WHOLE)


@given(st.integers(1, len(WHOLE) - 1))
@settings(deadline=None)
def test_a_file_cut_anywhere_keeps_a_prefix_of_its_points(length: int) -> None:
    kept = WHOLE[:length]
    try:
        activity = read_single(kept)
    except ReadError:
        assert b"</coord>" not in kept
        return
    assert len(activity.samples) == kept.count(b"</coord>")
    np.testing.assert_array_equal(activity.samples.t_s, FULL.samples.t_s[: len(activity.samples)])
    if b"</kml" not in kept:
        assert any(said.startswith("damaged in line") for said in activity.warnings)


def test_a_file_cut_off_in_an_array_keeps_its_values_so_far() -> None:
    cut = WHOLE[: WHOLE.index(b"<value>84</value>") + 3 * len(b"<value>84</value>") + 4]
    activity = read_single(cut)
    assert activity.samples.speed_mps.tolist() == [3.0] * 8
    assert np.isfinite(activity.samples.cadence_recorded).tolist() == [True] * 3 + [False] * 5


@given(damaged(WHOLE))
@settings(deadline=None, max_examples=200)
def test_random_damage_never_leaves_as_another_exception(data: bytes) -> None:
    read_or_refuse(read_kml, data)
