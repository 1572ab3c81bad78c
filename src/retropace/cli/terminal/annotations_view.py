"""The annotations of a sidecar as printed: a table, or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from retropace.cli.sessions.sidecar_actions import ListedAnnotation
from retropace.cli.terminal.console import open_text_output, print_json, print_line
from retropace.cli.terminal.tables import print_table
from retropace.core.units import format_duration
from retropace.output.tables.text_table import TextTable


def print_annotations(rows: Sequence[ListedAnnotation], path: Path) -> None:
    """Print a row for each span of each annotation in the file ``path``."""
    if not rows:
        print_line(f"{path}: {'holds no annotations' if path.exists() else 'does not exist yet'}")
        return
    cells = []
    for row in rows:
        annotation = row.annotation
        label = " ".join(part for part in (str(annotation.label), str(annotation.attributes)) if part)
        texts = [str(row.number), annotation.where, label, annotation.note]
        for start_s, end_s in row.spans or [(float("nan"), float("nan"))]:
            cells.append((*texts[:3], format_duration(start_s), format_duration(end_s), texts[3]))
            texts = ["", "", "", ""]
    output = open_text_output()
    output.print(str(path), soft_wrap=True)
    table = TextTable("", ("#", "where", "label", "from", "to", "note"), tuple(cells), (0, 1, 2, 5))
    print_table(output, table)


def print_annotations_json(rows: Sequence[ListedAnnotation]) -> None:
    """Print an object for each annotation."""
    documents = [
        {
            "number": row.number,
            "line": row.annotation.origin.line,
            "where": row.annotation.where,
            "label": str(row.annotation.label),
            "note": row.annotation.note,
            "distance_m": row.annotation.attributes.distance_m,
            "speed_mps": row.annotation.attributes.speed_mps,
            "spans": row.spans,
        }
        for row in rows
    ]
    print_json(documents)
