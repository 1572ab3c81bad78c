"""What a runner means to do each week or month. Whether it was done is told from the library, never kept here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from retropace.core.errors import RetropaceError

PERIOD_DAYS = {"week": 7, "month": 31}
"""Each with its days."""
GOAL_DIRECTIONS = ("backward", "forward")
MAX_KM = 1000.0


@dataclass(frozen=True, slots=True)
class Goal:
    """So many sessions in a period, or so much in all.

    With ``sessions`` each of them has at least ``minutes`` and ``km`` in that direction, where these are given;
    without, ``minutes`` and ``km`` are sums over the period. At least one of the three is given.
    """

    direction: str = "backward"
    per: str = "week"
    """``week`` or ``month``."""
    sessions: int | None = None
    minutes: float | None = None
    """Moving."""
    km: float | None = None
    athlete: str = ""
    """Whose goal it is; empty for everybody's."""

    def __str__(self) -> str:
        amounts = [
            f"{value:g} {name}" for name, value in (("minutes", self.minutes), ("km", self.km)) if value is not None
        ]
        much = " and ".join(amounts)
        whose = f" ({self.athlete})" if self.athlete else ""
        if self.sessions is None:
            return f"{much} {self.direction} a {self.per}{whose}"
        count = f"{self.sessions} session{'s' * (self.sessions != 1)} a {self.per}"
        return f"{count} with {much} {self.direction} each{whose}" if much else f"{count} {self.direction}{whose}"


def parse_goal(values: Mapping[str, Any]) -> Goal:
    """The goal of these values by name; raises :class:`RetropaceError` for one that cannot be."""
    names = [one.name for one in fields(Goal)]
    for name in values:
        if name not in names:
            raise RetropaceError(f'a goal has no "{name}": it has {", ".join(names)}')
    goal = Goal(
        direction=_parse_choice(values, "direction", GOAL_DIRECTIONS),
        per=_parse_choice(values, "per", tuple(PERIOD_DAYS)),
        sessions=values.get("sessions"),
        minutes=_parse_amount(values, "minutes"),
        km=_parse_amount(values, "km"),
        athlete=_parse_athlete_name(values.get("athlete", "")),
    )
    days = PERIOD_DAYS[goal.per]
    if goal.sessions is None and goal.minutes is None and goal.km is None:
        raise RetropaceError("a goal asks for sessions, minutes or km")
    count = goal.sessions
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 5 * days):
        raise RetropaceError(f"sessions is a whole number from 1 to {5 * days} a {goal.per}")
    if goal.minutes is not None and not 0.0 < goal.minutes * (count or 1) <= 24 * 60 * days:
        raise RetropaceError(f"minutes is more than 0, and a {goal.per} has to have as many")
    if goal.km is not None and not 0.0 < goal.km <= MAX_KM:
        raise RetropaceError(f"km is more than 0 and no more than {MAX_KM:g}")
    return goal


def goal_to_dict(goal: Goal) -> dict[str, Any]:
    """What :func:`parse_goal` makes the same goal of: only what it says."""
    values = {one.name: getattr(goal, one.name) for one in fields(Goal)}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _parse_choice(values: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = values.get(name, allowed[0])
    if value not in allowed:
        raise RetropaceError(f'{name} is "{allowed[0]}" or "{allowed[1]}"')
    return str(value)


def _parse_amount(values: Mapping[str, Any], name: str) -> float | None:
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RetropaceError(f"{name} is a number")
    try:
        number = float(value)
    except OverflowError:  # TOML has integers of any length
        number = math.inf
    if not math.isfinite(number):
        raise RetropaceError(f"{name} is a number that can be reached")
    return number


def _parse_athlete_name(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    return value.strip()
