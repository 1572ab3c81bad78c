"""The decoded content of one FIT file, before it is divided into sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from retropace.readers.fit.table import ChunkedRecords

DECODED_MESSAGES = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}
"""Names of the FIT messages that are decoded; all others (single heartbeats, settings …) are skipped."""


@dataclass(slots=True)
class DecodedFile:
    """The decoded messages of one FIT file: ``record`` as columns, the others by name in file order."""

    records: ChunkedRecords = field(default_factory=ChunkedRecords)
    messages: dict[str, list[Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    is_damaged: bool = False
    """Whether messages at the end of the file are missing or cannot be read."""
    records_before_session: int = 0
    """Number of records before the last ``session`` message."""
    decoding_methods: list[str] = field(default_factory=list)
    """How the records of each FIT file in the bytes were decoded: ``in bulk``, or ``by fitdecode`` and why."""

    def messages_named(self, name: str) -> list[Any]:
        """Return all decoded messages with this name in file order."""
        return self.messages.get(name, [])
