/* A thread that tidies a store while another thread goes on writing. */
#ifndef CHRONOLOGER_TIDIER_H
#define CHRONOLOGER_TIDIER_H

#include <glib.h>

#include "store.h"

typedef struct tidier Tidier;

/* Its thread, with a connection of its own, starts when something is due. `config` is borrowed. */
Tidier *tidier_new(StoreConfig *config);

/* Ends the thread when it has done what it is at; what else is due is left to the next process. Takes
 * NULL. */
void tidier_free(Tidier *tidier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tidier, tidier_free)

/* As store_tidy(), after a commit of `store`, and from one thread only; returns at once. But where the
 * tidier has fallen behind, it is waited for; and where it could not do it the last time, or only one
 * store writes at a time, `store` does it. */
void tidier_tidy(Tidier *tidier, Store *store);

#endif
