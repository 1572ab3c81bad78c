"""Annotations carried from one recording of an activity to another, by the clock: FIT to GPX and back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from retropace.annotations.inputs.sidecar_editor import SidecarEditor
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError


def transfer_annotations(
    annotations: Iterable[Annotation], source: CleanedActivity, target: CleanedActivity, sidecar: SidecarEditor
) -> SidecarEditor:
    """A sidecar with one more row for each annotation, in time of day.

    Raises :class:`AnnotationError` if a recording has no clock, or the two do not overlap. What lies beyond the target
    is cut; edges that are sure get a fraction of a second, which says that they are to stay.
    """
    if source.start_time is None or target.start_time is None:
        raise AnnotationError("annotations are carried by the clock, but a recording has none")
    ahead_s = (target.start_time - source.start_time).total_seconds()
    found = list(annotations)
    inside = [one for one in found if one.end_s > ahead_s and one.start_s < ahead_s + target.elapsed_s]
    if not inside:
        raise AnnotationError(
            f"the recordings do not overlap there: one begins {source.start_time:%Y-%m-%d %H:%M:%SZ}, "
            f"the other {target.start_time:%Y-%m-%d %H:%M:%SZ}"
        )
    for one in inside:
        start_s, end_s = max(one.start_s, ahead_s), min(one.end_s, ahead_s + target.elapsed_s)
        sure = one.edge_tolerance_s <= BUTTON_TOLERANCE_S
        where = f"{_format_clock_time(source.start_time, start_s, sure)}-{_format_clock_time(source.start_time, end_s, sure)}"
        sidecar = sidecar.with_row(where, one.label, one.note, one.attributes)
    return sidecar


def _format_clock_time(start: datetime, seconds: float, is_exact: bool) -> str:
    moment = (start + timedelta(seconds=seconds)).astimezone(UTC)
    if is_exact:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment + timedelta(microseconds=500_000):%Y-%m-%dT%H:%M:%SZ}"


def empty_sidecar(path: str | os.PathLike[str]) -> SidecarEditor:
    """A sidecar without rows."""
    return SidecarEditor((), os.fspath(path))
