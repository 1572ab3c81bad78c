"""Repairs a recorded activity: trustworthy columns on one time axis; knows nothing of directions or annotations.

A recording holds most quantities several times. For times, one source counts unless others overrule it:

===========  ============================  =====================================================================
quantity     source                        overruled by
===========  ============================  =====================================================================
time         the record's own time         its place in the file and distance, where times fall; the device's total
                                           elapsed time, for gaps that the runner ran through (``clock``)
date         the first record's clock      the clock of most records, if days apart; dates before 2000 are wrong
pauses       timer events, gaps            the device's total timer time (``pauses``)
laps         their starts and ends         their points (TCX), their order and their own totals (``laps``)
===========  ============================  =====================================================================

Of distance and speed, step by step between records:

1. The device's counter leads, after restarts, increments, placeholders and leaps are taken out of it (:mod:`.counter`).
2. Where it is missing, the path along the positions leads, without stray ones (:mod:`.positions`); else speed does.
3. The counter is overruled where it stands still while the path, or most of path, speed and cadence, say that the
   runner moves, and where path and speed agree with each other but not with it. The path is overruled by speed in the
   same way, and between two positions far apart if the runner went farther than the straight line.
4. Where no source knows, the metres that the totals of laps, then of the session, hold beyond the known ones are spread
   evenly. They also decide about some seconds without a counter at either end.
5. If the result misses the device's total and the path or speed alone meets it, that source leads everywhere. Without
   positions the result is scaled to the total instead. A total that only repeats a wrong counter decides nothing.

Speed (:mod:`.speed`) is the device's, and the slope of the distance curve where the device's is missing for long, is 0
although the runner gets on, or is only a fraction of that slope; cadence has to allow it if there are no positions.

Pauses are those that the file reports. A break between parts of a track, in a file without a timer, is no pause if the
runner ran on in it or if it is no longer than the usual step between records (:mod:`.distance`).
"""
