"""Causes of recorded times that run backward, told apart by the distance or positions at these times.

Where the records after a fall of time repeat what others say of the same moments, or fill a gap between others, their
times are right: the file holds moments twice, or in another order. Where they continue from the record before them in
the file, the clock was set back. Records whose times fit nowhere, but whose place in the file does, have wrong times.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Samples
from retropace.core.geodesy import MAX_DEGREE_LENGTH_M
from retropace.core.spans import FloatArray, Spans, contains, true_runs, union
from retropace.core.world_records import MAX_SPEED_MPS

MIN_REVERSED_RECORDS = 4
"""Fewest successive records, each earlier than the one before it, that are read in reverse."""
MAX_USUAL_SPACING_S = 60.0
"""Longest time in seconds from a record to the next that counts for the median, unless nearly all are longer."""
MIN_OVERLAP_GAP_S = 15.0
"""Longest time (s) between two records at which a third between them is compared; more in sparse recordings."""
MAX_POSITION_ERROR_M = 20.0
"""Largest distance in metres between the positions of one runner by two devices."""
MIN_TELLING_WAY_M = 60.0
"""Usual distance (m) in the seconds by which times fall, from which ``MAX_POSITION_ERROR_M`` is applied."""
MAX_CONTIGUOUS_GAP_S = 60.0
"""Longest time in seconds between two parts of a file of which one is taken to follow the other directly."""
MIN_STRAY_M = 30.0
"""Distance in metres between two successive positions that is always plausible."""
MAX_WRONG_TIMES = 5
"""Most successive records whose wrong times are corrected even if the gap in the file that they fill is longer."""
MIN_LEAP_SPACINGS = 30.0
"""Least duration of a gap that may be a leap of the clock, in multiples of the usual time between records."""
MIN_LONE_GAP_S = 1800.0
"""Gap in seconds from which a few records before it, at the start, or after it, at the end, have wrong times."""
MAX_LEAP_SHARE = 0.01
"""Largest share of implausibly fast steps between positions at which an order of the records is believed."""
MIN_RUNNING_SPEED_MPS = 1.0
"""Usual speed in m/s from which distance covered over a gap shows that the runner ran on."""
MIN_RETOLD_RECORDS = 5
"""Fewest records of a part that are taken to repeat moments; fewer are records out of order."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The ``n`` records with a time, in reading order."""

    t_s: FloatArray
    way_m: FloatArray
    """Progress of the runner, ``(n, k)``: distance by the device (k = 1), else position east and north (k = 2)."""
    values: FloatArray
    """Other recorded columns, ``(n, m)``; without distance and position they tell whether two records are the same."""
    spacing_s: float  # usual time in seconds from a record to the next
    speed_mps: float  # usual speed in m/s

    @property
    def overlap_gap_s(self) -> float:
        """Longest time in seconds between two records with which a third one between them is compared."""
        return max(MIN_OVERLAP_GAP_S, 3.0 * self.spacing_s)

    @property
    def contiguous_gap_s(self) -> float:
        """Longest time in seconds between two parts of which one is taken to follow the other directly."""
        return max(MAX_CONTIGUOUS_GAP_S, 10.0 * self.spacing_s)


def read_in_order(t_s: FloatArray) -> NDArray[np.intp]:
    """Return the indices of the records in reading order: parts that stand in reverse order are turned round."""
    order = np.arange(len(t_s))
    direction = np.sign(np.diff(t_s))
    changes = np.flatnonzero(direction)
    if np.all(direction >= 0.0):
        return order
    # Where time stands still the direction is that of the step before, at the start that of the step after.
    direction = direction[changes[np.clip(np.searchsorted(changes, np.arange(len(direction)), "right") - 1, 0, None)]]
    for first, end in true_runs(direction < 0.0).tolist():
        if end - first >= MIN_REVERSED_RECORDS - 1:
            order[first : end + 1] = order[first : end + 1][::-1]
    return order


