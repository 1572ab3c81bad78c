"""The way as lines: where it breaks, where it is cut, and that nothing of it is lost or added."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import analyze
from retropace.config.privacy import PrivacyFilter, PrivacyZone
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray
from retropace.output.charts.route import MAX_JOIN_GAP_FACTOR, MAX_JOIN_GAP_S, Route, extract_route, split_route
from tests.support.strategies import activities, activity_of


def northward_activity(
    t_s: FloatArray, pauses: list[tuple[float, float]] | None = None, lon_deg: float = 11.0
) -> CleanedActivity:
    """The track of a runner who goes north at 3 m/s, but for pauses."""
    distance_m = 3.0 * (t_s - sum(np.clip(t_s - start_s, 0.0, end_s - start_s) for start_s, end_s in pauses or []))
    return analyze(
        activity_of(
            t_s,
            pauses,
            distance_m=distance_m,
            speed_mps=np.full(len(t_s), 3.0),
            lat_deg=48.0 + distance_m / 111_200.0,
            lon_deg=np.full(len(t_s), lon_deg),
        )
    ).cleaned


def breaks_s(way: Route) -> list[tuple[float, float]]:
    """Between which moments it breaks."""
    return [(float(way.t_s[at]), float(way.t_s[at + 1])) for at in np.flatnonzero(~way.is_joined)]


def with_gap(step_s: float, gap_s: float) -> FloatArray:
    before = step_s * np.arange(60.0)
    return np.concatenate((before, before[-1] + gap_s + before))


@pytest.mark.parametrize("step_s", [1.0, 4.0, 20.0, 60.0])
def test_a_dropout_breaks_the_way(step_s: float) -> None:
    longest_s = max(MAX_JOIN_GAP_S, MAX_JOIN_GAP_FACTOR * step_s)
    end_s = 59 * step_s
    assert breaks_s(extract_route(northward_activity(with_gap(step_s, longest_s)))) == []
    assert breaks_s(extract_route(northward_activity(with_gap(step_s, longest_s + 1.0)))) == [
        (end_s, end_s + longest_s + 1.0)
    ]


def test_lost_positions_break_it_as_well() -> None:
    t_s = np.arange(300.0)
    track = northward_activity(t_s)
    lat = track.lat_deg.copy()
    lat[100:170] = np.nan
    lon = track.lon_deg.copy()
    lon[200:220] = np.nan
    lost = analyze(activity_of(t_s, distance_m=3.0 * t_s, lat_deg=lat, lon_deg=lon)).cleaned
    way = extract_route(lost)
    assert breaks_s(way) == [(99.0, 170.0)]
    assert len(way) == 300 - 70 - 20
    assert np.all(np.isfinite(way.lat_deg) & np.isfinite(way.lon_deg))


def test_no_line_leads_across_a_pause() -> None:
    track = northward_activity(np.arange(300.0), [(100.0, 120.0), (200.5, 203.5)])
    way = extract_route(track)
    assert len(track.pauses) == 2
    for start_s, end_s in track.pauses.tolist():
        inside = (way.t_s[1:] > start_s) & (way.t_s[:-1] < end_s)
        assert inside.any()
        assert not way.is_joined[inside].any()
    assert way.is_joined[(way.t_s[1:] <= 100.0)].all()


def test_no_line_leads_over_what_is_hidden() -> None:
    track = northward_activity(np.arange(300.0))
    place = PrivacyZone(float(track.lat_deg[150]), 11.0, 10.0)
    way = extract_route(track, PrivacyFilter((place,)))
    ((before_s, after_s),) = breaks_s(way)
    assert before_s == pytest.approx(146.0, abs=1.5)
    assert after_s == pytest.approx(154.0, abs=1.5)


def test_without_positions_there_is_no_way() -> None:
    way = extract_route(analyze(activity_of(np.arange(100.0), speed_mps=np.full(100, 3.0))).cleaned)
    assert (len(way), len(way.is_joined)) == (0, 0)
    assert split_route(way, np.array([0.0, 99.0])) == []


@given(activities())
@settings(max_examples=60, deadline=None)
def test_positions_are_the_tracks_own(activity: Activity) -> None:
    try:
        track = analyze(activity).cleaned
    except RetropaceError:
        return
    way = extract_route(track)
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg)
    np.testing.assert_array_equal(way.t_s, track.t_s[known])
    np.testing.assert_array_equal(way.lat_deg, track.lat_deg[known])
    assert len(way.is_joined) == max(len(way) - 1, 0)
    for start_s, end_s in track.pauses.tolist():
        assert not way.is_joined[(way.t_s[:-1] >= start_s) & (way.t_s[1:] <= end_s)].any()


@st.composite
def routes_and_edges(draw: st.DrawFn) -> tuple[Route, FloatArray]:
    """A way with breaks, and stretches whose edges lie anywhere, on its positions too."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, 60))
    t_s = np.cumsum(rng.uniform(0.5, 10.0, count)) - 0.5
    lon = draw(st.sampled_from([11.0, 179.9999])) + np.cumsum(rng.normal(0.0, 1e-4, count))
    way = Route(
        t_s,
        48.0 + np.cumsum(rng.normal(0.0, 1e-4, count)),
        (lon + 180.0) % 360.0 - 180.0,
        rng.random(count - 1) < draw(st.sampled_from([0.5, 0.9, 1.0])),
    )
    last = float(t_s[-1]) + draw(st.sampled_from([0.0, 5.0]))
    cuts = [*rng.uniform(0.0, last, draw(st.integers(0, 12))), *rng.choice(t_s, draw(st.integers(0, 3)))]
    return way, np.unique(np.clip([0.0, *cuts, last], 0.0, last))


