"""Steps of a plan as somebody carries them out: nobody keeps to the second or the metre."""

from __future__ import annotations

import numpy as np

from retropace.simulate.plan import PlannedStretch

DURATION_ERROR_SHARE, DURATION_ERROR_S = 0.02, 1.5
"""How far what is done by the watch's clock strays from the plan (standard deviation): a glance at the wrist."""
DISTANCE_ERROR_SHARE = 0.015
"""The same for distances, along kerbs and bends."""


def draw_duration_s(rng: np.random.Generator, seconds: float) -> float:
    """About so many seconds."""
    return max(float(round(seconds + rng.normal(0.0, DURATION_ERROR_S + DURATION_ERROR_SHARE * seconds))), 5.0)


def draw_distance_m(rng: np.random.Generator, metres: float) -> float:
    """About so many metres."""
    return metres * float(1.0 + rng.normal(0.0, DISTANCE_ERROR_SHARE))


def draw_run(rng: np.random.Generator, direction: str, length: str, effort: float = 1.0) -> PlannedStretch:
    """A running stretch of about ``400m`` or ``90s``."""
    if length.endswith("m"):
        return PlannedStretch(direction, "run", None, draw_distance_m(rng, float(length[:-1])), effort)
    return PlannedStretch(direction, "run", draw_duration_s(rng, float(length[:-1])), None, effort)


def draw_walk(rng: np.random.Generator, direction: str, seconds: float, effort: float = 1.0) -> PlannedStretch:
    """A walking stretch of about so many seconds."""
    return PlannedStretch(direction, "walk", draw_duration_s(rng, seconds), None, effort)


def draw_stand(rng: np.random.Generator, seconds: float) -> PlannedStretch:
    """A rest on the spot."""
    return PlannedStretch("rest", "stand", draw_duration_s(rng, seconds))


def draw_warm_up_and_cool_down(rng: np.random.Generator) -> tuple[PlannedStretch, str, PlannedStretch, str]:
    """The first and the last stretch of a session, each with its words."""
    first, last = int(rng.integers(6, 13)), int(rng.integers(4, 9))
    return (
        PlannedStretch("forward", "run", draw_duration_s(rng, 60.0 * first)),
        f"{first}min forward",
        PlannedStretch("forward", "run", draw_duration_s(rng, 60.0 * last), None, 0.92),
        f"{last}min forward",
    )
