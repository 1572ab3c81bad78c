"""The parameters that tune the algorithms of cleaning, segmentation and labelling, with their defaults, in SI units."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanParameters:
    """Parameters of cleaning, :func:`retropace.cleaning.clean.clean_activity`."""

    cadence: str = "auto"
    """Unit of recorded cadence: ``rpm`` (strides of one foot), ``spm`` (steps of both) or ``auto``."""
    lag_s: float = 4.0  # mean, in seconds, of the lag of recorded speed and the lag of recorded cadence
    relative_lag_s: float = 3.0
    """Seconds by which recorded speed trails recorded cadence, used if the recording gives no measure of it."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """Parameters of :func:`~retropace.segmentation.segment.segment_coarse_and_fine`; edges bound segments."""

    min_segment_s: float = 13.0
    """Shortest segment in seconds; a shorter stretch belongs to the neighbour that is more like it. Only rest, and the
    time between two rests, may be shorter. It is just less than 50 m take at 4 m/s."""
    fine_min_segment_s: float = 10.0  # value of ``min_segment_s`` for the fine segmentation
    min_rest_s: float = 10.0
    """Shortest rest or dropout in seconds that is a segment; in the fine segmentation every one is."""
    sensitivity: float = 1.0
    """Divisor of penalties and least changes: above 1, smaller changes of pace and cadence become edges."""
    ramp_s: float = 8.0  # time in seconds after a stop, and before the next, in which changes of pace are ignored
    max_transition_s: float = 16.0
    """Longest segment in seconds that may be one change of pace, smoothed by the watch: a single edge."""
    max_bridge_s: float = 15.0
    """Longest gap in seconds in pace or cadence that is interpolated; in longer ones the other decides."""
    max_gap_s: float = 60.0
    """Longest gap in seconds between records within a segment; a longer gap becomes a segment of its own."""
    grid_s: float = 1.0  # spacing in seconds of the times at which pace and cadence are compared to find change points
    speed_noise_floor_mps: float = 0.12
    """Standard deviation in m/s of the noise that recorded speed would have at speed 0."""
    speed_noise_share: float = 0.06
    """Growth of that standard deviation per m/s of speed, to 0.2 m/s when walking and 0.3 m/s when running."""
    cadence_noise_spm: float = 5.0
    """Standard deviation in steps per minute of the noise of recorded cadence at a steady pace."""
    reference_wander_sd: float = 0.4
    """Noise of a signal (speed or cadence) up to which it has full weight in finding edges: the standard deviation of
    10 s means, in units of the signal's assumed standard deviation of noise. Watches in the test corpus have 0.1–0.45,
    GPX files without speed 0.4–1.6."""
    penalty: float = 50.0
    """Cost of an edge: it stays only if it lowers the sum of squared deviations from the segment means by at least
    this, in noise variances × seconds. It is the Bayesian information criterion for an hour of white noise: an edge
    adds three fitted numbers (two means and its time), and each costs ln 3600 = 8.2 (Schwarz 1978, Ann Stat 6:461)."""
    settling_s: float = 7.0
    """Seconds of a segment in which pace swings after a large change, or before one: by that, times the change, its
    mean is unsure. Between running and walking, a change within half a minute must then be larger to count."""
    fine_penalty: float = 12.0
    """Value of ``penalty`` for the fine segmentation. With 18 or more, repetitions of 50 m are missed."""
    min_change_sd: float = 1.2
    """Smallest difference between the means of adjacent segments, in standard deviations of the noise: 0.4 m/s at
    running pace, 6.5 steps per minute, or less of both at once. With 2, half of a fast backward runner's reps would be
    missed in recordings without cadence."""
    fine_min_change_sd: float = 1.0  # value of ``min_change_sd`` for the fine segmentation


@dataclass(frozen=True, slots=True)
class LabelParameters:
    """Parameters of labelling, :func:`retropace.labelling.assign.label_segments`."""

    max_snap_s: float = 5.0
    """Largest shift in seconds of a change point, or of an edge of standing, to the edge of an annotation."""
    keep_edges: bool = False
    """Whether edges of annotations stay exactly where they are instead of moving to a change of pace nearby."""
    use_file_names: bool = True
    """Whether names in the recording (of laps, workout steps, waypoints, tracks, its title) count as annotations."""
    only_marked: bool = False
    """Whether only annotations say what was backward, so that nothing is suspected or suggested."""
    threshold: float = 0.6
    """Lowest probability of backward running at which a segment is labelled backward (basis ``suspected``)."""
    review_threshold: float = 0.4
    """Lowest probability of backward running at which a segment labelled forward is listed for the runner to review."""
    disabled_evidence: tuple[str, ...] = ()
    """Kinds of evidence for backward running that are ignored, among ``pace``, ``cadence``, ``heart rate``,
    ``sequence``, ``repetition``, ``duration``, ``prior`` and ``rules``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of cleaning, segmentation and labelling together."""

    clean: CleanParameters = CleanParameters()
    segment: SegmentParameters = SegmentParameters()
    label: LabelParameters = LabelParameters()
