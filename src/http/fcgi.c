/* The server: a loop that owns the connections, and threads; who serves a request has all of it.
 *
 * What only has to be handed to somebody who answers later is served in the loop itself, the rest
 * in a thread. libfcgi reads the parameters and, where it is in the socket's buffer, the body.
 * FCGX_Accept_r() would accept and then wait for a request; it is given the connection, or a file
 * with the parameters, on a request whose listening socket can not accept: what it does when a
 * connection breaks, accept another one, then fails at once.
 *
 * (FCGI_WEB_SERVER_ADDRS is libfcgi's business in accept(), so it is not heeded.) */
#include "http/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/systemd.h"
#include "http/connections.h"
#include "http/listener.h"
#include "http/runqueue.h"

#define SEND_TIMEOUT 60    /* seconds in which the front server takes something */
#define RECEIVE_TIMEOUT 10 /* the same of what has been seen to be there: never */
#define LEFT_MAX 256       /* requests: they hold memory, but no thread */
#define FRAME_MAX 65528    /* bytes of a frame's content, a multiple of 8 */

/* As a parameter stands in a frame: lengths, name, value. */
#define POST_PARAMETER "\016\004REQUEST_METHODPOST"

typedef struct server Server;

struct fcgi_request {
	FCGX_Request fcgx;
	Server *server; /* NULL for CGI */
	Connection *connection;
	const char *chunk; /* of a spooled body, what was not read yet */
	gsize chunk_left;
	gpointer left; /* what resume() is called with */
	gboolean cgi;
	gboolean in_loop;
	gboolean aborted;
	guint64 cgi_left; /* bytes of a CGI body not yet read: stdin need not end after it */
};

struct server {
	const FcgiOptions *options;
	const FcgiHandler *handler;
	gpointer state;  /* of the loop */
	Runqueue *ready; /* FcgiRequest */
	gint threaded;   /* requests that threads have, atomic */
	guint left;      /* requests that were left */
	GQueue waiting;  /* Connection: with a POST, while too many are left */
	GPtrArray *threads;
};

extern char **environ;

/* A request ------------------------------------------------------------------------------------ */

const char *fcgi_param(const FcgiRequest *request, const char *name)
{
	return FCGX_GetParam(name, request->cgi ? environ : request->fcgx.envp);
}

static gsize cgi_read(FcgiRequest *request, void *buffer, gsize length)
{
	ssize_t done;
	length = MIN(length, request->cgi_left);
	do
		done = read(STDIN_FILENO, buffer, length);
	while (done < 0 && errno == EINTR);
	if (done <= 0)
		return 0;
	request->cgi_left -= (gsize)done;
	return (gsize)done;
}

/* From the spool that the loop has filled. */
static gsize read_spooled(FcgiRequest *request, void *buffer, gsize length)
{
	if (!request->chunk_left && !spool_read(request->connection->intake->body, &request->chunk,
					    &request->chunk_left, NULL))
		return 0;
	length = MIN(length, request->chunk_left);
	memcpy(buffer, request->chunk, length);
	request->chunk += length;
	request->chunk_left -= length;
	return length;
}

gsize fcgi_read(FcgiRequest *request, void *buffer, gsize length)
{
	if (request->cgi)
		return cgi_read(request, buffer, length);
	if (request->connection->intake)
		return request->connection->intake->body ? read_spooled(request, buffer, length)
							 : 0;
	int done = FCGX_GetStr(buffer, (int)MIN(length, G_MAXINT), request->fcgx.in);
	return done > 0 ? (gsize)done : 0;
}

int fcgi_peek(FcgiRequest *request)
{
	int byte = FCGX_GetChar(request->fcgx.in);
	if (byte >= 0)
		FCGX_UnGetChar(byte, request->fcgx.in);
	return byte;
}

gboolean fcgi_take_spool(FcgiRequest *request, Spool **spool, GError **error)
{
	Intake *intake = request->cgi ? NULL : request->connection->intake;
	*spool = NULL;
	if (!intake)
		return TRUE;
	if (intake->problem) {
		g_propagate_error(error, g_steal_pointer(&intake->problem));
		return FALSE;
	}
	*spool = g_steal_pointer(&intake->body);
	return TRUE;
}

