"""Tables of a season (all activities of a runner): weeks or months, speed ratio, goals, bests, milestones, outliers."""

import math
from collections.abc import Callable, Sequence

from retropace.core.units import MILE_M, Units, format_count, format_duration, format_known
from retropace.output.tables.energy import format_kilocalories
from retropace.output.tables.text_table import TextTable
from retropace.season.goal_progress import GoalProgress
from retropace.season.periods import PeriodStats
from retropace.season.progress import Progress

_GERUNDS = {"run": "running", "walk": "walking"}
"""The gaits in words."""
PathFormatter = Callable[[str], str]
"""A function that turns a file's path into the text shown for it."""
OPTIONAL_COLUMNS = ("steps", "step", "cadence", "heart rate", "share", "energy", "sessions")
"""Headers of the columns of weeks or months that are dropped, in this order, until the table fits the output."""
KCAL_STEP = 10
"""Multiple (kcal) to which the lower energy of a week or month is rounded down, and the upper one up."""


def build_progress_tables(progress: Progress, units: Units, format_path: PathFormatter) -> list[TextTable]:
    """Return all tables of a season, except that of weeks or months, in reading order; empty ones are left out."""
    tables = [
        build_ratio_table(progress),
        build_goals_table(progress.goal_progress),
        build_bests_table(progress, units, format_path),
        build_milestones_table(progress, units, format_path),
        build_outliers_table(progress, format_path),
    ]
    return [table for table in tables if table.rows or table.footer]


def build_periods_table(
    progress: Progress, units: Units, weight_kg: float | None, max_bpm: float | None, max_periods: int | None
) -> TextTable:
    """Return a table with a row per direction of the latest ``max_periods`` weeks or months (None: all), and totals."""
    names = (
        *(f"{progress.per} from", "direction", "sessions", "distance", "share", "time", "pace", "cadence", "step"),
        *("heart rate", "steps", "energy"),
    )
    rows: list[tuple[str, ...]] = []
    row_styles: list[str] = []
    periods = list(zip(progress.periods, progress.period_stats, strict=True))[-(max_periods or len(progress.periods)) :]
    for period, stats_by_direction in periods:
        start = f"{period.first:%Y-%m-%d}" if progress.per == "week" else f"{period.first:%Y-%m}"
        for direction in ("forward", "backward"):
            if stats_by_direction[direction].sessions:
                cells = _format_period_stats(stats_by_direction[direction], units, weight_kg, max_bpm)
                rows.append((start, direction, *cells))
                row_styles.append("" if direction == "forward" else direction)
                start = ""
    if rows and len(progress.periods) > 1:
        for index, direction in enumerate(("forward", "backward")):
            totals = _format_period_stats(progress.season_stats[direction], units, weight_kg, max_bpm)
            rows.append(("" if index else "all", direction, *totals))
            row_styles.append("whole")
    hidden_count = len(progress.periods) - len(periods)
    footer = (f"{hidden_count} earlier {progress.per}s are not shown: --all shows them",) if hidden_count else ()
    return TextTable("", names, tuple(rows), (0, 1), footer, tuple(row_styles), OPTIONAL_COLUMNS).drop_empty_columns()


def _format_period_stats(
    stats: PeriodStats, units: Units, weight_kg: float | None, max_bpm: float | None
) -> tuple[str, ...]:
    heart_rate = format_known(stats.heart_rate_bpm, "{:.0f} bpm")
    if heart_rate and max_bpm is not None:
        heart_rate += f" ({100.0 * stats.heart_rate_bpm / max_bpm:.0f} %)"
    energy, low, high = "", stats.energy_low_kcal_per_kg, stats.energy_high_kcal_per_kg
    if weight_kg is not None and high > 0.0:
        energy = format_kilocalories(low * weight_kg, high * weight_kg, KCAL_STEP)
    return (
        str(stats.sessions),
        units.format_distance(stats.distance_m) if stats.distance_m > 0.0 else "",
        format_known(100.0 * stats.share, "{:.0f} %"),
        format_duration(stats.moving_s),
        units.format_pace(stats.speed_mps) if math.isfinite(stats.speed_mps) else "",
        format_known(stats.cadence_spm, "{:.0f} spm"),
        format_known(stats.step_length_m, "{:.2f} m"),
        heart_rate,
        f"{stats.steps:.0f}" if stats.steps > 0.0 else "",
        energy,
    )


