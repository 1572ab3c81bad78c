"""Writing of a batch run's result tables as CSV or Parquet files in a folder."""

import csv
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from retropace.core.atomic_write import atomic_replace
from retropace.core.errors import RetropaceError
from retropace.library.batch.tables import COLUMNS, BatchTable

WRITE_CHUNK_ROWS = 5000
"""Number of rows converted to Parquet at a time."""
MAX_PART_ROWS = 1_000_000
"""Largest number of rows in one Parquet file (a few hundred megabytes); further rows go to the next file."""
_SCHEMA_MARKER = b"retropace"
"""Metadata key of the Parquet files that retropace writes; files without the key are never overwritten."""


def check_output_folder(folder: str, table_format: str) -> None:
    """Raise :class:`RetropaceError` if ``folder`` is a file, or holds another program's file of a table's name."""
    if Path(folder).exists() and not Path(folder).is_dir():
        raise RetropaceError("is a file: name a folder for the tables", path=folder)
    for name, columns in COLUMNS.items():
        for path in [Path(folder) / f"{name}.csv"] if table_format == "csv" else _find_part_paths(folder, name):
            is_ours = _is_batch_csv(path, columns) if table_format == "csv" else _is_batch_parquet(path)
            if path.exists() and not is_ours:
                message = "is no table of retropace's: name another folder, nothing is written over"
                raise RetropaceError(message, path=path)


def write_csv(folder: str, tables: Sequence[BatchTable]) -> list[Path]:
    """Write each table atomically as ``NAME.csv`` (UTF-8, commas, a header); returns the paths."""
    paths = [Path(folder) / f"{table.name}.csv" for table in tables]
    for table, path in zip(tables, paths, strict=True):
        with atomic_replace(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table.columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table.rows())
    return paths


def write_parquet(folder: str, tables: Sequence[BatchTable], max_part_rows: int = MAX_PART_ROWS) -> list[Path]:
    """Write each table atomically as ``NAME-00000.parquet``, ``NAME-00001.parquet`` …; older ones are replaced."""
    pyarrow, parquet = _import_pyarrow()
    arrow_types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    paths: list[Path] = []
    for table in tables:
        schema = pyarrow.schema(
            [(name, arrow_types[column_type]) for name, column_type in table.columns.items()],
            metadata={_SCHEMA_MARKER: b"1"},
        )
        rows, old_paths, number = table.rows(), _find_part_paths(folder, table.name), 0
        while (chunk := list(islice(rows, min(WRITE_CHUNK_ROWS, max_part_rows)))) or number == 0:
            path = Path(folder) / f"{table.name}-{number:05}.parquet"
            with atomic_replace(path) as temporary, parquet.ParquetWriter(temporary, schema) as writer:
                remaining_rows = max_part_rows
                while chunk:
                    writer.write_table(pyarrow.Table.from_pylist(chunk, schema=schema))
                    remaining_rows -= len(chunk)
                    chunk = list(islice(rows, min(WRITE_CHUNK_ROWS, remaining_rows)))
            paths.append(path)
            number += 1
        for path in set(old_paths) - set(paths):
            path.unlink(missing_ok=True)
    return paths


def _find_part_paths(folder: str, name: str) -> list[Path]:
    return sorted(Path(folder).glob(f"{name}-[0-9][0-9][0-9][0-9][0-9].parquet"))


def _is_batch_csv(path: Path, columns: Iterable[str]) -> bool:
    """Return whether the header is ``columns`` or a beginning of it: an older retropace wrote fewer columns."""
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
