"""``retropace report PATH...``: writes one self-contained HTML page about one or several activities."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.options.privacy_options import privacy_options
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.learning import read_athlete_or_exit
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.sessions.recordings import expand_paths
from retropace.cli.terminal.errors import exit_status, print_error, run_or_report
from retropace.core.atomic_write import atomic_replace
from retropace.core.parameters import parameters_from_options
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.cli.sessions.annotation_inputs import AnnotationInputs
    from retropace.config.privacy import PrivacyFilter
    from retropace.core.units import Units
    from retropace.output.report.activity_section import ActivitySection

MAX_ROWS = 16_000
"""Largest number of chart rows of one activity, about ten per pixel of a wide screen, for zooming in."""
MAX_POSITIONS = 12_000
"""Largest number of map positions of one activity, about ten per pixel of a wide screen."""
ACTIVITIES_AT_FULL_DETAIL = 4
"""Number of activities that a report shows in full detail. If there are more, they share the rows and positions of this
many equally, so that a report of a hundred stays below 5 MB."""
MIN_ROWS = 400
"""Number of chart rows, and of map positions, that an activity may have at least, however many activities share
them."""
GENERATOR_TAG = b'<meta name="generator" content="retropace '
"""Bytes in the head of every report, by which a report is recognised before it is overwritten."""


@click.command()
@click.argument("files", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    default="report.html",
    show_default=True,
    help="Where the page goes; - for stdout.",
)
@click.option("--force", is_flag=True, help="Write over FILE even if it is no report of retropace's.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--tiles",
    metavar="URL",
    help="Lay a map below the way, from tiles at this address, for example "
    "https://tile.openstreetmap.org/{z}/{x}/{y}.png. Whoever opens the page asks that server for them.",
)
@privacy_options
@annotation_options
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.athlete_profile("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def report(
    files: tuple[str, ...],
    output: str,
    force: bool,
    opens: bool,
    tiles: str | None,
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
    """One page to look at: map, charts, totals, reps, and how to mark what is wrong.

    PATH is a recording, or a folder of them. Of one activity the page shows the way and the charts, coloured by
    direction; of many a table that sorts and filters, distance per direction by week, and each of them. The page is one
    file that needs no network.
    """
    from retropace.core.units import UNITS_BY_NAME

    _check_tiles(tiles)
    if opens and output == "-":
        raise click.UsageError("--open needs a file: name one with --output.")
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    units_shown = UNITS_BY_NAME[units]
    known_athlete = read_athlete_or_exit(athlete)
    expanded_paths, failed_count = expand_paths(files, annotation_inputs.sidecar)
    paths = list(dict.fromkeys(expanded_paths))
    if output != "-" and (
        problem := find_output_path_problem(
            output,
            paths,
            annotation_inputs.sidecar,
            force=force,
            own_description="report of retropace's",
            is_own_file=_is_report,
        )
    ):
        raise click.BadParameter(problem, param_hint="--output")

    share = 1.0 if len(paths) < 2 else ACTIVITIES_AT_FULL_DETAIL / max(len(paths), ACTIVITIES_AT_FULL_DETAIL)

    def build_sections(path: str) -> list[ActivitySection]:
        from retropace.output.report.activity_section import build_activity_section

        return [
            build_activity_section(
                analysis,
                privacy_filter,
                units_shown,
                max_rows=max(round(MAX_ROWS * share), MIN_ROWS),
                max_positions=max(round(MAX_POSITIONS * share), MIN_ROWS),
                mercator=tiles is not None,
            )
            for analysis in analyze_file(path, annotation_inputs, settings, session, known_athlete)
        ]

    results: list[object | None] = [None] * failed_count
    sections: list[ActivitySection] = []
    failures: list[str] = []
    with click.progressbar(
        paths, file=sys.stderr, label="recordings", hidden=len(paths) < 2 or not sys.stderr.isatty()
    ) as shown_paths:
        for path in shown_paths:
            new_sections = run_or_report(path, lambda path=path: build_sections(path))  # type: ignore[misc]  # bound per file
            results.append(new_sections)
            sections += new_sections or ()
            if new_sections is None:
                name = Path(path).name
                failures.append(f"{name}: could not be analysed; 'retropace inspect {name}' says why")
    if sections:
        results.append(run_or_report(output, lambda: _write_report(sections, failures, output, units_shown, tiles)))
        if opens and results[-1] is not None:
            click.launch(output)
    sys.exit(exit_status(results))


def _write_report(
    sections: list[ActivitySection], failures: list[str], output: str, units: Units, tiles: str | None
) -> bool:
    """Write the page to a file, or to stdout for ``-``, and return True; raises ``RetropaceError``."""
    from retropace.output.report.drop_duplicates import drop_duplicates
    from retropace.output.report.html import render_report

    sections, duplicate_notes = drop_duplicates(sections)
    for note in duplicate_notes:
        print_error(note)
    today = datetime.now(UTC).date()
    page = render_report(
        sections, units, report_date=today, failures=[*failures, *duplicate_notes], tile_url=tiles
    ).encode()
    if output == "-":
        sys.stdout.buffer.write(page)
        return True
    with atomic_replace(output) as temporary:
        temporary.write_bytes(page)
    count = f"{len(sections)} activities" if len(sections) > 1 else sections[0].title
    click.echo(f"{strip_control_chars(output)}: {strip_control_chars(count)}, {len(page) / 1e6:.1f} MB")
    return True


def _is_report(path: Path) -> bool:
    """Whether the file is a report of retropace's; raises ``OSError``."""
    with path.open("rb") as file:
        return GENERATOR_TAG in file.read(4096)


def _check_tiles(tiles: str | None) -> None:
    """Raise :class:`click.BadParameter` unless ``tiles`` is None or an http address with ``{z}``, ``{x}``, ``{y}``."""
    from retropace.output.report.html import parse_tile_origin

    if tiles is not None and not (parse_tile_origin(tiles) and all(name in tiles for name in ("{z}", "{x}", "{y}"))):
        raise click.BadParameter(
            f"{tiles} is no address of tiles: it begins with http:// or https:// and holds {{z}}, {{x}} and {{y}}",
            param_hint="--tiles",
        )
