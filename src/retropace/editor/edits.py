"""What a drag or a key does to the rows of a sidecar: a stretch labelled, a label taken away, edges and notes changed.

What is marked last holds: rows that lie where it does are cut back to what is left of them, in elapsed time where they
have to be, and stay as they were written where they need not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.inputs.sidecar import UNTIL_NEXT
from retropace.annotations.inputs.sidecar_editor import Row, SidecarText, exact_text
from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, Marking, Origin
from retropace.annotations.model.attributes import NO_ATTRIBUTES, Attributes
from retropace.annotations.resolve.locate import spans_of
from retropace.core.cleaned_activity import Track
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, union, without
from retropace.core.units import clock

SAME_S = 0.06
"""Edges this near each other are one: pages know tenths of a second."""
LEAST_S = 1.0
"""What is left of a row and is shorter than this is no stretch of its own."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The text after an edit, and what was lost by it, in words."""

    text: SidecarText
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row, the spans it means, and those in which it counts as it is shown: edges settled, others cut out of it."""

    number: int
    marking: Marking
    raw: Spans
    shown: Spans

    @property
    def held(self) -> Spans:
        return self.shown if len(self.shown) else self.raw


def painted(
    text: SidecarText,
    track: Track,
    shown: Sequence[Annotation],
    span: tuple[float, float],
    label: Label,
    note: str = "",
) -> Edited:
    """The text in which ``span``, in elapsed seconds, has the label.

    ``shown`` are the annotations as the analysis placed them. A row that is this very stretch gets the label; one that
    overlaps and says the same is made longer; whatever else lies there is cut. Raises :class:`AnnotationError` for a
    stretch that is none.
    """
    rows = _laid(text, track, shown)
    span = _checked(span, track)
    exact = next((row for row in rows if len(row.held) == 1 and _same(row.held[0].tolist(), span)), None)
    if exact is not None:
        new = Row(label, note, exact.marking.attributes)
        return _relaid(text, track, rows, span, new, at=exact.number)
    like = [
        (row, piece)
        for row in rows
        for piece in row.held.tolist()
        if row.marking.label == label and not row.marking.attributes and _overlap_s(piece, span) > SAME_S
    ]
    span = min([span[0], *(piece[0] for _, piece in like)]), max([span[1], *(piece[1] for _, piece in like)])
    note = note or next((row.marking.note for row, _ in like if row.marking.note), "")
    if len(like) == 1 and len(like[0][0].held) == 1 and like[0][0].marking.note == note and _same(like[0][1], span):
        return Edited(text)
    return _relaid(text, track, rows, span, Row(label, note, NO_ATTRIBUTES, _place(span)))


def cleared(text: SidecarText, track: Track, shown: Sequence[Annotation], span: tuple[float, float]) -> Edited:
    """The text in which no row says anything of ``span``; raises :class:`AnnotationError` if none does anyway."""
    rows = _laid(text, track, shown)
    span = _checked(span, track)
    if not any(_touches(row, span) for row in rows):
        others = [one for one in shown if _overlap_s((one.start_s, one.end_s), span) > SAME_S]
        if others:
            raise AnnotationError(
                f"{others[0].origin} says {others[0].label}, not the sidecar: label it otherwise instead"
            )
        raise AnnotationError("nothing is marked there")
    return _relaid(text, track, rows, span, None)


def changed(
    text: SidecarText,
    track: Track,
    shown: Sequence[Annotation],
    which: Annotation,
    span: tuple[float, float],
    note: str,
) -> Edited:
    """The text in which ``which``, one of ``shown`` that a row says, lies at ``span`` and has this note.

    Raises :class:`AnnotationError` if no row says it.
    """
    rows = _laid(text, track, shown)
    row = next((row for row in rows if row.marking.origin == which.origin), None)
    if row is None:
        raise AnnotationError(f"{which.origin} says {which.label}, not the sidecar: mark it anew instead")
    was = (which.start_s, which.end_s)
    if _same(was, span):
        return Edited(text.with_rows(row.number, [Row(which.label, note, row.marking.attributes)]))
    span = _checked(span, track)
    attributes = row.marking.attributes if len(row.held) == 1 else _without_distance(row.marking.attributes)
    new = Row(which.label, note, attributes, _place(span))
    return _relaid(text, track, rows, span, new, at=row.number, lifted=was)


def _relaid(
    text: SidecarText,
    track: Track,
    rows: Sequence[_Laid],
    span: tuple[float, float],
    new: Row | None,
    *,
    at: int | None = None,
    lifted: tuple[float, float] | None = None,
) -> Edited:
    """The rows with ``span`` cut out of them and the new one in the place of row ``at``, of the first cut, or last.

    ``lifted`` is cut out of row ``at`` besides.
    """
    touched = [row for row in rows if _touches(row, span) or row.number == at]
    first = at if at is not None else touched[0].number if touched else None
    after = text
    said = []
    grown = {}
    for row in reversed(touched):
        taken = [span] if lifted is None or row.number != at else [span, lifted]
        # A row that keeps its place as written is this very stretch: nothing is left of it beside the new one.
        stays = row.number == at and new is not None and new.place is None
        left = [] if stays else _left(row, union(as_spans(taken)))
        own = row.marking.attributes
        if left and own.distance_m is not None:
            said.append(f"{own} was said of the whole stretch and does not hold for a part of it")
        pieces = [
            (one[0], Row(row.marking.label, row.marking.note, _without_distance(own), _place(one))) for one in left
        ]
        if row.number == first and new is not None:
            pieces = sorted([*pieces, (span[0], new)], key=lambda one: one[0])
        after = after.with_rows(row.number, [piece for _, piece in pieces])
        grown[row.number] = len(pieces) - 1
    if new is not None and first is None:
        assert new.place is not None
        after = after.with_row("-".join(new.place), new.label, new.note, new.attributes)
    others = {
        row.number + sum(more for number, more in grown.items() if number < row.number): row
        for row in rows
        if row not in touched
    }
    return Edited(_pinned(after, track, others), tuple(said))


def _pinned(text: SidecarText, track: Track, others: Mapping[int, _Laid]) -> SidecarText:
    """The text whose ``others``, rows by their new numbers, mean what they meant.

    A row that lasts until the next one gets an end of its own where that is another one now.
    """
    spans = {one.origin.line: (one.start_s, one.end_s) for one in spans_of(text.markings(), track, [])}
    lines = {number: marking.origin.line for number, marking in enumerate(text.markings(), 1)}
    for number, row in others.items():
        if not row.marking.where.endswith(UNTIL_NEXT):
            continue
        was = tuple(row.raw[0].tolist())
        if not _same(spans[lines[number]], was):
            start = row.marking.where.removesuffix(UNTIL_NEXT)
            pinned = Row(row.marking.label, row.marking.note, row.marking.attributes, (start, exact_text(was[1])))
            text = text.with_rows(number, [pinned])
    return text


def _laid(text: SidecarText, track: Track, shown: Sequence[Annotation]) -> list[_Laid]:
    markings = text.markings()
    raw = spans_of(markings, track, [])
    return [
        _Laid(number, marking, _spans(raw, marking.origin), _spans(shown, marking.origin))
        for number, marking in enumerate(markings, 1)
    ]


def _spans(annotations: Sequence[Annotation], origin: Origin) -> Spans:
    return union(as_spans((one.start_s, one.end_s) for one in annotations if one.origin == origin))


def _checked(span: tuple[float, float], track: Track) -> tuple[float, float]:
    """The span within the activity; raises :class:`AnnotationError` if there is none."""
    start_s, end_s = max(span[0], 0.0), min(span[1], track.elapsed_s)
    if not end_s - start_s >= LEAST_S:
        raise AnnotationError(f"from {clock(span[0])} to {clock(span[1])} is no stretch: mark a second at least")
    return start_s, end_s


def _touches(row: _Laid, span: tuple[float, float]) -> bool:
    pieces = np.concatenate((row.raw, row.shown)).tolist()
    return any(_overlap_s(piece, span) > SAME_S for piece in pieces)


def _left(row: _Laid, taken: Spans) -> list[tuple[float, float]]:
    """What is left of a row, without what is too short to have been meant."""
    left = without(union(row.held), taken).tolist()
    return [(start_s, end_s) for start_s, end_s in left if end_s - start_s >= LEAST_S]


def _overlap_s(one: Sequence[float], other: Sequence[float]) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return abs(one[0] - other[0]) <= SAME_S and abs(one[1] - other[1]) <= SAME_S


def _place(span: tuple[float, float]) -> tuple[str, str]:
    return exact_text(span[0]), exact_text(span[1])


def _without_distance(attributes: Attributes) -> Attributes:
    return replace(attributes, distance_m=None)
