"""A second run reads only what is new or changed; filters, limits and what they leave."""

import json
import os
import shutil
from pathlib import Path

import pytest

from retropace.library import ActivityFilter, Library
from retropace.library.batch import BatchPlan, BatchProgress, BatchRun, Job
from retropace.library.batch.process_pool import open_process_pool
from retropace.library.queries import find_activities, find_failures, mark_visible_duplicates
from retropace.library.store import Failure
from tests.support.batch_runs import retropace, rows
from tests.support.fit_bytes import RECORD, START, UINT32, opened
from tests.support.paths import ROOT
from tests.support.recordings import MadeRun, other_fit, runs


def run_batch(
    library: Path, *paths: Path, settings: str = "s", only: ActivityFilter | None = None, **how: object
) -> BatchProgress:
    job = Job(activity_filter=only or ActivityFilter())
    plan = BatchPlan(tuple(map(str, paths)), job, settings_digest=settings, timeout_s=120.0, **how)  # type: ignore[arg-type]
    with Library(library) as opened:
        opened.describe_settings(settings, settings)
        run = BatchRun(plan, opened)
        run.execute(open_process_pool(job, 1, plan.timeout_s))
        return run.progress


def paths_in(library: Path) -> dict[str, float]:
    with Library(library) as opened:
        mark_visible_duplicates(opened, ActivityFilter())
        return {
            Path(row["path"]).name: row["backward_annotated_m"] for row in find_activities(opened, ActivityFilter())
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "runs"
    made.mkdir()
    for at, run in enumerate(runs(3, seconds=300)):
        (made / f"{at}.fit").write_bytes(run.fit())
    return made


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


def test_what_has_not_changed_is_not_read_again(folder: Path, library: Path) -> None:
    first = run_batch(library, folder)
    assert (first.analysed, first.unchanged) == (3, 0)
    # Not even opened: what may not be read does not matter.
    again = run_batch(library, folder)
    assert (again.analysed, again.unchanged, again.processed) == (0, 3, 0)
    (folder / "new.fit").write_bytes(MadeRun(runs(9)[8].start).fit())
    more = run_batch(library, folder)
    assert (more.analysed, more.unchanged) == (1, 3)


def test_changed_content_replaces_what_was_known(folder: Path, library: Path) -> None:
    run_batch(library, folder)
    (folder / "0.fit").write_bytes(runs(20)[19].fit())
    again = run_batch(library, folder)
    assert (again.analysed, again.unchanged) == (1, 2)
    with Library(library) as opened:
        mark_visible_duplicates(opened, ActivityFilter())
        starts = [row["start_time"] for row in find_activities(opened, ActivityFilter())]
    assert f"{runs(20)[19].start:%Y-%m-%dT%H:%M:%SZ}" in starts
    assert len(starts) == 3


def test_touched_or_moved_files_are_known_by_their_content(folder: Path, library: Path) -> None:
    run_batch(library, folder)
    keys = _keys(library)
    os.utime(folder / "0.fit", (1.0e9, 1.0e9))
    shutil.move(folder / "1.fit", folder / "elsewhere.fit")
    again = run_batch(library, folder)
    assert again.unchanged == 1
    # Looked at, but not analysed again: the very rows of the first run are still there.
    assert _keys(library) == keys


def _keys(library: Path) -> list[int]:
    with Library(library) as opened:
        return [key for (key,) in opened.db.execute("SELECT key FROM activities ORDER BY key")]


def test_changed_annotations_count_as_changed(folder: Path, library: Path) -> None:
    run_batch(library, folder)
    assert paths_in(library)["1.fit"] == 0.0
    sidecar = folder / "1.annotations.csv"
    sidecar.write_text("start,end,label\n2:30,3:45,backward\n")
    again = run_batch(library, folder)
    assert (again.analysed, again.unchanged) == (1, 2)
    marked = paths_in(library)["1.fit"]
    assert marked == pytest.approx(2.0 * 75.0, rel=0.05)
    sidecar.write_text("start,end,label\n2:30,3:10,backward\n")
    run_batch(library, folder)
    assert 0.0 < paths_in(library)["1.fit"] < marked
    sidecar.unlink()
    run_batch(library, folder)
    assert paths_in(library)["1.fit"] == 0.0


def test_other_settings_analyse_anew(folder: Path, library: Path) -> None:
    run_batch(library, folder)
    assert run_batch(library, folder, settings="other").analysed == 3
    assert len(paths_in(library)) == 3
    assert run_batch(library, folder, settings="other").unchanged == 3


def test_a_broken_sidecar_fails_its_file_only(folder: Path, library: Path) -> None:
    (folder / "1.annotations.csv").write_text("start,end,label\n2:30,3:45,sideways\n")
    progress = run_batch(library, folder)
    assert (progress.analysed, progress.failed) == (2, 1)
    with Library(library) as opened:
        (failure,) = find_failures(opened)
    assert failure["reason"] == "annotations not usable"
    assert failure["message"].startswith("1.annotations.csv:2: ")


def test_failures_are_remembered_and_tried_again_when_asked(folder: Path, library: Path) -> None:
    (folder / "bad.fit").write_bytes(b"nothing of the kind")
    assert run_batch(library, folder).failed == 1
    assert run_batch(library, folder).processed == 0
    again = run_batch(library, folder, retry=True)
    assert (again.processed, again.failed) == (1, 1)
    with Library(library) as opened:
        assert len(list(find_failures(opened))) == 1
    (folder / "bad.fit").write_bytes(runs(9)[8].fit())
    assert run_batch(library, folder).analysed == 1
    with Library(library) as opened:
        assert not list(find_failures(opened))


def test_what_may_pass_is_tried_again_unasked(folder: Path, library: Path) -> None:
    run_batch(library, folder)
    place = str(folder / "0.fit")
    with Library(library) as opened:
        before = opened.find_input(place)
        assert before is not None
        from dataclasses import replace

        opened.save(replace(before, outcome="failed", failure=Failure("timed out", "took too long", is_transient=True)))
    again = run_batch(library, folder)
    assert (again.analysed, again.failed) == (1, 0)


def test_a_filter_leaves_out_and_lets_in_later(folder: Path, library: Path) -> None:
    since = ActivityFilter(since=runs(3)[1].start)
    first = run_batch(library, folder, only=since)
    assert (first.analysed, first.skipped) == (2, 1)
    assert run_batch(library, folder, only=since).processed == 0
    everything = run_batch(library, folder)
    assert (everything.analysed, everything.unchanged) == (1, 2)


def test_since_and_sport_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    (folder / "walk.fit").write_bytes(MadeRun(runs(30)[29].start, 300, sport=11).fit())
    data = tmp_path / "data"
    ran = retropace("batch", folder, "--since", "2025-01-02", "--csv", tmp_path / "out", data=data)
    assert ran.returncode == 0, ran.stderr
    assert len(rows(tmp_path / "out" / "activities.csv")) == 3
    assert "1 left out" in ran.stdout
    ran = retropace("batch", folder, "--sport", "walk", "--csv", tmp_path / "out", data=data)
    assert [row["sport"] for row in rows(tmp_path / "out" / "activities.csv")] == ["walking"]
    # What was left out the first time was read this time, and is there without a filter.
    ran = retropace("batch", folder, "--csv", tmp_path / "out", data=data)
    assert len(rows(tmp_path / "out" / "activities.csv")) == 4


def test_a_dry_run_lists_and_keeps_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "notes.txt").write_text("no recording")
    ran = retropace("batch", folder, "--dry-run", data=tmp_path / "data", cwd=tmp_path)
    assert ran.returncode == 0
    assert sorted(ran.stdout.split()) == ["runs/0.fit", "runs/1.fit", "runs/2.fit"]
    assert "3 files would be read" in ran.stderr
    assert not (tmp_path / "data").exists()
    retropace("batch", folder, data=tmp_path / "data", cwd=tmp_path)
    ran = retropace("batch", folder, "--dry-run", data=tmp_path / "data", cwd=tmp_path)
    assert ran.stdout == ""


