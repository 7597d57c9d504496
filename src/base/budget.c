/* A number of bytes, and a queue of who waits for some of them. */
#include "base/budget.h"

#include "base/error.h"

struct budget {
	GMutex mutex;
	GCond changed;
	GQueue waiting; /* where the one's bytes are that asked */
	gsize limit, taken;
};

Budget *budget_new(gsize limit)
{
	Budget *budget = g_new0(Budget, 1);
	g_mutex_init(&budget->mutex);
	g_cond_init(&budget->changed);
	g_queue_init(&budget->waiting);
	budget->limit = limit;
	return budget;
}

void budget_free(Budget *budget)
{
	if (!budget)
		return;
	g_mutex_clear(&budget->mutex);
	g_cond_clear(&budget->changed);
	g_free(budget);
}

/* With the mutex. */
static gboolean is_next(const Budget *budget, const gsize *bytes)
{
	return budget->waiting.head->data == bytes && *bytes <= budget->limit - budget->taken;
}

/* With the mutex: FALSE where the time is up. */
static gboolean wait_for(Budget *budget, gsize *bytes, guint seconds)
{
	gint64 until = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
	gboolean in_time = TRUE;
	g_queue_push_tail(&budget->waiting, bytes);
	while (in_time && !is_next(budget, bytes))
		in_time = g_cond_wait_until(&budget->changed, &budget->mutex, until);
	g_queue_remove(&budget->waiting, bytes);
	g_cond_broadcast(&budget->changed);
	return in_time;
}

/* With the mutex: whether the system has got all that is taken. What of it is in use already counts
 * twice, which is on the safe side. */
static gboolean is_there(const Budget *budget)
{
	gpointer memory = g_try_malloc(budget->taken);
	g_free(memory);
	return memory != NULL;
}

gboolean budget_take(Budget *budget, gsize bytes, guint seconds, GError **error)
{
	const char *problem = NULL;
	if (bytes > budget->limit) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_BODY_SIZE,
			"The request may need %" G_GSIZE_FORMAT
			" bytes of memory, memory-limit is %" G_GSIZE_FORMAT,
			bytes, budget->limit);
		return FALSE;
	}
	g_mutex_lock(&budget->mutex);
	if (wait_for(budget, &bytes, seconds)) {
		budget->taken += bytes;
		if (!is_there(budget)) {
			budget->taken -= bytes;
			problem = "The system has no memory for a document of this size now";
		}
	} else {
		problem = "Other large documents take all of memory-limit";
	}
	g_mutex_unlock(&budget->mutex);
	if (problem)
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_STORAGE, problem);
	return !problem;
}

void budget_give(Budget *budget, gsize bytes)
{
	g_mutex_lock(&budget->mutex);
	budget->taken -= bytes;
	g_cond_broadcast(&budget->changed);
	g_mutex_unlock(&budget->mutex);
}
