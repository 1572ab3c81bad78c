"""Edits of the rows of a sidecar, the file of annotations beside a recording.

An edit labels a span of time, clears it, moves an annotation to another span, or changes its note. A new label replaces
older ones: rows that overlap its span keep only what lies outside it, and state it in elapsed time. Rows that need no
change stay as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, SidecarRow, format_exact_elapsed
from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.attributes import NO_ATTRIBUTES, Attributes
from retropace.annotations.model.label import Label
from retropace.annotations.resolve.locate import locate_annotations
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, subtract, union
from retropace.core.units import format_duration

EDGE_TOLERANCE_S = 0.06
"""Two edges are taken for the same if they are at most this many seconds apart, because the page rounds times to tenths
of a second."""
MIN_STRETCH_S = 1.0
"""The minimum duration (seconds) of a labelled stretch; shorter remainders of a row are dropped."""


@dataclass(frozen=True, slots=True)
class EditResult:
    """The sidecar after an edit."""

    sidecar: SidecarEditor
    losses: tuple[str, ...] = ()
    """Sentences on information that the edit had to remove. An example is the distance stated for a stretch, which no
    longer holds when only a part of the stretch is left."""


@dataclass(frozen=True, slots=True)
class _PlacedRow:
    """A row of the sidecar and the spans of time that it labels, each from start to end in elapsed seconds."""

    number: int
    """The row's number, counted from 1 without the header."""
    annotation: UnresolvedAnnotation
    raw_spans: Spans
    """The spans that the row itself states, before edges are moved or overlaps resolved."""
    effective_spans: Spans
    """The spans that the row labels in the analysis, after its edges were moved to changes of pace and overlaps with
    other annotations were resolved; empty if nothing is left."""

    @property
    def spans(self) -> Spans:
        """The spans that the row labels in the analysis or, if there are none, those that it states itself."""
        return self.effective_spans if len(self.effective_spans) else self.raw_spans


def label_span(
    sidecar: SidecarEditor,
    cleaned: CleanedActivity,
    annotations: Sequence[Annotation],
    span: tuple[float, float],
    label: Label,
    note: str = "",
) -> EditResult:
    """Return the sidecar changed so that ``span`` (elapsed seconds) has the label.

    ``annotations`` are the resolved annotations of the analysis. A row with the same span gets the new label, an
    overlapping row with the same label is extended, and other rows lose what lies within ``span``. Raises
    :class:`AnnotationError` if the span is shorter than ``MIN_STRETCH_S``.
    """
    rows = _place_rows(sidecar, cleaned, annotations)
    span = _clip_span(span, cleaned)
    same_row = next((row for row in rows if len(row.spans) == 1 and _is_same_span(row.spans[0].tolist(), span)), None)
    if same_row is not None:
        new_row = SidecarRow(label, note, same_row.annotation.attributes)
        return _replace_span(sidecar, cleaned, rows, span, new_row, row_number=same_row.number)
    equal_pieces = [
        (row, piece)
        for row in rows
        for piece in row.spans.tolist()
        if row.annotation.label == label
        and not row.annotation.attributes
        and _compute_overlap_s(piece, span) > EDGE_TOLERANCE_S
    ]
    span = (
        min([span[0], *(piece[0] for _, piece in equal_pieces)]),
        max([span[1], *(piece[1] for _, piece in equal_pieces)]),
    )
    note = note or next((row.annotation.note for row, _ in equal_pieces if row.annotation.note), "")
    if (
        len(equal_pieces) == 1
        and len(equal_pieces[0][0].spans) == 1
        and equal_pieces[0][0].annotation.note == note
        and _is_same_span(equal_pieces[0][1], span)
    ):
        return EditResult(sidecar)
    return _replace_span(sidecar, cleaned, rows, span, SidecarRow(label, note, NO_ATTRIBUTES, _format_span(span)))


