"""Seasons made by hand: so much forward, so much backward on such a day."""

from datetime import UTC, date, datetime, timedelta

from retropace.core.segments import DIRECTIONS
from retropace.season.runs import DIRECTION_METRICS, Season, SeasonBest, SeasonRow, build_season

MONDAY = date(2025, 1, 6)


def run(
    day: float,
    *,
    forward_s: float = 1200.0,
    backward_s: float = 300.0,
    forward_mps: float = 3.0,
    backward_mps: float = 2.0,
    cadence_spm: float = 165.0,
    hour: float = 12.0,
    longest: tuple[float, float, float] | None = None,
    gait: str = "run",
) -> SeasonRow:
    """An activity so many days after a Monday, at that hour, UTC."""
    start = datetime(2025, 1, 6, tzinfo=UTC) + timedelta(days=day, hours=hour)
    metres = {"forward": forward_s * forward_mps, "backward": backward_s * backward_mps}
    seconds = {"forward": forward_s, "backward": backward_s}

    def figures(direction: str) -> list[float | None]:
        moving = seconds.get(direction, 0.0)
        if not moving:
            return [0.0, 0.0, 0.0, None, None, None, None, 0.0, 0.0, 0.0, 0.0]
        steps = moving * cadence_spm / 60.0
        way = metres[direction]
        return [moving, way, moving, cadence_spm, way / steps, 140.0, steps, 0.0, 0.0, moving / 60.0, moving / 50.0]

    assert len(figures("forward")) == len(DIRECTION_METRICS)
    at = {"run": (0, 2), "walk": (1, 3)}[gait]
    gait_m, gait_s = [0.0] * 4, [0.0] * 4
    gait_m[at[0]], gait_m[at[1]] = metres["forward"], metres["backward"]
    gait_s[at[0]], gait_s[at[1]] = forward_s, backward_s
    whole = (backward_s, metres["backward"], forward_s) if backward_s else (0.0, 0.0, 0.0)
    name = f"{day:08.3f}"
    return SeasonRow(
        name,
        f"/runs/{name}.fit",
        start,
        [figures(one) for one in DIRECTIONS],
        gait_m,
        gait_s,
        longest or whole,
    )


def season(
    *runs: SeasonRow, bests: tuple[SeasonBest, ...] = (), quarters: tuple[tuple[int, float], ...] = ()
) -> Season:
    return build_season(runs, bests, quarters)