def test_strict_stops_at_the_first_failure(folder: Path, tmp_path: Path) -> None:
    (folder / "a-bad.fit").write_bytes(b"x" * 2_000_000)  # large ones go first
    ran = retropace("batch", folder, "--strict", "--jobs", "1", data=tmp_path / "data", cwd=tmp_path)
    assert ran.returncode == 1
    assert "stopped at the first failure" in ran.stderr
    assert "a-bad.fit: is text, no recording" in ran.stderr


def test_files_are_never_touched(folder: Path, library: Path) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        return {one.name: (one.read_bytes(), one.stat().st_mtime_ns) for one in folder.iterdir()}

    before = state()
    run_batch(library, folder)
    assert state() == before


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_given_up(folder: Path, tmp_path: Path) -> None:
    # Times in the headers are for fitdecode, which takes a minute over a million of them.
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    made.data(1, START, 0)
    made.define(1, RECORD, [(5, UINT32)])
    before = len(made.body)
    for second in range(1, 33):
        made.compressed(1, (START + second) % 32, 300)
    made.body += made.body[before:] * 40_000
    (folder / "long.fit").write_bytes(made.to_bytes())
    data = tmp_path / "data"
    ran = retropace("batch", folder, "--timeout", "4", "--jobs", "1", data=data, cwd=tmp_path)
    assert ran.returncode == 1
    assert "long.fit: took longer than --timeout 4 s" in ran.stdout
    assert "3 analysed" in ran.stdout


