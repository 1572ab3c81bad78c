"""The interval sessions of a recording."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.cli.sessions.analysis_request import AnalysisRequest
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.intervals import Intervals, intervals_of
from retropace.labelling.athlete import Athlete


@dataclass(frozen=True, slots=True)
class IntervalsRequest:
    """How recordings are analysed, and where distances on a running track come from."""

    analysis: AnalysisRequest
    lap_m: float | None
    """Length in metres of a lap of the running track, as stated by the user. If it is None, a 400 m track is recognised
    by its shape."""
    finds_track: bool


def find_intervals(path: str, request: IntervalsRequest, athlete: Athlete | None) -> list[Intervals]:
    """Return the intervals of each session of a recording; raises :class:`~retropace.core.errors.RetropaceError`."""
    exact = request.analysis.settings.label.keep_edges
    return [
        intervals_of(analysis, request.lap_m, stadium=request.finds_track, exact=exact)
        for analysis in analyze_file(path, request.analysis, athlete)
    ]
