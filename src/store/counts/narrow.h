/* Reading records where names or a level are rare: in the quarter hours that have such, as the count tables say. For a
 * filter_has_name_or_level(). */
#ifndef CHRONOLOGER_STORE_COUNTS_NARROW_H
#define CHRONOLOGER_STORE_COUNTS_NARROW_H

#include "store/driver.h"

typedef gboolean (*CountsPartFunc)(
	const StoreLink *link, const Filter *part, gpointer data, GError **error);

/* Calls it for parts of the filter, in the order of time, that together have all that it finds. Both in a snapshot, and
 * with ERROR_DEADLINE where all parts together take longer. */
gboolean counts_narrow_each(const StoreLink *link, const Filter *filter, CountsPartFunc part,
	gpointer data, GError **error);

/* As store_read_range(), but not for what is `newer`, nor for a `left` beside `from`. */
gboolean counts_narrow_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error);

#endif
