"""Real recordings against the vendor's own decoder, and against the laps that the corpus knows."""

import csv
from functools import cache
from typing import Any

import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream

from retropace.core.activity import Activity
from retropace.readers.fit.reader import read_fit
from retropace.readers.fit.table import SEMICIRCLE_DEG
from retropace.readers.fit.values import MIN_DATE_TIME_S
from tests.support.paths import CORPUS

COMPRESSED = {
    "fit/dtcooper__python-fitparse__antfs-dump.63.fit",
    "fit/dtcooper__python-fitparse__compressed-speed-distance.fit",
}
"""Files with compressed timestamps, which the vendor's decoder refuses."""
FROM_DEVELOPER = {"vertical oscillation": "vertical_oscillation_m", "stance time": "stance_time_s"}
FIELDS = {
    "lat_deg": ("position_lat", SEMICIRCLE_DEG),
    "lon_deg": ("position_long", SEMICIRCLE_DEG),
    "altitude_m": ("enhanced_altitude", 1.0),
    "distance_m": ("distance", 1.0),
    "speed_mps": ("enhanced_speed", 1.0),
    "heart_rate_bpm": ("heart_rate", 1.0),
    "step_length_m": ("step_length", 1e-3),
    "vertical_oscillation_m": ("vertical_oscillation", 1e-3),
    "stance_time_s": ("stance_time", 1e-3),
}


def rows(table: str) -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / table).open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["file"].lower().endswith(".fit")]


NAMES = [row["file"] for row in rows("catalog.csv") if row["file"].startswith("fit/") and int(row["n_records"] or 0)]
LAPS = sorted({row["file"] for row in rows("intervals.csv")})


@cache
def ours(name: str) -> list[Activity]:
    return read_fit((CORPUS / name).read_bytes(), name)


def column(activities: list[Activity], name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.concatenate([getattr(activity.samples, name) for activity in activities])


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMPRESSED], ids=lambda name: name[4:40])
def test_every_record_holds_what_the_vendor_decodes(name: str) -> None:
    messages, errors = Decoder(Stream.from_byte_array(bytearray((CORPUS / name).read_bytes()))).read(
        convert_datetimes_to_dates=False, merge_heart_rates=False
    )
    assert not errors
    records = messages["record_mesgs"]

    def theirs(field: str, factor: float = 1.0) -> np.ndarray[Any, np.dtype[np.float64]]:
        values = (record.get(field) for record in records)
        return np.array([value * factor if isinstance(value, (int, float)) else np.nan for value in values])

    activities = ours(name)
    stood_in = {
        FROM_DEVELOPER[words]
        for activity in activities
        for said in activity.notes
        if (words := said.partition(" taken from the developer field")[0]) in FROM_DEVELOPER
    }
    for mine, (field, factor) in FIELDS.items():
        if mine in stood_in:
            assert not np.any(np.isfinite(theirs(field))), mine
        elif mine == "heart_rate_bpm":  # the strap may know more than the records
            known = np.isfinite(theirs(field))
            np.testing.assert_array_equal(column(activities, mine)[known], theirs(field)[known], err_msg=mine)
        else:
            np.testing.assert_allclose(column(activities, mine), theirs(field, factor), rtol=1e-12, err_msg=mine)
    whole, fraction = theirs("cadence"), np.nan_to_num(theirs("fractional_cadence"))
    np.testing.assert_allclose(column(activities, "cadence_recorded"), whole + fraction)
    times = theirs("timestamp")
    begins = np.cumsum([0, *(len(activity.samples) for activity in activities)])
    for activity, begin, end in zip(activities, begins[:-1], begins[1:], strict=True):
        np.testing.assert_array_equal(activity.samples.t_s, times[begin:end] - times[begin])
        assert (activity.start_time is None) == (times[begin] < MIN_DATE_TIME_S)
    for step, other in zip(activities[0].workout_steps, messages.get("workout_step_mesgs", []), strict=True):
        assert step.name == other.get("wkt_step_name", "")


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", LAPS, ids=lambda name: name[4:40])
def test_laps_lie_where_the_corpus_has_them(name: str) -> None:
    known = [row for row in rows("intervals.csv") if row["file"] == name]
    laps = [lap for activity in ours(name) for lap in activity.laps]
    assert len(laps) == len(known)
    for lap, row in zip(laps, known, strict=True):
        assert lap.start_s == pytest.approx(float(row["start_s"]), abs=0.01)
        assert lap.end_s == pytest.approx(float(row["end_s"]), abs=0.01)
        assert lap.trigger == row["trigger"]
        assert lap.intensity == row["intensity"]
        assert ("" if lap.step_index is None else str(lap.step_index)) == row["step_index"]


@pytest.mark.usefixtures("corpus")
def test_distances_of_compressed_records_add_up_to_the_totals() -> None:
    (activity,) = ours("fit/dtcooper__python-fitparse__compressed-speed-distance.fit")
    distance_m = activity.samples.distance_m[np.isfinite(activity.samples.distance_m)]
    assert np.all(np.diff(distance_m) >= 0.0)
    assert distance_m[-1] == pytest.approx(activity.device_totals.distance_m, rel=1e-3)
    assert activity.samples.t_s[-1] == pytest.approx(activity.device_totals.elapsed_s, abs=10.0)
