CREATE TABLE settings (
    digest TEXT PRIMARY KEY,
    description TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE recordings (
    key INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    said TEXT NOT NULL,
    settings TEXT NOT NULL REFERENCES settings (digest),
    bytes INTEGER NOT NULL,
    UNIQUE (sha256, said, settings)
);
CREATE INDEX recordings_bytes ON recordings (bytes);
CREATE TABLE inputs (
    place TEXT PRIMARY KEY,
    container TEXT NOT NULL,
    stamp TEXT NOT NULL,
    settings TEXT NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('analysed', 'failed', 'other sport', 'no activity', 'left out', 'archive')),
    detail TEXT NOT NULL DEFAULT '',
    recording INTEGER REFERENCES recordings (key)
) WITHOUT ROWID;
CREATE INDEX inputs_recording ON inputs (recording);
CREATE INDEX inputs_container ON inputs (container);
CREATE TABLE failures (
    place TEXT PRIMARY KEY REFERENCES inputs (place) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    passes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE activities (
    key INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recordings (key) ON DELETE CASCADE,
    session INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    sport TEXT,
    sub_sport TEXT,
    start_time TEXT,
    elapsed_s REAL NOT NULL,
    timer_s REAL NOT NULL,
    moving_s REAL NOT NULL,
    distance_m REAL NOT NULL,
    distance_source TEXT NOT NULL,
    format TEXT NOT NULL,
    device TEXT,
    records INTEGER NOT NULL,
    signals INTEGER NOT NULL,
    laps INTEGER NOT NULL,
    cadence_spm REAL,
    heart_rate_bpm REAL,
    annotated_s REAL NOT NULL,
    warnings TEXT NOT NULL,
    workout TEXT,
    athlete TEXT,
    worth_a_look TEXT NOT NULL,
    duplicate_of INTEGER REFERENCES activities (key) ON DELETE SET NULL,
    UNIQUE (recording, session)
);
CREATE INDEX activities_start ON activities (start_time);
CREATE INDEX activities_id ON activities (id);
CREATE INDEX activities_duplicate ON activities (duplicate_of);
CREATE TABLE segments (
    activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
    segment INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    direction TEXT NOT NULL,
    gait TEXT,
    basis TEXT NOT NULL,
    confidence REAL,
    distance_m REAL,
    moving_s REAL,
    speed_mps REAL,
    cadence_spm REAL,
    step_length_m REAL,
    heart_rate_bpm REAL,
    steps REAL,
    PRIMARY KEY (activity, segment)
) WITHOUT ROWID;
CREATE TABLE directions (
    activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
    direction TEXT NOT NULL,
    elapsed_s REAL NOT NULL,
    distance_m REAL,
    moving_s REAL,
    speed_mps REAL,
    cadence_spm REAL,
    step_length_m REAL,
    heart_rate_bpm REAL,
    steps REAL,
    segments INTEGER NOT NULL,
    annotated_m REAL NOT NULL,
    suspected_m REAL NOT NULL,
    PRIMARY KEY (activity, direction)
) WITHOUT ROWID;
CREATE TABLE annotations (
    activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
    annotation INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    label TEXT NOT NULL,
    note TEXT NOT NULL,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    distance_m REAL,
    speed_mps REAL,
    PRIMARY KEY (activity, annotation)
) WITHOUT ROWID;
