/* Connections to MySQL and MariaDB, and what their errors mean. */
#include "store/mysql-session.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"

/* Of a session that is to say whether the server works: seconds. */
#define PROBE_TIMEOUT 1

/* What the network may take on top of the deadline of a read. */
#define NETWORK_TIMEOUT 5

/* A migration may rewrite the table; another host may be doing that. */
#define MIGRATION_TIMEOUT 86400

/* Above the largest max_allowed_packet: the server's own is the limit. Otherwise the client library
 * has one too, and says nothing but "gone away". */
static const unsigned long client_packet_max = 1UL << 30;

#define SERVER "SELECT @@version, @@max_allowed_packet, @@auto_increment_increment"
#define SESSION                                                                                    \
	"SET NAMES utf8mb4 COLLATE utf8mb4_general_ci, time_zone = '+00:00', autocommit = 1,"      \
	" sql_mode = '%sSTRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"                           \
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

/* As many warnings are kept as can be: one among them may say that an answer is not complete. */
#define KEEP_WARNINGS ", max_error_count = 65535"

/* What C programs see of a server's true and false: Oracle's library has dropped the type. */
#ifdef HAVE_MY_BOOL
typedef my_bool Flag;
#else
typedef bool Flag;
#endif

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

static ChronologerError classify(MysqlSession *session, guint number)
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

gboolean store_mysql_fail(MysqlSession *session, guint number, const char *text, GError **error)
{
	ChronologerError code = classify(session, number);
	/* What the server has rolled back it says so: a deadlock, a lock wait. */
	if (session->committing && (code != ERROR_TRANSIENT || session->base.lost)) {
		session->base.lost = TRUE;
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_UNKNOWN,
			"The database did not say whether it has stored: %s (%u)", text, number);
	} else if (code == ERROR_DEADLINE)
		g_set_error(error, CHRONOLOGER_ERROR, code, "The query took longer than %u ms",
			session->target->deadline);
	else
		g_set_error(error, CHRONOLOGER_ERROR, code, "The database: %s (%u)", text, number);
	return FALSE;
}

gboolean store_mysql_fail_connection(MysqlSession *session, GError **error)
{
	return store_mysql_fail(
		session, mysql_errno(session->mysql), mysql_error(session->mysql), error);
}

/* libmariadb notes an error between two rows with the connection only. */
gboolean store_mysql_fail_statement(MysqlSession *session, MYSQL_STMT *statement, GError **error)
{
	if (mysql_stmt_errno(statement) == 0)
		return store_mysql_fail_connection(session, error);
	return store_mysql_fail(
		session, mysql_stmt_errno(statement), mysql_stmt_error(statement), error);
}

/* Opening and closing -------------------------------------------------------------------------- */

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

/* The libraries count in seconds. */
static guint write_timeout(const MysqlSession *session)
{
	return MAX(1, session->target->timeout / 1000);
}

static guint network_timeout(const MysqlSession *session)
{
	if (session->mode == STORE_ADMIN)
		return MIGRATION_TIMEOUT;
	if (session->mode == STORE_PROBE)
		return PROBE_TIMEOUT;
	if (session->mode == STORE_WRITE)
		return write_timeout(session);
	return (session->target->deadline + 999) / 1000 + NETWORK_TIMEOUT;
}

