"""The pipeline, from one activity and what its runner says to segments and totals: clean, segment, label, summarise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retropace.analysis.energy import Energy, energy_of
from retropace.analysis.summary import Summary, summarize
from retropace.annotations.resolve.collect import gather
from retropace.cleaning.clean import clean
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import Track
from retropace.core.parameters import Settings
from retropace.core.segments import Doubt, Segments, doubts
from retropace.labelling.assign import label
from retropace.labelling.distance_overrides import correct
from retropace.labelling.plausibility import possible
from retropace.segmentation.segment import segment_twice
from retropace.segmentation.signals import signals_of

if TYPE_CHECKING:
    from retropace.annotations import Annotation, Given
    from retropace.annotations.model.workout import Workout
    from retropace.labelling.athlete import Athlete


@dataclass(frozen=True, slots=True)
class Analysis:
    """One activity with its segments, its totals per direction, and everything that was repaired or assumed."""

    activity: Activity
    track: Track
    segments: Segments
    annotations: tuple[Annotation, ...]
    """The annotations as they came to lie: within the activity, in order, edges moved to change points."""
    workout: Workout | None
    """What came of a planned workout; None if there was none."""
    summary: Summary
    energy: Energy
    worth_a_look: tuple[Doubt, ...]
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
            **analysis_document(self.activity, self.track, self.segments, self.summary, self.energy),
            "annotations": annotation_documents(self.annotations),
            "workout": None if self.workout is None else workout_document(self.workout),
            "athlete": None if self.athlete is None else athlete_document(self.athlete, self.activity),
            "worth_a_look": [
                {"start_s": doubt.start_s, "end_s": doubt.end_s, "probability": doubt.probability}
                for doubt in self.worth_a_look
            ],
            "warnings": list(self.warnings),
        }


def analyze(
    activity: Activity,
    annotations: Sequence[Given] = (),
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
    track = clean(activity, settings.clean)
    runner = None if athlete is None else athlete.runner(activity)
    signals = signals_of(track, settings.segment)
    edges_s, fine_s = segment_twice(track, settings.segment)
    said = gather(annotations, activity, track, signals, edges_s, names=settings.label.names)
    placed = said.annotations
    moved: tuple[str, ...] = ()
    if placed and not settings.label.exact:
        from retropace.annotations.resolve.snap_edges import settle

        placed, moved = settle(placed, signals)
    placed, refused = possible(track, placed)
    segments = label(track, edges_s, fine_s, placed, settings.label, runner)
    # Likeness compares what the watch measured; what its runner knows better is for the sums.
    track, given = correct(track, placed)
    return Analysis(
        activity=activity,
        track=track,
        segments=segments,
        annotations=placed,
        workout=said.workout,
        summary=summarize(track, segments),
        energy=energy_of(track, segments),
        athlete=athlete,
        worth_a_look=doubts(segments, settings.label.worth_a_look),
        warnings=(*track.warnings, *said.warnings, *moved, *refused, *given),
    )
