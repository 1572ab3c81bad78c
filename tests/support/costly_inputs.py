"""Small files that once took minutes or gigabytes to read: a sound recording, and something odd in large numbers."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
GPX_HEAD = '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" xmlns:v="urn:v"{}>'


def gpx_point(second: int, inner: str = "") -> str:
    time = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'<trkpt lat="{48.0 + second * 2.7e-5:.7f}" lon="11.0"><time>{time}</time>{inner}</trkpt>'


def gpx_run(body: str = "", attributes: str = "", trailer: str = "") -> bytes:
    """A run of five minutes with something before and behind its track."""
    points = "".join(map(gpx_point, range(300)))
    return f"{GPX_HEAD.format(attributes)}{body}<trk><trkseg>{points}</trkseg></trk>{trailer}</gpx>".encode()


def strange_elements(count: int) -> bytes:
    return gpx_run("<wpt-x></wpt-x>" * count)


def undeclared_prefixes(count: int) -> bytes:
    return gpx_run("".join(f"<p{index}:a/>" for index in range(count)))


def declared_namespaces(count: int) -> bytes:
    declarations = "".join(f' xmlns:a{index}="urn:{index}"' for index in range(count))
    return gpx_run('<a b=""/>' * count, declarations)


def nested_namespaces(count: int) -> bytes:
    declarations = "".join(f'<a xmlns:b{index}="urn:b{index}" c=""/>' for index in range(count))
    return gpx_run(declarations)


def kml_arrays(count: int) -> bytes:
    points = "".join(
        f"<when>2025-05-01T08:00:{second:02d}Z</when><gx:coord>11.0 {48.0 + 2.7e-5 * second:.6f} 5</gx:coord>"
        for second in range(60)
    )
    arrays = "".join(
        f'<gx:SimpleArrayData name="a{index}"><gx:value>1</gx:value></gx:SimpleArrayData>' for index in range(count)
    )
    head = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark>'
    data = f"<ExtendedData><SchemaData>{arrays}</SchemaData></ExtendedData>"
    return f"{head}<gx:Track>{points}{data}</gx:Track></Placemark></kml>".encode()


def extension_names(count: int) -> bytes:
    points = "".join(gpx_point(index, f"<extensions><v:e{index}>1</v:e{index}></extensions>") for index in range(count))
    return f"{GPX_HEAD.format('')}<trk><trkseg>{points}</trkseg></trk></gpx>".encode()


def short_segments(count: int) -> bytes:
    segments = "".join(f"<trkseg>{gpx_point(2 * index)}{gpx_point(2 * index + 1)}</trkseg>" for index in range(count))
    return f"{GPX_HEAD.format('')}<trk>{segments}</trk></gpx>".encode()


def short_tracks(count: int) -> bytes:
    tracks = "".join(
        f"<trk><trkseg>{gpx_point(2 * index)}{gpx_point(2 * index + 1)}</trkseg></trk>" for index in range(count)
    )
    return f"{GPX_HEAD.format('')}{tracks}</gpx>".encode()


def empty_gzip_members(count: int) -> bytes:
    return gzip.compress(b"", mtime=0) * count + gzip.compress(gpx_run(), mtime=0)


def waypoints(count: int) -> bytes:
    return gpx_run("".join(f'<wpt lat="48" lon="11"><name>backward {index}</name></wpt>' for index in range(count)))


INPUTS: dict[str, tuple[Callable[[int], bytes], int]] = {
    "strange-elements.gpx": (strange_elements, 50_000),
    "undeclared-prefixes.gpx": (undeclared_prefixes, 46_000),
    "declared-namespaces.gpx": (declared_namespaces, 20_000),
    "nested-namespaces.gpx": (nested_namespaces, 20_000),
    "arrays.kml": (kml_arrays, 100_000),
    "extension-names.gpx": (extension_names, 8_000),
    "short-segments.gpx": (short_segments, 10_000),
    "short-tracks.gpx": (short_tracks, 10_000),
    "empty-members.gpx.gz": (empty_gzip_members, 200_000),
    "waypoints.gpx": (waypoints, 20_000),
}
"""For each file what makes it, and the number with which it once took too long."""
