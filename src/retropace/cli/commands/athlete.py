"""``retropace athlete show|forget|rebuild``: shows, deletes and relearns what was learned about a runner."""

import json
from pathlib import Path
from typing import NoReturn

import click

from retropace.cli.options import common as options
from retropace.cli.sessions import athletes
from retropace.cli.terminal import console
from retropace.cli.terminal.errors import exit_with_status, print_error, run_each, run_or_exit, run_or_report
from retropace.core.units import Units, format_count
from retropace.labelling.athlete_file import athletes_dir, format_athlete, read_athlete
from retropace.output.tables.athlete import build_athlete_tables


@click.group()
def athlete() -> None:
    """What is remembered of a runner, and from which sessions.

    'retropace analyze --athlete NAME' learns how somebody runs from what they annotate and knows them again in later
    sessions. ATHLETE is that name, or a file (it ends in .json or has a slash).
    """


@athlete.command()
@click.argument("name", metavar="[ATHLETE]", required=False)
@options.table_or_json
@options.units
def show(name: str | None, form: str, units: Units) -> None:
    """What was learned and from which sessions; without ATHLETE, who is known."""
    if name is None:
        _print_athletes(form)
    athlete, *_ = run_or_exit(name, athletes.read_known_athlete, name)
    if form == "json":
        console.print_json(json.loads(format_athlete(athlete)))
    else:
        output = console.open_text_output()
        title, *tables = build_athlete_tables(athlete, units)
        console.print_tables(output, [title])
        for table in tables:  # with headers even where nothing was learned
            output.print()
            console.print_table(output, table)


@athlete.command()
@click.argument("name", metavar="ATHLETE")
@options.option(
    "--session numbers N",
    "Forget only what was learned from the N-th session that 'show' lists. May be given several times.",
    multiple=True,
)
def forget(name: str, numbers: tuple[int, ...]) -> None:
    """Forget an athlete altogether, or what was learned from single sessions."""
    console.print_text(run_or_exit(name, athletes.forget_sessions, name, numbers))


@athlete.command()
@click.argument("name", metavar="ATHLETE")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@options.cadence
def rebuild(name: str, files: tuple[str, ...], cadence: str) -> None:
    """Learn an athlete anew from recordings and the annotations beside them.

    Without FILE from the recordings that it was learned from; what was learned from one that is no longer there, or has
    no annotations beside it, is kept as it was. With FILE from these alone.
    """
    learner = run_or_exit(name, athletes.AthleteRebuild, name, files)
    results: list[object | None] = []
    for source in learner.sources:
        learned = run_or_report(source, athletes.learn_from_file, source, cadence)
        results.append(learned)
        count = learner.add(source, learned or ())
        if learned is not None and not any(session.examples for session in learned):
            note = "; what was learned from it before is kept" if count else ""
            print_error(f"{source}: has no annotations beside it to learn from{note}")
        if count:
            console.print_line(f"{source}: {format_count(count, 'stretch', 'stretches')}")
    exit_with_status([*results, run_or_report(name, learner.save)])


def _print_athletes(form: str) -> NoReturn:
    paths = sorted(map(str, athletes_dir().glob("*.json")))
    results = list(run_each(paths, lambda path: read_athlete(Path(path))))
    known = [result[0] for result in results if result is not None]
    if form == "json":
        console.print_json([{"name": stored.name, "sessions": len(stored.sessions)} for stored in known])
    elif not results:
        console.print_text("no athlete is known yet: 'retropace analyze --athlete NAME' learns one")
    for stored in known if form == "table" else ():
        console.print_line(f"{stored.name}: {format_count(len(stored.sessions), 'session')}")
    exit_with_status(results)
