"""Annotations from names of laps, workout steps and tracks; the name of the activity mostly gives only a hint."""

from __future__ import annotations

from retropace.annotations.implicit.from_description import format_hint
from retropace.annotations.language.interpret import Meaning, interpret_name
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.core.activity import Activity, Lap, Split, WorkoutStep
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError


def find_name_annotations(cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return annotations from names of laps, their workout steps and tracks if any says backward, and warnings."""
    steps: dict[int | None, WorkoutStep] = {step.index: step for step in cleaned.workout_steps}
    meanings: list[tuple[Lap | Split, Meaning | None, str]] = []
    for number, lap in enumerate(cleaned.laps, 1):
        meaning = _find_first_meaning(lap.name)
        description = f'lap {number}, named "{lap.name}"'
        if meaning is None and (step := steps.get(lap.step_index)) is not None:
            meaning, description = _find_first_meaning(step.name, step.note), f'step "{step.name or step.note}"'
        meanings.append((lap, meaning, description))
    for split in cleaned.splits:
        meanings.append((split, interpret_name(split.name) if split.name else None, f'track "{split.name}"'))
    annotations = [
        Annotation(item.start_s, item.end_s, meaning.label, "", Origin("name", description), BUTTON_TOLERANCE_S)
        for item, meaning, description in meanings
        if meaning is not None and meaning.label is not None and item.start_s < item.end_s
    ]
    names = dict.fromkeys(str(item.origin) for item in annotations if item.label.direction == "backward")
    if not names:
        return [], ()
    excerpt = "; ".join(list(names)[:3]) + " …" * (len(names) > 3)
    return annotations, (f"labelled by name: {excerpt}; --ignore-names to do without",)


def find_title_annotations(activity: Activity, elapsed_s: float) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return an annotation of the whole activity if its title is a label for backward and no more; and warnings."""
    name = activity.name
    meaning = interpret_name(name) if name else None
    if meaning is None or not meaning.may_be_backward:
        return [], ()
    if meaning.label is not None and _is_label(name, meaning.label):
        origin = Origin("name", f'the title "{name}"')
        annotation = Annotation(0.0, elapsed_s, meaning.label, "", origin, BUTTON_TOLERANCE_S)
        return [annotation], (f'the title says "{name}": all of it labelled so; --ignore-names to do without',)
    return [], (format_hint(f'the title "{name}" says "{meaning.word}"', meaning),)


def _is_label(name: str, label: Label) -> bool:
    try:
        return parse_label(name) == label
    except AnnotationError:
        return False


def _find_first_meaning(*names: str) -> Meaning | None:
    return next((meaning for name in names if name and (meaning := interpret_name(name, is_title=False))), None)
