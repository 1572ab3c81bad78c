"""The command line's ``--mark WHERE=LABEL``."""

from __future__ import annotations

import re

from retropace.annotations.inputs.location import parse_location
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Origin, UnresolvedAnnotation
from retropace.annotations.model.attributes import split_attributes
from retropace.core.errors import AnnotationError

_EQUALS = re.compile(r"""((?:[^="“”„']|["“„'][^"“”']*["“”'])*)=(.*)""", re.DOTALL)
"""The first equals sign outside quotes parts place and label: attributes behind the label hold others."""


def parse_mark(text: str) -> UnresolvedAnnotation:
    """The marking in ``WHERE=LABEL``; raises :class:`AnnotationError` if either half makes no sense."""
    match = _EQUALS.fullmatch(text)
    if match is None or not match[1].strip():
        raise AnnotationError(f'"{text}" is no mark: write WHERE=LABEL, for example 12:30-15:00=backward')
    parse_location(match[1])  # a place that no activity can have is wrong before any file is read
    label, attributes = split_attributes(match[2])
    return UnresolvedAnnotation(
        match[1].strip(), parse_label(label), origin=Origin("mark", text), attributes=attributes
    )
