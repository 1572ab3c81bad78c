"""Comparison of forward and backward reps of equal length within one session."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import product

import numpy as np

from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Rep
from retropace.intervals.sets import IntervalSet

MAX_LOG_DURATION_DIFF = 0.1
"""Largest difference of the log median durations of two sets without planned lengths that are compared."""


@dataclass(frozen=True, slots=True)
class DirectionRatios:
    """Backward over forward value of metrics of :class:`Rep`; NaN if one of the two is missing."""

    seconds: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float  # backward minus forward heart rate in bpm, not a ratio


@dataclass(frozen=True, slots=True)
class Comparison:
    """Forward and backward reps of one planned length or, without planned lengths, of similar duration."""

    length: str  # planned length as text, or the sets' mean duration as ``about 90 s``
    forward: tuple[Rep, ...]
    backward: tuple[Rep, ...]
    pairs: tuple[tuple[Rep, Rep, DirectionRatios], ...]  # forward and backward reps run in turn, and their ratios
    overall: DirectionRatios  # mean of each ratio over ``pairs``; without pairs, the ratios of all reps


def compare_directions(sets: Sequence[IntervalSet]) -> tuple[Comparison, ...]:
    """Return a comparison for each length that was run both forward and backward, in the order of the sets."""
    groups: dict[NominalLength, tuple[list[Rep], list[Rep]]] = {}
    for interval_set in sets:
        for rep in interval_set.reps:
            nominal = rep.nominal or (interval_set.nominal if interval_set.kind == "pairs" else None)
            if interval_set.kind == "pairs" and nominal is None:
                nominal = NominalLength("m", round(float(np.nanmedian([other.metres for other in interval_set.reps]))))
            if nominal is not None:
                groups.setdefault(nominal, ([], []))[rep.direction == "backward"].append(rep)
    comparisons = [
        _build_comparison(str(nominal), forward, backward, _find_rep_pairs(sets, forward, backward))
        for nominal, (forward, backward) in groups.items()
        if forward and backward
    ]
    return tuple(comparisons or _compare_similar_durations(sets))


def _compute_ratios(forward: Sequence[Rep], backward: Sequence[Rep]) -> DirectionRatios:

    def find_median(reps: Sequence[Rep], name: str) -> float:
        known = [value for rep in reps if np.isfinite(value := getattr(rep, name))]
        return float(np.median(known)) if known else np.nan

    names = [field.name for field in fields(DirectionRatios)]
    *medians, heart_rates_bpm = [(find_median(forward, name), find_median(backward, name)) for name in names]
    ratios = [backward_value / forward_value if forward_value else np.nan for forward_value, backward_value in medians]
    return DirectionRatios(*[*ratios, heart_rates_bpm[1] - heart_rates_bpm[0]])


def _find_rep_pairs(
    sets: Sequence[IntervalSet], forward: Sequence[Rep], backward: Sequence[Rep]
) -> list[tuple[Rep, Rep]]:
    rep_pairs = []
    for interval_set in (interval_set for interval_set in sets if interval_set.kind == "pairs"):
        for number in range(1, interval_set.count + 1):
            halves = {rep.direction: rep for rep in interval_set.reps if rep.number == number}
            if len(halves) == 2 and halves["forward"] in forward and halves["backward"] in backward:
                rep_pairs.append((halves["forward"], halves["backward"]))
    return rep_pairs


def _build_comparison(
    length: str, forward: Sequence[Rep], backward: Sequence[Rep], rep_pairs: Sequence[tuple[Rep, Rep]]
) -> Comparison:
    pairs = tuple((first, second, _compute_ratios([first], [second])) for first, second in rep_pairs)
    overall = _compute_ratios(forward, backward)
    if pairs:
        columns = np.array([astuple(ratios) for _, _, ratios in pairs]).T
        known = [column[np.isfinite(column)] for column in columns]
        overall = DirectionRatios(*(float(np.mean(values)) if len(values) else np.nan for values in known))
    return Comparison(length, tuple(forward), tuple(backward), pairs, overall)


def _compare_similar_durations(sets: Sequence[IntervalSet]) -> list[Comparison]:
    forward, backward = (
        [candidate.reps for candidate in sets if {rep.direction for rep in candidate.reps} == {direction}]
        for direction in ("forward", "backward")
    )
    comparisons = []
    for reps in product(forward, backward):
        medians_s = [float(np.median([rep.seconds for rep in side])) for side in reps]
        if abs(np.log(medians_s[1] / medians_s[0])) <= MAX_LOG_DURATION_DIFF:
            comparisons.append(_build_comparison(f"about {np.mean(medians_s):.0f} s", *reps, []))
    return comparisons
