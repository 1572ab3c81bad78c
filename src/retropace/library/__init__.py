"""The library: a SQLite file of every analysed activity and every failure, and batch runs that fill it.

``migrations.py`` holds the schema, ``store.py`` opens the file and writes to it, ``rows.py`` converts documents to rows
and back, ``queries.py`` and ``season_query.py`` read. Nothing here prints.
"""

from __future__ import annotations

from retropace.library.queries import ActivityFilter
from retropace.library.store import Input, Library, Outcome, library_path

__all__ = ["ActivityFilter", "Input", "Library", "Outcome", "library_path"]
