"""Edits of the rows of a sidecar; rows that overlap an edited span keep only what lies outside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, SidecarRow, format_exact_elapsed
from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.label import NO_ATTRIBUTES, Attributes, Label
from retropace.annotations.resolve.locate import locate_annotations
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, subtract, union
from retropace.core.units import format_duration

EDGE_TOLERANCE_S = 0.06
"""Seconds up to which two edges are taken for the same: the page rounds times to tenths of a second."""
MIN_STRETCH_S = 1.0
"""The minimum duration (seconds) of a labelled stretch; shorter remainders of a row are dropped."""


@dataclass(frozen=True, slots=True)
class EditResult:
    """The sidecar after an edit."""

    sidecar: SidecarEditor
    losses: tuple[str, ...] = ()  # sentences on what the edit had to remove, such as the distance of a cut stretch


@dataclass(frozen=True, slots=True)
class _PlacedRow:
    """A row of the sidecar and the spans of time that it labels, each from start to end in elapsed seconds."""

    number: int  # row's number, counted from 1 without the header
    annotation: UnresolvedAnnotation
    raw_spans: Spans  # spans that the row itself states, before edges are moved or overlaps resolved
    effective_spans: Spans  # spans that the row labels, with edges moved and overlaps resolved; may be empty

    @property
    def spans(self) -> Spans:
        """The spans that the row labels in the analysis or, if there are none, those that it states itself."""
        return self.effective_spans if len(self.effective_spans) else self.raw_spans


@dataclass(frozen=True, slots=True)
class PlacedSidecar:
    """A sidecar whose rows are placed on the time axis of its activity, and the annotations of the analysis."""

    sidecar: SidecarEditor
    cleaned: CleanedActivity
    annotations: Sequence[Annotation]
    rows: list[_PlacedRow]


def label_span(placed: PlacedSidecar, span: tuple[float, float], label: Label, note: str = "") -> EditResult:
    """Return the sidecar with the label at ``span`` (elapsed seconds); raises :class:`AnnotationError` if too short."""
    span = _clip_span(span, placed.cleaned)
    for row in placed.rows:
        if len(row.spans) == 1 and is_same_span(row.spans[0].tolist(), span):
            return _replace_span(placed, span, SidecarRow(label, note, row.annotation.attributes), row.number)
    pieces = [
        (row, piece)
        for row in placed.rows
        if row.annotation.label == label and not row.annotation.attributes
        for piece in row.spans.tolist()
        if _compute_overlap_s(piece, span) > EDGE_TOLERANCE_S
    ]
    start_s = min([span[0], *(piece[0] for _, piece in pieces)])
    span = (start_s, max([span[1], *(piece[1] for _, piece in pieces)]))
    note = note or next((row.annotation.note for row, _ in pieces if row.annotation.note), "")
    if len(pieces) == 1:
        row, piece = pieces[0]
        if len(row.spans) == 1 and row.annotation.note == note and is_same_span(piece, span):
            return EditResult(placed.sidecar)
    return _replace_span(placed, span, SidecarRow(label, note, NO_ATTRIBUTES, _format_span(span)))


def clear_span(placed: PlacedSidecar, span: tuple[float, float]) -> EditResult:
    """Return the sidecar without labels in ``span``; raises :class:`AnnotationError` if there were none."""
    span = _clip_span(span, placed.cleaned)
    if not any(_overlaps(row, span) for row in placed.rows):
        for other in placed.annotations:
            if _compute_overlap_s(other.span, span) > EDGE_TOLERANCE_S:
                raise AnnotationError(f"{other.origin} says {other.label}, not the sidecar: label it otherwise instead")
        raise AnnotationError("nothing is marked there")
    return _replace_span(placed, span, None)


def move_span(placed: PlacedSidecar, target: Annotation, span: tuple[float, float], note: str) -> EditResult:
    """Return the sidecar with ``target`` moved to a span (elapsed s); raises :class:`AnnotationError` if absent."""
    row = next((row for row in placed.rows if row.annotation.origin == target.origin), None)
    if row is None:
        raise AnnotationError(f"{target.origin} says {target.label}, not the sidecar: mark it anew instead")
    if is_same_span(target.span, span):
        new_row = SidecarRow(target.label, note, row.annotation.attributes)
        return EditResult(placed.sidecar.replace_row(row.number, [new_row]))
    span = _clip_span(span, placed.cleaned)
    attributes = row.annotation.attributes if len(row.spans) == 1 else _drop_distance(row.annotation.attributes)
    new_row = SidecarRow(target.label, note, attributes, _format_span(span))
    return _replace_span(placed, span, new_row, row.number, extra_span=target.span)


def _replace_span(
    placed: PlacedSidecar,
    span: tuple[float, float],
    new_row: SidecarRow | None,
    row_number: int | None = None,
    *,
    extra_span: tuple[float, float] | None = None,
) -> EditResult:
    """Return the sidecar with ``span`` (elapsed seconds) cut out of all rows and ``new_row``, if any, inserted.

    ``new_row`` is inserted where row ``row_number`` stands; if that is None, where the first row that overlaps ``span``
    stands; and if no row does, at the end. ``extra_span`` is also cut out, but only of row ``row_number``.
    """
    touched_rows = [row for row in placed.rows if _overlaps(row, span) or row.number == row_number]
    insert_number = row_number
    if insert_number is None and touched_rows:
        insert_number = touched_rows[0].number
    edited = placed.sidecar
    losses = []
    row_growth = {}
    for row in reversed(touched_rows):
        removed = [span] if extra_span is None or row.number != row_number else [span, extra_span]
        # A new row without bounds keeps those of the row it replaces, of which nothing else remains.
        keeps_bounds = row.number == row_number and new_row is not None and new_row.bounds is None
        outside = [] if keeps_bounds else subtract(union(row.spans), union(as_spans(removed))).tolist()
        remaining = [(start_s, end_s) for start_s, end_s in outside if end_s - start_s >= MIN_STRETCH_S]
        attributes = row.annotation.attributes
        if remaining and attributes.distance_m is not None:
            losses.append(f"{attributes} was said of the whole stretch and does not hold for a part of it")
        kept = SidecarRow(row.annotation.label, row.annotation.note, _drop_distance(attributes))
        pieces = [(piece[0], replace(kept, bounds=_format_span(piece))) for piece in remaining]
        if row.number == insert_number and new_row is not None:
            pieces = sorted([*pieces, (span[0], new_row)], key=lambda piece: piece[0])
        edited = edited.replace_row(row.number, [piece for _, piece in pieces])
        row_growth[row.number] = len(pieces) - 1
    if new_row is not None and insert_number is None:
        assert new_row.bounds is not None
        edited = edited.with_row("-".join(new_row.bounds), new_row.label, new_row.note, new_row.attributes)
    untouched = {
        row.number + sum(growth for number, growth in row_growth.items() if number < row.number): row
        for row in placed.rows
        if row not in touched_rows
    }
    return EditResult(_pin_open_ends(edited, placed.cleaned, untouched), tuple(losses))


def _pin_open_ends(
    sidecar: SidecarEditor, cleaned: CleanedActivity, untouched: Mapping[int, _PlacedRow]
) -> SidecarEditor:
    """Return the sidecar with explicit ends for ``untouched`` rows (by new number) whose open end the edit moved."""
    rows = sidecar.parse_rows()
    spans = {annotation.origin.line: annotation.span for annotation in locate_annotations(rows, cleaned, [])}
    for number, row in untouched.items():
        if not row.annotation.where.endswith(UNTIL_NEXT):
            continue
        original = row.raw_spans[0].tolist()
        if not is_same_span(spans[rows[number - 1].origin.line], original):
            bounds = (row.annotation.where.removesuffix(UNTIL_NEXT), format_exact_elapsed(original[1]))
            pinned_row = SidecarRow(row.annotation.label, row.annotation.note, row.annotation.attributes, bounds)
            sidecar = sidecar.replace_row(number, [pinned_row])
    return sidecar


def place_rows(sidecar: SidecarEditor, cleaned: CleanedActivity, annotations: Sequence[Annotation]) -> PlacedSidecar:
    """Find the time spans of a sidecar's rows; ``annotations`` are those of the activity's analysis."""
    rows = sidecar.parse_rows()
    located = locate_annotations(rows, cleaned, [])
    placed_rows = [
        _PlacedRow(number, row, _collect_spans(located, row.origin), _collect_spans(annotations, row.origin))
        for number, row in enumerate(rows, 1)
    ]
    return PlacedSidecar(sidecar, cleaned, annotations, placed_rows)


def _collect_spans(annotations: Sequence[Annotation], origin: Origin) -> Spans:
    return union(as_spans(annotation.span for annotation in annotations if annotation.origin == origin))


def _clip_span(span: tuple[float, float], cleaned: CleanedActivity) -> tuple[float, float]:
    """Return the part of a span within the activity; raises :class:`AnnotationError` if below ``MIN_STRETCH_S``."""
    start_s, end_s = max(span[0], 0.0), min(span[1], cleaned.elapsed_s)
    if not end_s - start_s >= MIN_STRETCH_S:
        start, end = format_duration(span[0]), format_duration(span[1])
        raise AnnotationError(f"from {start} to {end} is no stretch: mark a second at least")
    return start_s, end_s


def _overlaps(row: _PlacedRow, span: tuple[float, float]) -> bool:
    pieces = np.concatenate((row.raw_spans, row.effective_spans)).tolist()
    return any(_compute_overlap_s(piece, span) > EDGE_TOLERANCE_S for piece in pieces)


def _compute_overlap_s(first: Sequence[float], second: Sequence[float]) -> float:
    return min(first[1], second[1]) - max(first[0], second[0])


def is_same_span(first: Sequence[float], second: Sequence[float]) -> bool:
    """Return whether two spans have the same edges, within ``EDGE_TOLERANCE_S``."""
    return abs(first[0] - second[0]) <= EDGE_TOLERANCE_S and abs(first[1] - second[1]) <= EDGE_TOLERANCE_S


def _format_span(span: tuple[float, float]) -> tuple[str, str]:
    return format_exact_elapsed(span[0]), format_exact_elapsed(span[1])


def _drop_distance(attributes: Attributes) -> Attributes:
    return replace(attributes, distance_m=None)
