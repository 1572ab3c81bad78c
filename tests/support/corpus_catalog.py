"""The catalogue of the corpus: what was counted in each recording by other means."""

import csv

from tests.support.paths import CORPUS


def catalog_rows(kind: str) -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "catalog.csv").open(encoding="utf-8") as table:
        return [row for row in csv.DictReader(table) if row["file"].startswith(kind)]
