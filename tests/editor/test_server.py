"""The annotation page's server, asked as pages, other pages and other programs would ask it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import retropace
from tests.support.editor_server import ServedPage, StartEditor, serve_in_thread, wait_until

MARK = {"start_s": 1638.0, "end_s": 1825.0, "label": "backward", "note": "third"}


class Client:
    """A page's side of the talk, without a browser."""

    def __init__(self, served: ServedPage):
        self.served = served
        self.host = served.origin.removeprefix("http://")
        self.path = served.url.removeprefix(served.origin)
        self.version = 1

    def ask(self, method: str, path: str, /, body: bytes = b"", **headers: Any) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body of an answer; a header that is None is left out."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        sent: dict[str, Any] = {"Host": self.host, **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def get(self, name: str, **headers: Any) -> tuple[int, dict[str, str], bytes]:
        return self.ask("GET", self.path + name, **headers)

    def post(self, what: str, values: Any, **headers: Any) -> tuple[int, dict[str, Any]]:
        """Ask for a change as the page does, unless other headers are given."""
        own: dict[str, Any] = {"Origin": self.served.origin, "Content_Type": "application/json"}
        body = values if isinstance(values, bytes) else json.dumps({"version": self.version, **values}).encode()
        sent = {**own, **headers}
        status, _, text = self.ask("POST", self.path + what, body=body, **sent)
        document: dict[str, Any] = json.loads(text) if text else {}
        if "state" in document:
            self.version = document["state"]["version"]
        return status, document

    def state(self, version: int | str = "") -> tuple[int, dict[str, Any]]:
        status, _, text = self.get(f"state?version={version}&client=test")
        document: dict[str, Any] = json.loads(text) if text else {}
        self.version = document.get("version", self.version)
        return status, document


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    shutil.copy(samples / "quarter-mile.fit", tmp_path)  # without its sidecar
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with serve_in_thread(folder / "quarter-mile.fit") as served:
        yield Client(served)


def sidecar(folder: Path) -> str:
    return (folder / "quarter-mile.annotations.csv").read_text(encoding="utf-8")


def test_a_change_is_in_the_file_before_it_is_answered_and_analyze_agrees(client: Client, folder: Path) -> None:
    assert client.state()[1]["directions"]["backward"]["annotated_m"] == 0.0
    status, document = client.post("paint", MARK)
    assert status == 200
    assert sidecar(folder) == "start,end,label,note\n27:18.0,30:25.0,backward,third\n"
    state = document["state"]
    assert state["directions"]["backward"]["annotated_m"] == pytest.approx(400, rel=0.02)
    ran = retropace("analyze", "quarter-mile.fit", "--format", "json", cwd=folder)
    analysis = json.loads(ran.stdout)
    assert state["directions"] == analysis["directions"]
    assert state["segments"] == analysis["segments"]
    assert client.state(state["version"])[0] == 204  # nothing new


def test_undo_and_redo_give_the_file_back_byte_for_byte(client: Client, folder: Path) -> None:
    before = "# mine\r\nstart;end;label\r\n12:20;15:20;B\r\n"
    (folder / "quarter-mile.annotations.csv").write_text(before, newline="")
    client.state()
    client.post("paint", MARK)
    after = (folder / "quarter-mile.annotations.csv").read_bytes()
    client.post("clear", {"start_s": 700.0, "end_s": 1000.0})
    for what, data in (("undo", after), ("undo", before.encode()), ("redo", after)):
        assert client.post(what, {})[0] == 200
        assert (folder / "quarter-mile.annotations.csv").read_bytes() == data
    assert client.post("redo", {})[0] == 200
    status, document = client.post("redo", {})
    assert (status, document["error"]) == (409, "there is nothing to do again")


def test_edges_and_notes_of_a_mark_change(client: Client, folder: Path) -> None:
    client.post("paint", MARK)
    values = {"number": 0, "start_s": 1630.0, "end_s": 1825.0, "note": "a longer one"}
    assert client.post("change", values)[0] == 200
    assert sidecar(folder) == "start,end,label,note\n27:10.0,30:25.0,backward,a longer one\n"


def test_what_somebody_else_adds_stays_and_is_shown(client: Client, folder: Path) -> None:
    client.post("paint", MARK)
    (folder / "quarter-mile.annotations.csv").write_text(sidecar(folder) + "12:20,15:20,backward,by hand\n")
    status, document = client.post("paint", {**MARK, "start_s": 1185.0, "end_s": 1371.0, "note": "second"})
    assert status == 200  # elsewhere: both are kept
    assert [one["note"] for one in document["state"]["annotations"]] == ["by hand", "second", "third"]
    assert "by hand" in sidecar(folder)


