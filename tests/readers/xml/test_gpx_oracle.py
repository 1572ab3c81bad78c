"""The columns of a GPX document against the points that gpxpy reads, on real files and on random ones.

gpxpy reads with ElementTree here, an independent parser; with lxml it also cuts values off at an instruction. It knows
GPX's own elements only without a prefix, so that it is given the document without.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import gpxpy
import gpxpy.gpx
import gpxpy.parser
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retropace.core.spans import FloatArray
from retropace.readers.xml.document import parse_document
from retropace.readers.xml.gpx_points import PAUSE_LATITUDES_DEG, POINT_TAG, POINT_TAGS, GpxPoints, read_points
from tests.support.paths import CORPUS, ROOT

REFUSED = {
    "marcusvolz__strava_py__invalid-lon-lat-missing.gpx": "latitude is mandatory",
    "ThomasDaheim__GPXEditor__testxmnls.gpx": "unbound prefix",
    "mshroyer__coursepointer__invalid_bad_xml.gpx": "unclosed token",
    "placemark__togeojson__bad.gpx": "could not convert",
}
"""What gpxpy cannot read, and why: what is left of these files is in test_gpx.py, in words."""


def oracle(text: str) -> Any:
    """The document as gpxpy reads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpxpy.parser, "mod_etree", ElementTree)
        return gpxpy.parse(text)


def ours(data: bytes) -> GpxPoints:
    """The points as the reader has them before it drops or sorts any."""
    return parse_document(data, "x", POINT_TAGS, read_points, cut_after=(POINT_TAG, "wpt", "rtept")).content


def posix_s(time: datetime | None) -> float:
    return np.nan if time is None else time.replace(tzinfo=time.tzinfo or UTC).timestamp()


def sensor(point: Any, name: str) -> float:
    """The first number of this local name in what hangs in a point."""
    elements = (element for extension in point.extensions for element in extension.iter())
    texts = [element.text or "" for element in elements if element.tag.rpartition("}")[2] == name]
    return next((value for value in map(finite, texts) if np.isfinite(value)), np.nan)


def finite(value: str | float | None) -> float:
    try:
        number = float(value) if value is not None else np.nan
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def placed(point: Any) -> bool:
    """Whether a point lies on the earth."""
    return bool(abs(point.latitude) <= 90.0 and abs(point.longitude) <= 180.0)


def has_time(part: list[Any], index: int) -> bool:
    """Whether the reader knows the time of a point of a part: its own, or between those of points around it."""
    before = [point.time for point in part[:index] if point.time is not None]
    after = [point.time for point in part[index + 1 :] if point.time is not None]
    is_between = bool(before and after) and posix_s(before[-1]) < posix_s(after[0])
    return part[index].time is not None or is_between


def usable_parts(track: Any) -> list[list[Any]]:
    """The usable points of each segment, cut where an old OpenTracks file marks a pause, without empty ones."""
    parts: list[list[Any]] = []
    for segment in track.segments:
        parts.append([])
        for point in segment.points:
            if point.latitude in PAUSE_LATITUDES_DEG and point.longitude == 0.0:
                parts.append([])
            elif placed(point):
                parts[-1].append(point)
    known = [[point for index, point in enumerate(part) if has_time(part, index)] for part in parts]
    return [part for part in known if part]


def assert_equal_where_known(name: str, column: FloatArray, values: list[float]) -> None:
    """Compare a column; a point without a time may have one from the points around it."""
    expected = np.array(values, dtype=np.float64)
    is_compared = np.isfinite(expected) if name == "posix_s" else np.ones(len(expected), dtype=bool)
    np.testing.assert_array_equal(column[is_compared], expected[is_compared], err_msg=name)


