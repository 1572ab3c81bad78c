"""Replacement of recorded distance by what annotations state, as watches are wrong on treadmills and tracks."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from retropace.annotations import Annotation, AnnotationTable
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, note
from retropace.core.spans import cumulate, midpoints
from retropace.core.units import format_duration
from retropace.core.world_records import MAX_SPEED_MPS


def apply_distance_overrides(
    cleaned: CleanedActivity, annotations: AnnotationTable
) -> tuple[CleanedActivity, tuple[Finding, ...]]:
    """Return the activity with annotated distances, and findings; impossible ones raise :class:`AnnotationError`."""
    changes = []
    for annotation in annotations[annotations.has_attributes]:
        cleaned, change = _apply_distance_override(cleaned, annotation)
        changes.append(change)
    return cleaned, tuple(changes)


def _apply_distance_override(cleaned: CleanedActivity, annotation: Annotation) -> tuple[CleanedActivity, Finding]:
    cleaned = cleaned.with_times(np.array([annotation.start_s, annotation.end_s]))
    midpoints_s = midpoints(cleaned.t_s)
    is_within = (midpoints_s >= annotation.start_s) & (midpoints_s < annotation.end_s)
    increments = {name: np.diff(curve) for name, curve in cleaned.curves.items()}
    moving = np.where(is_within, increments["moving_s"], 0.0)
    moving_s, recorded_m = float(moving.sum()), float(increments["distance_m"][is_within].sum())
    stated_m = annotation.attributes.distance_m
    if stated_m is None:
        stated_m = (annotation.attributes.speed_mps or 0.0) * moving_s
    span = f"{stated_m:.0f} m from {format_duration(annotation.start_s)} to {format_duration(annotation.end_s)}"
    if not moving_s > 0.0 or stated_m / moving_s > MAX_SPEED_MPS:
        raise AnnotationError(
            f"{annotation.origin}: {span} ({format_duration(moving_s)} of it moving) is faster than anybody runs"
        )
    is_scaled = annotation.attributes.speed_mps is None and recorded_m > 0.0
    share = increments["distance_m"] / recorded_m if is_scaled else moving / moving_s
    distance_m = np.where(is_within, stated_m * share, increments["distance_m"])
    has_steps = is_within & (increments["step_time_s"] > 0.0)
    increments["step_distance_m"] = np.where(has_steps, distance_m, increments["step_distance_m"])
    increments["distance_m"] = distance_m
    curves = {name: cumulate(steps) for name, steps in increments.items()}
    is_inside = (cleaned.t_s >= annotation.start_s) & (cleaned.t_s <= annotation.end_s)
    constant_mps = np.full(len(cleaned.t_s), stated_m / moving_s)
    speed_mps = cleaned.speed_mps * (stated_m / recorded_m) if is_scaled else constant_mps
    overridden = replace(
        cleaned,
        curves=MappingProxyType(curves),
        speed_mps=np.where(
            is_inside & (np.isfinite(cleaned.speed_mps) | (not is_scaled)), speed_mps, cleaned.speed_mps
        ),
        distance_source="annotations" if cleaned.distance_source == "none" else cleaned.distance_source,
    )
    device = f"the watch counted {recorded_m:.0f} m" if recorded_m > 0.0 else "the watch counted nothing"
    text = f"{annotation.origin}: {span} as given; {device}"
    return overridden, note("distance-given", text, stated_m - recorded_m, "m", span_s=annotation.span)
