"""A column of the recording whose values name the direction: ``--field NAME``, ``--field NAME:1=backward,0=forward``.

Data fields of a watch app that the runner switches by a button write such a column, as words or as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from retropace.annotations.language.interpret import interpret_name
from retropace.annotations.language.labels import Label, parse_label
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import FloatArray

EDGE_TOLERANCE_S = 2.0
"""A field is written with the next record, within a second or two of the button."""
MAX_HOLD_S = 10.0
"""A value holds until the next one, but no longer than this."""


@dataclass(frozen=True, slots=True)
class DirectionField:
    """The name of the column and, for values that are no words for a direction, what they mean."""

    name: str
    meanings: dict[str, Label] = field(default_factory=dict)


def parse_field(text: str) -> DirectionField:
    """The field of ``NAME`` or ``NAME:VALUE=LABEL,VALUE=LABEL``; raises :class:`AnnotationError`."""
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
    direction_field: DirectionField, track: CleanedActivity
) -> tuple[list[Annotation], tuple[str, ...]]:
    """The stretches in which the column names a direction.

    Raises :class:`AnnotationError` if the recording has no such column, or none of its values means a direction.
    """
    name = _find_column(direction_field.name, track)
    values = track.extra[name]
    rows = np.flatnonzero(np.isfinite(values))
    texts = track.categories.get(name, ())
    shown = {value: (texts[int(value)] if texts else f"{value:g}") for value in np.unique(values[rows]).tolist()}
    labels = {value: _find_label(text, direction_field) for value, text in shown.items()}
    if not any(labels.values()):
        some = ", ".join(list(shown.values())[:6])
        raise AnnotationError(
            f'field "{name}" holds {some or "nothing"}: say what its values mean, for example '
            f'--field "{name}:{next(iter(shown.values()), "1")}=backward"'
        )
    unknown = [text for value, text in shown.items() if labels[value] is None]
    said = [f'field "{name}": {", ".join(unknown[:6])} names no direction and was passed over'] if unknown else []
    times, codes = track.t_s[rows], values[rows]
    first = np.flatnonzero(np.concatenate(([True], np.diff(codes) != 0.0)))
    found: list[Annotation] = []
    for at, until in zip(first.tolist(), [*first[1:].tolist(), len(rows)], strict=True):
        label = labels[float(codes[at])]
        if label is not None:
            origin = Origin("field", f'field "{name}"')
            spans = _find_hold_spans(times[at:until], float(times[until]) if until < len(rows) else track.elapsed_s)
            found += [
                Annotation(start, end, label, "", origin, EDGE_TOLERANCE_S) for start, end in spans if start < end
            ]
    return found, tuple(said)


def _find_column(name: str, track: CleanedActivity) -> str:
    matching = [known for known in track.extra if _normalize_value(known) == _normalize_value(name)]
    if matching:
        return matching[0]
    has = f"it has {', '.join(sorted(track.extra)[:8])}" if track.extra else "it has none beside the usual ones"
    raise AnnotationError(f'the recording has no field "{name}": {has}')


def _normalize_value(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _find_label(text: str, direction_field: DirectionField) -> Label | None:
    if _normalize_value(text) in direction_field.meanings:
        return direction_field.meanings[_normalize_value(text)]
    meaning = None if text.replace(".", "").lstrip("-").isdigit() else interpret_name(text, is_title=False)
    return meaning.label if meaning is not None else None


def _find_hold_spans(times_s: FloatArray, next_s: float) -> list[tuple[float, float]]:
    """The stretches in which one value holds: from record to record, and on to the next if that is not too late."""
    bounds = np.append(times_s, next_s)
    gaps = np.flatnonzero(np.diff(bounds) > MAX_HOLD_S)
    starts = [0, *(gaps + 1).tolist()]
    ends = [*gaps.tolist(), len(times_s)]
    return [
        (float(bounds[start]), float(bounds[end]) if end == len(times_s) else float(bounds[end]) + MAX_HOLD_S)
        for start, end in zip(starts, ends, strict=True)
        if start <= end < len(bounds) and start < len(times_s)
    ]
