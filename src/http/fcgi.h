/* FastCGI and CGI: the socket, the threads, and one request's parameters and streams.
 *
 * http/fcgi.c is the only file that knows libfcgi. */
#ifndef CHRONOLOGER_HTTP_FCGI_H
#define CHRONOLOGER_HTTP_FCGI_H

#include <glib.h>

#include "base/spool.h"

typedef struct fcgi_request FcgiRequest;

/* What a request is served by. Each thread, and the loop, has a state of its own, made when it
 * starts. */
typedef struct {
	gpointer (*thread_begin)(gpointer data);
	void (*thread_end)(gpointer state);
	/* Whether serve() is going to wait for nothing: it is served in the loop then. NULL: none. */
	gboolean (*is_quick)(FcgiRequest *request, gpointer state);
	/* FALSE where the request is left for later, after fcgi_leave(): by then it may even be
	 * over. */
	gboolean (*serve)(FcgiRequest *request, gpointer state);
	/* Ends a request that serve() left, after fcgi_resume(), in the loop; may wait for nothing.
	 */
	void (*resume)(FcgiRequest *request, gpointer data, gpointer state);
	gpointer data;
} FcgiHandler;

typedef struct {
	const char *listen;     /* "unix:PATH", "HOST:PORT" or NULL */
	guint threads;          /* requests served at the same time, beside those in the loop */
	guint receive_timeout;  /* seconds of silence in the middle of a request */
	guint shutdown_timeout; /* seconds that requests may take after a signal */
	guint64 body_limit;     /* of what is over that of a body nothing is kept */
	const char *spool_directory;
	gboolean (*reload)(void); /* SIGHUP: whether to do that; NULL: never */
} FcgiOptions;

/* Serves until SIGTERM, SIGINT or SIGUSR1 and then what has begun, or one request where the
 * environment is CGI's. The socket, first found: one that was handed over, fd 3 with LISTEN_FDS
 * (systemd), fd 0 where that listens (spawn-fcgi, mod_fcgid), `listen`. ERROR_CONFIGURATION where
 * there is none.
 *
 * SIGHUP: where `reload` says so, what has begun is served, all else is handed over, with the
 * listening socket, to the program that the caller then executes: `*is_reloading`. */
gboolean fcgi_serve(const FcgiOptions *options, const FcgiHandler *handler, gboolean *is_reloading,
	GError **error);

/* A parameter such as "REQUEST_METHOD"; NULL where there is none. Borrowed until the request ends.
 */
const char *fcgi_param(const FcgiRequest *request, const char *name);

/* Reads from the body. Bytes read; 0 at its end, and where the front server went away: only
 * CONTENT_LENGTH tells whether that was all. */
gsize fcgi_read(FcgiRequest *request, void *buffer, gsize length);

/* The first byte of the body, before it is read; -1 where there is none. For is_quick(). */
int fcgi_peek(FcgiRequest *request);

/* The body, where it has been spooled while it came, rewound: the caller's. NULL where fcgi_read()
 * reads it. ERROR_STORAGE where not all of it could be kept. */
gboolean fcgi_take_spool(FcgiRequest *request, Spool **spool, GError **error);

/* FALSE where the front server is gone. */
gboolean fcgi_write(FcgiRequest *request, const void *data, gsize length);

/* Sends what was written so far. FALSE where the front server is gone. */
gboolean fcgi_flush(FcgiRequest *request);

/* The answer can not be completed: when the request has been served, the connection is closed
 * without the end of the request, so that the front server does not take what it got for all of
 * it. */
void fcgi_abort(FcgiRequest *request);

/* Whether serve() may leave the request, since what it still waits for needs no thread: in the loop.
 */
gboolean fcgi_leave(const FcgiRequest *request);

/* A request that was left goes on, in resume(). From any thread; it is no longer the caller's. */
void fcgi_resume(FcgiRequest *request, gpointer data);

/* The thread that serves the request may wait for long between these two, for a database or a
 * client: so long another one takes its place. Not in the loop. */
void fcgi_block(FcgiRequest *request);
void fcgi_unblock(FcgiRequest *request);

/* FALSE where nobody would notice that: a CGI program has no way to say so, and mod_fcgid (which is
 * who runs a worker of one thread) ends the answer as if it were complete. */
gboolean fcgi_can_abort(const FcgiRequest *request);

#endif
