from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.core.grade import LOG_SPEED_PER_GRADE
from retropace.core.world_records import BACKWARD_WORLD_BESTS, max_backward_speed_mps
from retropace.labelling.clustering import cluster_stretches
from retropace.labelling.direction_model import backward_probabilities
from retropace.labelling.priors import LogOddsWeights, find_sequence_context
from tests.support.labelling_problems import BACKWARD, FORWARD, UNMARKED, build_problem

STAND = (60.0, 0.0, np.nan, 110.0)
WARM, COOL = (600.0, 2.9, 166.0, 146.0), (300.0, 2.8, 165.0, 148.0)
BACK, JOG, FAST = (180.0, 2.0, 172.0, 141.0), (120.0, 2.3, 161.0, 130.0), (90.0, 3.8, 173.0, 166.0)


def test_reps_are_told_from_jogs_though_nothing_is_marked() -> None:
    chance = backward_probabilities(build_problem(WARM, BACK, JOG, BACK, JOG, BACK, JOG, COOL))
    assert np.all(chance[[1, 3, 5]] > 0.9)
    assert np.all(chance[[0, 2, 4, 6, 7]] < 0.1)


def test_slow_jogs_after_fast_reps_are_recoveries() -> None:
    slow = (120.0, 2.0, 163.0, 135.0)
    chance = backward_probabilities(build_problem(WARM, FAST, slow, FAST, slow, FAST, slow, COOL))
    assert np.all(chance < 0.2)


def test_a_mark_leads_and_brings_its_like() -> None:
    slow = (120.0, 2.0, 163.0, 135.0)
    session = [WARM, FAST, slow, FAST, slow, FAST, slow, COOL]
    chance = backward_probabilities(build_problem(*session, marked_as={4: BACKWARD}))
    assert chance[4] == 1.0
    assert np.all(chance[[2, 6]] > 0.8)
    assert np.all(chance[[0, 1, 3, 5, 7]] < 0.2)
    denied = backward_probabilities(build_problem(WARM, BACK, JOG, BACK, JOG, COOL, marked_as={1: FORWARD}))
    assert denied[1] == 0.0
    assert denied[3] < 0.5


def test_without_evidence_less_is_known() -> None:
    session = build_problem(WARM, BACK, JOG, BACK, JOG, BACK, JOG, COOL)
    blind = backward_probabilities(session, disabled_evidence=frozenset(["pace", "cadence", "heart rate"]))
    assert np.all(blind < 0.8)
    for name in ("cadence", "heart rate", "sequence", "repetition", "duration", "prior", "pace"):
        left = backward_probabilities(session, disabled_evidence=frozenset([name]))
        assert np.all((left >= 0.0) & (left <= 1.0))
    assert (
        backward_probabilities(session, disabled_evidence=frozenset(["cadence"]))[1]
        < backward_probabilities(session)[1]
    )


@pytest.mark.parametrize(("metres", "took_s"), BACKWARD_WORLD_BESTS)
def test_nobody_is_suspected_of_a_world_record(metres: float, took_s: float) -> None:
    best = float(max_backward_speed_mps(np.array(took_s)))
    assert best == pytest.approx(metres / took_s)
    fast, slow = (took_s, 1.02 * best, 190.0, 150.0), (max(took_s, 60.0), 0.5 * best, 190.0, 150.0)
    everything = frozenset(["pace", "cadence", "heart rate", "prior", "rules"])
    likely = LogOddsWeights(base=8.0, after_fast_effort=0.0)
    chance = backward_probabilities(
        build_problem(WARM, fast, STAND, slow, COOL), disabled_evidence=everything, weights=likely
    )
    assert chance[1] < 0.01
    assert chance[3] > 0.9


def test_the_limit_falls_with_time_and_holds_beyond_the_bests() -> None:
    durations = np.geomspace(1.0, 1e5, 200)
    limit = max_backward_speed_mps(durations)
    assert np.all(np.diff(limit) <= 0.0)
    assert limit[-1] == pytest.approx(42195.0 / 12300.0)
    assert 7.6 < limit[0] < 9.0


def test_kinds_are_what_looks_alike_and_nothing_else() -> None:
    session = build_problem(WARM, BACK, JOG, BACK, JOG, COOL, STAND)
    kind = cluster_stretches(session.features, session.marked, 24)
    assert kind[1] == kind[3] != kind[2]
    assert kind[2] == kind[4]
    assert len({kind[at] for at in (0, 1, 2, 6)}) == 4
    apart = cluster_stretches(session.features, np.array([0, 0, 0, 1, 0, 0, 0]), 24)
    assert apart[1] != apart[3]
    assert len(set(cluster_stretches(session.features, session.marked, 1)[[0, 1, 2, 3, 4, 5]].tolist())) == 1


def test_a_hill_makes_no_other_kind() -> None:
    session = build_problem(WARM, (200.0, 2.9 * float(np.exp(-LOG_SPEED_PER_GRADE * 0.04)), 166.0, 150.0), COOL)
    grade = np.array([0.0, 0.04, 0.0])
    stretch_features = replace(
        session.features, grade=grade, log_grade_adjusted_speed=session.features.log_speed + LOG_SPEED_PER_GRADE * grade
    )
    assert len(set(cluster_stretches(stretch_features, session.marked, 24).tolist())) == 1


def test_contexts_in_the_order_of_things() -> None:
    session = build_problem(WARM, FAST, (10.0, 3.0, 168.0, 160.0), JOG, FAST, STAND, JOG, (200.0, 2.3, 161.0, 130.0))
    context = find_sequence_context(session, LogOddsWeights())
    assert context.position_code.tolist() == [2, 0, 1, 1, 0, 0, 0, 3]


stretch = st.tuples(st.floats(5.0, 900.0), st.floats(0.4, 6.0), st.floats(60.0, 210.0), st.floats(60.0, 200.0))


@given(st.lists(stretch, min_size=1, max_size=14), st.data())
@settings(max_examples=80, deadline=None)
def test_any_session_gets_probabilities_and_what_was_said_stays(
    stretches: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    marked_as = {at: data.draw(st.sampled_from([UNMARKED, FORWARD, BACKWARD])) for at in range(len(stretches))}
    session = build_problem(*stretches, marked_as=marked_as)
    chance = backward_probabilities(session)
    assert np.all((chance >= 0.0) & (chance <= 1.0))
    assert np.all(chance[session.marked == BACKWARD] == 1.0)
    assert np.all(chance[session.marked == FORWARD] == 0.0)
    assert np.all((chance > 0.0) & (chance < 1.0) | (session.marked != UNMARKED))


def test_what_is_too_short_goes_with_what_follows_unless_that_was_marked() -> None:
    sliver = (5.0, 2.4, 168.0, 140.0)
    session = build_problem(WARM, sliver, BACK, JOG, BACK, JOG, BACK, COOL)
    turning = backward_probabilities(session, disabled_evidence=frozenset(["rules"]))
    assert turning[1] == turning[2] > 0.8
    before_a_mark = backward_probabilities(
        build_problem(WARM, sliver, BACK, sliver, JOG, BACK, COOL, marked_as={2: BACKWARD})
    )
    assert before_a_mark[1] < 0.2
    assert before_a_mark[3] < 0.2
    between = backward_probabilities(
        build_problem(WARM, BACK, sliver, BACK, JOG, COOL, marked_as={1: BACKWARD, 3: BACKWARD})
    )
    assert between[2] > 0.9
    assert backward_probabilities(build_problem(STAND, sliver, STAND))[1] < 0.01
