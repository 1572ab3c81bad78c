"""The order of imports within the command line's room."""

from __future__ import annotations

import ast

import pytest

from tests.support.paths import ROOT

FLOORS = ("terminal", "sessions", "options", "commands")


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_downward_and_commands_import_no_command(floor: str) -> None:
    allowed = FLOORS[: FLOORS.index(floor) + (floor != "commands")]
    for path in (ROOT / "src" / "retropace" / "cli" / floor).glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        modules = [node.module.split(".") for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        imported = {module[2] for module in modules if module[:2] == ["retropace", "cli"] and len(module) > 2}
        assert imported <= set(allowed), path
