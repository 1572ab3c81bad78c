"""What the runner says about an activity: one file per way of saying it.

``labels.py`` reads a label, ``where.py`` a place; ``mark.py`` and ``sidecar.py`` the forms they come in; ``placing.py``
finds them on an activity's time axis and holds them against each other.
"""

from retropace.annotations.annotation import Annotation, Marking, Origin
from retropace.annotations.labels import Label, parse_label
from retropace.annotations.mark import parse_mark
from retropace.annotations.placing import place
from retropace.annotations.sidecar import read_sidecar, sidecar_path

__all__ = [
    "Annotation",
    "Label",
    "Marking",
    "Origin",
    "parse_label",
    "parse_mark",
    "place",
    "read_sidecar",
    "sidecar_path",
]