def build_ratio_table(progress: Progress) -> TextTable:
    """Return lines on the speed ratio and its trend, the change from walking to running, and a steep rise of load."""
    lines = []
    speed_ratios, trend, load_increase = progress.speed_ratios, progress.trend, progress.load_increase
    if trend is not None:
        percents = (100.0 * share for share in (trend.per_week, trend.low_per_week, trend.high_per_week))
        change, low, high = (f"{percent:+.2f}" for percent in percents)
        ratios = f"{trend.first_ratio:.2f} of the forward speed at first, {trend.last_ratio:.2f} now"
        sessions = f"{trend.sessions} sessions over {trend.weeks:.0f} weeks, 95 %"
        lines.append(f"{_GERUNDS[trend.gait]} backward at {ratios}")
        caveat = "" if trend.is_significant else "; that may be chance"
        lines.append(f"{change} % a week, between {low} and {high} ({sessions}){caveat}")
    elif len(speed_ratios.ratio):
        ratio = f"{_GERUNDS[speed_ratios.gait]} backward at {float(speed_ratios.ratio[-1]):.2f} of the forward speed"
        lines.append(f"{ratio}, last; a trend needs five sessions over two weeks")
    for transition in progress.transitions:
        if transition.direction == "backward":
            lines.append(
                f"backward, walking becomes running at {3.6 * transition.speed_mps:.1f} km/h "
                f"({transition.speed_mps:.2f} m/s); {100.0 * transition.run_share:.0f} % of the time is run"
            )
    if load_increase.is_steep:
        lines.append(
            f"! {format_duration(load_increase.recent_s)} backward in the last seven days, "
            f"{load_increase.ratio:.1f} times the mean of the four weeks before "
            f"({format_duration(load_increase.baseline_s)}): more than 1.5 times is a steep rise"
        )
    return TextTable("backward : forward", footer=tuple(lines))


def build_goals_table(goals: Sequence[GoalProgress]) -> TextTable:
    """Return a table with one row per goal: progress in the current period, and the streak of periods that met it."""
    rows = []
    for progress in goals:
        goal, done = progress.goal, []
        if goal.sessions is not None:
            done.append(f"{progress.sessions} of {goal.sessions} sessions")
        else:
            if goal.minutes is not None:
                done.append(f"{progress.minutes:.0f} of {goal.minutes:g} minutes")
            if goal.km is not None:
                done.append(f"{progress.km:.1f} of {goal.km:g} km")
        streak = format_count(progress.streak, goal.per)
        if progress.best_streak > progress.streak:
            streak += f", best {progress.best_streak}"
        rows.append((str(goal), f"{', '.join(done)} this {goal.per}{', met' if progress.is_met else ''}", streak))
    return TextTable("goals", ("goal", "so far", "in a row"), tuple(rows), (0, 1, 2))


def build_bests_table(progress: Progress, units: Units, format_path: PathFormatter) -> TextTable:
    """Return a table of the best effort per direction, standard duration and distance, with pace, day and file."""
    rows, row_styles = [], []
    for best in progress.season.bests:
        if best.kind == "time":
            target, result = format_duration(best.target), f"{best.metres:.0f} m"
        else:
            target = _format_length(best.target)
            result = f"{best.seconds:.1f} s" if best.seconds < 60.0 else format_duration(best.seconds)
        direction = best.direction + ("?" if best.basis == "suspected" else "")
        pace, day = units.format_pace(best.metres / best.seconds), f"{progress.days[best.row]:%Y-%m-%d}"
        rows.append((direction, target, result, pace, day, format_path(progress.season.files[best.row])))
        row_styles.append("" if best.direction == "forward" else best.direction)
    footer = ("? is suspected, nobody marked it",) if any(row[0].endswith("?") for row in rows) else ()
    names = ("bests", "over", "", "pace", "day", "file")
    return TextTable("", names, tuple(rows), (0, 5), footer, tuple(row_styles), ("file",))


def build_milestones_table(progress: Progress, units: Units, format_path: PathFormatter) -> TextTable:
    """Return a table of milestones (such as 5 km backward in all), the day of each, and the activity's file."""
    rows = []
    for milestone in progress.milestones:
        distance = _format_length(milestone.metres) if math.isfinite(milestone.metres) else ""
        longest = f"{units.format_distance(milestone.metres)} in {format_duration(milestone.value)}"
        description = {
            "first": "first time backward",
            "in all": f"{distance} backward in all",
            "at once": f"{distance} backward without a break",
            "quarter mile": f"quarter mile backward in under twice the forward time ({milestone.value:.2f})",
            "longest": f"longest backward stretch so far: {longest}",
        }[milestone.kind]
        rows.append((f"{milestone.day:%Y-%m-%d}", description, format_path(progress.season.files[milestone.row])))
    return TextTable("reached", ("day", "", "file"), tuple(rows), (0, 1, 2), optional_columns=("file",))


def build_outliers_table(progress: Progress, format_path: PathFormatter) -> TextTable:
    """Return a table of activities whose figures do not fit the runner's others, with the reasons."""
    rows = []
    for outlier in progress.outliers:
        day, file = f"{progress.days[outlier.row]:%Y-%m-%d}", format_path(progress.season.files[outlier.row])
        rows.append((day, "; ".join(outlier.reasons), file))
    title = "not like you: another's watch, or a ride? They count; 'retropace library forget' takes one out"
    return TextTable(title, ("day", "why", "file"), tuple(rows), (0, 1, 2), optional_columns=("day",))


def _format_length(metres: float) -> str:
    if abs(metres - MILE_M) < 0.01:
        return "1 mile"
    return f"{round(metres / 1000.0, 1):g} km" if metres >= 1000.0 else f"{metres:g} m"
