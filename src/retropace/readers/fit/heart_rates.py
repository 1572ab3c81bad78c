"""Heart rates that a chest strap stored by itself and a watch wrote as ``hr`` messages, one value per heartbeat.

An anchor message has a time and the strap's clock at it; the others have only the strap's clock, in units of 1/1024 s,
mostly as its lowest 12 bits (FIT SDK, heart rate plugin). fitdecode's own expansion of these bits goes back in time.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from retropace.core.activity import Samples
from retropace.core.findings import Finding, note
from retropace.core.spans import FloatArray, cumulate
from retropace.readers.fit.values import read_number, read_time_s

EVENT_UNITS_PER_S = 1024.0
"""Units of the strap's clock in a second (FIT SDK, ``hr``, field ``event_timestamp``)."""
EVENT_BITS = 12
"""Number of the lowest bits of the strap's clock that ``event_timestamp_12`` holds for each heartbeat."""
CLOCK_BITS = 32
"""Number of bits of the strap's clock, which starts again from 0 after the largest number."""
MEAN_S = 1.0
"""Seconds before a record over which the heart rates of beats are averaged."""
HOLD_S = 5.0
"""Longest time in seconds for which a heart rate is valid if no other heartbeat follows (FIT SDK)."""


def add_heart_rates(samples: Samples, messages: Sequence[Any], origin_s: float) -> tuple[Samples, list[Finding]]:
    """Fill in heart rates of records without any from ``hr`` messages; returns also a finding about it, if any."""
    beats_s, beats_bpm = read_heart_rates(messages)
    t_s = samples.t_s + origin_s
    if not len(beats_s):
        return samples, []
    totals = cumulate(beats_bpm)
    first, last = (np.searchsorted(beats_s, edge_s, side="right") for edge_s in (t_s - MEAN_S, t_s))
    previous = np.maximum(last - 1, 0)
    is_held = (last > 0) & (t_s - beats_s[previous] <= HOLD_S)
    mean_bpm = (totals[last] - totals[first]) / np.maximum(last - first, 1)
    found_bpm = np.where(last > first, mean_bpm, np.where(is_held, beats_bpm[previous], np.nan))
    is_filled = ~np.isfinite(samples.heart_rate_bpm) & np.isfinite(found_bpm)
    if not np.any(is_filled):
        return samples, []
    heart_rate_bpm = np.where(is_filled, found_bpm, samples.heart_rate_bpm)
    count = int(np.sum(is_filled))
    text = f"heart rate of {count} records taken from what the strap stored by itself"
    return replace(samples, heart_rate_bpm=heart_rate_bpm), [note("strap-heart-rate", text, count, "records")]


def read_heart_rates(messages: Sequence[Any]) -> tuple[FloatArray, FloatArray]:
    """Read the time (s by the device's clock) and heart rate of each heartbeat, in order of time."""
    times_s: list[float] = []
    rates_bpm: list[float] = []
    anchor_s, anchor, clock = np.nan, 0, 0
    for message in messages:
        events = _read_values(message, "event_timestamp")
        if not events:
            for bits in _unpack_bits(_read_values(message, "event_timestamp_12")):
                clock += (bits - clock) % (1 << EVENT_BITS)
                events.append(clock)
        time_s = read_time_s(message, "timestamp")
        if np.isfinite(time_s) and events:
            anchor_s, anchor = time_s + float(np.nan_to_num(read_number(message, "fractional_timestamp"))), events[0]
        clock = events[-1] if events else clock
        for event, rate_bpm in zip(events, _read_values(message, "filtered_bpm"), strict=False):
            if rate_bpm > 0 and np.isfinite(anchor_s):
                times_s.append(anchor_s + ((event - anchor) % (1 << CLOCK_BITS)) / EVENT_UNITS_PER_S)
                rates_bpm.append(float(rate_bpm))
    order = np.argsort(np.array(times_s), kind="stable")
    return np.array(times_s)[order], np.array(rates_bpm)[order]


def _read_values(message: Any, name: str) -> list[int]:
    """Read the integers that a message itself holds in a field, one or several; values of other types become 0."""
    for field in message.fields:
        if field.name == name and field.field_def is not None and not field.field_def.is_dev:
            raw = field.raw_value
            values = raw if isinstance(raw, tuple) else (raw,)
            return [value if isinstance(value, int) else 0 for value in values] if raw is not None else []
    return []


def _unpack_bits(packed: Sequence[int]) -> list[int]:
    """Unpack numbers of :data:`EVENT_BITS` bits from bytes, two from every three, the lowest bits first."""
    triples = zip(packed[::3], packed[1::3], packed[2::3], strict=False)
    return [number for low, middle, high in triples for number in (low | (middle & 0xF) << 8, middle >> 4 | high << 4)]