def gather_recorded(samples: Samples, rows: NDArray[np.intp]) -> Recorded:
    """Gather the columns by which moments are told apart, for the records with indices ``rows``."""
    t_s, counted_m = samples.t_s[rows], samples.distance_m[rows]
    lat_deg, lon_deg = samples.lat_deg[rows], samples.lon_deg[rows]
    known = np.isfinite(counted_m)
    if np.sum(known) >= 0.5 * max(np.sum(np.isfinite(lat_deg)), 2) and np.ptp(counted_m[known]) > 0.0:
        way_m = counted_m[:, None]
    else:
        shrink = np.cos(np.radians(np.clip(lat_deg, -90.0, 90.0)))
        east_deg = (lon_deg - lon_deg[np.argmax(np.isfinite(lon_deg))] + 180.0) % 360.0 - 180.0
        way_m = MAX_DEGREE_LENGTH_M * np.column_stack((east_deg * shrink, lat_deg))
    others = (samples.heart_rate_bpm, samples.cadence_recorded, samples.speed_mps, samples.altitude_m)
    step_s, step_m = np.diff(t_s), measure_m(np.diff(way_m, axis=0))
    rising_s = step_s[step_s > 0.0]
    usual_s = rising_s[rising_s <= MAX_USUAL_SPACING_S]
    usual_s = usual_s if len(usual_s) > 0.1 * len(rising_s) else rising_s
    is_usual = (step_s > 0.0) & np.isfinite(step_m)
    speeds_mps = step_m[is_usual] / step_s[is_usual]
    return Recorded(
        t_s,
        way_m,
        np.column_stack([column[rows] for column in others]),
        float(np.median(usual_s)) if len(usual_s) else 1.0,
        float(np.median(speeds_mps)) if len(speeds_mps) else 0.0,
    )


def is_shuffled(recorded: Recorded) -> bool:
    """Return whether parts stand in another order: sorted, records are spaced as usual and within reach."""
    order = np.argsort(recorded.t_s, kind="stable")
    apart_s = np.diff(recorded.t_s[order])
    is_spaced = np.all((apart_s >= 0.5 * recorded.spacing_s) & (apart_s <= recorded.contiguous_gap_s))
    is_leap = measure_m(np.diff(recorded.way_m[order], axis=0)) > MAX_SPEED_MPS * apart_s + MIN_STRAY_M
    falls_far = np.min(np.diff(recorded.t_s)) < -recorded.contiguous_gap_s
    return bool(is_spaced and falls_far and np.mean(is_leap) <= MAX_LEAP_SHARE)


def find_set_back(recorded: Recorded) -> tuple[NDArray[np.intp], NDArray[np.bool_], FloatArray, NDArray[np.bool_]]:
    """Find where time falls, and why.

    Returns the records before each fall; whether the clock was set back there; the times, of which those of repeated
    moments are that of the nearest other record, so as to be merged; and whether each record repeats one.
    """
    t_s, way_m = recorded.t_s, recorded.way_m
    falls = np.flatnonzero(np.diff(t_s) < 0.0)
    part = np.zeros(len(t_s), dtype=np.intp)
    part[falls + 1] = 1
    part = np.cumsum(part)
    near = _find_neighbours(t_s, part)
    gap_s = np.append(t_s, np.inf)[near[1]] - np.append(t_s, -np.inf)[near[0]]
    is_between = gap_s <= recorded.overlap_gap_s
    before, after = np.where(is_between, near, 0)
    share = np.divide(t_s - t_s[before], gap_s, out=np.zeros(len(t_s)), where=is_between & (gap_s > 0.0))
    told_m = way_m[before] + (way_m[after] - way_m[before]) * share[:, None]
    error_m = np.where(is_between, measure_m(way_m - told_m), np.nan)

    leap_m = measure_m(way_m[falls + 1] - way_m[falls])
    way_back_m = recorded.speed_mps * (t_s[falls] - t_s[falls + 1])
    limit_m = np.where(way_back_m >= MIN_TELLING_WAY_M, np.fmax(leap_m, MAX_POSITION_ERROR_M), leap_m)
    is_compared, count = np.isfinite(error_m), len(falls) + 1
    with np.errstate(invalid="ignore"):
        fits = is_compared & (error_m <= np.append(np.nan, limit_m)[part])
    compared, fitting = (np.bincount(part[mask], minlength=count)[1:] for mask in (is_compared, fits))
    beside = np.bincount(part[is_between], minlength=count)[1:]
    is_set_back = np.where(
        compared > 0,
        fitting < 0.5 * compared,
        np.where(beside > 0, _contradict(recorded, near, part, count), ~_follow_others(recorded, falls, near, leap_m)),
    )
    is_set_back &= ~_is_swapped(recorded, falls)
    is_retold = fits & ~np.append(True, is_set_back)[part] & np.append(False, compared >= MIN_RETOLD_RECORDS)[part]
    nearest = np.where(t_s - t_s[before] <= t_s[after] - t_s, before, after)
    return falls, is_set_back, np.where(is_retold, t_s[nearest], t_s), is_retold


