"""Simulated sessions on a running track, and the error of the distance measured on it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from retropace.analysis.running_track.fit import RunningTrack, fit_running_track
from retropace.cleaning.clean import clean_activity
from retropace.core.geodesy import compute_distances_m
from retropace.simulate import SimulatedPlace, SimulatedSession, Watch, backward, forward, simulate


def running_track_sessions() -> Iterator[tuple[SimulatedSession, SimulatedPlace, float]]:
    """Six times 400 m on a track: four ways to lie, three lanes, positions that are off by 1.5 to 3 m."""
    plan = [forward(seconds=420)]
    for _ in range(6):
        plan += [backward(metres=400), forward(seconds=120, effort=0.85)]
    plan.append(forward(seconds=120, effort=0.9))
    for number, (turned, lane, off_m) in enumerate(product((0.0, 35.0, 90.0, 140.0), (1, 2, 4), (1.5, 2.2, 3.0))):
        place = SimulatedPlace("track", 52.5, 13.3, lane=lane, rotation_deg=turned)
        watch = Watch(position_error_sd_m=off_m, position_correlation_time_s=20.0)
        yield simulate(plan, place=place, watch=watch, seed=number), place, off_m


def measure_distance_errors(session: SimulatedSession) -> tuple[float, float, RunningTrack | None]:
    """By what share raw positions, and laps, miss the true distance, and the track as found from positions alone."""
    samples = session.activity.samples
    missing = np.full(len(samples), np.nan)
    activity = replace(session.activity, samples=replace(samples, distance_m=missing, speed_mps=missing), laps=())
    truth = sum(session.truth.distance_m.values())
    raw = float(np.nansum(compute_distances_m(samples.lat_deg, samples.lon_deg))) / truth - 1.0
    found = fit_running_track(clean_activity(activity))
    if found is None:
        return raw, np.nan, None
    return raw, float(found[1].curves["distance_m"][-1]) / truth - 1.0, found[0]
