"""Distance and pace of a stretch as its runner gives them, where the watch's own are wrong: treadmills and tracks."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.cleaned_activity import FinerAxis, Track
from retropace.core.errors import AnnotationError
from retropace.core.spans import Column
from retropace.core.units import clock
from retropace.core.world_records import FASTEST_MPS

if TYPE_CHECKING:
    from retropace.annotations import Annotation


def correct(track: Track, annotations: tuple[Annotation, ...]) -> tuple[Track, tuple[str, ...]]:
    """The track with the distance of every stretch that has one given, and what was changed, in words.

    Where the watch counted distance its course within the stretch is kept, scaled; a given speed holds while the
    runner moved. What follows is moved along, so that the parts still add up. Raises :class:`AnnotationError` for
    a distance that nobody covers in that time.
    """
    said: list[str] = []
    for one in annotations:
        if one.attributes:
            track, word = _corrected(track, one)
            said.append(word)
    return track, tuple(said)


def _corrected(track: Track, one: Annotation) -> tuple[Track, str]:
    track = _with_moments(track, np.array([one.start_s, one.end_s]))
    middle = (track.t_s[1:] + track.t_s[:-1]) / 2.0
    within = (middle >= one.start_s) & (middle < one.end_s)
    gains = {name: np.diff(curve) for name, curve in track.curves.items()}
    moving = np.where(within, gains["moving_s"], 0.0)
    moving_s, counted_m = float(moving.sum()), float(gains["distance_m"][within].sum())
    metres = one.attributes.distance_m
    if metres is None:
        metres = (one.attributes.speed_mps or 0.0) * moving_s
    if not moving_s > 0.0 or metres / moving_s > FASTEST_MPS:
        raise AnnotationError(
            f"{one.origin}: {metres:.0f} m from {clock(one.start_s)} to {clock(one.end_s)} "
            f"({clock(moving_s)} of it moving) is faster than anybody runs"
        )
    keeps_course = one.attributes.speed_mps is None and counted_m > 0.0
    share = gains["distance_m"] / counted_m if keeps_course else moving / moving_s
    given = np.where(within, metres * share, gains["distance_m"])
    gains["stepped_m"] = np.where(within & (gains["stepped_s"] > 0.0), given, gains["stepped_m"])
    gains["distance_m"] = given
    curves = {name: np.concatenate(([0.0], np.cumsum(gain))) for name, gain in gains.items()}
    inside = (track.t_s >= one.start_s) & (track.t_s <= one.end_s)
    speed = track.speed_mps * (metres / counted_m) if keeps_course else np.full(len(track.t_s), metres / moving_s)
    corrected = replace(
        track,
        curves=MappingProxyType(curves),
        speed_mps=np.where(inside & (np.isfinite(track.speed_mps) | ~keeps_course), speed, track.speed_mps),
        distance_source="annotations" if track.distance_source == "none" else track.distance_source,
    )
    watch = f"the watch counted {counted_m:.0f} m" if counted_m > 0.0 else "the watch counted nothing"
    return corrected, f"{one.origin}: {metres:.0f} m from {clock(one.start_s)} to {clock(one.end_s)} as given; {watch}"


def _with_moments(track: Track, moments_s: Column) -> Track:
    """The same track with these moments on its axis, so that its curves can bend there."""
    finer = FinerAxis.with_moments(track.t_s, moments_s)
    if len(finer.between) == 0:
        return track
    return replace(
        track,
        t_s=finer.axis_s,
        speed_mps=finer.onto(track.speed_mps),
        cadence_spm=finer.onto(track.cadence_spm),
        heart_rate_bpm=finer.onto(track.heart_rate_bpm),
        step_length_m=finer.onto(track.step_length_m),
        recorded_mps=finer.at_records(track.recorded_mps),
        altitude_m=finer.onto(track.altitude_m),
        lat_deg=finer.onto(track.lat_deg),
        lon_deg=finer.onto(track.lon_deg),
        curves=MappingProxyType({name: finer.onto(curve) for name, curve in track.curves.items()}),
        extra=MappingProxyType({name: finer.at_records(column) for name, column in track.extra.items()}),
    )