static gboolean cgi_write(const char *data, gsize length)
{
	while (length) {
		ssize_t done = write(STDOUT_FILENO, data, length);
		if (done < 0 && errno != EINTR)
			return FALSE;
		if (done > 0) {
			data += done;
			length -= (gsize)done;
		}
	}
	return TRUE;
}

gboolean fcgi_write(FcgiRequest *request, const void *data, gsize length)
{
	if (request->cgi)
		return cgi_write(data, length);
	return FCGX_PutStr(data, (int)length, request->fcgx.out) == (int)length;
}

gboolean fcgi_flush(FcgiRequest *request)
{
	return request->cgi || FCGX_FFlush(request->fcgx.out) == 0;
}

void fcgi_abort(FcgiRequest *request)
{
	request->aborted = TRUE;
}

gboolean fcgi_can_abort(const FcgiRequest *request)
{
	return !request->cgi && request->server->options->threads > 1;
}

/* Serving -------------------------------------------------------------------------------------- */

gboolean fcgi_leave(const FcgiRequest *request)
{
	return request->in_loop;
}

void fcgi_resume(FcgiRequest *request, gpointer data)
{
	request->left = data;
	connections_resume(request->connection, request);
}

void fcgi_block(FcgiRequest *request)
{
	if (request->server)
		runqueue_block(request->server->ready);
}

void fcgi_unblock(FcgiRequest *request)
{
	if (request->server)
		runqueue_unblock(request->server->ready);
}

/* libfcgi reads what it is given from a descriptor. -1 where there can be none. */
static int stream_of_parameters(const Intake *intake)
{
	const GByteArray *parameters = intake->parameters;
	guint id = intake->framing.id;
	guint8 frame[2 * FRAMING_HEADER] = {0};
	int fd = memfd_create("request", MFD_CLOEXEC);
	g_autoptr(GByteArray) stream = g_byte_array_new();
	framing_header(frame, FRAMING_BEGIN, id, FRAMING_HEADER);
	frame[FRAMING_HEADER + 1] = FRAMING_RESPONDER;
	frame[FRAMING_HEADER + 2] = (guint8)intake->framing.keep;
	g_byte_array_append(stream, frame, sizeof frame);
	for (guint at = 0; at < parameters->len; at += FRAME_MAX) {
		guint length = MIN(FRAME_MAX, parameters->len - at);
		framing_header(frame, FRAMING_PARAMETERS, id, length);
		g_byte_array_append(stream, frame, FRAMING_HEADER);
		g_byte_array_append(stream, parameters->data + at, length);
	}
	framing_header(frame, FRAMING_PARAMETERS, id, 0);
	framing_header(frame + FRAMING_HEADER, FRAMING_BODY, id, 0);
	g_byte_array_append(stream, frame, sizeof frame);
	if (fd >= 0 && pwrite(fd, stream->data, stream->len, 0) == (ssize_t)stream->len)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Reads the parameters: all is there, so that nothing waits. NULL where libfcgi takes them for
 * none; the connection is closed then.
 *
 * A connection that is not detached is closed by libfcgi in up to two seconds, in which it waits for
 * the peer to do the same. */
static FcgiRequest *read_request(Server *server, Connection *connection)
{
	int stream = connection->intake ? stream_of_parameters(connection->intake) : connection->fd;
	FcgiRequest *request = g_new0(FcgiRequest, 1);
	request->server = server;
	request->connection = connection;
	FCGX_InitRequest(&request->fcgx, -1, 0);
	request->fcgx.ipcFd = stream;
	request->fcgx.keepConnection = 1; /* or FCGX_Accept_r() closes it first */
	FCGX_Detach(&request->fcgx);
	gboolean ok = stream >= 0 && FCGX_Accept_r(&request->fcgx) == 0;
	if (stream != connection->fd) {
		close(ok ? stream : connection->fd);
		request->fcgx.ipcFd = connection->fd;
	}
	if (ok)
		return request;
	g_free(request);
	return NULL;
}

/* The connection waits for its next request, if it is kept. */
static void end_request(FcgiRequest *request)
{
	Connection *connection = request->connection;
	FCGX_Request *fcgx = &request->fcgx;
	gboolean keep = fcgx->keepConnection && !request->aborted;
	gboolean is_last = keep && connections_prepare_close(connection);
	fcgx->keepConnection = 1;
	if (request->aborted)
		FCGX_Free(fcgx, FALSE);
	else
		FCGX_Finish_r(fcgx);
	keep = keep && !is_last;
	if (fcgx->ipcFd >= 0 && !keep)
		close(fcgx->ipcFd);
	connections_give_back(connection, keep && fcgx->ipcFd >= 0);
	g_free(request);
}

static gpointer serve_thread(gpointer data)
{
	Server *server = data;
	gpointer state = server->handler->thread_begin(server->handler->data);
	FcgiRequest *request;
	while ((request = runqueue_take(server->ready))) {
		server->handler->serve(request, state);
		end_request(request);
		g_atomic_int_add(&server->threaded, -1);
	}
	server->handler->thread_end(state);
	return NULL;
}

/* Writing waits until the front server takes it, or fails where it does not. */
static void set_blocking(Connection *connection, gboolean on)
{
	struct timeval in = {.tv_sec = RECEIVE_TIMEOUT}, out = {.tv_sec = SEND_TIMEOUT};
	if (connection->is_blocking == on)
		return;
	connection->is_blocking = on;
	g_unix_set_fd_nonblocking(connection->fd, !on, NULL);
	if (!on)
		return;
	setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &in, sizeof in);
	setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &out, sizeof out);
}

