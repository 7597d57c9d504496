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

/* Several hosts: what sessions share is the number of the one that works, as far as is known. */
typedef struct {
	gint current; /* atomic */
} Hosts;

gpointer store_mysql_hosts_new(void)
{
	return g_new0(Hosts, 1);
}

static guint count_hosts(const StoreTarget *target)
{
	return target->dsn->others->len + 1;
}

static StoreHost get_host(const StoreTarget *target, guint i)
{
	const StoreDsn *dsn = target->dsn;
	return i == 0 ? (StoreHost){dsn->host, dsn->port}
		      : g_array_index(dsn->others, StoreHost, i - 1);
}

/* Who connects next begins with another one. */
static void leave_host(const MysqlSession *session)
{
	Hosts *hosts = session->target->shared;
	gint next = (gint)((session->host + 1) % count_hosts(session->target));
	g_atomic_int_compare_and_exchange(&hosts->current, (gint)session->host, next);
}

/* Errors --------------------------------------------------------------------------------------- */

/* What is not here is ERROR_STORAGE. `lost`: the connection is of no more use; the next call opens
 * another one, which after a failover may lead to another server. ERROR_TRANSIENT: the server has
 * rolled back the statement, and store/store.c the rest. */
static const struct {
	guint number;
	ChronologerError code;
	gboolean lost;
} failures[] = {
	{1020, ERROR_TRANSIENT, FALSE},   /* MariaDB: changed since it was read in a snapshot */
	{1021, ERROR_STORAGE, FALSE},     /* disk full */
	{1047, ERROR_STORAGE, TRUE},      /* Galera: this node is not ready */
	{1048, ERROR_INTERNAL, FALSE},    /* NULL where there can be none */
	{1053, ERROR_TRANSIENT, TRUE},    /* shutdown in progress */
	{1054, ERROR_INTERNAL, FALSE},    /* no such column */
	{1064, ERROR_INTERNAL, FALSE},    /* syntax */
	{1062, ERROR_UNKNOWN, FALSE},     /* the id is there: what is done again is done already */
	{1114, ERROR_STORAGE, FALSE},     /* table full */
	{1118, ERROR_RECORD_SIZE, FALSE}, /* row too large */
	{1146, ERROR_SCHEMA, FALSE},      /* no such table */
	{1139, ERROR_INTERNAL, FALSE},    /* not a regular expression */
	{1152, ERROR_TRANSIENT, TRUE},    /* connection aborted */
	{1153, ERROR_RECORD_SIZE, TRUE},  /* packet too large; the server closes */
	{1205, ERROR_TRANSIENT, FALSE},   /* lock wait timeout: keeps what was done before */
	{1213, ERROR_TRANSIENT, FALSE},   /* deadlock; at COMMIT on Galera */
	{1243, ERROR_TRANSIENT, TRUE},    /* unknown prepared statement: a proxy changed servers */
	{1264, ERROR_INTERNAL, FALSE},    /* a number out of a column's range */
	{1265, ERROR_INTERNAL, FALSE},    /* not a value of a column's type */
	{1290, ERROR_STORAGE, TRUE},      /* --read-only */
	{1292, ERROR_INTERNAL, FALSE},    /* not a value of that type */
	{1317, ERROR_DEADLINE, FALSE},    /* interrupted */
	{1366, ERROR_INTERNAL, FALSE},    /* not a text of that character set */
	{1406, ERROR_RECORD_SIZE, FALSE}, /* data too long for a column */
	{1412, ERROR_TRANSIENT, FALSE},   /* the table was altered since the snapshot */
	{1452, ERROR_INTERNAL, FALSE},    /* a foreign key that somebody added */
	{1615, ERROR_TRANSIENT, FALSE},   /* prepare again */
	{1644, ERROR_INTERNAL, FALSE},    /* a trigger that somebody added refuses it */
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
	if (session->base.lost)
		leave_host(session);
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
static void set_tls(MYSQL *mysql, gboolean require, gboolean verify)
{
	Flag enforce = (Flag)require, check = TRUE;
	mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
	if (verify) /* else the library decides: later ones do so by themselves */
		mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &check);
}

