/* A connection to MySQL or MariaDB, for store/mysql*.c only. The only file that includes mysql.h, which is
 * Oracle's or MariaDB's: either library speaks with either server. */
#ifndef CHRONOLOGER_STORE_MYSQL_SESSION_H
#define CHRONOLOGER_STORE_MYSQL_SESSION_H

#include <mysql.h>

#include "store/driver.h"

/* The most rows of an INSERT, and its columns. */
#define MYSQL_ROWS_MAX 256
#define MYSQL_INSERT_COLUMNS 5

/* The row of a result that is being read, and where its columns go. */
typedef struct {
	MYSQL_BIND binds[STORE_ROW_COLUMNS];
	unsigned long lengths[STORE_ROW_COLUMNS];
	guint64 integers[STORE_ROW_COLUMNS];
	MYSQL_TIME time;
	char *texts[STORE_ROW_COLUMNS]; /* the size below, and a byte for NUL */
	gsize sizes[STORE_ROW_COLUMNS];
} MysqlRow;

/* What the rows of an INSERT are bound to. */
typedef struct {
	MYSQL_BIND binds[MYSQL_ROWS_MAX * MYSQL_INSERT_COLUMNS];
	MYSQL_TIME times[MYSQL_ROWS_MAX];
	unsigned long lengths[MYSQL_ROWS_MAX * MYSQL_INSERT_COLUMNS];
} MysqlInsertRows;

typedef struct {
	StoreSession base;
	const StoreTarget *target;
	StoreMode mode;
	MYSQL *mysql;
	gboolean is_mariadb;
	gboolean is_galera;
	gsize packet_max;
	guint64 id_step;
	gboolean is_manual; /* autocommit is off: a transaction begins by itself */
	gboolean in_transaction;
	guint host;          /* which of the DSN's */
	gboolean committing; /* if the connection is lost now, the outcome is unknown */
	MYSQL_STMT *inserts[MYSQL_ROWS_MAX + 1]; /* by their rows; few of them are not NULL */
	MysqlInsertRows *rows;
	GHashTable *statements; /* char * -> MYSQL_STMT *: reads */
	MysqlRow row;
} MysqlSession;

/* Called for each row of a result. */
typedef gboolean (*MysqlRowFunc)(const MysqlRow *row, gpointer data, GError **error);

/* store/mysql-connection.c: errors, opening and closing. Each of the first three sets the error; FALSE. */
gboolean store_mysql_fail(MysqlSession *session, guint number, const char *text, GError **error);
gboolean store_mysql_fail_connection(MysqlSession *session, GError **error);
gboolean store_mysql_fail_statement(MysqlSession *session, MYSQL_STMT *statement, GError **error);
gpointer store_mysql_hosts_new(void);
StoreSession *store_mysql_open(const StoreTarget *target, StoreMode mode, GError **error);
void store_mysql_close(StoreSession *base);
gboolean store_mysql_is_usable(StoreSession *base);
gboolean store_mysql_catch_up(StoreSession *base, GError **error);

/* store/mysql-statement.c. A command has no values; what it results in is thrown away. */
gboolean store_mysql_command(MysqlSession *session, const char *text, GError **error);
MYSQL_STMT *store_mysql_prepare(
	MysqlSession *session, const char *text, gsize length, GError **error);
void store_mysql_close_statement(gpointer statement);
void store_mysql_time(gint64 ts, MYSQL_TIME *time);
/* The rows of a statement that was executed; `columns` has a kind for each of them, as StoreDriver says. */
gboolean store_mysql_fetch(MysqlSession *session, MYSQL_STMT *statement, const char *columns,
	MysqlRowFunc row, gpointer data, GError **error);
/* Runs a statement with a result. What is left of that after a failure is read and thrown away. */
gboolean store_mysql_read_rows(MysqlSession *session, const Sql *sql, const char *columns,
	MysqlRowFunc row, gpointer data, GError **error);
gboolean store_mysql_read_number(
	MysqlSession *session, const char *text, guint64 *number, GError **error);
gboolean store_mysql_read(StoreSession *base, const Sql *sql, const char *columns, StoreRowFunc row,
	gpointer data, GError **error);
gboolean store_mysql_write(StoreSession *base, const Sql *sql, guint64 *sequence, GError **error);

/* store/mysql-field.c: a column field_N and the index of that name, whose comments are the path. */
#define MYSQL_FIELDS                                                                               \
	"SELECT index_name, index_comment FROM information_schema.statistics WHERE seq_in_index "  \
	"= 1"                                                                                      \
	" AND table_schema = DATABASE() AND table_name = 'record' AND index_name LIKE 'field|_%' " \
	"ESCAPE '|'"
gboolean store_mysql_add_field(
	StoreSession *base, const char *path, StoreProgress *progress, GError **error);
gboolean store_mysql_drop_field(StoreSession *base, const char *path, GError **error);

/* store/mysql-insert.c */
gboolean store_mysql_insert(StoreSession *base, Record *const *records, gsize n, GError **error);
gboolean store_mysql_check_size(StoreSession *base, const Record *record, GError **error);

#endif
