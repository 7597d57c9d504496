/* The thread that asks the database whether it works. */
#include "store/probe.h"

#include "base/error.h"

struct probe {
	StoreConfig *config;
	GThread *thread; /* NULL before the first question */
	GMutex mutex;    /* of what follows; not held while the database is asked */
	GCond changed;
	guint64 asked;    /* the number of the last question */
	guint64 answered; /* of the last one that has an answer */
	GError *failure;  /* that answer; NULL: it works */
	gboolean ending;
};

/* FALSE where there will be no more questions. */
static gboolean next_question(Probe *probe, guint64 *question)
{
	g_mutex_lock(&probe->mutex);
	while (probe->asked == probe->answered && !probe->ending)
		g_cond_wait(&probe->changed, &probe->mutex);
	*question = probe->asked;
	gboolean goes_on = !probe->ending;
	g_mutex_unlock(&probe->mutex);
	return goes_on;
}

/* Takes the error. */
static void answer(Probe *probe, guint64 question, GError *failure)
{
	g_mutex_lock(&probe->mutex);
	g_clear_error(&probe->failure);
	probe->failure = failure;
	probe->answered = question;
	g_cond_broadcast(&probe->changed);
	g_mutex_unlock(&probe->mutex);
}

static gpointer ask_always(gpointer data)
{
	Probe *probe = data;
	g_autoptr(Store) store = store_new(probe->config, STORE_PROBE);
	guint64 question;
	while (next_question(probe, &question)) {
		GError *failure = NULL;
		store_ping(store, &failure);
		answer(probe, question, failure);
	}
	return NULL;
}

Probe *probe_new(StoreConfig *config)
{
	Probe *probe = g_new0(Probe, 1);
	probe->config = config;
	g_mutex_init(&probe->mutex);
	g_cond_init(&probe->changed);
	return probe;
}

void probe_free(Probe *probe)
{
	if (!probe)
		return;
	g_mutex_lock(&probe->mutex);
	probe->ending = TRUE;
	g_cond_broadcast(&probe->changed);
	g_mutex_unlock(&probe->mutex);
	if (probe->thread)
		g_thread_join(probe->thread);
	g_clear_error(&probe->failure);
	g_mutex_clear(&probe->mutex);
	g_cond_clear(&probe->changed);
	g_free(probe);
}

/* With the mutex. FALSE where it takes too long. A question that is being answered may be older than what
 * has happened since: its answer does not count. */
static gboolean wait_for_answer(Probe *probe)
{
	gint64 until = g_get_monotonic_time() + PROBE_PATIENCE * 1000;
	guint64 question = ++probe->asked;
	g_cond_broadcast(&probe->changed);
	while (probe->answered < question)
		if (!g_cond_wait_until(&probe->changed, &probe->mutex, until))
			return FALSE;
	return TRUE;
}

/* Where the system has no thread. */
static gboolean ask_once(Probe *probe, GError **error)
{
	g_autoptr(Store) store = store_new(probe->config, STORE_PROBE);
	return store_ping(store, error);
}

static gboolean ask(Probe *probe, GError **error)
{
	g_mutex_lock(&probe->mutex);
	if (!probe->thread)
		probe->thread = g_thread_try_new("probe", ask_always, probe, NULL);
	if (!probe->thread) {
		g_mutex_unlock(&probe->mutex);
		return ask_once(probe, error);
	}
	gboolean is_answered = wait_for_answer(probe);
	GError *failure = is_answered && probe->failure ? g_error_copy(probe->failure) : NULL;
	g_mutex_unlock(&probe->mutex);
	if (failure)
		g_propagate_error(error, failure);
	else if (!is_answered)
		g_set_error_literal(
			error, CHRONOLOGER_ERROR, ERROR_STORAGE, "The database does not answer");
	return is_answered && !failure;
}

gboolean probe_ask(Probe *probe, GError **error)
{
	return ask(probe, error) && store_config_check_writes(probe->config, error);
}
