"""Words for directions and gaits in twelve languages, as data: a new word needs one entry.

Words are compared in their normalized spelling (:func:`retropace.annotations.language.normalize.normalize`).
"""

from __future__ import annotations

LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "backward": (
            *("backward", "backwards", "bwd", "bkwd", "bkwds", "retro running", "retro-run", "retrorunning"),
            *("retrorun", "back running", "back-running", "tail first", "facing backward", "facing backwards"),
        ),
        "backward run": ("backpedal", "backpedalling", "backpedaling", "back pedal", "backward jog"),
        "backward walk": ("retro walking", "retro-walk", "retrowalking", "back walking", "moonwalk"),
        "forward": ("forward", "forwards", "fwd", "frontward", "frontwards", "facing forward", "normal"),
        "rest": ("rest", "resting", "rests", "pause", "standing rest", "stand", "standing", "stop", "break", "halt"),
        "unknown": ("unknown", "unsure", "no idea"),
    },
    "de": {
        "backward": (
            *("rückwärts", "rueckwaerts", "rw", "rückwärtsgang", "rücklings"),
            *("mit dem rücken voran", "rücken voraus"),
        ),
        "backward run": ("rückwärtslauf", "rückwärtslaufen", "rueckwaertslaufen", "retrolauf", "retrolaufen"),
        "backward walk": ("rückwärtsgehen", "rueckwaertsgehen", "retrogehen"),
        "forward": ("vorwärts", "vorwaerts", "vw", "vorwärtsgang"),
        "forward run": ("vorwärtslauf", "vorwärtslaufen"),
        "forward walk": ("vorwärtsgehen",),
        "rest": ("pause", "ruhe", "stehpause", "stehen", "rast", "ausruhen"),
        "unknown": ("unbekannt",),
    },
    "fr": {
        "backward": ("en arrière", "à reculons", "reculons", "arrière", "vers l'arrière", "dos en avant", "de dos"),
        "backward run": ("course arrière", "course à reculons", "course en arrière"),
        "backward walk": ("marche arrière", "marche à reculons", "marche en arrière"),
        "forward": ("en avant", "avant", "vers l'avant"),
        "forward run": ("course avant",),
        "forward walk": ("marche avant",),
        "rest": ("repos", "pause", "récup statique", "arrêt"),
        "unknown": ("inconnu",),
    },
    "it": {
        "backward": ("all'indietro", "indietro", "di spalle", "di schiena"),
        "backward run": ("retrocorsa", "corsa all'indietro", "corsa indietro"),
        "backward walk": ("retrocamminata", "camminata all'indietro"),
        "forward": ("in avanti", "avanti"),
        "rest": ("riposo", "pausa", "sosta", "fermo"),
        "unknown": ("sconosciuto",),
    },
    "es": {
        "backward": ("hacia atrás", "atrás", "de espaldas", "para atrás"),
        "backward run": ("carrera hacia atrás", "carrera de espaldas", "retrocarrera"),
        "backward walk": ("marcha atrás", "caminata hacia atrás"),
        "forward": ("hacia adelante", "hacia delante", "adelante", "de frente"),
        "rest": ("descanso", "pausa", "reposo", "parado"),
        "unknown": ("desconocido",),
    },
    "pt": {
        "backward": ("para trás", "pra trás", "trás", "de costas"),
        "backward run": ("corrida de costas", "corrida para trás"),
        "backward walk": ("caminhada de costas", "caminhada para trás"),
        "forward": ("para a frente", "para frente", "pra frente", "em frente"),
        "rest": ("descanso", "pausa", "repouso"),
        "unknown": ("desconhecido",),
    },
    "nl": {
        "backward": ("achteruit", "achterwaarts", "ruggelings"),
        "backward run": ("achteruitrennen", "achteruit hardlopen"),
        "backward walk": ("achteruitlopen", "achteruitwandelen"),
        "forward": ("vooruit", "voorwaarts"),
        "rest": ("rust", "pauze", "rusten", "stilstaan"),
        "unknown": ("onbekend",),
    },
    "pl": {
        "backward": ("do tyłu", "tyłem", "wstecz", "plecami do przodu"),
        "backward run": ("bieg tyłem", "bieganie tyłem"),
        "backward walk": ("chód tyłem", "marsz tyłem"),
        "forward": ("do przodu", "przodem", "naprzód"),
        "rest": ("odpoczynek", "przerwa", "pauza"),
        "unknown": ("nieznany", "nieznane"),
    },
    "ru": {
        "backward": ("назад", "спиной вперёд", "спиной", "задом", "задом наперёд", "спиной назад"),
        "backward run": ("бег задом", "бег назад"),
        "backward walk": ("ходьба задом", "ходьба назад"),
        "forward": ("вперёд", "лицом вперёд", "передом"),
        "rest": ("отдых", "пауза", "перерыв", "стою"),
        "unknown": ("неизвестно",),
    },
    "ja": {
        "backward": ("後ろ向き", "うしろ向き", "後ろ", "後進", "後方"),
        "backward run": ("バック走", "バックラン", "後ろ走り", "後ろ向き走", "後ろ向きラン", "バックランニング"),
        "backward walk": ("後ろ歩き", "うしろ歩き", "後ろ向き歩き", "バックウォーク"),
        "forward": ("前向き", "前", "前進", "前方"),
        "forward run": ("前走り",),
        "forward walk": ("前歩き",),
        "rest": ("休憩", "休息", "休み", "レスト", "停止"),
        "unknown": ("不明",),
    },
    "zh": {
        "backward": ("向后", "往后", "后退", "倒退", "倒着", "向後", "往後", "後退", "倒著", "背向"),
        "backward run": ("倒跑", "倒着跑", "倒著跑", "后退跑", "後退跑", "后向跑", "向后跑"),
        "backward walk": ("倒走", "倒着走", "倒著走", "后退走", "後退走", "退步走", "倒行", "向后走"),
        "forward": ("向前", "往前", "前进", "前進", "正向"),
        "forward run": ("正跑", "向前跑"),
        "forward walk": ("正走", "向前走"),
        "rest": ("休息", "暂停", "暫停", "间歇休息"),
        "unknown": ("未知",),
    },
    "ko": {
        "backward": ("뒤로", "후진", "뒤쪽으로", "뒤를 향해"),
        "backward run": ("뒤로 달리기", "뒤로 뛰기", "후진 달리기", "백런"),
        "backward walk": ("뒤로 걷기", "뒷걸음", "뒷걸음질", "후진 걷기"),
        "forward": ("앞으로", "전진", "정방향"),
        "rest": ("휴식", "쉬기", "쉼", "멈춤"),
        "unknown": ("모름", "알 수 없음"),
    },
}
"""Words by language and English name of the label; they mean the label alone as well as within a text."""

SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "backward": ("b", "bw", "bk", "back", "rev", "ar"),
    "backward walk": ("bww",),
    "forward": ("f", "fw"),
    "rest": ("r",),
    "unknown": ("?", "u"),
}
"""Short forms by English name of the label, for all languages; they count only as a whole label or step name."""

GAITS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "run": ("run", "running", "runs", "jog", "jogging", "easy run", "sprint"),
        "walk": ("walk", "walking", "walks", "w", "hike", "hiking", "stroll"),
        "stand": ("stand", "standing"),
    },
    "de": {
        "run": ("laufen", "lauf", "rennen", "joggen", "traben", "trab", "trabpause", "laufend"),
        "walk": ("gehen", "gehend", "gang", "gehpause", "spazieren", "wandern"),
        "stand": ("stehend",),
    },
    "fr": {
        "run": ("courir", "course", "footing", "trot", "trottiné", "en courant"),
        "walk": ("marcher", "marche", "marché", "en marchant"),
    },
    "it": {
        "run": ("corsa", "correre", "corsetta", "correndo"),
        "walk": ("camminare", "camminata", "cammino", "camminando", "passo"),
    },
    "es": {"run": ("correr", "carrera", "trote", "corriendo"), "walk": ("caminar", "caminata", "caminando", "andar")},
    "pt": {"run": ("correr", "corrida", "trote", "correndo"), "walk": ("caminhar", "caminhada", "caminhando", "andar")},
    "nl": {
        "run": ("hardlopen", "rennen", "joggen", "dribbelen"),
        "walk": ("wandelen", "lopen", "wandeling", "stappen"),
    },
    "pl": {"run": ("bieg", "biec", "bieganie", "trucht"), "walk": ("chód", "marsz", "iść", "spacer", "chodzenie")},
    "ru": {"run": ("бег", "бежать", "трусца", "бегом"), "walk": ("ходьба", "шаг", "шагом", "пешком", "идти")},
    "ja": {
        "run": ("走り", "走る", "走", "ラン", "ランニング", "ジョグ", "ジョギング"),
        "walk": ("歩き", "歩く", "歩", "ウォーク", "ウォーキング"),
    },
    "zh": {"run": ("跑", "跑步", "慢跑"), "walk": ("走", "走路", "步行", "散步")},
    "ko": {"run": ("달리기", "뛰기", "조깅", "러닝"), "walk": ("걷기", "걸음", "워킹", "산책")},
}
"""Words for each gait by language."""

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "en": ("back", "reverse", "reversed", "in reverse", "retro"),
    "de": ("retro", "verkehrt herum", "verkehrtherum", "andersrum", "andersherum", "umgekehrt"),
    "fr": ("à l'envers", "envers", "rétro", "inverse", "inversé", "inversée"),
    "it": ("al contrario", "a ritroso", "all'incontrario", "alla rovescia", "inverso"),
    "es": ("al revés", "a la inversa", "en reversa", "reversa", "inverso"),
    "pt": ("ao contrário", "de ré", "marcha à ré", "reverso", "ao inverso"),
    "nl": ("andersom", "omgekeerd", "achterstevoren"),
    "pl": ("na odwrót", "odwrotnie", "na wspak"),
    "ru": ("наоборот", "в обратную сторону", "в обратном направлении", "реверс"),
    "ja": ("逆向き", "逆走", "リバース", "レトロ"),
    "zh": ("反向", "逆向", "反着"),
    "ko": ("거꾸로", "역방향", "반대로", "리버스"),
}
"""Words by language that mean backward as a label, but in a title may describe the route or shoes."""

