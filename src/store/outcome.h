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

/* A transaction that was not found, and is to be done again under its ids, however often that takes: where a
 * node that is cut off, or behind, could still commit it, only one of both can be. */
typedef struct {
	Record *witness;   /* NULL: there is none */
	gboolean is_taken; /* one of its ids is */
} OutcomeUndone;

void outcome_forget(OutcomeUndone *undone);

/* After outcome_find(): the transaction of `witness` is to be done again, or it is not. */
void outcome_note(OutcomeUndone *undone, const Record *witness, Outcome outcome);

/* Whether a transaction that begins with this record is that one. */
gboolean outcome_is_undone(const OutcomeUndone *undone, const Record *first);

/* Inside it: inserts `n` records, those that have an id under that. ERROR_UNKNOWN: an id is taken; either it has
 * been committed, which outcome_find() tells, or it can not be any more. */
gboolean outcome_insert(const StoreLink *link, OutcomeUndone *undone, Record *const *records,
	gsize n, GError **error);

#endif
