"""What the one process that keeps results can do: ``python -m tests.benchmarks.scale [ACTIVITIES]``.

How many analyses it keeps a second, how long the questions of a run take when there are many, how large the library is;
how many files it finds, hands out and keeps a second if the workers took no time; how many tasks go through worker
processes and through a Dask scheduler; and how fast an Apple Health export goes by, in how much memory. Each figure is
also given next to the time that analysing one run of half an hour takes on this machine, which holds between machines.
"""

import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from distributed import LocalCluster

from retropace.analysis.pipeline import analyze
from retropace.library import ActivityFilter, Input, Library
from retropace.library.batch import BatchPlan, BatchRun, Job
from retropace.library.batch.dask_cluster import open_cluster_pool
from retropace.library.batch.process_file import Task, to_stored
from retropace.library.batch.process_pool import open_process_pool
from retropace.library.batch.results import write_csv
from retropace.library.batch.run import TASKS_PER_WORKER
from retropace.library.batch.tables import build_tables
from retropace.library.batch.workers import WorkerPool
from retropace.library.queries import link_duplicates, mark_visible_duplicates
from retropace.library.rows import StoredAnalysis
from retropace.library.store import StoredRecording
from retropace.readers import read_all
from tests.benchmarks.batch import make
from tests.support.paths import ROOT
from tests.support.recordings import runs

