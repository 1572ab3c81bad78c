"""From markings in the runner's words to annotations on the time axis: found, checked, in order, without overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from retropace.annotations.annotation import TYPED_SURE_S, Annotation, Marking
from retropace.annotations.labels import Label
from retropace.annotations.sidecar import UNTIL_NEXT
from retropace.annotations.where import parse_point, parse_where
from retropace.errors import AnnotationError
from retropace.spans import Spans, as_spans, union, without
from retropace.track import Track
from retropace.units import clock

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
    found += _place_markings(markings, track, warnings)
    inside = [_inside(annotation, track, warnings) for annotation in found]
    return _disjoint(sorted(inside, key=_order)), tuple(sorted(warnings))


def _order(annotation: Annotation) -> tuple[object, ...]:
    origin = annotation.origin
    return (annotation.start_s, annotation.end_s, annotation.label, annotation.sure_s, annotation.note, str(origin))


def _place_markings(markings: list[Marking], track: Track, warnings: list[str]) -> list[Annotation]:
    """Every marking's spans. ``until next`` is read last, when it is known where the others start."""
    found: list[Annotation] = []
    opened: list[tuple[float, Marking]] = []
    for marking in markings:
        try:
            if marking.where.endswith(UNTIL_NEXT):
                opened.append((parse_point(marking.where.removesuffix(UNTIL_NEXT))(track), marking))
                continue
            place = parse_where(marking.where)(track)
        except AnnotationError as bad:
            raise _about(marking, bad.message) from None
        warnings += [f"{marking.origin}: {said}" for said in place.warnings]
        found += [
            Annotation(start, end, marking.label, marking.note, marking.origin, place.sure_s)
            for start, end in place.spans.tolist()
        ]
    starts = sorted([annotation.start_s for annotation in found] + [start for start, _ in opened])
    for start, marking in opened:
        later = [other for other in starts if other > start]
        end = later[0] if later else track.elapsed_s
        if start >= track.elapsed_s:
            end = start + 1.0  # refused as outside by the common check
        found.append(Annotation(start, end, marking.label, marking.note, marking.origin, TYPED_SURE_S))
    return found


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


def _disjoint(annotations: list[Annotation]) -> tuple[Annotation, ...]:
    """The same without overlap: per label joined, the ones with a gait cut out of those without, the rest compared."""
    by_label: dict[Label, list[Annotation]] = {}
    for annotation in annotations:
        same = by_label.setdefault(annotation.label, [])
        if same and annotation.start_s < same[-1].end_s:
            annotation = _join(same.pop(), annotation)
        same.append(annotation)
    for label, plain in by_label.items():
        if label.gait == "":
            precise = [
                (one.start_s, one.end_s)
                for other, rows in by_label.items()
                for one in rows
                if other.direction == label.direction and other.gait
            ]
            by_label[label] = _outside(plain, union(as_spans(precise)))
    kept: list[Annotation] = []
    for later in sorted((one for rows in by_label.values() for one in rows), key=_order):
        if kept and later.start_s < kept[-1].end_s:
            kept[-1], later = _cut(kept[-1], later)
        kept.append(later)
    return tuple(kept)


def _join(one: Annotation, other: Annotation) -> Annotation:
    surest = min(one, other, key=lambda annotation: (annotation.sure_s, _order(annotation)))
    notes = dict.fromkeys(note for note in (one.note, other.note) if note)
    start_s, end_s = min(one.start_s, other.start_s), max(one.end_s, other.end_s)
    return replace(surest, start_s=start_s, end_s=end_s, note="; ".join(notes))


def _outside(annotations: list[Annotation], taken: Spans) -> list[Annotation]:
    pieces = [
        (annotation, without(as_spans([(annotation.start_s, annotation.end_s)]), taken)) for annotation in annotations
    ]
    return [
        replace(annotation, start_s=start, end_s=end) for annotation, spans in pieces for start, end in spans.tolist()
    ]


def _cut(earlier: Annotation, later: Annotation) -> tuple[Annotation, Annotation]:
    """Two that contradict each other, parted at the surer edge if they overlap by no more than edges are unsure of."""
    edge = later.start_s if later.sure_s <= earlier.sure_s else earlier.end_s
    overlap_s = min(earlier.end_s, later.end_s) - later.start_s
    nested = later.end_s <= earlier.end_s or edge <= earlier.start_s
    if nested or overlap_s > max(earlier.sure_s, later.sure_s):
        raise AnnotationError(
            f"{earlier.origin} says {earlier.label} from {clock(earlier.start_s)} to {clock(earlier.end_s)}, "
            f"{later.origin} says {later.label} from {clock(later.start_s)} to {clock(later.end_s)}: "
            "take one of them out"
        )
    return replace(earlier, end_s=edge), replace(later, start_s=edge)
