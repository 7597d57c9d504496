/* The count tables: written as deltas, folded, read, and counted anew. The SQL is the same for all
 * databases. */
#include "store-counts.h"

#include <string.h>

#include "error.h"
#include "store-sql.h"

/* Deltas are folded when there are some 256 of them, or fewer large ones: this many pages in all. */
#define FOLD_DELTAS 256
#define FOLD_PAGES 4096

/* What a fold reads at a time, and the rows of a statement. */
#define DELTAS_READ 64
#define ROWS_MAX 64

#define WRITE_DELTA "INSERT INTO count_delta (counts) VALUES (?)"
#define DELTAS "SELECT counts FROM count_delta"
#define NEXT_DELTAS                                                                                \
	"SELECT delta_id, counts FROM count_delta WHERE delta_id > ? ORDER BY delta_id LIMIT ?"
#define STATE "SELECT complete_since FROM count_state"
#define SET_STATE "UPDATE count_state SET complete_since = ?"
#define LEVELS "SELECT day, counts FROM count_level WHERE day BETWEEN ? AND ?"
#define NAMES "SELECT day, counts, name FROM count_name WHERE day BETWEEN ? AND ?"

/* Reading -------------------------------------------------------------------------------------- */

/* What is asked for, and what becomes of it. */
typedef struct {
	const Filter *filter;
	gint64 from, to;   /* quarter hours; `to` is the first one that is not wanted */
	gboolean is_delta; /* the cells come from one: of any logger name */
	CountsFunc cell;
	gpointer data;
} Wanted;

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

static void pass_wanted(const CountsCell *cell, gpointer data)
{
	const Wanted *wanted = data;
	if (cell->quarter < wanted->from || cell->quarter >= wanted->to ||
		cell->level < wanted->filter->level)
		return;
	if (!wanted->is_delta || is_named(wanted->filter, cell->name))
		wanted->cell(cell, wanted->data);
}

static gboolean damaged(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_INTERNAL,
		"The count tables are damaged; run \"chronologer recount\"");
	return FALSE;
}

static gboolean row_page(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack_page((guint)row->integers[0], &row->texts[2], &row->texts[1],
		       pass_wanted, data) ||
	       damaged(error);
}

