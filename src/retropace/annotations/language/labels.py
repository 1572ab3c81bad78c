"""Parser of labels: a direction with an optional gait, in any known language."""

from retropace.annotations.language.vocabulary import build_gait_table, build_label_table, normalize
from retropace.annotations.model.label import Label
from retropace.core.errors import AnnotationError


def parse_label(text: str) -> Label:
    """Return the label that a text means in any known language; raises :class:`AnnotationError` for any other text.

    >>> parse_label("walk en arrière")
    Label(direction='backward', gait='walk')
    """
    normalized = normalize(text)
    if not normalized:
        raise AnnotationError("the label is empty: say backward, forward or rest")
    labels, gaits = build_label_table(), build_gait_table()
    if normalized in labels:
        return parse_canonical_label(labels[normalized])
    # A direction and a gait in either order, each of one or more words: "backward walk", "walk en arrière".
    words = normalized.split(" ")
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for direction, gait in ((first, second), (second, first)):
            if direction in labels and gait in gaits:
                return _combine(parse_canonical_label(labels[direction]), gaits[gait], text)
    if normalized in gaits:
        gait = gaits[normalized]
        raise AnnotationError(f'label "{text.strip()}" names no direction: say "backward {gait}" or "forward {gait}"')
    import difflib  # imported only for an error message

    near = difflib.get_close_matches(normalized, list(labels), n=1, cutoff=0.6)
    hint = f'did you mean "{near[0]}"?' if near else "say backward, forward or rest, with run or walk if you like"
    raise AnnotationError(f'label "{text.strip()}" is not known: {hint}')


def parse_canonical_label(text: str) -> Label:
    """Parse a label in English: a direction with an optional gait, such as ``backward walk``."""
    direction, _, gait = text.partition(" ")
    return Label(direction, gait)


def _combine(label: Label, gait: str, text: str) -> Label:
    if (label.direction == "rest" and gait != "stand") or (label.direction != "rest" and gait == "stand"):
        raise AnnotationError(f'label "{text.strip()}" is not known: rest is standing; a walk is "forward walk"')
    if label.gait not in ("", gait):
        raise AnnotationError(f'label "{text.strip()}" says {label.gait} and {gait}: say one of them')
    return Label(label.direction, "" if gait == "stand" else gait)
