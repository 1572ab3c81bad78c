"""Detection of duplicates by start, end, distance, heart rate and cadence; the one that holds most data counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.json_values import finite_or_none

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

MAX_TIME_DIFFERENCE_S = 60.0
"""Largest difference (s) between starts, and ends, of duplicates; some programs omit records without a position."""
MAX_DISTANCE_DIFFERENCE_SHARE = 0.03
"""Largest difference in distance between duplicates, as a fraction of the longer one; in the test corpus 2 %."""
MAX_DISTANCE_DIFFERENCE_M = 50.0
"""Difference in distance in metres that duplicates may always have, however short they are."""
MAX_HR_DIFFERENCE_BPM = 2.0
"""Largest difference in mean heart rate (bpm) between duplicates, of which one may lack records at the start or end."""
MAX_CADENCE_DIFFERENCE_SPM = 3.0
"""Largest difference in mean cadence (spm) between duplicates, of which one may lack records at the start or end."""
_FORMATS_RICHEST_FIRST = ("fit", "tcx", "apple", "polar", "kml", "gpx")
"""File formats; the one whose files usually hold most data comes first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Properties of an activity that decide whether it is a duplicate, and which of two duplicates counts."""

    key: int
    id: str
    start_s: float  # start of the activity in seconds since 1970 (UTC)
    elapsed_s: float
    distance_m: float
    heart_rate_bpm: float | None
    cadence_spm: float | None
    annotated_s: float
    signal_count: int  # number of signals, such as cadence or altitude, of which at least one value is known
    lap_count: int
    record_count: int
    format: str
    runner: str | None = None  # name of the runner; None if unknown

    @property
    def rank(self) -> tuple[float, int, int, int, int, str]:
        """Sort key of an activity; of duplicates, the one with the smallest key counts."""
        richness = (*_FORMATS_RICHEST_FIRST, self.format).index(self.format)
        is_annotated = float(self.annotated_s > 0.0)
        return (-is_annotated, -self.signal_count, -self.lap_count, richness, -self.record_count, self.id)


def build_candidate(analysis: Analysis) -> Candidate | None:
    """Return the properties of an analysed activity, with ``key`` 0; None if its start time is unknown."""
    cleaned, total, source = analysis.cleaned, analysis.summary.total, analysis.activity.source
    if cleaned.start_time is None:
        return None
    signals = (cleaned.speed_mps, cleaned.cadence_spm, cleaned.heart_rate_bpm, cleaned.lat_deg, cleaned.altitude_m)
    return Candidate(
        key=0,
        id=f"{source.sha256} {source.session}",
        start_s=cleaned.start_time.timestamp(),
        elapsed_s=cleaned.elapsed_s,
        distance_m=float(total.distance_m[0]),
        heart_rate_bpm=finite_or_none(total.heart_rate_bpm[0]),
        cadence_spm=finite_or_none(total.cadence_spm[0]),
        annotated_s=sum(annotation.end_s - annotation.start_s for annotation in analysis.annotations),
        signal_count=sum(bool(np.any(np.isfinite(signal))) for signal in signals),
        lap_count=len(cleaned.laps),
        record_count=len(analysis.activity.samples),
        format=source.format,
    )


def find_duplicates(candidates: Iterable[Candidate]) -> Iterator[tuple[int, int]]:
    """Yield the key of each duplicate and of the activity that counts instead; candidates must be sorted by start."""
    group: list[Candidate] = []
    for candidate in candidates:
        if group and candidate.start_s - group[-1].start_s > MAX_TIME_DIFFERENCE_S:
            yield from _pair_duplicates(group)
            group = []
        group.append(candidate)
    yield from _pair_duplicates(group)


def are_duplicates(first: Candidate, second: Candidate) -> bool:
    """Return whether two activities are recordings of the same session."""
    shorter_m, longer_m = sorted((first.distance_m, second.distance_m))
    max_difference_m = max(MAX_DISTANCE_DIFFERENCE_SHARE * longer_m, MAX_DISTANCE_DIFFERENCE_M)
    return (
        first.runner == second.runner
        and abs(first.start_s - second.start_s) <= MAX_TIME_DIFFERENCE_S
        and abs(first.start_s + first.elapsed_s - second.start_s - second.elapsed_s) <= MAX_TIME_DIFFERENCE_S
        and (shorter_m <= 0.0 or longer_m - shorter_m <= max_difference_m)
        and _is_close(first.heart_rate_bpm, second.heart_rate_bpm, MAX_HR_DIFFERENCE_BPM)
        and _is_close(first.cadence_spm, second.cadence_spm, MAX_CADENCE_DIFFERENCE_SPM)
    )


def _pair_duplicates(group: list[Candidate]) -> Iterator[tuple[int, int]]:
    """Yield the keys of each duplicate and of the activity of smallest rank that it is a duplicate of."""
    left = sorted(group, key=lambda candidate: candidate.rank)
    while left:
        best, *others = left
        left = []
        for candidate in others:
            if are_duplicates(best, candidate):
                yield candidate.key, best.key
            else:
                left.append(candidate)


def _is_close(first: float | None, second: float | None, tolerance: float) -> bool:
    return first is None or second is None or abs(first - second) <= tolerance