static void set_options(MysqlSession *session)
{
	MYSQL *mysql = session->mysql;
	const StoreDsn *dsn = session->target->dsn;
	unsigned int connecting =
		session->mode == STORE_PROBE ? PROBE_TIMEOUT : write_timeout(session);
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

static gboolean row_server(const MysqlRow *row, gpointer data, GError **error)
{
	MysqlSession *session = data;
	(void)error;
	session->is_mariadb = strstr(row->texts[0], "MariaDB") != NULL;
	session->packet_max = row->integers[1];
	session->id_step = row->integers[2];
	return TRUE;
}

/* Less than a statement may take, so that the server says what it waited for. */
static guint lock_timeout(const MysqlSession *session)
{
	return MAX(1, write_timeout(session) - 1);
}

/* One statement for all of it: a round trip each would be as dear as connecting. */
static gboolean set_session(MysqlSession *session, GError **error)
{
	guint deadline = session->target->deadline;
	g_autoptr(GString) text = g_string_new(NULL);
	g_string_printf(text, SESSION, session->is_mariadb ? "" : "ONLY_FULL_GROUP_BY,");
	if (session->mode == STORE_WRITE)
		g_string_append_printf(text,
			", innodb_lock_wait_timeout = %u, lock_wait_timeout = %u",
			lock_timeout(session), lock_timeout(session));
	else if (session->mode == STORE_READ && session->is_mariadb)
		g_string_append_printf(text,
			", tx_read_only = 1, max_statement_time = %u.%03u" KEEP_WARNINGS,
			deadline / 1000, deadline % 1000);
	else if (session->mode == STORE_READ)
		g_string_append_printf(
			text, ", transaction_read_only = 1, max_execution_time = %u", deadline);
	return store_mysql_command(session, text->str, error);
}

/* MYSQL_OPT_SSL_ENFORCE or not, libmariadb 3.3 goes on without TLS where the server has none. */
static gboolean check_tls(MysqlSession *session, GError **error)
{
	const char *tls = g_hash_table_lookup(session->target->dsn->options, "tls");
	if (g_strcmp0(tls, "require") != 0 || mysql_get_ssl_cipher(session->mysql) != NULL)
		return TRUE;
	return store_mysql_fail(
		session, 2026, "TLS is required, but the server does not offer it", error);
}

static gboolean connect_session(MysqlSession *session, GError **error)
{
	const StoreDsn *dsn = session->target->dsn;
	const char *socket = g_hash_table_lookup(dsn->options, "socket");
	const char *host = dsn->host != NULL && *dsn->host != '\0' ? dsn->host : NULL;
	g_autoptr(Sql) server = sql_new(SERVER);
	set_options(session);
	if (mysql_real_connect(session->mysql, socket != NULL ? NULL : host, dsn->user,
		    dsn->password, dsn->path, dsn->port, socket, 0) == NULL)
		return store_mysql_fail_connection(session, error);
	return check_tls(session, error) &&
	       store_mysql_read_rows(session, server, "xii", row_server, session, error) &&
	       set_session(session, error);
}

void store_mysql_close(StoreSession *base)
{
	MysqlSession *session = (MysqlSession *)base;
	for (guint i = 0; i <= MYSQL_ROWS_MAX; i++)
		if (session->inserts[i] != NULL)
			mysql_stmt_close(session->inserts[i]);
	g_hash_table_unref(session->statements);
	mysql_close(session->mysql);
	for (guint i = 0; i < STORE_ROW_COLUMNS; i++)
		g_free(session->row.texts[i]);
	g_free(session->rows);
	g_free(session);
}

StoreSession *store_mysql_open(const StoreTarget *target, StoreMode mode, GError **error)
{
	begin_library();
	MysqlSession *session = g_new0(MysqlSession, 1);
	session->target = target;
	session->mode = mode;
	session->statements =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, store_mysql_close_statement);
	session->mysql = mysql_init(NULL);
	if (session->mysql == NULL)
		g_error("mysql_init: out of memory");
	if (connect_session(session, error))
		return &session->base;
	store_mysql_close(&session->base);
	return NULL;
}

/* A server that closed the connection has left an end of file to read, perhaps after an error; one
 * that did not sends nothing before it is asked. */
gboolean store_mysql_is_usable(StoreSession *base)
{
	const MysqlSession *session = (const MysqlSession *)base;
	struct pollfd connection = {.fd = session->mysql->net.fd, .events = POLLIN};
	return poll(&connection, 1, 0) == 0;
}
