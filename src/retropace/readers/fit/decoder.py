"""Decoding of one FIT file: records in bulk, every other message through fitdecode."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import fitdecode
import numpy as np
from fitdecode.profile import MESSAGE_TYPES
from numpy.typing import NDArray

from retropace.core.findings import Finding, warn
from retropace.core.units import format_count
from retropace.readers.fit.bulk import (
    RECORD_MESSAGE_NUMBER,
    BulkUnsupportedError,
    RecordBatch,
    RecordLayout,
    build_layout,
)
from retropace.readers.fit.reassemble import MessageSpan, list_messages, reassemble
from retropace.readers.fit.records import ColumnBuilder
from retropace.readers.fit.stream import ChainedFile, Indices, MessageRuns
from retropace.readers.fit.table import ChunkedRecords, DeveloperScales, FieldChunk

DECODED_MESSAGES = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event", "hr"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}
"""Names of the FIT messages that are decoded; all others (settings, heart rate variability …) are skipped."""
DECODED_MESSAGE_NUMBERS = frozenset(number for number, kind in MESSAGE_TYPES.items() if kind.name in DECODED_MESSAGES)
"""Global message numbers of :data:`DECODED_MESSAGES`."""
MAX_LAYOUTS = 100
"""Largest number of distinct record layouts that are decoded in bulk; with more, fitdecode decodes all records."""
MAX_FAILURES_PER_DEFINITION = 5
"""Most undecodable messages of one definition that are dropped singly; after one more, all later ones are dropped."""


@dataclass(slots=True)
class DecodedFile:
    """The decoded messages of one FIT file: ``record`` as columns, the others by name in file order."""

    records: ChunkedRecords = field(default_factory=ChunkedRecords)
    messages: dict[str, list[Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_damaged: bool = False  # whether messages at the end of the file are missing or cannot be read
    records_before_session: int = 0  # records before the last ``session`` message
    decoding_methods: list[str] = field(default_factory=list)
    """How the records of each FIT file in the bytes were decoded: ``in bulk``, or ``by fitdecode`` and why."""

    def messages_named(self, name: str) -> list[Any]:
        """Return all decoded messages with this name in file order."""
        return self.messages.get(name, [])


class DecodeFailure(NamedTuple):
    """Where fitdecode failed in a stream of messages, and why if it is known."""

    message_index: int
    misaligned_fields: frozenset[tuple[int, int]] = frozenset()
    """Developer fields whose size is not a multiple of their number type's size; fitdecode cannot read them."""


