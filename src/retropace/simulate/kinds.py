"""Random sessions of every kind: plan, athlete, place and watch are all drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.simulate.athlete import SimulatedAthlete, draw_athlete
from retropace.simulate.place import SimulatedPlace, draw_place
from retropace.simulate.plan import SessionPlan, draw_stretch, with_warm_up
from retropace.simulate.session import SimulatedSession, simulate
from retropace.simulate.watch import Watch, draw_watch

WATCH_STOP_PROBABILITY = 0.25
"""Probability that the runner of a random session stops the watch each time they stand still."""
_RECOVERIES = ("rest", "forward walk", "forward jog")
"""What runners do between repetitions, in the words of a workout sentence."""
_PYRAMIDS = (
    ("100m", "200m", "300m", "200m", "100m"),
    ("200m", "400m", "600m", "400m", "200m"),
    ("200m", "400m", "800m", "400m"),
    ("60s", "120s", "180s", "120s", "60s"),
    ("30s", "60s", "90s", "120s", "90s", "60s", "30s"),
)
"""Pyramids to draw from: the lengths of the repetitions, which rise and then fall."""


def _draw_all(rng: np.random.Generator, parts: Sequence[str]) -> SessionPlan:
    return [draw_stretch(rng, part) for part in parts], ", ".join(parts)


def _draw_set(rng: np.random.Generator, count: int, *parts: str) -> SessionPlan:
    return _draw_all(rng, parts * count)[0], f"{count}x({', '.join(parts)})"


def _draw_recovery(rng: np.random.Generator) -> str:
    return f"{rng.choice([60, 90, 120])}s {rng.choice(_RECOVERIES)}"


@with_warm_up
def _reps(rng: np.random.Generator) -> SessionPlan:
    """Draw backward repetitions; all recoveries between them are of one kind (standing, walking or jogging)."""
    count = int(rng.integers(4, 9))
    rep = f"{rng.choice(['200m', '300m', '400m', '600m', '60s', '90s', '120s', '180s'])} backward"
    recovery = _draw_recovery(rng)
    plan = []
    for _ in range(count):
        rest = draw_stretch(rng, recovery)  # drawn first, so that seeds give the same sessions as ever
        plan += [draw_stretch(rng, rep), rest]
    return plan, f"{count}x({rep}, {recovery})"


@with_warm_up
def _quarter_mile(rng: np.random.Generator) -> SessionPlan:
    """Draw 1 to 3 quarter-mile tests: 400 m forward, 2 minutes' rest, 400 m backward in under twice the time."""
    count = int(rng.integers(1, 4))
    plan = []
    for _ in range(count):
        plan += [
            draw_stretch(rng, "400m forward", rng.uniform(1.25, 1.45)),
            draw_stretch(rng, "2min rest"),
            draw_stretch(rng, "400m backward", rng.uniform(1.0, 1.15)),
            draw_stretch(rng, "150s walk"),
        ]
    return plan, f"{count}x(400m forward, 2min rest, 400m backward, 150s walk)"


@with_warm_up
def _mixed(rng: np.random.Generator) -> SessionPlan:
    plan, words = [], []
    for _ in range(int(rng.integers(2, 6))):
        back = str(rng.choice(["200m", "500m", "800m", "1000m", "60s", "150s", "300s"]))
        on = str(rng.choice(["400m", "1000m", "120s", "240s"]))
        pair, sentence = _draw_all(rng, (f"{back} backward", f"{on} forward"))
        plan += pair
        words.append(sentence)
    return plan, ", ".join(words)


def _beginner(rng: np.random.Generator) -> SessionPlan:
    count, first, last = int(rng.integers(3, 7)), int(rng.integers(8, 15)), int(rng.integers(5, 11))
    back_s, on_s = int(rng.choice([60, 90, 120, 150])), int(rng.choice([90, 120, 180]))
    warm_up = draw_stretch(rng, f"{first}min forward walk")
    plan, sentence = _draw_set(rng, count, f"{back_s}s backward walk", f"{on_s}s walk")
    plan = [warm_up, *plan, draw_stretch(rng, f"{last}min forward walk", 0.95)]
    return plan, f"{first}min forward walk, {sentence}, {last}min forward walk"


