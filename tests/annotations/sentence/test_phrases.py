"""What names mean, in twelve languages: a label, or "ambiguous", or nothing at all."""

import pytest

from retropace.annotations.language.labels import interpret_name
from retropace.annotations.language.vocabulary import load_words

AMBIGUOUS = "ambiguous"
NOTHING = "nothing"

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "backward": "backward",
        "Backwards 400 m": "backward",
        "6x400 m BACKWARD": "backward",
        "backward walk": "backward walk",
        "Walking backwards, 10 min": "backward walk",
        "retro running": "backward",
        "Retro-Run in the park": "backward",
        "backpedal drills": "backward run",
        "facing backward": "backward",
        "forward": "forward",
        "400 fwd": "forward",
        "easy forward jog": "forward run",
        "Reverse loop": AMBIGUOUS,
        "back": AMBIGUOUS,
        "Way back home": AMBIGUOUS,
        "New retro shoes": AMBIGUOUS,
        "Parkrun course in reverse": AMBIGUOUS,
        "Lake loop backwards": AMBIGUOUS,
        "Counterclockwise round the lake": AMBIGUOUS,
        "backward and forward 50s": AMBIGUOUS,
        "No backward running today": AMBIGUOUS,
        "Out and back": NOTHING,
        "Back-to-back long runs": NOTHING,
        "Morning Run": NOTHING,
        "Rest day walk": NOTHING,
        "Tempo 5 km": NOTHING,
    },
    "de": {
        "rückwärts": "backward",
        "Rueckwaerts 400 m": "backward",
        "RÜCKWÄRTS LAUFEN": "backward run",
        "Rückwärtslauf im Park": "backward run",
        "Rückwärtsgehen 10 min": "backward walk",
        "6 x 400 m ruckwarts": "backward",
        "Retrolauf": "backward run",
        "vorwärts": "forward",
        "Hausrunde rückwärts": AMBIGUOUS,
        "Runde andersherum": AMBIGUOUS,
        "Rückweg": AMBIGUOUS,
        "zurück": AMBIGUOUS,
        "Strecke verkehrt herum": AMBIGUOUS,
        "Ohne rückwärts": AMBIGUOUS,
        "Hin und zurück": NOTHING,
        "Dauerlauf": NOTHING,
    },
    "fr": {
        "à reculons": "backward",
        "5 km à reculons": "backward",
        "course en arrière": "backward run",
        "Marche arrière 10 min": "backward walk",
        "marche à reculons": "backward walk",
        "EN ARRIERE": "backward",
        "en avant": "forward",
        "marche avant": "forward walk",
        "Boucle à l'envers": AMBIGUOUS,
        "à l'envers": AMBIGUOUS,
        "Retour": AMBIGUOUS,
        "Parcours en sens inverse": AMBIGUOUS,
        "chaussures rétro": AMBIGUOUS,
        "Aller-retour": NOTHING,
        "Footing du matin": NOTHING,
    },
    "it": {
        "all'indietro": "backward",
        "indietro 400 m": "backward",
        "corsa all'indietro": "backward run",
        "Camminata all’indietro": "backward walk",
        "retrocorsa": "backward run",
        "di spalle": "backward",
        "in avanti": "forward",
        "Giro al contrario": AMBIGUOUS,
        "al contrario": AMBIGUOUS,
        "Ritorno": AMBIGUOUS,
        "anello in senso inverso": AMBIGUOUS,
        "Andata e ritorno": NOTHING,
        "Corsa mattutina": NOTHING,
    },
    "es": {
        "hacia atrás": "backward",
        "Hacia atras 400 m": "backward",
        "correr de espaldas": "backward run",
        "carrera hacia atrás": "backward run",
        "caminata hacia atrás": "backward walk",
        "marcha atrás": "backward walk",
        "hacia adelante": "forward",
        "Vuelta al revés": AMBIGUOUS,
        "al revés": AMBIGUOUS,
        "Regreso": AMBIGUOUS,
        "ruta en sentido contrario": AMBIGUOUS,
        "Ida y vuelta": NOTHING,
        "Carrera de mañana": NOTHING,
    },
    "pt": {
        "para trás": "backward",
        "de costas": "backward",
        "Corrida de costas": "backward run",
        "caminhada para trás": "backward walk",
        "400 m para tras": "backward",
        "para a frente": "forward",
        "Volta ao contrário": AMBIGUOUS,
        "ao contrário": AMBIGUOUS,
        "Regresso": AMBIGUOUS,
        "percurso em sentido inverso": AMBIGUOUS,
        "Ida e volta": NOTHING,
        "Corrida matinal": NOTHING,
    },
    "nl": {
        "achteruit": "backward",
        "achteruit lopen": "backward walk",
        "Achteruit hardlopen": "backward run",
        "achterwaarts 400 m": "backward",
        "achteruitlopen": "backward walk",
        "vooruit": "forward",
        "Rondje andersom": AMBIGUOUS,
        "andersom": AMBIGUOUS,
        "Terugweg": AMBIGUOUS,
        "terug": AMBIGUOUS,
        "Heen en terug": NOTHING,
        "Duurloop": NOTHING,
    },
    "pl": {
        "tyłem": "backward",
        "tylem 400 m": "backward",
        "Bieg tyłem": "backward run",
        "chód tyłem": "backward walk",
        "do tyłu": "backward",
        "przodem": "forward",
        "Pętla na odwrót": AMBIGUOUS,
        "na odwrót": AMBIGUOUS,
        "Powrót": AMBIGUOUS,
        "trasa w drugą stronę": AMBIGUOUS,
        "Tam i z powrotem": NOTHING,
        "Rozbieganie": NOTHING,
    },
    "ru": {
        "назад": "backward",
        "спиной вперёд": "backward",
        "Бег спиной вперед": "backward run",
        "ходьба назад": "backward walk",
        "задом наперёд": "backward",
        "6x400 м спиной": "backward",
        "вперёд": "forward",
        "лицом вперёд": "forward",
        "Круг наоборот": AMBIGUOUS,
        "обратно": AMBIGUOUS,
        "Маршрут в обратную сторону": AMBIGUOUS,
        "дорога назад": AMBIGUOUS,
        "Туда и обратно": NOTHING,
        "Утренняя пробежка": NOTHING,
    },
    "ja": {
        "後ろ向き": "backward",
        "後ろ向き走り 400m": "backward run",
        "バック走": "backward run",
        "後ろ歩き 10分": "backward walk",
        "後ろ向きウォーキング": "backward walk",
        "前向き": "forward",
        "コースを逆走": AMBIGUOUS,
        "逆回り": AMBIGUOUS,
        "帰り道": AMBIGUOUS,
        "往復": NOTHING,
        "朝ラン": NOTHING,
    },
    "zh": {
        "倒跑": "backward run",
        "倒着跑400米": "backward run",
        "倒走30分钟": "backward walk",
        "后退走": "backward walk",
        "退步走": "backward walk",
        "向后": "backward",
        "向後": "backward",
        "向前": "forward",
        "反向绕圈": AMBIGUOUS,
        "逆时针": AMBIGUOUS,
        "回程": AMBIGUOUS,
        "往返跑": NOTHING,
        "晨跑": NOTHING,
    },
    "ko": {
        "뒤로": "backward",
        "뒤로 걷기 20분": "backward walk",
        "뒤로 달리기": "backward run",
        "뒷걸음": "backward walk",
        "후진 400m": "backward",
        "앞으로": "forward",
        "코스 거꾸로": AMBIGUOUS,
        "거꾸로": AMBIGUOUS,
        "돌아오는 길": AMBIGUOUS,
        "반대 방향": AMBIGUOUS,
        "왕복": NOTHING,
        "아침 러닝": NOTHING,
    },
}

