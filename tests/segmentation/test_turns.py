"""The moment of a turn, with and without a dip of speed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals
from retropace.segmentation.turns import MAX_MOVE_S, refine_turns

TURN_S = 60.0


def signals_of(levels: tuple[float, float], dip: float, seed: int = 0, noise: float = 0.3) -> StandardizedSignals:
    """Speed that steps from one level to the other at ``TURN_S``, with a dip of 3 s, smoothed over 8 s; no cadence."""
    times_s = np.arange(0.0, 120.0, 0.5) + 0.25
    speed = np.where(times_s < TURN_S, *levels) - dip * (np.abs(times_s - TURN_S) < 1.5)
    padded = np.pad(speed, 8, mode="edge")
    smooth = np.convolve(padded, np.full(16, 1.0 / 16.0), mode="same")[8:-8].reshape(-1, 2).mean(axis=1)
    values = smooth + np.random.default_rng(seed).normal(0.0, noise, len(smooth))
    return StandardizedSignals(np.column_stack((values, np.zeros(120))), np.tile([True, False], (120, 1)))


def refine_one(signals: StandardizedSignals, edge_s: float, beside_s: tuple[float, float] = (0.0, 120.0)) -> float:
    return float(refine_turns(signals, np.array([edge_s]), np.array([beside_s]))[0])


@pytest.mark.parametrize("levels", [(20.0, 15.0), (15.0, 20.0)])
@pytest.mark.parametrize("dip", [0.0, 4.0, 10.0])
@pytest.mark.parametrize("start_s", [54.0, 60.0, 66.0])
def test_the_turn_is_found_from_either_side(levels: tuple[float, float], dip: float, start_s: float) -> None:
    assert refine_one(signals_of(levels, dip), start_s) == pytest.approx(TURN_S, abs=1.0)


@given(st.lists(st.floats(1.0, 119.0), min_size=1, max_size=12, unique=True), st.integers(0, 50))
def test_edges_keep_their_order_and_move_little(edges: list[float], seed: int) -> None:
    edges_s: FloatArray = np.array(sorted(edges))
    bounds_s = np.concatenate(([0.0], edges_s, [120.0]))
    beside_s = np.column_stack((bounds_s[:-2], bounds_s[2:]))
    refined_s = refine_turns(signals_of((20.0, 15.0), 4.0, seed, noise=2.0), edges_s, beside_s)
    assert np.all(np.diff(refined_s) >= 0.0)
    assert np.all(np.abs(refined_s - edges_s) <= MAX_MOVE_S)


def test_an_edge_stays_where_nothing_is_known_or_both_neighbours_are_near() -> None:
    signals = signals_of((20.0, 15.0), 4.0)
    assert refine_one(StandardizedSignals(signals.values, np.zeros((120, 2), dtype=bool)), 57.3) == 57.3
    assert refine_one(signals, 57.3, (53.0, 62.0)) == 57.3
