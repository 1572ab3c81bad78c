"""Change points against two oracles that know nothing of the code: brute force, and ruptures."""

from itertools import pairwise

import numpy as np
import pytest
import ruptures
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from retropace.core.spans import FloatArray
from retropace.segmentation.pelt import TIE_BREAK_MULTIPLE, find_change_points

RANDOM_SIGNALS = 200


def cost(signal: FloatArray, edges: list[int], penalty: float) -> float:
    """What a cut costs, summed up stretch by stretch."""
    stretches = [signal[start:end] for start, end in pairwise(edges)]
    return sum(float(np.sum((part - part.mean(axis=0)) ** 2)) for part in stretches) + penalty * (len(edges) - 2)


def by_brute_force(signal: FloatArray, penalty: float, least: int) -> list[int]:
    """The cheapest cut by trying every last stretch for every end (Jackson et al. 2005), nothing pruned."""
    count = len(signal)
    if count < 2 * least:
        return [0, count]
    best = [-penalty] + [np.inf] * count
    before = [0] * (count + 1)
    for end in range(least, count + 1):
        for start in range(end - least + 1):
            if np.isfinite(best[start]):
                total = best[start] + cost(signal, [start, end], penalty) + penalty
                if total < best[end]:
                    best[end], before[end] = total, start
    edges = [count]
    while edges[-1] > 0:
        edges.append(before[edges[-1]])
    return edges[::-1]


