"""How the recordings on one command line are analysed: the annotations that apply to them, and the options."""

from __future__ import annotations

from dataclasses import dataclass, field

import retropace.annotations
from retropace.core.parameters import Settings
from retropace.core.sidecar_path import sidecar_path


@dataclass(frozen=True, slots=True)
class AnnotationInputs:
    """What the user stated by options: annotations for every file of a command, and the path of an annotations file."""

    inputs: tuple[retropace.annotations.AnnotationInput, ...] = ()
    sidecar: str | None = None
    """Path of the annotations file that is read instead of the sidecar; None reads the sidecar."""

    def collect_for_recording(self, path: str) -> list[retropace.annotations.AnnotationInput]:
        """Return the annotations of the options and of the annotations file; raises ``AnnotationError``."""
        if self.sidecar is not None:
            return [*self.inputs, *retropace.annotations.read_annotations(self.sidecar)]
        if not sidecar_path(path).is_file():
            return list(self.inputs)
        return [*self.inputs, *retropace.annotations.read_sidecar(sidecar_path(path))]

    @property
    def is_session_specific(self) -> bool:
        """Whether an option makes sense for one session only: a mark, a workout, an annotations file."""
        specific = (retropace.annotations.UnresolvedAnnotation, retropace.annotations.Plan)
        return self.sidecar is not None or any(isinstance(item, specific) for item in self.inputs)


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """How each recording on one command line is analysed."""

    annotation_inputs: AnnotationInputs = AnnotationInputs()
    settings: Settings = field(default_factory=Settings)
    session: int | None = None
    """Number of the only running or walking session to analyse (the first is 1); None analyses all."""
    athlete: str | None = None
    """Name or file of the athlete whose learned model is used."""
