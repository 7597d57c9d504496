/* Idempotency-Key: a request that is sent again is answered as the first time, and stores nothing
 * (draft-ietf-httpapi-idempotency-key-header-07). */
#ifndef CHRONOLOGER_API_RETRY_H
#define CHRONOLOGER_API_RETRY_H

#include "api/api.h"
#include "store/note.h"

typedef struct {
	Api *api;
	HttpRequest *request;
	HttpResponse *response;
	StoreNote note;    /* not initialized without a key */
	gboolean is_keyed; /* the request has a key */
} Retry;

/* When the body has been received. ERROR_VALUE where the key is none. */
gboolean retry_init(
	Retry *retry, Api *api, HttpRequest *request, HttpResponse *response, GError **error);
void retry_clear(Retry *retry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Retry, retry_clear)

/* Begins the transaction of a request with a key. `*done`: it has been answered already, the note says
 * how, and there is no transaction. ERROR_KEY where that was another request. */
gboolean retry_begin(Retry *retry, Store *store, gboolean *done, GError **error);

/* Ends it. After FALSE nothing is stored. */
gboolean retry_commit(Retry *retry, Store *store, GError **error);

/* One attempt at a transaction of the request's own. */
typedef gboolean (*RetryFunc)(Retry *retry, Store *store, gpointer data, GError **error);

/* Makes attempts, with or without a key: another one where the last was rolled back through no fault of
 * its records. Deletes old notes now and then. */
gboolean retry_run(Retry *retry, RetryFunc attempt, gpointer data, GError **error);

/* Stores one record and gives it its id, the first one's where it was stored before. */
gboolean retry_insert(Retry *retry, Record *record, GError **error);

#endif
