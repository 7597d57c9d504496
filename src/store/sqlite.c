/* The embedded store: one SQLite file. */
#include <string.h>
#include <errno.h>
#include <glib/gstdio.h>
#include "base/error.h"
#include "store/sqlite-session.h"
#include "store/turns.h"

/* How long a writer waits for its turn, and then for another process, in milliseconds. */
#define BUSY_TIMEOUT 5000

/* A read looks at the clock every this many instructions of SQLite's virtual machine (some 10 us). */
#define PROGRESS_STEPS 1000

#define INSERT "INSERT INTO record (ts, level, name, message, logrec) VALUES (?, ?, ?, ?, ?)"
#define SLOT "(ts + " G_STRINGIFY(CALENDAR_SECONDS_1970) "000000) / (? * 1000000)"
/* The rows of a page are looked up one by one. A join of both would have to sort again what is in order,
 * messages and all. */
#define GET_LIGHT "SELECT " STORE_COLUMNS_LIGHT " FROM record WHERE record_id = ?"
#define GET_FULL "SELECT " STORE_COLUMNS_FULL " FROM record WHERE record_id = ?"
#define REVERSED "SELECT page_ts, page_id FROM ("
#define REVERSED_END ") ORDER BY page_ts DESC, page_id DESC"

/* A query expression means what it means on MySQL: query/eval/eval.c answers it, for one row at a time. The
 * columns that may be large are read only where they are needed. */
#define MATCH "chronologer_query(?, record_id, ts, level, name, message, logrec)"
#define MATCH_WITHOUT_LOGREC "chronologer_query(?, record_id, ts, level, name, message, NULL)"

/* An index on a field has the path in its name, from the 16th letter on; before it a hash, as SQLite does not tell
 * names apart by case. */
#define FIELDS                                                                                     \
	"SELECT 'chronologer_field(logrec, ' || quote(substr(name, 16)) || ')', substr(name, 16)"  \
	" FROM sqlite_schema WHERE type = 'index' AND name LIKE 'field %'"
#define CREATE_FIELD                                                                               \
	"CREATE INDEX IF NOT EXISTS \"field %08x %w\" ON record (chronologer_field(logrec, %Q), "  \
	"ts)"
#define DROP_FIELD "DROP INDEX IF EXISTS \"field %08x %w\""
#define COUNT "SELECT COUNT(*) FROM record"

#define HAS_VERSIONS "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'chronologer_migration'"
#define CREATE_VERSIONS                                                                            \
	"CREATE TABLE IF NOT EXISTS chronologer_migration"                                         \
	" (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL) STRICT"
#define NEWEST_VERSION "SELECT COALESCE(MAX(version), 0) FROM chronologer_migration"

/* Writers' turns ------------------------------------------------------------------------------- */

static gboolean take_turn(SqliteSession *session, GError **error)
{
	session->has_turn = store_turns_take(session->target->shared, BUSY_TIMEOUT);
	if (!session->has_turn)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"The database is busy: other threads have been writing for %d seconds",
			BUSY_TIMEOUT / 1000);
	return session->has_turn;
}

static void give_turn(SqliteSession *session)
{
	if (session->has_turn)
		store_turns_give(session->target->shared);
	session->has_turn = FALSE;
}

/* Errors and statements ------------------------------------------------------------------------ */

/* By SQLite's primary result code. `lost`: what is opened may be of no more use, open it anew. */
static const struct {
	int result;
	ChronologerError code;
	gboolean lost;
} failures[] = {
	{SQLITE_BUSY, ERROR_STORAGE, FALSE},
	{SQLITE_LOCKED, ERROR_STORAGE, FALSE},
	{SQLITE_FULL, ERROR_STORAGE, FALSE},
	{SQLITE_PERM, ERROR_STORAGE, TRUE},
	{SQLITE_READONLY, ERROR_STORAGE, TRUE},
	{SQLITE_CANTOPEN, ERROR_STORAGE, TRUE},
	{SQLITE_IOERR, ERROR_STORAGE, TRUE},
	{SQLITE_PROTOCOL, ERROR_STORAGE, TRUE},
	{SQLITE_CORRUPT, ERROR_STORAGE, TRUE},
	{SQLITE_NOTADB, ERROR_STORAGE, TRUE},
	{SQLITE_NOMEM, ERROR_STORAGE, FALSE},
	{SQLITE_INTERRUPT, ERROR_DEADLINE, FALSE},
	{SQLITE_TOOBIG, ERROR_RECORD_SIZE, FALSE},
};

