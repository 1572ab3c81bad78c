"""What the body really does, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import Column
from retropace.core.world_records import fastest_backward_mps
from retropace.simulate.athlete import Athlete
from retropace.simulate.place import Place
from retropace.simulate.plan import Stretch

TURN_S = 2
"""Turning round takes about two seconds, in which a runner slows to a shuffle."""
TURN_MPS = 0.8
SETTLE_S = 2.0
"""Time constant of getting up to speed."""
WANDER_SHARE, WANDER_S = 0.035, 40.0
"""Runners hold their pace within 3–4 %, wandering over half a minute (Lambert 2004, J Sports Sci 22, even pacing)."""
CADENCE_SPREAD_SPM = 1.2
LOOK_S, LOOK_SHARE = 2, 0.88
"""A glance over the shoulder takes two seconds and an eighth of the pace. Assumed: nobody has published it."""
HILL_SHARE = 0.7
"""Runners let a climb slow them by part of what it costs: some of it they pay in effort (Townshend 2010, Med Sci
Sports Exerc 42:160)."""
HILL_BEATS = 250.0
"""Beats that a grade of 1 adds on top, for the part of the climb that pace does not pay: 15 bpm at 6 %."""
HILL_SPM = 50.0
"""Steps a minute that a grade of 1 adds at equal speed: climbing makes steps shorter and more frequent, by some
3 % at 7 % (Padulo 2013, PLoS ONE 8:e69006)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really done: spans ``edges_s[i]`` to ``edges_s[i + 1]`` that cover the session."""

    edges_s: Column
    direction: tuple[str, ...]
    gait: tuple[str, ...]
    distance_m: dict[str, float]
    """Metres per direction."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One row per second: ``speed_mps`` holds during ``[t_s, t_s + 1)``. ``stretch`` is the index in the plan."""

    t_s: Column
    speed_mps: Column
    cadence_spm: Column
    heart_rate_bpm: Column
    stretch: Column
    truth: Truth

    @property
    def distance_m(self) -> Column:
        """Metres covered when each second begins."""
        return np.concatenate(([0.0], np.cumsum(self.speed_mps[:-1])))


def move(plan: Sequence[Stretch], athlete: Athlete, place: Place, rng: np.random.Generator) -> Motion:
    """Carry out a plan. Nobody runs backward faster than the world's best for the time that a stretch takes."""
    speeds: list[float] = []
    cadences: list[float] = []
    beats: list[float] = []
    owners: list[int] = []
    edges = [0.0]
    pace, pulse, drift, sway, way_m = 0.0, athlete.beats_at_rest + 20.0, 0.0, 0.0, 0.0
    keep = float(np.exp(-1.0 / WANDER_S))
    look_in = athlete.looks_round_s
    for index, stretch in enumerate(plan):
        target = _target_mps(stretch, athlete)
        turning = index > 0 and stretch.direction != plan[index - 1].direction and stretch.gait != "stand"
        turning = turning and (athlete.turns_with_dip or plan[index - 1].gait == "stand")
        covered, second = 0.0, 0
        while not _done(stretch, covered, second):
            drift = keep * drift + float(rng.normal(0.0, WANDER_SHARE * np.sqrt(1.0 - keep**2)))
            grade = place.grade(way_m)
            tired = max(1.0 - athlete.tires_per_h * len(speeds) / 3600.0, 0.5)
            aim = target * (1.0 + drift) * tired * (_flat_share(grade) if place.hill_m else 1.0)
            if turning and second < TURN_S:
                aim = min(aim, TURN_MPS)
            if athlete.looks_round_s and stretch.direction == "backward":
                look_in -= 1.0
                aim *= LOOK_SHARE if look_in < LOOK_S else 1.0
                look_in = athlete.looks_round_s * float(rng.uniform(0.6, 1.4)) if look_in <= 0.0 else look_in
            pace = 0.0 if stretch.gait == "stand" else pace + (aim - pace) * (1.0 - np.exp(-1.0 / SETTLE_S))
            steps = float(athlete.steps_spm(stretch.direction, stretch.gait, np.array([pace]))[0])
            goal = athlete.beats_bpm(stretch.direction, stretch.gait, pace)
            goal += athlete.beats_drift_per_h * len(speeds) / 3600.0 + HILL_BEATS * grade
            pulse += (goal - pulse) / athlete.beats_lag_s
            if athlete.cadence_wander_spm:
                sway = keep * sway + float(rng.normal(0.0, athlete.cadence_wander_spm * np.sqrt(1.0 - keep**2)))
            speeds.append(pace)
            noise = float(rng.normal(0.0, CADENCE_SPREAD_SPM)) if steps > 0.0 else 0.0
            cadences.append(steps + HILL_SPM * grade + sway + noise if steps > 0.0 else 0.0)
            beats.append(pulse + float(rng.normal(0.0, 0.7)))
            owners.append(index)
            covered += pace
            way_m += pace
            second += 1
        edges.append(float(len(speeds)))
    edges[-1] -= 1.0  # the last record begins the last second: what follows it is not in the recording
    speed = np.array(speeds)
    owner = np.array(owners)
    way = dict.fromkeys(("forward", "backward", "rest"), 0.0)
    for index, stretch in enumerate(plan):
        way[stretch.direction] += float(speed[:-1][owner[:-1] == index].sum())
    directions = tuple(stretch.direction for stretch in plan)
    truth = Truth(np.array(edges), directions, tuple(stretch.gait for stretch in plan), way)
    seconds = np.arange(len(speed), dtype=np.float64)
    return Motion(seconds, speed, np.array(cadences), np.array(beats), owner.astype(np.float64), truth)


def _done(stretch: Stretch, covered_m: float, seconds: int) -> bool:
    if stretch.metres is not None:
        return covered_m >= stretch.metres
    return stretch.seconds is not None and seconds >= stretch.seconds


def _target_mps(stretch: Stretch, athlete: Athlete) -> float:
    speed = athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
    if stretch.direction != "backward" or speed == 0.0:
        return speed
    takes_s = stretch.seconds if stretch.seconds is not None else (stretch.metres or 0.0) / speed
    # Pace wanders: two standard deviations are kept free.
    return min(speed, float(fastest_backward_mps(np.array(takes_s))) / (1.0 + 2.0 * WANDER_SHARE))


def _flat_share(grade: float) -> float:
    """The share of flat speed that a grade leaves.

    Running on slopes costs so much (Minetti 2002, J Appl Physiol 93:1039), of which runners pay a part in effort.
    """
    cost = 155.4 * grade**5 - 30.4 * grade**4 - 43.3 * grade**3 + 46.3 * grade**2 + 19.5 * grade + 3.6
    return float((3.6 / cost) ** HILL_SHARE)
