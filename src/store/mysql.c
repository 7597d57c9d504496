/* MySQL 8+ and MariaDB 10.6+ as a store. The only file that includes mysql.h, which is Oracle's or
 * MariaDB's: either library speaks with either server. */
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <mysql.h>
#include "base/error.h"
#include "query/print/print.h"
#include "store/driver.h"

#define CONNECT_TIMEOUT 5 /* seconds */

/* What the network may take on top of the deadline of a read, or of the waits of a write. */
#define NETWORK_TIMEOUT 5

/* A migration may rewrite the table; another host may be doing that. */
#define MIGRATION_TIMEOUT 86400

/* The largest MEDIUMTEXT. */
#define MESSAGE_MAX 16777215

/* Above the largest max_allowed_packet: the server's own is the limit. Otherwise the client library
 * has one too, and says nothing but "gone away". */
static const unsigned long client_packet_max = 1UL << 30;

/* An INSERT has as many rows as there are, up to 64, or 128 or 256: so a batch of single records is one
 * statement, and few of them stay prepared. */
#define ROWS_EXACT 64
#define ROWS_MAX 256
#define INSERT_COLUMNS 5

/* What a row takes of a packet on top of its three texts, and what a statement does. Generous. */
#define ROW_OVERHEAD 80

/* Prepared reads kept by a connection. Their texts differ by the filters given. */
#define STATEMENTS_MAX 64

#define COLUMNS_MAX 6
#define COLUMN_SIZE 4096      /* a text column's buffer to begin with */
#define COLUMN_KEPT (1 << 20) /* and at most, between reads */

#define SERVER "SELECT @@version, @@max_allowed_packet, @@auto_increment_increment"
#define SESSION                                                                                    \
	"SET NAMES utf8mb4 COLLATE utf8mb4_general_ci, time_zone = '+00:00', autocommit = 1,"      \
	" sql_mode = '%sSTRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"                           \
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

/* As many warnings are kept as can be: one among them may say that an answer is not complete. */
#define KEEP_WARNINGS ", max_error_count = 65535"
#define REGEXP_FAILED 1139 /* the warning for a regular expression that hit PCRE's limits */

#define INSERT "INSERT INTO record (ts, level, name, message, logrec) VALUES "
#define INSERT_ROW "(?, ?, ?, ?, ?)"
#define RETURNING " RETURNING record_id"

/* Seconds since the year 0 are never negative: DIV rounds towards zero. */
#define SLOT "TO_SECONDS(ts) DIV ?"
/* utf8mb4_bin ignores blanks at the end, and "a" and "a " are two names. */
#define LOGGER "CAST(name AS BINARY)"
/* STRAIGHT_JOIN: so the few ids are sorted before the lookup, instead of whole rows after it. */
#define PAGE_LIGHT "SELECT " STORE_COLUMNS_LIGHT " FROM ("
#define PAGE_FULL "SELECT " STORE_COLUMNS_FULL " FROM ("
#define PAGE_END                                                                                   \
	") AS page STRAIGHT_JOIN record ON record_id = page_id"                                    \
	" ORDER BY page_ts DESC, page_id DESC"

/* The first one ends the transaction before, which only a read can have begun. */
#define BEGIN "START TRANSACTION"
#define SNAPSHOT "START TRANSACTION WITH CONSISTENT SNAPSHOT"
#define LOCK_COUNTS "SELECT state_id FROM count_state FOR UPDATE"
#define TRY_LOCK_COUNTS LOCK_COUNTS " SKIP LOCKED"

#define CREATE_VERSIONS                                                                            \
	"CREATE TABLE IF NOT EXISTS chronologer_migration"                                         \
	" (version INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL,"                 \
	" applied DATETIME(6) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
#define NEWEST_VERSION "SELECT COALESCE(MAX(version), 0) FROM chronologer_migration"
/* The lock goes with the connection. On Galera it is one of the node, not of the cluster; there
 * only the statements' being repeatable protects. */
#define LOCK_NAME "LEFT(CONCAT('chronologer.', DATABASE()), 64)"
#define LOCK "SELECT GET_LOCK(" LOCK_NAME ", 3600)"
#define UNLOCK "DO RELEASE_LOCK(" LOCK_NAME ")"

/* What C programs see of a server's true and false: Oracle's library has dropped the type. */
#ifdef HAVE_MY_BOOL
typedef my_bool Flag;
#else
typedef bool Flag;
#endif

