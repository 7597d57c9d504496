/* What brings a schema to another version. */
#include <string.h>

#include "store/driver.h"

gboolean store_migrate_begin(Store *store, gboolean *created, GError **error)
{
	const StoreLink *link = store_link(store);
	return store_ready(store, error) && link->driver->lock(link->session, created, error);
}

gboolean store_migrate_end(Store *store, GError **error)
{
	const StoreLink *link = store_link(store);
	return link->driver->unlock(link->session, error);
}

gboolean store_migrate_version(Store *store, guint *version, GError **error)
{
	const StoreLink *link = store_link(store);
	return store_ready(store, error) && link->driver->version(link->session, version, error);
}

static gboolean note_version(const StoreLink *link, guint version, const char *name, GError **error)
{
	g_autoptr(Sql) sql = sql_new("REPLACE INTO chronologer_migration VALUES (?, ?, ");
	sql_add(sql, link->driver->now);
	sql_add(sql, ")");
	sql_bind_integer(sql, version);
	sql_bind_text(sql, name, strlen(name));
	return link->driver->write(link->session, sql, NULL, error);
}

gboolean store_migrate_apply(
	Store *store, guint version, const char *name, char *const *statements, GError **error)
{
	const StoreLink *link = store_link(store);
	for (char *const *statement = statements; *statement; statement++)
		if (!link->driver->execute(link->session, *statement, error))
			return FALSE;
	return note_version(link, version, name, error);
}

gboolean store_execute(Store *store, const char *statement, GError **error)
{
	const StoreLink *link = store_link(store);
	return store_ready(store, error) && link->driver->execute(link->session, statement, error);
}
