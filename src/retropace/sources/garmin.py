"""The summaries in a Garmin account export: what the runner called each activity.

``DI_CONNECT/DI-Connect-Fitness/*_summarizedActivities.json`` holds ``[{"summarizedActivitiesExport": [{"activityId",
"name", "startTimeGmt" (milliseconds), …}]}]``; older exports a bare list. The recordings lie elsewhere, named after
their upload rather than the activity, so that the start joins the two.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from retropace.sources.entry import printable
from retropace.sources.export_metadata import ExportMetadata

SUMMARY_SUFFIX = "summarizedactivities.json"


def is_summary(name: str) -> bool:
    """Whether a file is called like the table of an account export."""
    return name.lower().endswith(SUMMARY_SUFFIX)


def find_export_root(place: str) -> str:
    """Everything below this belongs to the same export: what stands before ``DI_CONNECT``, or the file's own folder."""
    before, mark, _ = place.partition("DI_CONNECT/")
    return before if mark else place[: place.rfind("/") + 1]


def read_metadata(data: bytes) -> Iterator[tuple[str, ExportMetadata]]:
    """Each activity's number and name; nothing for a file of another shape."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    for one in _iterate_activities(document):
        name, began = one.get("name") or one.get("activityName"), one.get("startTimeGmt") or one.get("beginTimestamp")
        if not isinstance(began, int | float) or not math.isfinite(began):
            continue
        if isinstance(name, str) and name.strip():
            description = one.get("description")
            said = description if isinstance(description, str) else ""
            yield (
                str(one.get("activityId") or ""),
                ExportMetadata(printable(name.strip()), printable(said.strip()), began / 1000.0),
            )


def _iterate_activities(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        inner = document.get("summarizedActivitiesExport")
        yield from _iterate_activities(inner) if inner is not None else iter([document])
    elif isinstance(document, list):
        for one in document:
            if isinstance(one, dict):
                yield from _iterate_activities(one)
