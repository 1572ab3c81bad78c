"""A mutation run: small recordings of every format, damaged at random, through reading and analysis.

``python -m tests.fuzz.recordings --inputs 100000 --seeds 100`` prints what fails. Nothing but refusals in words may
leave; none may take more than 3 s of CPU time or 500 MB; parts add up; no warning of Python or NumPy may be given.
"""

import argparse
import json
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.core.errors import RetropaceError
from retropace.readers import read_all
from tests.fuzz.mutations import mutate
from tests.fuzz.originals import build_originals

MAX_CPU_S = 3.0
MAX_MEMORY_MB = 500
STOP_S = 20.0
"""CPU time after which an input is given up."""
MAX_SESSIONS = 3


class Stuck(BaseException):
    """Raised by the timer; no ``except Exception`` catches it."""


def inputs(count: int, seed: int, originals: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    rng = random.Random(seed)
    names, every = list(originals), list(originals.values())
    for number in range(count):
        name = rng.choice(names)
        yield f"{seed}-{number}-{name}", mutate(originals[name], every, rng)


def check(name: str, data: bytes) -> None:
    """Read and analyse one input; anything but a refusal in words is an error."""
    try:
        activities = read_all(name, data=data)
    except RetropaceError:
        return
    for activity in activities[:MAX_SESSIONS]:
        try:
            document = analyze(activity, ()).to_dict()
        except RetropaceError:
            continue
        json.dumps(document, allow_nan=False)
        whole, directions = document["activity"], document["directions"].values()
        for figure in ("distance_m", "elapsed_s"):
            total = whole[figure] or 0.0
            for parts in (directions, document["segments"] if figure == "distance_m" else []):
                if parts:
                    added = sum(part[figure] or 0.0 for part in parts)
                    assert np.isclose(added, total, rtol=1e-6, atol=0.5), f"{figure}: {added} of {total}"


def run(count: int, seeds: range, folder: Path | None = None) -> list[str]:
    """Check many inputs; returns a line for each failure, and keeps the input in ``folder``."""

    def give_up(_: int, __: FrameType | None) -> None:
        raise Stuck

    signal.signal(signal.SIGVTALRM, give_up)
    originals = build_originals()
    failures: list[str] = []
    for seed in seeds:
        for name, data in inputs(count // len(seeds), seed, originals):
            if (failure := run_one(name, data)) is not None:
                failures.append(f"{name}: {failure}")
                if folder is not None:
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(data)
    return failures


def run_one(name: str, data: bytes) -> str | None:
    """Check one input; returns what was wrong."""
    began, before_mb = time.process_time(), peak_mb()
    signal.setitimer(signal.ITIMER_VIRTUAL, STOP_S)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check(name, data)
    except Stuck:
        return f"takes over {STOP_S:.0f} s"
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "retropace" in frame.filename]
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return f"{type(error).__name__} {place} {str(error)[:100]}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
    used_s = time.process_time() - began
    if used_s > MAX_CPU_S:
        return f"takes {used_s:.1f} s"
    return f"takes {peak_mb()} MB" if peak_mb() > max(MAX_MEMORY_MB, before_mb) else None


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--keep", type=Path, help="a folder for inputs that fail")
    options = parser.parse_args()
    failure_count = 0
    for seed in range(options.seed, options.seed + options.seeds):
        failures = run(options.inputs // options.seeds, range(seed, seed + 1), options.keep)
        failure_count += len(failures)
        sys.stdout.write("".join(f"{line}\n" for line in failures))
        sys.stdout.flush()
    sys.stdout.write(f"{options.inputs} inputs, {failure_count} failures, {peak_mb()} MB at most\n")
    return 1 if failure_count else 0


if __name__ == "__main__":
    sys.exit(main())
