/* The worker: settings, then requests until a signal. */
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

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

/* Bytes of a piece of memory that is the system's again as soon as it is free. glibc would raise this
 * to the size of such pieces, up to 32 MiB, and keep them. */
#define LARGE (1024 * 1024)

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

static gboolean is_quick(FcgiRequest *request, gpointer state)
{
	return api_is_quick(state, request);
}

static gboolean serve(FcgiRequest *request, gpointer state)
{
	return route_serve(state, request);
}

static void resume(G_GNUC_UNUSED FcgiRequest *request, gpointer left, gpointer state)
{
	api_record_answer(state, left);
}

/* Of the command line, which reading removes what it takes from. */
static int argument_count;
static char **arguments;

static Config *read_settings(Roles **roles, StoreConfig **store, GError **error)
{
	int argc = argument_count;
	g_auto(GStrv) copy = g_strdupv(arguments);
	g_autofree char **argv = g_memdup2(copy, (gsize)(argc + 1) * sizeof *argv);
	g_autoptr(GOptionContext) context =
		g_option_context_new("- store and find Python log records");
	g_option_context_set_description(context,
		"The socket is inherited (systemd, spawn-fcgi, mod_fcgid) or given by --listen; "
		"with the environment\n"
		"of a CGI program one request is served. See chronologer-fcgi(8) and "
		"chronologer.conf(5).");
	g_autoptr(Config) config = config_load(context, CONFIG_WORKER, &argc, &argv, error);
	*roles = config ? roles_new(config->roles, error) : NULL;
	*store = *roles ? store_config_new(config->storage_dsn, config->deadline * 1000, error)
			: NULL;
	if (*store)
		store_config_set_timeout(*store, config->database_timeout);
	return *store ? g_steal_pointer(&config) : NULL;
}

/* The settings that a worker would begin with now are good; else it says what is wrong with them,
 * and goes on. */
static gboolean may_reload(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Roles) roles = NULL;
	g_autoptr(StoreConfig) store = NULL;
	g_autoptr(Config) config = read_settings(&roles, &store, &error);
	if (!config)
		g_printerr("chronologer-fcgi: not reloaded: %s\n", error->message);
	return config != NULL;
}

static gboolean run(gboolean *is_reloading, GError **error)
{
	g_autoptr(Roles) roles = NULL;
	g_autoptr(StoreConfig) store = NULL;
	g_autoptr(Config) config = read_settings(&roles, &store, error);
	if (!config)
		return FALSE;
	/* A thread alone, as in a CGI program or under mod_fcgid, has nobody to share a commit
	 * with. */
	g_autoptr(Writer) writer = config->threads > 1 ? writer_new(store, WAITING_MAX) : NULL;
	g_autoptr(Pool) readers =
		pool_new(store, STORE_READ, MIN(config->threads, config->connections));
	g_autoptr(Pool) batches =
		pool_new(store, STORE_WRITE, MIN(config->threads, config->connections));
	g_autoptr(Probe) probe = probe_new(store);
	g_autoptr(Budget) memory = budget_new(config->memory_limit);
	Api api = {config, roles, writer, readers, batches, probe, memory, NULL, FALSE};
	FcgiOptions options = {
		.listen = config->listen,
		.threads = config->threads,
		.receive_timeout = config->receive_timeout,
		.shutdown_timeout = config->shutdown_timeout,
		.body_limit = config->body_limit,
		.spool_directory = config->spool_directory,
		.reload = may_reload,
	};
	FcgiHandler handler = {thread_begin, thread_end, is_quick, serve, resume, &api};
	return fcgi_serve(&options, &handler, is_reloading, error);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	/* By its name: a package may bring a new one while this one runs. */
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	gboolean is_reloading;
	argument_count = argc;
	arguments = argv;
	mallopt(M_ARENA_MAX, ARENAS);
	mallopt(M_MMAP_THRESHOLD, LARGE);
	setlocale(LC_CTYPE, ""); /* of what is printed; numbers stay C's */
	setlocale(LC_MESSAGES, "");
	if (!run(&is_reloading, &error)) {
		g_printerr("chronologer-fcgi: %s\n", error->message);
		return EX_CONFIG;
	}
	if (!is_reloading)
		return EXIT_SUCCESS;
	execv(program ?: argv[0], argv);
	g_printerr("chronologer-fcgi: %s: %s\n", program ?: argv[0], g_strerror(errno));
	return EX_OSERR;
}
