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
from retropace.core.parameters import SegmentParameters
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import Units
from retropace.editor.editor import ConflictError, Editor
from retropace.editor.html import CONTENT_SECURITY_POLICY, load_scripts, load_style, render_editor_page
from retropace.editor.snapshot import find_change_points_s, snapshot_to_dict

HOST = "127.0.0.1"
MAX_BODY_BYTES = 64 * 1024
"""A change is a few numbers and a note."""
CLOSE_GRACE_S = 4.0
"""A page that is loaded anew is away for less than this."""
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class SessionState:
    """What all requests share: the editor, the secret, and which pages are open."""

    def __init__(self, editor: Editor, units: Units, segment_parameters: SegmentParameters):
        self.editor, self.units = editor, units
        self.change_points_s = find_change_points_s(editor.track, segment_parameters)
        self.token = secrets.token_urlsafe(24)
        self.origin = ""
        self.open_pages: set[str] = set()
        self.shutdown = asyncio.Event()
        self._shutdown_timer: asyncio.TimerHandle | None = None

    def build_state(self) -> dict[str, Any]:
        """What a page is told."""
        return snapshot_to_dict(self.editor, self.change_points_s)

    def register_page(self, page: str) -> None:
        """A page is there."""
        self.open_pages.add(page)
        self.postpone_shutdown()

    def unregister_page(self, page: str) -> None:
        """A page has gone; when none is left and none comes back, all is over."""
        self.open_pages.discard(page)
        if not self.open_pages:
            self._shutdown_timer = asyncio.get_running_loop().call_later(CLOSE_GRACE_S, self.shutdown.set)

    def postpone_shutdown(self) -> None:
        """Somebody is there, or about to come back."""
        if self._shutdown_timer is not None:
            self._shutdown_timer.cancel()
            self._shutdown_timer = None
            if not self.open_pages:
                self._shutdown_timer = asyncio.get_running_loop().call_later(CLOSE_GRACE_S, self.shutdown.set)


