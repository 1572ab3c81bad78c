"""An interval session as a coach reads it: sets, forward against backward, the quarter mile, bests, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.units import MILE_M, Units, clock
from retropace.output.tables.text_table import Sheet

if TYPE_CHECKING:
    from retropace.annotations.model.workout import DoneStep
    from retropace.intervals import (
        Best,
        Comparison,
        Intervals,
        IntervalSet,
        Part,
        QuarterMile,
        Ratios,
        Rep,
        Statistics,
    )


def sheets_of(found: Intervals, units: Units) -> list[Sheet]:
    """Everything there is to say, in the order in which it is read."""
    sheets = [_structure(found, units)]
    sheets += [_set(number, one, units, len(found.sets)) for number, one in enumerate(found.sets, 1)]
    if found.comparisons:
        sheets.append(_comparisons(found.comparisons))
    if found.quarter_miles:
        sheets.append(_quarter_miles(found.quarter_miles))
    if found.curve and any(best.direction == "backward" for best in found.curve):
        sheets.append(_curve(found.curve, units))
    if found.planned:
        sheets.append(_planned(found))
    return sheets


def structure_line(found: Intervals) -> str:
    """The sets of a session in one line; what there is instead where there is none."""
    if found.sets:
        return "; ".join(one.line for one in found.sets)
    segments = found.analysis.segments
    backward_s = float(np.diff(segments.edges_s)[segments.direction == "backward"].sum())
    return f"no sets, {clock(backward_s)} backward" if backward_s else "no sets"


def _structure(found: Intervals, units: Units) -> Sheet:
    """The parts around and between the sets, and where distance comes from."""
    said = []
    if (stadium := found.stadium) is not None:
        lane = f"lane {stadium.lane} of a 400 m track" if stadium.lane else "a track"
        reads = "over-reads" if stadium.over_reading >= 0.0 else "under-reads"
        said.append(
            f"{lane}, {stadium.laps:.1f} laps of {stadium.lap_m:.1f} m: distances are taken from laps; the recording "
            f"{reads} by {100.0 * abs(stadium.over_reading):.1f} %"
        )
    if not found.sets:
        said.append(f"{structure_line(found)}: nothing repeats here")
        return Sheet(below=tuple(said))
    rows = [_part(part, units) for part in found.parts if part.kind in ("warm-up", "break", "cool-down")]
    for number, one in enumerate(found.sets, 1):
        within = [part for part in found.parts if part.set_number == number]
        seconds, metres = sum(part.seconds for part in within), sum(part.metres for part in within)
        name = f"set {number}" if len(found.sets) > 1 else "set"
        rows.append((one.start_s, (name, clock(one.start_s), clock(seconds), _way(metres, units))))
    rows.sort(key=lambda row: row[0])
    names = ("", "from", "time", "distance")
    return Sheet(names=names, rows=tuple(row for _, row in rows), below=tuple(said))


def _part(part: Part, units: Units) -> tuple[float, tuple[str, ...]]:
    row = (part.kind, clock(part.start_s), clock(part.seconds), _way(part.metres, units))
    return part.start_s, row


def _set(number: int, one: IntervalSet, units: Units, of: int) -> Sheet:
    names = (
        "#",
        "",
        "m",
        "time",
        f"/{units.name}",
        "spm",
        "m/step",
        "steps",
        "bpm",
        "max",
        "in 60 s",
        "recovery",
        "median",
    )
    rows = tuple(_rep(rep, one, units) for rep in one.reps)
    below = [_statistics(each, units) for each in one.statistics]
    if any(row[1].endswith("?") for row in rows):
        below.append("? is suspected, nobody marked it")
    if any("*" in row[2] for row in rows) and one.nominal is not None:
        below.append(f"* is not {one.nominal}")
    rest = f", work : rest 1 : {one.recovery_s / one.work_s:.2f}" if one.recovery_s and one.work_s else ""
    recovery = f"; recovery {clock(one.recovery_s)}, {_way(one.recovery_m, units)}" if one.recovery_s else ""
    below.append(f"work {clock(one.work_s)}, {_way(one.work_m, units)}{recovery}{rest}")
    title = f"set {number}: {one.line}" if of > 1 else one.line
    return Sheet(title, names, rows, (0, 1, 11), tuple(below)).without_empty_columns()


def _rep(rep: Rep, one: IntervalSet, units: Units) -> tuple[str, ...]:
    told = one.nominal is not None and rep.nominal is None
    recovery = ""
    if rep.recovery is not None and rep.recovery.seconds >= 1.0:
        recovery = f"{clock(rep.recovery.seconds)} {rep.recovery.kind}".strip()
    directions = {other.direction for other in one.reps}
    words = [rep.direction] if len(directions) > 1 or rep.direction == "backward" else []
    words += ["walk"] if rep.gait == "walk" else []
    unsure = "?" if rep.direction == "backward" and rep.basis == "suspected" else ""
    by_distance = one.nominal is None or one.nominal.unit == "m"
    value, unit = (rep.from_median_s, "s") if by_distance else (rep.from_median_m, "m")
    alike = one.kind in ("reps", "pairs") and len(one.reps) > 1
    off = f"{round(value):+d} {unit}" if np.isfinite(value) and alike else ""
    return (
        str(rep.number),
        " ".join(words) + unsure,
        _number(rep.metres, "{:.0f}") + ("*" if told else ""),
        clock(rep.seconds),
        units.pace(rep.speed_mps).partition(" ")[0],
        _number(rep.cadence_spm, "{:.0f}"),
        _number(rep.step_length_m, "{:.2f}"),
        _number(rep.steps, "{:.0f}"),
        _number(rep.heart_rate_bpm, "{:.0f}"),
        _number(rep.heart_rate_max_bpm, "{:.0f}"),
        _number(round(-rep.beats_dropped) if np.isfinite(rep.beats_dropped) else np.nan, "{:+d}"),
        recovery,
        off,
    )


def _statistics(one: Statistics, units: Units) -> str:
    def text(value: float) -> str:
        if one.figure == "seconds":
            return clock(value)
        return f"{value:.0f} m" if one.figure == "metres" else units.pace(value)

    if one.count < 2:
        return f"{one.direction}: {text(one.mean)}"
    parts = [f"mean {text(one.mean)}", f"best {text(one.best)} (rep {one.best_rep})"]
    parts += [f"worst {text(one.worst)} (rep {one.worst_rep})", f"spread {100.0 * one.spread:.1f} %"]
    if np.isfinite(one.fade):
        unit = {"seconds": "s", "metres": "m", "speed_mps": "m/s"}[one.figure]
        digits = 3 if unit == "m/s" else 1
        parts.append(f"{one.fade:+.{digits}f} ± {one.fade_error:.{digits}f} {unit} from rep to rep")
    return f"{one.direction}: {', '.join(parts)}"


def _comparisons(comparisons: Sequence[Comparison]) -> Sheet:
    rows = []
    for one in comparisons:
        for forward, backward, ratios in one.pairs:
            times = [clock(forward.seconds), clock(backward.seconds)]
            rows.append((f"{one.length}, {backward.number}", *times, *_ratios(ratios)))
        times = [clock(float(np.median([rep.seconds for rep in reps]))) for reps in (one.forward, one.backward)]
        name = f"{one.length}, {'together' if one.pairs else 'medians'}"
        rows.append((name, *times, *_ratios(one.together)))
    names = ("", "forward", "backward", "time", "speed", "cadence", "step", "steps", "heart rate")
    return Sheet("backward : forward", names, tuple(rows)).without_empty_columns()


def _ratios(ratios: Ratios) -> tuple[str, ...]:
    shown = (ratios.seconds, ratios.speed_mps, ratios.cadence_spm, ratios.step_length_m, ratios.steps)
    return (*(_number(value, "{:.2f}") for value in shown), _number(ratios.heart_rate_bpm, "{:+.0f} bpm"))


def _quarter_miles(tests: Sequence[QuarterMile]) -> Sheet:
    rows = []
    for test in tests:
        verdict = "too close to call" if test.is_close else "under twice" if test.passed else "not under twice"
        halves = (clock(test.forward.seconds), clock(test.rest_s), clock(test.backward.seconds))
        rows.append((clock(test.forward.start_s), *halves, f"{test.ratio:.2f} ± {test.error:.2f}", verdict))
    names = ("from", "forward", "rest", "backward", "ratio", "verdict")
    return Sheet("quarter mile", names, tuple(rows), (0, 5))


def _curve(curve: Sequence[Best], units: Units) -> Sheet:
    by: dict[tuple[str, float], dict[str, Best]] = {}
    for best in curve:
        asked = best.seconds if best.by == "time" else best.metres
        by.setdefault((best.by, asked), {})[best.direction] = best
    rows = []
    for (kind, asked), found in sorted(by.items(), key=lambda item: (item[0][0] == "distance", item[0][1])):
        name = _asked(kind, asked)
        cells = []
        for direction in ("forward", "backward"):
            one = found.get(direction)
            told = "" if one is None else f"{one.metres:.0f} m" if kind == "time" else clock(one.seconds)
            cells += [told, "" if one is None else units.pace(one.speed_mps)]
        both = len(found) == 2
        ratio = f"{found['backward'].speed_mps / found['forward'].speed_mps:.2f}" if both else ""
        rows.append((name, *cells, ratio))
    names = ("best", "forward", "", "backward", "", "speed")
    return Sheet("pace curve", names, tuple(rows))


def _asked(kind: str, asked: float) -> str:
    if kind == "time":
        return f"{asked:.0f} s" if asked < 60.0 else f"{asked / 60.0:.0f} min"
    return "1 mile" if abs(asked - MILE_M) < 1.0 else f"{asked:.0f} m"


def _planned(found: Intervals) -> Sheet:
    rows = []
    for number, one in enumerate(found.planned, 1):
        done = one.done
        share = f"{100.0 * done.ratio:.0f} %" if done is not None and np.isfinite(done.ratio) else ""
        times = ("", "") if done is None else (clock(done.start_s), _done(done))
        rows.append((str(number), str(one.step), *times, share, one.status))
    counts = {word: sum(one.status == word for one in found.planned) for word in ("missed", "short", "long", "extra")}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    names = ("#", "planned", "from", "done", "of plan", "")
    return Sheet("planned against done", names, tuple(rows), (0, 1, 5), (told or "all done as planned",))


def _done(one: DoneStep) -> str:
    return f"{one.done:.0f} m" if one.step.metres is not None else clock(one.done)


def session_row(found: Intervals, units: Units) -> tuple[str, ...]:
    """One session as a row of many: when, which file, its sets, its backward work, its quarter miles."""
    start = found.track.start_time
    reps = [rep for one in found.sets for rep in one.reps if rep.direction == "backward"]
    way = _way(sum(rep.metres for rep in reps), units) if reps else ""
    tests = ", ".join(f"{test.ratio:.2f}" for test in found.quarter_miles)
    when = "" if start is None else f"{start:%Y-%m-%d}"
    return (when, found.analysis.activity.source.path, structure_line(found), way, tests)


SESSION_NAMES = ("date", "file", "sets", "backward work", "quarter mile")


def _way(metres: float, units: Units) -> str:
    return f"{metres:.0f} m" if metres < units.metres else units.distance(metres)


def _number(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else ""