def test_named_files_have_to_hold_an_activity(tmp_path: Path) -> None:
    path = tmp_path / "settings.fit"
    path.write_bytes(other_fit(2))
    ran = retropace("batch", path, data=tmp_path / "data")
    assert ran.returncode == 1
    assert "holds settings, not a recording" in ran.stdout
    ran = retropace("batch", tmp_path / "nothing.fit", data=tmp_path / "data")
    assert ran.returncode == 1
    assert "there is no such file" in ran.stdout


def test_the_order_of_paths_and_processes_does_not_matter(tmp_path: Path) -> None:
    for name, chosen in (("a", runs(6, seconds=300)[:4]), ("b", runs(6, seconds=300)[2:])):
        (tmp_path / name).mkdir()
        for at, run in enumerate(chosen):
            (tmp_path / name / f"{at}.fit").write_bytes(run.fit())
            (tmp_path / name / f"{at}.gpx").write_bytes(run.gpx())
    texts = set()
    for number, (order, jobs) in enumerate([("ab", 1), ("ba", 2), ("ab", 3)]):
        out = tmp_path / f"out{number}"
        words = [tmp_path / one for one in order]
        ran = retropace("batch", *words, "-j", str(jobs), "--csv", out, data=tmp_path / f"data{number}", cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        texts.add(tuple((out / f"{name}.csv").read_bytes() for name in ("activities", "segments", "failures")))
    assert len(texts) == 1


def test_zones_and_athletes_are_settings_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "samples", tmp_path / "in")
    # Its title would label it.
    track = tmp_path / "in" / "track-6x400.gpx"
    track.write_text(track.read_text(encoding="utf-8").replace("6 x 400 m backward", "evening"), encoding="utf-8")
    ran = retropace("batch", "in", "--athlete", "ann", data=data, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "ann: no such athlete is known" in ran.stderr
    learned = retropace("analyze", "in/quarter-mile.fit", "--athlete", "ann", data=data, cwd=tmp_path)
    assert learned.returncode == 0, learned.stderr
    zones = tmp_path / "zones.geojson"
    corners = "[[13.0,52.0],[14.0,52.0],[14.0,53.0],[13.0,53.0],[13.0,52.0]]"
    shape = f'{{"type":"Polygon","coordinates":[{corners}]}}'
    zones.write_text(f'{{"type":"Feature","properties":{{"label":"backward"}},"geometry":{shape}}}')
    told = []
    for words in ([], ["--athlete", "ann"], ["--zones", str(zones)], ["--zones", str(zones)]):
        ran = retropace("batch", "in", "--json", *words, data=data, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        told.append(json.loads(ran.stdout))
    assert [one["files"]["unchanged"] for one in told] == [0, 0, 0, 4]
    rows_of_track = [next(row for row in one["activities"] if "6x400" in row["path"]) for one in told]
    assert rows_of_track[0]["backward_annotated_m"] == 0.0
    assert rows_of_track[2]["backward_annotated_m"] == pytest.approx(rows_of_track[2]["distance_m"], rel=0.01)
    with Library(data / "library.sqlite") as library:
        assert "retropace" in library.db.execute("SELECT description FROM settings").fetchone()[0]
        assert len(library.db.execute("SELECT * FROM settings").fetchall()) == 3
