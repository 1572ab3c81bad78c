"""Points taken out of a document as rows: only where a parser would read the same, whatever the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.core.errors import ReadError
from retropace.readers.xml import gpx, tcx
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.repeated_elements import ThinnedDocument, thin_document
from retropace.readers.xml.tcx import read_tcx
from tests.support import gpx_documents, tcx_documents
from tests.support.damage import damaged
from tests.support.long_recordings import Hours


def thin(text: str) -> ThinnedDocument:
    """The document without the points ``p`` that are alike."""
    return thin_document(text.encode(), "p", lambda way: way[-1] != "no")


def rows(found: ThinnedDocument) -> list[list[tuple[bytes, ...]]]:
    """The values of all stretches, in order of their points."""
    made = []
    for stretch in found.blocks.values():
        if stretch is not None:
            values = [one for part in stretch.groups for one in zip(part.numbers, part.values, strict=True)]
            made.append([value for _, value in sorted(values)])
            assert stretch.count == len(values)
    return made


def test_of_points_alike_the_first_stays() -> None:
    found = thin("<g>\n <p a='1'>\n <q:v>2</q:v> </p>\n <p a='3'><q:v>\n4 </q:v></p> <p a='5'><q:v></q:v></p></g>")
    assert found.body == b"<g>\n <p a='1'>\n <q:v>2</q:v> </p>\n </g>"
    assert rows(found) == [[(b"1", b"2"), (b"3", b"4 "), (b"5", b"")]]
    (stretch,) = found.blocks.values()
    assert stretch is not None
    assert [part.paths for part in stretch.groups] == [(("@a",), ("v",))]


def test_of_several_shapes_side_by_side_the_first_of_each_stays() -> None:
    found = thin("<g><p><v>1</v></p><p><w>2</w></p><p><v>3</v></p><p><w>4</w></p></g>")
    assert found.body == b"<g><p><v>1</v></p><p><w>2</w></p></g>"
    assert list(found.blocks) == [0, 1] or list(found.blocks) == [1, 0]
    assert rows(found) == [[(b"1",), (b"2",), (b"3",), (b"4",)]]


def test_points_in_different_elements_are_different_stretches() -> None:
    found = thin("<g><s><p a='1'/><p a='1'><v>1</v></p><p a='1'><v>2</v></p></s><s><p a='1'><v>3</v></p></s></g>")
    assert found.body == b"<g><s><p a='1'/><p a='1'><v>1</v></p></s><s><p a='1'><v>3</v></p></s></g>"
    assert rows(found) == [[(b"1", b"1"), (b"1", b"2")], [(b"1", b"3")]]
    assert sorted(found.blocks) == [1, 2]


def test_values_that_nobody_wants_are_left_out() -> None:
    assert rows(thin("<g><p><no>7</no><v>1</v></p><p><no>ü</no><v>2</v></p></g>")) == [[(b"1",), (b"2",)]]


PLAIN = "<p><v>1</v></p>"


@pytest.mark.parametrize(
    "odd",
    [
        "<p/>",
        "<p><no>1</no></p>",
        "<p><v>&#49;</v></p>",
        "<p><v><![CDATA[1]]></v></p>",
        "<p><v>1<!-- c --></v></p>",
        "<p><v>1<?a b?></v></p>",
        "<p><v>]]></v></p>",
        "<p>text<v>1</v></p>",
        "<p><v>1</v>text</p>",
        "<p><v>1<w>2</w></v></p>",
        "<p><v>1\r\n2</v></p>",
        "<p a='x>y'><v>1</v></p>",
        "<p a='&lt;'><v>1</v></p>",
        "<p a='\t'><v>1</v></p>",
        "<p><v>1</w></p>",
        "<p><v>1</v>",
        "<p><v>1</v></v></p>",
        "<p a=1><v>1</v></p>",
        "<p><v>" + "<a>" * 300 + "</a>" * 300 + "</v></p>",
    ],
)
def test_what_wants_a_parser_stays(odd: str) -> None:
    found = thin(f"<g>{odd}</g>")
    assert found.body.decode() == f"<g>{odd}</g>"
    assert not found.blocks
    found = thin(f"<g>{PLAIN}{PLAIN}{odd}{PLAIN}{PLAIN}</g>")
    assert odd.encode() in found.body


def test_points_within_points_are_counted_as_they_open() -> None:
    found = thin(f"<g><p><x><p><v>1</v></p><p><v>2</v></p></x></p>{PLAIN}{PLAIN}</g>")
    assert found.body.decode() == f"<g><p><x><p><v>1</v></p></x></p>{PLAIN}</g>"
    assert sorted(found.blocks) == [1, 2]


@pytest.mark.parametrize("around", ["<!-- {} -->", "<![CDATA[ {} ]]>", "<?a {} ?>"])
def test_what_only_looks_like_points_stays(around: str) -> None:
    text = f"<g>{around.format(PLAIN * 3)}{PLAIN}</g>"
    found = thin(text)
    assert found.body.decode() == text
    assert rows(found) == [[(b"1",)]]


@pytest.mark.parametrize(
    "text", [f"<g><!-- {PLAIN * 3}", f"<!DOCTYPE g []><g>{PLAIN * 3}</g>", "", "<p", "<!--" * 9, "<p a='"]
)
def test_what_is_no_document_stays(text: str) -> None:
    assert thin(text).body.decode() == text


def test_a_second_root_stays_to_be_refused() -> None:
    assert thin(f"<?a b?><!-- c -->{PLAIN}{PLAIN}").body.decode() == f"<?a b?><!-- c -->{PLAIN}{PLAIN}"


@pytest.mark.parametrize(
    ("unit", "times"), [("<p><v>&amp;</v></p>", 20_000), ("<p><v>", 20_000), ("<!-- <p> ", 100_000)]
)
def test_a_document_of_odd_points_takes_no_longer_for_its_length(unit: str, times: int) -> None:
    text = f"<g>{unit * times}"
    assert thin(text).body.decode() == text


def test_a_recording_is_nearly_all_rows() -> None:
    hours = Hours(0.1)
    for data, name in ((hours.gpx(), "trkpt"), (hours.tcx(), "Trackpoint")):
        found = thin_document(data, name, lambda _: True)
        assert found.body.count(f"<{name}".encode()) == len(found.blocks) < 10
        assert sum(stretch.count for stretch in found.blocks.values() if stretch) == hours.seconds
        assert len(found.body) < len(data) / 40


def describe_result(read: Callable[[bytes, str], list[Any]], data: bytes) -> str:
    """All that a reader says of a document, in words and whole numbers."""
    with np.printoptions(threshold=1_000_000, floatmode="unique"):
        try:
            return repr(read(data, "x"))
        except ReadError as refused:
            return f"refused: {refused}"


def without_rows(module: ModuleType, read: Callable[[bytes, str], list[Any]], data: bytes) -> str:
    """The same read by the parser alone, because no value is wanted that would make a row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "is_wanted", lambda _: False)
        return describe_result(read, data)


