"""Records decoded in bulk against the reader that uses fitdecode alone: equal to the last bit, or both refuse."""

import struct
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fitdecode.types import BASE_TYPES
from hypothesis import HealthCheck, given, settings

from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.readers.fit import messages as fit_messages
from retropace.readers.fit.bulk import BYTE_BASE_TYPE, INVALID_VALUES
from retropace.readers.fit.decoder import MAX_LAYOUTS, DecodedFile
from retropace.readers.fit.reader import read_fit
from tests.support import reference_decoder as reference
from tests.support.fit_bytes import (
    ENUM,
    FLOAT32,
    HR,
    RECORD,
    START,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    opened,
    session,
)
from tests.support.fit_streams import fit_streams
from tests.support.paths import CORPUS, ROOT
from tests.support.reference_decoder import read_reference


def outcome(read: Any, data: bytes) -> list[Activity] | str:
    """The sessions, without how they were decoded, or the words of the refusal."""
    try:
        return [replace(one, source=replace(one.source, decoding="")) for one in read(data, "run.fit")]
    except RetropaceError as refusal:
        return str(refusal)


def assert_same(mine: Any, theirs: Any, where: str = "") -> None:
    """Equal in every part, to the last bit and with the order of what is named; NaN equals NaN."""
    assert type(mine) is type(theirs), where
    if isinstance(mine, np.ndarray):
        assert mine.dtype == theirs.dtype, where
        assert mine.shape == theirs.shape, where
        assert bits(mine) == bits(theirs), where
    elif is_dataclass(mine):
        for one in fields(mine):
            assert_same(getattr(mine, one.name), getattr(theirs, one.name), f"{where}.{one.name}")
    elif isinstance(mine, (list, tuple)):
        assert len(mine) == len(theirs), where
        for at, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            assert_same(one, other, f"{where}[{at}]")
    elif hasattr(mine, "items"):
        assert list(mine) == list(theirs), where
        for name in mine:
            assert_same(mine[name], theirs[name], f"{where}[{name!r}]")
    elif isinstance(mine, float) and np.isnan(mine):
        assert np.isnan(theirs), where
    else:
        assert mine == theirs, where


def bits(column: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    """The column's bytes, every NaN of them the same."""
    return (np.where(np.isnan(column), np.nan, column) if column.dtype.kind == "f" else column).tobytes()


def files() -> list[Path]:
    return sorted(
        path
        for folder in (CORPUS / "fit", CORPUS / "bad", ROOT / "samples")
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix.lower() == ".fit"
    )


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}-{path.stem[-30:]}")
def test_a_file_reads_the_same_to_the_last_bit(path: Path) -> None:
    data = path.read_bytes()
    assert_same(outcome(read_fit, data), outcome(read_reference, data))


def assert_read_alike(data: bytes) -> None:
    """Both readers give the same sessions or the same refusal, and see the same in every part of the bytes."""
    mine, theirs = fit_messages.decode(data), reference.decode(data)
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert_same(one.records.to_table(), other.records.to_table(), "records")
        assert_same(one.findings, other.findings, "findings")
        assert_same(message_texts(one), message_texts(other), "messages")
        assert (one.is_damaged, one.records_before_session) == (other.is_damaged, other.records_before_session)
    assert_same(outcome(read_fit, data), outcome(read_reference, data))


def message_texts(file: DecodedFile) -> dict[str, list[list[tuple[str, str]]]]:
    """What the messages say that are no records."""
    return {
        name: [[(str(item.name), repr(item.value)) for item in message.fields] for message in messages]
        for name, messages in file.messages.items()
    }


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(fit_streams())
def test_random_streams_read_the_same_or_not_at_all(data: bytes) -> None:
    assert_read_alike(data)


def varied() -> bytes:
    """A short file with about everything that the bulk reading meets."""
    made = opened()
    made.describe(1, FLOAT32, "Power", "W")
    made.describe(2, STRING, "direction")
    made.define(1, RECORD, [(253, UINT32), (2, UINT16), (6, UINT16), (42, ENUM)], [(1, 4, 0), (2, 9, 0)])
    for second in range(4):
        made.data(1, START + second, 2600, 3000, second % 2, struct.pack("<f", 200.0 + second), b"backward\0")
    made.define(3, HR, [(253, UINT32)])
    made.data(3, START + 4)
    made.data(1, START + 4, 0xFFFF, 0xFFFF, 0xFF, struct.pack("<f", np.nan), b"\0")
    made.define(1, RECORD, [(253, UINT32), (73, UINT32), (5, UINT32, 8)])
    made.data(1, START + 5, 3000, bytes(8))
    session(made, 0, 5)
    return made.to_bytes(long_header=True)


