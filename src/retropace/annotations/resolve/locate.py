"""Conversion of annotations with a location in text to spans in the activity, checked and without overlap."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retropace.annotations.inputs.location import TimePoint, has_whole_minutes_only, parse_location, parse_point
from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.model.annotation import (
    TYPED_TOLERANCE_S,
    WHOLE_MINUTE_TOLERANCE_S,
    Annotation,
    AnnotationTable,
    UnresolvedAnnotation,
)
from retropace.annotations.resolve.overlaps import resolve_overlaps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, warn
from retropace.core.units import format_duration

MAX_OVERRUN_S = 60.0
"""Seconds by which an annotation may reach beyond the activity, where it is cut off, without a warning."""
MIN_STRETCH_S = 5e-7
"""Seconds below which a stretch is rejected as empty: half the microsecond to which annotation files are exact."""


def resolve_annotations(
    annotations: Sequence[Annotation | UnresolvedAnnotation], cleaned: CleanedActivity
) -> tuple[AnnotationTable, tuple[Finding, ...]]:
    """Return the annotations as sorted spans that do not overlap, and findings; raises :class:`AnnotationError`."""
    findings: list[Finding] = []
    located = [item for item in annotations if isinstance(item, Annotation)]
    unresolved = [item for item in annotations if isinstance(item, UnresolvedAnnotation)]
    located += locate_annotations(unresolved, cleaned, findings)
    inside = [_clip_to_activity(annotation, cleaned, findings) for annotation in located]
    disjoint, overruled = resolve_overlaps(inside)
    return disjoint, (*sorted(findings, key=lambda finding: finding.text), *overruled)


def locate_annotations(
    unresolved: list[UnresolvedAnnotation], cleaned: CleanedActivity, findings: list[Finding]
) -> list[Annotation]:
    """Return the annotations with times, one for each span; they may overlap. Messages are appended to ``findings``."""
    located: list[Annotation] = []
    open_ended: list[tuple[TimePoint, UnresolvedAnnotation]] = []
    whole_minute_paths = _find_whole_minute_paths(unresolved)

    def build(item: UnresolvedAnnotation, start_s: float, end_s: float, tolerance_s: float) -> Annotation:
        is_rounded = item.origin.path in whole_minute_paths and has_whole_minutes_only(item.where)
        if is_rounded and tolerance_s == TYPED_TOLERANCE_S:
            tolerance_s = WHOLE_MINUTE_TOLERANCE_S
        return Annotation(start_s, end_s, item.label, item.note, item.origin, tolerance_s, item.attributes)

    for annotation in unresolved:
        try:
            if annotation.where.endswith(UNTIL_NEXT):
                open_ended.append((parse_point(annotation.where.removesuffix(UNTIL_NEXT))(cleaned), annotation))
                continue
            resolved = parse_location(annotation.where)(cleaned)
        except AnnotationError as error:
            raise build_error_at_origin(annotation, error.message) from None
        findings += [warn("autolap-marked", f"{annotation.origin}: {message}") for message in resolved.warnings]
        tolerance_s = resolved.edge_tolerance_s
        located += [build(annotation, start_s, end_s, tolerance_s) for start_s, end_s in resolved.spans.tolist()]
    starts = np.array(sorted([other.start_s for other in located] + [point.time_s for point, _ in open_ended]))
    for point, annotation in open_ended:
        start = point.time_s
        next_start = int(np.searchsorted(starts, start, side="right"))
        end = float(starts[next_start]) if next_start < len(starts) else cleaned.elapsed_s
        if start >= cleaned.elapsed_s:
            end = start + 1.0  # beyond the end: rejected by _clip_to_activity
        located.append(build(annotation, start, end, point.edge_tolerance_s))
    return located


def _find_whole_minute_paths(unresolved: list[UnresolvedAnnotation]) -> set[str]:
    readings: dict[str, list[bool]] = {}
    for annotation in unresolved:
        if (is_whole := has_whole_minutes_only(annotation.where)) is not None:
            readings.setdefault(annotation.origin.path, []).append(is_whole)
    return {path for path, flags in readings.items() if all(flags) and len(flags) > 1}


def build_error_at_origin(annotation: Annotation | UnresolvedAnnotation, message: str) -> AnnotationError:
    """Return an error that names the origin of an annotation."""
    origin = annotation.origin
    if origin.path:
        return AnnotationError(message, path=origin.path, where=None if origin.line is None else str(origin.line))
    return AnnotationError(f"{origin}: {message}")


def _clip_to_activity(annotation: Annotation, cleaned: CleanedActivity, findings: list[Finding]) -> Annotation:
    start, end = annotation.span
    span, total = f"{format_duration(start)} to {format_duration(end)}", format_duration(cleaned.elapsed_s)
    if not (np.isfinite(start) and np.isfinite(end) and end - start >= MIN_STRETCH_S):
        raise build_error_at_origin(annotation, f"a stretch from {span} is none")
    if start > cleaned.elapsed_s - MIN_STRETCH_S or end < MIN_STRETCH_S:
        message = f"lies outside the activity: {span}, the activity lasts {total}"
        raise build_error_at_origin(annotation, message)
    if start < -MAX_OVERRUN_S or end > cleaned.elapsed_s + MAX_OVERRUN_S:
        text = f"{annotation.origin}: {span} reaches beyond the activity ({total}) and was cut there"
        findings.append(warn("annotation-cut", text, span_s=(start, end)))
    return replace(annotation, start_s=max(start, 0.0), end_s=min(end, cleaned.elapsed_s))
