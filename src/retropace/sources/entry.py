"""The items of a listing: entries (files that may be recordings), and other items, with why they are no entries."""

from dataclasses import dataclass

MEMBER_SEPARATOR = "!/"
"""Separator between an archive and its member in a place, as in ``export.zip!/activities/1.fit.gz``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on unpacking, which protect against archive bombs."""

    max_bytes: int = 512 * 2**20  # largest unpacked size of one file; a larger one is not read. A day of GPX has 40 MB
    max_ratio: float = 200.0  # largest ratio of unpacked to packed size that is read; GPX has 10 to 30
    min_ratio_check_bytes: int = 16 * 2**20  # unpacked size up to which ``max_ratio`` is not applied
    max_nesting_levels: int = 5  # largest depth of archives within archives that are read; vendors' exports have two


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be a recording, or a workout of an Apple Health export; its content has not been read."""

    place: str  # unique name by which the user finds the entry: a full path, or archive and member joined by ``!/``
    path: str  # path or address of the file; for a member of an archive, that of the outermost archive
    members: tuple[str, ...]  # names that lead from the file on disk to the entry, one per nested archive
    size_bytes: int  # unpacked for a member of an archive
    fingerprint: str  # changes whenever the file's content may have changed; empty if the storage does not tell
    is_explicit: bool = False  # whether the user named this file, so that it must be a recording
    sidecar: tuple[str, str] | None = None  # path, or member name in the same archive, and fingerprint
    workout_index: int | None = None  # of a workout in the Apple Health export at ``members``; None for a file
    container: str = ""  # place of the outermost archive or export that holds the entry; empty for a file on disk


@dataclass(frozen=True, slots=True)
class OtherSport:
    """A workout in an Apple Health export that was not on foot."""

    place: str
    sport: str
    fingerprint: str
    container: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An archive or export of which an earlier run has already stored everything."""

    place: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, folder or address that cannot be listed or read."""

    place: str
    reason: str  # in two or three words, by which failures are grouped
    message: str  # as a sentence for the user
    is_transient: bool = False  # whether trying again may help, for example after a server did not answer
    container: str = ""  # place of the outermost archive on disk that holds the item; empty outside archives


def join_place(place: str, name: str) -> str:
    """Return the place of a member of the archive at ``place``, for example ``export.zip!/activities/1.fit``."""
    return f"{place}{MEMBER_SEPARATOR}{name}"


def join_sibling_place(place: str, name: str) -> str:
    """Return the place of the file ``name`` in the folder, on disk or in an archive, of the file at ``place``."""
    return printable(place[: place.rfind("/") + 1] + name)


def printable(name: str) -> str:
    """Make a name valid UTF-8: bytes that are not UTF-8 are escaped, lone surrogates are replaced by ``?``."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # A lone surrogate, which JSON can contain.
        return name.encode("utf-8", "replace").decode("utf-8")
