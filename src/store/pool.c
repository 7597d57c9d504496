/* A stack of idle stores that waits when it is empty. */
#include "store/pool.h"

struct pool {
	GAsyncQueue *idle; /* Store */
};

static void free_store(gpointer store)
{
	store_free(store);
}

Pool *pool_new(StoreConfig *config, StoreMode mode, guint size)
{
	Pool *pool = g_new0(Pool, 1);
	pool->idle = g_async_queue_new_full(free_store);
	for (guint i = 0; i < size; i++)
		g_async_queue_push(pool->idle, store_new(config, mode));
	return pool;
}

void pool_free(Pool *pool)
{
	if (!pool)
		return;
	g_async_queue_unref(pool->idle);
	g_free(pool);
}

Store *pool_take(Pool *pool)
{
	return g_async_queue_pop(pool->idle);
}

void pool_give(Pool *pool, Store *store)
{
	g_async_queue_push_front(pool->idle, store);
}
