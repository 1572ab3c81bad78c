"""The sport in the table of a Strava export is the user's word, and goes before that in the recording."""

import zipfile
from pathlib import Path

import pytest

from retropace.core.errors import OtherSportError
from retropace.readers import read_all
from retropace.sources.strava import read_metadata
from tests.support.command_line import retropace
from tests.support.gpx_documents import gpx, segment


def recording(sport: str, start: int) -> bytes:
    return gpx(f"<trk><type>{sport}</type>{segment(start, start + 200)}</trk>")


def test_a_corrected_sport_counts(tmp_path: Path) -> None:
    rows = ["Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename"]
    files = [("Ride", "running", "a"), ("Run", "cycling", "b"), ("Run", "running", "c"), ("Carrera", "1", "d")]
    with zipfile.ZipFile(tmp_path / "export_1.zip", "w") as archive:
        for number, (sport, recorded, name) in enumerate(files):
            rows.append(f"{number},1 May 2025,{name},{sport},,activities/{name}.gpx")
            archive.writestr(f"activities/{name}.gpx", recording(recorded, 5000 * number))
        archive.writestr("activities.csv", "\n".join(rows))
    library = tmp_path / "library.sqlite"
    assert retropace("batch", tmp_path / "export_1.zip", "--library", library, "-j1").returncode == 0
    listed = retropace("library", "list", "--library", library, "--format", "json").stdout
    assert [name for _, _, name in files if f"{name}.gpx" in listed] == ["b", "c", "d"]


@pytest.mark.parametrize(("header", "column"), [("Activity Type", 3), ("Typ der Aktivität", 2), ("X", 3)])
def test_the_sport_is_found_by_its_header_else_by_its_place(header: str, column: int) -> None:
    titles, row = ["a", "b", "c", "d", "e", "f"], ["1", "May", "n", "", "", "activities/1.gpx"]
    titles[column], row[column] = header, "GravelRide"
    table = f"{','.join(titles)}\n{','.join(row)}\n".encode()
    ((_, metadata),) = read_metadata(table, lambda name: name == "activities/1.gpx")
    assert metadata.sport == "GravelRide"


def test_only_a_known_sport_corrects() -> None:
    data = recording("running", 0)
    assert read_all("x", data=data, sport="Workout")[0].sport == "running"
    assert not read_all("x", data=data, sport="Lauf")[0].findings
    with pytest.raises(OtherSportError, match="gravel ride"):
        read_all("x", data=data, sport="GravelRide")
    (activity,) = read_all("x", data=recording("cycling", 0), sport="TrailRun")
    assert (activity.sport, activity.findings[0].code) == ("trail run", "sport-corrected")
