"""The session as pieces that a map can draw: every stretch cut where its line breaks, the parts without a line too.

The pieces cover the activity exactly, as the segments do, so that their distances and times add up to the analysis'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.json_document import time_text
from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.segment_stats import Figures, figures_of, gains_between
from retropace.core.spans import Column
from retropace.output.charts.route import Line, lines_of, way_of

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

FIGURES = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")


@dataclass(frozen=True, slots=True)
class Pieces:
    """``n`` pieces between ``n + 1`` rising edges in elapsed seconds, none of them over the edge of a segment."""

    edges_s: Column
    segment: NDArray[np.intp]
    """``(n,)``: which segment each lies in, counted from 0."""
    lines: tuple[Line | None, ...]
    """The way of each; None where no positions are known, or none may be shown."""
    figures: Figures

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def have_lines(self) -> bool:
        """Whether any of them has a line."""
        return any(line is not None for line in self.lines)


def pieces_of(analysis: Analysis, hiding: Hiding = NOTHING_HIDDEN) -> Pieces:
    """The pieces of an analysis, without what is hidden."""
    track, segments = analysis.track, analysis.segments
    lines = lines_of(way_of(track, hiding), segments.edges_s)
    ends_s = [moment for line in lines for moment in (line.t_s[0], line.t_s[-1])]
    edges_s = np.union1d(segments.edges_s, ends_s)
    by_start = {float(line.t_s[0]): line for line in lines}
    segment = np.searchsorted(segments.edges_s, edges_s[:-1], side="right") - 1
    return Pieces(
        edges_s,
        segment,
        tuple(by_start.get(start_s) for start_s in edges_s[:-1].tolist()),
        figures_of(gains_between(track, edges_s), track),
    )


def piece_document(pieces: Pieces, at: int, analysis: Analysis) -> dict[str, Any]:
    """What is known of a piece, as plain values: its segment's number (from 1) and label, its own span and figures."""
    segments, start_time = analysis.segments, analysis.track.start_time
    segment = int(pieces.segment[at])
    start_s, end_s = float(pieces.edges_s[at]), float(pieces.edges_s[at + 1])
    return {
        "segment": segment + 1,
        "direction": str(segments.direction[segment]),
        "gait": str(segments.gait[segment]) or None,
        "basis": str(segments.basis[segment]),
        "confidence": number(segments.confidence[segment]),
        "start_s": start_s,
        "end_s": end_s,
        "start_time": None if start_time is None else time_text(start_time + timedelta(seconds=start_s)),
        **{name: number(getattr(pieces.figures, name)[at]) for name in FIGURES},
    }


def number(value: Any) -> float | None:
    """The number; None for NaN."""
    return float(value) if np.isfinite(value) else None
