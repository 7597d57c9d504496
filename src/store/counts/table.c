/* The rows of count_level and count_name: reading, writing and removing some of them. */
#include "store/counts/table.h"

#include "store/counts/scan.h"

/* The most rows of a statement. */
#define ROWS_MAX 64

const CountsTable counts_table_names = {
	.read = "SELECT day, counts, name FROM count_name WHERE ",
	.columns = "ixx",
	.row = "(day = ? AND name = ?)",
	.remove = "DELETE FROM count_name WHERE ",
	.write = "INSERT INTO count_name (day, name, counts) VALUES ",
	.values = "(?, ?, ?)",
	.by_name = TRUE,
};

const CountsTable counts_table_levels = {
	.read = "SELECT day, counts FROM count_level WHERE ",
	.columns = "ix",
	.row = "(day = ?)",
	.remove = "DELETE FROM count_level WHERE ",
	.write = "INSERT INTO count_level (day, counts) VALUES ",
	.values = "(?, ?)",
};

static void bind_key(Sql *sql, const CountsTable *table, const CountsPage *page)
{
	sql_bind_integer(sql, page->day);
	if (table->by_name)
		sql_bind_bytes(sql, page->name.data, page->name.length);
}

static gboolean row_add_page(const StoreRow *row, gpointer counts, GError **error)
{
	return counts_unpack_page((guint)row->integers[0], &row->texts[2], &row->texts[1],
		       counts_add_run, counts) ||
	       counts_scan_damaged(error);
}

/* Most names that are compacted at once are of one day. Half of the time that a list of pairs takes. */
static void add_names_of_day(Sql *sql, GPtrArray *pages)
{
	const CountsPage *first = pages->pdata[0];
	sql_add(sql, "day = ? AND name IN (");
	sql_bind_integer(sql, first->day);
	for (guint i = 0; i < pages->len; i++) {
		const CountsPage *page = pages->pdata[i];
		sql_add(sql, i > 0 ? ", ?" : "?");
		sql_bind_bytes(sql, page->name.data, page->name.length);
	}
	sql_add(sql, ")");
}

static void add_pages(Sql *sql, const CountsTable *table, GPtrArray *pages)
{
	for (guint i = 0; i < pages->len; i++) {
		sql_add(sql, i > 0 ? " OR " : "");
		sql_add(sql, table->row);
		bind_key(sql, table, pages->pdata[i]);
	}
}

/* Pages are in order of their days. */
static gboolean is_one_day(const GPtrArray *pages)
{
	const CountsPage *first = pages->pdata[0], *last = pages->pdata[pages->len - 1];
	return first->day == last->day;
}

gboolean counts_table_add(const StoreLink *link, const CountsTable *table, Counts *counts,
	GPtrArray *pages, GError **error)
{
	g_autoptr(Sql) sql = sql_new(table->read);
	if (table->by_name && is_one_day(pages))
		add_names_of_day(sql, pages);
	else
		add_pages(sql, table, pages);
	return link->driver->read(link->session, sql, table->columns, row_add_page, counts, error);
}

static gboolean remove_page(
	const StoreLink *link, const CountsTable *table, const CountsPage *page, GError **error)
{
	g_autoptr(Sql) sql = sql_new(table->remove);
	sql_add(sql, table->row);
	bind_key(sql, table, page);
	return link->driver->write(link->session, sql, NULL, error);
}

gboolean counts_table_write(
	const StoreLink *link, const CountsTable *table, GPtrArray *pages, GError **error)
{
	g_autoptr(Sql) sql = sql_new(table->write);
	for (guint i = 0; i < pages->len; i++) {
		g_autoptr(GByteArray) packed = counts_pack_page(pages->pdata[i]);
		if (packed->len == 0 && !remove_page(link, table, pages->pdata[i], error))
			return FALSE;
		if (packed->len == 0)
			continue;
		sql_add(sql, sql->values->len > 0 ? ", " : "");
		sql_add(sql, table->values);
		bind_key(sql, table, pages->pdata[i]);
		sql_bind_bytes(sql, (const char *)packed->data, packed->len);
	}
	sql_add(sql, link->driver->update_counts);
	return sql->values->len == 0 || link->driver->write(link->session, sql, NULL, error);
}

guint counts_table_rows(guint done, guint n)
{
	guint rows = ROWS_MAX;
	while (rows > n - done)
		rows /= 2;
	return rows;
}

gboolean counts_table_each(const StoreLink *link, const CountsTable *table, Counts *counts,
	CountsTableFunc func, GError **error)
{
	g_autoptr(GPtrArray) all = counts_pages(counts);
	for (guint done = 0, rows; done < all->len; done += rows) {
		g_autoptr(GPtrArray) some = g_ptr_array_new();
		rows = counts_table_rows(done, all->len);
		for (guint i = 0; i < rows; i++)
			g_ptr_array_add(some, all->pdata[done + i]);
		if (!func(link, table, counts, some, error))
			return FALSE;
	}
	return TRUE;
}
