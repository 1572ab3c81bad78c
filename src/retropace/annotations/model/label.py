"""Labels of stretches: a direction with an optional gait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A direction (``forward``, ``backward``, ``rest``, ``unknown``) and a gait (``run``, ``walk``, or empty)."""

    direction: str
    gait: str = ""

    def __str__(self) -> str:
        return f"{self.direction} {self.gait}".strip()
