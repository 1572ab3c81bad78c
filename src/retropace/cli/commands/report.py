"""``retropace report PATH...``: one self-contained HTML page of one activity, or of many."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.commands.analyze import analyze_file
from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.options.privacy_options import privacy_options
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.sessions.output_paths import find_output_path_problem
from retropace.cli.sessions.recordings import find_recordings
from retropace.cli.terminal.errors import EXIT_FAILURE, exit_status, print_error, run_or_report
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.cli.options.annotation_options import AnnotationInputs
    from retropace.config.privacy import PrivacyFilter
    from retropace.core.units import Units
    from retropace.output.report.activity_section import ActivitySection

MAX_ROWS, MAX_POSITIONS = 16_000, 12_000
"""Rows and positions of one activity: ten for each pixel of a wide screen, so that there is something to zoom into."""
ACTIVITIES_AT_FULL_DETAIL = 4
"""Many activities have as many together as so many alone, so that a page of a hundred stays below 5 MB."""
MIN_ROWS = 400
GENERATOR_TAG = b'<meta name="generator" content="retropace '


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
    from retropace.core.parameters import parameters_from_options
    from retropace.core.units import KILOMETRES, MILES

    _check_tiles(tiles)
    if opens and output == "-":
        raise click.UsageError("--open needs a file: name one with --output.")
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    shown_in = MILES if units == "mi" else KILOMETRES
    known = None if athlete is None else run_or_report(athlete, lambda: AthleteLearner(athlete).athlete)
    if athlete is not None and known is None:
        sys.exit(EXIT_FAILURE)
    listed = [(path, run_or_report(path, lambda path=path: find_recordings(path))) for path in files]  # type: ignore[misc]  # bound per file
    paths = list(dict.fromkeys(one for _, found in listed for one in found or ()))
    if annotation_inputs.sidecar is not None and len(paths) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    why = (
        ""
        if output == "-"
        else find_output_path_problem(
            output,
            paths,
            annotation_inputs.sidecar,
            force=force,
            own_description="report of retropace's",
            is_own_file=_is_report,
        )
    )
    if why:
        raise click.BadParameter(why, param_hint="--output")

    share = 1.0 if len(paths) < 2 else ACTIVITIES_AT_FULL_DETAIL / max(len(paths), ACTIVITIES_AT_FULL_DETAIL)

    def work(path: str) -> list[ActivitySection]:
        from retropace.output.report.activity_section import build_activity_section

        return [
            build_activity_section(
                analysis,
                privacy_filter,
                shown_in,
                max_rows=max(round(MAX_ROWS * share), MIN_ROWS),
                max_positions=max(round(MAX_POSITIONS * share), MIN_ROWS),
                mercator=tiles is not None,
            )
            for analysis in analyze_file(path, annotation_inputs, settings, session, known)
        ]

    results: list[object | None] = [None for _, found in listed if found is None]
    parts: list[ActivitySection] = []
    failed: list[str] = []
    with click.progressbar(
        paths, file=sys.stderr, label="recordings", hidden=len(paths) < 2 or not sys.stderr.isatty()
    ) as all_of_them:
        for path in all_of_them:
            found = run_or_report(path, lambda path=path: work(path))  # type: ignore[misc]  # bound per file
            results.append(found)
            parts += found or ()
            if found is None:
                name = Path(path).name
                failed.append(f"{name}: could not be analysed; 'retropace inspect {name}' says why")
    if parts:
        results.append(run_or_report(output, lambda: _write_report(parts, failed, output, shown_in, tiles)))
        if opens and results[-1] is not None:
            click.launch(output)
    sys.exit(exit_status(results))


def _write_report(
    parts: list[ActivitySection], failed: list[str], output: str, units: Units, tiles: str | None
) -> bool:
    """Write the page; raises ``RetropaceError``."""
    from retropace.core.atomic_write import atomic_replace
    from retropace.output.report.drop_duplicates import drop_duplicates
    from retropace.output.report.html import render_report

    kept, left_out = drop_duplicates(parts)
    for line in left_out:
        print_error(line)
    today = datetime.now(UTC).date()
    page = render_report(kept, units, report_date=today, failures=[*failed, *left_out], tile_url=tiles).encode()
    if output == "-":
        sys.stdout.buffer.write(page)
        return True
    with atomic_replace(output) as part:
        part.write_bytes(page)
    count = f"{len(kept)} activities" if len(kept) > 1 else kept[0].title
    click.echo(f"{strip_control_chars(output)}: {strip_control_chars(count)}, {len(page) / 1e6:.1f} MB")
    return True


def _is_report(path: Path) -> bool:
    """Whether a file is a report that was made before; raises ``OSError``."""
    with path.open("rb") as file:
        return GENERATOR_TAG in file.read(4096)


def _check_tiles(tiles: str | None) -> None:
    from retropace.output.report.html import parse_tile_origin

    if tiles is not None and not (parse_tile_origin(tiles) and all(name in tiles for name in ("{z}", "{x}", "{y}"))):
        raise click.BadParameter(
            f"{tiles} is no address of tiles: it begins with http:// or https:// and holds {{z}}, {{x}} and {{y}}",
            param_hint="--tiles",
        )
