"""The tables of what was learned of an athlete."""

from retropace.core.units import Units, format_count, format_duration, format_known
from retropace.labelling.athlete import Athlete
from retropace.labelling.athlete_stats import compute_expectations, compute_means
from retropace.output.tables.text_table import TextTable


def build_athlete_tables(athlete: Athlete, units: Units) -> list[TextTable]:
    """Return tables of the learned runner model, its predictions for the next session, and the sessions behind it."""
    means = tuple(
        (
            f"{mean.direction} {mean.gait}",
            str(mean.stretch_count),
            format_duration(mean.duration_s),
            units.format_pace(mean.speed_mps),
            format_known(mean.cadence_spm, "{:.0f} spm"),
            format_known(mean.step_length_m, "{:.2f} m"),
            format_known(mean.steady_state_hr_bpm, "{:.0f} bpm"),
        )
        for mean in compute_means(athlete)
    )
    expectations = []
    for fact in compute_expectations(athlete):
        value, spread = f"{fact.value:.0f} {fact.unit}", f"{fact.sd:.0f}"
        if fact.unit == "m/s":
            value, spread = units.format_pace(fact.value), f"to {units.format_pace(fact.value - fact.sd)}"
        expectations.append((fact.name, value, spread))
    sessions = tuple(
        (
            str(number),
            "" if session.start_time is None else f"{session.start_time:%Y-%m-%d}",
            str(len(session.examples)),
            format_duration(sum(example.duration_s for example in session.examples)),
            session.source,
        )
        for number, session in enumerate(athlete.sessions, start=1)
    )
    return [
        TextTable(f"{athlete.name}: {format_count(len(athlete.sessions), 'session')}"),
        TextTable("", ("learned", "stretches", "time", "pace", "cadence", "step", "heart rate"), means),
        TextTable("", ("expected next time", "", "give or take"), tuple(expectations)),
        TextTable("", ("#", "date", "stretches", "time", "from"), sessions, (0, 1, 4)),
    ]
