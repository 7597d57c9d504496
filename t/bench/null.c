/* The yardstick of a single POST: reads the body and answers 201, and does nothing else.
 *
 * null --listen ADDRESS [--threads N], or started as the worker is by spawn-fcgi or mod_fcgid, or as a
 * CGI program. The same accepting and the same threads as the worker's: what differs is the work. */
#include <stdlib.h>
#include <string.h>
#include "http/fcgi.h"

#define ANSWER                                                                                     \
	"Status: 201 Created\r\n"                                                                  \
	"Location: /api/v1/record/177260\r\n"                                                      \
	"Content-Type: application/json\r\n"                                                       \
	"Content-Length: 6\r\n"                                                                    \
	"Cache-Control: no-cache\r\n"                                                              \
	"\r\n"                                                                                     \
	"177260"

static gpointer thread_begin(gpointer data)
{
	return data;
}

static void thread_end(gpointer state)
{
	(void)state;
}

/* In the loop, as the worker serves single records. */
static gboolean is_quick(FcgiRequest *request, gpointer state)
{
	(void)request, (void)state;
	return TRUE;
}

static gboolean serve(FcgiRequest *request, gpointer state)
{
	char buffer[65536];
	(void)state;
	while (fcgi_read(request, buffer, sizeof buffer) > 0)
		;
	fcgi_write(request, ANSWER, strlen(ANSWER));
	return TRUE;
}

int main(int argc, char **argv)
{
	gchar *address = NULL;
	gint threads = 8; /* more of them answer no faster */
	GOptionEntry entries[] = {
		{"listen", 0, 0, G_OPTION_ARG_STRING, &address, "unix:PATH or HOST:PORT",
			"ADDRESS"},
		{"threads", 0, 0, G_OPTION_ARG_INT, &threads, "served at the same time", "N"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_option_context_add_main_entries(context, entries, NULL);
	FcgiHandler handler = {thread_begin, thread_end, is_quick, serve, NULL, NULL};
	if (g_option_context_parse(context, &argc, &argv, &error)) {
		FcgiOptions options = {.listen = address,
			.threads = (guint)threads,
			.receive_timeout = 60,
			.shutdown_timeout = 10,
			.body_limit = 1 << 30,
			.spool_directory = g_get_tmp_dir()};
		gboolean is_reloading;
		if (fcgi_serve(&options, &handler, &is_reloading, &error))
			return EXIT_SUCCESS;
	}
	g_printerr("null: %s\n", error->message);
	return EXIT_FAILURE;
}
