"""Analysis of a whole interval session: sets, reps, the stretches between them, and comparisons."""

from dataclasses import dataclass

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.analysis.running_track.fit import RunningTrack, fit_running_track
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S
from retropace.core.best_effort import BestEffort
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding, HasFindings, note, warn
from retropace.core.spans import FloatArray, as_spans
from retropace.intervals.best_efforts import compute_mean_max_curve
from retropace.intervals.bouts import build_lap_bouts, find_bouts
from retropace.intervals.compare import Comparison, compare_directions
from retropace.intervals.efforts import compute_timer_s
from retropace.intervals.pairs import QuarterMileTest, find_quarter_miles
from retropace.intervals.planned_vs_actual import StepOutcome, compare_plan_with_results, find_device_workout
from retropace.intervals.refine_rep_edges import refine_rep_edges
from retropace.intervals.sets import IntervalSet, build_set
from retropace.intervals.split_merged_reps import split_missed_turns
from retropace.intervals.structure import find_backward_efforts, find_sets

MIN_LANE_PROBABILITY = 0.9
"""Probability of the detected lane of a running track; a finding is added if it is lower."""


@dataclass(frozen=True, slots=True)
class SessionPart:
    """A stretch of an interval session with its role; the parts cover the session without gap or overlap."""

    kind: str  # ``warm-up``, ``rep``, ``recovery``, ``break`` (between sets) or ``cool-down``; without sets ``session``
    start_s: float
    end_s: float
    seconds: float  # seconds in which the watch was not paused
    metres: float
    set_number: int  # number of the set of a rep or recovery, counted from 1; 0 for all other parts


@dataclass(frozen=True, slots=True)
class Intervals(HasFindings):
    """Sets, reps and everything else that was found in an interval session."""

    analysis: Analysis
    cleaned: CleanedActivity  # the analysed activity; its distance is corrected by laps if run on a running track
    running_track: RunningTrack | None
    parts: tuple[SessionPart, ...]
    sets: tuple[IntervalSet, ...]
    comparisons: tuple[Comparison, ...]
    quarter_miles: tuple[QuarterMileTest, ...]
    mean_max_curve: tuple[BestEffort, ...]
    step_outcomes: tuple[StepOutcome, ...]  # each planned step with what was done of it; empty if no workout fits


def intervals_of(
    analysis: Analysis, lap_m: float | None = None, *, stadium: bool = True, exact: bool = False
) -> Intervals:
    """Return the sets, reps and all other results of an analysed session.

    ``lap_m`` is the lap of a track, else 400 m is recognised if ``stadium``; ``exact`` moves no annotation's edge.
    """
    cleaned, running_track = analysis.cleaned, None
    measured_spans = as_spans(
        (annotation.start_s, annotation.end_s) for annotation in analysis.annotations if annotation.attributes
    )
    findings = list(analysis.findings)
    if stadium and (fitted := fit_running_track(cleaned, lap_m, measured_spans)) is not None:
        running_track, cleaned = fitted
        if running_track.lane_probability < MIN_LANE_PROBABILITY:
            sure = 100.0 * running_track.lane_probability
            text = (
                f"lane {running_track.lane} of the track is {sure:.0f} % sure, and the next one adds "
                "7.7 m to a lap: --track 400m or --track 407m says which it was"
            )
            findings.append(warn("lane-unsure", text))
    elif lap_m is not None:
        text = f"no track with laps of {lap_m:.10g} m was found: distances are the recording's own"
        findings.append(warn("no-track", text))
    bouts = split_missed_turns(cleaned, find_bouts(cleaned, analysis.segments))
    bouts = refine_rep_edges(cleaned, bouts, _find_fixed_edges_s(analysis, exact=exact))
    laps = build_lap_bouts(cleaned, analysis.segments)
    backward = find_backward_efforts(cleaned, bouts)
    sets = tuple(build_set(cleaned, bouts, annotation) for annotation in find_sets(cleaned, bouts, backward, laps))
    findings += _collect_findings(analysis, sets, has_given_lengths=bool(len(measured_spans)))
    workout = analysis.workout or find_device_workout(analysis)
    return Intervals(
        analysis=analysis,
        cleaned=cleaned,
        running_track=running_track,
        parts=_build_parts(cleaned, sets),
        sets=sets,
        comparisons=compare_directions(sets),
        quarter_miles=find_quarter_miles(cleaned, bouts, backward),
        mean_max_curve=compute_mean_max_curve(cleaned, bouts),
        step_outcomes=() if workout is None else compare_plan_with_results(workout, cleaned),
        findings=tuple(findings),
    )


def _find_fixed_edges_s(analysis: Analysis, *, exact: bool) -> FloatArray:
    """Return the edges of annotations that must not move: button presses or, if ``exact``, all but a workout's."""
    fixed = [
        annotation
        for annotation in analysis.annotations
        if annotation.origin.kind != "workout" and (exact or annotation.edge_tolerance_s <= BUTTON_TOLERANCE_S)
    ]
    return np.array([edge for annotation in fixed for edge in (annotation.start_s, annotation.end_s)])


def _build_parts(cleaned: CleanedActivity, sets: tuple[IntervalSet, ...]) -> tuple[SessionPart, ...]:
    reps = sorted(
        ((rep.start_s, rep.end_s, number) for number, interval_set in enumerate(sets, 1) for rep in interval_set.reps),
        key=lambda rep: rep[0],
    )
    spans: list[tuple[str, float, float, int]] = []
    before_s, before_number = 0.0, 0
    for start_s, end_s, number in reps:
        kind = "break" if spans else "warm-up"
        is_same_set = number == before_number
        spans.append(("recovery" if is_same_set else kind, before_s, start_s, number if is_same_set else 0))
        spans.append(("rep", start_s, end_s, number))
        before_s, before_number = end_s, number
    spans.append(("cool-down" if spans else "session", before_s, cleaned.elapsed_s, 0))
    return tuple(
        SessionPart(
            *(kind, start_s, end_s),
            seconds=compute_timer_s(cleaned, start_s, end_s),
            metres=cleaned.gain("distance_m", start_s, end_s),
            set_number=number,
        )
        for kind, start_s, end_s, number in spans
        if end_s > start_s or kind == "session"
    )


def _collect_findings(analysis: Analysis, sets: tuple[IntervalSet, ...], *, has_given_lengths: bool) -> list[Finding]:
    """Return findings about backward reps: a distance computed for forward steps, directions that nobody confirmed."""
    findings = []
    reps = [rep for interval_set in sets for rep in interval_set.reps if rep.direction == "backward"]
    indoors = not np.any(np.isfinite(analysis.cleaned.lat_deg))
    if reps and indoors and not has_given_lengths and analysis.cleaned.distance_source != "none":
        text = (
            "the distance of the backward reps is the watch's own, which presumes forward steps: give the belt's, "
            "as in --mark 'lap 3=backward speed=6km/h' or distance=400m"
        )
        findings.append(warn("forward-calibration", text))
    suspected = sum(rep.basis == "suspected" for rep in reps)
    if suspected == len(reps) and reps:
        text = "nobody marked any of the backward reps: that they were backward is only suspected"
        findings.append(note("only-suspected", text))
    return findings
