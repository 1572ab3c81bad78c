"""The command line on a terminal of some width, within this process."""

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from retropace.cli import main


def on_pty(width: int, *words: str, **environment: str | None) -> str:
    """What the command writes on a terminal; a variable that is None is not in its environment."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    read = bytearray()

    def drain() -> None:
        while True:
            try:
                read.extend(os.read(ours, 65_536))
            except OSError:  # how Linux says that nobody writes any more
                break

    reader = threading.Thread(target=drain)
    kept = {name: value for name, value in os.environ.items() if name not in environment}
    given = {name: value for name, value in environment.items() if value is not None}
    status: object = 0
    with mock.patch.dict(os.environ, kept | given, clear=True), _standard_streams(theirs):
        os.close(theirs)
        reader.start()
        try:
            main(list(words), prog_name="retropace")
        except SystemExit as end:
            status = end.code
    reader.join(10.0)
    os.close(ours)
    assert status in (0, None), read
    return read.decode().replace("\r\n", "\n")


@contextmanager
def _standard_streams(terminal: int) -> Iterator[None]:
    """Let the three standard streams lead to a terminal: Rich asks Python's own for its width, not ``sys.stdout``."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in range(3)]
    for number in range(3):
        os.dup2(terminal, number)
    try:
        with (
            open(1, "w", encoding="utf-8", closefd=False) as out,
            open(2, "w", encoding="utf-8", closefd=False) as err,
            mock.patch.multiple(sys, stdout=out, stderr=err, __stdout__=out, __stderr__=err),
        ):
            yield
    finally:
        for number, copy in enumerate(kept):
            os.dup2(copy, number)
            os.close(copy)
