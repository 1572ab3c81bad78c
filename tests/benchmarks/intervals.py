"""How well interval sessions are understood: ``python -m tests.benchmarks.intervals [SEEDS]``, a minute on two cores.

Simulated sessions of every structured kind, given one annotated rep, or nothing where all is forward; the interval
sessions of the public recordings with and without their laps, and the other recordings, in which there is no structure;
stadiums; quarter miles around the line. Constants were chosen on seeds below 60; those from 1000 on were left alone.
"""

from __future__ import annotations

import csv
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.analysis.running_track.fit import RunningTrack, fit_running_track
from retropace.annotations import Annotation, Label, parse_sentence
from retropace.annotations.model.plan import PlanStep, Repeat
from retropace.cleaning.clean import clean_activity
from retropace.core.errors import RetropaceError
from retropace.core.geodesy import compute_distances_m
from retropace.intervals import Intervals, intervals_of
from retropace.readers import read_all
from retropace.simulate import (
    PlannedStretch,
    SimulatedAthlete,
    SimulatedPlace,
    SimulatedSession,
    Watch,
    backward,
    forward,
    rest,
    simulate,
    walk,
)
from retropace.simulate.kinds import FORWARD_KINDS, INTERVAL_KINDS, draw
from tests.benchmarks.timing import say
from tests.support.paths import CORPUS
from tests.support.simulated_labels import condition

STRUCTURED = (
    "reps",
    "quarter mile",
    "alternating",
    "beginner",
    *INTERVAL_KINDS,
    "strides",
    "run/walk",
    "recovery jogs",
)
UNSTRUCTURED = ("easy", "tempo", "stop and go", "stroll")
FASTER = 1.2
"""A lap of the public recordings is a rep if somebody ended it, and it is so much faster than both beside it."""
SHORTEST_S = 9.0

Lengths = list[tuple[str, float] | None]


@dataclass(frozen=True)
class Outcome:
    """What came of one simulated session."""

    kind: str
    seed: int
    set_kinds_right: bool
    counts_right: bool
    lengths_right: bool
    off_s: list[float]
    """By how much each true backward rep's time was missed; infinite where none was found."""

    @property
    def right(self) -> bool:
        """Whether the structure is as planned."""
        return self.set_kinds_right and self.counts_right and self.lengths_right


def planned(kind: str, sentence: str) -> list[tuple[str, Lengths]]:
    """The sets that a sentence plans: their kind, and the length of each rep (of each pair, once)."""
    sets: list[tuple[str, Lengths]] = []
    loose: Lengths = []
    for item in parse_sentence(sentence).items:
        if isinstance(item, Repeat):
            steps = [step for step in item.body if isinstance(step, PlanStep)]
            works = [step for step in steps if step.label.direction == "backward"] or steps[:1]
            length = _length(works[0])
            # A jog to recover on is no half of a pair, however long; these kinds recover.
            partners = [] if kind in ("reps", "two sets") else [step for step in steps if _is_partner(step, works[0])]
            sets.append(("pairs" if partners else "reps", [length] * item.count))
        elif item.label.direction == "backward":
            loose.append(_length(item))
    if loose:
        sets.append(("pyramid", loose))
    return sets


def _length(step: PlanStep) -> tuple[str, float]:
    return ("m", step.metres) if step.metres is not None else ("s", step.seconds or 0.0)


def _is_partner(step: PlanStep, work: PlanStep) -> bool:
    same_gait = (step.label.gait or "run") == (work.label.gait or "run")
    return (
        step.label.direction == "forward"
        and work.label.direction == "backward"
        and same_gait
        and (_length(step) == _length(work))
    )


def found_sets(found: Intervals) -> list[tuple[str, Lengths]]:
    """The sets that were found, in the same form."""
    sets: list[tuple[str, Lengths]] = []
    for one in found.sets:
        reps = [rep for rep in one.reps if one.kind != "pairs" or rep.direction == "backward"]
        lengths = one.nominals if one.kind != "pairs" else one.nominals[: len(reps)]
        sets.append((one.kind, [None if each is None else (each.unit, each.size) for each in lengths]))
    return sets


def outcome(task: tuple[str, int]) -> Outcome:
    """One simulated session, without its laps, which were pressed at the very edges of the truth."""
    kind, seed = task
    made = draw(kind, seed)
    found = intervals_of(condition(made, seed, "nothing" if kind in FORWARD_KINDS else "one rep"))
    want, got = ([] if kind in UNSTRUCTURED else planned(kind, made.sentence)), found_sets(found)
    counts = [len(lengths) for _, lengths in want] == [len(lengths) for _, lengths in got]
    truth = made.session.truth
    reps = [rep for one in found.sets for rep in one.reps if rep.direction == "backward"]
    off = [
        _off([(rep.start_s, rep.end_s) for rep in reps], float(start), float(end))
        for start, end, direction in zip(truth.edges_s[:-1], truth.edges_s[1:], truth.direction, strict=True)
        if direction == "backward"
    ]
    return Outcome(
        kind,
        seed,
        [name for name, _ in want] == [name for name, _ in got],
        counts,
        counts and all(one == other for (_, one), (_, other) in zip(want, got, strict=True)),
        off,
    )


