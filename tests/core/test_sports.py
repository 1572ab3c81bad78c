import pytest
from fitdecode.profile import FIELD_TYPES

from retropace.core.sports import _COMMON_NAMES, _read_names, classify_sport, format_sport, name_of_number

ON_FOOT = """\
carrera, Laufen, COURSE À PIED, corsa, trail_running, TrailRun, VirtualRun, Бег, 跑步, ランニング,
HKWorkoutActivityTypeRunning, obstacle_run, speed_walking, Nordic Walking, marche, caminata, 9, Morning run,
ultra_run, randonnée, senderismo, rucking, løb, hardlopen, koşu, 달리기"""
OTHER = """\
VirtualRide, EBikeRide, emountainbikeride, AlpineSki, GravelRide, Radfahren, natación, train, 1,
HKWorkoutActivityTypeFunctionalStrengthTraining, resort_skiing_snowboarding_ws, rowing_v2, StairStepper, Vélo,
VTT, ciclismo de montaña, wielrennen, плавание, 骑行, サイクリング, CROSS-COUNTRY_SKIING, Outdoor Bike,
wheelchair_push_run, Wheelchair run, bike trail, SwimToBikeTransition, zwemmen, narty, langrenn, Weight Training"""
UNKNOWN = """\
carpet, runway, skill, rowdy, Workout, other, fitness_equipment, poolside, skincare, track, trail"""


@pytest.mark.parametrize("sport", ON_FOOT.replace("\n", " ").split(", "))
def test_names_of_sports_on_foot(sport: str) -> None:
    assert classify_sport(sport) is True


@pytest.mark.parametrize("sport", OTHER.replace("\n", " ").split(", "))
def test_names_of_other_sports(sport: str) -> None:
    assert classify_sport(sport) is False


@pytest.mark.parametrize("sport", UNKNOWN.replace("\n", " ").split(", "))
def test_beginnings_of_names_decide_nothing(sport: str) -> None:
    assert classify_sport(sport) is None


@pytest.mark.parametrize(
    ("sport", "sub_sport", "verdict"),
    [
        ("training", "yoga", False),
        ("training", "strength_training", False),
        ("fitness_equipment", "indoor_rowing", False),
        ("fitness_equipment", "treadmill", True),
        ("generic", "", None),
        ("running", "treadmill", True),
        ("running", "virtual_activity", True),
        ("cycling", "road", False),
        ("cycling", "track", False),
    ],
)
def test_the_sub_sport_decides_where_the_sport_does_not(sport: str, sub_sport: str, verdict: bool | None) -> None:
    assert classify_sport(sport, sub_sport) is verdict


def test_every_sport_of_fit_is_known() -> None:
    names = FIELD_TYPES["sport"].enum.values()
    assert {name for name in names if classify_sport(name) is None} == {
        *("generic", "training", "fitness_equipment", "multisport", "tactical", "all"),
    }
    assert {name for name in names if classify_sport(name)} == {"running", "walking", "hiking", "mountaineering"}


def test_fit_sports_younger_than_the_profile_have_names() -> None:
    assert name_of_number("sport", 88) == "canoeing"
    assert name_of_number("sub_sport", 124) == "rucking"
    assert name_of_number("sport", 1) == ""


def test_names_for_display() -> None:
    assert [format_sport(name) for name in ("TrailRun", "trail_running", "9", "HKWorkoutActivityTypeHiking")] == [
        *("trail run", "trail running", "running", "hiking"),
    ]


def test_common_names_are_classified_as_in_the_table() -> None:
    table = _read_names()
    assert {name: table.get(name) for name in _COMMON_NAMES} == _COMMON_NAMES
    assert set(_COMMON_NAMES) - set(table) == {""}
