"""Faults of a watch's clock, and of the order of records, put into sound recordings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, DeviceTotals, Samples
from retropace.core.spans import as_spans

YEAR_S = 365.25 * 86400.0
COLUMNS = (
    *("lat_deg", "lon_deg", "altitude_m", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm"),
    *("step_length_m", "vertical_oscillation_m", "stance_time_s"),
)


def take(samples: Samples, rows: np.ndarray, t_s: np.ndarray | None = None, without: tuple[str, ...] = ()) -> Samples:
    """These records in this order, at other times if given, without some columns."""
    columns = {name: getattr(samples, name)[rows] for name in COLUMNS if name not in without}
    extra = {name: column[rows] for name, column in samples.extra.items()}
    return Samples.from_columns(samples.t_s[rows] if t_s is None else t_s, extra, samples.categories, **columns)


def join(*parts: Samples) -> Samples:
    """Records one after the other."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return Samples.from_columns(np.concatenate([part.t_s for part in parts]), None, None, **columns)


def seen_by(activity: Activity, device: str) -> Activity:
    """What such a device would have recorded: ``watch`` everything, ``phone`` positions alone, ``treadmill`` none."""
    samples = replace(activity.samples, extra=MappingProxyType({}), categories=MappingProxyType({}))
    if device == "phone":
        samples = take(samples, np.arange(len(samples)), without=("distance_m", "speed_mps", "cadence_recorded"))
        return replace(activity, samples=samples, device_totals=DeviceTotals(), laps=(), pauses=as_spans([]))
    if device == "treadmill":
        samples = take(samples, np.arange(len(samples)), without=("lat_deg", "lon_deg"))
    return replace(activity, samples=samples)


def every(activity: Activity, step: int) -> Activity:
    """One of so many records, and the last."""
    rows = np.unique(np.append(np.arange(0, len(activity.samples), step), len(activity.samples) - 1))
    return replace(activity, samples=take(activity.samples, rows))


def shift_clock(samples: Samples, size_s: float, first: float = 0.0, last: float = 1.0, count: int = 0) -> Samples:
    """The clock is off by so much from one share of the records to another, or for so many records."""
    t_s, start = samples.t_s.copy(), min(round(first * len(samples)), len(samples) - 1)
    t_s[start : start + count if count else round(last * len(samples))] += size_s
    return replace(samples, t_s=t_s)


def retold(samples: Samples, parts: int) -> Samples:
    """After each part everything is told again from the start, as by an export that appends what it has."""
    ends = np.linspace(0, len(samples), parts + 1).astype(int)[1:]
    return join(*(take(samples, np.arange(end)) for end in ends))


def retold_by_another(samples: Samples, off_s: float, off_m: float) -> Samples:
    """A second device, a little off in time and place, told all of it too."""
    second = take(samples, np.arange(len(samples)), samples.t_s + off_s)
    second = replace(second, lat_deg=second.lat_deg + off_m / 111_200.0, distance_m=second.distance_m + off_m)
    return join(samples, second)


def in_order(samples: Samples, order: tuple[int, ...], step: int = 1) -> Samples:
    """As many parts as ``order`` names, in this order; each backwards if ``step`` is -1."""
    pieces = np.array_split(np.arange(len(samples)), len(order))
    return take(samples, np.concatenate([pieces[index][::step] for index in order]))


def heart_rate_apart(samples: Samples, step: int, *, after_all: bool) -> Samples:
    """Heart rate stands in records of its own at the same times: after all others, or each beside its own."""
    others = tuple(name for name in COLUMNS if name != "heart_rate_bpm")
    joined = join(
        take(samples, np.arange(len(samples)), without=("heart_rate_bpm",)),
        take(samples, np.arange(0, len(samples), step), without=others),
    )
    return joined if after_all else take(joined, np.argsort(joined.t_s, kind="stable"))


Fault = Callable[[Samples], Samples]
FAULTS: dict[str, Fault] = {
    **{
        f"set back by {size_s} s": partial(shift_clock, size_s=-float(size_s), first=first)
        for size_s, first in (
            (7, 0.3),
            (25, 0.62),
            (45, 0.5),
            (59, 0.7),
            (61, 0.4),
            (300, 0.3),
            (3600, 0.6),
            (80000, 0.4),
        )
    },
    **{
        f"{count} times off by {size_s:.0f} s": partial(shift_clock, size_s=float(size_s), first=first, count=count)
        for count, size_s, first in (
            *((1, 3600, 0.5), (1, -3600, 0.3), (1, 90, 0.7), (3, 3600, 0.2), (20, -3600, 0.6), (40, 3600, 0.4)),
            *((1, 40 * YEAR_S, 0.5), (2, -1800, 0.8)),
        )
    },
    **{
        f"first time off by {size_s} s": partial(shift_clock, size_s=float(size_s), count=1)
        for size_s in (3600, -3600, 7200)
    },
    **{
        f"last time off by {size_s} s": partial(shift_clock, size_s=float(size_s), first=0.99999)
        for size_s in (3600, -3600, 7200)
    },
    **{
        f"{count} times {years} years before the fix": partial(shift_clock, size_s=-years * YEAR_S, count=count)
        for count, years in ((1, 55.0), (20, 19.6), (1, 26.0))
    },
    "a third of the times before the fix": partial(shift_clock, size_s=-35.0 * YEAR_S, last=0.33),
    "told in 2 parts": partial(retold, parts=2),
    "told in 5 parts": partial(retold, parts=5),
    "told twice": lambda samples: join(samples, samples),
    "told by a device 0.4 s and 4 m off": partial(retold_by_another, off_s=0.4, off_m=4.0),
    "parts in order 1 0": partial(in_order, order=(1, 0)),
    "parts in order 0 2 1 3": partial(in_order, order=(0, 2, 1, 3)),
    "parts in order 6 2 0 1 5 3 4": partial(in_order, order=(6, 2, 0, 1, 5, 3, 4)),
    "reversed": partial(in_order, order=(0,), step=-1),
    "4 parts reversed": partial(in_order, order=(0, 1, 2, 3), step=-1),
    "heart rate after all": partial(heart_rate_apart, step=5, after_all=True),
    "heart rate beside": partial(heart_rate_apart, step=1, after_all=False),
}
"""Each fault by its name, as a function of sound records."""


def with_fault(activity: Activity, fault: Fault) -> Activity:
    """The activity with a fault of its records; times count from the first of them, whose date is the start."""
    samples = fault(activity.samples)
    first_s = float(samples.t_s[0])
    start_time = activity.start_time + timedelta(seconds=first_s) if activity.start_time is not None else None
    # What stands beside the records is timed by the same clock, if the records kept their order.
    is_in_order = np.array_equal(samples.distance_m, activity.samples.distance_m, equal_nan=True)
    times_s = activity.samples.t_s
    clock_s = samples.t_s if is_in_order else times_s

    def by_clock(time_s: float) -> float:
        row = int(np.argmin(np.abs(times_s - time_s)))
        return time_s + float(clock_s[row] - times_s[row]) - first_s

    laps = tuple(
        replace(lap, start_s=by_clock(lap.start_s), end_s=by_clock(lap.start_s) + lap.end_s - lap.start_s)
        for lap in activity.laps
    )
    pauses = as_spans((by_clock(start_s), by_clock(end_s)) for start_s, end_s in activity.pauses.tolist())
    samples = replace(samples, t_s=samples.t_s - first_s)
    return replace(activity, samples=samples, start_time=start_time, laps=laps, pauses=pauses)
