"""A whole interval session: sets and reps, what lies around them, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.analysis.running_track.fit import RunningTrack, fit_running_track
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, as_spans
from retropace.intervals.best_efforts import BestEffort, compute_mean_max_curve
from retropace.intervals.bouts import build_lap_bouts, find_bouts
from retropace.intervals.compare import Comparison, compare_directions
from retropace.intervals.device_workout import find_device_workout
from retropace.intervals.efforts import compute_timer_s
from retropace.intervals.planned_vs_actual import StepOutcome, compare_plan_with_results
from retropace.intervals.quarter_mile import QuarterMileTest, find_quarter_miles
from retropace.intervals.refine_rep_edges import refine_rep_edges
from retropace.intervals.sets import IntervalSet, build_set
from retropace.intervals.split_merged_reps import split_missed_turns
from retropace.intervals.structure import find_backward_efforts, find_sets

MIN_LANE_PROBABILITY = 0.9


@dataclass(frozen=True, slots=True)
class SessionPart:
    """A part of the session; together they are all of it.

    ``kind`` is ``warm-up``, ``rep``, ``recovery``, ``break`` (between sets), ``cool-down``, or ``session`` where there
    is no set.
    """

    kind: str
    start_s: float
    end_s: float
    seconds: float
    """Without pauses."""
    metres: float
    set_number: int
    """Of a rep or a recovery, counted from 1; 0 for the others."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """What came of a session."""

    analysis: Analysis
    cleaned: CleanedActivity
    """As in the analysis, but with distance from laps where it was run on a track."""
    running_track: RunningTrack | None
    parts: tuple[SessionPart, ...]
    sets: tuple[IntervalSet, ...]
    comparisons: tuple[Comparison, ...]
    quarter_miles: tuple[QuarterMileTest, ...]
    mean_max_curve: tuple[BestEffort, ...]
    step_outcomes: tuple[StepOutcome, ...]
    """Empty without a workout, and where it does not fit."""
    warnings: tuple[str, ...]


def intervals_of(
    analysis: Analysis, lap_m: float | None = None, *, stadium: bool = True, exact: bool = False
) -> Intervals:
    """The structure of an analysed session.

    ``lap_m`` is how long a lap of the track was, if it was run on one and that is known; without it a track of 400 m
    is recognised by its shape, unless ``stadium`` says not to look. ``exact`` leaves the runner's edges where they are,
    as ``LabelSettings.exact`` does.
    """
    track, found = analysis.cleaned, None
    given = as_spans((one.start_s, one.end_s) for one in analysis.annotations if one.attributes)
    warnings = list(analysis.warnings)
    if stadium and (known := fit_running_track(track, lap_m, given)) is not None:
        found, track = known
        if found.lane_probability < MIN_LANE_PROBABILITY:
            warnings.append(
                f"lane {found.lane} of the track is {100.0 * found.lane_probability:.0f} % sure, and the next one adds "
                "7.7 m to a lap: --track 400m or --track 407m says which it was"
            )
    elif lap_m is not None:
        warnings.append(f"no track with laps of {lap_m:.10g} m was found: distances are the recording's own")
    bouts = split_missed_turns(track, find_bouts(track, analysis.segments))
    bouts = refine_rep_edges(track, bouts, _find_fixed_edges_s(analysis, exact=exact))
    laps = build_lap_bouts(track, analysis.segments)
    backward = find_backward_efforts(track, bouts)
    sets = tuple(build_set(track, bouts, one) for one in find_sets(track, bouts, backward, laps))
    warnings += _collect_warnings(analysis, sets, has_given_lengths=bool(len(given)))
    workout = analysis.workout or find_device_workout(track, analysis.segments)
    return Intervals(
        analysis=analysis,
        cleaned=track,
        running_track=found,
        parts=_build_parts(track, sets),
        sets=sets,
        comparisons=compare_directions(sets),
        quarter_miles=find_quarter_miles(track, bouts, backward.bout_rows, backward.efforts),
        mean_max_curve=compute_mean_max_curve(track, bouts),
        step_outcomes=() if workout is None else compare_plan_with_results(workout, track),
        warnings=tuple(warnings),
    )


def _find_fixed_edges_s(analysis: Analysis, *, exact: bool) -> FloatArray:
    """The edges that the runner is sure of: pressed ones, or with ``exact`` all. A workout's were laid, not given."""
    sure = [
        one
        for one in analysis.annotations
        if one.origin.kind != "workout" and (exact or one.edge_tolerance_s <= BUTTON_TOLERANCE_S)
    ]
    return np.array([edge for one in sure for edge in (one.start_s, one.end_s)])


def _build_parts(cleaned: CleanedActivity, sets: tuple[IntervalSet, ...]) -> tuple[SessionPart, ...]:
    reps = sorted(
        ((rep.start_s, rep.end_s, number) for number, one in enumerate(sets, 1) for rep in one.reps),
        key=lambda rep: rep[0],
    )
    if not reps:
        return (_build_part(cleaned, "session", 0.0, cleaned.elapsed_s, 0),)
    parts = [_build_part(cleaned, "warm-up", 0.0, reps[0][0], 0)]
    for (start, end, number), (following, _, following_number) in pairwise(reps):
        parts.append(_build_part(cleaned, "rep", start, end, number))
        same = number == following_number
        parts.append(_build_part(cleaned, "recovery" if same else "break", end, following, number if same else 0))
    start, end, number = reps[-1]
    parts += [
        _build_part(cleaned, "rep", start, end, number),
        _build_part(cleaned, "cool-down", end, cleaned.elapsed_s, 0),
    ]
    return tuple(part for part in parts if part.end_s > part.start_s)


def _build_part(cleaned: CleanedActivity, kind: str, start_s: float, end_s: float, set_number: int) -> SessionPart:
    metres = float(cleaned.increments("distance_m", np.array([start_s, end_s]))[0])
    return SessionPart(kind, start_s, end_s, compute_timer_s(cleaned, start_s, end_s), metres, set_number)


def _collect_warnings(analysis: Analysis, sets: tuple[IntervalSet, ...], *, has_given_lengths: bool) -> list[str]:
    """What has to be said of the reps: distances that presume forward steps, directions that nobody marked."""
    said = []
    reps = [rep for one in sets for rep in one.reps if rep.direction == "backward"]
    indoors = not np.any(np.isfinite(analysis.cleaned.lat_deg))
    if reps and indoors and not has_given_lengths and analysis.cleaned.distance_source != "none":
        said.append(
            "the distance of the backward reps is the watch's own, which presumes forward steps: give the belt's, "
            "as in --mark 'lap 3=backward speed=6km/h' or distance=400m"
        )
    suspected = sum(rep.basis == "suspected" for rep in reps)
    if suspected == len(reps) and reps:
        said.append("nobody marked any of the backward reps: that they were backward is only suspected")
    return said
