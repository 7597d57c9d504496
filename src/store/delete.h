/* Deleting records. */
#ifndef CHRONOLOGER_STORE_DELETE_H
#define CHRONOLOGER_STORE_DELETE_H

#include "store/counts/counts.h"
#include "store/driver.h"

/* Inside of a transaction: deletes the oldest `*n` records before `before`, or as many as there are, which
 * `*n` then is, and takes them away from `change`. */
gboolean store_delete_oldest(
	const StoreLink *link, gint64 before, guint *n, Counts *change, GError **error);

#endif
