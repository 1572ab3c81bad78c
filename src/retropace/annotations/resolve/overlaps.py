"""Settlement of overlaps between annotations: they are merged or cut, or an error is raised.

:mod:`retropace.annotations.model.origin_priority` states the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.annotations.model.origin_priority import ORIGIN_PRIORITY
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, clip, subtract, total_s, union
from retropace.core.units import format_duration

MIN_REMAINDER_S = 5.0
"""Shortest remainder (s) that is kept of an annotation partly covered by one of higher priority; a shorter one goes to
its neighbour or is dropped."""


def sort_key(annotation: Annotation) -> tuple[object, ...]:
    """Return the sort key of an annotation, by which results do not depend on the order of the input."""
    return (
        annotation.start_s,
        annotation.end_s,
        annotation.label,
        annotation.edge_tolerance_s,
        annotation.note,
        str(annotation.attributes),
        str(annotation.origin),
    )


def resolve_overlaps(annotations: Iterable[Annotation]) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """Return the annotations sorted and without overlap, and warnings that name those overruled.

    Raises :class:`AnnotationError` for two of one rank that contradict each other, naming both.
    """
    ranked = sorted(
        annotations, key=lambda annotation: (ORIGIN_PRIORITY[annotation.origin.kind], *sort_key(annotation))
    )
    leading: list[Annotation] = []
    warnings: list[str] = []
    for _, group in groupby(ranked, key=lambda annotation: ORIGIN_PRIORITY[annotation.origin.kind]):
        flat = _flatten(_resolve_crossings(_merge_same_label(list(group))))
        leading = sorted([*leading, *_subtract_leading(flat, leading, warnings)], key=sort_key) if leading else flat
    return tuple(leading), tuple(warnings)


def _merge_same_label(annotations: list[Annotation]) -> list[Annotation]:
    """Return the annotations with overlapping ones of equal label and attributes merged."""
    by_label: dict[tuple[Label, str], list[Annotation]] = {}
    for annotation in annotations:
        same = by_label.setdefault((annotation.label, str(annotation.attributes)), [])
        # Two that each state a distance are two stretches, even where their edges overlap.
        is_separate = annotation.attributes.distance_m is not None
        if same and annotation.start_s < same[-1].end_s and not is_separate:
            annotation = _merge_pair(same.pop(), annotation)
        same.append(annotation)
    return sorted((annotation for group in by_label.values() for annotation in group), key=sort_key)


def _merge_pair(first: Annotation, second: Annotation) -> Annotation:
    """Return two annotations merged into one, with the origin and tolerance of the one with the smaller tolerance."""
    surest = min(first, second, key=lambda annotation: (annotation.edge_tolerance_s, sort_key(annotation)))
    notes = dict.fromkeys(note for note in (first.note, second.note) if note)
    start_s, end_s = min(first.start_s, second.start_s), max(first.end_s, second.end_s)
    return replace(surest, start_s=start_s, end_s=end_s, note="; ".join(notes))


def _resolve_crossings(annotations: list[Annotation]) -> list[Annotation]:
    """Return the annotations so that of every two one lies within the other, or they do not overlap.

    Raises :class:`AnnotationError` where two that disagree cross or cover the same span.
    """
    nested: list[Annotation] = []
    open_indices: list[int] = []
    origin_s = _measure_origins_s(annotations)
    for later in sorted(
        annotations, key=lambda annotation: (annotation.start_s, -annotation.end_s, sort_key(annotation))
    ):
        while open_indices and nested[open_indices[-1]].end_s <= later.start_s:
            open_indices.pop()
        current: Annotation | None = later
        while open_indices and current is not None:
            earlier = nested[open_indices[-1]]
            is_inside = current.end_s <= earlier.end_s and (current.start_s, current.end_s) != (
                earlier.start_s,
                earlier.end_s,
            )
            if _is_more_precise(earlier, current) and current.end_s <= earlier.end_s:
                current = None
                continue
            is_same_span = (current.start_s, current.end_s) == (earlier.start_s, earlier.end_s)
            if is_same_span and origin_s(current) != origin_s(earlier):
                # The narrower origin leads: "lap 5" is one of "odd laps".
                if origin_s(current) < origin_s(earlier):
                    nested[open_indices[-1]] = current
                current = None
                continue
            if is_inside:
                if earlier.attributes.distance_m is not None:
                    raise _build_contradiction_error(earlier, current, "give each part a distance of its own")
                break
            nested[open_indices[-1]], current = _split_crossing(earlier, current)
            open_indices.pop()
        if current is not None:
            open_indices.append(len(nested))
            nested.append(current)
    return [annotation for annotation in nested if annotation.start_s < annotation.end_s]


def _measure_origins_s(annotations: list[Annotation]) -> Callable[[Annotation], float]:
    """Return a function from an annotation to the total seconds of all annotations of the same origin."""
    totals: dict[Origin, float] = {}
    for annotation in annotations:
        totals[annotation.origin] = totals.get(annotation.origin, 0.0) + annotation.end_s - annotation.start_s
    # Annotations without a stated origin each count as an origin of their own.
    return lambda annotation: (
        totals[annotation.origin]
        if annotation.origin.text or annotation.origin.path
        else annotation.end_s - annotation.start_s
    )


def _is_more_precise(first: Annotation, second: Annotation) -> bool:
    """Whether two annotations agree and the first says more: the gait, a distance or a speed."""
    if first.label.direction != second.label.direction or second.label.gait not in ("", first.label.gait):
        return False
    more, less = (bool(first.label.gait), bool(first.attributes)), (bool(second.label.gait), bool(second.attributes))
    return more != less and more[0] >= less[0] and more[1] >= less[1]


def _split_crossing(earlier: Annotation, later: Annotation) -> tuple[Annotation, Annotation]:
    """Return two overlapping annotations, cut at the edge of the one that says more or has the smaller tolerance.

    Raises :class:`AnnotationError` if they overlap by more than their tolerances.
    """
    if _is_more_precise(earlier, later):
        return earlier, replace(later, start_s=earlier.end_s)
    if _is_more_precise(later, earlier) and earlier.attributes.distance_m is None:
        return replace(earlier, end_s=later.start_s), later
    edge = later.start_s if later.edge_tolerance_s <= earlier.edge_tolerance_s else earlier.end_s
    overlap_s = min(earlier.end_s, later.end_s) - later.start_s
    is_swallowed = edge <= earlier.start_s or later.end_s <= edge
    if is_swallowed or overlap_s > max(earlier.edge_tolerance_s, later.edge_tolerance_s):
        raise _build_contradiction_error(earlier, later, "take one of them out")
    return replace(earlier, end_s=edge), replace(later, start_s=edge)


def _build_contradiction_error(first: Annotation, second: Annotation, advice: str) -> AnnotationError:
    return AnnotationError(f"{_describe(first)}, {_describe(second)}: {advice}")


def _describe(annotation: Annotation) -> str:
    start, end = format_duration(annotation.start_s), format_duration(annotation.end_s)
    return f"{annotation.origin} says {annotation.label} from {start} to {end}"


def _flatten(nested: list[Annotation]) -> list[Annotation]:
    """Return nested annotations without overlap: an outer one keeps only the time that no inner one covers."""
    pieces: list[Annotation] = []
    open_annotations: list[Annotation] = []
    position_s = 0.0
    for annotation in sorted(nested, key=lambda annotation: (annotation.start_s, -annotation.end_s)):
        while open_annotations and open_annotations[-1].end_s <= annotation.start_s:
            position_s = _close_innermost(open_annotations, position_s, pieces)
        if open_annotations and position_s < annotation.start_s:
            pieces.append(
                replace(
                    open_annotations[-1],
                    start_s=max(position_s, open_annotations[-1].start_s),
                    end_s=annotation.start_s,
                )
            )
        open_annotations.append(annotation)
        position_s = annotation.start_s
    while open_annotations:
        position_s = _close_innermost(open_annotations, position_s, pieces)
    return sorted(pieces, key=sort_key)


def _close_innermost(open_annotations: list[Annotation], position_s: float, pieces: list[Annotation]) -> float:
    """Remove the last, innermost annotation from ``open_annotations`` and append what is left of it to ``pieces``.

    All time before ``position_s`` is already assigned. Returns the time up to which all is assigned now.
    """
    annotation = open_annotations.pop()
    if position_s < annotation.end_s:
        pieces.append(replace(annotation, start_s=max(position_s, annotation.start_s)))
    return max(position_s, annotation.end_s)


def _subtract_leading(lower: list[Annotation], leading: list[Annotation], warnings: list[str]) -> list[Annotation]:
    """Return the annotations ``lower``, cut to the time that no annotation in ``leading`` covers.

    Those in ``leading`` have higher priority. A warning is appended for each contradiction.
    """
    covered = union(as_spans((annotation.start_s, annotation.end_s) for annotation in leading))
    starts = [annotation.start_s for annotation in leading]
    remainders: list[Annotation] = []
    for annotation in lower:
        spans: Spans = subtract(
            as_spans([(annotation.start_s, annotation.end_s)]), clip(covered, annotation.start_s, annotation.end_s)
        )
        remainders += [replace(annotation, start_s=start, end_s=end) for start, end in spans.tolist()]
        lost_s = annotation.end_s - annotation.start_s - total_s(spans)
        if lost_s > annotation.edge_tolerance_s and (other := _first_conflict(annotation, leading, starts)) is not None:
            warnings.append(f"{_describe(annotation)}, {other.origin} says {other.label}: the latter counts")
    return _absorb_slivers(remainders, set(covered.ravel().tolist()))


def _absorb_slivers(pieces: list[Annotation], edges: set[float]) -> list[Annotation]:
    """Return remainders of annotations, without very short ones beside an annotation of higher priority.

    Very short is below ``MIN_REMAINDER_S``; ``edges`` are the starts and ends of annotations of higher priority. The
    time of a remainder left out goes to the remainder that touches its other side, if there is one.
    """
    absorbed: list[Annotation] = []
    pieces = sorted(pieces, key=sort_key)
    for number, piece in enumerate(pieces):
        is_sliver = piece.end_s - piece.start_s < MIN_REMAINDER_S
        if is_sliver and piece.end_s in edges:
            if absorbed and absorbed[-1].end_s == piece.start_s:
                absorbed[-1] = replace(absorbed[-1], end_s=piece.end_s)
            continue
        if is_sliver and piece.start_s in edges:
            if number + 1 < len(pieces) and pieces[number + 1].start_s == piece.end_s:
                pieces[number + 1] = replace(pieces[number + 1], start_s=piece.start_s)
            continue
        absorbed.append(piece)
    return absorbed


def _first_conflict(annotation: Annotation, leading: list[Annotation], starts: list[float]) -> Annotation | None:
    """Return the first annotation of higher priority that contradicts the given one; None if there is none.

    Two contradict each other if their directions differ and they overlap by more than the larger of their tolerances.
    """
    from bisect import bisect_left

    for other in leading[max(bisect_left(starts, annotation.start_s) - 1, 0) : bisect_left(starts, annotation.end_s)]:
        overlap_s = min(annotation.end_s, other.end_s) - max(annotation.start_s, other.start_s)
        if other.label.direction != annotation.label.direction and overlap_s > max(
            annotation.edge_tolerance_s, other.edge_tolerance_s
        ):
            return other
    return None
