"""The same activity in several files: as FIT and as GPX, exported twice, recorded by two devices of one runner.

Duplicates begin and end together and are equally long; and, where both know, heart and feet went equally fast, which
tells them from two runners who went side by side. Runners with different names have none in common. Of duplicates the
richest counts, the others are linked to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_TIME_DIFFERENCE_S = 60.0
"""Starts and ends of duplicates lie within this: exports leave out the records before the first position."""
MAX_DISTANCE_DIFFERENCE_SHARE, MAX_DISTANCE_DIFFERENCE_M = 0.03, 50.0
"""Distances of duplicates differ by no more than this share and so many metres: one is counted by the watch, the other
measured along its positions, which differ by up to 2 % in the corpus."""
MAX_HR_DIFFERENCE_BPM = 2.0
MAX_CADENCE_DIFFERENCE_SPM = 3.0
"""Means over a whole session, of the same records, differ by rounding and by what the one file lacks at its ends."""
_FORMATS_RICHEST_FIRST = ("fit", "tcx", "apple", "polar", "kml", "gpx")
"""From the one that usually holds most to the one that holds least."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides whether two activities are duplicates, and which of them counts."""

    key: int
    id: str
    start_s: float
    elapsed_s: float
    distance_m: float
    heart_rate_bpm: float | None
    cadence_spm: float | None
    annotated_s: float
    signal_count: int
    lap_count: int
    record_count: int
    format: str
    runner: str | None = None
    """Who ran, if anybody said."""

    @property
    def rank(self) -> tuple[float, int, int, int, int, str]:
        """The least of duplicates counts: annotated before not, then by how much it holds; between equals by name."""
        form = (
            _FORMATS_RICHEST_FIRST.index(self.format)
            if self.format in _FORMATS_RICHEST_FIRST
            else len(_FORMATS_RICHEST_FIRST)
        )
        return (-float(self.annotated_s > 0.0), -self.signal_count, -self.lap_count, form, -self.record_count, self.id)


def find_duplicates(candidates: Iterable[Candidate]) -> Iterator[tuple[int, int]]:
    """Pairs of keys: an activity that is one of several, and the one of them that counts.

    ``candidates`` come in order of start. Holds no more of them than began within a minute of each other.
    """
    group: list[Candidate] = []
    for one in candidates:
        if group and one.start_s - group[-1].start_s > MAX_TIME_DIFFERENCE_S:
            yield from _pair_duplicates(group)
            group = []
        group.append(one)
    yield from _pair_duplicates(group)


def are_duplicates(first: Candidate, second: Candidate) -> bool:
    """Whether two activities are the same."""
    longer = max(first.distance_m, second.distance_m)
    return (
        first.runner == second.runner
        and abs(first.start_s - second.start_s) <= MAX_TIME_DIFFERENCE_S
        and abs(first.start_s + first.elapsed_s - second.start_s - second.elapsed_s) <= MAX_TIME_DIFFERENCE_S
        and (
            min(first.distance_m, second.distance_m) <= 0.0
            or abs(first.distance_m - second.distance_m)
            <= max(MAX_DISTANCE_DIFFERENCE_SHARE * longer, MAX_DISTANCE_DIFFERENCE_M)
        )
        and _is_close(first.heart_rate_bpm, second.heart_rate_bpm, MAX_HR_DIFFERENCE_BPM)
        and _is_close(first.cadence_spm, second.cadence_spm, MAX_CADENCE_DIFFERENCE_SPM)
    )


def _pair_duplicates(group: list[Candidate]) -> Iterator[tuple[int, int]]:
    """The pairs among activities that began about together: the best of all is taken first, then its duplicates."""
    left = sorted(group, key=lambda one: one.rank)
    while left:
        best, *others = left
        left = []
        for one in others:
            if are_duplicates(best, one):
                yield one.key, best.key
            else:
                left.append(one)


def _is_close(first: float | None, second: float | None, tolerance: float) -> bool:
    return first is None or second is None or abs(first - second) <= tolerance
