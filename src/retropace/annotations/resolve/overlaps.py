"""Annotations that overlap, held against each other: joined, cut, or refused (see :mod:`.precedence` for the rules)."""

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
"""What remains of an annotation beside one that leads, and is shorter than this, is no stretch of its own."""


def sort_key(annotation: Annotation) -> tuple[object, ...]:
    """What annotations are sorted by, so that the order in which they are given changes nothing."""
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
    """The same in order and without overlap, and what was overruled, in words.

    Raises :class:`AnnotationError` for two of one rank that contradict each other, naming both.
    """
    ranked = sorted(annotations, key=lambda one: (ORIGIN_PRIORITY[one.origin.kind], *sort_key(one)))
    kept: list[Annotation] = []
    said: list[str] = []
    for _, group in groupby(ranked, key=lambda one: ORIGIN_PRIORITY[one.origin.kind]):
        flat = _flatten(_resolve_crossings(_merge_same_label(list(group))))
        kept = sorted([*kept, *_subtract_leading(flat, kept, said)], key=sort_key) if kept else flat
    return tuple(kept), tuple(said)


def _merge_same_label(annotations: list[Annotation]) -> list[Annotation]:
    """Overlapping ones that say the same are one."""
    by_label: dict[tuple[Label, str], list[Annotation]] = {}
    for annotation in annotations:
        same = by_label.setdefault((annotation.label, str(annotation.attributes)), [])
        # Two that each give a distance are two stretches, even where their edges overlap a little.
        apart = annotation.attributes.distance_m is not None
        if same and annotation.start_s < same[-1].end_s and not apart:
            annotation = _merge_pair(same.pop(), annotation)
        same.append(annotation)
    return sorted((one for rows in by_label.values() for one in rows), key=sort_key)


def _merge_pair(first: Annotation, second: Annotation) -> Annotation:
    surest = min(first, second, key=lambda annotation: (annotation.edge_tolerance_s, sort_key(annotation)))
    notes = dict.fromkeys(note for note in (first.note, second.note) if note)
    start_s, end_s = min(first.start_s, second.start_s), max(first.end_s, second.end_s)
    return replace(surest, start_s=start_s, end_s=end_s, note="; ".join(notes))


def _resolve_crossings(annotations: list[Annotation]) -> list[Annotation]:
    """The same with every two either apart or one within the other; raises where they cross or are one stretch."""
    done: list[Annotation] = []
    open_: list[int] = []
    said_s = _measure_origins_s(annotations)
    for later in sorted(annotations, key=lambda one: (one.start_s, -one.end_s, sort_key(one))):
        while open_ and done[open_[-1]].end_s <= later.start_s:
            open_.pop()
        kept: Annotation | None = later
        while open_ and kept is not None:
            earlier = done[open_[-1]]
            inside = kept.end_s <= earlier.end_s and (kept.start_s, kept.end_s) != (earlier.start_s, earlier.end_s)
            if _is_more_precise(earlier, kept) and kept.end_s <= earlier.end_s:
                kept = None
                continue
            same = (kept.start_s, kept.end_s) == (earlier.start_s, earlier.end_s)
            if same and said_s(kept) != said_s(earlier):
                # "lap 5" is narrower than "odd laps", of which it is one.
                if said_s(kept) < said_s(earlier):
                    done[open_[-1]] = kept
                kept = None
                continue
            if inside:
                if earlier.attributes.distance_m is not None:
                    raise _contradiction_error(earlier, kept, "give each part a distance of its own")
                break
            done[open_[-1]], kept = _split_crossing(earlier, kept)
            open_.pop()
        if kept is not None:
            open_.append(len(done))
            done.append(kept)
    return [one for one in done if one.start_s < one.end_s]


def _measure_origins_s(annotations: list[Annotation]) -> Callable[[Annotation], float]:
    """How many seconds the saying that an annotation comes from covers in all: several laps make a wide one."""
    totals: dict[Origin, float] = {}
    for one in annotations:
        totals[one.origin] = totals.get(one.origin, 0.0) + one.end_s - one.start_s
    # What a caller gives without saying where from is each a saying of its own.
    return lambda one: totals[one.origin] if one.origin.text or one.origin.path else one.end_s - one.start_s


def _is_more_precise(first: Annotation, second: Annotation) -> bool:
    """Whether both mean the same and the first says more of it: the gait, a distance, a speed."""
    if first.label.direction != second.label.direction or second.label.gait not in ("", first.label.gait):
        return False
    more, less = (bool(first.label.gait), bool(first.attributes)), (bool(second.label.gait), bool(second.attributes))
    return more != less and more[0] >= less[0] and more[1] >= less[1]


