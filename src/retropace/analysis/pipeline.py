"""Analysis of one activity, from its annotations to labelled segments and totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.energy import Energy, compute_energy
from retropace.analysis.implausible import find_implausible_figures
from retropace.annotations.resolve.activity_annotations import find_activity_annotations
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding, HasFindings, warn
from retropace.core.parameters import Settings
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.segments import DIRECTIONS, BorderlineSegment, Segments, find_borderline
from retropace.core.spans import FloatArray
from retropace.labelling.assign import label_segments
from retropace.labelling.distance_overrides import apply_distance_overrides
from retropace.labelling.plausibility import drop_impossible
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.segmentation.signals import StandardizedSignals, standardize_signals

if TYPE_CHECKING:
    from retropace.annotations import AnnotationInput, AnnotationTable
    from retropace.annotations.model.plan import Workout
    from retropace.labelling.athlete import Athlete


@dataclass(frozen=True, slots=True, eq=False)
class SegmentedActivity:
    """One cleaned activity with its change points in pace and cadence, before any direction is determined."""

    activity: Activity
    cleaned: CleanedActivity
    signals: StandardizedSignals
    edges_s: FloatArray  # start, change points, edges of pauses and standing, and end, in elapsed seconds
    fine_edges_s: FloatArray  # edges of a finer segmentation for labelling, which also cuts at smaller changes


class Summary(NamedTuple):
    """Totals and means, such as distance, time and pace, of every segment, every direction and the activity."""

    segments: SegmentStats
    directions: SegmentStats  # statistics of each direction, one row each, in the order of ``DIRECTIONS``
    total: SegmentStats  # statistics of the whole activity, one row
    segment_counts: NDArray[np.intp]  # number of segments of each direction
    annotated_m: FloatArray  # metres of each direction in segments whose direction is annotated
    suspected_m: FloatArray  # metres of each direction in segments whose direction is only suspected


@dataclass(frozen=True, slots=True)
class Analysis(HasFindings):
    """One activity with its labelled segments, its totals per direction and all findings."""

    activity: Activity  # activity as it was read, before cleaning
    cleaned: CleanedActivity  # after cleaning; a distance that an annotation states replaces the recorded one
    signals: StandardizedSignals  # pace and cadence of ``cleaned``, each in standard deviations of its noise
    segments: Segments
    annotations: AnnotationTable  # as used: sorted and disjoint, edges with a tolerance moved to change points
    workout: Workout | None  # the planned workout, fitted to the activity; None if no workout was given
    summary: Summary
    energy: Energy
    borderline: tuple[BorderlineSegment, ...]  # stretches labelled forward that may truly have been run backward
    athlete: Athlete | None  # what was known of the runner before this activity; None if nothing

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``analyze --format json`` as a dict, schema ``retropace.analysis/1``."""
        from retropace.analysis.json_document import analysis_document  # tables need no document

        return analysis_document(self)


def analyze(
    activity: Activity,
    annotations: Sequence[AnnotationInput] = (),
    settings: Settings | None = None,
    athlete: Athlete | None = None,
) -> Analysis:
    """Return how far and how long an activity was run forward and backward, with its labelled segments.

    Functions such as :func:`retropace.parse_mark` and :func:`retropace.read_sidecar` return annotations. ``athlete`` is
    the runner, if known from other sessions. Raises :class:`retropace.ReadError` if the activity holds nothing that can
    be measured, and :class:`retropace.AnnotationError` for annotations outside of it or in conflict with each other.

    >>> from retropace.annotations import parse_mark
    >>> from retropace.simulate import backward, forward, simulate
    >>> activity = simulate([forward(seconds=300), backward(seconds=120), forward(seconds=120)]).activity
    >>> analyze(activity, [parse_mark("lap 2=backward")]).segments.direction.tolist()
    ['forward', 'backward', 'forward']
    """
    settings = settings or Settings()
    return label_activity(segment_activity(activity, settings), annotations, settings, athlete)


def segment_activity(activity: Activity, settings: Settings) -> SegmentedActivity:
    """Clean an activity and find its change points; raises :class:`retropace.ReadError` if nothing can be measured."""
    cleaned = clean_activity(activity, settings.clean)
    signals = standardize_signals(cleaned, settings.segment)
    return SegmentedActivity(activity, cleaned, signals, *segment_coarse_and_fine(cleaned, settings.segment))


def label_activity(
    segmented: SegmentedActivity,
    annotations: Sequence[AnnotationInput],
    settings: Settings,
    athlete: Athlete | None = None,
) -> Analysis:
    """Label a segmented activity and sum it up; the other arguments and the errors are those of :func:`analyze`."""
    activity, cleaned, signals = segmented.activity, segmented.cleaned, segmented.signals
    runner = None if athlete is None else athlete.build_runner_model(activity)
    table, workout, findings = find_activity_annotations(
        annotations, activity, cleaned, signals, segmented.edges_s, settings.label
    )
    resolved, rejections = drop_impossible(cleaned, table)
    segments = label_segments(cleaned, segmented.edges_s, segmented.fine_edges_s, resolved, settings.label, runner)
    # Labelling compares what the device measured, so stated distances are applied only afterwards, to the totals.
    cleaned, overrides = apply_distance_overrides(cleaned, resolved)
    summary = summarize(cleaned, segments)
    return Analysis(
        activity=activity,
        cleaned=cleaned,
        signals=standardize_signals(cleaned, settings.segment) if overrides else signals,
        segments=segments,
        annotations=resolved,
        workout=workout,
        summary=summary,
        energy=compute_energy(cleaned, segments),
        athlete=athlete,
        borderline=find_borderline(segments, settings.label.review_threshold),
        findings=(
            *cleaned.findings,
            *findings,
            *rejections,
            *overrides,
            *find_implausible_figures(segments, summary.segments, summary.total),
            *_describe_undetectable(cleaned, resolved, settings, athlete),
        ),
    )


def summarize(cleaned: CleanedActivity, segments: Segments) -> Summary:
    """Return statistics per segment, direction and activity; the directions add up to the activity."""
    increments = curve_increments(cleaned, segments.edges_s)
    is_member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    is_any = np.ones((1, len(segments)), dtype=bool)

    def total(groups: NDArray[np.bool_]) -> SegmentStats:
        weights = groups.astype(np.float64)
        return stats_from_increments({name: weights @ column for name, column in increments.items()}, cleaned)

    return Summary(
        segments=stats_from_increments(increments, cleaned),
        directions=total(is_member),
        total=total(is_any),
        segment_counts=is_member.sum(axis=1),
        annotated_m=total(is_member & (segments.basis == "annotated")).distance_m,
        suspected_m=total(is_member & (segments.basis == "suspected")).distance_m,
    )


def _describe_undetectable(
    cleaned: CleanedActivity, annotations: AnnotationTable, settings: Settings, athlete: Athlete | None
) -> tuple[Finding, ...]:
    """Return a finding if backward running cannot be detected: no cadence, no backward mark and no known runner."""
    is_known = athlete is not None or settings.label.only_marked or np.any(annotations.direction == "backward")
    if is_known or np.any(np.isfinite(cleaned.cadence_spm)):
        return ()
    text = (
        "no cadence was recorded, so backward running cannot be detected in this file: say what was backward, for "
        "example with --mark 12:30-15:00=backward"
    )
    return (warn("no-cadence", text),)
