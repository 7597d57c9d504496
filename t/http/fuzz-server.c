/* The server of the fuzz target: the real one, with a handler that says what it has read. */
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/spool.h"
#include "fuzz.h"
#include "http/fcgi.h"

#define THREADS 4
#define RECEIVE_TIMEOUT 10 /* seconds; who fuzzes closes its connections itself */

/* What waits for the thread that resumes. */
typedef struct {
	FcgiRequest *request;
	char *answer;
} Left;

static GAsyncQueue *left, *begun;
static GThread *server;
static pthread_t server_id;
static char *directory, *path, *address;

void fuzz_digest(FuzzDigest *digest, gconstpointer data, gsize length)
{
	digest->crc = crc32_z(digest->crc, data, length);
	digest->length += length;
}

char *fuzz_answer(const char *p, const FuzzDigest *body)
{
	FuzzDigest parameter = {0, 0};
	fuzz_digest(&parameter, p ?: "", p ? strlen(p) : 0);
	return g_strdup_printf("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n"
			       "%d %" G_GUINT64_FORMAT " %lx %" G_GUINT64_FORMAT " %lx",
		p != NULL, parameter.length, parameter.crc, body->length, body->crc);
}

/* The handler ---------------------------------------------------------------------------------- */

static int way_of(FcgiRequest *request)
{
	const char *p = fcgi_param(request, "P");
	if (p)
		return *p;
	int byte = fcgi_peek(request);
	return byte >= 0 && byte % 2 ? FUZZ_THREAD : 0;
}

/* The socket is there by then. */
static gpointer thread_begin(gpointer data)
{
	g_async_queue_push(data, data);
	return NULL;
}

static void thread_end(gpointer state)
{
	(void)state;
}

static gboolean is_quick(FcgiRequest *request, gpointer state)
{
	(void)state;
	int way = way_of(request);
	return !way ||
	       !strchr((const char[]){FUZZ_ABORT, FUZZ_BIG, FUZZ_SPOOL, FUZZ_THREAD, 0}, way);
}

static void read_spool(Spool *spool, FuzzDigest *body)
{
	const char *data;
	gsize length;
	while (spool_read(spool, &data, &length, NULL) && length)
		fuzz_digest(body, data, length);
	spool_free(spool);
}

static void read_body(FcgiRequest *request, int way, FuzzDigest *body)
{
	char buffer[5000];
	gsize length;
	Spool *spool = NULL;
	if (way == FUZZ_SPOOL && !fcgi_take_spool(request, &spool, NULL))
		g_error("no spool");
	if (spool)
		read_spool(spool, body);
	while ((length = fcgi_read(request, buffer, sizeof buffer)) > 0)
		fuzz_digest(body, buffer, length);
}

static void write_answer(FcgiRequest *request, int way, const char *answer)
{
	fcgi_write(request, answer, strlen(answer));
	if (way == FUZZ_BIG) {
		g_autofree char *more = g_strnfill(FUZZ_BIG_LENGTH, 'x');
		fcgi_write(request, more, FUZZ_BIG_LENGTH);
	} else if (way == FUZZ_ABORT) {
		fcgi_flush(request);
		fcgi_abort(request);
	}
}

static gboolean serve(FcgiRequest *request, gpointer state)
{
	(void)state;
	const char *p = fcgi_param(request, "P");
	int way = p ? *p : 0;
	FuzzDigest body = {0, 0};
	read_body(request, way, &body);
	g_autofree char *answer = fuzz_answer(p, &body);
	if (way == FUZZ_LEAVE && fcgi_leave(request)) {
		Left *item = g_new(Left, 1);
		*item = (Left){request, g_steal_pointer(&answer)};
		g_async_queue_push(left, item);
		return FALSE;
	}
	write_answer(request, way, answer);
	return TRUE;
}

static void resume(FcgiRequest *request, gpointer data, gpointer state)
{
	(void)state;
	g_autofree char *answer = data;
	write_answer(request, FUZZ_LEAVE, answer);
}

/* As the writer does: in the order in which they came. */
static gpointer resume_thread(gpointer data)
{
	for (;;) {
		g_autofree Left *item = g_async_queue_pop(data);
		if (!item->request)
			return NULL;
		fcgi_resume(item->request, item->answer);
	}
}

/* The server ----------------------------------------------------------------------------------- */

static gpointer serve_thread(gpointer data)
{
	const FcgiHandler handler = {thread_begin, thread_end, is_quick, serve, resume, data};
	const FcgiOptions options = {.listen = address,
		.threads = THREADS,
		.receive_timeout = RECEIVE_TIMEOUT,
		.shutdown_timeout = 10,
		.body_limit = FUZZ_BODY_LIMIT,
		.spool_directory = directory};
	g_autoptr(GError) error = NULL;
	gboolean is_reloading;
	server_id = pthread_self();
	if (!fcgi_serve(&options, &handler, &is_reloading, &error))
		g_error("%s", error->message);
	return NULL;
}

/* The signal is for that thread, whose signalfd(2) takes it. */
static void stop(void)
{
	Left last = {NULL, NULL};
	pthread_kill(server_id, SIGTERM);
	g_thread_join(server);
	g_async_queue_push(left, g_memdup2(&last, sizeof last));
	g_rmdir(directory);
	g_free(directory);
	g_free(path);
	g_free(address);
}

const char *fuzz_server_start(void)
{
	directory = g_dir_make_tmp("chronologer-fuzz-XXXXXX", NULL);
	path = g_build_filename(directory, "socket", NULL);
	address = g_strconcat("unix:", path, NULL);
	left = g_async_queue_new();
	begun = g_async_queue_new();
	g_thread_unref(g_thread_new("resume", resume_thread, left));
	server = g_thread_new("server", serve_thread, begun);
	g_async_queue_pop(begun);
	atexit(stop);
	return path;
}
