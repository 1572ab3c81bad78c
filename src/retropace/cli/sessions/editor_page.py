"""The annotation page of ``retropace annotate FILE``, served until it is closed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retropace.cli.sessions.analysis_request import AnalysisRequest
from retropace.cli.sessions.analyze_file import read_activities, require_single
from retropace.cli.sessions.learning import AthleteLearner
from retropace.core.errors import RetropaceError, describe_os_error
from retropace.core.units import Units


@dataclass(frozen=True, slots=True)
class EditorRequest:
    """The recording on the page, how it is analysed, and how the page is served."""

    file: str
    """Path of the recording."""
    sidecar: Path
    analysis: AnalysisRequest
    units: Units
    port: int
    """TCP port on 127.0.0.1; 0 takes any free port."""


def run_editor(request: EditorRequest, on_ready: Callable[[str], None]) -> tuple[int, int]:
    """Serve the page until it is closed or Ctrl-C is pressed; return the numbers of edits and of annotations then.

    ``on_ready`` is called with the page's address once it can be opened. Raises ``RetropaceError``.
    """
    from retropace.editor.editor import Editor  # only the page needs the editor
    from retropace.editor.server import serve

    activity = require_single(read_activities(request.file, request.analysis.session), request.file)
    settings, name = request.analysis.settings, request.analysis.athlete
    _check_writable(request.sidecar)
    athlete = None if name is None else AthleteLearner(name).athlete
    editor = Editor(activity, request.sidecar, settings, athlete, request.analysis.annotation_inputs.inputs)
    serve(editor, request.units, port=request.port, on_ready=on_ready)
    return editor.edit_count, len(editor.refresh().sidecar.parse_rows())


def _check_writable(sidecar: Path) -> None:
    """Raise ``RetropaceError`` if no file can be created in the folder of the sidecar."""
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{sidecar.name}.", dir=sidecar.parent):
            pass
    except OSError as error:
        reason = f"cannot be written ({describe_os_error(error)}), so that no mark could be saved"
        advice = "name a file in another folder with --annotations"
        raise RetropaceError(f"{reason}: {advice}", path=sidecar) from None
