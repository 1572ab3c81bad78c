"""The library: a SQLite file of every analysed activity and every failure, and batch runs that fill it."""

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.library.queries import ActivityFilter
    from retropace.library.store import Input, Library, Outcome, library_path

_LAZY_EXPORTS = {"ActivityFilter": "queries", **dict.fromkeys(("Input", "Library", "Outcome", "library_path"), "store")}
"""Module of each exported name; it is imported on first use, because the fork server has to start before NumPy."""

__all__ = ["ActivityFilter", "Input", "Library", "Outcome", "library_path"]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
