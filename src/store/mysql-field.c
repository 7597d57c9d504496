/* Indexes on fields of logrec: a virtual column, which is there at once, and an index on it, which is made while others
 * write. */
#include <string.h>
#include "store/mysql-session.h"

/* Longer than it takes to make a statement of what was read in the list of indexes. */
#define DROP_PAUSE G_USEC_PER_SEC

#define POLL (G_USEC_PER_SEC / 4)

/* The highest N of the columns field_N. */
#define COLUMN                                                                                     \
	"SELECT COALESCE(MAX(CAST(SUBSTRING(column_name, 7) AS UNSIGNED)), 0)"                     \
	" FROM information_schema.columns WHERE table_schema = DATABASE()"                         \
	" AND table_name = 'record' AND column_name LIKE 'field|_%' ESCAPE '|'"
/* As bytes: $.data.x and $.data.X are two fields. */
#define OF_PATH " AND CAST(column_comment AS BINARY) = '"
#define HAS_INDEX                                                                                  \
	"SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE()"       \
	" AND table_name = 'record' AND index_name = 'field_%u'"
/* MySQL's JSON_VALUE() is NULL where a text has more than 512 characters. */
#define ADD_COLUMN                                                                                 \
	"ALTER TABLE record ADD COLUMN field_%u VARCHAR(64) CHARACTER SET utf8mb4"                 \
	" COLLATE utf8mb4_general_ci GENERATED ALWAYS AS (LEFT(%s, 64)) VIRTUAL COMMENT '%s'"
#define ADD_INDEX                                                                                  \
	"ALTER TABLE record ADD INDEX field_%u (field_%u, ts, record_id) COMMENT '%s',"            \
	" ALGORITHM=INPLACE, LOCK=NONE"
#define PROGRESS                                                                                   \
	"SELECT CAST(variable_value AS UNSIGNED) FROM information_schema.global_status"            \
	" WHERE variable_name = 'Innodb_onlineddl_pct_progress'"
#define DROP_INDEX "ALTER TABLE record DROP INDEX field_%u"
#define DROP_COLUMN "ALTER TABLE record DROP COLUMN field_%u"

/* The column of a path, or of any where it is NULL: the newest; 0 where there is none. */
static gboolean find_column(MysqlSession *session, const char *path, guint *column, GError **error)
{
	guint64 n = 0;
	g_autofree char *text =
		path ? g_strconcat(COLUMN OF_PATH, path, "'", NULL) : g_strdup(COLUMN);
	gboolean ok = store_mysql_read_number(session, text, &n, error);
	*column = (guint)n;
	return ok;
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

/* MariaDB says so, in hundredths of a percent; for MySQL one would have to be let into performance_schema. */
static gpointer watch(gpointer data)
{
	Watch *watch = data;
	StoreSession *session = store_mysql_open(watch->target, STORE_PROBE, NULL);
	guint64 done;
	while (session && !g_atomic_int_get(&watch->is_over) &&
		store_mysql_read_number((MysqlSession *)session, PROGRESS, &done, NULL)) {
		g_atomic_int_set(&watch->progress->done, (gint)done);
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

/* Adding and dropping -------------------------------------------------------------------------- */

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
