"""The same work on a Dask cluster: the same tables, also when a worker dies on the way."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retropace.core.errors import RetropaceError
from retropace.library import Library
from retropace.library.batch import BatchPlan, BatchRun, Job
from retropace.library.batch.dask_cluster import open_cluster_pool
from tests.support.batch_runs import COMMAND, environment, read_tables, retropace, rows
from tests.support.paths import ROOT
from tests.support.recordings import runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cluster") / "runs"
    made.mkdir()
    for at, run in enumerate(runs(80, seconds=240)):
        (made / f"{at:03}.fit").write_bytes(run.fit())
        (made / f"{at:03}.annotations.csv").write_text("start,end,label\n2:00,3:00,backward\n")
    (made / "bad.fit").write_bytes(b"x")
    return made


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and two workers in processes of their own, as docs/scale.md starts them: address, pids of workers."""
    program = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:\n"
        "        pids = [made.workers[one].pid for one in made.workers]\n"
        "        print(made.scheduler_address, *pids, flush=True)\n"
        "        input()\n"
    )
    script = tmp_path / "local_cluster.py"
    script.write_text(program)
    started = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
    )
    assert started.stdout is not None
    address, *pids = started.stdout.readline().split()
    yield address, [int(pid) for pid in pids]
    started.communicate("\n", timeout=60)


@pytest.mark.slow
def test_a_cluster_gives_the_same_tables_though_a_worker_dies(
    folder: Path, tmp_path: Path, scheduler: tuple[str, list[int]]
) -> None:
    ran = retropace(
        "batch", folder, "--jobs", "2", "--csv", tmp_path / "here", data=tmp_path / "data", cwd=folder.parent
    )
    assert ran.returncode == 1
    address, workers = scheduler
    kept = tmp_path / "cluster" / "library.sqlite"

    def kill() -> None:
        for _ in range(600):
            if _count(kept) >= 20:
                break
            time.sleep(0.02)
        os.kill(workers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    ran = retropace(
        "batch", folder.name, "--scheduler", address, "--csv", tmp_path / "there", data=kept.parent, cwd=folder.parent
    )
    killer.join()
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False), ran.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(workers[0], 0)
    assert read_tables(tmp_path / "there") == read_tables(tmp_path / "here")
    assert len(rows(tmp_path / "there" / "activities.csv")) == 80


def _count(library: Path) -> int:
    import sqlite3

    if not library.exists():
        return 0
    try:
        opened = sqlite3.connect(library)
        count = opened.execute("SELECT count(*) FROM activities").fetchone()[0]
        opened.close()
    except sqlite3.OperationalError:
        return 0
    return int(count)


def test_inputs_behind_addresses(folder: Path, tmp_path: Path) -> None:
    ran = retropace("batch", f"file://{folder}", "--csv", tmp_path / "out", data=tmp_path / "data")
    assert ran.returncode == 1
    found = rows(tmp_path / "out" / "activities.csv")
    assert len(found) == 80
    assert all(float(row["backward_annotated_m"]) > 0.0 for row in found)
    assert re.fullmatch(r"file://.*/000\.fit", found[0]["path"])
    again = retropace("batch", f"file://{folder}", data=tmp_path / "data")
    assert "81 unchanged" in again.stdout
    gone = retropace("batch", "file:///nothing/here.fit", "nonsense://x/y.fit", data=tmp_path / "data")
    assert gone.returncode == 1
    assert "there is no such file" in gone.stdout
    assert "nonsense" in gone.stdout


def test_a_cluster_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retropace.library.batch.dask_cluster.CONNECT_TIMEOUT_S", 0.5)
    with (
        pytest.raises(RetropaceError, match=r"tcp://127\.0\.0\.1:1: no scheduler answers"),
        Library(tmp_path / "library.sqlite") as library,
    ):
        BatchRun(BatchPlan((str(tmp_path),)), library).execute(open_cluster_pool(Job(), "tcp://127.0.0.1:1"))


def test_options_of_this_machine_do_not_go_with_a_cluster(tmp_path: Path) -> None:
    ran = retropace("batch", tmp_path, "--scheduler", "tcp://127.0.0.1:1", "--jobs", "2", data=tmp_path)
    assert ran.returncode == 2
    assert "--jobs and --timeout are for this machine" in ran.stderr


@pytest.mark.slow
def test_a_scheduler_that_goes_away(folder: Path, tmp_path: Path) -> None:
    """All that it had is lost, but the run ends and what was done is kept."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = Path(sys.executable).parent / "dask"
    parts = [
        subprocess.Popen([dask, *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for words in (
            ["scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"],
            ["worker", address, "--nworkers", "1", "--nthreads", "1"],
        )
    ]
    kept = tmp_path / "data" / "library.sqlite"
    try:
        run = subprocess.Popen(
            [*COMMAND, "batch", str(folder), "--scheduler", address],
            env={**environment(tmp_path / "data"), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(600):
            if _count(kept) >= 10:
                break
            time.sleep(0.05)
        parts[0].kill()
        out, said = run.communicate(timeout=120)
    finally:
        for one in parts:
            one.kill()
            one.wait(timeout=30)
    assert (run.returncode, out) == (1, "")
    last = said.splitlines()[-1]
    assert (
        last == f"retropace: {address}: the scheduler has gone: what was done is kept, the same command goes on there"
    )
    assert all(line.startswith("retropace: ") for line in said.splitlines()), said
    ran = retropace("batch", folder, data=tmp_path / "data")
    assert "80 activities" in ran.stdout


@pytest.mark.slow
def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """One starts a scheduler and two workers, one uses them; only the port is another."""
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    start, use = (block.strip() for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    (tmp_path / "elsewhere").mkdir()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    surroundings = {**environment(tmp_path / "data"), "PATH": path}
    with (tmp_path / "cluster.log").open("wb") as log:
        started = subprocess.Popen(
            ["bash", "-c", start.replace("8786", port)],
            cwd=tmp_path / "elsewhere",
            env=surroundings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            ran = subprocess.run(
                ["bash", "-c", use.replace("8786", port)],
                cwd=tmp_path,
                env=surroundings,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(timeout=60)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stdout + ran.stderr
    assert "4 files: 4 analysed" in ran.stdout
    assert len(rows(tmp_path / "tables" / "activities.csv")) == 4
