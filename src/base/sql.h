/* The text of one SQL statement and the values bound to its `?`. Data is never part of the text. */
#ifndef CHRONOLOGER_BASE_SQL_H
#define CHRONOLOGER_BASE_SQL_H

#include <glib.h>

typedef enum {
	SQL_INTEGER,
	SQL_TEXT,
	SQL_BYTES,   /* not text: of no character set */
	SQL_POINTER, /* for a function of ours, as sqlite3_bind_pointer() does */
	SQL_TS,      /* microseconds since 1970; each store binds it as its column `ts` is */
} SqlValueType;

typedef struct {
	SqlValueType type;
	union {
		gint64 integer; /* also SQL_TS */
		GBytes *text;   /* also SQL_BYTES */
		struct {
			gpointer pointer;
			GDestroyNotify free;
		};
	};
} SqlValue;

typedef struct {
	GString *text;
	GArray *values; /* SqlValue, in the order of the `?` */
	gboolean has_where;
	gboolean has_regexp; /* one of a user: the server may give up on it */
} Sql;

Sql *sql_new(const char *text);
void sql_free(Sql *sql); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sql, sql_free)

void sql_add(Sql *sql, const char *text);

/* Begins a further condition: appends " WHERE " or " AND ", then `text`. */
void sql_where(Sql *sql, const char *text);

void sql_bind_integer(Sql *sql, gint64 value);
void sql_bind_text(Sql *sql, const char *text, gsize length);           /* copies it */
void sql_bind_bytes(Sql *sql, const char *bytes, gsize length);         /* copies them */
void sql_bind_pointer(Sql *sql, gpointer pointer, GDestroyNotify free); /* takes it */
void sql_bind_ts(Sql *sql, gint64 ts);

static inline const SqlValue *sql_value(const Sql *sql, guint i)
{
	return &g_array_index(sql->values, SqlValue, i);
}

#endif
