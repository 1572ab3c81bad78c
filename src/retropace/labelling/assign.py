"""From change points and annotations to segments with a direction, a gait and the reason for both.

The runner's word leads: what they marked is ``annotated`` and cut where they say. What looks like backward running is
``suspected``. Standing and pauses are ``measured``. Everything else is forward, ``assumed``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import Track
from retropace.core.gait import tell_gait
from retropace.core.parameters import LabelSettings
from retropace.core.segment_stats import figures_of, gains_between
from retropace.core.segments import Segments, Words
from retropace.core.spans import Column, Spans, as_spans, covered, union, without
from retropace.labelling.direction_model import Runner, chances
from retropace.labelling.features import Looks, looks_of
from retropace.labelling.priors import Asked

if TYPE_CHECKING:
    from retropace.annotations import Annotation

SLOWEST_BACKWARD_RUN_MPS, ABOUT = 1.3, 0.85
"""Slower than 1.3 m/s people walk backward: 0.55 of an easy 2.4. What is 0.85 as fast as a backward run is about as
fast."""
APART_S = 10.0
"""A change point this near to where the direction changes is that change."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What is known of the stretches between edges before anything is suspected; ``(n,)`` columns."""

    edges_s: Column
    said: Words
    """The marked direction, or empty."""
    said_gait: Words
    halted: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    """Nothing was recorded that could tell."""

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Where nobody and nothing says what it was."""
        open_: NDArray[np.bool_] = (self.said == "") & ~self.halted & ~self.blank
        return open_


def label(
    track: Track,
    edges_s: Column,
    fine_s: Column,
    annotations: tuple[Annotation, ...],
    settings: LabelSettings | None = None,
    runner: Runner | None = None,
) -> Segments:
    """Give each stretch between change points a direction.

    ``edges_s`` are the change points from 0 to the end of the activity, pauses and stands included, and ``fine_s``
    those of a finer cut: where the direction changes there, that cuts too. ``annotations`` are disjoint and in order
    (:func:`retropace.annotations.place`). ``runner`` is what is known of them from other sessions.
    """
    settings = settings or LabelSettings()
    standing = _fitted(track, annotations, settings.snap_s)
    resting = union(np.concatenate((track.pauses, standing)))
    fixed = np.unique(np.concatenate([spans.ravel() for spans in (track.pauses, standing, track.unknown)]))
    fixed = np.union1d(fixed[(fixed > 0.0) & (fixed < track.elapsed_s)], [0.0, track.elapsed_s])
    # What was marked is looked at as a whole: one example, whatever was a little faster within it.
    marked = as_spans([(one.start_s, one.end_s) for one in annotations])
    fine_edges = _edges(fine_s[~covered(marked, fine_s)], fixed, annotations, settings, resting)
    pieces = _pieces(track, standing, annotations, fine_edges)
    chance = _chances(track, pieces, settings, runner)

    # Keep the fine cuts at which what is said of the stretches differs.
    backward = pieces.is_open & (chance >= settings.threshold)
    look = pieces.is_open & ~backward & (chance >= settings.worth_a_look)
    kind = backward.astype(np.intp) + 2 * look
    middle = (fine_edges[1:] + fine_edges[:-1]) / 2.0
    turns = fine_edges[1:-1][kind[1:] != kind[:-1]]
    coarse = _edges(edges_s, fixed, annotations, settings, resting)
    given = _given(annotations)
    if len(turns):
        near = np.abs(coarse[:, None] - turns[None, :]).min(axis=1) < APART_S
        coarse = coarse[~near | np.isin(coarse, fixed) | np.isin(coarse, given)]
    edges = np.union1d(coarse, turns)

    pieces = _pieces(track, standing, annotations, edges)
    count = len(edges) - 1
    owner = np.clip(np.searchsorted(edges, middle, side="right") - 1, 0, count - 1)
    weight = np.diff(fine_edges)
    whole = np.maximum(np.bincount(owner, weight, count), 1e-9)
    mean, share = (np.bincount(owner, weight * column, count) / whole for column in (chance, backward))
    suspected = pieces.is_open & (share > 0.5)
    looks = figures_of(gains_between(track, edges), track)
    said, halted, blank = pieces.said, pieces.halted, pieces.blank
    direction = np.where(said != "", said, np.where(halted, "rest", np.where(blank, "unknown", "forward")))
    direction = np.where(suspected, "backward", direction)
    basis = np.where(said != "", "annotated", np.where(halted | blank, "measured", "assumed"))
    basis = np.where(suspected, "suspected", basis)
    gait = np.where(pieces.said_gait != "", pieces.said_gait, tell_gait(looks.speed_mps, looks.cadence_spm))
    gait = np.where(direction == "rest", "stand", np.where(direction == "unknown", "", gait))
    confidence = np.where(suspected, mean, np.where(pieces.is_open, 1.0 - mean, 1.0))
    confidence = np.where(direction == "unknown", np.nan, confidence)
    return Segments(edges, direction, gait, basis, confidence)


def _pieces(track: Track, standing: Spans, annotations: tuple[Annotation, ...], edges: Column) -> _Pieces:
    middle = (edges[1:] + edges[:-1]) / 2.0
    paused, still, blank = (covered(spans, middle) for spans in (track.pauses, standing, track.unknown))
    marked = _which(annotations, middle)
    said = np.array([annotation.label.direction for annotation in annotations] + [""])[marked]
    said_gait = np.array([annotation.label.gait for annotation in annotations] + [""])[marked]
    halted = paused | (still & (said != "unknown"))
    return _Pieces(edges, np.where(halted, "", said), said_gait, halted, blank)


def _chances(track: Track, pieces: _Pieces, settings: LabelSettings, runner: Runner | None) -> Column:
    """The probability that each piece was run backward; 0 where nobody moved."""
    looks = looks_of(track, pieces.edges_s[:-1], pieces.edges_s[1:])
    still = pieces.halted | pieces.blank | np.isin(pieces.said, ("rest", "unknown"))
    gait = np.where(pieces.said_gait != "", pieces.said_gait, _by_the_marked(looks, pieces.said == "backward"))
    looks = replace(looks, gait=np.where(still, "", gait))
    said = np.where(pieces.said == "backward", 1, np.where(pieces.said == "forward", 0, -1))
    asked = Asked(looks, pieces.edges_s[:-1], pieces.edges_s[1:], np.where(still, -1, said))
    chance = chances(asked, runner, frozenset(settings.without))
    return np.where(still, 0.0, chance)


def _by_the_marked(looks: Looks, marked: NDArray[np.bool_]) -> Words:
    """The gaits, running for what holds no cadence and is about as fast as backward running that was marked.

    Without cadence gait is told by speed, and backward runners are as slow as walkers.
    """
    blind, speed = np.isnan(looks.log_cadence), np.exp(looks.log_speed)
    shown = speed[marked & blind & (speed >= SLOWEST_BACKWARD_RUN_MPS)]
    if len(shown) == 0:
        return looks.gait
    return np.where(blind & (speed >= ABOUT * np.min(shown)), "run", looks.gait)


def _fitted(track: Track, annotations: tuple[Annotation, ...], near_s: float) -> Spans:
    """When the runner stood, with edges near one of the runner's own moved to it.

    When somebody came to a stop cannot be told to the second; if they say so, they know better. Pauses are exact.
    """
    standing = track.standing
    given = _given(annotations)
    if len(given) == 0 or len(standing) == 0:
        return standing
    nearest = given[np.abs(given[None, :] - standing.reshape(-1, 1)).argmin(axis=1)].reshape(-1, 2)
    free = (np.abs(nearest - standing) <= near_s) & ~np.isin(standing, track.pauses)
    return without(union(np.where(free, nearest, standing)), track.pauses)


def _given(annotations: tuple[Annotation, ...]) -> Column:
    """The runner's own edges, in order."""
    return np.unique([edge for annotation in annotations for edge in (annotation.start_s, annotation.end_s)])


def _edges(
    change_s: Column, fixed_s: Column, placed: tuple[Annotation, ...], settings: LabelSettings, resting: Spans
) -> Column:
    """The union of all edges, without the change points that an edge of the runner's stands for.

    Where a stand and a pause touch, they are one rest. What changes within a rest is none of its edges.
    """
    given = _given(placed)
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
