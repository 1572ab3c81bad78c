"""Energy against the examples of the papers it is from, and the laws it must keep."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retropace.analysis.energy import (
    ACSM_LEVEL_ML_PER_KG_M,
    ACSM_RISE_ML_PER_KG_M,
    BACKWARD_COST_RATIO,
    MINETTI_COEFFICIENTS,
    backward_cost,
    compute_energy,
    forward_cost,
)
from retropace.analysis.json_document import energy_document
from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, parse_mark
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import FloatArray
from retropace.output.tables.energy import format_energy_lines
from tests.support.strategies import activities, activity_of, annotation_lists

LAWS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MPH = 26.8224
"""Metres per minute."""
REST = 3.5
"""Millilitres of oxygen per kilogram and minute: one MET."""
KCAL_PER_ML = 0.005
"""As the papers reckon."""


def acsm(gait: str, metres_per_minute: float, grade: float = 0.0) -> float:
    """Millilitres of oxygen per kilogram and minute, rest included, by the constants of the code."""
    return metres_per_minute * (ACSM_LEVEL_ML_PER_KG_M[gait] + ACSM_RISE_ML_PER_KG_M[gait] * grade) + REST


def cost(gross_ml: float, metres_per_minute: float) -> float:
    """Kilocalories per kilogram and metre above rest of an oxygen uptake that somebody measured."""
    return (gross_ml - REST) * KCAL_PER_ML / metres_per_minute


def ends(gait: str, grade: float = 0.0, *, backward: bool = False) -> tuple[float, float]:
    low, high = (backward_cost if backward else forward_cost)(gait, np.array([grade]))
    return float(low[0]), float(high[0])


@pytest.mark.parametrize(
    ("gait", "mph", "grade", "uptake"),
    [
        ("walk", 3.5, 0.0, 12.9),
        ("walk", 3.5, 0.10, 29.8),
        ("run", 6.0, 0.0, 35.7),
        ("run", 6.0, 0.05, 42.9),
    ],
)
def test_the_equations_of_the_acsm(gait: str, mph: float, grade: float, uptake: float) -> None:
    assert acsm(gait, mph * MPH, grade) == pytest.approx(uptake, abs=0.05)
    low, high = ends(gait, grade)
    assert low < cost(uptake, mph * MPH) < high


@pytest.mark.parametrize(
    ("gait", "grade", "joules", "spread"),
    [
        ("run", 0.0, 3.40, 0.24),
        ("run", -0.20, 1.73, 0.36),
        ("run", 0.45, 18.93, 1.74),
        ("run", -0.45, 3.92, 0.81),
        ("walk", -0.10, 0.81, 0.37),
        ("walk", 0.45, 17.33, 1.11),
        ("walk", -0.45, 3.46, 0.95),
    ],
)
def test_the_polynomials_of_minetti_lie_within_what_was_measured(
    gait: str, grade: float, joules: float, spread: float
) -> None:
    """The abstract's means and deviations of ten runners, all but level walking: 1.64 ± 0.50, where it gives 2.5."""
    assert np.polyval(MINETTI_COEFFICIENTS[gait], grade) == pytest.approx(joules, abs=spread)


@pytest.mark.parametrize(
    ("what", "gait", "metres_per_minute", "forward_ml", "backward_ml"),
    [
        ("Williford 1998, walking", "walk", 80.45, 12.42, 15.95),
        ("Williford 1998, running", "run", 134.08, 27.15, 31.33),
        ("Compendium 17200 and 17320", "walk", 3.5 * MPH, 4.3 * REST, 6.0 * REST),
    ],
)
def test_measured_forward_and_backward_lie_within_the_ranges(
    what: str, gait: str, metres_per_minute: float, forward_ml: float, backward_ml: float
) -> None:
    low, high = ends(gait)
    assert low < cost(forward_ml, metres_per_minute) < high, what
    low, high = ends(gait, backward=True)
    assert low < cost(backward_ml, metres_per_minute) < high, what
    least, most = BACKWARD_COST_RATIO[gait]
    assert least < (backward_ml - REST) / (forward_ml - REST) < most, what


def test_the_compendium_backward_uphill() -> None:
    """17325: 8.0 METs at 3.5 mph on 5 %."""
    low, high = ends("walk", 0.05, backward=True)
    assert low < cost(8.0 * REST, 3.5 * MPH) < high


def test_backward_running_took_a_third_more() -> None:
    """Wright & Weyand 2001 at 3 m/s, and Rasica 2020 over all grades: 35 % more."""
    assert BACKWARD_COST_RATIO["run"][0] <= 1.35 <= BACKWARD_COST_RATIO["run"][1]
    for grade in (0.0, 0.05, 0.15, 0.25):
        (low, high), (back_low, back_high) = ends("run", grade), ends("run", grade, backward=True)
        assert back_low / low <= 1.35 <= back_high / high + 1e-9


