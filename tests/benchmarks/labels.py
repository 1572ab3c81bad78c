"""How good labels are: ``python -m tests.benchmarks.labels [SEEDS]``, some minutes on two cores.

Simulated sessions of every kind with known truth, labelled given one annotated rep, all reps, an athlete known from
five sessions, and nothing; forward-only sessions given nothing; two baselines; what each kind of evidence is worth;
confidence against frequency. Constants were chosen on even seeds; odd seeds were left alone. Then real recordings:
false backward where nothing is annotated, and recoveries found from one of them.
"""

import multiprocessing
import sys
from collections.abc import Sequence

import numpy as np

from retropace.analysis.metrics import Reliability
from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS
from tests.benchmarks.timing import say
from tests.support.simulated_labels import Result, line, session

GIVEN = ("one rep", "all reps", "athlete", "nothing")
WITHOUT = ("pace", "cadence", "heart rate", "sequence", "repetition", "duration", "prior")


def table(name: str, results: Sequence[dict[str, Result]]) -> None:
    """One half of the seeds."""
    say(f"\n{name}: {len(results)} sessions")
    say(f"{'given':32s}{'right, mean/10th':20s}{'metres, median/90th':21s}{'of the watch':20s}{'F1 5 s/3 s':16s}Brier")
    for given in results[0]:
        say(f"{given:32s}{line([one[given] for one in results])}")


def pool_reliability(sessions: Sequence[Reliability]) -> Reliability:
    """The reliability of several sessions together."""
    seconds = np.sum([session.duration_s for session in sessions], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        confidence, accuracy = (
            np.sum([np.nan_to_num(getattr(session, name)) * session.duration_s for session in sessions], axis=0)
            / seconds
            for name in ("confidence", "accuracy")
        )
    count = np.sum([session.stretch_count for session in sessions], axis=0)
    return Reliability(count, seconds, confidence, accuracy)


def reliability(results: Sequence[Result]) -> None:
    """Confidence against frequency, in tenths."""
    pooled = pool_reliability([one.reliability for one in results])
    for tenth in np.flatnonzero(pooled.stretch_count):
        say(
            f"  {tenth / 10:.1f}–{(tenth + 1) / 10:.1f}  {pooled.stretch_count[tenth]:5d} stretches  "
            f"confidence {pooled.confidence[tenth]:.3f}  right {pooled.accuracy[tenth]:.3f}"
        )


def main(seeds: int) -> None:
    """Print everything."""
    tasks = [
        (kind, seed, (*GIVEN, "athlete, backward rows"), WITHOUT) for kind in BACKWARD_KINDS for seed in range(seeds)
    ]
    controls = [(kind, seed, ("nothing",), ()) for kind in FORWARD_KINDS for seed in range(seeds // 2)]
    with multiprocessing.Pool(2) as pool:
        made = pool.map(session, tasks, chunksize=4)
        calm = pool.map(session, controls, chunksize=4)
    for half, name in ((0, "even seeds (constants were chosen on these)"), (1, "odd seeds")):
        table(name, [one for one in made if one["nothing"].seed % 2 == half])
    say("\nodd seeds, by kind")
    for given in GIVEN:
        for kind in BACKWARD_KINDS:
            picked = [one[given] for one in made if one[given].kind == kind and one[given].seed % 2]
            say(f"{given:12s}{kind:20s}{line(picked)}")
    say("\nforward-only sessions, nothing annotated: share of the time falsely backward")
    for kind in (*FORWARD_KINDS, ""):
        shares = [one["nothing"].false_share for one in calm if kind in ("", one["nothing"].kind)]
        say(f"  {kind or 'all':16s}{len(shares):4d} sessions  mean {np.mean(shares):.5f}  worst {np.max(shares):.4f}")
    for given in ("one rep", "athlete", "nothing"):
        say(f"\nconfidence against frequency, odd seeds, {given}")
        reliability([one[given] for one in made if one[given].seed % 2])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
