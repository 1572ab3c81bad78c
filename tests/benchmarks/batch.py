"""How fast folders are analysed, and in how much memory: ``python -m tests.benchmarks.batch [FILES] [FOLDER]``.

Files per second on one and two processes and of a second run, next to the time that reading the same files with
fitdecode takes and does nothing else; the most memory that the run and its workers held, for a tenth of the files and
for all of them. Ratios hold between machines, seconds do not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import fitdecode

from tests.support.recordings import runs

SECONDS = 1800


@dataclass(frozen=True)
class Took:
    """A run: how long, and the most memory of it and its workers together, each page counted once."""

    seconds: float
    peak_bytes: int


def make(folder: Path, count: int) -> None:
    """So many runs of half an hour and a bit, a record a second, with positions, cadence and heart rate."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, run in enumerate(runs(count, seconds=SECONDS)):
        (folder / f"{at:06}.fit").write_bytes(run.fit())


def read_only(folder: Path) -> float:
    """The seconds that fitdecode takes to read every message of every file, on one core."""
    began = time.perf_counter()
    for path in sorted(folder.iterdir()):
        with fitdecode.FitReader(str(path)) as reader:
            for _ in reader:
                pass
    return time.perf_counter() - began


def batch(folder: Path, data: Path, jobs: int) -> Took:
    """One call of the command."""
    began = time.perf_counter()
    run = subprocess.Popen(
        [sys.executable, "-m", "retropace", "batch", str(folder), "--jobs", str(jobs)],
        env={**os.environ, "RETROPACE_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while run.poll() is None:
        peak = max(peak, sum(_bytes(pid) for pid in _tree(run.pid)))
        time.sleep(0.1)
    if run.returncode != 0:
        raise RuntimeError(f"retropace batch ended with {run.returncode}")
    return Took(time.perf_counter() - began, peak)


def _tree(top: int) -> list[int]:
    """A process and all below it."""
    above: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        above.setdefault(parent, []).append(int(status.parent.name))
    found = [top]
    for pid in found:
        found += above.get(pid, [])
    return found


def _bytes(pid: int) -> int:
    """What a process holds, shared pages by its share of them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def say(line: str) -> None:
    """A line of the result, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the figures of docs/scale.md."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    base = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="retropace-batch-"))
    few, many = base / "few", base / "many"
    make(few, count // 10)
    make(many, count)
    size = sum(one.stat().st_size for one in many.iterdir())
    say(f"{count} files of {SECONDS // 60} minutes, {size / count / 1e3:.0f} kB each")
    reading = read_only(many)
    say(f"read with fitdecode only      {reading:7.1f} s  {count / reading:6.1f} files/s  1.00")
    runs_of = [
        ("one process", many, "one", 1),
        ("two processes", many, "two", 2),
        ("two, a second run", many, "two", 2),
    ]
    for name, folder, data, jobs in runs_of:
        took = batch(folder, base / data, jobs)
        speed = count / took.seconds
        share = reading / took.seconds
        memory = f"peak {took.peak_bytes / 2**20:.0f} MiB"
        say(f"{name:28s}  {took.seconds:7.1f} s  {speed:6.1f} files/s  {share:.2f}  {memory}")
    took = batch(few, base / "few-data", 2)
    say(f"two processes, {count // 10} files: peak {took.peak_bytes / 2**20:.0f} MiB")
    library = sum(one.stat().st_size for one in (base / "two").iterdir())
    say(f"library: {library / count / 1e3:.1f} kB for each activity")
    if len(sys.argv) <= 2:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
