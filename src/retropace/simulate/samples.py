"""Generation of the files in ``samples/``: simulated recordings with their truth, reproducible to the byte."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.body import Truth
from retropace.simulate.place import SimulatedPlace
from retropace.simulate.plan import backward, forward, rest, walk
from retropace.simulate.session import SimulatedSession, simulate
from retropace.simulate.watch import Watch
from retropace.simulate.write_recording import fit_bytes, gpx_text

STADIUM = SimulatedPlace("track", 52.51464, 13.23946)
"""The track of the Olympic stadium in Berlin."""
PARK = SimulatedPlace("path", 52.51450, 13.35010)
"""A path in the Tiergarten in Berlin."""
QUARTER_MILE_SIDECAR = """\
start,end,label,note
lap 5,,backward,first quarter mile backward
lap 9,,backward,second
# The third one, lap 13, is left for retropace to suspect.
"""
"""Content of the annotation file beside the sample ``quarter-mile.fit``."""


def quarter_mile() -> SimulatedSession:
    """Simulate three rounds of 400 m forward, two minutes' rest and 400 m backward, with a lap at every change."""
    plan = [forward(seconds=480)]
    for number in range(3):
        plan += [walk("forward", 40), forward(metres=400, effort=1.35), rest(115 + 5 * number), backward(metres=400)]
    plan += [walk("forward", 60), forward(seconds=300, effort=0.95)]
    start = datetime(2025, 5, 3, 7, 30, tzinfo=UTC)
    athlete = SimulatedAthlete(run_mps=2.9, backward_speed_ratio=0.78)
    return simulate(plan, athlete=athlete, place=STADIUM, start_time=start, name="Quarter miles", seed=1)


def track_6x400() -> SimulatedSession:
    """Simulate six times 400 m backward on a track, each followed by two minutes of jogging forward."""
    reps = [backward(metres=400), forward(seconds=120, effort=0.85)] * 6
    plan = [forward(seconds=420), *reps, forward(seconds=120, effort=0.9)]
    start = datetime(2025, 5, 10, 16, 0, tzinfo=UTC)
    phone = Watch(record_interval_s=3)
    return simulate(plan, place=STADIUM, watch=phone, start_time=start, name="6 x 400 m backward", seed=2)


def treadmill_beginner() -> SimulatedSession:
    """Simulate a beginner who walks on a treadmill, five times backward, and presses the lap button at each turn."""
    plan = [walk("forward", 240)]
    for seconds in (90, 105, 120, 135, 150):
        plan += [walk("backward", seconds), walk("forward", 120)]
    plan += [walk("forward", 120, effort=0.9)]
    start, place = datetime(2025, 5, 12, 18, 15, tzinfo=UTC), SimulatedPlace("treadmill")
    athlete = SimulatedAthlete(walk_mps=1.45, backward_walk_speed_ratio=0.55)
    return simulate(plan, athlete=athlete, place=place, start_time=start, name="Treadmill", seed=3)


def long_backward() -> SimulatedSession:
    """Simulate a long run with 25 minutes backward and a pause; the watch writes records only at changes."""
    plan = [
        forward(seconds=1200, lap=False),
        rest(150, lap=False, paused=True),
        forward(seconds=420, lap=False),
        backward(seconds=1500, lap=False),
        forward(seconds=900, lap=False),
    ]
    start = datetime(2025, 5, 18, 6, 45, tzinfo=UTC)
    return simulate(plan, place=PARK, watch=Watch(smart_recording=True), start_time=start, name="Long run", seed=4)


def sample_files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content in bytes of every generated file of ``samples/``."""
    sessions = {
        "quarter-mile.fit": quarter_mile(),
        "track-6x400.gpx": track_6x400(),
        "treadmill-beginner.fit": treadmill_beginner(),
        "long-backward.fit": long_backward(),
    }
    for name, session in sessions.items():
        yield name, gpx_text(session.activity).encode() if name.endswith(".gpx") else fit_bytes(session.activity)
        yield name.rpartition(".")[0] + ".truth.json", truth_json(session.truth).encode()
    yield "quarter-mile.annotations.csv", QUARTER_MILE_SIDECAR.encode()


def truth_json(truth: Truth) -> str:
    """Return the truth as JSON: start, end (elapsed s), direction and gait of each stretch; metres per direction."""
    edges_s = truth.edges_s.tolist()
    spans = [
        {"start_s": start, "end_s": end, "direction": direction, "gait": gait}
        for start, end, direction, gait in zip(edges_s[:-1], edges_s[1:], truth.direction, truth.gait, strict=True)
    ]
    metres = {name: round(value, 1) for name, value in truth.distance_m.items()}
    return json.dumps({"spans": spans, "distance_m": metres}, indent=1) + "\n"
