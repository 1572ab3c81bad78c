"""Sessions of the forward controls as the regressions of the runner's model see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.pipeline import segment_activity
from retropace.core.errors import RetropaceError
from retropace.core.parameters import Settings
from retropace.core.spans import FloatArray, contains, midpoints, union
from retropace.labelling.clustering import cluster_stretches
from retropace.labelling.direction_model import MAX_CLUSTERS
from retropace.labelling.features import StretchFeatures, extract_features
from retropace.labelling.runner_model import GaitModel, Observations, RegressionPrior
from retropace.readers import read
from tests.support.runner_lines import SessionData

MIN_STRETCH_S = 20.0
"""Shortest stretch that counts."""
MAX_STRETCHES = 80
"""Most stretches of a session that count; of more, evenly spaced ones are taken."""
MIN_STRETCHES = 3
"""Fewest stretches of one gait with which a session counts."""
MIN_LOG_SPEED_SD = 0.08
"""Least standard deviation of log speed of a session that tells the slope."""
MIN_HOUR_SD = 0.12
"""Least standard deviation (h) of the times of a session's stretches that tells drift: some 25 minutes in all."""
MIN_GRADE_SD = 0.005
"""Least standard deviation of grade of a session that tells the effect of grade."""
REGRESSIONS = ("pace", "cadence", "heart rate")
"""Names of the three regressions of a gait."""


@dataclass(frozen=True, slots=True)
class ControlSession:
    """The moving stretches of one recording, and who ran."""

    runner: str
    features: StretchFeatures


def read_controls(controls: Path, per_runner: int | None = None) -> Iterator[ControlSession]:
    """Yield the stretches of each readable recording, of the first ``per_runner`` of each runner."""
    seen: dict[str, int] = {}
    for path in sorted(controls.glob("runner*.fit.gz")):
        runner = path.name.partition("-")[0]
        seen[runner] = seen.get(runner, 0) + 1
        if per_runner is None or seen[runner] <= per_runner:
            try:
                yield ControlSession(runner, _stretches(path))
            except RetropaceError:
                continue


def _stretches(path: Path) -> StretchFeatures:
    """Return the stretches between fine edges, with an empty gait where labelling would not judge them."""
    segmented = segment_activity(read(path), Settings())
    cleaned, edges_s = segmented.cleaned, segmented.fine_edges_s
    features = extract_features(cleaned, edges_s[:-1], edges_s[1:])
    resting = union(np.concatenate((cleaned.pauses, cleaned.standing)))
    excluded = contains(resting, midpoints(edges_s)) | contains(cleaned.unknown, midpoints(edges_s))
    return replace(features, gait=np.where(excluded | (features.duration_s < MIN_STRETCH_S), "", features.gait))


def observe(features: StretchFeatures, gait: str, *, pooled: bool) -> Observations:
    """Return the stretches of one gait, or, if ``pooled``, the clusters that labelling makes of them."""
    rows = np.flatnonzero((features.gait == gait) & np.isfinite(features.log_speed))
    owner = np.arange(len(rows))
    if pooled:
        cluster = cluster_stretches(features, np.zeros(len(features), dtype=np.intp), MAX_CLUSTERS)
        owner = np.unique(cluster[rows], return_inverse=True)[1]
    columns: list[FloatArray] = []
    for name in ("log_speed", "log_cadence", "steady_state_hr"):
        value = getattr(features, name + "_bpm" if name == "steady_state_hr" else name)[rows]
        columns += _pool(value, 1.0 / getattr(features, name + "_var")[rows], owner)
    for value in (features.midpoint_s / 3600.0, features.grade):
        columns.append(_pool(value[rows], features.duration_s[rows], owner)[0])
    return Observations(*columns)


def _pool(value: FloatArray, weight: FloatArray, owner: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
    """Return the weighted mean of each owner, NaN where no value is known, and one over its total weight."""
    known = np.isfinite(value)
    total = np.bincount(owner, np.where(known, weight, 0.0))
    mean = np.bincount(owner, np.where(known, value * weight, 0.0)) / np.where(total > 0.0, total, 1.0)
    return np.where(total > 0.0, mean, np.nan), 1.0 / np.maximum(total, 1e-12)


def regression_data(
    sessions: Sequence[ControlSession], model: GaitModel, gait: str, regression: str, *, pooled: bool
) -> list[SessionData]:
    """Return the sessions of one regression of one gait that have enough stretches."""
    prior: RegressionPrior = getattr(model, regression.replace(" ", "_"))
    found = []
    for session in sessions:
        observations = observe(session.features, gait, pooled=pooled)
        data = _session_data(session.runner, observations, prior, regression)
        if len(data.y) >= MIN_STRETCHES:
            found.append(data)
    return found


def _session_data(runner: str, seen: Observations, prior: RegressionPrior, regression: str) -> SessionData:
    """Return one session in one regression.

    A regressor with too little spread is replaced by its mean: it places the session, but is not fitted within it.
    """
    speed_mps, slope = np.exp(seen.log_speed), prior.mean[1]
    x, y, var = {
        "pace": (np.zeros(len(speed_mps)), seen.log_speed, seen.log_speed_var),
        "cadence": (seen.log_speed, seen.log_cadence, seen.log_cadence_var + slope**2 * seen.log_speed_var),
        "heart rate": (
            speed_mps,
            seen.steady_state_hr_bpm,
            seen.steady_state_hr_var + (slope * speed_mps) ** 2 * seen.log_speed_var,
        ),
    }[regression]
    known = np.flatnonzero(np.isfinite(y) & np.isfinite(var))
    if len(known) > MAX_STRETCHES:
        known = known[np.linspace(0, len(known) - 1, MAX_STRETCHES).astype(np.intp)]
    has_x = float(regression != "pace")
    design = np.column_stack(
        (np.ones(len(x)), has_x * (x - prior.reference_x), seen.elapsed_h, seen.grade),
    )[known]
    told = np.ones(4, dtype=bool)
    if len(known):
        spread = (np.std(seen.log_speed[known]) * has_x, np.std(design[:, 2]), np.std(design[:, 3]))
        told[1:] = np.array(spread) >= (MIN_LOG_SPEED_SD, MIN_HOUR_SD, MIN_GRADE_SD)
        design = np.where(told, design, design.mean(axis=0))
    return SessionData(runner, x[known], y[known], var[known], design, told)
