"""Files that need not be on this machine: whatever has an address is reached through fsspec."""

from __future__ import annotations

from typing import IO, Any, cast

from retropace.core.errors import ReadError

_INSTALL_HINT = "addresses are read through fsspec: pip install 'retropace[cluster]'"


def is_address(path: str) -> bool:
    """Whether this is ``s3://…``, ``https://…`` and the like rather than a path on this machine."""
    scheme, mark, _ = path.partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").isalnum()


def open_file(path: str) -> IO[bytes]:
    """The file at a path or address, to be read; raises what the system raises, or :class:`ReadError`."""
    if not is_address(path):
        return open(path, "rb")  # noqa: PTH123 - a name that is no UTF-8 must stay as it is
    filesystem, name = _open_filesystem(path)
    try:
        return cast("IO[bytes]", filesystem.open(name, "rb"))
    except OSError:
        raise
    except Exception as bad:
        raise _read_error(bad, path) from None


def fetch(path: str, max_bytes: int) -> bytes:
    """The bytes at an address; raises :class:`ReadError`, also for more than ``most_bytes``."""
    try:
        with open_file(path) as file:
            data = file.read(max_bytes + 1)
    except OSError as bad:
        raise ReadError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    if len(data) > max_bytes:
        raise ReadError(f"is larger than {max_bytes / 1e6:.0f} MB", path=path)
    return data


def list_files(path: str) -> list[tuple[str, int, str]]:
    """Every file at an address and below, with its size and whatever tells that it has changed, in order.

    Raises :class:`ReadError` if there is nothing.
    """
    filesystem, name = _open_filesystem(path)
    try:
        is_folder = filesystem.isdir(name)
        found = filesystem.find(name, detail=True) if is_folder else {name: filesystem.info(name)}
    except FileNotFoundError:
        raise ReadError("there is no such file", path=path) from None
    except Exception as bad:
        raise _read_error(bad, path) from None
    if not found:
        raise ReadError("there is no such file, or nothing in it", path=path)
    return [
        (path if not is_folder else filesystem.unstrip_protocol(one), int(about.get("size") or 0), _find_version(about))
        for one, about in sorted(found.items())
    ]


def _find_version(details: dict[str, Any]) -> str:
    """What changes with the content, as far as the place says; the empty text if it says nothing."""
    for key in ("ETag", "etag", "md5Hash", "generation", "LastModified", "mtime", "modified", "last_modified"):
        if details.get(key):
            return f"{details.get('size')}:{details[key]}"
    return ""


def _open_filesystem(path: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise ReadError(_INSTALL_HINT, path=path) from None
    try:
        filesystem, name = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as bad:
        raise ReadError(f"cannot be reached: {bad}", path=path) from None
    return filesystem, name


def _read_error(error: Exception, path: str) -> ReadError:
    """Each kind of storage has exceptions of its own."""
    said = " ".join(str(error).split()) or type(error).__name__
    return ReadError(f"cannot be read: {said}", path=path)
