/* What the files of query/type share, and questions that query/print asks too. */
#ifndef CHRONOLOGER_QUERY_TYPE_TYPE_H
#define CHRONOLOGER_QUERY_TYPE_TYPE_H

#include "query/parse/parse.h"

typedef struct {
	Query *query;
	GError **error;
} QueryTyping;

/* What MySQL would answer, but not all stores alike. query/type/reasons.c has the words, in this
 * order; chronologer-query(7) has them too. */
typedef enum {
	QUERY_REASON_BINARY_JSON,
	QUERY_REASON_BINARY_TEXT,
	QUERY_REASON_COLLATE_BINARY,
	QUERY_REASON_COLLATE_OTHER,
	QUERY_REASON_COLLATIONS,
	QUERY_REASON_CONVERT,
	QUERY_REASON_COUNT,
	QUERY_REASON_DATE_CASE,
	QUERY_REASON_DATE_CASTS,
	QUERY_REASON_DATE_CHOICE,
	QUERY_REASON_DATE_CONDITION,
	QUERY_REASON_DATE_IN,
	QUERY_REASON_DATE_NUMBER,
	QUERY_REASON_DATE_NUMERIC,
	QUERY_REASON_DATE_STRINGS,
	QUERY_REASON_DATE_TEXT,
	QUERY_REASON_DATE_TIME,
	QUERY_REASON_DATE_WANTED,
	QUERY_REASON_DIGITS,
	QUERY_REASON_DOUBLE_IN,
	QUERY_REASON_ESCAPE,
	QUERY_REASON_FORMAT,
	QUERY_REASON_HEX,
	QUERY_REASON_HEX_LONG,
	QUERY_REASON_INTERVAL,
	QUERY_REASON_JSON_BETWEEN,
	QUERY_REASON_JSON_BOOLEAN,
	QUERY_REASON_JSON_CAST,
	QUERY_REASON_JSON_CHOICE,
	QUERY_REASON_JSON_COLLATE,
	QUERY_REASON_JSON_CONDITION,
	QUERY_REASON_JSON_DATE,
	QUERY_REASON_JSON_DEEP,
	QUERY_REASON_JSON_IN,
	QUERY_REASON_JSON_INDEX,
	QUERY_REASON_JSON_KEYS,
	QUERY_REASON_JSON_LARGE,
	QUERY_REASON_JSON_LITERAL,
	QUERY_REASON_JSON_MEMBER,
	QUERY_REASON_JSON_ORDER,
	QUERY_REASON_JSON_WANTED,
	QUERY_REASON_LARGE,
	QUERY_REASON_MIXED,
	QUERY_REASON_MODE,
	QUERY_REASON_NULLIF,
	QUERY_REASON_ONE_OR_ALL,
	QUERY_REASON_PATH,
	QUERY_REASON_PATH_ANY_DEPTH,
	QUERY_REASON_PATH_LAST,
	QUERY_REASON_PATH_WILDCARD,
	QUERY_REASON_PATTERN,
	QUERY_REASON_SEARCH,
	QUERY_REASON_TEXT_WANTED,
	QUERY_REASON_TIME_IN,
	QUERY_REASON_TIME_TEXT,
	QUERY_REASON_TIME_WANTED,
	QUERY_REASON_UNIT,
	QUERY_REASONS,
} QueryReason;

/* FALSE, for `return`, with the reason and where. */
gboolean query_type_refuse(const QueryTyping *typing, const QueryNode *node, QueryReason reason);

static inline QueryNode *query_type_child(const QueryNode *node, guint i)
{
	return node->children->pdata[i];
}

gboolean query_type_is_number(QueryType type); /* also BOOLEAN */
gboolean query_type_is_integer(QueryType type);
gboolean query_type_is_text(QueryType type);   /* TEXT and BINARY */
gboolean query_type_is_date(QueryType type);   /* DATE and DATETIME */
gboolean query_type_is_moment(QueryType type); /* and TIME */
gboolean query_type_is_literal(const QueryNode *node, QueryValueKind kind);

/* A text literal becomes the date, or the date and time, that it says. FALSE: it says none. */
gboolean query_type_make_moment(const QueryTyping *typing, QueryNode *node);
gboolean query_type_make_time(const QueryTyping *typing, QueryNode *node);

/* A text literal becomes a JSON path: its `path`, and its text in the one spelling. FALSE: it is
 * none, or none that all stores can follow. The same without wildcards; and what the one of a
 * JSON_KEYS must not have. query/type/path.c. */
