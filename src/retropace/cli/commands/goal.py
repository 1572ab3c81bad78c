"""``retropace goal``: sets, lists and removes weekly and monthly goals."""

from pathlib import Path
from typing import Any

import click

from retropace.cli.options import common as options
from retropace.cli.sessions.athlete_progress import ProgressRequest, read_progress
from retropace.cli.terminal.console import open_text_output, print_json, print_line, print_table, print_text
from retropace.cli.terminal.errors import run_or_exit, run_or_report
from retropace.config.edit import add_goal, remove_goal
from retropace.config.goals import Goal, goal_to_dict, parse_goal
from retropace.config.model import read_config
from retropace.core.errors import RetropaceError
from retropace.core.units import format_count
from retropace.core.user_dirs import config_path
from retropace.output.tables.season import build_goals_table
from retropace.output.tables.text_table import TextTable
from retropace.season.goal_progress import GoalProgress


@click.group()
def goal() -> None:
    """What you mean to do each week or month; 'retropace progress' tells how far it is."""


@goal.command("set")
@options.option("--sessions N", "So many sessions.", type=int)
@options.option("--minutes M", "So many minutes: of each session, or, without it, in all.", type=float)
@options.option("--km K", "So many kilometres: of each session, or, without it, in all.", type=float)
@options.option("--per week|month", "Each of these.", shown_default="week")
@options.option("--direction backward|forward", "What counts.", shown_default="backward")
@options.option("--athlete NAME", "Whose goal it is; without it everybody's.", default="")
def set_(**values: Any) -> None:
    """Set a goal, for example --sessions 3 --minutes 10 --per week."""
    try:
        new_goal = parse_goal({name: value for name, value in values.items() if value is not None})
    except RetropaceError as error:
        raise click.UsageError(f"{error.message}.") from None
    changed = run_or_exit(str(config_path()), add_goal, config_path(), new_goal)
    print_line(f"{new_goal}: goal {len(changed.goals)}")


@goal.command("list")
@options.table_or_json
@options.library
@options.library_athlete
@options.timezone
@options.gather("request", ProgressRequest)
def list_(form: str, request: ProgressRequest) -> None:
    """List the goals with their numbers, and how far they are if there is a library to tell."""
    goals = run_or_exit(str(config_path()), read_config).goals
    progress: dict[Goal, GoalProgress] = {}
    if goals and (request.library is not None or Path(request.library_file).exists()):
        result = run_or_report(request.library_file, read_progress, request)
        progress = {item.goal: item for item in (result.progress.goal_progress if result is not None else ())}
    if form == "json":
        print_json([_build_document(number, goal, progress.get(goal)) for number, goal in enumerate(goals, 1)])
    elif not goals:
        print_text("no goals yet: retropace goal set --sessions 3 --minutes 10 --per week")
    else:
        cells = {row[0]: row[1:] for row in build_goals_table(list(progress.values())).rows}
        rows = tuple((str(number), str(goal), *cells.get(str(goal), ("", ""))) for number, goal in enumerate(goals, 1))
        table = TextTable("", ("#", "goal", "so far", "in a row"), rows, (0, 1, 2, 3))
        print_table(open_text_output(), table.drop_empty_columns())


def _build_document(number: int, goal: Goal, progress: GoalProgress | None) -> dict[str, Any]:
    document: dict[str, Any] = {"number": number, "goal": str(goal), **goal_to_dict(goal)}
    if progress is not None:
        document |= progress.to_dict()
    return document


@goal.command()
@click.argument("number", metavar="N", type=click.IntRange(min=1))
def remove(number: int) -> None:
    """Remove the goal that 'list' shows with this number."""
    changed = run_or_exit(str(config_path()), remove_goal, config_path(), number)
    print_text(f"{format_count(len(changed.goals), 'goal')} left")
