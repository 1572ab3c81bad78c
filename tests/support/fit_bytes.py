"""FIT bytes by hand, so that odd files can be made instead of hunted for."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from fitdecode.utils import compute_crc

ENUM, UINT8, UINT16, UINT32, SINT32, STRING, FLOAT32, UINT64 = 0x00, 0x02, 0x84, 0x86, 0x85, 0x07, 0x88, 0x8F
SINT8 = 0x01
FORMATS = {ENUM: "B", SINT8: "b", UINT8: "B", UINT16: "H", UINT32: "I", SINT32: "i", FLOAT32: "f", UINT64: "Q"}
FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, COURSE_POINT = 0, 12, 18, 19, 20, 21, 32
WORKOUT, WORKOUT_STEP, HR, FIELD_DESCRIPTION, DEVELOPER_DATA_ID, SPLIT = 26, 27, 132, 206, 207, 312
START = 1_000_000_000

Value = int | float | bytes


@dataclass
class FitFile:
    """Messages in order; ``to_bytes()`` puts header and checksum around them."""

    big_endian: bool = False
    body: bytearray = field(default_factory=bytearray)
    formats: dict[int, str] = field(default_factory=dict)

    @property
    def order(self) -> str:
        return ">" if self.big_endian else "<"

    def define(
        self,
        local: int,
        number: int,
        fields: Sequence[tuple[int, int] | tuple[int, int, int]],
        developer: list[tuple[int, int, int]] | None = None,
    ) -> None:
        """A definition: fields as (number, base type[, size]), developer fields as (number, size, index).

        A field with a size of its own is a text or an array; its values and those of developer fields are bytes.
        """
        self.body += bytes([0x40 | (0x20 if developer is not None else 0) | local, 0, int(self.big_endian)])
        self.body += struct.pack(f"{self.order}HB", number, len(fields))
        shape = ""
        for name, base, *size in fields:
            width = size[0] if size else struct.calcsize(FORMATS[base])
            self.body += bytes([name, width, base])
            shape += f"{width}s" if size else FORMATS[base]
        if developer is not None:
            self.body.append(len(developer))
            for name, width, index in developer:
                self.body += bytes([name, width, index])
                shape += f"{width}s" if width else ""
        self.formats[local] = shape

    def data(self, local: int, *values: Value) -> None:
        self.body += bytes([local]) + struct.pack(self.order + self.formats[local], *values)

    def compressed(self, local: int, offset_s: int, *values: Value) -> None:
        """A data message with a compressed timestamp header."""
        self.body += bytes([0x80 | (local << 5) | (offset_s & 0x1F)])
        self.body += struct.pack(self.order + self.formats[local], *values)

    def describe(
        self,
        number: int,
        base: int,
        name: str,
        units: str = "",
        *,
        index: int = 0,
        native: int | None = None,
        scale: int = 0xFF,
    ) -> None:
        """A developer field and the app it belongs to, through local messages 14 and 15."""
        self.define(14, DEVELOPER_DATA_ID, [(3, UINT8)])
        self.data(14, index)
        self.define(
            15,
            FIELD_DESCRIPTION,
            [(0, UINT8), (1, UINT8), (2, UINT8), (3, STRING, 24), (8, STRING, 16), (15, UINT8), (6, UINT8)],
        )
        self.data(15, index, number, base, name.encode(), units.encode(), 0xFF if native is None else native, scale)

    def to_bytes(self, *, long_header: bool = False, stated_size: int | None = None) -> bytes:
        """The file. ``long_header`` has a checksum of its own, ``stated_size`` is the length the header claims."""
        size = len(self.body) if stated_size is None else stated_size
        header = struct.pack("<2BHI4s", 14 if long_header else 12, 0x20, 2132, size, b".FIT")
        if long_header:
            header += struct.pack("<H", compute_crc(header))
        whole = header + bytes(self.body)
        return whole + struct.pack("<H", compute_crc(whole))


def opened(*, big_endian: bool = False, start: int = START, kind: int = 4) -> FitFile:
    """A file that says what it is (4: an activity) and nothing else."""
    made = FitFile(big_endian)
    made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
    made.data(0, kind, 1, start)
    return made


def run(seconds: int = 60, *, big_endian: bool = False, start: int = START, end_session: bool = True) -> FitFile:
    """A run of 3 m/s at 84 rpm, a record each second, one session."""
    made = opened(big_endian=big_endian, start=start)
    made.define(1, RECORD, [(253, UINT32), (5, UINT32), (6, UINT16), (4, UINT8)])
    for second in range(seconds):
        made.data(1, start + second, second * 300, 3000, 84)
    if end_session:
        session(made, 0, seconds - 1, start=start, distance_cm=(seconds - 1) * 300)
    return made


def session(
    made: FitFile, begin: int, end: int, *, sport: int = 1, start: int = START, distance_cm: int = 0xFFFFFFFF
) -> None:
    """A session between two seconds; sport 1 is running, 2 cycling, 5 swimming."""
    made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (9, UINT32), (5, ENUM)])
    length = (end - begin) * 1000
    made.data(2, start + end, start + begin, length, length, distance_cm, sport)
