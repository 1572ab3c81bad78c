"""What the runner says about an activity: one file per way of saying it.

``mark.py``, ``sidecar.py``, ``audacity.py``, ``field.py``, ``zones.py``, ``waypoints.py``, ``named.py`` and
``sentence.py`` with ``workout.py`` are the origins; ``labels.py`` reads a label, ``where.py`` a place,
``vocabulary.py`` holds the words. ``gathering.py`` puts all of it on an activity's time axis, ``precedence.py`` says
which origin leads, ``settling.py`` moves edges that are unsure.
"""

from __future__ import annotations

from retropace.annotations.annotation import Annotation, Marking, Origin
from retropace.annotations.annotations_file import read_annotations
from retropace.annotations.field import DirectionField, parse_field
from retropace.annotations.gathering import FROM_FILE, Given
from retropace.annotations.geojson import Zones, read_zones
from retropace.annotations.labels import Label, parse_label
from retropace.annotations.mark import parse_mark
from retropace.annotations.placing import place
from retropace.annotations.plan import Plan
from retropace.annotations.sentence import parse_sentence
from retropace.annotations.sidecar import read_sidecar, sidecar_path

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
