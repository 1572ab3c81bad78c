"""Where the tables of a run go: CSV or Parquet files, or one JSON document on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.terminal.short_paths import shown_place

if TYPE_CHECKING:
    from retropace.cli.terminal.batch_summary import BatchSummary
    from retropace.library import Library, Only
    from retropace.library.batch.tables import Table
    from retropace.library.store import Failure

SCHEMA = "retropace.batch/1"


def check_tables(csv: str | None, parquet: str | None) -> None:
    """See that the folders may be written to, before anything long begins; raises ``RetropaceError``."""
    from retropace.library.batch.results import check_folder

    for folder, form in ((csv, "csv"), (parquet, "parquet")):
        if folder is not None:
            check_folder(folder, form)


def write_tables(
    library: Library,
    only: Only,
    csv: str | None,
    parquet: str | None,
    unkept: list[tuple[str, Failure]] | None = None,
) -> None:
    """Write what was asked for; raises ``RetropaceError``."""
    from retropace.library.batch.results import write_csv, write_parquet

    if csv is None and parquet is None:
        return
    found = _tables(library, only, unkept or [])
    for folder, write in ((csv, write_csv), (parquet, write_parquet)):
        if folder is not None:
            for path in write(folder, found):
                click.echo(f"retropace: wrote {path}", err=True)


def print_document(library: Library, only: Only, summary: BatchSummary) -> None:
    """The summary and a row for each activity as one JSON object, row by row: there may be very many."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "files": {"unchanged": summary.unchanged, **summary.outcomes},
        "activities_found": summary.activities,
        "activities_counted": summary.activities - summary.duplicates,
        "directions": summary.total,
        "months": [{"month": month, "directions": sums} for month, sums in summary.months.items()],
        "failures": [
            {"reason": one.reason, "message": one.message, "count": one.count, "examples": list(one.places)}
            for one in summary.failures
        ],
    }
    text = json.dumps(head, ensure_ascii=False, indent=2)
    click.echo(text.removesuffix("\n}") + ',\n  "activities": [', nl=False)
    mark = "\n"
    for row in _tables(library, only, [])[0].rows():
        click.echo(f"{mark}    {json.dumps(row, ensure_ascii=False)}", nl=False)
        mark = ",\n"
    click.echo("\n  ]\n}")


def _tables(library: Library, only: Only, unkept: list[tuple[str, Failure]]) -> tuple[Table, ...]:
    from retropace.library.batch.tables import tables

    rows = [{"path": shown_place(place), "reason": why.reason, "message": why.message} for place, why in unkept]
    return tables(library, only, shown_place, rows)
