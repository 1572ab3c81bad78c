"""Small GPX documents, point by point."""

from datetime import UTC, datetime, timedelta

START = datetime(2025, 5, 1, 8, 0, tzinfo=UTC)
TPX = 'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"'


def point(second: int, inner: str = "", lat: str | None = None) -> str:
    place = lat if lat is not None else f"{48.0 + second * 2.7e-5:.6f}"
    time = (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    return f'<trkpt lat="{place}" lon="11.0"><ele>0.0</ele><time>{time}</time>{inner}</trkpt>'


def segment(first: int, last: int, inner: str = "") -> str:
    return "<trkseg>" + "".join(point(second, inner) for second in range(first, last)) + "</trkseg>"


def gpx(body: str, *, attributes: str = TPX, version: str = "1.1") -> bytes:
    name = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="{version}" creator="test" xmlns="{name}" {attributes}>'
    )
    return f"{head}{body}</gpx>".encode()


def extension(prefix: str) -> str:
    return (
        f"<extensions><{prefix}:TrackPointExtension><{prefix}:hr>150</{prefix}:hr>"
        f"<{prefix}:cad>84</{prefix}:cad></{prefix}:TrackPointExtension></extensions>"
    )
