/* Hands work to threads with few wake-ups: to the one that became idle last, and only while no more than
 * `limit` of them run; the rest waits for one of these to come back. Each wake-up is a context switch, and
 * with one for every piece of work a request took half as long again (measured with 64 clients).
 *
 * A thread that is about to wait for something gives up its place among those that run: handoff_block(). For
 * what does not say so there is handoff_press(). */
#ifndef CHRONOLOGER_HANDOFF_H
#define CHRONOLOGER_HANDOFF_H

#include <glib.h>

typedef struct handoff Handoff;

/* For so many threads, which all begin by calling handoff_take(). */
Handoff *handoff_new(guint threads, guint limit);
void handoff_free(Handoff *handoff); /* takes NULL; no thread may be in handoff_take() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Handoff, handoff_free)

/* Never waits: what nobody is to take now is taken later, in the order it came. Any thread. */
void handoff_give(Handoff *handoff, gpointer item);

/* Waits for an item. */
gpointer handoff_take(Handoff *handoff);

/* Between these two the calling thread does not count as running. */
void handoff_block(Handoff *handoff);
void handoff_unblock(Handoff *handoff);

/* Where nothing was taken since the last call and something waits, wakes a thread for all that does. */
void handoff_press(Handoff *handoff);

#endif
