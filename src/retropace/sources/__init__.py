"""Listing of files that may be recordings, in folders, archives and vendors' exports; nothing is decoded here."""

from retropace.sources.entry import Entry, Limits, Unreadable
from retropace.sources.listing import Listing

__all__ = ["Entry", "Limits", "Listing", "Unreadable"]