@with_warm_up
def _alternating(rng: np.random.Generator) -> SessionPlan:
    return _draw_set(rng, int(rng.integers(6, 13)), "50m backward", "50m forward")


def _long(rng: np.random.Generator) -> SessionPlan:
    """Draw a long run of which much or most is backward; the backward part may start after only two minutes."""
    first, back, last = int(rng.integers(2, 26)), int(rng.integers(12, 41)), int(rng.integers(5, 21))
    parts = [(f"{first}min forward", 1.0), (f"{back}min backward", 1.0), (f"{last}min forward", 0.95)]
    plan = [draw_stretch(rng, words, effort) for words, effort in parts]
    if rng.random() < 0.5:
        again = [(f"{rng.integers(5, 16)}min backward", 0.95), ("5min forward", 0.92)]
        plan += [draw_stretch(rng, words, effort) for words, effort in again]
        parts += again
    return plan, ", ".join(words for words, _ in parts)


@with_warm_up
def _pyramid(rng: np.random.Generator) -> SessionPlan:
    lengths = _PYRAMIDS[int(rng.integers(len(_PYRAMIDS)))]
    recovery = _draw_recovery(rng)
    return _draw_all(rng, [part for length in lengths for part in (f"{length} backward", recovery)])


@with_warm_up
def _two_sets(rng: np.random.Generator) -> SessionPlan:
    """Draw two sets of backward repetitions, of equal or different lengths, with a longer break between the sets."""
    recovery = str(rng.choice(_RECOVERIES))
    first = str(rng.choice(["200m", "300m", "400m", "60s", "120s"]))
    second = first if rng.random() < 0.5 else {"200m": "400m"}.get(first, "200m")
    pieces: list[SessionPlan] = []
    for length in (first, second):
        if pieces:
            pieces.append(_draw_all(rng, ["4min forward walk"]))
        count, pause_s = int(rng.integers(3, 6)), int(rng.choice([45, 60, 90]))
        pieces.append(_draw_set(rng, count, f"{length} backward", f"{pause_s}s {recovery}"))
    return [stretch for plan, _ in pieces for stretch in plan], ", ".join(sentence for _, sentence in pieces)


def _easy(rng: np.random.Generator) -> SessionPlan:
    """Draw a run at one relaxed pace; half of the runs end with a slower stretch."""
    plan, sentence = _draw_all(rng, [f"{rng.integers(25, 61)}min forward"])
    if rng.random() < 0.5:
        plan.append(draw_stretch(rng, "6min forward", rng.uniform(0.65, 0.85)))
        sentence += ", 6min forward"
    return plan, sentence


@with_warm_up
def _tempo(rng: np.random.Generator) -> SessionPlan:
    words = f"{rng.integers(12, 31)}min forward"
    return [draw_stretch(rng, words, rng.uniform(1.12, 1.28))], words


@with_warm_up
def _strides(rng: np.random.Generator) -> SessionPlan:
    count, effort = int(rng.integers(4, 9)), rng.uniform(1.5, 1.8)
    plan = []
    for _ in range(count):
        plan.append(draw_stretch(rng, "100m forward", effort))
        plan.append(draw_stretch(rng, "60s forward", rng.uniform(0.8, 0.95)))
    return plan, f"{count}x(100m forward, 60s forward jog)"


def _run_walk(rng: np.random.Generator) -> SessionPlan:
    count, run_s = int(rng.integers(5, 11)), int(rng.choice([60, 120, 180, 300]))
    walk_s = int(rng.choice([60, 90, 120]))
    warm_up = draw_stretch(rng, "5min walk")
    plan, sentence = _draw_set(rng, count, f"{run_s}s run", f"{walk_s}s walk")
    return [warm_up, *plan, draw_stretch(rng, "4min walk", 0.9)], f"5min walk, {sentence}, 4min walk"


