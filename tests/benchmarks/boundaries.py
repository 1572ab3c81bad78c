"""Change points against the real lap marks of the corpus: ``python -m tests.benchmarks.boundaries``.

Truth are laps that somebody ended (a press or a workout step); autolaps are none. A found boundary may lie 3 s before
to 10 s after its mark. Beside the answer stand the empty one and one cut every minute.
"""

import sys
from dataclasses import replace

import numpy as np

from retropace.analysis.metrics import BoundaryCounts
from retropace.core.spans import FloatArray
from tests.support.lap_boundaries import (
    LapSession,
    boundary_every_minute,
    load_lap_sessions,
    no_boundaries,
    score_boundaries,
)
from tests.support.paths import CORPUS
from tests.support.segmentation import segment_activity


def offsets_s(marked: LapSession) -> FloatArray:
    """How late the nearest edge is at each visible mark; marks with none within 15 s are left out."""
    edges = segment_activity(marked.cleaned)[1:-1]
    late = edges - marked.true_s[marked.visible][:, None]
    nearest = late[np.arange(len(late)), np.argmin(np.abs(late), axis=1)] if late.size else np.empty(0)
    return nearest[np.abs(nearest) < 15.0]


def main() -> None:
    """Print the table."""
    if not CORPUS.is_dir():
        sys.exit("needs the public recordings in ../shared/corpus")
    sessions = load_lap_sessions(CORPUS)
    for tier in ("core", "extra"):
        chosen = [marked for marked in sessions if marked.tier == tier]
        for marked in chosen:
            _line(marked.name[-44:], score_boundaries(marked, segment_activity))
        for answer in (segment_activity, no_boundaries, boundary_every_minute):
            total = sum((score_boundaries(marked, answer) for marked in chosen), BoundaryCounts(0, 0, 0))
            _line(f"{tier}, all: {answer.__name__}", total)
        seen = [replace(marked, true_s=marked.true_s[marked.visible]) for marked in chosen]
        visible = sum((score_boundaries(marked, segment_activity) for marked in seen), BoundaryCounts(0, 0, 0))
        early, middle, late = np.percentile(np.concatenate([offsets_s(marked) for marked in chosen]), [25, 50, 75])
        sys.stdout.write(
            f"{tier}: of {visible.reference} marks with a visible change "
            f"{visible.matched} found ({visible.recall:.3f}); "
            f"edges come {middle:+.1f} s after the mark (quartiles {early:+.1f}, {late:+.1f})\n\n"
        )


def _line(name: str, counted: BoundaryCounts) -> None:
    figures = f"precision {counted.precision:.3f}  recall {counted.recall:.3f}  F1 {counted.f1:.3f}"
    sys.stdout.write(f"{name:46s} true {counted.reference:3d}  found {counted.estimated:3d}  {figures}\n")


if __name__ == "__main__":
    main()
