/* Writers of one process that write one after the other. */
#ifndef CHRONOLOGER_STORE_TURNS_H
#define CHRONOLOGER_STORE_TURNS_H

#include <glib.h>

/* Thread-safe. */
gpointer store_turns_new(void);
void store_turns_free(gpointer turns);

/* Waits for the turn, in the order in which writers came; FALSE after `timeout` milliseconds. */
gboolean store_turns_take(gpointer turns, guint timeout);
void store_turns_give(gpointer turns);

#endif
