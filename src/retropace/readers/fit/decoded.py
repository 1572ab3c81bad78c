"""What comes out of one FIT file before it is understood as sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from retropace.readers.fit.table import ChunkedRecords

DECODED_MESSAGES = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}
"""Messages that say something about a run. The others (beat by beat heart rate, settings …) are passed over."""


@dataclass(slots=True)
class DecodedFile:
    """The needed messages of one FIT file: records as a table, the others by name and in order; what was lost."""

    records: ChunkedRecords = field(default_factory=ChunkedRecords)
    messages: dict[str, list[Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    is_damaged: bool = False
    """Whether messages are missing at the end."""
    records_before_session: int = 0
    """How many records stand before the last session message."""
    decoding_methods: list[str] = field(default_factory=list)
    """For each part how its records were read: in bulk, or by fitdecode and why."""

    def messages_named(self, name: str) -> list[Any]:
        """All messages of this name."""
        return self.messages.get(name, [])
