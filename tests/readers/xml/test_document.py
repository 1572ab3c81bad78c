import contextlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from retropace.core.activity import Activity
from retropace.core.errors import ReadError
from retropace.readers.xml import document as document_module
from retropace.readers.xml.document import XmlDocument, parse_document
from retropace.readers.xml.encoding import find_root_name
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.tcx import read_tcx
from tests.support.damage import damaged
from tests.support.gpx_documents import gpx, segment
from tests.support.tcx_documents import lap, tcx

GPX = gpx(f"<trk><name>Zürich</name>{segment(0, 5)}</trk>")
TCX = tcx(lap(0, 4, [range(5)]))


def parsed(text: str | bytes) -> XmlDocument[int]:
    """The document, with the number of points ``p`` that ended."""
    data = text if isinstance(text, bytes) else text.encode()
    return parse_document(
        data, "x", ("p",), lambda events: sum(event == "end" for event, _ in events), cut_after=("p",)
    )


def content(document: XmlDocument[int]) -> str:
    return str(etree.tostring(document.root, encoding="unicode"))


# What XML 1.0 allows in a text; a carriage return is turned into a line feed by every parser.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@given(st.text(CHARACTERS), st.text(CHARACTERS))
def test_a_document_without_fault_says_the_same_afterwards(value: str, text: str) -> None:
    whole = f"<g xmlns:q='u'><q:p a={quoted(value)}>{escape(text)}</q:p><![CDATA[ & ]]></g>"
    document = parsed(f'\ufeff  <?xml version="1.0"?>\n{whole}')
    assert document.findings == ()
    assert ElementTree.canonicalize(content(document)) == ElementTree.canonicalize(whole)


def quoted(value: str) -> str:
    return '"' + escape(value, {'"': "&quot;"}) + '"'


UNICODE = ["utf-8", "utf-16-le", "utf-16-be"]
WRITTEN = [(encoding, mark, declared) for encoding in UNICODE for mark in (True, False) for declared in (True, False)]


@pytest.mark.parametrize(("encoding", "mark", "declared"), [*WRITTEN, ("iso-8859-1", False, True)])
def test_encodings(encoding: str, mark: bool, declared: bool) -> None:
    text = GPX.decode() if declared else GPX.decode().partition("?>")[2].lstrip()
    if encoding not in UNICODE:
        text = text.replace("UTF-8", encoding)
    data = ("\ufeff" if mark else "").encode(encoding) + text.encode(encoding)
    assert find_root_name(data) == "gpx"
    (activity,) = read_gpx(data, "x")
    assert activity.name == "Zürich"
    assert activity.findings == ()


@pytest.mark.parametrize("name", ["klingon", "hex", "zlib", "undefined", "idna", "unicode_escape", "utf-7", "cp037"])
def test_a_declared_encoding_that_is_none_of_text_is_read_as_utf_8(name: str) -> None:
    (activity,) = read_gpx(GPX.replace(b"UTF-8", name.encode()), "x")
    assert activity.name == "Zürich"
    (said,) = activity.notes
    assert "is not known: read as UTF-8" in said


def test_bytes_of_another_encoding_and_control_characters_are_passed_over_and_said() -> None:
    document = parsed(b"<g><p>Z\xfcrich\x01</p></g>")
    assert document.root[0].text == "Z\ufffdrich "
    assert "holds bytes that are no utf-8" in document.notes[0]
    assert "1 control character that XML forbids" in document.notes[1]


def test_what_stands_before_the_document_is_passed_over_and_said() -> None:
    (activity,) = read_gpx(b"Notice: undefined index\n" + GPX, "x")
    assert len(activity.samples) == 5
    assert activity.notes == ("24 characters before the document passed over",)


def test_a_prefix_that_is_declared_elsewhere_only_counts_as_undeclared() -> None:
    document = parsed("<g><q:p xmlns:q='u'/><q:p z:a='1' xml:lang='de'/></g>")
    inner, outer = document.root
    assert inner.tag == "{u}p"
    assert outer.tag == "{urn:undeclared:q}p"
    assert document.notes == ("namespace prefixes q, z used without being declared",)


@pytest.mark.parametrize(
    ("written", "meant", "count"),
    [
        ("Run & Walk", "Run & Walk", 1),
        ("a&b&nbsp;c", "a&b&nbsp;c", 2),
        ("&#0;&#x110000;", "&#0;&#x110000;", 2),
        ("& &amp; &#65;&#x42; &lt;", "& & AB <", 1),
        ("& <![CDATA[x & y]]>", "& x & y", 1),
    ],
)
def test_ampersands_that_are_no_references_are_text(written: str, meant: str, count: int) -> None:
    document = parsed(f"<g><p>{written}</p></g>")
    assert document.root[0].text == meant
    (said,) = document.notes
    assert said.startswith(f"{count} ampersand")


def test_sections_that_are_never_closed_take_no_longer_for_their_number() -> None:
    document = parsed(f"<g><p>1 & 2</p>{'<![CDATA[ & ' * 100_000}")
    assert content(document) == "<g><p>1 &amp; 2</p></g>"
    assert find_root_name(b"<!--" * 16_000) == find_root_name(b"<!DOCTYPE [" * 6_000) == ""


def test_a_document_without_end_is_cut_behind_its_last_complete_point() -> None:
    document = parsed("<g>\n<q><p>1</p>\n<p>2</p>\n<p>3")
    assert [element.text for element in document.root.iter("p")] == ["1", "2"]
    assert document.content == 2
    assert document.warnings == ("damaged in line 4 (the end is missing): the last 5 bytes are lost",)
    with pytest.raises(ReadError, match="tag not finished in line 2, before any point"):
        parsed("<g>\n<q>")


