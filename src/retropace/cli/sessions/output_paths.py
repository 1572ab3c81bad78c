"""Paths of output: as they are printed, and a check that recordings and annotations are not overwritten."""

from collections.abc import Callable, Sequence
from pathlib import Path

from retropace.core.errors import describe_os_error
from retropace.core.sidecar_path import sidecar_path


def find_output_path_problem(
    target: str,
    recordings: Sequence[str],
    annotations_path: str | None,
    *,
    force: bool,
    own_description: str = "",
    is_own_file: Callable[[Path], bool] = lambda _path: False,
) -> str:
    """Return why not to write to ``target``, or an empty text; recordings and sidecars are safe even with ``force``."""
    path = Path(target)
    try:
        if path.is_dir():
            return f"{target} is a folder: name a file in it"
        if not path.exists():
            return ""
        if not path.is_file():
            return f"{target} is no file: - writes to stdout"
        protected = {"a recording": recordings, "a sidecar": [str(sidecar_path(other)) for other in recordings]}
        protected["the file of annotations"] = [] if annotations_path is None else [annotations_path]
        for description, others in protected.items():
            if any(_is_same_file(path, other) for other in others):
                return f"{target} is {description}: nothing was written"
        is_none = f" and is no {own_description}" if own_description else ""
        return "" if force or is_own_file(path) else f"{target} exists{is_none}: --force writes over it"
    except OSError as error:  # such as a name that is too long, or a folder that must not be read
        return f"{target} cannot be written: {describe_os_error(error)}"


def shorten_path(path: str) -> str:
    """Return a path within the current folder relative to it; other paths and addresses are unchanged."""
    try:
        prefix = f"{Path.cwd()}/"
    except OSError:
        return path
    return path.removeprefix(prefix)


def _is_same_file(target: Path, other: str) -> bool:
    try:
        return target.samefile(other)
    except OSError:
        return False  # a missing file cannot be overwritten
