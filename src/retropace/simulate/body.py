"""What the body really does, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.world_records import max_backward_speed_mps
from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.place import SimulatedPlace
from retropace.simulate.plan import PlannedStretch

TURN_S = 2
"""Turning round takes about two seconds, in which a runner slows to a shuffle."""
TURN_MPS = 0.8
SPEED_TIME_CONSTANT_S = 2.0
"""Time constant of getting up to speed."""
PACE_DRIFT_SD, PACE_DRIFT_TIME_S = 0.035, 40.0
"""Runners hold their pace within 3–4 %, wandering over half a minute (Lambert 2004, J Sports Sci 22, even pacing)."""
CADENCE_NOISE_SD_SPM = 1.2
GLANCE_S, GLANCE_SPEED_SHARE = 2, 0.88
"""A glance over the shoulder takes two seconds and an eighth of the pace. Assumed: nobody has published it."""
GRADE_COST_EXPONENT = 0.7
"""Runners let a climb slow them by part of what it costs: some of it they pay in effort (Townshend 2010, Med Sci
Sports Exerc 42:160)."""
HR_BPM_PER_GRADE = 250.0
"""Beats that a grade of 1 adds on top, for the part of the climb that pace does not pay: 15 bpm at 6 %."""
CADENCE_SPM_PER_GRADE = 50.0
"""Steps a minute that a grade of 1 adds at equal speed: climbing makes steps shorter and more frequent, by some
3 % at 7 % (Padulo 2013, PLoS ONE 8:e69006)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really done: spans ``edges_s[i]`` to ``edges_s[i + 1]`` that cover the session."""

    edges_s: FloatArray
    direction: tuple[str, ...]
    gait: tuple[str, ...]
    distance_m: dict[str, float]
    """Metres per direction."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One row per second: ``speed_mps`` holds during ``[t_s, t_s + 1)``. ``stretch`` is the index in the plan."""

    t_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    stretch_index: FloatArray
    truth: Truth

    @property
    def distance_m(self) -> FloatArray:
        """Metres covered when each second begins."""
        return np.concatenate(([0.0], np.cumsum(self.speed_mps[:-1])))


def simulate_motion(
    plan: Sequence[PlannedStretch], athlete: SimulatedAthlete, place: SimulatedPlace, rng: np.random.Generator
) -> Motion:
    """Carry out a plan. Nobody runs backward faster than the world's best for the time that a stretch takes."""
    speeds: list[float] = []
    cadences: list[float] = []
    beats: list[float] = []
    owners: list[int] = []
    edges = [0.0]
    pace, pulse, drift, sway, way_m = 0.0, athlete.resting_hr_bpm + 20.0, 0.0, 0.0, 0.0
    keep = float(np.exp(-1.0 / PACE_DRIFT_TIME_S))
    look_in = athlete.glance_interval_s
    for index, stretch in enumerate(plan):
        target = _target_mps(stretch, athlete)
        turning = index > 0 and stretch.direction != plan[index - 1].direction and stretch.gait != "stand"
        turning = turning and (athlete.slows_to_turn or plan[index - 1].gait == "stand")
        covered, second = 0.0, 0
        while not _is_finished(stretch, covered, second):
            drift = keep * drift + float(rng.normal(0.0, PACE_DRIFT_SD * np.sqrt(1.0 - keep**2)))
            grade = place.grade(way_m)
            tired = max(1.0 - athlete.fatigue_share_per_h * len(speeds) / 3600.0, 0.5)
            aim = target * (1.0 + drift) * tired * (_grade_speed_factor(grade) if place.hill_height_m else 1.0)
            if turning and second < TURN_S:
                aim = min(aim, TURN_MPS)
            if athlete.glance_interval_s and stretch.direction == "backward":
                look_in -= 1.0
                aim *= GLANCE_SPEED_SHARE if look_in < GLANCE_S else 1.0
                look_in = athlete.glance_interval_s * float(rng.uniform(0.6, 1.4)) if look_in <= 0.0 else look_in
            pace = (
                0.0 if stretch.gait == "stand" else pace + (aim - pace) * (1.0 - np.exp(-1.0 / SPEED_TIME_CONSTANT_S))
            )
            steps = float(athlete.step_rate_spm(stretch.direction, stretch.gait, np.array([pace]))[0])
            goal = athlete.steady_state_hr_bpm(stretch.direction, stretch.gait, pace)
            goal += athlete.cardiac_drift_bpm_per_h * len(speeds) / 3600.0 + HR_BPM_PER_GRADE * grade
            pulse += (goal - pulse) / athlete.hr_time_constant_s
            if athlete.cadence_drift_sd_spm:
                sway = keep * sway + float(rng.normal(0.0, athlete.cadence_drift_sd_spm * np.sqrt(1.0 - keep**2)))
            speeds.append(pace)
            noise = float(rng.normal(0.0, CADENCE_NOISE_SD_SPM)) if steps > 0.0 else 0.0
            cadences.append(steps + CADENCE_SPM_PER_GRADE * grade + sway + noise if steps > 0.0 else 0.0)
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


def _is_finished(stretch: PlannedStretch, covered_m: float, seconds: int) -> bool:
    if stretch.metres is not None:
        return covered_m >= stretch.metres
    return stretch.seconds is not None and seconds >= stretch.seconds


def _target_mps(stretch: PlannedStretch, athlete: SimulatedAthlete) -> float:
    speed = athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
    if stretch.direction != "backward" or speed == 0.0:
        return speed
    takes_s = stretch.seconds if stretch.seconds is not None else (stretch.metres or 0.0) / speed
    # Pace wanders: two standard deviations are kept free.
    return min(speed, float(max_backward_speed_mps(np.array(takes_s))) / (1.0 + 2.0 * PACE_DRIFT_SD))


def _grade_speed_factor(grade: float) -> float:
    """The share of flat speed that a grade leaves.

    Running on slopes costs so much (Minetti 2002, J Appl Physiol 93:1039), of which runners pay a part in effort.
    """
    cost = 155.4 * grade**5 - 30.4 * grade**4 - 43.3 * grade**3 + 46.3 * grade**2 + 19.5 * grade + 3.6
    return float((3.6 / cost) ** GRADE_COST_EXPONENT)
