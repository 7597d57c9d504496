/* The count tables, and counting without reading records.
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

/* As the calls of store/read.h of these names, from the count tables as far as they go: not for a
 * query expression, nor for parts of a quarter hour. */
gboolean counts_read_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error);
gboolean counts_read_sums(
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error);
gboolean counts_read_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error);

#endif
