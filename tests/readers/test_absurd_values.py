"""Values beyond all measure are missing values, and said."""

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.readers import read_all
from tests.support.tcx_documents import lap, tcx


def test_absurd_numbers_are_missing_and_said() -> None:
    document = tcx(lap(0, 60, [range(61)], inner="<Cadence>84</Cadence>"))
    for old, new in ((b">84<", b">1e308<"), (b"Meters>9<", b"Meters>-1e300<"), (b"Meters>180<", b"Meters>1e307<")):
        document = document.replace(old, new, 2)
    (activity,) = read_all("x", data=document)
    assert np.isnan(activity.samples.cadence_recorded[:2]).all()
    assert np.isnan(activity.samples.distance_m[3])
    assert "absurd-values" in [finding.code for finding in activity.findings]
    assert analyze(activity, ()).to_dict()["activity"]["distance_m"] > 170.0


def test_ordinary_recordings_stay_as_they_are() -> None:
    (activity,) = read_all("x", data=tcx(lap(0, 60, [range(61)])))
    assert not activity.findings
