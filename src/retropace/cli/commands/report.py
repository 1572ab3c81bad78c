"""``retropace report PATH...``: writes one self-contained HTML page about one or several activities."""

from collections.abc import Sequence
from functools import partial

import click

from retropace.cli.options import common as options
from retropace.cli.options.inputs import expand_paths, read_athlete_or_exit, shown_analysis_options
from retropace.cli.sessions import report_page
from retropace.cli.sessions.export_file import write_export
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.sessions.report_page import ReportRequest
from retropace.cli.terminal.console import print_line, print_text
from retropace.cli.terminal.errors import exit_with_status, print_error, run_each, run_or_report
from retropace.output.report.html import parse_tile_origin


@click.command()
@click.argument("files", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@options.option(
    "-o --output FILE",
    "Where the page goes; - for stdout.",
    type=click.Path(allow_dash=True),
    shown_default="report.html",
)
@options.option("--force", "Write over FILE even if it is no report of retropace's.")
@options.option("--open opens", "Open the page in the browser.")
@options.option(
    "--tiles URL",
    "Lay a map below the way, from tiles at this address, for example https://tile.openstreetmap.org/{z}/{x}/{y}.png."
    " Whoever opens the page asks that server for them.",
)
@shown_analysis_options
@options.gather("request", ReportRequest)
def report(files: tuple[str, ...], request: ReportRequest, output: str, force: bool, opens: bool) -> None:
    """One page to look at: map, charts, totals, reps, and how to mark what is wrong.

    PATH is a recording, or a folder of them. Of one activity the page shows the way and the charts, coloured by
    direction; of many a table that sorts and filters, distance per direction by week, and each of them. The page is one
    file that needs no network.
    """
    sidecar = request.analysis.annotation_inputs.sidecar
    tiles = request.tiles
    if tiles is not None and not (parse_tile_origin(tiles) and all(name in tiles for name in ("{z}", "{x}", "{y}"))):
        rule = "it begins with http:// or https:// and holds {z}, {x} and {y}"
        raise click.BadParameter(f"{tiles} is no address of tiles: {rule}", param_hint="--tiles")
    if opens and output == "-":
        raise click.UsageError("--open needs a file: name one with --output.")
    athlete = read_athlete_or_exit(request.analysis.athlete)
    expanded_paths, failed_count = expand_paths(files, sidecar)
    paths = list(dict.fromkeys(expanded_paths))
    problem = find_output_path_problem(
        output, paths, sidecar, force=force, own_description="report of retropace's", is_own_file=report_page.is_report
    )
    if output != "-" and problem:
        raise click.BadParameter(problem, param_hint="--output")
    build = partial(report_page.build_sections, request=request, athlete=athlete, count=len(paths))
    recordings = list(run_each(paths, build, "recordings"))
    results: list[object | None] = [*recordings, *[None] * failed_count]
    sections = [section for recording in recordings for section in recording or ()]
    if sections:
        failed_paths = [path for path, recording in zip(paths, recordings, strict=True) if recording is None]
        page = run_or_report(output, report_page.build_page, sections, failed_paths, request)
        results.append(page and run_or_report(output, _write_page, output, *page))
        if opens and results[-1] is not None:
            click.launch(output)
    exit_with_status(results)


def _write_page(output: str, data: bytes, subject: str, notes: Sequence[str]) -> bool:
    for note in notes:
        print_error(note)
    if output == "-":
        print_text(data, nl=False)
    else:
        write_export(data, output, force=True)
        print_line(f"{output}: {subject}, {len(data) / 1e6:.1f} MB")
    return True
