/* Counting anew: comparing the count tables with the records, a day at a time. */
#include "store/driver.h"

#include "base/calendar.h"
#include "store/counts/compact.h"
#include "store/counts/scan.h"
#include "store/counts/table.h"
#include "store/read.h"

#define SET_STATE "UPDATE count_state SET complete_since = ?"
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

static void expect_run(const CountsRun *run, gpointer data)
{
	Recount *recount = data;
	counts_add_run(run, recount->names);
	counts_add_nameless(run, recount->levels);
	counts_add_run(run, recount->wrong_names);
	counts_add_nameless(run, recount->wrong_levels);
}

static void expect_record(const CountsCell *cell, gpointer data)
{
	CountsRun run = {cell->name, cell->level, cell->quarter, 1, &cell->n};
	((Recount *)data)->records += (guint64)cell->n;
	expect_run(&run, data);
}

/* What is still to be compacted is not in the tables. */
static void expect_delta(const CountsRun *run, gpointer data)
{
	const Recount *recount = data;
	gint64 n[COUNTS_QUARTERS];
	CountsRun less = counts_negative(run, n);
	if (run->quarter / COUNTS_QUARTERS == recount->day)
		expect_run(&less, data);
}

static gboolean row_expect_delta(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack(&row->texts[0], expect_delta, data) || counts_scan_damaged(error);
}

static void subtract_run(const CountsRun *run, gpointer counts)
{
	gint64 n[COUNTS_QUARTERS];
	CountsRun less = counts_negative(run, n);
	counts_add_run(&less, counts);
}

static gboolean row_compare(const StoreRow *row, gpointer data, GError **error)
{
	Recount *recount = data;
	Counts *wrong = row->texts[2].data ? recount->wrong_names : recount->wrong_levels;
	(void)error;
	if (!counts_unpack_page(
		    (guint)row->integers[0], &row->texts[2], &row->texts[1], subtract_run, wrong))
		recount->wrong++;
	return TRUE;
}

static void count_wrong(G_GNUC_UNUSED const CountsCell *cell, gpointer data)
{
	((Recount *)data)->wrong++;
}

static gboolean read_table(
	const StoreLink *link, const CountsTable *table, Recount *recount, GError **error)
{
	g_autoptr(Sql) sql = sql_new(table->read);
	sql_add(sql, "day = ?");
	sql_bind_integer(sql, recount->day);
	return link->driver->read(link->session, sql, table->columns, row_compare, recount, error);
}

static gboolean compare_day(const StoreLink *link, Recount *recount, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(Sql) deltas = sql_new(COUNTS_SCAN_DELTAS);
	gint64 first = (gint64)recount->day * COUNTS_QUARTERS;
	filter->after = MAX(CALENDAR_TS_MIN, counts_quarter_ts(first));
	filter->before = counts_quarter_ts(first + COUNTS_QUARTERS) - 1;
	if (!store_read_tally(link, filter, expect_record, recount, error) ||
		!link->driver->read(link->session, deltas, "x", row_expect_delta, recount, error) ||
		!read_table(link, &counts_table_names, recount, error) ||
		!read_table(link, &counts_table_levels, recount, error))
		return FALSE;
	counts_each(recount->wrong_names, count_wrong, recount);
	counts_each(recount->wrong_levels, count_wrong, recount);
	return TRUE;
}

static gboolean put_pages(const StoreLink *link, const CountsTable *table,
	G_GNUC_UNUSED Counts *counts, GPtrArray *pages, GError **error)
{
	return counts_table_write(link, table, pages, error);
}

static gboolean replace_table(
	const StoreLink *link, const CountsTable *table, guint day, Counts *counts, GError **error)
{
	g_autoptr(Sql) sql = sql_new(table->remove);
	sql_add(sql, "day = ?");
	sql_bind_integer(sql, day);
	return link->driver->write(link->session, sql, NULL, error) &&
	       counts_table_each(link, table, counts, put_pages, error);
}

static gboolean set_state(const StoreLink *link, guint day, GError **error)
{
	g_autoptr(Sql) sql = sql_new(SET_STATE);
	sql_bind_integer(sql, day);
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
		(!replace_table(link, &counts_table_names, recount->day, recount->names, error) ||
			!replace_table(
				link, &counts_table_levels, recount->day, recount->levels, error)))
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
	g_autoptr(Sql) record = sql_new(NEWEST_RECORD);
	g_autoptr(Sql) levels = sql_new(NEWEST_LEVELS);
	g_autoptr(Sql) names = sql_new(NEWEST_NAMES);
	gint64 ts = G_MININT64, level_day = -1, name_day = -1;
	sql_bind_ts(record,
		MIN(CALENDAR_TS_MAX, counts_quarter_ts((before + 1) * COUNTS_QUARTERS) - 1));
	sql_bind_integer(levels, before);
	sql_bind_integer(names, before);
	if (!link->driver->read(link->session, record, "t", counts_scan_integer, &ts, error) ||
		!link->driver->read(
			link->session, levels, "i", counts_scan_integer, &level_day, error) ||
		!link->driver->read(
			link->session, names, "i", counts_scan_integer, &name_day, error))
		return FALSE;
	*day = MAX(level_day, name_day);
	if (ts != G_MININT64)
		*day = MAX(*day, counts_quarter(ts) / COUNTS_QUARTERS);
	return TRUE;
}

static gboolean compact_all(const StoreLink *link, GError **error)
{
	guint n;
	do
		if (!counts_compact(link, &n, error))
			return FALSE;
	while (n > 0);
	return TRUE;
}

static gboolean recount(
	const StoreLink *link, StoreRecount what, StoreDayFunc func, gpointer data, GError **error)
{
	gint64 first = counts_quarter(CALENDAR_TS_MIN) / COUNTS_QUARTERS;
	gint64 day = counts_quarter(CALENDAR_TS_MAX) / COUNTS_QUARTERS, complete;
	if (!counts_scan_complete(link, &complete, error))
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
	return what == STORE_RECOUNT_CHECK ||
	       (set_state(link, 0, error) && compact_all(link, error));
}

gboolean store_recount(
	Store *store, StoreRecount what, StoreDayFunc day, gpointer data, GError **error)
{
	return store_ready(store, error) && recount(store_link(store), what, day, data, error);
}
