/* The text of one SQL statement and the values bound to its `?`. */
#include "base/sql.h"
#include <string.h>

static void clear_value(gpointer data)
{
	SqlValue *value = data;
	if (value->type == SQL_TEXT || value->type == SQL_BYTES)
		g_bytes_unref(value->text);
	if (value->type == SQL_POINTER)
		value->free(value->pointer);
}

Sql *sql_new(const char *text)
{
	Sql *sql = g_new0(Sql, 1);
	sql->text = g_string_new(text);
	sql->values = g_array_new(FALSE, FALSE, sizeof(SqlValue));
	g_array_set_clear_func(sql->values, clear_value);
	return sql;
}

void sql_free(Sql *sql)
{
	if (!sql)
		return;
	g_string_free(sql->text, TRUE);
	g_array_unref(sql->values);
	g_free(sql);
}

void sql_add(Sql *sql, const char *text)
{
	g_string_append(sql->text, text);
}

void sql_where(Sql *sql, const char *text)
{
	g_string_append(sql->text, sql->has_where ? " AND " : " WHERE ");
	g_string_append(sql->text, text);
	sql->has_where = TRUE;
}

void sql_bind_integer(Sql *sql, gint64 integer)
{
	SqlValue value = {.type = SQL_INTEGER, .integer = integer};
	g_array_append_val(sql->values, value);
}

static void bind_copy(Sql *sql, SqlValueType type, const char *data, gsize length)
{
	/* Not g_bytes_new(): its data is NULL where the text is empty, and client libraries take
	 * that for SQL's NULL. */
	char *copy = g_malloc(length + 1);
	if (length > 0)
		memcpy(copy, data, length);
	copy[length] = '\0';
	SqlValue value = {.type = type, .text = g_bytes_new_take(copy, length)};
	g_array_append_val(sql->values, value);
}

void sql_bind_text(Sql *sql, const char *text, gsize length)
{
	bind_copy(sql, SQL_TEXT, text, length);
}

void sql_bind_bytes(Sql *sql, const char *bytes, gsize length)
{
	bind_copy(sql, SQL_BYTES, bytes, length);
}

void sql_bind_pointer(Sql *sql, gpointer pointer, GDestroyNotify free)
{
	SqlValue value = {.type = SQL_POINTER, .pointer = pointer, .free = free};
	g_array_append_val(sql->values, value);
}

void sql_bind_ts(Sql *sql, gint64 ts)
{
	SqlValue value = {.type = SQL_TS, .integer = ts};
	g_array_append_val(sql->values, value);
}
