"""What the runner, the watch and the recording say about directions, resolved to labelled stretches of an activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.annotations.inputs.annotations_file import read_annotations
    from retropace.annotations.inputs.direction_field import DirectionField, parse_field
    from retropace.annotations.inputs.geojson import Zones, read_zones
    from retropace.annotations.inputs.mark import parse_mark
    from retropace.annotations.inputs.sidecar import read_sidecar
    from retropace.annotations.language.labels import parse_label
    from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
    from retropace.annotations.model.annotation_input import AnnotationInput
    from retropace.annotations.model.annotation_table import AnnotationTable
    from retropace.annotations.model.label import Label
    from retropace.annotations.model.plan import FROM_FILE, Plan
    from retropace.annotations.resolve.locate import resolve_annotations
    from retropace.annotations.sentence.parser import parse_sentence

_LAZY_EXPORTS = {
    "FROM_FILE": "model.plan",
    "Annotation": "model.annotation",
    "DirectionField": "inputs.direction_field",
    "AnnotationInput": "model.annotation_input",
    "AnnotationTable": "model.annotation_table",
    "Label": "model.label",
    "UnresolvedAnnotation": "model.annotation",
    "Origin": "model.annotation",
    "Plan": "model.plan",
    "Zones": "inputs.geojson",
    "parse_field": "inputs.direction_field",
    "parse_label": "language.labels",
    "parse_mark": "inputs.mark",
    "parse_sentence": "sentence.parser",
    "resolve_annotations": "resolve.locate",
    "read_annotations": "inputs.annotations_file",
    "read_sidecar": "inputs.sidecar",
    "read_zones": "inputs.geojson",
}
"""For each exported name, the submodule that defines it, imported when the name is first used."""

__all__ = [
    "FROM_FILE",
    "Annotation",
    "AnnotationInput",
    "AnnotationTable",
    "DirectionField",
    "Label",
    "Origin",
    "Plan",
    "UnresolvedAnnotation",
    "Zones",
    "parse_field",
    "parse_label",
    "parse_mark",
    "parse_sentence",
    "read_annotations",
    "read_sidecar",
    "read_zones",
    "resolve_annotations",
]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
