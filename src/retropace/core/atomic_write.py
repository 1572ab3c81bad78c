"""Writing files so that nothing is ever half written or lost: beside, then renamed into place."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from retropace.core.errors import RetropaceError


def atomic_write(path: str | os.PathLike[str], data: bytes, *, expected_content: bytes | None) -> None:
    """Write a file in one step: afterwards it holds the data, or, whatever happened, what it held before.

    ``was`` is what it held when it was read; None if it must not exist. Raises :class:`RetropaceError` if it has
    changed meanwhile, or cannot be written. A link is followed, permissions are kept.
    """
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as bad:
        raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=path) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if expected_content is None:
            _apply_umask(name)
            _link_exclusively(name, target)
        else:
            shutil.copymode(target, name)
            if target.read_bytes() != expected_content:
                raise RetropaceError(
                    "was changed by somebody else meanwhile: nothing was written, try again", path=path
                )
            Path(name).replace(target)
    except FileExistsError:
        raise RetropaceError("exists already: nothing was written", path=path) from None
    except OSError as bad:
        raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=path) from None
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _link_exclusively(temp_path: str, target: Path) -> None:
    """Give a written file its name, if that is still free: a rename would take it from another file.

    Where there are no links (FAT, as on many watches) the name is taken first and the file renamed onto it.
    """
    try:
        os.link(temp_path, target)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        Path(temp_path).replace(target)


def _apply_umask(temp_path: str) -> None:
    """The permissions that a new file would have: mkstemp's are for its maker alone."""
    mask = os.umask(0)
    os.umask(mask)
    Path(temp_path).chmod(0o666 & ~mask)


@contextlib.contextmanager
def atomic_replace(path: str | os.PathLike[str]) -> Iterator[Path]:
    """The name of a file to write; when that has gone well it takes the place of whatever was at ``path``.

    If it has not, nothing is left of it. Raises :class:`RetropaceError` for what the system refuses.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as bad:
        raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=path) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
