"""The parameters that tune the algorithms of cleaning, segmentation and labelling, with their defaults, in SI units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanParameters:
    """Parameters of cleaning, :func:`retropace.cleaning.clean.clean_activity`."""

    cadence: str = "auto"
    """Unit of recorded cadence: ``rpm`` (strides of one foot), ``spm`` (steps of both feet) or ``auto`` (found from the
    recording)."""
    lag_s: float = 4.0
    """Mean of two lags in seconds: that by which recorded speed, and that by which recorded cadence, trails the body
    because watches smooth."""
    relative_lag_s: float = 3.0
    """Default of the seconds by which recorded speed trails recorded cadence, used where the recording does not allow
    to measure them."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """Parameters of segmentation, :func:`retropace.segmentation.segment.segment_coarse_and_fine`.

    Segmentation divides an activity into segments at change points, where the pace or cadence changes. Edges are the
    boundaries between segments.
    """

    min_segment_s: float = 10.0
    """Shortest segment in seconds. Only pauses, standing, and the time between two of them may be shorter."""
    sensitivity: float = 1.0
    """Sensitivity to changes of pace and cadence. A value above 1 lets smaller changes become edges, one below 1 only
    larger ones: ``penalty`` and ``min_change_sd`` are divided by it."""
    ramp_s: float = 8.0
    """Time in seconds after a stop, and before the next, in which changes of pace are ignored because the runner only
    gets up to speed or slows down."""
    max_transition_s: float = 16.0
    """Longest segment in seconds that may be taken for a single change of pace, which the watch has smoothed.

    This happens if its pace and cadence lie between those of the segments before and after; then a single edge replaces
    it."""
    max_bridge_s: float = 15.0
    """Longest gap in seconds in pace or cadence that is interpolated. Within a longer gap in one of the two, only the
    other one determines edges."""
    max_gap_s: float = 60.0
    """Longest gap in seconds between records that may lie within a segment; a longer gap becomes a segment of its
    own."""
    grid_s: float = 1.0
    """Spacing in seconds of the evenly spaced times at which pace and cadence are compared to find change points."""
    speed_noise_floor_mps: float = 0.12
    """Standard deviation in m/s of the noise that recorded speed would have at speed 0. ``speed_noise_share`` says how
    noise grows with speed."""
    speed_noise_share: float = 0.06
    """Growth of the standard deviation of recorded speed's noise per m/s of speed. Together with
    ``speed_noise_floor_mps`` it gives 0.2 m/s when walking and 0.3 m/s when running."""
    cadence_noise_spm: float = 5.0
    """Standard deviation in steps per minute of the noise of recorded cadence at a steady pace."""
    reference_wander_sd: float = 0.4
    """Noise of a signal (speed or cadence) up to which the signal has full weight in finding edges. A noisier one, such
    as speed from positions, has less weight. The noise is the standard deviation of 10 s means, in units of the
    signal's assumed standard deviation of noise. Watches in the test corpus have 0.1–0.45, GPX files without speed
    0.4–1.6."""
    penalty: float = 35.0
    """Cost of an edge: one is added only if it lowers the sum of squared deviations from the segment means by at least
    this, in noise variances × seconds. For an hour of white noise, the Bayesian information criterion gives 25: an edge
    adds three fitted numbers (two means and its time), and each costs ln 3600 = 8.2 (Schwarz 1978, Ann Stat 6:461). The
    value is higher because real noise is correlated in time."""
    fine_penalty: float = 12.0
    """Value of ``penalty`` for the fine segmentation, in which smaller changes become edges; labelling uses it. 12 is
    about half of what the Bayesian information criterion gives (25, see ``penalty``). With 18 or more, repetitions of
    50 m are missed."""
    min_change_sd: float = 1.3
    """Smallest difference between the means of adjacent segments, in standard deviations of the noise. It is reached by
    a change of 0.4 m/s at running pace, by one of 6.5 steps per minute, or by smaller changes of both at once. A value
    of 2 would give fewer false edges; but in recordings without cadence, half of a fast backward runner's reps would be
    missed."""
    fine_min_change_sd: float = 1.0
    """Value of ``min_change_sd`` (smallest difference between adjacent segments) for the fine segmentation."""


@dataclass(frozen=True, slots=True)
class LabelParameters:
    """Parameters of labelling, :func:`retropace.labelling.assign.label_segments`."""

    max_snap_s: float = 5.0
    """Largest time in seconds by which a change point, or the start or end of standing, is moved to meet the edge of an
    annotation."""
    keep_edges: bool = False
    """Whether edges of annotations stay exactly where they are. If False, they move to a change of pace nearby."""
    use_file_names: bool = True
    """Whether names in the recording's file (of laps, workout steps, waypoints, tracks, or its title) count as
    annotations."""
    threshold: float = 0.8
    """Lowest probability of backward running at which a segment is labelled backward (basis ``suspected``)."""
    review_threshold: float = 0.4
    """Lowest probability of backward running at which a segment labelled forward is listed for the runner to review."""
    disabled_evidence: tuple[str, ...] = ()
    """Kinds of evidence for backward running that are ignored, among ``pace``, ``cadence``, ``heart rate``,
    ``sequence``, ``repetition``, ``duration`` and ``prior``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of cleaning, segmentation and labelling together."""

    clean: CleanParameters = CleanParameters()
    segment: SegmentParameters = SegmentParameters()
    label: LabelParameters = LabelParameters()