static gboolean fail(SqliteSession *session, int result, GError **error)
{
	if (session->refusal != NULL) {
		g_propagate_error(error, g_steal_pointer(&session->refusal));
		return FALSE;
	}
	ChronologerError code = ERROR_INTERNAL;
	for (guint i = 0; i < G_N_ELEMENTS(failures); i++) {
		if (failures[i].result != (result & 0xff))
			continue;
		code = failures[i].code;
		session->base.lost |= failures[i].lost;
	}
	if (code == ERROR_DEADLINE)
		g_set_error(error, CHRONOLOGER_ERROR, code, "The query took longer than %u ms",
			session->target->deadline);
	else
		g_set_error(error, CHRONOLOGER_ERROR, code, "The database: %s (SQLite %d)",
			sqlite3_errmsg(session->db), result);
	return FALSE;
}

static gboolean execute_text(SqliteSession *session, const char *sql, GError **error)
{
	int result = sqlite3_exec(session->db, sql, NULL, NULL, NULL);
	return result == SQLITE_OK || fail(session, result, error);
}

static sqlite3_stmt *prepare(SqliteSession *session, const char *text, gsize length, GError **error)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(session->db, text, (int)length, &statement, NULL);
	if (result != SQLITE_OK)
		fail(session, result, error);
	return statement;
}

/* Statements ----------------------------------------------------------------------------------- */

static int bind_text(sqlite3_stmt *statement, int i, const Text *text)
{
	return sqlite3_bind_text64(statement, i, text->data != NULL ? text->data : "", text->length,
		SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_value(sqlite3_stmt *statement, int i, const SqlValue *value)
{
	if (value->type == SQL_POINTER)
		return store_sqlite_bind_query(statement, i, value->pointer);
	if (value->type == SQL_INTEGER || value->type == SQL_TS)
		return sqlite3_bind_int64(statement, i, value->integer);
	Text text = {NULL, 0};
	text.data = (char *)g_bytes_get_data(value->text, &text.length);
	if (value->type == SQL_BYTES)
		return sqlite3_bind_blob64(statement, i, text.data, text.length, SQLITE_STATIC);
	return bind_text(statement, i, &text);
}

/* Who asks for rows, and the kinds of their columns. */
typedef struct {
	const char *columns;
	StoreRowFunc row; /* may be NULL where there is no result */
	gpointer data;
} Reader;

/* As sqlite3_column_blob(), but with a NUL behind a text. */
static Text column_text(sqlite3_stmt *statement, int i)
{
	gboolean is_text = sqlite3_column_type(statement, i) == SQLITE_TEXT;
	const void *bytes =
		is_text ? sqlite3_column_text(statement, i) : sqlite3_column_blob(statement, i);
	return (Text){(char *)(bytes ? bytes : ""), (gsize)sqlite3_column_bytes(statement, i)};
}

static gboolean pass_row(sqlite3_stmt *statement, const Reader *reader, GError **error)
{
	StoreRow row = {.integers = {0}, .texts = {{NULL, 0}}};
	for (int i = 0; reader->columns[i] != '\0'; i++)
		if (reader->columns[i] == 'x')
			row.texts[i] = column_text(statement, i);
		else
			row.integers[i] = sqlite3_column_int64(statement, i);
	return reader->row(&row, reader->data, error);
}

static gboolean step_rows(
	SqliteSession *session, sqlite3_stmt *statement, const Reader *reader, GError **error)
{
	int result;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		if (reader->row && !pass_row(statement, reader, error))
			return FALSE;
	return result == SQLITE_DONE || fail(session, result, error);
}

static gboolean run(SqliteSession *session, const Sql *sql, const Reader *reader, GError **error)
{
	session->ends = g_get_monotonic_time() + (gint64)session->target->deadline * 1000;
	sqlite3_stmt *statement = prepare(session, sql->text->str, sql->text->len, error);
	if (statement == NULL)
		return FALSE;
	int result = SQLITE_OK;
	for (guint i = 0; i < sql->values->len && result == SQLITE_OK; i++)
		result = bind_value(statement, (int)i + 1, sql_value(sql, i));
	gboolean ok = result == SQLITE_OK ? step_rows(session, statement, reader, error)
					  : fail(session, result, error);
	sqlite3_finalize(statement);
	return ok;
}

static gboolean read_rows(StoreSession *base, const Sql *sql, const char *columns, StoreRowFunc row,
	gpointer data, GError **error)
{
	Reader reader = {columns, row, data};
	return run((SqliteSession *)base, sql, &reader, error);
}

static gboolean write_rows(StoreSession *base, const Sql *sql, guint64 *sequence, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	Reader nobody = {.row = NULL};
	if (!run(session, sql, &nobody, error))
		return FALSE;
	if (sequence != NULL)
		*sequence = (guint64)sqlite3_last_insert_rowid(session->db);
	return TRUE;
}

static gboolean row_number(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	*(guint64 *)data = (guint64)row->integers[0];
	return TRUE;
}

static gboolean select_number(
	SqliteSession *session, const char *text, guint64 *number, GError **error)
{
	g_autoptr(Sql) sql = sql_new(text);
	return read_rows(&session->base, sql, "i", row_number, number, error);
}

/* Opening and closing -------------------------------------------------------------------------- */

static gboolean check_dsn(const StoreDsn *dsn, GError **error)
{
	const char *reason = NULL;
	if (dsn->user != NULL || dsn->port != 0 || (dsn->host != NULL && *dsn->host != '\0'))
		reason = "a file has no user, host or port";
	else if (dsn->path == NULL || *dsn->path == '\0')
		reason = "the path of the file is missing";
	if (reason != NULL)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"%s: sqlite:///relative/path or sqlite:////absolute/path", reason);
	return reason == NULL;
}

static int past_deadline(void *data)
{
	return g_get_monotonic_time() > ((const SqliteSession *)data)->ends;
}

static gboolean set_up(SqliteSession *session, GError **error)
{
	sqlite3_extended_result_codes(session->db, 1);
	sqlite3_busy_timeout(session->db, BUSY_TIMEOUT);
	int result = store_sqlite_add_functions(session);
	if (result != SQLITE_OK)
		return fail(session, result, error);
	if (session->mode != STORE_READ)
		return execute_text(session, "PRAGMA synchronous = FULL", error);
	sqlite3_progress_handler(session->db, PROGRESS_STEPS, past_deadline, session);
	session->ends = G_MAXINT64;
	return execute_text(session, "PRAGMA query_only = ON", error);
}

/* Readers open for writing too: in WAL mode the first one after a crash, or alone, has to write the
 * files beside the database. */
static gboolean open_file(SqliteSession *session, int flags, GError **error)
{
	const char *path = session->target->dsn->path;
	int result = sqlite3_open_v2(path, &session->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | flags, NULL);
	if (result != SQLITE_OK)
		return fail(session, result, error);
	if (g_stat(path, &session->file) != 0) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "The database file: %s",
			g_strerror(errno));
		return FALSE;
	}
	return set_up(session, error);
}

