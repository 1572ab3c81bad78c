"""Random sessions of every kind: plan, athlete, place and watch are all drawn at random."""

from dataclasses import dataclass, replace

import numpy as np

from retropace.simulate.athlete import SimulatedAthlete, draw_athlete
from retropace.simulate.place import SimulatedPlace, draw_place
from retropace.simulate.plan import PlannedStretch, SessionPlan, draw_duration_s, draw_run, draw_walk, with_warm_up
from retropace.simulate.session import SimulatedSession, simulate
from retropace.simulate.watch import Watch, draw_watch

WATCH_STOP_PROBABILITY = 0.25
"""Probability that the runner of a random session stops the watch each time they stand still."""
_RECOVERIES = {
    "rest": ("rest", "stand", 1.0),
    "forward walk": ("forward", "walk", 1.0),
    "forward jog": ("forward", "run", 0.85),
}
"""Direction, gait and effort of each kind of recovery between repetitions, by its name in a workout sentence."""
_PYRAMIDS = (
    ("100m", "200m", "300m", "200m", "100m"),
    ("200m", "400m", "600m", "400m", "200m"),
    ("200m", "400m", "800m", "400m"),
    ("60s", "120s", "180s", "120s", "60s"),
    ("30s", "60s", "90s", "120s", "90s", "60s", "30s"),
)
"""Pyramids to draw from: the lengths of the repetitions, which rise and then fall."""


def _draw_recovery(rng: np.random.Generator, name: str, seconds: float) -> PlannedStretch:
    """Draw a recovery of about ``seconds`` between two repetitions; ``name`` is a key of ``_RECOVERIES``."""
    direction, gait, effort = _RECOVERIES[name]
    return PlannedStretch(direction, gait, draw_duration_s(rng, seconds), None, effort)


@with_warm_up
def _reps(rng: np.random.Generator) -> SessionPlan:
    """Draw backward repetitions; all recoveries between them are of one kind (standing, walking or jogging)."""
    count = int(rng.integers(4, 9))
    length = str(rng.choice(["200m", "300m", "400m", "600m", "60s", "90s", "120s", "180s"]))
    pause_s, recovery = int(rng.choice([60, 90, 120])), str(rng.choice(list(_RECOVERIES)))
    plan = []
    for _ in range(count):
        rest = _draw_recovery(rng, recovery, pause_s)
        plan += [draw_run(rng, "backward", length), rest]
    return plan, f"{count}x({length} backward, {pause_s}s {recovery})"


@with_warm_up
def _quarter_mile(rng: np.random.Generator) -> SessionPlan:
    """Draw 1 to 3 quarter-mile tests: 400 m forward, 2 minutes' rest, 400 m backward in under twice the time."""
    count, walk_s = int(rng.integers(1, 4)), 150
    plan = []
    for _ in range(count):
        plan += [
            draw_run(rng, "forward", "400m", float(rng.uniform(1.25, 1.45))),
            _draw_recovery(rng, "rest", 120),
            draw_run(rng, "backward", "400m", float(rng.uniform(1.0, 1.15))),
            draw_walk(rng, "forward", walk_s),
        ]
    return plan, f"{count}x(400m forward, 2min rest, 400m backward, {walk_s}s walk)"


@with_warm_up
def _mixed(rng: np.random.Generator) -> SessionPlan:
    plan, words = [], []
    for _ in range(int(rng.integers(2, 6))):
        back = str(rng.choice(["200m", "500m", "800m", "1000m", "60s", "150s", "300s"]))
        on = str(rng.choice(["400m", "1000m", "120s", "240s"]))
        plan += [draw_run(rng, "backward", back), draw_run(rng, "forward", on)]
        words += [f"{back} backward", f"{on} forward"]
    return plan, ", ".join(words)


def _beginner(rng: np.random.Generator) -> SessionPlan:
    count, first, last = int(rng.integers(3, 7)), int(rng.integers(8, 15)), int(rng.integers(5, 11))
    back_s, on_s = int(rng.choice([60, 90, 120, 150])), int(rng.choice([90, 120, 180]))
    plan = [draw_walk(rng, "forward", 60.0 * first)]
    for _ in range(count):
        plan += [draw_walk(rng, "backward", back_s), draw_walk(rng, "forward", on_s)]
    plan.append(draw_walk(rng, "forward", 60.0 * last, 0.95))
    return plan, f"{first}min forward walk, {count}x({back_s}s backward walk, {on_s}s walk), {last}min forward walk"


@with_warm_up
def _alternating(rng: np.random.Generator) -> SessionPlan:
    count = int(rng.integers(6, 13))
    plan = [draw_run(rng, direction, "50m") for _ in range(count) for direction in ("backward", "forward")]
    return plan, f"{count}x(50m backward, 50m forward)"


def _long(rng: np.random.Generator) -> SessionPlan:
    """Draw a long run of which much or most is backward; the backward part may start after only two minutes."""
    first, back, last = int(rng.integers(2, 26)), int(rng.integers(12, 41)), int(rng.integers(5, 21))
    plan = [
        draw_run(rng, "forward", f"{60 * first}s"),
        draw_run(rng, "backward", f"{60 * back}s"),
        draw_run(rng, "forward", f"{60 * last}s", 0.95),
    ]
    words = [f"{first}min forward", f"{back}min backward", f"{last}min forward"]
    if rng.random() < 0.5:
        again = int(rng.integers(5, 16))
        plan += [draw_run(rng, "backward", f"{60 * again}s", 0.95), draw_run(rng, "forward", "300s", 0.92)]
        words += [f"{again}min backward", "5min forward"]
    return plan, ", ".join(words)


