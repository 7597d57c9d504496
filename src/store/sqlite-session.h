/* A connection to a SQLite file, for store/sqlite*.c only. The only file that includes sqlite3.h. */
#ifndef CHRONOLOGER_STORE_SQLITE_SESSION_H
#define CHRONOLOGER_STORE_SQLITE_SESSION_H

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store/driver.h"

typedef struct {
	StoreSession base;
	const StoreTarget *target;
	StoreMode mode;
	sqlite3 *db;          /* NULL for STORE_ADMIN until lock() has created the file */
	sqlite3_stmt *insert; /* prepared when it is first needed */
	GStatBuf file;        /* what was opened */
	gboolean has_turn;
	gboolean in_transaction;
	gint64 ends;             /* when a read has to end, as g_get_monotonic_time() */
	GError *refusal;         /* why chronologer_query() ended the statement */
	StoreProgress *progress; /* of an index that is being made; NULL */
} SqliteSession;

/* store/sqlite-function.c: what statements call. Results of SQLite. */
int store_sqlite_add_functions(SqliteSession *session);
int store_sqlite_bind_query(sqlite3_stmt *statement, int i, Query *query);

#endif
