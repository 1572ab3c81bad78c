"""What ``retropace annotate`` does to a sidecar without the page: add, remove, list, convert, carry over."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.annotations import Annotation, UnresolvedAnnotation
    from retropace.annotations.inputs.sidecar_editor import SidecarEditor
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import CleanedActivity


def resolve_sidecar_path(file: str, sidecar: str | None) -> Path:
    """Where the annotations are kept: in the file that was named, or beside the recording."""
    from retropace.core.sidecar_path import sidecar_path

    return Path(sidecar) if sidecar is not None else sidecar_path(file)


def _read_or_create_sidecar(path: Path) -> tuple[SidecarEditor, bytes | None]:
    """The sidecar and its bytes; an empty one and None if there is none yet."""
    from retropace.annotations.inputs.sidecar import read_bytes
    from retropace.annotations.inputs.sidecar_editor import SidecarEditor
    from retropace.annotations.resolve.transfer import empty_sidecar

    if not path.exists():
        return empty_sidecar(path), None
    data = read_bytes(path)
    return SidecarEditor.parse(data, path), data


@cache
def _read_cleaned_activity(file: str, session: int | None) -> CleanedActivity:
    """The recording, read once however many actions ask for it; raises ``RetropaceError``."""
    from retropace.cleaning.clean import clean_activity

    return clean_activity(read_single_activity(file, session))


def read_single_activity(file: str, session: int | None) -> Activity:
    """The one session that is meant; raises ``RetropaceError``."""
    from retropace.core.errors import AnnotationError
    from retropace.readers import choose, read_all

    activities = choose(read_all(file), session)
    if len(activities) > 1:
        raise AnnotationError(f"holds {len(activities)} sessions: say which one with --session N", path=file)
    return activities[0]


def _print_message(message: str, *, err: bool = False) -> None:
    click.echo(strip_control_chars(message), err=err)


def add_marks(
    file: str, sidecar: str | None, session: int | None, marks: list[UnresolvedAnnotation], note: str
) -> None:
    """Write a row for each mark, if all of them can be found in the activity; raises ``RetropaceError``."""
    from retropace.annotations import resolve_annotations
    from retropace.core.atomic_write import atomic_write

    path = resolve_sidecar_path(file, sidecar)
    text, was = _read_or_create_sidecar(path)
    before = text.parse_rows()
    for mark in marks:
        text = text.with_row(mark.where, mark.label, note, mark.attributes)
    # Placed before anything is written: what lies outside or contradicts the others must not get in.
    _, warnings = resolve_annotations([*before, *marks], _read_cleaned_activity(file, session))
    atomic_write(path, text.to_bytes(), expected_content=was)
    for warning in warnings:
        if any(str(mark.origin) in warning for mark in marks):
            _print_message(f"! {warning}", err=True)
    count = len(text.parse_rows())
    _print_message(f"{path}: {len(marks)} added, {count} annotation{'s' * (count != 1)} in all")


def remove_rows(file: str, sidecar: str | None, row_numbers: tuple[int, ...]) -> None:
    """Take out rows by the numbers that the list shows; raises ``RetropaceError``."""
    from retropace.core.atomic_write import atomic_write
    from retropace.core.errors import AnnotationError

    path = resolve_sidecar_path(file, sidecar)
    text, was = _read_or_create_sidecar(path)
    if was is None:
        raise AnnotationError("there is no such file, so nothing to remove", path=path)
    for number in sorted(set(row_numbers), reverse=True):
        text = text.without_row(number)
    atomic_write(path, text.to_bytes(), expected_content=was)
    count = len(text.parse_rows())
    _print_message(f"{path}: {len(set(row_numbers))} removed, {count} annotation{'s' * (count != 1)} left")


def _read_resolved_annotations(file: str, session: int | None, path: Path) -> list[Annotation]:
    """The annotations in a file of either kind, where they lie in the recording, edges as given."""
    from retropace.annotations import read_annotations, resolve_annotations

    return list(resolve_annotations(read_annotations(path), _read_cleaned_activity(file, session))[0])


def convert_annotations(
    file: str, sidecar: str | None, session: int | None, target_format: str, output: str | None
) -> None:
    """Write a sidecar as an Audacity label track or the other way round; raises ``RetropaceError``."""
    from retropace.annotations.inputs.audacity import format_label_track
    from retropace.annotations.inputs.sidecar_editor import build_sidecar
    from retropace.core.atomic_write import atomic_write
    from retropace.core.errors import AnnotationError

    beside = resolve_sidecar_path(file, None)
    other = beside.with_suffix(".txt")
    source = Path(sidecar) if sidecar is not None else beside if target_format == "audacity" else other
    if not source.is_file():
        raise AnnotationError("there is no such file to convert: name it with --annotations", path=source)
    target = Path(output) if output is not None else other if target_format == "audacity" else beside
    found = _read_resolved_annotations(file, session, source)
    data = (
        format_label_track(found).encode() if target_format == "audacity" else build_sidecar(found, target).to_bytes()
    )
    atomic_write(target, data, expected_content=None)
    _print_message(f"{target}: {len(found)} annotation{'s' * (len(found) != 1)} from {source}")


def transfer_annotations(file: str, sidecar: str | None, session: int | None, source: str) -> None:
    """Take over the annotations of another recording of the same activity; raises ``RetropaceError``."""
    from retropace.annotations import read_sidecar, resolve_annotations
    from retropace.annotations.resolve.transfer import transfer_annotations
    from retropace.core.atomic_write import atomic_write
    from retropace.core.errors import AnnotationError
    from retropace.core.sidecar_path import sidecar_path

    path, origin = resolve_sidecar_path(file, sidecar), sidecar_path(source)
    if os.path.realpath(path) == os.path.realpath(origin):
        raise AnnotationError(f"is the sidecar of both: name another one for {file} with --annotations", path=path)
    theirs, ours = _read_cleaned_activity(source, None), _read_cleaned_activity(file, session)
    taken, _ = resolve_annotations(read_sidecar(origin), theirs)
    text, was = _read_or_create_sidecar(path)
    before = len(text.parse_rows())
    text = transfer_annotations(taken, theirs, ours, text)
    resolve_annotations(text.parse_rows(), ours)  # what is there already may say otherwise
    atomic_write(path, text.to_bytes(), expected_content=was)
    count = len(text.parse_rows()) - before
    _print_message(f"{path}: {count} annotation{'s' * (count != 1)} taken over from {origin}")


def list_annotations(file: str, sidecar: str | None, session: int | None, form: str) -> None:
    """Print the annotations with their numbers, as a table or as JSON; raises ``RetropaceError``."""
    from retropace.annotations import resolve_annotations
    from retropace.core.units import format_duration

    path = resolve_sidecar_path(file, sidecar)
    text, was = _read_or_create_sidecar(path)
    markings = text.parse_rows()
    track = _read_cleaned_activity(file, session)
    rows = []
    placed, _ = resolve_annotations(markings, track)
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
        _print_message(f"{path}: {'holds no annotations' if was is not None else 'does not exist yet'}")
        return
    from retropace.cli.terminal.console import open_text_output
    from retropace.cli.terminal.layout import create_table

    page = open_text_output()
    table = create_table("#", "where", "label", "from", "to", "note", left=(0, 1, 2, 5))
    for number, marking, spans in rows:
        said = " ".join(part for part in (str(marking.label), str(marking.attributes)) if part)
        first, *others = spans or [(float("nan"), float("nan"))]
        cells = (
            strip_control_chars(marking.where),
            said,
            format_duration(first[0]),
            format_duration(first[1]),
            strip_control_chars(marking.note),
        )
        table.add_row(str(number), *cells)
        for start, end in others:
            table.add_row("", "", "", format_duration(start), format_duration(end), "")
    page.print(strip_control_chars(str(path)), soft_wrap=True)
    page.print_table(table)
