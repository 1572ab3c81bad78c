"""The house rules that a machine can check: imports run downward, start-up is light, the built wheel works."""

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path

import pytest

from tests.support.fresh_calls import call_fresh
from tests.support.paths import ROOT

SOURCE = ROOT / "src" / "retropace"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE)
FLOORS = [
    {"cli"},
    {"editor"},
    {"output", "library"},
    {"intervals", "season"},
    {"analysis"},
    {"labelling"},
    {"annotations", "sources"},
    {"segmentation", "cleaning", "readers", "config", "simulate"},
    {"core"},
]
"""The rooms from top to bottom. A room imports only from floors below its own."""
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_downward(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0]
    imported = {
        node.module for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
    }
    rooms = {name.split(".")[1] for name in imported if name and name.startswith("retropace.")}
    assert {other for other in rooms - {room} if FLOOR[other] <= FLOOR[room]} == set()


def test_no_two_classes_share_a_name() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in MODULES]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_modules_of_a_room_share_a_name() -> None:
    rooms = Counter((path.relative_to(SOURCE).parts[0], path.stem) for path in MODULES if path.stem != "__init__")
    assert [name for name, count in rooms.items() if count > 1] == []


HEAVY = frozenset(
    {"numpy", "shapely", "gpxpy", "fitdecode", "rich", "scipy", "pandas", "lxml", "sqlite3"}
    | {"distributed", "pyarrow", "fsspec"}
)


def test_help_loads_nothing_heavy() -> None:
    asked = [["--help"], ["--version"]]
    for words, call in zip(asked, call_fresh(*asked), strict=True):
        assert call.status == 0, call.printed
        assert not HEAVY & call.modules, words


def test_importing_the_package_loads_nothing() -> None:
    script = "import sys, retropace; assert 'numpy' not in sys.modules; retropace.read; assert 'numpy' in sys.modules"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_analysing_loads_no_library_of_the_tests() -> None:
    (call,) = call_fresh(["analyze", "samples/quarter-mile.fit", "--format", "json"], cwd=ROOT)
    assert call.status == 0, call.printed
    assert not {"shapely", "gpxpy", "scipy", "ruptures", "pandas", "pyproj", "fit_tool", "lxml"} & call.modules


def test_every_public_name_is_there() -> None:
    import retropace

    for name in retropace.__all__:
        assert getattr(retropace, name) is not None
    assert sorted(retropace._LAZY_EXPORTS) == retropace.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = retropace.nothing


@pytest.mark.slow
def test_the_wheel_alone_analyses_a_sample(tmp_path: Path) -> None:
    """Built, installed without development dependencies, run far from the source."""
    source = tmp_path / "source"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    )
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", source],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run([*pip, "install", "-q", "--no-compile", wheel], check=True, capture_output=True)
    for name in ("quarter-mile.fit", "quarter-mile.annotations.csv", "track-6x400.gpx"):
        shutil.copy(ROOT / "samples" / name, tmp_path)
    command = tmp_path / "venv" / "bin" / "retropace"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [command, "analyze", "quarter-mile.fit", "track-6x400.gpx", "--format", "json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env=clean,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    first, _ = json.loads(ran.stdout)
    assert first["directions"]["backward"]["annotated_m"] == pytest.approx(800, rel=0.02)
    ran = subprocess.run(
        [command, "inspect", "track-6x400.gpx"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    held = subprocess.run([*pip, "list"], check=True, capture_output=True, text=True).stdout
    assert "pytest" not in held
    assert "playwright" not in held
    typed = subprocess.run(
        [
            python,
            "-c",
            "import retropace, pathlib; print((pathlib.Path(retropace.__file__).parent / 'py.typed').is_file())",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert typed.stdout == "True\n"
