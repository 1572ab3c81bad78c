"""A season's progress as tables and lines: periods, ratio, bests, goals, and what stands out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retropace.core.units import Units, format_duration
from retropace.output.tables.energy import format_kilocalories
from retropace.output.tables.text_table import TextTable
from retropace.season.goal_progress import GoalProgress
from retropace.season.periods import PeriodStats
from retropace.season.progress import Progress
from retropace.season.trend import Trend


@dataclass(frozen=True, slots=True)
class RunnerProfile:
    """What is known of a runner besides what they ran; None is unknown."""

    weight_kg: float | None = None
    """Energy is shown if it is known."""
    max_heart_rate_bpm: float | None = None
    """Heart rates are shown as a share of it too."""


PathFormatter = Callable[[str], str]
"""Turns the place of a file into what a person wants to read."""
OPTIONAL_COLUMNS = ("steps", "step", "cadence", "heart rate", "share", "energy", "sessions")
"""What a narrow page does without, first things first."""
KCAL_STEP = 10
"""Energy is known to no more than this."""


def build_progress_tables(
    progress: Progress,
    units: Units,
    format_path: PathFormatter,
    runner: RunnerProfile,
    *,
    max_periods: int | None = None,
) -> list[TextTable]:
    """Everything there is to say, as tables; of the periods only the latest ``most``, if that is given."""
    sheets = [
        build_periods_table(progress, units, runner, max_periods),
        build_ratio_table(progress),
        build_goals_table(progress.goal_progress),
        build_bests_table(progress, units, format_path),
        build_milestones_table(progress, units, format_path),
        build_outliers_table(progress, format_path),
    ]
    return [sheet for sheet in sheets if sheet.rows or sheet.footer]


def build_periods_table(progress: Progress, units: Units, runner: RunnerProfile, max_periods: int | None) -> TextTable:
    """A row for each direction of each week or month in which something was run, and the sum of all."""
    names = (
        *(f"{progress.per} from", "direction", "sessions", "distance", "share", "time", "pace", "cadence", "step"),
        *("heart rate", "steps", "energy"),
    )
    rows: list[tuple[str, ...]] = []
    tones: list[str] = []
    periods = list(zip(progress.periods, progress.period_stats, strict=True))[-(max_periods or len(progress.periods)) :]
    for period, figures in periods:
        first = f"{period.first:%Y-%m-%d}" if progress.per == "week" else f"{period.first:%Y-%m}"
        for direction in ("forward", "backward"):
            if figures[direction].sessions:
                rows.append((first, direction, *_format_period_stats(figures[direction], units, runner)))
                tones.append("" if direction == "forward" else direction)
                first = ""
    if rows and len(progress.periods) > 1:
        for at, direction in enumerate(("forward", "backward")):
            whole = _format_period_stats(progress.season_stats[direction], units, runner)
            rows.append(("" if at else "all", direction, *whole))
            tones.append("whole")
    left_out = len(progress.periods) - len(periods)
    below = (f"{left_out} earlier {progress.per}s are not shown: --all shows them",) if left_out else ()
    return TextTable("", names, tuple(rows), (0, 1), below, tuple(tones), OPTIONAL_COLUMNS).drop_empty_columns()


def _format_period_stats(stats: PeriodStats, units: Units, runner: RunnerProfile) -> tuple[str, ...]:
    weight_kg, most_bpm = runner.weight_kg, runner.max_heart_rate_bpm
    beats = f"{stats.heart_rate_bpm:.0f} bpm" if math.isfinite(stats.heart_rate_bpm) else ""
    if beats and most_bpm is not None:
        beats += f" ({100.0 * stats.heart_rate_bpm / most_bpm:.0f} %)"
    low, high = stats.energy_low_kcal_per_kg, stats.energy_high_kcal_per_kg
    energy = (
        "" if weight_kg is None or not high > 0.0 else format_kilocalories(low * weight_kg, high * weight_kg, KCAL_STEP)
    )
    return (
        str(stats.sessions),
        units.format_distance(stats.distance_m) if stats.distance_m > 0.0 else "",
        f"{100.0 * stats.share:.0f} %" if math.isfinite(stats.share) else "",
        format_duration(stats.moving_s),
        units.format_pace(stats.speed_mps) if math.isfinite(stats.speed_mps) else "",
        f"{stats.cadence_spm:.0f} spm" if math.isfinite(stats.cadence_spm) else "",
        f"{stats.step_length_m:.2f} m" if math.isfinite(stats.step_length_m) else "",
        beats,
        f"{stats.steps:.0f}" if stats.steps > 0.0 else "",
        energy,
    )


def build_ratio_table(progress: Progress) -> TextTable:
    """Backward speed beside forward, its trend, the change from walking to running, and how steep the week is."""
    lines = []
    ratios, trend, ramp = progress.speed_ratios, progress.trend, progress.load_increase
    if trend is not None:
        lines += format_trend_lines(trend)
    elif len(ratios.ratio):
        gait = {"run": "running", "walk": "walking"}[ratios.gait]
        lines.append(
            f"{gait} backward at {float(ratios.ratio[-1]):.2f} of the forward speed, last; "
            "a trend needs five sessions over two weeks"
        )
    for one in progress.transitions:
        if one.direction == "backward":
            lines.append(
                f"backward, walking becomes running at {3.6 * one.speed_mps:.1f} km/h "
                f"({one.speed_mps:.2f} m/s); {100.0 * one.run_share:.0f} % of the time is run"
            )
    if ramp.is_steep:
        lines.append(
            f"! {format_duration(ramp.recent_s)} backward in the last seven days, {ramp.ratio:.1f} times the mean of the four "
            f"weeks before ({format_duration(ramp.baseline_s)}): more than 1.5 times is a steep rise"
        )
    return TextTable("backward : forward", footer=tuple(lines))


def format_trend_lines(trend: Trend) -> list[str]:
    """The trend in words, with how sure it is."""
    gait = {"run": "running", "walk": "walking"}[trend.gait]
    change, low, high = (100.0 * one for one in (trend.per_week, trend.low_per_week, trend.high_per_week))
    sure = "" if trend.is_significant else "; that may be chance"
    first = f"{gait} backward at {trend.first_ratio:.2f} of the forward speed at first, {trend.last_ratio:.2f} now"
    sessions = f"{trend.sessions} sessions over {trend.weeks:.0f} weeks, 95 %"
    return [first, f"{change:+.2f} % a week, between {low:+.2f} and {high:+.2f} ({sessions}){sure}"]


def build_goals_table(goals: Sequence[GoalProgress]) -> TextTable:
    """How far each goal is."""
    rows = tuple((str(one.goal), _format_goal_progress(one), _format_streak(one)) for one in goals)
    return TextTable("goals", ("goal", "so far", "in a row"), rows, (0, 1, 2)) if rows else TextTable()


def _format_goal_progress(goal_progress: GoalProgress) -> str:
    goal = goal_progress.goal
    parts = []
    if goal.sessions is not None:
        parts.append(f"{goal_progress.sessions} of {goal.sessions} sessions")
    else:
        if goal.minutes is not None:
            parts.append(f"{goal_progress.minutes:.0f} of {goal.minutes:g} minutes")
        if goal.km is not None:
            parts.append(f"{goal_progress.km:.1f} of {goal.km:g} km")
    return f"{', '.join(parts)} this {goal.per}{', met' if goal_progress.is_met else ''}"


def _format_streak(goal_progress: GoalProgress) -> str:
    per = goal_progress.goal.per
    now = f"{goal_progress.streak} {per}{'s' * (goal_progress.streak != 1)}"
    return now if goal_progress.best_streak <= goal_progress.streak else f"{now}, best {goal_progress.best_streak}"


def build_bests_table(progress: Progress, units: Units, format_path: PathFormatter) -> TextTable:
    """The best of each direction over each usual time and distance, with when and where."""
    rows, tones = [], []
    for one in progress.season.bests:
        asked = format_duration(one.target) if one.kind == "time" else _format_length(one.target)
        took = f"{one.metres:.0f} m" if one.kind == "time" else _format_seconds(one.seconds)
        sure = "?" if one.basis == "suspected" else ""
        rows.append(
            (
                one.direction + sure,
                asked,
                took,
                units.format_pace(one.metres / one.seconds),
                f"{progress.days[one.row]:%Y-%m-%d}",
                format_path(progress.season.files[one.row]),
            )
        )
        tones.append("" if one.direction == "forward" else one.direction)
    below = ("? is suspected, nobody marked it",) if any(row[0].endswith("?") for row in rows) else ()
    names = ("bests", "over", "", "pace", "day", "file")
    return TextTable("", names, tuple(rows), (0, 5), below, tuple(tones), ("file",)) if rows else TextTable()


def build_milestones_table(progress: Progress, units: Units, format_path: PathFormatter) -> TextTable:
    """What was reached when."""
    rows = []
    for one in progress.milestones:
        metres = _format_length(one.metres) if math.isfinite(one.metres) else ""
        words = {
            "first": "first time backward",
            "in all": f"{metres} backward in all",
            "at once": f"{metres} backward without a break",
            "quarter mile": f"quarter mile backward in under twice the forward time ({one.value:.2f})",
            "longest": f"longest backward stretch so far: {units.format_distance(one.metres)} in {format_duration(one.value)}",
        }[one.kind]
        rows.append((f"{one.day:%Y-%m-%d}", words, format_path(progress.season.files[one.row])))
    return (
        TextTable("reached", ("day", "", "file"), tuple(rows), (0, 1, 2), optional_columns=("file",))
        if rows
        else TextTable()
    )


def build_outliers_table(progress: Progress, format_path: PathFormatter) -> TextTable:
    """Activities that do not fit the runner, and why."""
    rows = tuple(
        (f"{progress.days[one.row]:%Y-%m-%d}", "; ".join(one.reasons), format_path(progress.season.files[one.row]))
        for one in progress.outliers
    )
    title = "not like you: another's watch, or a ride? They count; 'retropace library forget' takes one out"
    return TextTable(title, ("day", "why", "file"), rows, (0, 1, 2), optional_columns=("day",)) if rows else TextTable()


def _format_length(metres: float) -> str:
    if abs(metres - 1609.344) < 0.01:
        return "1 mile"
    return f"{round(metres / 1000.0, 1):g} km" if metres >= 1000.0 else f"{metres:g} m"


def _format_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60.0 else format_duration(seconds)