def assert_same(points: GpxPoints, expected: Any) -> None:
    every = [point for track in expected.tracks for segment in track.segments for point in segment.points]
    missing = np.full(len(every), np.nan)
    for name, values in (
        ("lat_deg", [finite(point.latitude) for point in every]),
        ("lon_deg", [finite(point.longitude) for point in every]),
        ("altitude_m", [finite(point.elevation) for point in every]),
        ("posix_s", [posix_s(point.time) for point in every]),
        ("heart_rate_bpm", [sensor(point, "hr") for point in every]),
    ):
        column = points.columns.get(name, missing)
        assert_equal_where_known(name, column, values)
    assert len(points.tracks) == len(expected.tracks)
    for segments, track in zip(points.tracks, expected.tracks, strict=True):
        kept = usable_parts(track)
        assert [len(rows) for rows in segments] == [len(part) for part in kept]
        rows = np.concatenate([*segments, np.array([], dtype=np.intp)])
        for name, values in (
            ("lat_deg", [point.latitude for part in kept for point in part]),
            ("posix_s", [posix_s(point.time) for part in kept for point in part]),
        ):
            assert_equal_where_known(name, points.columns[name][rows], values)


def files() -> list[Path]:
    return sorted([*CORPUS.glob("gpx/*.gpx"), *CORPUS.glob("bad/*.gpx")])


def check(path: Path) -> None:
    text = path.read_text(encoding="iso-8859-1" if "iso8859" in path.name else "utf-8-sig")
    if path.name in REFUSED:
        with pytest.raises(gpxpy.gpx.GPXException, match=REFUSED[path.name]):
            oracle(text)
        return
    assert_same(ours(path.read_bytes()), oracle(text))


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", files(), ids=lambda path: path.name[:40])
def test_columns_of_public_recordings_are_what_gpxpy_reads(path: Path) -> None:
    check(path)


@pytest.mark.parametrize("path", sorted((ROOT / "samples").glob("*.gpx")), ids=lambda path: path.name)
def test_columns_of_the_samples_are_what_gpxpy_reads(path: Path) -> None:
    check(path)


START = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
NUMBERS = st.one_of(
    st.integers(0, 250).map(str),
    st.floats(-500.0, 9000.0).map(repr),
    st.sampled_from(["1e3", "+4", ".5", "5.", "-0.0", "1_000", "0012", "1E-2", "NaN", "inf", "٣"]),
)
GAPS = st.sampled_from(
    ["", "", "\n    ", " ", "\r\n\t", "<!-- c -->", "\n <!-- <trkpt lat='9' lon='9'> -->", "<?pi <trkpt?>"]
)
"""What may stand between elements."""


def value(draw: st.DrawFn, text: str, plain: bool) -> str:
    """A text as one may write it in XML."""
    if plain or not text:
        return text
    at = draw(st.integers(0, len(text)))
    return draw(
        st.sampled_from(
            [
                text,
                f"<![CDATA[{text}]]>",
                f"{text[:at]}<![CDATA[{text[at:]}]]>",
                f"{text[:at]}<!-- <time> -->{text[at:]}",
                f"{text[:at]}<?a b?>{text[at:]}",
                "".join(f"&#{ord(sign)};" for sign in text),
                f"{text[:-1]}&#x{ord(text[-1]):x};",
            ]
        )
    )


@st.composite
def stamps(draw: st.DrawFn, second: int) -> str:
    """A time as gpxpy knows it, or one that is none for both."""
    moment = START + timedelta(seconds=second)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = draw(st.sampled_from(["", "", ".5", ".250", ".123456", ".123456789"]))
    zone = draw(st.sampled_from(["Z", "Z", "Z", "", "+00:00", "+02:00", "-05:30"]))
    return draw(
        st.sampled_from([text + fraction + zone, text + fraction + zone, "yesterday", "2025-02-30T00:00:00Z", ""])
    )


