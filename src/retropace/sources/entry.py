"""What a listing finds: entries that may be recordings, and what could not even be looked at."""

from __future__ import annotations

from dataclasses import dataclass

MEMBER_SEPARATOR = "!/"
"""Stands between an archive and what lies in it: ``export.zip!/activities/1.fit.gz``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be unpacked: what goes beyond was made to fill a disk, or is no recording."""

    max_bytes: int = 512 * 2**20
    """Of a single file. A day of records every second is 40 MB as GPX, the most verbose of the formats."""
    max_ratio: float = 200.0
    """Unpacked to packed, of a file and of an archive as a whole. GPX packs 10 to 30 times, text of one letter
    1000 times (the most that deflate can)."""
    min_ratio_check_bytes: int = 16 * 2**20
    """Less than this is harmless, whatever its ratio."""
    max_nesting_levels: int = 5
    """Archives within archives: a vendor's export has two, one that was packed again with others four."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be a recording, or a workout within an Apple Health export. Nothing of it was read yet."""

    place: str
    """How its owner finds it again: a path, or archive and name with ``!/`` between."""
    path: str
    """The file on disk, or its address."""
    members: tuple[str, ...]
    """The names by which it is found in the archive, and in the archives within that; empty for a file of its own."""
    size_bytes: int
    """Bytes, unpacked if it lies in an archive."""
    fingerprint: str
    """Changes whenever the bytes may have changed."""
    is_explicit: bool = False
    """Whether the user named this very file: then it has to be a recording."""
    sidecar: tuple[str, str] | None = None
    """Where the annotations beside it lie (a path, or a name within the same archive), and the stamp of that."""
    workout_index: int | None = None
    """Which workout of an Apple Health export it is; ``members`` then lead to the export's XML file."""

    container: str = ""
    """The place of the archive or export on disk that it lies in; the empty text for a file of its own."""


@dataclass(frozen=True, slots=True)
class OtherSport:
    """A workout of an export that was not done on foot."""

    place: str
    sport: str
    fingerprint: str
    container: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An archive or export in which everything is known already."""

    place: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What could not be looked at, why, and whether trying again may help."""

    place: str
    reason: str
    """In two or three words, for grouping."""
    message: str
    """The sentence."""
    is_transient: bool = False
    """Whether it may pass: a folder without permission, a server that does not answer."""
    container: str = ""
    """The archive on disk that it lies in."""


def join_place(place: str, name: str) -> str:
    """The place of what is called ``name`` in the archive at ``place``."""
    return f"{place}{MEMBER_SEPARATOR}{name}"


def printable(name: str) -> str:
    """A text that can be stored and printed: bytes that are no UTF-8 are written as their numbers."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a character, as JSON may hold it
        return name.encode("utf-8", "replace").decode("utf-8")
