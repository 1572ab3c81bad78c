"""Runs that are killed again and again, and workers that are: the end is that of a run which nobody disturbed."""

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import Future
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from retropace.library import Input
from retropace.library.batch import Job
from retropace.library.batch.process_file import Task
from retropace.library.batch.process_pool import open_process_pool
from tests.support.batch_runs import COMMAND, environment, read_tables, retropace
from tests.support.editor_server import wait_until
from tests.support.recordings import runs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs, a few of them twice in other formats, a few bad files."""
    made = tmp_path_factory.mktemp("many") / "runs"
    made.mkdir()
    for at, run in enumerate(runs(250, seconds=240)):
        (made / f"{at:04}.fit").write_bytes(run.fit())
        if at % 20 == 0:
            (made / f"{at:04}.gpx").write_bytes(run.gpx())
        if at % 30 == 0:
            (made / f"{at:04}-cut.fit").write_bytes(run.fit()[: 40 + at])
    return made


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    base = tmp_path_factory.mktemp("undisturbed")
    ran = retropace("batch", folder, "--jobs", "2", "--csv", base / "out", data=base / "data", cwd=folder.parent)
    assert ran.returncode == 1, ran.stderr  # the bad files
    return read_tables(base / "out")


def start_batch(folder: Path, base: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "batch", str(folder), "--jobs", "2", "--csv", str(base / "out")],
        cwd=folder.parent,
        env=environment(base / "data"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def count_inputs(data: Path) -> int:
    """How many files the library knows."""
    path = data / "library.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.1)) as library:
            return int(library.execute("SELECT count(*) FROM inputs").fetchone()[0])
    except sqlite3.OperationalError:  # it is just being made
        return 0


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
def test_killed_and_started_again(
    folder: Path, undisturbed: tuple[bytes, ...], tmp_path: Path, sign: signal.Signals
) -> None:
    draw = random.Random(6)
    killed = 0
    for _ in range(5):
        enough = count_inputs(tmp_path / "data") + draw.randint(1, 36)
        run = start_batch(folder, tmp_path)
        while run.poll() is None and count_inputs(tmp_path / "data") < enough:
            time.sleep(0.005)
        killed += run.poll() is None
        run.send_signal(sign)
        run.wait(timeout=60)
    assert killed >= 4
    run = start_batch(folder, tmp_path)
    assert run.wait(timeout=120) == 1
    assert read_tables(tmp_path / "out") == undisturbed


def test_interrupted_it_says_what_is_done_and_how_to_go_on(folder: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*COMMAND, "batch", str(folder), "--jobs", "1"],
        env=environment(tmp_path / "data"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    library = tmp_path / "data" / "library.sqlite-wal"
    wait_until(lambda: library.exists() and library.stat().st_size > 200_000, within_s=60.0)
    workers = _workers(run.pid)
    assert workers
    run.send_signal(signal.SIGINT)
    out, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert (out, "Traceback" in said) == ("", False)
    assert "stopping after what is in hand" in said
    assert "done and kept in" in said
    assert "the same command goes on there" in said
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_a_killed_worker_costs_one_file(folder: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*COMMAND, "batch", str(folder), "--jobs", "2", "--csv", str(tmp_path / "out")],
        cwd=folder.parent,
        env=environment(tmp_path / "data"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    library = tmp_path / "data" / "library.sqlite-wal"
    wait_until(lambda: library.exists() and len(_workers(run.pid)) == 2, within_s=60.0)
    time.sleep(0.3)
    os.kill(_workers(run.pid)[0], signal.SIGKILL)
    try:
        out, said = run.communicate(timeout=120)
    finally:
        run.kill()
    assert run.returncode == 1, said
    assert "Traceback" not in said
    # Whatever it had in hand is told, or it had nothing in hand; everything else is there.
    lost = [line for line in out.splitlines() if "worker was killed" in line]
    assert len(lost) <= 1
    again = retropace("batch", folder, "--csv", tmp_path / "out", data=tmp_path / "data", cwd=folder.parent)
    assert "worker was killed" not in again.stdout


def test_workers_killed_again_and_again_cost_one_file_each(folder: Path) -> None:
    tasks = _tasks(folder)[:120]
    draw = random.Random(6)
    kills = 0
    with open_process_pool(Job(), 2, 60.0) as pool:
        futures = [pool.submit(task) for task in tasks]
        while not all(future.done() for future in futures):
            time.sleep(draw.uniform(0.05, 0.3))
            for worker in multiprocessing.active_children()[:1]:
                os.kill(worker.pid or 0, signal.SIGKILL)
                kills += 1
    lost = [error for future in futures if (error := future.exception()) is not None]
    assert 0 < len(lost) <= kills
    assert {str(error) for error in lost} == {"-9"}
    assert all(future.result().outcome == "analysed" for future in futures if future.exception() is None)


def test_a_pool_that_is_given_up_ends_its_workers_at_once(folder: Path) -> None:
    tasks = _tasks(folder)
    futures: list[Future[Input]] = []
    workers: list[BaseProcess] = []

    def give_up() -> None:
        with open_process_pool(Job(), 2, None) as pool:
            futures.extend(pool.submit(task) for task in tasks)
            futures[0].result()
            workers.extend(multiprocessing.active_children())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert len(workers) == 2
    assert not any(worker.is_alive() for worker in workers)
    assert sum(future.cancelled() for future in futures) > 180


def _tasks(folder: Path) -> list[Task]:
    return [Task(Input(str(path), "", "", "failed"), str(path)) for path in sorted(folder.glob("*[0-9].fit"))]


def _workers(parent: int) -> list[int]:
    """The worker processes below a process: children of its fork server."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if b"forkserver" in command:
            pid, above = int(status.parent.name), int(text.rpartition(")")[2].split()[1])
            if above != parent and _parent_of(above) == parent:
                found.append(pid)
    return found


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1
