/* Reading the numbers of the count tables. For the files of store/counts only. */
#ifndef CHRONOLOGER_STORE_COUNTS_SCAN_H
#define CHRONOLOGER_STORE_COUNTS_SCAN_H

#include "store/counts/counts.h"
#include "store/driver.h"

#define COUNTS_SCAN_DELTAS "SELECT counts FROM count_delta"

/* What is asked for, and what becomes of it. */
typedef struct {
	const Filter *filter;
	gint64 from, to;   /* quarter hours; `to` is the first one that is not wanted */
	gboolean is_delta; /* the numbers come from one: of any logger name */
	gboolean is_less;  /* what comes is to be taken away from what came */
	guint matching;    /* the rows of count_name in a day whose names match; 0: not known */
	guint rows;        /* that were read */
	CountsRunFunc run;
	gpointer data;
} CountsScan;

/* Sets all: the filter, as bounds the whole quarter hours between its own, and nothing else. */
void counts_scan_whole(CountsScan *wanted, const Filter *filter);

/* The first quarter hour from which on all is counted. */
gboolean counts_scan_complete(const StoreLink *link, gint64 *quarter, GError **error);

/* What is wanted of count_level, or where names matter of count_name; `by_name` where each number's name is
 * needed too. Otherwise, where that is less to read, it comes as what there is of all names and, negative,
 * of those that the filter does not name. */
gboolean counts_scan_pages(
	const StoreLink *link, CountsScan *wanted, gboolean by_name, GError **error);

/* What is wanted of count_delta. */
gboolean counts_scan_deltas(const StoreLink *link, CountsScan *wanted, GError **error);

/* By quarter hour alone, without names and levels. First what is wanted of count_delta, once; then, of any part of
 * that, both together: CountsCell, ascending, without a name. */
gboolean counts_scan_quarters(
	const StoreLink *link, CountsScan *wanted, Counts *deltas, GError **error);
gboolean counts_scan_cells(const StoreLink *link, CountsScan *wanted, const Counts *deltas,
	GArray *cells, GError **error);

/* The newest day with records, of any kind, that is not after `before`; -1 where there is none. */
gboolean counts_scan_newest(
	const StoreLink *link, const Counts *deltas, gint64 before, gint64 *day, GError **error);

/* A StoreRowFunc: the first column to the gint64 that is `data`. */
gboolean counts_scan_integer(const StoreRow *row, gpointer data, GError **error);

/* Sets the error for bytes that can not be unpacked; FALSE. */
gboolean counts_scan_damaged(GError **error);

#endif
