/* Writing the count tables: deltas, and folding them. */
#include "base/error.h"
#include "store/counts/scan.h"
#include "store/counts/table.h"
#include "base/sql.h"

/* Deltas are folded when there are some 256 of them, or fewer large ones: this many pages in all. */
#define FOLD_DELTAS 256
#define FOLD_PAGES 4096

/* What a fold reads at a time, and the rows of a statement. */
#define DELTAS_READ 16
#define ROWS_MAX 64

#define WRITE_DELTA "INSERT INTO count_delta (counts) VALUES (?)"
#define NEXT_DELTAS                                                                                \
	"SELECT delta_id, counts FROM count_delta WHERE delta_id > ? ORDER BY delta_id LIMIT ?"

static void bind_packed(Sql *sql, GByteArray *packed)
{
	sql_bind_bytes(sql, (const char *)packed->data, packed->len);
}

gboolean counts_compact_write(
	const StoreLink *link, const Counts *change, guint *due, GError **error)
{
	g_autoptr(Sql) sql = sql_new(WRITE_DELTA);
	g_autoptr(GByteArray) packed = counts_pack(change);
	guint64 sequence = 0;
	bind_packed(sql, packed);
	if (!link->driver->write(link->session, sql, &sequence, error))
		return FALSE;
	guint interval = CLAMP(FOLD_PAGES / counts_size(change), 1, FOLD_DELTAS);
	*due += sequence % interval == 0;
	return TRUE;
}

/* What a fold has in hand. */
typedef struct {
	Counts *names;
	Counts *levels; /* the same without names */
	GArray *ids;    /* gint64: the deltas */
} Fold;

static void fold_run(const CountsRun *run, gpointer data)
{
	Fold *fold = data;
	counts_add_run(run, fold->names);
	counts_add_nameless(run, fold->levels);
}

static gboolean row_fold(const StoreRow *row, gpointer data, GError **error)
{
	Fold *fold = data;
	g_array_append_val(fold->ids, row->integers[0]);
	return counts_unpack(&row->texts[1], fold_run, fold) || counts_scan_damaged(error);
}

/* All there are, or as many as memory is to be spent on: the rest is for the next fold. */
static gboolean take_deltas(const StoreLink *link, Fold *fold, GError **error)
{
	guint before, added;
	do {
		g_autoptr(Sql) sql = sql_new(NEXT_DELTAS);
		before = fold->ids->len;
		sql_bind_integer(sql, before ? g_array_index(fold->ids, gint64, before - 1) : 0);
		sql_bind_integer(sql, DELTAS_READ);
		if (!link->driver->read(link->session, sql, "ix", row_fold, fold, error))
			return FALSE;
		added = fold->ids->len - before;
	} while (added == DELTAS_READ && counts_size(fold->names) < FOLD_PAGES);
	return TRUE;
}

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

/* Most names of a fold are of one day. Half of the time that a list of pairs takes. */
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

/* Adds what the table has of these pages to them. */
static gboolean add_stored(const StoreLink *link, const CountsTable *table, Counts *counts,
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
		bind_packed(sql, packed);
	}
	sql_add(sql, link->driver->update_counts);
	return sql->values->len == 0 || link->driver->write(link->session, sql, NULL, error);
}

/* The next rows of a statement, `done` being done of `n`: a power of two, so that few different
 * statements serve any number. */
static guint next_rows(guint done, guint n)
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
		rows = next_rows(done, all->len);
		for (guint i = 0; i < rows; i++)
			g_ptr_array_add(some, all->pdata[done + i]);
		if (!func(link, table, counts, some, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean merge_pages(const StoreLink *link, const CountsTable *table, Counts *counts,
	GPtrArray *pages, GError **error)
{
	return add_stored(link, table, counts, pages, error) &&
	       counts_table_write(link, table, pages, error);
}

/* Of a long list of ids in a small table MySQL would rather read the whole table, and what it reads it locks,
 * the place behind the last row too: then nobody can insert until the fold is committed. */
static void stop_at_last(Sql *sql, guint rows)
{
	sql_add(sql, " ORDER BY delta_id LIMIT ?");
	sql_bind_integer(sql, rows);
}

static gboolean remove_deltas(const StoreLink *link, const GArray *ids, GError **error)
{
	for (guint done = 0, rows; done < ids->len; done += rows) {
		g_autoptr(Sql) sql = sql_new("DELETE FROM count_delta WHERE delta_id IN (");
		rows = next_rows(done, ids->len);
		for (guint i = 0; i < rows; i++) {
			sql_add(sql, i > 0 ? ", ?" : "?");
			sql_bind_integer(sql, g_array_index(ids, gint64, done + i));
		}
		sql_add(sql, ")");
		if (!link->driver->takes_turns)
			stop_at_last(sql, rows);
		if (!link->driver->write(link->session, sql, NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean fold_deltas(const StoreLink *link, guint *n, GError **error)
{
	g_autoptr(Counts) names = counts_new();
	g_autoptr(Counts) levels = counts_new();
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	Fold fold = {names, levels, ids};
	gboolean ok = take_deltas(link, &fold, error) &&
		      counts_table_each(link, &counts_table_names, names, merge_pages, error) &&
		      counts_table_each(link, &counts_table_levels, levels, merge_pages, error) &&
		      remove_deltas(link, ids, error);
	*n = ids->len;
	return ok;
}

gboolean counts_compact(const StoreLink *link, guint *n, GError **error)
{
	gboolean is_locked = FALSE;
	*n = 0;
	if (!link->driver->lock_counts(link->session, FALSE, &is_locked, error))
		return FALSE;
	if (!is_locked ||
		(fold_deltas(link, n, error) && link->driver->commit(link->session, error)))
		return TRUE;
	link->driver->rollback(link->session);
	return FALSE;
}
