/* When to connect again to a server that could not be reached. */
#include "store/backoff.h"

#include <stdatomic.h>

#include "base/error.h"

/* How long the server is left alone, in us. */
#define BACKOFF G_USEC_PER_SEC

/* The same while one is trying, which ends by a timeout before this is over. */
#define TRYING (60 * G_USEC_PER_SEC)

/* How long a write that failed says something of the next one. */
#define REMEMBERED (60 * G_USEC_PER_SEC)

void store_backoff_init(StoreBackoff *backoff)
{
	g_mutex_init(&backoff->mutex);
}

void store_backoff_clear(StoreBackoff *backoff)
{
	g_free(backoff->failure);
	g_free(backoff->write_failure);
	g_mutex_clear(&backoff->mutex);
}

gboolean store_backoff_may_try(StoreBackoff *backoff, GError **error)
{
	gint64 retry_at = atomic_load(&backoff->retry_at);
	gint64 now = g_get_monotonic_time();
	if (retry_at == 0 || (now >= retry_at && atomic_compare_exchange_strong(&backoff->retry_at,
							 &retry_at, now + TRYING)))
		return TRUE;
	g_mutex_lock(&backoff->mutex);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "%s", backoff->failure);
	g_mutex_unlock(&backoff->mutex);
	return FALSE;
}

static void note_failure(StoreBackoff *backoff, const char *failure)
{
	g_mutex_lock(&backoff->mutex);
	g_free(backoff->failure);
	backoff->failure = g_strdup(failure);
	g_mutex_unlock(&backoff->mutex);
	atomic_store(&backoff->retry_at, g_get_monotonic_time() + BACKOFF);
}

void store_backoff_note(StoreBackoff *backoff, const char *failure)
{
	if (failure)
		note_failure(backoff, failure);
	else if (atomic_load(&backoff->retry_at) != 0)
		atomic_store(&backoff->retry_at, 0);
}

void store_backoff_note_write(StoreBackoff *backoff, const char *failure)
{
	if (!failure) {
		if (atomic_load(&backoff->failed) != 0)
			atomic_store(&backoff->failed, 0);
		return;
	}
	g_mutex_lock(&backoff->mutex);
	g_free(backoff->write_failure);
	backoff->write_failure = g_strdup(failure);
	g_mutex_unlock(&backoff->mutex);
	atomic_store(&backoff->failed, g_get_monotonic_time());
}

gboolean store_backoff_check_writes(StoreBackoff *backoff, GError **error)
{
	gint64 failed = atomic_load(&backoff->failed);
	if (failed == 0 || g_get_monotonic_time() - failed > REMEMBERED)
		return TRUE;
	g_mutex_lock(&backoff->mutex);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "The last write failed: %s",
		backoff->write_failure);
	g_mutex_unlock(&backoff->mutex);
	return FALSE;
}
