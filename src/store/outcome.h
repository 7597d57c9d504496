/* What became of a transaction whose COMMIT was not answered.
 *
 * Its first record, the witness, has an id, which nobody else can have: where another record can be written
 * under that id, the transaction is not committed. While it still runs, that waits for it. */
#ifndef CHRONOLOGER_STORE_OUTCOME_H
#define CHRONOLOGER_STORE_OUTCOME_H

#include "store/driver.h"

typedef enum {
	OUTCOME_COMMITTED,
	OUTCOME_ROLLED_BACK,
	OUTCOME_ID_TAKEN, /* the same, and somebody has its id: the server has forgotten that it gave it */
} Outcome;

/* What is needed of a transaction's first record to find it again: a copy, with the beginning of its
 * message. For record_free(). */
Record *outcome_witness(const Record *record);

/* Outside of a transaction, on another session than the one that was lost. */
gboolean outcome_find(
	const StoreLink *link, const Record *witness, Outcome *outcome, GError **error);

/* Inside one: inserts `n` records, the first under the id it has. Where a node that is cut off could still
 * commit the other transaction, only one of both can be. */
gboolean outcome_insert(const StoreLink *link, Record *const *records, gsize n, GError **error);

#endif
