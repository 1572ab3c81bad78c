import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.annotations import parse_sentence
from retropace.annotations.model.plan import MAX_STEPS, Item, PlanStep, count_steps
from retropace.core.errors import AnnotationError


def format_items(items: tuple[Item, ...]) -> str:
    parts = []
    for item in items:
        if isinstance(item, PlanStep):
            pace = f" @{item.speed_mps:.2f}" if item.speed_mps else ""
            parts.append(f"{item}{pace}")
        else:
            parts.append(f"{item.count}x({format_items(item.body)})")
    return ", ".join(parts)


SENTENCES = {
    "10min forward, 6x(400m backward, 2min rest), 5min forward": (
        "10:00 forward, 6x(400 m backward, 2:00 rest), 5:00 forward"
    ),
    "12min forward, 5x(150s backward walk, 180s walk), 8min forward": (
        "12:00 forward, 5x(2:30 backward walk, 3:00 forward walk), 8:00 forward"
    ),
    "6x400B/2'R": "6x(400 m backward, 2:00 rest)",
    "6 × 400 m backward, r 2:00": "6x(400 m backward, 2:00 rest)",
    "6x400m back, r=2'": "6x(400 m backward, 2:00 rest)",
    "six times four hundred back, two minutes' rest": "6x(400 m backward, 2:00 rest)",
    "a quarter mile forward, two minutes' rest, a quarter mile backward": (
        "402.336 m forward, 2:00 rest, 402.336 m backward"
    ),
    "3x(2x(50m back, 50m fwd), 90s rest)": "3x(2x(50 m backward, 50 m forward), 1:30 rest)",
    "(400m backward, 200m walk) x 4": "4x(400 m backward, 200 m forward walk)",
    "2km warm up then 4x(1 lap back / 1 lap walk) then until lap jog": (
        "2000 m forward, 4x(400 m backward, 400 m forward walk), until lap forward run"
    ),
    "10'30\" forward @6:00/km; 400m back in 3:10": "10:30 forward @2.78, 400 m backward @2.11",
    "5km @ 12km/h, 1 mile back @8:00/mi": "5000 m forward @3.33, 1609.344 m backward @3.35",
    "warm-up, 8x200m backward/200m jog, cool-down": "forward, 8x(200 m backward, 200 m forward run), forward",
    '30"B/30"F': "0:30 backward, 0:30 forward",
    "1h30min forward": "1:30:00 forward",
    "½ mile back\n10min": "804.672 m backward, 10:00 forward",
    "backward 5 km": "5000 m backward",
    "until lap backward": "until lap backward",
    "6x400": "6x(400 m forward)",
    "10 min einlaufen, 6 mal 400 m rückwärts mit 2 min Pause, 5 min auslaufen": (
        "10:00 forward, 6x(400 m backward, 2:00 rest), 5:00 forward"
    ),
    "10 minutes échauffement, 5 fois 300 mètres à reculons, 1'30 récup": (
        "10:00 forward, 5x(300 m backward, 1:30 forward)"
    ),
    "10 minuti, 4 volte 400 metri all'indietro, 2 minuti riposo": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10 minutos, 4 veces 400 metros hacia atrás, 2 minutos descanso": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10 minutos, 4 vezes 400 metros de costas, 2 minutos descanso": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10 minuten, 4 keer 400 meter achteruit, 2 minuten rust": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10 minut, 4 razy 400 metrów tyłem, 2 minuty przerwa": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10 минут, 4 раза 400 м назад, 2 мин отдых": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10分, 4x(400m 後ろ向き, 2分 休憩)": "10:00 forward, 4x(400 m backward, 2:00 rest)",
    "10分钟, 4x400米倒跑/2分钟休息": "10:00 forward, 4x(400 m backward run, 2:00 rest)",
    "10분, 4x(400m 뒤로 걷기, 2분 휴식)": "10:00 forward, 4x(400 m backward walk, 2:00 rest)",
    "1,5km rückwärts": "1500 m backward",
    "6x400m backward w/ 2min rest": "6x(400 m backward, 2:00 rest)",
    "6x400m backward (2' rest)": "6x(400 m backward, 2:00 rest)",
    "6 sets of 400m back with 2 minutes rest then 5 min jog": "6x(400 m backward, 2:00 rest), 5:00 forward run",
    "five rounds of 2min back and 3min walk, 8min": "5x(2:00 backward, 3:00 forward walk), 8:00 forward",
    "3x2min back, 1min easy": "3x(2:00 backward), 1:00 forward",
    "5x2min back walk speed=3.6km/h": "5x(2:00 backward walk @1.00)",
    "2km at 9km/h, 2km 5:00/km, 2min back @3km/h": "2000 m forward @2.50, 2000 m forward @3.33, 2:00 backward @0.83",
    "5-6x400m back, r 60s": "6x(400 m backward, 1:00 rest)",
    "14-16min easy, 20min back": "15:00 forward, 20:00 backward",
    "100-200-100 back w/ 90s walk, 5min": (
        "1x(100 m backward, 1:30 forward walk, 200 m backward, 1:30 forward walk, 100 m backward, 1:30 forward walk), "
        "5:00 forward"
    ),
    "pyramid: 1-2-1min backward": "1x(1:00 backward, 2:00 backward, 1:00 backward)",
    "2x 100/200/100m back / 1min walk": (
        "2x(100 m backward, 1:00 forward walk, 200 m backward, 1:00 forward walk, 100 m backward, 1:00 forward walk)"
    ),
    "1min back / 90s jog x8, 5min": "8x(1:00 backward, 1:30 forward run), 5:00 forward",
    "warm-up; set 1: 4x200m back r 60s; main set: 3x400m back": (
        "forward, 4x(200 m backward, 1:00 rest), 3x(400 m backward)"
    ),
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_means_a_plan(text: str) -> None:
    assert format_items(parse_sentence(text).items) == SENTENCES[text]


@pytest.mark.parametrize(
    ("text", "character", "words"),
    [
        ("10min forward, 6x(400m backward", 18, "never closed"),
        ("10min forwad", 7, 'did you mean "forward"'),
        ("400m backward)", 14, "never opened"),
        ("3x(400m b, 2' r]", 16, 'closes what "(" opened'),
        ("6x", 3, "6 times what"),
        ("6x()", 3, "nothing in the brackets"),
        ("0x400m back", 1, "a count starts at 1"),
        ("12 forward", 1, "12 of what"),
        ("5:75 back", 1, "is no time"),
        ("400m 500m back", 6, "a second length"),
        ("5x 1min back 1min fwd", 14, "a second length"),
        ("400m forward backward", 6, "put a comma between two steps"),
        ("400m back @ fast", 11, "no pace follows"),
        ("400m back % 2", 11, "means nothing"),
        ("1/0 mile back", 1, "divides by nothing"),
        ("((((((((1km))))))))", 8, "nested more than 6 deep"),
        ("10000x(400m backward)", 1, "makes 10000 steps"),
        ("100x(100x(100x400m b))", 6, "makes 10000 steps"),
        ("400m back, 0min rest", 12, "is no length"),
        ("' rest", 1, "need a number"),
        ("1-10000x400m back", 1, "makes 10000 steps"),
        ("6-5x400m back", 1, "6 of what"),
        ("400m speed=fast", 6, "no pace follows"),
    ],
)
def test_errors_point_at_the_character(text: str, character: int, words: str) -> None:
    with pytest.raises(AnnotationError, match=re.escape(words)) as refused:
        parse_sentence(text)
    assert str(refused.value).startswith(f"character {character}, ")


def test_empty_and_endless_texts() -> None:
    for text in ("", "  \n", ", ;"):
        with pytest.raises(AnnotationError, match=r"empty|no steps"):
            parse_sentence(text)
    with pytest.raises(AnnotationError, match="2001 characters"):
        parse_sentence("x" * 2001)


def test_ten_thousand_repeats_are_refused_at_once() -> None:
    # Carried out, the last of them would be more steps than there is memory for.
    for text in ("10000x(400m back, 2min rest)", "9x" * 600 + "400m", "(" * 1900, "99x(99x(99x(99x(99x(99x1km)))))"):
        with pytest.raises(AnnotationError):
            parse_sentence(text)
    assert count_steps(parse_sentence("250x(50m back, 50m fwd)").items) == MAX_STEPS


LETTERS = "0123456789xX×()[]/,;:'\"@ .mskhinRBFbackwardrest\n½后跑前"


@given(st.text(alphabet=st.sampled_from(LETTERS), max_size=60))
def test_any_text_is_a_plan_or_one_sentence(text: str) -> None:
    try:
        plan = parse_sentence(text)
    except AnnotationError as refused:
        assert "\n" not in refused.message  # noqa: PT017 - most texts are refused, some are not
        return
    assert 1 <= count_steps(plan.items) <= MAX_STEPS


UNITS = st.sampled_from(["400m", "1.5km", "90s", "2min", "2:30", "until lap"])
STEPS = st.builds(
    lambda length, label: f"{length} {label}", UNITS, st.sampled_from(["backward", "walk", "rest", "jog"])
)


@given(st.lists(st.tuples(st.integers(1, 9), st.lists(STEPS, min_size=1, max_size=4)), min_size=1, max_size=5))
def test_what_is_written_is_what_is_meant(sets: list[tuple[int, list[str]]]) -> None:
    text = ", ".join(f"{times}x({', '.join(steps)})" for times, steps in sets)
    plan = parse_sentence(text)
    assert count_steps(plan.items) == sum(times * len(steps) for times, steps in sets)
    again = parse_sentence(format_items(plan.items))
    assert again.items == plan.items
