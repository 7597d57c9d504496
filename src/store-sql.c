/* The text of one SQL statement and the values bound to its `?`. */
#include "store-sql.h"
#include <string.h>

static void clear_value(gpointer data)
{
	StoreValue *value = data;
	if (value->type == STORE_VALUE_TEXT || value->type == STORE_VALUE_BYTES)
		g_bytes_unref(value->text);
	if (value->type == STORE_VALUE_QUERY)
		query_unref(value->query);
}

StoreSql *store_sql_new(const char *text)
{
	StoreSql *sql = g_new0(StoreSql, 1);
	sql->text = g_string_new(text);
	sql->values = g_array_new(FALSE, FALSE, sizeof(StoreValue));
	g_array_set_clear_func(sql->values, clear_value);
	return sql;
}

void store_sql_free(StoreSql *sql)
{
	if (sql == NULL)
		return;
	g_string_free(sql->text, TRUE);
	g_array_unref(sql->values);
	g_free(sql);
}

void store_sql_add(StoreSql *sql, const char *text)
{
	g_string_append(sql->text, text);
}

void store_sql_where(StoreSql *sql, const char *text)
{
	g_string_append(sql->text, sql->has_where ? " AND " : " WHERE ");
	g_string_append(sql->text, text);
	sql->has_where = TRUE;
}

void store_sql_bind_integer(StoreSql *sql, gint64 integer)
{
	StoreValue value = {.type = STORE_VALUE_INTEGER, .integer = integer};
	g_array_append_val(sql->values, value);
}

static void bind_copy(StoreSql *sql, StoreValueType type, const char *data, gsize length)
{
	/* Not g_bytes_new(): its data is NULL where the text is empty, and client libraries take that
	 * for SQL's NULL. */
	char *copy = g_malloc(length + 1);
	if (length > 0)
		memcpy(copy, data, length);
	copy[length] = '\0';
	StoreValue value = {.type = type, .text = g_bytes_new_take(copy, length)};
	g_array_append_val(sql->values, value);
}

void store_sql_bind_text(StoreSql *sql, const char *text, gsize length)
{
	bind_copy(sql, STORE_VALUE_TEXT, text, length);
}

void store_sql_bind_bytes(StoreSql *sql, const char *bytes, gsize length)
{
	bind_copy(sql, STORE_VALUE_BYTES, bytes, length);
}

void store_sql_bind_query(StoreSql *sql, Query *query)
{
	StoreValue value = {.type = STORE_VALUE_QUERY, .query = query_ref(query)};
	g_array_append_val(sql->values, value);
}

void store_sql_bind_ts(StoreSql *sql, gint64 ts)
{
	StoreValue value = {.type = STORE_VALUE_TS, .integer = ts};
	g_array_append_val(sql->values, value);
}
