"""Annotations that say what nobody can do: backward, faster than the fastest anybody was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.units import format_duration
from retropace.core.world_records import MAX_SPEED_MPS, max_backward_speed_mps

if TYPE_CHECKING:
    from retropace.annotations import Annotation

DEVICE_SPEED_TOLERANCE = 0.05
"""A watch may show so much more than was run before a stretch counts as impossible."""


def drop_impossible(
    cleaned: CleanedActivity, annotations: tuple[Annotation, ...]
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The annotations without backward stretches faster than the world's best, and what was refused, in words.

    Speed is distance over moving time: the distance that the runner gave, else the watch's.
    """
    kept: list[Annotation] = []
    refused: list[str] = []
    for one in annotations:
        edges = np.array([one.start_s, one.end_s])
        moving_s = float(cleaned.increments("moving_s", edges)[0])
        given_m = one.attributes.distance_m
        metres = given_m if given_m is not None else float(cleaned.increments("distance_m", edges)[0])
        speed = one.attributes.speed_mps or (metres / moving_s if moving_s > 0.0 else 0.0)
        best = float(max_backward_speed_mps(np.array(moving_s)))
        # A distance that nobody covers in any direction is a slip of the pen, which correcting refuses.
        slip = bool(one.attributes) and speed > MAX_SPEED_MPS
        if one.label.direction != "backward" or slip or speed <= best * (1.0 + DEVICE_SPEED_TOLERANCE):
            kept.append(one)
            continue
        refused.append(
            f"{one.origin}: {format_duration(one.start_s)} to {format_duration(one.end_s)} cannot have been backward and is not taken so: "
            f"{speed:.1f} m/s, where nobody has run backward faster than {best:.1f} m/s for {format_duration(moving_s)}"
        )
    return tuple(kept), tuple(refused)
