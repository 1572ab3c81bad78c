"""Laps, workout steps and tracks that are named after a direction label themselves; titles only suggest."""

from __future__ import annotations

from collections.abc import Iterable

from retropace.annotations.language.interpret import Meaning, interpret_name
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity


def find_name_annotations(track: CleanedActivity) -> tuple[list[Annotation], tuple[str, ...]]:
    """The laps that a name or the workout step they carried out gives a direction, and the tracks of a session.

    Only if one of them is backward: names that all say forward or rest add nothing that is not assumed or measured.
    """
    said_of_step = {step.index: _find_first_meaning(step.name, step.note) for step in track.workout_steps}
    found: list[Annotation] = []
    for number, lap in enumerate(track.laps, 1):
        own = interpret_name(lap.name, is_title=False) if lap.name else None
        step = said_of_step.get(lap.step_index) if lap.step_index is not None else None
        meaning = own or step
        what = f'lap {number}, named "{lap.name}"' if own else _describe_step(track, lap.step_index)
        if meaning is not None and meaning.label is not None and lap.start_s < lap.end_s:
            origin = Origin("name", what)
            found.append(Annotation(lap.start_s, lap.end_s, meaning.label, "", origin, BUTTON_TOLERANCE_S))
    for split in track.splits:
        meaning = interpret_name(split.name) if split.name else None
        if meaning is not None and meaning.label is not None and split.start_s < split.end_s:
            origin = Origin("name", f'track "{split.name}"')
            found.append(Annotation(split.start_s, split.end_s, meaning.label, "", origin, BUTTON_TOLERANCE_S))
    if not any(one.label.direction == "backward" for one in found):
        return [], ()
    names = dict.fromkeys(str(one.origin) for one in found if one.label.direction == "backward")
    shown = "; ".join(list(names)[:3]) + " …" * (len(names) > 3)
    return found, (f"labelled by name: {shown}; --ignore-names to do without",)


def find_title_annotations(activity: Activity, elapsed_s: float) -> tuple[list[Annotation], tuple[str, ...]]:
    """What the title says: a label for the whole of it if it is nothing but a label, else at most a suggestion."""
    meaning = interpret_name(activity.name) if activity.name else None
    if meaning is None or (meaning.label is not None and meaning.label.direction != "backward"):
        return [], ()
    bare = meaning.label is not None and _is_label_only(activity.name, meaning)
    if bare and meaning.label is not None:
        origin = Origin("name", f'the title "{activity.name}"')
        whole = Annotation(0.0, elapsed_s, meaning.label, "", origin, BUTTON_TOLERANCE_S)
        return [whole], (f'the title says "{activity.name}": all of it labelled so; --ignore-names to do without',)
    doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
    said = f'the title "{activity.name}" says "{meaning.word}", {doubt}: nothing was labelled by it'
    return [], (f"{said}; say --mark all=backward, name laps, or give the --workout",)


def _is_label_only(name: str, meaning: Meaning) -> bool:
    """Whether a name is a label and nothing else."""
    from retropace.annotations.language.labels import parse_label
    from retropace.core.errors import AnnotationError

    try:
        return parse_label(name) == meaning.label
    except AnnotationError:
        return False


def _find_first_meaning(*names: str) -> Meaning | None:
    return next((meaning for name in names if name and (meaning := interpret_name(name, is_title=False))), None)


def _describe_step(track: CleanedActivity, index: int | None) -> str:
    named: Iterable[str] = (step.name or step.note for step in track.workout_steps if step.index == index)
    return f'step "{next(iter(named), "")}"'
