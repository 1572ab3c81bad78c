"""Tables of an interval session: sets, forward against backward, quarter-mile tests, best efforts, and the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.units import MILE_M, Units, format_duration, format_known
from retropace.output.tables.text_table import TextTable
from retropace.output.tables.workout import format_done

if TYPE_CHECKING:
    from retropace.intervals import (
        BestEffort,
        Comparison,
        DirectionRatios,
        Intervals,
        IntervalSet,
        QuarterMileTest,
        Rep,
        SetStatistics,
    )


def build_interval_tables(intervals: Intervals, units: Units) -> list[TextTable]:
    """Return all tables of an interval session, in reading order; tables without content are left out."""
    tables = [_build_structure_table(intervals, units)]
    tables += [
        _build_set_table(number, interval_set, units, len(intervals.sets))
        for number, interval_set in enumerate(intervals.sets, 1)
    ]
    if intervals.comparisons:
        tables.append(_build_comparison_table(intervals.comparisons))
    if intervals.quarter_miles:
        tables.append(_build_quarter_mile_table(intervals.quarter_miles))
    if intervals.mean_max_curve and any(best.direction == "backward" for best in intervals.mean_max_curve):
        tables.append(_build_curve_table(intervals.mean_max_curve, units))
    if intervals.step_outcomes:
        tables.append(_build_plan_table(intervals))
    return tables


def format_structure_line(intervals: Intervals) -> str:
    """Return the sets of a session in one line of text; without sets, how long backward running lasted."""
    if intervals.sets:
        return "; ".join(interval_set.line for interval_set in intervals.sets)
    segments = intervals.analysis.segments
    backward_s = float(np.diff(segments.edges_s)[segments.direction == "backward"].sum())
    return f"no sets, {format_duration(backward_s)} backward" if backward_s else "no sets"


def _build_structure_table(intervals: Intervals, units: Units) -> TextTable:
    """Return a table of warm-up, sets, breaks and cool-down, with a note if distances come from laps of a track."""
    notes = []
    if (running_track := intervals.running_track) is not None:
        lane = f"lane {running_track.lane} of a 400 m track" if running_track.lane else "a track"
        reads = "over-reads" if running_track.over_reading >= 0.0 else "under-reads"
        notes.append(
            f"{lane}, {running_track.laps:.1f} laps of {running_track.lap_m:.1f} m: distances are taken from laps; "
            f"the recording {reads} by {100.0 * abs(running_track.over_reading):.1f} %"
        )
    if not intervals.sets:
        notes.append(f"{format_structure_line(intervals)}: nothing repeats here")
        return TextTable(footer=tuple(notes))
    outer_kinds = ("warm-up", "break", "cool-down")
    spans = [
        (part.start_s, part.kind, part.seconds, part.metres) for part in intervals.parts if part.kind in outer_kinds
    ]
    for number, interval_set in enumerate(intervals.sets, 1):
        parts = [part for part in intervals.parts if part.set_number == number]
        name = f"set {number}" if len(intervals.sets) > 1 else "set"
        seconds, metres = sum(part.seconds for part in parts), sum(part.metres for part in parts)
        spans.append((interval_set.start_s, name, seconds, metres))
    rows = tuple(
        (name, format_duration(start_s), format_duration(seconds), _format_distance(metres, units))
        for start_s, name, seconds, metres in sorted(spans, key=lambda span: span[0])
    )
    return TextTable(names=("", "from", "time", "distance"), rows=rows, footer=tuple(notes))


def _build_set_table(number: int, interval_set: IntervalSet, units: Units, set_count: int) -> TextTable:
    names = (
        *("#", "", "m", "time", f"/{units.name}", "spm", "m/step", "steps"),
        *("bpm", "max", "in 60 s", "recovery", "median"),
    )
    rows = tuple(_format_rep_row(rep, interval_set, units) for rep in interval_set.reps)
    footer = [_format_statistics(statistics, units) for statistics in interval_set.statistics]
    if any(row[1].endswith("?") for row in rows):
        footer.append("? is suspected, nobody marked it")
    if any("*" in row[2] for row in rows) and interval_set.nominal is not None:
        footer.append(f"* is not {interval_set.nominal}")
    work = f"work {format_duration(interval_set.work_s)}, {_format_distance(interval_set.work_m, units)}"
    if interval_set.recovery_s:
        recovery_m = _format_distance(interval_set.recovery_m, units)
        work += f"; recovery {format_duration(interval_set.recovery_s)}, {recovery_m}"
        if interval_set.work_s:
            work += f", work : rest 1 : {interval_set.recovery_s / interval_set.work_s:.2f}"
    footer.append(work)
    title = f"set {number}: {interval_set.line}" if set_count > 1 else interval_set.line
    return TextTable(title, names, rows, (0, 1, 11), tuple(footer)).drop_empty_columns()


def _format_rep_row(rep: Rep, interval_set: IntervalSet, units: Units) -> tuple[str, ...]:
    is_off_nominal = interval_set.nominal is not None and rep.nominal is None
    recovery = ""
    if rep.recovery is not None and rep.recovery.seconds >= 1.0:
        recovery = f"{format_duration(rep.recovery.seconds)} {rep.recovery.kind}".strip()
    directions = {set_rep.direction for set_rep in interval_set.reps}
    description = [rep.direction] if len(directions) > 1 or rep.direction == "backward" else []
    description += ["walk"] if rep.gait == "walk" else []
    question_mark = "?" if rep.direction == "backward" and rep.basis == "suspected" else ""
    by_distance = interval_set.nominal is None or interval_set.nominal.unit == "m"
    value, unit = (rep.from_median_s, "s") if by_distance else (rep.from_median_m, "m")
    is_uniform = interval_set.kind in ("reps", "pairs") and len(interval_set.reps) > 1
    deviation = f"{round(value):+d} {unit}" if np.isfinite(value) and is_uniform else ""
    recovered_bpm = rep.heart_rate_recovery_bpm
    return (
        str(rep.number),
        " ".join(description) + question_mark,
        format_known(rep.metres, "{:.0f}") + ("*" if is_off_nominal else ""),
        format_duration(rep.seconds),
        units.format_pace(rep.speed_mps).partition(" ")[0],
        format_known(rep.cadence_spm, "{:.0f}"),
        format_known(rep.step_length_m, "{:.2f}"),
        format_known(rep.steps, "{:.0f}"),
        format_known(rep.heart_rate_bpm, "{:.0f}"),
        format_known(rep.heart_rate_max_bpm, "{:.0f}"),
        f"{round(-recovered_bpm):+d}" if np.isfinite(recovered_bpm) else "",
        recovery,
        deviation,
    )


def _format_statistics(statistics: SetStatistics, units: Units) -> str:
    def text(value: float) -> str:
        if statistics.figure == "seconds":
            return format_duration(value)
        return f"{value:.0f} m" if statistics.figure == "metres" else units.format_pace(value)

    if statistics.count < 2:
        return f"{statistics.direction}: {text(statistics.mean)}"
    parts = [f"mean {text(statistics.mean)}", f"best {text(statistics.best)} (rep {statistics.best_rep})"]
    parts += [f"worst {text(statistics.worst)} (rep {statistics.worst_rep})", f"spread {100 * statistics.spread:.1f} %"]
    if np.isfinite(statistics.fade):
        unit = {"seconds": "s", "metres": "m", "speed_mps": "m/s"}[statistics.figure]
        digits = 3 if unit == "m/s" else 1
        parts.append(f"{statistics.fade:+.{digits}f} ± {statistics.fade_error:.{digits}f} {unit} from rep to rep")
    return f"{statistics.direction}: {', '.join(parts)}"


def _build_comparison_table(comparisons: Sequence[Comparison]) -> TextTable:
    rows = []
    for comparison in comparisons:
        for forward, backward, ratios in comparison.pairs:
            times = [format_duration(forward.seconds), format_duration(backward.seconds)]
            rows.append((f"{comparison.length}, {backward.number}", *times, *_format_ratios(ratios)))
        medians = [np.median([rep.seconds for rep in reps]) for reps in (comparison.forward, comparison.backward)]
        times = [format_duration(float(median_s)) for median_s in medians]
        name = f"{comparison.length}, {'together' if comparison.pairs else 'medians'}"
        rows.append((name, *times, *_format_ratios(comparison.overall)))
    names = ("", "forward", "backward", "time", "speed", "cadence", "step", "steps", "heart rate")
    return TextTable("backward : forward", names, tuple(rows)).drop_empty_columns()


def _format_ratios(ratios: DirectionRatios) -> tuple[str, ...]:
    columns = (ratios.seconds, ratios.speed_mps, ratios.cadence_spm, ratios.step_length_m, ratios.steps)
    return (*(format_known(value, "{:.2f}") for value in columns), format_known(ratios.heart_rate_bpm, "{:+.0f} bpm"))


def _build_quarter_mile_table(tests: Sequence[QuarterMileTest]) -> TextTable:
    rows = []
    for test in tests:
        verdict = "too close to call" if test.is_close else "under twice" if test.is_passed else "not under twice"
        times_s = (test.forward.start_s, test.forward.seconds, test.rest_s, test.backward.seconds)
        ratio = f"{test.ratio:.2f} ± {test.ratio_error:.2f}"
        rows.append((*(format_duration(time_s) for time_s in times_s), ratio, verdict))
    names = ("from", "forward", "rest", "backward", "ratio", "verdict")
    return TextTable("quarter mile", names, tuple(rows), (0, 5))


def _build_curve_table(curve: Sequence[BestEffort], units: Units) -> TextTable:
    efforts_by_target: dict[tuple[str, float], dict[str, BestEffort]] = {}
    for best_effort in curve:
        target = best_effort.seconds if best_effort.by == "time" else best_effort.metres
        efforts_by_target.setdefault((best_effort.by, target), {})[best_effort.direction] = best_effort
    rows = []
    for kind, target in sorted(
        efforts_by_target, key=lambda kind_target: (kind_target[0] == "distance", kind_target[1])
    ):
        efforts = efforts_by_target[kind, target]
        cells = []
        for direction in ("forward", "backward"):
            effort = efforts.get(direction)
            if effort is None:
                cells += ["", ""]
                continue
            result = f"{effort.metres:.0f} m" if kind == "time" else format_duration(effort.seconds)
            cells += [result, units.format_pace(effort.speed_mps)]
        has_both = len(efforts) == 2
        ratio = f"{efforts['backward'].speed_mps / efforts['forward'].speed_mps:.2f}" if has_both else ""
        rows.append((_format_target(kind, target), *cells, ratio))
    names = ("best", "forward", "", "backward", "", "speed")
    return TextTable("pace curve", names, tuple(rows))


def _format_target(kind: str, target: float) -> str:
    if kind == "time":
        return f"{target:.0f} s" if target < 60.0 else f"{target / 60.0:.0f} min"
    return "1 mile" if abs(target - MILE_M) < 1.0 else f"{target:.0f} m"


def _build_plan_table(intervals: Intervals) -> TextTable:
    rows = []
    for number, outcome in enumerate(intervals.step_outcomes, 1):
        result = outcome.result
        share = f"{100.0 * result.ratio:.0f} %" if result is not None and np.isfinite(result.ratio) else ""
        times = ("", "") if result is None else (format_duration(result.start_s), format_done(result))
        rows.append((str(number), str(outcome.step), *times, share, outcome.status))
    counts = Counter(outcome.status for outcome in intervals.step_outcomes)
    summary = ", ".join(f"{counts[word]} {word}" for word in ("missed", "short", "long", "extra") if counts[word])
    names = ("#", "planned", "from", "done", "of plan", "")
    return TextTable("planned against done", names, tuple(rows), (0, 1, 5), (summary or "all done as planned",))


def build_sessions_table(sessions: Sequence[Intervals], units: Units) -> TextTable:
    """Return a table with one interval session per row, without columns that are empty for all of them."""
    names = ("date", "file", "sets", "backward work", "quarter mile")
    rows = tuple(_format_session_row(session, units) for session in sessions)
    return TextTable("", names, rows, (0, 1, 2)).drop_empty_columns()


def _format_session_row(intervals: Intervals, units: Units) -> tuple[str, ...]:
    start = intervals.cleaned.start_time
    reps = [rep for interval_set in intervals.sets for rep in interval_set.reps if rep.direction == "backward"]
    backward_work = _format_distance(sum(rep.metres for rep in reps), units) if reps else ""
    ratios = ", ".join(f"{test.ratio:.2f}" for test in intervals.quarter_miles)
    date = "" if start is None else f"{start:%Y-%m-%d}"
    return (date, intervals.analysis.activity.source.path, format_structure_line(intervals), backward_work, ratios)


def _format_distance(metres: float, units: Units) -> str:
    return f"{metres:.0f} m" if metres < units.metres else units.format_distance(metres)
