/* The connections of the front server: one thread, the loop, owns them all, never waits for one of
 * them, and hands on a request when it is whole. Until then a request costs a connection and no
 * thread.
 *
 * A request that is in the socket's buffer as a whole stays there (it has been looked at only) and
 * is read by who serves it; of one that is larger, slow or not plain, the loop takes the bytes as
 * they come (Intake). */
#ifndef CHRONOLOGER_HTTP_CONNECTIONS_H
#define CHRONOLOGER_HTTP_CONNECTIONS_H

#include <glib.h>

#include "http/intake.h"

typedef struct connections Connections;

/* One of them. All but the loop's own is for who serves its request. */
typedef struct connection {
	int fd;
	Intake *intake;       /* the request; NULL: it is in the socket's buffer */
	gboolean is_blocking; /* what writing to it does; not at first */
	gpointer resumed;     /* what connections_resume() was called with */

	Connections *connections;
	gint state; /* atomic */
	struct connection *next;
	GList all;  /* in the list of them all */
	GList half; /* in the list of those with a part of a request */
	gboolean is_half;
	gboolean is_ended; /* the peer sends no more: no event is going to say so again */
	GArray *handed;    /* it brings these: int */
	gint64 last;       /* monotonic microseconds: the last byte of that part */
	guint looks;
} Connection;

/* What is called, in the loop's thread, and may not wait. */
typedef struct {
	/* A request is to be served. `data`: as it came, during the call; NULL where that is an Intake
	 */
	void (*whole)(Connection *connection, gconstpointer data, gsize length, gpointer user);
	void (*resume)(Connection *connection, gpointer user); /* see connections_resume() */
	gboolean (*tick)(gpointer user);   /* TRUE: again in a few milliseconds */
	gboolean (*reload)(gpointer user); /* SIGHUP: whether to do that */
	gpointer user;
} ConnectionsHandler;

typedef struct {
	int listener;           /* not closed */
	gboolean is_shared;     /* others have it, or will have it after this process */
	const GArray *kept;     /* int: connections that are open already */
	int signals;            /* a signalfd(2): SIGHUP, and those that end the loop */
	guint receive_timeout;  /* seconds of silence in the middle of a request */
	guint shutdown_timeout; /* seconds that requests may take after a signal */
	guint64 body_limit;     /* what is over that of a body is not kept */
	const char *spool_directory;
	ConnectionsHandler handler;
} ConnectionsOptions;

typedef enum {
	CONNECTIONS_ENDED,      /* all that had begun was answered */
	CONNECTIONS_UNANSWERED, /* not all, the time is up: nothing has been freed */
	CONNECTIONS_RELOADING,  /* as CONNECTIONS_ENDED, and idle connections are open still */
} ConnectionsResult;

/* Until a signal, and after that until all that has begun is answered or the time is up. What is
 * idle when it reloads is added to `idle` (int). `options` are borrowed. */
ConnectionsResult connections_run(const ConnectionsOptions *options, GArray *idle);

/* Before the last part of an answer is written: whether the connection is to be closed behind it,
 * since the loop is ending. By who has the connection. */
gboolean connections_prepare_close(Connection *connection);

/* The loop is to call `resume`, with `data` in `resumed`. Any thread; from then on the connection
 * is the loop's. */
void connections_resume(Connection *connection, gpointer data);

/* The request was answered; `keep`: and the next one may come. Otherwise `fd` has been closed. Any
 * thread; afterwards the connection is the loop's. */
void connections_give_back(Connection *connection, gboolean keep);

#endif
