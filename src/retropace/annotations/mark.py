"""The command line's ``--mark WHERE=LABEL``."""

from __future__ import annotations

from retropace.annotations.annotation import Marking, Origin
from retropace.annotations.labels import parse_label
from retropace.annotations.where import parse_where
from retropace.errors import AnnotationError


def parse_mark(text: str) -> Marking:
    """The marking in ``WHERE=LABEL``; raises :class:`AnnotationError` if either half makes no sense."""
    where, equals, label = text.rpartition("=")
    if not equals or not where.strip():
        raise AnnotationError(f'"{text}" is no mark: write WHERE=LABEL, for example 12:30-15:00=backward')
    parse_where(where)  # a place that no activity can have is wrong before any file is read
    return Marking(where.strip(), parse_label(label), origin=Origin("mark", text))
