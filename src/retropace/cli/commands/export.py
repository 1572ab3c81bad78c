"""``retropace export FILE``: writes an analysis as a file for other programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.options.parse_option import parse_option
from retropace.cli.options.privacy_options import privacy_options
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.learning import read_athlete_or_exit
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.terminal.errors import EXIT_FAILURE, exit_status, print_error, run_or_report
from retropace.core.atomic_write import atomic_replace, atomic_write
from retropace.core.errors import AnnotationError, ReadError
from retropace.core.parameters import parameters_from_options
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.sessions.annotation_inputs import AnnotationInputs
    from retropace.config.privacy import PrivacyFilter

FORMATS = ("csv", "json", "geojson", "gpx", "fit", "png")
"""Export formats, each also the suffix of its files."""
FORMATS_WITH_ROWS = ("csv", "json")
"""Formats to which ``--rows`` applies."""


@dataclass(frozen=True, slots=True)
class _ExportRequest:
    """The options of one export."""

    form: str
    """One of :data:`FORMATS`."""
    rows: str
    """``segments`` or ``samples``."""
    simplify_m: float
    """Largest deviation of a simplified GeoJSON line from the recorded one."""
    privacy_filter: PrivacyFilter
    units: str
    """``km`` or ``mi``, for pictures."""


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
    (path,) = files
    form = form or _format_from_suffix(output)
    if rows is not None and form not in FORMATS_WITH_ROWS:
        raise click.UsageError("--rows goes with --to csv and --to json.")
    if simplify is not None and form != "geojson":
        raise click.UsageError("--simplify goes with --to geojson.")
    request = _ExportRequest(form, rows or "segments", _parse_simplify_m(simplify), privacy_filter, units)
    target = output or f"{_recording_stem(path)}.directions.{form}"
    if target != "-" and (problem := find_output_path_problem(target, [path], annotation_inputs.sidecar, force=force)):
        raise click.BadParameter(problem, param_hint="--output")
    if target == "-" and form in ("fit", "png") and sys.stdout.isatty():
        raise click.UsageError(f"{form} is nothing for a terminal: name a file with --output.")
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    known_athlete = read_athlete_or_exit(athlete)

    def build_data() -> bytes:
        analyses = analyze_file(path, annotation_inputs, settings, session, known_athlete)
        if len(analyses) > 1:
            raise AnnotationError(f"holds {len(analyses)} sessions: say which one with --session N", path=path)
        return _build_export(analyses[0], request)

    data = run_or_report(path, build_data)
    if data is None:
        sys.exit(EXIT_FAILURE)
    sys.exit(exit_status([run_or_report(target, lambda: _write_export(data, target, force))]))


def _build_export(analysis: Analysis, request: _ExportRequest) -> bytes:
    """Return the content of the exported file; raises ``RetropaceError``."""
    form, privacy_filter = request.form, request.privacy_filter
    text = ""
    if form == "csv":
        from retropace.output.export.to_csv import format_samples_csv, format_segments_csv

        text = (
            format_segments_csv([analysis])
            if request.rows == "segments"
            else format_samples_csv(analysis, privacy_filter)
        )
    elif form == "json":
        from retropace.output.export.to_json import format_analysis_json, format_samples_json

        text = (
            format_analysis_json(analysis)
            if request.rows == "segments"
            else format_samples_json(analysis, privacy_filter)
        )
    elif form == "png":
        from retropace.core.units import UNITS_BY_NAME
        from retropace.output.export.to_png import render_png

        return render_png(analysis, privacy_filter, UNITS_BY_NAME[request.units])
    elif form == "fit":
        return _build_fit(analysis, privacy_filter)
    else:
        text = _build_route_text(analysis, request)
    return text.encode("utf-8", "replace")  # file names may hold bytes that are not valid text


def _build_route_text(analysis: Analysis, request: _ExportRequest) -> str:
    """Return the route as GeoJSON or GPX; an error on stderr says if lines or times are missing in it."""
    from retropace.output.export.line_segments import build_line_segments

    path = analysis.activity.source.path
    line_segments = build_line_segments(analysis, request.privacy_filter)
    if request.form == "geojson":
        from retropace.output.export.to_geojson import format_geojson

        if not line_segments.has_lines:
            print_error(f"{path}: there are no positions to show: the features have labels and figures, but no lines")
        return format_geojson(analysis, line_segments, request.simplify_m)
    from retropace.output.export.sample_rows import build_sample_rows
    from retropace.output.export.to_gpx import format_gpx

    text = format_gpx(analysis, line_segments, build_sample_rows(analysis, request.privacy_filter))
    if analysis.cleaned.start_time is None:
        print_error(f"{path}: the watch had no date: the points have no times, and most readers will refuse them")
    return text


def _build_fit(analysis: Analysis, privacy_filter: PrivacyFilter) -> bytes:
    """Return a FIT file, based on the recording itself if that is a FIT file and nothing is hidden."""
    from retropace.output.export.to_fit import encode_fit

    source = analysis.activity.source
    data = None
    if source.format == "fit" and not privacy_filter:
        from retropace.readers.detect import load

        content = load(source.path)
        if content.sha256 != source.sha256:
            raise ReadError("was changed while it was being read: try again", path=source.path)
        data = content.data
    encoded = encode_fit(analysis, privacy_filter, data)
    if encoded.omission_note:
        print_error(f"{source.path}: {encoded.omission_note}")
    return encoded.data


def _write_export(data: bytes, target: str, force: bool) -> bool:
    """Write the export to a file, or to stdout for ``-``, and return True; raises ``RetropaceError``."""
    if target == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return True
    if force:
        with atomic_replace(target) as temporary:
            temporary.write_bytes(data)
    else:
        atomic_write(target, data, expected_content=None)
    click.echo(f"{strip_control_chars(target)}: {_format_size(len(data))}")
    return True


def _format_size(byte_count: int) -> str:
    if byte_count < 1000:
        return f"{byte_count} bytes"
    return f"{byte_count / 1e3:.0f} kB" if byte_count < 1e6 else f"{byte_count / 1e6:.1f} MB"


def _format_from_suffix(output: str | None) -> str:
    """Return the format that the suffix of the output file names; raises :class:`click.UsageError`."""
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise click.UsageError(f"say which format with --to: {', '.join(FORMATS)}.")
    return suffix


def _recording_stem(path: str) -> str:
    """Return the file name without its suffixes."""
    name = Path(path).name
    return Path(name[:-3] if name.lower().endswith(".gz") else name).stem


def _parse_simplify_m(simplify: str | None) -> float:
    from retropace.config.privacy import parse_metres

    return 0.0 if simplify is None else parse_option("--simplify", parse_metres, simplify)
