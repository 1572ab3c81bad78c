"""Tables of names in exports: found by their values, whatever their headers say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.sources import garmin, strava
from retropace.sources.entry import Entry
from retropace.sources.export_metadata import ExportMetadata, MetadataIndex

FILES = {"activities/1.fit.gz", "activities/2.gpx"}


def table(text: str) -> dict[str, ExportMetadata]:
    return dict(strava.read_metadata(text.encode("utf-8"), FILES.__contains__))


def test_columns_by_their_headers_wherever_they_stand() -> None:
    found = table(
        "Filename,Distance,Activity Description,Activity Name,Distance\n"
        "activities/1.fit.gz,5.0,long,Morning Run,5000\nactivities/2.gpx,6.0,,Evening Run,6000\n"
    )
    assert found == {
        "activities/1.fit.gz": ExportMetadata("Morning Run", "long"),
        "activities/2.gpx": ExportMetadata("Evening Run", ""),
    }


def test_columns_by_their_order_in_an_unknown_language() -> None:
    found = table(
        "Id;Data;Jina la zoezi;Aina;Maelezo;Muda;Faili\n"
        "7;01.05.2025;Mbio;Kukimbia;nyuma 400m;1800,5;activities/1.fit.gz\n"
    )
    assert found == {"activities/1.fit.gz": ExportMetadata("Mbio", "nyuma 400m", sport="Kukimbia")}


def test_the_headers_of_2018_and_those_in_german() -> None:
    """hugovk/strava-tools, pull request 1; martin-ueding/geo-activity-playground, issue 348."""
    found = table(
        "id,date,name,type,description,elapsed_time,distance,commute,gear,filename\n"
        "1,2018-09-12 15:02:23,Evening Run,Run,slow,783,3681.0,false,,activities/2.gpx\n"
    )
    assert found == {"activities/2.gpx": ExportMetadata("Evening Run", "slow", sport="Run")}
    found = table(
        "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Distanz,"
        "Hinweis zur Privatsphäre für Aktivitäten,Dateiname,Distanz\n"
        '1,"09.12.2022, 15:24:49",Lauf,Lauf,locker,"9,44",rückwärts,activities/2.gpx,9440\n'
    )
    assert found == {"activities/2.gpx": ExportMetadata("Lauf", "locker\nrückwärts", sport="Lauf")}


def test_private_notes_belong_to_the_description() -> None:
    found = table(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Activity Private Note,Filename\n"
        '1,x,Run,Run,"one, two",three,activities/1.fit.gz\n'
    )
    assert found["activities/1.fit.gz"].description == "one, two\nthree"


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a,b\n1,2\n", "Filename\nactivities/unknown.fit\n", 'a,b\n"open quote\n', "\0\0", "Filename\n\n"],
)
def test_tables_that_name_nothing(text: str) -> None:
    assert table(text) == {}


@given(st.text(max_size=300))
def test_no_table_breaks_anything(text: str) -> None:
    table(text)
    table(f"a,b,c\n1,activities/1.fit.gz,{text}\n")
    list(garmin.read_metadata(text.encode("utf-8")))


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["summarizedActivitiesExport", "name", "startTimeGmt", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(json_values)
def test_no_summary_breaks_anything(value: object) -> None:
    for _, named in garmin.read_metadata(json.dumps(value).encode()):
        assert named.name
        assert named.start_s is not None


def test_summaries_in_either_layout() -> None:
    row = {"activityId": 12345678, "name": "Lauf", "startTimeGmt": 1.7e12}
    for layout in ([{"summarizedActivitiesExport": [row]}], [row], {"summarizedActivitiesExport": [row]}):
        (found,) = garmin.read_metadata(json.dumps(layout).encode())
        assert found == ("12345678", ExportMetadata("Lauf", "", 1.7e9))


def entry(place: str) -> Entry:
    return Entry(place, place, (), 1, "s")


def test_names_count_within_their_own_export_only() -> None:
    names = MetadataIndex()
    names.add_starts("/a/one.zip!/", [("99999999", ExportMetadata("by number", "", 0.0))])
    names.add_files([("/a/one.zip!/activities/1.fit", ExportMetadata("by file"))])
    assert names.find_metadata(entry("/a/one.zip!/x/99999999_ACTIVITY.fit"), b"") == (ExportMetadata("by number"),)
    assert names.find_metadata(entry("/a/two.zip!/x/99999999_ACTIVITY.fit"), b"") == ()
    assert names.find_metadata(entry("/a/one.zip!/activities/1.fit"), b"") == (ExportMetadata("by file"),)
    assert names.compute_fingerprint("/a/one.zip!/activities/1.fit") != names.compute_fingerprint(
        "/a/one.zip!/activities/2.fit"
    )
    assert names.compute_fingerprint("/b/anything.fit") == ""
    names.close()
