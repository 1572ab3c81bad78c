"""Annotations from names of laps, workout steps and tracks; the name of the activity mostly gives only a hint."""

from __future__ import annotations

from collections.abc import Iterable

from retropace.annotations.language.interpret import Meaning, interpret_name
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity


def find_name_annotations(cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return annotations from the names of laps, of workout steps done in them, and of tracks; and warnings.

    Without a name that says backward, no annotation is returned: forward is assumed anyway, and rest is measured.
    """
    meaning_of_step = {item.index: _find_first_meaning(item.name, item.note) for item in cleaned.workout_steps}
    annotations: list[Annotation] = []
    for number, lap in enumerate(cleaned.laps, 1):
        lap_meaning = interpret_name(lap.name, is_title=False) if lap.name else None
        step_meaning = meaning_of_step.get(lap.step_index) if lap.step_index is not None else None
        meaning = lap_meaning or step_meaning
        description = f'lap {number}, named "{lap.name}"' if lap_meaning else _describe_step(cleaned, lap.step_index)
        if meaning is not None and meaning.label is not None and lap.start_s < lap.end_s:
            origin = Origin("name", description)
            annotations.append(Annotation(lap.start_s, lap.end_s, meaning.label, "", origin, BUTTON_TOLERANCE_S))
    for split in cleaned.splits:
        meaning = interpret_name(split.name) if split.name else None
        if meaning is not None and meaning.label is not None and split.start_s < split.end_s:
            origin = Origin("name", f'track "{split.name}"')
            annotations.append(Annotation(split.start_s, split.end_s, meaning.label, "", origin, BUTTON_TOLERANCE_S))
    if not any(annotation.label.direction == "backward" for annotation in annotations):
        return [], ()
    names = dict.fromkeys(
        str(annotation.origin) for annotation in annotations if annotation.label.direction == "backward"
    )
    excerpt = "; ".join(list(names)[:3]) + " …" * (len(names) > 3)
    return annotations, (f"labelled by name: {excerpt}; --ignore-names to do without",)


def find_title_annotations(activity: Activity, elapsed_s: float) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return an annotation of the whole activity if its title is nothing but a label for backward, and warnings.

    Any other title gives no annotation. If it mentions running backward, a warning suggests how to annotate.
    """
    meaning = interpret_name(activity.name) if activity.name else None
    if meaning is None or (meaning.label is not None and meaning.label.direction != "backward"):
        return [], ()
    is_label_only = meaning.label is not None and _is_label_only(activity.name, meaning)
    if is_label_only and meaning.label is not None:
        origin = Origin("name", f'the title "{activity.name}"')
        annotation = Annotation(0.0, elapsed_s, meaning.label, "", origin, BUTTON_TOLERANCE_S)
        return [annotation], (f'the title says "{activity.name}": all of it labelled so; --ignore-names to do without',)
    doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
    suggestion = f'the title "{activity.name}" says "{meaning.word}", {doubt}: nothing was labelled by it'
    return [], (f"{suggestion}; say --mark all=backward, name laps, or give the --workout",)


def _is_label_only(name: str, meaning: Meaning) -> bool:
    from retropace.annotations.language.labels import parse_label
    from retropace.core.errors import AnnotationError

    try:
        return parse_label(name) == meaning.label
    except AnnotationError:
        return False


def _find_first_meaning(*names: str) -> Meaning | None:
    return next((meaning for name in names if name and (meaning := interpret_name(name, is_title=False))), None)


def _describe_step(cleaned: CleanedActivity, index: int | None) -> str:
    names: Iterable[str] = (step.name or step.note for step in cleaned.workout_steps if step.index == index)
    return f'step "{next(iter(names), "")}"'