APPLE_RECORDS = 2_000_000
RUN_FILES = 3000
_APPLE = """
import io, resource, sys, time
from retropace.sources.apple import AppleExport
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
export = AppleExport(lambda: open(sys.argv[1], 'rb'), 'export.xml')
export.document(0, lambda name: b'')
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def one_analysis_s() -> float:
    """The seconds that reading and analysing a run of half an hour takes."""
    data = runs(1, seconds=1800)[0].fit()
    analyze(read_all("run.fit", data=data)[0])  # what is needed is loaded when it is
    began = time.perf_counter()
    for _ in range(20):
        analyze(read_all("run.fit", data=data)[0])
    return (time.perf_counter() - began) / 20


def main() -> None:
    """Print the figures of docs/scale.md."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    unit_s = one_analysis_s()
    say(f"one analysis of 30 minutes: {1000 * unit_s:.0f} ms")
    (activity,) = read_all(ROOT / "samples" / "quarter-mile.fit")
    analysis = analyze(activity)
    kept = to_stored(analysis)
    document = kept.document
    with tempfile.TemporaryDirectory() as base, Library(Path(base) / "library.sqlite") as library:
        library.describe_settings("s", "settings")
        assert activity.start_time is not None
        began = time.perf_counter()
        for number in range(count):
            start = activity.start_time + timedelta(hours=7 * number)
            head = document["activity"] | {"start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}"}
            source = document["source"] | {"sha256": f"{number:064x}"[::-1]}
            made = (replace(kept, document=document | {"activity": head, "source": source}),)
            found = StoredRecording(source["sha256"], "", 1, made)
            library.save(Input(f"/runs/{number}.fit", "stamp", "s", "analysed", recording=found))
        took(f"kept {count} analyses of {len(document['segments'])} segments", began, count, unit_s)
        size = sum(one.stat().st_size for one in Path(base).iterdir())
        say(f"  {size / count / 1e3:.1f} kB each")
        began = time.perf_counter()
        for number in range(count):
            library.find_input(f"/runs/{number}.fit")
            library.add_to_scope([f"/runs/{number}.fit"])
        took("asked for each whether it is known", began, count, unit_s)
        began = time.perf_counter()
        link_duplicates(library)
        mark_visible_duplicates(library, ActivityFilter())
        took("looked for duplicates", began, count, unit_s)
        began = time.perf_counter()
        write_csv(base, build_tables(library, ActivityFilter(), str))
        took("wrote the tables as CSV", began, count, unit_s)
        say(f"  this process held {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")
    whole_run(kept, unit_s)
    for size in (200, 41_000):
        with open_process_pool(Job(), 2, None) as crew:
            through(crew, f"tasks of {size} bytes through two processes", size, unit_s)
        started: Any = LocalCluster
        with (
            started(n_workers=2, threads_per_worker=1, dashboard_address=None) as made,
            open_cluster_pool(Job(), made.scheduler_address) as crew,
        ):
            through(crew, f"tasks of {size} bytes through a Dask scheduler with two workers", size, unit_s)
    with tempfile.TemporaryDirectory() as folder:
        for records in (APPLE_RECORDS // 10, APPLE_RECORDS):
            path = Path(folder) / "export.xml"
            write_export(path, records)
            ran = subprocess.run([sys.executable, "-c", _APPLE, str(path)], capture_output=True, text=True, check=True)
            seconds, more_kib = map(float, ran.stdout.split())
            size_mb = path.stat().st_size / 1e6
            say(
                f"Apple export of {size_mb:.0f} MB, read twice: {size_mb / seconds:.0f} MB/s, "
                f"{more_kib / 1024:.0f} MiB more than before"
            )


def whole_run(kept: StoredAnalysis, unit_s: float) -> None:
    """A run over files of half an hour whose workers have every answer at once."""

    class AtOnce:
        size = 2
        handed_out = 0

        def submit(self, task: Task) -> Future[Input]:
            self.handed_out += 1
            sha256 = hashlib.sha256(task.record.place.encode()).hexdigest()
            source = kept.document["source"] | {"sha256": sha256}
            analyses = (replace(kept, document=kept.document | {"source": source}),)
            recording = StoredRecording(sha256, task.context_digest, task.size_bytes, analyses)
            future: Future[Input] = Future()
            future.set_result(replace(task.record, outcome="analysed", recording=recording))
            return future

        def check(self) -> None:
            """There is always an answer."""

    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "runs"
        make(folder, RUN_FILES)
        with Library(Path(base) / "library.sqlite") as library:
            library.describe_settings("", "settings")
            crew = AtOnce()
            began = time.perf_counter()
            BatchRun(BatchPlan((str(folder),)), library).execute(nullcontext(crew))
            assert crew.handed_out == RUN_FILES
            took(f"found, handed out and kept {RUN_FILES} files", began, RUN_FILES, unit_s)


def through(crew: WorkerPool, what: str, size: int, unit_s: float) -> None:
    """Tasks that fail at once, from end to end, as many under way as in a run."""
    count = 2000
    began = time.perf_counter()
    under_way: set[Future[Input]] = set()
    for number in range(count):
        under_way.add(crew.submit(Task(Input(f"{number}.fit", "", "", "failed"), "", b"x" * size)))
        if len(under_way) >= TASKS_PER_WORKER * crew.size:
            _, under_way = wait(under_way, return_when=FIRST_COMPLETED)
    wait(under_way)
    took(what, began, count, unit_s)


def write_export(path: Path, records: int) -> None:
    """An export with so many records of steps, of which one workout of an hour holds a few."""
    run = replace(runs(1)[0], seconds=3600)
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0"?><!DOCTYPE HealthData []><HealthData locale="en">\n')
        for number in range(records):
            begin = run.start + timedelta(seconds=10 * (number - records // 2))
            end = begin + timedelta(seconds=10)
            file.write(
                '<Record type="HKQuantityTypeIdentifierStepCount" sourceName="Watch" sourceVersion="10.1" unit="count"'
                f' creationDate="{end:%Y-%m-%d %H:%M:%S} +0000" startDate="{begin:%Y-%m-%d %H:%M:%S} +0000"'
                f' endDate="{end:%Y-%m-%d %H:%M:%S} +0000" value="27"/>\n'
            )
        end = run.start + timedelta(hours=1)
        file.write(
            '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" sourceName="Watch"'
            f' startDate="{run.start:%Y-%m-%d %H:%M:%S} +0000" endDate="{end:%Y-%m-%d %H:%M:%S} +0000"/></HealthData>\n'
        )


def took(what: str, began: float, count: int, unit_s: float) -> None:
    """A line: how long, how many a second, and how many in the time of one analysis."""
    seconds = time.perf_counter() - began
    say(f"{what}: {seconds:.1f} s, {count / seconds:.0f} a second, {unit_s * count / seconds:.0f} for each analysis")


def say(line: str) -> None:
    """A line of the result, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