def test_what_somebody_else_changed_is_asked_about_not_overwritten(client: Client, folder: Path) -> None:
    client.post("paint", MARK)
    theirs = sidecar(folder).replace("backward,third", "rest,theirs")
    (folder / "quarter-mile.annotations.csv").write_text(theirs)
    status, document = client.post("paint", {**MARK, "label": "forward"})
    assert status == 409
    assert "changed meanwhile between 27:18 and 30:25: look, and mark it again" in document["error"]
    assert sidecar(folder) == theirs
    assert document["state"]["changed_outside"] == (
        "quarter-mile.annotations.csv was changed by somebody else: this is what it says now."
    )
    assert not document["state"]["can_undo"]  # it would take back what is theirs
    assert client.post("undo", {})[0] == 409
    assert client.post("paint", {**MARK, "label": "forward"})[0] == 200  # now that it was seen


def test_a_file_that_somebody_breaks_is_told_and_left_alone(client: Client, folder: Path) -> None:
    client.post("paint", MARK)
    good, broken = sidecar(folder), sidecar(folder) + "1:00,2:00,sideways,\n"
    (folder / "quarter-mile.annotations.csv").write_text(broken)
    _, state = client.state(client.version)
    assert 'quarter-mile.annotations.csv:3: label "sideways" is not known' in state["problem"]
    assert len(state["annotations"]) == 1
    assert client.post("clear", MARK)[0] == 409
    assert sidecar(folder) == broken
    (folder / "quarter-mile.annotations.csv").write_text(good)
    assert client.state(client.version)[1]["problem"] == ""
    (folder / "quarter-mile.annotations.csv").unlink()
    _, state = client.state(client.version)
    assert "was taken away by somebody else" in state["changed_outside"]
    assert state["annotations"] == []
    assert client.post("paint", MARK)[0] == 200
    assert sidecar(folder) == good


def test_two_servers_on_one_file_see_each_other(client: Client, folder: Path) -> None:
    with serve_in_thread(folder / "quarter-mile.fit") as served:
        other = Client(served)
        client.post("paint", MARK)
        assert [one["note"] for one in other.state(other.version)[1]["annotations"]] == ["third"]
        assert other.post("paint", {**MARK, "label": "forward"})[0] == 200
        status, document = client.post("paint", {**MARK, "label": "rest"})
        assert (status, document["state"]["annotations"][0]["label"]) == (409, "forward")


def test_only_the_page_itself_may_ask(client: Client, folder: Path) -> None:
    origin, host = client.served.origin, client.host
    refused: list[tuple[int, dict[str, Any]]] = [
        client.post("paint", MARK, Origin="http://evil.example"),
        client.post("paint", MARK, Origin="null"),
        client.post("paint", MARK, Origin=None),
        client.post("paint", MARK, Origin=origin.replace("127.0.0.1", "localhost")),
        client.post("paint", MARK, Host=host.replace("127.0.0.1", "evil.example")),
        client.post("paint", MARK, Sec_Fetch_Site="cross-site"),
        client.post("paint", MARK, Sec_Fetch_Site="same-site"),
    ]
    assert [status for status, _ in refused] == [403] * len(refused)
    assert client.post("paint", MARK, Content_Type="text/plain")[0] == 415
    for name in ("", "state", "page.css", "annotate.js"):
        assert client.get(name, Host="evil.example:80")[0] == 403
        assert client.get(name, Origin="http://evil.example")[0] == 403
        assert client.get(name, Sec_Fetch_Site="cross-site")[0] == 403
    token = client.path.strip("/")
    for path in ("/", "/state", "/paint", f"/{token[:-1]}/", f"/{token}x/", f"/{token.swapcase()}/state", "/x/state"):
        assert client.ask("GET", path)[0] == 403
        assert client.ask("POST", path, b"{}", Origin=origin, Content_Type="application/json")[0] == 403
    assert not (folder / "quarter-mile.annotations.csv").exists()


def test_no_file_is_served_but_the_pages_own(client: Client, folder: Path) -> None:
    names = (
        *("quarter-mile.fit", "..%2fquarter-mile.fit", "../quarter-mile.fit", "quarter-mile.annotations.csv"),
        *("%2fetc%2fpasswd", "/etc/passwd", "....//etc/passwd", "annotate.html", "server.py", "page.css/"),
    )
    assert {client.get(name)[0] for name in names} == {403, 404}
    _, headers, body = client.get("")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert str(folder) not in body.decode()


@pytest.mark.parametrize(
    "values",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b"\xff",
        {"start_s": "x", "end_s": 3, "label": "backward"},
        {"start_s": 1e400, "end_s": [], "label": "backward"},
        {"label": "backward"},
        b'{"version": 1e999, "start_s": 1, "end_s": 20, "label": "backward"}',
    ],
)
def test_nonsense_is_refused_in_words(client: Client, folder: Path, values: Any) -> None:
    assert client.post("paint", values) == (400, {"error": "this is no change that can be understood"})
    assert not (folder / "quarter-mile.annotations.csv").exists()


