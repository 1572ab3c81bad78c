"""The annotations that apply to a recording: those given by options, and those of its sidecar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.core.sidecar_path import sidecar_path

if TYPE_CHECKING:
    from retropace.annotations import AnnotationInput


@dataclass(frozen=True, slots=True)
class AnnotationInputs:
    """What the user stated by options: annotations for every file of a command, and the path of an annotations file."""

    inputs: tuple[AnnotationInput, ...]
    sidecar: str | None
    """Path of the annotations file that is read instead of the sidecar; None reads the sidecar."""

    def collect_for_recording(self, path: str) -> list[AnnotationInput]:
        """Return the annotations of the options and of ``sidecar`` or, if that is None, of the recording's own sidecar.

        Raises ``AnnotationError`` if the file of annotations cannot be read.
        """
        if self.sidecar is not None:
            from retropace.annotations import read_annotations

            return [*self.inputs, *read_annotations(self.sidecar)]
        if not sidecar_path(path).is_file():
            return list(self.inputs)
        from retropace.annotations import read_sidecar

        return [*self.inputs, *read_sidecar(sidecar_path(path))]

    @property
    def is_session_specific(self) -> bool:
        """Whether one of the options (a mark, a workout, an annotations file) makes sense for a single session only.

        Zones and fields, in contrast, can apply to many sessions.
        """
        if not self.inputs:
            return self.sidecar is not None
        from retropace.annotations import Plan, UnresolvedAnnotation

        return self.sidecar is not None or any(isinstance(item, (UnresolvedAnnotation, Plan)) for item in self.inputs)
