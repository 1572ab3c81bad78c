"""Tells how much of a recorded run was run forward and how much backward.

>>> import retropace
>>> activity = retropace.read("run.fit")                                        # doctest: +SKIP
>>> analysis = retropace.analyze(activity, [retropace.parse_mark("lap 3=backward")])  # doctest: +SKIP
>>> analysis.to_dict()["directions"]["backward"]["distance_m"]                  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.analysis.inspection import Inspection as Inspection
    from retropace.analysis.inspection import inspect_activity as inspect_activity
    from retropace.analysis.labelling_io import read_labelling as read_labelling
    from retropace.analysis.metrics import Labelling as Labelling
    from retropace.analysis.metrics import score as score
    from retropace.analysis.pipeline import Analysis as Analysis
    from retropace.analysis.pipeline import analyze as analyze
    from retropace.annotations import Annotation as Annotation
    from retropace.annotations import Label as Label
    from retropace.annotations import UnresolvedAnnotation
    from retropace.annotations import parse_field as parse_field
    from retropace.annotations import parse_label as parse_label
    from retropace.annotations import parse_mark as parse_mark
    from retropace.annotations import parse_sentence as parse_sentence
    from retropace.annotations import read_annotations as read_annotations
    from retropace.annotations import read_sidecar as read_sidecar
    from retropace.annotations import read_zones as read_zones
    from retropace.core.activity import Activity as Activity
    from retropace.core.errors import AnnotationError as AnnotationError
    from retropace.core.errors import OtherSportError as OtherSportError
    from retropace.core.errors import ReadError as ReadError
    from retropace.core.errors import RetropaceError as RetropaceError
    from retropace.core.parameters import Settings as Settings
    from retropace.intervals import Intervals as Intervals
    from retropace.intervals import intervals_document as intervals_document
    from retropace.intervals import intervals_of as intervals_of
    from retropace.labelling.athlete import Athlete as Athlete
    from retropace.labelling.athlete import training_session
    from retropace.labelling.athlete_file import read_athlete as read_athlete
    from retropace.labelling.athlete_file import write_athlete as write_athlete
    from retropace.readers import read as read
    from retropace.readers import read_all as read_all

    Marking = UnresolvedAnnotation
    session_of = training_session

_EXPORTS = {
    "analysis.inspection": ["Inspection", "inspect_activity"],
    "analysis.labelling_io": ["read_labelling"],
    "analysis.metrics": ["Labelling", "score"],
    "analysis.pipeline": ["Analysis", "analyze"],
    "annotations": [
        "Annotation",
        "Label",
        "parse_field",
        "parse_label",
        "parse_mark",
        "parse_sentence",
        "read_annotations",
        "read_sidecar",
        "read_zones",
    ],
    "core.activity": ["Activity"],
    "core.errors": ["AnnotationError", "OtherSportError", "ReadError", "RetropaceError"],
    "core.parameters": ["Settings"],
    "intervals": ["Intervals", "intervals_document", "intervals_of"],
    "labelling.athlete": ["Athlete"],
    "labelling.athlete_file": ["read_athlete", "write_athlete"],
    "readers": ["read", "read_all"],
    "annotations:UnresolvedAnnotation": ["Marking"],
    "labelling.athlete:training_session": ["session_of"],
}
"""The public names by the module that defines them, relative to this package; see :func:`lazy_getattr`."""
_LAZY_EXPORTS = {name: module for module, names in _EXPORTS.items() for name in names}
"""The module of each public name."""

__all__ = sorted(_LAZY_EXPORTS)
__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
