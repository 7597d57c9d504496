/* A query expression has to be asked of each record, and a place in the order of all is found by walking. Of names or a level
 * that few of many millions have, only the quarter hours in which there are any need be walked through. */
#include "store/counts/narrow.h"

#include "base/calendar.h"
#include "base/error.h"
#include "store/counts/scan.h"
#include "store/read.h"

/* Quarter hours without a match that are walked through rather than left out. */
#define GAP 4

/* What is in more parts than this is read as one. */
#define PARTS_MAX 64

/* Of so many records it is quicker to count those that match than to walk through all others. */
#define FEW 10000

typedef struct {
	const StoreLink *link;
	const Filter *filter;
	CountsScan wanted;
	Counts *deltas;
	GArray *cells; /* CountsCell, ascending: of the days that were looked at last */
	gint64 ends;   /* as g_get_monotonic_time() */
} Search;

static gboolean begin(Search *search, const StoreLink *link, const Filter *filter, GError **error)
{
	gint64 complete;
	*search = (Search){.link = link, .filter = filter};
	search->ends = g_get_monotonic_time() + (gint64)link->deadline * 1000;
	search->wanted = (CountsScan){.filter = filter,
		.from = counts_quarter(filter->after),
		.to = counts_quarter(filter->before) + 1};
	if (!counts_scan_complete(link, &complete, error))
		return FALSE;
	search->wanted.from = MIN(MAX(search->wanted.from, complete), search->wanted.to);
	search->deltas = counts_new();
	search->cells = g_array_new(FALSE, FALSE, sizeof(CountsCell));
	return counts_scan_quarters(link, &search->wanted, search->deltas, error);
}

static void end(Search *search)
{
	counts_free(search->deltas);
	if (search->cells)
		g_array_unref(search->cells);
}

/* Where no record of any name and level is counted there is none to walk through, or somebody else has put them there. */
static gboolean has_counts(const Search *search, gboolean *has, GError **error)
{
	gint64 day, last = (search->wanted.to - 1) / COUNTS_QUARTERS;
	if (!counts_scan_newest(search->link, search->deltas, last, &day, error))
		return FALSE;
	*has = day >= search->wanted.from / COUNTS_QUARTERS;
	return TRUE;
}

static gboolean look(Search *search, gint64 first, gint64 last, GError **error)
{
	CountsScan wanted = search->wanted;
	wanted.from = MAX(wanted.from, first * COUNTS_QUARTERS);
	wanted.to = MIN(wanted.to, (last + 1) * COUNTS_QUARTERS);
	g_array_set_size(search->cells, 0);
	return counts_scan_cells(search->link, &wanted, search->deltas, search->cells, error);
}

static const CountsCell *cell_at(const Search *search, guint i)
{
	return &g_array_index(search->cells, CountsCell, i);
}

/* The filter from one quarter hour to before another. */
static Filter part_of(const Search *search, gint64 from, gint64 to)
{
	Filter part = *search->filter; /* borrows */
	part.after = MAX(part.after, counts_quarter_ts(from));
	part.before = MIN(part.before, counts_quarter_ts(to) - 1);
	return part;
}

static gboolean check_time(const Search *search, GError **error)
{
	gboolean ok = g_get_monotonic_time() <= search->ends;
	if (!ok)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE,
			"The query took longer than %u ms", search->link->deadline);
	return ok;
}

/* Quarter hours; `to` is behind the last one. */
typedef struct {
	gint64 from, to;
} Run;

static void add_run(GArray *runs, gint64 quarter)
{
	Run *last = runs->len ? &g_array_index(runs, Run, runs->len - 1) : NULL;
	Run run = {quarter, quarter + 1};
	if (last && quarter - last->to <= GAP)
		last->to = quarter + 1;
	else
		g_array_append_val(runs, run);
}

/* Of the days that were looked at last; ascending. */
static GArray *find_runs(const Search *search)
{
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(Run));
	for (guint i = 0; i < search->cells->len; i++)
		if (cell_at(search, i)->n > 0)
			add_run(runs, cell_at(search, i)->quarter);
	if (runs->len > PARTS_MAX) {
		g_array_index(runs, Run, 0).to = g_array_index(runs, Run, runs->len - 1).to;
		g_array_set_size(runs, 1);
	}
	return runs;
}

/* All parts ------------------------------------------------------------------------------------- */

