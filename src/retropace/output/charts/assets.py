"""What pages are made of: scripts, styles and templates in the ``web`` folder of a package, and data within markup."""

from __future__ import annotations

import shlex
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

CHART_SCRIPTS = ("numbers.js", "words.js", "map.js", "charts.js", "strip.js", "bar.js")
"""The scripts in ``drawing/web`` that draw an activity, in the order in which they need each other."""


def read_web_file(package: str, name: str) -> str:
    """The text of a file that a package brings along."""
    return files(f"retropace.{package}").joinpath("web", name).read_text(encoding="utf-8")


def build_template_environment(package: str) -> Environment:
    """The templates of a package and those of the charts; whatever is put into them is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader

    loader = ChoiceLoader([PackageLoader(f"retropace.{one}", "web") for one in (package, "output.charts")])
    templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    templates.filters["shell"] = shlex.quote
    return templates


def dump_script_json(value: Any) -> str:
    """JSON that cannot end the script element around it; raises ``ValueError`` for NaN."""
    from jinja2.utils import htmlsafe_json_dumps

    return str(htmlsafe_json_dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False))
