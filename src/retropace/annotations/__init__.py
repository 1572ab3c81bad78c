"""What the runner says about an activity: one file per way of saying it.

``mark.py``, ``sidecar.py``, ``audacity.py``, ``field.py``, ``zones.py``, ``waypoints.py``, ``named.py`` and
``sentence.py`` with ``workout.py`` are the origins; ``labels.py`` reads a label, ``where.py`` a place,
``vocabulary.py`` holds the words. ``gathering.py`` puts all of it on an activity's time axis, ``precedence.py`` says
which origin leads, ``settling.py`` moves edges that are unsure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.annotations.inputs.annotations_file import read_annotations
    from retropace.annotations.inputs.direction_field import DirectionField, parse_field
    from retropace.annotations.inputs.geojson import Zones, read_zones
    from retropace.annotations.inputs.mark import parse_mark
    from retropace.annotations.inputs.sidecar import read_sidecar
    from retropace.annotations.language.labels import Label, parse_label
    from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
    from retropace.annotations.model.annotation_input import AnnotationInput
    from retropace.annotations.model.plan import FROM_FILE, Plan
    from retropace.annotations.resolve.locate import resolve_annotations
    from retropace.annotations.sentence.parser import parse_sentence

_LAZY_EXPORTS = {
    "FROM_FILE": "model.plan",
    "Annotation": "model.annotation",
    "DirectionField": "inputs.direction_field",
    "AnnotationInput": "model.annotation_input",
    "Label": "language.labels",
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
"""Each is loaded when it is first used: most recordings come without a word."""

__all__ = [
    "FROM_FILE",
    "Annotation",
    "AnnotationInput",
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
