"""Change points against the laps that somebody ended in the interval sessions of the corpus."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retropace.analysis.metrics import BoundaryCounts, match_boundaries
from retropace.cleaning.clean import clean_activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.readers import read

PRESSED = {"manual", "step", "manual/step (inferred)"}


EARLY_S = 3.0
LATE_S = 10.0


@dataclass(frozen=True)
class LapSession:
    """A recording with the ends of its real laps; ``visible`` are those with a change of pace or cadence."""

    name: str
    tier: str
    cleaned: CleanedActivity
    true_s: FloatArray
    visible: np.ndarray[tuple[int], np.dtype[np.bool_]]


def load_lap_sessions(corpus: Path) -> list[LapSession]:
    """Every session of ``intervals.csv``."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (corpus / "intervals.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            rows.setdefault(row["file"], []).append(row)
    marked = []
    for name, laps in rows.items():
        cleaned = clean_activity(read(corpus / name))
        real = [
            (lap, row) for lap, row in zip(cleaned.laps[:-1], laps, strict=False) if row["boundary_at_end"] in PRESSED
        ]
        visible = np.array([_visible(row) for _, row in real], dtype=bool)
        marked.append(LapSession(name, laps[0]["tier"], cleaned, np.array([lap.end_s for lap, _ in real]), visible))
    return marked


def _visible(row: dict[str, str]) -> bool:
    ratio, cadence = row["speed_ratio_next_over_this"], row["cadence_change_spm_to_next"]
    return bool((ratio and abs(float(ratio) - 1.0) > 0.1) or (cadence and abs(float(cadence)) > 8.0))


def score_boundaries(marked: LapSession, answer: Callable[[CleanedActivity], FloatArray]) -> BoundaryCounts:
    """How an answer's inner edges fit one session."""
    return match_boundaries(marked.true_s, answer(marked.cleaned)[1:-1], EARLY_S, LATE_S)


def no_boundaries(cleaned: CleanedActivity) -> FloatArray:
    """The empty answer."""
    return np.array([0.0, cleaned.elapsed_s])


def boundary_every_minute(cleaned: CleanedActivity) -> FloatArray:
    """An edge a minute, whatever was run."""
    return np.append(np.arange(0.0, cleaned.elapsed_s, 60.0), cleaned.elapsed_s)
