/* The count tables: what every driver needs to count without reading records. store/store.c calls it.
 *
 * A transaction that inserts or deletes records adds one row to count_delta: what it changed. So
 * writers never wait for each other's counts. counts_compact() now and then takes such rows and
 * adds them to count_level (a row a day) and count_name (a row a day and logger name). What is right
 * is always the sum of the tables and of the deltas, read in one snapshot.
 *
 * Days before `complete_since` in count_state are not counted yet (a database that was migrated);
 * there records are read. */
#ifndef CHRONOLOGER_STORE_COUNTS_READ_H
#define CHRONOLOGER_STORE_COUNTS_READ_H

#include "store/counts/counts.h"
#include "store/driver.h"

/* Inside of a transaction: writes what it changed. Adds to `*due` how many times the caller is to call
 * counts_compact() after the commit. */
gboolean counts_compact_write(
	const StoreLink *link, const Counts *change, guint *due, GError **error);

/* Adds deltas to the tables, all or as many as memory is to be spent on, in a transaction of its own;
 * does nothing where somebody else is doing that. `*n`: how many. */
gboolean counts_compact(const StoreLink *link, guint *n, GError **error);

/* As the calls of store/read.h of these names, from the count tables as far as they go: not for a
 * query expression, nor for parts of a quarter hour. */
gboolean counts_read_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error);
gboolean counts_read_sums(
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error);
gboolean counts_read_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error);
/* Finds the quarter hours that hold the rows asked for, so that neither a large offset nor rows that
 * are far apart are walked through. */
gboolean counts_seek_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error);

/* STORE_ADMIN: see store_recount(). */
gboolean counts_recount(
	const StoreLink *link, StoreRecount what, StoreDayFunc day, gpointer data, GError **error);

#endif
