"""Listing of files that may be recordings, in folders, archives and vendors' exports; nothing is decoded here.

``listing.py`` finds entries (such files), ``folders.py`` walks folders, ``archives.py`` reads zip files, ``remote.py``
opens addresses. ``file_names.py`` and ``magic.py`` recognise files by name and by first bytes. ``garmin.py`` and
``strava.py`` parse the tables of names in exports, ``apple.py`` reads an Apple Health export.
"""

from __future__ import annotations

from retropace.sources.entry import Entry, Limits, Unreadable
from retropace.sources.listing import Listing

__all__ = ["Entry", "Limits", "Listing", "Unreadable"]
