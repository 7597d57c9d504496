/* What query/parse/lexer.l, query/parse/grammar.y and the constructors of nodes share while an expression is read. Not for
 * anyone else. */
#ifndef CHRONOLOGER_QUERY_PARSE_PARSE_H
#define CHRONOLOGER_QUERY_PARSE_PARSE_H

#include "query/parse/function.h"

/* A piece of the expression: a word, a literal, an operator. */
typedef struct {
	const char *text; /* borrowed */
	guint length;     /* bytes */
	guint position;   /* characters, from 1 */
	guint word;       /* of a word that has several meanings: QueryOperator of a comparison */
} QueryToken;

typedef struct {
	Query *query;
	const char *text;
	gsize length;
	gsize offset;    /* bytes: where the next token begins */
	guint position;  /* the same in characters, from 1 */
	guint depth;     /* open parentheses */
	QueryToken last; /* the last one that was read */
	gint64 now;      /* microseconds since 1970 */
	GError *error;   /* the first one; what follows it is of no interest */
} QueryParser;

/* Begins the message as the contract says. Always NULL, for `return`. */
void *query_parse_fail(QueryParser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same about an expression that was read: a GError, FALSE for `return`. */
gboolean query_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The row of `table`, whose rows of `size` bytes begin with a name in upper case, that is called
 * `name` in any case; -1 where there is none. */
gint query_find_word(gconstpointer table, guint rows, gsize size, const char *name, gsize length);

/* How many letters one has to add, drop, change or swap to make `a` from `b`, in any case; more
 * than 3 is 4. */
guint query_distance(const char *a, gsize length, const char *b);

/* A lexer over parser->text, query/parse/lexer.l. */
gpointer query_lex_new(QueryParser *parser);
void query_lex_free(gpointer lexer);

/* `integer` of a binary literal that was written in bits: among numbers it has a sign, one in
 * hexadecimal has none. */
#define QUERY_BITS 1

/* Nodes: query/parse/node.c. They belong to parser->query from the start, so that nothing is lost where
 * parsing ends early. All give NULL, after query_parse_fail(), where what they are given is NULL or
 * can not be. */
QueryNode *query_node_literal(QueryParser *parser, QueryValueKind kind, const QueryToken *token);
QueryNode *query_node_boolean(QueryParser *parser, const QueryToken *token, gboolean value);
QueryNode *query_node_append_text(
	QueryParser *parser, QueryNode *node, const QueryToken *token); /* 'a' 'b' */
QueryNode *query_node_name(
	QueryParser *parser, const QueryToken *name); /* a column, or CURRENT_DATE */
/* NOW() and its like; `*taken` is FALSE where it is none of them. */
QueryNode *query_node_now(
	QueryParser *parser, const QueryToken *name, const QueryNode *list, gboolean *taken);
QueryNode *query_node_column(QueryParser *parser, const QueryToken *quoted);
QueryNode *query_node_typed_text(
	QueryParser *parser, const QueryToken *type, const QueryToken *text); /* DATE '...' */
QueryNode *query_node_unary(
	QueryParser *parser, const QueryToken *token, QueryOperator op, QueryNode *operand);
QueryNode *query_node_binary(
	QueryParser *parser, QueryOperator op, QueryNode *left, QueryNode *right);
QueryNode *query_node_ternary(QueryParser *parser, QueryOperator op, QueryNode *subject,
	QueryNode *second, QueryNode *third);
QueryNode *query_node_junction(
	QueryParser *parser, QueryOperator op, QueryNode *left, QueryNode *right);
QueryNode *query_node_in(
	QueryParser *parser, QueryOperator op, QueryNode *subject, QueryNode *list);
QueryNode *query_node_arrow(
	QueryParser *parser, QueryOperator op, const QueryToken *column, const QueryToken *path);
QueryNode *query_node_case(QueryParser *parser, const QueryToken *token, QueryNode *operand,
	QueryNode *list, QueryNode *otherwise);
/* A new one without children; it belongs to the query. */
QueryNode *query_node_new(QueryParser *parser, QueryKind kind, guint position);

QueryNode *query_node_cast(
	QueryParser *parser, const QueryToken *token, QueryNode *operand, QueryNode *type);
QueryNode *query_node_cast_type(QueryParser *parser, const QueryToken *name,
	const QueryToken *second, const QueryToken *length, const QueryToken *scale);
QueryNode *query_node_charset(QueryParser *parser, const QueryToken *name);
QueryNode *query_node_collate(QueryParser *parser, QueryNode *operand, const QueryToken *name);
QueryNode *query_node_interval(
	QueryParser *parser, const QueryToken *token, QueryNode *amount, const QueryToken *unit);
QueryNode *query_node_unit(QueryParser *parser, const QueryToken *unit);

/* AND and OR of many operands are one flat node while they are read. Makes them binary again, as high
 * as the logarithm of their number: each operand still before the next one. */
void query_node_balance(Query *query);

/* Lists grow until they become the children of a node. */
QueryNode *query_node_list(QueryParser *parser, QueryNode *first);
QueryNode *query_node_add(QueryParser *parser, QueryNode *list, QueryNode *node);

/* A call by its name as it was written, and one of a function that the grammar knows. `list` may be
 * NULL where there are no arguments. */
QueryNode *query_node_call(QueryParser *parser, const QueryToken *name, QueryNode *list);
QueryNode *query_node_function(
	QueryParser *parser, const QueryToken *token, QueryFunctionId id, QueryNode *list);

/* '2026-03-01', '2026-03-01 12:00:00.25+02:00', '12:00': the literal forms of dates and times that
 * all stores read alike. FALSE where it is none. `*fraction`: whether there is one. */
gboolean query_moment_parse_datetime(
	const char *text, gsize length, gint64 *moment, gboolean *fraction, gboolean *has_time);
gboolean query_moment_parse_time(
	const char *text, gsize length, gint64 *moment, gboolean *fraction);

/* The text of an expression that means what is searched for; "" where that is nothing. To be freed. */
char *query_search_expression(const char *text);

/* Fills in `type`, `collation` and what goes with them, for all nodes. Refuses what the stores
 * would not answer alike. */
gboolean query_type_check(Query *query, GError **error);

struct query {
	gint references; /* atomic */
	gint64 now;
	GPtrArray *nodes; /* QueryNode: all, in the order they were made: children first */
	QueryNode *root;
};

#endif