@given(routes_and_edges())
def test_lines_cover_the_joined_way_and_nothing_else(drawn: tuple[Route, FloatArray]) -> None:
    way, edges_s = drawn
    lines = split_route(way, edges_s)
    spans = [(float(line.t_s[0]), float(line.t_s[-1])) for line in lines]
    assert all(before <= after for (_, before), (after, _) in pairwise(spans))
    joined_s = float(np.sum(np.diff(way.t_s)[way.is_joined]))
    assert sum(end - start for start, end in spans) == pytest.approx(joined_s, abs=1e-9)
    for start_s, end_s in breaks_s(way):
        assert not any(start < end_s and end > start_s for start, end in spans)


@given(routes_and_edges())
def test_lines_are_cut_at_the_edges_and_both_sides_share_the_cut(drawn: tuple[Route, FloatArray]) -> None:
    way, edges_s = drawn
    lines = split_route(way, edges_s)
    for line in lines:
        assert len(line.t_s) == len(line.lat_deg) == len(line.lon_deg) >= 2
        assert np.all(np.diff(line.t_s) > 0.0)
        assert edges_s[line.stretch_index] <= line.t_s[0]
        assert line.t_s[-1] <= edges_s[line.stretch_index + 1]
    meeting = dict(zip((float(line.t_s[0]) for line in lines), lines, strict=True))
    for line in lines:
        end_s = float(line.t_s[-1])
        if other := meeting.get(end_s):
            assert (other.lat_deg[0], other.lon_deg[0]) == (line.lat_deg[-1], line.lon_deg[-1])
        else:  # then the way ends there, or breaks
            at = int(np.searchsorted(way.t_s, end_s))
            assert way.t_s[at] == end_s
            assert at == len(way) - 1 or not way.is_joined[at]


@given(routes_and_edges())
def test_lines_lie_on_the_way(drawn: tuple[Route, FloatArray]) -> None:
    way, edges_s = drawn
    around = np.unwrap(way.lon_deg, period=360.0)
    for line in split_route(way, edges_s):
        own = np.isin(line.t_s, way.t_s)
        assert own.sum() + np.isin(line.t_s[~own], edges_s).sum() == len(line.t_s)
        np.testing.assert_allclose(line.lat_deg, np.interp(line.t_s, way.t_s, way.lat_deg), atol=1e-12)
        turn = (line.lon_deg - np.interp(line.t_s, way.t_s, around) + 180.0) % 360.0 - 180.0
        np.testing.assert_allclose(turn, 0.0, atol=1e-9)
        assert np.all(np.abs(line.lon_deg) <= 180.0)
        within = way.t_s[(way.t_s >= line.t_s[0]) & (way.t_s <= line.t_s[-1])]
        assert np.isin(within, line.t_s).all()
