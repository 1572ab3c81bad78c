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

from retropace.readers.fit.bulk import RECORD, Layout, NotInBulkError, chunks_of, layout_of
from retropace.readers.fit.decoded import NEEDED, Decoded
from retropace.readers.fit.reassemble import Message, messages_of, rebuilt
from retropace.readers.fit.stream import Indices, Part, Runs
from retropace.readers.fit.table import Chunk, ChunkedRecords

if TYPE_CHECKING:
    from retropace.readers.fit.records import Gathering

NEEDED_NUMBERS = frozenset(number for number, known in MESSAGE_TYPES.items() if known.name in NEEDED)
MOST_LAYOUTS = 100
"""With more kinds of records than this nothing is gained by columns."""
MOST_TRIES = 5
"""If more messages of one definition than this fail, the definition is at fault: those after it go with it."""

Scales = dict[tuple[int, int], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Stumble:
    """Where in a stream decoding stopped: the number of the message, and the developer fields at fault, if known."""

    at: int
    odd: frozenset[tuple[int, int]] = frozenset()


class Reading:
    """One FIT file on its way through fitdecode, without the records if ``bulk`` are theirs."""

    def __init__(self, data: bytes, part: Part, bulk: Runs | None):
        self.data, self.part, self.bulk = data, part, bulk
        self._forget()

    def _forget(self) -> None:
        """Start anew."""
        self.result = Decoded(is_damaged=self.part.damage is not None)
        self.gathering: Gathering | None = None
        if self.bulk is None:
            from retropace.readers.fit.records import Gathering

            self.gathering = Gathering()
        self.layouts: dict[int, Layout] = {}
        self.scales: Scales = {}
        self.described: list[tuple[int, tuple[int, int], tuple[float, float]]] = []
        self.session_at = -1

    def decoded(self, way: str) -> Decoded:
        """The file; a message that fitdecode stumbles over is taken out and the rest decoded again."""
        kept = self._kept()
        odd: frozenset[tuple[int, int]] = frozenset()
        tries: Counter[int] = Counter()
        lost: Counter[str] = Counter()
        while True:
            self._forget()
            stumble = self._read(rebuilt(self.data, self.part, kept, odd), kept)
            if stumble is None or stumble.at >= len(kept):
                break
            if not stumble.odd <= odd:
                odd |= stumble.odd
                continue
            failed = kept[stumble.at]
            tries[failed.definition] += 1
            out = {failed}
            if failed.is_definition or tries[failed.definition] > MOST_TRIES:
                out |= {one for one in kept[stumble.at + 1 :] if one.definition == failed.definition}
            lost.update(self._name(message) for message in out if not message.is_definition)
            kept = [message for message in kept if message not in out]
        if self.bulk is not None:
            lost.update(self._take_in_bulk(self.bulk))
        elif self.gathering is not None:
            self.result.records = self.gathering.records()
        self.result.ways = [way] if way else []
        missed = {name: count for name, count in sorted(lost.items()) if count and name in NEEDED}
        if missed:
            words = ", ".join(f"{count} × {name}" for name, count in missed.items())
            total = sum(missed.values())
            said = f"{total} message{'s' * (total > 1)} that cannot be decoded passed over ({words})"
            self.result.warnings.append(said)
        return self.result

    def _kept(self) -> list[Message]:
        """The messages that fitdecode is to read."""
        part = self.part
        # Times in a header count on from the message before, whichever it is: then none may be left out.
        wanted = np.array(
            [part.is_compressed or definition.number in NEEDED_NUMBERS for definition in part.definitions], dtype=bool
        )
        definitions = np.flatnonzero(wanted).tolist()
        if self.bulk is not None:
            wanted &= np.array([definition.number != RECORD for definition in part.definitions])
        return messages_of(part, part.runs.picked(wanted[part.runs.owners]), definitions)

    def _name(self, message: Message) -> str:
        number = self.part.definitions[message.definition].number
        known = MESSAGE_TYPES.get(number)
        return str(known.name) if known is not None else f"unknown_{number}"

    def _read(self, stream: bytes, kept: list[Message]) -> _Stumble | None:
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
                    return _Stumble(at)
                if frame is None:
                    return None
                if isinstance(frame, fitdecode.FitDefinitionMessage):
                    # fitdecode would read fewer bytes than such a field has, and all that follows askew.
                    odd = {(item.dev_data_index, item.def_num) for item in frame.dev_field_defs if not _fits(item)}
                    if odd:
                        return _Stumble(at, frozenset(odd))
                    if self.bulk is not None and frame.global_mesg_num == RECORD:
                        self.layouts[kept[at].definition] = layout_of(frame)
                elif isinstance(frame, fitdecode.FitDataMessage):
                    self._take(frame, kept[at])
                else:
                    continue
                at += 1

    def _take(self, frame: Any, message: Message) -> None:
        """Take up a data message."""
        if self.gathering is not None and frame.global_mesg_num == RECORD:
            self.gathering.add(frame, self.scales)
            return
        name = frame.name
        if name in NEEDED:
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
                if self.bulk is None:
                    self.scales[index, number] = means
                else:
                    self.described.append((message.start, (index, number), means))
        elif name == "session":
            self.session_at = message.start
            if self.gathering is not None:
                self.result.records_before_session = self.gathering.count

    def _take_in_bulk(self, runs: Runs) -> dict[str, int]:
        """The records, and how many of them are lost with their definition."""
        readable = self._defined_by(list(self.layouts), runs)
        lost = {"record": int(np.sum(runs.counts[~readable]))}
        runs = runs.picked(readable)
        before = np.cumsum(runs.counts) - runs.counts
        count = int(np.sum(runs.counts))
        by_layout: dict[tuple[object, ...], list[int]] = {}
        _check_counters(self.layouts)
        for owner, layout in self.layouts.items():
            by_layout.setdefault(layout.signature, []).append(owner)
        if len(by_layout) > MOST_LAYOUTS:
            raise NotInBulkError(f"its records are written in more than {MOST_LAYOUTS} ways")
        chunks: list[Chunk] = []
        for owners in by_layout.values():
            layout = self.layouts[owners[0]]
            mask = self._defined_by(owners, runs)
            own = runs.picked(mask)
            if not len(own):
                continue
            rows = _ranges(before[mask], own.counts)
            length = 1 + layout.size
            ends = own.starts + own.counts * length
            pieces = [self.data[start:end] for start, end in zip(own.starts.tolist(), ends.tolist(), strict=True)]
            scales = self._scales(layout, int(own.starts[0]), int(ends[-1]))
            joined = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            chunks += chunks_of(layout, joined, rows, scales, self._anew(owners, runs))
        self.result.records = ChunkedRecords(count, tuple(chunks))
        self.result.records_before_session = int(np.sum(runs.counts[runs.starts < self.session_at]))
        return lost

    def _defined_by(self, owners: Sequence[int], runs: Runs) -> NDArray[np.bool_]:
        """Which runs are of one of some definitions."""
        among = np.zeros(len(self.part.definitions), dtype=bool)
        among[owners] = True
        return among[runs.owners]

    def _anew(self, owners: Sequence[int], runs: Runs) -> Indices:
        """The first record behind each of some definitions: there fitdecode lets what counts on begin at zero."""
        starts = [self.part.definitions[owner].start for owner in owners if self.layouts[owner].accumulated]
        before = np.concatenate(([0], np.cumsum(runs.counts)))
        return before[np.searchsorted(runs.starts, np.array(starts, dtype=np.intp))]

    def _scales(self, layout: Layout, start: int, end: int) -> Scales:
        """The scales of a layout's developer fields; :class:`NotInBulkError` if they change between two bytes."""
        scales: Scales = {}
        keys = layout.developer_keys
        for at, key, means in self.described:
            if key not in keys or at >= end:
                continue
            if at > start and means != scales.get(key, (1.0, 0.0)):
                raise NotInBulkError(f"the scale of developer field {key[1]} changes on the way")
            scales[key] = means
        return scales


def _check_counters(layouts: Mapping[int, Layout]) -> None:
    """Raises :class:`NotInBulkError` for a field that counts on through records of different layouts."""
    homes = {(number, layout.signature) for layout in layouts.values() for number in layout.accumulated}
    if len({number for number, _ in homes}) < len(homes):
        raise NotInBulkError("a field counts on through records of different kinds")


def _ranges(first: Indices, counts: Indices) -> Indices:
    """``first[i], first[i] + 1, …``, ``counts[i]`` of them, for one ``i`` after the other."""
    ends = np.cumsum(counts)
    numbers: Indices = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    return numbers


def _fits(item: Any) -> bool:
    return bool(item.size % item.base_type.size == 0)
