"""``retropace report PATH...``: one self-contained HTML page of one activity, or of many."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.commands.analyze import analyze_file
from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import said_options
from retropace.cli.options.privacy_options import hiding_options
from retropace.cli.sessions.learning import Learning
from retropace.cli.sessions.output_paths import refusal
from retropace.cli.sessions.recordings import recordings_in
from retropace.cli.terminal.errors import FAILED, attempt, complain, exit_status
from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.cli.options.annotation_options import Said
    from retropace.config.privacy import Hiding
    from retropace.core.units import Units
    from retropace.output.report.activity_section import Part

MOST_ROWS, MOST_POSITIONS = 16_000, 12_000
"""Rows and positions of one activity: ten for each pixel of a wide screen, so that there is something to zoom into."""
AT_ONCE = 4
"""Many activities have as many together as so many alone, so that a page of a hundred stays below 5 MB."""
LEAST_ROWS = 400
GENERATOR = b'<meta name="generator" content="retropace '


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
@hiding_options
@said_options
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.who_ran("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def report(
    files: tuple[str, ...],
    output: str,
    force: bool,
    opens: bool,
    tiles: str | None,
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
    """One page to look at: map, charts, totals, reps, and how to mark what is wrong.

    PATH is a recording, or a folder of them. Of one activity the page shows the way and the charts, coloured by
    direction; of many a table that sorts and filters, distance per direction by week, and each of them. The page is one
    file that needs no network.
    """
    from retropace.core.parameters import settings_of
    from retropace.core.units import KILOMETRES, MILES

    _check_tiles(tiles)
    if opens and output == "-":
        raise click.UsageError("--open needs a file: name one with --output.")
    settings = settings_of(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, exact=exact, names=not ignore_names
    )
    shown_in = MILES if units == "mi" else KILOMETRES
    known = None if athlete is None else attempt(athlete, lambda: Learning(athlete).athlete)
    if athlete is not None and known is None:
        sys.exit(FAILED)
    listed = [(path, attempt(path, lambda path=path: recordings_in(path))) for path in files]  # type: ignore[misc]  # bound per file
    paths = list(dict.fromkeys(one for _, found in listed for one in found or ()))
    if spoken.sidecar is not None and len(paths) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    why = (
        ""
        if output == "-"
        else refusal(output, paths, spoken.sidecar, force=force, own="report of retropace's", is_own=_is_report)
    )
    if why:
        raise click.BadParameter(why, param_hint="--output")

    share = 1.0 if len(paths) < 2 else AT_ONCE / max(len(paths), AT_ONCE)

    def work(path: str) -> list[Part]:
        from retropace.output.report.activity_section import part_of

        return [
            part_of(
                analysis,
                hiding,
                shown_in,
                most_rows=max(round(MOST_ROWS * share), LEAST_ROWS),
                most_positions=max(round(MOST_POSITIONS * share), LEAST_ROWS),
                mercator=tiles is not None,
            )
            for analysis in analyze_file(path, spoken, settings, session, known)
        ]

    results: list[object | None] = [None for _, found in listed if found is None]
    parts: list[Part] = []
    failed: list[str] = []
    with click.progressbar(
        paths, file=sys.stderr, label="recordings", hidden=len(paths) < 2 or not sys.stderr.isatty()
    ) as all_of_them:
        for path in all_of_them:
            found = attempt(path, lambda path=path: work(path))  # type: ignore[misc]  # bound per file
            results.append(found)
            parts += found or ()
            if found is None:
                name = Path(path).name
                failed.append(f"{name}: could not be analysed; 'retropace inspect {name}' says why")
    if parts:
        results.append(attempt(output, lambda: _write(parts, failed, output, shown_in, tiles)))
        if opens and results[-1] is not None:
            click.launch(output)
    sys.exit(exit_status(results))


def _write(parts: list[Part], failed: list[str], output: str, units: Units, tiles: str | None) -> bool:
    """Write the page; raises ``RetropaceError``."""
    from retropace.core.atomic_write import replacing
    from retropace.output.report.drop_duplicates import distinct
    from retropace.output.report.html import page_of

    kept, left_out = distinct(parts)
    for line in left_out:
        complain(line)
    today = datetime.now(UTC).date()
    page = page_of(kept, units, made=today, failures=[*failed, *left_out], tiles=tiles).encode()
    if output == "-":
        sys.stdout.buffer.write(page)
        return True
    with replacing(output) as part:
        part.write_bytes(page)
    count = f"{len(kept)} activities" if len(kept) > 1 else kept[0].title
    click.echo(f"{harmless(output)}: {harmless(count)}, {len(page) / 1e6:.1f} MB")
    return True


def _is_report(path: Path) -> bool:
    """Whether a file is a report that was made before; raises ``OSError``."""
    with path.open("rb") as file:
        return GENERATOR in file.read(4096)


def _check_tiles(tiles: str | None) -> None:
    from retropace.output.report.html import tiles_host

    if tiles is not None and not (tiles_host(tiles) and all(name in tiles for name in ("{z}", "{x}", "{y}"))):
        raise click.BadParameter(
            f"{tiles} is no address of tiles: it begins with http:// or https:// and holds {{z}}, {{x}} and {{y}}",
            param_hint="--tiles",
        )
