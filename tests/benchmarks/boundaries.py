"""Change points against the real lap marks of the corpus: ``python -m tests.benchmarks.boundaries``.

Truth are laps that somebody ended (a press or a workout step); autolaps are none. A found boundary may lie 3 s before
to 10 s after its mark. Beside the answer stand the empty one and one cut every minute.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retropace.analysis.metrics import BoundaryCounts, match_boundaries
from retropace.cleaning.clean import clean_activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.readers import read
from retropace.segmentation.segment import segment_activity
from tests.support.paths import CORPUS

REAL = {"manual", "step", "manual/step (inferred)"}
EARLY_S, LATE_S = 3.0, 10.0


@dataclass(frozen=True)
class Marked:
    """A recording with the ends of its real laps; ``visible`` are those with a change of pace or cadence."""

    name: str
    tier: str
    track: CleanedActivity
    true_s: FloatArray
    visible: np.ndarray[tuple[int], np.dtype[np.bool_]]


def load(corpus: Path) -> list[Marked]:
    """Every session of ``intervals.csv``."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (corpus / "intervals.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            rows.setdefault(row["file"], []).append(row)
    marked = []
    for name, laps in rows.items():
        track = clean_activity(read(corpus / name))
        real = [(lap, row) for lap, row in zip(track.laps[:-1], laps, strict=False) if row["boundary_at_end"] in REAL]
        visible = np.array([_visible(row) for _, row in real], dtype=bool)
        marked.append(Marked(name, laps[0]["tier"], track, np.array([lap.end_s for lap, _ in real]), visible))
    return marked


def _visible(row: dict[str, str]) -> bool:
    ratio, cadence = row["speed_ratio_next_over_this"], row["cadence_change_spm_to_next"]
    return bool((ratio and abs(float(ratio) - 1.0) > 0.1) or (cadence and abs(float(cadence)) > 8.0))


def measured(marked: Marked, answer: Callable[[CleanedActivity], FloatArray]) -> BoundaryCounts:
    """How an answer's inner edges fit one session."""
    return match_boundaries(marked.true_s, answer(marked.track)[1:-1], EARLY_S, LATE_S)


def nothing(track: CleanedActivity) -> FloatArray:
    """The empty answer."""
    return np.array([0.0, track.elapsed_s])


def every_minute(track: CleanedActivity) -> FloatArray:
    """An edge a minute, whatever was run."""
    return np.append(np.arange(0.0, track.elapsed_s, 60.0), track.elapsed_s)


def offsets_s(marked: Marked) -> FloatArray:
    """How late the nearest edge is at each visible mark; marks with none within 15 s are left out."""
    edges = segment_activity(marked.track)[1:-1]
    late = edges - marked.true_s[marked.visible][:, None]
    nearest = late[np.arange(len(late)), np.argmin(np.abs(late), axis=1)] if late.size else np.empty(0)
    return nearest[np.abs(nearest) < 15.0]


def main() -> None:
    """Print the table."""
    if not CORPUS.is_dir():
        sys.exit("needs the public recordings in ../shared/corpus")
    sessions = load(CORPUS)
    for tier in ("core", "extra"):
        chosen = [marked for marked in sessions if marked.tier == tier]
        for marked in chosen:
            _line(marked.name[-44:], measured(marked, segment_activity))
        for answer in (segment_activity, nothing, every_minute):
            total = sum((measured(marked, answer) for marked in chosen), BoundaryCounts(0, 0, 0))
            _line(f"{tier}, all: {answer.__name__}", total)
        seen = [replace(marked, true_s=marked.true_s[marked.visible]) for marked in chosen]
        visible = sum((measured(marked, segment_activity) for marked in seen), BoundaryCounts(0, 0, 0))
        early, middle, late = np.percentile(np.concatenate([offsets_s(marked) for marked in chosen]), [25, 50, 75])
        sys.stdout.write(
            f"{tier}: of {visible.reference} marks with a visible change {visible.matched} found ({visible.recall:.3f}); "
            f"edges come {middle:+.1f} s after the mark (quartiles {early:+.1f}, {late:+.1f})\n\n"
        )


def _line(name: str, counted: BoundaryCounts) -> None:
    figures = f"precision {counted.precision:.3f}  recall {counted.recall:.3f}  F1 {counted.f1:.3f}"
    sys.stdout.write(f"{name:46s} true {counted.reference:3d}  found {counted.estimated:3d}  {figures}\n")


if __name__ == "__main__":
    main()
