"""Which origin leads where several speak of the same stretch: explicit before implied.

====  ==================  ======================================================  ==============
rank  kind                what it is                                              edges sure to
====  ==================  ======================================================  ==============
1     ``mark``            ``--mark`` on the command line                          see ``where``
1     ``sidecar``         a row of the sidecar                                    see ``where``
1     ``audacity``        a label of an Audacity label track                      10 s
1     ``library``         an annotation that a Python caller gives                10 s
2     ``field``           ``--field``: values recorded on the way                 2 s
3     ``workout``         ``--workout``: a sentence aligned to the activity       as aligned
4     ``zone``            ``--zones``: a place on the map                         5 s
5     ``waypoint``        a waypoint named after a direction                      5 s
6     ``name``            a lap, workout step or track named after a direction    1 s
7     ``home zone``       the zones in the user's configuration folder            5 s
====  ==================  ======================================================  ==============

Within a rank the narrower leads: of two that disagree, one that lies within the other is cut out of it. Two that
overlap by more than their edges are unsure of, or mean the same stretch, are an error naming both. Between ranks the
lower number counts, and what it overrules is a warning.
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
