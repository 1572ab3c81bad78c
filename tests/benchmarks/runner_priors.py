"""Priors of the runner's model from real forward recordings: ``python -m tests.benchmarks.runner_priors``.

Empirical Bayes on the forward controls: what pace, cadence and heart rate of an unknown runner are like, as far as
forward recordings can tell, from the runners with odd numbers alone. Beside it stand the values of
``RUN_PRIOR`` and ``WALK_PRIOR`` and the same estimates from the runners with even numbers, which are a check and from
which no constant is chosen. Every runner counts the same, however many files there are.

Stretches are those that labelling judges, of at least 20 s, with their measurement variances; the last columns use the
clusters of like stretches instead, which is what the likelihood sees. A session whose log speed has a standard
deviation below 0.08 tells no slope of its own, one shorter than about 25 minutes no drift, one without hills no effect
of grade. Heavy tails: deviations around the line are fitted without the tenth of each runner's sessions that scatter
most; coefficients have Student t tails from session to session, as in the model, so that their day-to-day standard
deviation is the scale of a t. Slopes are those over measured speed, as the model uses them. A standard deviation far
below its neighbours means "not told from 0". The length scale of the smooth departure is hardly told: it is kept, and
the gain in a session's log likelihood at half and at double the length is printed. The scatter of sessions is relative
to the fitted deviations, about 1 where they are as large as fitted.
A number limits the files read of each runner: ``python -m tests.benchmarks.runner_priors 10``.
"""

import sys
from collections.abc import Iterable, Sequence

import numpy as np

from retropace.labelling.runner_model import COEFFICIENT_NAMES, PRIORS, RegressionPrior
from tests.benchmarks.timing import say
from tests.support.control_sessions import REGRESSIONS, ControlSession, read_controls, regression_data
from tests.support.paths import CONTROLS
from tests.support.runner_lines import FittedLine, fit_lines

GROUPS = ("today", "odd", "even, check", "odd, clusters", "even, clusters")
"""Titles of the columns."""


def is_odd(session: ControlSession) -> bool:
    """Whether the runner belongs to the half from which constants are chosen."""
    return int(session.runner.removeprefix("runner")) % 2 == 1


def print_regression(gait: str, regression: str, prior: RegressionPrior, fitted: Sequence[FittedLine]) -> None:
    """Print one regression: a line a parameter, a column a group of runners."""
    say(f"\n{gait}, {regression}")
    say(f"  {'mean / between people / day to day':34s}" + "".join(f"{title:>27s}" for title in GROUPS))
    people_sd = np.sqrt(np.diag(prior.cov))
    for k, name in enumerate(COEFFICIENT_NAMES[:4]):
        if people_sd[k] == 0.0:
            continue
        rows = [(prior.mean[k], people_sd[k], prior.day_to_day_sd[k])]
        rows += [(line.mean[k], line.between_people_sd[k], line.day_to_day_sd[k]) for line in fitted]
        say(f"  {name:34s}" + "".join(f"{_triple(row):>27s}" for row in rows))
        if name == "level" and regression != "heart rate":
            levels = "".join(f"{np.exp(row[0]):27.3g}" for row in rows)
            say(f"  {'level, as speed or cadence':34s}{levels}")
    deviations = [line.deviations for line in fitted]
    _say_row("SD around the line", [prior.forward_sd, *(one.noise_sd for one in deviations)])
    if prior.gp_amplitude:
        _say_row(
            f"smooth departure ({prior.gp_length_scale})",
            [prior.gp_amplitude, *(one.gp_amplitude for one in deviations)],
        )
        gains = "".join(f"{_triple(line.length_gains):>27s}" for line in fitted)
        say(f"  {'… gain at half / double length':34s}{'':27s}{gains}")
    scatter = "".join(f"{_triple(line.scatter):>27s}" for line in fitted)
    say(f"  {'scatter of sessions, p10/50/90':34s}{'':27s}{scatter}")
    counts = (f"{line.runner_count} / {line.session_count}" for line in fitted)
    say(f"  {'runners / sessions':34s}{'':27s}" + "".join(f"{count:>27s}" for count in counts))
    telling = ("/".join(str(count) for count in line.telling_count) for line in fitted)
    say(f"  {'sessions that tell each':34s}{'':27s}" + "".join(f"{count:>27s}" for count in telling))


def _triple(values: Iterable[float]) -> str:
    """Return two or three figures as one cell."""
    return " / ".join(f"{value:.3g}" if abs(value) >= 1.0 else f"{value:.4f}" for value in values)


def _say_row(name: str, values: Sequence[float]) -> None:
    """Print one figure of every group."""
    say(f"  {name:34s}" + "".join(f"{value:27.4g}" for value in values))


def main() -> None:
    """Print everything."""
    if not CONTROLS.is_dir():
        sys.exit("needs the forward controls in ../shared/controls")
    sessions = list(read_controls(CONTROLS, int(sys.argv[1]) if len(sys.argv) > 1 else None))
    odd, even = [one for one in sessions if is_odd(one)], [one for one in sessions if not is_odd(one)]
    say(f"{len(odd)} sessions of runners with odd numbers, {len(even)} of those with even numbers")
    for gait, model in PRIORS.items():
        for regression in REGRESSIONS:
            prior: RegressionPrior = getattr(model, regression.replace(" ", "_"))
            fitted = [
                fit_lines(regression_data(half, model, gait, regression, pooled=pooled), prior)
                for pooled in (False, True)
                for half in (odd, even)
            ]
            print_regression(gait, regression, prior, fitted)


if __name__ == "__main__":
    main()
