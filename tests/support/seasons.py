"""A year of simulated sessions of one runner whose backward running gets better, in a library of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, parse_label
from retropace.core.activity import Activity
from retropace.labelling.athlete import Athlete as Known
from retropace.library import Input, Library
from retropace.library.batch.process_file import to_stored
from retropace.library.queries import link_duplicates
from retropace.library.store import StoredRecording
from retropace.simulate.athlete import SimulatedAthlete, draw_athlete
from retropace.simulate.kinds import draw_plain
from retropace.simulate.plan import PlannedStretch, backward, forward, rest
from retropace.simulate.session import simulate

FIRST = datetime(2025, 1, 6, 7, 0, tzinfo=UTC)
"""A Monday."""


def draw_season_plan(rng: np.random.Generator, effort: float) -> list[PlannedStretch]:
    """A short session: some minutes forward, a few of them backward, an easy end."""
    plan = [forward(seconds=float(rng.integers(180, 420)), effort=effort)]
    for _ in range(int(rng.integers(2, 5))):
        plan += [
            backward(seconds=float(rng.integers(60, 150)), effort=effort * float(rng.normal(1.0, 0.03))),
            rest(float(rng.integers(30, 60))),
        ]
    return [*plan, forward(seconds=float(rng.integers(120, 240)), effort=effort)]


def simulate_sessions(
    seed: int, count: int = 200, weeks: float = 52.0, improvement: float = 0.2
) -> list[tuple[Activity, list[Annotation]]]:
    """Sessions over so many weeks with what the runner marked.

    The log of the backward share rises by ``improvement`` from the first to the last day; from day to day it wanders
    by 3 %, as does the effort.
    """
    rng = np.random.default_rng(seed)
    athlete = draw_athlete(rng)
    athlete = replace(athlete, backward_speed_ratio=float(rng.uniform(0.55, 0.62)), fatigue_share_per_h=0.0)
    days = np.sort(rng.uniform(0.0, 7.0 * weeks, count))
    days[0], days[-1] = 0.0, 7.0 * weeks
    made = []
    for number, day in enumerate(days.tolist()):
        share = athlete.backward_speed_ratio * np.exp(improvement * day / (7.0 * weeks) + rng.normal(0.0, 0.03))
        today: SimulatedAthlete = replace(athlete, backward_speed_ratio=float(share))
        place, watch = draw_plain(rng)
        session = simulate(
            draw_season_plan(rng, float(rng.normal(1.0, 0.04))),
            athlete=today,
            place=place,
            watch=watch,
            start_time=FIRST + timedelta(days=day),
            name=f"{number:03d}",
            seed=int(rng.integers(2**32)),
        )
        edges, truth = session.truth.edges_s, session.truth
        marks = [
            Annotation(float(edges[at]), float(edges[at + 1]), parse_label("backward"))
            for at in range(len(edges) - 1)
            if str(truth.direction[at]) == "backward"
        ]
        sha256 = f"{seed:032x}{number:032x}"
        activity = replace(session.activity, source=replace(session.activity.source, sha256=sha256, format="fit"))
        made.append((activity, marks))
    return made


def fill_library(
    path: Path, made: list[tuple[Activity, list[Annotation]]], runner: str | None = None
) -> list[dict[str, object]]:
    """Analyse the sessions into a library; their documents."""
    documents = []
    known = None if runner is None else Known(runner)
    with Library(path) as library:
        settings = f"made for {runner}"
        library.describe_settings(settings, "made for a test")
        for activity, marks in made:
            kept = to_stored(analyze(activity, marks, athlete=known))
            documents.append(kept.document)
            place = f"/runs/{runner or 'nobody'}/{int(activity.source.sha256[32:], 16):03d}.fit"
            recording = StoredRecording(activity.source.sha256, "", 1, (kept,))
            library.save(Input(place, "stamp", settings, "analysed", recording=recording))
        link_duplicates(library)
    return documents
