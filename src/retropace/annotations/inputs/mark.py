"""The annotation input ``--mark WHERE=LABEL`` of the command line."""

import re

from retropace.annotations.inputs.location import parse_location
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Origin, UnresolvedAnnotation
from retropace.annotations.model.label import split_attributes
from retropace.core.errors import AnnotationError

_EQUALS = re.compile(r"""((?:[^="“”„']|["“„'][^"“”']*["“”'])*)=(.*)""", re.DOTALL)
"""Pattern of a location and a label, separated by the first equals sign outside quotes."""


def parse_mark(text: str) -> UnresolvedAnnotation:
    """Return the annotation in ``WHERE=LABEL``; raises :class:`AnnotationError` if location or label is invalid.

    >>> mark = parse_mark("lap 2,4=backward walk")
    >>> mark.where, str(mark.label)
    ('lap 2,4', 'backward walk')
    """
    match = _EQUALS.fullmatch(text)
    if match is None or not match[1].strip():
        raise AnnotationError(f'"{text}" is no mark: write WHERE=LABEL, for example 12:30-15:00=backward')
    parse_location(match[1])
    label, attributes = split_attributes(match[2])
    return UnresolvedAnnotation(match[1].strip(), parse_label(label), "", Origin("mark", text), attributes)
