"""Files that say which direction was when: an analysis, a truth, or annotations, as labellings to compare."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from retropace.analysis.metrics import Labelling
from retropace.annotations import Annotation, UnresolvedAnnotation, resolve_annotations
from retropace.annotations.inputs.annotations_file import parse_annotations
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError, RetropaceError
from retropace.core.segments import DIRECTIONS
from retropace.core.units import parse_elapsed_s

MAX_BYTES = 200_000_000


def read_labelling(path: str | os.PathLike[str], recording: Activity | None = None) -> Labelling:
    """The labelling in a file, told by its content.

    It may be what ``analyze --format json`` prints for one session; a truth, ``{"spans": [{"start_s", "end_s",
    "direction"}], "distance_m": {direction: metres}}``; a sidecar or a label track. ``recording`` is the one that these
    two are about; without it they may hold elapsed times only. Raises :class:`RetropaceError` with the file's name.
    """
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise RetropaceError(f"is {size / 1e6:.0f} MB: labels of one session are smaller", path=path)
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as bad:
        raise RetropaceError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    except UnicodeDecodeError:
        raise RetropaceError(
            "is not text: give an analysis as JSON, a truth or annotations; a recording goes with --recording",
            path=path,
        ) from None
    if text.lstrip()[:1] in ("{", "["):
        return _parse_json_labelling(text, path)
    return _labelling_from_annotations(parse_annotations(text, path), path, recording)


def _parse_json_labelling(text: str, path: str | os.PathLike[str]) -> Labelling:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise RetropaceError(f"is no JSON: {bad}", path=path) from None
    if isinstance(document, list):
        if len(document) != 1:
            raise RetropaceError(f"holds {len(document)} analyses: give a file with one", path=path)
        document = document[0]
    if not isinstance(document, dict):
        raise RetropaceError("holds neither an analysis nor a truth", path=path)
    analysed = "segments" in document
    rows = document.get("segments" if analysed else "spans")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RetropaceError('holds neither "segments" (an analysis) nor "spans" (a truth)', path=path)
    try:
        start, end = (np.array([float(row[name]) for row in rows]) for name in ("start_s", "end_s"))
        direction = np.array([str(row["direction"]) for row in rows], dtype=np.str_)
        confidence = np.array([_float_or_nan(row.get("confidence")) for row in rows]) if analysed else np.empty(0)
        way = np.array([_float_or_nan(row.get("distance_m")) for row in rows]) if analysed else np.empty(0)
        totals = _parse_totals(document, analysed)
    except (KeyError, TypeError, ValueError, AttributeError) as bad:
        raise RetropaceError(f"has a span that lacks something ({type(bad).__name__}: {bad})", path=path) from None
    _check_spans(start, end, direction, path)
    known = bool(np.all(np.isfinite(way)))
    return Labelling(start, end, direction, confidence, totals, way if known else np.empty(0))


def _parse_totals(document: dict[str, Any], is_analysis: bool) -> dict[str, float]:
    if is_analysis:
        totals = {
            name: _float_or_nan(one.get("distance_m")) for name, one in (document.get("directions") or {}).items()
        }
    else:
        totals = {name: _float_or_nan(metres) for name, metres in (document.get("distance_m") or {}).items()}
    return {name: metres for name, metres in totals.items() if math.isfinite(metres)}


def _float_or_nan(value: Any) -> float:
    return float(value) if value is not None else math.nan


def _check_spans(start: np.ndarray, end: np.ndarray, direction: np.ndarray, path: str | os.PathLike[str]) -> None:
    if len(start) == 0:
        raise RetropaceError("holds no spans", path=path)
    strange = sorted(set(direction.tolist()) - set(DIRECTIONS))
    if strange:
        raise RetropaceError(f"has the direction {strange[0]!r}: it is one of {', '.join(DIRECTIONS)}", path=path)
    if not np.all(np.isfinite(start) & np.isfinite(end)) or np.any(end <= start) or np.any(start[1:] < end[:-1] - 1e-6):
        raise RetropaceError("has spans that are empty, overlap, or are not in order", path=path)


def _labelling_from_annotations(
    annotations: list[UnresolvedAnnotation], path: str | os.PathLike[str], recording: Activity | None
) -> Labelling:
    if not annotations:
        raise RetropaceError("holds no annotations", path=path)
    if recording is None:
        placed = sorted((_resolve_elapsed(marking) for marking in annotations), key=lambda one: one.start_s)
        track = None
    else:
        track = clean_activity(recording)
        placed = list(resolve_annotations(annotations, track)[0])
    start, end = (np.array([getattr(one, name) for one in placed]) for name in ("start_s", "end_s"))
    direction = np.array([one.label.direction for one in placed], dtype=np.str_)
    _check_spans(start, end, direction, path)
    return Labelling(start, end, direction, distance_m=_span_distances(track, start, end))


def _span_distances(cleaned: CleanedActivity | None, start_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
    """The metres of each span on a recording's own curve; empty without one."""
    if cleaned is None:
        return np.empty(0)
    return np.asarray(cleaned.value_at("distance_m", end_s) - cleaned.value_at("distance_m", start_s))


def _resolve_elapsed(annotation: UnresolvedAnnotation) -> Annotation:
    """An annotation between two elapsed times, which mean the same in every recording."""
    parts = annotation.where.split("-")
    edges = [parse_elapsed_s(part) for part in parts]
    if len(edges) != 2 or edges[0] is None or edges[1] is None:
        raise AnnotationError(
            f"{annotation.where!r} needs the recording: give it with --recording, or say it in elapsed time",
            path=annotation.origin.path or None,
            where=None if annotation.origin.line is None else str(annotation.origin.line),
        )
    return Annotation(edges[0], edges[1], annotation.label, annotation.note, annotation.origin)
