"""``retropace goal``: sets, lists and removes weekly and monthly goals."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars
from retropace.core.user_dirs import config_path

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

    values = {
        "sessions": sessions,
        "minutes": minutes,
        "km": km,
        "per": per,
        "direction": direction,
        "athlete": athlete,
    }
    try:
        new_goal = parse_goal({name: value for name, value in values.items() if value is not None})
    except RetropaceError as error:
        raise click.UsageError(f"{error.message}.") from None
    file = config_path()
    changed = run_or_report(str(file), lambda: add_goal(file, new_goal))
    if changed is not None:
        click.echo(strip_control_chars(f"{new_goal}: goal {len(changed.goals)}"))
    sys.exit(exit_status([changed]))


@goal.command("list")
@options.table_or_json
@options.library
@options.library_athlete
@options.timezone
def list_(form: str, library: str | None, athlete: str | None, timezone: str | None) -> None:
    """List the goals with their numbers, and how far they are if there is a library to tell."""
    from retropace.config.model import read_config

    def print_goals() -> bool:
        goals = read_config().goals
        progress = {item.goal: item for item in _read_goal_progress(library, athlete, timezone)} if goals else {}
        if form == "json":
            documents = [_build_document(number, goal, progress.get(goal)) for number, goal in enumerate(goals, 1)]
            click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
            return True
        if not goals:
            click.echo("no goals yet: retropace goal set --sessions 3 --minutes 10 --per week")
            return True
        from retropace.cli.terminal.console import open_text_output
        from retropace.cli.terminal.tables import print_table
        from retropace.output.tables.season import build_goals_table
        from retropace.output.tables.text_table import TextTable

        cells = {row[0]: row[1:] for row in build_goals_table(list(progress.values())).rows}
        rows = tuple((str(number), str(goal), *cells.get(str(goal), ("", ""))) for number, goal in enumerate(goals, 1))
        table = TextTable("", ("#", "goal", "so far", "in a row"), rows, (0, 1, 2, 3))
        print_table(open_text_output(), table.drop_empty_columns(), gap=2)
        return True

    sys.exit(exit_status([run_or_report(str(config_path()), print_goals)]))


def _read_goal_progress(library: str | None, athlete: str | None, timezone: str | None) -> tuple[GoalProgress, ...]:
    """Return the progress towards each goal, or nothing, with an error on stderr, if the library cannot be read."""
    from retropace.cli.sessions.athlete_progress import compute_progress
    from retropace.library import Library, library_path

    path = library if library is not None else str(library_path())
    if library is None and not Path(path).exists():
        return ()

    def read() -> tuple[GoalProgress, ...]:
        with Library(path, create=False) as open_library:
            return compute_progress(open_library, athlete, per="week", timezone=timezone)[0].goal_progress

    return run_or_report(path, read) or ()


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

    file = config_path()
    changed = run_or_report(str(file), lambda: remove_goal(file, number))
    if changed is not None:
        count = len(changed.goals)
        click.echo(f"{count} goal{'s' * (count != 1)} left")
    sys.exit(exit_status([changed]))
