"""JSON document of a season's progress, schema ``retropace.progress/1``. Missing values are ``None``."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from retropace.analysis.json_document import format_time
from retropace.core.json_values import finite_or_none, to_json_values
from retropace.season.goal_progress import GoalProgress
from retropace.season.periods import Period, PeriodStats
from retropace.season.progress import Progress

SCHEMA = "retropace.progress/1"
"""Name and version of the document's schema."""
BEST_NAMES = ("direction", "kind", "asked", "seconds", "metres", "start_s", "basis")
"""Names in the document of the fields of :class:`SeasonBest`, in order, except the last."""


def progress_document(
    progress: Progress, runner: str | None, format_path: Callable[[str], str], weight_kg: float | None = None
) -> dict[str, Any]:
    """Return the JSON document of a season's progress; ``format_path`` formats paths, the body weight adds energy."""
    season, trend, ratios, load = progress.season, progress.trend, progress.speed_ratios, progress.load_increase
    ratios_by_row = zip(ratios.rows.tolist(), ratios.ratio.tolist(), strict=True)
    ramp = {"last_s": load.recent_s, "before_s": load.baseline_s, "ratio": load.ratio, "is_steep": load.is_steep}

    def activity(row: int) -> dict[str, Any]:
        return {
            "activity": season.ids[row],
            "path": format_path(season.files[row]),
            "day": progress.days[row].isoformat(),
            "start_time": format_time(season.start_times[row]),
        }

    def directions(stats_by_direction: dict[str, PeriodStats]) -> dict[str, Any]:
        return {name: _period_stats_to_dict(stats, weight_kg) for name, stats in stats_by_direction.items()}

    return {
        "schema": SCHEMA,
        "athlete": runner,
        "today": progress.today.isoformat(),
        "per": progress.per,
        "weight_kg": weight_kg,
        "activities": len(season),
        "periods": [
            _period_to_dict(period, season.ids) | directions(stats)
            for period, stats in zip(progress.periods, progress.period_stats, strict=True)
        ],
        "whole": directions(progress.season_stats),
        "ratios": {
            "gait": ratios.gait or None,
            "values": [activity(row) | {"ratio": ratio} for row, ratio in ratios_by_row],
        },
        "trend": None if trend is None else to_json_values(asdict(trend)) | {"is_sure": trend.is_significant},
        "bests": [dict(zip(BEST_NAMES, best[:-1], strict=True)) | activity(best.row) for best in season.bests],
        "milestones": [
            to_json_values({name: getattr(milestone, name) for name in ("kind", "metres", "value")})
            | activity(milestone.row)
            for milestone in progress.milestones
        ],
        "transitions": [to_json_values(asdict(transition)) for transition in progress.transitions],
        "ramp": to_json_values(ramp),
        "goals": [_goal_progress_to_dict(goal_progress) for goal_progress in progress.goal_progress],
        "odd": [activity(outlier.row) | {"why": list(outlier.reasons)} for outlier in progress.outliers],
    }


def _period_to_dict(period: Period, ids: tuple[str, ...]) -> dict[str, Any]:
    last, rows = period.end - timedelta(days=1), period.rows.tolist()
    return {"first": period.first.isoformat(), "last": last.isoformat(), "activities": [ids[row] for row in rows]}


def _period_stats_to_dict(stats: PeriodStats, weight_kg: float | None) -> dict[str, Any]:
    values = to_json_values(asdict(stats))
    if weight_kg is not None:
        values["energy_low_kcal"] = finite_or_none(stats.energy_low_kcal_per_kg * weight_kg)
        values["energy_high_kcal"] = finite_or_none(stats.energy_high_kcal_per_kg * weight_kg)
    return values


def _goal_progress_to_dict(progress: GoalProgress) -> dict[str, Any]:
    goal = {"goal": str(progress.goal), **to_json_values(asdict(progress.goal)), "first": progress.first.isoformat()}
    return goal | progress.to_dict()