@with_warm_up
def _recovery_jogs(rng: np.random.Generator) -> SessionPlan:
    """Draw fast repetitions separated by recovery jogs, which are as slow as backward running."""
    count = int(rng.integers(4, 11))
    length, jog_s = str(rng.choice(["400m", "800m", "1000m", "90s", "180s"])), int(rng.choice([60, 90, 120, 180]))
    parts = [(f"{length} forward", rng.uniform(1.15, 1.4)), (f"{jog_s}s forward", rng.uniform(0.62, 0.88))]
    plan = [draw_stretch(rng, words, effort) for words, effort in parts * count]
    return plan, f"{count}x({length} forward, {jog_s}s forward jog)"


def _stop_and_go(rng: np.random.Generator) -> SessionPlan:
    plan, words = [], []
    for _ in range(int(rng.integers(4, 9))):
        run = f"{rng.integers(3, 11)}min forward"
        plan.append(draw_stretch(rng, run, rng.uniform(0.75, 1.1)))
        plan.append(draw_stretch(rng, f"{rng.uniform(10.0, 60.0)}s rest"))
        words += [run, "30s rest"]
    return plan[:-1], ", ".join(words[:-1])


def _stroll(rng: np.random.Generator) -> SessionPlan:
    words = [f"{rng.integers(10, 31)}min walk", f"{rng.integers(3, 13)}min walk", f"{rng.integers(5, 16)}min walk"]
    first = draw_stretch(rng, words[0])
    slow = draw_stretch(rng, words[1], rng.uniform(0.65, 0.9))
    return [first, slow, draw_stretch(rng, words[2])], ", ".join(words)


BACKWARD_KINDS = {
    "reps": _reps,
    "quarter mile": _quarter_mile,
    "mixed": _mixed,
    "beginner": _beginner,
    "alternating": _alternating,
    "long": _long,
}
"""Kinds of sessions with backward stretches, by name."""
FORWARD_KINDS = {
    "easy": _easy,
    "tempo": _tempo,
    "strides": _strides,
    "run/walk": _run_walk,
    "recovery jogs": _recovery_jogs,
    "stop and go": _stop_and_go,
    "stroll": _stroll,
}
"""Kinds of sessions without backward stretches, by name."""
INTERVAL_KINDS = {"pyramid": _pyramid, "two sets": _two_sets}
"""Kinds of interval sessions whose backward repetitions have several lengths, by name."""
ALL_KINDS = BACKWARD_KINDS | FORWARD_KINDS | INTERVAL_KINDS
"""All kinds of sessions by name. Their order must not change: the index of a kind is part of its random seed."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A random session, with the workout sentence that describes it and the athlete who ran it."""

    session: SimulatedSession
    sentence: str
    athlete: SimulatedAthlete


def draw(kind: str, seed: int, athlete: SimulatedAthlete | None = None, *, plain: bool = False) -> Draw:
    """Draw a session, the same for the same arguments; if ``plain``, on the flat with a watch that loses nothing."""
    rng = np.random.default_rng((list(ALL_KINDS).index(kind), seed))
    plan, sentence = ALL_KINDS[kind](rng)
    athlete = athlete or draw_athlete(rng)
    if plain:
        place, watch = draw_plain(rng)
    else:
        place = draw_place(rng)
        length_s = sum(
            part.seconds or (part.metres or 0.0) / athlete.speed_mps(part.direction, part.gait, part.effort)
            for part in plan
        )
        watch = draw_watch(rng, length_s, place.kind == "treadmill")
        if rng.random() < WATCH_STOP_PROBABILITY:
            plan = [replace(stretch, paused=stretch.gait == "stand") for stretch in plan]
    session = simulate(plan, athlete=athlete, place=place, watch=watch, name=f"{kind} {seed}", seed=seed)
    return Draw(session, sentence, athlete)


def draw_plain(rng: np.random.Generator) -> tuple[SimulatedPlace, Watch]:
    """Draw a flat outdoor place, and a watch that writes a record each second and loses nothing."""
    place = SimulatedPlace(str(rng.choice(["track", "path"])), 52.5 + float(rng.normal(0.0, 0.1)), 13.3)
    watch = Watch(
        speed_time_constant_s=float(rng.uniform(2.0, 6.0)),
        cadence_lag_s=int(rng.integers(2, 6)),
        position_error_sd_m=float(rng.uniform(1.5, 3.0)),
    )
    return place, watch
