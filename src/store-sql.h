/* The text of one SQL statement and the values bound to its `?`. Data is never part of the text. */
#ifndef CHRONOLOGER_STORE_SQL_H
#define CHRONOLOGER_STORE_SQL_H

#include <glib.h>

#include "query.h"

typedef enum {
	STORE_VALUE_INTEGER,
	STORE_VALUE_TEXT,
	STORE_VALUE_BYTES, /* not text: of no character set */
	STORE_VALUE_QUERY, /* for SQLite: an expression that is answered by a function of ours */
	STORE_VALUE_TS,    /* microseconds since 1970; each store binds it as its column `ts` is */
} StoreValueType;

typedef struct {
	StoreValueType type;
	union {
		gint64 integer; /* also STORE_VALUE_TS */
		GBytes *text;   /* also STORE_VALUE_BYTES */
		Query *query;
	};
} StoreValue;

typedef struct {
	GString *text;
	GArray *values; /* StoreValue, in the order of the `?` */
	gboolean has_where;
} StoreSql;

StoreSql *store_sql_new(const char *text);
void store_sql_free(StoreSql *sql); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSql, store_sql_free)

void store_sql_add(StoreSql *sql, const char *text);

/* Begins a further condition: appends " WHERE " or " AND ", then `text`. */
void store_sql_where(StoreSql *sql, const char *text);

void store_sql_bind_integer(StoreSql *sql, gint64 value);
void store_sql_bind_text(StoreSql *sql, const char *text, gsize length);   /* copies it */
void store_sql_bind_bytes(StoreSql *sql, const char *bytes, gsize length); /* copies them */
void store_sql_bind_query(StoreSql *sql, Query *query);                    /* takes a reference */
void store_sql_bind_ts(StoreSql *sql, gint64 ts);

static inline const StoreValue *store_sql_value(const StoreSql *sql, guint i)
{
	return &g_array_index(sql->values, StoreValue, i);
}

#endif
