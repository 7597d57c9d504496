/* A stack of idle threads, and a queue of what waits. */
#include "handoff.h"

#include <errno.h>
#include <semaphore.h>

/* On the stack of a thread that waits. */
typedef struct idle {
	struct idle *next;
	sem_t given;
	gpointer item;
} Idle;

struct handoff {
	GMutex mutex;
	Idle *idle;
	GQueue waiting;
	guint running, limit;
	guint64 taken;  /* from `waiting`, ever */
	guint64 before; /* the same at the last handoff_press() */
};

Handoff *handoff_new(guint threads, guint limit)
{
	Handoff *handoff = g_new0(Handoff, 1);
	g_mutex_init(&handoff->mutex);
	g_queue_init(&handoff->waiting);
	handoff->running = threads;
	handoff->limit = limit;
	return handoff;
}

void handoff_free(Handoff *handoff)
{
	if (!handoff)
		return;
	g_queue_clear(&handoff->waiting);
	g_mutex_clear(&handoff->mutex);
	g_free(handoff);
}

/* With the mutex: the thread that became idle last gets the item. */
static Idle *wake(Handoff *handoff, gpointer item)
{
	Idle *idle = handoff->idle;
	handoff->idle = idle->next;
	handoff->running++;
	idle->item = item;
	return idle;
}

void handoff_give(Handoff *handoff, gpointer item)
{
	Idle *woken = NULL;
	g_mutex_lock(&handoff->mutex);
	if (handoff->idle && handoff->running < handoff->limit)
		woken = wake(handoff, item);
	else
		g_queue_push_tail(&handoff->waiting, item);
	g_mutex_unlock(&handoff->mutex);
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

gpointer handoff_take(Handoff *handoff)
{
	Idle self;
	g_mutex_lock(&handoff->mutex);
	if (!g_queue_is_empty(&handoff->waiting)) {
		gpointer item = g_queue_pop_head(&handoff->waiting);
		handoff->taken++;
		g_mutex_unlock(&handoff->mutex);
		return item;
	}
	sem_init(&self.given, 0, 0);
	self.next = handoff->idle;
	handoff->idle = &self;
	handoff->running--;
	g_mutex_unlock(&handoff->mutex);
	return wait_idle(&self);
}

/* With the mutex: wakes a thread for the first item that waits, if there is both. */
static gboolean wake_for_waiting(Handoff *handoff)
{
	if (!handoff->idle || g_queue_is_empty(&handoff->waiting))
		return FALSE;
	sem_post(&wake(handoff, g_queue_pop_head(&handoff->waiting))->given);
	return TRUE;
}

void handoff_block(Handoff *handoff)
{
	g_mutex_lock(&handoff->mutex);
	handoff->running--;
	if (handoff->running < handoff->limit)
		wake_for_waiting(handoff);
	g_mutex_unlock(&handoff->mutex);
}

void handoff_unblock(Handoff *handoff)
{
	g_mutex_lock(&handoff->mutex);
	handoff->running++;
	g_mutex_unlock(&handoff->mutex);
}

void handoff_press(Handoff *handoff)
{
	g_mutex_lock(&handoff->mutex);
	if (handoff->taken == handoff->before)
		while (wake_for_waiting(handoff))
			;
	handoff->before = handoff->taken;
	g_mutex_unlock(&handoff->mutex);
}
