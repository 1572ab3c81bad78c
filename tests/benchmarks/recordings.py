"""Labels on real recordings: ``python -m tests.benchmarks.recordings``.

No public recording of backward running is known. So (1) every running and walking recording is analysed with nothing
annotated: whatever is then backward is false. (2) In interval sessions with real laps the recoveries, slower like
backward reps, stand in for backward: one is annotated by its lap; the others should be found and the reps left alone.
(3) What labelling costs beside segmenting, on one hour.
"""

import sys
import time

import numpy as np

from retropace.annotations import Annotation, AnnotationTable, Label
from retropace.cleaning.clean import clean_activity
from retropace.labelling.assign import label_segments
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.simulate.kinds import draw
from tests.benchmarks.timing import say
from tests.support.paths import CORPUS
from tests.support.recording_labels import false_backward, propagation


def cost() -> None:
    """Print what labelling one hour costs beside segmenting it: medians of paired runs."""
    made = draw("reps", 3)
    longest = max((draw("long", seed).session.activity for seed in range(20)), key=lambda one: one.samples.t_s[-1])
    for activity in (made.session.activity, longest):
        track = clean_activity(activity)
        marked = AnnotationTable.from_annotations([Annotation(600.0, 700.0, Label("backward"))])
        ratios, took = [], []
        for _ in range(31):
            start = time.perf_counter()
            edges, fine = segment_coarse_and_fine(track)
            middle = time.perf_counter()
            label_segments(track, edges, fine, marked)
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start))
            took.append((end - middle, middle - start))
        labelled, cut = np.median(np.array(took), axis=0)
        say(
            f"{track.elapsed_s / 3600:.2f} h: labelling {1000 * labelled:.1f} ms, both cuts {1000 * cut:.1f} ms, "
            f"ratio {np.median(ratios):.2f}"
        )


def main() -> None:
    """Print everything."""
    if not CORPUS.is_dir():
        sys.exit("needs the public recordings in ../shared/corpus")
    calm = false_backward(CORPUS)
    whole = sum(one.elapsed_s for one in calm)
    say(f"{len(calm)} real recordings, {whole / 3600:.1f} h, nothing annotated: seconds backward, worth a look, of all")
    for one in sorted(calm, key=lambda one: (-one.backward_s, -one.look_s, one.name)):
        say(f"  {one.backward_s:6.0f} {one.look_s:6.0f} {one.elapsed_s:8.0f}  {one.name}")
    say(f"falsely backward: {sum(one.backward_s for one in calm) / whole:.3%} of all time")
    say("one recovery annotated: seconds right, mean and worst of all choices")
    sessions = propagation(CORPUS)
    for row in sessions:
        say(
            f"  {row.right:.3f}  {row.worst:.3f}  all forward {row.all_forward:.3f}  "
            f"{row.recoveries:2d} recoveries  {row.name}"
        )
    say(f"mean {np.mean([row.right for row in sessions]):.3f}")
    cost()


if __name__ == "__main__":
    main()
