import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.annotations import Annotation, Label, Origin, parse_label
from retropace.annotations.model.label import Attributes
from retropace.annotations.resolve.overlaps import IMPLIED_ORIGINS, ORIGIN_PRIORITY, resolve_overlaps
from retropace.core.errors import AnnotationError
from retropace.core.findings import select_texts


def annotation(start: float, end: float, label: str, kind: str = "library", sure: float = 1.0) -> Annotation:
    return Annotation(start, end, parse_label(label), "", Origin(kind, f"{kind} {start:g}"), sure)


def resolved(*annotations: Annotation) -> list[tuple[float, float, str]]:
    return [(one.start_s, one.end_s, str(one.label)) for one in resolve_overlaps(annotations)[0]]


def test_the_narrower_leads_within_a_rank() -> None:
    assert resolved(annotation(0, 100, "backward"), annotation(40, 60, "rest")) == [
        (0, 40, "backward"),
        (40, 60, "rest"),
        (60, 100, "backward"),
    ]
    assert resolved(annotation(0, 100, "forward"), annotation(20, 80, "backward"), annotation(40, 60, "rest")) == [
        (0, 20, "forward"),
        (20, 40, "backward"),
        (40, 60, "rest"),
        (60, 80, "backward"),
        (80, 100, "forward"),
    ]


def test_one_lap_is_narrower_than_several_of_which_it_is_one() -> None:
    odd = Origin("mark", "odd laps=forward")
    several = [Annotation(start, start + 60.0, Label("forward"), "", odd, 1.0) for start in (0.0, 120.0, 240.0)]
    single = Annotation(120.0, 180.0, Label("backward"), "", Origin("mark", "lap 3=backward"), 1.0)
    assert resolved(*several, single) == [(0, 60, "forward"), (120, 180, "backward"), (240, 300, "forward")]


def test_explicit_before_implied_whatever_is_narrower() -> None:
    resolved_annotations, findings = resolve_overlaps(
        [annotation(0, 100, "forward", "sidecar"), annotation(40, 60, "backward", "name")]
    )
    assert [(one.start_s, one.end_s) for one in resolved_annotations] == [(0, 100)]
    texts = select_texts(findings, "warning")
    assert texts == ("name 40 says backward from 0:40 to 1:00, sidecar 0 says forward: the latter counts",)
    assert resolved(annotation(40, 60, "forward", "mark"), annotation(0, 100, "backward", "zone")) == [
        (0, 40, "backward"),
        (40, 60, "forward"),
        (60, 100, "backward"),
    ]


def test_every_rank_gives_way_to_the_one_before_it() -> None:
    kinds = ["mark", "field", "workout", "zone", "waypoint", "name", "home zone"]
    assert [ORIGIN_PRIORITY[kind] for kind in kinds] == list(range(1, 8))
    annotations = [
        annotation(0, 10.0 * (at + 1), "backward" if at % 2 else "forward", kind) for at, kind in enumerate(kinds)
    ]
    assert [(one.start_s, one.end_s, one.origin.kind) for one in resolve_overlaps(annotations)[0]] == [
        (10.0 * at, 10.0 * (at + 1), kind) for at, kind in enumerate(kinds)
    ]


def test_equal_ones_that_contradict_each_other_are_named() -> None:
    for first, second in (((0, 50), (0, 50)), ((0, 50), (30, 90))):
        with pytest.raises(AnnotationError) as refused:
            resolve_overlaps([annotation(*first, "backward", "mark"), annotation(*second, "forward", "sidecar")])
        assert '--mark "mark 0" says backward' in str(refused.value)
        assert "says forward" in str(refused.value)


def test_what_was_cut_before_is_no_contradiction() -> None:
    # The second overlaps the third by 7 s, within its tolerance, though the first has left it only 7 s in all.
    assert resolved(
        annotation(8, 22, "backward walk", sure=10.0),
        annotation(10, 29, "backward", sure=10.0),
        annotation(22, 77, "rest", sure=5.0),
    ) == [(8, 22, "backward walk"), (22, 29, "backward"), (29, 77, "rest")]


