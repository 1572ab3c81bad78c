"""Where recordings lie: folders, archives within archives, and what vendors send when asked for "all my data".

``listing.py`` finds entries without opening them, ``archives.py`` reads what lies in zip files, ``folders.py`` walks
folders, ``remote.py`` reaches what is not on this machine. ``garmin.py`` and ``strava.py`` read the tables of names
that come with an export, ``apple.py`` turns one into workouts. ``heads.py`` tells what a file is by its first bytes.
"""

from __future__ import annotations

from retropace.sources.entry import Entry, Limits, Unreadable
from retropace.sources.listing import Listing

__all__ = ["Entry", "Limits", "Listing", "Unreadable"]
