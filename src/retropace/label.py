"""From change points and annotations to segments with a direction, a gait and the reason for both.

The runner's word leads: what they marked is ``annotated`` and cut where they say. What looks like it is ``suspected``.
Standing and pauses are ``measured``. Everything else is forward, ``assumed``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.annotations import Annotation
from retropace.figures import Figures, figures_of, gains_between
from retropace.gait import tell_gait
from retropace.likeness import likeness
from retropace.segments import Segments
from retropace.settings import LabelSettings
from retropace.spans import Column, Spans, as_spans, covered, union, without
from retropace.track import Track

BRIEF_S = 8.0
"""A segment shorter than this is too short to be told by its looks: recorded speed follows the body by 2–13 s."""


def label(
    track: Track, edges_s: Column, annotations: tuple[Annotation, ...], settings: LabelSettings | None = None
) -> Segments:
    """Give each stretch between change points a direction.

    ``edges_s`` are the change points from 0 to the end of the activity, pauses and stands included; ``annotations``
    are disjoint and in order (:func:`retropace.annotations.place`).
    """
    settings = settings or LabelSettings()
    standing = _fitted(track, annotations, settings.snap_s)
    fixed = np.unique(np.concatenate([spans.ravel() for spans in (track.pauses, standing, track.unknown)]))
    fixed = np.union1d(fixed[(fixed > 0.0) & (fixed < track.elapsed_s)], [0.0, track.elapsed_s])
    edges = _edges(edges_s, fixed, annotations, settings, union(np.concatenate((track.pauses, standing))))

    middle = (edges[1:] + edges[:-1]) / 2.0
    paused, still, blank = (covered(spans, middle) for spans in (track.pauses, standing, track.unknown))
    marked = _which(annotations, middle)
    said = np.array([annotation.label.direction for annotation in annotations] + [""])[marked]
    said_gait = np.array([annotation.label.gait for annotation in annotations] + [""])[marked]
    halted = paused | (still & (said != "unknown"))
    said = np.where(halted, "", said)

    looks = figures_of(gains_between(track, edges), track)
    direction = np.where(said != "", said, np.where(halted, "rest", np.where(blank, "unknown", "forward")))
    basis = np.where(said != "", "annotated", np.where(halted | blank, "measured", "assumed"))
    gait = np.where(said_gait != "", said_gait, tell_gait(looks.speed_mps, looks.cadence_spm))
    gait = np.where(direction == "rest", "stand", np.where(direction == "unknown", "", gait))
    confidence = np.where(basis == "assumed", np.nan, np.where(direction == "unknown", np.nan, 1.0))

    open_ = (basis == "assumed") & (np.diff(edges) >= BRIEF_S)
    shown = (basis == "annotated") & (direction == "backward")
    if np.any(shown) and np.any(open_):
        others = (basis == "annotated") & (direction == "forward")
        alike = _alike(_features(looks), gait, shown, others, looks.moving_s)
        judged = open_ & np.isfinite(alike)
        suspected = judged & (alike >= settings.threshold)
        direction = np.where(suspected, "backward", direction)
        basis = np.where(suspected, "suspected", basis)
        confidence = np.where(suspected, alike, np.where(judged, 1.0 - alike, confidence))
    return Segments(edges, direction, gait, basis, confidence)


def _fitted(track: Track, annotations: tuple[Annotation, ...], near_s: float) -> Spans:
    """When the runner stood, with edges near one of the runner's own moved to it.

    When somebody came to a stop cannot be told to the second; if they say so, they know better. Pauses are exact.
    """
    standing = track.standing
    given = np.unique([edge for annotation in annotations for edge in (annotation.start_s, annotation.end_s)])
    if len(given) == 0 or len(standing) == 0:
        return standing
    nearest = given[np.abs(given[None, :] - standing.reshape(-1, 1)).argmin(axis=1)].reshape(-1, 2)
    free = (np.abs(nearest - standing) <= near_s) & ~np.isin(standing, track.pauses)
    return without(union(np.where(free, nearest, standing)), track.pauses)


def _edges(
    change_s: Column, fixed_s: Column, placed: tuple[Annotation, ...], settings: LabelSettings, resting: Spans
) -> Column:
    """The union of all edges, without the change points that an edge of the runner's stands for.

    Where a stand and a pause touch, they are one rest. What changes within a rest is none of its edges.
    """
    given = np.unique([edge for annotation in placed for edge in (annotation.start_s, annotation.end_s)])
    inner = (resting[:, 0, None] < change_s) & (change_s < resting[:, 1, None])
    change_s = change_s[~np.any(inner, axis=0)]
    within = (resting[:, 0, None] < fixed_s) & (fixed_s < resting[:, 1, None])
    fixed_s = fixed_s[~np.any(within, axis=0)]
    if len(given) == 0:
        return np.union1d(change_s, fixed_s)
    near = np.abs(change_s[:, None] - given[None, :]).min(axis=1) <= settings.snap_s
    free = change_s[~near | np.isin(change_s, fixed_s)]
    return np.union1d(np.union1d(free, fixed_s), given)


def _which(annotations: tuple[Annotation, ...], at_s: Column) -> NDArray[np.intp]:
    """The index of the annotation that holds each moment; one past the last where none does."""
    spans: Spans = as_spans([(annotation.start_s, annotation.end_s) for annotation in annotations])
    before = np.searchsorted(spans[:, 0], at_s, side="right") - 1
    return np.where(covered(spans, at_s), before, len(spans))


def _features(looks: Figures) -> Column:
    """What likeness compares, ``(n, 4)``: log speed, log cadence, log step length, heart rate."""
    columns = (looks.speed_mps, looks.cadence_spm, looks.step_length_m)
    return np.column_stack([*(np.log(column) for column in columns), looks.heart_rate_bpm])


def _alike(
    features: Column, gait: NDArray[np.str_], shown: NDArray[np.bool_], others: NDArray[np.bool_], weight_s: Column
) -> Column:
    """Likeness to the marked stretches of the same gait; nothing is like a gait that was never marked."""
    alike = np.zeros(len(gait))
    for kind in np.unique(gait[shown]):
        same = gait == kind
        alike[same] = likeness(features, shown & same, others & same, weight_s)[same]
    return alike
