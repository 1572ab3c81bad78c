"""What the runner, the watch and the recording say about directions, resolved to labelled stretches of an activity."""

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.annotations.inputs.direction_field import DirectionField as DirectionField
    from retropace.annotations.inputs.direction_field import parse_field as parse_field
    from retropace.annotations.inputs.geojson import Zones as Zones
    from retropace.annotations.inputs.geojson import read_zones as read_zones
    from retropace.annotations.inputs.location import parse_mark as parse_mark
    from retropace.annotations.inputs.sidecar import read_annotations as read_annotations
    from retropace.annotations.inputs.sidecar import read_sidecar as read_sidecar
    from retropace.annotations.language.labels import parse_label as parse_label
    from retropace.annotations.model.annotation import Annotation as Annotation
    from retropace.annotations.model.annotation import AnnotationTable as AnnotationTable
    from retropace.annotations.model.annotation import Origin as Origin
    from retropace.annotations.model.annotation import UnresolvedAnnotation as UnresolvedAnnotation
    from retropace.annotations.model.annotation_input import AnnotationInput as AnnotationInput
    from retropace.annotations.model.label import Label as Label
    from retropace.annotations.model.plan import FROM_FILE as FROM_FILE
    from retropace.annotations.model.plan import Plan as Plan
    from retropace.annotations.resolve.locate import resolve_annotations as resolve_annotations
    from retropace.annotations.sentence.parser import parse_sentence as parse_sentence

_LAZY_EXPORTS = {
    **dict.fromkeys(("Annotation", "AnnotationTable", "Origin", "UnresolvedAnnotation"), "model.annotation"),
    **dict.fromkeys(("FROM_FILE", "Plan"), "model.plan"),
    **dict.fromkeys(("DirectionField", "parse_field"), "inputs.direction_field"),
    **dict.fromkeys(("Zones", "read_zones"), "inputs.geojson"),
    "AnnotationInput": "model.annotation_input",
    "Label": "model.label",
    "parse_label": "language.labels",
    "parse_mark": "inputs.location",
    **dict.fromkeys(("read_annotations", "read_sidecar"), "inputs.sidecar"),
    "parse_sentence": "sentence.parser",
    "resolve_annotations": "resolve.locate",
}
"""For each exported name, the submodule that defines it, imported when the name is first used."""

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
