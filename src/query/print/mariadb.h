/* What the files of MariaDB's dialect share. Nothing else includes it. */
#ifndef CHRONOLOGER_QUERY_PRINT_MARIADB_H
#define CHRONOLOGER_QUERY_PRINT_MARIADB_H

#include "query/print/engine.h"
#include "query/type/type.h"

/* Casts and functions: query/print/mariadb-function.c */
extern const PrintRule mariadb_casts[], mariadb_functions[];

/* A date and an INTERVAL. */
gboolean mariadb_is_interval_sum(const QueryNode *node);

/* A text that is compared by `collation`. */
void mariadb_put_collated(Print *p, const QueryNode *node, QueryCollation collation);

/* A literal: MariaDB may take one above 63 bits for a negative one where it meets other numbers. */
void mariadb_put_integer_as(Print *p, const QueryNode *node, const char *type);

/* Comparing: query/print/mariadb-compare.c. One side of what is done as `comparison`, two sides; and
 * child `i` of a CASE: its operand, which is beside each WHEN, or what that is compared with. */
void mariadb_put_side(
	Print *p, const QueryNode *node, QueryType comparison, QueryCollation collation);
void mariadb_put_equal(Print *p, const QueryNode *left, const QueryNode *right,
	QueryType comparison, QueryCollation collation);
void mariadb_put_when(Print *p, const QueryNode *node, guint i);
void mariadb_put_comparison(Print *p, const QueryNode *node);
void mariadb_put_in(Print *p, const QueryNode *node); /* and NOT IN */

/* Paths: query/print/mariadb-path.c. `column` -> 'path', JSON_EXTRACT, JSON_CONTAINS_PATH; one path
 * of a document, NULL for the document itself. */
void mariadb_put_path(Print *p, const QueryNode *node);
void mariadb_put_extract(Print *p, const QueryNode *node);
void mariadb_put_contains_path(Print *p, const QueryNode *node);
void mariadb_put_extracted(Print *p, const QueryNode *document, const QueryNode *path);

/* The operator and the function; the pattern, a literal: query/print/mariadb-regexp.c */
void mariadb_put_regexp(Print *p, const QueryNode *node);
void mariadb_put_pattern(Print *p, const QueryNode *pattern, gboolean any_case);

/* A node of type JSON in another type: query/print/mariadb-json.c */
void mariadb_put_json_text(Print *p, const QueryNode *node);
void mariadb_put_json_unquoted(Print *p, const QueryNode *node); /* ->>, JSON_UNQUOTE() */
void mariadb_put_json_scalar(Print *p, const QueryNode *node);
void mariadb_put_json_value(Print *p, const QueryNode *node);
void mariadb_put_json_number(Print *p, const QueryNode *node);
void mariadb_put_json_integer(Print *p, const QueryNode *node);
void mariadb_put_json_cast(Print *p, const QueryNode *node);
void mariadb_put_json_truth(Print *p, const QueryNode *node);
void mariadb_put_json_moment(Print *p, const QueryNode *node);
void mariadb_put_json_type(Print *p, const QueryNode *node); /* JSON_TYPE() */
void mariadb_put_json_literal(Print *p, const QueryNode *node);

/* Two operands of which one or both are of type JSON; JSON IN (literals of one type). */
void mariadb_put_json_comparison(
	Print *p, QueryOperator op, const QueryNode *left, const QueryNode *right);
void mariadb_put_json_in(Print *p, const QueryNode *node);

#endif
