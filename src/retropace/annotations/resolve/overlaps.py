"""Annotations that overlap, held against each other: joined, cut, or refused (see :mod:`.precedence` for the rules)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.annotations.model.origin_priority import RANKS
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, clip, total_s, union, without
from retropace.core.units import clock

SLIVER_S = 5.0
"""What remains of an annotation beside one that leads, and is shorter than this, is no stretch of its own."""


def order(annotation: Annotation) -> tuple[object, ...]:
    """What annotations are sorted by, so that the order in which they are given changes nothing."""
    return (
        annotation.start_s,
        annotation.end_s,
        annotation.label,
        annotation.sure_s,
        annotation.note,
        str(annotation.attributes),
        str(annotation.origin),
    )


def disjoint(annotations: Iterable[Annotation]) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The same in order and without overlap, and what was overruled, in words.

    Raises :class:`AnnotationError` for two of one rank that contradict each other, naming both.
    """
    ranked = sorted(annotations, key=lambda one: (RANKS[one.origin.kind], *order(one)))
    kept: list[Annotation] = []
    said: list[str] = []
    for _, group in groupby(ranked, key=lambda one: RANKS[one.origin.kind]):
        flat = _flattened(_nested(_joined(list(group))))
        kept = sorted([*kept, *_beside(flat, kept, said)], key=order) if kept else flat
    return tuple(kept), tuple(said)


def _joined(annotations: list[Annotation]) -> list[Annotation]:
    """Overlapping ones that say the same are one."""
    by_label: dict[tuple[Label, str], list[Annotation]] = {}
    for annotation in annotations:
        same = by_label.setdefault((annotation.label, str(annotation.attributes)), [])
        # Two that each give a distance are two stretches, even where their edges overlap a little.
        apart = annotation.attributes.distance_m is not None
        if same and annotation.start_s < same[-1].end_s and not apart:
            annotation = _join(same.pop(), annotation)
        same.append(annotation)
    return sorted((one for rows in by_label.values() for one in rows), key=order)


def _join(one: Annotation, other: Annotation) -> Annotation:
    surest = min(one, other, key=lambda annotation: (annotation.sure_s, order(annotation)))
    notes = dict.fromkeys(note for note in (one.note, other.note) if note)
    start_s, end_s = min(one.start_s, other.start_s), max(one.end_s, other.end_s)
    return replace(surest, start_s=start_s, end_s=end_s, note="; ".join(notes))


def _nested(annotations: list[Annotation]) -> list[Annotation]:
    """The same with every two either apart or one within the other; raises where they cross or are one stretch."""
    done: list[Annotation] = []
    open_: list[int] = []
    said_s = _said_s(annotations)
    for later in sorted(annotations, key=lambda one: (one.start_s, -one.end_s, order(one))):
        while open_ and done[open_[-1]].end_s <= later.start_s:
            open_.pop()
        kept: Annotation | None = later
        while open_ and kept is not None:
            earlier = done[open_[-1]]
            inside = kept.end_s <= earlier.end_s and (kept.start_s, kept.end_s) != (earlier.start_s, earlier.end_s)
            if _more_precise(earlier, kept) and kept.end_s <= earlier.end_s:
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
                    raise _contradiction(earlier, kept, "give each part a distance of its own")
                break
            done[open_[-1]], kept = _parted(earlier, kept)
            open_.pop()
        if kept is not None:
            open_.append(len(done))
            done.append(kept)
    return [one for one in done if one.start_s < one.end_s]


def _said_s(annotations: list[Annotation]) -> Callable[[Annotation], float]:
    """How many seconds the saying that an annotation comes from covers in all: several laps make a wide one."""
    totals: dict[Origin, float] = {}
    for one in annotations:
        totals[one.origin] = totals.get(one.origin, 0.0) + one.end_s - one.start_s
    # What a caller gives without saying where from is each a saying of its own.
    return lambda one: totals[one.origin] if one.origin.text or one.origin.path else one.end_s - one.start_s


def _more_precise(one: Annotation, other: Annotation) -> bool:
    """Whether both mean the same and the first says more of it: the gait, a distance, a speed."""
    if one.label.direction != other.label.direction or other.label.gait not in ("", one.label.gait):
        return False
    more, less = (bool(one.label.gait), bool(one.attributes)), (bool(other.label.gait), bool(other.attributes))
    return more != less and more[0] >= less[0] and more[1] >= less[1]