def _find_neighbours(t_s: FloatArray, part: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the records of other parts next before (-1 if none) and after (``n``) each of ``n``, ``(2, n)``."""
    order = np.argsort(t_s, kind="stable")
    is_first = np.concatenate(([True], np.diff(part[order]) != 0))
    starts = np.append(np.flatnonzero(is_first), len(t_s))
    run = np.cumsum(is_first) - 1
    near = np.empty((2, len(t_s)), np.intp)
    near[:, order] = np.append(-1, order)[starts[run]], np.append(order, len(t_s))[starts[run + 1]]
    return near


def _contradict(recorded: Recorded, near: NDArray[np.intp], part: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Return for each part but the first whether it contradicts others at the same times: by value, if without way."""
    known_way = np.any(np.isfinite(recorded.way_m), axis=1)
    other = np.clip(near[0], 0, None)
    is_same_time = (near[0] >= 0) & (recorded.t_s - recorded.t_s[other] < 0.5 * recorded.spacing_s)
    values, others = recorded.values, recorded.values[other]
    is_known = np.isfinite(values) & np.isfinite(others)
    is_alike = ~np.any(is_known & (values != others), axis=1)
    is_alike &= np.any(is_known, axis=1) | (known_way != known_way[other])
    same_time, alike = (
        np.bincount(part[mask], minlength=count)[1:] for mask in (is_same_time, is_same_time & is_alike)
    )
    return alike < 0.8 * same_time


def _is_swapped(recorded: Recorded, falls: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return for each fall whether only two records there are swapped: sorted, they are spaced as usual."""
    around_s = np.concatenate(([-np.inf], recorded.t_s, [np.inf]))[falls[:, None] + np.arange(4)]
    swapped_s = np.diff(around_s[:, [0, 2, 1, 3]], axis=1)
    is_swapped: NDArray[np.bool_] = np.all(swapped_s >= 0.6 * recorded.spacing_s, axis=1)
    return is_swapped & (recorded.t_s[falls] - recorded.t_s[falls + 1] <= 2.0 * recorded.spacing_s)


def _follow_others(
    recorded: Recorded, falls: NDArray[np.intp], near: NDArray[np.intp], leap_m: FloatArray
) -> NDArray[np.bool_]:
    """Return for each part after a fall whether it adjoins another part in time and place, or leaps to its own."""
    first, last = falls + 1, np.append(falls[1:], len(recorded.t_s) - 1)
    t_s = recorded.t_s
    follows = np.zeros(len(falls), dtype=bool)
    for row, other in ((first, near[0, first]), (last, near[1, last])):
        exists = (other >= 0) & (other < len(t_s))
        other = np.where(exists, other, 0)
        gap_s = np.abs(t_s[other] - t_s[row])
        step_m = measure_m(recorded.way_m[other] - recorded.way_m[row])
        is_near = gap_s <= recorded.contiguous_gap_s
        follows |= exists & is_near & ~(step_m > MAX_SPEED_MPS * gap_s + MIN_STRAY_M)
    leaps = leap_m > MAX_SPEED_MPS * recorded.spacing_s + MIN_STRAY_M
    if recorded.way_m.shape[1] == 1:
        leaps |= recorded.way_m[first, 0] < recorded.way_m[falls, 0]
    return follows | leaps


def find_leaps(recorded: Recorded, pauses: Spans, min_gap_s: float) -> NDArray[np.intp]:
    """Find the gaps outside of pauses that may be leaps of the clock; returns the records before them."""
    step_s = np.diff(recorded.t_s)
    gaps = np.flatnonzero(step_s > max(min(min_gap_s, MIN_LONE_GAP_S), MIN_LEAP_SPACINGS * recorded.spacing_s))
    usual_m = recorded.speed_mps * recorded.spacing_s
    step_m = measure_m(recorded.way_m[gaps + 1] - recorded.way_m[gaps])
    goes_on = (step_m > 0.5 * usual_m) & (step_m < 2.0 * usual_m) & (recorded.speed_mps > MIN_RUNNING_SPEED_MPS)
    is_lone = (gaps < MAX_WRONG_TIMES) | (gaps >= len(step_s) - MAX_WRONG_TIMES)
    is_lone &= (step_s[gaps] >= MIN_LONE_GAP_S) & ~(step_m > usual_m + MIN_STRAY_M)
    middle_s = (recorded.t_s[gaps] + recorded.t_s[gaps + 1]) / 2.0
    return gaps[((goes_on & (step_s[gaps] >= min_gap_s)) | is_lone) & ~contains(union(pauses), middle_s)]


def measure_m(vectors: FloatArray) -> FloatArray:
    """Return the lengths of vectors, ``(n, k)``; NaN if a component is NaN."""
    lengths: FloatArray = np.sqrt(np.sum(vectors**2, axis=1))
    return lengths