static gboolean row_delta(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack(&row->texts[0], pass_wanted, data) || damaged(error);
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

/* Cells of the tables; `by_name` where each cell's name is needed too. */
static gboolean read_pages(const StoreLink *link, Wanted *wanted, gboolean by_name, GError **error)
{
	by_name |= wanted->filter->names->len > 0;
	g_autoptr(StoreSql) sql = store_sql_new(by_name ? NAMES : LEVELS);
	store_sql_bind_integer(sql, wanted->from / COUNTS_QUARTERS);
	store_sql_bind_integer(sql, (wanted->to - 1) / COUNTS_QUARTERS);
	if (by_name)
		add_names(sql, wanted->filter->names);
	wanted->is_delta = FALSE;
	return link->driver->read(
		link->session, sql, by_name ? "ixx" : "ix", row_page, wanted, error);
}

static gboolean read_deltas(const StoreLink *link, Wanted *wanted, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(DELTAS);
	wanted->is_delta = TRUE;
	return link->driver->read(link->session, sql, "x", row_delta, wanted, error);
}

static gboolean row_integer(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	*(gint64 *)data = row->integers[0];
	return TRUE;
}

/* The first quarter hour from which on all is counted. */
static gboolean read_state(const StoreLink *link, gint64 *quarter, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(STATE);
	gint64 day = G_MAXINT32;
	if (!link->driver->read(link->session, sql, "i", row_integer, &day, error))
		return FALSE;
	*quarter = day * COUNTS_QUARTERS;
	return TRUE;
}

/* The whole quarter hours between the bounds of a filter. */
static void set_whole(Wanted *wanted, const Filter *filter)
{
	wanted->filter = filter;
	wanted->from = counts_quarter(filter->after - 1) + 1;
	wanted->to = counts_quarter(filter->before + 1);
}

/* Counting and adding up ----------------------------------------------------------------------- */

/* What is done with a filter's whole quarter hours, and with the records before and after them. */
typedef struct {
	CountsFunc cell;
	gboolean (*records)(
		const StoreLink *link, const Filter *filter, gpointer data, GError **error);
	void (*end)(gpointer data); /* of the cells; may be NULL */
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
	const StoreLink *link, const Reader *reader, Wanted *wanted, GError **error)
{
	wanted->cell = reader->cell;
	wanted->data = reader->data;
	if (!read_pages(link, wanted, reader->by_name, error) || !read_deltas(link, wanted, error))
		return FALSE;
	if (reader->end)
		reader->end(reader->data);
	return TRUE;
}

/* In the order of time, in a snapshot. */
static gboolean read_parts(
	const StoreLink *link, const Reader *reader, const Filter *filter, GError **error)
{
	Wanted wanted;
	gint64 complete;
	set_whole(&wanted, filter);
	if (!read_state(link, &complete, error))
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
	Wanted wanted;
	set_whole(&wanted, filter);
	if (filter->query || wanted.from >= wanted.to)
		return reader->records(link, filter, reader->data, error);
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = read_parts(link, reader, filter, error);
	link->driver->rollback(link->session);
	return ok;
}

static void add_to_count(const CountsCell *cell, gpointer data)
{
	*(guint64 *)data += (guint64)cell->n;
}

static gboolean count_records(
	const StoreLink *link, const Filter *filter, gpointer data, GError **error)
{
	guint64 n = 0;
	if (!link->driver->count(link->session, filter, &n, error))
		return FALSE;
	*(guint64 *)data += n;
	return TRUE;
}

gboolean store_counts_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error)
{
	Reader reader = {.cell = add_to_count, .records = count_records, .data = count};
	*count = 0;
	return read_filter(link, &reader, filter, error);
}

typedef struct {
	Counts *cells;
	GArray *sums;
} Sums;

/* Of any logger name. */
static void add_nameless(const CountsCell *cell, gpointer counts)
{
	static const Text none = {(char *)"", 0};
	counts_add(counts, &none, cell->quarter, cell->level, cell->n);
}

static void add_to_sums(const CountsCell *cell, gpointer data)
{
	add_nameless(cell, ((Sums *)data)->cells);
}

static gboolean sum_records(
	const StoreLink *link, const Filter *filter, gpointer data, GError **error)
{
	return link->driver->sums(link->session, filter, COUNTS_STEP, ((Sums *)data)->sums, error);
}

static void append_sum(const CountsCell *cell, gpointer data)
{
	StoreSum sum = {
		.start = cell->quarter * COUNTS_STEP - COUNTS_1970,
		.level = cell->level,
		.count = (guint64)cell->n,
	};
	g_array_append_val((GArray *)data, sum);
}

static void end_sums(gpointer data)
{
	Sums *sums = data;
	counts_each(sums->cells, append_sum, sums->sums);
}

