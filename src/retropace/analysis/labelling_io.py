"""Reader of labellings (spans with directions) to compare: analyses, reference files and annotation files."""

import json
import math
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from retropace.analysis.metrics import Labelling
from retropace.annotations import Annotation, AnnotationTable, UnresolvedAnnotation
from retropace.annotations.inputs.sidecar import parse_annotations
from retropace.annotations.resolve.locate import build_error_at_origin, resolve_annotations
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.segments import DIRECTIONS
from retropace.core.units import parse_elapsed_s

MAX_BYTES = 200_000_000
"""Largest size (bytes) of a file; a larger one is refused."""


def read_labelling(path: str | os.PathLike[str], recording: Activity | None = None) -> Labelling:
    """Return the labelling in a file; raises :class:`RetropaceError` with the file's name.

    It is an analysis as JSON; or a reference, ``{"spans": [{"start_s", "end_s", "direction"}], "distance_m":
    {direction: metres}}``; or a sidecar or Audacity track, whose places are looked up in ``recording``.
    """
    return read_labellings([path], recording)[0]


def read_labellings(paths: Sequence[str | os.PathLike[str]], recording: Activity | None = None) -> list[Labelling]:
    """Read several labellings of one recording, which is cleaned at most once; see :func:`read_labelling`."""
    clean = None if recording is None else cache(partial(clean_activity, recording))
    return [_read_labelling(path, clean) for path in paths]


def _read_labelling(path: str | os.PathLike[str], clean: Callable[[], CleanedActivity] | None) -> Labelling:
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise RetropaceError(f"is {size / 1e6:.0f} MB: labels of one session are smaller", path=path)
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be read", error, path) from None
    except UnicodeDecodeError:
        message = "is not text: give an analysis as JSON, a truth or annotations; a recording goes with --recording"
        raise RetropaceError(message, path=path) from None
    if text.lstrip()[:1] in ("{", "["):
        return _parse_json_labelling(text, path)
    return _labelling_from_annotations(parse_annotations(text, path), path, clean)


def _parse_json_labelling(text: str, path: str | os.PathLike[str]) -> Labelling:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RetropaceError(f"is no JSON: {error}", path=path) from None
    if isinstance(document, list) and len(document) != 1:
        raise RetropaceError(f"holds {len(document)} analyses: give a file with one", path=path)
    document = document[0] if isinstance(document, list) else document
    if not isinstance(document, dict):
        raise RetropaceError("holds neither an analysis nor a truth", path=path)
    is_analysis = "segments" in document
    rows = document.get("segments" if is_analysis else "spans")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RetropaceError('holds neither "segments" (an analysis) nor "spans" (a truth)', path=path)
    try:
        start_s, end_s = (np.array([float(row[name]) for row in rows]) for name in ("start_s", "end_s"))
        direction = np.array([str(row["direction"]) for row in rows], dtype=np.str_)
        confidence, distance_m = (
            np.array([_float_or_nan(row.get(name)) for row in rows if is_analysis])
            for name in ("confidence", "distance_m")
        )
        stated = document.get("directions" if is_analysis else "distance_m") or {}
        stated_m = {
            name: _float_or_nan(value.get("distance_m") if is_analysis else value) for name, value in stated.items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RetropaceError(f"has a span that lacks something ({type(error).__name__}: {error})", path=path) from None
    _check_spans(start_s, end_s, direction, path)
    totals_m = {name: metres for name, metres in stated_m.items() if math.isfinite(metres)}
    is_known = bool(np.all(np.isfinite(distance_m)))
    return Labelling(start_s, end_s, direction, confidence, totals_m, distance_m if is_known else np.empty(0))


def _float_or_nan(value: Any) -> float:
    return float(value) if value is not None else math.nan


def _check_spans(start_s: np.ndarray, end_s: np.ndarray, direction: np.ndarray, path: str | os.PathLike[str]) -> None:
    """Raise :class:`RetropaceError` unless the spans are non-empty, sorted and disjoint and have valid directions."""
    if len(start_s) == 0:
        raise RetropaceError("holds no spans", path=path)
    invalid = sorted(set(direction.tolist()) - set(DIRECTIONS))
    if invalid:
        raise RetropaceError(f"has the direction {invalid[0]!r}: it is one of {', '.join(DIRECTIONS)}", path=path)
    is_finite = np.all(np.isfinite(start_s) & np.isfinite(end_s))
    if not is_finite or np.any(end_s <= start_s) or np.any(start_s[1:] < end_s[:-1] - 1e-6):
        raise RetropaceError("has spans that are empty, overlap, or are not in order", path=path)


def _labelling_from_annotations(
    unresolved: list[UnresolvedAnnotation], path: str | os.PathLike[str], clean: Callable[[], CleanedActivity] | None
) -> Labelling:
    """Return the labelling that annotations give; without ``clean``, all of them must be given by elapsed times."""
    if not unresolved:
        raise RetropaceError("holds no annotations", path=path)
    if clean is None:
        elapsed = sorted(map(_resolve_elapsed, unresolved), key=lambda annotation: annotation.start_s)
        annotations, distance_m = AnnotationTable.from_annotations(elapsed), np.empty(0)
    else:
        annotations, _ = resolve_annotations(unresolved, clean())
        distance_m = np.diff(clean().value_at("distance_m", annotations.spans)).ravel()
    (start_s, end_s), direction = annotations.spans.T, annotations.direction
    _check_spans(start_s, end_s, direction, path)
    return Labelling(start_s, end_s, direction, distance_m=distance_m)


def _resolve_elapsed(annotation: UnresolvedAnnotation) -> Annotation:
    """Resolve an annotation without a recording; raises an error unless it is given by two elapsed times."""
    edges_s = [parse_elapsed_s(part) for part in annotation.where.split("-")]
    if len(edges_s) != 2 or edges_s[0] is None or edges_s[1] is None:
        message = f"{annotation.where!r} needs the recording: give it with --recording, or say it in elapsed time"
        raise build_error_at_origin(annotation, message)
    return Annotation(edges_s[0], edges_s[1], annotation.label, annotation.note, annotation.origin)
