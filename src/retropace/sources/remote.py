"""Opening of files by path or, through fsspec, by address (``s3://``, ``https://`` and others)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from retropace.core.errors import ReadError


def is_address(path: str) -> bool:
    """Return whether a text is an address such as ``s3://…`` or ``https://…`` rather than a path on this machine."""
    scheme, mark, _ = path.partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").isalnum()


def open_file(path: str) -> IO[bytes]:
    """Open the file at a path or address for reading; raises :class:`OSError` or :class:`ReadError`."""
    if not is_address(path):
        return open(path, "rb")  # noqa: PTH123 - keeps names that are not UTF-8 unchanged
    filesystem, name = _open_filesystem(path)
    try:
        return cast("IO[bytes]", filesystem.open(name, "rb"))
    except Exception as error:
        raise error if isinstance(error, OSError) else _read_error(error, path) from None


def fetch(path: str, max_bytes: int) -> bytes:
    """Read the file at a path or address; raises :class:`ReadError` on failure or if it has over ``max_bytes``."""
    with translate_os_errors(path), open_file(path) as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ReadError(f"is larger than {max_bytes / 1e6:.0f} MB", path=path)
    return data


def list_files(path: str) -> list[tuple[str, int, str]]:
    """List every file at an address and below, sorted: address, size in bytes and fingerprint, empty if unknown."""
    filesystem, name = _open_filesystem(path)
    try:
        is_folder = filesystem.isdir(name)
        files = filesystem.find(name, detail=True) if is_folder else {name: filesystem.info(name)}
    except FileNotFoundError:
        raise ReadError("there is no such file", path=path) from None
    except Exception as error:
        raise _read_error(error, path) from None
    if not files:
        raise ReadError("there is no such file, or nothing in it", path=path)
    addresses = {name: filesystem.unstrip_protocol(name) if is_folder else path for name in sorted(files)}
    return [
        (address, int(files[name].get("size") or 0), _find_version(files[name])) for name, address in addresses.items()
    ]


def _find_version(details: dict[str, Any]) -> str:
    """Join size and version (ETag, hash or time) from a storage's details of a file; empty if it gives no version."""
    keys = ("ETag", "etag", "md5Hash", "generation", "LastModified", "mtime", "modified", "last_modified")
    return next((f"{details.get('size')}:{details[key]}" for key in keys if details.get(key)), "")


def _open_filesystem(path: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise ReadError("addresses are read through fsspec: pip install 'retropace[cluster]'", path=path) from None
    try:
        filesystem, name = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise ReadError(f"cannot be reached: {error}", path=path) from None
    return filesystem, name


def _read_error(error: Exception, path: str) -> ReadError:
    details = " ".join(str(error).split()) or type(error).__name__
    return ReadError(f"cannot be read: {details}", path=path)


@contextmanager
def translate_os_errors(path: str) -> Iterator[None]:
    """Turn an :class:`OSError` raised in the block into :class:`ReadError` about ``path``."""
    try:
        yield
    except OSError as error:
        raise ReadError.from_os_error("cannot be read", error, path) from None