static void close_session(StoreSession *base)
{
	SqliteSession *session = (SqliteSession *)base;
	give_turn(session);
	sqlite3_finalize(session->insert);
	sqlite3_close(session->db);
	g_clear_error(&session->refusal);
	g_free(session);
}

static StoreSession *open_session(const StoreTarget *target, StoreMode mode, GError **error)
{
	SqliteSession *session = g_new0(SqliteSession, 1);
	session->target = target;
	session->mode = mode;
	gboolean missing = g_stat(target->dsn->path, &session->file) != 0 && errno == ENOENT;
	if (missing && mode == STORE_ADMIN)
		return &session->base;
	if (missing)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"there is no database yet; run \"chronologer migrate\"");
	if (missing || !open_file(session, 0, error)) {
		close_session(&session->base);
		return NULL;
	}
	return &session->base;
}

/* A file that was deleted or replaced is still open: what is written there is gone with it. */
static gboolean is_usable(StoreSession *base)
{
	const SqliteSession *session = (const SqliteSession *)base;
	GStatBuf now;
	if (session->db == NULL)
		return g_stat(session->target->dsn->path, &now) != 0;
	return g_stat(session->target->dsn->path, &now) == 0 &&
	       now.st_ino == session->file.st_ino && now.st_dev == session->file.st_dev;
}

static gboolean read_version(StoreSession *base, guint *version, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	guint64 number = 0;
	*version = 0;
	if (session->db == NULL)
		return TRUE;
	if (!select_number(session, HAS_VERSIONS, &number, error) ||
		(number != 0 && !select_number(session, NEWEST_VERSION, &number, error)))
		return FALSE;
	*version = (guint)number;
	return TRUE;
}

/* Writing -------------------------------------------------------------------------------------- */

