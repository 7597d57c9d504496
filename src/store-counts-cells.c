/* Reading the numbers of the count tables: whole rows, and what is not folded into them yet. */
#include "store-counts-cells.h"

#include <string.h>

#include "error.h"
#include "store-sql.h"

#define STATE "SELECT complete_since FROM count_state"
#define LEVELS "SELECT day, counts FROM count_level WHERE day BETWEEN ? AND ?"
#define NAMES "SELECT day, counts, name FROM count_name WHERE day "
#define DAYS "SELECT day FROM count_level WHERE day BETWEEN ? AND ? LIMIT ?"

/* So many days are listed one by one: then the index finds the names in each of them. */
#define DAYS_LISTED 64

static gboolean has_prefix(const Text *name, const char *prefix)
{
	gsize length = strlen(prefix);
	return name->length >= length && !memcmp(name->data, prefix, length);
}

static gboolean is_named(const Filter *filter, const Text *name)
{
	if (filter->names->len == 0)
		return TRUE;
	for (guint i = 0; i < filter->names->len; i++)
		if (has_prefix(name, filter->names->pdata[i]))
			return TRUE;
	return FALSE;
}

static void pass_wanted(const CountsRun *run, gpointer data)
{
	const StoreCountsCells *wanted = data;
	gint64 from = MAX(run->quarter, wanted->from);
	gint64 to = MIN(run->quarter + run->length, wanted->to);
	CountsRun part = *run;
	if (from >= to || run->level < wanted->filter->level ||
		(wanted->is_delta && !is_named(wanted->filter, run->name)))
		return;
	part.quarter = from;
	part.length = (guint)(to - from);
	part.n += from - run->quarter;
	wanted->run(&part, wanted->data);
}

gboolean store_counts_cells_damaged(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_INTERNAL,
		"The count tables are store_counts_cells_damaged; run \"chronologer recount\"");
	return FALSE;
}

static gboolean row_page(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack_page((guint)row->integers[0], &row->texts[2], &row->texts[1],
		       pass_wanted, data) ||
	       store_counts_cells_damaged(error);
}

static gboolean row_delta(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack(&row->texts[0], pass_wanted, data) ||
	       store_counts_cells_damaged(error);
}

/* Conditions on the bytes of a name. (A prefix is never followed by 0xff: that is no UTF-8.) */
static void add_names(StoreSql *sql, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++) {
		const char *prefix = names->pdata[i];
		g_autofree char *end = g_strconcat(prefix, "\xff", NULL);
		store_sql_add(
			sql, i == 0 ? " AND (name BETWEEN ? AND ?" : " OR name BETWEEN ? AND ?");
		store_sql_bind_bytes(sql, prefix, strlen(prefix));
		store_sql_bind_bytes(sql, end, strlen(end));
	}
	if (names->len > 0)
		store_sql_add(sql, ")");
}

static void bind_days(StoreSql *sql, const StoreCountsCells *wanted)
{
	store_sql_bind_integer(sql, wanted->from / COUNTS_QUARTERS);
	store_sql_bind_integer(sql, (wanted->to - 1) / COUNTS_QUARTERS);
}

static gboolean row_day(const StoreRow *row, gpointer days, GError **error)
{
	(void)error;
	g_array_append_val((GArray *)days, row->integers[0]);
	return TRUE;
}

static void list_days(StoreSql *sql, const GArray *days)
{
	for (guint i = 0; i < days->len; i++) {
		store_sql_add(sql, i == 0 ? "IN (?" : ", ?");
		store_sql_bind_integer(sql, g_array_index(days, gint64, i));
	}
	store_sql_add(sql, ")");
}

/* Days of which there is nothing but deltas have no rows. */
static gboolean read_names(const StoreLink *link, StoreCountsCells *wanted, GError **error)
{
	g_autoptr(StoreSql) which = store_sql_new(DAYS);
	g_autoptr(StoreSql) sql = store_sql_new(NAMES);
	g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(gint64));
	bind_days(which, wanted);
	store_sql_bind_integer(which, DAYS_LISTED + 1);
	if (!link->driver->read(link->session, which, "i", row_day, days, error))
		return FALSE;
	if (days->len == 0)
		return TRUE;
	if (days->len <= DAYS_LISTED) {
		list_days(sql, days);
	} else {
		store_sql_add(sql, "BETWEEN ? AND ?");
		bind_days(sql, wanted);
	}
	add_names(sql, wanted->filter->names);
	return link->driver->read(link->session, sql, "ixx", row_page, wanted, error);
}

gboolean store_counts_cells_pages(
	const StoreLink *link, StoreCountsCells *wanted, gboolean by_name, GError **error)
{
	wanted->is_delta = FALSE;
	if (by_name || wanted->filter->names->len > 0)
		return read_names(link, wanted, error);
	g_autoptr(StoreSql) sql = store_sql_new(LEVELS);
	bind_days(sql, wanted);
	return link->driver->read(link->session, sql, "ix", row_page, wanted, error);
}

gboolean store_counts_cells_deltas(const StoreLink *link, StoreCountsCells *wanted, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(STORE_COUNTS_CELLS_DELTAS);
	wanted->is_delta = TRUE;
	return link->driver->read(link->session, sql, "x", row_delta, wanted, error);
}

gboolean store_counts_cells_integer(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	*(gint64 *)data = row->integers[0];
	return TRUE;
}

gboolean store_counts_cells_complete(const StoreLink *link, gint64 *quarter, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(STATE);
	gint64 day = G_MAXINT32;
	if (!link->driver->read(link->session, sql, "i", store_counts_cells_integer, &day, error))
		return FALSE;
	*quarter = day * COUNTS_QUARTERS;
	return TRUE;
}

void store_counts_cells_whole(StoreCountsCells *wanted, const Filter *filter)
{
	wanted->filter = filter;
	wanted->from = counts_quarter(filter->after - 1) + 1;
	wanted->to = counts_quarter(filter->before + 1);
}
