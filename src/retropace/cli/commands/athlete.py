"""``retropace athlete show|forget|rebuild``: shows, deletes and relearns what was learned about a runner."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.errors import exit_status, print_error, run_or_report
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from pathlib import Path

    from retropace.cli.terminal.console import TextOutput
    from retropace.core.units import Units
    from retropace.labelling.athlete import Athlete


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
def show(name: str | None, form: str, units: str) -> None:
    """What was learned and from which sessions; without ATHLETE, who is known."""
    if name is None:
        _print_athletes(form)
        return
    result = run_or_report(name, lambda: _read_known_athlete(name))
    if result is not None and form == "json":
        click.echo(json.dumps(_build_document(result[0]), indent=2, ensure_ascii=False))
    elif result is not None:
        from retropace.cli.terminal.console import open_text_output
        from retropace.core.units import UNITS_BY_NAME

        _print_athlete(open_text_output(), result[0], UNITS_BY_NAME[units])
    sys.exit(exit_status([result]))


@athlete.command()
@click.argument("name", metavar="ATHLETE")
@click.option(
    "--session",
    "numbers",
    metavar="N",
    type=click.IntRange(min=1),
    multiple=True,
    help="Forget only what was learned from the N-th session that 'show' lists. May be given several times.",
)
def forget(name: str, numbers: tuple[int, ...]) -> None:
    """Forget an athlete altogether, or what was learned from single sessions."""
    message = run_or_report(name, lambda: _forget(name, numbers))
    if message is not None:
        click.echo(message)
    sys.exit(exit_status([message]))


@athlete.command()
@click.argument("name", metavar="ATHLETE")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@options.cadence
def rebuild(name: str, files: tuple[str, ...], cadence: str) -> None:
    """Learn an athlete anew from recordings and the annotations beside them.

    Without FILE from the recordings that it was learned from; what was learned from one that is no longer there, or has
    no annotations beside it, is kept as it was. With FILE from these alone.
    """
    results = _rebuild(name, files, cadence)
    sys.exit(exit_status(results))


def _read_known_athlete(name: str) -> tuple[Athlete, bytes, Path]:
    """Return the athlete, the bytes of the file and its path; raises ``RetropaceError`` if there is no file."""
    from retropace.labelling.athlete_file import athlete_path, read_athlete

    path = athlete_path(name)
    known_athlete, data = read_athlete(path)
    if data is None:
        raise RetropaceError("no such athlete is known: 'retropace analyze --athlete' learns one", path=path)
    return known_athlete, data, path


def _print_athletes(form: str) -> None:
    from retropace.labelling.athlete_file import athletes_dir, read_athlete

    folder = athletes_dir()
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    results = [run_or_report(str(path), lambda path=path: read_athlete(path)) for path in paths]  # type: ignore[misc]  # bound
    athletes = [result[0] for result in results if result is not None]
    if form == "json":
        rows = [{"name": stored.name, "sessions": len(stored.sessions)} for stored in athletes]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not athletes and not paths:
        click.echo("no athlete is known yet: 'retropace analyze --athlete NAME' learns one")
    else:
        for stored in athletes:
            click.echo(strip_control_chars(f"{stored.name}: {_format_count(len(stored.sessions), 'session')}"))
    sys.exit(exit_status(results))


def _forget(name: str, numbers: tuple[int, ...]) -> str:
    """Delete the athlete file or, if ``numbers`` are given, only those of its sessions (the first is 1).

    Returns a line to print.
    """
    from dataclasses import replace

    from retropace.labelling.athlete_file import athlete_path, forget_athlete, write_athlete

    if not numbers:
        path = athlete_path(name)
        forget_athlete(path)
        return strip_control_chars(f"forgot {path.stem}")
    known_athlete, data, path = _read_known_athlete(name)
    count = len(known_athlete.sessions)
    if max(numbers) > count:
        raise RetropaceError(f"knows {_format_count(count, 'session')}, not {max(numbers)}", path=path)
    remaining = tuple(
        session for number, session in enumerate(known_athlete.sessions, start=1) if number not in numbers
    )
    write_athlete(path, replace(known_athlete, sessions=remaining), data)
    forgotten = _format_count(count - len(remaining), "session")
    return strip_control_chars(f"{known_athlete.name}: forgot {forgotten}, {len(remaining)} left")


def _rebuild(name: str, files: tuple[str, ...], cadence: str) -> list[object | None]:
    """Learn the athlete from the files, or again from its sources; return one result per file, None if it failed."""
    from dataclasses import replace

    from retropace.cli.sessions.learning import learn_from_file
    from retropace.labelling.athlete_file import athlete_path, read_athlete

    results: list[object | None] = []
    path = run_or_report(name, lambda: athlete_path(name))
    result = None if path is None else run_or_report(name, lambda: read_athlete(path))
    if path is None or result is None:
        return [None]
    known_athlete, content = result
    if not files and not known_athlete.sessions:
        print_error(f"{path}: nothing is known that could be learned anew: name the recordings")
        return [None]
    rebuilt = replace(known_athlete, sessions=())
    for source in files or tuple(dict.fromkeys(session.source for session in known_athlete.sessions)):
        learned = run_or_report(source, lambda source=source: learn_from_file(source, cadence))  # type: ignore[misc]  # bound
        results.append(learned)
        previous = [] if files else [session for session in known_athlete.sessions if session.source == source]
        sessions = [session for session in learned or () if session.examples]
        if not sessions:
            if learned is not None:
                note = "; what was learned from it before is kept" if previous else ""
                print_error(f"{source}: has no annotations beside it to learn from{note}")
            sessions = previous
        for session in sessions:
            rebuilt = rebuilt.with_session(session)
        if sessions:
            count = sum(len(session.examples) for session in sessions)
            click.echo(strip_control_chars(f"{source}: {_format_count(count, 'stretch', 'stretches')}"))
    if not rebuilt.sessions:
        print_error(f"{path}: nothing to learn was found, and nothing was changed")
        return [*results, None]
    results.append(run_or_report(name, lambda: _write_rebuilt_athlete(path, rebuilt, content)))
    return results


def _write_rebuilt_athlete(path: Path, known_athlete: Athlete, expected_content: bytes | None) -> bool:
    from retropace.labelling.athlete_file import write_athlete

    write_athlete(path, known_athlete, expected_content)
    return True


def _print_athlete(output: TextOutput, known_athlete: Athlete, units: Units) -> None:
    from retropace.cli.terminal.layout import create_table
    from retropace.core.units import format_duration
    from retropace.labelling.athlete_stats import compute_expectations, compute_means

    output.print(
        strip_control_chars(f"{known_athlete.name}: {_format_count(len(known_athlete.sessions), 'session')}"),
        style="bold",
    )
    output.print()
    table = create_table("learned", "stretches", "time", "pace", "cadence", "step", "heart rate")
    for mean in compute_means(known_athlete):
        table.add_row(
            f"{mean.direction} {mean.gait}",
            str(mean.stretch_count),
            format_duration(mean.duration_s),
            units.format_pace(mean.speed_mps),
            f"{mean.cadence_spm:.0f} spm" if mean.cadence_spm == mean.cadence_spm else "",
            f"{mean.step_length_m:.2f} m" if mean.step_length_m == mean.step_length_m else "",
            f"{mean.steady_state_hr_bpm:.0f} bpm" if mean.steady_state_hr_bpm == mean.steady_state_hr_bpm else "",
        )
    output.print_table(table)
    output.print()
    table = create_table("expected next time", "", "give or take")
    for expectation in compute_expectations(known_athlete):
        if expectation.unit == "m/s":
            slower = units.format_pace(expectation.value - expectation.sd)
            table.add_row(expectation.name, units.format_pace(expectation.value), f"to {slower}")
        else:
            table.add_row(expectation.name, f"{expectation.value:.0f} {expectation.unit}", f"{expectation.sd:.0f}")
    output.print_table(table)
    output.print()
    table = create_table("#", "date", "stretches", "time", "from", left=(0, 1, 4))
    for number, session in enumerate(known_athlete.sessions, start=1):
        date = "" if session.start_time is None else f"{session.start_time:%Y-%m-%d}"
        seconds = sum(example.duration_s for example in session.examples)
        table.add_row(
            str(number), date, str(len(session.examples)), format_duration(seconds), strip_control_chars(session.source)
        )
    output.print_table(table)


def _build_document(known_athlete: Athlete) -> object:
    from retropace.labelling.athlete_file import format_athlete

    return json.loads(format_athlete(known_athlete))


def _format_count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