def _off(spans: Sequence[tuple[float, float]], start_s: float, end_s: float) -> float:
    """By how much the length of the span that holds most of a true one is off; infinite if none holds half of it."""
    best = max(spans, key=lambda span: min(end_s, span[1]) - max(start_s, span[0]), default=(0.0, 0.0))
    if min(end_s, best[1]) - max(start_s, best[0]) <= 0.5 * (end_s - start_s):
        return np.inf
    return abs(best[1] - best[0] - (end_s - start_s))


def true_reps(rows: Sequence[dict[str, str]]) -> list[tuple[float, float]]:
    """The laps of a public recording that are reps."""
    found = []
    for before, lap, after in zip(rows[:-2], rows[1:-1], rows[2:], strict=True):
        speeds = [float(row["mean_speed_mps"] or 0.0) for row in (before, lap, after)]
        own = lap["boundary_at_end"].startswith("auto") or float(lap["timer_s"]) < SHORTEST_S
        if not own and speeds[1] > FASTER * max(speeds[0], speeds[2]):
            found.append((float(lap["start_s"]), float(lap["end_s"])))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def interval_sessions(corpus: Path, tier: str = "core") -> dict[str, list[dict[str, str]]]:
    """The rows of the interval sessions of one tier, by file."""
    sessions: dict[str, list[dict[str, str]]] = {}
    for row in _rows(corpus / "intervals.csv"):
        if row["tier"] == tier:
            sessions.setdefault(row["file"], []).append(row)
    return sessions


def recorded(corpus: Path, name: str, *, laps: bool) -> Intervals:
    """What is found in a public recording, with its laps or without."""
    activity = read_all(str(corpus / name))[0]
    return intervals_of(analyze(activity if laps else replace(activity, laps=())))


def other_recordings(corpus: Path) -> Iterator[tuple[str, Intervals]]:
    """Every session on foot of the public recordings that is none of the interval sessions."""
    known = {row["file"] for row in _rows(corpus / "intervals.csv")}
    for row in _rows(corpus / "catalog.csv"):
        if row["file"] in known or row["file"].startswith("bad/"):
            continue
        try:
            activities = read_all(str(corpus / row["file"]))
        except RetropaceError:
            continue
        for activity in activities:
            try:
                yield row["file"], intervals_of(analyze(activity))
            except RetropaceError:
                continue


def stadium_sessions() -> Iterator[tuple[SimulatedSession, SimulatedPlace, float]]:
    """Six times 400 m on a track: four ways to lie, three lanes, positions that are off by 1.5 to 3 m."""
    plan = [forward(seconds=420)]
    for _ in range(6):
        plan += [backward(metres=400), forward(seconds=120, effort=0.85)]
    plan.append(forward(seconds=120, effort=0.9))
    for number, (turned, lane, off_m) in enumerate(product((0.0, 35.0, 90.0, 140.0), (1, 2, 4), (1.5, 2.2, 3.0))):
        place = SimulatedPlace("track", 52.5, 13.3, lane=lane, rotation_deg=turned)
        watch = Watch(position_error_sd_m=off_m, position_correlation_time_s=20.0)
        yield simulate(plan, place=place, watch=watch, seed=number), place, off_m


def stadium_outcome(session: SimulatedSession) -> tuple[float, float, RunningTrack | None]:
    """By what share raw positions, and laps, miss the true distance, and the track as found from positions alone."""
    samples = session.activity.samples
    missing = np.full(len(samples), np.nan)
    activity = replace(session.activity, samples=replace(samples, distance_m=missing, speed_mps=missing), laps=())
    truth = sum(session.truth.distance_m.values())
    raw = float(np.nansum(compute_distances_m(samples.lat_deg, samples.lon_deg))) / truth - 1.0
    found = fit_running_track(clean_activity(activity))
    if found is None:
        return raw, np.nan, None
    return raw, float(found[1].curves["distance_m"][-1]) / truth - 1.0, found[0]


