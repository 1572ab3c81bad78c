"""The parameters that tune the algorithms of cleaning, segmentation and labelling, with their defaults, in SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanParameters:
    """Parameters of cleaning, :func:`retropace.cleaning.clean.clean_activity`."""

    cadence: str = "auto"
    """Unit of recorded cadence: ``rpm`` (strides of one foot), ``spm`` (steps of both) or ``auto`` (from the file)."""
    lag_s: float = 4.0
    """Seconds by which recorded speed and cadence trail the body, because watches smooth: the mean of both lags."""
    relative_lag_s: float = 3.0
    """Seconds by which recorded speed trails recorded cadence; used where this cannot be measured."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """Parameters of segmentation, :func:`retropace.segmentation.segment.segment_coarse_and_fine`.

    Segmentation cuts an activity where the pace or cadence changes; the cuts are its edges.
    """

    min_segment_s: float = 10.0
    """Shortest segment in seconds, except pauses and stands."""
    sensitivity: float = 1.0
    """Number by which penalties and smallest changes are divided; above 1, smaller changes of pace become edges."""
    ramp_s: float = 8.0
    """Seconds before and after a stop that are ignored, because the runner slows down or gets up to speed."""
    max_transition_s: float = 16.0
    """Longest segment in seconds that may be no stretch of its own but one change of pace, smoothed by the watch.

    Such a segment, with values between those of its neighbours, is replaced by one edge."""
    max_bridge_s: float = 15.0
    """Longest gap in seconds in pace or cadence that is interpolated; in a longer one only the other decides."""
    max_gap_s: float = 60.0
    """Longest gap in seconds between records within a segment; a longer gap is a segment of its own."""
    grid_s: float = 1.0
    """Spacing in seconds of the evenly spaced times at which pace and cadence are segmented."""
    speed_noise_floor_mps: float = 0.12
    """Standard deviation in m/s of the noise of recorded speed at a steady pace, extrapolated to speed 0."""
    speed_noise_share: float = 0.06
    """Increase of the noise of speed (standard deviation) per m/s of speed; it is 0.2 m/s walking, 0.3 m/s running."""
    cadence_noise_spm: float = 5.0
    """Standard deviation in steps per minute of the noise of recorded cadence at a steady pace."""
    reference_wander_sd: float = 0.4
    """Largest standard deviation of 10 s means of speed or cadence, in standard deviations of the noise, at which a
    signal has full weight. A noisier one, such as speed from positions, gets less. Watches in the test corpus have
    0.1–0.45, GPX without speed 0.4–1.6."""
    penalty: float = 35.0
    """Smallest decrease of the sum of squared deviations from segment means, in noise variances × seconds, for which an
    edge is added. The Bayesian information criterion gives 25 for an hour of white noise (two means and a position,
    ln 3600 each; Schwarz 1978, Ann Stat 6:461); the value is higher, as the noise of both is correlated in time."""
    fine_penalty: float = 12.0
    """Value of ``penalty`` for the fine segmentation, which only labelling uses. Twelve is the cost of a position alone
    (1.5 ln 3600); from 18 on, repetitions of 50 m are lost."""
    min_change_sd: float = 1.3
    """Smallest difference between the means of adjacent segments, in standard deviations of the noise: 0.4 m/s at
    running pace, 6.5 steps per minute, or less of both. At 2 there are fewer false edges, but half of a fast backward
    runner's reps are lost where cadence is missing."""
    fine_min_change_sd: float = 1.0
    """Value of ``min_change_sd`` for the fine segmentation."""


@dataclass(frozen=True, slots=True)
class LabelParameters:
    """Parameters of labelling, :func:`retropace.labelling.assign.label_segments`."""

    max_snap_s: float = 5.0
    """Largest time in seconds by which a change point or the edge of a stand is moved onto an annotation's edge."""
    keep_edges: bool = False
    """Whether edges of annotations stay exactly where they are, instead of moving to a change of pace nearby."""
    use_file_names: bool = True
    """Whether names in the file (laps, workout steps, waypoints, tracks, its title) count as annotations."""
    threshold: float = 0.8
    """Lowest probability of backward running at which a segment is labelled backward (basis ``suspected``)."""
    review_threshold: float = 0.4
    """Lowest probability of backward running at which a segment that stays forward is listed for review."""
    disabled_evidence: tuple[str, ...] = ()
    """Kinds of evidence for backward running that are ignored, among ``pace``, ``cadence``, ``heart rate``,
    ``sequence``, ``repetition``, ``duration`` and ``prior``."""


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
