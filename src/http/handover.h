/* Connections from a process that ends to the one that comes after, or another one beside it: they
 * are sent to the listening Unix socket that both have (unix(7), SCM_RIGHTS), and wait there, with
 * what has arrived on them, until somebody accepts. */
#ifndef CHRONOLOGER_HTTP_HANDOVER_H
#define CHRONOLOGER_HTTP_HANDOVER_H

#include <glib.h>

/* A descriptor that is to be closed when `connections` (int) have been: only then are they the
 * other's. -1, with errno, where not all could be sent: the backlog is full, or the process may not
 * connect. */
int handover_send(int listener, const GArray *connections);

/* Whether this is what comes first on an accepted connection that brings others, from the user of
 * this process. */
gboolean handover_begins(int fd, gconstpointer data, gsize length);

/* Adds what has come to `connections` (int, non-blocking); never waits. TRUE when they are all there
 * and nobody else's. */
gboolean handover_receive(int fd, GArray *connections);

#endif