/* The row of a result that is being read, and where its columns go. */
typedef struct {
	MYSQL_BIND binds[COLUMNS_MAX];
	unsigned long lengths[COLUMNS_MAX];
	guint64 integers[COLUMNS_MAX];
	MYSQL_TIME time;
	char *texts[COLUMNS_MAX]; /* the size below, and a byte for NUL */
	gsize sizes[COLUMNS_MAX];
} Row;

/* What the rows of an INSERT are bound to. */
typedef struct {
	MYSQL_BIND binds[ROWS_MAX * INSERT_COLUMNS];
	MYSQL_TIME times[ROWS_MAX];
	unsigned long lengths[ROWS_MAX * INSERT_COLUMNS];
} InsertRows;

typedef struct {
	StoreSession base;
	const StoreTarget *target;
	StoreMode mode;
	MYSQL *mysql;
	gboolean is_mariadb;
	gsize packet_max;
	guint64 id_step;
	gboolean is_manual; /* autocommit is off: a transaction begins by itself */
	gboolean in_transaction;
	gboolean committing; /* if the connection is lost now, the outcome is unknown */
	guint failure;       /* the number of the last error */
	MYSQL_STMT *inserts[ROWS_MAX + 1]; /* by their rows; few of them are not NULL */
	InsertRows *rows;
	GHashTable *statements; /* char * -> MYSQL_STMT *: reads */
	Row row;
} Session;

/* Called for each row of a result. */
typedef gboolean (*RowFunc)(const Row *row, gpointer data, GError **error);

/* Errors --------------------------------------------------------------------------------------- */

/* What is not here is ERROR_STORAGE. `lost`: the connection is of no more use; the next call opens
 * another one, which after a failover may lead to another server. ERROR_TRANSIENT: the server has
 * rolled back the statement, and store/store.c the rest. */
static const struct {
	guint number;
	ChronologerError code;
	gboolean lost;
} failures[] = {
	{1021, ERROR_STORAGE, FALSE},     /* disk full */
	{1047, ERROR_STORAGE, TRUE},      /* Galera: this node is not ready */
	{1053, ERROR_TRANSIENT, TRUE},    /* shutdown in progress */
	{1054, ERROR_INTERNAL, FALSE},    /* no such column */
	{1064, ERROR_INTERNAL, FALSE},    /* syntax */
	{1114, ERROR_STORAGE, FALSE},     /* table full */
	{1118, ERROR_RECORD_SIZE, FALSE}, /* row too large */
	{1146, ERROR_SCHEMA, FALSE},      /* no such table */
	{1139, ERROR_INTERNAL, FALSE},    /* not a regular expression */
	{1152, ERROR_TRANSIENT, TRUE},    /* connection aborted */
	{1153, ERROR_RECORD_SIZE, TRUE},  /* packet too large; the server closes */
	{1205, ERROR_TRANSIENT, FALSE},   /* lock wait timeout: keeps what was done before */
	{1213, ERROR_TRANSIENT, FALSE},   /* deadlock; at COMMIT on Galera */
	{1243, ERROR_TRANSIENT, TRUE},    /* unknown prepared statement: a proxy changed servers */
	{1290, ERROR_STORAGE, TRUE},      /* --read-only */
	{1292, ERROR_INTERNAL, FALSE},    /* not a value of that type */
	{1317, ERROR_DEADLINE, FALSE},    /* interrupted */
	{1366, ERROR_INTERNAL, FALSE},    /* not a text of that character set */
	{1406, ERROR_RECORD_SIZE, FALSE}, /* data too long for a column */
	{1615, ERROR_TRANSIENT, FALSE},   /* prepare again */
	{1690, ERROR_INTERNAL, FALSE},    /* a number out of range */
	{1713, ERROR_RECORD_SIZE, FALSE}, /* undo log record too large */
	{1792, ERROR_STORAGE, TRUE},      /* read-only transaction */
	{1836, ERROR_STORAGE, TRUE},      /* read-only mode */
	{1927, ERROR_TRANSIENT, TRUE},    /* MariaDB: connection was killed */
	{1969, ERROR_DEADLINE, FALSE},    /* MariaDB: max_statement_time */
	{2006, ERROR_TRANSIENT, TRUE},    /* server has gone away */
	{2013, ERROR_TRANSIENT, TRUE},    /* lost connection */
	{2014, ERROR_INTERNAL, TRUE},     /* commands out of sync */
	{2020, ERROR_RECORD_SIZE, TRUE},  /* packet too large for the client */
	{2026, ERROR_TRANSIENT, TRUE},    /* TLS broke */
	{2027, ERROR_TRANSIENT, TRUE},    /* malformed packet */
	{2055, ERROR_TRANSIENT, TRUE},    /* lost connection, system error */
	{3024, ERROR_DEADLINE, FALSE},    /* MySQL: max_execution_time */
	{3140, ERROR_INTERNAL, FALSE},    /* MySQL: invalid JSON */
	{4025, ERROR_INTERNAL, FALSE},    /* MariaDB: invalid JSON */
	{4031, ERROR_TRANSIENT, TRUE},    /* MySQL: disconnected because of inactivity */
	{3698, ERROR_DEADLINE, FALSE},    /* a regular expression needs too much stack */
	{3699, ERROR_DEADLINE, FALSE},    /* or time */
	{3819, ERROR_INTERNAL, FALSE},    /* a CHECK that somebody added */
};

