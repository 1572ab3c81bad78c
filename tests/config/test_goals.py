from typing import Any

import pytest
from hypothesis import given

from retropace.config.goals import Goal, goal_to_dict, parse_goal
from retropace.core.errors import RetropaceError
from tests.support.strategies import GOALS


@given(GOALS)
def test_values_make_the_same_goal_again(goal: Goal) -> None:
    assert parse_goal(goal_to_dict(goal)) == goal
    assert str(goal)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"sessions": 3, "minutes": 10}, "3 sessions a week with 10 minutes backward each"),
        ({"sessions": 1, "per": "month"}, "1 session a month backward"),
        ({"minutes": 30.0, "km": 2.5, "direction": "forward"}, "30 minutes and 2.5 km forward a week"),
        ({"km": 5, "athlete": "anna"}, "5 km backward a week (anna)"),
    ],
)
def test_a_goal_is_a_sentence(values: dict[str, Any], sentence: str) -> None:
    assert str(parse_goal(values)) == sentence


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "asks for sessions, minutes or km"),
        ({"sessions": 0}, "sessions is a whole number from 1 to 35"),
        ({"sessions": 36}, "sessions is a whole number from 1 to 35"),
        ({"sessions": 2.5}, "sessions is a whole number"),
        ({"sessions": True}, "sessions is a whole number"),
        ({"minutes": -3}, "minutes is more than 0"),
        ({"minutes": 11_000}, "a week has to have as many"),
        ({"sessions": 30, "minutes": 400}, "a week has to have as many"),
        ({"minutes": float("nan")}, "minutes is a number"),
        ({"minutes": 10**400}, "minutes is a number that can be reached"),
        ({"km": "far"}, "km is a number"),
        ({"km": 1e9}, "no more than 1000"),
        ({"km": 1, "per": "day"}, 'per is "week" or "month"'),
        ({"km": 1, "direction": "sideways"}, 'direction is "backward" or "forward"'),
        ({"km": 1, "athlete": 3}, "athlete is a name"),
        ({"km": 1, "metres": 3}, 'has no "metres"'),
    ],
)
def test_goals_that_cannot_be(values: dict[str, Any], said: str) -> None:
    with pytest.raises(RetropaceError, match=said):
        parse_goal(values)
