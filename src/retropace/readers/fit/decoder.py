"""Decoding of one FIT file: records in bulk, every other message through fitdecode."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import fitdecode
import numpy as np
from fitdecode.profile import MESSAGE_TYPES
from numpy.typing import NDArray

from retropace.core.units import format_count
from retropace.readers.fit.bulk import (
    RECORD_MESSAGE_NUMBER,
    BulkUnsupportedError,
    RecordLayout,
    build_layout,
    decode_chunks,
)
from retropace.readers.fit.decoded import DECODED_MESSAGES, DecodedFile
from retropace.readers.fit.reassemble import MessageSpan, list_messages, reassemble
from retropace.readers.fit.stream import ChainedFile, Indices, MessageRuns
from retropace.readers.fit.table import ChunkedRecords, DeveloperScales, FieldChunk

if TYPE_CHECKING:
    from retropace.readers.fit.records import ColumnBuilder

DECODED_MESSAGE_NUMBERS = frozenset(number for number, kind in MESSAGE_TYPES.items() if kind.name in DECODED_MESSAGES)
"""Global message numbers of :data:`DECODED_MESSAGES`."""
MAX_LAYOUTS = 100
"""Largest number of distinct record layouts with which records are decoded in bulk. With more, bulk decoding would be
no faster, and fitdecode decodes the records."""
MAX_FAILURES_PER_DEFINITION = 5
"""Number of undecodable messages that one definition message may have, each of which is dropped alone. At the next
undecodable one, all later messages of that definition are dropped."""


@dataclass(frozen=True, slots=True)
class DecodeFailure:
    """Where fitdecode failed in a stream of messages, and why if it is known."""

    message_index: int
    misaligned_fields: frozenset[tuple[int, int]] = frozenset()
    """Developer fields whose size in bytes is not a multiple of their number type's size, which fitdecode cannot
    read."""


class FitDecoder:
    """Decoder of one of the FIT files chained in ``data``.

    ``bulk_runs`` says where the records lie, which are then decoded in bulk. If it is None, fitdecode decodes them one
    by one.
    """

    def __init__(self, data: bytes, chained: ChainedFile, bulk_runs: MessageRuns | None):
        self.data, self.chained, self.bulk_runs = data, chained, bulk_runs
        self._reset()

    def _reset(self) -> None:
        """Discard everything decoded so far, before another attempt."""
        self.result = DecodedFile(is_damaged=self.chained.damage_start is not None)
        self.column_builder: ColumnBuilder | None = None
        if self.bulk_runs is None:
            from retropace.readers.fit.records import ColumnBuilder

            self.column_builder = ColumnBuilder()
        self.layouts: dict[int, RecordLayout] = {}
        self.scales: DeveloperScales = {}
        self.developer_scales: list[tuple[int, tuple[int, int], tuple[float, float]]] = []
        self.last_session_start = -1

    def decode(self, method: str) -> DecodedFile:
        """Decode the file; ``method`` is the text by which the result tells how its records were decoded.

        A message that fitdecode cannot decode is removed, and the rest is decoded again. Raises
        :class:`BulkUnsupportedError` if the records should be decoded in bulk but cannot be.
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
            lost_counts.update(self._decode_records_in_bulk(self.bulk_runs))
        elif self.column_builder is not None:
            self.result.records = self.column_builder.to_records()
        self.result.decoding_methods = [method] if method else []
        reported = {name: count for name, count in sorted(lost_counts.items()) if count and name in DECODED_MESSAGES}
        if reported:
            words = ", ".join(f"{count} × {name}" for name, count in reported.items())
            total = sum(reported.values())
            warning = f"{format_count(total, 'message')} that cannot be decoded passed over ({words})"
            self.result.warnings.append(warning)
        return self.result

    def _select_messages(self) -> list[MessageSpan]:
        """List the messages that fitdecode has to read.

        They are those named in :data:`DECODED_MESSAGES`, or all if times in headers are relative to the message before.
        Records are left out if they are decoded in bulk.
        """
        runs, numbers = self.chained.runs, [definition.number for definition in self.chained.definitions]
        # A compressed time in a header is relative to the message before, so that none may be left out.
        is_needed = np.array(
            [self.chained.is_compressed or number in DECODED_MESSAGE_NUMBERS for number in numbers], dtype=bool
        )
        definitions = np.flatnonzero(is_needed).tolist()
        if self.bulk_runs is not None:
            is_needed &= np.array([number != RECORD_MESSAGE_NUMBER for number in numbers])
        return list_messages(self.chained, runs.select(is_needed[runs.definition_indices]), definitions)

    def _message_name(self, message: MessageSpan) -> str:
        number = self.chained.definitions[message.definition].number
        message_type = MESSAGE_TYPES.get(number)
        return str(message_type.name) if message_type is not None else f"unknown_{number}"

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
                    fields = [field for field in frame.dev_field_defs if not _is_aligned(field)]
                    misaligned = {(field.dev_data_index, field.def_num) for field in fields}
                    if misaligned:
                        return DecodeFailure(index, frozenset(misaligned))
                    if self.bulk_runs is not None and frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
                        self.layouts[messages[index].definition] = build_layout(frame)
                elif isinstance(frame, fitdecode.FitDataMessage):
                    self._add_message(frame, messages[index])
                else:
                    continue
                index += 1

    def _add_message(self, frame: Any, message: MessageSpan) -> None:
        """Store a data message that fitdecode decoded; if it describes a developer field, store its scale too."""
        if self.column_builder is not None and frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
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
                if self.bulk_runs is None:
                    self.scales[index, number] = scale_and_offset
                else:
                    self.developer_scales.append((message.start, (index, number), scale_and_offset))
        elif name == "session":
            self.last_session_start = message.start
            if self.column_builder is not None:
                self.result.records_before_session = self.column_builder.count

    def _decode_records_in_bulk(self, runs: MessageRuns) -> dict[str, int]:
        """Decode the records in ``runs`` in bulk.

        Returns, by message name, how many messages are lost because their definition cannot be decoded.
        """
        is_readable = self._mask_defined_by(list(self.layouts), runs)
        lost_counts = {"record": int(np.sum(runs.counts[~is_readable]))}
        runs = runs.select(is_readable)
        first_rows = np.cumsum(runs.counts) - runs.counts
        count = int(np.sum(runs.counts))
        by_layout: dict[tuple[object, ...], list[int]] = {}
        _check_accumulating_fields(self.layouts)
        for definition, layout in self.layouts.items():
            by_layout.setdefault(layout.signature, []).append(definition)
        if len(by_layout) > MAX_LAYOUTS:
            raise BulkUnsupportedError(f"its records are written in more than {MAX_LAYOUTS} ways")
        chunks: list[FieldChunk] = []
        for definitions in by_layout.values():
            layout = self.layouts[definitions[0]]
            mask = self._mask_defined_by(definitions, runs)
            selected = runs.select(mask)
            if not len(selected):
                continue
            rows = _concatenate_ranges(first_rows[mask], selected.counts)
            length = 1 + layout.size
            ends = selected.starts + selected.counts * length
            parts = [self.data[start:end] for start, end in zip(selected.starts.tolist(), ends.tolist(), strict=True)]
            scales = self._resolve_scales(layout, int(selected.starts[0]), int(ends[-1]))
            record_bytes = parts[0] if len(parts) == 1 else b"".join(parts)
            chunks += decode_chunks(layout, record_bytes, rows, scales, self._find_restarts(definitions, runs))
        self.result.records = ChunkedRecords(count, tuple(chunks))
        self.result.records_before_session = int(np.sum(runs.counts[runs.starts < self.last_session_start]))
        return lost_counts

    def _mask_defined_by(self, definitions: Sequence[int], runs: MessageRuns) -> NDArray[np.bool_]:
        """Whether each of ``runs`` holds messages of one of ``definitions`` (indices among the file's definitions)."""
        is_member = np.zeros(len(self.chained.definitions), dtype=bool)
        is_member[definitions] = True
        return is_member[runs.definition_indices]

    def _find_restarts(self, definitions: Sequence[int], runs: MessageRuns) -> Indices:
        """Find the records at which counters restart from zero: in fitdecode they do so after each definition message.

        Returns the index, among all records, of the first record after each of those ``definitions`` whose records have
        counters.
        """
        accumulating = [index for index in definitions if self.layouts[index].accumulating_fields]
        starts = [self.chained.definitions[index].start for index in accumulating]
        first_rows = np.concatenate(([0], np.cumsum(runs.counts)))
        return first_rows[np.searchsorted(runs.starts, np.array(starts, dtype=np.intp))]

    def _resolve_scales(self, layout: RecordLayout, start: int, end: int) -> DeveloperScales:
        """Find scale and offset of a layout's developer fields for records in the bytes from ``start`` to ``end``.

        Raises :class:`BulkUnsupportedError` if a scale changes within these bytes.
        """
        scales: DeveloperScales = {}
        keys = layout.developer_keys
        for position, key, scale_and_offset in self.developer_scales:
            if key not in keys or position >= end:
                continue
            if position > start and scale_and_offset != scales.get(key, (1.0, 0.0)):
                raise BulkUnsupportedError(f"the scale of developer field {key[1]} changes on the way")
            scales[key] = scale_and_offset
        return scales


def _check_accumulating_fields(layouts: Mapping[int, RecordLayout]) -> None:
    """Raise :class:`BulkUnsupportedError` if an accumulating field occurs in records of more than one layout.

    Such a field is a counter that starts again at zero when it overflows. Its increases must be added up in the order
    of the records, but bulk decoding takes one layout after the other.
    """
    owners = {(number, layout.signature) for layout in layouts.values() for number in layout.accumulating_fields}
    if len({number for number, _ in owners}) < len(owners):
        raise BulkUnsupportedError("a field counts on through records of different kinds")


def _concatenate_ranges(first: Indices, counts: Indices) -> Indices:
    """Return, for each ``i`` in turn, the ``counts[i]`` integers ``first[i]``, ``first[i] + 1``, …, as one array."""
    ends = np.cumsum(counts)
    integers: Indices = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    return integers


def _is_aligned(definition: Any) -> bool:
    return bool(definition.size % definition.base_type.size == 0)