static ChronologerError classify(Session *session, guint number)
{
	ChronologerError code = ERROR_STORAGE;
	/* MySQL's on values that a function does not take: JSON, regular expressions, character sets. */
	if ((number >= 3140 && number <= 3160) || (number >= 3685 && number <= 3697) ||
		number == 3854)
		code = ERROR_INTERNAL;
	for (guint i = 0; i < G_N_ELEMENTS(failures); i++) {
		if (failures[i].number != number)
			continue;
		code = failures[i].code;
		session->base.lost |= failures[i].lost;
	}
	if (code == ERROR_DEADLINE && session->mode != STORE_READ)
		return ERROR_TRANSIENT;
	return code;
}

static gboolean fail(Session *session, guint number, const char *text, GError **error)
{
	ChronologerError code = classify(session, number);
	session->failure = number;
	if (code == ERROR_TRANSIENT && session->base.lost && session->committing)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"The connection to the database was lost while it was storing: "
			"nobody knows whether it did (%s)",
			text);
	else if (code == ERROR_DEADLINE)
		g_set_error(error, CHRONOLOGER_ERROR, code, "The query took longer than %u ms",
			session->target->deadline);
	else
		g_set_error(error, CHRONOLOGER_ERROR, code, "The database: %s (%u)", text, number);
	return FALSE;
}

static gboolean fail_connection(Session *session, GError **error)
{
	return fail(session, mysql_errno(session->mysql), mysql_error(session->mysql), error);
}

/* libmariadb notes an error between two rows with the connection only. */
static gboolean fail_statement(Session *session, MYSQL_STMT *statement, GError **error)
{
	if (mysql_stmt_errno(statement) == 0)
		return fail_connection(session, error);
	return fail(session, mysql_stmt_errno(statement), mysql_stmt_error(statement), error);
}

/* Statements ----------------------------------------------------------------------------------- */

/* One without values, in the text protocol. A result is thrown away. */
static gboolean command(Session *session, const char *text, GError **error)
{
	if (mysql_real_query(session->mysql, text, strlen(text)) != 0)
		return fail_connection(session, error);
	MYSQL_RES *result = mysql_store_result(session->mysql);
	if (result != NULL)
		mysql_free_result(result);
	else if (mysql_errno(session->mysql) != 0)
		return fail_connection(session, error);
	return TRUE;
}

static MYSQL_STMT *prepare(Session *session, const char *text, gsize length, GError **error)
{
	MYSQL_STMT *statement = mysql_stmt_init(session->mysql);
	if (statement == NULL)
		g_error("mysql_stmt_init: out of memory");
	if (mysql_stmt_prepare(statement, text, length) == 0)
		return statement;
	fail_statement(session, statement, error);
	mysql_stmt_close(statement);
	return NULL;
}

static void close_statement(gpointer statement)
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

static MYSQL_STMT *cached(Session *session, const Sql *sql, GError **error)
{
	g_autofree char *key = statement_key(sql);
	MYSQL_STMT *statement = g_hash_table_lookup(session->statements, key);
	if (statement != NULL)
		return statement;
	if (g_hash_table_size(session->statements) >= STATEMENTS_MAX)
		g_hash_table_remove_all(session->statements);
	statement = prepare(session, sql->text->str, sql->text->len, error);
	if (statement != NULL)
		g_hash_table_insert(session->statements, g_steal_pointer(&key), statement);
	return statement;
}

static void forget(Session *session, const Sql *sql)
{
	g_autofree char *key = statement_key(sql);
	g_hash_table_remove(session->statements, key);
}

/* GDate counts the days from 0001-01-01, its day 1. */
#define US_PER_DAY (G_USEC_PER_SEC * G_GINT64_CONSTANT(86400))

