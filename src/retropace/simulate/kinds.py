"""Sessions as backward runners do them, drawn at random: what they carried out, and the sentence that says so.

The kinds: ``reps``, ``quarter mile``, ``mixed``, ``beginner`` (walking) and ``alternating`` (50 m each way). Nobody
carries a plan out to the second: what is done differs from what the sentence says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retropace.simulate.athlete import Athlete
from retropace.simulate.place import Place
from retropace.simulate.plan import Stretch
from retropace.simulate.session import Session, simulate
from retropace.simulate.watch import Watch

TIMED_SHARE, TIMED_S = 0.02, 1.5
"""How far what is done by the watch's clock strays from the plan (standard deviation): a glance at the wrist."""
MEASURED_SHARE = 0.015
"""The same for distances, along kerbs and bends."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A session with the sentence for it; lap ``n`` is stretch ``n`` of the truth."""

    session: Session
    sentence: str


def draw(kind: str, seed: int) -> Draw:
    """One session of a kind; the same seed gives the same. Raises ``KeyError`` for a kind that is none."""
    rng = np.random.default_rng((sorted(KINDS).index(kind), seed))
    plan, sentence = KINDS[kind](rng)
    place = Place(str(rng.choice(["track", "path"])), 52.5 + float(rng.normal(0.0, 0.1)), 13.3)
    made = simulate(
        plan, athlete=draw_athlete(rng), place=place, watch=draw_watch(rng), name=f"{kind} {seed}", seed=seed
    )
    return Draw(made, sentence)


def draw_athlete(rng: np.random.Generator) -> Athlete:
    """Somebody within the published ranges (see :mod:`retropace.simulate.athlete`)."""
    run = float(rng.uniform(2.4, 3.6))
    return Athlete(
        run_mps=run,
        backward_share=float(rng.uniform(0.55, 0.80)),
        walk_mps=float(rng.uniform(1.2, 1.55)),
        backward_walk_share=float(rng.uniform(0.45, 0.75)),
        cadence_spm=float(rng.normal(166.0, 6.0)),
        walk_cadence_spm=float(rng.normal(114.0, 4.0)),
        beats_at_rest=float(rng.uniform(55.0, 75.0)),
        beats_per_mps=float(rng.uniform(23.0, 30.0)) * 2.9 / run,
        backward_cadence=float(rng.uniform(1.04, 1.13)),
        backward_beats=float(rng.uniform(15.0, 22.0)),
    )


def draw_watch(rng: np.random.Generator) -> Watch:
    """Some watch: smoothing and lag as at real lap marks, a record every second."""
    return Watch(
        speed_smooth_s=float(rng.uniform(2.0, 6.0)),
        cadence_lag_s=int(rng.integers(2, 6)),
        position_error_m=float(rng.uniform(1.5, 3.0)),
    )


def _timed(rng: np.random.Generator, seconds: float) -> float:
    return max(float(round(seconds + rng.normal(0.0, TIMED_S + TIMED_SHARE * seconds))), 5.0)


def _measured(rng: np.random.Generator, metres: float) -> float:
    return metres * float(1.0 + rng.normal(0.0, MEASURED_SHARE))


def _run(rng: np.random.Generator, direction: str, length: str, effort: float = 1.0) -> Stretch:
    """A stretch of ``400m`` or ``90s``, carried out about so."""
    if length.endswith("m"):
        return Stretch(direction, "run", None, _measured(rng, float(length[:-1])), effort)
    return Stretch(direction, "run", _timed(rng, float(length[:-1])), None, effort)


def _ends(rng: np.random.Generator) -> tuple[Stretch, str, Stretch, str]:
    """Warm-up and cool-down with their words."""
    first, last = int(rng.integers(6, 13)), int(rng.integers(4, 9))
    return (
        Stretch("forward", "run", _timed(rng, 60.0 * first)),
        f"{first}min forward",
        Stretch("forward", "run", _timed(rng, 60.0 * last), None, 0.92),
        f"{last}min forward",
    )


