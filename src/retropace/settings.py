"""What can be set of each step, with the defaults that work. SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """How recorded columns are made trustworthy."""

    cadence: str = "auto"
    """What a cadence column counts: ``rpm`` of one foot, ``spm`` of both, or ``auto``: decided from the file."""
    lag_s: float = 4.0
    """Seconds by which recorded speed and cadence, taken together, trail the body."""
    apart_s: float = 3.0
    """Seconds by which recorded speed trails recorded cadence, where that cannot be measured."""


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """How finely an activity is cut."""

    min_segment_s: float = 10.0
    """No stretch between two changes is shorter, except pauses and stands."""
    sensitivity: float = 1.0
    """Above 1 smaller changes of pace and cadence cut, below 1 only larger ones."""
    ramp_s: float = 8.0
    """Getting up to speed from a stop, and slowing down into one, takes about this long and is no change of pace."""
    transition_s: float = 16.0
    """A stretch up to this long half-way between its neighbours is a ramp: one change, smoothed by the watch."""
    grid_s: float = 1.0
    """Signals are read at this spacing, whatever the recording's."""
    speed_noise_mps: float = 0.3
    """How much the speed of a steady stretch wanders, from second to second and slowly."""
    cadence_noise_spm: float = 5.0
    """How much the cadence of a steady stretch wanders."""
    penalty: float = 35.0
    """What a cut must gain, in squared noise times seconds."""
    least_change: float = 1.1
    """How far apart two neighbouring stretches must be, in noises."""


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
