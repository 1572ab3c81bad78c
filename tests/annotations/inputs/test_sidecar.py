from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.annotations import Annotation, Label, UnresolvedAnnotation, read_sidecar, resolve_annotations
from retropace.annotations.inputs.sidecar import parse_sidecar
from retropace.core.errors import AnnotationError, RetropaceError
from retropace.core.sidecar_path import sidecar_path
from tests.support.lapped_run import lapped_run


def resolved(text: str) -> list[tuple[float, float, str, str]]:
    annotations, _ = resolve_annotations(parse_sidecar(text, "x.csv"), lapped_run())
    return [(one.start_s, one.end_s, str(one.label), one.note) for one in annotations]


def test_every_form_of_a_row() -> None:
    text = """\
# my session
start,end,label,note
lap 1,,forward run,warm-up

5:00,10:00,backward,"first, and hard"
1.6km,1.8km,rest,
08:15:00Z,08:16:00Z,backward walk,
"lap 5",,BACKWARDS,
"""
    assert resolved(text) == [
        (0.0, 300.0, "forward run", "warm-up"),
        (300.0, 600.0, "backward", "first, and hard"),
        (640.0, 720.0, "rest", ""),
        (900.0, 960.0, "backward walk", ""),
        (1200.0, 1800.0, "backward", ""),
    ]


def test_an_empty_end_lasts_until_the_next_row_or_the_end() -> None:
    assert resolved("start,end,label\n10:00,,backward\n5:00,,forward\n20:00,,backward\n") == [
        (300.0, 600.0, "forward", ""),
        (600.0, 1200.0, "backward", ""),
        (1200.0, 1800.0, "backward", ""),
    ]


OTHER_FORMS = (
    "start;end;label\n5:00;6:00;b\n",
    "start\tend\tlabel\n5:00\t6:00\tb\n",
    "Label,Start,End\nb,5:00,6:00\n",
)


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_other_separators_and_orders_of_columns(text: str) -> None:
    assert resolved(text) == [(300.0, 360.0, "backward", "")]


def test_no_rows_are_no_annotations() -> None:
    assert parse_sidecar("", "x.csv") == []
    assert parse_sidecar("# nothing\nstart,end,label,note\n", "x.csv") == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("begin,end,label\n1:00,2:00,b\n", 1, "must name the columns"),
        ("start,end,label\n1:00,2:00,b\n3:00,4:00,sideways\n", 3, "is not known"),
        ("start,end,label\n\n# c\nabc,4:00,b\n", 4, "is no moment"),
        ("start,end,label\n,4:00,b\n", 2, "start is empty"),
        ("start,end,label\n1:00,2:00,b,a,b,c\n", 2, "put a text with commas in quotes"),
        ('start,end,label\n1:00,2:00,"b\n', 2, "is no CSV row"),
    ],
)
def test_a_bad_row_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(AnnotationError, match=words) as refused:
        parse_sidecar(text, "x.csv")
    assert str(refused.value).startswith(f"x.csv:{line}: ")


def test_a_place_outside_the_activity_is_named_with_its_line() -> None:
    for row in ("40:00,41:00,b", "lap 9,,b", "9km,10km,b", "45:00,,b"):
        with pytest.raises(AnnotationError) as refused:
            resolved(f"start,end,label\n1:00,2:00,b\n{row}\n")
        assert str(refused.value).startswith("x.csv:3: "), row


def test_what_reaches_a_little_beyond_the_end_is_cut_and_far_beyond_is_said() -> None:
    annotations, findings = resolve_annotations(
        parse_sidecar("start,end,label\n29:00,30:30,b\n", "x.csv"), lapped_run()
    )
    assert (annotations[0].end_s, findings) == (1800.0, ())
    annotations, findings = resolve_annotations(
        parse_sidecar("start,end,label\n29:00,50:00,b\n", "x.csv"), lapped_run()
    )
    assert annotations[0].end_s == 1800.0
    assert "was cut there" in findings[0].text


def test_contradictions_name_both_with_file_and_line() -> None:
    with pytest.raises(AnnotationError) as refused:
        resolved("start,end,label\n5:00,10:00,b\n8:00,12:00,f\n")
    assert "x.csv:2 says backward from 5:00 to 10:00" in str(refused.value)
    assert "x.csv:3 says forward from 8:00 to 12:00" in str(refused.value)
    with pytest.raises(AnnotationError, match="take one of them out"):
        resolved("start,end,label\n5:00,10:00,b walk\n8:00,12:00,b run\n")


def test_edges_that_overlap_by_what_they_are_unsure_of_are_parted_at_the_surer() -> None:
    # Lap 2 ends at 10:00 to the second; the typed 9:57 is good to a few seconds.
    assert resolved("start,end,label\nlap 2,,b\n9:57,11:00,f\n") == [
        (300.0, 600.0, "backward", ""),
        (600.0, 660.0, "forward", ""),
    ]


def test_the_same_said_twice_is_joined_and_a_gait_makes_it_more_precise() -> None:
    assert resolved("start,end,label,note\n5:00,10:00,b,one\n8:00,12:00,b,two\n") == [
        (300.0, 720.0, "backward", "one; two")
    ]
    assert resolved("start,end,label\n5:00,10:00,b\n6:00,7:00,b walk\n") == [
        (300.0, 360.0, "backward", ""),
        (360.0, 420.0, "backward walk", ""),
        (420.0, 600.0, "backward", ""),
    ]


def test_a_library_caller_gives_spans() -> None:
    annotations, _ = resolve_annotations(
        [Annotation(10.0, 20.0, Label("backward")), UnresolvedAnnotation("lap 2", Label("forward"))], lapped_run()
    )
    assert [(one.start_s, one.end_s) for one in annotations] == [(10.0, 20.0), (300.0, 600.0)]
    for start, end in ((5.0, 5.0), (9.0, 3.0), (float("nan"), 3.0)):
        with pytest.raises(AnnotationError):
            resolve_annotations([Annotation(start, end, Label("backward"))], lapped_run())


@pytest.mark.parametrize(
    ("recording", "beside"),
    [
        ("a/run.fit", "a/run.annotations.csv"),
        ("run.gpx.gz", "run.annotations.csv"),
        ("RUN.FIT.GZ", "RUN.annotations.csv"),
    ],
)
def test_where_the_sidecar_lies(recording: str, beside: str) -> None:
    assert sidecar_path(recording) == Path(beside)


def test_files_that_are_no_sidecar(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_sidecar(path)
    path.write_bytes(b"start,end,label\n1:00,2:00,b\xfc\n")
    with pytest.raises(AnnotationError, match=r"x\.csv:2: is not UTF-8"):
        read_sidecar(path)
    path.write_bytes("\ufeffstart,end,label\n1:00,2:00,b\n".encode())
    assert len(read_sidecar(path)) == 1


@given(st.text(alphabet=st.sampled_from('start,endlabl\n\t;"#0123456789:-kmZ b\0é'), max_size=80))
def test_any_text_is_rows_or_one_sentence(text: str) -> None:
    try:
        resolve_annotations(parse_sidecar(text, "x.csv"), lapped_run())
    except RetropaceError as refused:
        assert "\n" not in refused.message  # noqa: PT017 - most texts are refused, some are not
