/* Connections from a process that ends to the one that comes after, or another one beside it: they
 * are sent to the listening Unix socket that both have (unix(7), SCM_RIGHTS), and wait there, with
 * what has arrived on them, until somebody accepts. */
#ifndef CHRONOLOGER_HTTP_HANDOVER_H
#define CHRONOLOGER_HTTP_HANDOVER_H

#include <glib.h>

/* `connections` (int) stay open in this process. FALSE, with errno, where not all could be sent: the
 * backlog is full, or the process may not connect. */
gboolean handover_send(int listener, const GArray *connections);

/* Whether this is what comes first on an accepted connection that brings others. */
gboolean handover_begins(gconstpointer data, gsize length);

/* Adds these to `connections` (int, non-blocking). FALSE where another user sends them. */
gboolean handover_receive(int fd, GArray *connections);

#endif
