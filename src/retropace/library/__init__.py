"""The library: one SQLite file that remembers every activity that was analysed, and everything that failed.

``migrations.py`` holds the schema, ``store.py`` opens the file and keeps what comes in, ``keeping.py`` turns documents
into rows and back, ``duplicates.py`` finds the same activity recorded or exported twice, ``asking.py`` answers
questions.
"""

from __future__ import annotations

from retropace.library.queries import ActivityFilter
from retropace.library.store import Input, Library, Outcome, library_path

__all__ = ["ActivityFilter", "Input", "Library", "Outcome", "library_path"]