gboolean query_type_make_path(const QueryTyping *typing, QueryNode *node);
gboolean query_type_make_plain_path(const QueryTyping *typing, QueryNode *node);
gboolean query_type_check_keys(const QueryTyping *typing, QueryNode *node);

/* A binary literal becomes the number that it is among numbers; others stay. FALSE: over 64 bits. */
gboolean query_type_make_number(const QueryTyping *typing, QueryNode *node);

/* An operand of which MySQL makes a number. */
gboolean query_type_check_number(const QueryTyping *typing, QueryNode *node);

/* A string that was read as a date, with or without an INTERVAL: beside another string it would be
 * a string. */
gboolean query_type_is_string(const QueryNode *node);

/* One of these whose fraction MySQL prints only as far as it is not zero: not like a DATETIME. */
gboolean query_type_is_ragged(const QueryNode *node);

/* What is true or false beside JSON, but for the literals: MySQL takes the integers of some functions,
 * STRCMP and JSON_CONTAINS among them, for that as well. */
gboolean query_type_is_condition(const QueryNode *node);

/* An integer literal, with or without a sign, whose digits say more than `limit`. */
gboolean query_type_is_above(const QueryNode *node, guint64 limit);

/* A number that a double holds exactly and that is the only one of its kind near it. Also for the
 * printer of a store that compares JSON's numbers as doubles. */
gboolean query_type_is_exact(const QueryNode *node);

/* A literal, with or without a sign. */
gboolean query_type_is_constant(const QueryNode *node);

/* The operators; their operands are done. query/type/compare.c, query/type/arithmetic.c. */
gboolean query_type_comparison(const QueryTyping *typing, QueryNode *node);
gboolean query_type_in(const QueryTyping *typing, QueryNode *node);
gboolean query_type_between(const QueryTyping *typing, QueryNode *node);
gboolean query_type_like(const QueryTyping *typing, QueryNode *node);
gboolean query_type_arithmetic(const QueryTyping *typing, QueryNode *node);
gboolean query_type_modulo(const QueryTyping *typing, QueryNode *node);
gboolean query_type_divide(const QueryTyping *typing, QueryNode *node);
gboolean query_type_integer_divide(const QueryTyping *typing, QueryNode *node);
gboolean query_type_negate(const QueryTyping *typing, QueryNode *node);
gboolean query_type_bits(const QueryTyping *typing, QueryNode *node);

/* How two nodes are compared: sets `*comparison`, and turns literals into dates. */
gboolean query_type_compare(
	const QueryTyping *typing, QueryNode *left, QueryNode *right, QueryType *comparison);

/* The same for the first operand of IN or CASE with child `i`; and for all that came before. */
gboolean query_type_compare_pair(const QueryTyping *typing, QueryNode *node, guint i);

/* Collations and choices: query/type/collation.c. */

/* The collation that `n` nodes are compared or joined by, and whose it is, becomes the one of `node`.
 * Bytes among them that have to give way become texts. */
gboolean query_type_collate_nodes(
	const QueryTyping *typing, QueryNode *node, gpointer *nodes, guint n);

/* The same for all children. */
gboolean query_type_collate(const QueryTyping *typing, QueryNode *node);

/* Children 0 and 1 are a subject and a regular expression. */
gboolean query_type_regexp(const QueryTyping *typing, QueryNode *node);
gboolean query_type_check_condition(const QueryTyping *typing, gpointer *place);
gboolean query_type_check_json_cast(const QueryTyping *typing, QueryNode *operand);
void query_type_set_text(QueryNode *node, QueryCollation collation, QueryCoercibility coercibility);

/* `node` is one of these, whichever: COALESCE, IF, CASE. */
gboolean query_type_choose(const QueryTyping *typing, QueryNode *node, const GPtrArray *among);

/* COALESCE or IFNULL of nothing but JSON. */
gboolean query_type_is_json_choice(const QueryNode *node);

/* The same for a node that compares as well: its `collation` stays the one of the comparison. */
gboolean query_type_choose_compared(
	const QueryTyping *typing, QueryNode *node, const GPtrArray *among);

/* A call: query/type/call.c. The children are done. */
gboolean query_type_call(const QueryTyping *typing, QueryNode *node);

/* A regular expression that all engines read alike: query/type/regexp-check.c. NULL, or what they do not. */
const char *query_regexp_check(const char *pattern, gsize length);

#endif