static gboolean each_part(Search *search, CountsPartFunc func, gpointer data, GError **error)
{
	gint64 day = COUNTS_QUARTERS;
	gboolean has;
	if (!has_counts(search, &has, error))
		return FALSE;
	if (!has)
		return func(search->link, search->filter, data, error);
	Filter uncounted = part_of(search, G_MININT32, search->wanted.from);
	if (uncounted.after <= uncounted.before && !func(search->link, &uncounted, data, error))
		return FALSE;
	if (!look(search, search->wanted.from / day, (search->wanted.to - 1) / day, error))
		return FALSE;
	g_autoptr(GArray) runs = find_runs(search);
	for (guint i = 0; i < runs->len; i++) {
		const Run *run = &g_array_index(runs, Run, i);
		Filter part = part_of(search, run->from, run->to);
		if (!check_time(search, error) || !func(search->link, &part, data, error))
			return FALSE;
	}
	return TRUE;
}

gboolean counts_narrow_each(const StoreLink *link, const Filter *filter, CountsPartFunc part,
	gpointer data, GError **error)
{
	Search search;
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = begin(&search, link, filter, error) && each_part(&search, part, data, error);
	end(&search);
	link->driver->rollback(link->session);
	return ok;
}

/* A range --------------------------------------------------------------------------------------- */

/* A step back in time, as far as there are rows to find. */
typedef struct {
	Search search;
	const StoreRange *range;
	guint64 skip; /* rows of what comes, before the first one asked for */
	guint limit;  /* rows still to be passed on */
	StoreRecordFunc row;
	gpointer data;
} Steps;

static gboolean pass_row(const Record *record, gpointer data, GError **error)
{
	Steps *steps = data;
	steps->limit--;
	return steps->row(record, steps->data, error);
}

/* Quarter hours `from` to before `to`. `is_last`: nothing comes after it. */
static gboolean read_part(Steps *steps, gint64 from, gint64 to, gboolean is_last, GError **error)
{
	Filter part = part_of(&steps->search, from, to);
	StoreRange range = *steps->range;
	guint64 n = 0;
	if (steps->limit == 0 || part.after > part.before)
		return TRUE;
	if (!check_time(&steps->search, error))
		return FALSE;
	if (steps->skip > 0 && !is_last) {
		if (!store_read_count(steps->search.link, &part, &n, error))
			return FALSE;
		if (n <= steps->skip) {
			steps->skip -= n;
			return TRUE;
		}
	}
	range.filter = &part;
	range.left = steps->skip;
	range.limit = steps->limit;
	steps->skip = 0;
	return store_read_range(steps->search.link, &range, pass_row, steps, error);
}

static gboolean read_runs(Steps *steps, GError **error)
{
	g_autoptr(GArray) runs = find_runs(&steps->search);
	for (guint i = runs->len; i-- > 0;) {
		const Run *run = &g_array_index(runs, Run, i);
		if (!read_part(steps, run->from, run->to, FALSE, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean has_many(const Search *search)
{
	gint64 n = 0;
	for (guint i = 0; i < search->cells->len; i++)
		n += cell_at(search, i)->n;
	return n > FEW;
}

/* From the newest day on, four times as many days with each step. */
static gboolean read_steps(Steps *steps, GError **error)
{
	Search *search = &steps->search;
	gint64 first = search->wanted.from / COUNTS_QUARTERS;
	gint64 last = (search->wanted.to - 1) / COUNTS_QUARTERS;
	gboolean has;
	if (!has_counts(search, &has, error))
		return FALSE;
	if (!has)
		return read_part(steps, G_MININT32, search->wanted.to, TRUE, error);
	for (gint64 days = 1; steps->limit > 0; last -= days, days *= 4) {
		if (!counts_scan_newest(search->link, search->deltas, last, &last, error))
			return FALSE;
		if (last < first)
			break;
		if (!look(search, MAX(first, last - days + 1), last, error))
			return FALSE;
		if (steps->skip > 0 && has_many(search))
			return read_part(
				steps, G_MININT32, (last + 1) * COUNTS_QUARTERS, TRUE, error);
		if (!read_runs(steps, error))
			return FALSE;
	}
	return read_part(steps, G_MININT32, search->wanted.from, TRUE, error);
}

gboolean counts_narrow_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error)
{
	Filter filter = *range->filter; /* borrows */
	Steps steps = {.range = range,
		.skip = range->left,
		.limit = range->limit,
		.row = row,
		.data = data};
	if (range->from)
		filter.before = MIN(filter.before, range->from->ts);
	if (!link->driver->snapshot(link->session, error))
		return FALSE;
	gboolean ok = begin(&steps.search, link, &filter, error) && read_steps(&steps, error);
	end(&steps.search);
	link->driver->rollback(link->session);
	return ok;
}
