/* Reading the numbers of the count tables. For the files of store-counts only. */
#ifndef CHRONOLOGER_STORE_COUNTS_CELLS_H
#define CHRONOLOGER_STORE_COUNTS_CELLS_H

#include "store-counts.h"

#define STORE_COUNTS_CELLS_DELTAS "SELECT counts FROM count_delta"

/* What is asked for, and what becomes of it. */
typedef struct {
	const Filter *filter;
	gint64 from, to;   /* quarter hours; `to` is the first one that is not wanted */
	gboolean is_delta; /* the cells come from one: of any logger name */
	gboolean is_less;  /* what comes is to be taken away from what came */
	guint matching;    /* the rows of count_name in a day whose names match; 0: not known */
	guint rows;        /* that were read */
	CountsRunFunc run;
	gpointer data;
} StoreCountsCells;

/* Sets all: the filter, as bounds the whole quarter hours between its own, and nothing else. */
void store_counts_cells_whole(StoreCountsCells *cells, const Filter *filter);

/* The first quarter hour from which on all is counted. */
gboolean store_counts_cells_complete(const StoreLink *link, gint64 *quarter, GError **error);

/* What is wanted of count_level, or where names matter of count_name; `by_name` where each cell's name is
 * needed too. Otherwise, where that is less to read, it comes as what there is of all names and, negative,
 * of those that the filter does not name. */
gboolean store_counts_cells_pages(
	const StoreLink *link, StoreCountsCells *cells, gboolean by_name, GError **error);

/* What is wanted of count_delta. */
gboolean store_counts_cells_deltas(const StoreLink *link, StoreCountsCells *cells, GError **error);

/* A StoreRowFunc: the first column to the gint64 that is `data`. */
gboolean store_counts_cells_integer(const StoreRow *row, gpointer data, GError **error);

/* Sets the error for bytes that can not be unpacked; FALSE. */
gboolean store_counts_cells_damaged(GError **error);

#endif
