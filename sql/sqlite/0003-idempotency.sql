-- What requests with an Idempotency-Key were answered: src/store/note.c. `note_key` and `request` are SHA-256 sums.
CREATE TABLE IF NOT EXISTS idempotency (
	note_key BLOB PRIMARY KEY,
	request  BLOB NOT NULL,
	noted    INTEGER NOT NULL,
	status   INTEGER NOT NULL,
	ids      BLOB NOT NULL,
	errors   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idempotency_noted ON idempotency (noted);
