/* How many times the store is to be tidied, and the thread that does it. */
#include "tidier.h"

/* What may be due before the writer waits: reading adds up all that is not tidied. */
#define BEHIND_MAX 4

struct tidier {
	StoreConfig *config;
	GThread *thread; /* NULL before something is due */
	GMutex mutex;    /* of what follows; never held while the database works */
	GCond changed;
	guint due;
	gboolean failed; /* the last time, for a reason that the writer's connection may not have */
	gboolean ending;
};

static gboolean wait_until_due(Tidier *tidier)
{
	g_mutex_lock(&tidier->mutex);
	while (!tidier->due && !tidier->ending)
		g_cond_wait(&tidier->changed, &tidier->mutex);
	gboolean is_due = !tidier->ending;
	g_mutex_unlock(&tidier->mutex);
	return is_due;
}

/* What fails is tried again when something is due again. */
static void note_done(Tidier *tidier, gboolean ok)
{
	g_mutex_lock(&tidier->mutex);
	tidier->due = ok ? tidier->due - 1 : 0;
	tidier->failed = !ok;
	g_cond_signal(&tidier->changed);
	g_mutex_unlock(&tidier->mutex);
}

static gpointer tidy_all(gpointer data)
{
	Tidier *tidier = data;
	g_autoptr(Store) store = store_new(tidier->config, STORE_WRITE);
	while (wait_until_due(tidier))
		note_done(tidier, store_tidy_once(store));
	return NULL;
}

Tidier *tidier_new(StoreConfig *config)
{
	Tidier *tidier = g_new0(Tidier, 1);
	g_mutex_init(&tidier->mutex);
	g_cond_init(&tidier->changed);
	tidier->config = config;
	return tidier;
}

void tidier_free(Tidier *tidier)
{
	if (!tidier)
		return;
	g_mutex_lock(&tidier->mutex);
	tidier->ending = TRUE;
	g_cond_signal(&tidier->changed);
	g_mutex_unlock(&tidier->mutex);
	if (tidier->thread)
		g_thread_join(tidier->thread);
	g_mutex_clear(&tidier->mutex);
	g_cond_clear(&tidier->changed);
	g_free(tidier);
}

/* FALSE where the thread failed the last time; the next time is its again. */
static gboolean add_due(Tidier *tidier, guint due)
{
	g_mutex_lock(&tidier->mutex);
	gboolean ok = !tidier->failed;
	tidier->failed = FALSE;
	if (ok)
		tidier->due += due;
	if (!tidier->thread)
		tidier->thread = g_thread_new("tidier", tidy_all, tidier);
	g_cond_signal(&tidier->changed);
	while (tidier->due > BEHIND_MAX)
		g_cond_wait(&tidier->changed, &tidier->mutex);
	g_mutex_unlock(&tidier->mutex);
	return ok;
}

void tidier_tidy(Tidier *tidier, Store *store)
{
	guint due = store_tidy_hand_over(store);
	if (due > 0 && !add_due(tidier, due))
		store_tidy_once(store);
	store_tidy(store); /* what is not handed over */
}
