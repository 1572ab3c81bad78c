"""Analyses of recordings with the annotations of their sidecars."""

from pathlib import Path

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import read_sidecar
from retropace.core.sidecar_path import sidecar_path
from retropace.readers import read_all


def analyze_sessions(path: Path) -> list[Analysis]:
    """The analyses of a file's sessions, with its sidecar if there is one."""
    inputs = read_sidecar(sidecar_path(path)) if sidecar_path(path).is_file() else []
    return [analyze(activity, inputs) for activity in read_all(path)]
