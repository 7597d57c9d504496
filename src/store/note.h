/* What requests with an Idempotency-Key were answered (draft-ietf-httpapi-idempotency-key-header-07).
 *
 * A note is written in the transaction that stores the request's records, so that there is one where they
 * are, and none where they are not. */
#ifndef CHRONOLOGER_STORE_NOTE_H
#define CHRONOLOGER_STORE_NOTE_H

#include "store/store.h"

#define STORE_DIGEST 32 /* bytes of SHA-256 */

typedef struct {
	guint8 key[STORE_DIGEST];     /* of the user and the key */
	guint8 request[STORE_DIGEST]; /* of all that the request says */
	guint status;                 /* HTTP; 0 where nothing has been noted */
	gboolean is_same;             /* what was noted is of the same request */
	GString *ids;                 /* of what it stored: StoreIdList */
	GString *errors;              /* JSON: of what it did not */
} StoreNote;

void store_note_init(StoreNote *note);
void store_note_clear(StoreNote *note);
/* Forgets the answer, not the key and the request. */
void store_note_reset(StoreNote *note);

/* Begins a transaction for what `note->key` stands for, unless that has been done since `since`
 * (microseconds since 1970): then the rest of the note is filled in and there is no transaction. Where
 * another one with this key runs it is waited for, which may end in ERROR_TRANSIENT. */
gboolean store_note_begin(Store *store, StoreNote *note, gint64 since, GError **error);

/* Before store_commit(): what is answered. After FALSE the transaction is gone. */
gboolean store_note_write(Store *store, const StoreNote *note, GError **error);

/* Deletes some of those from before `before`; `*more` where there are others. */
gboolean store_note_purge(Store *store, gint64 before, gboolean *more, GError **error);

/* Ids as a text, ranges with their step: "5 7-9 10-40/3". */
typedef struct {
	GString *text; /* borrowed */
	guint64 first, last, step, n;
} StoreIdList;

/* The last ones are in the text after store_id_list_end(). */
void store_id_list_add(StoreIdList *list, guint64 id);
void store_id_list_end(StoreIdList *list);

typedef gboolean (*StoreIdFunc)(guint64 id, gpointer data, GError **error);
gboolean store_id_list_read(const GString *text, StoreIdFunc id, gpointer data, GError **error);

#endif
