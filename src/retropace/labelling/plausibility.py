"""Rejection of annotations that cannot be true: backward stretches faster than the backward world bests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.units import format_duration
from retropace.core.world_records import MAX_SPEED_MPS, max_backward_speed_mps

if TYPE_CHECKING:
    from retropace.annotations import Annotation

DEVICE_SPEED_TOLERANCE = 0.05
"""Share by which recorded speed may exceed the backward world best; an annotation beyond that is rejected."""


def drop_impossible(
    cleaned: CleanedActivity, annotations: tuple[Annotation, ...]
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """Return the annotations without backward ones faster than the world bests, and a warning for each dropped.

    The speed of a stretch is its distance over its moving time. The distance is that of the annotation, if it states
    one, else that of the recording.
    """
    possible: list[Annotation] = []
    warnings: list[str] = []
    for annotation in annotations:
        moving_s = cleaned.gain("moving_s", annotation.start_s, annotation.end_s)
        distance_m = annotation.attributes.distance_m
        if distance_m is None:
            distance_m = cleaned.gain("distance_m", annotation.start_s, annotation.end_s)
        speed_mps = annotation.attributes.speed_mps or (distance_m / moving_s if moving_s > 0.0 else 0.0)
        best_mps = float(max_backward_speed_mps(np.array(moving_s)))
        # A stated distance that is impossible in any direction is an error that applying distances reports.
        is_misstated = bool(annotation.attributes) and speed_mps > MAX_SPEED_MPS
        is_possible = speed_mps <= best_mps * (1.0 + DEVICE_SPEED_TOLERANCE)
        if annotation.label.direction != "backward" or is_misstated or is_possible:
            possible.append(annotation)
            continue
        span = f"{format_duration(annotation.start_s)} to {format_duration(annotation.end_s)}"
        warnings.append(
            f"{annotation.origin}: {span} cannot have been backward and is not taken so: {speed_mps:.1f} m/s, where "
            f"nobody has run backward faster than {best_mps:.1f} m/s for {format_duration(moving_s)}"
        )
    return tuple(possible), tuple(warnings)
