/* The server: one thread watches the listener and the connections that are silent, the others each
 * serve a request of a connection that has something to say.
 *
 * FCGX_Accept_r() accepts and then reads a request's parameters without a deadline, so that a
 * thread that waits in it is lost to a silent connection. Here it is given connections that are
 * readable, on a request whose listening socket can not accept: what it does when a connection
 * breaks, accept another one, then fails at once. What still can hold a thread is half a request,
 * and that for `receive_timeout` only.
 *
 * (FCGI_WEB_SERVER_ADDRS is libfcgi's business in accept(), so it is not heeded.) */
#include "http/fcgi.h"

#include <errno.h>
#include <fcntl.h>
#include <fcgiapp.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "http/runqueue.h"
#include "http/listener.h"

#define EVENTS 256
#define SEND_TIMEOUT 60    /* seconds in which the front server takes something */
#define ACCEPT_PAUSE 100   /* milliseconds without accept() after it failed */
#define SHUTDOWN_LIMIT 900 /* milliseconds for the requests that run */
#define PRESS_INTERVAL                                                                             \
	2            /* milliseconds after which work that nobody takes gets a thread of its own */
#define LEFT_MAX 128 /* requests: they hold memory, but no thread */

typedef struct server Server;

struct fcgi_request {
	FCGX_Request fcgx;
	Server *server; /* NULL for CGI */
	gpointer left;  /* what resume() is called with */
	gboolean cgi;
	gboolean alone; /* the only thread */
	gboolean aborted;
	guint64 cgi_left; /* bytes of a CGI body not yet read: stdin need not end after it */
};

struct server {
	const FcgiOptions *options;
	const FcgiHandler *handler;
	int listener;
	int epoll;
	int signals;
	Runqueue *ready; /* connections that are readable, requests to be resumed, or STOP */
	gint left;       /* requests, atomic */
	GThread **threads;
	gint running;        /* threads, atomic */
	gint64 paused_until; /* monotonic microseconds: no accept() before; 0 while accepting */
	gint64 busy_until;   /* the same: there may be something to press for until then */
};

/* What a thread is handed: a file descriptor as an odd number, or a FcgiRequest. */
#define ITEM_OF(fd) GINT_TO_POINTER(2 * (fd) + 1)
#define IS_FD(item) (GPOINTER_TO_INT(item) & 1)
#define FD_OF(item) (GPOINTER_TO_INT(item) >> 1)
#define STOP ITEM_OF(-1)

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

gsize fcgi_read(FcgiRequest *request, void *buffer, gsize length)
{
	if (request->cgi)
		return cgi_read(request, buffer, length);
	int done = FCGX_GetStr(buffer, (int)MIN(length, G_MAXINT), request->fcgx.in);
	return done > 0 ? (gsize)done : 0;
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
	return !request->cgi && !request->alone;
}

/* Threads -------------------------------------------------------------------------------------- */

static void watch(Server *server, int fd, int operation)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = fd};
	if (epoll_ctl(server->epoll, operation, fd, &event))
		close(fd); /* out of memory or watches: the front server sees a closed connection */
}

static FcgiRequest *new_request(Server *server)
{
	FcgiRequest *request = g_new0(FcgiRequest, 1);
	request->server = server;
	request->alone = server->options->threads == 1;
	FCGX_InitRequest(&request->fcgx, -1, 0);
	return request;
}

gboolean fcgi_leave(FcgiRequest *request)
{
	if (request->cgi || request->alone)
		return FALSE;
	if (g_atomic_int_add(&request->server->left, 1) < LEFT_MAX)
		return TRUE;
	g_atomic_int_add(&request->server->left, -1);
	return FALSE;
}

void fcgi_resume(FcgiRequest *request, gpointer data)
{
	request->left = data;
	runqueue_give(request->server->ready, request);
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

/* The connection waits for its next request, if it is kept. */
static void end_request(Server *server, FcgiRequest *request)
{
	int fd = request->fcgx.ipcFd;
	if (request->aborted)
		FCGX_Free(&request->fcgx, TRUE);
	else
		FCGX_Finish_r(&request->fcgx);
	if (request->fcgx.ipcFd < 0)
		return;
	request->fcgx.ipcFd = -1;
	watch(server, fd, EPOLL_CTL_MOD);
}

/* One request of a readable connection. FALSE where it is left. */
static gboolean serve_connection(Server *server, FcgiRequest *request, int fd, gpointer state)
{
	request->fcgx.ipcFd = fd;
	request->fcgx.keepConnection = 1; /* or FCGX_Accept_r() closes it first */
	request->aborted = FALSE;
	if (FCGX_Accept_r(&request->fcgx) != 0) {
		if (request->fcgx.ipcFd >= 0)
			watch(server, fd, EPOLL_CTL_MOD);
		request->fcgx.ipcFd = -1;
		return TRUE;
	}
	if (!server->handler->serve(request, state))
		return FALSE;
	end_request(server, request);
	return TRUE;
}

static void resume(Server *server, FcgiRequest *request, gpointer state)
{
	server->handler->resume(request, request->left, state);
	end_request(server, request);
	g_free(request);
	g_atomic_int_add(&server->left, -1);
}

static gpointer serve_thread(gpointer data)
{
	Server *server = data;
	gpointer state = server->handler->thread_begin(server->handler->data);
	FcgiRequest *request = new_request(server);
	gpointer item;
	while ((item = runqueue_take(server->ready)) != STOP) {
		if (!IS_FD(item))
			resume(server, item, state);
		else if (!serve_connection(server, request, FD_OF(item), state))
			request = new_request(server);
	}
	g_free(request);
	server->handler->thread_end(state);
	g_atomic_int_add(&server->running, -1);
	return NULL;
}

/* The loop ------------------------------------------------------------------------------------- */

/* TCP_NODELAY: an answer is several writes on a connection that is kept; without it the last one
 * waits 40 ms for the other side's delayed acknowledgement. (It fails on a Unix socket, which has
 * no such thing.) */
static void set_options(int fd, guint receive)
{
	struct timeval in = {.tv_sec = receive}, out = {.tv_sec = SEND_TIMEOUT};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &in, sizeof in);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &out, sizeof out);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void watch_listener(Server *server, gboolean on)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = server->listener};
	epoll_ctl(server->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, server->listener, &event);
}

