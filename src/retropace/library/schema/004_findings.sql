-- As in the JSON document: texts of notes, and all findings with code, level, span and amount.
ALTER TABLE activities ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE activities ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
-- 1 where the whole recording cannot be right: no total, best or trend counts it.
ALTER TABLE activities ADD COLUMN implausible INTEGER NOT NULL DEFAULT 0;
