/* Prints a query expression for MariaDB so that it means there what it means on MySQL. */
#ifndef CHRONOLOGER_QUERY_PRINT_MARIADB_H
#define CHRONOLOGER_QUERY_PRINT_MARIADB_H

#include "query/query.h"
#include "base/sql.h"

/* Appends the condition; every value of the expression is bound. ERROR_QUERY says what MariaDB would
 * answer otherwise than MySQL, and at which character; `sql` is of no more use then. */
gboolean query_mariadb_print(const QueryNode *root, Sql *sql, GError **error);

#endif
