"""The annotation input ``--field``: a recorded column whose values name the direction.

Some watch apps have a data field that the runner switches by a button; it is recorded as words or as numbers. It is
named by ``--field NAME`` or ``--field NAME:1=backward,0=forward``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from retropace.annotations.language.interpret import interpret_name
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import FloatArray

EDGE_TOLERANCE_S = 2.0
"""Largest number of seconds by which a stretch's start or end may be off: a value is written with the next record, a
second or two after the button was pressed."""
MAX_HOLD_S = 10.0
"""Longest time (s) for which a recorded value holds. If the next record comes later, the value's stretch ends after
this time."""


@dataclass(frozen=True, slots=True)
class DirectionField:
    """The name of a recorded column and the labels that its values stand for."""

    name: str
    meanings: dict[str, Label] = field(default_factory=dict)
    """Labels by value in normalized spelling; a value that is itself a label, such as ``backward``, needs no entry."""


def parse_field(text: str) -> DirectionField:
    """Return the field in ``NAME`` or ``NAME:VALUE=LABEL,VALUE=LABEL``; raises :class:`AnnotationError`.

    >>> parse_field("Facing:1=backward").meanings
    {'1': Label(direction='backward', gait='')}
    """
    name, colon, rest = text.partition(":")
    if not name.strip():
        raise AnnotationError(f'"{text}" names no field: write NAME or NAME:1=backward,0=forward')
    meanings: dict[str, Label] = {}
    for pair in [part for part in rest.split(",") if part.strip()] if colon else []:
        value, equals, label = pair.partition("=")
        if not equals or not value.strip():
            example = f"{name.strip()}:1=backward,0=forward"
            raise AnnotationError(f'"{pair.strip()}" is no meaning of a value: write {example}')
        meanings[_normalize_value(value)] = parse_label(label)
    return DirectionField(name.strip(), meanings)


def find_field_annotations(
    direction_field: DirectionField, cleaned: CleanedActivity
) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return the stretches in which a column names a direction, and warnings about values that name none.

    Raises :class:`AnnotationError` if the recording has no such column, or none of its values means a direction.
    """
    name = _find_column(direction_field.name, cleaned)
    values = cleaned.extra[name]
    rows = np.flatnonzero(np.isfinite(values))
    texts = cleaned.categories.get(name, ())
    text_of_value = {
        value: (texts[int(value)] if texts else f"{value:g}") for value in np.unique(values[rows]).tolist()
    }
    labels = {value: _find_label(text, direction_field) for value, text in text_of_value.items()}
    if not any(labels.values()):
        examples = ", ".join(list(text_of_value.values())[:6])
        raise AnnotationError(
            f'field "{name}" holds {examples or "nothing"}: say what its values mean, for example '
            f'--field "{name}:{next(iter(text_of_value.values()), "1")}=backward"'
        )
    unknown = [text for value, text in text_of_value.items() if labels[value] is None]
    warnings = [f'field "{name}": {", ".join(unknown[:6])} names no direction and was passed over'] if unknown else []
    times, codes = cleaned.t_s[rows], values[rows]
    first_rows = np.flatnonzero(np.concatenate(([True], np.diff(codes) != 0.0)))
    annotations: list[Annotation] = []
    for first_row, end_row in zip(first_rows.tolist(), [*first_rows[1:].tolist(), len(rows)], strict=True):
        label = labels[float(codes[first_row])]
        if label is not None:
            origin = Origin("field", f'field "{name}"')
            spans = _find_hold_spans(
                times[first_row:end_row], float(times[end_row]) if end_row < len(rows) else cleaned.elapsed_s
            )
            annotations += [
                Annotation(start, end, label, "", origin, EDGE_TOLERANCE_S) for start, end in spans if start < end
            ]
    return annotations, tuple(warnings)


def _find_column(name: str, cleaned: CleanedActivity) -> str:
    matching = [column for column in cleaned.extra if _normalize_value(column) == _normalize_value(name)]
    if matching:
        return matching[0]
    available = (
        f"it has {', '.join(sorted(cleaned.extra)[:8])}" if cleaned.extra else "it has none beside the usual ones"
    )
    raise AnnotationError(f'the recording has no field "{name}": {available}')


def _normalize_value(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _find_label(text: str, direction_field: DirectionField) -> Label | None:
    if _normalize_value(text) in direction_field.meanings:
        return direction_field.meanings[_normalize_value(text)]
    meaning = None if text.replace(".", "").lstrip("-").isdigit() else interpret_name(text, is_title=False)
    return meaning.label if meaning is not None else None


def _find_hold_spans(times_s: FloatArray, next_s: float) -> list[tuple[float, float]]:
    """Return the spans in which the value recorded at ``times_s`` holds.

    It holds from its first record to ``next_s``, where another value is recorded. A gap between records of more than
    ``MAX_HOLD_S`` splits the span.
    """
    bounds = np.append(times_s, next_s)
    gaps = np.flatnonzero(np.diff(bounds) > MAX_HOLD_S)
    starts = [0, *(gaps + 1).tolist()]
    ends = [*gaps.tolist(), len(times_s)]
    return [
        (float(bounds[start]), float(bounds[end]) if end == len(times_s) else float(bounds[end]) + MAX_HOLD_S)
        for start, end in zip(starts, ends, strict=True)
        if start <= end < len(bounds) and start < len(times_s)
    ]
