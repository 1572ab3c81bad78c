"""The exceptions that retropace raises on purpose; :mod:`retropace.cli.terminal.errors` prints them."""

import os
from typing import Self


class RetropaceError(Exception):
    """Raised for a file, annotation or setting that cannot be used: one sentence on what is wrong and what to do.

    ``path`` is the file and ``where`` the place in it (``line 3``); either may be missing. ``str()`` joins the three.
    """

    def __init__(self, message: str, *, path: str | os.PathLike[str] | None = None, where: str | None = None):
        super().__init__(message)
        self.message = message
        self.path = None if path is None else os.fspath(path)
        self.where = where

    def __str__(self) -> str:
        prefix = ":".join(part for part in (self.path, self.where) if part)
        return f"{prefix}: {self.message}" if prefix else self.message

    @classmethod
    def from_os_error(cls, what: str, error: Exception, path: str | os.PathLike[str]) -> Self:
        """Return an error that ``what`` failed, such as ``cannot be read``, with the reason from an ``OSError``."""
        return cls(f"{what}: {describe_os_error(error)}", path=path)


def describe_os_error(error: Exception) -> str:
    """Return the reason that the operating system gives, such as ``Permission denied``, without number and path."""
    return getattr(error, "strerror", None) or str(error)


class ReadError(RetropaceError):
    """Raised for a recording that cannot be read or holds nothing to analyse."""


TOTALS_ONLY = "totals only"
"""Value of :attr:`NoActivityError.kind` for an activity entered by hand or exported without records."""


class NoActivityError(ReadError):
    """Raised for a valid file without a recorded session; ``kind`` says what it holds instead, such as ``a course``."""

    def __init__(self, message: str, kind: str = "", *, path: str | os.PathLike[str] | None = None):
        super().__init__(message, path=path)
        self.kind = kind


class OtherSportError(ReadError):
    """Raised for a readable recording of a sport that is not done on foot."""


class AnnotationError(RetropaceError):
    """Raised for an annotation that cannot be understood, lies outside its activity, or contradicts another one."""
