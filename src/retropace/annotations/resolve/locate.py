"""From markings in the runner's words to annotations on the time axis: found, checked, in order, without overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from retropace.annotations.inputs.location import Moment, parse_point, parse_where, to_the_minute
from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.model.annotation import MINUTE_SURE_S, TYPED_SURE_S, Annotation, Marking
from retropace.annotations.resolve.overlaps import disjoint
from retropace.core.cleaned_activity import Track
from retropace.core.errors import AnnotationError
from retropace.core.units import clock

BEYOND_S = 60.0
"""An annotation that runs this far past the end is cut at the end; one that starts there is outside."""


def place(given: Iterable[Annotation | Marking], track: Track) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The annotations in order, disjoint, within the activity; and what was cut, in words.

    The order in which they are given changes nothing. Overlapping ones that say the same are joined. Where two that
    disagree overlap by no more than their edges are unsure of, the surer edge counts. Raises
    :class:`AnnotationError` for one outside the activity and for two that contradict each other, naming both.
    """
    found: list[Annotation] = []
    markings = [item for item in given if isinstance(item, Marking)]
    for item in given:
        if isinstance(item, Annotation):
            found.append(item)
    warnings: list[str] = []
    found += spans_of(markings, track, warnings)
    inside = [_inside(annotation, track, warnings) for annotation in found]
    kept, overruled = disjoint(inside)
    return kept, (*sorted(warnings), *overruled)


def spans_of(markings: list[Marking], track: Track, warnings: list[str]) -> list[Annotation]:
    """Every marking's spans as written, not yet held against each other; ``warnings`` are added to.

    ``until next`` is read last, when it is known where the others start. Raises :class:`AnnotationError` for a place
    that the activity does not have.
    """
    found: list[Annotation] = []
    opened: list[tuple[Moment, Marking]] = []
    coarse = _to_the_minute(markings)
    for marking in markings:
        try:
            if marking.where.endswith(UNTIL_NEXT):
                opened.append((parse_point(marking.where.removesuffix(UNTIL_NEXT))(track), marking))
                continue
            place = parse_where(marking.where)(track)
        except AnnotationError as bad:
            raise _about(marking, bad.message) from None
        warnings += [f"{marking.origin}: {said}" for said in place.warnings]
        found += [_annotation(marking, start, end, place.sure_s, coarse) for start, end in place.spans.tolist()]
    starts = np.array(sorted([one.start_s for one in found] + [moment.at_s for moment, _ in opened]))
    for moment, marking in opened:
        start = moment.at_s
        later = int(np.searchsorted(starts, start, side="right"))
        end = float(starts[later]) if later < len(starts) else track.elapsed_s
        if start >= track.elapsed_s:
            end = start + 1.0  # refused as outside by the common check
        found.append(_annotation(marking, start, end, moment.sure_s, coarse))
    return found


def _annotation(marking: Marking, start_s: float, end_s: float, sure_s: float, coarse: set[str]) -> Annotation:
    if marking.origin.path in coarse and to_the_minute(marking.where) and sure_s == TYPED_SURE_S:
        sure_s = MINUTE_SURE_S
    return Annotation(start_s, end_s, marking.label, marking.note, marking.origin, sure_s, marking.attributes)


def _to_the_minute(markings: list[Marking]) -> set[str]:
    """The files (empty for the command line) all of whose clock readings are whole minutes: somebody rounded them."""
    readings: dict[str, list[bool]] = {}
    for marking in markings:
        if (whole := to_the_minute(marking.where)) is not None:
            readings.setdefault(marking.origin.path, []).append(whole)
    return {path for path, whole in readings.items() if all(whole) and len(whole) > 1}


def _about(item: Annotation | Marking, message: str) -> AnnotationError:
    origin = item.origin
    if origin.path:
        return AnnotationError(message, path=origin.path, where=None if origin.line is None else str(origin.line))
    return AnnotationError(f"{origin}: {message}")


def _inside(annotation: Annotation, track: Track, warnings: list[str]) -> Annotation:
    start, end = annotation.start_s, annotation.end_s
    if not (np.isfinite(start) and np.isfinite(end) and start < end):
        raise _about(annotation, f"a stretch from {clock(start)} to {clock(end)} is none")
    if start >= track.elapsed_s or end <= 0.0:
        raise _about(
            annotation,
            f"lies outside the activity: {clock(start)} to {clock(end)}, the activity lasts {clock(track.elapsed_s)}",
        )
    if start < -BEYOND_S or end > track.elapsed_s + BEYOND_S:
        warnings.append(
            f"{annotation.origin}: {clock(start)} to {clock(end)} reaches beyond the activity "
            f"({clock(track.elapsed_s)}) and was cut there"
        )
    return replace(annotation, start_s=max(start, 0.0), end_s=min(end, track.elapsed_s))
