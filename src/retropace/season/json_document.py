"""A season's progress as plain dicts and lists, schema ``retropace.progress/1``. A missing value is ``None``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from retropace.analysis.json_document import format_time
from retropace.season.periods import PeriodStats
from retropace.season.progress import Progress
from retropace.season.runs import SeasonBest

SCHEMA = "retropace.progress/1"


def progress_document(
    progress: Progress, runner: str | None, format_path: Callable[[str], str], weight_kg: float | None = None
) -> dict[str, Any]:
    """The progress ready for :func:`json.dumps`; numbers are not rounded.

    ``shown`` turns the place of a file into what a person wants to read. With ``weight_kg`` energy is in kcal too.
    """
    season, trend, ramp = progress.season, progress.trend, progress.load_increase

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
                **{name: period_stats_to_dict(one, weight_kg) for name, one in figures.items()},
            }
            for period, figures in zip(progress.periods, progress.period_stats, strict=True)
        ],
        "whole": {name: period_stats_to_dict(one, weight_kg) for name, one in progress.season_stats.items()},
        "ratios": {
            "gait": progress.speed_ratios.gait or None,
            "values": [
                {**activity(row), "ratio": ratio}
                for row, ratio in zip(
                    progress.speed_ratios.rows.tolist(), progress.speed_ratios.ratio.tolist(), strict=True
                )
            ],
        },
        "trend": None if trend is None else {**_to_json_values(asdict(trend)), "is_sure": trend.is_significant},
        "bests": [_best_to_dict(one) | activity(one.row) for one in season.bests],
        "milestones": [
            {
                "kind": one.kind,
                "metres": _finite_or_none(one.metres),
                "value": _finite_or_none(one.value),
                **activity(one.row),
            }
            for one in progress.milestones
        ],
        "transitions": [_to_json_values(asdict(one)) for one in progress.transitions],
        "ramp": {
            "last_s": ramp.recent_s,
            "before_s": _finite_or_none(ramp.baseline_s),
            "ratio": _finite_or_none(ramp.ratio),
            "is_steep": ramp.is_steep,
        },
        "goals": [
            {
                "goal": str(one.goal),
                **_to_json_values(asdict(one.goal)),
                "first": one.first.isoformat(),
                "done_sessions": one.sessions,
                "done_minutes": one.minutes,
                "done_km": one.km,
                "is_met": one.is_met,
                "streak": one.streak,
                "best_streak": one.best_streak,
            }
            for one in progress.goal_progress
        ],
        "odd": [{**activity(one.row), "why": list(one.reasons)} for one in progress.outliers],
    }


def period_stats_to_dict(stats: PeriodStats, weight_kg: float | None) -> dict[str, Any]:
    """The figures of one direction; ``energy_low_kcal`` and ``energy_high_kcal`` besides if a weight is given."""
    plain = _to_json_values(asdict(stats))
    if weight_kg is not None:
        plain["energy_low_kcal"] = _finite_or_none(stats.energy_low_kcal_per_kg * weight_kg)
        plain["energy_high_kcal"] = _finite_or_none(stats.energy_high_kcal_per_kg * weight_kg)
    return plain


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


def _to_json_values(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _finite_or_none(value) if isinstance(value, float) else value for name, value in values.items()}


def _finite_or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
