"""The actions of ``retropace annotate`` on a sidecar: add, remove, list, convert, transfer, edit on a page."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from retropace.annotations import (
    AnnotationInput,
    UnresolvedAnnotation,
    read_annotations,
    read_sidecar,
    resolve_annotations,
)
from retropace.annotations.inputs.sidecar import format_label_track, read_bytes
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, build_sidecar, transfer_annotations
from retropace.cleaning.clean import clean_activity
from retropace.cli.sessions.analyze_file import read_activities, require_single
from retropace.cli.sessions.learning import AthleteLearner
from retropace.core.atomic_write import atomic_write
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError, RetropaceError, describe_os_error
from retropace.core.findings import select_texts
from retropace.core.parameters import Settings
from retropace.core.sidecar_path import sidecar_path
from retropace.core.units import Units, format_count


@dataclass(frozen=True)
class SidecarRequest:
    """The recording whose annotations a command reads or changes."""

    file: str
    sidecar: str | None  # path of the annotations; None takes the sidecar beside the recording
    session: int | None

    @property
    def path(self) -> Path:
        """Path of the annotations."""
        return Path(self.sidecar) if self.sidecar is not None else sidecar_path(self.file)

    def read(self) -> tuple[SidecarEditor, bytes | None]:
        """Return the sidecar and its bytes; an empty sidecar and None if there is no such file."""
        if not self.path.exists():
            return SidecarEditor.parse(b"", self.path), None
        data = read_bytes(self.path)
        return SidecarEditor.parse(data, self.path), data

    @cached_property
    def activity(self) -> CleanedActivity:
        """The cleaned recording, read when it is first needed; raises ``RetropaceError``."""
        return _read_cleaned_activity(self.file, self.session)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How the annotation page is served, and how the recording on it is analysed."""

    no_browser: bool
    port: int  # TCP port on 127.0.0.1; 0 takes any free port
    settings: Settings
    athlete: str | None
    home_zones: bool
    units: Units


def _read_cleaned_activity(file: str, session: int | None) -> CleanedActivity:
    return clean_activity(require_single(read_activities(file, session), file))


def add_marks(request: SidecarRequest, marks: Sequence[UnresolvedAnnotation], note: str) -> list[str]:
    """Append a row for each mark, or raise ``RetropaceError`` and write nothing; return what was done, and warnings."""
    editor, content = request.read()
    existing = editor.parse_rows()
    for mark in marks:
        editor = editor.with_row(mark.where, mark.label, note, mark.attributes)
    # All annotations are resolved before the file is written, so that an invalid mark is never stored.
    _, findings = resolve_annotations([*existing, *marks], request.activity)
    atomic_write(request.path, editor.to_bytes(), expected_content=content)
    count = format_count(len(editor.parse_rows()), "annotation")
    texts = select_texts(findings, "warning")
    own_warnings = [text for text in texts if any(str(mark.origin) in text for mark in marks)]
    return [f"{request.path}: {len(marks)} added, {count} in all", *own_warnings]


def remove_rows(request: SidecarRequest, row_numbers: Sequence[int]) -> list[str]:
    """Delete the rows that ``--list`` shows with these numbers; return what was done; raises ``RetropaceError``."""
    editor, content = request.read()
    if content is None:
        raise AnnotationError("there is no such file, so nothing to remove", path=request.path)
    for number in sorted(set(row_numbers), reverse=True):
        editor = editor.replace_row(number, ())
    atomic_write(request.path, editor.to_bytes(), expected_content=content)
    count = format_count(len(editor.parse_rows()), "annotation")
    return [f"{request.path}: {len(set(row_numbers))} removed, {count} left"]


def convert_annotations(request: SidecarRequest, target_format: str, output: str | None) -> list[str]:
    """Write a label track (``audacity``) from a sidecar, or the reverse (``csv``); return what was done."""
    sidecar_beside = sidecar_path(request.file)
    track_beside = sidecar_beside.with_suffix(".txt")
    to_track = target_format == "audacity"
    default_source, default_target = (sidecar_beside, track_beside) if to_track else (track_beside, sidecar_beside)
    source = default_source if request.sidecar is None else Path(request.sidecar)
    if not source.is_file():
        raise AnnotationError("there is no such file to convert: name it with --annotations", path=source)
    target = default_target if output is None else Path(output)
    annotations = list(resolve_annotations(read_annotations(source), request.activity)[0])
    data = format_label_track(annotations).encode() if to_track else build_sidecar(annotations, target).to_bytes()
    atomic_write(target, data, expected_content=None)
    return [f"{target}: {format_count(len(annotations), 'annotation')} from {source}"]


def transfer_from_recording(request: SidecarRequest, source: str) -> list[str]:
    """Add the sidecar of another recording by time of day, and return what was done; raises ``RetropaceError``."""
    path, source_path = request.path, sidecar_path(source)
    if os.path.realpath(path) == os.path.realpath(source_path):
        raise AnnotationError(
            f"is the sidecar of both: name another one for {request.file} with --annotations", path=path
        )
    source_activity, target_activity = _read_cleaned_activity(source, None), request.activity
    annotations, _ = resolve_annotations(read_sidecar(source_path), source_activity)
    editor, content = request.read()
    previous_count = len(editor.parse_rows())
    editor = transfer_annotations(annotations, source_activity, target_activity, editor)
    resolve_annotations(editor.parse_rows(), target_activity)  # raises for a contradiction
    atomic_write(path, editor.to_bytes(), expected_content=content)
    count = format_count(len(editor.parse_rows()) - previous_count, "annotation")
    return [f"{path}: {count} taken over from {source_path}"]


def list_annotations(request: SidecarRequest) -> list[tuple[UnresolvedAnnotation, list[tuple[float, float]]]]:
    """Return each annotation with the spans that it labels, in elapsed seconds; raises ``RetropaceError``."""
    annotations = request.read()[0].parse_rows()
    resolved, _ = resolve_annotations(annotations, request.activity)
    return [
        (annotation, [(item.start_s, item.end_s) for item in resolved if item.origin == annotation.origin])
        for annotation in annotations
    ]


def run_editor(
    request: SidecarRequest, page: PageRequest, inputs: Sequence[AnnotationInput], on_ready: Callable[[str], None]
) -> tuple[int, int]:
    """Serve the page, tell ``on_ready`` its address, and return the numbers of edits and annotations at its end."""
    from retropace.editor.editor import Editor  # only the page needs the editor
    from retropace.editor.server import serve

    activity = require_single(read_activities(request.file, request.session), request.file)
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{request.path.name}.", dir=request.path.parent):
            pass
    except OSError as error:
        reason = f"cannot be written ({describe_os_error(error)}), so that no mark could be saved"
        advice = "name a file in another folder with --annotations"
        raise RetropaceError(f"{reason}: {advice}", path=request.path) from None
    athlete = None if page.athlete is None else AthleteLearner(page.athlete).athlete
    editor = Editor(activity, request.path, page.settings, athlete, inputs)
    serve(editor, page.units, port=page.port, on_ready=on_ready)
    return editor.edit_count, len(editor.refresh().sidecar.parse_rows())
