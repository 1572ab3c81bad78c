"""What ``retropace annotate`` does to a sidecar without the page: add, remove, list, convert, carry over."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.annotations import Annotation, Marking
    from retropace.annotations.inputs.sidecar_editor import SidecarText
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import Track


def place_of(file: str, sidecar: str | None) -> Path:
    """Where the annotations are kept: in the file that was named, or beside the recording."""
    from retropace.core.sidecar_path import sidecar_path

    return Path(sidecar) if sidecar is not None else sidecar_path(file)


def _read(path: Path) -> tuple[SidecarText, bytes | None]:
    """The sidecar and its bytes; an empty one and None if there is none yet."""
    from retropace.annotations.inputs.sidecar import read_bytes
    from retropace.annotations.inputs.sidecar_editor import SidecarText
    from retropace.annotations.resolve.transfer import empty

    if not path.exists():
        return empty(path), None
    data = read_bytes(path)
    return SidecarText.parse(data, path), data


@cache
def _track(file: str, session: int | None) -> Track:
    """The recording, read once however many actions ask for it; raises ``RetropaceError``."""
    from retropace.cleaning.clean import clean

    return clean(one_activity(file, session))


def one_activity(file: str, session: int | None) -> Activity:
    """The one session that is meant; raises ``RetropaceError``."""
    from retropace.core.errors import AnnotationError
    from retropace.readers import choose, read_all

    activities = choose(read_all(file), session)
    if len(activities) > 1:
        raise AnnotationError(f"holds {len(activities)} sessions: say which one with --session N", path=file)
    return activities[0]


def _tell(message: str, *, err: bool = False) -> None:
    click.echo(harmless(message), err=err)


def add_marks(file: str, sidecar: str | None, session: int | None, marks: list[Marking], note: str) -> None:
    """Write a row for each mark, if all of them can be found in the activity; raises ``RetropaceError``."""
    from retropace.annotations import place
    from retropace.core.atomic_write import write_into_place

    path = place_of(file, sidecar)
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


def remove_rows(file: str, sidecar: str | None, removed: tuple[int, ...]) -> None:
    """Take out rows by the numbers that the list shows; raises ``RetropaceError``."""
    from retropace.core.atomic_write import write_into_place
    from retropace.core.errors import AnnotationError

    path = place_of(file, sidecar)
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


def convert_annotations(file: str, sidecar: str | None, session: int | None, convert: str, output: str | None) -> None:
    """Write a sidecar as an Audacity label track or the other way round; raises ``RetropaceError``."""
    from retropace.annotations.inputs.audacity import label_track
    from retropace.annotations.inputs.sidecar_editor import sidecar_text
    from retropace.core.atomic_write import write_into_place
    from retropace.core.errors import AnnotationError

    beside = place_of(file, None)
    other = beside.with_suffix(".txt")
    source = Path(sidecar) if sidecar is not None else beside if convert == "audacity" else other
    if not source.is_file():
        raise AnnotationError("there is no such file to convert: name it with --annotations", path=source)
    target = Path(output) if output is not None else other if convert == "audacity" else beside
    found = _spans(file, session, source)
    data = label_track(found).encode() if convert == "audacity" else sidecar_text(found, target).to_bytes()
    write_into_place(target, data, was=None)
    _tell(f"{target}: {len(found)} annotation{'s' * (len(found) != 1)} from {source}")


def carry_over(file: str, sidecar: str | None, session: int | None, source: str) -> None:
    """Take over the annotations of another recording of the same activity; raises ``RetropaceError``."""
    from retropace.annotations import place, read_sidecar
    from retropace.annotations.resolve.transfer import carried
    from retropace.core.atomic_write import write_into_place
    from retropace.core.errors import AnnotationError
    from retropace.core.sidecar_path import sidecar_path

    path, origin = place_of(file, sidecar), sidecar_path(source)
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


def list_annotations(file: str, sidecar: str | None, session: int | None, form: str) -> None:
    """Print the annotations with their numbers, as a table or as JSON; raises ``RetropaceError``."""
    from retropace.annotations import place
    from retropace.core.units import clock

    path = place_of(file, sidecar)
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
    from retropace.cli.terminal.console import open_page
    from retropace.cli.terminal.layout import columns

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
