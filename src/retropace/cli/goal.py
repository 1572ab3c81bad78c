"""``retropace goal``: what a runner means to do each week or month."""

from __future__ import annotations

import json
import sys

import click

from retropace.cli import options
from retropace.cli.failures import attempt, exit_status
from retropace.texts import harmless


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
    from retropace.config import config_path
    from retropace.config_text import add_goal
    from retropace.errors import RetropaceError
    from retropace.goals import parse_goal

    given = {"sessions": sessions, "minutes": minutes, "km": km, "per": per, "direction": direction, "athlete": athlete}
    try:
        made = parse_goal({name: value for name, value in given.items() if value is not None})
    except RetropaceError as bad:
        raise click.UsageError(f"{bad.message}.") from None
    where = config_path()
    after = attempt(str(where), lambda: add_goal(where, made))
    if after is not None:
        click.echo(harmless(f"{made}: goal {len(after.goals)}"))
    sys.exit(exit_status([after]))


@goal.command("list")
@options.table_or_json
def list_(form: str) -> None:
    """List the goals with their numbers."""
    from retropace.config import config_path, read_config
    from retropace.goals import goal_values

    def work() -> bool:
        goals = read_config().goals
        if form == "json":
            documents = [
                {"number": number, "goal": str(one), **goal_values(one)} for number, one in enumerate(goals, 1)
            ]
            click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
            return True
        for number, one in enumerate(goals, 1):
            click.echo(harmless(f"{number}  {one}"))
        if not goals:
            click.echo("no goals yet: retropace goal set --sessions 3 --minutes 10 --per week")
        return True

    sys.exit(exit_status([attempt(str(config_path()), work)]))


@goal.command()
@click.argument("number", metavar="N", type=click.IntRange(min=1))
def remove(number: int) -> None:
    """Remove the goal that 'list' shows with this number."""
    from retropace.config import config_path
    from retropace.config_text import remove_goal

    where = config_path()
    after = attempt(str(where), lambda: remove_goal(where, number))
    if after is not None:
        left = len(after.goals)
        click.echo(f"{left} goal{'s' * (left != 1)} left")
    sys.exit(exit_status([after]))
