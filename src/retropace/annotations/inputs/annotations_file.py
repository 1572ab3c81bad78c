"""Reader of annotation files, sidecars or Audacity label tracks, which are told apart by their content."""

from __future__ import annotations

import os

from retropace.annotations.inputs.audacity import is_label_track, parse_label_track
from retropace.annotations.inputs.sidecar import parse_sidecar, read_text
from retropace.annotations.model.annotation import UnresolvedAnnotation


def read_annotations(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in a file; raises :class:`AnnotationError` with file and line if one is invalid."""
    return parse_annotations(read_text(path), path)


def parse_annotations(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in the text of a file; raises :class:`AnnotationError` with ``path`` and line."""
    return parse_label_track(text, path) if is_label_track(text) else parse_sidecar(text, path)
