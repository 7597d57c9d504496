/* A thread that compacts a store while another thread goes on writing. */
#ifndef CHRONOLOGER_STORE_COMPACTOR_H
#define CHRONOLOGER_STORE_COMPACTOR_H

#include <glib.h>

#include "store/store.h"

typedef struct compactor Compactor;

/* Its thread, with a connection of its own, starts when something is due. `config` is borrowed. */
Compactor *compactor_new(StoreConfig *config);

/* Ends the thread when it has done what it is at; what else is due is left to the next process. Takes
 * NULL. */
void compactor_free(Compactor *compactor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Compactor, compactor_free)

/* As store_compact(), after a commit of `store`, and from one thread only; returns at once. But where the
 * compactor has fallen behind, it is waited for; and where it could not do it the last time, or only one
 * store writes at a time, `store` does it. */
void compactor_compact(Compactor *compactor, Store *store);

#endif