def test_damage_is_told_by_its_line_and_what_follows_is_read() -> None:
    document = parsed("<g>\n<q><p>1</p>\n<p>2</p><p>3</q><p>4</p></g>")
    assert [element.text for element in document.root.iter("p")] == ["1", "2", "3", "4"]
    assert document.warnings == ("damaged in line 3 (tag name mismatch): what could be read was kept",)
    (said,) = parsed("\n\n<?xml version='1.0'\n?>\n<g>\n<q><p>1</p></g>").warnings
    assert said.startswith("damaged in line 6 (tag name mismatch)")
    document = parsed("<g><p>1</p><late/></g>junk")
    assert content(document) == "<g><p>1</p><late/></g>"
    assert document.warnings == ("damaged in line 1 (document end): what could be read was kept",)


def test_damage_behind_a_hundred_undeclared_prefixes_is_told() -> None:
    document = parsed("<g>" + "<p q:a='1'></p>" * 300 + "<p>1</x></g>")
    assert document.content == 301
    assert document.warnings == ("damaged in line 1 (tag name mismatch): what could be read was kept",)
    assert document.notes == ("namespace prefix q used without being declared",)


def test_points_behind_one_without_end_are_points_of_their_own() -> None:
    whole = gpx(f"<trk>{segment(0, 5)}{segment(5, 9)}</trk>")
    (activity,) = read_gpx(whole.replace(b"</trkpt>", b"", 1), "x")
    assert activity.samples.t_s.tolist() == list(range(9))
    assert "damaged in line 2" in activity.warnings[0]
    laps = tcx(lap(0, 9, [range(5), range(5, 10)]), lap(10, 4, [range(10, 15)]))
    (activity,) = read_tcx(laps.replace(b"</Trackpoint>", b"", 1), "x")
    assert activity.samples.t_s.tolist() == list(range(15))
    assert len(activity.laps) == 2


def described(read: Callable[[bytes, str], list[Activity]], data: bytes) -> str:
    with np.printoptions(threshold=1_000_000, floatmode="unique"):
        try:
            return repr(read(data, "x"))
        except ReadError as refused:
            return f"refused: {refused}"


@pytest.mark.parametrize(("read", "whole"), [(read_gpx, GPX), (read_tcx, TCX)])
def test_a_document_whose_points_are_cleared_says_the_same(
    read: Callable[[bytes, str], list[Activity]], whole: bytes
) -> None:
    @given(st.one_of(st.just(whole), damaged(whole)))
    @settings(deadline=None, max_examples=150)
    def check(data: bytes) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document_module, "MAX_TREE_CHARS", 0)
            cleared = described(read, data)
        assert cleared == described(read, data)

    check()


@pytest.mark.parametrize("unit", ["&", "<p>", "<a>", "</p>", "<q:p z:a='1'/>", "<!-- <p> ", "<p><v>&amp;</v></p>"])
def test_a_document_of_oddities_takes_no_longer_for_its_length(unit: str) -> None:
    with contextlib.suppress(ReadError):
        parsed(f"<g><p/>{unit * 100_000}</g>")


@pytest.mark.parametrize("count", [50, 20_000])
def test_elements_nested_deeper_than_any_library_follows_are_refused(count: int) -> None:
    deep = "<a>" * count + "</a>" * count
    for read, data in (
        (read_gpx, gpx(f"<trk><extensions>{deep}</extensions>{segment(0, 5)}</trk>")),
        (read_tcx, tcx(lap(0, 4, [range(5)], inner=deep))),
    ):
        if count == 50:
            assert len(read(data, "x")[0].samples) == 5
        else:
            with pytest.raises(ReadError, match="nested deeper"):
                read(data, "x")


@pytest.mark.parametrize("start", [b"\x01\x02\x03", b"", b"start,end\n1,2", b'{"a": "<gpx/>"}', b"<>", b"a < b"])
def test_what_does_not_start_like_xml_has_no_root(start: bytes) -> None:
    assert find_root_name(start) == ""


def test_the_root_is_found_behind_comments_instructions_and_a_document_type() -> None:
    before = "<?xml version='1.0'?><!-- <a> --><?style x?><!DOCTYPE b [<!ENTITY c 'd'>]>\n"
    assert find_root_name(f"{before}<q:gpx-x.y z='1'>".encode()) == "gpx-x.y"


def test_entities_are_refused_before_they_grow() -> None:
    laughs = "".join(f"<!ENTITY e{level} '{f'&e{level - 1};' * 10 if level else 'ha'}'>" for level in range(12))
    for prolog in ("", "<!-- a --><?b c?>\n"):
        with pytest.raises(ReadError, match="document type"):
            parsed(f"<?xml version='1.0'?>{prolog}<!DOCTYPE g [{laughs}]><g a='&e11;'><p>&e11;</p></g>")
    assert len(content(parsed(f"<g><p>1</p><!DOCTYPE g [{laughs}]><p>&e11;</p></g>"))) < 2_000


def test_no_file_is_opened_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("never read")
    for data, read in ((GPX, read_gpx), (TCX, read_tcx)):
        document = data.decode().replace("?>", f"?><!DOCTYPE x [<!ENTITY e SYSTEM '{secret.as_uri()}'>]>", 1)
        for encoding in ("utf-8", "utf-16"):  # the document type must not hide in another encoding
            with pytest.raises(ReadError, match="document type"):
                read(document.encode(encoding), "x")
