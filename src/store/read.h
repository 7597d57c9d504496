/* Reading records: a filter as conditions, and the statements, on every database. Above it counts/ answer
 * from their tables what they can. */
#ifndef CHRONOLOGER_STORE_READ_H
#define CHRONOLOGER_STORE_READ_H

#include "store/counts/counts.h"
#include "store/driver.h"

/* As the calls of store.h of these names. */
gboolean store_read_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error);
gboolean store_read_sums(/* appends StoreSum */
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error);
gboolean store_read_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error);
gboolean store_read_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error);
gboolean store_read_newest_id(const StoreLink *link, guint64 *id, GError **error);
/* The one number that a statement gives. */
gboolean store_read_number(const StoreLink *link, const Sql *sql, guint64 *number, GError **error);

gboolean store_read_ids(/* appends guint64 */
	const StoreLink *link, const StoreIds *ids, guint limit, GArray *found, GError **error);
gboolean store_read_arrivals(const StoreLink *link, const StoreArrivals *arrivals,
	StoreRecordFunc row, gpointer data, GError **error);

/* Calls `row` once, or not at all where there is no such record. */
gboolean store_read_get(
	const StoreLink *link, guint64 id, StoreRecordFunc row, gpointer data, GError **error);

/* Sums of quarter hours, by logger name too. */
gboolean store_read_tally(const StoreLink *link, const Filter *filter, CountsFunc cell,
	gpointer data, GError **error);

#endif
