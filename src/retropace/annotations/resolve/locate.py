"""From markings in the runner's words to annotations on the time axis: found, checked, in order, without overlap."""

from __future__ import annotations

from collections.abc import Iterable
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
from retropace.annotations.resolve.overlaps import resolve_overlaps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.units import format_duration

MAX_OVERRUN_S = 60.0
"""An annotation that runs this far past the end is cut at the end; one that starts there is outside."""


def resolve_annotations(
    annotations: Iterable[Annotation | UnresolvedAnnotation], track: CleanedActivity
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The annotations in order, disjoint, within the activity; and what was cut, in words.

    The order in which they are given changes nothing. Overlapping ones that say the same are joined. Where two that
    disagree overlap by no more than their edges are unsure of, the surer edge counts. Raises
    :class:`AnnotationError` for one outside the activity and for two that contradict each other, naming both.
    """
    found: list[Annotation] = []
    markings = [item for item in annotations if isinstance(item, UnresolvedAnnotation)]
    for item in annotations:
        if isinstance(item, Annotation):
            found.append(item)
    warnings: list[str] = []
    found += locate_annotations(markings, track, warnings)
    inside = [_clip_to_activity(annotation, track, warnings) for annotation in found]
    kept, overruled = resolve_overlaps(inside)
    return kept, (*sorted(warnings), *overruled)


def locate_annotations(
    unresolved: list[UnresolvedAnnotation], track: CleanedActivity, warnings: list[str]
) -> list[Annotation]:
    """Every marking's spans as written, not yet held against each other; ``warnings`` are added to.

    ``until next`` is read last, when it is known where the others start. Raises :class:`AnnotationError` for a place
    that the activity does not have.
    """
    found: list[Annotation] = []
    opened: list[tuple[TimePoint, UnresolvedAnnotation]] = []
    coarse = _find_whole_minute_paths(unresolved)
    for marking in unresolved:
        try:
            if marking.where.endswith(UNTIL_NEXT):
                opened.append((parse_point(marking.where.removesuffix(UNTIL_NEXT))(track), marking))
                continue
            place = parse_location(marking.where)(track)
        except AnnotationError as bad:
            raise _error_at_origin(marking, bad.message) from None
        warnings += [f"{marking.origin}: {said}" for said in place.warnings]
        found += [
            _build_annotation(marking, start, end, place.edge_tolerance_s, coarse)
            for start, end in place.spans.tolist()
        ]
    starts = np.array(sorted([one.start_s for one in found] + [moment.time_s for moment, _ in opened]))
    for moment, marking in opened:
        start = moment.time_s
        later = int(np.searchsorted(starts, start, side="right"))
        end = float(starts[later]) if later < len(starts) else track.elapsed_s
        if start >= track.elapsed_s:
            end = start + 1.0  # refused as outside by the common check
        found.append(_build_annotation(marking, start, end, moment.edge_tolerance_s, coarse))
    return found


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
    """The files (empty for the command line) all of whose clock readings are whole minutes: somebody rounded them."""
    readings: dict[str, list[bool]] = {}
    for marking in unresolved:
        if (whole := has_whole_minutes_only(marking.where)) is not None:
            readings.setdefault(marking.origin.path, []).append(whole)
    return {path for path, whole in readings.items() if all(whole) and len(whole) > 1}


def _error_at_origin(item: Annotation | UnresolvedAnnotation, message: str) -> AnnotationError:
    origin = item.origin
    if origin.path:
        return AnnotationError(message, path=origin.path, where=None if origin.line is None else str(origin.line))
    return AnnotationError(f"{origin}: {message}")


def _clip_to_activity(annotation: Annotation, track: CleanedActivity, warnings: list[str]) -> Annotation:
    start, end = annotation.start_s, annotation.end_s
    if not (np.isfinite(start) and np.isfinite(end) and start < end):
        raise _error_at_origin(annotation, f"a stretch from {format_duration(start)} to {format_duration(end)} is none")
    if start >= track.elapsed_s or end <= 0.0:
        raise _error_at_origin(
            annotation,
            f"lies outside the activity: {format_duration(start)} to {format_duration(end)}, the activity lasts {format_duration(track.elapsed_s)}",
        )
    if start < -MAX_OVERRUN_S or end > track.elapsed_s + MAX_OVERRUN_S:
        warnings.append(
            f"{annotation.origin}: {format_duration(start)} to {format_duration(end)} reaches beyond the activity "
            f"({format_duration(track.elapsed_s)}) and was cut there"
        )
    return replace(annotation, start_s=max(start, 0.0), end_s=min(end, track.elapsed_s))
