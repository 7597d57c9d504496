/* Hands connections that are readable to threads: to the one that became idle last, whose memory is still
 * in the processor's cache, and with one wake-up each. A queue that all threads wait on makes them wait for
 * its lock as well: measured, a tenth of a request's time with 64 of them. */
#ifndef CHRONOLOGER_HANDOFF_H
#define CHRONOLOGER_HANDOFF_H

#include <glib.h>

typedef struct handoff Handoff;

Handoff *handoff_new(void);
void handoff_free(Handoff *handoff); /* takes NULL; no thread may be in handoff_take() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Handoff, handoff_free)

/* Never waits: what no thread is idle for is taken later, in the order it came. */
void handoff_give(Handoff *handoff, int fd);

/* Waits for one. */
int handoff_take(Handoff *handoff);

#endif
