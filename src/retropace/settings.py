"""What can be set of each step, with the defaults that work. SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """How recorded columns are made trustworthy."""

    cadence: str = "auto"
    """What a cadence column counts: ``rpm`` of one foot, ``spm`` of both, or ``auto``: decided from the file."""


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """How finely an activity is cut."""

    min_segment_s: float = 10.0
    """No stretch between two changes is shorter, except pauses and stands."""
    sensitivity: float = 1.0
    """Above 1 smaller changes of pace and cadence cut, below 1 only larger ones."""


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """How segments get their direction."""

    snap_s: float = 5.0
    """An edge that the runner gave moves to a change point at most this far away."""
    exact: bool = False
    """Leave the runner's edges exactly where they are."""
    threshold: float = 0.8
    """The least confidence at which a segment that looks like a marked one is suspected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of every step together."""

    clean: CleanSettings = CleanSettings()
    segment: SegmentSettings = SegmentSettings()
    label: LabelSettings = LabelSettings()
