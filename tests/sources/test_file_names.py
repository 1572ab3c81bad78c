"""What a file's name says about its content."""

import pytest

from retropace.sources.file_names import find_data_suffix, find_unsupported_hint


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a/b.FIT.gz", ".fit"), ("x.gpx", ".gpx"), ("no ending", ""), (".hidden", ".hidden"), ("a.b.zip", ".zip")],
)
def test_endings(name: str, suffix: str) -> None:
    assert find_data_suffix(name) == suffix


@pytest.mark.parametrize("name", ["zip!/SPORT/SPORT_1700000000.csv", "a.sml", "b.hrm.gz", "c.pwx"])
def test_unsupported_recordings_get_a_hint(name: str) -> None:
    assert (find_unsupported_hint(name) or "").endswith("as FIT, GPX or TCX")


@pytest.mark.parametrize("name", ["a.fit", "SPORT/notes.csv", "a.txt", ""])
def test_other_files_get_none(name: str) -> None:
    assert find_unsupported_hint(name) is None
