-- What requests with an Idempotency-Key were answered: src/store/note.c. `note_key` and `request` are SHA-256 sums.
CREATE TABLE IF NOT EXISTS idempotency (
	note_key BINARY(32) NOT NULL PRIMARY KEY,
	request  BINARY(32) NOT NULL,
	noted    DATETIME(6) NOT NULL,
	status   SMALLINT UNSIGNED NOT NULL,
	ids      MEDIUMBLOB NOT NULL,
	errors   MEDIUMBLOB NOT NULL,
	KEY noted (noted)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