gboolean store_counts_sums(
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error)
{
	if (step != COUNTS_STEP)
		return link->driver->sums(link->session, filter, step, sums, error);
	g_autoptr(Counts) cells = counts_new();
	Sums to = {cells, sums};
	Reader reader = {.cell = add_to_sums, .records = sum_records, .end = end_sums, .data = &to};
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

static void add_cell_named(const CountsCell *cell, gpointer table)
{
	add_named(table, cell->name, cell->n);
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
	return link->driver->names(link->session, filter, add_row_named, table, error);
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

gboolean store_counts_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error)
{
	g_autoptr(GHashTable) table = g_hash_table_new_full(hash_name, same_name, free_named, NULL);
	Reader reader = {
		.cell = add_cell_named, .records = name_records, .by_name = TRUE, .data = table};
	return read_filter(link, &reader, filter, error) && pass_names(table, row, data, error);
}

/* Ranges --------------------------------------------------------------------------------------- */

/* From this offset on looking for its quarter hour is quicker than walking to it. */
#define FAR 1000

/* Quarter hours without a match that are walked through rather than left out: each part that is read
 * is a statement. */
#define GAP 4

/* Quarter hours in which rows are. */
typedef struct {
	gint64 from, to; /* `to` is behind the last one */
} Run;

/* Which parts of a filter hold the rows of a range. */
typedef struct {
	const StoreLink *link;
	const StoreRange *range;
	Wanted wanted;
	Counts *deltas; /* by quarter hour */
	GArray *runs;   /* Run, the newest first */
	guint64 skip; /* rows from the first of them, or what comes then, to the first one asked for */
	guint64 need; /* rows to go until the last one asked for */

	StoreRecordFunc row;
	gpointer data;
	guint limit; /* rows still to be passed on */
} Search;

/* By quarter hour alone. */
static void add_quarter(const CountsCell *cell, gpointer counts)
{
	CountsCell all = *cell;
	all.level = 0;
	add_nameless(&all, counts);
}

/* A quarter hour with `n` rows, the next one back in time that has any. */
static void pass_quarter(Search *search, gint64 quarter, guint64 n)
{
	if (search->runs->len == 0 && search->skip >= n) {
		search->skip -= n;
		search->need -= n;
		return;
	}
	Run *last =
		search->runs->len ? &g_array_index(search->runs, Run, search->runs->len - 1) : NULL;
	Run run = {quarter, quarter + 1};
	if (last && last->from - run.to <= GAP)
		last->from = quarter;
	else
		g_array_append_val(search->runs, run);
	search->need -= MIN(n, search->need);
}

/* As pass_wanted(), of what has passed that already. */
static void pass_between(const CountsCell *cell, gpointer data)
{
	const Wanted *wanted = data;
	if (cell->quarter >= wanted->from && cell->quarter < wanted->to)
		wanted->cell(cell, wanted->data);
}

static void append_cell(const CountsCell *cell, gpointer cells)
{
	g_array_append_val((GArray *)cells, *cell);
}

/* Walks back through the days `first` to `last`. */
static gboolean search_days(Search *search, gint64 first, gint64 last, GError **error)
{
	Wanted wanted = search->wanted;
	g_autoptr(Counts) counts = counts_new();
	g_autoptr(GArray) cells = g_array_new(FALSE, FALSE, sizeof(CountsCell));
	wanted.from = MAX(wanted.from, first * COUNTS_QUARTERS);
	wanted.to = MIN(wanted.to, (last + 1) * COUNTS_QUARTERS);
	wanted.cell = add_quarter;
	wanted.data = counts;
	if (!read_pages(search->link, &wanted, FALSE, error))
		return FALSE;
	counts_each(search->deltas, pass_between, &wanted);
	counts_each(counts, append_cell, cells);
	for (guint i = cells->len; i-- > 0 && search->need > 0;) {
		const CountsCell *cell = &g_array_index(cells, CountsCell, i);
		if (cell->n > 0)
			pass_quarter(search, cell->quarter, (guint64)cell->n);
	}
	return TRUE;
}

typedef struct {
	gint64 before; /* what is looked for is the newest day that is not after this one */
	gint64 day;
} Newest;

static void newer_cell(const CountsCell *cell, gpointer data)
{
	Newest *newest = data;
	gint64 day = cell->quarter / COUNTS_QUARTERS;
	if (day <= newest->before)
		newest->day = MAX(newest->day, day);
}

/* The newest day with records that is not after `before`; -1 where there is none. */
static gboolean newest_day(const Search *search, gint64 before, gint64 *day, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(
		"SELECT day FROM count_level WHERE day <= ? ORDER BY day DESC LIMIT 1");
	Newest newest = {before, -1};
	store_sql_bind_integer(sql, before);
	if (!search->link->driver->read(
		    search->link->session, sql, "i", row_integer, &newest.day, error))
		return FALSE;
	counts_each(search->deltas, newer_cell, &newest);
	*day = newest.day;
	return TRUE;
}

/* In steps of twice as many days: what is asked for is mostly near the beginning. */
static gboolean search_back(Search *search, GError **error)
{
	gint64 first = search->wanted.from / COUNTS_QUARTERS;
	gint64 last = (search->wanted.to - 1) / COUNTS_QUARTERS;
	for (gint64 days = 1; search->need > 0; days *= 2) {
		if (!newest_day(search, last, &last, error))
			return FALSE;
		if (last < first)
			return TRUE;
		if (!search_days(search, MAX(first, last - days + 1), last, error))
			return FALSE;
		last -= days;
	}
	return TRUE;
}

static gboolean pass_row(const Record *record, gpointer data, GError **error)
{
	Search *search = data;
	search->limit--;
	return search->row(record, search->data, error);
}

/* The rows of a part of the filter, from `skip` on; the parts before have taken theirs. */
static gboolean read_part(Search *search, gint64 after, gint64 before, GError **error)
{
	Filter part = *search->range->filter; /* borrows */
	StoreRange range = *search->range;
	part.after = MAX(part.after, after);
	part.before = MIN(part.before, before);
	if (search->limit == 0 || part.after > part.before)
		return TRUE;
	range.filter = &part;
	range.left = search->skip;
	range.limit = search->limit;
	search->skip = 0;
	return search->link->driver->range(search->link->session, &range, pass_row, search, error);
}

/* The rows that are newer than the whole quarter hours. */
static gboolean read_newest(Search *search, GError **error)
{
	Filter edge = *search->wanted.filter;
	guint64 n = 0;
	edge.after = counts_quarter_ts(search->wanted.to);
	if (edge.after > edge.before)
		return TRUE;
	if (!search->link->driver->count(search->link->session, &edge, &n, error))
		return FALSE;
	search->need -= MIN(n, search->need);
	if (search->skip < n)
		return read_part(search, edge.after, edge.before, error);
	search->skip -= n;
	return TRUE;
}

static gboolean find_runs(Search *search, GError **error)
{
	search->wanted.cell = add_quarter;
	search->wanted.data = search->deltas;
	if (!read_deltas(search->link, &search->wanted, error))
		return FALSE;
	search->wanted.is_delta = FALSE;
	return search_back(search, error);
}

static gboolean read_runs(Search *search, GError **error)
{
	for (guint i = 0; i < search->runs->len; i++) {
		const Run *run = &g_array_index(search->runs, Run, i);
		if (!read_part(search, counts_quarter_ts(run->from), counts_quarter_ts(run->to) - 1,
			    error))
			return FALSE;
	}
	return TRUE;
}

static gboolean search_range(Search *search, GError **error)
{
	gint64 complete;
	set_whole(&search->wanted, search->range->filter);
	if (!read_state(search->link, &complete, error))
		return FALSE;
	search->wanted.from = MAX(search->wanted.from, complete);
	if (search->wanted.from >= search->wanted.to)
		return read_part(search, RECORD_TS_MIN, RECORD_TS_MAX, error);
	return read_newest(search, error) && find_runs(search, error) && read_runs(search, error) &&
	       read_part(search, RECORD_TS_MIN, counts_quarter_ts(search->wanted.from) - 1, error);
}

gboolean store_counts_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error)
{
	const Filter *filter = range->filter;
	gboolean is_near = range->left < FAR && filter->level == 0 && filter->names->len == 0;
	if (is_near || filter->query || range->from || range->left > G_MAXINT64)
		return link->driver->range(link->session, range, row, data, error);
	g_autoptr(Counts) deltas = counts_new();
	g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(Run));
	Search search = {.link = link,
		.range = range,
		.deltas = deltas,
		.runs = runs,
		.skip = range->left,
		.need = range->left + range->limit,
		.row = row,
		.data = data,
		.limit = range->limit};
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = search_range(&search, error);
	link->driver->rollback(link->session);
	return ok;
}

