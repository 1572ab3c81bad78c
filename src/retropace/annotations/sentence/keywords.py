"""Words that workout sentences use beside directions and gaits: units, counts and words without meaning.

Words are compared in their normalized spelling (:func:`retropace.annotations.language.normalize.normalize`).
"""

from __future__ import annotations

METRES_PER_UNIT: dict[str, float] = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres", "metern", "mètre", "mètres", "metri", "metro"), 1.0),
    **dict.fromkeys(
        ("metros", "metr", "metry", "metrów", "м", "метр", "метра", "метров", "米", "メートル", "미터"), 1.0
    ),
    **dict.fromkeys(("km", "k", "kms", "kilometer", "kilometers", "kilometre", "kilometres", "kilometern"), 1000.0),
    **dict.fromkeys(("kilomètre", "kilomètres", "chilometri", "chilometro", "kilómetro", "kilómetros"), 1000.0),
    **dict.fromkeys(("quilômetro", "quilômetros", "kilometrów", "kilometry", "км", "километр", "километра"), 1000.0),
    **dict.fromkeys(("километров", "公里", "千米", "キロ", "キロメートル", "킬로", "킬로미터"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles", "meile", "meilen", "miglio", "miglia", "milla", "millas"), 1609.344),
    **dict.fromkeys(("milha", "milhas", "mijl", "mila", "mile'a", "миля", "миль", "英里", "マイル", "마일"), 1609.344),
    **dict.fromkeys(("yd", "yard", "yards"), 0.9144),
    **dict.fromkeys(("lap", "laps", "runde", "runden", "stadionrunden", "tours", "giri", "vueltas", "voltas"), 400.0),
    **dict.fromkeys(("rondes", "rondjes", "okrążenie", "okrążenia", "okrążeń", "круг", "круга", "кругов"), 400.0),
    **dict.fromkeys(("周", "圈", "바퀴"), 400.0),
}
"""Metres by word for a unit of length; a lap is one of a 400 m track, because a lap of the watch has no fixed
length."""

SECONDS_PER_UNIT: dict[str, float] = {
    **dict.fromkeys(
        ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde", "secondes"), 1.0
    ),
    **dict.fromkeys(("secondi", "secondo", "seg", "segundo", "segundos", "seconden", "sekund", "sekundy"), 1.0),
    **dict.fromkeys(("с", "сек", "секунд", "секунда", "секунды", "秒", "秒間", "초"), 1.0),
    **dict.fromkeys(("min", "mins", "mn", "minute", "minutes", "minuten", "minuti", "minuto", "minutos"), 60.0),
    **dict.fromkeys(("minuut", "minut", "minuty", "minuta", "мин", "минут", "минута", "минуты", "分", "分間"), 60.0),
    **dict.fromkeys(("分钟", "分鐘", "분", "분간"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "ora"), 3600.0),
    **dict.fromkeys(("ore", "hora", "horas", "uur", "godz", "godzina", "godziny", "ч", "час", "часа"), 3600.0),
    **dict.fromkeys(("時間", "小时", "小時", "시간"), 3600.0),
}
"""Seconds by word for a unit of time."""

REPEAT_WORDS: tuple[str, ...] = (
    *("x", "×", "*", "х", "times", "time", "mal", "fois", "volte", "volta", "veces", "vez", "vezes", "keer", "maal"),
    *("razy", "raz", "раз", "раза", "回", "本", "次", "组", "組", "번", "회", "세트", "sets of", "reps of", "reps"),
)
"""Words and signs that stand between a count and what is repeated."""

NUMBER_WORDS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            ("one", "once", "ein", "eine", "einmal", "une", "un", "uno", "una"),
            ("two", "twice", "zwei", "zweimal", "deux", "due", "dos", "dois", "duas", "twee", "dwa", "два"),
            ("three", "thrice", "drei", "dreimal", "trois", "tre", "tres", "três", "drie", "trzy", "три"),
            ("four", "vier", "viermal", "quatre", "quattro", "cuatro", "quatro", "cztery", "четыре"),
            ("five", "fünf", "fünfmal", "cinq", "cinque", "cinco", "vijf", "pięć", "пять"),
            ("six", "sechs", "sechsmal", "sei", "seis", "zes", "sześć", "шесть"),
            ("seven", "sieben", "siebenmal", "sept", "sette", "siete", "sete", "zeven", "siedem", "семь"),
            ("eight", "acht", "achtmal", "huit", "otto", "ocho", "oito", "osiem", "восемь"),
            ("nine", "neun", "neunmal", "neuf", "nove", "nueve", "negen", "dziewięć", "девять"),
            ("ten", "zehn", "zehnmal", "dix", "dieci", "diez", "dez", "tien", "dziesięć", "десять"),
            ("eleven", "elf", "onze", "undici", "once"),
            ("twelve", "zwölf", "douze", "dodici", "doce", "doze", "twaalf"),
        ),
        1,
    )
    for word in words
    if (word, number) != ("once", 11)
}
"""Numbers by word; "once" is the English word (1), not the Spanish one (11)."""