ROWS = [(language, phrase, meant) for language, phrases in PHRASES.items() for phrase, meant in phrases.items()]


@pytest.mark.parametrize(("language", "phrase", "meant"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_what_a_title_means(language: str, phrase: str, meant: str) -> None:
    meaning = interpret_name(phrase)
    said = NOTHING if meaning is None else AMBIGUOUS if meaning.label is None else str(meaning.label)
    assert said == meant, language


def test_the_table_is_large_enough_and_knows_every_language() -> None:
    assert len(ROWS) >= 150
    assert PHRASES.keys() == load_words("vocabulary")["labels"].keys()
    for language, phrases in PHRASES.items():
        assert AMBIGUOUS in phrases.values(), language
        assert sum(meant.startswith("backward") for meant in phrases.values()) >= 4, language


STEPS = {
    "back": "backward",
    "Reverse 400": "backward",
    "B": "backward",
    "retro": "backward",
    "400 m rückwärts": "backward",
    "Runde 3 rückwärts": "backward",
    "Rest": "rest",
    "Pause 2 min": "rest",
    "Warm up": None,
    "Run": None,
    "run back home": None,
    "f": "forward",
}


@pytest.mark.parametrize("name", STEPS)
def test_the_name_of_a_step_speaks_of_the_runner(name: str) -> None:
    meaning = interpret_name(name, is_title=False)
    assert (str(meaning.label) if meaning and meaning.label else None) == STEPS[name]
