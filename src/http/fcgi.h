/* FastCGI and CGI: the socket, the threads, and one request's parameters and streams.
 *
 * http/fcgi.c is the only file that knows libfcgi. */
#ifndef CHRONOLOGER_HTTP_FCGI_H
#define CHRONOLOGER_HTTP_FCGI_H

#include <glib.h>

typedef struct fcgi_request FcgiRequest;

/* What a request is served by. Each thread has a state of its own, made when it starts. */
typedef struct {
	gpointer (*thread_begin)(gpointer data);
	void (*thread_end)(gpointer state);
	/* FALSE where the request is left for later, after fcgi_leave(): by then it may be another
	 * thread's and even be over. */
	gboolean (*serve)(FcgiRequest *request, gpointer state);
	/* Ends a request that serve() left, after fcgi_resume(). */
	void (*resume)(FcgiRequest *request, gpointer data, gpointer state);
	gpointer data;
} FcgiHandler;

typedef struct {
	const char *listen;    /* "unix:PATH", "HOST:PORT" or NULL */
	guint threads;         /* requests served at the same time, those aside that are left */
	guint receive_timeout; /* seconds of silence in the middle of a request */
} FcgiOptions;

/* Serves until SIGTERM, SIGINT or SIGUSR1 (requests that run are finished, for at most a second),
 * or one request where the environment is CGI's. The socket, first found: fd 3 with LISTEN_FDS
 * (systemd), fd 0 where that listens (spawn-fcgi, mod_fcgid), `listen`. ERROR_CONFIGURATION where
 * there is none. */
gboolean fcgi_serve(const FcgiOptions *options, const FcgiHandler *handler, GError **error);

/* A parameter such as "REQUEST_METHOD"; NULL where there is none. Borrowed until the request ends.
 */
const char *fcgi_param(const FcgiRequest *request, const char *name);

/* Reads from the body. Bytes read; 0 at its end, and where the front server went away: only
 * CONTENT_LENGTH tells whether that was all. */
gsize fcgi_read(FcgiRequest *request, void *buffer, gsize length);

/* FALSE where the front server is gone. */
gboolean fcgi_write(FcgiRequest *request, const void *data, gsize length);

/* Sends what was written so far. FALSE where the front server is gone. */
gboolean fcgi_flush(FcgiRequest *request);

/* The answer can not be completed: when the request has been served, the connection is closed
 * without the end of the request, so that the front server does not take what it got for all of
 * it. */
void fcgi_abort(FcgiRequest *request);

/* Says that serve() is going to leave the request: what it still waits for needs no thread. FALSE
 * where it has to end it itself: in a CGI program, with one thread, and where many have been left
 * already. */
gboolean fcgi_leave(FcgiRequest *request);

/* A request that was left goes on, in some thread's resume(). From any thread. */
void fcgi_resume(FcgiRequest *request, gpointer data);

/* The thread that serves the request may wait for long between these two, for a database or a
 * client: so long another one takes its place. */
void fcgi_block(FcgiRequest *request);
void fcgi_unblock(FcgiRequest *request);

/* FALSE where nobody would notice that: a CGI program has no way to say so, and mod_fcgid (which is
 * who runs a worker of one thread) ends the answer as if it were complete. */
gboolean fcgi_can_abort(const FcgiRequest *request);

#endif
