"""A season's progress as tables and lines: periods, ratio, bests, goals, and what stands out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retropace.core.units import Units, clock
from retropace.output.tables.energy import kilocalories
from retropace.output.tables.text_table import Sheet
from retropace.season.goal_progress import Reached
from retropace.season.periods import Figures
from retropace.season.progress import Progress
from retropace.season.trend import Trend


@dataclass(frozen=True, slots=True)
class Runner:
    """What is known of a runner besides what they ran; None is unknown."""

    weight_kg: float | None = None
    """Energy is shown if it is known."""
    max_heart_rate_bpm: float | None = None
    """Heart rates are shown as a share of it too."""


Shown = Callable[[str], str]
"""Turns the place of a file into what a person wants to read."""
SPARE = ("steps", "step", "cadence", "heart rate", "share", "energy", "sessions")
"""What a narrow page does without, first things first."""
KCAL_STEP = 10
"""Energy is known to no more than this."""


def progress_sheets(
    progress: Progress, units: Units, shown: Shown, runner: Runner, *, most: int | None = None
) -> list[Sheet]:
    """Everything there is to say, as tables; of the periods only the latest ``most``, if that is given."""
    sheets = [
        periods_sheet(progress, units, runner, most),
        ratio_sheet(progress),
        goals_sheet(progress.goals),
        bests_sheet(progress, units, shown),
        milestones_sheet(progress, units, shown),
        odd_sheet(progress, shown),
    ]
    return [sheet for sheet in sheets if sheet.rows or sheet.below]


def periods_sheet(progress: Progress, units: Units, runner: Runner, most: int | None) -> Sheet:
    """A row for each direction of each week or month in which something was run, and the sum of all."""
    names = (
        *(f"{progress.per} from", "direction", "sessions", "distance", "share", "time", "pace", "cadence", "step"),
        *("heart rate", "steps", "energy"),
    )
    rows: list[tuple[str, ...]] = []
    tones: list[str] = []
    periods = list(zip(progress.periods, progress.figures, strict=True))[-(most or len(progress.periods)) :]
    for period, figures in periods:
        first = f"{period.first:%Y-%m-%d}" if progress.per == "week" else f"{period.first:%Y-%m}"
        for direction in ("forward", "backward"):
            if figures[direction].sessions:
                rows.append((first, direction, *_figures(figures[direction], units, runner)))
                tones.append("" if direction == "forward" else direction)
                first = ""
    if rows and len(progress.periods) > 1:
        for at, direction in enumerate(("forward", "backward")):
            whole = _figures(progress.whole[direction], units, runner)
            rows.append(("" if at else "all", direction, *whole))
            tones.append("whole")
    left_out = len(progress.periods) - len(periods)
    below = (f"{left_out} earlier {progress.per}s are not shown: --all shows them",) if left_out else ()
    return Sheet("", names, tuple(rows), (0, 1), below, tuple(tones), SPARE).without_empty_columns()


def _figures(figures: Figures, units: Units, runner: Runner) -> tuple[str, ...]:
    weight_kg, most_bpm = runner.weight_kg, runner.max_heart_rate_bpm
    beats = f"{figures.heart_rate_bpm:.0f} bpm" if math.isfinite(figures.heart_rate_bpm) else ""
    if beats and most_bpm is not None:
        beats += f" ({100.0 * figures.heart_rate_bpm / most_bpm:.0f} %)"
    low, high = figures.energy_low_kcal_per_kg, figures.energy_high_kcal_per_kg
    energy = "" if weight_kg is None or not high > 0.0 else kilocalories(low * weight_kg, high * weight_kg, KCAL_STEP)
    return (
        str(figures.sessions),
        units.distance(figures.distance_m) if figures.distance_m > 0.0 else "",
        f"{100.0 * figures.share:.0f} %" if math.isfinite(figures.share) else "",
        clock(figures.moving_s),
        units.pace(figures.speed_mps) if math.isfinite(figures.speed_mps) else "",
        f"{figures.cadence_spm:.0f} spm" if math.isfinite(figures.cadence_spm) else "",
        f"{figures.step_length_m:.2f} m" if math.isfinite(figures.step_length_m) else "",
        beats,
        f"{figures.steps:.0f}" if figures.steps > 0.0 else "",
        energy,
    )


def ratio_sheet(progress: Progress) -> Sheet:
    """Backward speed beside forward, its trend, the change from walking to running, and how steep the week is."""
    lines = []
    ratios, trend, ramp = progress.ratios, progress.trend, progress.ramp
    if trend is not None:
        lines += trend_lines(trend)
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
            f"! {clock(ramp.last_s)} backward in the last seven days, {ramp.ratio:.1f} times the mean of the four "
            f"weeks before ({clock(ramp.before_s)}): more than 1.5 times is a steep rise"
        )
    return Sheet("backward : forward", below=tuple(lines))


def trend_lines(trend: Trend) -> list[str]:
    """The trend in words, with how sure it is."""
    gait = {"run": "running", "walk": "walking"}[trend.gait]
    change, low, high = (100.0 * one for one in (trend.per_week, trend.low_per_week, trend.high_per_week))
    sure = "" if trend.is_sure else "; that may be chance"
    first = f"{gait} backward at {trend.first_ratio:.2f} of the forward speed at first, {trend.last_ratio:.2f} now"
    sessions = f"{trend.sessions} sessions over {trend.weeks:.0f} weeks, 95 %"
    return [first, f"{change:+.2f} % a week, between {low:+.2f} and {high:+.2f} ({sessions}){sure}"]


def goals_sheet(goals: Sequence[Reached]) -> Sheet:
    """How far each goal is."""
    rows = tuple((str(one.goal), _done(one), _streak(one)) for one in goals)
    return Sheet("goals", ("goal", "so far", "in a row"), rows, (0, 1, 2)) if rows else Sheet()


def _done(one: Reached) -> str:
    goal = one.goal
    parts = []
    if goal.sessions is not None:
        parts.append(f"{one.sessions} of {goal.sessions} sessions")
    else:
        if goal.minutes is not None:
            parts.append(f"{one.minutes:.0f} of {goal.minutes:g} minutes")
        if goal.km is not None:
            parts.append(f"{one.km:.1f} of {goal.km:g} km")
    return f"{', '.join(parts)} this {goal.per}{', met' if one.is_met else ''}"


def _streak(one: Reached) -> str:
    per = one.goal.per
    now = f"{one.streak} {per}{'s' * (one.streak != 1)}"
    return now if one.best_streak <= one.streak else f"{now}, best {one.best_streak}"


def bests_sheet(progress: Progress, units: Units, shown: Shown) -> Sheet:
    """The best of each direction over each usual time and distance, with when and where."""
    rows, tones = [], []
    for one in progress.season.bests:
        asked = clock(one.asked) if one.kind == "time" else _length(one.asked)
        took = f"{one.metres:.0f} m" if one.kind == "time" else _tenths(one.seconds)
        sure = "?" if one.basis == "suspected" else ""
        rows.append(
            (
                one.direction + sure,
                asked,
                took,
                units.pace(one.metres / one.seconds),
                f"{progress.days[one.row]:%Y-%m-%d}",
                shown(progress.season.files[one.row]),
            )
        )
        tones.append("" if one.direction == "forward" else one.direction)
    below = ("? is suspected, nobody marked it",) if any(row[0].endswith("?") for row in rows) else ()
    names = ("bests", "over", "", "pace", "day", "file")
    return Sheet("", names, tuple(rows), (0, 5), below, tuple(tones), ("file",)) if rows else Sheet()


def milestones_sheet(progress: Progress, units: Units, shown: Shown) -> Sheet:
    """What was reached when."""
    rows = []
    for one in progress.milestones:
        metres = _length(one.metres) if math.isfinite(one.metres) else ""
        words = {
            "first": "first time backward",
            "in all": f"{metres} backward in all",
            "at once": f"{metres} backward without a break",
            "quarter mile": f"quarter mile backward in under twice the forward time ({one.value:.2f})",
            "longest": f"longest backward stretch so far: {units.distance(one.metres)} in {clock(one.value)}",
        }[one.kind]
        rows.append((f"{one.day:%Y-%m-%d}", words, shown(progress.season.files[one.row])))
    return Sheet("reached", ("day", "", "file"), tuple(rows), (0, 1, 2), spare=("file",)) if rows else Sheet()


def odd_sheet(progress: Progress, shown: Shown) -> Sheet:
    """Activities that do not fit the runner, and why."""
    rows = tuple(
        (f"{progress.days[one.row]:%Y-%m-%d}", "; ".join(one.why), shown(progress.season.files[one.row]))
        for one in progress.odd
    )
    title = "not like you: another's watch, or a ride? They count; 'retropace library forget' takes one out"
    return Sheet(title, ("day", "why", "file"), rows, (0, 1, 2), spare=("day",)) if rows else Sheet()


def _length(metres: float) -> str:
    if abs(metres - 1609.344) < 0.01:
        return "1 mile"
    return f"{round(metres / 1000.0, 1):g} km" if metres >= 1000.0 else f"{metres:g} m"


def _tenths(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60.0 else clock(seconds)
