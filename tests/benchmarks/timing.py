"""Timing several ways of doing the same next to one another, so that their ratios hold on any machine."""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROUNDS = 5


def medians(ways: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, least_s: float = 0.02) -> dict[str, float]:
    """The median seconds of each way, taken in turn, every other round the other way about, after one to warm up.

    What takes less than ``least_s`` is done as often as it takes to fill that.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            gc.collect()
            times, began = 0, time.perf_counter()
            while not times or time.perf_counter() - began < least_s:
                ways[name]()
                times += 1
            if number:
                taken[name].append((time.perf_counter() - began) / times)
    return {name: statistics.median(times) for name, times in taken.items()}


def cold(*words: str | Path) -> Callable[[], object]:
    """A process of its own that runs Python with these arguments."""
    return lambda: subprocess.run(
        [sys.executable, *map(str, words)], env=environment(), stdout=subprocess.DEVNULL, check=True
    )


def environment() -> dict[str, str]:
    """That of a user who installed retropace: modules are compiled once, as pip does it, and not at each start."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPYCACHEPREFIX": os.environ["RETROPACE_BENCHMARK_CACHE"]}


def peak_bytes(words: Sequence[str | Path]) -> int:
    """The most memory that a process running Python with these arguments held."""
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)], env=environment(), capture_output=True, text=True, check=True
    )
    return 1024 * int(ran.stdout)


def say(line: str = "") -> None:
    """A line of the result, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