def quarter_mile_session(ratio: float, seed: int) -> tuple[SimulatedSession, float]:
    """A session with one quarter-mile test about so slow, laps pressed, and its true ratio."""
    rng = np.random.default_rng((9, seed))
    run_mps, effort = float(rng.uniform(2.6, 3.4)), float(rng.uniform(1.2, 1.4))
    athlete = SimulatedAthlete(run_mps=run_mps, backward_speed_ratio=effort / ratio)
    plan: list[PlannedStretch] = [forward(seconds=420), forward(metres=400, effort=effort)]
    plan += [rest(float(rng.integers(90, 150))), backward(metres=400), walk("forward", 120), forward(seconds=300)]
    place = SimulatedPlace(str(rng.choice(["track", "path"])), 52.5, 13.3)
    made = simulate(plan, athlete=athlete, place=place, watch=Watch(position_error_sd_m=2.0), seed=seed)
    took = np.diff(made.truth.edges_s)
    return made, float(took[3] / took[1])


def marked_backward(session: SimulatedSession) -> list[Annotation]:
    """The backward stretches of a session, marked."""
    truth = session.truth
    return [
        Annotation(float(start), float(end), Label("backward"))
        for start, end, direction in zip(truth.edges_s[:-1], truth.edges_s[1:], truth.direction, strict=True)
        if direction == "backward"
    ]


def simulated(seeds: range) -> None:
    """Sessions of every kind."""
    tasks = [(kind, seed) for kind in (*STRUCTURED, *UNSTRUCTURED) for seed in seeds]
    with multiprocessing.Pool(2) as pool:
        made = pool.map(outcome, tasks, chunksize=4)
    say(f"\n{len(seeds)} simulated sessions of every kind, from seed {seeds[0]} on")
    say(f"{'':16s}kind of set  count  lengths  structure   rep times within 2 s / 3 s")
    for kind in (*STRUCTURED, "structured", *UNSTRUCTURED):
        some = [one for one in made if one.kind == kind or (kind == "structured" and one.kind in STRUCTURED)]
        off = np.array([value for one in some for value in one.off_s])
        times = f"{np.mean(off <= 2.0):.3f} / {np.mean(off <= 3.0):.3f} of {len(off)}" if len(off) else ""
        shares = [
            float(np.mean([getattr(one, name) for one in some]))
            for name in ("set_kinds_right", "counts_right", "lengths_right", "right")
        ]
        say(f"{kind:16s}{shares[0]:11.3f}{shares[1]:7.3f}{shares[2]:9.3f}{shares[3]:11.3f}   {times}")


def public(corpus: Path) -> None:
    """The public recordings."""
    say("\ninterval sessions of the public recordings: reps, found without laps and with them, and how far off in s")
    for name, rows in interval_sessions(corpus).items():
        true = true_reps(rows)
        for laps in (False, True):
            found = recorded(corpus, name, laps=laps)
            spans = [(rep.start_s, rep.end_s) for one in found.sets for rep in one.reps]
            off = " ".join(f"{_off(spans, *rep):.1f}" for rep in true)
            say(f"{name[:60]:62s}{'laps' if laps else '':6s}{len(true):3d}{len(spans):4d}   {off}")
    others = list(other_recordings(corpus))
    invented = [name for name, found in others if found.sets]
    say(f"other recordings: structure invented in {len(invented)} of {len(others)} {' '.join(invented)}")
    tracks = [name for name, found in others if found.running_track is not None]
    say(f"taken for a stadium: {len(tracks)} of {len(others)} {' '.join(tracks)}")


def stadiums() -> None:
    """Simulated tracks."""
    outcomes = [(place, stadium_outcome(session)) for session, place, _ in stadium_sessions()]
    raw, by_laps = np.abs([(one[0], one[1]) for _, one in outcomes]).T
    lanes = [one[2] is not None and one[2].lane == place.lane for place, one in outcomes]
    missed, most = int(np.isnan(by_laps).sum()), 100.0 * float(np.nanmax(by_laps))
    say(f"\nstadiums: {len(outcomes)}, {missed} not recognised, lane right in {np.mean(lanes):.3f}")
    say(f"raw positions off by {100 * raw.min():.1f}–{100 * raw.max():.1f} %, laps by at most {most:.2f} %")


def quarter_miles() -> None:
    """Tests around the line."""
    right = close = 0
    for seed, ratio in enumerate(np.linspace(1.6, 2.4, 100)):
        made, true = quarter_mile_session(float(ratio), seed)
        tests = intervals_of(analyze(made.activity, marked_backward(made))).quarter_miles
        right += len(tests) == 1 and tests[0].is_passed == (true < 2.0)
        close += len(tests) == 1 and tests[0].is_close
    say(f"\nquarter miles with ratios 1.6–2.4: {right} of 100 judged rightly, {close} of them said to be close")


def main(seeds: int) -> None:
    """Print everything."""
    simulated(range(seeds))
    simulated(range(1000, 1000 + seeds))
    public(CORPUS)
    stadiums()
    quarter_miles()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
