"""The sample sessions number by number, against what was really done."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import parse_mark, read_sidecar
from retropace.core.sidecar_path import sidecar_path
from retropace.intervals import Intervals, intervals_of
from retropace.readers import read

MARKS = {
    "quarter-mile.fit": (),
    "track-6x400.gpx": ("7:00-10:27=backward",),
    "treadmill-beginner.fit": ("lap 2=backward walk",),
    "long-backward.fit": ("29:30-54:30=backward",),
}


def found(samples: Path, name: str) -> tuple[Intervals, list[dict[str, float | str]]]:
    """What is found, with the sidecar or one rep marked, and the true spans."""
    path = samples / name
    beside = sidecar_path(str(path))
    given = read_sidecar(beside) if beside.is_file() else [parse_mark(text) for text in MARKS[name]]
    truth = json.loads((samples / f"{path.stem}.truth.json").read_text())
    return intervals_of(analyze(read(str(path)), given)), truth["spans"]


def long_ones(spans: list[dict[str, float | str]], direction: str) -> list[tuple[float, float]]:
    return [(float(span["start_s"]), float(span["end_s"])) for span in spans if span["direction"] == direction]


def test_quarter_miles(samples: Path) -> None:
    intervals, spans = found(samples, "quarter-mile.fit")
    (one,) = intervals.sets
    assert (one.kind, one.count, str(one.nominal)) == ("pairs", 3, "400 m")
    assert one.line == "3 × (400 m forward, r 2:00, 400 m backward), r 0:40 walk"
    back = long_ones(spans, "backward")
    fast = [(float(a["start_s"]), float(a["end_s"])) for a, b in itertools.pairwise(spans) if b["direction"] == "rest"]
    rests = long_ones(spans, "rest")
    halves = {word: [rep for rep in one.reps if rep.direction == word] for word in ("forward", "backward")}
    for reps, true in ((halves["forward"], fast), (halves["backward"], back)):
        # Laps were pressed: times are exact. Metres come from the laps of the track.
        assert [(rep.start_s, rep.end_s) for rep in reps] == true
        assert [rep.metres for rep in reps] == pytest.approx([400.0] * 3, rel=0.02)
        assert [rep.nominal is not None for rep in reps] == [True] * 3
    assert [rep.basis for rep in halves["backward"]] == ["annotated", "annotated", "suspected"]
    ratios = [(b[1] - b[0]) / (f[1] - f[0]) for f, b in zip(fast, back, strict=True)]
    assert [test.ratio for test in intervals.quarter_miles] == ratios
    assert [test.rest_s for test in intervals.quarter_miles] == [end - start for start, end in rests]
    assert all(test.is_passed and not test.is_close for test in intervals.quarter_miles)
    (both,) = intervals.comparisons
    assert both.overall.seconds == pytest.approx(np.mean(ratios))
    assert next(part.end_s for part in intervals.parts) == fast[0][0]
    assert intervals.running_track is not None
    assert intervals.running_track.lane == 1
    assert intervals.running_track.lap_m == pytest.approx(400.0)


def test_six_times_400_m_on_a_track(samples: Path) -> None:
    intervals, spans = found(samples, "track-6x400.gpx")
    (one,) = intervals.sets
    assert (one.kind, one.count, str(one.nominal)) == ("reps", 6, "400 m")
    back = long_ones(spans, "backward")
    # A phone that writes every three seconds and only where it is: edges are known to three to six of them.
    for rep, (start, end) in zip(one.reps, back, strict=True):
        assert rep.start_s == pytest.approx(start, abs=5.0)
        assert rep.end_s == pytest.approx(end, abs=6.0)
        assert rep.seconds == pytest.approx(end - start, rel=0.05)
        assert rep.metres == pytest.approx(400.0, rel=0.035)
        assert rep.speed_mps == pytest.approx(400.0 / (end - start), rel=0.03)
    truth = json.loads((samples / "track-6x400.truth.json").read_text())["distance_m"]
    assert float(intervals.cleaned.curves["distance_m"][-1]) == pytest.approx(sum(truth.values()), rel=0.005)
    assert one.recovery_s == pytest.approx(600.0, rel=0.05)
    assert {rep.recovery.kind for rep in one.reps if rep.recovery} == {"jog"}


def test_a_beginner_on_a_treadmill(samples: Path) -> None:
    intervals, spans = found(samples, "treadmill-beginner.fit")
    (one,) = intervals.sets
    assert (one.kind, one.line) == ("ladder", "1:30-1:45-2:00-2:15-2:30 backward walk, r 2:00 walk")
    assert [(rep.start_s, rep.end_s) for rep in one.reps] == long_ones(spans, "backward")
    assert [str(rep.nominal) for rep in one.reps] == ["1:30", "1:45", "2:00", "2:15", "2:30"]
    assert {rep.gait for rep in one.reps} == {"walk"}
    assert one.work_s == 600.0
    assert one.recovery_s == 480.0
    # The watch misjudges the belt by 3 %.
    truth = json.loads((samples / "treadmill-beginner.truth.json").read_text())["distance_m"]
    assert one.work_m == pytest.approx(truth["backward"], rel=0.05)
    assert any("presumes forward steps" in said for said in intervals.warnings)


def test_a_long_run_has_no_sets(samples: Path) -> None:
    intervals, spans = found(samples, "long-backward.fit")
    assert intervals.sets == ()
    assert intervals.quarter_miles == ()
    ((start, end),) = long_ones(spans, "backward")
    best = next(
        one for one in intervals.mean_max_curve if (one.direction, one.by, one.seconds) == ("backward", "time", 1200.0)
    )
    assert start - 5.0 <= best.start_s <= end - 1195.0
    truth = json.loads((samples / "long-backward.truth.json").read_text())["distance_m"]
    assert best.speed_mps == pytest.approx(truth["backward"] / (end - start), rel=0.03)