def _split_crossing(earlier: Annotation, later: Annotation) -> tuple[Annotation, Annotation]:
    """Two that cross, parted where the more precise or the surer one ends; raises if they overlap by too much."""
    if _is_more_precise(earlier, later):
        return earlier, replace(later, start_s=earlier.end_s)
    if _is_more_precise(later, earlier) and earlier.attributes.distance_m is None:
        return replace(earlier, end_s=later.start_s), later
    edge = later.start_s if later.edge_tolerance_s <= earlier.edge_tolerance_s else earlier.end_s
    overlap_s = min(earlier.end_s, later.end_s) - later.start_s
    swallowed = edge <= earlier.start_s or later.end_s <= edge
    if swallowed or overlap_s > max(earlier.edge_tolerance_s, later.edge_tolerance_s):
        raise _contradiction_error(earlier, later, "take one of them out")
    return replace(earlier, end_s=edge), replace(later, start_s=edge)


def _contradiction_error(first: Annotation, second: Annotation, advice: str) -> AnnotationError:
    said = (
        f"{it.origin} says {it.label} from {format_duration(it.start_s)} to {format_duration(it.end_s)}"
        for it in (first, second)
    )
    return AnnotationError(f"{', '.join(said)}: {advice}")


def _flatten(nested: list[Annotation]) -> list[Annotation]:
    """Nested annotations side by side: what lies within another is cut out of it."""
    pieces: list[Annotation] = []
    open_: list[Annotation] = []
    at = 0.0
    for one in sorted(nested, key=lambda one: (one.start_s, -one.end_s)):
        while open_ and open_[-1].end_s <= one.start_s:
            at = _close_innermost(open_, at, pieces)
        if open_ and at < one.start_s:
            pieces.append(replace(open_[-1], start_s=max(at, open_[-1].start_s), end_s=one.start_s))
        open_.append(one)
        at = one.start_s
    while open_:
        at = _close_innermost(open_, at, pieces)
    return sorted(pieces, key=sort_key)


def _close_innermost(open_annotations: list[Annotation], position_s: float, pieces: list[Annotation]) -> float:
    one = open_annotations.pop()
    if position_s < one.end_s:
        pieces.append(replace(one, start_s=max(position_s, one.start_s)))
    return max(position_s, one.end_s)


def _subtract_leading(lower: list[Annotation], leading: list[Annotation], warnings: list[str]) -> list[Annotation]:
    """What remains of annotations of a lower rank beside those of higher ones."""
    taken = union(as_spans((one.start_s, one.end_s) for one in leading))
    starts = [one.start_s for one in leading]
    left: list[Annotation] = []
    for one in lower:
        spans: Spans = subtract(as_spans([(one.start_s, one.end_s)]), clip(taken, one.start_s, one.end_s))
        left += [replace(one, start_s=start, end_s=end) for start, end in spans.tolist()]
        lost_s = one.end_s - one.start_s - total_s(spans)
        if lost_s > one.edge_tolerance_s and (other := _first_conflict(one, leading, starts)) is not None:
            warnings.append(
                f"{one.origin} says {one.label} from {format_duration(one.start_s)} to {format_duration(one.end_s)}, "
                f"{other.origin} says {other.label}: the latter counts"
            )
    return _absorb_slivers(left, set(taken.ravel().tolist()))


def _absorb_slivers(pieces: list[Annotation], edges: set[float]) -> list[Annotation]:
    """The pieces without those that are only two origins' different idea of one edge: their neighbours take them over.

    ``edges`` are those of the annotations that lead.
    """
    kept: list[Annotation] = []
    pieces = sorted(pieces, key=sort_key)
    for number, one in enumerate(pieces):
        brief = one.end_s - one.start_s < MIN_REMAINDER_S
        if brief and one.end_s in edges:
            if kept and kept[-1].end_s == one.start_s:
                kept[-1] = replace(kept[-1], end_s=one.end_s)
            continue
        if brief and one.start_s in edges:
            if number + 1 < len(pieces) and pieces[number + 1].start_s == one.end_s:
                pieces[number + 1] = replace(pieces[number + 1], start_s=one.start_s)
            continue
        kept.append(one)
    return kept


def _first_conflict(annotation: Annotation, leading: list[Annotation], starts: list[float]) -> Annotation | None:
    """The first of the kept annotations that overlaps this one by more than edges may and says another direction."""
    from bisect import bisect_left

    for other in leading[max(bisect_left(starts, annotation.start_s) - 1, 0) : bisect_left(starts, annotation.end_s)]:
        overlap_s = min(annotation.end_s, other.end_s) - max(annotation.start_s, other.start_s)
        if other.label.direction != annotation.label.direction and overlap_s > max(
            annotation.edge_tolerance_s, other.edge_tolerance_s
        ):
            return other
    return None
