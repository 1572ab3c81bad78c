"""From change points and annotations to segments with a direction, a gait and the reason for both.

The runner's word leads: what they marked is ``annotated`` and cut where they say. What looks like it is ``suspected``.
Standing and pauses are ``measured``. Everything else is forward, ``assumed``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.annotations import Annotation
from retropace.figures import Figures, figures_of, gains_between
from retropace.gait import tell_gait
from retropace.likeness import likeness
from retropace.segments import Segments
from retropace.settings import LabelSettings
from retropace.spans import Column, Spans, as_spans, covered, union
from retropace.track import Track
from retropace.units import clock

BRIEF_S = 8.0
"""A segment shorter than this is too short to be told by its looks: recorded speed follows the body by 2–13 s."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Segments, the annotations as they came to lie, and what was moved, in words."""

    segments: Segments
    annotations: tuple[Annotation, ...]
    warnings: tuple[str, ...]


def label(
    track: Track, edges_s: Column, annotations: tuple[Annotation, ...], settings: LabelSettings | None = None
) -> Labelled:
    """Give each stretch between change points a direction.

    ``edges_s`` are the change points from 0 to the end of the activity, pauses and stands included; ``annotations``
    are disjoint and in order (:func:`retropace.annotations.place`).
    """
    settings = settings or LabelSettings()
    fixed = np.unique(np.concatenate([spans.ravel() for spans in (track.pauses, track.standing, track.unknown)]))
    fixed = np.union1d(fixed[(fixed > 0.0) & (fixed < track.elapsed_s)], [0.0, track.elapsed_s])
    placed = annotations if settings.exact else _snapped(annotations, edges_s, fixed, settings.snap_s)
    edges = _edges(edges_s, fixed, placed, settings, track)

    middle = (edges[1:] + edges[:-1]) / 2.0
    paused, still, blank = (covered(spans, middle) for spans in (track.pauses, track.standing, track.unknown))
    marked = _which(placed, middle)
    said = np.array([annotation.label.direction for annotation in placed] + [""])[marked]
    said_gait = np.array([annotation.label.gait for annotation in placed] + [""])[marked]
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
    moved = tuple(said for before, after in zip(annotations, placed, strict=True) for said in _moved(before, after))
    return Labelled(Segments(edges, direction, gait, basis, confidence), placed, moved)


def _moved(before: Annotation, after: Annotation) -> list[str]:
    names = (("start", before.start_s, after.start_s), ("end", before.end_s, after.end_s))
    return [
        f"{before.origin}: {name} moved from {clock(old)} to {clock(new)}, where pace and cadence change"
        for name, old, new in names
        if abs(new - old) >= 1.0
    ]


def _snapped(
    annotations: tuple[Annotation, ...], edges_s: Column, fixed_s: Column, snap_s: float
) -> tuple[Annotation, ...]:
    """The annotations with each edge at the nearest change point within what the edge is unsure of.

    The edges of pauses and stands (``fixed_s``) are sharper than other change points: they draw every edge within
    ``snap_s``. Neighbours that touch keep touching. An edge that would pass another one stays where it is.
    """
    asked = sorted(
        {(annotation.start_s, annotation.sure_s) for annotation in annotations}
        | {(annotation.end_s, annotation.sure_s) for annotation in annotations}
    )
    if not asked:
        return annotations
    reach: dict[float, float] = {}
    for edge, sure_s in asked:
        reach[edge] = min(reach.get(edge, np.inf), sure_s, snap_s)
    wanted = np.array(sorted(reach))
    near_s = np.array([reach[edge] for edge in wanted.tolist()])
    moved = _drawn(_drawn(wanted, edges_s, near_s), fixed_s, np.full(len(wanted), snap_s))
    # Where moving would swap or merge two edges, both stay.
    clash = np.flatnonzero(np.diff(moved) < 1.0)
    moved[clash], moved[clash + 1] = wanted[clash], wanted[clash + 1]
    if np.any(np.diff(moved) <= 0.0):
        moved = wanted
    to = dict(zip(wanted.tolist(), moved.tolist(), strict=True))
    return tuple(_at(annotation, to[annotation.start_s], to[annotation.end_s]) for annotation in annotations)


def _drawn(wanted: Column, edges_s: Column, near_s: Column) -> Column:
    """Each moment at the nearest edge where that is at most ``near_s`` away."""
    nearest = edges_s[np.abs(edges_s[None, :] - wanted[:, None]).argmin(axis=1)]
    return np.where(np.abs(nearest - wanted) <= near_s, nearest, wanted)


def _at(annotation: Annotation, start_s: float, end_s: float) -> Annotation:
    return Annotation(start_s, end_s, annotation.label, annotation.note, annotation.origin, annotation.sure_s)


def _edges(
    change_s: Column, fixed_s: Column, placed: tuple[Annotation, ...], settings: LabelSettings, track: Track
) -> Column:
    """The union of all edges, without the change points that an edge of the runner's stands for.

    Where a stand and a pause touch, they are one rest.
    """
    given = np.unique([edge for annotation in placed for edge in (annotation.start_s, annotation.end_s)])
    resting = union(np.concatenate((track.pauses, track.standing)))
    touching = np.setdiff1d(np.concatenate((track.pauses, track.standing)).ravel(), resting.ravel())
    fixed_s, change_s = np.setdiff1d(fixed_s, touching), np.setdiff1d(change_s, touching)
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
