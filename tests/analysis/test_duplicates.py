"""Which activities are the same, and which of them counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.analysis.duplicates import Candidate, are_duplicates, find_duplicates

CANDIDATE = Candidate(1, "a", 1000.0, 1800.0, 5000.0, 150.0, 166.0, 0.0, 5, 4, 1800, "fit")

candidates = st.builds(
    Candidate,
    key=st.integers(0, 10_000),
    id=st.text("abcdef", min_size=3, max_size=3),
    start_s=st.sampled_from([0.0, 20.0, 45.0, 80.0, 130.0, 1e5]),
    elapsed_s=st.sampled_from([1800.0, 1830.0, 3600.0]),
    distance_m=st.sampled_from([0.0, 5000.0, 5100.0, 9000.0]),
    heart_rate_bpm=st.sampled_from([None, 140.0, 141.0, 160.0]),
    cadence_spm=st.sampled_from([None, 165.0, 175.0]),
    annotated_s=st.sampled_from([0.0, 60.0]),
    signal_count=st.integers(1, 3),
    lap_count=st.integers(0, 2),
    record_count=st.integers(1000, 1003),
    format=st.sampled_from(["fit", "gpx"]),
)
lists = st.lists(candidates, max_size=12, unique_by=lambda one: one.key).map(
    lambda found: sorted(found, key=lambda one: (one.start_s, one.id, one.key))
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"format": "gpx", "start_s": 1040.0, "elapsed_s": 1755.0, "distance_m": 4930.0}, True),
        ({"start_s": 1070.0, "elapsed_s": 1730.0}, False),
        ({"elapsed_s": 1900.0}, False),
        ({"distance_m": 5400.0}, False),
        ({"distance_m": 0.0}, True),
        ({"heart_rate_bpm": 153.0}, False),
        ({"heart_rate_bpm": None}, True),
        ({"cadence_spm": 170.0}, False),
        ({"cadence_spm": None, "heart_rate_bpm": 151.5}, True),
    ],
)
def test_the_same_or_not(other: dict[str, float], same: bool) -> None:
    assert are_duplicates(CANDIDATE, replace(CANDIDATE, key=2, **other)) is same  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    "better",
    [
        {"annotated_s": 1.0, "format": "gpx"},
        {"signal_count": 6},
        {"lap_count": 5, "format": "gpx"},
        {"record_count": 1900},
    ],
)
def test_the_richer_counts(better: dict[str, float]) -> None:
    rich = replace(CANDIDATE, key=2, id="z", **better)  # type: ignore[arg-type]  # fields by name
    assert list(find_duplicates([CANDIDATE, rich])) == [(1, 2)]
    assert list(find_duplicates([rich, CANDIDATE])) == [(1, 2)]


@given(lists)
def test_who_counts_is_nobodys_duplicate_and_is_one_of_their_own(found: list[Candidate]) -> None:
    by_key = {one.key: one for one in found}
    pairs = list(find_duplicates(found))
    leaders = {leader for _, leader in pairs}
    followers = [one for one, _ in pairs]
    assert not leaders & set(followers)
    assert len(followers) == len(set(followers))
    for one, leader in pairs:
        assert are_duplicates(by_key[one], by_key[leader])
        assert by_key[leader].rank <= by_key[one].rank


@given(lists)
def test_two_that_count_are_not_the_same(found: list[Candidate]) -> None:
    followers = {one for one, _ in find_duplicates(found)}
    counting = [one for one in found if one.key not in followers]
    for at, one in enumerate(counting):
        assert not any(are_duplicates(one, other) for other in counting[at + 1 :])


@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_storing_does_not_matter(found: list[Candidate], draw: object) -> None:
    """Keys follow the order in which activities were stored; which of them counts must not."""
    keys = [one.key for one in found]
    shuffled = keys[:]
    draw.shuffle(shuffled)  # type: ignore[attr-defined]  # random.Random
    fields = ("id", "start_s", "elapsed_s", "distance_m", "rank")
    other = [replace(one, key=key) for one, key in zip(found, shuffled, strict=True)]
    other.sort(key=lambda one: (one.start_s, one.id))

    def told(all_of: list[Candidate]) -> list[tuple[object, ...]]:
        by_key = {one.key: one for one in all_of}
        pairs = [(by_key[one], by_key[leader]) for one, leader in find_duplicates(all_of)]
        return sorted(tuple(str(getattr(one, name)) for one in pair for name in fields) for pair in pairs)

    if len({one.id for one in found}) == len(found):
        assert told(other) == told(found)
