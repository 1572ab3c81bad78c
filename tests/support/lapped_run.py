"""A run of half an hour with laps and workout steps: 4.5 km at 2.5 m/s from 2025-05-01 08:00:00 UTC."""

from dataclasses import replace
from functools import cache

import numpy as np

from retropace.cleaning.clean import clean_activity
from retropace.core.activity import WorkoutStep
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import CleanParameters
from tests.support.strategies import activity_of, with_laps

T_S = np.arange(1801.0)
PLAIN = activity_of(T_S, distance_m=T_S * 2.5)  # 30 minutes, 4.5 km, from 08:00:00Z
LAPS = with_laps(PLAIN, [0.0, 300.0, 600.0, 660.0, 1200.0, 1800.0])
STEPS = (WorkoutStep(0, "Warm up"), WorkoutStep(1, "Backward", "easy"))
NAMED = replace(
    LAPS,
    workout_steps=STEPS,
    laps=tuple(replace(lap, step_index=number % 2) for number, lap in enumerate(LAPS.laps)),
)


@cache
def lapped_run() -> CleanedActivity:
    """The run, cleaned without a lag."""
    return clean_activity(NAMED, CleanParameters(lag_s=0.0, relative_lag_s=0.0))
