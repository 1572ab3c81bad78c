"""``retropace export FILE``: an analysis as a file for other programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.commands.analyze import analyze_file
from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.options.privacy_options import privacy_options
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.terminal.errors import EXIT_FAILURE, exit_status, print_error, run_or_report
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.options.annotation_options import AnnotationInputs
    from retropace.config.privacy import PrivacyFilter

FORMATS = ("csv", "json", "geojson", "gpx", "fit", "png")
FORMATS_WITH_ROWS = ("csv", "json")


@dataclass(frozen=True, slots=True)
class _ExportRequest:
    """What is to be made."""

    form: str
    rows: str
    simplify_m: float
    privacy_filter: PrivacyFilter
    units: str


def _as_tuple(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    return (value,)


@click.command()
@click.argument("files", metavar="FILE", type=click.Path(), callback=_as_tuple)
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMATS),
    help="The format; may be left out if the ending of --output says it.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Where it goes, - for stdout; without it NAME.directions.FORMAT in the current folder.",
)
@click.option("--force", is_flag=True, help="Write over a file that exists; never over the recording.")
@click.option(
    "--rows",
    type=click.Choice(["segments", "samples"]),
    help="Of csv and json: a row for each segment, or for each record with the label of its segment.  [default: "
    "segments]",
)
@click.option(
    "--simplify",
    metavar="METRES",
    help="Of geojson: leave out positions as long as the line stays this near the way.",
)
@privacy_options
@annotation_options
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.athlete_profile("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def export(
    files: tuple[str, ...],
    form: str | None,
    output: str | None,
    force: bool,
    rows: str | None,
    simplify: str | None,
    privacy_filter: PrivacyFilter,
    annotation_inputs: AnnotationInputs,
    ignore_names: bool,
    exact: bool,
    units: str,
    cadence: str,
    sensitivity: float,
    threshold: float,
    athlete: str | None,
    session: int | None,
) -> None:
    """An analysis as CSV, JSON, GeoJSON, GPX, FIT or a picture, for other programs.

    csv and json hold segments or records, geojson and gpx the way cut where the direction changes, fit a lap for each
    segment, as Garmin Connect and Strava read it, png a picture to share. Distances per direction are those of
    'retropace analyze' in each of them.
    """
    from retropace.core.parameters import parameters_from_options

    (path,) = files
    form = form or _format_from_suffix(output)
    if rows is not None and form not in FORMATS_WITH_ROWS:
        raise click.UsageError("--rows goes with --to csv and --to json.")
    if simplify is not None and form != "geojson":
        raise click.UsageError("--simplify goes with --to geojson.")
    wanted = _ExportRequest(form, rows or "segments", _parse_simplify_m(simplify), privacy_filter, units)
    target = output or f"{_recording_stem(path)}.directions.{form}"
    if target != "-" and (why := find_output_path_problem(target, [path], annotation_inputs.sidecar, force=force)):
        raise click.BadParameter(why, param_hint="--output")
    if target == "-" and form in ("fit", "png") and sys.stdout.isatty():
        raise click.UsageError(f"{form} is nothing for a terminal: name a file with --output.")
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    known = None if athlete is None else run_or_report(athlete, lambda: AthleteLearner(athlete).athlete)
    if athlete is not None and known is None:
        sys.exit(EXIT_FAILURE)

    def work() -> bytes:
        from retropace.core.errors import AnnotationError

        analyses = analyze_file(path, annotation_inputs, settings, session, known)
        if len(analyses) > 1:
            raise AnnotationError(f"holds {len(analyses)} sessions: say which one with --session N", path=path)
        return _build_export(analyses[0], wanted)

    made = run_or_report(path, work)
    if made is None:
        sys.exit(EXIT_FAILURE)
    sys.exit(exit_status([run_or_report(target, lambda: _write_export(made, target, force))]))


def _build_export(analysis: Analysis, request: _ExportRequest) -> bytes:
    """The bytes of the export; raises ``RetropaceError``."""
    form, hiding = request.form, request.privacy_filter
    text = ""
    if form == "csv":
        from retropace.output.export.to_csv import format_samples_csv, format_segments_csv

        text = format_segments_csv([analysis]) if request.rows == "segments" else format_samples_csv(analysis, hiding)
    elif form == "json":
        from retropace.output.export.to_json import format_analysis_json, format_samples_json

        text = format_analysis_json(analysis) if request.rows == "segments" else format_samples_json(analysis, hiding)
    elif form == "png":
        from retropace.core.units import KILOMETRES, MILES
        from retropace.output.export.to_png import render_png

        return render_png(analysis, hiding, MILES if request.units == "mi" else KILOMETRES)
    elif form == "fit":
        return _build_fit(analysis, hiding)
    else:
        text = _build_route_text(analysis, request)
    return text.encode("utf-8", "replace")  # names of files need not be text


def _build_route_text(analysis: Analysis, request: _ExportRequest) -> str:
    """GeoJSON or GPX."""
    from retropace.output.export.line_segments import build_line_segments

    path = analysis.activity.source.path
    pieces = build_line_segments(analysis, request.privacy_filter)
    if request.form == "geojson":
        from retropace.output.export.to_geojson import format_geojson

        if not pieces.has_lines:
            print_error(f"{path}: there are no positions to show: the features have labels and figures, but no lines")
        return format_geojson(analysis, pieces, request.simplify_m)
    from retropace.output.export.sample_rows import build_sample_rows
    from retropace.output.export.to_gpx import format_gpx

    made = format_gpx(analysis, pieces, build_sample_rows(analysis, request.privacy_filter))
    if analysis.cleaned.start_time is None:
        print_error(f"{path}: the watch had no date: the points have no times, and most readers will refuse them")
    return made


def _build_fit(analysis: Analysis, privacy_filter: PrivacyFilter) -> bytes:
    from retropace.output.export.to_fit import encode_fit

    source = analysis.activity.source
    data = None
    if source.format == "fit" and not privacy_filter:
        from retropace.core.errors import ReadError
        from retropace.readers.detect import load

        content = load(source.path)
        if content.sha256 != source.sha256:
            raise ReadError("was changed while it was being read: try again", path=source.path)
        data = content.data
    made = encode_fit(analysis, privacy_filter, data)
    if made.omission_note:
        print_error(f"{source.path}: {made.omission_note}")
    return made.data


def _write_export(data: bytes, target: str, force: bool) -> bool:
    """Write the export; raises ``RetropaceError``."""
    from retropace.core.atomic_write import atomic_replace, atomic_write

    if target == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return True
    if force:
        with atomic_replace(target) as part:
            part.write_bytes(data)
    else:
        atomic_write(target, data, expected_content=None)
    click.echo(f"{strip_control_chars(target)}: {_format_size(len(data))}")
    return True


def _format_size(byte_count: int) -> str:
    return (
        f"{byte_count} bytes"
        if byte_count < 1000
        else f"{byte_count / 1e3:.0f} kB"
        if byte_count < 1e6
        else f"{byte_count / 1e6:.1f} MB"
    )


def _format_from_suffix(output: str | None) -> str:
    """The format that a file's ending says."""
    ending = Path(output or "").suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise click.UsageError(f"say which format with --to: {', '.join(FORMATS)}.")
    return ending


def _recording_stem(path: str) -> str:
    """The recording's name without its folder and its endings."""
    name = Path(path).name
    return Path(name[:-3] if name.lower().endswith(".gz") else name).stem


def _parse_simplify_m(simplify: str | None) -> float:
    from retropace.config.privacy import parse_metres
    from retropace.core.errors import RetropaceError

    if simplify is None:
        return 0.0
    try:
        return parse_metres(simplify)
    except RetropaceError as bad:
        raise click.BadParameter(str(bad), param_hint="--simplify") from None
