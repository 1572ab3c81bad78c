"""Priority of the sources of annotations where several label the same stretch: explicit before implied.

====  ==================  ======================================================  ==============
rank  kind                what it is                                              edge tolerance
====  ==================  ======================================================  ==============
1     ``mark``            ``--mark`` on the command line                          by location
1     ``sidecar``         a row of the sidecar                                    by location
1     ``audacity``        a label of an Audacity label track                      10 s
1     ``library``         an annotation given by a Python caller                  10 s
2     ``field``           ``--field``: a recorded column                          2 s
3     ``workout``         ``--workout``: a plan fitted to the activity            1 s
4     ``zone``            ``--zones``: a place on the map                         5 s
5     ``waypoint``        a waypoint named after a direction                      5 s
6     ``name``            a lap, workout step or track named after a direction    1 s
7     ``home zone``       the zones in the user's configuration folder            5 s
====  ==================  ======================================================  ==============

Where two annotations of one rank disagree and one lies within the other, the inner one holds on its stretch and the
outer one on the rest. If they overlap in part by more than their edge tolerances, or cover the same stretch, an error
names both. Where two of different rank disagree, the one with the lower number holds, and a warning names the other.
"""

from __future__ import annotations

ORIGIN_PRIORITY: dict[str, int] = {
    **dict.fromkeys(("mark", "sidecar", "audacity", "library"), 1),
    "field": 2,
    "workout": 3,
    "zone": 4,
    "waypoint": 5,
    "name": 6,
    "home zone": 7,
}
"""Rank of each kind of origin; of two annotations of one stretch, that of lower rank counts."""