/* Writing -------------------------------------------------------------------------------------- */

static void bind_packed(StoreSql *sql, GByteArray *packed)
{
	store_sql_bind_bytes(sql, (const char *)packed->data, packed->len);
}

gboolean store_counts_write(
	const StoreLink *link, const Counts *change, gboolean *is_due, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(WRITE_DELTA);
	g_autoptr(GByteArray) packed = counts_pack(change);
	guint64 sequence = 0;
	bind_packed(sql, packed);
	if (!link->driver->write(link->session, sql, &sequence, error))
		return FALSE;
	*is_due |=
		sequence % FOLD_DELTAS <= (guint64)counts_size(change) * FOLD_DELTAS / FOLD_PAGES;
	return TRUE;
}

/* What a fold has in hand. */
typedef struct {
	Counts *names;
	Counts *levels; /* the same without names */
	GArray *ids;    /* gint64: the deltas */
} Fold;

static void fold_cell(const CountsCell *cell, gpointer data)
{
	Fold *fold = data;
	counts_add_cell(cell, fold->names);
	add_nameless(cell, fold->levels);
}

static gboolean row_fold(const StoreRow *row, gpointer data, GError **error)
{
	Fold *fold = data;
	g_array_append_val(fold->ids, row->integers[0]);
	return counts_unpack(&row->texts[1], fold_cell, fold) || damaged(error);
}

