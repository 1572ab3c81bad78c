"""A fault put into one source of distance of a sound recording leaves distance and moving time as they were."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, DeviceTotals, Lap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, as_spans
from tests.support.strategies import activity_of

Columns = dict[str, FloatArray]
EVERYTHING = ("lat_deg", "lon_deg", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm")
POSITIONS = ("lat_deg", "lon_deg")
LENGTH_S = 1800.0


def true_speed_mps(t_s: FloatArray) -> FloatArray:
    """Twelve minutes at 3 m/s, one of standing, then 2.2 and 3.3 m/s."""
    speeds: FloatArray = np.array([3.0, 0.0, 2.2, 3.3])[np.searchsorted([720.0, 780.0, 1300.0], t_s, side="right")]
    return speeds


def sound_columns(spacing_s: float) -> tuple[FloatArray, Columns]:
    fine_s = np.arange(0.0, LENGTH_S + 0.1, 0.1)
    t_s = np.arange(0.0, LENGTH_S + spacing_s, spacing_s)[: int(LENGTH_S // spacing_s) + 1]
    distance_m = np.interp(t_s, fine_s, np.append(0.0, np.cumsum(true_speed_mps(fine_s[:-1] + 0.05) * 0.1)))
    speed_mps = true_speed_mps(t_s)
    bearing = 0.4 * np.sin(distance_m / 400.0)
    step_m = np.diff(distance_m, prepend=0.0)
    north_m, east_m = np.cumsum(step_m * np.cos(bearing)), np.cumsum(step_m * np.sin(bearing))
    return t_s, {
        "lat_deg": 45.0 + north_m / 111_131.8,
        "lon_deg": 7.0 + east_m / 78_846.8,
        "distance_m": np.round(distance_m, 2),
        "speed_mps": speed_mps,
        "cadence_recorded": np.where(speed_mps > 0.0, 84.0, 0.0),
        "heart_rate_bpm": np.full(len(t_s), 140.0),
    }


def cleaned_with(
    fault: Callable[[FloatArray, Columns], None] | None,
    names: tuple[str, ...],
    spacing_s: float = 1.0,
    total_m: float = np.nan,
    laps: tuple[Lap, ...] = (),
) -> CleanedActivity:
    return clean_activity(activity_with(fault, names, spacing_s, total_m, laps))


def activity_with(
    fault: Callable[[FloatArray, Columns], None] | None,
    names: tuple[str, ...],
    spacing_s: float = 1.0,
    total_m: float = np.nan,
    laps: tuple[Lap, ...] = (),
) -> Activity:
    t_s, columns = sound_columns(spacing_s)
    if fault is not None:
        fault(t_s, columns)
    made = activity_of(t_s, None, **{name: columns[name] for name in names})
    totals = DeviceTotals(distance_m=total_m, timer_s=LENGTH_S) if np.isfinite(total_m) else DeviceTotals()
    return replace(made, device_totals=totals, laps=laps)


def check_same(found: CleanedActivity, sound: CleanedActivity) -> None:
    for curve, tolerance in (("distance_m", 0.005), ("moving_s", 0.01)):
        assert found.curves[curve][-1] == pytest.approx(sound.curves[curve][-1], rel=tolerance), found.warnings
    assert np.all(np.diff(found.curves["distance_m"]) >= 0.0)


def between(start_s: float, end_s: float, change: Callable[[Columns, np.ndarray], None]) -> Callable[..., None]:
    """Return a fault that changes the rows between two times."""

    def fault(t_s: FloatArray, columns: Columns) -> None:
        change(columns, np.flatnonzero((t_s >= start_s) & (t_s < end_s)))

    return fault


def stray(columns: Columns, rows: np.ndarray) -> None:
    columns["lat_deg"][rows] += 0.05


def scattered(columns: Columns, rows: np.ndarray) -> None:
    columns["lat_deg"][rows] += np.resize([0.05, -0.3, 2.0, 0.01], len(rows))


@pytest.mark.parametrize("spacing_s", [1.0, 3.0, 20.0])
@pytest.mark.parametrize("change", [stray, scattered])
@pytest.mark.parametrize("first", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_stray_positions_are_no_way(
    spacing_s: float, change: Callable[[Columns, np.ndarray], None], first: float, count: int
) -> None:
    start_s = spacing_s * round(first * (LENGTH_S / spacing_s - count + 1))
    fault = between(start_s, start_s + count * spacing_s, change)
    check_same(cleaned_with(fault, POSITIONS, spacing_s), cleaned_with(None, POSITIONS, spacing_s))


def test_strays_at_both_ends_and_thirty_in_between() -> None:
    def fault(_: FloatArray, columns: Columns) -> None:
        for rows in (slice(0, 4), slice(900, 930), slice(-3, None)):
            columns["lon_deg"][rows] -= 0.2

    check_same(cleaned_with(fault, POSITIONS), cleaned_with(None, POSITIONS))


def test_a_train_ride_between_two_parts_is_no_way_and_no_part_is_lost() -> None:
    t_s, columns = sound_columns(1.0)
    columns["lat_deg"][600:] += 0.2  # 22 km in 20 min
    t_s[600:] += 1200.0
    for pauses in ([], [(599.0, 1800.0)]):
        made = activity_of(t_s, pauses, lat_deg=columns["lat_deg"], lon_deg=columns["lon_deg"])
        cleaned = clean_activity(made)
        check_same(cleaned, cleaned_with(None, POSITIONS))
        assert np.all(np.isfinite(cleaned.lat_deg[[0, 599, -1]]))


def test_the_way_through_a_tunnel_counts() -> None:
    def fault(_: FloatArray, columns: Columns) -> None:
        for name in POSITIONS:
            columns[name][200:290] = np.nan

    def held(_: FloatArray, columns: Columns) -> None:
        for name in POSITIONS:
            columns[name][200:290] = columns[name][199]

    for each in (fault, held):
        check_same(cleaned_with(each, POSITIONS), cleaned_with(None, POSITIONS))


COUNTED = ("distance_m", "cadence_recorded")


@pytest.mark.parametrize("spacing_s", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("lap_s", [200.0, 410.0])
def test_every_restart_of_a_counter_is_continued(spacing_s: float, lap_s: float) -> None:
    def fault(t_s: FloatArray, columns: Columns) -> None:
        counted = columns["distance_m"]
        starts = np.maximum.accumulate(np.where(np.diff(t_s // lap_s, prepend=0.0) > 0.0, np.arange(len(t_s)), 0))
        columns["distance_m"] = counted - counted[np.maximum(starts - 1, 0)] * (starts > 0)

    check_same(cleaned_with(fault, COUNTED, spacing_s), cleaned_with(None, COUNTED, spacing_s))


def freeze(columns: Columns, rows: np.ndarray) -> None:
    columns["distance_m"][rows[0] :] -= columns["distance_m"][rows[-1]] - columns["distance_m"][rows[0]]
    columns["distance_m"][rows] = columns["distance_m"][max(rows[0] - 1, 0)]


def freeze_and_catch_up(columns: Columns, rows: np.ndarray) -> None:
    columns["distance_m"][rows] = columns["distance_m"][rows[0]]


@pytest.mark.parametrize("spacing_s", [1.0, 5.0])
@pytest.mark.parametrize("change", [freeze, freeze_and_catch_up])
@pytest.mark.parametrize("span", [(0.0, 200.0), (300.0, 370.0), (400.0, 1500.0), (1200.0, LENGTH_S + 1.0)])
@pytest.mark.parametrize(
    "missing", [(), ("cadence_recorded",), ("speed_mps",), POSITIONS, ("speed_mps", "cadence_recorded")]
)
def test_a_counter_that_stands_still_is_overruled(
    spacing_s: float,
    change: Callable[[Columns, np.ndarray], None],
    span: tuple[float, float],
    missing: tuple[str, ...],
) -> None:
    names = tuple(name for name in EVERYTHING if name not in missing)
    sound = cleaned_with(None, names, spacing_s)
    check_same(cleaned_with(between(*span, change), names, spacing_s), sound)
    # A total that the device took from the same counter does not decide.
    counted = activity_with(between(*span, change), names, spacing_s).samples.distance_m
    found = cleaned_with(between(*span, change), names, spacing_s, float(counted[-1]))
    check_same(found, sound)


def test_an_independent_total_fills_what_a_counter_missed() -> None:
    names = ("distance_m", "cadence_recorded")
    sound = cleaned_with(None, names)
    total_m = float(sound.curves["distance_m"][-1])
    check_same(cleaned_with(between(300.0, 700.0, freeze), names, total_m=total_m), sound)


@pytest.mark.parametrize("names", [EVERYTHING, (*POSITIONS, "distance_m"), ("distance_m", "speed_mps")])
@pytest.mark.parametrize("spacing_s", [1.0, 4.0, 20.0])
def test_increments_are_added_up(names: tuple[str, ...], spacing_s: float) -> None:
    def fault(_: FloatArray, columns: Columns) -> None:
        columns["distance_m"] = np.diff(columns["distance_m"], prepend=0.0)

    found = cleaned_with(fault, names, spacing_s)
    check_same(found, cleaned_with(None, names, spacing_s))
    assert found.distance_source == "device"


@pytest.mark.parametrize("value", [42_949_672.95, 4_294_967_295.0, 65_535.0, -1.0])
@pytest.mark.parametrize("span", [(0.0, 3.0), (700.0, 701.0), (900.0, 1200.0), (1795.0, 1801.0)])
@pytest.mark.parametrize("names", [EVERYTHING, ("distance_m", "cadence_recorded")])
def test_a_placeholder_is_no_distance(value: float, span: tuple[float, float], names: tuple[str, ...]) -> None:
    def fault(columns: Columns, rows: np.ndarray) -> None:
        columns["distance_m"][rows] = value

    check_same(cleaned_with(between(*span, fault), names), cleaned_with(None, names))


@pytest.mark.parametrize("names", [EVERYTHING, (*POSITIONS, "distance_m", "speed_mps"), (*POSITIONS, "speed_mps")])
@pytest.mark.parametrize("value", [0.0, np.nan, 30.0])
@pytest.mark.parametrize("span", [(60.0, 1801.0), (100.0, 130.0), (800.0, 1200.0)])
@pytest.mark.parametrize("spacing_s", [1.0, 5.0])
def test_distance_overrules_recorded_speed(
    names: tuple[str, ...], value: float, span: tuple[float, float], spacing_s: float
) -> None:
    def fault(columns: Columns, rows: np.ndarray) -> None:
        columns["speed_mps"][rows] = value

    found = cleaned_with(between(*span, fault), names, spacing_s)
    check_same(found, cleaned_with(None, names, spacing_s))
    assert found.curves["moving_s"][-1] == pytest.approx(1740.0, abs=17.0)
    rest_m = sum(found.gain("distance_m", start_s, end_s) for start_s, end_s in found.standing.tolist())
    assert rest_m < 30.0


def test_speed_of_zero_in_which_nothing_moves_is_rest() -> None:
    found = cleaned_with(None, EVERYTHING)
    assert found.standing.tolist() == [pytest.approx([720.0, 780.0], abs=6.0)]


def test_a_counter_in_part_of_the_file_is_continued_along_positions_or_speed() -> None:
    def fault(columns: Columns, rows: np.ndarray) -> None:
        columns["distance_m"][rows] = np.nan

    for names in (EVERYTHING, (*POSITIONS, "distance_m"), ("distance_m", "speed_mps", "cadence_recorded")):
        for span in ((0.0, 800.0), (1000.0, 1801.0)):
            check_same(cleaned_with(between(*span, fault), names), cleaned_with(None, names))


def test_positions_in_part_of_the_file_are_continued_by_speed() -> None:
    def fault(columns: Columns, rows: np.ndarray) -> None:
        columns["lat_deg"][rows] = np.nan

    names = (*POSITIONS, "speed_mps")
    for span in ((0.0, 500.0), (1000.0, 1801.0)):
        check_same(cleaned_with(between(*span, fault), names), cleaned_with(None, names))


@pytest.mark.parametrize("spacing_s", [1.0, 10.0])
def test_laps_say_how_far_where_records_do_not(spacing_s: float) -> None:
    sound = cleaned_with(None, ("distance_m", "cadence_recorded"), spacing_s)
    edges = [0.0, 400.0, 720.0, 780.0, 1300.0, 1800.0]
    metres = sound.value_at("distance_m", np.array(edges))
    laps = tuple(
        Lap(start_s, end_s, distance_m=gain_m)
        for start_s, end_s, gain_m in zip(edges[:-1], edges[1:], np.diff(metres).tolist(), strict=True)
    )
    found = cleaned_with(None, ("cadence_recorded", "heart_rate_bpm"), spacing_s, laps=laps)
    check_same(found, sound)
    assert found.distance_source == "totals"
    np.testing.assert_allclose(found.value_at("distance_m", np.array(edges)), metres, atol=0.01 * metres[-1])


@pytest.mark.parametrize("spacing_s", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("names", [POSITIONS, (*POSITIONS, "distance_m")])
def test_a_break_in_which_the_runner_ran_on_is_no_pause(spacing_s: float, size: int, names: tuple[str, ...]) -> None:
    sound = activity_with(None, names, spacing_s)
    t_s = sound.samples.t_s
    breaks = list(pairwise(t_s.tolist()))[size - 1 :: size]
    check_same(clean_activity(replace(sound, pauses=as_spans(breaks))), clean_activity(sound))


def test_a_pause_without_running_stays_a_pause() -> None:
    t_s, columns = sound_columns(1.0)
    t_s[600:] += 240.0
    walked = columns["lat_deg"] + np.where(np.arange(len(t_s)) >= 600, 150.0 / 111_131.8, 0.0)
    made = activity_of(t_s, [(599.0, 840.0)], lat_deg=walked, lon_deg=columns["lon_deg"])
    assert clean_activity(made).pauses.tolist() == [[599.0, 840.0]]


@pytest.mark.parametrize("spacing_s", [1.0, 10.0, 18.0, 30.0, 45.0, 60.0])
def test_cadence_and_heart_rate_are_known_at_any_spacing(spacing_s: float) -> None:
    curves = cleaned_with(None, EVERYTHING, spacing_s).curves
    assert curves["heart_rate_integral"][-1] / curves["heart_rate_time_s"][-1] == pytest.approx(140.0)
    assert curves["heart_rate_time_s"][-1] > 0.9 * LENGTH_S
    assert 60.0 * curves["steps"][-1] / curves["step_time_s"][-1] == pytest.approx(168.0, rel=0.05)
    assert curves["step_time_s"][-1] > 0.9 * curves["moving_s"][-1]


def test_smart_recording_of_up_to_a_minute_keeps_cadence() -> None:
    sound = activity_with(None, EVERYTHING)
    rows = np.cumsum(np.random.default_rng(3).integers(1, 60, 60))
    rows = rows[rows < len(sound.samples)]
    columns = {name: getattr(sound.samples, name)[rows] for name in EVERYTHING}
    curves = clean_activity(activity_of(sound.samples.t_s[rows], **columns)).curves
    assert curves["step_time_s"][-1] > 0.9 * curves["moving_s"][-1]


def test_a_long_gap_in_a_dense_recording_has_no_cadence() -> None:
    t_s, columns = sound_columns(1.0)
    keep = (t_s < 300.0) | (t_s > 350.0)
    made = activity_of(t_s[keep], None, **{name: column[keep] for name, column in columns.items()})
    assert clean_activity(made).curves["step_time_s"][-1] == pytest.approx(1690.0, abs=10.0)


@pytest.mark.parametrize("value", [-1.0, -84.0, 255.0, 140.0])
@pytest.mark.parametrize("span", [(100.0, 103.0), (100.0, 160.0), (0.0, 5.0)])
def test_cadence_that_no_legs_have_is_missing(value: float, span: tuple[float, float]) -> None:
    def fault(columns: Columns, rows: np.ndarray) -> None:
        columns["cadence_recorded"][rows] = value

    found, sound = cleaned_with(between(*span, fault), EVERYTHING), cleaned_with(None, EVERYTHING)
    check_same(found, sound)
    assert 60.0 * found.curves["steps"][-1] / found.curves["step_time_s"][-1] == pytest.approx(168.0, rel=0.01)


@pytest.mark.parametrize("change", [stray, freeze])
def test_directions_add_up_after_a_repair(change: Callable[[Columns, np.ndarray], None]) -> None:
    document = analyze(activity_with(between(300.0, 330.0, change), EVERYTHING)).to_dict()
    directions = document["directions"].values()
    assert sum(row["distance_m"] for row in directions) == pytest.approx(document["activity"]["distance_m"])
    assert sum(row["elapsed_s"] for row in directions) == pytest.approx(document["activity"]["elapsed_s"])