def random_signal(seed: int, longest: int) -> tuple[FloatArray, float, int]:
    """A signal of up to three columns with steps of random size, a penalty and a least length."""
    rng = np.random.default_rng(seed)
    count, columns = int(rng.integers(1, longest)), int(rng.integers(1, 4))
    least = int(rng.integers(1, 20)) if seed % 5 else int(rng.integers(60, 90))
    steps = np.repeat(rng.normal(0.0, rng.choice([0.0, 1.0, 4.0]), (count // 10 + 1, columns)), 10, axis=0)[:count]
    return rng.normal(size=(count, columns)) + steps, float(rng.choice([0.1, 1.0, 5.0, 20.0, 80.0])), least


@pytest.mark.parametrize("seed", range(0, RANDOM_SIGNALS, 4))
def test_the_cut_is_the_cheapest_of_all(seed: int) -> None:
    signal, penalty, least = random_signal(seed, 130)
    found = find_change_points(signal, penalty, least).tolist()
    expected = by_brute_force(signal, penalty, least)
    assert cost(signal, found, penalty) == pytest.approx(cost(signal, expected, penalty), rel=1e-9)
    assert found == expected  # continuous noise: no two cuts cost the same


@pytest.mark.parametrize("seed", range(RANDOM_SIGNALS))
def test_ruptures_finds_no_cheaper_cut(seed: int) -> None:
    """The exact cut for a given number of changes, of ruptures, is ours, and one change more or less costs more.

    Its penalised searches (``Pelt`` with ``jump=1``, ``KernelCPD`` with ``pen``) drop candidates too early when
    ``min_size`` is above 1 and answer a dearer cut now and then, so that they are a bound and not an equal.
    """
    signal, penalty, least = random_signal(seed, 500)
    found = find_change_points(signal, penalty, least).tolist()
    if len(signal) < 2 * least:
        assert found == [0, len(signal)]
        return
    ours = cost(signal, found, penalty)
    oracle = ruptures.KernelCPD(kernel="linear", min_size=least).fit(signal)
    assert ours <= cost(signal, [0, *oracle.predict(pen=penalty)], penalty) + 1e-7
    changes = len(found) - 2
    for number in {max(changes - 1, 1), max(changes, 1), changes + 1}:
        if (number + 1) * least <= len(signal):
            theirs = [0, *oracle.predict(n_bkps=number)]
            assert ours <= cost(signal, theirs, penalty) + 1e-7
            assert (number == changes) == (theirs == found)


@pytest.mark.parametrize(("count", "least"), [(4000, 10), (1500, 1), (1500, 150)])
def test_a_long_signal_is_cut_like_by_ruptures(count: int, least: int) -> None:
    """Long enough for many blocks of candidates to be judged together, steady so that none is pruned."""
    rng = np.random.default_rng(count)
    steady = rng.normal(size=(count, 2))
    assert find_change_points(steady, 60.0, least).tolist() == [0, count]
    stepped = steady + np.repeat(rng.normal(0.0, 2.0, (5, 2)), count // 5, axis=0)
    found = find_change_points(stepped, 20.0, least).tolist()
    oracle = ruptures.KernelCPD(kernel="linear", min_size=least).fit(stepped)
    assert found == [0, *oracle.predict(n_bkps=len(found) - 2)]
    assert len(found) == 6


signals = st.tuples(st.integers(1, 120), st.integers(1, 3)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.integers(-20, 20).map(float))
)
penalties = st.sampled_from([0.5, 3.0, 40.0, 900.0])


@given(signals, penalties, st.integers(1, 15))
def test_edges_partition_the_signal(signal: FloatArray, penalty: float, least: int) -> None:
    edges = find_change_points(signal, penalty, least)
    assert edges[0] == 0
    assert edges[-1] == len(signal)
    assert np.all(np.diff(edges) >= min(least, len(signal)))


@given(signals, penalties, st.integers(1, 15), st.data())
def test_no_other_cut_is_cheaper(signal: FloatArray, penalty: float, least: int, data: st.DataObject) -> None:
    edges = find_change_points(signal, penalty, least).tolist()
    other = sorted(data.draw(st.sets(st.integers(1, max(len(signal) - 1, 1)), max_size=5)) - {len(signal)})
    other = [0, *other, len(signal)]
    if min(np.diff(other)) >= least:
        assert cost(signal, edges, penalty) <= cost(signal, other, penalty) + 1e-6


@given(st.integers(1, 300), st.floats(-1e6, 1e6), penalties, st.integers(1, 20))
def test_a_constant_signal_has_no_change(count: int, level: float, penalty: float, least: int) -> None:
    assert find_change_points(np.full((count, 2), level), penalty, least).tolist() == [0, count]


@given(signals, penalties, st.integers(1, 15))
def test_time_reversed_costs_the_same(signal: FloatArray, penalty: float, least: int) -> None:
    forward = find_change_points(signal, penalty, least).tolist()
    backward = find_change_points(signal[::-1], penalty, least).tolist()
    assert cost(signal, forward, penalty) == pytest.approx(cost(signal[::-1], backward, penalty), abs=1e-6)


@given(signals, penalties, st.integers(1, 15), st.sampled_from([0.25, 8.0]), st.integers(-1000, 1000))
def test_unit_level_and_column_order_are_irrelevant(
    signal: FloatArray, penalty: float, least: int, scale: float, level: int
) -> None:
    edges = find_change_points(signal, penalty, least).tolist()
    changed = find_change_points(scale * (signal[:, ::-1] + level), scale**2 * penalty, least).tolist()
    # Whole numbers tie often: the edges may differ, what they cost may not.
    assert cost(signal, changed, penalty) == pytest.approx(cost(signal, edges, penalty), abs=1e-6)


@given(signals, penalties, st.integers(1, 15), st.integers(0, 2**32 - 1))
def test_what_is_not_known_counts_for_nothing(signal: FloatArray, penalty: float, least: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.random(signal.shape) < 0.7
    other = np.where(known, signal, rng.normal(0.0, 1e3, signal.shape))

    def known_cost(edges: list[int]) -> float:
        parts = [
            part[mask]
            for column, there in zip(signal.T, known.T, strict=True)
            for part, mask in ((column[start:end], there[start:end]) for start, end in pairwise(edges))
        ]
        return sum(float(np.sum((part - part.mean()) ** 2)) for part in parts if len(part)) + penalty * (len(edges) - 2)

    edges = find_change_points(signal, penalty, least, known).tolist()
    assert known_cost(find_change_points(other, penalty, least, known).tolist()) == pytest.approx(
        known_cost(edges), abs=1e-6
    )
    for number in range(10):
        cuts = rng.choice(np.arange(len(signal) + 1), min(number % 4, len(signal)), replace=False)
        proposed = np.unique([0, *cuts, len(signal)]).tolist()
        if min(np.diff(proposed)) >= least:
            assert known_cost(edges) <= known_cost(proposed) + 1e-6


def test_a_rows_worth_of_unknown_is_as_if_it_were_not_there() -> None:
    rng = np.random.default_rng(3)
    signal = rng.normal(size=(200, 2)) + np.repeat(rng.normal(0.0, 4.0, (4, 2)), 50, axis=0)
    gap = np.insert(signal, 70, np.full((30, 2), 50.0), axis=0)
    known = np.insert(np.ones(signal.shape, dtype=bool), 70, np.zeros((30, 2), dtype=bool), axis=0)
    edges = find_change_points(signal, 20.0, 5)
    assert find_change_points(gap, 20.0, 5, known).tolist() == np.where(edges > 70, edges + 30, edges).tolist()


@pytest.mark.parametrize("seed", range(40))
def test_the_cut_of_what_is_known_is_the_cheapest_of_all(seed: int) -> None:
    """Nothing is known of some stretches, and only one of two columns in others."""
    signal, penalty, least = random_signal(seed, 110)
    rng = np.random.default_rng(seed)
    known = np.ones(signal.shape, dtype=bool)
    for column in (slice(None), 0, slice(None)):
        start = int(rng.integers(0, len(signal)))
        known[start : start + int(rng.integers(0, 40)), column] = False

    def squares(start: int, end: int) -> float:
        parts = [values[there] for values, there in zip(signal[start:end].T, known[start:end].T, strict=True)]
        return sum(float(np.sum((part - part.mean()) ** 2)) for part in parts if len(part))

    for one in (penalty, 4.0 * penalty):
        edges = find_change_points(signal, one, least, known)
        best = np.append(-one, np.full(len(signal), np.inf))
        for end in range(least, len(signal) + 1):
            best[end] = min(best[start] + squares(start, end) for start in range(end - least + 1)) + one
        if len(signal) >= 2 * least:
            cheapest = sum(squares(start, end) for start, end in pairwise(edges.tolist())) + one * (len(edges) - 2)
            assert cheapest == pytest.approx(best[-1], rel=1e-9, abs=1e-9)


def test_a_cut_where_nothing_is_known_lies_at_an_even_place() -> None:
    """All places in a silence cost the same, and which is found must not depend on how it is searched."""
    signal = np.repeat([[0.0], [9.0]], 300, axis=0)
    for start, end in ((250, 330), (290, 310)):
        known = np.ones(signal.shape, dtype=bool)
        known[start:end] = False
        expected = end - end % TIE_BREAK_MULTIPLE if end - end % TIE_BREAK_MULTIPLE >= start else start
        assert find_change_points(signal, 5.0, 10, known).tolist() == [0, expected, 600]


def test_a_step_is_found_where_it_is() -> None:
    signal = np.array([[0.0]] * 7 + [[5.0]] * 4 + [[1.0]] * 6)
    assert find_change_points(signal, 1.0, 2).tolist() == [0, 7, 11, 17]
    assert find_change_points(signal, 1.0, 5).tolist() == [
        0,
        7,
        12,
        17,
    ]  # by hand: 12.8 for (5 5 5 5 1), 20 for (0 5 5 5 5)


def test_an_empty_signal_has_one_edge() -> None:
    assert find_change_points(np.zeros((0, 2)), 1.0).tolist() == [0]


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_a_missing_or_infinite_value_is_refused(odd: float) -> None:
    signal = np.zeros((30, 2))
    signal[11, 1] = odd
    with pytest.raises(ValueError, match="missing or infinite"):
        find_change_points(signal, 1.0)


def test_a_wrong_shape_or_penalty_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        find_change_points(np.zeros(30), 1.0)
    for penalty in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="penalty"):
            find_change_points(np.zeros((30, 1)), penalty)
