"""Everything that can go wrong with what a user brings, as one exception with the file and the place in it.

Whatever retropace raises on purpose derives from :class:`RetropaceError`; the command line turns it into one
sentence on stderr and an exit status in a single place (``cli/failures.py``).
"""

from __future__ import annotations

import os


class RetropaceError(Exception):
    """A file, annotation or setting that cannot be used.

    ``message`` says in one sentence what is wrong and what to do. ``path`` is the file it is about and ``where`` the
    place in it (``line 3``, ``byte 812``); either may be missing. ``str()`` puts the three together.
    """

    def __init__(self, message: str, *, path: str | os.PathLike[str] | None = None, where: str | None = None):
        super().__init__(message)
        self.message = message
        self.path = None if path is None else os.fspath(path)
        self.where = where

    def __str__(self) -> str:
        place = ":".join(part for part in (self.path, self.where) if part)
        return f"{place}: {self.message}" if place else self.message


class ReadError(RetropaceError):
    """A recording that cannot be read or holds nothing to analyse."""


TOTALS_ONLY = "totals only"
"""The kind of an activity that nobody recorded, or of which an export leaves the records out."""


class NoActivityError(ReadError):
    """A sound file without a recorded session; ``kind`` says what it holds instead: ``course``, ``totals only``."""

    def __init__(self, message: str, kind: str = "", *, path: str | os.PathLike[str] | None = None):
        super().__init__(message, path=path)
        self.kind = kind


class OtherSportError(ReadError):
    """A recording that is readable but of a sport that is not done on foot."""


class AnnotationError(RetropaceError):
    """An annotation that cannot be understood, lies outside its activity, or contradicts another one."""
