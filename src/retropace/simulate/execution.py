"""Random stretches as a runner carries out a plan: durations and distances deviate from the planned ones."""

from __future__ import annotations

import numpy as np

from retropace.simulate.plan import PlannedStretch

DURATION_ERROR_SHARE = 0.02
"""Fraction of the planned duration that, added to ``DURATION_ERROR_S``, gives the standard deviation of the duration of
a stretch planned by time."""
DURATION_ERROR_S = 1.5
"""Standard deviation in seconds of the duration of a very short stretch planned by time; for longer ones,
``DURATION_ERROR_SHARE`` adds to it. It is about the time of a glance at the watch."""
DISTANCE_ERROR_SHARE = 0.015
"""Standard deviation of the distance of a stretch planned by distance, as a fraction of the planned distance."""


def draw_duration_s(rng: np.random.Generator, seconds: float) -> float:
    """Draw how long a stretch planned as ``seconds`` really lasts, in whole seconds; it is never shorter than 5."""
    return max(float(round(seconds + rng.normal(0.0, DURATION_ERROR_S + DURATION_ERROR_SHARE * seconds))), 5.0)


def draw_distance_m(rng: np.random.Generator, metres: float) -> float:
    """Draw how far a runner really runs, in metres, in a stretch planned as ``metres``."""
    return metres * float(1.0 + rng.normal(0.0, DISTANCE_ERROR_SHARE))


def draw_run(rng: np.random.Generator, direction: str, length: str, effort: float = 1.0) -> PlannedStretch:
    """Draw a stretch of running whose planned length is a text such as ``400m`` or ``90s``."""
    if length.endswith("m"):
        return PlannedStretch(direction, "run", None, draw_distance_m(rng, float(length[:-1])), effort)
    return PlannedStretch(direction, "run", draw_duration_s(rng, float(length[:-1])), None, effort)


def draw_walk(rng: np.random.Generator, direction: str, seconds: float, effort: float = 1.0) -> PlannedStretch:
    """Draw a stretch of walking of about ``seconds``."""
    return PlannedStretch(direction, "walk", draw_duration_s(rng, seconds), None, effort)


def draw_stand(rng: np.random.Generator, seconds: float) -> PlannedStretch:
    """Draw a stretch of standing of about ``seconds``."""
    return PlannedStretch("rest", "stand", draw_duration_s(rng, seconds))


def draw_warm_up_and_cool_down(rng: np.random.Generator) -> tuple[PlannedStretch, str, PlannedStretch, str]:
    """Draw a warm-up and a cool-down, both run forward; returns each with its phrase for the workout sentence."""
    first_min, last_min = int(rng.integers(6, 13)), int(rng.integers(4, 9))
    return (
        PlannedStretch("forward", "run", draw_duration_s(rng, 60.0 * first_min)),
        f"{first_min}min forward",
        PlannedStretch("forward", "run", draw_duration_s(rng, 60.0 * last_min), None, 0.92),
        f"{last_min}min forward",
    )
