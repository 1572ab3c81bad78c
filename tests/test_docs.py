import re
import subprocess
from pathlib import Path

import pytest

from retropace.cli.reference import build_reference
from tests.support.docs import BLOCK, PAGES, commands, rendered
from tests.support.paths import ROOT


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_print_what_the_page_shows(path: Path) -> None:
    """If this fails because the output got better: ``python -m tests.support.docs``."""
    page = path.read_text(encoding="utf-8")
    assert rendered(page) == page


def test_the_pages_show_commands_at_all() -> None:
    shown = [command for path in PAGES for block in BLOCK.finditer(path.read_text()) for command in commands(block[2])]
    assert sum(command.startswith("retropace ") for command in shown) >= 10


def test_the_reference_is_made_from_the_commands() -> None:
    """If this fails: ``python -m retropace.cli.reference > docs/cli.md``."""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == build_reference()


def test_python_in_the_docs_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for path in PAGES:
        for block in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            exec(compile(block, path.name, "exec"), {"__name__": "__main__"})


def test_links_between_pages_lead_somewhere() -> None:
    for path in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "samples" / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_ci_runs_the_readmes_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    first, second = block.strip().splitlines()
    assert "retropace analyze samples/quarter-mile.fit" in first
    assert "pytest" in second
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script  # it takes them from there


def test_the_top_level_holds_what_it_should() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False).stdout
    if not tracked:
        pytest.skip("not a git checkout: nothing to list")
    top = {name.split("/")[0] for name in tracked.splitlines()}
    assert {name for name in top if not name.startswith(".")} == {
        *("pyproject.toml", "src", "tests", "samples", "docs"),
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff"),
    }
