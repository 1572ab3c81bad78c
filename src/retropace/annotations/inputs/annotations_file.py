"""A file of annotations in either format, a sidecar or an Audacity label track, as detected from its content."""

from __future__ import annotations

import os

from retropace.annotations.inputs.audacity import is_label_track, parse_label_track
from retropace.annotations.inputs.sidecar import parse_sidecar, read_text
from retropace.annotations.model.annotation import UnresolvedAnnotation


def read_annotations(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Read the annotations in a file; raises :class:`AnnotationError` with file and line for the first invalid one."""
    return parse_annotations(read_text(path), path)


def parse_annotations(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Parse the text of such a file; raises as :func:`read_annotations`."""
    return parse_label_track(text, path) if is_label_track(text) else parse_sidecar(text, path)
