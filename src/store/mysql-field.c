/* Indexes on fields of logrec: a virtual column, which is there at once, and an index on it, which is made while others
 * write. */
#include <string.h>
#include "store/mysql-session.h"

/* Longer than it takes to make a statement of what was read in the list of indexes. */
#define DROP_PAUSE G_USEC_PER_SEC

#define POLL (G_USEC_PER_SEC / 4)

#define COLUMN                                                                                     \
	"SELECT CAST(SUBSTRING(column_name, 7) AS UNSIGNED) FROM information_schema.columns WHERE" \
	" table_schema = DATABASE() AND table_name = 'record' AND column_name LIKE 'field|_%' "    \
	"ESCAPE '|'"
#define HAS_INDEX                                                                                  \
	"SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE()"       \
	" AND table_name = 'record' AND index_name = 'field_%u'"
/* MariaDB does not make a column's value of a longer text an error, MySQL's JSON_VALUE() has none then. */
#define ADD_COLUMN                                                                                 \
	"ALTER TABLE record ADD COLUMN field_%u VARCHAR(64) CHARACTER SET utf8mb4"                 \
	" COLLATE utf8mb4_general_ci GENERATED ALWAYS AS (LEFT(%s, 64)) VIRTUAL COMMENT '%s'"
#define ADD_INDEX                                                                                  \
	"ALTER TABLE record ADD INDEX field_%u (field_%u, ts, record_id) COMMENT '%s',"            \
	" ALGORITHM=INPLACE, LOCK=NONE"
#define DROP_INDEX "ALTER TABLE record DROP INDEX field_%u"
#define DROP_COLUMN "ALTER TABLE record DROP COLUMN field_%u"

static gboolean row_number(const StoreRow *row, gpointer data, GError **error)
{
	guint *number = data;
	(void)error;
	*number = MAX(*number, (guint)row->integers[0]);
	return TRUE;
}

/* The highest number of a column, of that path where it is not NULL; 0 where there is none. */
static gboolean find_column(MysqlSession *session, const char *path, guint *number, GError **error)
{
	g_autoptr(Sql) sql = sql_new(COLUMN);
	*number = 0;
	if (path) {
		sql_add(sql, " AND column_comment = ?");
		sql_bind_text(sql, path, strlen(path));
	}
	return store_mysql_read(&session->base, sql, "i", row_number, number, error);
}

static gboolean has_index(MysqlSession *session, guint column, gboolean *has, GError **error)
{
	guint64 n = 0;
	g_autofree char *text = g_strdup_printf(HAS_INDEX, column);
	gboolean ok = store_mysql_read_number(session, text, &n, error);
	*has = n > 0;
	return ok;
}

/* As a search finds a field: in data, else in meta. */
static char *value_of(const char *path)
{
	if (!g_str_has_prefix(path, "$.data."))
		return g_strdup_printf("JSON_VALUE(logrec, '%s')", path);
	return g_strdup_printf(
		"COALESCE(JSON_VALUE(logrec, '%s'), JSON_VALUE(logrec, '$.meta.%s'))", path,
		path + strlen("$.data."));
}

static gboolean add_column(MysqlSession *session, const char *path, guint *column, GError **error)
{
	g_autofree char *value = value_of(path);
	if (!find_column(session, NULL, column, error))
		return FALSE;
	++*column;
	g_autofree char *text = g_strdup_printf(ADD_COLUMN, *column, value, path);
	return store_mysql_command(session, text, error);
}

/* How far it is --------------------------------------------------------------------------------- */

typedef struct {
	const StoreTarget *target;
	StoreProgress *progress;
	gint is_over;
} Watch;

static gboolean row_percent(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	g_atomic_int_set((gint *)data, (gint)row->integers[0]);
	return TRUE;
}

/* MariaDB says so, in hundredths of a percent; for MySQL one would have to be let into performance_schema. */
static gpointer watch(gpointer data)
{
	Watch *watch = data;
	StoreSession *session = store_mysql_open(watch->target, STORE_PROBE, NULL);
	g_autoptr(Sql) sql = sql_new(
		"SELECT CAST(variable_value AS UNSIGNED) FROM information_schema.global_status"
		" WHERE variable_name = 'Innodb_onlineddl_pct_progress'");
	while (session && !g_atomic_int_get(&watch->is_over) &&
		store_mysql_read(session, sql, "i", row_percent, &watch->progress->done, NULL)) {
		g_atomic_int_set(&watch->progress->all, 10000);
		g_usleep(POLL);
	}
	if (session)
		store_mysql_close(session);
	return NULL;
}

static gboolean add_index(MysqlSession *session, const char *path, guint column,
	StoreProgress *progress, GError **error)
{
	g_autofree char *text = g_strdup_printf(ADD_INDEX, column, column, path);
	Watch watched = {session->target, progress, 0};
	GThread *thread = g_thread_new("progress", watch, &watched);
	gboolean ok = store_mysql_command(session, text, error);
	g_atomic_int_set(&watched.is_over, 1);
	g_thread_join(thread);
	return ok;
}

/* ------------------------------------------------------------------------------------------------ */

gboolean store_mysql_add_field(
	StoreSession *base, const char *path, StoreProgress *progress, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	guint column;
	gboolean has;
	return find_column(session, path, &column, error) &&
	       (column > 0 || add_column(session, path, &column, error)) &&
	       has_index(session, column, &has, error) &&
	       (has || add_index(session, path, column, progress, error));
}

/* First the index: nobody who looks from now on uses the column. */
gboolean store_mysql_drop_field(StoreSession *base, const char *path, GError **error)
{
	MysqlSession *session = (MysqlSession *)base;
	guint column;
	gboolean has;
	if (!find_column(session, path, &column, error) || column == 0)
		return column == 0;
	g_autofree char *index = g_strdup_printf(DROP_INDEX, column);
	g_autofree char *text = g_strdup_printf(DROP_COLUMN, column);
	if (!has_index(session, column, &has, error) ||
		(has && !store_mysql_command(session, index, error)))
		return FALSE;
	g_usleep(DROP_PAUSE);
	return store_mysql_command(session, text, error);
}
