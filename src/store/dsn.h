/* A DSN: which database, where. */
#ifndef CHRONOLOGER_STORE_DSN_H
#define CHRONOLOGER_STORE_DSN_H

#include "store/driver.h"

/* ERROR_CONFIGURATION says what is wrong with it, without the password. `*driver`: who speaks with this
 * kind of database. */
StoreDsn *store_dsn_new(const char *text, const StoreDriver **driver, GError **error);
void store_dsn_free(StoreDsn *dsn); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreDsn, store_dsn_free)

/* Without the password, for messages. */
char *store_dsn_describe(const StoreDsn *dsn);

#endif
