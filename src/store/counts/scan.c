/* Reading the numbers of the count tables: whole rows, and what is not in them yet. */
#include "store/counts/scan.h"

#include <string.h>

#include "base/error.h"
#include "base/sql.h"

#define STATE "SELECT complete_since FROM count_state"
#define LEVELS "SELECT day, counts FROM count_level WHERE day "
#define NAMES "SELECT day, counts FROM count_name WHERE day "
#define BY_NAME "SELECT day, counts, name FROM count_name WHERE day "
#define DAYS "SELECT day"
#define DAYS_MATCHING                                                                              \
	", (SELECT COUNT(*) FROM count_name WHERE day ="                                           \
	" (SELECT MAX(day) FROM count_level WHERE day "
#define DAYS_FROM " FROM count_level WHERE day "
#define NEWEST_DAY "SELECT day FROM count_level WHERE day <= ? ORDER BY day DESC LIMIT 1"
#define MORE_THAN "SELECT 1 FROM count_name WHERE day = ? LIMIT 1 OFFSET ?"

/* So many days are listed one by one: then the index finds the names in each of them. So many, whether
 * they have rows or not. */
#define DAYS_LISTED 64
#define DAYS_FEW 16

/* Where names match so many rows of a day it may be less to read what they do not match. How many they
 * match is asked where there are so many days. */
#define ROWS_MANY 16
#define DAYS_MANY 4

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

static void pass_part(const CountsRun *run, const CountsScan *wanted)
{
	gint64 from = MAX(run->quarter, wanted->from);
	gint64 to = MIN(run->quarter + run->length, wanted->to);
	CountsRun part = *run;
	gint64 n[COUNTS_QUARTERS];
	if (from >= to)
		return;
	part.quarter = from;
	part.length = (guint)(to - from);
	part.n += from - run->quarter;
	if (wanted->is_less)
		part = counts_negative(&part, n);
	wanted->run(&part, wanted->data);
}

/* Most of them as they are. */
static void pass_wanted(const CountsRun *run, gpointer data)
{
	const CountsScan *wanted = data;
	if (run->level < wanted->filter->level ||
		(wanted->is_delta && !is_named(wanted->filter, run->name)))
		return;
	if (run->quarter < wanted->from || run->quarter + run->length > wanted->to ||
		wanted->is_less)
		pass_part(run, wanted);
	else
		wanted->run(run, wanted->data);
}

gboolean counts_scan_damaged(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_INTERNAL,
		"The count tables are damaged; run \"chronologer recount\"");
	return FALSE;
}

static gboolean row_page(const StoreRow *row, gpointer data, GError **error)
{
	((CountsScan *)data)->rows++;
	return counts_unpack_page((guint)row->integers[0], &row->texts[2], &row->texts[1],
		       pass_wanted, data) ||
	       counts_scan_damaged(error);
}

static gboolean row_delta(const StoreRow *row, gpointer data, GError **error)
{
	return counts_unpack(&row->texts[0], pass_wanted, data) || counts_scan_damaged(error);
}

/* Conditions on the bytes of a name. (A prefix is never followed by 0xff: that is no UTF-8.) */
static void add_names(Sql *sql, const char *sign, const GPtrArray *names)
{
	if (names->len == 0)
		return;
	sql_add(sql, sign);
	for (guint i = 0; i < names->len; i++) {
		const char *prefix = names->pdata[i];
		g_autofree char *end = g_strconcat(prefix, "\xff", NULL);
		sql_add(sql, i == 0 ? " (name BETWEEN ? AND ?" : " OR name BETWEEN ? AND ?");
		sql_bind_bytes(sql, prefix, strlen(prefix));
		sql_bind_bytes(sql, end, strlen(end));
	}
	sql_add(sql, ")");
}

static void add_between(Sql *sql, const CountsScan *wanted)
{
	sql_add(sql, "BETWEEN ? AND ?");
	sql_bind_integer(sql, wanted->from / COUNTS_QUARTERS);
	sql_bind_integer(sql, (wanted->to - 1) / COUNTS_QUARTERS);
}

/* All between where they are too many to be listed, or not known. */
static void add_days(Sql *sql, const CountsScan *wanted, const GArray *days)
{
	if (!days || days->len > DAYS_LISTED) {
		add_between(sql, wanted);
		return;
	}
	for (guint i = 0; i < days->len; i++) {
		sql_add(sql, i == 0 ? "IN (?" : ", ?");
		sql_bind_integer(sql, g_array_index(days, gint64, i));
	}
	sql_add(sql, ")");
}

