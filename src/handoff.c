/* A stack of idle threads, and a queue for when there is none. */
#include "handoff.h"

#include <errno.h>
#include <semaphore.h>

/* On the stack of a thread that waits. */
typedef struct idle {
	struct idle *next;
	sem_t given;
	int fd;
} Idle;

struct handoff {
	GMutex mutex;
	Idle *idle;
	GQueue waiting; /* file descriptors; empty while a thread is idle */
};

Handoff *handoff_new(void)
{
	Handoff *handoff = g_new0(Handoff, 1);
	g_mutex_init(&handoff->mutex);
	g_queue_init(&handoff->waiting);
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

void handoff_give(Handoff *handoff, int fd)
{
	g_mutex_lock(&handoff->mutex);
	Idle *idle = handoff->idle;
	if (idle)
		handoff->idle = idle->next;
	else
		g_queue_push_tail(&handoff->waiting, GINT_TO_POINTER(fd));
	g_mutex_unlock(&handoff->mutex);
	if (!idle)
		return;
	idle->fd = fd;
	sem_post(&idle->given);
}

static int wait_idle(Idle *idle)
{
	while (sem_wait(&idle->given) != 0 && errno == EINTR)
		;
	sem_destroy(&idle->given);
	return idle->fd;
}

int handoff_take(Handoff *handoff)
{
	Idle self;
	g_mutex_lock(&handoff->mutex);
	if (!g_queue_is_empty(&handoff->waiting)) {
		int fd = GPOINTER_TO_INT(g_queue_pop_head(&handoff->waiting));
		g_mutex_unlock(&handoff->mutex);
		return fd;
	}
	sem_init(&self.given, 0, 0);
	self.next = handoff->idle;
	handoff->idle = &self;
	g_mutex_unlock(&handoff->mutex);
	return wait_idle(&self);
}
