"""What the runner says about an activity: one file per way of saying it.

``mark.py``, ``sidecar.py``, ``audacity.py``, ``field.py``, ``zones.py``, ``waypoints.py``, ``named.py`` and
``sentence.py`` with ``workout.py`` are the origins; ``labels.py`` reads a label, ``where.py`` a place,
``vocabulary.py`` holds the words. ``gathering.py`` puts all of it on an activity's time axis, ``precedence.py`` says
which origin leads, ``settling.py`` moves edges that are unsure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.homes import loaded_from

if TYPE_CHECKING:
    from retropace.annotations.annotation import Annotation, Marking, Origin
    from retropace.annotations.annotations_file import read_annotations
    from retropace.annotations.field import DirectionField, parse_field
    from retropace.annotations.geojson import Zones, read_zones
    from retropace.annotations.given import Given
    from retropace.annotations.labels import Label, parse_label
    from retropace.annotations.mark import parse_mark
    from retropace.annotations.placing import place
    from retropace.annotations.plan import FROM_FILE, Plan
    from retropace.annotations.sentence import parse_sentence
    from retropace.annotations.sidecar import read_sidecar
    from retropace.annotations.sidecar_place import sidecar_path

_HOMES = {
    "FROM_FILE": "plan",
    "Annotation": "annotation",
    "DirectionField": "field",
    "Given": "given",
    "Label": "labels",
    "Marking": "annotation",
    "Origin": "annotation",
    "Plan": "plan",
    "Zones": "geojson",
    "parse_field": "field",
    "parse_label": "labels",
    "parse_mark": "mark",
    "parse_sentence": "sentence",
    "place": "placing",
    "read_annotations": "annotations_file",
    "read_sidecar": "sidecar",
    "read_zones": "geojson",
    "sidecar_path": "sidecar_place",
}
"""Each is loaded when it is first used: most recordings come without a word."""

__all__ = [
    "FROM_FILE",
    "Annotation",
    "DirectionField",
    "Given",
    "Label",
    "Marking",
    "Origin",
    "Plan",
    "Zones",
    "parse_field",
    "parse_label",
    "parse_mark",
    "parse_sentence",
    "place",
    "read_annotations",
    "read_sidecar",
    "read_zones",
    "sidecar_path",
]

__getattr__ = loaded_from(__name__, _HOMES)