typedef struct {
	GArray *days; /* gint64 */
	gint64 matching;
} Days;

static gboolean row_day(const StoreRow *row, gpointer data, GError **error)
{
	Days *days = data;
	(void)error;
	g_array_append_val(days->days, row->integers[0]);
	days->matching = row->integers[1];
	return TRUE;
}

static void add_matching(Sql *sql, const CountsScan *wanted)
{
	sql_add(sql, DAYS_MATCHING);
	add_between(sql, wanted);
	sql_add(sql, ")");
	add_names(sql, " AND", wanted->filter->names);
	sql_add(sql, ")");
}

/* Those which have rows, or the first of them where they are more than are listed. Days of which there is
 * nothing but deltas have no rows. `is_asked`: how many rows match in the last of them, too. */
static gboolean find_days(
	const StoreLink *link, CountsScan *wanted, gboolean is_asked, GArray *list, GError **error)
{
	g_autoptr(Sql) sql = sql_new(DAYS);
	Days days = {list, wanted->matching};
	if (is_asked)
		add_matching(sql, wanted);
	sql_add(sql, DAYS_FROM);
	add_between(sql, wanted);
	sql_add(sql, " LIMIT ?");
	sql_bind_integer(sql, DAYS_LISTED + 1);
	if (!link->driver->read(link->session, sql, is_asked ? "ii" : "i", row_day, &days, error))
		return FALSE;
	if (is_asked)
		wanted->matching = (guint)days.matching;
	return TRUE;
}

/* The days that are to be read. */
static gboolean list_days(
	const StoreLink *link, CountsScan *wanted, gboolean by_name, GArray *days, GError **error)
{
	gint64 first = wanted->from / COUNTS_QUARTERS, last = (wanted->to - 1) / COUNTS_QUARTERS;
	gboolean is_asked = !by_name && wanted->matching == 0;
	if (last - first >= (is_asked ? DAYS_MANY - 1 : DAYS_FEW))
		return find_days(link, wanted, is_asked, days, error);
	for (gint64 day = first; day <= last; day++)
		g_array_append_val(days, day);
	return TRUE;
}

static gboolean read_levels(
	const StoreLink *link, CountsScan *wanted, const GArray *days, GError **error)
{
	g_autoptr(Sql) sql = sql_new(LEVELS);
	add_days(sql, wanted, days);
	return link->driver->read(link->session, sql, "ix", row_page, wanted, error);
}

/* The rows of names that match, or (`sign`: " AND NOT") do not. */
static gboolean read_names(const StoreLink *link, CountsScan *wanted, const GArray *days,
	const char *sign, GError **error)
{
	g_autoptr(Sql) sql = sql_new(NAMES);
	add_days(sql, wanted, days);
	add_names(sql, sign, wanted->filter->names);
	return link->driver->read(link->session, sql, "ix", row_page, wanted, error);
}

/* All there is, less what the names do not match. */
static gboolean read_all_but(
	const StoreLink *link, CountsScan *wanted, const GArray *days, GError **error)
{
	if (!read_levels(link, wanted, days, error))
		return FALSE;
	wanted->is_less = TRUE;
	gboolean ok = read_names(link, wanted, days, " AND NOT", error);
	wanted->is_less = FALSE;
	return ok;
}

/* Whether what names do not match is less to read than what they match; one of the days stands for all.
 * Reads no more of the index than 3/2 times as many rows as match. */
static gboolean match_most(const StoreLink *link, const CountsScan *wanted, const GArray *days,
	gboolean *most, GError **error)
{
	g_autoptr(Sql) sql = sql_new(MORE_THAN);
	gint64 is_more = 0;
	*most = FALSE;
	if (wanted->matching < ROWS_MANY)
		return TRUE;
	sql_bind_integer(sql, g_array_index(days, gint64, days->len / 2));
	sql_bind_integer(sql, wanted->matching + wanted->matching / 2);
	if (!link->driver->read(link->session, sql, "i", counts_scan_integer, &is_more, error))
		return FALSE;
	*most = !is_more;
	return TRUE;
}

