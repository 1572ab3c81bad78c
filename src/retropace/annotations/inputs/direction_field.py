"""The annotation input ``--field``: a recorded column, switched by a button, whose values name the direction."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from retropace.annotations.language.labels import interpret_name, parse_label
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, warn
from retropace.core.spans import union

EDGE_TOLERANCE_S = 2.0
"""Seconds by which an edge may be off: a value is written with the next record after the button was pressed."""
MAX_HOLD_S = 10.0
"""Longest time (s) for which a recorded value holds if the next record comes later."""


@dataclass(frozen=True, slots=True)
class DirectionField:
    """The name of a recorded column and the labels that its values stand for."""

    name: str
    meanings: dict[str, Label] = field(default_factory=dict)
    """Labels by value in normalized spelling; a value that is itself a label, such as ``backward``, needs no entry."""


def parse_field(text: str) -> DirectionField:
    """Return the field in ``NAME`` or ``NAME:VALUE=LABEL,VALUE=LABEL``; raises :class:`AnnotationError`."""
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
) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return stretches where a column names a direction, and findings; raises :class:`AnnotationError` if none does."""
    name = _find_column(direction_field.name, cleaned)
    is_known, categories = np.isfinite(cleaned.extra[name]), cleaned.categories.get(name, ())
    times, values = cleaned.t_s[is_known], cleaned.extra[name][is_known]
    texts = {value: categories[int(value)] if categories else f"{value:g}" for value in np.unique(values).tolist()}
    labels = {value: _find_label(text, direction_field) for value, text in texts.items()}
    if not any(labels.values()):
        examples = ", ".join(list(texts.values())[:6])
        raise AnnotationError(
            f'field "{name}" holds {examples or "nothing"}: say what its values mean, for example '
            f'--field "{name}:{next(iter(texts.values()), "1")}=backward"'
        )
    unknown = [text for value, text in texts.items() if labels[value] is None]
    text = f'field "{name}": {", ".join(unknown[:6])} names no direction and was passed over'
    findings = (warn("unknown-field-value", text, len(unknown), "values"),) if unknown else ()
    changes = np.flatnonzero(np.diff(values)) + 1
    bounds, next_s = [0, *changes.tolist(), len(values)], np.append(times, cleaned.elapsed_s)
    origin = Origin("field", f'field "{name}"')
    annotations: list[Annotation] = []
    for first, end in pairwise(bounds):
        label = labels[float(values[first])]
        if label is not None:
            ends_s = np.minimum(times[first:end] + MAX_HOLD_S, np.append(times[first + 1 : end], next_s[end]))
            spans = union(np.column_stack((times[first:end], ends_s))).tolist()
            annotations += [Annotation(start, end, label, "", origin, EDGE_TOLERANCE_S) for start, end in spans]
    return annotations, findings


def _find_column(name: str, cleaned: CleanedActivity) -> str:
    for column in cleaned.extra:
        if _normalize_value(column) == _normalize_value(name):
            return column
    names = ", ".join(sorted(cleaned.extra)[:8])
    raise AnnotationError(f'the recording has no field "{name}": it has {names or "none beside the usual ones"}')


def _normalize_value(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _find_label(text: str, direction_field: DirectionField) -> Label | None:
    if _normalize_value(text) in direction_field.meanings:
        return direction_field.meanings[_normalize_value(text)]
    meaning = None if text.replace(".", "").lstrip("-").isdigit() else interpret_name(text, is_title=False)
    return meaning.label if meaning is not None else None
