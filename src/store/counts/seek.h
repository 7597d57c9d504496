/* Ranges, where the count tables say which quarter hours hold them. */
#ifndef CHRONOLOGER_STORE_COUNTS_SEEK_H
#define CHRONOLOGER_STORE_COUNTS_SEEK_H

#include "store/driver.h"

/* As store_read_range(), but finds the quarter hours that hold the rows asked for, so that neither a large
 * offset nor rows that are far apart are walked through. */
gboolean counts_seek_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error);

#endif
