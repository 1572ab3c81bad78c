ALTER TABLE recordings RENAME COLUMN said TO context_digest;
