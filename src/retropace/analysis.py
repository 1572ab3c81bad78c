"""The pipeline, from one activity and what its runner says to segments and totals: clean, segment, label, summarise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retropace.activity import Activity
from retropace.annotations import Annotation, Marking, place
from retropace.annotations.settling import settle
from retropace.clean import clean
from retropace.correct import correct
from retropace.document import analysis_document
from retropace.label import label
from retropace.segment import segment
from retropace.segments import Segments
from retropace.settings import Settings
from retropace.signals import signals_of
from retropace.summary import Summary, summarize
from retropace.track import Track


@dataclass(frozen=True, slots=True)
class Analysis:
    """One activity with its segments, its totals per direction, and everything that was repaired or assumed."""

    activity: Activity
    track: Track
    segments: Segments
    annotations: tuple[Annotation, ...]
    """The annotations as they came to lie: within the activity, in order, edges moved to change points."""
    summary: Summary
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document of ``analyze --format json``, schema ``retropace.analysis/1``, ready for :func:`json.dumps`."""
        return analysis_document(
            self.activity, self.track, self.segments, self.annotations, self.summary, self.warnings
        )


def analyze(
    activity: Activity, annotations: Sequence[Annotation | Marking] = (), settings: Settings | None = None
) -> Analysis:
    """How far and how long an activity was run forward and backward.

    ``annotations`` are stretches with a label, or markings whose place is still in words (:func:`parse_mark`,
    :func:`read_sidecar`). Raises :class:`retropace.errors.ReadError` if the activity has nothing to measure and
    :class:`retropace.errors.AnnotationError` for annotations outside it or at odds with each other.
    """
    settings = settings or Settings()
    track = clean(activity, settings.clean)
    placed, cut = place(annotations, track)
    moved: tuple[str, ...] = ()
    if not settings.label.exact:
        placed, moved = settle(placed, signals_of(track, settings.segment))
    segments = label(track, segment(track, settings.segment), placed, settings.label)
    # Likeness compares what the watch measured; what its runner knows better is for the sums.
    track, given = correct(track, placed)
    return Analysis(
        activity=activity,
        track=track,
        segments=segments,
        annotations=placed,
        summary=summarize(track, segments),
        warnings=(*track.warnings, *cut, *moved, *given),
    )
