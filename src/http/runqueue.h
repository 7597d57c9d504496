/* Hands work to threads with few wake-ups: to the one that became idle last, and only while no more
 * than `limit` of them run; the rest waits for one of these to come back. Each wake-up is a context
 * switch, and with one for every piece of work a request took half as long again (measured with 64
 * clients).
 *
 * A thread that is about to wait for something gives up its place among those that run:
 * runqueue_block(). For what does not say so there is runqueue_press(). */
#ifndef CHRONOLOGER_HTTP_RUNQUEUE_H
#define CHRONOLOGER_HTTP_RUNQUEUE_H

#include <glib.h>

typedef struct runqueue Runqueue;

/* For so many threads, which all begin by calling runqueue_take(). */
Runqueue *runqueue_new(guint threads, guint limit);
void runqueue_free(Runqueue *runqueue); /* takes NULL; no thread may be in runqueue_take() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Runqueue, runqueue_free)

/* Never waits: what nobody is to take now is taken later, in the order it came. Any thread. */
void runqueue_give(Runqueue *runqueue, gpointer item);

/* Waits for an item; NULL after runqueue_end(). */
gpointer runqueue_take(Runqueue *runqueue);

/* Nothing more is given. What waits still is dropped: there is none where all that was given has been
 * answered. */
void runqueue_end(Runqueue *runqueue);

/* Between these two the calling thread does not count as running. */
void runqueue_block(Runqueue *runqueue);
void runqueue_unblock(Runqueue *runqueue);

/* Where nothing was taken since the last call and something waits, wakes a thread for all that
 * does. */
void runqueue_press(Runqueue *runqueue);

#endif