static void allow_key_request(MYSQL *mysql)
{
	(void)mysql; /* asks for it anyway */
}
#else
static void set_tls(MYSQL *mysql, gboolean require, gboolean verify)
{
	unsigned int mode = verify    ? SSL_MODE_VERIFY_IDENTITY
			    : require ? SSL_MODE_REQUIRED
				      : SSL_MODE_DISABLED;
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

static gboolean requires_tls(const StoreDsn *dsn)
{
	return g_strcmp0(g_hash_table_lookup(dsn->options, "tls"), "require") == 0 ||
	       g_hash_table_contains(dsn->options, "ssl-ca") ||
	       g_hash_table_contains(dsn->options, "ssl-cert");
}

/* With ssl-ca the server has to have a certificate of that authority, for the name it was reached by. */
static void set_tls_options(MYSQL *mysql, const StoreDsn *dsn)
{
	const char *ca = g_hash_table_lookup(dsn->options, "ssl-ca");
	const char *certificate = g_hash_table_lookup(dsn->options, "ssl-cert");
	const char *key = g_hash_table_lookup(dsn->options, "ssl-key");
	if (ca != NULL)
		mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
	if (certificate != NULL)
		mysql_options(mysql, MYSQL_OPT_SSL_CERT, certificate);
	if (key != NULL)
		mysql_options(mysql, MYSQL_OPT_SSL_KEY, key);
	if (requires_tls(dsn) || g_hash_table_contains(dsn->options, "tls"))
		set_tls(mysql, requires_tls(dsn), ca != NULL);
}

static void set_options(MysqlSession *session, guint port)
{
	MYSQL *mysql = session->mysql;
	const StoreDsn *dsn = session->target->dsn;
	unsigned int connecting =
		session->mode == STORE_PROBE ? PROBE_TIMEOUT : write_timeout(session);
	unsigned int network = network_timeout(session);
	unsigned int no_files = 0;
	unsigned int tcp = MYSQL_PROTOCOL_TCP;
	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connecting);
	mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &network);
	mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &network);
	mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &client_packet_max);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_files);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* The libraries take "localhost" for a socket, whatever port is given. */
	if (port != 0)
		mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp);
	set_tls_options(mysql, dsn);
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
	if (!requires_tls(session->target->dsn) || mysql_get_ssl_cipher(session->mysql) != NULL)
		return TRUE;
	return store_mysql_fail(
		session, 2026, "TLS is required, but the server does not offer it", error);
}

/* FALSE also where the server knows no such name. */
static gboolean is_value(MysqlSession *session, const char *show, const char *value)
{
	if (mysql_query(session->mysql, show) != 0)
		return FALSE;
	MYSQL_RES *result = mysql_store_result(session->mysql);
	MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
	gboolean is = row != NULL && strcmp(row[1], value) == 0;
	mysql_free_result(result);
	return is;
}

gboolean store_mysql_catch_up(StoreSession *base, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	return !session->is_galera ||
	       store_mysql_command(session, "SET SESSION wsrep_sync_wait = 7", error);
}

/* Of several hosts the one that takes what is written: no replica, no node outside of its cluster. */
static gboolean check_host(MysqlSession *session, GError **error)
{
	guint64 no = 0;
	session->is_galera = is_value(session, "SHOW VARIABLES LIKE 'wsrep_on'", "ON");
	if (count_hosts(session->target) == 1)
		return TRUE;
	if (!store_mysql_read_number(session, "SELECT @@global.read_only", &no, error))
		return FALSE;
	/* A server that belongs to no cluster is not "ready" either. */
	if (session->is_galera && is_value(session, "SHOW STATUS LIKE 'wsrep_ready'", "OFF"))
		no = 1;
	return no == 0 ||
	       store_mysql_fail(session, 1290, "The server is read-only, or not ready", error);
}

static gboolean connect_session(MysqlSession *session, GError **error)
{
	const StoreDsn *dsn = session->target->dsn;
	const StoreHost to = get_host(session->target, session->host);
	const char *socket = g_hash_table_lookup(dsn->options, "socket");
	const char *host = to.host != NULL && *to.host != '\0' ? to.host : NULL;
	g_autoptr(Sql) server = sql_new(SERVER);
	set_options(session, to.port);
	if (mysql_real_connect(session->mysql, socket != NULL ? NULL : host, dsn->user,
		    dsn->password, dsn->path, to.port, socket, 0) == NULL)
		return store_mysql_fail_connection(session, error);
	return check_tls(session, error) && check_host(session, error) &&
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

static StoreSession *open_host(
	const StoreTarget *target, StoreMode mode, guint host, GError **error)
{
	MysqlSession *session = g_new0(MysqlSession, 1);
	session->target = target;
	session->mode = mode;
	session->host = host;
	session->statements =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, store_mysql_close_statement);
	session->mysql = mysql_init(NULL);
	if (session->mysql == NULL)
		g_error("mysql_init: out of memory");
	if (connect_session(session, error))
		return &session->base;
	leave_host(session);
	store_mysql_close(&session->base);
	return NULL;
}

/* The first that works, beginning with the one that did so last. */
StoreSession *store_mysql_open(const StoreTarget *target, StoreMode mode, GError **error)
{
	Hosts *hosts = target->shared;
	guint n = count_hosts(target), first = (guint)g_atomic_int_get(&hosts->current);
	StoreSession *session = NULL;
	begin_library();
	for (guint i = 0; i < n && session == NULL; i++) {
		g_clear_error(error);
		session = open_host(target, mode, (first + i) % n, error);
	}
	return session;
}

/* A server that closed the connection has left an end of file to read, perhaps after an error; one
 * that did not sends nothing before it is asked. */
gboolean store_mysql_is_usable(StoreSession *base)
{
	const MysqlSession *session = (const MysqlSession *)base;
	struct pollfd connection = {.fd = session->mysql->net.fd, .events = POLLIN};
	return poll(&connection, 1, 0) == 0;
}
