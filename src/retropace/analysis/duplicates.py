"""The same activity in several files: as FIT and as GPX, exported twice, recorded by two devices of one runner.

Duplicates begin and end together and are equally long; and, where both know, heart and feet went equally fast, which
tells them from two runners who went side by side. Runners with different names have none in common. Of duplicates the
richest counts, the others are linked to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TOGETHER_S = 60.0
"""Starts and ends of duplicates lie within this: exports leave out the records before the first position."""
DISTANCE_SHARE, DISTANCE_M = 0.03, 50.0
"""Distances of duplicates differ by no more than this share and so many metres: one is counted by the watch, the other
measured along its positions, which differ by up to 2 % in the corpus."""
HEART_BPM = 2.0
CADENCE_SPM = 3.0
"""Means over a whole session, of the same records, differ by rounding and by what the one file lacks at its ends."""
_FORMATS = ("fit", "tcx", "apple", "polar", "kml", "gpx")
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
    signals: int
    laps: int
    records: int
    format: str
    runner: str | None = None
    """Who ran, if anybody said."""

    @property
    def rank(self) -> tuple[float, int, int, int, int, str]:
        """The least of duplicates counts: annotated before not, then by how much it holds; between equals by name."""
        form = _FORMATS.index(self.format) if self.format in _FORMATS else len(_FORMATS)
        return (-float(self.annotated_s > 0.0), -self.signals, -self.laps, form, -self.records, self.id)


def duplicates(candidates: Iterable[Candidate]) -> Iterator[tuple[int, int]]:
    """Pairs of keys: an activity that is one of several, and the one of them that counts.

    ``candidates`` come in order of start. Holds no more of them than began within a minute of each other.
    """
    group: list[Candidate] = []
    for one in candidates:
        if group and one.start_s - group[-1].start_s > TOGETHER_S:
            yield from _linked(group)
            group = []
        group.append(one)
    yield from _linked(group)


def are_duplicates(one: Candidate, other: Candidate) -> bool:
    """Whether two activities are the same."""
    longer = max(one.distance_m, other.distance_m)
    return (
        one.runner == other.runner
        and abs(one.start_s - other.start_s) <= TOGETHER_S
        and abs(one.start_s + one.elapsed_s - other.start_s - other.elapsed_s) <= TOGETHER_S
        and (
            min(one.distance_m, other.distance_m) <= 0.0
            or abs(one.distance_m - other.distance_m) <= max(DISTANCE_SHARE * longer, DISTANCE_M)
        )
        and _alike(one.heart_rate_bpm, other.heart_rate_bpm, HEART_BPM)
        and _alike(one.cadence_spm, other.cadence_spm, CADENCE_SPM)
    )


def _linked(group: list[Candidate]) -> Iterator[tuple[int, int]]:
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


def _alike(one: float | None, other: float | None, most: float) -> bool:
    return one is None or other is None or abs(one - other) <= most
