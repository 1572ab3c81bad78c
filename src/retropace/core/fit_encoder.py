"""FIT messages built and encoded by the library fit-tool, for exports and for simulated recordings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.profile_type import Event, EventType, FileType, Manufacturer

MAKER = {"manufacturer": Manufacturer.DEVELOPMENT.value, "product": 1, "serial_number": 1}
"""Values of FIT's fields for the maker of a file, by field name; they name retropace."""


class FitClock:
    """Converts elapsed seconds of an activity to timestamps for fit-tool."""

    def __init__(self, start: datetime):
        self.start_unix_s = start.timestamp()

    def to_ms(self, t_s: float) -> int:
        """Return milliseconds since 1970 (UTC), rounded to whole seconds, as FIT timestamps are."""
        return round(self.start_unix_s + t_s) * 1000


def build_message(message_class: Any, developer_fields: list[Any] | None = None, /, **values: Any) -> Any:
    """Return a fit-tool message of ``message_class`` with the given field values and developer fields."""
    message = message_class(developer_fields=developer_fields)
    for name, value in values.items():
        setattr(message, name, value)
    return message


def build_file_id(fit_clock: FitClock) -> Any:
    """Return the message with which an activity file begins: its kind, its maker and when it was started."""
    return build_message(FileIdMessage, type=FileType.ACTIVITY, time_created=fit_clock.to_ms(0.0), **MAKER)


def build_timer_event(fit_clock: FitClock, t_s: float, event_type: EventType) -> Any:
    """Return the message that starts or stops the timer."""
    return build_message(EventMessage, timestamp=fit_clock.to_ms(t_s), event=Event.TIMER, event_type=event_type)


def add_definitions(messages: Sequence[Any]) -> FitFileBuilder:
    """Return a builder that holds the messages with the definition messages (field layouts) that they need."""
    builder = FitFileBuilder(auto_define=True)
    builder.add_all(list(messages))
    return builder


def encode_messages(messages: Sequence[Any]) -> bytes:
    """Return the messages as bytes, with their definition messages and without the header and checksum of a file."""
    return b"".join(record.to_bytes() for record in add_definitions(messages).records)