static gboolean read_matching(
	const StoreLink *link, CountsScan *wanted, const GArray *days, GError **error)
{
	gboolean most;
	if (!match_most(link, wanted, days, &most, error))
		return FALSE;
	if (most)
		return read_all_but(link, wanted, days, error);
	wanted->rows = 0;
	if (!read_names(link, wanted, days, " AND", error))
		return FALSE;
	if (days->len <= DAYS_LISTED)
		wanted->matching = wanted->rows / days->len;
	return TRUE;
}

static gboolean read_by_name(
	const StoreLink *link, CountsScan *wanted, const GArray *days, GError **error)
{
	g_autoptr(Sql) sql = sql_new(BY_NAME);
	add_days(sql, wanted, days);
	add_names(sql, " AND", wanted->filter->names);
	return link->driver->read(link->session, sql, "ixx", row_page, wanted, error);
}

gboolean counts_scan_pages(
	const StoreLink *link, CountsScan *wanted, gboolean by_name, GError **error)
{
	g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(gint64));
	wanted->is_delta = FALSE;
	if (!by_name && wanted->filter->names->len == 0)
		return read_levels(link, wanted, NULL, error);
	if (!list_days(link, wanted, by_name, days, error))
		return FALSE;
	if (days->len == 0)
		return TRUE;
	return by_name ? read_by_name(link, wanted, days, error)
		       : read_matching(link, wanted, days, error);
}

gboolean counts_scan_deltas(const StoreLink *link, CountsScan *wanted, GError **error)
{
	g_autoptr(Sql) sql = sql_new(COUNTS_SCAN_DELTAS);
	wanted->is_delta = TRUE;
	return link->driver->read(link->session, sql, "x", row_delta, wanted, error);
}

gboolean counts_scan_integer(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	*(gint64 *)data = row->integers[0];
	return TRUE;
}

gboolean counts_scan_complete(const StoreLink *link, gint64 *quarter, GError **error)
{
	g_autoptr(Sql) sql = sql_new(STATE);
	gint64 day = G_MAXINT32;
	if (!link->driver->read(link->session, sql, "i", counts_scan_integer, &day, error))
		return FALSE;
	*quarter = day * COUNTS_QUARTERS;
	return TRUE;
}

void counts_scan_whole(CountsScan *wanted, const Filter *filter)
{
	*wanted = (CountsScan){
		.filter = filter,
		.from = counts_quarter(filter->after - 1) + 1,
		.to = counts_quarter(filter->before + 1),
	};
}

/* By quarter hour ------------------------------------------------------------------------------ */

static void add_quarters(const CountsRun *run, gpointer counts)
{
	CountsRun all = *run;
	all.level = 0;
	counts_add_nameless(&all, counts);
}

gboolean counts_scan_quarters(
	const StoreLink *link, CountsScan *wanted, Counts *deltas, GError **error)
{
	wanted->run = add_quarters;
	wanted->data = deltas;
	gboolean ok = counts_scan_deltas(link, wanted, error);
	wanted->is_delta = FALSE;
	return ok;
}

static void add_within(const CountsCell *cell, gpointer data)
{
	const CountsScan *wanted = data;
	if (cell->quarter >= wanted->from && cell->quarter < wanted->to)
		counts_add(wanted->data, cell->name, cell->quarter, 0, cell->n);
}

static void append_cell(const CountsCell *cell, gpointer cells)
{
	g_array_append_val((GArray *)cells, *cell);
}

gboolean counts_scan_cells(const StoreLink *link, CountsScan *wanted, const Counts *deltas,
	GArray *cells, GError **error)
{
	g_autoptr(Counts) counts = counts_new();
	wanted->run = add_quarters;
	wanted->data = counts;
	if (!counts_scan_pages(link, wanted, FALSE, error))
		return FALSE;
	counts_each(deltas, add_within, wanted);
	counts_each(counts, append_cell, cells);
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

gboolean counts_scan_newest(
	const StoreLink *link, const Counts *deltas, gint64 before, gint64 *day, GError **error)
{
	g_autoptr(Sql) sql = sql_new(NEWEST_DAY);
	Newest newest = {before, -1};
	sql_bind_integer(sql, before);
	if (!link->driver->read(link->session, sql, "i", counts_scan_integer, &newest.day, error))
		return FALSE;
	counts_each(deltas, newer_cell, &newest);
	*day = newest.day;
	return TRUE;
}
