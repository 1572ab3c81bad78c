"""The parameters of the algorithms, with their defaults, in SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanParameters:
    """Parameters of :func:`retropace.cleaning.clean.clean_activity`."""

    cadence: str = "auto"
    """Unit of a cadence column: ``rpm`` (cycles of one foot), ``spm`` (steps of both) or ``auto`` (from the file)."""
    lag_s: float = 4.0
    """Mean lag in seconds of recorded speed and cadence behind the body."""
    relative_lag_s: float = 3.0
    """Lag in seconds of recorded speed behind recorded cadence, where it cannot be measured."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """Parameters of :func:`retropace.segmentation.segment.segment_coarse_and_fine`."""

    min_segment_s: float = 10.0
    """Shortest segment in seconds, except pauses and stands."""
    sensitivity: float = 1.0
    """Divisor of the penalties and smallest changes: above 1 smaller changes of pace and cadence become edges."""
    ramp_s: float = 8.0
    """Seconds after and before a stop that are ignored, because the runner gets up to speed or slows down."""
    max_transition_s: float = 16.0
    """Longest segment in seconds that can be the transition between its neighbours' levels, smoothed by the watch."""
    max_bridge_s: float = 15.0
    """Longest dropout in seconds of one signal that is interpolated; in a longer one the other signal decides alone."""
    max_gap_s: float = 60.0
    """Gap in seconds between records above which the gap is a segment of its own."""
    grid_s: float = 1.0
    """Spacing in seconds of the grid on which signals are segmented."""
    speed_noise_floor_mps: float = 0.12
    """Standard deviation in m/s of the noise of steady speed, extrapolated to speed 0."""
    speed_noise_share: float = 0.06
    """Increase of that standard deviation with speed; the noise is 0.2 m/s when walking and 0.3 m/s when running."""
    cadence_noise_spm: float = 5.0
    """Standard deviation in steps per minute of the noise of steady cadence."""
    reference_wander_sd: float = 0.4
    """Standard deviation of means over 10 s, in noise standard deviations, of a well smoothed signal. A noisier signal,
    such as speed from positions, gets less weight. Watches of the corpus lie at 0.1–0.45, GPX without speed at 0.4–1.6.
    """
    penalty: float = 35.0
    """Decrease of the squared deviations, in noise variances × seconds, that an edge must bring. The Bayesian
    information criterion gives 25 for an hour of white noise (two means and a position, ln 3600 each; Schwarz 1978,
    Ann Stat 6:461); the noise of speed and cadence is correlated in time."""
    fine_penalty: float = 12.0
    """Value of ``penalty`` for the fine segmentation, which labelling constrains further. Twelve is the cost of a
    position alone (1.5 ln 3600); from 18 on, repetitions of 50 m are lost."""
    min_change_sd: float = 1.3
    """Smallest distance between adjacent segments in noise standard deviations: 0.4 m/s at running pace, 6.5 steps per
    minute, or less of both. At 2 there are fewer false edges, but half of a fast backward runner's reps are lost where
    cadence is missing."""
    fine_min_change_sd: float = 1.0
    """Value of ``min_change_sd`` for the fine segmentation."""


@dataclass(frozen=True, slots=True)
class LabelParameters:
    """Parameters of :func:`retropace.labelling.assign.label_segments`."""

    max_snap_s: float = 5.0
    """Distance in seconds up to which a change point or the edge of a stand is moved onto the edge of an annotation."""
    keep_edges: bool = False
    """Whether the edges of annotations stay exactly where they are."""
    use_file_names: bool = True
    """Whether names in the file (laps, workout steps, waypoints, tracks, its title) count as annotations."""
    threshold: float = 0.8
    """Probability from which a segment that resembles backward running is suspected."""
    review_threshold: float = 0.4
    """Probability from which a segment that stays forward is listed for review."""
    disabled_evidence: tuple[str, ...] = ()
    """Evidence to ignore: ``pace``, ``cadence``, ``heart rate``, ``sequence``, ``repetition``, ``duration``,
    ``prior``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of cleaning, segmentation and labelling together."""

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
    """Return the parameters with the values that command-line options set, each described at its field above."""
    return Settings(
        CleanParameters(cadence=cadence),
        SegmentParameters(sensitivity=sensitivity),
        LabelParameters(keep_edges=keep_edges, threshold=threshold, use_file_names=use_file_names),
    )
