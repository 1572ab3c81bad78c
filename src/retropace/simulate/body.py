"""Simulation of a runner's motion, second by second, with its true directions and gaits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray, cumulate
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
"""Standard deviation of the slow drift of speed, as a fraction of the target (Lambert 2004, J Sports Sci 22)."""
DRIFT_TIME_CONSTANT_S = 40.0
"""Seconds after which the autocorrelation of the random drifts of speed and of cadence is 1/e."""
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
"""Exponent by which flat over graded cost gives graded over flat speed (Townshend 2010, Med Sci Sports Exerc 42)."""
HR_BPM_PER_GRADE = 250.0
"""Beats per minute by which the higher effort of climbing raises the steady heart rate, for a grade of 1 (100 %)."""
CADENCE_SPM_PER_GRADE = 50.0
"""Rise of cadence with grade at equal speed, for a grade of 1 (Padulo 2013, PLoS ONE 8:e69006)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true directions and gaits of ``n`` stretches between ``n + 1`` edges in elapsed seconds."""

    edges_s: FloatArray
    direction: tuple[str, ...]
    gait: tuple[str, ...]
    distance_m: dict[str, float]  # true distance in metres that was run in each direction


@dataclass(frozen=True, slots=True)
class Motion:
    """The true motion of a runner: ``(n,)`` columns with one row per second; ``t_s`` is the start of each second."""

    t_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    truth: Truth

    @property
    def distance_m(self) -> FloatArray:
        """Metres covered from the start of the session to the start of each second."""
        return cumulate(self.speed_mps[:-1])


def simulate_motion(
    plan: Sequence[PlannedStretch], athlete: SimulatedAthlete, place: SimulatedPlace, rng: np.random.Generator
) -> Motion:
    """Simulate how an athlete carries out a plan; backward target speeds stay below the world bests."""
    runner = _BodyState(athlete, place, rng)
    columns: list[tuple[float, float, float]] = []
    edges = [0.0]
    for index, stretch in enumerate(plan):
        target_mps = _target_mps(stretch, athlete)
        is_turning = index > 0 and stretch.direction != plan[index - 1].direction and stretch.gait != "stand"
        is_turning = is_turning and (athlete.slows_to_turn or plan[index - 1].gait == "stand")
        covered_m, second = 0.0, 0
        while not _is_finished(stretch, covered_m, second):
            limit_mps = TURN_MPS if is_turning and second < TURN_S else np.inf
            columns.append(runner.advance(stretch, target_mps, limit_mps))
            covered_m += runner.speed_mps
            second += 1
        edges.append(float(len(columns)))
    edges[-1] -= 1.0  # the recording ends with the last record, which begins the last second
    speed_mps, cadence_spm, heart_rate_bpm = np.array(columns).T.copy()
    distance_m = dict.fromkeys(("forward", "backward", "rest"), 0.0)
    for stretch, start, end in zip(plan, edges[:-1], edges[1:], strict=True):
        distance_m[stretch.direction] += float(speed_mps[int(start) : int(end)].sum())
    directions, gaits = tuple(stretch.direction for stretch in plan), tuple(stretch.gait for stretch in plan)
    truth = Truth(np.array(edges), directions, gaits, distance_m)
    return Motion(np.arange(float(len(speed_mps))), speed_mps, cadence_spm, heart_rate_bpm, truth)


class _BodyState:
    """The state of a runner, which :meth:`advance` takes from one second to the next."""

    def __init__(self, athlete: SimulatedAthlete, place: SimulatedPlace, rng: np.random.Generator):
        self.athlete, self.place, self.rng = athlete, place, rng
        self.seconds, self.position_m, self.speed_mps = 0, 0.0, 0.0
        self.heart_rate_bpm = athlete.resting_hr_bpm + INITIAL_EXTRA_HR_BPM
        self.pace_drift, self.cadence_drift_spm = 0.0, 0.0
        self.until_glance_s = athlete.glance_interval_s

    def advance(self, stretch: PlannedStretch, target_mps: float, limit_mps: float) -> tuple[float, float, float]:
        """Return speed (m/s), cadence (steps per minute) and heart rate (beats per minute) of the next second."""
        athlete, rng = self.athlete, self.rng
        self.pace_drift = self._drift(self.pace_drift, PACE_DRIFT_SD)
        grade = self.place.grade(self.position_m)
        freshness = max(1.0 - athlete.fatigue_share_per_h * self.seconds / 3600.0, 0.5)
        grade_factor = _grade_speed_factor(grade) if self.place.hill_height_m else 1.0
        aim_mps = min(target_mps * (1.0 + self.pace_drift) * freshness * grade_factor, limit_mps)
        if athlete.glance_interval_s and stretch.direction == "backward":
            aim_mps *= self._glance()
        approach = 1.0 - np.exp(-1.0 / SPEED_TIME_CONSTANT_S)
        self.speed_mps = 0.0 if stretch.gait == "stand" else self.speed_mps + (aim_mps - self.speed_mps) * approach
        step_rate = float(athlete.step_rate_spm(stretch.direction, stretch.gait, np.array([self.speed_mps]))[0])
        steady_hr = athlete.steady_state_hr_bpm(stretch.direction, stretch.gait, self.speed_mps)
        steady_hr += athlete.cardiac_drift_bpm_per_h * self.seconds / 3600.0 + HR_BPM_PER_GRADE * grade
        self.heart_rate_bpm += (steady_hr - self.heart_rate_bpm) / athlete.hr_time_constant_s
        if athlete.cadence_drift_sd_spm:
            self.cadence_drift_spm = self._drift(self.cadence_drift_spm, athlete.cadence_drift_sd_spm)
        if step_rate > 0.0:
            noise = float(rng.normal(0.0, CADENCE_NOISE_SD_SPM))
            step_rate = step_rate + CADENCE_SPM_PER_GRADE * grade + self.cadence_drift_spm + noise
        self.seconds += 1
        self.position_m += self.speed_mps
        return self.speed_mps, step_rate, self.heart_rate_bpm + float(rng.normal(0.0, HR_NOISE_SD_BPM))

    def _drift(self, drift: float, sd: float) -> float:
        """Draw the next value of a slow random drift around 0 whose standard deviation is ``sd``."""
        decay = float(np.exp(-1.0 / DRIFT_TIME_CONSTANT_S))
        return decay * drift + float(self.rng.normal(0.0, sd * np.sqrt(1.0 - decay**2)))

    def _glance(self) -> float:
        """Return the fraction of the target speed that is kept in this second; below 1 during a glance."""
        self.until_glance_s -= 1.0
        share = GLANCE_SPEED_SHARE if self.until_glance_s < GLANCE_S else 1.0
        if self.until_glance_s <= 0.0:
            self.until_glance_s = self.athlete.glance_interval_s * float(self.rng.uniform(0.6, 1.4))
        return share


def _is_finished(stretch: PlannedStretch, covered_m: float, seconds: int) -> bool:
    if stretch.metres is not None:
        return covered_m >= stretch.metres
    return stretch.seconds is not None and seconds >= stretch.seconds


def _target_mps(stretch: PlannedStretch, athlete: SimulatedAthlete) -> float:
    """Return the speed aimed for; backward, a drift of two standard deviations above it stays below the world best."""
    speed_mps = athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
    if stretch.direction != "backward" or speed_mps == 0.0:
        return speed_mps
    duration_s = stretch.seconds if stretch.seconds is not None else (stretch.metres or 0.0) / speed_mps
    return min(speed_mps, float(max_backward_speed_mps(np.array(duration_s))) / (1.0 + 2.0 * PACE_DRIFT_SD))


def _grade_speed_factor(grade: float) -> float:
    """Return speed on a grade over speed on the flat, from the energy cost (Minetti 2002, J Appl Physiol 93:1039)."""
    cost = 155.4 * grade**5 - 30.4 * grade**4 - 43.3 * grade**3 + 46.3 * grade**2 + 19.5 * grade + 3.6
    return float((3.6 / cost) ** GRADE_COST_EXPONENT)
