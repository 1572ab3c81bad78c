"""What a drag or a key does to the rows of a sidecar: a stretch labelled, a label taken away, edges and notes changed.

What is marked last holds: rows that lie where it does are cut back to what is left of them, in elapsed time where they
have to be, and stay as they were written where they need not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, SidecarRow, format_exact_elapsed
from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.attributes import NO_ATTRIBUTES, Attributes
from retropace.annotations.resolve.locate import locate_annotations
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, subtract, union
from retropace.core.units import format_duration

EDGE_TOLERANCE_S = 0.06
"""Edges this near each other are one: pages know tenths of a second."""
MIN_STRETCH_S = 1.0
"""What is left of a row and is shorter than this is no stretch of its own."""


@dataclass(frozen=True, slots=True)
class EditResult:
    """The text after an edit, and what was lost by it, in words."""

    sidecar: SidecarEditor
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _PlacedRow:
    """A row, the spans it means, and those in which it counts as it is shown: edges settled, others cut out of it."""

    number: int
    annotation: UnresolvedAnnotation
    raw_spans: Spans
    effective_spans: Spans

    @property
    def spans(self) -> Spans:
        return self.effective_spans if len(self.effective_spans) else self.raw_spans


def label_span(
    sidecar: SidecarEditor,
    track: CleanedActivity,
    annotations: Sequence[Annotation],
    span: tuple[float, float],
    label: Label,
    note: str = "",
) -> EditResult:
    """The text in which ``span``, in elapsed seconds, has the label.

    ``shown`` are the annotations as the analysis placed them. A row that is this very stretch gets the label; one that
    overlaps and says the same is made longer; whatever else lies there is cut. Raises :class:`AnnotationError` for a
    stretch that is none.
    """
    rows = _place_rows(sidecar, track, annotations)
    span = _clip_span(span, track)
    exact = next((row for row in rows if len(row.spans) == 1 and _is_same_span(row.spans[0].tolist(), span)), None)
    if exact is not None:
        new = SidecarRow(label, note, exact.annotation.attributes)
        return _replace_span(sidecar, track, rows, span, new, row_number=exact.number)
    like = [
        (row, piece)
        for row in rows
        for piece in row.spans.tolist()
        if row.annotation.label == label
        and not row.annotation.attributes
        and _compute_overlap_s(piece, span) > EDGE_TOLERANCE_S
    ]
    span = min([span[0], *(piece[0] for _, piece in like)]), max([span[1], *(piece[1] for _, piece in like)])
    note = note or next((row.annotation.note for row, _ in like if row.annotation.note), "")
    if (
        len(like) == 1
        and len(like[0][0].spans) == 1
        and like[0][0].annotation.note == note
        and _is_same_span(like[0][1], span)
    ):
        return EditResult(sidecar)
    return _replace_span(sidecar, track, rows, span, SidecarRow(label, note, NO_ATTRIBUTES, _format_span(span)))


def clear_span(
    sidecar: SidecarEditor, track: CleanedActivity, annotations: Sequence[Annotation], span: tuple[float, float]
) -> EditResult:
    """The text in which no row says anything of ``span``; raises :class:`AnnotationError` if none does anyway."""
    rows = _place_rows(sidecar, track, annotations)
    span = _clip_span(span, track)
    if not any(_overlaps(row, span) for row in rows):
        others = [one for one in annotations if _compute_overlap_s((one.start_s, one.end_s), span) > EDGE_TOLERANCE_S]
        if others:
            raise AnnotationError(
                f"{others[0].origin} says {others[0].label}, not the sidecar: label it otherwise instead"
            )
        raise AnnotationError("nothing is marked there")
    return _replace_span(sidecar, track, rows, span, None)


def move_span(
    sidecar: SidecarEditor,
    track: CleanedActivity,
    annotations: Sequence[Annotation],
    target: Annotation,
    span: tuple[float, float],
    note: str,
) -> EditResult:
    """The text in which ``which``, one of ``shown`` that a row says, lies at ``span`` and has this note.

    Raises :class:`AnnotationError` if no row says it.
    """
    rows = _place_rows(sidecar, track, annotations)
    row = next((row for row in rows if row.annotation.origin == target.origin), None)
    if row is None:
        raise AnnotationError(f"{target.origin} says {target.label}, not the sidecar: mark it anew instead")
    was = (target.start_s, target.end_s)
    if _is_same_span(was, span):
        return EditResult(sidecar.replace_row(row.number, [SidecarRow(target.label, note, row.annotation.attributes)]))
    span = _clip_span(span, track)
    attributes = row.annotation.attributes if len(row.spans) == 1 else _drop_distance(row.annotation.attributes)
    new = SidecarRow(target.label, note, attributes, _format_span(span))
    return _replace_span(sidecar, track, rows, span, new, row_number=row.number, extra_span=was)


def _replace_span(
    sidecar: SidecarEditor,
    track: CleanedActivity,
    rows: Sequence[_PlacedRow],
    span: tuple[float, float],
    new_row: SidecarRow | None,
    *,
    row_number: int | None = None,
    extra_span: tuple[float, float] | None = None,
) -> EditResult:
    """The rows with ``span`` cut out of them and the new one in the place of row ``at``, of the first cut, or last.

    ``lifted`` is cut out of row ``at`` besides.
    """
    touched = [row for row in rows if _overlaps(row, span) or row.number == row_number]
    first = row_number if row_number is not None else touched[0].number if touched else None
    after = sidecar
    said = []
    grown = {}
    for row in reversed(touched):
        taken = [span] if extra_span is None or row.number != row_number else [span, extra_span]
        # A row that keeps its place as written is this very stretch: nothing is left of it beside the new one.
        stays = row.number == row_number and new_row is not None and new_row.bounds is None
        left = [] if stays else _find_remaining(row, union(as_spans(taken)))
        own = row.annotation.attributes
        if left and own.distance_m is not None:
            said.append(f"{own} was said of the whole stretch and does not hold for a part of it")
        pieces = [
            (one[0], SidecarRow(row.annotation.label, row.annotation.note, _drop_distance(own), _format_span(one)))
            for one in left
        ]
        if row.number == first and new_row is not None:
            pieces = sorted([*pieces, (span[0], new_row)], key=lambda one: one[0])
        after = after.replace_row(row.number, [piece for _, piece in pieces])
        grown[row.number] = len(pieces) - 1
    if new_row is not None and first is None:
        assert new_row.bounds is not None
        after = after.with_row("-".join(new_row.bounds), new_row.label, new_row.note, new_row.attributes)
    others = {
        row.number + sum(more for number, more in grown.items() if number < row.number): row
        for row in rows
        if row not in touched
    }
    return EditResult(_pin_open_ends(after, track, others), tuple(said))


def _pin_open_ends(
    sidecar: SidecarEditor, track: CleanedActivity, untouched: Mapping[int, _PlacedRow]
) -> SidecarEditor:
    """The text whose ``others``, rows by their new numbers, mean what they meant.

    A row that lasts until the next one gets an end of its own where that is another one now.
    """
    spans = {one.origin.line: (one.start_s, one.end_s) for one in locate_annotations(sidecar.parse_rows(), track, [])}
    lines = {number: marking.origin.line for number, marking in enumerate(sidecar.parse_rows(), 1)}
    for number, row in untouched.items():
        if not row.annotation.where.endswith(UNTIL_NEXT):
            continue
        was = tuple(row.raw_spans[0].tolist())
        if not _is_same_span(spans[lines[number]], was):
            start = row.annotation.where.removesuffix(UNTIL_NEXT)
            pinned = SidecarRow(
                row.annotation.label,
                row.annotation.note,
                row.annotation.attributes,
                (start, format_exact_elapsed(was[1])),
            )
            sidecar = sidecar.replace_row(number, [pinned])
    return sidecar


def _place_rows(sidecar: SidecarEditor, track: CleanedActivity, annotations: Sequence[Annotation]) -> list[_PlacedRow]:
    markings = sidecar.parse_rows()
    raw = locate_annotations(markings, track, [])
    return [
        _PlacedRow(number, marking, _collect_spans(raw, marking.origin), _collect_spans(annotations, marking.origin))
        for number, marking in enumerate(markings, 1)
    ]


def _collect_spans(annotations: Sequence[Annotation], origin: Origin) -> Spans:
    return union(as_spans((one.start_s, one.end_s) for one in annotations if one.origin == origin))


def _clip_span(span: tuple[float, float], track: CleanedActivity) -> tuple[float, float]:
    """The span within the activity; raises :class:`AnnotationError` if there is none."""
    start_s, end_s = max(span[0], 0.0), min(span[1], track.elapsed_s)
    if not end_s - start_s >= MIN_STRETCH_S:
        raise AnnotationError(
            f"from {format_duration(span[0])} to {format_duration(span[1])} is no stretch: mark a second at least"
        )
    return start_s, end_s


def _overlaps(row: _PlacedRow, span: tuple[float, float]) -> bool:
    pieces = np.concatenate((row.raw_spans, row.effective_spans)).tolist()
    return any(_compute_overlap_s(piece, span) > EDGE_TOLERANCE_S for piece in pieces)


def _find_remaining(row: _PlacedRow, removed: Spans) -> list[tuple[float, float]]:
    """What is left of a row, without what is too short to have been meant."""
    left = subtract(union(row.spans), removed).tolist()
    return [(start_s, end_s) for start_s, end_s in left if end_s - start_s >= MIN_STRETCH_S]


def _compute_overlap_s(first: Sequence[float], second: Sequence[float]) -> float:
    return min(first[1], second[1]) - max(first[0], second[0])


def _is_same_span(first: Sequence[float], second: Sequence[float]) -> bool:
    return abs(first[0] - second[0]) <= EDGE_TOLERANCE_S and abs(first[1] - second[1]) <= EDGE_TOLERANCE_S


def _format_span(span: tuple[float, float]) -> tuple[str, str]:
    return format_exact_elapsed(span[0]), format_exact_elapsed(span[1])


def _drop_distance(attributes: Attributes) -> Attributes:
    return replace(attributes, distance_m=None)
