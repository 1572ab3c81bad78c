"""JSON document of a season's progress, schema ``retropace.progress/1``. Missing values are ``None``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from retropace.analysis.json_document import finite_or_none, format_time, to_json_values
from retropace.season.periods import PeriodStats
from retropace.season.progress import Progress
from retropace.season.runs import SeasonBest

SCHEMA = "retropace.progress/1"
"""Name and version of the document's schema."""


def progress_document(
    progress: Progress, runner: str | None, format_path: Callable[[str], str], weight_kg: float | None = None
) -> dict[str, Any]:
    """Return the JSON document of a runner's progress as dicts and lists, with unrounded numbers.

    ``format_path`` formats a file's path for display. With ``weight_kg``, energy is also given in kcal.
    """
    season, trend, load = progress.season, progress.trend, progress.load_increase

    def activity(row: int) -> dict[str, Any]:
        return {
            "activity": season.ids[row],
            "path": format_path(season.files[row]),
            "day": progress.days[row].isoformat(),
            "start_time": format_time(season.start_times[row]),
        }

    return {
        "schema": SCHEMA,
        "athlete": runner,
        "today": progress.today.isoformat(),
        "per": progress.per,
        "weight_kg": weight_kg,
        "activities": len(season),
        "periods": [
            {
                "first": period.first.isoformat(),
                "last": (period.end.fromordinal(period.end.toordinal() - 1)).isoformat(),
                "activities": [season.ids[row] for row in period.rows.tolist()],
                **{name: period_stats_to_dict(stats, weight_kg) for name, stats in stats_by_direction.items()},
            }
            for period, stats_by_direction in zip(progress.periods, progress.period_stats, strict=True)
        ],
        "whole": {name: period_stats_to_dict(stats, weight_kg) for name, stats in progress.season_stats.items()},
        "ratios": {
            "gait": progress.speed_ratios.gait or None,
            "values": [
                {**activity(row), "ratio": ratio}
                for row, ratio in zip(
                    progress.speed_ratios.rows.tolist(), progress.speed_ratios.ratio.tolist(), strict=True
                )
            ],
        },
        "trend": None if trend is None else {**to_json_values(asdict(trend)), "is_sure": trend.is_significant},
        "bests": [_best_to_dict(best) | activity(best.row) for best in season.bests],
        "milestones": [
            {
                "kind": milestone.kind,
                "metres": finite_or_none(milestone.metres),
                "value": finite_or_none(milestone.value),
                **activity(milestone.row),
            }
            for milestone in progress.milestones
        ],
        "transitions": [to_json_values(asdict(transition)) for transition in progress.transitions],
        "ramp": {
            "last_s": load.recent_s,
            "before_s": finite_or_none(load.baseline_s),
            "ratio": finite_or_none(load.ratio),
            "is_steep": load.is_steep,
        },
        "goals": [
            {
                "goal": str(goal.goal),
                **to_json_values(asdict(goal.goal)),
                "first": goal.first.isoformat(),
                "done_sessions": goal.sessions,
                "done_minutes": goal.minutes,
                "done_km": goal.km,
                "is_met": goal.is_met,
                "streak": goal.streak,
                "best_streak": goal.best_streak,
            }
            for goal in progress.goal_progress
        ],
        "odd": [{**activity(outlier.row), "why": list(outlier.reasons)} for outlier in progress.outliers],
    }


def period_stats_to_dict(stats: PeriodStats, weight_kg: float | None) -> dict[str, Any]:
    """Return the statistics of one direction in one period; ``weight_kg`` adds the energy range in kcal."""
    values = to_json_values(asdict(stats))
    if weight_kg is not None:
        values["energy_low_kcal"] = finite_or_none(stats.energy_low_kcal_per_kg * weight_kg)
        values["energy_high_kcal"] = finite_or_none(stats.energy_high_kcal_per_kg * weight_kg)
    return values


def _best_to_dict(best: SeasonBest) -> dict[str, Any]:
    return {
        "direction": best.direction,
        "kind": best.kind,
        "asked": best.target,
        "seconds": best.seconds,
        "metres": best.metres,
        "start_s": best.start_s,
        "basis": best.basis,
    }