static void time_from_ts(gint64 ts, MYSQL_TIME *time)
{
	guint64 since = (guint64)(ts - CALENDAR_TS_MIN);
	guint32 second = (guint32)(since % US_PER_DAY / G_USEC_PER_SEC);
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(since / US_PER_DAY) + 1);
	*time = (MYSQL_TIME){
		.year = g_date_get_year(&date),
		.month = g_date_get_month(&date),
		.day = g_date_get_day(&date),
		.hour = second / 3600,
		.minute = second / 60 % 60,
		.second = second % 60,
		.second_part = (unsigned long)(since % G_USEC_PER_SEC),
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static gint64 ts_from_time(const MYSQL_TIME *time)
{
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_dmy(&date, (GDateDay)time->day, (GDateMonth)time->month, (GDateYear)time->year);
	gint64 seconds = time->hour * 3600 + time->minute * 60 + time->second;
	return CALENDAR_TS_MIN + (gint64)(g_date_get_julian(&date) - 1) * US_PER_DAY +
	       seconds * G_USEC_PER_SEC + (gint64)time->second_part;
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
		time_from_ts(value->integer, time);
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
	Session *session, MYSQL_STMT *statement, const Sql *sql, GError **error)
{
	guint n = sql->values->len;
	g_autofree MYSQL_BIND *binds = g_new(MYSQL_BIND, n + 1);
	g_autofree MYSQL_TIME *times = g_new(MYSQL_TIME, n + 1);
	for (guint i = 0; i < n; i++)
		bind_value(&binds[i], &times[i], sql_value(sql, i));
	if (n > 0 && mysql_stmt_bind_param(statement, binds))
		return fail_statement(session, statement, error);
	return mysql_stmt_execute(statement) == 0 || fail_statement(session, statement, error);
}

/* Results -------------------------------------------------------------------------------------- */

static void grow_column(Row *row, guint i, gsize size)
{
	row->texts[i] = g_realloc(row->texts[i], size + 1);
	row->sizes[i] = size;
}

/* `kind`: 'i' an unsigned integer, 't' a DATETIME, 'x' text. */
static void bind_column(Row *row, guint i, char kind)
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
	Session *session, MYSQL_STMT *statement, const char *columns, GError **error)
{
	Row *row = &session->row;
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
				return fail_statement(session, statement, error);
			row->lengths[i] = length;
			grown = TRUE;
		}
		row->texts[i][length] = '\0';
	}
	if (grown && mysql_stmt_bind_result(statement, row->binds))
		return fail_statement(session, statement, error);
	return TRUE;
}

/* Row by row from the network: a large result is never in memory as a whole. But libmariadb then
 * does not read the number of warnings at its end (mysql_warning_count() stays 0): where one may
 * mean that rows are missing, @@warning_count has to be asked for. No statement here has such. */
static gboolean fetch_rows(Session *session, MYSQL_STMT *statement, const char *columns,
	RowFunc row, gpointer data, GError **error)
{
	for (guint i = 0; columns[i] != '\0'; i++)
		bind_column(&session->row, i, columns[i]);
	if (mysql_stmt_bind_result(statement, session->row.binds))
		return fail_statement(session, statement, error);
	int result;
	while ((result = mysql_stmt_fetch(statement)) == 0 || result == MYSQL_DATA_TRUNCATED)
		if (!complete_texts(session, statement, columns, error) ||
			!row(&session->row, data, error))
			return FALSE;
	return result == MYSQL_NO_DATA || fail_statement(session, statement, error);
}

static void drop_large_columns(Row *row)
{
	for (guint i = 0; i < COLUMNS_MAX; i++)
		if (row->sizes[i] > COLUMN_KEPT)
			grow_column(row, i, COLUMN_SIZE);
}

/* Runs a statement with a result; `columns` has a kind for each of them. What is left of the result
 * after a failure is read and thrown away. */
static gboolean read_rows(Session *session, const Sql *sql, const char *columns, RowFunc row,
	gpointer data, GError **error)
{
	MYSQL_STMT *statement = cached(session, sql, error);
	if (statement == NULL)
		return FALSE;
	gboolean ok = execute_bound(session, statement, sql, error) &&
		      fetch_rows(session, statement, columns, row, data, error);
	mysql_stmt_free_result(statement);
	drop_large_columns(&session->row);
	if (!ok)
		forget(session, sql);
	return ok;
}

static gboolean run(Session *session, const Sql *sql, GError **error)
{
	MYSQL_STMT *statement = cached(session, sql, error);
	return statement != NULL && execute_bound(session, statement, sql, error);
}

static gboolean row_number(const Row *row, gpointer data, GError **error)
{
	(void)error;
	*(guint64 *)data = row->integers[0];
	return TRUE;
}

static gboolean read_number(Session *session, const char *text, guint64 *number, GError **error)
{
	g_autoptr(Sql) sql = sql_new(text);
	return read_rows(session, sql, "i", row_number, number, error);
}

