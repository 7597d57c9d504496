/* MySQL 8+ and MariaDB 10.6+ as a store. */
#include <string.h>
#include "base/error.h"
#include "query/print/print.h"
#include "store/mysql-session.h"

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

/* Opening -------------------------------------------------------------------------------------- */

static gboolean has_tls_file(const StoreDsn *dsn)
{
	return g_hash_table_contains(dsn->options, "ssl-ca") ||
	       g_hash_table_contains(dsn->options, "ssl-cert") ||
	       g_hash_table_contains(dsn->options, "ssl-key");
}

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
	else if (has_tls_file(dsn) && g_strcmp0(tls, "off") == 0)
		reason = "ssl-ca, ssl-cert and ssl-key do not go with tls=off";
	if (reason != NULL)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "%s", reason);
	return reason == NULL;
}

static gboolean read_version(StoreSession *base, guint *version, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	GError *failure = NULL;
	guint64 number = 0;
	/* With autocommit off the read would leave a transaction open, and repeat what it saw. */
	gboolean ok = store_mysql_read_number(session, NEWEST_VERSION, &number, &failure) &&
		      (!session->is_manual || store_mysql_command(session, "COMMIT", &failure));
	*version = (guint)number;
	if (!ok && failure->code == ERROR_SCHEMA)
		g_clear_error(&failure);
	if (failure != NULL)
		g_propagate_error(error, failure);
	return failure == NULL;
}

/* Writing -------------------------------------------------------------------------------------- */

static gboolean start(MysqlSession *session, const char *statement, GError **error)
{
	session->in_transaction = store_mysql_command(session, statement, error);
	return session->in_transaction;
}

/* A writer saves the round trip: with autocommit off its first statement begins the transaction. */
static gboolean begin(StoreSession *base, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	if (session->mode != STORE_WRITE)
		return start(session, BEGIN, error);
	if (!session->is_manual && !store_mysql_command(session, "SET autocommit = 0", error))
		return FALSE;
	session->is_manual = session->in_transaction = TRUE;
	return TRUE;
}

static gboolean snapshot(StoreSession *base, GError **error)
{
	return start((MysqlSession *)base, SNAPSHOT, error);
}

static void roll_back(StoreSession *base)
{
	MysqlSession *session = (MysqlSession *)base;
	if (session->in_transaction && !base->lost)
		base->lost |= !store_mysql_command(session, "ROLLBACK", NULL);
	session->in_transaction = FALSE;
}

static gboolean commit(StoreSession *base, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	session->committing = TRUE;
	gboolean ok = store_mysql_command(session, "COMMIT", error);
	session->committing = FALSE;
	if (ok)
		session->in_transaction = FALSE;
	return ok;
}

static gboolean lock_counts(StoreSession *base, gboolean wait, gboolean *is_locked, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	guint64 id = 0;
	if (!start(session, BEGIN, error))
		return FALSE;
	gboolean ok =
		store_mysql_read_number(session, wait ? LOCK_COUNTS : TRY_LOCK_COUNTS, &id, error);
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
	const MysqlSession *session = (const MysqlSession *)base;
	sql->has_regexp = query_has_regexp(query);
	return query_print(query, session->is_mariadb ? QUERY_DIALECT_MARIADB : QUERY_DIALECT_MYSQL,
		sql, error);
}

static gboolean read_page(StoreSession *session, Sql *page, const StoreRange *range,
	StoreRowFunc row, gpointer data, GError **error)
{
	g_string_prepend(page->text, range->with_logrec ? PAGE_FULL : PAGE_LIGHT);
	sql_add(page, PAGE_END);
	return store_mysql_read(session, page,
		range->with_logrec ? STORE_KINDS_FULL : STORE_KINDS_LIGHT, row, data, error);
}

/* Migrating ------------------------------------------------------------------------------------ */

static gboolean lock(StoreSession *base, gboolean *created, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	guint64 locked = 0;
	guint version;
	*created = FALSE;
	if (!store_mysql_read_number(session, LOCK, &locked, error))
		return FALSE;
	if (locked != 1) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"another host has been migrating this database for an hour");
		return FALSE;
	}
	/* An account that may only read and write can find out that there is nothing to do. */
	return read_version(base, &version, error) &&
	       (version > 0 || store_mysql_command(session, CREATE_VERSIONS, error));
}

static gboolean unlock(StoreSession *session, GError **error)
{
	return store_mysql_command((MysqlSession *)session, UNLOCK, error);
}

static gboolean execute(StoreSession *session, const char *statement, GError **error)
{
	return store_mysql_command((MysqlSession *)session, statement, error);
}

const StoreDriver store_mysql = {
	.schemes = {"mysql", "mariadb"},
	.dialect = "mysql",
	.options = {"socket", "tls", "ssl-ca", "ssl-cert", "ssl-key", "password-file"},
	.takes_hosts = TRUE,
	.slot = SLOT,
	.logger = LOGGER,
	.by_id = "FORCE INDEX (PRIMARY)",
	.now = "UTC_TIMESTAMP(6)",
	.update_counts = " ON DUPLICATE KEY UPDATE counts = VALUES(counts)",
	.insert_new = "INSERT IGNORE INTO",
	.fields = MYSQL_FIELDS,
	.field_text = "?",
	.check_dsn = check_dsn,
	.shared_new = store_mysql_hosts_new,
	.shared_free = g_free,
	.open = store_mysql_open,
	.close = store_mysql_close,
	.usable = store_mysql_is_usable,
	.version = read_version,
	.catch_up = store_mysql_catch_up,
	.begin = begin,
	.insert = store_mysql_insert,
	.commit = commit,
	.rollback = roll_back,
	.check_size = store_mysql_check_size,
	.read = store_mysql_read,
	.write = store_mysql_write,
	.read_page = read_page,
	.add_prefix = add_prefix,
	.add_query = add_query,
	.snapshot = snapshot,
	.lock_counts = lock_counts,
	.lock = lock,
	.unlock = unlock,
	.add_field = store_mysql_add_field,
	.drop_field = store_mysql_drop_field,
	.execute = execute,
};
