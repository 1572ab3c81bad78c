"""Heart rates in ``hr`` messages, against the vendor's own decoder."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream

from retropace.readers.fit.reader import read_fit
from tests.support.fit_bytes import EVENT, HR, RECORD, START, UINT8, UINT16, UINT32, FitFile

BYTE = 0x0D


def pack(events: Sequence[int]) -> bytes:
    """The lowest 12 bits of each event, two in three bytes."""
    pairs = zip(events[::2], events[1::2], strict=True)
    numbers = [(first & 0xFFF) | (second & 0xFFF) << 12 for first, second in pairs]
    return b"".join(struct.pack("<I", number)[:3] for number in numbers)


def recording(beats: Sequence[tuple[int, int]], first_event: int, *, packed: bool, with_own: bool = False) -> bytes:
    """Sixty records a second apart, and heartbeats as (1/1024 s since the first, bpm), the first of them an anchor."""
    file = FitFile()
    file.define(0, EVENT, [(253, UINT32), (0, UINT8), (1, UINT8)])
    file.data(0, START, 0, 0)
    file.define(1, RECORD, [(253, UINT32), (5, UINT32), *([(3, UINT8)] if with_own else [])])
    for second in range(60):
        file.data(1, START + second, 300 * second, *([90 if second < 30 else 255] if with_own else []))
    file.define(2, HR, [(253, UINT32), (0, UINT16), (9, UINT32), (6, UINT8)])
    file.data(2, START, 0, first_event, beats[0][1])
    if packed:
        file.define(3, HR, [(6, UINT8, 8), (10, BYTE, 12)])
    else:
        file.define(3, HR, [(6, UINT8, 8), (9, UINT32, 32)])
    for start in range(1, len(beats) - 7, 8):
        group = beats[start : start + 8]
        events = [(first_event + event) % 2**32 for event, _ in group]
        file.data(3, bytes(bpm for _, bpm in group), pack(events) if packed else struct.pack("<8I", *events))
    return file.to_bytes()


BEATS = [(430 * index, 120 + index // 4) for index in range(145)]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("first_event", [0, 4095, 5_120_000])
def test_heart_rates_are_those_of_the_vendors_decoder(packed: bool, first_event: int) -> None:
    data = recording(BEATS, first_event, packed=packed)
    (activity,) = read_fit(data, "x")
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read(merge_heart_rates=True)
    assert not errors
    expected = [message.get("heart_rate", np.nan) for message in messages["record_mesgs"]]
    np.testing.assert_allclose(activity.samples.heart_rate_bpm[1:58], expected[1:58], atol=1.0)
    assert any("taken from what the strap stored" in note for note in activity.notes)


def test_the_straps_clock_may_start_again() -> None:
    (activity,) = read_fit(recording(BEATS, 2**32 - 10_000, packed=False), "x")
    (plain,) = read_fit(recording(BEATS, 0, packed=False), "x")
    np.testing.assert_array_equal(activity.samples.heart_rate_bpm, plain.samples.heart_rate_bpm)


def test_what_the_watch_recorded_itself_stays() -> None:
    (activity,) = read_fit(recording(BEATS, 0, packed=True, with_own=True), "x")
    assert set(activity.samples.heart_rate_bpm[:30]) == {90.0}
    assert np.all(activity.samples.heart_rate_bpm[30:55] > 100.0)


def test_a_strap_that_falls_silent_is_not_continued() -> None:
    (activity,) = read_fit(recording(BEATS[:25], 0, packed=True), "x")
    assert np.isfinite(activity.samples.heart_rate_bpm).sum() < 20
