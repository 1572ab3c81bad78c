"""``retropace annotate FILE``: write down what was run backward, in the sidecar beside the recording."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli import options
from retropace.cli.annotate_page import PageOptions, annotate_on_page
from retropace.cli.failures import attempt, exit_status
from retropace.cli.said import said_of, understood
from retropace.texts import harmless

if TYPE_CHECKING:
    from retropace.activity import Activity
    from retropace.annotations import Annotation, Marking
    from retropace.annotations.sidecar_text import SidecarText
    from retropace.track import Track


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--add",
    "added",
    metavar="WHERE=LABEL",
    multiple=True,
    help="Add an annotation, for example 12:30-15:00=backward or 'lap 2,4=backward walk'. May be given several times.",
)
@click.option("--note", metavar="TEXT", help="A note for what --add adds.")
@click.option("--list", "lists", is_flag=True, help="Show the annotations with their numbers.")
@click.option(
    "--remove",
    "removed",
    metavar="N",
    type=click.IntRange(min=1),
    multiple=True,
    help="Remove the annotation that --list shows with this number. May be given several times.",
)
@click.option(
    "--convert",
    type=click.Choice(["audacity", "csv"]),
    help="Write the annotations as an Audacity label track (NAME.annotations.txt), or such a track as a sidecar.",
)
@click.option(
    "--from",
    "source",
    metavar="OTHER",
    type=click.Path(),
    help="Take over the annotations of another recording of the same activity, by the clock.",
)
@click.option(
    "--annotations",
    "sidecar",
    metavar="SIDECAR",
    type=click.Path(),
    help="Edit this file instead of NAME.annotations.csv beside the recording.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Where --convert writes to.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="For --list."
)
@click.option("--no-browser", is_flag=True, help="Show the page's address instead of opening it.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Where the page is served on 127.0.0.1, instead of at any free port.",
)
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@click.option(
    "--athlete",
    metavar="NAME|FILE",
    help="Who ran, as 'retropace analyze --athlete' has learned to know them: the page suspects by that too.",
)
@options.home_zones
@options.session
def annotate(
    file: str,
    added: tuple[str, ...],
    note: str | None,
    lists: bool,
    removed: tuple[int, ...],
    convert: str | None,
    source: str | None,
    sidecar: str | None,
    output: str | None,
    form: str,
    no_browser: bool,
    port: int,
    units: str,
    cadence: str,
    sensitivity: float,
    threshold: float,
    athlete: str | None,
    home_zones: bool,
    session: int | None,
) -> None:
    """Write down what was run backward, in NAME.annotations.csv beside the recording.

    With FILE alone a page opens in the browser, on which you mark it by dragging over the charts. It is served to this
    machine alone and saves every mark at once; closing it, or Ctrl-C, ends it.

    The recording itself is never changed. Comments, order and separators of an existing sidecar stay as they are. What
    cannot be found in the activity, or contradicts what is there already, is refused, and nothing is written.
    """
    wanted = {"--add": added, "--list": lists, "--remove": removed, "--convert": convert, "--from": source}
    chosen = [name for name, value in wanted.items() if value]
    if chosen and (no_browser or port):
        raise click.UsageError(f"{'--no-browser' if no_browser else '--port'} is for the page, not for {chosen[0]}.")
    if len([name for name in chosen if name != "--list"]) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} do not go together: one at a time.")
    if note is not None and not added:
        raise click.UsageError("--note goes with --add.")
    if output is not None and convert is None:
        raise click.UsageError("--output goes with --convert.")

    from retropace.annotations import parse_mark

    marks = [understood("--add", parse_mark, text) for text in added]

    def page() -> PageOptions:
        from retropace.settings import CleanSettings, LabelSettings, SegmentSettings, Settings

        settings = Settings(
            CleanSettings(cadence=cadence), SegmentSettings(sensitivity=sensitivity), LabelSettings(threshold=threshold)
        )
        given = said_of((), None, None, None, home_zones, ()).given
        return PageOptions(port, not no_browser, units, settings, athlete, given)

    def work() -> bool:
        if not chosen:
            return annotate_on_page(_activity(file, session), _place_of(file, sidecar), page())
        if marks:
            _add(file, sidecar, session, marks, note or "")
        elif removed:
            _remove(file, sidecar, removed)
        elif convert is not None:
            _convert(file, sidecar, session, convert, output)
        elif source is not None:
            _carry(file, sidecar, session, source)
        if lists:
            _list(file, sidecar, session, form)
        return True

    sys.exit(exit_status([attempt(file, work)]))


def _place_of(file: str, sidecar: str | None) -> Path:
    from retropace.annotations import sidecar_path

    return Path(sidecar) if sidecar is not None else sidecar_path(file)


def _read(path: Path) -> tuple[SidecarText, bytes | None]:
    """The sidecar and its bytes; an empty one and None if there is none yet."""
    from retropace.annotations.carrying import empty
    from retropace.annotations.sidecar import read_bytes
    from retropace.annotations.sidecar_text import SidecarText

    if not path.exists():
        return empty(path), None
    data = read_bytes(path)
    return SidecarText.parse(data, path), data


@cache
def _track(file: str, session: int | None) -> Track:
    """The recording, read once however many actions ask for it; raises ``RetropaceError``."""
    from retropace.clean import clean

    return clean(_activity(file, session))


def _activity(file: str, session: int | None) -> Activity:
    """The one session that is meant; raises ``RetropaceError``."""
    from retropace.errors import AnnotationError
    from retropace.readers import choose, read_all

    activities = choose(read_all(file), session)
    if len(activities) > 1:
        raise AnnotationError(f"holds {len(activities)} sessions: say which one with --session N", path=file)
    return activities[0]


def _tell(message: str, *, err: bool = False) -> None:
    click.echo(harmless(message), err=err)


def _add(file: str, sidecar: str | None, session: int | None, marks: list[Marking], note: str) -> None:
    from retropace.annotations import place
    from retropace.files import write_into_place

    path = _place_of(file, sidecar)
    text, was = _read(path)
    before = text.markings()
    for mark in marks:
        text = text.with_row(mark.where, mark.label, note, mark.attributes)
    # Placed before anything is written: what lies outside or contradicts the others must not get in.
    _, warnings = place([*before, *marks], _track(file, session))
    write_into_place(path, text.to_bytes(), was=was)
    for warning in warnings:
        if any(str(mark.origin) in warning for mark in marks):
            _tell(f"! {warning}", err=True)
    count = len(text.markings())
    _tell(f"{path}: {len(marks)} added, {count} annotation{'s' * (count != 1)} in all")


def _remove(file: str, sidecar: str | None, removed: tuple[int, ...]) -> None:
    from retropace.errors import AnnotationError
    from retropace.files import write_into_place

    path = _place_of(file, sidecar)
    text, was = _read(path)
    if was is None:
        raise AnnotationError("there is no such file, so nothing to remove", path=path)
    for number in sorted(set(removed), reverse=True):
        text = text.without_row(number)
    write_into_place(path, text.to_bytes(), was=was)
    count = len(text.markings())
    _tell(f"{path}: {len(set(removed))} removed, {count} annotation{'s' * (count != 1)} left")


def _spans(file: str, session: int | None, path: Path) -> list[Annotation]:
    """The annotations in a file of either kind, where they lie in the recording, edges as given."""
    from retropace.annotations import place, read_annotations

    return list(place(read_annotations(path), _track(file, session))[0])


def _convert(file: str, sidecar: str | None, session: int | None, convert: str, output: str | None) -> None:
    from retropace.annotations.audacity import label_track
    from retropace.annotations.sidecar_text import sidecar_text
    from retropace.errors import AnnotationError
    from retropace.files import write_into_place

    beside = _place_of(file, None)
    other = beside.with_suffix(".txt")
    source = Path(sidecar) if sidecar is not None else beside if convert == "audacity" else other
    if not source.is_file():
        raise AnnotationError("there is no such file to convert: name it with --annotations", path=source)
    target = Path(output) if output is not None else other if convert == "audacity" else beside
    found = _spans(file, session, source)
    data = label_track(found).encode() if convert == "audacity" else sidecar_text(found, target).to_bytes()
    write_into_place(target, data, was=None)
    _tell(f"{target}: {len(found)} annotation{'s' * (len(found) != 1)} from {source}")


def _carry(file: str, sidecar: str | None, session: int | None, source: str) -> None:
    from retropace.annotations import place, read_sidecar, sidecar_path
    from retropace.annotations.carrying import carried
    from retropace.errors import AnnotationError
    from retropace.files import write_into_place

    path, origin = _place_of(file, sidecar), sidecar_path(source)
    if os.path.realpath(path) == os.path.realpath(origin):
        raise AnnotationError(f"is the sidecar of both: name another one for {file} with --annotations", path=path)
    theirs, ours = _track(source, None), _track(file, session)
    taken, _ = place(read_sidecar(origin), theirs)
    text, was = _read(path)
    before = len(text.markings())
    text = carried(taken, theirs, ours, text)
    place(text.markings(), ours)  # what is there already may say otherwise
    write_into_place(path, text.to_bytes(), was=was)
    count = len(text.markings()) - before
    _tell(f"{path}: {count} annotation{'s' * (count != 1)} taken over from {origin}")


def _list(file: str, sidecar: str | None, session: int | None, form: str) -> None:
    from retropace.annotations import place
    from retropace.units import clock

    path = _place_of(file, sidecar)
    text, was = _read(path)
    markings = text.markings()
    track = _track(file, session)
    rows = []
    placed, _ = place(markings, track)
    for number, marking in enumerate(markings, 1):
        spans = [(one.start_s, one.end_s) for one in placed if one.origin == marking.origin]
        rows.append((number, marking, spans))
    if form == "json":
        documents = [
            {
                "number": number,
                "line": marking.origin.line,
                "where": marking.where,
                "label": str(marking.label),
                "note": marking.note,
                "distance_m": marking.attributes.distance_m,
                "speed_mps": marking.attributes.speed_mps,
                "spans": spans,
            }
            for number, marking, spans in rows
        ]
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    if not rows:
        _tell(f"{path}: {'holds no annotations' if was is not None else 'does not exist yet'}")
        return
    from retropace.cli.console import open_page
    from retropace.cli.layout import columns

    page = open_page()
    table = columns("#", "where", "label", "from", "to", "note", left=(0, 1, 2, 5))
    for number, marking, spans in rows:
        said = " ".join(part for part in (str(marking.label), str(marking.attributes)) if part)
        first, *others = spans or [(float("nan"), float("nan"))]
        cells = (harmless(marking.where), said, clock(first[0]), clock(first[1]), harmless(marking.note))
        table.add_row(str(number), *cells)
        for start, end in others:
            table.add_row("", "", "", clock(start), clock(end), "")
    page.print(harmless(str(path)), soft_wrap=True)
    page.table(table)
