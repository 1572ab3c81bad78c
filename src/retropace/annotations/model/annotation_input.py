"""Type of all values by which a caller may annotate an activity: a union of several classes."""

from retropace.annotations.inputs.direction_field import DirectionField
from retropace.annotations.inputs.geojson import Zones
from retropace.annotations.model.annotation import Annotation, UnresolvedAnnotation
from retropace.annotations.model.plan import Plan

AnnotationInput = Annotation | UnresolvedAnnotation | DirectionField | Zones | Plan
"""Any value by which a caller may annotate an activity."""
