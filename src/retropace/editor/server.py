"""The annotation page's server: for this machine, for whoever was told the address, and for this one recording.

It listens on 127.0.0.1 alone. A secret in the address keeps out other users of the machine and other pages; Host is
checked against names made to point here (DNS rebinding), Origin and what a browser says of a request's site against
pages that send requests blindly. It serves what is in its table and no file beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import signal
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, Finish, RequestHandler

from retropace.core.errors import RetropaceError
from retropace.core.parameters import SegmentSettings
from retropace.core.sanitize import harmless
from retropace.core.units import Units
from retropace.editor.editor import ConflictError, Editor
from retropace.editor.html import POLICY, page_of, scripts, style
from retropace.editor.snapshot import change_points_s, state_document

HOST = "127.0.0.1"
LARGEST_BYTES = 64 * 1024
"""A change is a few numbers and a note."""
LINGER_S = 4.0
"""A page that is loaded anew is away for less than this."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Desk:
    """What all requests share: the editor, the secret, and which pages are open."""

    def __init__(self, editor: Editor, units: Units, segmenting: SegmentSettings):
        self.editor, self.units = editor, units
        self.points_s = change_points_s(editor.track, segmenting)
        self.token = secrets.token_urlsafe(24)
        self.origin = ""
        self.pages: set[str] = set()
        self.over = asyncio.Event()
        self._leaving: asyncio.TimerHandle | None = None

    def state(self) -> dict[str, Any]:
        """What a page is told."""
        return state_document(self.editor, self.points_s)

    def opened(self, page: str) -> None:
        """A page is there."""
        self.pages.add(page)
        self.asked()

    def closed(self, page: str) -> None:
        """A page has gone; when none is left and none comes back, all is over."""
        self.pages.discard(page)
        if not self.pages:
            self._leaving = asyncio.get_running_loop().call_later(LINGER_S, self.over.set)

    def asked(self) -> None:
        """Somebody is there, or about to come back."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
            if not self.pages:
                self._leaving = asyncio.get_running_loop().call_later(LINGER_S, self.over.set)


class Guarded(RequestHandler):
    """Refuses whatever does not come from the page itself, before anything else is looked at."""

    def initialize(self, desk: Desk) -> None:
        """Take over what the application hands to every request."""
        self.desk = desk

    def set_default_headers(self) -> None:
        """Nothing may be kept, framed, sniffed, or told to others."""
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        """Check who asks; raises tornado's ``Finish`` with the refusal written."""
        headers = self.request.headers
        if headers.get("Host", "") != self.desk.origin.removeprefix("http://"):
            self.refuse("this address is not retropace's")
        if not hmac.compare_digest((self.path_args or [""])[0].encode(), self.desk.token.encode()):
            self.refuse("the address is not complete: use the one that retropace shows in the terminal")
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            self.refuse("another page may not ask here")
        if headers.get("Origin", self.desk.origin) != self.desk.origin:
            self.refuse("another page may not ask here")
        self.desk.asked()

    def refuse(self, why: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> None:
        """Answer with a refusal and end the request."""
        self.set_status(status)
        self.answer({"error": why})
        raise Finish

    def answer(self, document: dict[str, Any]) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def write_error(self, status_code: int, **_others: Any) -> None:
        """Say in a sentence what went wrong; a mistake of retropace's own is told in the terminal too."""
        said = HTTPStatus(status_code).phrase.lower()
        self.answer({"error": f"retropace itself failed ({said}): nothing was saved" if status_code >= 500 else said})


class ThePage(Guarded):
    """The page itself."""

    def get(self, _token: str) -> None:
        """Answer with the page as things are now."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(page_of(self.desk.editor.refresh().analysis, self.desk.units))


class Files(Guarded):
    """What the page loads."""

    def get(self, _token: str, name: str) -> None:
        """Answer with one of the page's scripts, or its style."""
        files = {"page.css": style(), **scripts()}
        if name not in files:
            self.refuse("there is no such thing here", HTTPStatus.NOT_FOUND)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.write(files[name])


class State(Guarded):
    """How things are."""

    def get(self, _token: str) -> None:
        """Answer with the state, if it is another than the page has."""
        self.desk.opened(self.get_query_argument("client", ""))
        shown = self.desk.editor.refresh()
        if self.get_query_argument("version", "") == str(shown.version):
            self.set_status(HTTPStatus.NO_CONTENT)
            return
        self.answer(self.desk.state())


class Changes(Guarded):
    """Everything that a page may ask for."""

    def post(self, _token: str, what: str) -> None:
        """Carry out a change and answer with the state after it."""
        if "Origin" not in self.request.headers:
            self.refuse("a change has to say where it comes from")
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            self.refuse("a change is JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            values = json.loads(self.request.body)
            if what == "closed":
                self.desk.closed(str(values["client"]))
                self.set_status(HTTPStatus.NO_CONTENT)
                return
            said = self._carried_out(what, values)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self.refuse("this is no change that can be understood", HTTPStatus.BAD_REQUEST)
            return
        except ConflictError as bad:
            self._refused(bad, HTTPStatus.CONFLICT)
            return
        except RetropaceError as bad:
            self._refused(bad, HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        self.answer({"state": self.desk.state(), "said": [harmless(one) for one in said]})

    def _refused(self, bad: RetropaceError, status: HTTPStatus) -> None:
        self.set_status(status)
        self.answer({"error": harmless(str(bad)), "state": self.desk.state()})

    def _carried_out(self, what: str, values: dict[str, Any]) -> tuple[str, ...]:
        editor = self.desk.editor
        if what == "undo":
            editor.undo()
            return ()
        if what == "redo":
            editor.redo()
            return ()
        version, span = int(values["version"]), (float(values["start_s"]), float(values["end_s"]))
        if what == "clear":
            return editor.clear(version, *span)
        note = harmless(str(values.get("note", "")))
        if what == "paint":
            return editor.paint(version, *span, str(values["label"]), note)
        return editor.change(version, int(values["number"]), *span, note)


def serve(
    editor: Editor,
    units: Units,
    segmenting: SegmentSettings,
    *,
    port: int,
    ready: Callable[[str], None],
) -> None:
    """Serve the page until its last tab is closed, or the process is told to end (then ``KeyboardInterrupt``).

    ``ready`` is called with the address when somebody may come. ``port`` 0 takes any free one. Raises
    :class:`RetropaceError` if the port cannot be had.
    """
    asyncio.run(_served(editor, units, segmenting, port, ready))


async def _served(
    editor: Editor, units: Units, segmenting: SegmentSettings, port: int, ready: Callable[[str], None]
) -> None:
    desk = Desk(editor, units, segmenting)
    with contextlib.suppress(NotImplementedError):
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, desk.over.set)
    try:
        listening = socket.create_server((HOST, port))
    except OSError as bad:
        reason = os.strerror(bad.errno).lower() if bad.errno else str(bad)
        raise RetropaceError(
            f"port {port} cannot be had ({reason}): name another with --port, or leave it out for any free one"
        ) from None
    listening.setblocking(False)
    desk.origin = f"http://{HOST}:{listening.getsockname()[1]}"
    shared = {"desk": desk}
    application = Application(
        [
            (r"/([\w-]+)/", ThePage, shared),
            (r"/([\w-]+)/state", State, shared),
            (r"/([\w-]+)/(paint|clear|change|undo|redo|closed)", Changes, shared),
            (r"/([\w-]+)/([\w.]+)", Files, shared),
        ],
        default_handler_class=Guarded,
        default_handler_args=shared,
        log_function=lambda _request: None,
        compress_response=True,
    )
    server = HTTPServer(application, max_body_size=LARGEST_BYTES, max_buffer_size=2 * LARGEST_BYTES)
    server.add_socket(listening)
    try:
        ready(f"{desk.origin}/{desk.token}/")
        await desk.over.wait()
    finally:
        server.stop()
        await server.close_all_connections()
