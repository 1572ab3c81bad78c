"""Steps of a plan as somebody carries them out: nobody keeps to the second or the metre."""

from __future__ import annotations

import numpy as np

from retropace.simulate.plan import Stretch

TIMED_SHARE, TIMED_S = 0.02, 1.5
"""How far what is done by the watch's clock strays from the plan (standard deviation): a glance at the wrist."""
MEASURED_SHARE = 0.015
"""The same for distances, along kerbs and bends."""


def timed(rng: np.random.Generator, seconds: float) -> float:
    """About so many seconds."""
    return max(float(round(seconds + rng.normal(0.0, TIMED_S + TIMED_SHARE * seconds))), 5.0)


def measured(rng: np.random.Generator, metres: float) -> float:
    """About so many metres."""
    return metres * float(1.0 + rng.normal(0.0, MEASURED_SHARE))


def run(rng: np.random.Generator, direction: str, length: str, effort: float = 1.0) -> Stretch:
    """A running stretch of about ``400m`` or ``90s``."""
    if length.endswith("m"):
        return Stretch(direction, "run", None, measured(rng, float(length[:-1])), effort)
    return Stretch(direction, "run", timed(rng, float(length[:-1])), None, effort)


def walk(rng: np.random.Generator, direction: str, seconds: float, effort: float = 1.0) -> Stretch:
    """A walking stretch of about so many seconds."""
    return Stretch(direction, "walk", timed(rng, seconds), None, effort)


def stand(rng: np.random.Generator, seconds: float) -> Stretch:
    """A rest on the spot."""
    return Stretch("rest", "stand", timed(rng, seconds))


def warm_up_and_cool_down(rng: np.random.Generator) -> tuple[Stretch, str, Stretch, str]:
    """The first and the last stretch of a session, each with its words."""
    first, last = int(rng.integers(6, 13)), int(rng.integers(4, 9))
    return (
        Stretch("forward", "run", timed(rng, 60.0 * first)),
        f"{first}min forward",
        Stretch("forward", "run", timed(rng, 60.0 * last), None, 0.92),
        f"{last}min forward",
    )