@pytest.mark.parametrize(
    ("what", "values", "status", "words"),
    [
        ("paint", {**MARK, "label": "sideways"}, 422, 'label "sideways" is not known'),
        ("paint", {**MARK, "start_s": float("nan")}, 422, "is no stretch"),
        ("paint", {**MARK, "end_s": -5.0}, 422, "is no stretch"),
        ("clear", MARK, 422, "nothing is marked there"),
        ("change", {**MARK, "number": 7}, 409, "no annotation 7"),
        ("paint", {**MARK, "version": 99}, 409, "out of date"),
        ("undo", {}, 409, "nothing to undo"),
    ],
)
def test_what_cannot_be_done_is_said(client: Client, what: str, values: Any, status: int, words: str) -> None:
    answered, document = client.post(what, values)
    assert (answered, words in document["error"]) == (status, True), document


def test_a_body_that_is_no_change_of_anybodys_is_not_read(client: Client) -> None:
    large = b'{"note": "' + b"x" * 100_000 + b'"}'
    try:
        status, _ = client.post("paint", large)
    except (ConnectionError, http.client.HTTPException):
        status = 400  # it hangs up as soon as it is told how long the body is
    assert status == 400
    assert client.state()[0] == 200


def test_ctrl_c_says_what_was_saved(folder: Path, serving: StartEditor) -> None:
    served = serving(folder, "quarter-mile.fit")
    client = Client(served)
    client.post("paint", MARK)
    client.post("paint", {**MARK, "label": "rest"})
    assert served.interrupt() == (
        0,
        "quarter-mile.annotations.csv: 2 changes saved, 1 annotation in all\n",
        "",
    )


def test_it_ends_when_the_last_page_is_closed(folder: Path) -> None:
    with serve_in_thread(folder / "quarter-mile.fit") as served:
        let_pass = served.stop_clock()
        client = Client(served)
        for page in ("one", "two"):
            client.get(f"state?client={page}")
        client.post("closed", {"client": "one"})
        client.post("closed", {"client": "two"})
        client.get("state?client=two")  # loaded again
        let_pass(30.0)
        client.post("closed", {"client": "two"})
        let_pass(3.0)
        client.get("")  # and again: it counts from the last that was heard
        let_pass(3.0)
        client.get("")
        assert served.is_running
        let_pass(4.1)
        wait_until(lambda: not served.is_running)


@pytest.mark.slow
def test_the_command_ends_when_the_last_page_is_closed(folder: Path, serving: StartEditor) -> None:
    served = serving(folder, "quarter-mile.fit")
    client = Client(served)
    client.get("state?client=page")
    client.post("closed", {"client": "page"})
    assert served.wait_for_end()[:2] == (0, "quarter-mile.annotations.csv: nothing was changed, 0 annotations in all\n")


def test_the_browser_is_opened_with_the_address(folder: Path) -> None:
    opened = folder / "opened.txt"
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    words = [sys.executable, "-c", "from retropace.cli import main; main()", "annotate", "quarter-mile.fit"]
    environment = {**os.environ, "BROWSER": f"{browser} %s", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    assert process.stdout.readline().startswith("Opened in the browser. Closing the page, or Ctrl-C here, ends it")
    wait_until(opened.exists)
    wait_until(lambda: opened.read_text().strip() == address)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20)[0].endswith("nothing was changed, 0 annotations in all\n")


def test_a_port_that_is_taken_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = retropace("annotate", "quarter-mile.fit", "--no-browser", "--port", str(port), cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"retropace: quarter-mile.fit: port {port} cannot be had (address already in use): "
        "name another with --port, or leave it out for any free one\n"
    )


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_marked(folder: Path) -> None:
    ran = retropace("annotate", "quarter-mile.fit", "--no-browser", "--annotations", "/proc/x.csv", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no mark could be saved: name a file in another folder with --annotations" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["no.fit"], 1, "no.fit"),
        (["quarter-mile.fit", "--port", "99999"], 2, "99999"),
        (["quarter-mile.fit", "--no-browser", "--list"], 2, "--no-browser is for the page, not for --list"),
        (["quarter-mile.fit", "--no-browser", "--annotations", "labels.csv"], 1, "labels.csv:1"),
    ],
)
def test_other_wrong_calls(folder: Path, words: list[str], status: int, said: str) -> None:
    (folder / "labels.csv").write_text("not,a,sidecar\n")
    ran = retropace("annotate", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (status, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_it_listens_on_loopback_alone(client: Client) -> None:
    port = int(client.host.split(":")[1])
    with socket.create_server(("127.0.0.2", port)):  # would be taken if it listened on all addresses
        assert client.state()[0] == 200
