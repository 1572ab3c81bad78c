"""The web server of the annotation page, for one recording and one user of this machine.

It listens on 127.0.0.1 only and serves no files but the page's own. A secret token in the URL keeps out other users;
Host is checked against DNS rebinding, Origin and Sec-Fetch-Site against cross-site requests.
"""

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
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import Units
from retropace.editor.editor import ConflictError, Editor, snapshot_to_dict
from retropace.editor.html import CONTENT_SECURITY_POLICY, load_assets, render_editor_page

HOST = "127.0.0.1"
"""The address to listen on, reachable from this machine only."""
MAX_BODY_BYTES = 64 * 1024
"""The maximum size of a request body; a change is a few numbers and a note."""
CLOSE_GRACE_S = 4.0
"""Seconds for which the server goes on after its last page was closed; reloading a page takes less."""
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every response, which forbid caching, framing, content sniffing and use by other sites."""


class SessionState:
    """The state that all requests share: the editor, the secret token and the client ids of the open pages."""

    def __init__(self, editor: Editor, units: Units):
        self.editor, self.units = editor, units
        self.token = secrets.token_urlsafe(24)
        self.origin = ""
        """The scheme, host and port under which the server is reached, set when it listens."""
        self.open_pages: set[str] = set()
        self.shutdown = asyncio.Event()
        """Set when the server is to end."""
        self._shutdown_timer: asyncio.TimerHandle | None = None

    def register_page(self, page: str) -> None:
        """Note that a page is open, and cancel a scheduled shutdown."""
        self.open_pages.add(page)
        self.postpone_shutdown()

    def unregister_page(self, page: str) -> None:
        """Note that a page was closed, and schedule the shutdown if it was the last."""
        self.open_pages.discard(page)
        self._schedule_shutdown()

    def postpone_shutdown(self) -> None:
        """Cancel a scheduled shutdown if a page is open; otherwise restart its waiting time."""
        if self._shutdown_timer is not None:
            self._shutdown_timer.cancel()
            self._shutdown_timer = None
            self._schedule_shutdown()

    def _schedule_shutdown(self) -> None:
        if not self.open_pages:
            self._shutdown_timer = asyncio.get_running_loop().call_later(CLOSE_GRACE_S, self.shutdown.set)


class TokenProtectedHandler(RequestHandler):
    """A handler that refuses requests from anything but the page itself."""

    def initialize(self, session: SessionState) -> None:
        """Store the shared state, which tornado passes to every handler."""
        self.session = session

    def set_default_headers(self) -> None:
        """Set the security headers and omit the server's name."""
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        """Check host, token and origin of a request; raises tornado's ``Finish`` after a refusal."""
        headers = self.request.headers
        if headers.get("Host", "") != self.session.origin.removeprefix("http://"):
            self.refuse("this address is not retropace's")
        if not hmac.compare_digest((self.path_args or [""])[0].encode(), self.session.token.encode()):
            self.refuse("the address is not complete: use the one that retropace shows in the terminal")
        is_same_site = headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
        if not is_same_site or headers.get("Origin", self.session.origin) != self.session.origin:
            self.refuse("another page may not ask here")
        self.session.postpone_shutdown()

    def refuse(self, reason: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> None:
        """Answer with the reason as JSON and end the request."""
        self.set_status(status)
        self.answer({"error": reason})
        raise Finish

    def answer(self, document: dict[str, Any]) -> None:
        """Answer with the document as JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def write_error(self, status_code: int, **_others: Any) -> None:
        """Answer with a sentence on a failed request; errors within retropace are logged in the terminal too."""
        phrase = HTTPStatus(status_code).phrase.lower()
        message = f"retropace itself failed ({phrase}): nothing was saved" if status_code >= 500 else phrase
        self.answer({"error": message})


class PageHandler(TokenProtectedHandler):
    """Serves the annotation page."""

    def get(self, _token: str) -> None:
        """Answer with the page for the current state."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(render_editor_page(self.session.editor.refresh().analysis, self.session.units))


class AssetHandler(TokenProtectedHandler):
    """Serves the scripts and the style sheet of the page."""

    def get(self, _token: str, name: str) -> None:
        """Answer with the script or style sheet of this name."""
        files = load_assets()
        if name not in files:
            self.refuse("there is no such thing here", HTTPStatus.NOT_FOUND)
        content_type = "text/css" if name.endswith(".css") else "text/javascript"
        self.set_header("Content-Type", f"{content_type}; charset=utf-8")
        self.write(files[name])


class StateHandler(TokenProtectedHandler):
    """Serves the state of the annotations."""

    def get(self, _token: str) -> None:
        """Answer with the state, or with status 204 if the page already shows this version of it."""
        self.session.register_page(self.get_query_argument("client", ""))
        snapshot = self.session.editor.refresh()
        if self.get_query_argument("version", "") == str(snapshot.version):
            self.set_status(HTTPStatus.NO_CONTENT)
            return
        self.answer(snapshot_to_dict(self.session.editor))


class ChangeHandler(TokenProtectedHandler):
    """Applies the changes that a page requests."""

    def post(self, _token: str, action: str) -> None:
        """Apply a change; answer with the new state and with sentences on information that the change removed."""
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
            losses = self._apply_change(action, values)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self.refuse("this is no change that can be understood", HTTPStatus.BAD_REQUEST)
            return
        except RetropaceError as error:
            is_conflict = isinstance(error, ConflictError)
            self.set_status(HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY)
            self.answer({"error": strip_control_chars(str(error)), "state": snapshot_to_dict(self.session.editor)})
            return
        said = [strip_control_chars(loss) for loss in losses]
        self.answer({"state": snapshot_to_dict(self.session.editor), "said": said})

    def _apply_change(self, action: str, values: dict[str, Any]) -> tuple[str, ...]:
        editor = self.session.editor
        if action in ("undo", "redo"):
            getattr(editor, action)()
            return ()
        version, span = int(values["version"]), (float(values["start_s"]), float(values["end_s"]))
        if action == "clear":
            return editor.clear_span(version, *span)
        note = strip_control_chars(str(values.get("note", "")))
        if action == "paint":
            return editor.label_span(version, *span, str(values["label"]), note)
        return editor.move_span(version, int(values["number"]), *span, note)


def serve(editor: Editor, units: Units, *, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the page until its last tab is closed or SIGINT or SIGTERM arrives; ``on_ready`` is called with its URL."""
    asyncio.run(_serve(editor, units, port, on_ready))


async def _serve(editor: Editor, units: Units, port: int, on_ready: Callable[[str], None]) -> None:
    session = SessionState(editor, units)
    with contextlib.suppress(NotImplementedError):
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, session.shutdown.set)
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise RetropaceError(
            f"port {port} cannot be had ({reason}): name another with --port, or leave it out for any free one"
        ) from None
    listener.setblocking(False)
    session.origin = f"http://{HOST}:{listener.getsockname()[1]}"
    handler_arguments = {"session": session}
    application = Application(
        [
            (r"/([\w-]+)/", PageHandler, handler_arguments),
            (r"/([\w-]+)/state", StateHandler, handler_arguments),
            (r"/([\w-]+)/(paint|clear|change|undo|redo|closed)", ChangeHandler, handler_arguments),
            (r"/([\w-]+)/([\w.]+)", AssetHandler, handler_arguments),
        ],
        default_handler_class=TokenProtectedHandler,
        default_handler_args=handler_arguments,
        log_function=lambda _request: None,
        compress_response=True,
    )
    server = HTTPServer(application, max_body_size=MAX_BODY_BYTES, max_buffer_size=2 * MAX_BODY_BYTES)
    server.add_socket(listener)
    try:
        on_ready(f"{session.origin}/{session.token}/")
        await session.shutdown.wait()
    finally:
        server.stop()
        await server.close_all_connections()