/* In the loop ---------------------------------------------------------------------------------- */

static void serve_here(Server *server, FcgiRequest *request)
{
	request->in_loop = TRUE;
	set_blocking(request->connection, FALSE);
	if (server->handler->serve(request, server->state))
		end_request(request);
	else
		server->left++;
}

static void begin_request(Server *server, Connection *connection)
{
	const FcgiHandler *handler = server->handler;
	gboolean is_small = !connection->intake;
	FcgiRequest *request = read_request(server, connection);
	if (!request) {
		connections_give_back(connection, FALSE);
	} else if (is_small && handler->is_quick && handler->is_quick(request, server->state)) {
		serve_here(server, request);
	} else {
		set_blocking(connection, TRUE);
		g_atomic_int_inc(&server->threaded);
		runqueue_give(server->ready, request);
	}
}

/* While many are left, the next ones cost only their connections; and others are not kept waiting
 * behind them. */
static void on_whole(Connection *connection, gconstpointer data, gsize length, gpointer user)
{
	Server *server = user;
	if (server->left >= LEFT_MAX && data &&
		memmem(data, length, POST_PARAMETER, strlen(POST_PARAMETER)))
		g_queue_push_tail(&server->waiting, connection);
	else
		begin_request(server, connection);
}

static void on_resume(Connection *connection, gpointer data)
{
	Server *server = data;
	FcgiRequest *request = connection->resumed;
	server->handler->resume(request, request->left, server->state);
	end_request(request);
	server->left--;
}

static gboolean on_tick(gpointer data)
{
	Server *server = data;
	while (server->left < LEFT_MAX && !g_queue_is_empty(&server->waiting))
		begin_request(server, g_queue_pop_head(&server->waiting));
	if (!g_atomic_int_get(&server->threaded))
		return FALSE;
	runqueue_press(server->ready);
	return TRUE;
}

static gboolean on_reload(gpointer data)
{
	Server *server = data;
	if (!server->options->reload || !server->options->reload())
		return FALSE;
	systemd_notify_reloading();
	return TRUE;
}

/* The server ------------------------------------------------------------------------------------ */

/* As many as there can be, if that is any at all. */
static gboolean start_threads(Server *server, GError **error)
{
	g_autoptr(GError) problem = NULL;
	server->threads = g_ptr_array_new();
	while (!problem && server->threads->len < server->options->threads) {
		GThread *thread = g_thread_try_new("request", serve_thread, server, &problem);
		if (thread)
			g_ptr_array_add(server->threads, thread);
	}
	if (problem)
		g_printerr("chronologer-fcgi: %u threads instead of %u: %s\n", server->threads->len,
			server->options->threads, problem->message);
	if (server->threads->len)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "Could not start a thread");
	return FALSE;
}

