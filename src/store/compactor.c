/* How many times the store is to be compacted, and the thread that does it. */
#include "store/compactor.h"

/* What may be due before the writer waits: reading adds up all that is not compacted. */
#define BEHIND_MAX 4

struct compactor {
	StoreConfig *config;
	GThread *thread; /* NULL before something is due */
	GMutex mutex;    /* of what follows; never held while the database works */
	GCond changed;
	guint due;
	gboolean failed; /* the last time, for a reason that the writer's connection may not have */
	gboolean ending;
};

static gboolean wait_until_due(Compactor *compactor)
{
	g_mutex_lock(&compactor->mutex);
	while (!compactor->due && !compactor->ending)
		g_cond_wait(&compactor->changed, &compactor->mutex);
	gboolean is_due = !compactor->ending;
	g_mutex_unlock(&compactor->mutex);
	return is_due;
}

/* What fails is tried again when something is due again. */
static void note_done(Compactor *compactor, gboolean ok)
{
	g_mutex_lock(&compactor->mutex);
	compactor->due = ok ? compactor->due - 1 : 0;
	compactor->failed = !ok;
	g_cond_signal(&compactor->changed);
	g_mutex_unlock(&compactor->mutex);
}

static gpointer compact_all(gpointer data)
{
	Compactor *compactor = data;
	g_autoptr(Store) store = store_new(compactor->config, STORE_WRITE);
	while (wait_until_due(compactor))
		note_done(compactor, store_compact_once(store));
	return NULL;
}

Compactor *compactor_new(StoreConfig *config)
{
	Compactor *compactor = g_new0(Compactor, 1);
	g_mutex_init(&compactor->mutex);
	g_cond_init(&compactor->changed);
	compactor->config = config;
	return compactor;
}

void compactor_free(Compactor *compactor)
{
	if (!compactor)
		return;
	g_mutex_lock(&compactor->mutex);
	compactor->ending = TRUE;
	g_cond_signal(&compactor->changed);
	g_mutex_unlock(&compactor->mutex);
	if (compactor->thread)
		g_thread_join(compactor->thread);
	g_mutex_clear(&compactor->mutex);
	g_cond_clear(&compactor->changed);
	g_free(compactor);
}

/* FALSE where there can be no thread, or it failed the last time; the next time is its again. */
static gboolean add_due(Compactor *compactor, guint due)
{
	g_mutex_lock(&compactor->mutex);
	if (!compactor->thread)
		compactor->thread = g_thread_try_new("compactor", compact_all, compactor, NULL);
	gboolean ok = compactor->thread && !compactor->failed;
	compactor->failed = FALSE;
	if (ok)
		compactor->due += due;
	g_cond_signal(&compactor->changed);
	while (compactor->due > BEHIND_MAX)
		g_cond_wait(&compactor->changed, &compactor->mutex);
	g_mutex_unlock(&compactor->mutex);
	return ok;
}

void compactor_compact(Compactor *compactor, Store *store)
{
	guint due = store_compact_hand_over(store);
	if (due > 0 && !add_due(compactor, due))
		store_compact_once(store);
	store_compact(store); /* what is not handed over */
}
