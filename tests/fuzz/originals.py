"""Small sound and odd recordings of every format, which a mutation run starts from."""

import gzip
import json

from tests.readers.fit.test_heart_rates import BEATS
from tests.readers.fit.test_heart_rates import recording as record_heartbeats
from tests.readers.json.test_polar import exercise, newer, older
from tests.readers.xml.test_kml import array, kml, marker, part, track
from tests.support.fit_bytes import run as fit_run
from tests.support.gpx_documents import extension, gpx, segment
from tests.support.paths import ROOT
from tests.support.tcx_documents import lap, tcx

POINTS = 90
"""Number of points that are kept of each odd text file."""
MAX_FIT_BYTES = 30_000
APPLE = {
    "schema": "retropace.apple-workout/1",
    "sport": "running",
    "start_time": "2025-05-01 08:01:10 +0200",
    "elapsed_s": 120.0,
    "device": "Watch",
    "is_indoor": False,
    "pauses": [[30.0, 40.0]],
    "laps": [60.0],
    "steps": [[5.0 * index, 5.0 * index + 5.0, 14.0] for index in range(24)],
    "metres": [[5.0 * index, 5.0 * index + 5.0, 15.0] for index in range(24)],
    "heart": [[5.0 * index, 5.0 * index, 140.0] for index in range(24)],
    "routes": [],
    "lost_routes": 0,
}


def build_originals() -> dict[str, bytes]:
    """The bytes of each recording, by name."""
    named = '<wpt lat="48.0005" lon="11.0"><time>2025-05-01T08:00:20Z</time><name>backward</name></wpt>'
    found = {
        "run.gpx": gpx(
            f"{named}<trk><name>Morning</name>{segment(0, 60, extension('gpxtpx'))}{segment(70, 130)}</trk>"
        ),
        "laps.tcx": tcx(
            lap(0, 60, [range(40), range(45, 61)], inner="<Cadence>84</Cadence>"), lap(61, 40, [range(61, 101)])
        ),
        "track.kml": kml(
            track(part(range(60), array("cadence", range(60), str)), part(range(90, 120))), marker("back", 10)
        ),
        "older.json": older(exercise()),
        "newer.json": newer(),
        "apple.json": json.dumps(APPLE).encode(),
        "run.fit": fit_run(90).to_bytes(),
        "beats.fit": record_heartbeats(BEATS, 0, packed=True),
        "run.gpx.gz": gzip.compress(gpx(f"<trk>{segment(0, 60)}</trk>"), mtime=0),
    }
    for path in sorted((ROOT / "tests" / "data" / "odd").iterdir()):
        data = path.read_bytes()
        if path.suffix in (".gpx", ".tcx"):
            lines = data.splitlines(keepends=True)
            found[path.name] = b"".join(lines if len(lines) < 2 * POINTS else [*lines[:POINTS], *lines[-POINTS:]])
        elif path.suffix == ".fit" and len(data) <= MAX_FIT_BYTES:
            found[path.name] = data
    return found
