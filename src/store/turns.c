/* A queue before SQLite's lock, for whose own wait there is none: that is a sleep that doubles, and eight
 * writers starve each other. */
#include "store/turns.h"

typedef struct {
	GMutex mutex;
	gboolean taken;
	GQueue waiting; /* Turn *, on the stacks of those who wait */
} Turns;

typedef struct {
	GCond cond;
	gboolean mine;
} Turn;

gpointer store_turns_new(void)
{
	Turns *turns = g_new0(Turns, 1);
	g_mutex_init(&turns->mutex);
	g_queue_init(&turns->waiting);
	return turns;
}

void store_turns_free(gpointer data)
{
	Turns *turns = data;
	g_mutex_clear(&turns->mutex);
	g_free(turns);
}

static gboolean wait_for_turn(Turns *turns, gint64 until)
{
	Turn turn = {.mine = FALSE};
	g_cond_init(&turn.cond);
	g_queue_push_tail(&turns->waiting, &turn);
	while (!turn.mine && g_cond_wait_until(&turn.cond, &turns->mutex, until))
		;
	if (!turn.mine)
		g_queue_remove(&turns->waiting, &turn);
	g_cond_clear(&turn.cond);
	return turn.mine;
}

gboolean store_turns_take(gpointer data, guint timeout)
{
	Turns *turns = data;
	gint64 until = g_get_monotonic_time() + (gint64)timeout * 1000;
	g_mutex_lock(&turns->mutex);
	gboolean mine = !turns->taken || wait_for_turn(turns, until);
	turns->taken = TRUE;
	g_mutex_unlock(&turns->mutex);
	return mine;
}

/* Hands the turn over, so that nobody who comes later takes it. */
void store_turns_give(gpointer data)
{
	Turns *turns = data;
	g_mutex_lock(&turns->mutex);
	Turn *next = g_queue_pop_head(&turns->waiting);
	if (next) {
		next->mine = TRUE;
		g_cond_signal(&next->cond);
	} else {
		turns->taken = FALSE;
	}
	g_mutex_unlock(&turns->mutex);
}
