"""What the body really does, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.simulate.athlete import BEATS_LAG_S, Athlete
from retropace.simulate.plan import Stretch
from retropace.spans import Column

TURN_S = 2
"""Turning round takes about two seconds, in which a runner slows to a shuffle."""
SETTLE_S = 2.0
"""Time constant of getting up to speed."""
WANDER_SHARE, WANDER_S = 0.035, 40.0
"""Runners hold their pace within 3–4 %, wandering over half a minute (Lambert 2004, J Sports Sci 22, even pacing)."""
CADENCE_SPREAD_SPM = 1.2


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


def move(plan: Sequence[Stretch], athlete: Athlete, rng: np.random.Generator) -> Motion:
    """Carry out a plan."""
    speeds, cadences, beats, owners = [], [], [], []
    edges = [0.0]
    pace, pulse, drift = 0.0, athlete.beats_at_rest + 20.0, 0.0
    keep = float(np.exp(-1.0 / WANDER_S))
    for index, stretch in enumerate(plan):
        target = athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
        turning = index > 0 and stretch.direction != plan[index - 1].direction and stretch.gait != "stand"
        covered, second = 0.0, 0
        while not _done(stretch, covered, second):
            drift = keep * drift + float(rng.normal(0.0, WANDER_SHARE * np.sqrt(1.0 - keep**2)))
            aim = target * (1.0 + drift)
            if turning and second < TURN_S:
                aim = min(aim, 0.8)
            pace = 0.0 if stretch.gait == "stand" else pace + (aim - pace) * (1.0 - np.exp(-1.0 / SETTLE_S))
            steps = float(athlete.steps_spm(stretch.direction, stretch.gait, np.array([pace]))[0])
            goal = athlete.beats_bpm(stretch.direction, stretch.gait, pace)
            pulse += (goal - pulse) / BEATS_LAG_S
            speeds.append(pace)
            cadences.append(steps + float(rng.normal(0.0, CADENCE_SPREAD_SPM)) if steps > 0.0 else 0.0)
            beats.append(pulse + float(rng.normal(0.0, 0.7)))
            owners.append(index)
            covered += pace
            second += 1
        edges.append(float(len(speeds)))
    speed = np.array(speeds)
    owner = np.array(owners)
    way = dict.fromkeys(("forward", "backward", "rest"), 0.0)
    for index, stretch in enumerate(plan):
        way[stretch.direction] += float(speed[owner == index].sum())
    directions = tuple(stretch.direction for stretch in plan)
    truth = Truth(np.array(edges), directions, tuple(stretch.gait for stretch in plan), way)
    seconds = np.arange(len(speed), dtype=np.float64)
    return Motion(seconds, speed, np.array(cadences), np.array(beats), owner.astype(np.float64), truth)


def _done(stretch: Stretch, covered_m: float, seconds: int) -> bool:
    if stretch.metres is not None:
        return covered_m >= stretch.metres
    return stretch.seconds is not None and seconds >= stretch.seconds
