/* Deltas, and adding them to the tables. */
#include "store/counts/compact.h"

#include "store/counts/scan.h"
#include "store/counts/table.h"

/* Deltas are compacted when there are some 256 of them, or fewer large ones: this many pages in all. */
#define COMPACT_DELTAS 256
#define COMPACT_PAGES 4096

/* So many are read at a time. */
#define DELTAS_READ 16

#define WRITE_DELTA "INSERT INTO count_delta (counts) VALUES (?)"
#define NEXT_DELTAS                                                                                \
	"SELECT delta_id, counts FROM count_delta WHERE delta_id > ? ORDER BY delta_id LIMIT ?"

gboolean counts_compact_write(
	const StoreLink *link, const Counts *change, guint *due, GError **error)
{
	g_autoptr(Sql) sql = sql_new(WRITE_DELTA);
	g_autoptr(GByteArray) packed = counts_pack(change);
	guint64 sequence = 0;
	sql_bind_bytes(sql, (const char *)packed->data, packed->len);
	if (!link->driver->write(link->session, sql, &sequence, error))
		return FALSE;
	guint interval = CLAMP(COMPACT_PAGES / counts_size(change), 1, COMPACT_DELTAS);
	*due += sequence % interval == 0;
	return TRUE;
}

/* What was taken, and the numbers of these deltas. */
typedef struct {
	Counts *names;
	Counts *levels; /* the same without names */
	GArray *ids;    /* gint64 */
} Taken;

static void take_run(const CountsRun *run, gpointer data)
{
	Taken *taken = data;
	counts_add_run(run, taken->names);
	counts_add_nameless(run, taken->levels);
}

static gboolean row_delta(const StoreRow *row, gpointer data, GError **error)
{
	Taken *taken = data;
	g_array_append_val(taken->ids, row->integers[0]);
	return counts_unpack(&row->texts[1], take_run, taken) || counts_scan_damaged(error);
}

/* All there are, or as many as memory is to be spent on: the rest is for the next time. */
static gboolean take_deltas(const StoreLink *link, Taken *taken, GError **error)
{
	guint before, added;
	do {
		g_autoptr(Sql) sql = sql_new(NEXT_DELTAS);
		before = taken->ids->len;
		sql_bind_integer(sql, before ? g_array_index(taken->ids, gint64, before - 1) : 0);
		sql_bind_integer(sql, DELTAS_READ);
		if (!link->driver->read(link->session, sql, "ix", row_delta, taken, error))
			return FALSE;
		added = taken->ids->len - before;
	} while (added == DELTAS_READ && counts_size(taken->names) < COMPACT_PAGES);
	return TRUE;
}

static gboolean merge_pages(const StoreLink *link, const CountsTable *table, Counts *counts,
	GPtrArray *pages, GError **error)
{
	return counts_table_add(link, table, counts, pages, error) &&
	       counts_table_write(link, table, pages, error);
}

/* Of a long list of ids in a small table MySQL would rather read the whole table, and what it reads it locks,
 * the place behind the last row too: then nobody can insert until this is committed. */
static void stop_at_last(Sql *sql, guint rows)
{
	sql_add(sql, " ORDER BY delta_id LIMIT ?");
	sql_bind_integer(sql, rows);
}

static gboolean remove_deltas(const StoreLink *link, const GArray *ids, GError **error)
{
	for (guint done = 0, rows; done < ids->len; done += rows) {
		g_autoptr(Sql) sql = sql_new("DELETE FROM count_delta WHERE delta_id IN (");
		rows = counts_table_rows(done, ids->len);
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

static gboolean compact_deltas(const StoreLink *link, guint *n, GError **error)
{
	g_autoptr(Counts) names = counts_new();
	g_autoptr(Counts) levels = counts_new();
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	Taken taken = {names, levels, ids};
	gboolean ok = take_deltas(link, &taken, error) &&
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
		(compact_deltas(link, n, error) && link->driver->commit(link->session, error)))
		return TRUE;
	link->driver->rollback(link->session);
	return FALSE;
}
