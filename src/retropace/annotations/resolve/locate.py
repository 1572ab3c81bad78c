"""Conversion of annotations with a location in text to spans in the activity, checked and without overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retropace.annotations.inputs.location import TimePoint, has_whole_minutes_only, parse_location, parse_point
from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.model.annotation import (
    TYPED_TOLERANCE_S,
    WHOLE_MINUTE_TOLERANCE_S,
    Annotation,
    UnresolvedAnnotation,
)
from retropace.annotations.model.annotation_table import AnnotationTable
from retropace.annotations.resolve.overlaps import resolve_overlaps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.units import format_duration

MAX_OVERRUN_S = 60.0
"""Largest number of seconds by which an annotation may reach beyond the start or end of the activity without a warning.
In any case it is cut off there."""
MIN_STRETCH_S = 5e-7
"""Shortest annotated stretch in seconds: half of the microsecond to which annotation files are exact. A shorter one, or
a shorter part within the activity, is rejected as empty."""


def resolve_annotations(
    annotations: Sequence[Annotation | UnresolvedAnnotation], cleaned: CleanedActivity
) -> tuple[AnnotationTable, tuple[str, ...]]:
    """Return the annotations as sorted spans within the activity that do not overlap, and warnings.

    The order of the input has no effect. Overlapping annotations of equal label are merged. Where two of different
    label overlap within their edge tolerances, they meet at the edge that has the smaller tolerance. Raises
    :class:`AnnotationError` for an annotation outside the activity and for two that contradict each other, naming both.
    """
    warnings: list[str] = []
    located = [item for item in annotations if isinstance(item, Annotation)]
    unresolved = [item for item in annotations if isinstance(item, UnresolvedAnnotation)]
    located += locate_annotations(unresolved, cleaned, warnings)
    inside = [_clip_to_activity(annotation, cleaned, warnings) for annotation in located]
    disjoint, overruled = resolve_overlaps(inside)
    return disjoint, (*sorted(warnings), *overruled)


def locate_annotations(
    unresolved: list[UnresolvedAnnotation], cleaned: CleanedActivity, warnings: list[str]
) -> list[Annotation]:
    """Return the annotations with their times in the activity; they may overlap.

    A location of several spans, such as two laps, gives one annotation for each span. Messages are appended to
    ``warnings``. Raises :class:`AnnotationError` for a location that the activity lacks.
    """
    located: list[Annotation] = []
    open_ended: list[tuple[TimePoint, UnresolvedAnnotation]] = []
    whole_minute_paths = _find_whole_minute_paths(unresolved)
    for annotation in unresolved:
        try:
            if annotation.where.endswith(UNTIL_NEXT):
                open_ended.append((parse_point(annotation.where.removesuffix(UNTIL_NEXT))(cleaned), annotation))
                continue
            resolved = parse_location(annotation.where)(cleaned)
        except AnnotationError as error:
            raise _build_error_at_origin(annotation, error.message) from None
        warnings += [f"{annotation.origin}: {message}" for message in resolved.warnings]
        located += [
            _build_annotation(annotation, start, end, resolved.edge_tolerance_s, whole_minute_paths)
            for start, end in resolved.spans.tolist()
        ]
    starts = np.array(sorted([other.start_s for other in located] + [point.time_s for point, _ in open_ended]))
    for point, annotation in open_ended:
        start = point.time_s
        next_start = int(np.searchsorted(starts, start, side="right"))
        end = float(starts[next_start]) if next_start < len(starts) else cleaned.elapsed_s
        if start >= cleaned.elapsed_s:
            end = start + 1.0  # beyond the end: rejected by _clip_to_activity
        located.append(_build_annotation(annotation, start, end, point.edge_tolerance_s, whole_minute_paths))
    return located


def _build_annotation(
    unresolved: UnresolvedAnnotation,
    start_s: float,
    end_s: float,
    edge_tolerance_s: float,
    whole_minute_paths: set[str],
) -> Annotation:
    if (
        unresolved.origin.path in whole_minute_paths
        and has_whole_minutes_only(unresolved.where)
        and edge_tolerance_s == TYPED_TOLERANCE_S
    ):
        edge_tolerance_s = WHOLE_MINUTE_TOLERANCE_S
    return Annotation(
        start_s, end_s, unresolved.label, unresolved.note, unresolved.origin, edge_tolerance_s, unresolved.attributes
    )


def _find_whole_minute_paths(unresolved: list[UnresolvedAnnotation]) -> set[str]:
    readings: dict[str, list[bool]] = {}
    for annotation in unresolved:
        if (is_whole := has_whole_minutes_only(annotation.where)) is not None:
            readings.setdefault(annotation.origin.path, []).append(is_whole)
    return {path for path, flags in readings.items() if all(flags) and len(flags) > 1}


def _build_error_at_origin(annotation: Annotation | UnresolvedAnnotation, message: str) -> AnnotationError:
    origin = annotation.origin
    if origin.path:
        return AnnotationError(message, path=origin.path, where=None if origin.line is None else str(origin.line))
    return AnnotationError(f"{origin}: {message}")


def _clip_to_activity(annotation: Annotation, cleaned: CleanedActivity, warnings: list[str]) -> Annotation:
    start, end = annotation.start_s, annotation.end_s
    if not (np.isfinite(start) and np.isfinite(end) and end - start >= MIN_STRETCH_S):
        raise _build_error_at_origin(
            annotation, f"a stretch from {format_duration(start)} to {format_duration(end)} is none"
        )
    if start > cleaned.elapsed_s - MIN_STRETCH_S or end < MIN_STRETCH_S:
        raise _build_error_at_origin(
            annotation,
            f"lies outside the activity: {format_duration(start)} to {format_duration(end)}, "
            f"the activity lasts {format_duration(cleaned.elapsed_s)}",
        )
    if start < -MAX_OVERRUN_S or end > cleaned.elapsed_s + MAX_OVERRUN_S:
        warnings.append(
            f"{annotation.origin}: {format_duration(start)} to {format_duration(end)} reaches beyond the activity "
            f"({format_duration(cleaned.elapsed_s)}) and was cut there"
        )
    return replace(annotation, start_s=max(start, 0.0), end_s=min(end, cleaned.elapsed_s))
