"""FIT bytes by hand, so that odd files can be made instead of hunted for."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from fitdecode.utils import compute_crc

UINT8, UINT16, UINT32, SINT32, ENUM, STRING = 0x02, 0x84, 0x86, 0x85, 0x00, 0x07
FORMATS = {UINT8: "B", UINT16: "H", UINT32: "I", SINT32: "i", ENUM: "B"}
FILE_ID, SESSION, LAP, RECORD, EVENT, FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 0, 18, 19, 20, 21, 206, 207
START = 1_000_000_000


@dataclass
class FitFile:
    """Messages in order; ``bytes()`` puts header and checksum around them."""

    big_endian: bool = False
    body: bytearray = field(default_factory=bytearray)
    formats: dict[int, tuple[str, list[int]]] = field(default_factory=dict)

    @property
    def order(self) -> str:
        return ">" if self.big_endian else "<"

    def define(
        self,
        local: int,
        number: int,
        fields: list[tuple[int, int]],
        developer: list[tuple[int, int, int]] | None = None,
    ) -> None:
        """A definition: fields as (number, base type), developer fields as (number, size, index)."""
        self.body += bytes([0x40 | (0x20 if developer is not None else 0) | local, 0, int(self.big_endian)])
        self.body += struct.pack(f"{self.order}HB", number, len(fields))
        shape = ""
        for name, base in fields:
            self.body += bytes([name, struct.calcsize(FORMATS[base]), base])
            shape += FORMATS[base]
        if developer is not None:
            self.body.append(len(developer))
            for name, size, index in developer:
                self.body += bytes([name, size, index])
                shape += {0: "", 1: "B", 2: "H", 4: "f"}[size]
        self.formats[local] = (shape, [name for name, _ in fields])

    def data(self, local: int, *values: float) -> None:
        self.body += bytes([local]) + struct.pack(self.order + self.formats[local][0], *values)

    def compressed(self, local: int, offset_s: int, *values: float) -> None:
        """A data message with a compressed timestamp header."""
        self.body += bytes([0x80 | (local << 5) | (offset_s & 0x1F)])
        self.body += struct.pack(self.order + self.formats[local][0], *values)

    def to_bytes(self) -> bytes:
        header = struct.pack("<2BHI4s", 12, 0x20, 2132, len(self.body), b".FIT")
        whole = header + bytes(self.body)
        return whole + struct.pack("<H", compute_crc(whole))


def run(seconds: int = 60, *, big_endian: bool = False, start: int = START, end_session: bool = True) -> FitFile:
    """A run of 3 m/s at 84 rpm, a record each second, one session."""
    made = FitFile(big_endian)
    made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
    made.data(0, 4, 1, start)
    made.define(1, RECORD, [(253, UINT32), (5, UINT32), (6, UINT16), (4, UINT8)])
    for second in range(seconds):
        made.data(1, start + second, second * 300, 3000, 84)
    if end_session:
        made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (9, UINT32), (5, ENUM)])
        length = seconds - 1
        made.data(2, start + length, start, length * 1000, length * 1000, length * 300, 1)
    return made
