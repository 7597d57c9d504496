/* Comparing the count tables with the records. */
#ifndef CHRONOLOGER_STORE_COUNTS_RECOUNT_H
#define CHRONOLOGER_STORE_COUNTS_RECOUNT_H

#include "store/driver.h"

/* STORE_ADMIN: see store_recount(). */
gboolean counts_recount(
	const StoreLink *link, StoreRecount what, StoreDayFunc day, gpointer data, GError **error);

#endif
