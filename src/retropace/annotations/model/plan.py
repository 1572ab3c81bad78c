"""Planned workouts, given as a sentence or loaded on the watch, and what was done of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from retropace.annotations.model.label import Label
from retropace.core.units import format_duration

MAX_STEPS = 500
"""Largest number of steps of a plan, those in repeats counted as often as repeated; more are an error."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan. Without ``seconds`` and ``metres`` its length is open: the step may last any time."""

    label: Label
    seconds: float | None = None
    metres: float | None = None
    until_lap: bool = False  # whether the step ends when the lap button is pressed
    speed_mps: float | None = None
    is_recovery: bool = False  # whether the step is a recovery, in which the runner may stand or move
    is_unsaid: bool = False  # whether the plan says nothing of the step, which may be left out, such as a warm-up

    def __str__(self) -> str:
        return f"{self.length} {self.label}".strip()

    @property
    def direction(self) -> str:
        """Direction of the label of the step."""
        return self.label.direction

    @property
    def length(self) -> str:
        """Planned length as text, for example ``400 m`` or ``2:00``; empty if it is open."""
        if self.metres is not None:
            return f"{self.metres:.10g} m"
        if self.seconds is not None:
            return format_duration(self.seconds)
        return "until lap" if self.until_lap else ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A sequence of steps, or of further repeats, that is carried out several times."""

    count: int
    body: "tuple[Item, ...]"
    min_count: int | None = None
    """Least number of repetitions of which none is missing, as in "5-6x"; None if it is ``count``."""


Item = PlanStep | Repeat
"""One item of a plan: a step, or a repeat of items."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned workout: its items in order, and the text from which they were read."""

    items: tuple[Item, ...]
    text: str = ""
    source: str = "workout"  # ``workout`` (the user's sentence), ``file`` (on the watch), ``description`` or ``title``

    @property
    def display_name(self) -> str:
        """Name of the plan in messages, for example ``the workout in the title``."""
        return "the workout" if self.source == "workout" else f"the workout in the {self.source}"


FROM_FILE = Plan((), "", "file")
"""Plan without steps that stands for the workout stored in the recording, until the recording is read."""


def count_steps(items: tuple[Item, ...]) -> int:
    """Return the number of steps that are carried out, those in a repeat counted as often as repeated."""
    return sum(1 if isinstance(item, PlanStep) else item.count * count_steps(item.body) for item in items)


def complete_plan(plan: Plan) -> Plan:
    """Return the plan with steps that a sentence may leave unsaid: at both ends, and between reps and efforts."""
    items = _complete_items(plan.items)
    first, last = plan.items[0], plan.items[-1]
    before = [_unsaid_step()] if _is_effort(first) else []
    after = [_unsaid_step()] if isinstance(last, Repeat) or last.direction != "forward" or last.is_recovery else []
    return replace(plan, items=(*before, *items, *after))


def _complete_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
    completed: list[Item] = []
    for number, item in enumerate(items):
        if number > 0 and _is_effort(items[number - 1]) and _is_effort(item):
            completed.append(_unsaid_step(is_recovery=True))
        if isinstance(item, Repeat):
            body = _complete_items(item.body)
            if item.count > 1 and (len(item.body) == 1 or (_is_effort(item.body[-1]) and _is_effort(item.body[0]))):
                body = (*body, _unsaid_step(is_recovery=True))
            item = replace(item, body=body)
        completed.append(item)
    return tuple(completed)


def _is_effort(item: Item) -> bool:
    return isinstance(item, Repeat) or item.direction == "backward"


def _unsaid_step(*, is_recovery: bool = False) -> PlanStep:
    return PlanStep(Label("forward"), is_recovery=is_recovery, is_unsaid=True)


def iter_steps(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    """Yield every step of a plan as written, one in a repeat only once."""
    for item in items:
        if isinstance(item, PlanStep):
            yield item
        else:
            yield from iter_steps(item.body)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One planned step with the stretch ``[start_s, end_s)`` in which it was carried out."""

    step: PlanStep
    plan_index: int  # index of the step among the steps of the plan as written, in which a repeated step appears once
    start_s: float
    end_s: float
    actual: float  # actual length in metres or seconds, as in the plan; in seconds for a step of open length
    ratio: float  # actual over planned length; NaN for a step of open length
    fit_score: float  # in 0..1: 1 at the planned length, 0.6 at one standard deviation; halved if not distinct


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan fitted to an activity, with what was done of each step; one that does not fit labels nothing."""

    plan: Plan
    steps: tuple[StepResult, ...]
    missing_count: int  # number of planned reps that were not carried out, and of steps missing at the plan's end
    extra_count: int  # number of reps carried out beyond the planned number of their set
    rejection_reason: str = ""  # reason in words why the plan does not fit; empty if it does

    @property
    def fits(self) -> bool:
        """Whether the plan fits the activity."""
        return not self.rejection_reason
