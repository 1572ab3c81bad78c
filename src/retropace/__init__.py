"""Tells how much of a recorded run was run forward and how much backward.

>>> import retropace
>>> activity = retropace.read("run.fit")                                        # doctest: +SKIP
>>> analysis = retropace.analyze(activity, [retropace.parse_mark("lap 3=backward")])  # doctest: +SKIP
>>> analysis.to_dict()["directions"]["backward"]["distance_m"]                  # doctest: +SKIP

The public names are imported when they are first used, so that importing the package is fast.
"""

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.analysis.inspection import Inspection, inspect_activity
    from retropace.analysis.labelling_io import read_labelling
    from retropace.analysis.metrics import Labelling, score
    from retropace.analysis.pipeline import Analysis, analyze
    from retropace.annotations import (
        Annotation,
        Label,
        parse_field,
        parse_label,
        parse_mark,
        parse_sentence,
        read_annotations,
        read_sidecar,
        read_zones,
    )
    from retropace.annotations import UnresolvedAnnotation as Marking
    from retropace.core.activity import Activity
    from retropace.core.errors import AnnotationError, OtherSportError, ReadError, RetropaceError
    from retropace.core.parameters import Settings
    from retropace.intervals import Intervals, intervals_document, intervals_of
    from retropace.labelling.athlete import Athlete
    from retropace.labelling.athlete import training_session as session_of
    from retropace.labelling.athlete_file import read_athlete, write_athlete
    from retropace.readers import read, read_all

_LAZY_EXPORTS = {
    "Activity": "core.activity",
    "Analysis": "analysis.pipeline",
    "Annotation": "annotations",
    "AnnotationError": "core.errors",
    "Athlete": "labelling.athlete",
    "Inspection": "analysis.inspection",
    "Intervals": "intervals",
    "Label": "annotations",
    "Labelling": "analysis.metrics",
    "Marking": "annotations:UnresolvedAnnotation",
    "OtherSportError": "core.errors",
    "ReadError": "core.errors",
    "RetropaceError": "core.errors",
    "Settings": "core.parameters",
    "analyze": "analysis.pipeline",
    "inspect_activity": "analysis.inspection",
    "intervals_document": "intervals",
    "intervals_of": "intervals",
    "parse_field": "annotations",
    "parse_label": "annotations",
    "parse_mark": "annotations",
    "parse_sentence": "annotations",
    "read": "readers",
    "read_all": "readers",
    "read_annotations": "annotations",
    "read_athlete": "labelling.athlete_file",
    "read_labelling": "analysis.labelling_io",
    "read_sidecar": "annotations",
    "read_zones": "annotations",
    "score": "analysis.metrics",
    "session_of": "labelling.athlete:training_session",
    "write_athlete": "labelling.athlete_file",
}
"""The module that defines each public name, relative to this package; see :func:`lazy_getattr`."""

__all__ = [
    "Activity",
    "Analysis",
    "Annotation",
    "AnnotationError",
    "Athlete",
    "Inspection",
    "Intervals",
    "Label",
    "Labelling",
    "Marking",
    "OtherSportError",
    "ReadError",
    "RetropaceError",
    "Settings",
    "analyze",
    "inspect_activity",
    "intervals_document",
    "intervals_of",
    "parse_field",
    "parse_label",
    "parse_mark",
    "parse_sentence",
    "read",
    "read_all",
    "read_annotations",
    "read_athlete",
    "read_labelling",
    "read_sidecar",
    "read_zones",
    "score",
    "session_of",
    "write_athlete",
]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
