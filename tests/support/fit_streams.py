"""Random FIT bytes: sound messages of every kind a record can be made of, in any order, whole or damaged."""

import struct
from dataclasses import dataclass, field
from typing import Literal

from fitdecode.types import BASE_TYPES
from fitdecode.utils import compute_crc
from hypothesis import strategies as st

RECORD, EVENT, LAP, SESSION, FILE_ID, SPORT, DEVICE_INFO, HRV = 20, 21, 19, 18, 0, 12, 23, 78
HR, DEVELOPER_DATA_ID, FIELD_DESCRIPTION, GPS, UNKNOWN = 132, 207, 206, 160, 0xFF00
OTHERS = (EVENT, LAP, SESSION, SPORT, DEVICE_INFO, HRV, HR, GPS, UNKNOWN, FILE_ID, 26, 27, 32, 312)
PLAIN_FIELDS = (0, 1, 3, 4, 5, 7, 11, 13, 30, 39, 41, 42, 49, 52, 53, 62, 69, 73, 78, 85, 107, 108, 134, 200, 250)
"""Of the profile, some without a scale, with one, with an offset, with names; 134, 200 and 250 are in no profile."""
COMPONENTS = (2, 6, 99)
ACCUMULATED = (8, 8, 18, 28)
TIME = 253
SIZES = {number: base.size for number, base in BASE_TYPES.items()}
LIKELY = {
    8: 0x0D,
    18: 0x02,
    28: 0x84,
    0: 0x85,
    1: 0x85,
    2: 0x84,
    3: 0x02,
    4: 0x02,
    5: 0x86,
    6: 0x84,
    7: 0x84,
    13: 0x01,
    30: 0x02,
    39: 0x84,
    41: 0x84,
    42: 0x00,
    49: 0x00,
    52: 0x84,
    53: 0x02,
    62: 0x02,
    73: 0x86,
    78: 0x86,
    85: 0x84,
    99: 0x02,
    108: 0x84,
    253: 0x86,
}
"""The base types in which watches write these fields."""
NONE = {0x00: 0xFF, 0x01: 0x7F, 0x02: 0xFF, 0x83: 0x7FFF, 0x84: 0xFFFF, 0x85: 0x7FFFFFFF, 0x86: 0xFFFFFFFF}


@dataclass
class Stream:
    """A FIT file in the making."""

    body: bytearray = field(default_factory=bytearray)
    shapes: dict[int, list[tuple[int, int, int, bool]]] = field(default_factory=dict)
    """For each local message its fields: number, size, base type, and whether the bytes are turned."""


@st.composite
def _field(draw: st.DrawFn) -> tuple[int, int, int]:
    number = draw(
        st.one_of(
            st.just(TIME),
            st.sampled_from(PLAIN_FIELDS),
            st.sampled_from(PLAIN_FIELDS),
            st.sampled_from(COMPONENTS),
            st.sampled_from(COMPONENTS) if draw(st.integers(0, 19)) else st.sampled_from(ACCUMULATED),
        )
    )
    # A component of another type is nothing for the bulk reading: it is to be met, but seldom.
    usual = number in LIKELY and draw(st.integers(0, 19 if number in COMPONENTS else 3)) > 0
    base = LIKELY[number] if usual else draw(st.sampled_from([*SIZES, 0x7F]))
    width = SIZES.get(base, 1)
    if base == 0x07:
        return number, draw(st.integers(1, 9)), base
    if base == 0x0D:
        return number, draw(st.sampled_from([3, 3, 3, 1, 2, 4, 5, 0])), base
    odd = draw(st.integers(0, 11))
    size = {0: 3 * width, 1: width + 1, 2: 0}.get(odd, width)
    return number, size, base


@st.composite
def _definition(draw: st.DrawFn, stream: Stream) -> None:
    local = draw(st.integers(0, 5))
    number = draw(st.one_of(st.just(RECORD), st.just(RECORD), st.sampled_from(OTHERS)))
    turned = draw(st.booleans())
    own = draw(st.lists(_field(), min_size=0, max_size=7))
    if number == RECORD and draw(st.integers(0, 5)):
        own = [(TIME, 4, 0x86), *own]
    developer = draw(st.one_of(st.none(), st.lists(_developer(), max_size=3))) if number in (RECORD, LAP) else None
    head = 0x40 | (0x20 if developer is not None else 0) | local
    stream.body += bytes([head, 0, turned]) + struct.pack(">H" if turned else "<H", number) + bytes([len(own)])
    for one in own:
        stream.body += bytes(one)
    shape = [(number, size, base, turned) for number, size, base in own]
    if developer is not None:
        stream.body.append(len(developer))
        for one in developer:
            stream.body += bytes(one)
            shape.append((one[0], one[1], 0x0D, turned))
    stream.shapes[local] = shape


