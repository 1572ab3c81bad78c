"""Where the tables of a run go: CSV or Parquet files, or one JSON document on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.terminal.short_paths import shorten_path

if TYPE_CHECKING:
    from retropace.cli.terminal.batch_summary import BatchSummary
    from retropace.library import ActivityFilter, Library
    from retropace.library.batch.tables import BatchTable
    from retropace.library.store import Failure

SCHEMA_NAME = "retropace.batch/1"


def check_table_folders(csv: str | None, parquet: str | None) -> None:
    """See that the folders may be written to, before anything long begins; raises ``RetropaceError``."""
    from retropace.library.batch.results import check_output_folder

    for folder, form in ((csv, "csv"), (parquet, "parquet")):
        if folder is not None:
            check_output_folder(folder, form)


def write_tables(
    library: Library,
    activity_filter: ActivityFilter,
    csv: str | None,
    parquet: str | None,
    save_failures: list[tuple[str, Failure]] | None = None,
) -> None:
    """Write what was asked for; raises ``RetropaceError``."""
    from retropace.library.batch.results import write_csv, write_parquet

    if csv is None and parquet is None:
        return
    found = _build_tables(library, activity_filter, save_failures or [])
    for folder, write in ((csv, write_csv), (parquet, write_parquet)):
        if folder is not None:
            for path in write(folder, found):
                click.echo(f"retropace: wrote {path}", err=True)


def print_json_document(library: Library, activity_filter: ActivityFilter, summary: BatchSummary) -> None:
    """The summary and a row for each activity as one JSON object, row by row: there may be very many."""
    head: dict[str, Any] = {
        "schema": SCHEMA_NAME,
        "files": {"unchanged": summary.unchanged, **summary.outcomes},
        "activities_found": summary.activities,
        "activities_counted": summary.activities - summary.duplicates,
        "directions": summary.totals,
        "months": [{"month": month, "directions": sums} for month, sums in summary.months.items()],
        "failures": [
            {"reason": one.reason, "message": one.message, "count": one.count, "examples": list(one.example_paths)}
            for one in summary.failures
        ],
    }
    text = json.dumps(head, ensure_ascii=False, indent=2)
    click.echo(text.removesuffix("\n}") + ',\n  "activities": [', nl=False)
    mark = "\n"
    for row in _build_tables(library, activity_filter, [])[0].rows():
        click.echo(f"{mark}    {json.dumps(row, ensure_ascii=False)}", nl=False)
        mark = ",\n"
    click.echo("\n  ]\n}")


def _build_tables(
    library: Library, activity_filter: ActivityFilter, save_failures: list[tuple[str, Failure]]
) -> tuple[BatchTable, ...]:
    from retropace.library.batch.tables import build_tables

    rows = [{"path": shorten_path(place), "reason": why.reason, "message": why.message} for place, why in save_failures]
    return build_tables(library, activity_filter, shorten_path, rows)