@pytest.mark.parametrize("grade", [0.05, 0.075, 0.10])
def test_backward_walking_uphill_took_a_sixth_to_a_fifth_more(grade: float) -> None:
    """Hooper 2004: 17 to 20 % more, rest included."""
    (low, high), (back_low, back_high) = ends("walk", grade), ends("walk", grade, backward=True)
    assert back_low / low < 1.17 < 1.20 < back_high / high


def test_the_run_of_hall_and_others() -> None:
    """Hall 2004: somebody of 80 kg runs 1600 m at 2.82 m/s by the ACSM's equation for about 137 kcal, rest included."""
    minutes = 1600.0 / 2.82 / 60.0
    low, high = (80.0 * (1600.0 * end + REST * KCAL_PER_ML * minutes) for end in ends("run"))
    assert low < 137.0 < high


GRADES = st.floats(0.0, 0.25)
GAITS = st.sampled_from(["walk", "run"])


@given(GAITS, st.floats(-0.25, 0.25))
def test_backward_is_never_below_forward(gait: str, grade: float) -> None:
    low, high = ends(gait, grade)
    back_low, back_high = ends(gait, grade, backward=True)
    assert 0.0 < low < high
    assert low < back_low < back_high
    assert high < back_high


@given(GAITS, GRADES, GRADES, st.booleans())
def test_steeper_uphill_never_costs_less(gait: str, one: float, other: float, backward: bool) -> None:
    gentle, steep = (ends(gait, grade, backward=backward) for grade in sorted((one, other)))
    assert gentle[0] <= steep[0]
    assert gentle[1] <= steep[1]


@given(GAITS, GRADES)
def test_downhill_costs_no_more_than_level(gait: str, grade: float) -> None:
    assert ends(gait, -grade)[0] <= ends(gait)[0]
    assert ends(gait, -grade)[1] <= ends(gait)[1]


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Activity, list[Annotation]]:
    activity = draw(activities())
    return activity, draw(annotation_lists(clean_activity(activity).elapsed_s))


@given(sessions())
@LAWS
def test_parts_add_up_and_low_is_low(session: tuple[Activity, list[Annotation]]) -> None:
    analysis = analyze(*session)
    energy = analysis.energy
    for segments, directions, whole in (
        (energy.segment_low_kcal_per_kg, energy.direction_low_kcal_per_kg, energy.low_kcal_per_kg),
        (energy.segment_high_kcal_per_kg, energy.direction_high_kcal_per_kg, energy.high_kcal_per_kg),
    ):
        assert len(segments) == len(analysis.segments)
        if np.isnan(whole):
            assert np.all(np.isnan(segments))
            continue
        assert np.nansum(segments) == pytest.approx(whole, abs=1e-9)
        assert np.nansum(directions) == pytest.approx(whole, abs=1e-9)
    known = np.isfinite(energy.segment_low_kcal_per_kg)
    np.testing.assert_array_equal(known, np.isfinite(energy.segment_high_kcal_per_kg))
    assert np.all(
        (energy.segment_low_kcal_per_kg >= 0.0) & (energy.segment_low_kcal_per_kg <= energy.segment_high_kcal_per_kg)
        | ~known
    )
    assert not np.any(known & (analysis.segments.direction == "unknown"))
    resting = known & (analysis.segments.direction == "rest")
    assert not np.any(energy.segment_high_kcal_per_kg[resting])


@given(sessions(), st.floats(20.0, 300.0))
@LAWS
def test_it_is_linear_in_weight(session: tuple[Activity, list[Annotation]], weight_kg: float) -> None:
    analysis = analyze(*session)
    one, other = (
        json.loads(json.dumps(energy_document(analysis.energy, kg), allow_nan=False)) for kg in (1.0, weight_kg)
    )
    for part in (*DIRECTIONS, "all"):
        for end in ("low_kcal", "high_kcal"):
            if one[part][end] is None:
                assert other[part][end] is None
            else:
                assert other[part][end] == pytest.approx(weight_kg * one[part][end])
    assert "nan" not in " ".join(format_energy_lines(analysis, weight_kg))


@given(sessions())
@LAWS
def test_the_same_run_backward_costs_more(session: tuple[Activity, list[Annotation]]) -> None:
    analysis = analyze(*session)
    sure = np.full(len(analysis.segments), "annotated")
    forward = replace(analysis.segments, direction=np.full(len(sure), "forward"), basis=sure)
    backward = replace(forward, direction=np.full(len(sure), "backward"))
    one, other = compute_energy(analysis.cleaned, forward), compute_energy(analysis.cleaned, backward)
    known = np.isfinite(one.segment_low_kcal_per_kg)
    np.testing.assert_array_equal(known, np.isfinite(other.segment_low_kcal_per_kg))
    assert np.all(one.segment_low_kcal_per_kg[known] <= other.segment_low_kcal_per_kg[known])
    assert np.all(one.segment_high_kcal_per_kg[known] <= other.segment_high_kcal_per_kg[known])


