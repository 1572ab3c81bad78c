"""The words runners use for a direction and a gait. Data, not code: a new word needs one entry here and nowhere else.

Words are compared without case and accents. English is complete with its short forms; the other languages hold the
plain words for the three directions and two gaits.
"""

from __future__ import annotations

DIRECTIONS: dict[str, tuple[str, ...]] = {
    "backward": (
        *("backward", "backwards", "back", "bwd", "bw", "b", "reverse", "retro", "retro-running", "retrorunning"),
        *("rückwärts", "rueckwaerts", "en arrière", "à reculons", "arrière", "all'indietro", "indietro"),
        *("hacia atrás", "atrás", "para trás", "trás", "achteruit", "achterwaarts", "do tyłu", "tyłem", "wstecz"),
        *("назад", "спиной вперёд", "後ろ向き", "後ろ", "倒着跑", "倒跑", "倒走", "向后", "뒤로"),
    ),
    "forward": (
        *("forward", "forwards", "fwd", "fw", "f", "normal"),
        *("vorwärts", "vorwaerts", "en avant", "avant", "in avanti", "avanti", "hacia adelante", "adelante"),
        *("para a frente", "para frente", "vooruit", "voorwaarts", "do przodu", "przodem", "вперёд", "前向き", "前"),
        *("向前", "앞으로"),
    ),
    "rest": (
        *("rest", "resting", "r", "pause", "stand", "standing", "stop", "break"),
        *("pause", "ruhe", "stehen", "repos", "riposo", "pausa", "descanso", "rust", "odpoczynek", "przerwa"),
        *("отдых", "пауза", "休息", "休憩", "휴식"),
    ),
    "unknown": ("unknown", "?", "unbekannt", "inconnu", "sconosciuto", "desconocido", "desconhecido", "onbekend"),
}
"""For each direction the words that mean it. ``reverse`` and ``back`` are unambiguous as a *label*; in the title of an
activity they may mean the route, which is another matter."""

GAITS: dict[str, tuple[str, ...]] = {
    "run": (
        *("run", "running", "jog", "jogging", "laufen", "lauf", "courir", "course", "corsa", "correre", "correr"),
        *("corrida", "hardlopen", "rennen", "bieg", "biec", "бег", "走り", "跑", "달리기"),
    ),
    "walk": (
        *("walk", "walking", "w", "hike", "gehen", "marcher", "marche", "camminare", "camminata", "caminar"),
        *("caminhar", "caminhada", "wandelen", "lopen", "chód", "marsz", "ходьба", "шаг", "歩き", "走路", "걷기"),
    ),
    "stand": ("stand", "standing"),
}
"""For each gait the words that mean it."""
