"""Detection of duplicates: a session stored as FIT and as GPX, exported twice, or recorded by two devices.

Duplicates start and end at about the same time and have about the same distance. Where both hold heart rate or cadence,
these agree too, which excludes two runners side by side; activities of differently named runners are never duplicates.
Of duplicates only the one that holds most data counts; each of the others is stored with a link to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

MAX_TIME_DIFFERENCE_S = 60.0
"""Largest difference (s) between the starts of duplicates, and between their ends. Two exports of one session may
differ by some seconds, because some programs omit the records before the first position."""
MAX_DISTANCE_DIFFERENCE_SHARE = 0.03
"""Largest difference in distance between duplicates, as a fraction of the longer distance. In the test corpus,
distances counted by a device and those measured along positions differ by up to 2 %."""
MAX_DISTANCE_DIFFERENCE_M = 50.0
"""Difference in distance in metres up to which two activities may always be duplicates, even where
``MAX_DISTANCE_DIFFERENCE_SHARE`` allows less."""
MAX_HR_DIFFERENCE_BPM = 2.0
"""Largest difference in mean heart rate (bpm) between duplicates. The means differ because of rounding, and because one
file may lack records at the start or end."""
MAX_CADENCE_DIFFERENCE_SPM = 3.0
"""Largest difference in mean cadence (spm) between duplicates. The means differ because of rounding, and because one
file may lack records at the start or end."""
_FORMATS_RICHEST_FIRST = ("fit", "tcx", "apple", "polar", "kml", "gpx")
"""File formats, ordered by how much their files usually hold: the one with most data comes first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Properties of an activity that decide whether it is a duplicate, and which of two duplicates counts."""

    key: int
    id: str
    start_s: float
    """Start of the activity in seconds since 1970 (UTC)."""
    elapsed_s: float
    distance_m: float
    heart_rate_bpm: float | None
    cadence_spm: float | None
    annotated_s: float
    signal_count: int
    """Number of signals, such as cadence or altitude, of which at least one value is known."""
    lap_count: int
    record_count: int
    format: str
    runner: str | None = None
    """Name of the runner; None if unknown."""

    @property
    def rank(self) -> tuple[float, int, int, int, int, str]:
        """Sort key of an activity; of duplicates, the one with the smallest key counts.

        Annotated activities come first, then those with more signals, more laps, a richer file format and
        more records. The id decides between equal ones.
        """
        form = (
            _FORMATS_RICHEST_FIRST.index(self.format)
            if self.format in _FORMATS_RICHEST_FIRST
            else len(_FORMATS_RICHEST_FIRST)
        )
        return (-float(self.annotated_s > 0.0), -self.signal_count, -self.lap_count, form, -self.record_count, self.id)


def build_candidate(analysis: Analysis) -> Candidate | None:
    """Return the properties of an analysed activity; None if its start time is unknown. Their ``key`` is set to 0."""
    cleaned, total, source = analysis.cleaned, analysis.summary.total, analysis.activity.source
    if cleaned.start_time is None:
        return None
    heart_rate, cadence = float(total.heart_rate_bpm[0]), float(total.cadence_spm[0])
    signals = (cleaned.speed_mps, cleaned.cadence_spm, cleaned.heart_rate_bpm, cleaned.lat_deg, cleaned.altitude_m)
    return Candidate(
        key=0,
        id=f"{source.sha256} {source.session}",
        start_s=cleaned.start_time.timestamp(),
        elapsed_s=cleaned.elapsed_s,
        distance_m=float(total.distance_m[0]),
        heart_rate_bpm=heart_rate if np.isfinite(heart_rate) else None,
        cadence_spm=cadence if np.isfinite(cadence) else None,
        annotated_s=sum(annotation.end_s - annotation.start_s for annotation in analysis.annotations),
        signal_count=sum(bool(np.any(np.isfinite(signal))) for signal in signals),
        lap_count=len(cleaned.laps),
        record_count=len(analysis.activity.samples),
        format=source.format,
    )


def find_duplicates(candidates: Iterable[Candidate]) -> Iterator[tuple[int, int]]:
    """Yield a pair of keys for each duplicate: its own key, and that of the activity that counts in its place.

    ``candidates`` must be sorted by start. Only activities that start within ``MAX_TIME_DIFFERENCE_S`` of the one
    before are held in memory together.
    """
    group: list[Candidate] = []
    for candidate in candidates:
        if group and candidate.start_s - group[-1].start_s > MAX_TIME_DIFFERENCE_S:
            yield from _pair_duplicates(group)
            group = []
        group.append(candidate)
    yield from _pair_duplicates(group)


def are_duplicates(first: Candidate, second: Candidate) -> bool:
    """Return whether two activities are recordings of the same session."""
    longer_m = max(first.distance_m, second.distance_m)
    return (
        first.runner == second.runner
        and abs(first.start_s - second.start_s) <= MAX_TIME_DIFFERENCE_S
        and abs(first.start_s + first.elapsed_s - second.start_s - second.elapsed_s) <= MAX_TIME_DIFFERENCE_S
        and (
            min(first.distance_m, second.distance_m) <= 0.0
            or abs(first.distance_m - second.distance_m)
            <= max(MAX_DISTANCE_DIFFERENCE_SHARE * longer_m, MAX_DISTANCE_DIFFERENCE_M)
        )
        and _is_close(first.heart_rate_bpm, second.heart_rate_bpm, MAX_HR_DIFFERENCE_BPM)
        and _is_close(first.cadence_spm, second.cadence_spm, MAX_CADENCE_DIFFERENCE_SPM)
    )


def _pair_duplicates(group: list[Candidate]) -> Iterator[tuple[int, int]]:
    """Yield pairs of keys: each duplicate, and the best activity of the group that it duplicates.

    The best activity of the group (:meth:`Candidate.rank`) and its duplicates are taken first. The same is repeated
    with the activities that remain, until none is left.
    """
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
