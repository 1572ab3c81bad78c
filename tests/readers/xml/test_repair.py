from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.errors import ReadError
from retropace.readers.xml.encoding import find_root_name
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.repair import XmlDocument, repair_document
from retropace.readers.xml.tcx import read_tcx
from tests.support.gpx_documents import gpx, segment
from tests.support.tcx_documents import lap, tcx

GPX = gpx(f"<trk><name>Zürich</name>{segment(0, 5)}</trk>")
TCX = tcx(lap(0, 4, [range(5)]))


def repaired_document(text: str | bytes) -> XmlDocument:
    return repair_document(text if isinstance(text, bytes) else text.encode(), "x", cut_after=("p",))


# What XML 1.0 allows in a text; a carriage return is turned into a line feed by every parser.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@given(st.text(CHARACTERS), st.text(CHARACTERS))
def test_a_document_without_fault_says_the_same_afterwards(value: str, text: str) -> None:
    whole = f"<g xmlns:q='u'><q:p a={quoted(value)}>{escape(text)}</q:p><![CDATA[ & ]]></g>"
    document = repaired_document(f'\ufeff  <?xml version="1.0"?>\n{whole}')
    assert document.warnings == ()
    assert ElementTree.canonicalize(document.text) == ElementTree.canonicalize(whole)


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
    assert activity.warnings == ()


@pytest.mark.parametrize("name", ["klingon", "hex", "zlib", "undefined", "idna", "unicode_escape", "utf-7", "cp037"])
def test_a_declared_encoding_that_is_none_of_text_is_read_as_utf_8(name: str) -> None:
    (activity,) = read_gpx(GPX.replace(b"UTF-8", name.encode()), "x")
    assert activity.name == "Zürich"
    (said,) = activity.warnings
    assert "is not known: read as UTF-8" in said


def test_bytes_of_another_encoding_and_control_characters_are_passed_over_and_said() -> None:
    document = repaired_document(b"<g><p>Z\xfcrich\x01</p></g>")
    assert ElementTree.fromstring(document.text)[0].text == "Z\ufffdrich "
    assert "holds bytes that are no utf-8" in document.warnings[0]
    assert "1 control character that XML forbids" in document.warnings[1]


def test_what_stands_before_the_document_is_passed_over_and_said() -> None:
    (activity,) = read_gpx(b"Notice: undefined index\n" + GPX, "x")
    assert len(activity.samples) == 5
    assert activity.warnings == ("24 characters before the document passed over",)


def test_a_prefix_that_is_declared_elsewhere_only_counts_as_undeclared() -> None:
    document = repaired_document("<g><q:p xmlns:q='u'/><q:p z:a='1' xml:lang='de'/></g>")
    inner, outer = ElementTree.fromstring(document.text)
    assert inner.tag == "{u}p"
    assert outer.tag == "{urn:undeclared:q}p"
    assert document.warnings == ("namespace prefixes q, z used without being declared",)


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
    document = repaired_document(f"<g><p>{written}</p></g>")
    assert ElementTree.fromstring(document.text)[0].text == meant
    (said,) = document.warnings
    assert said.startswith(f"{count} ampersand")


def test_sections_that_are_never_closed_take_no_longer_for_their_number() -> None:
    document = repaired_document(f"<g><p>1 & 2</p>{'<![CDATA[ & ' * 100_000}")
    assert document.text == "<g><p>1 &amp; 2</p></g>"
    assert find_root_name(b"<!--" * 16_000) == find_root_name(b"<!DOCTYPE [" * 6_000) == ""


def test_damage_is_told_by_its_line_and_what_follows_the_document_costs_nothing_in_it() -> None:
    document = repaired_document("<g>\n<q><p>1</p>\n<p>2</p><p>3</q></g>")
    assert [element.text for element in ElementTree.fromstring(document.text).iter("p")] == ["1", "2"]
    (said,) = document.warnings
    assert said == "damaged in line 3 (mismatched tag): the last 12 bytes are lost"
    (said,) = repaired_document("\n\n<?xml version='1.0'\n?>\n<g>\n<q><p>1</p></g>").warnings
    assert said.startswith("damaged in line 6 (mismatched tag)")
    document = repaired_document("<g><p>1</p><late/></g>junk")
    assert document.text == "<g><p>1</p><late/></g>"
    assert document.warnings == ("damaged in line 1 (junk after document element): the last 4 bytes are lost",)
    with pytest.raises(ReadError, match="no element found in line 2, before any point"):
        repaired_document("<g>\n<q>")


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
            with pytest.raises(ReadError, match="nested more than 100 deep"):
                read(data, "x")


@pytest.mark.parametrize("start", [b"\x01\x02\x03", b"", b"start,end\n1,2", b'{"a": "<gpx/>"}', b"<>", b"a < b"])
def test_what_does_not_start_like_xml_has_no_root(start: bytes) -> None:
    assert find_root_name(start) == ""


def test_the_root_is_found_behind_comments_instructions_and_a_document_type() -> None:
    before = "<?xml version='1.0'?><!-- <a> --><?style x?><!DOCTYPE b [<!ENTITY c 'd'>]>\n"
    assert find_root_name(f"{before}<q:gpx-x.y z='1'>".encode()) == "gpx-x.y"


def test_no_file_is_opened_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("never read")
    for data, read in ((GPX, read_gpx), (TCX, read_tcx)):
        document = data.decode().replace("?>", f"?><!DOCTYPE x [<!ENTITY e SYSTEM '{secret.as_uri()}'>]>", 1)
        for encoding in ("utf-8", "utf-16"):  # the document type must not hide in another encoding
            with pytest.raises(ReadError, match="document type"):
                read(document.encode(encoding), "x")
