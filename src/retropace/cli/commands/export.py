"""``retropace export FILE``: writes an analysis as a file for other programs."""

import sys
from pathlib import Path

import click

from retropace.cli.options import common as options
from retropace.cli.options.common import parse_option
from retropace.cli.options.inputs import read_athlete_or_exit, shown_analysis_options
from retropace.cli.sessions.export_file import FORMATS, ExportRequest, build_export, default_target, write_export
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.terminal.console import print_line, print_text
from retropace.cli.terminal.errors import print_error, run_or_exit
from retropace.config.privacy import parse_metres


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@options.option(
    "--to form", "The format; may be left out if the ending of --output says it.", type=click.Choice(FORMATS)
)
@options.option(
    "-o --output FILE",
    "Where it goes, - for stdout; without it NAME.directions.FORMAT in the current folder.",
    type=click.Path(allow_dash=True),
)
@options.option("--force", "Write over a file that exists; never over the recording.")
@options.option(
    "--rows segments|samples",
    "Of csv and json: a row for each segment, or for each record with the label of its segment.  [default: segments]",
)
@options.option("--simplify METRES", "Of geojson: leave out positions as long as the line stays this near the way.")
@shown_analysis_options
@options.gather("request", ExportRequest)
def export(request: ExportRequest, form: str | None, output: str | None, force: bool, simplify: str | None) -> None:
    """An analysis as CSV, JSON, GeoJSON, GPX, FIT or a picture, for other programs.

    csv and json hold segments or records, geojson and gpx the way cut where the direction changes, fit a lap for each
    segment, as Garmin Connect and Strava read it, png a picture to share. Distances per direction are those of
    'retropace analyze' in each of them.
    """
    form = form or _format_from_suffix(output)
    if request.rows is not None and form not in ("csv", "json"):
        raise click.UsageError("--rows goes with --to csv and --to json.")
    if simplify is not None and form != "geojson":
        raise click.UsageError("--simplify goes with --to geojson.")
    simplify_m = 0.0 if simplify is None else parse_option("--simplify", parse_metres, simplify)
    target = output or default_target(request.file, form)
    sidecar = request.analysis.annotation_inputs.sidecar
    if target != "-" and (problem := find_output_path_problem(target, [request.file], sidecar, force=force)):
        raise click.BadParameter(problem, param_hint="--output")
    if target == "-" and form in ("fit", "png") and sys.stdout.isatty():
        raise click.UsageError(f"{form} is nothing for a terminal: name a file with --output.")
    athlete = read_athlete_or_exit(request.analysis.athlete)
    data, note = run_or_exit(request.file, build_export, request, form, simplify_m, athlete)
    if note:
        print_error(note)
    if target == "-":
        print_text(data, nl=False)
        return
    run_or_exit(target, write_export, data, target, force)
    print_line(f"{target}: {_format_size(len(data))}")


def _format_size(byte_count: int) -> str:
    if byte_count < 1000:
        return f"{byte_count} bytes"
    return f"{byte_count / 1e3:.0f} kB" if byte_count < 1e6 else f"{byte_count / 1e6:.1f} MB"


def _format_from_suffix(output: str | None) -> str:
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise click.UsageError(f"say which format with --to: {', '.join(FORMATS)}.")
    return suffix
