/* Writing the count tables: store/counts/read.h says what they hold. */
#ifndef CHRONOLOGER_STORE_COUNTS_COMPACT_H
#define CHRONOLOGER_STORE_COUNTS_COMPACT_H

#include "store/counts/counts.h"
#include "store/driver.h"

/* Inside of a transaction: writes what it changed. Adds to `*due` how many times the caller is to call
 * counts_compact() after the commit. */
gboolean counts_compact_write(
	const StoreLink *link, const Counts *change, guint *due, GError **error);

/* Adds deltas to the tables, all or as many as memory is to be spent on, in a transaction of its own;
 * does nothing where somebody else is doing that. `*n`: how many. */
gboolean counts_compact(const StoreLink *link, guint *n, GError **error);

#endif
