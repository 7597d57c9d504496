/* The engine that prints a query, and what a dialect of SQL gives it: query/print/print.c goes
 * through the tree, query/print/mysql.c and query/print/mariadb.c say what is special. Nothing else
 * includes it.
 *
 * Most of SQL is templates: text in which $ stands for children of a node. "$t0" is the first one
 * as text, "$n*" all of them as numbers, "$n1*" all from the second on; "$$" is a $. A child that is
 * not there leaves nothing, nor a comma before it. The letters say as what the child is needed;
 * MySQL knows by itself and overlooks them:
 *   v  as it is; JSON is its text      n  number             i  integer, of the bit operators
 *   t  text, by its own collation      b  true or false      c  text, by the collation of the node
 *   j  JSON document                   d  date or time       m  as the node compares it
 *   e  number or text, as exact as it is    s  the same, of JSON an integer
 *   q  value as JSON                   o  number, for arithmetic
 *   u  text, where doubles do not count
 *   w  text that is searched, by the collation of the node
 *   k  operand of a CASE, or what it is compared with        r  what a choice may result in */
#ifndef CHRONOLOGER_QUERY_PRINT_ENGINE_H
#define CHRONOLOGER_QUERY_PRINT_ENGINE_H

#include "query/parse/function.h"
#include "query/print/print.h"

typedef struct print_dialect PrintDialect;

typedef struct {
	Sql *sql;
	const PrintDialect *dialect;
	const char *refusal; /* the first reason not to print; what follows is thrown away */
	guint position;      /* where */
	char results;        /* MariaDB's: as what a choice that passes JSON on is wanted */
} Print;

/* How something is printed: by a template, by a function; both NULL: as everywhere. */
typedef struct {
	const char *template;
	void (*put)(Print *p, const QueryNode *node);
} PrintRule;

struct print_dialect {
	const char *text;           /* a `?` that is a text whatever is beside it */
	const char *unsigned_open;  /* before an unsigned integer, */
	const char *unsigned_close; /* and after it */

	/* What it prints in its own way; NULL: nothing. A rule of a function comes before its
	 * template in the table of functions. */
	const PrintRule *operators; /* by QueryOperator */
	const PrintRule *functions; /* by QueryFunctionId */
	const PrintRule *casts;     /* by QueryCast */
	void (*put_node)(Print *p, char how, const QueryNode *node);
	void (*put_child)(Print *p, char how, const QueryNode *node, guint i);
	const char *(*template_of)(const QueryFunction *function);
};

extern const PrintDialect print_mysql, print_mariadb;

void print_refuse(Print *p, const QueryNode *node, const char *reason);

void print_add(Print *p, const char *text); /* as it is */
void print_add_number(Print *p, guint number);
void print_bind_integer(Print *p, gint64 integer);
void print_bind_text(Print *p, const char *text, gsize length);

/* The same as a text, or as what CAST AS `type` makes of it. */
void print_bind_typed(Print *p, const char *text, gsize length);
void print_bind_cast(Print *p, const char *text, gsize length, const char *type);

void print_put(Print *p, const char *template, const QueryNode *node);

/* The same where $v0 and the like are `node` itself. */
void print_put_self(Print *p, const char *template, const QueryNode *node);

/* One node, one child of it in one of these ways: the dialect's. */
void print_node(Print *p, char how, const QueryNode *node);

/* As the engine prints it: what a dialect does where it knows nothing special. */
void print_kind(Print *p, const QueryNode *node);
void print_operator(Print *p, const QueryNode *node);

/* NULL where there is none. */
const QueryNode *print_child(const QueryNode *node, guint i);
gboolean print_is_literal(const QueryNode *node, QueryValueKind kind);

#endif
