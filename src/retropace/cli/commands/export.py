"""``retropace export FILE``: an analysis as a file for other programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.commands.analyze import analyze_file
from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import said_options
from retropace.cli.options.privacy_options import hiding_options
from retropace.cli.sessions.learning import Learning
from retropace.cli.sessions.output_paths import refusal
from retropace.cli.terminal.errors import FAILED, attempt, complain, exit_status
from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.options.annotation_options import Said
    from retropace.config.privacy import Hiding

FORMS = ("csv", "json", "geojson", "gpx", "fit", "png")
WITH_ROWS = ("csv", "json")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be made."""

    form: str
    rows: str
    simplify_m: float
    hiding: Hiding
    units: str


def _one(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    return (value,)


@click.command()
@click.argument("files", metavar="FILE", type=click.Path(), callback=_one)
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMS),
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
@hiding_options
@said_options
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.who_ran("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def export(
    files: tuple[str, ...],
    form: str | None,
    output: str | None,
    force: bool,
    rows: str | None,
    simplify: str | None,
    hiding: Hiding,
    spoken: Said,
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
    from retropace.core.parameters import settings_of

    (path,) = files
    form = form or _form_of(output)
    if rows is not None and form not in WITH_ROWS:
        raise click.UsageError("--rows goes with --to csv and --to json.")
    if simplify is not None and form != "geojson":
        raise click.UsageError("--simplify goes with --to geojson.")
    wanted = _Wanted(form, rows or "segments", _metres(simplify), hiding, units)
    target = output or f"{_stem(path)}.directions.{form}"
    if target != "-" and (why := refusal(target, [path], spoken.sidecar, force=force)):
        raise click.BadParameter(why, param_hint="--output")
    if target == "-" and form in ("fit", "png") and sys.stdout.isatty():
        raise click.UsageError(f"{form} is nothing for a terminal: name a file with --output.")
    settings = settings_of(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, exact=exact, names=not ignore_names
    )
    known = None if athlete is None else attempt(athlete, lambda: Learning(athlete).athlete)
    if athlete is not None and known is None:
        sys.exit(FAILED)

    def work() -> bytes:
        from retropace.core.errors import AnnotationError

        analyses = analyze_file(path, spoken, settings, session, known)
        if len(analyses) > 1:
            raise AnnotationError(f"holds {len(analyses)} sessions: say which one with --session N", path=path)
        return _made(analyses[0], wanted)

    made = attempt(path, work)
    if made is None:
        sys.exit(FAILED)
    sys.exit(exit_status([attempt(target, lambda: _write(made, target, force))]))


def _made(analysis: Analysis, wanted: _Wanted) -> bytes:
    """The bytes of the export; raises ``RetropaceError``."""
    form, hiding = wanted.form, wanted.hiding
    text = ""
    if form == "csv":
        from retropace.output.export.to_csv import samples_csv, segments_csv

        text = segments_csv([analysis]) if wanted.rows == "segments" else samples_csv(analysis, hiding)
    elif form == "json":
        from retropace.output.export.to_json import analysis_json, samples_json

        text = analysis_json(analysis) if wanted.rows == "segments" else samples_json(analysis, hiding)
    elif form == "png":
        from retropace.core.units import KILOMETRES, MILES
        from retropace.output.export.to_png import png

        return png(analysis, hiding, MILES if wanted.units == "mi" else KILOMETRES)
    elif form == "fit":
        return _fit(analysis, hiding)
    else:
        text = _way(analysis, wanted)
    return text.encode("utf-8", "replace")  # names of files need not be text


def _way(analysis: Analysis, wanted: _Wanted) -> str:
    """GeoJSON or GPX."""
    from retropace.output.export.line_segments import pieces_of

    path = analysis.activity.source.path
    pieces = pieces_of(analysis, wanted.hiding)
    if wanted.form == "geojson":
        from retropace.output.export.to_geojson import geojson

        if not pieces.have_lines:
            complain(f"{path}: there are no positions to show: the features have labels and figures, but no lines")
        return geojson(analysis, pieces, wanted.simplify_m)
    from retropace.output.export.sample_rows import sample_rows
    from retropace.output.export.to_gpx import gpx

    made = gpx(analysis, pieces, sample_rows(analysis, wanted.hiding))
    if analysis.track.start_time is None:
        complain(f"{path}: the watch had no date: the points have no times, and most readers will refuse them")
    return made


def _fit(analysis: Analysis, hiding: Hiding) -> bytes:
    from retropace.output.export.to_fit import fit

    source = analysis.activity.source
    data = None
    if source.format == "fit" and not hiding:
        from retropace.core.errors import ReadError
        from retropace.readers.detect import load

        content = load(source.path)
        if content.sha256 != source.sha256:
            raise ReadError("was changed while it was being read: try again", path=source.path)
        data = content.data
    made = fit(analysis, hiding, data)
    if made.said:
        complain(f"{source.path}: {made.said}")
    return made.data


def _write(data: bytes, target: str, force: bool) -> bool:
    """Write the export; raises ``RetropaceError``."""
    from retropace.core.atomic_write import replacing, write_into_place

    if target == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return True
    if force:
        with replacing(target) as part:
            part.write_bytes(data)
    else:
        write_into_place(target, data, was=None)
    click.echo(f"{harmless(target)}: {_size(len(data))}")
    return True


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _form_of(output: str | None) -> str:
    """The format that a file's ending says."""
    ending = Path(output or "").suffix.lower().removeprefix(".")
    if ending not in FORMS:
        raise click.UsageError(f"say which format with --to: {', '.join(FORMS)}.")
    return ending


def _stem(path: str) -> str:
    """The recording's name without its folder and its endings."""
    name = Path(path).name
    return Path(name[:-3] if name.lower().endswith(".gz") else name).stem


def _metres(simplify: str | None) -> float:
    from retropace.config.privacy import parse_metres
    from retropace.core.errors import RetropaceError

    if simplify is None:
        return 0.0
    try:
        return parse_metres(simplify)
    except RetropaceError as bad:
        raise click.BadParameter(str(bad), param_hint="--simplify") from None
