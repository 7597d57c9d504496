/* A server that can not be reached is left alone for a while by all stores of a configuration. */
#ifndef CHRONOLOGER_STORE_BACKOFF_H
#define CHRONOLOGER_STORE_BACKOFF_H

#include <glib.h>

/* Thread-safe. */
typedef struct {
	_Atomic gint64
		retry_at; /* g_get_monotonic_time() before which nobody connects; 0 while all is well */
	GMutex mutex;
	char *failure; /* why, under `mutex` */

	_Atomic gint64 failed; /* when the last write failed; 0: it did not */
	char *write_failure;   /* why, under `mutex` */
} StoreBackoff;

void store_backoff_init(StoreBackoff *backoff);
void store_backoff_clear(StoreBackoff *backoff);

/* TRUE for everybody while all is well; after a failure for one at a time, who has to call
 * store_backoff_note(). The others get the error that it had, as ERROR_STORAGE. */
gboolean store_backoff_may_try(StoreBackoff *backoff, GError **error);

/* `failure`: why the server can not be reached, or NULL: it can. */
void store_backoff_note(StoreBackoff *backoff, const char *failure);

/* How a write has ended: NULL where it did what it should. */
void store_backoff_note_write(StoreBackoff *backoff, const char *failure);
/* FALSE with ERROR_STORAGE where the last one failed, less than a minute ago. */
gboolean store_backoff_check_writes(StoreBackoff *backoff, GError **error);

#endif
