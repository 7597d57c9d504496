/* Writing records to MySQL and MariaDB: many rows a statement. */
#include "store/mysql-session.h"

#include "base/error.h"

/* The largest MEDIUMTEXT. */
#define MESSAGE_MAX 16777215

/* An INSERT has as many rows as there are, up to 64, or 128 or 256: so a batch of single records is one
 * statement, and few of them stay prepared. */
#define ROWS_EXACT 64

/* What a row takes of a packet on top of its three texts, and what a statement does. Generous. */
#define ROW_OVERHEAD 80

#define INSERT "INSERT INTO record (ts, level, name, message, logrec) VALUES "
#define INSERT_ROW "(?, ?, ?, ?, ?)"
#define RETURNING " RETURNING record_id"

static MYSQL_STMT *insert_statement(MysqlSession *session, guint n, GError **error)
{
	if (session->inserts[n] != NULL)
		return session->inserts[n];
	g_autoptr(GString) text = g_string_new(INSERT INSERT_ROW);
	for (guint i = 1; i < n; i++)
		g_string_append(text, ", " INSERT_ROW);
	if (session->is_mariadb)
		g_string_append(text, RETURNING);
	session->inserts[n] = store_mysql_prepare(session, text->str, text->len, error);
	return session->inserts[n];
}

static void bind_text(MysqlInsertRows *rows, guint i, const Text *text)
{
	rows->lengths[i] = text->length;
	rows->binds[i] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_STRING,
		.buffer = text->data,
		.buffer_length = text->length,
		.length = &rows->lengths[i],
	};
}

static void bind_record(MysqlInsertRows *rows, guint row, const Record *record)
{
	guint i = row * MYSQL_INSERT_COLUMNS;
	store_mysql_time(record->ts, &rows->times[row]);
	rows->binds[i] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_DATETIME,
		.buffer = &rows->times[row],
	};
	rows->binds[i + 1] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_LONG,
		.buffer = (void *)&record->level,
		.is_unsigned = TRUE,
	};
	bind_text(rows, i + 2, &record->name);
	bind_text(rows, i + 3, &record->message);
	bind_text(rows, i + 4, &record->logrec);
}

/* MySQL tells the first id. Those of the other rows follow in steps, as the server knows beforehand
 * how many there are. */
static void count_ids(MysqlSession *session, MYSQL_STMT *statement, Record *const *records, gsize n)
{
	guint64 first = mysql_stmt_insert_id(statement);
	for (gsize i = 0; i < n; i++)
		records[i]->id = first + i * session->id_step;
}

typedef struct {
	Record *const *records;
	gsize n, i;
} Ids;

static gboolean row_id(const MysqlRow *row, gpointer data, GError **error)
{
	Ids *ids = data;
	(void)error;
	if (ids->i < ids->n)
		ids->records[ids->i]->id = row->integers[0];
	ids->i++;
	return TRUE;
}

/* RETURNING sends the rows before the server has committed: only the end of the result says so. */
static gboolean return_ids(MysqlSession *session, MYSQL_STMT *statement, Record *const *records,
	gsize n, GError **error)
{
	Ids ids = {records, n, 0};
	if (!store_mysql_fetch(session, statement, "i", row_id, &ids, error))
		return FALSE;
	mysql_stmt_free_result(statement);
	if (ids.i != n)
		return store_mysql_fail(session, 0, "INSERT has returned too few ids", error);
	return TRUE;
}

static gboolean execute_insert(MysqlSession *session, MYSQL_STMT *statement, Record *const *records,
	gsize n, GError **error)
{
	if (mysql_stmt_execute(statement) != 0)
		return store_mysql_fail_statement(session, statement, error);
	if (session->is_mariadb)
		return return_ids(session, statement, records, n, error);
	count_ids(session, statement, records, n);
	return TRUE;
}

/* `n` rows in one statement. */
static gboolean insert_rows(MysqlSession *session, Record *const *records, guint n, GError **error)
{
	MYSQL_STMT *statement = insert_statement(session, n, error);
	if (statement == NULL)
		return FALSE;
	if (session->rows == NULL)
		session->rows = g_new0(MysqlInsertRows, 1);
	for (guint i = 0; i < n; i++)
		bind_record(session->rows, i, records[i]);
	if (mysql_stmt_bind_param(statement, session->rows->binds))
		return store_mysql_fail_statement(session, statement, error);
	gboolean ok = execute_insert(session, statement, records, n, error);
	if (!ok)
		g_clear_pointer(&session->inserts[n], mysql_stmt_close);
	return ok;
}

static gsize packet_size(const Record *record)
{
	return record->name.length + record->message.length + record->logrec.length + ROW_OVERHEAD;
}

/* How many of the records the next statement takes: as many as fit the statement and a packet. */
static guint next_rows(const MysqlSession *session, Record *const *records, gsize n)
{
	guint rows = 0;
	gsize size = ROW_OVERHEAD;
	for (gsize i = 0; i < n && i < MYSQL_ROWS_MAX; i++) {
		size += packet_size(records[i]);
		if (size > session->packet_max)
			break;
		rows++;
	}
	if (rows == MYSQL_ROWS_MAX || rows <= ROWS_EXACT)
		return MAX(rows, 1);
	return rows >= MYSQL_ROWS_MAX / 2 ? MYSQL_ROWS_MAX / 2 : ROWS_EXACT;
}

gboolean store_mysql_insert(StoreSession *base, Record *const *records, gsize n, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	for (gsize done = 0; done < n;) {
		guint rows = next_rows(session, records + done, n - done);
		if (!insert_rows(session, records + done, rows, error))
			return FALSE;
		done += rows;
	}
	return TRUE;
}

gboolean store_mysql_check_size(StoreSession *base, const Record *record, GError **error)
{
	const MysqlSession *session = (const MysqlSession *)base;
	if (record->message.length > MESSAGE_MAX)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE,
			"The database takes messages of at most %d bytes", MESSAGE_MAX);
	else if (packet_size(record) + ROW_OVERHEAD > session->packet_max)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE,
			"The database takes records of at most %" G_GSIZE_FORMAT
			" bytes (its max_allowed_packet)",
			session->packet_max);
	else
		return TRUE;
	return FALSE;
}
