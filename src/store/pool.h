/* Stores that threads share: there are more threads than database connections are good for. */
#ifndef CHRONOLOGER_STORE_POOL_H
#define CHRONOLOGER_STORE_POOL_H

#include "store/store.h"

typedef struct pool Pool;

/* `size` stores, none of them connected yet. `config` is borrowed. */
Pool *pool_new(StoreConfig *config, StoreMode mode, guint size);
void pool_free(Pool *pool); /* takes NULL; all stores have to be back */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* A store for this thread alone, until it is given back; waits for one. The one that was given back
 * last, so that no more are connected than are used at the same time. */
Store *pool_take(Pool *pool);
void pool_give(Pool *pool, Store *store);

#endif
