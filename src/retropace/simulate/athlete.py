"""The simulated runner: speeds, cadence and heart rate of one person, forward and backward."""

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

STANDING_EXTRA_HR_BPM = 15.0
"""Beats per minute by which standing between efforts keeps heart rate above the resting one."""


@dataclass(frozen=True, slots=True)
class SimulatedAthlete:
    """A simulated runner; the speeds are those of relaxed running and walking, which each stretch's effort scales."""

    run_mps: float = 2.9
    backward_speed_ratio: float = 0.68  # backward over forward at equal effort; published: 0.55–0.80
    walk_mps: float = 1.35
    backward_walk_speed_ratio: float = 0.60  # of walking, at equal cadence (Laufer 2003, Physiother Res Int 8:131)
    cadence_spm: float = 166.0  # cadence in steps per minute when running forward at ``run_mps``
    walk_cadence_spm: float = 113.0  # cadence in steps per minute when walking forward at ``walk_mps``
    resting_hr_bpm: float = 68.0
    hr_bpm_per_mps: float = 27.0  # rise of the steady heart rate above the resting one with speed
    backward_cadence_ratio: float = 1.08  # backward over forward, at equal speed (Cavagna 2012, J Exp Biol 215:75)
    backward_extra_hr_bpm: float = 18.0  # at equal speed; published: 15–22 (Williford 1998, Med Sci Sports Exerc 30)
    cadence_spm_per_mps: float = 6.0  # running; published: 4–8 up to 4 m/s (van Oeveren 2017, PLoS ONE 12:e0184273)
    cadence_drift_sd_spm: float = 0.0  # of a slow random drift around the cadence that belongs to the speed
    hr_time_constant_s: float = 30.0  # of the response to a change of effort (Bunc 1988, Eur J Appl Physiol 57:1)
    cardiac_drift_bpm_per_h: float = 0.0  # published: 10–20 (Coyle & González-Alonso 2001, Exerc Sport Sci Rev 29:88)
    fatigue_share_per_h: float = 0.0  # of speed; recreational marathon runners lose some 10 % in three to four hours
    slows_to_turn: bool = True  # almost to a stop; practised runners turn round at full speed
    glance_interval_s: float = 0.0  # mean time between glances over the shoulder while running backward; 0 for none

    def speed_mps(self, direction: str, gait: str, effort: float) -> float:
        """Return the steady speed in a direction and gait, in m/s: the relaxed speed times ``effort``."""
        forward_mps = {"run": self.run_mps, "walk": self.walk_mps, "stand": 0.0}[gait]
        ratio = self.backward_walk_speed_ratio if gait == "walk" else self.backward_speed_ratio
        return forward_mps * effort * (ratio if direction == "backward" else 1.0)

    def step_rate_spm(self, direction: str, gait: str, speed_mps: FloatArray) -> FloatArray:
        """Return the cadence (steps per minute of both feet) in a direction and gait at each speed, ``(n,)``."""
        if gait == "stand":
            return np.zeros(len(speed_mps))
        if gait == "walk":
            ratio = self.backward_walk_speed_ratio if direction == "backward" else 1.0
            # Walking cadence goes with the square root of speed (Grieve 1966, Ergonomics 9:379).
            return self.walk_cadence_spm * np.sqrt(np.clip(speed_mps, 0.2, None) / (self.walk_mps * ratio))
        forward_spm = self.cadence_spm + self.cadence_spm_per_mps * (speed_mps - self.run_mps)
        return forward_spm * (self.backward_cadence_ratio if direction == "backward" else 1.0)

    def steady_state_hr_bpm(self, direction: str, gait: str, speed_mps: float) -> float:
        """Return the heart rate (beats per minute) that a runner reaches who keeps up a direction, gait and speed."""
        if gait == "stand":
            return self.resting_hr_bpm + STANDING_EXTRA_HR_BPM
        steady_bpm = self.resting_hr_bpm + self.hr_bpm_per_mps * speed_mps
        return steady_bpm + (self.backward_extra_hr_bpm if direction == "backward" else 0.0)


def draw_athlete(rng: np.random.Generator) -> SimulatedAthlete:
    """Draw an athlete within the published ranges that :class:`SimulatedAthlete` cites."""
    run = float(rng.uniform(2.3, 3.7))
    return SimulatedAthlete(
        run_mps=run,
        backward_speed_ratio=float(rng.uniform(0.55, 0.80)),
        walk_mps=float(rng.uniform(1.2, 1.55)),
        backward_walk_speed_ratio=float(rng.uniform(0.45, 0.75)),
        cadence_spm=float(rng.normal(166.0, 6.0)),
        walk_cadence_spm=float(rng.normal(114.0, 4.0)),
        resting_hr_bpm=float(rng.uniform(55.0, 75.0)),
        hr_bpm_per_mps=float(rng.uniform(23.0, 30.0)) * 2.9 / run,
        backward_cadence_ratio=float(rng.uniform(1.04, 1.13)),
        backward_extra_hr_bpm=float(rng.uniform(15.0, 22.0)),
        cadence_spm_per_mps=float(rng.uniform(3.0, 14.0)),  # as within the public recordings
        cadence_drift_sd_spm=float(rng.uniform(0.5, 1.5)),
        hr_time_constant_s=float(rng.uniform(20.0, 45.0)),
        cardiac_drift_bpm_per_h=float(rng.uniform(0.0, 15.0)),
        fatigue_share_per_h=float(rng.uniform(0.0, 0.06)),
        slows_to_turn=bool(rng.random() < 0.7),
        glance_interval_s=float(rng.uniform(8.0, 25.0)) if rng.random() < 0.5 else 0.0,
    )
