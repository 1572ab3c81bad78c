"""Test of whether a plan can fit an activity at all, before it is aligned."""

from retropace.annotations.model.plan import Item, Plan, PlanStep, count_steps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.units import format_duration


def precheck(plan: Plan, cleaned: CleanedActivity) -> str:
    """Return why a plan cannot fit, judged by its total time, distance and number of steps; empty if it may fit."""
    planned_s, planned_m = _sum_planned(plan.items)
    total_m, total = float(cleaned.curves["distance_m"][-1]), format_duration(cleaned.elapsed_s)
    if planned_s > 1.6 * cleaned.elapsed_s + 60.0:
        return f"its timed steps alone take {format_duration(planned_s)}, the activity lasts {total}"
    if cleaned.distance_source == "none" and planned_m > 0.0:
        return "it has steps by distance, and the recording holds none"
    if planned_m > 1.6 * total_m + 100.0:
        return f"its steps by distance alone are {planned_m:.0f} m, the activity is {total_m:.0f} m long"
    if count_steps(plan.items) * 3.0 > cleaned.elapsed_s:
        return f"it has {count_steps(plan.items)} steps, the activity lasts {total}"
    return ""


def _sum_planned(items: tuple[Item, ...]) -> tuple[float, float]:
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, PlanStep):
            item_s, item_m = item.seconds or 0.0, item.metres or 0.0
        else:
            item_s, item_m = (item.count * total for total in _sum_planned(item.body))
        seconds, metres = seconds + item_s, metres + item_m
    return seconds, metres
