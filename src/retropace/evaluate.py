"""How good an answer is against the truth: boundaries found, with what they were found at by chance beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.spans import Column


@dataclass(frozen=True, slots=True)
class Boundaries:
    """How many true and found boundaries there are, and how many of them match one to one."""

    matched: int
    true: int
    found: int

    @property
    def precision(self) -> float:
        """Share of the found ones that match; NaN if none was found."""
        return self.matched / self.found if self.found else np.nan

    @property
    def recall(self) -> float:
        """Share of the true ones that were found; NaN if there is none."""
        return self.matched / self.true if self.true else np.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 for nothing found where nothing is, 0 where one is empty."""
        whole = self.true + self.found
        return 2.0 * self.matched / whole if whole else 1.0

    def __add__(self, other: Boundaries) -> Boundaries:
        """The counts of two sessions together."""
        return Boundaries(self.matched + other.matched, self.true + other.true, self.found + other.found)


def match_boundaries(true_s: Column, found_s: Column, early_s: float, late_s: float) -> Boundaries:
    """Match found boundaries to true ones, each at most once, as many as possible.

    A found boundary may lie up to ``early_s`` before and ``late_s`` after the true one, both included. With windows of
    one length, taking each true boundary in order and the first free found one in its window is a maximum matching
    (Glover 1967, Naval Res Logist Q 14:313).
    """
    found = np.sort(found_s)
    matched, free = 0, 0
    for moment in np.sort(true_s).tolist():
        while free < len(found) and found[free] < moment - early_s:
            free += 1
        if free < len(found) and found[free] <= moment + late_s:
            matched += 1
            free += 1
    return Boundaries(matched, len(true_s), len(found))