def _reps(rng: np.random.Generator) -> tuple[list[Stretch], str]:
    warm, warm_words, cool, cool_words = _ends(rng)
    count = int(rng.integers(4, 9))
    length = str(rng.choice(["200m", "300m", "400m", "600m", "60s", "90s", "120s", "180s"]))
    pause_s = int(rng.choice([60, 90, 120]))
    kind = str(rng.choice(["rest", "walk", "jog"]))
    plan = [warm]
    for _ in range(count):
        recovery_s = _timed(rng, pause_s)
        recovery = {
            "rest": Stretch("rest", "stand", recovery_s),
            "walk": Stretch("forward", "walk", recovery_s),
            "jog": Stretch("forward", "run", recovery_s, None, 0.85),
        }[kind]
        plan += [_run(rng, "backward", length), recovery]
    words = {"rest": "rest", "walk": "forward walk", "jog": "forward jog"}[kind]
    return [*plan, cool], f"{warm_words}, {count}x({length} backward, {pause_s}s {words}), {cool_words}"


def _quarter_mile(rng: np.random.Generator) -> tuple[list[Stretch], str]:
    warm, warm_words, cool, cool_words = _ends(rng)
    count = int(rng.integers(1, 4))
    walk_s = 150
    plan, words = [warm], [warm_words]
    for _ in range(count):
        plan += [
            _run(rng, "forward", "400m", float(rng.uniform(1.25, 1.45))),
            Stretch("rest", "stand", _timed(rng, 120)),
            _run(rng, "backward", "400m", float(rng.uniform(1.0, 1.15))),
            Stretch("forward", "walk", _timed(rng, walk_s)),
        ]
    words.append(f"{count}x(400m forward, 2min rest, 400m backward, {walk_s}s walk)")
    return [*plan, cool], ", ".join([*words, cool_words])


def _mixed(rng: np.random.Generator) -> tuple[list[Stretch], str]:
    warm, warm_words, cool, cool_words = _ends(rng)
    plan, words = [warm], [warm_words]
    for _ in range(int(rng.integers(2, 6))):
        back = str(rng.choice(["200m", "500m", "800m", "1000m", "60s", "150s", "300s"]))
        on = str(rng.choice(["400m", "1000m", "120s", "240s"]))
        plan += [_run(rng, "backward", back), _run(rng, "forward", on)]
        words += [f"{back} backward", f"{on} forward"]
    return [*plan, cool], ", ".join([*words, cool_words])


def _beginner(rng: np.random.Generator) -> tuple[list[Stretch], str]:
    count, first, last = int(rng.integers(3, 7)), int(rng.integers(8, 15)), int(rng.integers(5, 11))
    back_s, on_s = int(rng.choice([60, 90, 120, 150])), int(rng.choice([90, 120, 180]))
    plan = [Stretch("forward", "walk", _timed(rng, 60.0 * first))]
    for _ in range(count):
        plan += [
            Stretch("backward", "walk", _timed(rng, back_s)),
            Stretch("forward", "walk", _timed(rng, on_s)),
        ]
    plan.append(Stretch("forward", "walk", _timed(rng, 60.0 * last), None, 0.95))
    sets = f"{count}x({back_s}s backward walk, {on_s}s walk)"
    return plan, f"{first}min forward walk, {sets}, {last}min forward walk"


def _alternating(rng: np.random.Generator) -> tuple[list[Stretch], str]:
    warm, warm_words, cool, cool_words = _ends(rng)
    count = int(rng.integers(6, 13))
    plan = [warm]
    for _ in range(count):
        plan += [_run(rng, "backward", "50m"), _run(rng, "forward", "50m")]
    return [*plan, cool], f"{warm_words}, {count}x(50m backward, 50m forward), {cool_words}"


KINDS: dict[str, Callable[[np.random.Generator], tuple[list[Stretch], str]]] = {
    "reps": _reps,
    "quarter mile": _quarter_mile,
    "mixed": _mixed,
    "beginner": _beginner,
    "alternating": _alternating,
}