@st.composite
def points(draw: st.DrawFn, second: int, plain: bool, gap: str) -> str:
    """A point: as watches write it, all alike, or in any way there is; ``@`` stands for the prefix of GPX."""
    lat, lon = f"{48.0 + 2.7e-5 * second:.6f}", f"{11.0 + 1e-5 * second:.6f}"
    ele, hr, time = (
        f"{500 + second % 7}.5",
        f"{120 + second % 9}",
        f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}",
    )
    quote, close = '"', ""
    kinds = ["ele", "time", "hr"]
    if not plain:
        lat, lon = (
            draw(st.sampled_from([lat, "1e1", " 48.5 ", "95", "&#52;8", "nan", "-0.0"])),
            draw(st.sampled_from([lon, "+11"])),
        )
        ele, hr, time = draw(NUMBERS), draw(NUMBERS), draw(stamps(second))
        quote, close = draw(st.sampled_from("\"'")), draw(st.sampled_from(["", " "]))
        kinds = draw(st.lists(st.sampled_from([*kinds, "vendor", "desc", "empty"]), unique=True))
    parts = {
        "ele": f"<@ele{close}>{value(draw, ele, plain)}</@ele{close}>",
        "time": f"<@time>{value(draw, time, plain)}</@time>",
        "hr": f"<@extensions>{gap}<t:TrackPointExtension><t:hr>{value(draw, hr, plain)}</t:hr><t:cad>80</t:cad>"
        f"</t:TrackPointExtension>{gap}</@extensions>",
        "vendor": "<v:power w='1'>200</v:power><v:mode>walk &amp; run</v:mode>",
        "desc": "<@desc>a &lt; b ü</@desc>",
        "empty": "<@sym/>",
    }
    own = [f"lat={quote}{lat}{quote}", f"lon={quote}{lon}{quote}"]
    if not plain:
        own = draw(st.permutations([*own, *draw(st.sampled_from([[], ["v:a='x>y'"], ["v:b=''"]]))]))
    return f"<@trkpt {' '.join(own)}{close}>{gap}{gap.join(parts[kind] for kind in kinds)}{gap}</@trkpt>"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A GPX document with ``@`` where GPX's prefix belongs."""
    second = 0
    tracks = []
    for _ in range(draw(st.integers(0, 3))):
        segments = []
        for _ in range(draw(st.integers(0, 3))):
            gap = draw(GAPS)
            made = []
            for _ in range(draw(st.sampled_from([0, 1, 2, 6, 12]))):
                made.append(draw(points(second, draw(st.sampled_from([True, True, True, False])), gap)))
                second += draw(st.sampled_from([1, 1, 1, 5]))
            segments.append(draw(st.sampled_from(["<@trkseg>", "<@trkseg >"])) + gap + gap.join(made) + "</@trkseg>")
            segments += draw(st.sampled_from([[], ["<@trkseg/>"], ["<!-- <trkseg> -->"]]))
        tracks.append(f"<@trk><@name>n &amp; <![CDATA[<m>]]></@name>{''.join(segments)}</@trk>")
    waypoint = draw(st.sampled_from(["", "<@wpt lat='1' lon='2'><@name>w</@name></@wpt>"]))
    return f"{waypoint}{''.join(tracks)}"


@given(documents(), st.sampled_from(["", "g:"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-15"]))
@settings(deadline=None, max_examples=150)
def test_columns_of_any_document_are_what_gpxpy_reads(body: str, prefix: str, encoding: str) -> None:
    vendors = "xmlns:t='urn:t' xmlns:v='urn:v'"
    name = "http://www.topografix.com/GPX/1/1"
    without = body.replace("@", "")
    expected = oracle(f'<gpx version="1.1" creator="c" xmlns="{name}" {vendors}>{without}</gpx>')
    own = f"xmlns:{prefix.rstrip(':')}" if prefix else "xmlns"
    declared = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>"
    head = f'{declared}<{prefix}gpx version="1.1" creator="c" {own}="{name}" {vendors}>'
    text = f"{head}{body.replace('@', prefix)}</{prefix}gpx>"
    data = text.encode(encoding, "xmlcharrefreplace")
    # A character reference within a CDATA section is plain text, another one than the oracle has.
    assume(b"&#" not in b"".join(re.findall(rb"<!\[CDATA\[.*?\]\]>", data)))
    assert_same(ours(data), expected)
