-- Numbers of records, so that counting does not read them. src/store/counts/read.h says how they are kept.
--
-- `day` counts as MySQL's TO_DAYS() does: 719528 is 1970-01-01. `counts` is packed (src/store/counts/counts.c): numbers by
-- level and quarter hour.
CREATE TABLE IF NOT EXISTS count_level (
	day    INTEGER PRIMARY KEY,
	counts BLOB NOT NULL
) STRICT;

-- The same by logger name.
CREATE TABLE IF NOT EXISTS count_name (
	day    INTEGER NOT NULL,
	name   BLOB NOT NULL,
	counts BLOB NOT NULL,
	PRIMARY KEY (day, name)
) STRICT, WITHOUT ROWID;

-- What transactions have changed and is not in the tables above yet: a row each.
CREATE TABLE IF NOT EXISTS count_delta (
	delta_id INTEGER PRIMARY KEY AUTOINCREMENT,
	counts   BLOB NOT NULL
) STRICT;

-- One row: the first day from which on all is counted.
CREATE TABLE IF NOT EXISTS count_state (
	state_id       INTEGER PRIMARY KEY,
	complete_since INTEGER NOT NULL
) STRICT;

-- Where there are records already `chronologer migrate` counts them afterwards.
INSERT OR IGNORE INTO count_state
	SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM record) THEN 4000000 ELSE 0 END;
