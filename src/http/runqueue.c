/* A stack of idle threads, and a queue of what waits. */
#include "http/runqueue.h"

#include <errno.h>
#include <semaphore.h>

/* On the stack of a thread that waits. */
typedef struct idle {
	struct idle *next;
	sem_t given;
	gpointer item;
} Idle;

struct runqueue {
	GMutex mutex;
	Idle *idle;
	GQueue waiting;
	guint running, limit;
	gboolean ended;
	guint64 taken;  /* from `waiting`, ever */
	guint64 before; /* the same at the last runqueue_press() */
};

Runqueue *runqueue_new(guint threads, guint limit)
{
	Runqueue *runqueue = g_new0(Runqueue, 1);
	g_mutex_init(&runqueue->mutex);
	g_queue_init(&runqueue->waiting);
	runqueue->running = threads;
	runqueue->limit = limit;
	return runqueue;
}

void runqueue_free(Runqueue *runqueue)
{
	if (!runqueue)
		return;
	g_queue_clear(&runqueue->waiting);
	g_mutex_clear(&runqueue->mutex);
	g_free(runqueue);
}

/* With the mutex: the thread that became idle last gets the item. */
static Idle *wake(Runqueue *runqueue, gpointer item)
{
	Idle *idle = runqueue->idle;
	runqueue->idle = idle->next;
	runqueue->running++;
	idle->item = item;
	return idle;
}

void runqueue_give(Runqueue *runqueue, gpointer item)
{
	Idle *woken = NULL;
	g_mutex_lock(&runqueue->mutex);
	if (runqueue->idle && runqueue->running < runqueue->limit)
		woken = wake(runqueue, item);
	else
		g_queue_push_tail(&runqueue->waiting, item);
	g_mutex_unlock(&runqueue->mutex);
	if (woken)
		sem_post(&woken->given);
}

static gpointer wait_idle(Idle *idle)
{
	while (sem_wait(&idle->given) != 0 && errno == EINTR)
		;
	sem_destroy(&idle->given);
	return idle->item;
}

gpointer runqueue_take(Runqueue *runqueue)
{
	Idle self;
	g_mutex_lock(&runqueue->mutex);
	if (runqueue->ended) {
		g_mutex_unlock(&runqueue->mutex);
		return NULL;
	}
	if (!g_queue_is_empty(&runqueue->waiting)) {
		gpointer item = g_queue_pop_head(&runqueue->waiting);
		runqueue->taken++;
		g_mutex_unlock(&runqueue->mutex);
		return item;
	}
	sem_init(&self.given, 0, 0);
	self.next = runqueue->idle;
	runqueue->idle = &self;
	runqueue->running--;
	g_mutex_unlock(&runqueue->mutex);
	return wait_idle(&self);
}

void runqueue_end(Runqueue *runqueue)
{
	g_mutex_lock(&runqueue->mutex);
	runqueue->ended = TRUE;
	while (runqueue->idle)
		sem_post(&wake(runqueue, NULL)->given);
	g_mutex_unlock(&runqueue->mutex);
}

/* With the mutex: wakes a thread for the first item that waits, if there is both. */
static gboolean wake_for_waiting(Runqueue *runqueue)
{
	if (!runqueue->idle || g_queue_is_empty(&runqueue->waiting))
		return FALSE;
	sem_post(&wake(runqueue, g_queue_pop_head(&runqueue->waiting))->given);
	return TRUE;
}

void runqueue_block(Runqueue *runqueue)
{
	g_mutex_lock(&runqueue->mutex);
	runqueue->running--;
	if (runqueue->running < runqueue->limit)
		wake_for_waiting(runqueue);
	g_mutex_unlock(&runqueue->mutex);
}

void runqueue_unblock(Runqueue *runqueue)
{
	g_mutex_lock(&runqueue->mutex);
	runqueue->running++;
	g_mutex_unlock(&runqueue->mutex);
}

void runqueue_press(Runqueue *runqueue)
{
	g_mutex_lock(&runqueue->mutex);
	if (runqueue->taken == runqueue->before)
		while (wake_for_waiting(runqueue))
			;
	runqueue->before = runqueue->taken;
	g_mutex_unlock(&runqueue->mutex);
}