/* All there are, or as many as memory is to be spent on: the rest is for the next fold. */
static gboolean take_deltas(const StoreLink *link, Fold *fold, GError **error)
{
	guint before, added;
	do {
		g_autoptr(StoreSql) sql = store_sql_new(NEXT_DELTAS);
		before = fold->ids->len;
		store_sql_bind_integer(
			sql, before ? g_array_index(fold->ids, gint64, before - 1) : 0);
		store_sql_bind_integer(sql, DELTAS_READ);
		if (!link->driver->read(link->session, sql, "ix", row_fold, fold, error))
			return FALSE;
		added = fold->ids->len - before;
	} while (added == DELTAS_READ && counts_size(fold->names) < FOLD_PAGES);
	return TRUE;
}

/* One of the two tables, as far as their statements differ. */
typedef struct {
	const char *read;    /* continues with a condition for each row */
	const char *columns; /* of what is read: day, counts and perhaps a name */
	const char *row;     /* the condition */
	const char *remove;
	const char *write;
	const char *values;
	gboolean by_name;
} Table;

static const Table name_table = {
	.read = "SELECT day, counts, name FROM count_name WHERE ",
	.columns = "ixx",
	.row = "(day = ? AND name = ?)",
	.remove = "DELETE FROM count_name WHERE ",
	.write = "REPLACE INTO count_name (day, name, counts) VALUES ",
	.values = "(?, ?, ?)",
	.by_name = TRUE,
};

static const Table level_table = {
	.read = "SELECT day, counts FROM count_level WHERE ",
	.columns = "ix",
	.row = "(day = ?)",
	.remove = "DELETE FROM count_level WHERE ",
	.write = "REPLACE INTO count_level (day, counts) VALUES ",
	.values = "(?, ?)",
};

static void bind_key(StoreSql *sql, const Table *table, const CountsPage *page)
{
	store_sql_bind_integer(sql, page->day);
	if (table->by_name)
		store_sql_bind_bytes(sql, page->name.data, page->name.length);
}

static gboolean row_add_page(const StoreRow *row, gpointer counts, GError **error)
{
	return counts_unpack_page((guint)row->integers[0], &row->texts[2], &row->texts[1],
		       counts_add_cell, counts) ||
	       damaged(error);
}