@with_warm_up
def _pyramid(rng: np.random.Generator) -> SessionPlan:
    lengths = _PYRAMIDS[int(rng.integers(len(_PYRAMIDS)))]
    pause_s, recovery = int(rng.choice([60, 90, 120])), str(rng.choice(list(_RECOVERIES)))
    plan, words = [], []
    for length in lengths:
        plan += [draw_run(rng, "backward", length), _draw_recovery(rng, recovery, pause_s)]
        words += [f"{length} backward", f"{pause_s}s {recovery}"]
    return plan, ", ".join(words)


@with_warm_up
def _two_sets(rng: np.random.Generator) -> SessionPlan:
    """Draw two sets of backward repetitions, of equal or different lengths, with a longer break between the sets."""
    recovery = str(rng.choice(list(_RECOVERIES)))
    first = str(rng.choice(["200m", "300m", "400m", "60s", "120s"]))
    plan: list[PlannedStretch] = []
    words: list[str] = []
    for length in (first, first if rng.random() < 0.5 else {"200m": "400m"}.get(first, "200m")):
        if words:
            plan.append(draw_walk(rng, "forward", 240))
            words.append("4min forward walk")
        count, pause_s = int(rng.integers(3, 6)), int(rng.choice([45, 60, 90]))
        for _ in range(count):
            plan += [draw_run(rng, "backward", length), _draw_recovery(rng, recovery, pause_s)]
        words.append(f"{count}x({length} backward, {pause_s}s {recovery})")
    return plan, ", ".join(words)


def _easy(rng: np.random.Generator) -> SessionPlan:
    """Draw a run at one relaxed pace; half of the runs end with a slower stretch."""
    minutes = int(rng.integers(25, 61))
    plan, sentence = [draw_run(rng, "forward", f"{60 * minutes}s")], f"{minutes}min forward"
    if rng.random() < 0.5:
        plan.append(draw_run(rng, "forward", "360s", float(rng.uniform(0.65, 0.85))))
        sentence += ", 6min forward"
    return plan, sentence


@with_warm_up
def _tempo(rng: np.random.Generator) -> SessionPlan:
    minutes = int(rng.integers(12, 31))
    return [draw_run(rng, "forward", f"{60 * minutes}s", float(rng.uniform(1.12, 1.28)))], f"{minutes}min forward"


@with_warm_up
def _strides(rng: np.random.Generator) -> SessionPlan:
    count, effort = int(rng.integers(4, 9)), float(rng.uniform(1.5, 1.8))
    plan = []
    for _ in range(count):
        plan.append(draw_run(rng, "forward", "100m", effort))
        plan.append(draw_run(rng, "forward", "60s", float(rng.uniform(0.8, 0.95))))
    return plan, f"{count}x(100m forward, 60s forward jog)"


def _run_walk(rng: np.random.Generator) -> SessionPlan:
    count, run_s = int(rng.integers(5, 11)), int(rng.choice([60, 120, 180, 300]))
    walk_s = int(rng.choice([60, 90, 120]))
    plan = [draw_walk(rng, "forward", 300)]
    for _ in range(count):
        plan += [draw_run(rng, "forward", f"{run_s}s"), draw_walk(rng, "forward", walk_s)]
    return [*plan, draw_walk(rng, "forward", 240, 0.9)], f"5min walk, {count}x({run_s}s run, {walk_s}s walk), 4min walk"


@with_warm_up
def _recovery_jogs(rng: np.random.Generator) -> SessionPlan:
    """Draw fast repetitions separated by recovery jogs, which are as slow as backward running."""
    count = int(rng.integers(4, 11))
    length, jog_s = str(rng.choice(["400m", "800m", "1000m", "90s", "180s"])), int(rng.choice([60, 90, 120, 180]))
    fast, slow = float(rng.uniform(1.15, 1.4)), float(rng.uniform(0.62, 0.88))
    lengths = [(length, fast), (f"{jog_s}s", slow)] * count
    plan = [draw_run(rng, "forward", length, effort) for length, effort in lengths]
    return plan, f"{count}x({length} forward, {jog_s}s forward jog)"


def _stop_and_go(rng: np.random.Generator) -> SessionPlan:
    plan, words = [], []
    for _ in range(int(rng.integers(4, 9))):
        minutes = int(rng.integers(3, 11))
        plan.append(draw_run(rng, "forward", f"{60 * minutes}s", float(rng.uniform(0.75, 1.1))))
        plan.append(_draw_recovery(rng, "rest", float(rng.uniform(10.0, 60.0))))
        words += [f"{minutes}min forward", "30s rest"]
    return plan[:-1], ", ".join(words[:-1])


def _stroll(rng: np.random.Generator) -> SessionPlan:
    first, slow, last = int(rng.integers(10, 31)), int(rng.integers(3, 13)), int(rng.integers(5, 16))
    plan = [
        draw_walk(rng, "forward", 60.0 * first),
        draw_walk(rng, "forward", 60.0 * slow, float(rng.uniform(0.65, 0.9))),
        draw_walk(rng, "forward", 60.0 * last),
    ]
    return plan, f"{first}min walk, {slow}min walk, {last}min walk"


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
