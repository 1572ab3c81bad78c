"""The HTML of the annotation page, and the scripts and styles that it loads."""

from functools import cache

from retropace.analysis.pipeline import Analysis
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import Units
from retropace.editor.editor import hash_distance_axis
from retropace.output.charts.assets import CHART_SCRIPTS, build_template_environment, dump_script_json, read_web_file
from retropace.output.charts.bokeh_figures import build_chart_documents, load_bokeh_script
from retropace.output.charts.chart_data import build_alt_texts, build_chart_data, chart_data_to_dict
from retropace.output.tables.analysis import describe_recording

EDITOR_SCRIPTS = ("stretches.js", "service.js", "annotate.js")
"""The scripts in ``editor/web``, in the order of loading: each may use earlier ones and those of the charts."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's content security policy, which allows inline styles because Bokeh inserts style elements."""


def render_editor_page(analysis: Analysis, units: Units) -> str:
    """Return the annotation page as HTML, without annotations, which the page requests from the server."""
    from markupsafe import Markup

    activity = analysis.activity
    file = strip_control_chars(activity.source.path)
    chart_data = build_chart_data(analysis, units=units)
    page = {
        "unit": {"name": units.name, "metres": units.metres},
        "charts": build_chart_documents(),
        "picture": chart_data_to_dict(chart_data, analysis),
        "alternatives": build_alt_texts(analysis, units),
        "axis": hash_distance_axis(analysis),
    }
    facts = [fact for fact in describe_recording(activity, analysis.cleaned) if fact != f'"{activity.name}"']
    template = build_template_environment("editor").get_template("annotate.html")
    return template.render(
        title=strip_control_chars(activity.name) or file,
        file=file,
        facts=[strip_control_chars(fact) for fact in facts],
        unit=units.name,
        scripts=[name for name in load_assets() if name.endswith(".js")],
        page=Markup(dump_script_json(page)),
    )


@cache
def load_assets() -> dict[str, str]:
    """Return the page's style sheet and scripts by file name, in the order of loading: each may use earlier ones."""
    return {
        "page.css": read_web_file("output.charts", "page.css") + read_web_file("editor", "annotate.css"),
        "bokeh.js": load_bokeh_script(),
        **{name: read_web_file("output.charts", name) for name in CHART_SCRIPTS},
        **{name: read_web_file("editor", name) for name in EDITOR_SCRIPTS},
    }