GPX = gpx_documents.gpx(
    "<wpt lat='1' lon='2'/><trk><name>n</name>"
    + gpx_documents.segment(0, 6, gpx_documents.extension("gpxtpx"))
    + gpx_documents.segment(90, 94, "<!-- c --><mode>walk</mode>")
    + f"</trk><trk>{gpx_documents.segment(200, 203)}"
    + f"<trkseg>{gpx_documents.point(210)}{gpx_documents.point(211, '<a/>')}</trkseg></trk>"
)
TCX = tcx_documents.tcx(
    tcx_documents.lap(0, 9, [range(5), range(8, 12)], inner="<Cadence>80</Cadence>"),
    tcx_documents.lap(20, 3, [range(20, 24)], inner="<HeartRateBpm a='b'><Value>99</Value></HeartRateBpm>"),
)


@given(st.one_of(st.just(GPX), damaged(GPX)))
@settings(deadline=None, max_examples=300)
def test_a_gpx_document_says_the_same_with_rows_and_without(data: bytes) -> None:
    assert describe_result(read_gpx, data) == without_rows(gpx, read_gpx, data)


@given(st.one_of(st.just(TCX), damaged(TCX)))
@settings(deadline=None, max_examples=300)
def test_a_tcx_document_says_the_same_with_rows_and_without(data: bytes) -> None:
    assert describe_result(read_tcx, data) == without_rows(tcx, read_tcx, data)


def test_a_line_that_gpxpy_names_is_the_same_with_rows_and_without() -> None:
    body = f"<p:trk>\n{gpx_documents.segment(0, 30)}\n</p:trk>".replace("<trkpt", "\n<trkpt")
    data = f"<p:gpx xmlns:p='urn:p'>{body}<p:wpt lat='1' lon='2' p:a='b'/></p:gpx>".encode()
    said = describe_result(read_gpx, data)
    assert re.search("gpxpy cannot read them: Error parsing XML: .* line 33", said)
    assert said == without_rows(gpx, read_gpx, data)


ODD = st.sampled_from(
    ["<trkpt lat='1' lon='2'/>", "<wpt lat='x' lon='1'>", "</wpt>", "<extensions>", "</extensions>", "<x:y/>"]
)


@given(st.lists(st.one_of(ODD, st.integers(0, 9).map(gpx_documents.point)), max_size=12))
@settings(deadline=None)
def test_points_where_none_belong_are_read_as_without_rows(parts: list[str]) -> None:
    data = gpx_documents.gpx(f"<trk>{gpx_documents.segment(20, 24)}<trkseg>{''.join(parts)}</trkseg></trk>")
    assert describe_result(read_gpx, data) == without_rows(gpx, read_gpx, data)
