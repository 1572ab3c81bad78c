"""Recognition of files by name: suffixes, and messages about formats that cannot be read."""

import re

RECORDING_SUFFIXES = (".fit", ".gpx", ".tcx", ".kml")
"""Suffixes of recordings; a file with such a suffix that cannot be read is a failure."""
ARCHIVE_SUFFIXES = (".zip", ".kmz")
"""Suffixes of zip archives."""
_UNSUPPORTED_FORMATS = {".sml": "Suunto's own format", ".hrm": "Polar's older format", ".pwx": "TrainingPeaks' format"}
"""Suffixes of recordings that cannot be read, each with a description of its format."""
_ZEPP_SUMMARY_PATH = re.compile(r"(?:^|/)SPORT/SPORT_\d+\.csv$", re.IGNORECASE)
"""Pattern of the path of the table of activities in a Zepp (Amazfit) export."""


def find_data_suffix(name: str) -> str:
    """Return the lower-case suffix that tells the format of a file, without ``.gz``; empty if the name has none."""
    plain = name.lower().removesuffix(".gz")
    return plain[plain.rfind(".") :] if "." in plain else ""


def find_unsupported_hint(name: str) -> str | None:
    """Explain why a recording in an unsupported format cannot be read and what to do; None for any other file."""
    if _ZEPP_SUMMARY_PATH.search(name.replace("\\", "/")):
        return "is Zepp's table of all activities, without their records: export each as FIT, GPX or TCX"
    description = _UNSUPPORTED_FORMATS.get(find_data_suffix(name))
    return None if description is None else f"is in {description}, which is not read: export it as FIT, GPX or TCX"
