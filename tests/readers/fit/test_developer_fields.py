import struct

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import parse_field
from retropace.core.activity import Activity
from retropace.core.parameters import LabelParameters, Settings
from retropace.readers.fit.reader import read_fit
from tests.support.fit_bytes import FLOAT32, RECORD, START, STRING, UINT8, UINT16, UINT32, FitFile, opened


def float_bytes(value: float) -> bytes:
    return struct.pack("<f", value)


def pod(
    name: str,
    value: float,
    units: str = "",
    *,
    native: int | None = None,
    fields: tuple[tuple[int, int, int], ...] = (),
) -> Activity:
    """Thirty records with one developer field, beside the watch's own ``fields`` (number, base type, value)."""
    made = opened()
    made.describe(0, FLOAT32, name, units, native=native)
    made.define(1, RECORD, [(253, UINT32), *((number, base) for number, base, _ in fields)], [(0, 4, 0)])
    for second in range(30):
        made.data(1, START + second, *(value for _, _, value in fields), float_bytes(value))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    return activity


@pytest.mark.parametrize("name", ["Cadence", "cadence"])
def test_a_developer_field_never_shadows_a_native_one(name: str) -> None:
    activity = pod(name, 160.0, "RPM", native=4, fields=((4, UINT8, 84),))
    assert set(activity.samples.cadence_recorded.tolist()) == {84.0}
    assert set(activity.samples.extra[name].tolist()) == {160.0}
    assert activity.warnings == ("the recording was never closed: it holds no session totals",)
    assert sorted(activity.field_counts.values()) == [30, 30]


@pytest.mark.parametrize(
    ("name", "units", "native", "recorded", "column", "expected"),
    [
        ("Cadence", "RPM", None, 82.0, "cadence_recorded", 82.0),
        ("Steps", "spm", 4, 164.0, "cadence_recorded", 164.0),
        ("Speed", "M/S", None, 3.5, "speed_mps", 3.5),
        ("Pod speed", "km/h", 73, 12.6, "speed_mps", 3.5),
        ("speed", "", None, 3.5, "speed_mps", 3.5),
        ("Distance", "Meters", None, 750.0, "distance_m", 750.0),
        ("Distance", "km", 5, 0.75, "distance_m", 750.0),
        ("Ground Time", "Milliseconds", 41, 230.0, "stance_time_s", 0.23),
        ("Vertical Oscillation", "Centimeters", None, 7.5, "vertical_oscillation_m", 0.075),
        ("Step Length", "", 85, 1200.0, "step_length_m", 1.2),
    ],
)
def test_a_developer_field_stands_in_where_the_watch_has_none_and_it_is_said(
    name: str, units: str, native: int | None, recorded: float, column: str, expected: float
) -> None:
    activity = pod(name, recorded, units, native=native)
    np.testing.assert_allclose(getattr(activity.samples, column), expected, rtol=1e-6)
    np.testing.assert_allclose(activity.samples.extra[name], recorded, rtol=1e-6)
    assert any(f'developer field "{name}"' in said for said in activity.notes)


@pytest.mark.parametrize(("name", "units"), [("Speed", "furlongs"), ("Average Speed", "m/s"), ("Distance", "min/km")])
def test_an_unknown_unit_or_another_quantity_stands_in_for_nothing(name: str, units: str) -> None:
    activity = pod(name, 3.5, units)
    assert not np.any(np.isfinite(activity.samples.speed_mps))
    assert not np.any(np.isfinite(activity.samples.distance_m))
    assert name in activity.samples.extra


def test_the_scale_of_a_description_counts() -> None:
    made = opened()
    made.describe(0, UINT16, "Speed", "m/s", scale=100)
    made.define(1, RECORD, [(253, UINT32)], [(0, 2, 0)])
    for second in range(5):
        made.data(1, START + second, struct.pack("<H", 350))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    np.testing.assert_allclose(activity.samples.speed_mps, 3.5)


def test_two_apps_with_fields_of_one_name_keep_both() -> None:
    made = opened()
    made.describe(0, FLOAT32, "Power", "W", index=0)
    made.describe(0, FLOAT32, "Power", "W", index=1)
    made.define(1, RECORD, [(253, UINT32), (7, UINT16)], [(0, 4, 0), (0, 4, 1)])
    for second in range(5):
        made.data(1, START + second, 200, float_bytes(210.0), float_bytes(220.0))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    found = {name: set(column.tolist()) for name, column in activity.samples.extra.items()}
    assert found == {"power": {200.0}, "Power": {210.0}, "Power (2)": {220.0}}


@pytest.mark.parametrize("size", [0, 2, 6])
def test_a_field_whose_size_does_not_fit_its_type_moves_nothing(size: int) -> None:
    made = opened()
    made.describe(0, FLOAT32, "Cadence", "RPM")
    made.describe(1, FLOAT32, "Power", "W")
    made.define(1, RECORD, [(253, UINT32), (4, UINT8)], [(0, size, 0), (1, 4, 0)])
    for second in range(30):
        odd = (b"\x01" * size,) if size else ()
        made.data(1, START + second, 84, *odd, float_bytes(250.0))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.t_s.tolist() == list(range(30))
    assert set(activity.samples.cadence_recorded.tolist()) == {84.0}
    assert set(activity.samples.extra["Power"].tolist()) == {250.0}


def test_a_description_of_an_impossible_type_costs_its_field_only() -> None:
    made = opened()
    made.describe(0, 0x55, "Broken")
    made.define(1, RECORD, [(253, UINT32), (4, UINT8)], [(0, 4, 0)])
    for second in range(30):
        made.data(1, START + second, 84, b"\1\2\3\4")
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert set(activity.samples.cadence_recorded.tolist()) == {84.0}
    assert len(activity.samples) == 30
    assert "1 message that cannot be decoded passed over (1 × field_description)" in activity.warnings


def test_fields_without_a_description_are_passed_over() -> None:
    made = FitFile()
    made.define(1, RECORD, [(253, UINT32), (4, UINT8)], [(9, 4, 7)])
    for second in range(30):
        made.data(1, START + second, 84, b"\1\2\3\4")
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert len(activity.samples) == 30
    assert dict(activity.samples.extra) == {}


def test_a_developer_field_of_words_keeps_them() -> None:
    made = opened()
    made.describe(0, STRING, "Direction", "")
    made.define(1, RECORD, [(253, UINT32)], [(0, 9, 0)])
    for second in range(60):
        word = b"backward" if 20 <= second < 40 else b"forward"
        made.data(1, START + second, word.ljust(9, b"\0"))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.categories["Direction"] == ("forward", "backward")
    assert activity.samples.extra["Direction"].tolist() == [0.0] * 20 + [1.0] * 20 + [0.0] * 20
    analysis = analyze(activity, [parse_field("direction")], Settings(label=LabelParameters(keep_edges=True)))
    assert [(one.start_s, one.end_s, one.label.direction) for one in analysis.annotations] == [
        (0.0, 20.0, "forward"),
        (20.0, 40.0, "backward"),
        (40.0, 59.0, "forward"),
    ]
