"""Simulation of a runner's motion, second by second, with its true directions and gaits."""

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
"""Duration in seconds of turning round, during which a runner slows to ``TURN_MPS``."""
TURN_MPS = 0.8
"""Highest speed in m/s while turning round, for a runner who slows down to turn."""
SPEED_TIME_CONSTANT_S = 2.0
"""Time constant in seconds with which speed approaches a new target exponentially."""
PACE_DRIFT_SD = 0.035
"""Standard deviation of the slow random drift of speed around its target, as a fraction of the target (published: 3–4 %
in even pacing; Lambert 2004, J Sports Sci 22)."""
PACE_DRIFT_TIME_S = 40.0
"""Correlation time in seconds of the random drifts of speed and of cadence: after this time the autocorrelation is
1/e."""
CADENCE_NOISE_SD_SPM = 1.2
"""Standard deviation of the random deviation of cadence in each second, in steps per minute."""
HR_NOISE_SD_BPM = 0.7
"""Standard deviation of the random deviation of heart rate in each second, in beats per minute."""
INITIAL_EXTRA_HR_BPM = 20.0
"""Beats per minute by which heart rate at the start of a session exceeds the resting one."""
GLANCE_S = 2
"""Duration in seconds of a glance over the shoulder; assumed, as no published value is known."""
GLANCE_SPEED_SHARE = 0.88
"""Fraction of the target speed that is kept during a glance; assumed, as no published value is known."""
GRADE_COST_EXPONENT = 0.7
"""Exponent that gives speed on a grade: (cost on the flat / cost on the grade) to this power, times the speed on the
flat. It is below 1 because runners climb at a higher effort (Townshend 2010, Med Sci Sports Exerc 42:160)."""
HR_BPM_PER_GRADE = 250.0
"""Beats per minute by which the steady heart rate rises for a grade of 1 (100 %); a grade of 6 % raises it by 15.

The reason is the higher effort of climbing."""
CADENCE_SPM_PER_GRADE = 50.0
"""Rise of cadence with grade at equal speed, in steps per minute for a grade of 1 (100 %); a grade of 7 % makes about 3
% more steps (Padulo 2013, PLoS ONE 8:e69006)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true directions and gaits of ``n`` stretches between ``n + 1`` edges in elapsed seconds.

    Stretch ``i`` lasts from ``edges_s[i]`` to ``edges_s[i + 1]``.
    """

    edges_s: FloatArray
    direction: tuple[str, ...]
    gait: tuple[str, ...]
    distance_m: dict[str, float]
    """True distance in metres that was run in each direction."""


@dataclass(frozen=True, slots=True)
class Motion:
    """The true motion of a runner: ``(n,)`` columns with one row per second; ``t_s`` is the start of each second."""

    t_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    stretch_index: FloatArray
    """Index in the plan of the stretch that the runner carries out in each second."""
    truth: Truth

    @property
    def distance_m(self) -> FloatArray:
        """Metres covered from the start of the session to the start of each second."""
        return np.concatenate(([0.0], np.cumsum(self.speed_mps[:-1])))