def test_a_contradiction_is_found_beside_one_that_was_cut() -> None:
    first = [annotation(7, 49, "backward walk", sure=5.0), annotation(35, 75, "backward", sure=5.0)]
    assert resolved(*first) == [(7, 49, "backward walk"), (49, 75, "backward")]
    with pytest.raises(AnnotationError, match=r"says backward walk from 0:07 to 0:49, .* says forward from 0:36 to"):
        resolve_overlaps([*first, annotation(36, 50, "forward")])


def test_the_inner_one_holds_though_the_outer_was_cut_to_start_after_it() -> None:
    outer, inner = annotation(54, 107, "backward", sure=10.0), annotation(57, 81, "backward walk", sure=10.0)
    assert resolved(annotation(47, 64, "rest"), outer, inner) == [
        (47, 64, "rest"),
        (64, 81, "backward walk"),
        (81, 107, "backward"),
    ]


def test_a_distance_belongs_to_a_whole_stretch() -> None:
    long = Annotation(0, 100, Label("backward"), attributes=Attributes(distance_m=400.0))
    with pytest.raises(AnnotationError, match="give each part a distance of its own"):
        resolve_overlaps([long, annotation(40, 60, "rest")])
    assert resolved(long, annotation(0, 100, "backward")) == [(0, 100, "backward")]
    assert resolved(long, annotation(20, 60, "backward")) == [(0, 100, "backward")]


def test_two_ideas_of_one_edge_leave_no_sliver() -> None:
    lower = [annotation(0, 100, "forward", "workout"), annotation(100, 200, "backward", "workout")]
    assert resolved(annotation(103, 200, "backward", "sidecar"), *lower) == [
        (0, 103, "forward"),
        (103, 200, "backward"),
    ]
    assert resolved(annotation(97, 200, "backward", "sidecar"), *lower) == [(0, 97, "forward"), (97, 200, "backward")]
    lower = [annotation(0, 100, "backward", "workout"), annotation(100, 200, "forward", "workout")]
    assert resolved(annotation(0, 97, "backward", "sidecar"), *lower) == [(0, 97, "backward"), (97, 200, "forward")]


LABELS = st.sampled_from([parse_label(text) for text in ("backward", "backward walk", "forward", "rest")])
SPANS = st.tuples(st.integers(0, 60), st.integers(1, 60), LABELS, st.sampled_from(sorted(ORIGIN_PRIORITY)))


@given(st.lists(SPANS, max_size=12), st.randoms())
def test_the_order_in_which_they_are_given_changes_nothing(
    spans: list[tuple[int, int, Label, str]], random: object
) -> None:
    others = [
        Annotation(10.0 * start, 10.0 * (start + length), label, "", Origin(kind, f"{number}"), 1.0)
        for number, (start, length, label, kind) in enumerate(spans)
    ]
    shuffled = list(others)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' random.Random
    try:
        resolved_annotations, _ = resolve_overlaps(others)
    except AnnotationError:
        with pytest.raises(AnnotationError, match="says"):
            resolve_overlaps(shuffled)
        return
    assert resolve_overlaps(shuffled)[0] == resolved_annotations
    edges = np.array([(one.start_s, one.end_s) for one in resolved_annotations]).ravel()
    assert np.all(np.diff(edges) >= 0.0)
    # Names or waypoints that contradict one another label nothing, wherever they stand.
    silent = {kind for kind in IMPLIED_ORIGINS if resolve_overlaps(one for one in others if one.origin.kind == kind)[1]}
    # Whatever was said of a moment, by the highest rank that spoke of it, that is what counts.
    for moment in np.arange(5.0, 1200.0, 10.0):
        spoken = [one for one in others if one.start_s <= moment < one.end_s and one.origin.kind not in silent]
        holding = [one for one in resolved_annotations if one.start_s <= moment < one.end_s]
        assert len(holding) == (1 if spoken else 0)
        if spoken:
            best = min(ORIGIN_PRIORITY[one.origin.kind] for one in spoken)
            assert ORIGIN_PRIORITY[holding[0].origin.kind] == best


def test_ten_thousand_are_sorted_out_at_once() -> None:
    others = [annotation(10.0 * at, 10.0 * at + 9.0, "backward" if at % 2 else "forward") for at in range(10_000)]
    resolved_annotations, _ = resolve_overlaps([annotation(0.0, 1e6, "rest"), *others])
    assert len(resolved_annotations) == 20_000
