"""Who runs: speeds, cadence and heart rate of one person, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

BACKWARD_CADENCE_RATIO = 1.08
"""At equal speed backward runners take about 8 % more steps, each 7–8 % shorter (Cavagna 2012, J Exp Biol 215:75)."""
CADENCE_SPM_PER_MPS = 6.0
"""Preferred running cadence rises slowly with speed, by some 4–8 spm for each m/s up to 4 m/s (Cavagna 1988,
J Physiol 399:81; van Oeveren 2017, PLoS ONE 12:e0184273)."""
BACKWARD_EXTRA_HR_BPM = 18.0
"""At equal speed the heart beats 15–22 times a minute more going backward (Williford 1998, Med Sci Sports Exerc 30)."""
HR_TIME_CONSTANT_S = 30.0
"""Time constant of heart rate after a change of effort, about half a minute (Bunc 1988, Eur J Appl Physiol 57:1)."""


@dataclass(frozen=True, slots=True)
class SimulatedAthlete:
    """One runner. Speeds are what they choose for an easy effort; a plan multiplies them."""

    run_mps: float = 2.9
    backward_speed_ratio: float = 0.68
    """Backward running speed over forward at like effort; published runners lie at 0.55–0.80."""
    walk_mps: float = 1.35
    backward_walk_speed_ratio: float = 0.60
    """Backward walkers keep their cadence and lose speed (Laufer 2003, Physiother Res Int 8:131)."""
    cadence_spm: float = 166.0
    """Running forward at ``run_mps``."""
    walk_cadence_spm: float = 113.0
    resting_hr_bpm: float = 68.0
    hr_bpm_per_mps: float = 27.0
    """Heart rate above rest for each m/s of forward running."""
    backward_cadence_ratio: float = BACKWARD_CADENCE_RATIO
    backward_extra_hr_bpm: float = BACKWARD_EXTRA_HR_BPM
    cadence_spm_per_mps: float = CADENCE_SPM_PER_MPS
    cadence_drift_sd_spm: float = 0.0
    """How far cadence strays over half a minute from what the speed asks for (standard deviation)."""
    hr_time_constant_s: float = HR_TIME_CONSTANT_S
    cardiac_drift_bpm_per_h: float = 0.0
    """Cardiac drift: the heart rate of one and the same pace rises by 10–20 bpm in an hour of steady running in
    the warmth, by a few in the cool (Coyle & González-Alonso 2001, Exerc Sport Sci Rev 29:88)."""
    fatigue_share_per_h: float = 0.0
    """Share of pace that an hour costs: recreational marathoners slow by some 10 % over three to four hours."""
    slows_to_turn: bool = True
    """Whether they slow to a shuffle while turning round; a practised runner turns in mid-stride."""
    glance_interval_s: float = 0.0
    """Running backward they look over the shoulder this often, and lose pace for a moment; 0 for never."""

    def speed_mps(self, direction: str, gait: str, effort: float) -> float:
        """The speed they settle at for an effort relative to easy."""
        if gait == "stand":
            return 0.0
        own = self.run_mps if gait == "run" else self.walk_mps
        share = self.backward_speed_ratio if gait == "run" else self.backward_walk_speed_ratio
        return own * effort * (share if direction == "backward" else 1.0)

    def step_rate_spm(self, direction: str, gait: str, speed_mps: FloatArray) -> FloatArray:
        """Steps per minute at these speeds, of both feet."""
        if gait == "stand":
            return np.zeros(len(speed_mps))
        if gait == "walk":
            share = self.backward_walk_speed_ratio if direction == "backward" else 1.0
            # Walkers speed up by step length and cadence alike (Grieve 1966, Ergonomics 9:379): cadence as √speed.
            return self.walk_cadence_spm * np.sqrt(np.clip(speed_mps, 0.2, None) / (self.walk_mps * share))
        forward = self.cadence_spm + self.cadence_spm_per_mps * (speed_mps - self.run_mps)
        return forward * (self.backward_cadence_ratio if direction == "backward" else 1.0)

    def steady_state_hr_bpm(self, direction: str, gait: str, speed_mps: float) -> float:
        """The heart rate that an effort leads to when it lasts."""
        if gait == "stand":
            return self.resting_hr_bpm + 15.0
        steady = self.resting_hr_bpm + self.hr_bpm_per_mps * speed_mps
        return steady + (self.backward_extra_hr_bpm if direction == "backward" else 0.0)
