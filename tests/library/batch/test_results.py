"""The tables: what they hold, that parts add up, and that CSV, Parquet and JSON say the same."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from retropace.core.segments import DIRECTIONS
from retropace.library import ActivityFilter, Library
from retropace.library.batch.results import write_parquet
from retropace.library.batch.tables import COLUMNS, build_tables
from retropace.library.queries import mark_visible_duplicates
from tests.support.batch_runs import retropace, rows
from tests.support.paths import ROOT
from tests.support.recordings import runs


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything was analysed: ``data``, and ``out`` with the tables."""
    base = tmp_path_factory.mktemp("analysed")
    (base / "in").mkdir()
    for at, run in enumerate(runs(5, seconds=400)):
        (base / "in" / f"{at}.fit").write_bytes(run.fit())
    (base / "in" / "0.gpx").write_bytes(runs(1, seconds=400)[0].gpx("the same run"))
    (base / "in" / "1.annotations.csv").write_text("start,end,label\n3:20,5:00,backward\n")
    (base / "in" / "bad.gpx").write_text("<gpx>")
    ran = retropace(
        *("batch", base / "in", ROOT / "samples", "--csv", base / "out", "--parquet", base / "out"),
        data=base / "data",
        cwd=base,
    )
    assert ran.returncode == 1, ran.stderr
    return base


def test_directions_add_up_to_each_activity_and_segments_to_directions(analysed: Path) -> None:
    segments = rows(analysed / "out" / "segments.csv")
    for row in rows(analysed / "out" / "activities.csv"):
        for what in ("distance_m", "elapsed_s"):
            parts = sum(float(row[f"{direction}_{what}"] or 0.0) for direction in DIRECTIONS)
            assert parts == pytest.approx(float(row[what]), abs=1e-6)
        own = [one for one in segments if one["activity"] == row["activity"]]
        assert len(own) == int(row["segments"])
        for direction in DIRECTIONS:
            metres = sum(float(one["distance_m"] or 0.0) for one in own if one["direction"] == direction)
            assert metres == pytest.approx(float(row[f"{direction}_distance_m"] or 0.0), abs=1e-6)


def test_each_activity_is_what_analyze_says(analysed: Path) -> None:
    """Through the library and back not a bit is lost."""
    ran = retropace("library", "export", "--json", data=analysed / "data", cwd=analysed)
    documents = {document["source"]["path"]: document for document in map(json.loads, ran.stdout.splitlines())}
    for name in ("quarter-mile.fit", "track-6x400.gpx", "treadmill-beginner.fit", "long-backward.fit"):
        path = str(ROOT / "samples" / name)
        alone = json.loads(retropace("analyze", path, "--format", "json", data=analysed / "data").stdout)
        assert alone.pop("energy") is None  # what a run costs hangs on a weight, which is nothing of the recording's
        assert documents[path] == alone


def test_parquet_holds_what_csv_holds(analysed: Path) -> None:
    for name, columns in COLUMNS.items():
        table = pyarrow.parquet.read_table(analysed / "out" / f"{name}-00000.parquet")
        assert table.column_names == list(columns)
        for row, same in zip(table.to_pylist(), rows(analysed / "out" / f"{name}.csv"), strict=True):
            for column, kind in columns.items():
                text = same[column]
                assert row[column] == (kind(text) if text else None), column


def test_parquet_parts_follow_one_another(analysed: Path, tmp_path: Path) -> None:
    with Library(analysed / "data" / "library.sqlite") as library:
        mark_visible_duplicates(library, ActivityFilter())
        whole = build_tables(library, ActivityFilter(), str)
        written = write_parquet(str(tmp_path), whole, max_part_rows=4)
        parts = sorted(tmp_path.glob("activities-*.parquet"))
        assert len(parts) == 3
        assert set(parts) < set(written)
        names = [row for part in parts for row in pyarrow.parquet.read_table(part).column("activity").to_pylist()]
        assert names == [row["activity"] for row in whole[0].rows()]
        # Fewer parts the next time: none is left over.
        write_parquet(str(tmp_path), whole, max_part_rows=100)
        assert [one.name for one in sorted(tmp_path.glob("activities-*"))] == ["activities-00000.parquet"]


def test_the_summary_as_json_says_what_the_tables_say(analysed: Path) -> None:
    ran = retropace("batch", analysed / "in", ROOT / "samples", "--json", data=analysed / "data", cwd=analysed)
    document = json.loads(ran.stdout)
    assert document["schema"] == "retropace.batch/1"
    found = rows(analysed / "out" / "activities.csv")
    assert [row["activity"] for row in document["activities"]] == [row["activity"] for row in found]
    counted = [row for row in found if not row["duplicate_of"]]
    assert (document["activities_found"], document["activities_counted"]) == (len(found), len(counted)) == (10, 9)
    for direction in DIRECTIONS:
        metres = sum(float(row[f"{direction}_distance_m"] or 0.0) for row in counted)
        assert document["directions"][direction]["distance_m"] == pytest.approx(metres, rel=1e-12)
        by_month = sum(one["directions"][direction]["distance_m"] for one in document["months"])
        assert by_month == pytest.approx(metres, rel=1e-12)
    assert document["files"]["unchanged"] == document["files"]["analysed"] + document["files"]["failed"]
    (failure,) = document["failures"]
    assert (failure["count"], failure["examples"]) == (1, ["in/bad.gpx"])


def test_columns_are_documented() -> None:
    page = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    for name, columns in COLUMNS.items():
        section = page.partition(f"### {name}.csv")[2].partition("\n### ")[0]
        for column in columns:
            stem = next((one for one in DIRECTIONS if column.startswith(f"{one}_")), None)
            told = column if stem is None else f"DIRECTION_{column.removeprefix(f'{stem}_')}"
            assert f"`{told}`" in section, f"{name}: {column}"


def test_what_cannot_be_right_counts_in_no_total(tmp_path: Path) -> None:
    sound, absurd = runs(2, seconds=400)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sound.fit").write_bytes(sound.fit())
    (tmp_path / "in" / "absurd.tcx").write_text(
        tcx_of(absurd.start, [(float(second), 40.0 * second) for second in range(400)]), encoding="utf-8"
    )
    ran = retropace("batch", tmp_path / "in", "--csv", tmp_path / "out", "--json", data=tmp_path / "data", cwd=tmp_path)
    document = json.loads(ran.stdout)
    assert (document["activities_found"], document["activities_counted"], document["activities_implausible"]) == (
        2,
        1,
        1,
    )
    metres = sum(one["distance_m"] for one in document["directions"].values())
    assert metres == pytest.approx(sound.distance_m[-1], rel=0.01)
    assert {row["path"]: row["implausible"] for row in rows(tmp_path / "out" / "activities.csv")} == {
        "in/absurd.tcx": "1",
        "in/sound.fit": "0",
    }
    shown = json.loads(retropace("progress", "--format", "json", data=tmp_path / "data", cwd=tmp_path).stdout)
    assert shown["whole"]["all"]["distance_m"] == pytest.approx(metres)


def tcx_of(start: datetime, points: list[tuple[float, float]]) -> str:
    """A run in TCX of points (seconds, metres) without a total of its own."""
    trackpoints = "".join(
        f"<Trackpoint><Time>{start + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{metres}</DistanceMeters></Trackpoint>"
        for second, metres in points
    )
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id><Lap StartTime="{start:%Y-%m-%dT%H:%M:%SZ}">'
        f"<Track>{trackpoints}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    )
