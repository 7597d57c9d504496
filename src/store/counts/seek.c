/* Ranges: which quarter hours hold the rows asked for. */
#include "store/counts/seek.h"

#include "base/calendar.h"
#include "store/counts/narrow.h"
#include "store/counts/scan.h"
#include "store/read.h"

/* From this offset on looking for its quarter hour is quicker than walking to it. */
#define FAR 1000

/* Quarter hours without a match that are walked through rather than left out: each part that is read
 * is a statement. */
#define GAP 4

/* At most so many days are read in the first step. */
#define DAYS_AT_ONCE 32

/* Quarter hours in which rows are. */
typedef struct {
	gint64 from, to; /* `to` is behind the last one */
} Run;

/* Which parts of a filter hold the rows of a range. */
typedef struct {
	const StoreLink *link;
	const StoreRange *range;
	CountsScan wanted;
	Counts *deltas; /* by quarter hour */
	GArray *runs;   /* Run, the newest first */
	guint64 skip; /* rows from the first of them, or what comes then, to the first one asked for */
	guint64 need; /* rows to go until the last one asked for */

	StoreRecordFunc row;
	gpointer data;
	guint limit; /* rows still to be passed on */
} Search;

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

/* Walks back through the days `first` to `last`. */
static gboolean search_days(Search *search, gint64 first, gint64 last, GError **error)
{
	CountsScan wanted = search->wanted;
	g_autoptr(GArray) cells = g_array_new(FALSE, FALSE, sizeof(CountsCell));
	wanted.from = MAX(wanted.from, first * COUNTS_QUARTERS);
	wanted.to = MIN(wanted.to, (last + 1) * COUNTS_QUARTERS);
	if (!counts_scan_cells(search->link, &wanted, search->deltas, cells, error))
		return FALSE;
	search->wanted.matching = wanted.matching;
	for (guint i = cells->len; i-- > 0 && search->need > 0;) {
		const CountsCell *cell = &g_array_index(cells, CountsCell, i);
		if (cell->n > 0)
			pass_quarter(search, cell->quarter, (guint64)cell->n);
	}
	return TRUE;
}

/* Numbers of records by day: [0] is the last one, [1] the one before. */
typedef struct {
	gint64 last;
	gint64 n[DAYS_AT_ONCE];
} Totals;

static void add_total(const CountsRun *run, gpointer data)
{
	Totals *totals = data;
	for (guint i = 0; i < run->length; i++)
		totals->n[totals->last - run->quarter / COUNTS_QUARTERS] += run->n[i];
}

/* As many days as it takes where records of all names match: with them it can not be done in less. */
static gboolean at_least(const Search *search, gint64 last, gint64 *days, GError **error)
{
	g_autoptr(Filter) all = filter_new();
	Totals totals = {.last = last};
	CountsScan wanted = search->wanted;
	gint64 skip = (gint64)search->skip;
	all->level = wanted.filter->level;
	wanted.filter = all;
	wanted.from = MAX(wanted.from, (last - DAYS_AT_ONCE + 1) * COUNTS_QUARTERS);
	wanted.to = MIN(wanted.to, (last + 1) * COUNTS_QUARTERS);
	wanted.run = add_total;
	wanted.data = &totals;
	if (!counts_scan_pages(search->link, &wanted, FALSE, error))
		return FALSE;
	for (*days = 1; *days < DAYS_AT_ONCE && skip >= totals.n[*days - 1]; ++*days)
		skip -= totals.n[*days - 1];
	return TRUE;
}

static gboolean first_step(const Search *search, gint64 last, gint64 *days, GError **error)
{
	*days = 1;
	return search->skip < FAR || search->wanted.filter->names->len == 0 ||
	       at_least(search, last, days, error);
}

/* Four times as many days, as what is asked for is mostly near the beginning; but not more than it takes
 * if the next ones have as many rows as those before. */
static gint64 next_step(const Search *search, guint64 need, gint64 done, gint64 days)
{
	guint64 a_day = (need - search->need) / (guint64)done;
	return a_day > 0 ? MIN(4 * days, (gint64)(search->need / a_day) + 1) : 4 * days;
}

static gboolean search_back(Search *search, GError **error)
{
	gint64 first = search->wanted.from / COUNTS_QUARTERS;
	gint64 last = (search->wanted.to - 1) / COUNTS_QUARTERS;
	guint64 need = search->need;
	gint64 done = 0;
	for (gint64 days = 0; search->need > 0; done += days, last -= days) {
		if (!counts_scan_newest(search->link, search->deltas, last, &last, error))
			return FALSE;
		if (last < first)
			return TRUE;
		if (done > 0)
			days = next_step(search, need, done, days);
		else if (!first_step(search, last, &days, error))
			return FALSE;
		if (!search_days(search, MAX(first, last - days + 1), last, error))
			return FALSE;
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
	return store_read_range(search->link, &range, pass_row, search, error);
}

/* The rows that are newer than the whole quarter hours. */
static gboolean read_newest(Search *search, GError **error)
{
	Filter edge = *search->wanted.filter;
	guint64 n = 0;
	edge.after = counts_quarter_ts(search->wanted.to);
	if (edge.after > edge.before)
		return TRUE;
	if (!store_read_count(search->link, &edge, &n, error))
		return FALSE;
	search->need -= MIN(n, search->need);
	if (search->skip < n)
		return read_part(search, edge.after, edge.before, error);
	search->skip -= n;
	return TRUE;
}

static gboolean find_runs(Search *search, GError **error)
{
	return counts_scan_quarters(search->link, &search->wanted, search->deltas, error) &&
	       search_back(search, error);
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
	counts_scan_whole(&search->wanted, search->range->filter);
	if (!counts_scan_complete(search->link, &complete, error))
		return FALSE;
	search->wanted.from = MAX(search->wanted.from, complete);
	if (search->wanted.from >= search->wanted.to)
		return read_part(search, CALENDAR_TS_MIN, CALENDAR_TS_MAX, error);
	return read_newest(search, error) && find_runs(search, error) && read_runs(search, error) &&
	       read_part(
		       search, CALENDAR_TS_MIN, counts_quarter_ts(search->wanted.from) - 1, error);
}

gboolean counts_seek_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error)
{
	const Filter *filter = range->filter;
	gboolean is_near = range->left < FAR && !filter_has_name_or_level(filter);
	gboolean is_walked = filter->query || range->from;
	if (is_walked && filter_has_name_or_level(filter) && !range->newer &&
		!(range->from && range->left > 0))
		return counts_narrow_range(link, range, row, data, error);
	if (is_near || is_walked || range->left > G_MAXINT64)
		return store_read_range(link, range, row, data, error);
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
