-- Numbers of records, so that counting does not read them. src/store/counts/read.h says how they are kept.
--
-- `day` is TO_DAYS(ts); FROM_DAYS(day) is its date. `counts` is packed (src/store/counts/counts.c): numbers by level and
-- quarter hour. Not compressed: the rows change all the time.
CREATE TABLE IF NOT EXISTS count_level (
	day    INT UNSIGNED NOT NULL PRIMARY KEY,
	counts MEDIUMBLOB NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- The same by logger name. Bytes: a collation would take "a" and "a " for one.
CREATE TABLE IF NOT EXISTS count_name (
	day    INT UNSIGNED NOT NULL,
	name   VARBINARY(1020) NOT NULL,
	counts MEDIUMBLOB NOT NULL,
	PRIMARY KEY (day, name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- What transactions have changed and is not in the tables above yet: a row each.
CREATE TABLE IF NOT EXISTS count_delta (
	delta_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	counts   MEDIUMBLOB NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One row: the first day from which on all is counted. Locked by who changes the first two tables.
CREATE TABLE IF NOT EXISTS count_state (
	state_id       INT UNSIGNED NOT NULL PRIMARY KEY,
	complete_since INT UNSIGNED NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Where there are records already `chronologer migrate` counts them afterwards.
INSERT IGNORE INTO count_state
	SELECT 1, IF(EXISTS (SELECT 1 FROM record), 4000000, 0);