def _parted(earlier: Annotation, later: Annotation) -> tuple[Annotation, Annotation]:
    """Two that cross, parted where the more precise or the surer one ends; raises if they overlap by too much."""
    if _more_precise(earlier, later):
        return earlier, replace(later, start_s=earlier.end_s)
    if _more_precise(later, earlier) and earlier.attributes.distance_m is None:
        return replace(earlier, end_s=later.start_s), later
    edge = later.start_s if later.sure_s <= earlier.sure_s else earlier.end_s
    overlap_s = min(earlier.end_s, later.end_s) - later.start_s
    swallowed = edge <= earlier.start_s or later.end_s <= edge
    if swallowed or overlap_s > max(earlier.sure_s, later.sure_s):
        raise _contradiction(earlier, later, "take one of them out")
    return replace(earlier, end_s=edge), replace(later, start_s=edge)


def _contradiction(one: Annotation, other: Annotation, what_to_do: str) -> AnnotationError:
    said = (f"{it.origin} says {it.label} from {clock(it.start_s)} to {clock(it.end_s)}" for it in (one, other))
    return AnnotationError(f"{', '.join(said)}: {what_to_do}")


def _flattened(nested: list[Annotation]) -> list[Annotation]:
    """Nested annotations side by side: what lies within another is cut out of it."""
    pieces: list[Annotation] = []
    open_: list[Annotation] = []
    at = 0.0
    for one in sorted(nested, key=lambda one: (one.start_s, -one.end_s)):
        while open_ and open_[-1].end_s <= one.start_s:
            at = _close(open_, at, pieces)
        if open_ and at < one.start_s:
            pieces.append(replace(open_[-1], start_s=max(at, open_[-1].start_s), end_s=one.start_s))
        open_.append(one)
        at = one.start_s
    while open_:
        at = _close(open_, at, pieces)
    return sorted(pieces, key=order)


def _close(open_: list[Annotation], at: float, pieces: list[Annotation]) -> float:
    one = open_.pop()
    if at < one.end_s:
        pieces.append(replace(one, start_s=max(at, one.start_s)))
    return max(at, one.end_s)


def _beside(lower: list[Annotation], kept: list[Annotation], said: list[str]) -> list[Annotation]:
    """What remains of annotations of a lower rank beside those of higher ones."""
    taken = union(as_spans((one.start_s, one.end_s) for one in kept))
    starts = [one.start_s for one in kept]
    left: list[Annotation] = []
    for one in lower:
        spans: Spans = without(as_spans([(one.start_s, one.end_s)]), clip(taken, one.start_s, one.end_s))
        left += [replace(one, start_s=start, end_s=end) for start, end in spans.tolist()]
        lost_s = one.end_s - one.start_s - total_s(spans)
        if lost_s > one.sure_s and (other := _against(one, kept, starts)) is not None:
            said.append(
                f"{one.origin} says {one.label} from {clock(one.start_s)} to {clock(one.end_s)}, "
                f"{other.origin} says {other.label}: the latter counts"
            )
    return _without_slivers(left, set(taken.ravel().tolist()))


def _without_slivers(pieces: list[Annotation], edges: set[float]) -> list[Annotation]:
    """The pieces without those that are only two origins' different idea of one edge: their neighbours take them over.

    ``edges`` are those of the annotations that lead.
    """
    kept: list[Annotation] = []
    pieces = sorted(pieces, key=order)
    for number, one in enumerate(pieces):
        brief = one.end_s - one.start_s < SLIVER_S
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


def _against(one: Annotation, kept: list[Annotation], starts: list[float]) -> Annotation | None:
    """The first of the kept annotations that overlaps this one by more than edges may and says another direction."""
    from bisect import bisect_left

    for other in kept[max(bisect_left(starts, one.start_s) - 1, 0) : bisect_left(starts, one.end_s)]:
        overlap_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
        if other.label.direction != one.label.direction and overlap_s > max(one.sure_s, other.sure_s):
            return other
    return None
