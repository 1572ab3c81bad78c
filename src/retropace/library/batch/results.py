"""The tables of a run as CSV or Parquet files in a folder."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from retropace.core.atomic_write import atomic_replace
from retropace.core.errors import RetropaceError
from retropace.library.batch.tables import COLUMNS, BatchTable, ColumnType

WRITE_CHUNK_ROWS = 5000
MAX_PART_ROWS = 1_000_000
"""Rows of a Parquet part: some hundred megabytes at most."""
_SCHEMA_MARKER = b"retropace"
"""In the schema of a Parquet file: tells that it is one of ours."""


def check_output_folder(folder: str, table_format: str) -> None:
    """See that writing the tables will not cost anybody a file; before a run, so that it is not for nothing.

    Raises :class:`RetropaceError` for a file of another content under the name of a table.
    """
    if Path(folder).exists() and not Path(folder).is_dir():
        raise RetropaceError("is a file: name a folder for the tables", path=folder)
    for name, columns in COLUMNS.items():
        for path in [Path(folder) / f"{name}.csv"] if table_format == "csv" else _find_part_paths(folder, name):
            if path.exists() and not (
                _is_batch_csv(path, columns) if table_format == "csv" else _is_batch_parquet(path)
            ):
                message = "is no table of retropace's: name another folder, nothing is written over"
                raise RetropaceError(message, path=path)


def write_csv(folder: str, tables: Sequence[BatchTable]) -> list[Path]:
    """Write each table as ``NAME.csv``: UTF-8, commas, a header; each at once and whole. Returns the paths."""
    written = []
    for table in tables:
        path = Path(folder) / f"{table.name}.csv"
        with atomic_replace(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table.columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table.rows())
        written.append(path)
    return written


def write_parquet(folder: str, tables: Sequence[BatchTable], max_part_rows: int = MAX_PART_ROWS) -> list[Path]:
    """Write each table as parts ``NAME-00000.parquet`` of so many rows; each at once and whole. Returns the paths.

    Parts of an earlier run that are no longer needed go. Raises :class:`RetropaceError` where pyarrow is missing.
    """
    pyarrow, parquet = _import_pyarrow()
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    written = []
    for table in tables:
        schema = pyarrow.schema(
            [(name, kinds[kind]) for name, kind in table.columns.items()], metadata={_SCHEMA_MARKER: b"1"}
        )
        rows = table.rows()
        before, number = _find_part_paths(folder, table.name), 0
        while (portion := list(islice(rows, min(WRITE_CHUNK_ROWS, max_part_rows)))) or number == 0:
            path = Path(folder) / f"{table.name}-{number:05}.parquet"
            with atomic_replace(path) as part, parquet.ParquetWriter(part, schema) as writer:
                left = max_part_rows
                while portion:
                    writer.write_table(pyarrow.Table.from_pylist(portion, schema=schema))
                    left -= len(portion)
                    portion = list(islice(rows, min(WRITE_CHUNK_ROWS, left)))
            written.append(path)
            number += 1
        for path in set(before) - set(written):
            path.unlink(missing_ok=True)
    return written


def _find_part_paths(folder: str, name: str) -> list[Path]:
    """The parts of a table in a folder."""
    return sorted(Path(folder).glob(f"{name}-[0-9][0-9][0-9][0-9][0-9].parquet"))


def _is_batch_csv(path: Path, columns: dict[str, ColumnType]) -> bool:
    """Whether a file begins with the columns of a table, or the first of them, as an earlier version wrote them."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return len(header) > 1 and header == list(columns)[: len(header)]


def _is_batch_parquet(path: Path) -> bool:
    pyarrow, parquet = _import_pyarrow()
    try:
        return _SCHEMA_MARKER in (parquet.read_schema(path).metadata or {})
    except (OSError, pyarrow.ArrowException):
        return False


def _import_pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise RetropaceError("Parquet needs pyarrow: pip install 'retropace[parquet]'") from None
    return pyarrow, pyarrow.parquet
