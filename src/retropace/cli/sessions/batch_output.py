"""The results of a batch run as CSV or Parquet files, or as one JSON document on stdout."""

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
"""Name and version of the JSON document, its field ``schema``."""


def check_table_folders(csv: str | None, parquet: str | None) -> None:
    """Raise ``RetropaceError`` if a folder cannot be written to, before the batch run starts."""
    from retropace.library.batch.results import check_output_folder

    for folder, suffix in ((csv, "csv"), (parquet, "parquet")):
        if folder is not None:
            check_output_folder(folder, suffix)


def write_tables(
    library: Library,
    activity_filter: ActivityFilter,
    csv: str | None,
    parquet: str | None,
    save_failures: list[tuple[str, Failure]] | None = None,
) -> None:
    """Write the results as tables, and print the path of each on stderr.

    A folder that is None gets no tables. Raises ``RetropaceError`` if a table cannot be written.
    """
    from retropace.library.batch.results import write_csv, write_parquet

    if csv is None and parquet is None:
        return
    tables = _build_tables(library, activity_filter, save_failures or [])
    for folder, write in ((csv, write_csv), (parquet, write_parquet)):
        if folder is not None:
            for path in write(folder, tables):
                click.echo(f"retropace: wrote {path}", err=True)


def print_json_document(library: Library, activity_filter: ActivityFilter, summary: BatchSummary) -> None:
    """Print the summary and a row for each activity as one JSON object.

    Rows are printed while they are read, so that little memory is needed even for many activities.
    """
    head: dict[str, Any] = {
        "schema": SCHEMA_NAME,
        "files": {"unchanged": summary.unchanged, **summary.outcomes},
        "activities_found": summary.activities,
        "activities_counted": summary.activities - summary.duplicates,
        "directions": summary.totals,
        "months": [{"month": month, "directions": sums} for month, sums in summary.months.items()],
        "failures": [
            {
                "reason": group.reason,
                "message": group.message,
                "count": group.count,
                "examples": list(group.example_paths),
            }
            for group in summary.failures
        ],
    }
    text = json.dumps(head, ensure_ascii=False, indent=2)
    click.echo(text.removesuffix("\n}") + ',\n  "activities": [', nl=False)
    separator = "\n"
    for row in _build_tables(library, activity_filter, [])[0].rows():
        click.echo(f"{separator}    {json.dumps(row, ensure_ascii=False)}", nl=False)
        separator = ",\n"
    click.echo("\n  ]\n}")


def _build_tables(
    library: Library, activity_filter: ActivityFilter, save_failures: list[tuple[str, Failure]]
) -> tuple[BatchTable, ...]:
    from retropace.library.batch.tables import build_tables

    rows = [
        {"path": shorten_path(place), "reason": failure.reason, "message": failure.message}
        for place, failure in save_failures
    ]
    return build_tables(library, activity_filter, shorten_path, rows)