def clear_span(
    sidecar: SidecarEditor, cleaned: CleanedActivity, annotations: Sequence[Annotation], span: tuple[float, float]
) -> EditResult:
    """Return the sidecar changed so that no row labels any of ``span`` (elapsed seconds).

    Raises :class:`AnnotationError` if no row did before.
    """
    rows = _place_rows(sidecar, cleaned, annotations)
    span = _clip_span(span, cleaned)
    if not any(_overlaps(row, span) for row in rows):
        others = [
            annotation
            for annotation in annotations
            if _compute_overlap_s((annotation.start_s, annotation.end_s), span) > EDGE_TOLERANCE_S
        ]
        if others:
            raise AnnotationError(
                f"{others[0].origin} says {others[0].label}, not the sidecar: label it otherwise instead"
            )
        raise AnnotationError("nothing is marked there")
    return _replace_span(sidecar, cleaned, rows, span, None)


def move_span(
    sidecar: SidecarEditor,
    cleaned: CleanedActivity,
    annotations: Sequence[Annotation],
    target: Annotation,
    span: tuple[float, float],
    note: str,
) -> EditResult:
    """Return the sidecar changed so that the annotation ``target`` has this span (elapsed seconds) and note.

    Raises :class:`AnnotationError` if ``target`` does not come from a row of the sidecar.
    """
    rows = _place_rows(sidecar, cleaned, annotations)
    row = next((row for row in rows if row.annotation.origin == target.origin), None)
    if row is None:
        raise AnnotationError(f"{target.origin} says {target.label}, not the sidecar: mark it anew instead")
    target_span = (target.start_s, target.end_s)
    if _is_same_span(target_span, span):
        return EditResult(sidecar.replace_row(row.number, [SidecarRow(target.label, note, row.annotation.attributes)]))
    span = _clip_span(span, cleaned)
    attributes = row.annotation.attributes if len(row.spans) == 1 else _drop_distance(row.annotation.attributes)
    new_row = SidecarRow(target.label, note, attributes, _format_span(span))
    return _replace_span(sidecar, cleaned, rows, span, new_row, row_number=row.number, extra_span=target_span)


def _replace_span(
    sidecar: SidecarEditor,
    cleaned: CleanedActivity,
    rows: Sequence[_PlacedRow],
    span: tuple[float, float],
    new_row: SidecarRow | None,
    *,
    row_number: int | None = None,
    extra_span: tuple[float, float] | None = None,
) -> EditResult:
    """Return the sidecar with ``span`` (elapsed seconds) cut out of all rows and ``new_row``, if any, inserted.

    ``new_row`` is inserted where row ``row_number`` stands; if that is None, where the first row that overlaps ``span``
    stands; and if no row does, at the end. ``extra_span`` is also cut out, but only of row ``row_number``.
    """
    touched_rows = [row for row in rows if _overlaps(row, span) or row.number == row_number]
    insert_number = row_number if row_number is not None else touched_rows[0].number if touched_rows else None
    edited = sidecar
    losses = []
    row_growth = {}
    for row in reversed(touched_rows):
        removed = [span] if extra_span is None or row.number != row_number else [span, extra_span]
        # A new row without bounds keeps those of the row it replaces, of which nothing else remains.
        keeps_bounds = row.number == row_number and new_row is not None and new_row.bounds is None
        remaining = [] if keeps_bounds else _find_remaining(row, union(as_spans(removed)))
        attributes = row.annotation.attributes
        if remaining and attributes.distance_m is not None:
            losses.append(f"{attributes} was said of the whole stretch and does not hold for a part of it")
        pieces = [
            (
                piece[0],
                SidecarRow(row.annotation.label, row.annotation.note, _drop_distance(attributes), _format_span(piece)),
            )
            for piece in remaining
        ]
        if row.number == insert_number and new_row is not None:
            pieces = sorted([*pieces, (span[0], new_row)], key=lambda piece: piece[0])
        edited = edited.replace_row(row.number, [piece for _, piece in pieces])
        row_growth[row.number] = len(pieces) - 1
    if new_row is not None and insert_number is None:
        assert new_row.bounds is not None
        edited = edited.with_row("-".join(new_row.bounds), new_row.label, new_row.note, new_row.attributes)
    untouched = {
        row.number + sum(growth for number, growth in row_growth.items() if number < row.number): row
        for row in rows
        if row not in touched_rows
    }
    return EditResult(_pin_open_ends(edited, cleaned, untouched), tuple(losses))


