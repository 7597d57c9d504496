/* Counts, timelines and names from the count tables, and from the records at both ends of a range. The SQL
 * of the count tables is the same for all databases. */
#include "store/counts/read.h"

#include <string.h>

#include "base/calendar.h"
#include "store/counts/narrow.h"
#include "store/counts/scan.h"
#include "store/read.h"

/* Counting and adding up ----------------------------------------------------------------------- */

/* What is done with a filter's whole quarter hours, and with the records before and after them. */
typedef struct {
	CountsRunFunc run;
	gboolean (*records)(
		const StoreLink *link, const Filter *filter, gpointer data, GError **error);
	void (*end)(gpointer data); /* of the quarter hours; may be NULL */
	gboolean by_name;
	gpointer data;
} Reader;

static gboolean read_edge(const StoreLink *link, const Reader *reader, const Filter *filter,
	gint64 after, gint64 before, GError **error)
{
	Filter edge = *filter; /* borrows */
	edge.after = after;
	edge.before = before;
	return after > before || reader->records(link, &edge, reader->data, error);
}

static gboolean read_whole(
	const StoreLink *link, const Reader *reader, CountsScan *wanted, GError **error)
{
	wanted->run = reader->run;
	wanted->data = reader->data;
	if (!counts_scan_pages(link, wanted, reader->by_name, error) ||
		!counts_scan_deltas(link, wanted, error))
		return FALSE;
	if (reader->end)
		reader->end(reader->data);
	return TRUE;
}

/* In the order of time, in a snapshot. */
static gboolean read_parts(
	const StoreLink *link, const Reader *reader, const Filter *filter, GError **error)
{
	CountsScan wanted;
	gint64 complete;
	counts_scan_whole(&wanted, filter);
	if (!counts_scan_complete(link, &complete, error))
		return FALSE;
	wanted.from = MAX(wanted.from, complete);
	if (wanted.from >= wanted.to)
		return reader->records(link, filter, reader->data, error);
	return read_edge(link, reader, filter, filter->after, counts_quarter_ts(wanted.from) - 1,
		       error) &&
	       read_whole(link, reader, &wanted, error) &&
	       read_edge(link, reader, filter, counts_quarter_ts(wanted.to), filter->before, error);
}

static gboolean read_filter(
	const StoreLink *link, const Reader *reader, const Filter *filter, GError **error)
{
	CountsScan wanted;
	counts_scan_whole(&wanted, filter);
	if (filter->query && filter_has_name_or_level(filter))
		return counts_narrow_each(link, filter, reader->records, reader->data, error);
	if (filter->query || wanted.from >= wanted.to)
		return reader->records(link, filter, reader->data, error);
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = read_parts(link, reader, filter, error);
	link->driver->rollback(link->session);
	return ok;
}

static gint64 total(const CountsRun *run)
{
	gint64 n = 0;
	for (guint i = 0; i < run->length; i++)
		n += run->n[i];
	return n;
}

static void add_to_count(const CountsRun *run, gpointer data)
{
	*(guint64 *)data += (guint64)total(run);
}

static gboolean count_records(
	const StoreLink *link, const Filter *filter, gpointer data, GError **error)
{
	guint64 n = 0;
	if (!store_read_count(link, filter, &n, error))
		return FALSE;
	*(guint64 *)data += n;
	return TRUE;
}

static gboolean count_one(const Record *record, gpointer count, GError **error)
{
	(void)record;
	(void)error;
	++*(guint64 *)count;
	return TRUE;
}

/* The tables count what is newer than `filter->newest` too: few, which are read and taken away. */
static gboolean count_not_newer(
	const StoreLink *link, const Reader *reader, const Filter *filter, GError **error)
{
	guint64 newer = 0;
	Filter all = *filter; /* borrows */
	StoreArrivals arrivals = {&all, filter->newest + 1, G_MAXINT64, G_MAXUINT, FALSE};
	all.newest = G_MAXUINT64;
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = read_parts(link, reader, &all, error) &&
		      store_read_arrivals(link, &arrivals, count_one, &newer, error);
	link->driver->rollback(link->session);
	*(guint64 *)reader->data -= newer;
	return ok;
}

