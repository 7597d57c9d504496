/* Statements on MySQL and MariaDB, prepared and kept by a connection. */
#include "store/mysql-session.h"

#include <string.h>

#include "base/calendar.h"
#include "base/error.h"

/* Prepared reads kept by a connection. Their texts differ by the filters given. */
#define STATEMENTS_MAX 64

#define ID_STEP "SELECT @@auto_increment_increment"

#define COLUMN_SIZE 4096      /* a text column's buffer to begin with */
#define COLUMN_KEPT (1 << 20) /* and at most, between reads */

/* The warning for a regular expression that hit PCRE's limits. */
#define REGEXP_FAILED 1139

/* Statements ----------------------------------------------------------------------------------- */

/* One without values, in the text protocol. A result is thrown away. */
gboolean store_mysql_command(MysqlSession *session, const char *text, GError **error)
{
	if (mysql_real_query(session->mysql, text, strlen(text)) != 0)
		return store_mysql_fail_connection(session, error);
	MYSQL_RES *result = mysql_store_result(session->mysql);
	if (result != NULL)
		mysql_free_result(result);
	else if (mysql_errno(session->mysql) != 0)
		return store_mysql_fail_connection(session, error);
	return TRUE;
}

MYSQL_STMT *store_mysql_prepare(
	MysqlSession *session, const char *text, gsize length, GError **error)
{
	MYSQL_STMT *statement = mysql_stmt_init(session->mysql);
	if (statement == NULL)
		g_error("mysql_stmt_init: out of memory");
	if (mysql_stmt_prepare(statement, text, length) == 0)
		return statement;
	store_mysql_fail_statement(session, statement, error);
	mysql_stmt_close(statement);
	return NULL;
}

void store_mysql_close_statement(gpointer statement)
{
	mysql_stmt_close(statement);
}

/* A statement is known by its text and by the types of its values: MySQL keeps those of the first
 * execution, and reads a text as a number where it was given a number before. */
static char *statement_key(const Sql *sql)
{
	GString *key = g_string_new_len(sql->text->str, (gssize)sql->text->len);
	for (guint i = 0; i < sql->values->len; i++)
		g_string_append_c(key, (char)('a' + sql_value(sql, i)->type));
	return g_string_free(key, FALSE);
}

static MYSQL_STMT *cached(MysqlSession *session, const Sql *sql, GError **error)
{
	g_autofree char *key = statement_key(sql);
	MYSQL_STMT *statement = g_hash_table_lookup(session->statements, key);
	if (statement != NULL)
		return statement;
	if (g_hash_table_size(session->statements) >= STATEMENTS_MAX)
		g_hash_table_remove_all(session->statements);
	statement = store_mysql_prepare(session, sql->text->str, sql->text->len, error);
	if (statement != NULL)
		g_hash_table_insert(session->statements, g_steal_pointer(&key), statement);
	return statement;
}

static void forget(MysqlSession *session, const Sql *sql)
{
	g_autofree char *key = statement_key(sql);
	g_hash_table_remove(session->statements, key);
}

