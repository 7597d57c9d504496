/* Indexes on fields of logrec: which there are, and what they find. */
#ifndef CHRONOLOGER_STORE_FIELD_H
#define CHRONOLOGER_STORE_FIELD_H

#include "store/driver.h"

/* Adds conditions that are true for all records for which the expression is, where an index finds them. */
gboolean store_field_narrow(const StoreLink *link, Sql *sql, const Query *query, GError **error);

#endif
