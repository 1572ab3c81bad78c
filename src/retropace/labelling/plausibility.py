"""Rejection of annotations that cannot be true: backward stretches faster than the backward world bests."""

import numpy as np

from retropace.annotations import AnnotationTable
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding, warn
from retropace.core.units import format_duration
from retropace.core.world_records import MAX_SPEED_MPS, max_backward_speed_mps

DEVICE_SPEED_TOLERANCE = 0.05
"""Share by which recorded speed may exceed the backward world best; an annotation beyond that is rejected."""


def drop_impossible(
    cleaned: CleanedActivity, annotations: AnnotationTable
) -> tuple[AnnotationTable, tuple[Finding, ...]]:
    """Return the annotations without backward ones faster than the world bests, and a finding for each dropped."""
    start_s, end_s = annotations.spans.T
    moving_s, recorded_m = (
        cleaned.value_at(name, end_s) - cleaned.value_at(name, start_s) for name in ("moving_s", "distance_m")
    )
    distance_m = np.where(np.isnan(annotations.distance_m), recorded_m, annotations.distance_m)
    mean_mps = np.divide(distance_m, moving_s, out=np.zeros(len(moving_s)), where=moving_s > 0.0)
    speed_mps = np.where(np.isnan(annotations.speed_mps), mean_mps, annotations.speed_mps)
    best_mps = max_backward_speed_mps(moving_s)
    # A stated distance that is impossible in any direction is an error that applying distances reports.
    is_misstated = annotations.has_attributes & (speed_mps > MAX_SPEED_MPS)
    is_too_fast = speed_mps > best_mps * (1.0 + DEVICE_SPEED_TOLERANCE)
    is_impossible = (annotations.direction == "backward") & is_too_fast & ~is_misstated
    findings = []
    for row in np.flatnonzero(is_impossible).tolist():
        text = (
            f"{annotations.origin[row]}: {format_duration(start_s[row])} to {format_duration(end_s[row])} cannot have "
            f"been backward and is not taken so: {speed_mps[row]:.1f} m/s, where nobody has run backward faster than "
            f"{best_mps[row]:.1f} m/s for {format_duration(moving_s[row])}"
        )
        span_s = float(start_s[row]), float(end_s[row])
        findings.append(warn("impossible-backward", text, float(speed_mps[row]), "m/s", span_s=span_s))
    return annotations[~is_impossible], tuple(findings)
