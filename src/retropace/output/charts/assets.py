"""Scripts, style sheets and templates of HTML pages, read from the ``web`` folder of a package."""

from __future__ import annotations

import shlex
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

CHART_SCRIPTS = ("numbers.js", "segment_text.js", "route_map.js", "charts.js", "strip.js", "bar.js")
"""The scripts in ``output/charts/web`` that draw an activity, in the order of loading: each may use earlier ones."""


def read_web_file(package: str, name: str) -> str:
    """Return the text of the file ``name`` in the ``web`` folder of a package, such as ``output.charts``."""
    return files(f"retropace.{package}").joinpath("web", name).read_text(encoding="utf-8")


def build_template_environment(package: str) -> Environment:
    """Return a Jinja environment with the HTML templates of a package and ``output.charts``; it escapes values."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader

    loader = ChoiceLoader([PackageLoader(f"retropace.{source}", "web") for source in (package, "output.charts")])
    templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    templates.filters["shell"] = shlex.quote
    return templates


def dump_script_json(value: Any) -> str:
    r"""Return JSON that is safe inside an HTML ``script`` element; raises :class:`ValueError` for NaN and infinity.

    >>> dump_script_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    from jinja2.utils import htmlsafe_json_dumps

    return str(htmlsafe_json_dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False))
