/* The worker: settings, then requests until a signal. */
#include <locale.h>
#include <stdlib.h>
#include <sysexits.h>

#include "api.h"
#include "config.h"
#include "fcgi.h"
#include "roles.h"
#include "route.h"
#include "store.h"

typedef struct {
	const Config *config;
	const Roles *roles;
	StoreConfig *store;
} Worker;

static gpointer thread_begin(gpointer data)
{
	const Worker *worker = data;
	Api *api = g_new0(Api, 1);
	api->config = worker->config;
	api->roles = worker->roles;
	api->reader = store_new(worker->store, STORE_READ);
	api->writer = store_new(worker->store, STORE_WRITE);
	return api;
}

static void thread_end(gpointer state)
{
	Api *api = state;
	store_free(api->reader);
	store_free(api->writer);
	g_free(api);
}

static void serve(FcgiRequest *request, gpointer state)
{
	route_serve(state, request);
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
	Worker worker = {config, roles, store};
	FcgiOptions options = {config->listen, config->threads, config->receive_timeout};
	FcgiHandler handler = {thread_begin, thread_end, serve, &worker};
	return fcgi_serve(&options, &handler, error);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	setlocale(LC_CTYPE, ""); /* of what is printed; numbers stay C's */
	setlocale(LC_MESSAGES, "");
	if (run(argc, argv, &error))
		return EXIT_SUCCESS;
	g_printerr("chronologer-fcgi: %s\n", error->message);
	return EX_CONFIG;
}