/* Adds what the table has of these pages to them. */
static gboolean add_stored(
	const StoreLink *link, const Table *table, Counts *counts, GPtrArray *pages, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(table->read);
	for (guint i = 0; i < pages->len; i++) {
		store_sql_add(sql, i > 0 ? " OR " : "");
		store_sql_add(sql, table->row);
		bind_key(sql, table, pages->pdata[i]);
	}
	return link->driver->read(link->session, sql, table->columns, row_add_page, counts, error);
}

static gboolean remove_page(
	const StoreLink *link, const Table *table, const CountsPage *page, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(table->remove);
	store_sql_add(sql, table->row);
	bind_key(sql, table, page);
	return link->driver->write(link->session, sql, NULL, error);
}

/* A page of nothing but 0 is a row that is not there. */
static gboolean write_pages(
	const StoreLink *link, const Table *table, GPtrArray *pages, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(table->write);
	for (guint i = 0; i < pages->len; i++) {
		g_autoptr(GByteArray) packed = counts_pack_page(pages->pdata[i]);
		if (packed->len == 0 && !remove_page(link, table, pages->pdata[i], error))
			return FALSE;
		if (packed->len == 0)
			continue;
		store_sql_add(sql, sql->values->len > 0 ? ", " : "");
		store_sql_add(sql, table->values);
		bind_key(sql, table, pages->pdata[i]);
		bind_packed(sql, packed);
	}
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

typedef gboolean (*PagesFunc)(const StoreLink *link, const Table *table, Counts *counts,
	GPtrArray *pages, GError **error);

static gboolean for_pages(
	const StoreLink *link, const Table *table, Counts *counts, PagesFunc func, GError **error)
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

static gboolean merge_pages(
	const StoreLink *link, const Table *table, Counts *counts, GPtrArray *pages, GError **error)
{
	return add_stored(link, table, counts, pages, error) &&
	       write_pages(link, table, pages, error);
}

static gboolean remove_deltas(const StoreLink *link, const GArray *ids, GError **error)
{
	for (guint done = 0, rows; done < ids->len; done += rows) {
		g_autoptr(StoreSql) sql =
			store_sql_new("DELETE FROM count_delta WHERE delta_id IN (");
		rows = next_rows(done, ids->len);
		for (guint i = 0; i < rows; i++) {
			store_sql_add(sql, i > 0 ? ", ?" : "?");
			store_sql_bind_integer(sql, g_array_index(ids, gint64, done + i));
		}
		store_sql_add(sql, ")");
		if (!link->driver->write(link->session, sql, NULL, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean fold_deltas(const StoreLink *link, GError **error)
{
	g_autoptr(Counts) names = counts_new();
	g_autoptr(Counts) levels = counts_new();
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	Fold fold = {names, levels, ids};
	return take_deltas(link, &fold, error) &&
	       for_pages(link, &name_table, names, merge_pages, error) &&
	       for_pages(link, &level_table, levels, merge_pages, error) &&
	       remove_deltas(link, ids, error);
}

gboolean store_counts_fold(const StoreLink *link, GError **error)
{
	gboolean is_locked = FALSE;
	if (!link->driver->lock_counts(link->session, FALSE, &is_locked, error))
		return FALSE;
	if (!is_locked || (fold_deltas(link, error) && link->driver->commit(link->session, error)))
		return TRUE;
	link->driver->rollback(link->session);
	return FALSE;
}

/* Counting anew -------------------------------------------------------------------------------- */

#define NEWEST_RECORD "SELECT ts FROM record WHERE ts <= ? ORDER BY ts DESC LIMIT 1"
#define NEWEST_LEVELS "SELECT day FROM count_level WHERE day <= ? ORDER BY day DESC LIMIT 1"
#define NEWEST_NAMES "SELECT day FROM count_name WHERE day <= ? ORDER BY day DESC LIMIT 1"

/* One day: what the tables have to hold, and by how much they differ from that. */
typedef struct {
	guint day;
	guint64 records;
	Counts *names, *levels;
	Counts *wrong_names, *wrong_levels;
	guint64 wrong;
} Recount;

static void expect_cell(const CountsCell *cell, gpointer data)
{
	Recount *recount = data;
	counts_add_cell(cell, recount->names);
	add_nameless(cell, recount->levels);
	counts_add_cell(cell, recount->wrong_names);
	add_nameless(cell, recount->wrong_levels);
}

static void expect_record(const CountsCell *cell, gpointer data)
{
	((Recount *)data)->records += (guint64)cell->n;
	expect_cell(cell, data);
}

/* What is still to be folded is not in the tables. */
static void expect_delta(const CountsCell *cell, gpointer data)
{
	const Recount *recount = data;
	CountsCell less = *cell;
	less.n = -cell->n;
	if (cell->quarter / COUNTS_QUARTERS == recount->day)
		expect_cell(&less, data);
}

static gboolean row_expect_delta(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack(&row->texts[0], expect_delta, data) || damaged(error);
}

static void subtract_cell(const CountsCell *cell, gpointer counts)
{
	counts_add(counts, cell->name, cell->quarter, cell->level, -cell->n);
}

static gboolean row_compare(const StoreRow *row, gpointer data, GError **error)
{
	Recount *recount = data;
	Counts *wrong = row->texts[2].data ? recount->wrong_names : recount->wrong_levels;
	(void)error;
	if (!counts_unpack_page(
		    (guint)row->integers[0], &row->texts[2], &row->texts[1], subtract_cell, wrong))
		recount->wrong++;
	return TRUE;
}

static void count_wrong(G_GNUC_UNUSED const CountsCell *cell, gpointer data)
{
	((Recount *)data)->wrong++;
}

static gboolean read_table(
	const StoreLink *link, const Table *table, Recount *recount, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(table->read);
	store_sql_add(sql, "day = ?");
	store_sql_bind_integer(sql, recount->day);
	return link->driver->read(link->session, sql, table->columns, row_compare, recount, error);
}

static gboolean compare_day(const StoreLink *link, Recount *recount, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(StoreSql) deltas = store_sql_new(DELTAS);
	gint64 first = (gint64)recount->day * COUNTS_QUARTERS;
	filter->after = MAX(RECORD_TS_MIN, counts_quarter_ts(first));
	filter->before = counts_quarter_ts(first + COUNTS_QUARTERS) - 1;
	if (!link->driver->tally(link->session, filter, expect_record, recount, error) ||
		!link->driver->read(link->session, deltas, "x", row_expect_delta, recount, error) ||
		!read_table(link, &name_table, recount, error) ||
		!read_table(link, &level_table, recount, error))
		return FALSE;
	counts_each(recount->wrong_names, count_wrong, recount);
	counts_each(recount->wrong_levels, count_wrong, recount);
	return TRUE;
}

static gboolean put_pages(const StoreLink *link, const Table *table, G_GNUC_UNUSED Counts *counts,
	GPtrArray *pages, GError **error)
{
	return write_pages(link, table, pages, error);
}

static gboolean replace_table(
	const StoreLink *link, const Table *table, guint day, Counts *counts, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(table->remove);
	store_sql_add(sql, "day = ?");
	store_sql_bind_integer(sql, day);
	return link->driver->write(link->session, sql, NULL, error) &&
	       for_pages(link, table, counts, put_pages, error);
}

static gboolean set_state(const StoreLink *link, guint day, GError **error)
{
	g_autoptr(StoreSql) sql = store_sql_new(SET_STATE);
	store_sql_bind_integer(sql, day);
	return link->driver->write(link->session, sql, NULL, error);
}

/* Inside a transaction that holds the lock of the tables, or only reads where nothing is changed. */
static gboolean recount_day(
	const StoreLink *link, StoreRecount what, Recount *recount, GError **error)
{
	if (!compare_day(link, recount, error))
		return FALSE;
	if (what == STORE_RECOUNT_CHECK)
		return TRUE;
	if (recount->wrong > 0 &&
		(!replace_table(link, &name_table, recount->day, recount->names, error) ||
			!replace_table(link, &level_table, recount->day, recount->levels, error)))
		return FALSE;
	return what != STORE_RECOUNT_MISSING || set_state(link, recount->day, error);
}

static gboolean begin_recount(const StoreLink *link, StoreRecount what, GError **error)
{
	gboolean is_locked;
	return what == STORE_RECOUNT_CHECK
		       ? link->driver->snapshot(link->session, error)
		       : link->driver->lock_counts(link->session, TRUE, &is_locked, error);
}

static gboolean recount_in_transaction(
	const StoreLink *link, StoreRecount what, Recount *recount, GError **error)
{
	if (!begin_recount(link, what, error))
		return FALSE;
	gboolean ok = recount_day(link, what, recount, error) &&
		      (what == STORE_RECOUNT_CHECK || link->driver->commit(link->session, error));
	if (!ok || what == STORE_RECOUNT_CHECK)
		link->driver->rollback(link->session);
	return ok;
}

static gboolean recount_one(const StoreLink *link, StoreRecount what, guint day, StoreDayFunc func,
	gpointer data, GError **error)
{
	g_autoptr(Counts) names = counts_new();
	g_autoptr(Counts) levels = counts_new();
	g_autoptr(Counts) wrong_names = counts_new();
	g_autoptr(Counts) wrong_levels = counts_new();
	Recount recount = {.day = day,
		.names = names,
		.levels = levels,
		.wrong_names = wrong_names,
		.wrong_levels = wrong_levels};
	if (!recount_in_transaction(link, what, &recount, error))
		return FALSE;
	StoreDay done = {
		.start = counts_quarter_ts((gint64)day * COUNTS_QUARTERS),
		.records = recount.records,
		.wrong = recount.wrong,
	};
	return func(&done, data, error);
}

/* The newest day that any of the tables has, not after `before`; -1 where there is none. */
static gboolean next_day(const StoreLink *link, gint64 before, gint64 *day, GError **error)
{
	g_autoptr(StoreSql) record = store_sql_new(NEWEST_RECORD);
	g_autoptr(StoreSql) levels = store_sql_new(NEWEST_LEVELS);
	g_autoptr(StoreSql) names = store_sql_new(NEWEST_NAMES);
	gint64 ts = G_MININT64, level_day = -1, name_day = -1;
	store_sql_bind_ts(
		record, MIN(RECORD_TS_MAX, counts_quarter_ts((before + 1) * COUNTS_QUARTERS) - 1));
	store_sql_bind_integer(levels, before);
	store_sql_bind_integer(names, before);
	if (!link->driver->read(link->session, record, "t", row_integer, &ts, error) ||
		!link->driver->read(link->session, levels, "i", row_integer, &level_day, error) ||
		!link->driver->read(link->session, names, "i", row_integer, &name_day, error))
		return FALSE;
	*day = MAX(level_day, name_day);
	if (ts != G_MININT64)
		*day = MAX(*day, counts_quarter(ts) / COUNTS_QUARTERS);
	return TRUE;
}

gboolean store_counts_recount(
	const StoreLink *link, StoreRecount what, StoreDayFunc func, gpointer data, GError **error)
{
	gint64 first = counts_quarter(RECORD_TS_MIN) / COUNTS_QUARTERS;
	gint64 day = counts_quarter(RECORD_TS_MAX) / COUNTS_QUARTERS, complete;
	if (!read_state(link, &complete, error))
		return FALSE;
	if (what == STORE_RECOUNT_MISSING)
		day = MIN(day, complete / COUNTS_QUARTERS - 1);
	while (day >= first) {
		if (!next_day(link, day, &day, error))
			return FALSE;
		if (day >= first && !recount_one(link, what, (guint)day, func, data, error))
			return FALSE;
		day--;
	}
	return what == STORE_RECOUNT_CHECK || set_state(link, 0, error);
}