def _pin_open_ends(
    sidecar: SidecarEditor, cleaned: CleanedActivity, untouched: Mapping[int, _PlacedRow]
) -> SidecarEditor:
    """The edited sidecar, changed so that rows which the edit did not touch still label the same spans as before.

    The end of a row may be left open and is then the start of the next row. If the edit moved that start, the row gets
    its former end in writing. ``untouched`` holds the rows by their numbers after the edit.
    """
    spans = {
        annotation.origin.line: (annotation.start_s, annotation.end_s)
        for annotation in locate_annotations(sidecar.parse_rows(), cleaned, [])
    }
    lines = {number: annotation.origin.line for number, annotation in enumerate(sidecar.parse_rows(), 1)}
    for number, row in untouched.items():
        if not row.annotation.where.endswith(UNTIL_NEXT):
            continue
        original = tuple(row.raw_spans[0].tolist())
        if not _is_same_span(spans[lines[number]], original):
            start = row.annotation.where.removesuffix(UNTIL_NEXT)
            pinned_row = SidecarRow(
                row.annotation.label,
                row.annotation.note,
                row.annotation.attributes,
                (start, format_exact_elapsed(original[1])),
            )
            sidecar = sidecar.replace_row(number, [pinned_row])
    return sidecar


def _place_rows(
    sidecar: SidecarEditor, cleaned: CleanedActivity, annotations: Sequence[Annotation]
) -> list[_PlacedRow]:
    rows = sidecar.parse_rows()
    located = locate_annotations(rows, cleaned, [])
    return [
        _PlacedRow(number, row, _collect_spans(located, row.origin), _collect_spans(annotations, row.origin))
        for number, row in enumerate(rows, 1)
    ]


def _collect_spans(annotations: Sequence[Annotation], origin: Origin) -> Spans:
    return union(
        as_spans((annotation.start_s, annotation.end_s) for annotation in annotations if annotation.origin == origin)
    )


def _clip_span(span: tuple[float, float], cleaned: CleanedActivity) -> tuple[float, float]:
    """The part of the span within the activity; raises :class:`AnnotationError` if it is below ``MIN_STRETCH_S``."""
    start_s, end_s = max(span[0], 0.0), min(span[1], cleaned.elapsed_s)
    if not end_s - start_s >= MIN_STRETCH_S:
        raise AnnotationError(
            f"from {format_duration(span[0])} to {format_duration(span[1])} is no stretch: mark a second at least"
        )
    return start_s, end_s


def _overlaps(row: _PlacedRow, span: tuple[float, float]) -> bool:
    pieces = np.concatenate((row.raw_spans, row.effective_spans)).tolist()
    return any(_compute_overlap_s(piece, span) > EDGE_TOLERANCE_S for piece in pieces)


def _find_remaining(row: _PlacedRow, removed: Spans) -> list[tuple[float, float]]:
    """What is left of a row's spans outside ``removed``; remainders shorter than ``MIN_STRETCH_S`` are dropped."""
    remaining = subtract(union(row.spans), removed).tolist()
    return [(start_s, end_s) for start_s, end_s in remaining if end_s - start_s >= MIN_STRETCH_S]


def _compute_overlap_s(first: Sequence[float], second: Sequence[float]) -> float:
    return min(first[1], second[1]) - max(first[0], second[0])


def _is_same_span(first: Sequence[float], second: Sequence[float]) -> bool:
    return abs(first[0] - second[0]) <= EDGE_TOLERANCE_S and abs(first[1] - second[1]) <= EDGE_TOLERANCE_S


def _format_span(span: tuple[float, float]) -> tuple[str, str]:
    return format_exact_elapsed(span[0]), format_exact_elapsed(span[1])


def _drop_distance(attributes: Attributes) -> Attributes:
    return replace(attributes, distance_m=None)
