-- The table of records.
--
-- ts counts microseconds since 1970-01-01 UTC. AUTOINCREMENT: the id of a deleted record is not given again.
-- The index ends in the row's id anyway, but only a record_id in its second place lets it deliver the order
-- (ts, record_id) without sorting; level and name are there so that counts never read the table.
CREATE TABLE IF NOT EXISTS record (
	record_id INTEGER PRIMARY KEY AUTOINCREMENT,
	ts        INTEGER NOT NULL,
	level     INTEGER NOT NULL,
	name      TEXT    NOT NULL,
	message   TEXT    NOT NULL COLLATE NOCASE,
	logrec    TEXT    NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS record_ts ON record (ts, record_id, level, name);
