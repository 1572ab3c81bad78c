"""Atomic writing of files: a temporary file beside the target is written and then replaces it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from retropace.core.errors import RetropaceError


def atomic_write(path: str | os.PathLike[str], data: bytes, *, expected_content: bytes | None) -> None:
    """Write a file so that afterwards it holds either the data or its former content.

    ``expected_content`` is what the file held when it was read; None if it must not exist. Symbolic links are followed
    and permissions kept. Raises :class:`RetropaceError` if the content differs from the expected or writing fails.
    """
    target = Path(os.path.realpath(path))
    try:
        handle, temp_path = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if expected_content is None:
            _apply_umask(temp_path)
            _link_exclusively(temp_path, target)
        else:
            shutil.copymode(target, temp_path)
            if target.read_bytes() != expected_content:
                message = "was changed by somebody else meanwhile: nothing was written, try again"
                raise RetropaceError(message, path=path)
            Path(temp_path).replace(target)
    except FileExistsError:
        raise RetropaceError("exists already: nothing was written", path=path) from None
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    finally:
        with contextlib.suppress(OSError):
            Path(temp_path).unlink(missing_ok=True)


def _link_exclusively(temp_path: str, target: Path) -> None:
    """Move a file to ``target``; raises ``FileExistsError`` if that exists, where a rename would overwrite it."""
    try:
        os.link(temp_path, target)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        Path(temp_path).replace(target)


def _apply_umask(temp_path: str) -> None:
    """Give a temporary file, which only its owner can read, the usual permissions of a new file (umask)."""
    mask = os.umask(0)
    os.umask(mask)
    Path(temp_path).chmod(0o666 & ~mask)


@contextlib.contextmanager
def atomic_replace(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary file's path, which replaces ``path`` on success; raises :class:`RetropaceError`."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
