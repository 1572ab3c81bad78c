"""What may be said of an activity: every origin has a type of its own."""

from __future__ import annotations

from retropace.annotations.annotation import Annotation, Marking
from retropace.annotations.field import DirectionField
from retropace.annotations.geojson import Zones
from retropace.annotations.plan import Plan

Given = Annotation | Marking | DirectionField | Zones | Plan
