/* The worker: settings, then requests until a signal. */
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <sysexits.h>

#include "api/api.h"
#include "config.h"
#include "http/fcgi.h"
#include "api/roles.h"
#include "api/route.h"
#include "store/store.h"
#include "store/writer.h"

/* Pools of memory that threads share; glibc would make up to eight for each processor, and each
 * keeps what its largest request took: measured, 42 MiB instead of 26 with four. Two are slower
 * with NDJSON. */
#define ARENAS 3

/* Records that wait for the writer. */
#define WAITING_MAX 1000

static gpointer thread_begin(gpointer data)
{
	return g_memdup2(data, sizeof(Api));
}

static void thread_end(gpointer state)
{
	g_free(state);
}

static gboolean serve(FcgiRequest *request, gpointer state)
{
	return route_serve(state, request);
}

static void resume(G_GNUC_UNUSED FcgiRequest *request, gpointer left, gpointer state)
{
	api_record_answer(state, left);
}

static gboolean run(int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context =
		g_option_context_new("- store and find Python log records");
	g_option_context_set_description(context,
		"The socket is inherited (systemd, spawn-fcgi, mod_fcgid) or given by --listen; "
		"with the environment\n"
		"of a CGI program one request is served. See chronologer-fcgi(8) and "
		"chronologer.conf(5).");
	g_autoptr(Config) config = config_load(context, CONFIG_WORKER, &argc, &argv, error);
	g_autoptr(Roles) roles = config ? roles_new(config->roles, error) : NULL;
	g_autoptr(StoreConfig) store =
		roles ? store_config_new(config->storage_dsn, config->deadline * 1000, error)
		      : NULL;
	if (!store)
		return FALSE;
	/* A thread alone, as in a CGI program or under mod_fcgid, has nobody to share a commit
	 * with. */
	g_autoptr(Writer) writer = config->threads > 1 ? writer_new(store, WAITING_MAX) : NULL;
	g_autoptr(Pool) readers =
		pool_new(store, STORE_READ, MIN(config->threads, config->connections));
	g_autoptr(Pool) batches =
		pool_new(store, STORE_WRITE, MIN(config->threads, config->connections));
	Api api = {config, roles, writer, readers, batches, NULL, FALSE};
	FcgiOptions options = {config->listen, config->threads, config->receive_timeout};
	FcgiHandler handler = {thread_begin, thread_end, serve, resume, &api};
	return fcgi_serve(&options, &handler, error);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	mallopt(M_ARENA_MAX, ARENAS);
	setlocale(LC_CTYPE, ""); /* of what is printed; numbers stay C's */
	setlocale(LC_MESSAGES, "");
	if (run(argc, argv, &error))
		return EXIT_SUCCESS;
	g_printerr("chronologer-fcgi: %s\n", error->message);
	return EX_CONFIG;
}
