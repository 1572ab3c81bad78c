"""The tables of an inspection: what a recording holds, its laps and workout steps, and how it can be annotated."""

from retropace.analysis.inspection import Inspection
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.units import Units, format_duration
from retropace.output.tables.text_table import TextTable


def build_inspection_tables(inspection: Inspection, units: Units) -> list[TextTable]:
    """Return a line per kind of content, the laps and workout steps if there are any, and the suggestions."""
    activity, cleaned = inspection.activity, inspection.cleaned
    gaps = f", {inspection.long_gap_count} gaps over 15 s" if inspection.long_gap_count else ""
    distance = units.format_distance(float(cleaned.curves["distance_m"][-1]))
    device_m = activity.device_totals.distance_m
    device_note = f"; the device says {units.format_distance(device_m)}" if device_m > 0.0 else ""
    intervals = f"{inspection.median_interval_s:g} s apart, longest {inspection.longest_gap_s:g} s{gaps}"
    shares = [f"{name} {100 * share:.0f} %" for name, share in inspection.column_shares.items() if share > 0]
    pauses = [f"{format_duration(start)}–{format_duration(end)}" for start, end in cleaned.pauses.tolist()]
    way = ""
    if (shape := inspection.route_shape) is not None:
        way = f"within {shape.length_m:.0f} × {shape.width_m:.0f} m, ends {shape.ends_apart_m:.0f} m apart"
    fields = {
        "records": f"{inspection.record_count}, {intervals}",
        "decoded": activity.source.decoding,
        "held": ", ".join(shares),
        "fields": ", ".join(activity.field_counts),
        "distance": f"{distance} from {cleaned.distance_source}{device_note}",
        "way": way,
        "pauses": ", ".join(pauses),
        "workout": activity.workout_name,
        "waypoints": ", ".join(waypoint.name or "unnamed" for waypoint in cleaned.waypoints),
    }
    contents = TextTable(footer=tuple(f"{name:<10} {text}" for name, text in fields.items() if text))
    suggestions = TextTable(footer=tuple(f"> {suggestion}" for suggestion in inspection.suggestions))
    parts = [table for table in (_build_laps_table(cleaned, units), _build_steps_table(cleaned)) if table.rows]
    return [contents, *parts, suggestions]


def _build_laps_table(cleaned: CleanedActivity, units: Units) -> TextTable:
    rows = []
    for number, lap in enumerate(cleaned.laps, 1):
        trigger = " ".join(part for part in (lap.trigger.replace("_", " ") or "not said", lap.intensity) if part)
        trigger += "" if lap.step_index is None else f", step {lap.step_index + 1}"
        start, end, timer = (format_duration(seconds) for seconds in (lap.start_s, lap.end_s, lap.timer_s))
        rows.append((str(number), start, end, trigger, units.format_distance(lap.distance_m), timer))
    return TextTable("", ("lap", "from", "to", "ended by", "distance", "timer"), tuple(rows), (0, 3))


def _build_steps_table(cleaned: CleanedActivity) -> TextTable:
    rows = []
    for step in cleaned.workout_steps:
        lengths = {"time": format_duration(step.duration), "distance": f"{step.duration:.0f} m"}
        if step.repeat_from is not None:
            lengths["repeat"] = f"{step.duration:.0f} times from step {step.repeat_from + 1}"
        length = lengths.get(step.duration_kind, "")
        rows.append((str(step.index + 1), step.name, step.note, step.intensity, length))
    return TextTable("", ("step", "name", "note", "intensity", "length"), tuple(rows), (0, 1, 2, 3))