gboolean counts_read_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error)
{
	Reader reader = {.run = add_to_count, .records = count_records, .data = count};
	*count = 0;
	if (filter->newest < G_MAXINT64 && !filter->query)
		return count_not_newer(link, &reader, filter, error);
	return read_filter(link, &reader, filter, error);
}

typedef struct {
	Counts *counts;
	GArray *sums;
} Sums;

static void add_to_sums(const CountsRun *run, gpointer data)
{
	counts_add_nameless(run, ((Sums *)data)->counts);
}

static gboolean sum_records(
	const StoreLink *link, const Filter *filter, gpointer data, GError **error)
{
	return store_read_sums(link, filter, COUNTS_STEP, ((Sums *)data)->sums, error);
}

static void append_sum(const CountsCell *cell, gpointer data)
{
	StoreSum sum = {
		.start = cell->quarter * COUNTS_STEP - CALENDAR_SECONDS_1970,
		.level = cell->level,
		.count = (guint64)cell->n,
	};
	g_array_append_val((GArray *)data, sum);
}

static void end_sums(gpointer data)
{
	Sums *sums = data;
	counts_each(sums->counts, append_sum, sums->sums);
}

gboolean counts_read_sums(
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error)
{
	if (step != COUNTS_STEP)
		return store_read_sums(link, filter, step, sums, error);
	g_autoptr(Counts) counts = counts_new();
	Sums to = {counts, sums};
	Reader reader = {.run = add_to_sums, .records = sum_records, .end = end_sums, .data = &to};
	return read_filter(link, &reader, filter, error);
}

/* Names ---------------------------------------------------------------------------------------- */

static guint hash_name(gconstpointer key)
{
	const Text *name = key;
	guint hash = 5381;
	for (gsize i = 0; i < name->length; i++)
		hash = hash * 33 + (guint8)name->data[i];
	return hash;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	const Text *left = a, *right = b;
	int order = memcmp(left->data, right->data, MIN(left->length, right->length));
	return order ? order : (left->length > right->length) - (left->length < right->length);
}

static gboolean same_name(gconstpointer a, gconstpointer b)
{
	return compare_names(a, b) == 0;
}

/* A logger name and how many records it has; the Text first, as the key of its table. */
typedef struct {
	Text name;
	gint64 n;
} Named;

static void free_named(gpointer data)
{
	g_free(((Named *)data)->name.data);
	g_free(data);
}

static void add_named(GHashTable *table, const Text *name, gint64 n)
{
	Named *named = g_hash_table_lookup(table, name);
	if (!named) {
		named = g_new0(Named, 1);
		named->name = (Text){g_strndup("", name->length), name->length};
		memcpy(named->name.data, name->data, name->length);
		g_hash_table_add(table, named);
	}
	named->n += n;
}

static void add_run_named(const CountsRun *run, gpointer table)
{
	add_named(table, run->name, total(run));
}

static gboolean add_row_named(const Text *name, guint64 n, gpointer table, GError **error)
{
	(void)error;
	add_named(table, name, (gint64)n);
	return TRUE;
}

static gboolean name_records(
	const StoreLink *link, const Filter *filter, gpointer table, GError **error)
{
	return store_read_names(link, filter, add_row_named, table, error);
}

static int compare_named(gconstpointer a, gconstpointer b)
{
	return compare_names(*(const Named *const *)a, *(const Named *const *)b);
}

static gboolean pass_names(GHashTable *table, StoreNameFunc row, gpointer data, GError **error)
{
	GHashTableIter iterator;
	gpointer key;
	g_autoptr(GPtrArray) names = g_ptr_array_sized_new(g_hash_table_size(table));
	g_hash_table_iter_init(&iterator, table);
	while (g_hash_table_iter_next(&iterator, &key, NULL))
		g_ptr_array_add(names, key);
	g_ptr_array_sort(names, compare_named);
	for (guint i = 0; i < names->len; i++) {
		const Named *named = names->pdata[i];
		if (named->n > 0 && !row(&named->name, (guint64)named->n, data, error))
			return FALSE;
	}
	return TRUE;
}

gboolean counts_read_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error)
{
	g_autoptr(GHashTable) table = g_hash_table_new_full(hash_name, same_name, free_named, NULL);
	Reader reader = {
		.run = add_run_named, .records = name_records, .by_name = TRUE, .data = table};
	return read_filter(link, &reader, filter, error) && pass_names(table, row, data, error);
}
