"""A season's progress as plain dicts and lists, schema ``retropace.progress/1``. A missing value is ``None``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from retropace.analysis.json_document import time_text
from retropace.season.periods import Figures
from retropace.season.progress import Progress
from retropace.season.runs import BestOf

SCHEMA = "retropace.progress/1"


def progress_document(
    progress: Progress, runner: str | None, shown: Callable[[str], str], weight_kg: float | None = None
) -> dict[str, Any]:
    """The progress ready for :func:`json.dumps`; numbers are not rounded.

    ``shown`` turns the place of a file into what a person wants to read. With ``weight_kg`` energy is in kcal too.
    """
    season, trend, ramp = progress.season, progress.trend, progress.ramp

    def activity(row: int) -> dict[str, Any]:
        return {
            "activity": season.ids[row],
            "path": shown(season.files[row]),
            "day": progress.days[row].isoformat(),
            "start_time": time_text(season.start_times[row]),
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
                **{name: figures_document(one, weight_kg) for name, one in figures.items()},
            }
            for period, figures in zip(progress.periods, progress.figures, strict=True)
        ],
        "whole": {name: figures_document(one, weight_kg) for name, one in progress.whole.items()},
        "ratios": {
            "gait": progress.ratios.gait or None,
            "values": [
                {**activity(row), "ratio": ratio}
                for row, ratio in zip(progress.ratios.rows.tolist(), progress.ratios.ratio.tolist(), strict=True)
            ],
        },
        "trend": None if trend is None else {**_plain(asdict(trend)), "is_sure": trend.is_sure},
        "bests": [_best(one) | activity(one.row) for one in season.bests],
        "milestones": [
            {"kind": one.kind, "metres": _number(one.metres), "value": _number(one.value), **activity(one.row)}
            for one in progress.milestones
        ],
        "transitions": [_plain(asdict(one)) for one in progress.transitions],
        "ramp": {
            "last_s": ramp.last_s,
            "before_s": _number(ramp.before_s),
            "ratio": _number(ramp.ratio),
            "is_steep": ramp.is_steep,
        },
        "goals": [
            {
                "goal": str(one.goal),
                **_plain(asdict(one.goal)),
                "first": one.first.isoformat(),
                "done_sessions": one.sessions,
                "done_minutes": one.minutes,
                "done_km": one.km,
                "is_met": one.is_met,
                "streak": one.streak,
                "best_streak": one.best_streak,
            }
            for one in progress.goals
        ],
        "odd": [{**activity(one.row), "why": list(one.why)} for one in progress.odd],
    }


def figures_document(figures: Figures, weight_kg: float | None) -> dict[str, Any]:
    """The figures of one direction; ``energy_low_kcal`` and ``energy_high_kcal`` besides if a weight is given."""
    plain = _plain(asdict(figures))
    if weight_kg is not None:
        plain["energy_low_kcal"] = _number(figures.energy_low_kcal_per_kg * weight_kg)
        plain["energy_high_kcal"] = _number(figures.energy_high_kcal_per_kg * weight_kg)
    return plain


def _best(best: BestOf) -> dict[str, Any]:
    return {
        "direction": best.direction,
        "kind": best.kind,
        "asked": best.asked,
        "seconds": best.seconds,
        "metres": best.metres,
        "start_s": best.start_s,
        "basis": best.basis,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _number(value) if isinstance(value, float) else value for name, value in values.items()}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