static void roll_back(StoreSession *base)
{
	SqliteSession *session = (SqliteSession *)base;
	/* After some failures SQLite has already rolled back by itself. */
	if (session->in_transaction && !sqlite3_get_autocommit(session->db))
		session->base.lost |= !execute_text(session, "ROLLBACK", NULL);
	session->in_transaction = FALSE;
	give_turn(session);
}

static gboolean begin(StoreSession *base, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	if (!take_turn(session, error))
		return FALSE;
	/* IMMEDIATE takes the write lock now; later it would fail instead of waiting. */
	session->in_transaction = execute_text(session, "BEGIN IMMEDIATE", error);
	if (!session->in_transaction)
		give_turn(session);
	return session->in_transaction;
}

static gboolean commit(StoreSession *base, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	gboolean ok = execute_text(session, "COMMIT", error);
	session->in_transaction &= !ok;
	if (base->lost && error && *error)
		(*error)->code = ERROR_UNKNOWN; /* what is written may be whole */
	roll_back(base);
	return ok;
}

static int insert_row(sqlite3_stmt *statement, const Record *record)
{
	int result;
	if ((result = sqlite3_bind_int64(statement, 1, record->ts)) != SQLITE_OK ||
		(result = sqlite3_bind_int64(statement, 2, record->level)) != SQLITE_OK ||
		(result = bind_text(statement, 3, &record->name)) != SQLITE_OK ||
		(result = bind_text(statement, 4, &record->message)) != SQLITE_OK ||
		(result = bind_text(statement, 5, &record->logrec)) != SQLITE_OK)
		return result;
	return sqlite3_step(statement);
}

static gboolean insert(StoreSession *base, Record *const *records, gsize n, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	if (session->insert == NULL)
		session->insert = prepare(session, INSERT, strlen(INSERT), error);
	if (session->insert == NULL)
		return FALSE;
	gboolean ok = TRUE;
	for (gsize i = 0; i < n && ok; i++) {
		int result = insert_row(session->insert, records[i]);
		ok = result == SQLITE_DONE || fail(session, result, error);
		records[i]->id = (guint64)sqlite3_last_insert_rowid(session->db);
		sqlite3_reset(session->insert);
	}
	/* The values are borrowed: none may stay bound. */
	sqlite3_clear_bindings(session->insert);
	return ok;
}

static gboolean check_size(StoreSession *base, const Record *record, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	/* The limit is one for a value and for a whole row; 100 bytes are more than the rest. */
	gsize limit = (gsize)sqlite3_limit(session->db, SQLITE_LIMIT_LENGTH, -1) - 100;
	if (record->name.length + record->message.length + record->logrec.length <= limit)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE,
		"The database takes records of at most %" G_GSIZE_FORMAT " bytes", limit);
	return FALSE;
}

/* Of the moment of its first read. */
static gboolean snapshot(StoreSession *base, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	session->in_transaction = execute_text(session, "BEGIN", error);
	return session->in_transaction;
}

/* There is only one writer anyway. */
static gboolean lock_counts(
	StoreSession *session, gboolean wait, gboolean *is_locked, GError **error)
{
	(void)wait;
	*is_locked = begin(session, error);
	return *is_locked;
}

/* Reading -------------------------------------------------------------------------------------- */

/* A prefix as a range of bytes. LIKE would do, but for case, NUL and the wildcards. */
static void add_prefix(Sql *sql, const char *prefix)
{
	gsize length = strlen(prefix);
	sql_add(sql, "name >= ?");
	sql_bind_text(sql, prefix, length);
	while (length > 0 && (guint8)prefix[length - 1] == 0xff)
		length--;
	if (length == 0)
		return;
	g_autofree char *end = g_strndup(prefix, length);
	end[length - 1]++;
	sql_add(sql, " AND name < ?");
	sql_bind_text(sql, end, length);
}

static gboolean add_query(StoreSession *session, Sql *sql, Query *query, GError **error)
{
	(void)session;
	(void)error;
	sql_add(sql, query_reads_logrec(query) ? MATCH : MATCH_WITHOUT_LOGREC);
	sql_bind_pointer(sql, query_ref(query), (GDestroyNotify)query_unref);
	return TRUE;
}

typedef struct {
	SqliteSession *session;
	sqlite3_stmt *get;
	Reader reader;
} Lookup;

