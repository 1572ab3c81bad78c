"""Annotations carried from one recording of an activity to another, by the clock: FIT to GPX and back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from retropace.annotations.inputs.sidecar_editor import SidecarText
from retropace.annotations.model.annotation import PRESSED_SURE_S, Annotation
from retropace.core.cleaned_activity import Track
from retropace.core.errors import AnnotationError


def carried(annotations: Iterable[Annotation], source: Track, target: Track, onto: SidecarText) -> SidecarText:
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
        sure = one.sure_s <= PRESSED_SURE_S
        where = f"{_clock(source.start_time, start_s, sure)}-{_clock(source.start_time, end_s, sure)}"
        onto = onto.with_row(where, one.label, one.note, one.attributes)
    return onto


def _clock(start: datetime, seconds: float, sure: bool) -> str:
    moment = (start + timedelta(seconds=seconds)).astimezone(UTC)
    if sure:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment + timedelta(microseconds=500_000):%Y-%m-%dT%H:%M:%SZ}"


def empty(path: str | os.PathLike[str]) -> SidecarText:
    """A sidecar without rows."""
    return SidecarText((), os.fspath(path))
