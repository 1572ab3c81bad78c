"""Many files, killed again and again: ``python -m tests.benchmarks.killed [FILES] [TIMES]``.

A run over so many files is killed with SIGKILL at so many random moments and started again each time; then the same
with SIGINT. The tables at the end have to be those of a run that nobody disturbed, byte for byte.
"""

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.batch_runs import COMMAND, environment, read_tables
from tests.support.recordings import runs


def main() -> None:
    """Print how it went; exit 1 if the tables differ."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    base = Path(tempfile.mkdtemp(prefix="retropace-killed-"))
    folder = base / "runs"
    folder.mkdir()
    for at, made in enumerate(runs(count, seconds=300)):
        (folder / f"{at:05}.fit").write_bytes(made.fit())
        if at % 50 == 0:
            (folder / f"{at:05}.gpx").write_bytes(made.gpx())
            (folder / f"{at:05}-cut.fit").write_bytes(made.fit()[: 40 + at % 200])
    began = time.perf_counter()
    run = start(base, "undisturbed")
    run.wait()
    whole_s = time.perf_counter() - began
    say(f"{count} files, undisturbed: {whole_s:.0f} s, exit status {run.returncode}")
    truth = read_tables(base / "undisturbed-out")
    same = True
    for sign in (signal.SIGKILL, signal.SIGINT):
        draw = random.Random(2)
        killed = 0
        for _ in range(times):
            run = start(base, sign.name)
            try:
                run.wait(timeout=draw.uniform(0.3, 1.3 * whole_s / times))
            except subprocess.TimeoutExpired:
                run.send_signal(sign)
                run.wait()
                killed += 1
        run = start(base, sign.name)
        run.wait()
        equal = read_tables(base / f"{sign.name}-out") == truth
        same &= equal
        say(f"{sign.name}: killed {killed} times of {times}, then finished: {'the same' if equal else 'OTHER'} tables")
    shutil.rmtree(base)
    sys.exit(0 if same else 1)


def start(base: Path, name: str) -> subprocess.Popen[bytes]:
    """The command over everything, with a library and a folder of tables of this name."""
    return subprocess.Popen(
        [*COMMAND, "batch", "runs", "--csv", f"{name}-out"],
        cwd=base,
        env=environment(base / name),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def say(line: str) -> None:
    """A line of the result, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
