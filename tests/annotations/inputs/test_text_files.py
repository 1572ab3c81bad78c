"""Sidecars and label tracks that go through unharmed, to the byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.annotations import Annotation, Label, parse_label
from retropace.annotations.inputs.sidecar import format_label_track, is_label_track, parse_label_track
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, build_sidecar, format_elapsed
from retropace.annotations.model.label import Attributes
from retropace.annotations.resolve.locate import resolve_annotations
from retropace.core.errors import AnnotationError
from retropace.core.units import parse_elapsed_s
from tests.support.lapped_run import lapped_run

WORDS = st.sampled_from(
    ["backward", "Rückwärts", "b", "forward walk", "rest", "backward distance=400m", "F speed=8km/h"]
)
TIMES = st.sampled_from(["1:00", "12:30.5", "1.2km", "08:01:10Z", "lap 3", '"lap 2,4"', "3:00-4:00"])
NOTES = st.sampled_from(["", "hard", '"with, comma"', '"say ""hi"""', "émoji 🏃", " spaced "])
ENDS = st.sampled_from(["", "29:00"])
ROWS = st.builds(lambda start, end, word, note: f"{start},{end},{word},{note}", TIMES, ENDS, WORDS, NOTES)
OTHERS = st.sampled_from(["", "# a comment", "   ", "  # indented", "#,,,"])


@st.composite
def sidecars(draw: st.DrawFn) -> bytes:
    lines = [*draw(st.lists(OTHERS, max_size=3)), "start,end,label,note"]
    for row in draw(st.lists(st.one_of(OTHERS, ROWS), max_size=12)):
        # A stretch has no end of its own.
        whole = row.startswith(("lap", '"lap', "3:00-"))
        lines.append(row.replace(",29:00,", ",,", 1) if whole else row)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    text = newline.join(lines) + draw(st.sampled_from(["", newline]))
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode()


@given(sidecars())
def test_a_sidecar_comes_back_byte_by_byte(data: bytes) -> None:
    parsed = SidecarEditor.parse(data, "x.csv")
    assert parsed.to_bytes() == data
    count = len(parsed.parse_rows())
    more = parsed.with_row("5:00-6:00", Label("backward", "walk"), 'one, "two"', Attributes(distance_m=90.0))
    assert more.to_bytes().startswith(data)
    again = SidecarEditor.parse(more.to_bytes(), "x.csv").parse_rows()
    assert len(again) == count + 1
    last = again[-1]
    assert (last.where, last.label, last.note) == ("5:00-6:00", Label("backward", "walk"), 'one, "two"')
    assert last.attributes == Attributes(distance_m=90.0)
    back = more.replace_row(count + 1, ()).to_bytes()
    assert back.rstrip(b"\r\n") == data.rstrip(b"\r\n") or count == 0


@given(sidecars(), st.data())
def test_removing_a_row_takes_that_line_and_nothing_else(data: bytes, choice: st.DataObject) -> None:
    parsed = SidecarEditor.parse(data, "x.csv")
    count = len(parsed.parse_rows())
    if count == 0:
        return
    number = choice.draw(st.integers(1, count))
    gone = parsed.parse_rows()[number - 1].origin.line
    lines = data.decode().splitlines(keepends=True)
    assert parsed.replace_row(number, ()).to_bytes().decode() == "".join(lines[: gone - 1] + lines[gone:])  # type: ignore[operator]
    with pytest.raises(AnnotationError, match="there is no number"):
        parsed.replace_row(count + 1, ())


SPANS = st.lists(st.integers(0, 1_799_000_000), min_size=2, max_size=20, unique=True)
LABELS = st.sampled_from([parse_label(word) for word in ("backward", "backward walk", "forward", "rest", "unknown")])


@st.composite
def stretches(draw: st.DrawFn) -> list[Annotation]:
    """Disjoint annotations to the microsecond within half an hour, neighbours unlike."""
    edges = sorted(draw(SPANS))
    found: list[Annotation] = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        found.append(Annotation(start / 1e6, end / 1e6, draw(LABELS)))
    return found


@given(stretches())
def test_annotations_go_through_a_sidecar_and_a_label_track(given_ones: list[Annotation]) -> None:
    text = build_sidecar(given_ones, "x.csv").to_bytes()
    found, _ = resolve_annotations(SidecarEditor.parse(text, "x.csv").parse_rows(), lapped_run())
    assert build_sidecar(found, "x.csv").to_bytes() == text
    track = format_label_track(found)
    assert track == format_label_track(given_ones)
    again, _ = resolve_annotations(parse_label_track(track, "x.txt"), lapped_run())
    assert format_label_track(again) == track
    assert build_sidecar(again, "x.csv").to_bytes() == text


@given(st.integers(0, 10**12))
def test_elapsed_times_keep_their_microseconds(micro: int) -> None:
    text = format_elapsed(micro / 1e6)
    assert parse_elapsed_s(text) == pytest.approx(micro / 1e6, abs=6e-7 + micro * 1e-16)


def test_a_label_track_as_audacity_writes_it() -> None:
    text = (
        "10.000000\t20.500000\tbackward\n\\\t100.0\t2000.0\n30,5\t40\tRückwärts gehen distance=50m\n50\t50\tforward\n"
    )
    assert is_label_track(text)
    found, _ = resolve_annotations(parse_label_track(text, "x.txt"), lapped_run())
    assert [(one.start_s, one.end_s, str(one.label)) for one in found] == [
        (10.0, 20.5, "backward"),
        (30.5, 40.0, "backward walk"),
        (50.0, 1800.0, "forward"),
    ]
    assert found[1].attributes == Attributes(distance_m=50.0)
    assert not is_label_track("start,end,label\n1:00,2:00,b\n")
    assert not is_label_track("")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("1\t2\tbackward\n3\tx\tb\n", 2, "is no label"),
        ("5\t4\tb\n", 1, "is none"),
        ("1\t2\tsideways\n", 1, "is not known"),
        ("1\t2\n", 1, "label is empty"),
    ],
)
def test_a_bad_label_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(AnnotationError, match=words) as refused:
        parse_label_track(text, "x.txt")
    assert str(refused.value).startswith(f"x.txt:{line}: ")


def test_other_separators_columns_and_headers_are_kept() -> None:
    made = SidecarEditor.parse(b"Label;Start\nb;1:00\n", "x.csv").with_row(
        "2:00-3:00", Label("rest"), "why", Attributes()
    )
    assert made.to_bytes() == b"Label;Start;end;note\nb;1:00\nrest;2:00;3:00;why\n"
    new = SidecarEditor.parse(b"", "x.csv").with_row("lap 2,4", Label("backward"), "", Attributes())
    assert new.to_bytes() == b'start,end,label,note\n"lap 2,4",,backward,\n'
    assert SidecarEditor.parse(b"# only words", "x.csv").with_row(
        "all", Label("rest"), "", Attributes()
    ).to_bytes() == (b"# only words\nstart,end,label,note\nall,,rest,\n")


def test_a_sidecar_of_a_hundred_thousand_lines_is_one_sentence() -> None:
    text = "start,end,label\n" + "1:00,2:00,b\n" * 100_000
    with pytest.raises(AnnotationError, match="has 100000 rows, more than 10000") as refused:
        SidecarEditor.parse(text.encode(), "x.csv")
    assert str(refused.value).startswith("x.csv:10002: ")
    with pytest.raises(AnnotationError, match="has 100000 labels"):
        parse_label_track("1\t2\tb\n" * 100_000, "x.txt")
