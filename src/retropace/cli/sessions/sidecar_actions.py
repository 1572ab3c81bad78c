"""The actions of ``retropace annotate`` on a sidecar: add, remove, list, convert, transfer."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.sessions.analyze_file import read_single_activity
from retropace.core.atomic_write import atomic_write
from retropace.core.errors import AnnotationError
from retropace.core.sanitize import strip_control_chars
from retropace.core.sidecar_path import sidecar_path

if TYPE_CHECKING:
    from retropace.annotations import Annotation, UnresolvedAnnotation
    from retropace.annotations.inputs.sidecar_editor import SidecarEditor
    from retropace.core.cleaned_activity import CleanedActivity


def resolve_sidecar_path(file: str, sidecar: str | None) -> Path:
    """Return the path of the annotations: ``sidecar`` if given, else the sidecar beside the recording ``file``."""
    return Path(sidecar) if sidecar is not None else sidecar_path(file)


def _read_or_create_sidecar(path: Path) -> tuple[SidecarEditor, bytes | None]:
    """Return the sidecar and its bytes, or an empty sidecar and None if the file does not exist."""
    from retropace.annotations.inputs.sidecar import read_bytes
    from retropace.annotations.inputs.sidecar_editor import SidecarEditor, empty_sidecar

    if not path.exists():
        return empty_sidecar(path), None
    data = read_bytes(path)
    return SidecarEditor.parse(data, path), data


@cache
def _read_cleaned_activity(file: str, session: int | None) -> CleanedActivity:
    """Return the cleaned recording; the file is read only once per process. Raises ``RetropaceError``."""
    from retropace.cleaning.clean import clean_activity

    return clean_activity(read_single_activity(file, session))


def _print_message(message: str, *, err: bool = False) -> None:
    click.echo(strip_control_chars(message), err=err)


def add_marks(
    file: str, sidecar: str | None, session: int | None, marks: list[UnresolvedAnnotation], note: str
) -> None:
    """Append a row for each mark to the sidecar.

    Raises ``RetropaceError``, and writes nothing, if a mark lies outside the activity or contradicts an annotation.
    """
    from retropace.annotations import resolve_annotations

    path = resolve_sidecar_path(file, sidecar)
    editor, content = _read_or_create_sidecar(path)
    existing = editor.parse_rows()
    for mark in marks:
        editor = editor.with_row(mark.where, mark.label, note, mark.attributes)
    # All annotations are resolved before the file is written, so that an invalid mark is never stored.
    _, warnings = resolve_annotations([*existing, *marks], _read_cleaned_activity(file, session))
    atomic_write(path, editor.to_bytes(), expected_content=content)
    for warning in warnings:
        if any(str(mark.origin) in warning for mark in marks):
            _print_message(f"! {warning}", err=True)
    count = len(editor.parse_rows())
    _print_message(f"{path}: {len(marks)} added, {count} annotation{'s' * (count != 1)} in all")


def remove_rows(file: str, sidecar: str | None, row_numbers: tuple[int, ...]) -> None:
    """Delete those rows of the sidecar that ``retropace annotate --list`` shows with these numbers (the first is 1).

    Raises :class:`~retropace.core.errors.RetropaceError` if there is no such row.
    """
    path = resolve_sidecar_path(file, sidecar)
    editor, content = _read_or_create_sidecar(path)
    if content is None:
        raise AnnotationError("there is no such file, so nothing to remove", path=path)
    for number in sorted(set(row_numbers), reverse=True):
        editor = editor.without_row(number)
    atomic_write(path, editor.to_bytes(), expected_content=content)
    count = len(editor.parse_rows())
    _print_message(f"{path}: {len(set(row_numbers))} removed, {count} annotation{'s' * (count != 1)} left")


def _read_resolved_annotations(file: str, session: int | None, path: Path) -> list[Annotation]:
    """Return the annotations of a sidecar or label track as spans of the recording, their edges not snapped."""
    from retropace.annotations import read_annotations, resolve_annotations

    return list(resolve_annotations(read_annotations(path), _read_cleaned_activity(file, session))[0])


def convert_annotations(
    file: str, sidecar: str | None, session: int | None, target_format: str, output: str | None
) -> None:
    """Convert a sidecar to a label track (``audacity``) or back (``csv``), to a new file; raises ``RetropaceError``."""
    from retropace.annotations.inputs.audacity import format_label_track
    from retropace.annotations.inputs.sidecar_editor import build_sidecar

    sidecar_beside = resolve_sidecar_path(file, None)
    track_beside = sidecar_beside.with_suffix(".txt")
    to_track = target_format == "audacity"
    default_source, default_target = (sidecar_beside, track_beside) if to_track else (track_beside, sidecar_beside)
    source = default_source if sidecar is None else Path(sidecar)
    if not source.is_file():
        raise AnnotationError("there is no such file to convert: name it with --annotations", path=source)
    target = default_target if output is None else Path(output)
    annotations = _read_resolved_annotations(file, session, source)
    data = format_label_track(annotations).encode() if to_track else build_sidecar(annotations, target).to_bytes()
    atomic_write(target, data, expected_content=None)
    _print_message(f"{target}: {len(annotations)} annotation{'s' * (len(annotations) != 1)} from {source}")


def transfer_from_recording(file: str, sidecar: str | None, session: int | None, source: str) -> None:
    """Add the sidecar annotations of ``source``, another recording of the same activity, aligned by time of day.

    Raises ``RetropaceError`` if both share a sidecar or a transferred annotation contradicts an existing one.
    """
    from retropace.annotations import read_sidecar, resolve_annotations
    from retropace.annotations.resolve.transfer import transfer_annotations

    path, source_path = resolve_sidecar_path(file, sidecar), sidecar_path(source)
    if os.path.realpath(path) == os.path.realpath(source_path):
        raise AnnotationError(f"is the sidecar of both: name another one for {file} with --annotations", path=path)
    source_activity, target_activity = _read_cleaned_activity(source, None), _read_cleaned_activity(file, session)
    annotations, _ = resolve_annotations(read_sidecar(source_path), source_activity)
    editor, content = _read_or_create_sidecar(path)
    previous_count = len(editor.parse_rows())
    editor = transfer_annotations(annotations, source_activity, target_activity, editor)
    resolve_annotations(editor.parse_rows(), target_activity)  # raises for a contradiction
    atomic_write(path, editor.to_bytes(), expected_content=content)
    count = len(editor.parse_rows()) - previous_count
    _print_message(f"{path}: {count} annotation{'s' * (count != 1)} taken over from {source_path}")


def list_annotations(file: str, sidecar: str | None, session: int | None, form: str) -> None:
    """Print the annotations with their numbers and spans, as a table or as JSON; raises ``RetropaceError``."""
    from retropace.annotations import resolve_annotations
    from retropace.core.units import format_duration

    path = resolve_sidecar_path(file, sidecar)
    editor, content = _read_or_create_sidecar(path)
    annotations = editor.parse_rows()
    resolved, _ = resolve_annotations(annotations, _read_cleaned_activity(file, session))
    rows = []
    for number, annotation in enumerate(annotations, 1):
        spans = [(item.start_s, item.end_s) for item in resolved if item.origin == annotation.origin]
        rows.append((number, annotation, spans))
    if form == "json":
        documents = [
            {
                "number": number,
                "line": annotation.origin.line,
                "where": annotation.where,
                "label": str(annotation.label),
                "note": annotation.note,
                "distance_m": annotation.attributes.distance_m,
                "speed_mps": annotation.attributes.speed_mps,
                "spans": spans,
            }
            for number, annotation, spans in rows
        ]
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    if not rows:
        _print_message(f"{path}: {'holds no annotations' if content is not None else 'does not exist yet'}")
        return
    from retropace.cli.terminal.console import open_text_output
    from retropace.cli.terminal.layout import create_table

    text_output = open_text_output()
    table = create_table("#", "where", "label", "from", "to", "note", left=(0, 1, 2, 5))
    for number, annotation, spans in rows:
        label = " ".join(part for part in (str(annotation.label), str(annotation.attributes)) if part)
        first, *others = spans or [(float("nan"), float("nan"))]
        cells = (
            strip_control_chars(annotation.where),
            label,
            format_duration(first[0]),
            format_duration(first[1]),
            strip_control_chars(annotation.note),
        )
        table.add_row(str(number), *cells)
        for start, end in others:
            table.add_row("", "", "", format_duration(start), format_duration(end), "")
    text_output.print(strip_control_chars(str(path)), soft_wrap=True)
    text_output.print_table(table)
