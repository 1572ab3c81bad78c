"""What can be set of each step, with the defaults that work. SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanParameters:
    """How recorded columns are made trustworthy."""

    cadence: str = "auto"
    """What a cadence column counts: ``rpm`` of one foot, ``spm`` of both, or ``auto``: decided from the file."""
    lag_s: float = 4.0
    """Seconds by which recorded speed and cadence, taken together, trail the body."""
    relative_lag_s: float = 3.0
    """Seconds by which recorded speed trails recorded cadence, where that cannot be measured."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """How finely an activity is cut."""

    min_segment_s: float = 10.0
    """No stretch between two changes is shorter, except pauses and stands."""
    sensitivity: float = 1.0
    """Above 1 smaller changes of pace and cadence cut, below 1 only larger ones."""
    ramp_s: float = 8.0
    """Getting up to speed from a stop, and slowing down into one, takes about this long and is no change of pace."""
    max_transition_s: float = 16.0
    """A stretch up to this long half-way between its neighbours is a ramp: one change, smoothed by the watch."""
    max_bridge_s: float = 15.0
    """A dropout of one signal up to this long is bridged; in a longer one the other signal decides alone."""
    max_gap_s: float = 60.0
    """A longer gap between records is a segment of its own."""
    grid_s: float = 1.0
    """Signals are read at this spacing, whatever the recording's."""
    speed_noise_floor_mps: float = 0.12
    speed_noise_share: float = 0.06
    """A steady stretch's speed wanders by ``still_noise_mps`` and this share of it: 0.2 m/s walking, 0.3 running."""
    cadence_noise_spm: float = 5.0
    """How much the cadence of a steady stretch wanders."""
    reference_wander_sd: float = 0.4
    """Means of 10 s wander by this many noises where a watch smooths well. A signal that wanders more, such as speed
    told from positions, counts for less. Watches of the corpus lie at 0.1–0.45, GPX without speed at 0.4–1.6."""
    penalty: float = 35.0
    """What a cut must gain, in squared noise times seconds. Bayes' criterion asks for 25 in an hour of white noise (two
    means and a place, ln 3600 each; Schwarz 1978, Ann Stat 6:461); steady speed and cadence are correlated in time."""
    fine_penalty: float = 12.0
    """The same for the fine cut, which repetition and the runner's own levels hold in check while labelling. Twelve is
    what a place alone costs (1.5 ln 3600); from 18 on 50 m repetitions are lost."""
    min_change_sd: float = 1.3
    """How far apart two neighbouring stretches must be, in noises: 0.4 m/s at running pace, 6.5 spm, or less of both.
    At 2 fewer cuts are unmarked, but half of a fast backward runner's reps are lost where cadence is missing."""
    fine_min_change_sd: float = 1.0


@dataclass(frozen=True, slots=True)
class LabelParameters:
    """How segments get their direction."""

    max_snap_s: float = 5.0
    """A change point or the edge of a stand this near to an edge of the runner's is that edge."""
    keep_edges: bool = False
    """Leave the runner's edges exactly where they are."""
    use_file_names: bool = True
    """Whether names in the file (laps, workout steps, waypoints, tracks, its title) may label."""
    threshold: float = 0.8
    """The least probability at which a stretch that looks like backward running is suspected."""
    review_threshold: float = 0.4
    """The least probability at which one that stays forward is pointed out."""
    disabled_evidence: tuple[str, ...] = ()
    """Evidence to leave out: ``pace``, ``cadence``, ``heart rate``, ``sequence``, ``repetition``, ``duration``,
    ``prior``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of every step together."""

    clean: CleanParameters = CleanParameters()
    segment: SegmentParameters = SegmentParameters()
    label: LabelParameters = LabelParameters()


def parameters_from_options(
    *,
    cadence: str = "auto",
    sensitivity: float = 1.0,
    threshold: float = 0.8,
    keep_edges: bool = False,
    use_file_names: bool = True,
) -> Settings:
    """The settings that users choose, each as :class:`CleanSettings` and its neighbours explain it."""
    return Settings(
        CleanParameters(cadence=cadence),
        SegmentParameters(sensitivity=sensitivity),
        LabelParameters(keep_edges=keep_edges, threshold=threshold, use_file_names=use_file_names),
    )
