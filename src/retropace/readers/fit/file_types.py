"""What a FIT file is for, by the number and the name of its ``file_id.type``: told before or after it is decoded."""

from __future__ import annotations

ACTIVITY_FILE_TYPE = 4
# Garmin FIT SDK, Profile, type "file". The last three are not in it: watches fill account exports with them.
_FILE_TYPES = (
    (1, "device", "a device description"),
    (2, "settings", "settings"),
    (3, "sport", "sport settings"),
    (5, "workout", "a workout plan"),
    (6, "course", "a course"),
    (7, "schedules", "a schedule"),
    (9, "weight", "weighings"),
    (10, "totals", "totals"),
    (11, "goals", "goals"),
    (14, "blood_pressure", "blood pressure"),
    (15, "monitoring_a", "daily monitoring"),
    (20, "activity_summary", "an activity summary"),
    (28, "monitoring_daily", "daily monitoring"),
    (32, "monitoring_b", "daily monitoring"),
    (34, "segment", "a segment"),
    (35, "segment_list", "a list of segments"),
    (40, "exd_configuration", "settings of a display"),
    (44, "", "metrics"),
    (49, "", "sleep"),
    (68, "", "heart rate variability"),
)
DESCRIPTION_BY_NUMBER = {number: words for number, _, words in _FILE_TYPES}
DESCRIPTION_BY_NAME = {name: words for _, name, words in _FILE_TYPES if name}