/* Takes all connections that wait. FALSE where accept() can not go on for now (EMFILE, say). */
static gboolean accept_all(Server *server)
{
	for (;;) {
		int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			set_options(fd, server->options->receive_timeout);
			watch(server, fd, EPOLL_CTL_ADD);
		} else if (errno == EAGAIN) {
			return TRUE;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			g_printerr("chronologer-fcgi: accept: %s\n", g_strerror(errno));
			return FALSE;
		}
	}
}

static void pause_accepting(Server *server)
{
	watch_listener(server, FALSE);
	server->paused_until = g_get_monotonic_time() + ACCEPT_PAUSE * 1000;
}

static void resume_accepting(Server *server)
{
	if (!server->paused_until || g_get_monotonic_time() < server->paused_until)
		return;
	watch_listener(server, TRUE);
	server->paused_until = 0;
}

/* A request may take so long to arrive; what comes after that, and is left, is noticed. */
static gint64 busy_time(const Server *server)
{
	return (gint64)(server->options->receive_timeout + 1) * G_USEC_PER_SEC;
}

/* Hands on what is readable. FALSE where a signal says to end. */
static gboolean dispatch(Server *server, int timeout)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(server->epoll, events, EVENTS, timeout);
	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;
		if (fd == server->signals)
			return FALSE;
		if (fd != server->listener)
			runqueue_give(server->ready, ITEM_OF(fd));
		else if (!accept_all(server))
			pause_accepting(server);
	}
	resume_accepting(server);
	if (n > 0)
		server->busy_until = g_get_monotonic_time() + busy_time(server);
	runqueue_press(server->ready);
	return TRUE;
}

/* How long to wait for the next event. */
static int patience(const Server *server)
{
	if (g_atomic_int_get(&server->left) || g_get_monotonic_time() < server->busy_until)
		return PRESS_INTERVAL;
	return server->paused_until ? ACCEPT_PAUSE : -1;
}

/* Requests that have arrived are served, those that come later are the next worker's. */
static void shut_down(Server *server)
{
	gint64 limit = g_get_monotonic_time() + SHUTDOWN_LIMIT * 1000;
	if (!server->paused_until)
		watch_listener(server, FALSE);
	server->paused_until = 0;
	epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->signals, NULL);
	dispatch(server, 0);
	while (g_atomic_int_get(&server->left) && g_get_monotonic_time() < limit) {
		runqueue_press(server->ready);
		g_usleep(1000);
	}
	for (guint i = 0; i < server->options->threads; i++)
		runqueue_give(server->ready, STOP);
	while (g_atomic_int_get(&server->running) && g_get_monotonic_time() < limit) {
		runqueue_press(server->ready);
		g_usleep(1000);
	}
	if (g_atomic_int_get(&server->running)) {
		g_printerr("chronologer-fcgi: ended with requests unanswered after %d ms\n",
			SHUTDOWN_LIMIT);
		_exit(EXIT_SUCCESS); /* nothing of theirs was acknowledged */
	}
	for (guint i = 0; i < server->options->threads; i++)
		g_thread_join(server->threads[i]);
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
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void run(Server *server)
{
	struct epoll_event event = {.events = EPOLLIN};
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	event.data.fd = server->signals;
	epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->signals, &event);
	watch_listener(server, TRUE);
	server->ready = runqueue_new(server->options->threads, 2 * g_get_num_processors());
	server->threads = g_new(GThread *, server->options->threads);
	server->running = (gint)server->options->threads;
	for (guint i = 0; i < server->options->threads; i++)
		server->threads[i] = g_thread_new("request", serve_thread, server);
	while (dispatch(server, patience(server)))
		;
	shut_down(server);
	g_free(server->threads);
	runqueue_free(server->ready);
	close(server->signals);
	close(server->epoll);
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

gboolean fcgi_serve(const FcgiOptions *options, const FcgiHandler *handler, GError **error)
{
	Server server = {.options = options, .handler = handler};
	if (g_getenv("GATEWAY_INTERFACE") && g_getenv("REQUEST_METHOD") &&
		!listener_is_inherited()) {
		serve_cgi(handler);
		return TRUE;
	}
	server.signals = block_signals(); /* before there is a second thread to take them */
	server.listener = listener_open(options->listen, error);
	if (server.listener < 0)
		return FALSE;
	g_unix_set_fd_nonblocking(server.listener, TRUE, NULL);
	raise_file_limit();
	FCGX_Init();
	run(&server);
	listener_close(server.listener, options->listen);
	return TRUE;
}