def steady(altitude_m: FloatArray | None = None) -> Activity:
    """A run of 3 km at 3 m/s."""
    t_s = np.arange(1001.0)
    columns = {"distance_m": 3.0 * t_s, "speed_mps": np.full(1001, 3.0), "cadence_recorded": np.full(1001, 82.0)}
    return activity_of(t_s, None, **columns, **({} if altitude_m is None else {"altitude_m": altitude_m}))


def test_a_level_run() -> None:
    """3 km forward: from 0.80 to 1.08 kcal per kilogram and kilometre; no altitude is taken as level, and said."""
    energy = analyze(steady()).energy
    assert energy.low_kcal_per_kg == pytest.approx(3.0 * 0.800, abs=0.01)
    assert energy.high_kcal_per_kg == pytest.approx(3.0 * 1.081, abs=0.01)
    assert energy.assumes_level_ground
    assert energy.direction_low_kcal_per_kg.tolist() == [energy.low_kcal_per_kg, 0.0, 0.0, 0.0]


def test_uphill_costs_more_and_downhill_less() -> None:
    def on(grade: float) -> tuple[float, float]:
        energy = analyze(steady(500.0 + grade * 3.0 * np.arange(1001.0))).energy
        assert not energy.assumes_level_ground
        return energy.low_kcal_per_kg, energy.high_kcal_per_kg

    assert on(0.0)[0] < on(0.05)[0] < on(0.10)[0]
    assert on(0.0)[1] < on(0.05)[1] < on(0.10)[1]
    assert on(-0.05)[0] < on(0.0)[0]
    assert on(-0.05)[1] == pytest.approx(on(0.0)[1])


def test_pauses_and_standing_cost_nothing() -> None:
    running = analyze(steady()).energy
    t_s = np.concatenate((np.arange(501.0), 900.0 + np.arange(500.0)))
    distance_m = np.concatenate((3.0 * np.arange(501.0), 1500.0 + 3.0 * np.arange(500.0)))
    paused = activity_of(
        t_s,
        [(500.0, 900.0)],
        distance_m=distance_m,
        speed_mps=np.full(len(t_s), 3.0),
        cadence_recorded=np.full(len(t_s), 82.0),
    )
    analysis = analyze(paused)
    assert analysis.energy.direction_high_kcal_per_kg[DIRECTIONS.index("rest")] == 0.0
    assert analysis.summary.directions.elapsed_s[DIRECTIONS.index("rest")] == pytest.approx(400.0, abs=5.0)
    assert analysis.energy.high_kcal_per_kg == pytest.approx(running.high_kcal_per_kg, rel=0.01)


def test_suspected_covers_forward_and_an_unknown_gait_covers_both() -> None:
    analysis = analyze(steady())
    count = len(analysis.segments)

    def with_words(direction: str, basis: str, gait: str) -> tuple[float, float]:
        segments: Segments = replace(
            analysis.segments,
            direction=np.full(count, direction),
            basis=np.full(count, basis),
            gait=np.full(count, gait),
        )
        energy = compute_energy(analysis.cleaned, segments)
        return energy.low_kcal_per_kg, energy.high_kcal_per_kg

    forward, backward = with_words("forward", "assumed", "run"), with_words("backward", "annotated", "run")
    assert with_words("backward", "suspected", "run") == (forward[0], backward[1])
    walk = with_words("forward", "assumed", "walk")
    assert with_words("forward", "assumed", "") == (walk[0], forward[1])
    assert np.isnan(with_words("unknown", "measured", "")).all()
    assert with_words("rest", "measured", "stand") == (0.0, 0.0)


def test_without_distance_nothing_is_known() -> None:
    t_s = np.arange(601.0)
    analysis = analyze(activity_of(t_s, cadence_recorded=np.full(len(t_s), 82.0)))
    assert np.isnan(analysis.energy.low_kcal_per_kg)
    assert np.isnan(analysis.energy.direction_high_kcal_per_kg).all()
    directions = analysis.to_dict()["directions"]
    assert all(one["energy_low_kcal_per_kg"] is None for one in directions.values())
    assert energy_document(analysis.energy, 70.0)["all"] == {"low_kcal": None, "high_kcal": None}
    assert format_energy_lines(analysis, 70.0)[0] == "energy  not known without distance"


def test_distance_of_some_stretches_is_energy_of_those() -> None:
    """A treadmill that recorded no distance: what the runner gave counts, the rest is missing and not nothing."""
    t_s = np.arange(601.0)
    blind = activity_of(t_s, cadence_recorded=np.full(len(t_s), 82.0))
    analysis = analyze(blind, [parse_mark("2:00-4:00=backward run distance=300m")])
    forward, backward = analysis.energy.direction_low_kcal_per_kg[:2]
    assert np.isnan(forward)
    assert backward == pytest.approx(300.0 * ends("run", backward=True)[0], rel=0.01)
