"""The annotation page's server: in a thread of this process, or as its user starts it, in a process of its own."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from retropace.core.parameters import Settings
from retropace.core.sidecar_path import sidecar_path
from retropace.core.units import UNITS_BY_NAME
from retropace.editor.editor import Editor
from retropace.editor.server import serve as serve_page
from retropace.readers import read_all


@dataclass
class ServedPage:
    """A page that is being served."""

    url: str

    @property
    def origin(self) -> str:
        return self.url.rsplit("/", 2)[0]


class ThreadedPage(ServedPage):
    """A page served by a thread of this process, which receives no signals, as on Windows."""

    def __init__(self, path: Path, units: str):
        (activity,) = read_all(path.name, data=path.read_bytes())
        self._units = UNITS_BY_NAME[units]
        self._editor = Editor(activity, sidecar_path(path), Settings())
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        with mock.patch.object(asyncio.SelectorEventLoop, "add_signal_handler", side_effect=NotImplementedError):
            self._thread.start()
            assert self._ready.wait(10.0)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            serve_page(self._editor, self._units, port=0, on_ready=self._start)

    def _start(self, url: str) -> None:
        super().__init__(url)
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._ready.set()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop_clock(self) -> Callable[[float], None]:
        """Let time stand still for the server; the function that is returned lets so many seconds pass."""
        clock = mock.patch.object(self._loop, "time", return_value=self._loop.time()).start()

        def let_pass(seconds: float) -> None:
            clock.return_value += seconds
            seen = threading.Event()
            for callback in (lambda: None, seen.set):  # one round of the loop, in which timers are due, and another
                self._loop.call_soon_threadsafe(callback)
            seen.wait(1.0)

        return let_pass

    def end(self, within_s: float = 10.0) -> None:
        """End the server, if it has not ended by itself."""
        assert self._task is not None
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(within_s)
        assert not self.is_running


@contextmanager
def serve_in_thread(path: Path, units: str = "km") -> Iterator[ThreadedPage]:
    """Serve the page for a file while the block runs."""
    page = ThreadedPage(path, units)
    try:
        yield page
    finally:
        page.end()


@dataclass
class RunningEditor(ServedPage):
    """A running ``retropace annotate``."""

    process: subprocess.Popen[str]

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
    """Start the command for a file in a folder."""
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
    return RunningEditor(found[0], process)


def wait_until(true: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)
