"""All annotations of an activity: collected, located, made disjoint and snapped to changes of pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retropace.annotations.model.annotation import AnnotationTable
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding
from retropace.core.parameters import LabelParameters
from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals

if TYPE_CHECKING:
    from retropace.annotations.model.annotation_input import AnnotationInput
    from retropace.annotations.model.plan import Plan, Workout


def find_activity_annotations(
    inputs: Sequence[AnnotationInput],
    activity: Activity,
    cleaned: CleanedActivity,
    signals: StandardizedSignals,
    edges_s: FloatArray,
    parameters: LabelParameters,
) -> tuple[AnnotationTable, Workout | None, tuple[Finding, ...]]:
    """Return annotations, given and recorded; any fitted workout; and findings; raises :class:`AnnotationError`."""
    names = [*(lap.name for lap in cleaned.laps), *(split.name for split in cleaned.splits)]
    has_text = any([activity.name, activity.description, *names, cleaned.waypoints, cleaned.workout_steps])
    use_file_names = parameters.use_file_names and has_text
    if not inputs and not use_file_names:
        return AnnotationTable.from_annotations(()), None, ()
    # Most recordings have no annotation and need none of the parsers that these imports load.
    from retropace.annotations.resolve.collect import collect_annotations
    from retropace.annotations.resolve.locate import resolve_annotations
    from retropace.annotations.resolve.snap_edges import snap_edges

    def fit_plan(plan: Plan) -> Workout:
        from retropace.annotations.workout_fit.fit import fit_workout

        return fit_workout(plan, cleaned, edges_s)

    collected, workout, findings = collect_annotations(
        inputs, activity, cleaned, fit_plan, use_file_names=use_file_names
    )
    table, overruled = resolve_annotations(collected, cleaned)
    table, moves = (table, ()) if parameters.keep_edges else snap_edges(table, signals)
    return table, workout, (*findings, *overruled, *moves)
