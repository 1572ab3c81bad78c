"""Overlaps between annotations are settled by the rank of their origins: explicit before implied.

Where two annotations of one rank disagree and one lies within the other, the inner one holds on its stretch and the
outer one on the rest. If they overlap in part by more than their edge tolerances, or cover the same stretch, an error
names both. Where two of different rank disagree, that of the lower number holds, and a warning names the other.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from retropace.annotations.model.annotation import Annotation, AnnotationTable, Origin
from retropace.annotations.model.label import Label
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, warn
from retropace.core.spans import as_spans, clip, subtract, total_s, union
from retropace.core.units import format_duration

ORIGIN_PRIORITY = {
    "mark": 1,  # --mark on the command line
    "sidecar": 1,  # a row of the sidecar
    "audacity": 1,  # a label of an Audacity label track
    "library": 1,  # an annotation given by a Python caller
    "field": 2,  # --field: a recorded column
    "workout": 3,  # a plan fitted to the activity
    "zone": 4,  # --zones: a place on the map
    "waypoint": 5,  # a waypoint named after a direction
    "name": 6,  # a lap, workout step, track or activity named after a direction
    "home zone": 7,  # the zones in the user's configuration folder
}
"""Rank of each kind of origin; of two annotations of one stretch, that of lower rank counts."""
IMPLIED_ORIGINS = ("waypoint", "name")
"""Kinds of origins in the recording itself; contradictions among these label nothing instead of being an error."""
MIN_REMAINDER_S = 5.0
"""Shortest remainder (s) that is kept of an annotation partly covered by one of higher priority."""


class _Cut(NamedTuple):
    """What is left of an annotation cut by others, and the annotation as stated."""

    annotation: Annotation
    stated: Annotation


def resolve_overlaps(annotations: Iterable[Annotation]) -> tuple[AnnotationTable, tuple[Finding, ...]]:
    """Return sorted annotations without overlap, and findings; raises :class:`AnnotationError` if two contradict."""
    ranked = sorted(annotations, key=lambda annotation: (_get_rank(annotation), _sort_key(annotation)))
    leading: list[Annotation] = []
    findings: list[Finding] = []
    for _, group in groupby(ranked, key=_get_rank):
        members = list(group)
        try:
            flat = _flatten(_resolve_crossings(_merge_same_label(members)))
        except AnnotationError as error:
            if any(member.origin.kind not in IMPLIED_ORIGINS for member in members):
                raise
            contradiction, _, _ = error.message.rpartition(": ")
            text = f"{contradiction}: nothing was labelled by what the file says"
            findings.append(warn("contradiction-in-file", text))
            continue
        leading = sorted([*leading, *_subtract_leading(flat, leading, findings)], key=_sort_key) if leading else flat
    return AnnotationTable.from_annotations(leading), tuple(findings)


def _get_rank(annotation: Annotation) -> int:
    return ORIGIN_PRIORITY[annotation.origin.kind]


def _sort_key(annotation: Annotation) -> tuple[object, ...]:
    """Return the sort key of an annotation, by which results do not depend on the order of the input."""
    stated = str(annotation.attributes), str(annotation.origin)
    return (*annotation.span, annotation.label, annotation.edge_tolerance_s, annotation.note, *stated)


def _outer_first(annotation: Annotation) -> tuple[object, ...]:
    return annotation.start_s, -annotation.end_s, _sort_key(annotation)


def _merge_same_label(annotations: Iterable[Annotation]) -> list[Annotation]:
    by_label: dict[tuple[Label, str], list[Annotation]] = {}
    for annotation in annotations:
        same = by_label.setdefault((annotation.label, str(annotation.attributes)), [])
        # Two that each state a distance are two stretches, even where their edges overlap.
        is_separate = annotation.attributes.distance_m is not None
        if same and annotation.start_s < same[-1].end_s and not is_separate:
            both = same.pop(), annotation
            surest = min(both, key=lambda item: (item.edge_tolerance_s, _sort_key(item)))
            notes = "; ".join(dict.fromkeys(item.note for item in both if item.note))
            start_s, end_s = min(item.start_s for item in both), max(item.end_s for item in both)
            annotation = replace(surest, start_s=start_s, end_s=end_s, note=notes)
        same.append(annotation)
    return [annotation for group in by_label.values() for annotation in group]


def _resolve_crossings(annotations: list[Annotation]) -> list[Annotation]:
    """Return annotations of one rank, cut so that of every two one lies within the other, or they do not overlap."""
    nested: list[_Cut] = []
    open_indices: list[int] = []
    origin_s = _measure_origins_s(annotations)
    queue = [_Cut(annotation, annotation) for annotation in sorted(annotations, key=_outer_first)]
    for number, item in enumerate(queue):
        current = item.annotation
        while open_indices and nested[open_indices[-1]].annotation.end_s <= current.start_s:
            open_indices.pop()
        while open_indices:
            index = open_indices[-1]
            earlier = nested[index].annotation
            if _is_more_precise(earlier, current) and current.end_s <= earlier.end_s:
                break
            if current.span == earlier.span and origin_s(current) != origin_s(earlier):
                # The narrower origin leads: "lap 5" is one of "odd laps".
                nested[index] = min(nested[index], item, key=lambda cut: origin_s(cut.annotation))
                break
            _check_agreement(nested[index].stated, item.stated)
            if current.end_s <= earlier.end_s and current.span != earlier.span:
                if earlier.attributes.distance_m is not None:
                    raise _build_contradiction_error(earlier, current, "give each part a distance of its own")
                open_indices.append(len(nested))
                nested.append(item)
                break
            earlier, later = _split_crossing(earlier, current)
            nested[index] = nested[index]._replace(annotation=earlier)
            if later.start_s > current.start_s:
                # It starts later now; whatever starts before comes first.
                insort(queue, item._replace(annotation=later), lo=number + 1, key=lambda cut: _outer_first(cut[0]))
                break
            open_indices.pop()
        else:
            open_indices.append(len(nested))
            nested.append(item)
    return [annotation for annotation, _ in nested if annotation.start_s < annotation.end_s]


def _measure_origins_s(annotations: list[Annotation]) -> Callable[[Annotation], float]:
    """Return a function from an annotation to the total seconds of all annotations of the same origin."""
    totals: dict[Origin, float] = {}
    for annotation in annotations:
        totals[annotation.origin] = totals.get(annotation.origin, 0.0) + annotation.end_s - annotation.start_s
    # Annotations without a stated origin each count as an origin of their own.
    return lambda annotation: (
        totals[annotation.origin] if annotation.origin.text or annotation.origin.path else annotation.duration_s
    )


def _is_more_precise(first: Annotation, second: Annotation) -> bool:
    """Return whether two annotations agree and the first says more: the gait, a distance or a speed."""
    if first.label.direction != second.label.direction or second.label.gait not in ("", first.label.gait):
        return False
    more, less = (bool(first.label.gait), bool(first.attributes)), (bool(second.label.gait), bool(second.attributes))
    return more != less and more[0] >= less[0] and more[1] >= less[1]


def _check_agreement(first: Annotation, second: Annotation) -> None:
    """Raise :class:`AnnotationError` if two annotations, as stated, cross by more than their tolerances."""
    earlier, later = sorted((first, second), key=_outer_first)
    is_crossing = earlier.start_s < later.start_s < earlier.end_s < later.end_s
    if not is_crossing or _is_more_precise(earlier, later) or _may_cut_end(earlier, later):
        return
    if earlier.end_s - later.start_s > max(earlier.edge_tolerance_s, later.edge_tolerance_s):
        raise _build_contradiction_error(earlier, later, "take one of them out")


def _may_cut_end(earlier: Annotation, later: Annotation) -> bool:
    return _is_more_precise(later, earlier) and earlier.attributes.distance_m is None


def _split_crossing(earlier: Annotation, later: Annotation) -> tuple[Annotation, Annotation]:
    """Return two crossing annotations, the less detailed or less exact one cut where the other one starts or ends."""
    if _is_more_precise(earlier, later):
        return earlier, replace(later, start_s=earlier.end_s)
    if _may_cut_end(earlier, later):
        return replace(earlier, end_s=later.start_s), later
    if earlier.span == later.span:
        raise _build_contradiction_error(earlier, later, "take one of them out")
    edge = later.start_s if later.edge_tolerance_s <= earlier.edge_tolerance_s else earlier.end_s
    return replace(earlier, end_s=edge), replace(later, start_s=edge)


def _build_contradiction_error(first: Annotation, second: Annotation, advice: str) -> AnnotationError:
    return AnnotationError(f"{_describe(first)}, {_describe(second)}: {advice}")


def _describe(annotation: Annotation) -> str:
    start, end = format_duration(annotation.start_s), format_duration(annotation.end_s)
    return f"{annotation.origin} says {annotation.label} from {start} to {end}"


def _flatten(nested: list[Annotation]) -> list[Annotation]:
    """Return nested annotations without overlap: an outer one keeps only the time that no inner one covers."""
    outer_first = sorted(nested, key=_outer_first)
    spans = as_spans(annotation.span for annotation in outer_first)
    edges_s = np.unique(spans)
    owner = np.full(len(edges_s) - 1, -1)
    for number, (first, end) in enumerate(np.searchsorted(edges_s, spans).tolist()):
        owner[first:end] = number
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    ends_s = edges_s[np.append(firsts[1:], len(owner))]
    pieces = zip(owner[firsts].tolist(), edges_s[firsts].tolist(), ends_s.tolist(), strict=True)
    return [replace(outer_first[number], start_s=start, end_s=end) for number, start, end in pieces if number >= 0]


def _subtract_leading(lower: list[Annotation], leading: list[Annotation], findings: list[Finding]) -> list[Annotation]:
    """Return the annotations ``lower``, cut to the time outside ``leading``; ``findings`` gets the contradictions."""
    covered = union(as_spans(annotation.span for annotation in leading))
    starts = [annotation.start_s for annotation in leading]
    remainders: list[Annotation] = []
    for annotation in lower:
        spans = subtract(as_spans([annotation.span]), clip(covered, *annotation.span))
        remainders += [replace(annotation, start_s=start, end_s=end) for start, end in spans.tolist()]
        nearby = leading[max(bisect_left(starts, annotation.start_s) - 1, 0) : bisect_left(starts, annotation.end_s)]
        other = next((item for item in nearby if _is_conflict(annotation, item)), None)
        if other and annotation.duration_s - total_s(spans) > annotation.edge_tolerance_s:
            text = f"{_describe(annotation)}, {other.origin} says {other.label}: the latter counts"
            findings.append(warn("annotation-overruled", text, span_s=annotation.span))
    return _absorb_slivers(remainders, set(covered.ravel().tolist()))


def _is_conflict(first: Annotation, second: Annotation) -> bool:
    """Return whether two annotations name different directions for longer than their tolerances."""
    overlap_s = min(first.end_s, second.end_s) - max(first.start_s, second.start_s)
    is_long = overlap_s > max(first.edge_tolerance_s, second.edge_tolerance_s)
    return is_long and first.label.direction != second.label.direction


def _absorb_slivers(pieces: list[Annotation], edges: set[float]) -> list[Annotation]:
    """Return the pieces, with short ones at an edge in ``edges`` merged into the piece on the other side, if any."""
    absorbed: list[Annotation] = []
    for number, piece in enumerate(pieces):
        is_sliver = piece.duration_s < MIN_REMAINDER_S
        if is_sliver and piece.end_s in edges:
            if absorbed and absorbed[-1].end_s == piece.start_s:
                absorbed[-1] = replace(absorbed[-1], end_s=piece.end_s)
        elif is_sliver and piece.start_s in edges:
            if number + 1 < len(pieces) and pieces[number + 1].start_s == piece.end_s:
                pieces[number + 1] = replace(pieces[number + 1], start_s=piece.start_s)
        else:
            absorbed.append(piece)
    return absorbed