ROUTE_DIRECTIONS: dict[str, tuple[str, ...]] = {
    "en": (
        *("way back", "back home", "run home", "return", "opposite direction", "other way round", "counterclockwise"),
        *("counter-clockwise", "anticlockwise", "anti-clockwise", "wrong way", "course in reverse", "course backwards"),
    ),
    "de": ("zurück", "zurueck", "rückweg", "heimweg", "retour", "gegen den uhrzeigersinn", "gegenrichtung"),
    "fr": ("retour", "sens inverse", "sens contraire", "chemin du retour", "sens antihoraire"),
    "it": ("ritorno", "senso inverso", "senso contrario", "senso antiorario"),
    "es": ("vuelta a casa", "regreso", "sentido contrario", "sentido inverso"),
    "pt": ("regresso", "volta para casa", "sentido contrário", "sentido inverso"),
    "nl": ("terug", "terugweg", "tegengestelde richting", "tegen de klok in"),
    "pl": ("powrót", "z powrotem", "w drugą stronę", "droga powrotna"),
    "ru": ("обратно", "возвращение", "дорога домой", "обратный путь", "против часовой"),
    "ja": ("帰り", "帰り道", "復路", "逆回り", "逆まわり", "反時計回り"),
    "zh": ("返回", "回程", "回家", "返程", "逆时针", "逆時針"),
    "ko": ("돌아오는 길", "돌아오기", "반대 방향", "귀갓길", "반시계"),
}
"""Words by language that resemble backward and mean the way home, or a loop in the other sense."""

ROUTE_WORDS: dict[str, tuple[str, ...]] = {
    "en": (
        *("loop", "loops", "route", "circuit", "the course", "trail", "home"),
        *("direction", "shoes", "parkrun", "block", "lake", "lollipop"),
    ),
    "de": ("runde", "strecke", "route", "rundkurs", "hausrunde", "schleife", "kurs", "nach hause", "heim", "schuhe"),
    "fr": ("boucle", "parcours", "circuit", "trajet", "tour du", "tour de", "chemin", "chaussures", "maison"),
    "it": ("giro", "percorso", "anello", "circuito", "scarpe", "casa", "tragitto"),
    "es": ("vuelta", "ruta", "circuito", "recorrido", "camino", "zapatillas", "casa"),
    "pt": ("volta", "percurso", "rota", "circuito", "caminho", "tênis", "casa"),
    "nl": ("rondje", "ronde", "route", "parcours", "huis", "schoenen"),
    "pl": ("pętla", "trasa", "kółko", "runda", "buty", "domu", "droga"),
    "ru": ("круг", "кругу", "маршрут", "трасса", "домой", "петля", "кроссовки", "дорога", "путь"),
    "ja": ("コース", "ループ", "周回", "一周", "シューズ", "道"),
    "zh": ("环线", "环湖", "路线", "跑鞋", "绕圈", "一圈"),
    "ko": ("코스", "루프", "한 바퀴", "경로", "신발", "집"),
}
"""Words by language for a route; beside a word for backward they make a title ambiguous."""

IGNORED_PHRASES: dict[str, tuple[str, ...]] = {
    "en": ("out and back", "there and back", "back to back", "back-to-back", "back pain", "throwback", "back at it"),
    "de": ("hin und zurück", "hin und rückweg"),
    "fr": ("aller-retour", "aller retour"),
    "it": ("andata e ritorno",),
    "es": ("ida y vuelta",),
    "pt": ("ida e volta",),
    "nl": ("heen en terug", "heen en weer"),
    "pl": ("tam i z powrotem",),
    "ru": ("туда и обратно", "туда-обратно", "туда и назад"),
    "ja": ("往復",),
    "zh": ("往返", "来回"),
    "ko": ("왕복",),
}
"""Phrases by language that contain a word for backward and say nothing about direction."""

NEGATIONS: tuple[str, ...] = (
    *("no", "not", "without", "never", "ohne", "kein", "keine", "nicht", "sans", "pas de", "senza", "niente", "sin"),
    *("nada de", "sem", "zonder", "geen", "bez", "nie", "без", "не", "なし", "没有", "不", "없이"),
)
"""Words that negate a label in the same text, in all languages."""
