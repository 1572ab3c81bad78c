"""``retropace goal``: what a runner means to do each week or month."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.config.goals import Goal
    from retropace.season.goal_progress import GoalProgress


@click.group()
def goal() -> None:
    """What you mean to do each week or month; 'retropace progress' tells how far it is."""


@goal.command("set")
@click.option("--sessions", type=int, metavar="N", help="So many sessions.")
@click.option("--minutes", type=float, metavar="M", help="So many minutes: of each session, or, without it, in all.")
@click.option("--km", type=float, metavar="K", help="So many kilometres: of each session, or, without it, in all.")
@click.option("--per", type=click.Choice(["week", "month"]), default="week", show_default=True, help="Each of these.")
@click.option(
    "--direction",
    type=click.Choice(["backward", "forward"]),
    default="backward",
    show_default=True,
    help="What counts.",
)
@click.option("--athlete", default="", metavar="NAME", help="Whose goal it is; without it everybody's.")
def set_(sessions: int | None, minutes: float | None, km: float | None, per: str, direction: str, athlete: str) -> None:
    """Set a goal, for example --sessions 3 --minutes 10 --per week."""
    from retropace.config.edit import add_goal
    from retropace.config.goals import parse_goal
    from retropace.core.errors import RetropaceError
    from retropace.core.user_dirs import config_path

    given = {"sessions": sessions, "minutes": minutes, "km": km, "per": per, "direction": direction, "athlete": athlete}
    try:
        made = parse_goal({name: value for name, value in given.items() if value is not None})
    except RetropaceError as bad:
        raise click.UsageError(f"{bad.message}.") from None
    where = config_path()
    after = run_or_report(str(where), lambda: add_goal(where, made))
    if after is not None:
        click.echo(strip_control_chars(f"{made}: goal {len(after.goals)}"))
    sys.exit(exit_status([after]))


@goal.command("list")
@options.table_or_json
@options.library
@options.library_athlete
@options.timezone
def list_(form: str, library: str | None, athlete: str | None, timezone: str | None) -> None:
    """List the goals with their numbers, and how far they are if there is a library to tell."""
    from retropace.config.model import read_config
    from retropace.core.user_dirs import config_path

    def work() -> bool:
        goals = read_config().goals
        reached = {one.goal: one for one in _read_goal_progress(library, athlete, timezone)} if goals else {}
        if form == "json":
            documents = [_build_document(number, one, reached.get(one)) for number, one in enumerate(goals, 1)]
            click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
            return True
        if not goals:
            click.echo("no goals yet: retropace goal set --sessions 3 --minutes 10 --per week")
            return True
        from retropace.cli.terminal.console import open_text_output
        from retropace.cli.terminal.tables import print_table
        from retropace.output.tables.season import build_goals_table
        from retropace.output.tables.text_table import TextTable

        told = {row[0]: row[1:] for row in build_goals_table(list(reached.values())).rows}
        rows = tuple((str(number), str(one), *told.get(str(one), ("", ""))) for number, one in enumerate(goals, 1))
        sheet = TextTable("", ("#", "goal", "so far", "in a row"), rows, (0, 1, 2, 3))
        print_table(open_text_output(), sheet.drop_empty_columns(), gap=2)
        return True

    sys.exit(exit_status([run_or_report(str(config_path()), work)]))


def _read_goal_progress(library: str | None, athlete: str | None, timezone: str | None) -> tuple[GoalProgress, ...]:
    """How far the goals are; nothing, with the reason on stderr, if the library does not say."""
    from retropace.cli.options.athlete_selection import compute_progress
    from retropace.library import Library, library_path

    path = library if library is not None else str(library_path())
    if library is None and not Path(path).exists():
        return ()

    def work() -> tuple[GoalProgress, ...]:
        with Library(path, create=False) as opened:
            return compute_progress(opened, athlete, per="week", timezone=timezone)[0].goal_progress

    return run_or_report(path, work) or ()


def _build_document(number: int, goal: Goal, goal_progress: GoalProgress | None) -> dict[str, Any]:
    from retropace.config.goals import goal_to_dict

    document: dict[str, Any] = {"number": number, "goal": str(goal), **goal_to_dict(goal)}
    if goal_progress is not None:
        document |= {
            "done_sessions": goal_progress.sessions,
            "done_minutes": goal_progress.minutes,
            "done_km": goal_progress.km,
        }
        document |= {
            "is_met": goal_progress.is_met,
            "streak": goal_progress.streak,
            "best_streak": goal_progress.best_streak,
        }
    return document


@goal.command()
@click.argument("number", metavar="N", type=click.IntRange(min=1))
def remove(number: int) -> None:
    """Remove the goal that 'list' shows with this number."""
    from retropace.config.edit import remove_goal
    from retropace.core.user_dirs import config_path

    where = config_path()
    after = run_or_report(str(where), lambda: remove_goal(where, number))
    if after is not None:
        left = len(after.goals)
        click.echo(f"{left} goal{'s' * (left != 1)} left")
    sys.exit(exit_status([after]))