void store_mysql_time(gint64 ts, MYSQL_TIME *time)
{
	Moment moment = calendar_of_epoch(ts);
	*time = (MYSQL_TIME){
		.year = moment.year,
		.month = moment.month,
		.day = moment.day,
		.hour = moment.hour,
		.minute = moment.minute,
		.second = moment.second,
		.second_part = moment.micro,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static gint64 ts_from_time(const MYSQL_TIME *time)
{
	const Moment moment = {
		.year = (guint16)time->year,
		.month = (guint8)time->month,
		.day = (guint8)time->day,
		.hour = (guint16)time->hour,
		.minute = (guint8)time->minute,
		.second = (guint8)time->second,
		.micro = (guint32)time->second_part,
	};
	return calendar_to_epoch(&moment);
}

static void bind_value(MYSQL_BIND *bind, MYSQL_TIME *time, const SqlValue *value)
{
	gsize length = 0;
	*bind = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG};
	switch (value->type) {
	case SQL_INTEGER:
		bind->buffer = (void *)&value->integer;
		break;
	case SQL_TS:
		store_mysql_time(value->integer, time);
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = time;
		break;
	case SQL_POINTER: /* printed, never bound */
		break;
	case SQL_TEXT:
	case SQL_BYTES:
		bind->buffer_type = value->type == SQL_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		bind->buffer = (void *)g_bytes_get_data(value->text, &length);
		bind->buffer_length = length;
		break;
	}
}

static gboolean execute_bound(
	MysqlSession *session, MYSQL_STMT *statement, const Sql *sql, GError **error)
{
	guint n = sql->values->len;
	g_autofree MYSQL_BIND *binds = g_new(MYSQL_BIND, n + 1);
	g_autofree MYSQL_TIME *times = g_new(MYSQL_TIME, n + 1);
	for (guint i = 0; i < n; i++)
		bind_value(&binds[i], &times[i], sql_value(sql, i));
	if (n > 0 && mysql_stmt_bind_param(statement, binds))
		return store_mysql_fail_statement(session, statement, error);
	return mysql_stmt_execute(statement) == 0 ||
	       store_mysql_fail_statement(session, statement, error);
}

/* Results -------------------------------------------------------------------------------------- */

static void grow_column(MysqlRow *row, guint i, gsize size)
{
	row->texts[i] = g_realloc(row->texts[i], size + 1);
	row->sizes[i] = size;
}

/* `kind`: 'i' an unsigned integer, 't' a DATETIME, 'x' text. */
static void bind_column(MysqlRow *row, guint i, char kind)
{
	MYSQL_BIND *bind = &row->binds[i];
	*bind = (MYSQL_BIND){.length = &row->lengths[i]};
	row->lengths[i] = 0;
	row->integers[i] = 0;
	if (kind == 'i') {
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->is_unsigned = TRUE;
		bind->buffer = &row->integers[i];
	} else if (kind == 't') {
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = &row->time;
	} else {
		if (row->texts[i] == NULL)
			grow_column(row, i, COLUMN_SIZE);
		bind->buffer_type = MYSQL_TYPE_STRING;
		bind->buffer = row->texts[i];
		bind->buffer_length = row->sizes[i];
	}
}

/* Fetches again the texts that did not fit. The new buffers are there for the next row too. */
static gboolean complete_texts(
	MysqlSession *session, MYSQL_STMT *statement, const char *columns, GError **error)
{
	MysqlRow *row = &session->row;
	gboolean grown = FALSE;
	for (guint i = 0; columns[i] != '\0'; i++) {
		if (columns[i] != 'x')
			continue;
		unsigned long length = row->lengths[i];
		if (length > row->sizes[i]) {
			grow_column(row, i, length + length / 4);
			row->binds[i].buffer = row->texts[i];
			row->binds[i].buffer_length = row->sizes[i];
			if (mysql_stmt_fetch_column(statement, &row->binds[i], i, 0) != 0)
				return store_mysql_fail_statement(session, statement, error);
			row->lengths[i] = length;
			grown = TRUE;
		}
		row->texts[i][length] = '\0';
	}
	if (grown && mysql_stmt_bind_result(statement, row->binds))
		return store_mysql_fail_statement(session, statement, error);
	return TRUE;
}

/* MysqlRow by row from the network: a large result is never in memory as a whole. But libmariadb then
 * does not read the number of warnings at its end (mysql_warning_count() stays 0): where one may
 * mean that rows are missing, @@warning_count has to be asked for. No statement here has such. */
gboolean store_mysql_fetch(MysqlSession *session, MYSQL_STMT *statement, const char *columns,
	MysqlRowFunc row, gpointer data, GError **error)
{
	for (guint i = 0; columns[i] != '\0'; i++)
		bind_column(&session->row, i, columns[i]);
	if (mysql_stmt_bind_result(statement, session->row.binds))
		return store_mysql_fail_statement(session, statement, error);
	int result;
	while ((result = mysql_stmt_fetch(statement)) == 0 || result == MYSQL_DATA_TRUNCATED)
		if (!complete_texts(session, statement, columns, error) ||
			!row(&session->row, data, error))
			return FALSE;
	return result == MYSQL_NO_DATA || store_mysql_fail_statement(session, statement, error);
}

static void drop_large_columns(MysqlRow *row)
{
	for (guint i = 0; i < STORE_ROW_COLUMNS; i++)
		if (row->sizes[i] > COLUMN_KEPT)
			grow_column(row, i, COLUMN_SIZE);
}

/* Runs a statement with a result; `columns` has a kind for each of them. What is left of the result
 * after a failure is read and thrown away. */
gboolean store_mysql_read_rows(MysqlSession *session, const Sql *sql, const char *columns,
	MysqlRowFunc row, gpointer data, GError **error)
{
	MYSQL_STMT *statement = cached(session, sql, error);
	if (statement == NULL)
		return FALSE;
	gboolean ok = execute_bound(session, statement, sql, error) &&
		      store_mysql_fetch(session, statement, columns, row, data, error);
	mysql_stmt_free_result(statement);
	drop_large_columns(&session->row);
	if (!ok)
		forget(session, sql);
	return ok;
}

static gboolean run(MysqlSession *session, const Sql *sql, GError **error)
{
	MYSQL_STMT *statement = cached(session, sql, error);
	return statement != NULL && execute_bound(session, statement, sql, error);
}

static gboolean row_number(const MysqlRow *row, gpointer data, GError **error)
{
	(void)error;
	*(guint64 *)data = row->integers[0];
	return TRUE;
}

gboolean store_mysql_read_number(
	MysqlSession *session, const char *text, guint64 *number, GError **error)
{
	g_autoptr(Sql) sql = sql_new(text);
	return store_mysql_read_rows(session, sql, "i", row_number, number, error);
}

/* Statements of everybody ---------------------------------------------------------------------- */

/* Who asked for rows, and the kinds of their columns. */
typedef struct {
	const char *columns;
	StoreRowFunc row;
	gpointer data;
} Reader;

static gboolean row_neutral(const MysqlRow *row, gpointer data, GError **error)
{
	const Reader *reader = data;
	StoreRow neutral = {.integers = {0}, .texts = {{NULL, 0}}};
	for (guint i = 0; reader->columns[i] != '\0'; i++) {
		if (reader->columns[i] == 'i')
			neutral.integers[i] = (gint64)row->integers[i];
		else if (reader->columns[i] == 't')
			neutral.integers[i] = ts_from_time(&row->time);
		else
			neutral.texts[i] = (Text){row->texts[i], row->lengths[i]};
	}
	return reader->row(&neutral, reader->data, error);
}

/* MariaDB takes a record for one that does not match where its regular expression gave up, and only
 * warns: that is no answer. (Not as a prepared statement: preparing one may forget the warnings.) */
static gboolean check_regexp(MysqlSession *session, const Sql *sql, GError **error)
{
	gboolean failed = FALSE;
	if (!session->is_mariadb || !sql->has_regexp)
		return TRUE;
	MYSQL_RES *warnings = NULL;
	if (mysql_query(session->mysql, "SHOW WARNINGS") == 0)
		warnings = mysql_store_result(session->mysql);
	if (warnings == NULL)
		return store_mysql_fail(
			session, mysql_errno(session->mysql), mysql_error(session->mysql), error);
	for (MYSQL_ROW row; !failed && (row = mysql_fetch_row(warnings)) != NULL;)
		failed = atoi(row[1]) == REGEXP_FAILED;
	mysql_free_result(warnings);
	if (failed)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE,
			"A regular expression took too long for one of the records");
	return !failed;
}

gboolean store_mysql_read(StoreSession *session, const Sql *sql, const char *columns,
	StoreRowFunc row, gpointer data, GError **error)
{
	Reader reader = {columns, row, data};
	return store_mysql_read_rows(
		       (MysqlSession *)session, sql, columns, row_neutral, &reader, error) &&
	       check_regexp((MysqlSession *)session, sql, error);
}

/* Galera changes it with the number of nodes, for sessions that are there too. */
static gboolean read_id_step(MysqlSession *session, GError **error)
{
	return !session->is_galera ||
	       store_mysql_read_number(session, ID_STEP, &session->id_step, error);
}

gboolean store_mysql_write(StoreSession *base, const Sql *sql, guint64 *sequence, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	if (!run(session, sql, error))
		return FALSE;
	if (sequence == NULL)
		return TRUE;
	guint64 id = mysql_insert_id(session->mysql);
	if (!read_id_step(session, error))
		return FALSE;
	*sequence = id / session->id_step;
	return TRUE;
}
