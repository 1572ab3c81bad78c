"""``retropace library`` as its user sees it."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from retropace.core.units import KILOMETRES
from retropace.output.tables.library import build_activity_list
from tests.support.batch_runs import COMMAND, environment, retropace, rows
from tests.support.recordings import runs


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("library")
    (made / "in").mkdir()
    for at, run in enumerate(runs(4, seconds=400)):
        (made / "in" / f"{at}.fit").write_bytes(run.fit())
    (made / "in" / "2.annotations.csv").write_text("start,end,label,note\n3:20,5:00,backward,on the meadow\n")
    (made / "in" / "named.gpx").write_bytes(runs(9, seconds=400)[8].gpx("Möhnesee 100%"))
    assert retropace("batch", "in", data=made / "data", cwd=made).returncode == 0
    return made


def read_output(base: Path, *words: str, status: int = 0) -> str:
    ran = retropace("library", *words, data=base / "data", cwd=base)
    assert (ran.returncode, "Traceback" in ran.stderr) == (status, False), ran.stderr
    return ran.stdout if status == 0 else ran.stderr


def test_list(base: Path) -> None:
    lines = read_output(base, "list").splitlines()
    assert len(lines) == 6
    assert lines[1].split()[1:3] == ["2025-01-01", "07:00"]
    everything = json.loads(read_output(base, "list", "--format", "json"))
    backward = [row["path"] for row in everything if row["backward_elapsed_s"]]
    assert "in/2.fit" in backward
    assert len(backward) < len(everything)
    found = json.loads(read_output(base, "list", "--backward", "--format", "json"))
    assert [row["path"] for row in found] == backward
    assert len(read_output(base, "list", "--since", "2025-01-03").splitlines()) == 4
    assert read_output(base, "list", "--sport", "swim").strip() == "no activities"
    assert "mi " in read_output(base, "list", "--units", "mi")
    assert [row["path"] for row in everything] == ["in/0.fit", "in/1.fit", "in/2.fit", "in/3.fit", "in/named.gpx"]


@pytest.mark.parametrize("width", [40, 80, 119, 120, 200])
def test_a_row_fits_the_terminal_and_the_activity_is_never_cut(base: Path, width: int) -> None:
    found = json.loads(read_output(base, "list", "--format", "json"))
    found[0]["name"] = "a very long name " * 10
    found[1]["duplicate_of"] = found[0]["activity"]
    sheet = build_activity_list(found, KILOMETRES, width)
    assert [row[0] for row in sheet.rows] == [one["activity"] for one in found]
    columns = list(zip(sheet.names, *sheet.rows, strict=True))
    if width >= 80:
        assert sum(max(map(len, column)) for column in columns) + 2 * len(columns) <= width
    assert build_activity_list([], KILOMETRES, width).footer == ("no activities",)


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        (["möhnesee"], ["in/named.gpx"]),
        (["100%"], ["in/named.gpx"]),
        (["MEADOW"], ["in/2.fit"]),
        (["2025-01-0", "running", "3.fit"], ["in/3.fit"]),
        (["nothing of the kind"], []),
    ],
)
def test_search(base: Path, words: list[str], paths: list[str]) -> None:
    found = json.loads(read_output(base, "search", *words, "--format", "json"))
    assert [row["path"] for row in found] == paths


def test_show_by_id_and_path(base: Path) -> None:
    (row,) = json.loads(read_output(base, "search", "2.fit", "--format", "json"))
    for name in (row["activity"], row["activity"][:5], "in/2.fit", str(base / "in" / "2.fit")):
        document = json.loads(read_output(base, "show", name, "--format", "json"))
        assert document["schema"] == "retropace.analysis/1"
        assert document["annotations"][0]["note"] == "on the meadow"
    text = read_output(base, "show", "in/2.fit")
    assert text.splitlines()[0] == "in/2.fit"
    assert "backward run  annotated" in text
    assert "nothing was analysed there" not in text
    assert "means 5 activities" in read_output(base, "show", "in", status=1)
    assert "knows no such activity" in read_output(base, "show", "ffffffff", status=1)


def test_export(base: Path) -> None:
    read_output(base, "export", "--csv", "exported", "--since", "2025-01-02")
    assert len(rows(base / "exported" / "activities.csv")) == 4
    lines = read_output(base, "export", "--json").splitlines()
    assert len({json.loads(line)["source"]["path"] for line in lines}) == 5
    ran = retropace("library", "export", data=base / "data")
    assert ran.returncode == 2


def test_forget(tmp_path: Path) -> None:
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    for at, run in enumerate(runs(3, seconds=300)):
        (tmp_path / "in" / ("deeper" if at else "") / f"{at}.fit").write_bytes(run.fit())
    retropace("batch", "in", data=tmp_path / "data", cwd=tmp_path)
    assert read_output(tmp_path, "forget", "in/deeper") == "in/deeper: forgot 2 files\n"
    assert len(read_output(tmp_path, "list").splitlines()) == 2
    ran = retropace("batch", "in", "--json", data=tmp_path / "data", cwd=tmp_path)
    assert json.loads(ran.stdout)["files"] == {"unchanged": 1, "analysed": 3}
    (row, *_) = json.loads(read_output(tmp_path, "list", "--format", "json"))
    read_output(tmp_path, "forget", row["activity"])
    assert len(read_output(tmp_path, "list").splitlines()) == 3
    assert (tmp_path / "in" / "0.fit").exists()


def test_no_library_yet(tmp_path: Path) -> None:
    for words in (["list"], ["show", "x"], ["forget", "x"], ["export", "--json"]):
        ran = retropace("library", *words, data=tmp_path / "data")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "there is no such library yet: 'retropace batch' makes one" in ran.stderr
    assert not (tmp_path / "data").exists()
    ran = retropace("library", "path", "--library", "elsewhere.sqlite", data=tmp_path / "data")
    assert ran.stdout == "elsewhere.sqlite\n"


def test_whoever_reads_along_may_stop(base: Path) -> None:
    """As ``| head`` does: no complaint, though all of it is still to come."""
    command = shlex.join([*COMMAND, "library", "export", "--json"])
    ran = subprocess.run(
        ["bash", "-c", f"{command} | true"],
        env=environment(base / "data"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
