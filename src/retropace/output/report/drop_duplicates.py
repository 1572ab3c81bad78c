"""The same run in several files counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from retropace.analysis.duplicates import Candidate, find_duplicates

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.output.report.activity_section import ActivitySection


def build_candidate(analysis: Analysis) -> Candidate | None:
    """What tells whether an activity is the same as another; None without a time."""
    track, whole, source = analysis.cleaned, analysis.summary.total, analysis.activity.source
    if track.start_time is None:
        return None
    heart, cadence = float(whole.heart_rate_bpm[0]), float(whole.cadence_spm[0])
    channels = (track.speed_mps, track.cadence_spm, track.heart_rate_bpm, track.lat_deg, track.altitude_m)
    return Candidate(
        key=0,
        id=f"{source.sha256} {source.session}",
        start_s=track.start_time.timestamp(),
        elapsed_s=track.elapsed_s,
        distance_m=float(whole.distance_m[0]),
        heart_rate_bpm=heart if np.isfinite(heart) else None,
        cadence_spm=cadence if np.isfinite(cadence) else None,
        annotated_s=sum(one.end_s - one.start_s for one in analysis.annotations),
        signal_count=sum(bool(np.any(np.isfinite(channel))) for channel in channels),
        lap_count=len(track.laps),
        record_count=len(analysis.activity.samples),
        format=source.format,
    )


def drop_duplicates(sections: Sequence[ActivitySection]) -> tuple[list[ActivitySection], list[str]]:
    """The parts without those that another one tells better, the latest first, and what was left out, in words."""
    order = sorted(range(len(sections)), key=lambda at: _get_start_s(sections[at]))
    candidates = (replace(one, key=at) for at in order if (one := sections[at].candidate) is not None)
    leaders = dict(find_duplicates(candidates))
    file = [part.file for part in sections]
    said = [f"{file[at]}: is the same run as {file[leader]}, which counts" for at, leader in leaders.items()]
    return [sections[at] for at in reversed(order) if at not in leaders], sorted(said)


def _get_start_s(section: ActivitySection) -> float:
    return float("-inf") if section.start_time is None else section.start_time.timestamp()
