"""The annotation page of ``retropace annotate FILE``, served until it is closed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.sessions.learning import AthleteLearner
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.annotations import AnnotationInput
    from retropace.core.activity import Activity
    from retropace.core.parameters import Settings


@dataclass(frozen=True, slots=True)
class EditorOptions:
    """How the page is served, and how the recording on it is analysed."""

    port: int
    """TCP port on 127.0.0.1; 0 takes any free port."""
    opens_browser: bool
    units: str
    """``km`` or ``mi``."""
    settings: Settings
    athlete: str | None
    """Name or file of the athlete whose learned model is used."""
    annotation_inputs: tuple[AnnotationInput, ...]


def run_editor(activity: Activity, sidecar: Path, options: EditorOptions) -> bool:
    """Serve the page until it is closed or Ctrl-C is pressed, and print how many changes were saved.

    Raises ``RetropaceError`` if the page cannot be served or the sidecar cannot be used.
    """
    from retropace.core.units import UNITS_BY_NAME
    from retropace.editor.editor import Editor
    from retropace.editor.server import serve

    _check_writable(sidecar)
    athlete = None if options.athlete is None else AthleteLearner(options.athlete).athlete
    editor = Editor(activity, sidecar, options.settings, athlete, options.annotation_inputs)

    def print_address(address: str) -> None:
        _print_message(f"{activity.source.path}: {address}")
        opened = options.opens_browser and _open_browser(address)
        how = "Opened in the browser" if opened else "Open this address in a browser on this machine"
        _print_message(f"{how}. Closing the page, or Ctrl-C here, ends it; every mark is saved at once.")

    serve(editor, UNITS_BY_NAME[options.units], port=options.port, on_ready=print_address)
    count = len(editor.refresh().sidecar.parse_rows())
    changes = (
        f"{editor.edit_count} change{'s' * (editor.edit_count != 1)} saved"
        if editor.edit_count
        else "nothing was changed"
    )
    _print_message(f"{sidecar}: {changes}, {count} annotation{'s' * (count != 1)} in all")
    return True


def _print_message(message: str) -> None:
    click.echo(strip_control_chars(message))


def _open_browser(address: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


def _check_writable(sidecar: Path) -> None:
    """Raise ``RetropaceError`` if no file can be created in the folder of the sidecar."""
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{sidecar.name}.", dir=sidecar.parent):
            pass
    except OSError as error:
        raise RetropaceError(
            f"cannot be written ({error.strerror or error}), so that no mark could be saved: "
            "name a file in another folder with --annotations",
            path=sidecar,
        ) from None
