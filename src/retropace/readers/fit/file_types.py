"""FIT file types: the numbers and names in the field ``type`` of ``file_id``, with what such a file holds."""

ACTIVITY_FILE_TYPE = 4
"""Number of the file type of recordings (FIT SDK, type ``file``)."""
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
"""Number, name and description of file types (FIT SDK, type ``file``); the last three occur in account exports only."""
DESCRIPTION_BY_NUMBER = {number: description for number, _, description in _FILE_TYPES}
"""Description of what a FIT file holds, by the number of its type."""
DESCRIPTION_BY_NAME = {name: description for _, name, description in _FILE_TYPES if name}
"""Description of what a FIT file holds, by the name of its type in fitdecode's profile."""
