/* What all connections to a database share. */
#include "store/dsn.h"

#define TIMEOUT 2500 /* milliseconds */

StoreConfig *store_config_new(const char *dsn, guint deadline, GError **error)
{
	g_autoptr(StoreConfig) config = g_new0(StoreConfig, 1);
	store_backoff_init(&config->backoff);
	config->target.deadline = deadline;
	config->target.timeout = TIMEOUT;
	config->target.dsn = store_dsn_new(dsn, &config->driver, error);
	if (!config->target.dsn)
		return NULL;
	config->description = store_dsn_describe(config->target.dsn);
	if (config->driver->shared_new)
		config->target.shared = config->driver->shared_new();
	return g_steal_pointer(&config);
}

void store_config_set_timeout(StoreConfig *config, guint timeout)
{
	config->target.timeout = timeout;
}

gboolean store_config_check_writes(StoreConfig *config, GError **error)
{
	return store_backoff_check_writes(&config->backoff, error);
}

void store_config_free(StoreConfig *config)
{
	if (!config)
		return;
	if (config->target.shared)
		config->driver->shared_free(config->target.shared);
	store_dsn_free(config->target.dsn);
	g_free(config->description);
	store_backoff_clear(&config->backoff);
	g_free(config);
}

const char *store_config_describe(const StoreConfig *config)
{
	return config->description;
}

const char *store_dialect(const StoreConfig *config)
{
	return config->driver->dialect;
}
