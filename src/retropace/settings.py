"""What can be set of each step, with the defaults that work. SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """How recorded columns are made trustworthy."""

    cadence: str = "auto"
    """What a cadence column counts: ``rpm`` of one foot, ``spm`` of both, or ``auto``: decided from the file."""


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """How segments get their direction."""

    snap_s: float = 5.0
    """An edge that the runner gave moves to a change point at most this far away."""
    exact: bool = False
    """Leave the runner's edges exactly where they are."""
    threshold: float = 0.8
    """The least confidence at which a segment that looks like a marked one is suspected."""