class TokenProtectedHandler(RequestHandler):
    """Refuses whatever does not come from the page itself, before anything else is looked at."""

    def initialize(self, session: SessionState) -> None:
        """Take over what the application hands to every request."""
        self.session = session

    def set_default_headers(self) -> None:
        """Nothing may be kept, framed, sniffed, or told to others."""
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        """Check who asks; raises tornado's ``Finish`` with the refusal written."""
        headers = self.request.headers
        if headers.get("Host", "") != self.session.origin.removeprefix("http://"):
            self.refuse("this address is not retropace's")
        if not hmac.compare_digest((self.path_args or [""])[0].encode(), self.session.token.encode()):
            self.refuse("the address is not complete: use the one that retropace shows in the terminal")
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            self.refuse("another page may not ask here")
        if headers.get("Origin", self.session.origin) != self.session.origin:
            self.refuse("another page may not ask here")
        self.session.postpone_shutdown()

    def refuse(self, reason: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> None:
        """Answer with a refusal and end the request."""
        self.set_status(status)
        self.answer({"error": reason})
        raise Finish

    def answer(self, document: dict[str, Any]) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def write_error(self, status_code: int, **_others: Any) -> None:
        """Say in a sentence what went wrong; a mistake of retropace's own is told in the terminal too."""
        said = HTTPStatus(status_code).phrase.lower()
        self.answer({"error": f"retropace itself failed ({said}): nothing was saved" if status_code >= 500 else said})


class PageHandler(TokenProtectedHandler):
    """The page itself."""

    def get(self, _token: str) -> None:
        """Answer with the page as things are now."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(render_editor_page(self.session.editor.refresh().analysis, self.session.units))


class AssetHandler(TokenProtectedHandler):
    """What the page loads."""

    def get(self, _token: str, name: str) -> None:
        """Answer with one of the page's scripts, or its style."""
        files = {"page.css": load_style(), **load_scripts()}
        if name not in files:
            self.refuse("there is no such thing here", HTTPStatus.NOT_FOUND)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.write(files[name])


class StateHandler(TokenProtectedHandler):
    """How things are."""

    def get(self, _token: str) -> None:
        """Answer with the state, if it is another than the page has."""
        self.session.register_page(self.get_query_argument("client", ""))
        shown = self.session.editor.refresh()
        if self.get_query_argument("version", "") == str(shown.version):
            self.set_status(HTTPStatus.NO_CONTENT)
            return
        self.answer(self.session.build_state())


class ChangeHandler(TokenProtectedHandler):
    """Everything that a page may ask for."""

    def post(self, _token: str, action: str) -> None:
        """Carry out a change and answer with the state after it."""
        if "Origin" not in self.request.headers:
            self.refuse("a change has to say where it comes from")
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            self.refuse("a change is JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            values = json.loads(self.request.body)
            if action == "closed":
                self.session.unregister_page(str(values["client"]))
                self.set_status(HTTPStatus.NO_CONTENT)
                return
            said = self._apply_change(action, values)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self.refuse("this is no change that can be understood", HTTPStatus.BAD_REQUEST)
            return
        except ConflictError as bad:
            self._answer_error(bad, HTTPStatus.CONFLICT)
            return
        except RetropaceError as bad:
            self._answer_error(bad, HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        self.answer({"state": self.session.build_state(), "said": [strip_control_chars(one) for one in said]})

    def _answer_error(self, error: RetropaceError, status: HTTPStatus) -> None:
        self.set_status(status)
        self.answer({"error": strip_control_chars(str(error)), "state": self.session.build_state()})

    def _apply_change(self, action: str, values: dict[str, Any]) -> tuple[str, ...]:
        editor = self.session.editor
        if action == "undo":
            editor.undo()
            return ()
        if action == "redo":
            editor.redo()
            return ()
        version, span = int(values["version"]), (float(values["start_s"]), float(values["end_s"]))
        if action == "clear":
            return editor.clear_span(version, *span)
        note = strip_control_chars(str(values.get("note", "")))
        if action == "paint":
            return editor.label_span(version, *span, str(values["label"]), note)
        return editor.move_span(version, int(values["number"]), *span, note)


def serve(
    editor: Editor,
    units: Units,
    segment_parameters: SegmentParameters,
    *,
    port: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the page until its last tab is closed, or the process is told to end (then ``KeyboardInterrupt``).

    ``ready`` is called with the address when somebody may come. ``port`` 0 takes any free one. Raises
    :class:`RetropaceError` if the port cannot be had.
    """
    asyncio.run(_serve(editor, units, segment_parameters, port, on_ready))


async def _serve(
    editor: Editor, units: Units, segment_parameters: SegmentParameters, port: int, on_ready: Callable[[str], None]
) -> None:
    desk = SessionState(editor, units, segment_parameters)
    with contextlib.suppress(NotImplementedError):
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, desk.shutdown.set)
    try:
        listening = socket.create_server((HOST, port))
    except OSError as bad:
        reason = os.strerror(bad.errno).lower() if bad.errno else str(bad)
        raise RetropaceError(
            f"port {port} cannot be had ({reason}): name another with --port, or leave it out for any free one"
        ) from None
    listening.setblocking(False)
    desk.origin = f"http://{HOST}:{listening.getsockname()[1]}"
    shared = {"session": desk}
    application = Application(
        [
            (r"/([\w-]+)/", PageHandler, shared),
            (r"/([\w-]+)/state", StateHandler, shared),
            (r"/([\w-]+)/(paint|clear|change|undo|redo|closed)", ChangeHandler, shared),
            (r"/([\w-]+)/([\w.]+)", AssetHandler, shared),
        ],
        default_handler_class=TokenProtectedHandler,
        default_handler_args=shared,
        log_function=lambda _request: None,
        compress_response=True,
    )
    server = HTTPServer(application, max_body_size=MAX_BODY_BYTES, max_buffer_size=2 * MAX_BODY_BYTES)
    server.add_socket(listening)
    try:
        on_ready(f"{desk.origin}/{desk.token}/")
        await desk.shutdown.wait()
    finally:
        server.stop()
        await server.close_all_connections()
