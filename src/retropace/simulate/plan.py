"""Plans for simulated sessions: lists of stretches, each with direction, gait, effort and length."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedStretch:
    """A part of a simulated session with one direction and gait; its length is a time or a distance."""

    direction: str
    gait: str = "run"
    seconds: float | None = None
    metres: float | None = None
    effort: float = 1.0
    """Factor by which the athlete's relaxed speed is multiplied."""
    lap: bool = True
    """Whether the runner presses the lap button at the end of the stretch."""
    paused: bool = False
    """Whether the watch is paused during the stretch; allowed only for standing."""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` if neither seconds nor metres are given, or if metres are given for standing."""
        if self.metres is None and self.seconds is None:
            raise ValueError("a stretch needs seconds or metres")
        if self.metres is not None and self.gait == "stand":
            raise ValueError("nobody covers a distance standing")


def forward(
    *, seconds: float | None = None, metres: float | None = None, effort: float = 1.0, lap: bool = True
) -> PlannedStretch:
    """Return a stretch of running forward whose length is given in seconds or in metres."""
    return PlannedStretch("forward", "run", seconds, metres, effort, lap)


def backward(
    *, seconds: float | None = None, metres: float | None = None, effort: float = 1.0, lap: bool = True
) -> PlannedStretch:
    """Return a stretch of running backward whose length is given in seconds or in metres."""
    return PlannedStretch("backward", "run", seconds, metres, effort, lap)


def walk(direction: str, seconds: float, *, effort: float = 1.0, lap: bool = True) -> PlannedStretch:
    """Return a stretch of walking forward or backward."""
    return PlannedStretch(direction, "walk", seconds, None, effort, lap)


def rest(seconds: float, *, lap: bool = True, paused: bool = False) -> PlannedStretch:
    """Return a stretch of standing, with the watch running or paused."""
    return PlannedStretch("rest", "stand", seconds, None, 1.0, lap, paused)
