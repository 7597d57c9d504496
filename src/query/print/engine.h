/* What query/print/mariadb.c and query/print/mariadb-json.c share. Nothing else includes it. */
#ifndef CHRONOLOGER_QUERY_PRINT_ENGINE_H
#define CHRONOLOGER_QUERY_PRINT_ENGINE_H

#include "query/print/mariadb.h"

typedef struct {
	Sql *sql;
	const char *refusal; /* the first reason not to print; what follows is thrown away */
	guint position;      /* where */
} Print;

void query_mariadb_refuse(Print *p, const QueryNode *node, const char *reason);

/* Appends text in which $ stands for children of `node`: "$t0" is the first one as text, "$n*" all of
 * them as numbers, "$n1*" all from the second on; "$$" is a $. The letters:
 *   v  as it is; JSON is its text      n  number             i  integer, of the bit operators
 *   t  text, by its own collation      b  true or false      c  text, by the collation of `node`
 *   j  JSON document                   d  date or time     m  as `node` compares it
 *   e  number or text, as exact as it is    s  the same, of JSON an integer
 *   q  value as JSON                  h  time of day
 *   u  text, where doubles do not count
 *   w  text that is searched, by the collation of `node`      o  number, for arithmetic */
void query_mariadb_put(Print *p, const char *template, const QueryNode *node);

/* The same where $v0 and the like are `node` itself. */
void query_mariadb_put_self(Print *p, const char *template, const QueryNode *node);

/* One node in one of these ways. */
void query_mariadb_put_node(Print *p, char how, const QueryNode *node);

const QueryNode *query_mariadb_child(const QueryNode *node, guint i);
gboolean query_mariadb_is_literal(const QueryNode *node, QueryValueKind kind);

/* `column` -> 'path' and ->> 'path', JSON_EXTRACT */
void query_mariadb_put_path(Print *p, const QueryNode *node);
void query_mariadb_put_extract(Print *p, const QueryNode *node);
/* One path of a document; NULL for the document itself. */
void query_mariadb_put_extracted(Print *p, const QueryNode *document, const QueryNode *path);
void query_mariadb_put_path_text(Print *p, const QueryNode *path);

/* The pattern of a REGEXP, a literal: query/print/mariadb-regexp.c */
void query_mariadb_put_pattern(Print *p, const QueryNode *pattern, gboolean any_case);

/* A node of type JSON in another type. */
void query_mariadb_put_json_text(Print *p, const QueryNode *node);
void query_mariadb_put_json_unquoted(Print *p, const QueryNode *node);
void query_mariadb_put_json_scalar(Print *p, const QueryNode *node);
void query_mariadb_put_json_value(Print *p, const QueryNode *node);
void query_mariadb_put_json_number(Print *p, const QueryNode *node);
void query_mariadb_put_json_integer(Print *p, const QueryNode *node);
void query_mariadb_put_json_cast(Print *p, const QueryNode *node);
void query_mariadb_put_json_truth(Print *p, const QueryNode *node);
void query_mariadb_put_json_moment(Print *p, const QueryNode *node);
void query_mariadb_put_json_type(Print *p, const QueryNode *node); /* JSON_TYPE() */
void query_mariadb_put_json_literal(Print *p, const QueryNode *node);

/* Two operands of which one or both are of type JSON. */
void query_mariadb_put_json_comparison(
	Print *p, QueryOperator op, const QueryNode *left, const QueryNode *right);
/* JSON IN (literals of one type) */
void query_mariadb_put_json_in(Print *p, const QueryNode *node);

#endif
