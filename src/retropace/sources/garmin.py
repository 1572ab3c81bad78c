"""The table of activity names and descriptions in a Garmin account export.

``DI_CONNECT/DI-Connect-Fitness/*_summarizedActivities.json`` holds ``[{"summarizedActivitiesExport": [{"activityId",
"name", "startTimeGmt" (ms), …}]}]``, in older exports a bare list of activities. Recordings are matched by start time.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from retropace.sources.entry import printable
from retropace.sources.export_metadata import ExportMetadata

SUMMARY_SUFFIX = "summarizedactivities.json"
"""End of the file name, in lower case, of a table of activities."""


def find_export_root(place: str) -> str:
    """Return the common beginning of all places in an export, given its table's place; at least the table's folder."""
    root, separator, _ = place.partition("DI_CONNECT/")
    return root if separator else place[: place.rfind("/") + 1]


def read_metadata(data: bytes) -> Iterator[tuple[str, ExportMetadata]]:
    """Yield the number and the metadata of each activity with a name and a start; nothing for invalid JSON."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    for activity in _iterate_activities(document):
        name = activity.get("name") or activity.get("activityName")
        start_ms = activity.get("startTimeGmt") or activity.get("beginTimestamp")
        if not isinstance(start_ms, int | float) or not math.isfinite(start_ms):
            continue
        if isinstance(name, str) and name.strip():
            description = activity.get("description")
            text = printable(description.strip()) if isinstance(description, str) else ""
            metadata = ExportMetadata(printable(name.strip()), text, start_ms / 1000.0)
            yield str(activity.get("activityId") or ""), metadata


def _iterate_activities(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        inner = document.get("summarizedActivitiesExport")
        yield from _iterate_activities(inner) if inner is not None else iter([document])
    elif isinstance(document, list):
        for item in document:
            if isinstance(item, dict):
                yield from _iterate_activities(item)