@st.composite
def _developer(draw: st.DrawFn) -> tuple[int, int, int]:
    return draw(st.integers(0, 3)), draw(st.sampled_from([1, 2, 4, 4, 8, 3, 0, 6])), draw(st.integers(0, 2))


@st.composite
def _value(draw: st.DrawFn, shape: tuple[int, int, int, bool], at: int) -> bytes:
    number, size, base, turned = shape
    order: Literal["big", "little"] = "big" if turned else "little"
    if number == TIME and size == 4:
        return (1_000_000_000 + at).to_bytes(4, order)
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return (b"\xff" if base != 0x0A else b"\x00") * size
    if kind == 1 and base in NONE and size == SIZES[base]:
        return NONE[base].to_bytes(size, order)
    if kind == 2:
        return draw(st.sampled_from([b"a", b"b\x00c", b"\x00", b" \xc3\xa4", b"\x00\x00\x80\x7f", b"\x80"])).ljust(
            size, b"\0"
        )[:size]
    if kind == 3:
        return draw(st.integers(0, 255)).to_bytes(max(size, 1), order)[:size]
    return draw(st.binary(min_size=size, max_size=size))


@st.composite
def _data(draw: st.DrawFn, stream: Stream) -> None:
    local = draw(st.sampled_from(sorted(stream.shapes)))
    shape = stream.shapes[local]
    for at in range(draw(st.integers(1, 4))):
        if local < 4 and draw(st.integers(0, 60)) == 0:
            stream.body.append(0x80 | local << 5 | draw(st.integers(0, 31)))
        else:
            stream.body.append(local | draw(st.sampled_from([0, 0, 0, 0x10, 0x20])))
        for one in shape:
            stream.body += draw(_value(one, at))


def _description(draw: st.DrawFn, stream: Stream) -> None:
    """A developer field and, mostly, the app it belongs to."""
    index, number = draw(st.integers(0, 2)), draw(st.integers(0, 3))
    if draw(st.integers(0, 9)):
        stream.body += bytes([0x4E, 0, 0, DEVELOPER_DATA_ID, 0, 1, 3, 1, 0x02, 14, index])
    base = draw(st.sampled_from([0x84, 0x86, 0x02, 0x88, 0x89, 0x07, 0x85, 0x0D, 0x44]))
    stream.body += bytes([0x4F, 0, 0, FIELD_DESCRIPTION, 0, 6, 0, 1, 2, 1, 1, 2, 2, 1, 2, 3, 6, 7, 6, 1, 2, 15, 1, 2])
    name = draw(st.sampled_from([b"Power\0", b"Speed\0", b"speed\0", b"\0\0\0\0\0\0", b"timest"]))
    scale = draw(st.sampled_from([0xFF, 0xFF, 0xFF, 1, 10]))
    stream.body += bytes([15, index, number, base]) + name + bytes([scale, draw(st.sampled_from([0xFF, 6, 73, 5]))])
    stream.shapes.pop(14, None)
    stream.shapes.pop(15, None)


@st.composite
def _file(draw: st.DrawFn) -> bytes:
    stream = Stream()
    if draw(st.integers(0, 4)):
        stream.body += bytes([0x40, 0, 0, 0, 0, 1, 0, 1, 0x00, 0, 4])
    draw(_definition(stream))
    for _ in range(draw(st.integers(1, 12))):
        step = draw(st.integers(0, 9))
        if step < 2:
            draw(_definition(stream))
        elif step == 2:
            _description(draw, stream)
        else:
            draw(_data(stream))
    return closed(bytes(stream.body))


def closed(body: bytes) -> bytes:
    """Header and checksum around messages."""
    whole = struct.pack("<2BHI4s", 12, 0x20, 2132, len(body), b".FIT") + body
    return whole + struct.pack("<H", compute_crc(whole))


@st.composite
def fit_streams(draw: st.DrawFn) -> bytes:
    """One FIT file or two in a row; a third of them cut somewhere, a third with bits turned over."""
    whole = b"".join(draw(st.lists(_file(), min_size=1, max_size=2)))
    harm = draw(st.integers(0, 5))
    if harm == 0:
        return whole[: draw(st.integers(0, len(whole)))]
    if harm == 1:
        data = bytearray(whole)
        for _ in range(draw(st.integers(1, 3))):
            data[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
        return bytes(data)
    return whole