class FitDecoder:
    """Decoder of one of the FIT files chained in ``data``; without ``bulk_runs`` fitdecode decodes all records."""

    def __init__(self, data: bytes, chained: ChainedFile, bulk_runs: MessageRuns | None):
        self.data, self.chained, self.bulk_runs = data, chained, bulk_runs
        self._reset()

    def _reset(self) -> None:
        """Discard everything decoded so far, before another attempt."""
        self.result = DecodedFile(is_damaged=self.chained.damage_start is not None)
        self.column_builder = ColumnBuilder()
        self.layouts: dict[int, RecordLayout] = {}
        self.scales: DeveloperScales = {}
        self.developer_scales: list[tuple[int, tuple[int, int], tuple[float, float]]] = []
        self.last_session_start = -1

    def decode(self, method: str) -> DecodedFile:
        """Decode the file by ``method``; a message that fitdecode cannot decode is removed, and the rest decoded again.

        Raises :class:`BulkUnsupportedError` if the records should be decoded in bulk but cannot be.
        """
        messages = self._select_messages()
        misaligned: frozenset[tuple[int, int]] = frozenset()
        failures: Counter[int] = Counter()
        lost_counts: Counter[str] = Counter()
        while True:
            self._reset()
            failure = self._decode_stream(reassemble(self.data, self.chained, messages, misaligned), messages)
            if failure is None or failure.message_index >= len(messages):
                break
            if not failure.misaligned_fields <= misaligned:
                misaligned |= failure.misaligned_fields
                continue
            failed_message = messages[failure.message_index]
            failures[failed_message.definition] += 1
            removed = {failed_message}
            if failed_message.is_definition or failures[failed_message.definition] > MAX_FAILURES_PER_DEFINITION:
                later = messages[failure.message_index + 1 :]
                removed |= {message for message in later if message.definition == failed_message.definition}
            lost_counts.update(self._message_name(message) for message in removed if not message.is_definition)
            messages = [message for message in messages if message not in removed]
        if self.bulk_runs is not None:
            lost_counts["record"] += self._decode_records_in_bulk(self.bulk_runs)
        else:
            self.result.records = self.column_builder.to_records()
        self.result.decoding_methods = [method] if method else []
        reported_names = DECODED_MESSAGES - {"hr"}  # heartbeats without an anchor are common, and cost nothing
        reported = {name: count for name, count in sorted(lost_counts.items()) if count and name in reported_names}
        if reported:
            words = ", ".join(f"{count} × {name}" for name, count in reported.items())
            total = sum(reported.values())
            text = f"{format_count(total, 'message')} that cannot be decoded passed over ({words})"
            self.result.findings.append(warn("undecodable-messages", text, total, "messages"))
        return self.result

    def _select_messages(self) -> list[MessageSpan]:
        """List the messages that fitdecode has to read, without records if those are decoded in bulk."""
        runs, numbers = self.chained.runs, self.chained.message_numbers
        is_needed = np.array([number in DECODED_MESSAGE_NUMBERS for number in numbers.tolist()], dtype=np.bool_)
        if self.chained.is_compressed:
            is_needed[:] = True  # A compressed time in a header is relative to the message before.
        definitions = np.flatnonzero(is_needed).tolist()
        if self.bulk_runs is not None:
            is_needed &= numbers != RECORD_MESSAGE_NUMBER
        return list_messages(self.chained, runs.select(is_needed[runs.definition_indices]), definitions)

    def _message_name(self, message: MessageSpan) -> str:
        number = self.chained.definitions[message.definition].number
        return str(MESSAGE_TYPES[number].name) if number in MESSAGE_TYPES else f"unknown_{number}"

    def _decode_stream(self, stream: bytes, messages: list[MessageSpan]) -> DecodeFailure | None:
        """Decode the bytes ``stream``, made of ``messages``; return where decoding failed, or None if it did not."""
        index = 0
        # No checksums and no processors: checksums are checked elsewhere, and raw times are used.
        with fitdecode.FitReader(
            io.BytesIO(stream),
            processor=None,
            check_crc=fitdecode.CrcCheck.DISABLED,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        ) as reader:
            frames = iter(reader)
            while True:
                try:
                    frame = next(frames, None)
                except Exception:  # fitdecode raises TypeError, ValueError, KeyError and errors of its own
                    return DecodeFailure(index)
                if frame is None:
                    return None
                if isinstance(frame, fitdecode.FitDefinitionMessage):
                    # fitdecode would read fewer bytes than such a field has, and misread all that follows.
                    fields = [field for field in frame.dev_field_defs if field.size % field.base_type.size]
                    if fields:
                        keys = ((field.dev_data_index, field.def_num) for field in fields)
                        return DecodeFailure(index, frozenset(keys))
                    if self.bulk_runs is not None and frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
                        self.layouts[messages[index].definition] = build_layout(frame)
                elif isinstance(frame, fitdecode.FitDataMessage):
                    self._add_message(frame, messages[index])
                else:
                    continue
                index += 1

    def _add_message(self, frame: Any, message: MessageSpan) -> None:
        """Store a data message that fitdecode decoded; if it describes a developer field, store its scale too."""
        if frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
            self.column_builder.add(frame, self.scales)
            return
        name = frame.name
        if name in DECODED_MESSAGES:
            self.result.messages.setdefault(name, []).append(frame)
        if name == "field_description":
            values = {field.name: field.raw_value for field in frame.fields}
            index, number = values.get("developer_data_index"), values.get("field_definition_number")
            scale, offset = values.get("scale"), values.get("offset")
            if isinstance(index, int) and isinstance(number, int):
                # fitdecode does not apply the scales of developer fields.
                scale_and_offset = (
                    float(scale) if isinstance(scale, int) and scale != 0 else 1.0,
                    float(offset) if isinstance(offset, int) else 0.0,
                )
                self.scales[index, number] = scale_and_offset
                self.developer_scales.append((message.start, (index, number), scale_and_offset))
        elif name == "session":
            self.last_session_start = message.start
            self.result.records_before_session = self.column_builder.count

    def _decode_records_in_bulk(self, runs: MessageRuns) -> int:
        """Decode the records in ``runs`` in bulk; returns how many are lost with an undecodable definition."""
        is_readable = self._mask_defined_by(list(self.layouts), runs)
        lost_count = int(np.sum(runs.counts[~is_readable]))
        runs = runs.select(is_readable)
        first_rows = np.cumsum(runs.counts) - runs.counts
        count = int(np.sum(runs.counts))
        by_layout: dict[tuple[object, ...], list[int]] = {}
        counter_layouts: dict[int, tuple[object, ...]] = {}
        for definition, layout in self.layouts.items():
            by_layout.setdefault(layout.signature, []).append(definition)
            # A counter adds up in the order of the records, but one layout is decoded after the other.
            if any(
                counter_layouts.setdefault(number, layout.signature) != layout.signature
                for number in layout.accumulating_fields
            ):
                raise BulkUnsupportedError("a field counts on through records of different kinds")
        if len(by_layout) > MAX_LAYOUTS:
            raise BulkUnsupportedError(f"its records are written in more than {MAX_LAYOUTS} ways")
        chunks: list[FieldChunk] = []
        for definitions in by_layout.values():
            layout = self.layouts[definitions[0]]
            mask = self._mask_defined_by(definitions, runs)
            selected = runs.select(mask)
            if not len(selected):
                continue
            ends = selected.starts + selected.counts * (1 + layout.size)
            parts = [self.data[start:end] for start, end in zip(selected.starts.tolist(), ends.tolist(), strict=True)]
            batch = RecordBatch(
                layout,
                b"".join(parts),
                rows=_concatenate_ranges(first_rows[mask], selected.counts),
                scales=self._resolve_scales(layout, int(selected.starts[0]), int(ends[-1])),
                restarts=self._find_restarts(definitions, runs),
            )
            chunks += batch.decode()
        self.result.records = ChunkedRecords(count, tuple(chunks))
        self.result.records_before_session = int(np.sum(runs.counts[runs.starts < self.last_session_start]))
        return lost_count

    def _mask_defined_by(self, definitions: Sequence[int], runs: MessageRuns) -> NDArray[np.bool_]:
        """Return whether each of ``runs`` follows one of ``definitions``, by index; ``np.isin`` is slower."""
        is_member = np.zeros(len(self.chained.definitions), dtype=np.bool_)
        is_member[definitions] = True
        return is_member[runs.definition_indices]

    def _find_restarts(self, definitions: Sequence[int], runs: MessageRuns) -> Indices:
        """Find the first records, by index, after ``definitions`` with counters, which restart from zero there."""
        accumulating = [index for index in definitions if self.layouts[index].accumulating_fields]
        starts = [self.chained.definitions[index].start for index in accumulating]
        first_rows = np.concatenate(([0], np.cumsum(runs.counts)))
        return first_rows[np.searchsorted(runs.starts, np.array(starts, dtype=np.intp))]

    def _resolve_scales(self, layout: RecordLayout, start: int, end: int) -> DeveloperScales:
        """Find the developer fields' scales between two bytes; raises :class:`BulkUnsupportedError` if one changes."""
        scales: DeveloperScales = {}
        keys = {field.identity.key for field in layout.fields}
        for position, key, scale_and_offset in self.developer_scales:
            if key not in keys or position >= end:
                continue
            if position > start and scale_and_offset != scales.get(key, (1.0, 0.0)):
                raise BulkUnsupportedError(f"the scale of developer field {key[1]} changes on the way")
            scales[key] = scale_and_offset
        return scales


def _concatenate_ranges(first: Indices, counts: Indices) -> Indices:
    """Return ``counts[i]`` successive integers from ``first[i]`` on, for each ``i`` in turn, as one array."""
    ends = np.cumsum(counts)
    integers: Indices = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    return integers
