"""The pipeline, from one activity and what its runner says to segments and totals: clean, segment, label, summarise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retropace.analysis.energy import Energy, compute_energy
from retropace.analysis.summary import Summary, summarize
from retropace.annotations.resolve.collect import collect_annotations
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import Settings
from retropace.core.segments import BorderlineSegment, Segments, find_borderline
from retropace.labelling.assign import label_segments
from retropace.labelling.distance_overrides import apply_distance_overrides
from retropace.labelling.plausibility import drop_impossible
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.segmentation.signals import standardize_signals

if TYPE_CHECKING:
    from retropace.annotations import Annotation, AnnotationInput
    from retropace.annotations.model.workout import Workout
    from retropace.labelling.athlete import Athlete


@dataclass(frozen=True, slots=True)
class Analysis:
    """One activity with its segments, its totals per direction, and everything that was repaired or assumed."""

    activity: Activity
    cleaned: CleanedActivity
    segments: Segments
    annotations: tuple[Annotation, ...]
    """The annotations as they came to lie: within the activity, in order, edges moved to change points."""
    workout: Workout | None
    """What came of a planned workout; None if there was none."""
    summary: Summary
    energy: Energy
    borderline: tuple[BorderlineSegment, ...]
    """Forward stretches that may have been backward, in order."""
    athlete: Athlete | None
    """Who ran, as they were known; None if nobody said."""
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document of ``analyze --format json``, schema ``retropace.analysis/1``, ready for :func:`json.dumps`."""
        from retropace.analysis.json_document import (
            analysis_document,
            annotation_documents,
            athlete_document,
            workout_document,
        )

        return {
            **analysis_document(self.activity, self.cleaned, self.segments, self.summary, self.energy),
            "annotations": annotation_documents(self.annotations),
            "workout": None if self.workout is None else workout_document(self.workout),
            "athlete": None if self.athlete is None else athlete_document(self.athlete, self.activity),
            "worth_a_look": [
                {"start_s": doubt.start_s, "end_s": doubt.end_s, "probability": doubt.probability}
                for doubt in self.borderline
            ],
            "warnings": list(self.warnings),
        }


def analyze(
    activity: Activity,
    annotations: Sequence[AnnotationInput] = (),
    settings: Settings | None = None,
    athlete: Athlete | None = None,
) -> Analysis:
    """How far and how long an activity was run forward and backward.

    ``annotations`` are stretches with a label, markings whose place is still in words (:func:`parse_mark`,
    :func:`read_sidecar`), a workout (:func:`parse_sentence`), zones (:func:`read_zones`) or a field
    (:func:`parse_field`). ``athlete`` is who ran, if they are known from other sessions. Raises
    :class:`retropace.core.errors.ReadError` if the activity has nothing to measure and
    :class:`retropace.core.errors.AnnotationError` for annotations outside it or at odds with each other.
    """
    settings = settings or Settings()
    track = clean_activity(activity, settings.clean)
    runner = None if athlete is None else athlete.build_runner_model(activity)
    signals = standardize_signals(track, settings.segment)
    edges_s, fine_s = segment_coarse_and_fine(track, settings.segment)
    said = collect_annotations(
        annotations, activity, track, signals, edges_s, use_file_names=settings.label.use_file_names
    )
    placed = said.annotations
    moved: tuple[str, ...] = ()
    if placed and not settings.label.keep_edges:
        from retropace.annotations.resolve.snap_edges import snap_edges

        placed, moved = snap_edges(placed, signals)
    placed, refused = drop_impossible(track, placed)
    segments = label_segments(track, edges_s, fine_s, placed, settings.label, runner)
    # Likeness compares what the watch measured; what its runner knows better is for the sums.
    track, given = apply_distance_overrides(track, placed)
    return Analysis(
        activity=activity,
        cleaned=track,
        segments=segments,
        annotations=placed,
        workout=said.workout,
        summary=summarize(track, segments),
        energy=compute_energy(track, segments),
        athlete=athlete,
        borderline=find_borderline(segments, settings.label.review_threshold),
        warnings=(*track.warnings, *said.warnings, *moved, *refused, *given),
    )