/* Opening and closing -------------------------------------------------------------------------- */

static gboolean check_dsn(const StoreDsn *dsn, GError **error)
{
	const char *tls = g_hash_table_lookup(dsn->options, "tls");
	const char *reason = NULL;
	if (dsn->path == NULL || *dsn->path == '\0')
		reason = "the database is missing: mysql://user:password@host/database";
	else if (strchr(dsn->path, '/') != NULL)
		reason = "a database's name has no \"/\"";
	else if (tls != NULL && strcmp(tls, "require") != 0 && strcmp(tls, "off") != 0)
		reason = "the option tls is require or off";
	if (reason != NULL)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "%s", reason);
	return reason == NULL;
}

static void end_thread(gpointer begun)
{
	(void)begun;
	mysql_thread_end();
}

/* Once in the process, and once in each thread that connects. */
static void begin_library(void)
{
	static GPrivate thread = G_PRIVATE_INIT(end_thread);
	static gsize once;
	if (g_once_init_enter(&once)) {
		if (mysql_library_init(0, NULL, NULL) != 0)
			g_error("mysql_library_init failed");
		g_once_init_leave(&once, 1);
	}
	if (g_private_get(&thread) == NULL) {
		mysql_thread_init();
		g_private_set(&thread, &thread);
	}
}

#ifdef LIBMARIADB
static void set_tls(MYSQL *mysql, gboolean require)
{
	Flag enforce = (Flag)require;
	mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
}

static void allow_key_request(MYSQL *mysql)
{
	(void)mysql; /* asks for it anyway */
}
#else
static void set_tls(MYSQL *mysql, gboolean require)
{
	unsigned int mode = require ? SSL_MODE_REQUIRED : SSL_MODE_DISABLED;
	mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
}

/* caching_sha2_password without TLS: the password is encrypted with a key that the server gives. */
static void allow_key_request(MYSQL *mysql)
{
	Flag allowed = TRUE;
	mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &allowed);
}
#endif

static guint network_timeout(const Session *session)
{
	if (session->mode == STORE_ADMIN)
		return MIGRATION_TIMEOUT;
	return (session->target->deadline + 999) / 1000 + NETWORK_TIMEOUT;
}

static void set_options(Session *session)
{
	MYSQL *mysql = session->mysql;
	const StoreDsn *dsn = session->target->dsn;
	unsigned int connecting = CONNECT_TIMEOUT;
	unsigned int network = network_timeout(session);
	unsigned int no_files = 0;
	unsigned int tcp = MYSQL_PROTOCOL_TCP;
	const char *tls = g_hash_table_lookup(dsn->options, "tls");
	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connecting);
	mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &network);
	mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &network);
	mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &client_packet_max);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_files);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* The libraries take "localhost" for a socket, whatever port is given. */
	if (dsn->port != 0)
		mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp);
	if (tls != NULL)
		set_tls(mysql, strcmp(tls, "require") == 0);
	allow_key_request(mysql);
}

static gboolean row_server(const Row *row, gpointer data, GError **error)
{
	Session *session = data;
	(void)error;
	session->is_mariadb = strstr(row->texts[0], "MariaDB") != NULL;
	session->packet_max = row->integers[1];
	session->id_step = row->integers[2];
	return TRUE;
}

/* One statement for all of it: a round trip each would be as dear as connecting. */
static gboolean set_session(Session *session, GError **error)
{
	guint deadline = session->target->deadline;
	g_autoptr(GString) text = g_string_new(NULL);
	g_string_printf(text, SESSION, session->is_mariadb ? "" : "ONLY_FULL_GROUP_BY,");
	if (session->mode == STORE_WRITE)
		g_string_append(text, ", innodb_lock_wait_timeout = 5, lock_wait_timeout = 5");
	else if (session->mode == STORE_READ && session->is_mariadb)
		g_string_append_printf(text,
			", tx_read_only = 1, max_statement_time = %u.%03u" KEEP_WARNINGS,
			deadline / 1000, deadline % 1000);
	else if (session->mode == STORE_READ)
		g_string_append_printf(
			text, ", transaction_read_only = 1, max_execution_time = %u", deadline);
	return command(session, text->str, error);
}

/* MYSQL_OPT_SSL_ENFORCE or not, libmariadb 3.3 goes on without TLS where the server has none. */
static gboolean check_tls(Session *session, GError **error)
{
	const char *tls = g_hash_table_lookup(session->target->dsn->options, "tls");
	if (g_strcmp0(tls, "require") != 0 || mysql_get_ssl_cipher(session->mysql) != NULL)
		return TRUE;
	return fail(session, 2026, "TLS is required, but the server does not offer it", error);
}

