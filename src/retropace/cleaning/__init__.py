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
"""