HUNDRED_WORDS: dict[str, float] = {"hundred": 100.0, "hundert": 100.0, "cent": 100.0, "cento": 100.0}
"""Factors by word for hundred, as in ``four hundred``."""

FRACTION_WORDS: dict[str, float] = {"quarter": 0.25, "half": 0.5, "viertel": 0.25, "halbe": 0.5, "quart": 0.25}
"""Values by word for a fraction of a unit, as in ``a quarter mile``."""

RECOVERY_STEP_WORDS: tuple[str, ...] = (
    *("recovery", "recover", "recoveries", "rec", "erholung", "trabpause", "récup", "récupération", "recupero"),
    *("recuperación", "recuperação", "herstel", "regeneracja", "восстановление", "リカバリー", "恢复", "회복"),
)
"""Words for a recovery between reps; the runner may stand or move in it, and moves forward."""

FORWARD_STEP_WORDS: tuple[str, ...] = (
    *("warm up", "warmup", "wu", "cool down", "cooldown", "cd", "easy"),
    *("einlaufen", "auslaufen", "aufwärmen", "abwärmen", "locker", "échauffement"),
    *("retour au calme", "riscaldamento", "defaticamento", "calentamiento"),
    *("enfriamiento", "aquecimento", "desaquecimento", "opwarmen", "inlopen"),
    *("uitlopen", "cooling down", "rozgrzewka", "schłodzenie", "разминка", "заминка"),
    *("ウォームアップ", "クールダウン", "热身", "熱身", "放松", "冷身", "워밍업", "쿨다운"),
    *RECOVERY_STEP_WORDS,
)
"""Words for parts of a session that are forward unless the step names a direction."""

RECOVERY_OPENERS: tuple[str, ...] = (
    "r",
    "rec",
    "rest",
    "recovery",
    "with",
    "mit",
    "avec",
    "con",
    "com",
    "met",
    "pause",
    "p",
)
"""Words that may stand before the recovery of a set without brackets, as in ``6x400m backward, r 2:00``."""

UNTIL_LAP_PHRASES: tuple[str, ...] = (
    *("until lap", "until lap press", "until lap button", "till lap", "to lap", "lap press", "until press", "open"),
    *("bis lap", "bis rundentaste", "bis zur rundentaste", "jusqu'au lap", "jusqu'à lap", "fino al lap"),
    *(
        "hasta lap",
        "hasta vuelta",
        "até o lap",
        "até lap",
        "tot lap",
        "do lap",
        "до круга",
        "ラップまで",
        "直到按圈",
        "랩까지",
    ),
)
"""Phrases for a step of open length that ends when the lap button is pressed."""

STEP_SEPARATOR_WORDS: tuple[str, ...] = (
    *("then", "and", "and then", "followed by", "plus", "dann", "und", "danach", "puis", "et", "ensuite", "poi", "e"),
    *("y", "luego", "depois", "en", "dan", "daarna", "i", "potem", "и", "потом", "затем", "そして", "然后", "다음"),
)
"""Words that separate two steps like a comma."""

FILLER_WORDS: tuple[str, ...] = (
    *("of", "a", "an", "the", "at", "in", "rep", "reps", "interval", "intervals", "track", "hard", "fast", "slow"),
    *("steady", "tempo", "each", "your", "von", "der", "die", "das", "schnell", "langsam", "je", "de", "du", "la"),
    *(
        "le",
        "les",
        "di",
        "del",
        "el",
        "do",
        "da",
        "van",
        "het",
        "po",
        "по",
        "の",
        "的",
        "m",
        "quiet",
        "gentle",
        "slowly",
    ),
)
"""Words that are ignored in a sentence."""
