-- As in the JSON document: texts of notes, and all findings with code, level, span and amount.
ALTER TABLE activities ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE activities ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
