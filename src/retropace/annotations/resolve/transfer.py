"""Transfer of annotations between two recordings of an activity by time of day, for example from FIT to GPX."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from retropace.annotations.inputs.sidecar_editor import SidecarEditor
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError


def transfer_annotations(
    annotations: Iterable[Annotation], source: CleanedActivity, target: CleanedActivity, sidecar: SidecarEditor
) -> SidecarEditor:
    """Return a sidecar with a row added for each annotation, in time of day, cut at the ends of the target recording.

    Raises :class:`AnnotationError` if a recording has no clock, or if the annotations do not overlap the target.
    """
    if source.start_time is None or target.start_time is None:
        raise AnnotationError("annotations are carried by the clock, but a recording has none")
    offset_s = (target.start_time - source.start_time).total_seconds()
    last_s = offset_s + target.elapsed_s
    inside = [item for item in annotations if item.end_s > offset_s and item.start_s < last_s]
    if not inside:
        raise AnnotationError(
            f"the recordings do not overlap there: one begins {source.start_time:%Y-%m-%d %H:%M:%SZ}, "
            f"the other {target.start_time:%Y-%m-%d %H:%M:%SZ}"
        )
    for annotation in inside:
        start_s, end_s = max(annotation.start_s, offset_s), min(annotation.end_s, last_s)
        is_exact = annotation.edge_tolerance_s <= BUTTON_TOLERANCE_S  # a fraction keeps edges from being moved
        start, end = (_format_clock_time(source.start_time, edge_s, is_exact) for edge_s in (start_s, end_s))
        sidecar = sidecar.with_row(f"{start}-{end}", annotation.label, annotation.note, annotation.attributes)
    return sidecar


def _format_clock_time(start: datetime, seconds: float, is_exact: bool) -> str:
    moment = (start + timedelta(seconds=seconds)).astimezone(UTC)
    if is_exact:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment + timedelta(microseconds=500_000):%Y-%m-%dT%H:%M:%SZ}"
