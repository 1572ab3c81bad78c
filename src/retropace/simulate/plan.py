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
_STRETCHES = {
    "forward": ("forward", "run", 1.0),
    "forward jog": ("forward", "run", 0.85),
    "forward walk": ("forward", "walk", 1.0),
    "run": ("forward", "run", 1.0),
    "walk": ("forward", "walk", 1.0),
    "backward": ("backward", "run", 1.0),
    "backward walk": ("backward", "walk", 1.0),
    "rest": ("rest", "stand", 1.0),
}
"""Direction, gait and effort of a stretch, by its name in a workout sentence."""


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


def draw_stretch(rng: np.random.Generator, words: str, effort: float = 1.0) -> PlannedStretch:
    """Draw a stretch planned in words such as ``400m backward``; a time comes out in whole seconds, 5 or more."""
    length, _, name = words.partition(" ")
    direction, gait, usual_effort = _STRETCHES[name]
    if length.endswith("m"):
        metres = float(length[:-1]) * float(1.0 + rng.normal(0.0, DISTANCE_ERROR_SHARE))
        return PlannedStretch(direction, gait, None, metres, usual_effort * effort)
    planned_s = 60.0 * float(length[:-3]) if length.endswith("min") else float(length[:-1])
    seconds = float(round(planned_s + rng.normal(0.0, DURATION_ERROR_S + DURATION_ERROR_SHARE * planned_s)))
    return PlannedStretch(direction, gait, max(seconds, 5.0), None, usual_effort * effort)


def with_warm_up(draw_main: SessionKind) -> SessionKind:
    """Decorate a kind of session so that a warm-up precedes it and a cool-down follows, both run forward."""

    @wraps(draw_main)
    def draw(rng: np.random.Generator) -> SessionPlan:
        first_min, last_min = int(rng.integers(6, 13)), int(rng.integers(4, 9))
        first, last = f"{first_min}min forward", f"{last_min}min forward"
        warm_up, cool_down = draw_stretch(rng, first), draw_stretch(rng, last, 0.92)
        plan, sentence = draw_main(rng)
        return [warm_up, *plan, cool_down], f"{first}, {sentence}, {last}"

    return draw
