/* Indexes on fields of logrec. Nobody is told of a new one or of one that goes: who asks for a field looks which there
 * are, as that takes a fraction of what asking without an index would. */
#include "store/field.h"
#include <string.h>
#include "store/read.h"

static gboolean row_field(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	g_hash_table_insert(data, g_strdup(row->texts[1].data), g_strdup(row->texts[0].data));
	return TRUE;
}

/* char * -> char *: a path, and what a statement compares. */
static GHashTable *read_fields(const StoreLink *link, GError **error)
{
	g_autoptr(Sql) sql = sql_new(link->driver->fields);
	g_autoptr(GHashTable) fields =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return link->driver->read(link->session, sql, "xx", row_field, fields, error)
		       ? g_steal_pointer(&fields)
		       : NULL;
}

static void add_condition(const StoreLink *link, Sql *sql, const char *what, char *const *texts)
{
	sql_where(sql, what);
	for (guint i = 0; texts[i]; i++) {
		sql_add(sql, i == 0 ? " IN (" : ", ");
		sql_add(sql, link->driver->field_text);
		sql_bind_text(sql, texts[i], strlen(texts[i]));
	}
	sql_add(sql, ")");
}

gboolean store_field_narrow(const StoreLink *link, Sql *sql, const Query *query, GError **error)
{
	g_autoptr(GPtrArray) equalities = query_equalities(query);
	g_autoptr(GHashTable) fields = NULL;
	if (equalities->len == 0)
		return TRUE;
	if (!(fields = read_fields(link, error)))
		return FALSE;
	for (guint i = 0; i < equalities->len; i++) {
		const QueryEquality *equality = equalities->pdata[i];
		const char *what = g_hash_table_lookup(fields, equality->path);
		if (what)
			add_condition(link, sql, what, equality->texts);
	}
	return TRUE;
}

gboolean store_field_leaves(Store *store, const Filter *filter, guint most)
{
	g_autoptr(Sql) sql = sql_new("SELECT COUNT(*) FROM (SELECT 1 AS one FROM record");
	const StoreLink *link = store_link(store);
	guint64 n = 0;
	if (!filter->query || !store_ready(store, NULL) ||
		!store_field_narrow(link, sql, filter->query, NULL) || !sql->has_where)
		return FALSE;
	sql_where(sql, "ts BETWEEN ? AND ?");
	sql_bind_ts(sql, filter->after);
	sql_bind_ts(sql, filter->before);
	sql_add(sql, " LIMIT ?) AS few");
	sql_bind_integer(sql, (gint64)most + 1);
	return store_read_number(link, sql, &n, NULL) && n <= most;
}

GPtrArray *store_fields(Store *store, GError **error)
{
	g_autoptr(GHashTable) fields = NULL;
	if (!store_ready(store, error) || !(fields = read_fields(store_link(store), error)))
		return NULL;
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter each;
	gpointer path;
	g_hash_table_iter_init(&each, fields);
	while (g_hash_table_iter_next(&each, &path, NULL))
		g_ptr_array_add(paths, g_strdup(path));
	return paths;
}

/* One host at a time. */
static gboolean lock(Store *store, GError **error)
{
	gboolean created;
	return store_migrate_begin(store, &created, error);
}

gboolean store_field_add(Store *store, const char *path, StoreProgress *progress, GError **error)
{
	const StoreLink *link = store_link(store);
	return lock(store, error) &&
	       link->driver->add_field(link->session, path, progress, error) &&
	       store_migrate_end(store, error);
}

gboolean store_field_drop(Store *store, const char *path, GError **error)
{
	const StoreLink *link = store_link(store);
	return lock(store, error) && link->driver->drop_field(link->session, path, error) &&
	       store_migrate_end(store, error);
}
