ALTER TABLE activities ADD COLUMN runner TEXT GENERATED ALWAYS AS (json_extract(athlete, '$.name')) VIRTUAL;
CREATE INDEX activities_runner ON activities (runner, start_time);
ALTER TABLE directions ADD COLUMN energy_low_kcal_per_kg REAL;
ALTER TABLE directions ADD COLUMN energy_high_kcal_per_kg REAL;
CREATE TABLE bests (
    activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('time', 'distance')),
    asked REAL NOT NULL,
    seconds REAL NOT NULL,
    metres REAL NOT NULL,
    start_s REAL NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (activity, direction, kind, asked)
) WITHOUT ROWID;
