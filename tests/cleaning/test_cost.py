import tracemalloc

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, Samples, Source
from retropace.core.errors import ReadError
from retropace.core.spans import FloatArray, as_spans

MAX_BYTES = 400e6


def phone(t_s: FloatArray, pauses: list[tuple[float, float]]) -> Activity:
    """Positions of a runner who makes 3 m from a record to the next."""
    lat_deg: FloatArray = 45.0 + 2.7e-5 * np.arange(len(t_s), dtype=np.float64)
    samples = Samples.from_columns(t_s, lat_deg=lat_deg, lon_deg=np.full(len(t_s), 7.0))
    return Activity(Source("made", "gpx"), samples, pauses=as_spans(pauses))


def pairs(starts_s: FloatArray) -> Activity:
    """Segments of two points, a second apart, with these starts and pauses between them."""
    t_s = np.column_stack((starts_s, starts_s + 1.0)).ravel()
    return phone(t_s, list(zip(t_s[1:-1:2].tolist(), t_s[2::2].tolist(), strict=True)))


@pytest.mark.parametrize(
    "starts_s",
    [
        61.0 * np.arange(2000.0),
        1.5 * 86400.0 * np.arange(2000.0),
        -3600.0 * np.arange(2000.0),
        2.0 * np.arange(2000.0) + np.where(np.arange(2000) % 2, 90000.0, 0.0),
    ],
    ids=["pauses", "leaps forward", "set back each time", "leaps to and fro"],
)
def test_thousands_of_segments_cost_no_more_than_their_records(starts_s: FloatArray) -> None:
    tracemalloc.start()
    try:
        analysis = analyze(pairs(starts_s))
        assert tracemalloc.get_traced_memory()[1] < MAX_BYTES
    finally:
        tracemalloc.stop()
    assert analysis.cleaned.curves["distance_m"][-1] > 0.0
    assert len(analysis.cleaned.findings) < 8


def test_a_year_of_positions_is_refused_in_a_sentence() -> None:
    with pytest.raises(ReadError, match=r"lasts 365 days, more than the 7 .* cut it into its runs"):
        clean_activity(phone(1800.0 * np.arange(365.0 * 48.0), []))


def test_a_race_of_thirty_hours_with_a_sleep_is_one_run() -> None:
    t_s = np.concatenate((np.arange(0.0, 57600.0, 5.0), np.arange(82800.0, 108001.0, 5.0)))
    analysis = analyze(phone(t_s, []))
    assert analysis.cleaned.elapsed_s == 108000.0
    assert analysis.cleaned.pauses.tolist() == [[57595.0, 82800.0]]
