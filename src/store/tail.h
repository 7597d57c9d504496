/* Records in the order in which they arrive: nothing is missed, nothing comes twice. */
#ifndef CHRONOLOGER_STORE_TAIL_H
#define CHRONOLOGER_STORE_TAIL_H

#include "store/store.h"
#include "store/tail-cursor.h"

/* Ids that one call looks at, at most. */
#define TAIL_LOOK 10000

typedef struct {
	TailCursor *cursor; /* moved to behind what was passed */
	const Filter *filter;
	guint limit; /* records, at least 1 */
	gboolean with_logrec;
	gint64 now;    /* seconds since 1970 */
	gboolean more; /* out: there may be more at once */
} Tail;

/* The place behind all records there are now. Records whose transaction has not been committed yet are
 * before it with their ids, and will come. */
TailCursor *tail_begin(Store *store, gint64 now, GError **error);

/* Calls `row` for each record that has arrived since and matches, by id, ascending. Where it fails the
 * cursor has not moved. */
gboolean tail_read(Store *store, Tail *tail, StoreRecordFunc row, gpointer data, GError **error);

#endif
