-- The table of records, for MySQL 8+ and MariaDB 10.6+.
--
-- @ROW_FORMAT@ is what `chronologer migrate --row-format` says. JSON is a type of its own on MySQL and LONGTEXT
-- with a check on MariaDB. The index holds what counts, timelines and the order of a range need, so that none of
-- them reads the table.
CREATE TABLE IF NOT EXISTS record (
	record_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	ts        DATETIME(6) NOT NULL,
	level     SMALLINT UNSIGNED NOT NULL,
	name      VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	message   MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
	logrec    JSON NOT NULL,
	PRIMARY KEY (record_id),
	KEY record_ts (ts, record_id, level, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 @ROW_FORMAT@;
