"""A runner's weekly and monthly goals, as the config file defines them; progress is computed elsewhere."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from retropace.core.errors import RetropaceError
from retropace.core.units import format_count

PERIOD_DAYS = {"week": 7, "month": 31}
"""Largest number of days in each period of a goal."""
GOAL_DIRECTIONS = ("backward", "forward")
"""Directions that a goal can be about; a goal that names none is about ``backward``."""
MAX_KM = 1000.0
"""Largest distance in kilometres that a goal may ask for; a larger one is an error."""
MAX_SESSIONS_PER_DAY = 5
"""Largest number of sessions that a goal may ask for, per day of its period."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A runner's goal for each week or month; at least one of its three amounts is given."""

    direction: str = "backward"
    per: str = "week"  # period of the goal: ``week`` or ``month``
    sessions: int | None = None
    minutes: float | None = None  # least moving time: of each session if ``sessions`` is given, else of the period
    km: float | None = None  # least distance: of each session if ``sessions`` is given, else of the period
    athlete: str = ""  # name of the athlete for whom the goal is; empty if it is for all

    def __str__(self) -> str:
        amounts = {"minutes": self.minutes, "km": self.km}
        amount = " and ".join(f"{value:g} {name}" for name, value in amounts.items() if value is not None)
        owner = f" ({self.athlete})" if self.athlete else ""
        if self.sessions is None:
            return f"{amount} {self.direction} a {self.per}{owner}"
        count = f"{format_count(self.sessions, 'session')} a {self.per}"
        return f"{count} with {amount} {self.direction} each{owner}" if amount else f"{count} {self.direction}{owner}"


def parse_goal(values: Mapping[str, Any]) -> Goal:
    """Build a goal from values by field name; raises :class:`RetropaceError` for invalid values.

    >>> str(parse_goal({"sessions": 2, "minutes": 10}))
    '2 sessions a week with 10 minutes backward each'
    """
    names = [field.name for field in fields(Goal)]
    for name in values:
        if name not in names:
            raise RetropaceError(f'a goal has no "{name}": it has {", ".join(names)}')
    goal = Goal(
        direction=_parse_choice(values, "direction", GOAL_DIRECTIONS),
        per=_parse_choice(values, "per", tuple(PERIOD_DAYS)),
        sessions=values.get("sessions"),
        minutes=_parse_amount(values, "minutes"),
        km=_parse_amount(values, "km"),
        athlete=values.get("athlete", ""),
    )
    if not isinstance(goal.athlete, str) or not goal.athlete.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    goal = replace(goal, athlete=goal.athlete.strip())
    days, count = PERIOD_DAYS[goal.per], goal.sessions
    max_sessions = MAX_SESSIONS_PER_DAY * days
    if count is None and goal.minutes is None and goal.km is None:
        raise RetropaceError("a goal asks for sessions, minutes or km")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= max_sessions):
        raise RetropaceError(f"sessions is a whole number from 1 to {max_sessions} a {goal.per}")
    if goal.minutes is not None and not 0.0 < goal.minutes * (count or 1) <= 24 * 60 * days:
        raise RetropaceError(f"minutes is more than 0, and a {goal.per} has to have as many")
    if goal.km is not None and not 0.0 < goal.km <= MAX_KM:
        raise RetropaceError(f"km is more than 0 and no more than {MAX_KM:g}")
    return goal


def goal_to_dict(goal: Goal) -> dict[str, Any]:
    """Return the values of a goal by field name, except missing ones; :func:`parse_goal` is the inverse."""
    values = {field.name: getattr(goal, field.name) for field in fields(Goal)}
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
    if not abs(value) <= sys.float_info.max:  # TOML integers can have any length
        raise RetropaceError(f"{name} is a number that can be reached")
    return float(value)
