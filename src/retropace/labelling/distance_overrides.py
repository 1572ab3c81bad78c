"""Distance and pace of a stretch as its runner gives them, where the watch's own are wrong: treadmills and tracks."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity, RefinedAxis
from retropace.core.errors import AnnotationError
from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.core.world_records import MAX_SPEED_MPS

if TYPE_CHECKING:
    from retropace.annotations import Annotation


def apply_distance_overrides(
    cleaned: CleanedActivity, annotations: tuple[Annotation, ...]
) -> tuple[CleanedActivity, tuple[str, ...]]:
    """The track with the distance of every stretch that has one given, and what was changed, in words.

    Where the watch counted distance its course within the stretch is kept, scaled; a given speed holds while the
    runner moved. What follows is moved along, so that the parts still add up. Raises :class:`AnnotationError` for
    a distance that nobody covers in that time.
    """
    said: list[str] = []
    for one in annotations:
        if one.attributes:
            cleaned, word = _apply_distance_override(cleaned, one)
            said.append(word)
    return cleaned, tuple(said)


def _apply_distance_override(cleaned: CleanedActivity, annotation: Annotation) -> tuple[CleanedActivity, str]:
    cleaned = _insert_times(cleaned, np.array([annotation.start_s, annotation.end_s]))
    middle = (cleaned.t_s[1:] + cleaned.t_s[:-1]) / 2.0
    within = (middle >= annotation.start_s) & (middle < annotation.end_s)
    gains = {name: np.diff(curve) for name, curve in cleaned.curves.items()}
    moving = np.where(within, gains["moving_s"], 0.0)
    moving_s, counted_m = float(moving.sum()), float(gains["distance_m"][within].sum())
    metres = annotation.attributes.distance_m
    if metres is None:
        metres = (annotation.attributes.speed_mps or 0.0) * moving_s
    if not moving_s > 0.0 or metres / moving_s > MAX_SPEED_MPS:
        raise AnnotationError(
            f"{annotation.origin}: {metres:.0f} m from {format_duration(annotation.start_s)} to {format_duration(annotation.end_s)} "
            f"({format_duration(moving_s)} of it moving) is faster than anybody runs"
        )
    keeps_course = annotation.attributes.speed_mps is None and counted_m > 0.0
    share = gains["distance_m"] / counted_m if keeps_course else moving / moving_s
    given = np.where(within, metres * share, gains["distance_m"])
    gains["step_distance_m"] = np.where(within & (gains["step_time_s"] > 0.0), given, gains["step_distance_m"])
    gains["distance_m"] = given
    curves = {name: np.concatenate(([0.0], np.cumsum(gain))) for name, gain in gains.items()}
    inside = (cleaned.t_s >= annotation.start_s) & (cleaned.t_s <= annotation.end_s)
    speed = cleaned.speed_mps * (metres / counted_m) if keeps_course else np.full(len(cleaned.t_s), metres / moving_s)
    corrected = replace(
        cleaned,
        curves=MappingProxyType(curves),
        speed_mps=np.where(inside & (np.isfinite(cleaned.speed_mps) | ~keeps_course), speed, cleaned.speed_mps),
        distance_source="annotations" if cleaned.distance_source == "none" else cleaned.distance_source,
    )
    watch = f"the watch counted {counted_m:.0f} m" if counted_m > 0.0 else "the watch counted nothing"
    return (
        corrected,
        f"{annotation.origin}: {metres:.0f} m from {format_duration(annotation.start_s)} to {format_duration(annotation.end_s)} as given; {watch}",
    )


def _insert_times(cleaned: CleanedActivity, times_s: FloatArray) -> CleanedActivity:
    """The same track with these moments on its axis, so that its curves can bend there."""
    finer = RefinedAxis.with_times(cleaned.t_s, times_s)
    if len(finer.inserted_index) == 0:
        return cleaned
    return replace(
        cleaned,
        t_s=finer.refined_t_s,
        speed_mps=finer.interpolate(cleaned.speed_mps),
        cadence_spm=finer.interpolate(cleaned.cadence_spm),
        heart_rate_bpm=finer.interpolate(cleaned.heart_rate_bpm),
        step_length_m=finer.interpolate(cleaned.step_length_m),
        raw_device_speed_mps=finer.scatter(cleaned.raw_device_speed_mps),
        altitude_m=finer.interpolate(cleaned.altitude_m),
        lat_deg=finer.interpolate(cleaned.lat_deg),
        lon_deg=finer.interpolate(cleaned.lon_deg),
        curves=MappingProxyType({name: finer.interpolate(curve) for name, curve in cleaned.curves.items()}),
        extra=MappingProxyType({name: finer.scatter(column) for name, column in cleaned.extra.items()}),
    )
