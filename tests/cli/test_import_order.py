"""The order of imports within the command line's room."""

import ast

import pytest

from tests.support.paths import ROOT

FLOORS = ("sessions", "terminal", "options", "commands")


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_downward_and_commands_import_no_command(floor: str) -> None:
    allowed = FLOORS[: FLOORS.index(floor) + (floor != "commands")]
    for path in (ROOT / "src" / "retropace" / "cli" / floor).glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        modules = [node.module.split(".") for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        imported = {module[2] for module in modules if module[:2] == ["retropace", "cli"] and len(module) > 2}
        assert imported <= set(allowed), path


def test_sessions_print_nothing() -> None:
    for path in (ROOT / "src" / "retropace" / "cli" / "sessions").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert not {"click", "rich"} & {str(module).partition(".")[0] for module in modules}, path
        assert not [node for node in nodes if isinstance(node, ast.Name) and node.id == "print"], path


def test_commands_import_at_the_top_and_take_six_parameters_at_most() -> None:
    for path in (ROOT / "src" / "retropace" / "cli" / "commands").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        inner = [node for function in functions for node in ast.walk(function)]
        imports = [node for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not imports or path.stem == "batch", path  # the fork server is started before what is imported there
        assert max((len(node.args.args + node.args.kwonlyargs) for node in functions), default=0) <= 6, path
