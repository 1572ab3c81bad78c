"""The annotation page's server as its user starts it: a process of its own, told to end when the test does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class RunningEditor:
    """A running ``retropace annotate``."""

    process: subprocess.Popen[str]
    url: str

    @property
    def origin(self) -> str:
        return self.url.rsplit("/", 2)[0]

    def wait_for_end(self, within_s: float = 20.0) -> tuple[int, str, str]:
        """Wait until it ends by itself; its exit status, and what it printed after the address and on stderr."""
        out, err = self.process.communicate(timeout=within_s)
        return self.process.returncode, out, err

    def interrupt(self) -> tuple[int, str, str]:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.wait_for_end()

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None


StartEditor = Callable[..., RunningEditor]


def serve(folder: Path, file: str, *options: str, **environment: str) -> RunningEditor:
    """Start the page for a file in a folder."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "error", "-c", "from retropace.cli import main; main()"),
            *("annotate", file, "--no-browser", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", line)
    if found is None:
        process.kill()
        raise AssertionError(f"no address: {line} {process.communicate()}")
    process.stdout.readline()
    return RunningEditor(process, found[0])


def wait_until(true: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)