def simulate_motion(
    plan: Sequence[PlannedStretch], athlete: SimulatedAthlete, place: SimulatedPlace, rng: np.random.Generator
) -> Motion:
    """Simulate how an athlete carries out a plan; backward target speeds stay below the world bests."""
    speeds: list[float] = []
    cadences: list[float] = []
    heart_rates: list[float] = []
    stretch_indices: list[int] = []
    edges = [0.0]
    speed, heart_rate = 0.0, athlete.resting_hr_bpm + INITIAL_EXTRA_HR_BPM
    pace_drift, cadence_drift, position_m = 0.0, 0.0, 0.0
    decay = float(np.exp(-1.0 / PACE_DRIFT_TIME_S))
    innovation = np.sqrt(1.0 - decay**2)
    until_glance_s = athlete.glance_interval_s
    for index, stretch in enumerate(plan):
        target_mps = _target_mps(stretch, athlete)
        is_turning = index > 0 and stretch.direction != plan[index - 1].direction and stretch.gait != "stand"
        is_turning = is_turning and (athlete.slows_to_turn or plan[index - 1].gait == "stand")
        covered_m, second = 0.0, 0
        while not _is_finished(stretch, covered_m, second):
            pace_drift = decay * pace_drift + float(rng.normal(0.0, PACE_DRIFT_SD * innovation))
            grade = place.grade(position_m)
            freshness = max(1.0 - athlete.fatigue_share_per_h * len(speeds) / 3600.0, 0.5)
            grade_factor = _grade_speed_factor(grade) if place.hill_height_m else 1.0
            aim_mps = target_mps * (1.0 + pace_drift) * freshness * grade_factor
            if is_turning and second < TURN_S:
                aim_mps = min(aim_mps, TURN_MPS)
            if athlete.glance_interval_s and stretch.direction == "backward":
                until_glance_s -= 1.0
                aim_mps *= GLANCE_SPEED_SHARE if until_glance_s < GLANCE_S else 1.0
                if until_glance_s <= 0.0:
                    until_glance_s = athlete.glance_interval_s * float(rng.uniform(0.6, 1.4))
            approach = 1.0 - np.exp(-1.0 / SPEED_TIME_CONSTANT_S)
            speed = 0.0 if stretch.gait == "stand" else speed + (aim_mps - speed) * approach
            step_rate = float(athlete.step_rate_spm(stretch.direction, stretch.gait, np.array([speed]))[0])
            steady_hr = athlete.steady_state_hr_bpm(stretch.direction, stretch.gait, speed)
            steady_hr += athlete.cardiac_drift_bpm_per_h * len(speeds) / 3600.0 + HR_BPM_PER_GRADE * grade
            heart_rate += (steady_hr - heart_rate) / athlete.hr_time_constant_s
            if athlete.cadence_drift_sd_spm:
                drift_sd_spm = athlete.cadence_drift_sd_spm * innovation
                cadence_drift = decay * cadence_drift + float(rng.normal(0.0, drift_sd_spm))
            speeds.append(speed)
            noise = float(rng.normal(0.0, CADENCE_NOISE_SD_SPM)) if step_rate > 0.0 else 0.0
            cadence = step_rate + CADENCE_SPM_PER_GRADE * grade + cadence_drift + noise
            cadences.append(cadence if step_rate > 0.0 else 0.0)
            heart_rates.append(heart_rate + float(rng.normal(0.0, HR_NOISE_SD_BPM)))
            stretch_indices.append(index)
            covered_m += speed
            position_m += speed
            second += 1
        edges.append(float(len(speeds)))
    edges[-1] -= 1.0  # the recording ends with the last record, which begins the last second
    speed_mps, stretch_index = np.array(speeds), np.array(stretch_indices)
    distance_m = dict.fromkeys(("forward", "backward", "rest"), 0.0)
    for index, stretch in enumerate(plan):
        distance_m[stretch.direction] += float(speed_mps[:-1][stretch_index[:-1] == index].sum())
    directions, gaits = tuple(stretch.direction for stretch in plan), tuple(stretch.gait for stretch in plan)
    return Motion(
        t_s=np.arange(len(speed_mps), dtype=np.float64),
        speed_mps=speed_mps,
        cadence_spm=np.array(cadences),
        heart_rate_bpm=np.array(heart_rates),
        stretch_index=stretch_index.astype(np.float64),
        truth=Truth(np.array(edges), directions, gaits, distance_m),
    )


def _is_finished(stretch: PlannedStretch, covered_m: float, seconds: int) -> bool:
    if stretch.metres is not None:
        return covered_m >= stretch.metres
    return stretch.seconds is not None and seconds >= stretch.seconds


def _target_mps(stretch: PlannedStretch, athlete: SimulatedAthlete) -> float:
    """Return the speed that the athlete aims for in a stretch.

    For backward running it is limited so that even with a drift of two standard deviations the world best is not
    exceeded.
    """
    speed_mps = athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
    if stretch.direction != "backward" or speed_mps == 0.0:
        return speed_mps
    duration_s = stretch.seconds if stretch.seconds is not None else (stretch.metres or 0.0) / speed_mps
    return min(speed_mps, float(max_backward_speed_mps(np.array(duration_s))) / (1.0 + 2.0 * PACE_DRIFT_SD))


def _grade_speed_factor(grade: float) -> float:
    """Return the speed on a grade as a fraction of that on the flat.

    It follows from the energy cost of running on grades (Minetti 2002, J Appl Physiol 93:1039).
    """
    cost = 155.4 * grade**5 - 30.4 * grade**4 - 43.3 * grade**3 + 46.3 * grade**2 + 19.5 * grade + 3.6
    return float((3.6 / cost) ** GRADE_COST_EXPONENT)
