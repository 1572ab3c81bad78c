import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.spans import Spans, as_spans, clip, contains, mask_from_runs, subtract, total_s, true_runs, union

pairs = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12).map(lambda rows: as_spans(rows))
TIMES_S = np.arange(0.0, 50.0) + 0.5


def contains_by_brute_force(spans: Spans) -> list[bool]:
    return [any(start <= at < end for start, end in spans.tolist()) for at in TIMES_S.tolist()]


@given(pairs)
def test_union_covers_the_same_moments_with_disjoint_spans(spans: Spans) -> None:
    joined = union(spans)
    assert contains(joined, TIMES_S).tolist() == contains_by_brute_force(spans)
    assert np.all(joined[1:, 0] > joined[:-1, 1])
    assert total_s(joined) == sum(contains_by_brute_force(spans))


@given(pairs, pairs)
def test_without_leaves_what_the_other_does_not_cover(spans: Spans, taken: Spans) -> None:
    left = subtract(union(spans), union(taken))
    expected = [
        one and not other
        for one, other in zip(contains_by_brute_force(spans), contains_by_brute_force(taken), strict=True)
    ]
    assert contains(left, TIMES_S).tolist() == expected


def test_without_keeps_touching_spans_apart() -> None:
    touching = as_spans([(0, 10), (10, 20)])
    np.testing.assert_array_equal(subtract(touching, as_spans([])), touching)
    np.testing.assert_array_equal(subtract(touching, as_spans([(12, 14), (30, 40)])), [[0, 10], [10, 12], [14, 20]])


@given(pairs)
def test_clip_keeps_what_lies_inside(spans: Spans) -> None:
    inside = clip(union(spans), 10.0, 30.0)
    expected = [
        one and 10.0 <= at < 30.0 for one, at in zip(contains_by_brute_force(spans), TIMES_S.tolist(), strict=True)
    ]
    assert contains(inside, TIMES_S).tolist() == expected


def test_runs_are_the_stretches_of_true() -> None:
    assert true_runs(np.array([True, True, False, True])).tolist() == [[0, 2], [3, 4]]
    assert true_runs(np.zeros(3, dtype=bool)).shape == (0, 2)


@given(st.lists(st.booleans(), max_size=40))
def test_within_is_runs_the_other_way_round(mask: list[bool]) -> None:
    assert mask_from_runs(true_runs(np.array(mask, dtype=bool)), len(mask)).tolist() == mask