def test_a_file_cut_at_any_byte_reads_the_same_or_not_at_all() -> None:
    whole = varied()
    for stop in range(len(whole) + 1):
        assert_read_alike(whole[:stop])


@pytest.mark.slow
def test_a_file_with_any_bit_turned_over_reads_the_same_or_not_at_all() -> None:
    whole = varied()
    for at in range(len(whole)):
        assert_read_alike(whole[:at] + bytes([whole[at] ^ 1 << 3 * at % 8]) + whole[at + 1 :])


@pytest.mark.usefixtures("corpus")
def test_all_but_a_few_recordings_are_read_in_bulk() -> None:
    ways = Counter(
        way.partition(": ")[0]
        for path in files()
        for way in {way for part in fit_messages.decode(path.read_bytes()) for way in part.decoding_methods}
    )
    assert ways == {"in bulk": 33, "by fitdecode": 2}  # the six others hold no records


@pytest.mark.parametrize("identifier", sorted(BASE_TYPES))
def test_what_stands_for_no_value_is_what_fitdecode_takes_for_it(identifier: int) -> None:
    base = BASE_TYPES[identifier]
    if identifier in INVALID_VALUES:
        assert base.parse(INVALID_VALUES[identifier]) is None
        assert base.parse(INVALID_VALUES[identifier] - 1 if INVALID_VALUES[identifier] else 1) is not None
    else:
        assert base.name in ("string", "float32", "float64", "byte")


def test_a_field_of_words_and_numbers_is_one_of_numbers() -> None:
    """Of the balance 128 is called "right", 178 is a share: words for some seconds only would hide the others."""
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (30, UINT8), (42, ENUM), (62, UINT8)])
    for second, balance in enumerate((178, 128, 0xFF, 180)):
        made.data(1, START + second, balance, 1, 0)
    session(made, 0, 3)
    assert_read_alike(made.to_bytes())
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.extra["left_right_balance"].tolist()[:2] == [178.0, 128.0]
    assert dict(activity.samples.categories) == {"activity_type": ("running",), "device_index": ("creator",)}


def test_a_developer_field_whose_scale_changes_on_the_way_is_left_to_fitdecode() -> None:
    made = opened()
    made.describe(1, UINT16, "Power", scale=10)
    made.define(1, RECORD, [(253, UINT32)], [(1, 2, 0)])
    made.data(1, START, struct.pack("<H", 2000))
    made.describe(1, UINT16, "Power", scale=10)
    made.data(1, START + 1, struct.pack("<H", 2000))
    assert fit_messages.decode(made.to_bytes())[0].decoding_methods == ["in bulk"]
    made.describe(1, UINT16, "Power", scale=100)
    made.data(1, START + 2, struct.pack("<H", 2000))
    (file,) = fit_messages.decode(made.to_bytes())
    assert file.decoding_methods == ["by fitdecode: the scale of developer field 1 changes on the way"]
    (power,) = [field for field in file.records.to_table().fields if field.identity.is_developer]
    assert power.values.tolist() == [200.0, 200.0, 20.0]


def test_times_in_some_headers_move_no_value_to_the_column_of_another_field() -> None:
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (3, UINT8)])
    made.data(1, START, 100)
    made.define(2, RECORD, [(8, BYTE_BASE_TYPE, 1), (3, UINT8)])  # one byte of speed, none of distance
    made.data(2, b"\xff", 101)  # invalid: speed and distance, both without a value
    made.compressed(2, START + 1, b"\x64", 102)  # valid: speed alone, and the time of the header
    made.compressed(2, START + 2, b"\xff", 103)
    made.data(2, b"\x32", 104)
    assert_read_alike(made.to_bytes())
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.heart_rate_bpm.tolist() == [100.0, 101.0, 102.0, 103.0, 104.0]


def test_a_time_of_any_size_is_no_crash() -> None:
    made = opened()
    made.define(1, RECORD, [(253, UINT64), (5, UINT32)])
    for time in (2**63, START, START + 1):
        made.data(1, time, 300)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.t_s.tolist()[1:] == [0.0, 1.0]


def test_records_written_in_too_many_ways_are_left_to_fitdecode() -> None:
    made = opened()
    for number in range(MAX_LAYOUTS + 1):
        made.define(1, RECORD, [(253, UINT32), (number + 1, UINT8)])
        made.data(1, START + number, 100)
        if number == MAX_LAYOUTS - 1:
            assert fit_messages.decode(made.to_bytes())[0].decoding_methods == ["in bulk"]
    assert fit_messages.decode(made.to_bytes())[0].decoding_methods == [
        f"by fitdecode: its records are written in more than {MAX_LAYOUTS} ways"
    ]
    assert_read_alike(made.to_bytes())
