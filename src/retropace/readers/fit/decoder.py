"""One FIT file on its way through fitdecode, with its records in bulk beside it."""

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
from retropace.readers.fit.table import ChunkedRecords, FieldChunk

if TYPE_CHECKING:
    from retropace.readers.fit.records import ColumnBuilder

DECODED_MESSAGE_NUMBERS = frozenset(number for number, known in MESSAGE_TYPES.items() if known.name in DECODED_MESSAGES)
MAX_LAYOUTS = 100
"""With more kinds of records than this nothing is gained by columns."""
MAX_FAILURES_PER_DEFINITION = 5
"""If more messages of one definition than this fail, the definition is at fault: those after it go with it."""

DeveloperScales = dict[tuple[int, int], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class DecodeFailure:
    """Where in a stream decoding stopped: the number of the message, and the developer fields at fault, if known."""

    message_index: int
    misaligned_fields: frozenset[tuple[int, int]] = frozenset()


class FitDecoder:
    """One FIT file on its way through fitdecode, without the records if ``bulk`` are theirs."""

    def __init__(self, data: bytes, part: ChainedFile, bulk_runs: MessageRuns | None):
        self.data, self.part, self.bulk_runs = data, part, bulk_runs
        self._reset()

    def _reset(self) -> None:
        """Start anew."""
        self.result = DecodedFile(is_damaged=self.part.damage_start is not None)
        self.column_builder: ColumnBuilder | None = None
        if self.bulk_runs is None:
            from retropace.readers.fit.records import ColumnBuilder

            self.column_builder = ColumnBuilder()
        self.layouts: dict[int, RecordLayout] = {}
        self.scales: DeveloperScales = {}
        self.developer_scales: list[tuple[int, tuple[int, int], tuple[float, float]]] = []
        self.last_session_start = -1

    def decode(self, method: str) -> DecodedFile:
        """The file; a message that fitdecode stumbles over is taken out and the rest decoded again."""
        kept = self._select_messages()
        odd: frozenset[tuple[int, int]] = frozenset()
        tries: Counter[int] = Counter()
        lost: Counter[str] = Counter()
        while True:
            self._reset()
            stumble = self._decode_stream(reassemble(self.data, self.part, kept, odd), kept)
            if stumble is None or stumble.message_index >= len(kept):
                break
            if not stumble.misaligned_fields <= odd:
                odd |= stumble.misaligned_fields
                continue
            failed = kept[stumble.message_index]
            tries[failed.definition] += 1
            out = {failed}
            if failed.is_definition or tries[failed.definition] > MAX_FAILURES_PER_DEFINITION:
                out |= {one for one in kept[stumble.message_index + 1 :] if one.definition == failed.definition}
            lost.update(self._message_name(message) for message in out if not message.is_definition)
            kept = [message for message in kept if message not in out]
        if self.bulk_runs is not None:
            lost.update(self._decode_records_in_bulk(self.bulk_runs))
        elif self.column_builder is not None:
            self.result.records = self.column_builder.to_records()
        self.result.decoding_methods = [method] if method else []
        missed = {name: count for name, count in sorted(lost.items()) if count and name in DECODED_MESSAGES}
        if missed:
            words = ", ".join(f"{count} × {name}" for name, count in missed.items())
            total = sum(missed.values())
            said = f"{total} message{'s' * (total > 1)} that cannot be decoded passed over ({words})"
            self.result.warnings.append(said)
        return self.result

    def _select_messages(self) -> list[MessageSpan]:
        """The messages that fitdecode is to read."""
        part = self.part
        # Times in a header count on from the message before, whichever it is: then none may be left out.
        wanted = np.array(
            [part.is_compressed or definition.number in DECODED_MESSAGE_NUMBERS for definition in part.definitions],
            dtype=bool,
        )
        definitions = np.flatnonzero(wanted).tolist()
        if self.bulk_runs is not None:
            wanted &= np.array([definition.number != RECORD_MESSAGE_NUMBER for definition in part.definitions])
        return list_messages(part, part.runs.select(wanted[part.runs.definition_indices]), definitions)

    def _message_name(self, message: MessageSpan) -> str:
        number = self.part.definitions[message.definition].number
        known = MESSAGE_TYPES.get(number)
        return str(known.name) if known is not None else f"unknown_{number}"

    def _decode_stream(self, stream: bytes, messages: list[MessageSpan]) -> DecodeFailure | None:
        """Decode a stream; None if all of it could be."""
        at = 0
        # Neither checksums nor processors: both are fitdecode's ways to warn and raise, and we take raw times.
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
                except Exception:  # fitdecode lets TypeError, ValueError, KeyError and others of its own through
                    return DecodeFailure(at)
                if frame is None:
                    return None
                if isinstance(frame, fitdecode.FitDefinitionMessage):
                    # fitdecode would read fewer bytes than such a field has, and all that follows askew.
                    odd = {
                        (item.dev_data_index, item.def_num) for item in frame.dev_field_defs if not _is_aligned(item)
                    }
                    if odd:
                        return DecodeFailure(at, frozenset(odd))
                    if self.bulk_runs is not None and frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
                        self.layouts[messages[at].definition] = build_layout(frame)
                elif isinstance(frame, fitdecode.FitDataMessage):
                    self._add_message(frame, messages[at])
                else:
                    continue
                at += 1

    def _add_message(self, frame: Any, message: MessageSpan) -> None:
        """Take up a data message."""
        if self.column_builder is not None and frame.global_mesg_num == RECORD_MESSAGE_NUMBER:
            self.column_builder.add(frame, self.scales)
            return
        name = frame.name
        if name in DECODED_MESSAGES:
            self.result.messages.setdefault(name, []).append(frame)
        if name == "field_description":
            said = {item.name: item.raw_value for item in frame.fields}
            index, number = said.get("developer_data_index"), said.get("field_definition_number")
            scale, offset = said.get("scale"), said.get("offset")
            if isinstance(index, int) and isinstance(number, int):
                # fitdecode leaves the scales of developer fields aside.
                means = (
                    float(scale) if isinstance(scale, int) and scale != 0 else 1.0,
                    float(offset) if isinstance(offset, int) else 0.0,
                )
                if self.bulk_runs is None:
                    self.scales[index, number] = means
                else:
                    self.developer_scales.append((message.start, (index, number), means))
        elif name == "session":
            self.last_session_start = message.start
            if self.column_builder is not None:
                self.result.records_before_session = self.column_builder.count

    def _decode_records_in_bulk(self, runs: MessageRuns) -> dict[str, int]:
        """The records, and how many of them are lost with their definition."""
        readable = self._mask_defined_by(list(self.layouts), runs)
        lost = {"record": int(np.sum(runs.counts[~readable]))}
        runs = runs.select(readable)
        before = np.cumsum(runs.counts) - runs.counts
        count = int(np.sum(runs.counts))
        by_layout: dict[tuple[object, ...], list[int]] = {}
        _check_accumulating_fields(self.layouts)
        for owner, layout in self.layouts.items():
            by_layout.setdefault(layout.signature, []).append(owner)
        if len(by_layout) > MAX_LAYOUTS:
            raise BulkUnsupportedError(f"its records are written in more than {MAX_LAYOUTS} ways")
        chunks: list[FieldChunk] = []
        for owners in by_layout.values():
            layout = self.layouts[owners[0]]
            mask = self._mask_defined_by(owners, runs)
            own = runs.select(mask)
            if not len(own):
                continue
            rows = _concatenate_ranges(before[mask], own.counts)
            length = 1 + layout.size
            ends = own.starts + own.counts * length
            pieces = [self.data[start:end] for start, end in zip(own.starts.tolist(), ends.tolist(), strict=True)]
            scales = self._resolve_scales(layout, int(own.starts[0]), int(ends[-1]))
            joined = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            chunks += decode_chunks(layout, joined, rows, scales, self._find_restarts(owners, runs))
        self.result.records = ChunkedRecords(count, tuple(chunks))
        self.result.records_before_session = int(np.sum(runs.counts[runs.starts < self.last_session_start]))
        return lost

    def _mask_defined_by(self, owners: Sequence[int], runs: MessageRuns) -> NDArray[np.bool_]:
        """Which runs are of one of some definitions."""
        among = np.zeros(len(self.part.definitions), dtype=bool)
        among[owners] = True
        return among[runs.definition_indices]

    def _find_restarts(self, owners: Sequence[int], runs: MessageRuns) -> Indices:
        """The first record behind each of some definitions: there fitdecode lets what counts on begin at zero."""
        starts = [self.part.definitions[owner].start for owner in owners if self.layouts[owner].accumulating_fields]
        before = np.concatenate(([0], np.cumsum(runs.counts)))
        return before[np.searchsorted(runs.starts, np.array(starts, dtype=np.intp))]

    def _resolve_scales(self, layout: RecordLayout, start: int, end: int) -> DeveloperScales:
        """The scales of a layout's developer fields; :class:`NotInBulkError` if they change between two bytes."""
        scales: DeveloperScales = {}
        keys = layout.developer_keys
        for at, key, means in self.developer_scales:
            if key not in keys or at >= end:
                continue
            if at > start and means != scales.get(key, (1.0, 0.0)):
                raise BulkUnsupportedError(f"the scale of developer field {key[1]} changes on the way")
            scales[key] = means
        return scales


def _check_accumulating_fields(layouts: Mapping[int, RecordLayout]) -> None:
    """Raises :class:`NotInBulkError` for a field that counts on through records of different layouts."""
    homes = {(number, layout.signature) for layout in layouts.values() for number in layout.accumulating_fields}
    if len({number for number, _ in homes}) < len(homes):
        raise BulkUnsupportedError("a field counts on through records of different kinds")


def _concatenate_ranges(first: Indices, counts: Indices) -> Indices:
    """``first[i], first[i] + 1, …``, ``counts[i]`` of them, for one ``i`` after the other."""
    ends = np.cumsum(counts)
    numbers: Indices = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    return numbers


def _is_aligned(item: Any) -> bool:
    return bool(item.size % item.base_type.size == 0)