static gboolean connect_session(Session *session, GError **error)
{
	const StoreDsn *dsn = session->target->dsn;
	const char *socket = g_hash_table_lookup(dsn->options, "socket");
	const char *host = dsn->host != NULL && *dsn->host != '\0' ? dsn->host : NULL;
	g_autoptr(Sql) server = sql_new(SERVER);
	set_options(session);
	if (mysql_real_connect(session->mysql, socket != NULL ? NULL : host, dsn->user,
		    dsn->password, dsn->path, dsn->port, socket, 0) == NULL)
		return fail_connection(session, error);
	return check_tls(session, error) &&
	       read_rows(session, server, "xii", row_server, session, error) &&
	       set_session(session, error);
}

static void close_session(StoreSession *base)
{
	Session *session = (Session *)base;
	for (guint i = 0; i <= ROWS_MAX; i++)
		if (session->inserts[i] != NULL)
			mysql_stmt_close(session->inserts[i]);
	g_hash_table_unref(session->statements);
	mysql_close(session->mysql);
	for (guint i = 0; i < COLUMNS_MAX; i++)
		g_free(session->row.texts[i]);
	g_free(session->rows);
	g_free(session);
}

static StoreSession *open_session(const StoreTarget *target, StoreMode mode, GError **error)
{
	begin_library();
	Session *session = g_new0(Session, 1);
	session->target = target;
	session->mode = mode;
	session->statements =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_statement);
	session->mysql = mysql_init(NULL);
	if (session->mysql == NULL)
		g_error("mysql_init: out of memory");
	if (connect_session(session, error))
		return &session->base;
	close_session(&session->base);
	return NULL;
}

/* A server that closed the connection has left an end of file to read, perhaps after an error; one
 * that did not sends nothing before it is asked. */
static gboolean is_usable(StoreSession *base)
{
	const Session *session = (const Session *)base;
	struct pollfd connection = {.fd = session->mysql->net.fd, .events = POLLIN};
	return poll(&connection, 1, 0) == 0;
}

static gboolean read_version(StoreSession *base, guint *version, GError **error)
{
	Session *session = (Session *)base;
	GError *failure = NULL;
	guint64 number = 0;
	/* With autocommit off the read would leave a transaction open, and repeat what it saw. */
	gboolean ok = read_number(session, NEWEST_VERSION, &number, &failure) &&
		      (!session->is_manual || command(session, "COMMIT", &failure));
	*version = (guint)number;
	if (!ok && failure->code == ERROR_SCHEMA)
		g_clear_error(&failure);
	if (failure != NULL)
		g_propagate_error(error, failure);
	return failure == NULL;
}

/* Writing -------------------------------------------------------------------------------------- */

static gboolean start(Session *session, const char *statement, GError **error)
{
	session->in_transaction = command(session, statement, error);
	return session->in_transaction;
}

/* A writer saves the round trip: with autocommit off its first statement begins the transaction. */
static gboolean begin(StoreSession *base, GError **error)
{
	Session *session = (Session *)base;
	if (session->mode != STORE_WRITE)
		return start(session, BEGIN, error);
	if (!session->is_manual && !command(session, "SET autocommit = 0", error))
		return FALSE;
	session->is_manual = session->in_transaction = TRUE;
	return TRUE;
}

static gboolean snapshot(StoreSession *base, GError **error)
{
	return start((Session *)base, SNAPSHOT, error);
}

static void roll_back(StoreSession *base)
{
	Session *session = (Session *)base;
	if (session->in_transaction && !base->lost)
		base->lost |= !command(session, "ROLLBACK", NULL);
	session->in_transaction = FALSE;
}

static gboolean commit(StoreSession *base, GError **error)
{
	Session *session = (Session *)base;
	session->committing = TRUE;
	gboolean ok = command(session, "COMMIT", error);
	session->committing = FALSE;
	if (ok)
		session->in_transaction = FALSE;
	return ok;
}

static MYSQL_STMT *insert_statement(Session *session, guint n, GError **error)
{
	if (session->inserts[n] != NULL)
		return session->inserts[n];
	g_autoptr(GString) text = g_string_new(INSERT INSERT_ROW);
	for (guint i = 1; i < n; i++)
		g_string_append(text, ", " INSERT_ROW);
	if (session->is_mariadb)
		g_string_append(text, RETURNING);
	session->inserts[n] = prepare(session, text->str, text->len, error);
	return session->inserts[n];
}