static void stop_threads(Server *server)
{
	runqueue_end(server->ready);
	while (server->threads->len)
		g_thread_join(g_ptr_array_steal_index_fast(server->threads, 0));
	g_ptr_array_unref(server->threads);
}

/* libfcgi's own handlers (its FCGX_Init() sets SIGTERM, SIGUSR1 and SIGPIPE) never see these
 * signals. */
static int block_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static gboolean run(Server *server, ConnectionsOptions *options, GArray *idle,
	gboolean *is_reloading, GError **error)
{
	server->ready = runqueue_new(server->options->threads, 2 * g_get_num_processors());
	g_queue_init(&server->waiting);
	if (!start_threads(server, error))
		return FALSE;
	server->state = server->handler->thread_begin(server->handler->data);
	systemd_notify("READY=1");
	ConnectionsResult result = connections_run(options, idle);
	log_flush();
	*is_reloading = result == CONNECTIONS_RELOADING;
	if (!*is_reloading)
		systemd_notify("STOPPING=1");
	if (result == CONNECTIONS_UNANSWERED) {
		g_printerr("chronologer-fcgi: ended with requests unanswered after %u s\n",
			options->shutdown_timeout);
		_exit(EXIT_SUCCESS); /* nothing of theirs was acknowledged */
	}
	stop_threads(server);
	server->handler->thread_end(server->state);
	runqueue_free(server->ready);
	return TRUE;
}

/* Starting ------------------------------------------------------------------------------------- */

/* Connections of all clients of the front server are open at once, idle ones too. */
static void raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* A chunked body has no length and was not read: Apache takes back the answer of a program that
 * ends before it has taken all that it was given. */
static void drain_cgi(void)
{
	char buffer[4096];
	if (!g_getenv("CONTENT_LENGTH") && !g_strcmp0(g_getenv("REQUEST_METHOD"), "POST"))
		while (read(STDIN_FILENO, buffer, sizeof buffer) > 0)
			;
}

static void serve_cgi(const FcgiHandler *handler)
{
	FcgiRequest request = {.cgi = TRUE};
	const char *length = g_getenv("CONTENT_LENGTH");
	gpointer state = handler->thread_begin(handler->data);
	request.cgi_left = length ? g_ascii_strtoull(length, NULL, 10) : 0;
	handler->serve(&request, state);
	handler->thread_end(state);
	drain_cgi();
}

gboolean fcgi_serve(const FcgiOptions *options, const FcgiHandler *handler, gboolean *is_reloading,
	GError **error)
{
	Server server = {.options = options, .handler = handler};
	g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(int));
	g_autoptr(GArray) idle = g_array_new(FALSE, FALSE, sizeof(int));
	*is_reloading = FALSE;
	signal(SIGXFSZ, SIG_IGN); /* writing beyond RLIMIT_FSIZE fails, and no more */
	if (g_getenv("GATEWAY_INTERFACE") && g_getenv("REQUEST_METHOD") &&
		!listener_is_inherited()) {
		serve_cgi(handler);
		return TRUE;
	}
	ConnectionsOptions connections = {
		.signals = block_signals(), /* before there is a second thread to take them */
		.kept = kept,
		.receive_timeout = options->receive_timeout,
		.shutdown_timeout = options->shutdown_timeout,
		.body_limit = options->body_limit,
		.spool_directory = options->spool_directory,
		.handler = {on_whole, on_resume, on_tick, on_reload, &server},
	};
	connections.listener = listener_open(options->listen, kept, error);
	if (connections.listener < 0)
		return FALSE;
	/* mod_fcgid, who runs a worker of one thread, has a socket for each. */
	connections.is_shared = options->threads > 1 && listener_is_shared(connections.listener);
	raise_file_limit();
	FCGX_Init();
	if (!run(&server, &connections, idle, is_reloading, error))
		return FALSE;
	close(connections.signals);
	if (*is_reloading)
		listener_hand_over(connections.listener, idle);
	else
		listener_close(connections.listener, options->listen);
	return TRUE;
}
