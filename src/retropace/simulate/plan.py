"""Plans for simulated sessions, as lists of stretches, and random deviations of a runner from the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

import numpy as np

DURATION_ERROR_SHARE = 0.02
"""Standard deviation of the duration of a stretch planned by time, as a fraction of the planned duration."""
DURATION_ERROR_S = 1.5
"""Seconds added to the standard deviation of the duration of a stretch planned by time, for a glance at the watch."""
DISTANCE_ERROR_SHARE = 0.015
"""Standard deviation of the distance of a stretch planned by distance, as a fraction of the planned distance."""


@dataclass(frozen=True, slots=True)
class PlannedStretch:
    """A part of a simulated session with one direction and gait; its length is a time or a distance."""

    direction: str
    gait: str = "run"
    seconds: float | None = None
    metres: float | None = None
    effort: float = 1.0  # factor by which the athlete's relaxed speed is multiplied
    lap: bool = True  # whether the runner presses the lap button at the end of the stretch
    paused: bool = False  # whether the watch is paused during the stretch; allowed only for standing

    def __post_init__(self) -> None:
        if self.metres is None and self.seconds is None:
            raise ValueError("a stretch needs seconds or metres")
        if self.metres is not None and self.gait == "stand":
            raise ValueError("nobody covers a distance standing")


forward = partial(PlannedStretch, "forward", "run")
"""Return a stretch of running forward; the arguments are fields of :class:`PlannedStretch`, such as ``seconds``."""
backward = partial(PlannedStretch, "backward", "run")
"""Return a stretch of running backward, as :func:`forward` does."""


def walk(direction: str, seconds: float, *, effort: float = 1.0, lap: bool = True) -> PlannedStretch:
    """Return a stretch of walking forward or backward."""
    return PlannedStretch(direction, "walk", seconds, None, effort, lap)


def rest(seconds: float, *, lap: bool = True, paused: bool = False) -> PlannedStretch:
    """Return a stretch of standing, with the watch running or paused."""
    return PlannedStretch("rest", "stand", seconds, None, 1.0, lap, paused)


SessionPlan = tuple[list[PlannedStretch], str]
"""The planned stretches of a session, and the sentence that describes the workout, such as ``6x(400m backward, …)``."""
SessionKind = Callable[[np.random.Generator], SessionPlan]
"""Function that draws a random plan of one kind of session, with its workout sentence."""


def draw_duration_s(rng: np.random.Generator, seconds: float) -> float:
    """Draw how long a stretch planned as ``seconds`` really lasts, in whole seconds; it is never shorter than 5."""
    return max(float(round(seconds + rng.normal(0.0, DURATION_ERROR_S + DURATION_ERROR_SHARE * seconds))), 5.0)


def draw_run(rng: np.random.Generator, direction: str, length: str, effort: float = 1.0) -> PlannedStretch:
    """Draw a stretch of running whose planned length is a text such as ``400m`` or ``90s``."""
    planned = float(length[:-1])
    if length.endswith("m"):
        metres = planned * float(1.0 + rng.normal(0.0, DISTANCE_ERROR_SHARE))
        return PlannedStretch(direction, "run", None, metres, effort)
    return PlannedStretch(direction, "run", draw_duration_s(rng, planned), None, effort)


def draw_walk(rng: np.random.Generator, direction: str, seconds: float, effort: float = 1.0) -> PlannedStretch:
    """Draw a stretch of walking of about ``seconds``."""
    return PlannedStretch(direction, "walk", draw_duration_s(rng, seconds), None, effort)


def with_warm_up(draw_main: SessionKind) -> SessionKind:
    """Decorate a kind of session so that a warm-up precedes it and a cool-down follows, both run forward."""

    @wraps(draw_main)
    def draw(rng: np.random.Generator) -> SessionPlan:
        first_min, last_min = int(rng.integers(6, 13)), int(rng.integers(4, 9))
        warm_up = draw_run(rng, "forward", f"{60 * first_min}s")
        cool_down = draw_run(rng, "forward", f"{60 * last_min}s", 0.92)
        plan, sentence = draw_main(rng)
        return [warm_up, *plan, cool_down], f"{first_min}min forward, {sentence}, {last_min}min forward"

    return draw
