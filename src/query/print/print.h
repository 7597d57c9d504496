/* The tree of a query as SQL: for servers; the embedded store asks query/eval/eval.c itself. */
#ifndef CHRONOLOGER_QUERY_PRINT_PRINT_H
#define CHRONOLOGER_QUERY_PRINT_PRINT_H

#include "query/query.h"
#include "base/sql.h"

typedef enum {
	QUERY_DIALECT_MYSQL,
	QUERY_DIALECT_MARIADB,
} QueryDialect;

/* Appends the condition, in parentheses, to `sql`. Every literal of the query is a bound value. The
 * session's character set is utf8mb4, its collation utf8mb4_general_ci, its time zone +00:00, its
 * sql_mode MySQL's default. ERROR_QUERY says what this dialect can not answer as MySQL does; `sql` is
 * of no more use then. */
gboolean query_print(const Query *query, QueryDialect dialect, Sql *sql, GError **error);

#endif