static gboolean row_lookup(const StoreRow *row, gpointer data, GError **error)
{
	Lookup *lookup = data;
	sqlite3_reset(lookup->get);
	sqlite3_bind_int64(lookup->get, 1, row->integers[1]);
	return step_rows(lookup->session, lookup->get, &lookup->reader, error);
}

/* Both statements see the same records: the outer one is a transaction until it ends. */
static gboolean read_page(StoreSession *base, Sql *page, const StoreRange *range, StoreRowFunc row,
	gpointer data, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	const char *get = range->with_logrec ? GET_FULL : GET_LIGHT;
	const char *columns = range->with_logrec ? STORE_KINDS_FULL : STORE_KINDS_LIGHT;
	if (range->from && range->newer) {
		g_string_prepend(page->text, REVERSED);
		sql_add(page, REVERSED_END);
	}
	Lookup lookup = {session, prepare(session, get, strlen(get), error), {columns, row, data}};
	gboolean ok = lookup.get != NULL && read_rows(base, page, "ti", row_lookup, &lookup, error);
	sqlite3_finalize(lookup.get);
	return ok;
}

/* Migrating ------------------------------------------------------------------------------------ */

/* The mode is kept in the file. SQLite does not wait where two set it at once, so this does. */
static gboolean set_wal(SqliteSession *session, GError **error)
{
	gint64 until = g_get_monotonic_time() + BUSY_TIMEOUT * 1000;
	int result;
	while ((result = sqlite3_exec(session->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)),
		(result & 0xff) == SQLITE_BUSY && g_get_monotonic_time() < until)
		g_usleep(10000);
	return result == SQLITE_OK || fail(session, result, error);
}

/* All of a migration is one transaction, which is its lock too. */
static gboolean lock(StoreSession *base, gboolean *created, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	*created = session->db == NULL;
	if (session->db == NULL && !open_file(session, SQLITE_OPEN_CREATE, error))
		return FALSE;
	if (!set_wal(session, error) || !begin(base, error))
		return FALSE;
	if (execute_text(session, CREATE_VERSIONS, error))
		return TRUE;
	roll_back(base);
	return FALSE;
}

static gboolean execute_free(SqliteSession *session, char *statement, GError **error)
{
	gboolean ok = statement ? execute_text(session, statement, error)
				: fail(session, SQLITE_NOMEM, error);
	sqlite3_free(statement);
	return ok;
}

static gboolean add_field(
	StoreSession *base, const char *path, StoreProgress *progress, GError **error)
{
	SqliteSession *session = (SqliteSession *)base;
	guint64 records = 0;
	if (!select_number(session, COUNT, &records, error))
		return FALSE;
	g_atomic_int_set(&progress->all, (gint)MIN(records, G_MAXINT));
	session->progress = progress;
	gboolean ok = execute_free(
		session, sqlite3_mprintf(CREATE_FIELD, g_str_hash(path), path, path), error);
	session->progress = NULL;
	return ok;
}

static gboolean drop_field(StoreSession *base, const char *path, GError **error)
{
	return execute_free(
		(SqliteSession *)base, sqlite3_mprintf(DROP_FIELD, g_str_hash(path), path), error);
}

static gboolean execute(StoreSession *base, const char *statement, GError **error)
{
	return execute_text((SqliteSession *)base, statement, error);
}

const StoreDriver store_sqlite = {
	.schemes = {"sqlite"},
	.dialect = "sqlite",
	.takes_turns = TRUE,
	.slot = SLOT,
	.logger = "name",
	.by_id = "NOT INDEXED",
	.now = "strftime('%Y-%m-%d %H:%M:%f', 'now')",
	.update_counts = " ON CONFLICT DO UPDATE SET counts = excluded.counts",
	.insert_new = "INSERT OR IGNORE INTO",
	.fields = FIELDS,
	.field_text = "chronologer_fold(?)",
	.splits_places = TRUE,
	.check_dsn = check_dsn,
	.shared_new = store_turns_new,
	.shared_free = store_turns_free,
	.open = open_session,
	.close = close_session,
	.usable = is_usable,
	.version = read_version,
	.begin = begin,
	.insert = insert,
	.commit = commit,
	.rollback = roll_back,
	.check_size = check_size,
	.read = read_rows,
	.write = write_rows,
	.read_page = read_page,
	.add_prefix = add_prefix,
	.add_query = add_query,
	.snapshot = snapshot,
	.lock_counts = lock_counts,
	.lock = lock,
	.unlock = commit,
	.add_field = add_field,
	.drop_field = drop_field,
	.execute = execute,
};
