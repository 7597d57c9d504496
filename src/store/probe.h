/* Whether the database works, asked on a connection of its own, which nothing else can hold up. */
#ifndef CHRONOLOGER_STORE_PROBE_H
#define CHRONOLOGER_STORE_PROBE_H

#include "store/store.h"

typedef struct probe Probe;

/* `config` is borrowed. Asks nothing before it is asked. */
Probe *probe_new(StoreConfig *config);
/* Takes NULL. Waits for an answer that is on its way, for PROBE_PATIENCE at most. */
void probe_free(Probe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)

#define PROBE_PATIENCE 800 /* milliseconds */

/* Asks now; who asks meanwhile gets the same answer. FALSE: the database's error, that of the last write where
 * that failed, or ERROR_STORAGE where there is no answer within PROBE_PATIENCE. */
gboolean probe_ask(Probe *probe, GError **error);

#endif