static void bind_text(InsertRows *rows, guint i, const Text *text)
{
	rows->lengths[i] = text->length;
	rows->binds[i] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_STRING,
		.buffer = text->data,
		.buffer_length = text->length,
		.length = &rows->lengths[i],
	};
}

static void bind_record(InsertRows *rows, guint row, const Record *record)
{
	guint i = row * INSERT_COLUMNS;
	time_from_ts(record->ts, &rows->times[row]);
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
static void count_ids(Session *session, MYSQL_STMT *statement, Record *const *records, gsize n)
{
	guint64 first = mysql_stmt_insert_id(statement);
	for (gsize i = 0; i < n; i++)
		records[i]->id = first + i * session->id_step;
}

typedef struct {
	Record *const *records;
	gsize n, i;
} Ids;

static gboolean row_id(const Row *row, gpointer data, GError **error)
{
	Ids *ids = data;
	(void)error;
	if (ids->i < ids->n)
		ids->records[ids->i]->id = row->integers[0];
	ids->i++;
	return TRUE;
}

/* RETURNING sends the rows before the server has committed: only the end of the result says so. */
static gboolean return_ids(
	Session *session, MYSQL_STMT *statement, Record *const *records, gsize n, GError **error)
{
	Ids ids = {records, n, 0};
	if (!fetch_rows(session, statement, "i", row_id, &ids, error))
		return FALSE;
	mysql_stmt_free_result(statement);
	if (ids.i != n)
		return fail(session, 0, "INSERT has returned too few ids", error);
	return TRUE;
}

static gboolean execute_insert(
	Session *session, MYSQL_STMT *statement, Record *const *records, gsize n, GError **error)
{
	if (mysql_stmt_execute(statement) != 0)
		return fail_statement(session, statement, error);
	if (session->is_mariadb)
		return return_ids(session, statement, records, n, error);
	count_ids(session, statement, records, n);
	return TRUE;
}

/* `n` rows in one statement. */
static gboolean insert_rows(Session *session, Record *const *records, guint n, GError **error)
{
	MYSQL_STMT *statement = insert_statement(session, n, error);
	if (statement == NULL)
		return FALSE;
	if (session->rows == NULL)
		session->rows = g_new0(InsertRows, 1);
	for (guint i = 0; i < n; i++)
		bind_record(session->rows, i, records[i]);
	if (mysql_stmt_bind_param(statement, session->rows->binds))
		return fail_statement(session, statement, error);
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
static guint next_rows(const Session *session, Record *const *records, gsize n)
{
	guint rows = 0;
	gsize size = ROW_OVERHEAD;
	for (gsize i = 0; i < n && i < ROWS_MAX; i++) {
		size += packet_size(records[i]);
		if (size > session->packet_max)
			break;
		rows++;
	}
	if (rows == ROWS_MAX || rows <= ROWS_EXACT)
		return MAX(rows, 1);
	return rows >= ROWS_MAX / 2 ? ROWS_MAX / 2 : ROWS_EXACT;
}

static gboolean insert_all(Session *session, Record *const *records, gsize n, GError **error)
{
	for (gsize done = 0; done < n;) {
		guint rows = next_rows(session, records + done, n - done);
		if (!insert_rows(session, records + done, rows, error))
			return FALSE;
		done += rows;
	}
	return TRUE;
}

static gboolean check_size(StoreSession *base, const Record *record, GError **error)
{
	const Session *session = (const Session *)base;
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

static gboolean insert(StoreSession *base, Record *const *records, gsize n, GError **error)
{
	Session *session = (Session *)base;
	for (gsize i = 0; i < n; i++)
		if (!check_size(base, records[i], error))
			return FALSE;
	return insert_all(session, records, n, error);
}

/* Statements of everybody ---------------------------------------------------------------------- */

/* Who asked for rows, and the kinds of their columns. */
typedef struct {
	const char *columns;
	StoreRowFunc row;
	gpointer data;
} Reader;

static gboolean row_neutral(const Row *row, gpointer data, GError **error)
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
static gboolean check_regexp(Session *session, const Sql *sql, GError **error)
{
	gboolean failed = FALSE;
	if (!session->is_mariadb || !sql->has_regexp)
		return TRUE;
	MYSQL_RES *warnings = NULL;
	if (mysql_query(session->mysql, "SHOW WARNINGS") == 0)
		warnings = mysql_store_result(session->mysql);
	if (warnings == NULL)
		return fail(
			session, mysql_errno(session->mysql), mysql_error(session->mysql), error);
	for (MYSQL_ROW row; !failed && (row = mysql_fetch_row(warnings)) != NULL;)
		failed = atoi(row[1]) == REGEXP_FAILED;
	mysql_free_result(warnings);
	if (failed)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE,
			"A regular expression took too long for one of the records");
	return !failed;
}

static gboolean read_neutral(StoreSession *session, const Sql *sql, const char *columns,
	StoreRowFunc row, gpointer data, GError **error)
{
	Reader reader = {columns, row, data};
	return read_rows((Session *)session, sql, columns, row_neutral, &reader, error) &&
	       check_regexp((Session *)session, sql, error);
}

static gboolean write_neutral(StoreSession *base, const Sql *sql, guint64 *sequence, GError **error)
{
	Session *session = (Session *)base;
	if (!run(session, sql, error))
		return FALSE;
	if (sequence != NULL)
		*sequence = mysql_insert_id(session->mysql) / session->id_step;
	return TRUE;
}

static gboolean lock_counts(StoreSession *base, gboolean wait, gboolean *is_locked, GError **error)
{
	Session *session = (Session *)base;
	guint64 id = 0;
	if (!start(session, BEGIN, error))
		return FALSE;
	gboolean ok = read_number(session, wait ? LOCK_COUNTS : TRY_LOCK_COUNTS, &id, error);
	*is_locked = ok && id != 0;
	if (!*is_locked)
		roll_back(base);
	return ok;
}

/* Reading -------------------------------------------------------------------------------------- */

/* The prefix with LIKE's wildcards escaped, and one at its end. */
static void add_prefix(Sql *sql, const char *prefix)
{
	g_autoptr(GString) pattern = g_string_new(NULL);
	for (const char *c = prefix; *c != '\0'; c++) {
		if (strchr("%_|", *c) != NULL)
			g_string_append_c(pattern, '|');
		g_string_append_c(pattern, *c);
	}
	g_string_append_c(pattern, '%');
	/* LIKE compares character by character, as the column's collation (utf8mb4_bin) does; =
	 * would ignore blanks at the end. */
	sql_add(sql, "name LIKE ? ESCAPE '|'");
	sql_bind_text(sql, pattern->str, pattern->len);
}

static gboolean add_query(StoreSession *base, Sql *sql, Query *query, GError **error)
{
	const Session *session = (const Session *)base;
	sql->has_regexp = query_has_regexp(query);
	return query_print(query, session->is_mariadb ? QUERY_DIALECT_MARIADB : QUERY_DIALECT_MYSQL,
		sql, error);
}

static gboolean read_page(StoreSession *session, Sql *page, const StoreRange *range,
	StoreRowFunc row, gpointer data, GError **error)
{
	g_string_prepend(page->text, range->with_logrec ? PAGE_FULL : PAGE_LIGHT);
	sql_add(page, PAGE_END);
	return read_neutral(session, page,
		range->with_logrec ? STORE_KINDS_FULL : STORE_KINDS_LIGHT, row, data, error);
}

/* Migrating ------------------------------------------------------------------------------------ */

static gboolean lock(StoreSession *base, gboolean *created, GError **error)
{
	Session *session = (Session *)base;
	guint64 locked = 0;
	guint version;
	*created = FALSE;
	if (!read_number(session, LOCK, &locked, error))
		return FALSE;
	if (locked != 1) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"another host has been migrating this database for an hour");
		return FALSE;
	}
	/* An account that may only read and write can find out that there is nothing to do. */
	return read_version(base, &version, error) &&
	       (version > 0 || command(session, CREATE_VERSIONS, error));
}

static gboolean unlock(StoreSession *session, GError **error)
{
	return command((Session *)session, UNLOCK, error);
}

static gboolean execute(StoreSession *session, const char *statement, GError **error)
{
	return command((Session *)session, statement, error);
}

const StoreDriver store_mysql = {
	.schemes = {"mysql", "mariadb"},
	.dialect = "mysql",
	.options = {"socket", "tls"},
	.slot = SLOT,
	.logger = LOGGER,
	.by_id = "FORCE INDEX (PRIMARY)",
	.now = "UTC_TIMESTAMP(6)",
	.update_counts = " ON DUPLICATE KEY UPDATE counts = VALUES(counts)",
	.check_dsn = check_dsn,
	.open = open_session,
	.close = close_session,
	.usable = is_usable,
	.version = read_version,
	.begin = begin,
	.insert = insert,
	.commit = commit,
	.rollback = roll_back,
	.check_size = check_size,
	.read = read_neutral,
	.write = write_neutral,
	.read_page = read_page,
	.add_prefix = add_prefix,
	.add_query = add_query,
	.snapshot = snapshot,
	.lock_counts = lock_counts,
	.lock = lock,
	.unlock = unlock,
	.execute = execute,
};
