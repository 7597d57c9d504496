/* JSON on MariaDB, where it is a text: what MySQL decides by the type of a value is decided by
 * JSON_TYPE() here.
 *
 * Two things are taken for granted of the column logrec. It is at most 31 levels deep, the most that
 * MariaDB's functions take. And where a whole array or object becomes text, its text is MySQL's. */
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "query/print/mariadb.h"

/* JSON as something else ------------------------------------------------------------------------- */

/* MySQL's text of a double: 1e-07 is 0.0000001, 1e2 is 100.0. */
#define DOUBLE_TEXT                                                                                \
	" WHEN 'DOUBLE' THEN CASE WHEN CAST($j0 AS DOUBLE) = 0 THEN IF($j0 LIKE '-%', '-0.0', "    \
	"'0.0')"                                                                                   \
	" WHEN CAST($j0 AS DOUBLE) REGEXP '[.e]' THEN CAST($j0 AS DOUBLE)"                         \
	" ELSE CONCAT(CAST($j0 AS DOUBLE), '.0') END"
#define LOOSE_TEXT " WHEN 'ARRAY' THEN JSON_LOOSE($j0) WHEN 'OBJECT' THEN JSON_LOOSE($j0)"

void mariadb_put_json_text(Print *p, const QueryNode *node)
{
	print_put_self(p, "(CASE JSON_TYPE($j0)" DOUBLE_TEXT LOOSE_TEXT " ELSE $j0 END)", node);
}

#define UNQUOTED                                                                                   \
	"(CASE JSON_TYPE($j0) WHEN 'STRING' THEN JSON_UNQUOTE($j0)" DOUBLE_TEXT LOOSE_TEXT         \
	" ELSE $j0 END)"

/* ->>, JSON_UNQUOTE() */
void mariadb_put_json_unquoted(Print *p, const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR) {
		gpointer pair[] = {(gpointer)print_child(node, 0), (gpointer)print_child(node, 1)};
		GPtrArray children = {.pdata = pair, .len = 2};
		QueryNode path = *node;
		path.op = QUERY_JSON_PATH;
		path.type = QUERY_TYPE_JSON;
		path.children = &children;
		print_put_self(p, UNQUOTED, &path);
	} else if (print_child(node, 0)->type == QUERY_TYPE_JSON) {
		print_put_self(p, UNQUOTED, print_child(node, 0));
	} else {
		print_put(p, "JSON_UNQUOTE($t0)", node);
	}
}

/* What MySQL reads as a number: true is 1, and what is no scalar 0. Text. */
#define SCALAR(integer)                                                                            \
	"CASE JSON_TYPE($j0) WHEN 'STRING' THEN JSON_UNQUOTE($j0) WHEN 'INTEGER' THEN " integer    \
	" WHEN 'DOUBLE' THEN $j0 WHEN 'BOOLEAN' THEN ($j0 LIKE 't%')"                              \
	" ELSE IF($j0 IS NULL, NULL, 0) END"

/* A double like 1e20 is an INTEGER for MariaDB's JSON_TYPE(). */
#define IS_LARGE(x) x " REGEXP '[eE]'"

/* Of JSON these make a text, quotes and all, before it is anything else. */
static gboolean is_text_choice(const QueryNode *node)
{
	return node->kind == QUERY_FUNCTION &&
	       (node->function->id == QUERY_FN_COALESCE || node->function->id == QUERY_FN_IFNULL);
}

/* As exact as it is; the integers above 63 bits become negative, as on MySQL. */
void mariadb_put_json_scalar(Print *p, const QueryNode *node)
{
	if (is_text_choice(node))
		print_node(p, 't', node);
	else
		print_put_self(
			p, SCALAR("IF(" IS_LARGE("$j0") ", $j0, CAST($j0 AS SIGNED))"), node);
}

void mariadb_put_json_number(Print *p, const QueryNode *node)
{
	if (is_text_choice(node))
		print_put_self(p, "CAST($t0 AS DOUBLE)", node);
	else
		print_put_self(p, "CAST(" SCALAR("$j0") " AS DOUBLE)", node);
}

/* Doubles are rounded, and texts cut at the point. */
void mariadb_put_json_integer(Print *p, const QueryNode *node)
{
	if (is_text_choice(node)) {
		print_put_self(p, "CAST($t0 AS SIGNED)", node);
		return;
	}
	print_put_self(p,
		"CAST(CASE JSON_TYPE($j0) WHEN 'STRING' THEN CAST(JSON_UNQUOTE($j0) AS SIGNED)"
		" WHEN 'INTEGER' THEN IF(" IS_LARGE(
			"$j0") ", CAST(CAST($j0 AS DOUBLE) AS SIGNED),"
			       " CAST($j0 AS SIGNED))"
			       " WHEN 'DOUBLE' THEN CAST(CAST($j0 AS DOUBLE) AS SIGNED)"
			       " WHEN 'BOOLEAN' THEN ($j0 LIKE 't%') ELSE IF($j0 IS NULL, NULL, 0) "
			       "END AS SIGNED)",
		node);
}

/* CAST AS SIGNED reads the text of what IF, CASE and the like have chosen, quotes and all. */
void mariadb_put_json_cast(Print *p, const QueryNode *node)
{
	gboolean is_choice =
		is_text_choice(node) || node->kind == QUERY_CASE ||
		(node->kind == QUERY_FUNCTION && (node->function->id == QUERY_FN_IF ||
							 node->function->id == QUERY_FN_NULLIF));
	if (is_choice)
		print_node(p, 't', node);
	else
		mariadb_put_json_integer(p, node);
}

/* A condition compares JSON with 0: all but that number is true. */
void mariadb_put_json_truth(Print *p, const QueryNode *node)
{
	print_put_self(p,
		"(CASE JSON_TYPE($j0) WHEN 'INTEGER' THEN CAST($j0 AS DOUBLE) <> 0"
		" WHEN 'DOUBLE' THEN CAST($j0 AS DOUBLE) <> 0"
		" ELSE IF($j0 IS NULL, NULL, TRUE) END)",
		node);
}

/* Only texts hold dates. */
void mariadb_put_json_moment(Print *p, const QueryNode *node)
{
	print_put_self(p, "IF(JSON_TYPE($j0) = 'STRING', JSON_UNQUOTE($j0), NULL)", node);
}

/* JSON_TYPE(); its result is utf8mb3. For MySQL integers above 32 bits are unsigned ones. */
void mariadb_put_json_type(Print *p, const QueryNode *node)
{
	print_put(p,
		"CONVERT(CASE WHEN JSON_TYPE($j0) <> 'INTEGER' THEN JSON_TYPE($j0)"
		" WHEN " IS_LARGE("$j0") " THEN 'DOUBLE'"
					 " WHEN CAST($j0 AS DECIMAL(65,0)) > 4294967295 THEN "
					 "'UNSIGNED INTEGER'"
					 " ELSE JSON_TYPE($j0) END USING utf8mb4)",
		node);
}

/* A literal that is JSON, in MySQL's spelling: of a repeated key MariaDB takes the first. */
void mariadb_put_json_literal(Print *p, const QueryNode *node)
{
	g_return_if_fail(print_is_literal(node, QUERY_VALUE_TEXT));
	g_autoptr(Arena) arena = arena_new();
	const Text *text = &node->value.text;
	const Json *json = json_parse(arena, text->data, text->length);
	g_return_if_fail(json);
	g_autoptr(GString) normal = g_string_new(NULL);
	json_print(json, normal);
	print_bind_text(p, normal->str, normal->len);
}

/* A value that becomes JSON: a text is a string. */
void mariadb_put_json_value(Print *p, const QueryNode *node)
{
	g_return_if_fail(node->type != QUERY_TYPE_JSON);
	if (node->type == QUERY_TYPE_NULL)
		print_node(p, 'v', node);
	else if (node->type == QUERY_TYPE_TEXT)
		print_put_self(p, "JSON_QUOTE($v0)", node);
	else if (node->type == QUERY_TYPE_BOOLEAN)
		print_put_self(p, "CASE $v0 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", node);
	else
		print_put_self(p, "CAST($v0 AS CHAR)", node);
}

/* Comparing ---------------------------------------------------------------------------------------- */

/* What is compared with one JSON value: one other value, or, with IN, some of one kind. */
typedef struct {
	Print *p;
	QueryOperator op; /* or QUERY_IN */
	const QueryNode *json;
	const QueryNode *const *others;
	guint n;
} Comparison;

/* MySQL's order of JSON values of different kinds; SQL values are put into it. */
typedef enum {
	RANK_NULL,
	RANK_NUMBER,
	RANK_STRING,
	RANK_OBJECT,
	RANK_ARRAY,
	RANK_BOOLEAN,
	RANK_OTHER
} Rank;

static Rank rank_of(const QueryNode *node)
{
	static const Rank ranks[] = {
		[QUERY_TYPE_UNKNOWN] = RANK_OTHER,
		[QUERY_TYPE_BOOLEAN] = RANK_BOOLEAN,
		[QUERY_TYPE_INTEGER] = RANK_NUMBER,
		[QUERY_TYPE_UNSIGNED] = RANK_NUMBER,
		[QUERY_TYPE_DECIMAL] = RANK_NUMBER,
		[QUERY_TYPE_DOUBLE] = RANK_NUMBER,
		[QUERY_TYPE_TEXT] = RANK_STRING,
		[QUERY_TYPE_BINARY] = RANK_OTHER,
		[QUERY_TYPE_DATETIME] = RANK_OTHER,
		[QUERY_TYPE_DATE] = RANK_OTHER,
		[QUERY_TYPE_TIME] = RANK_OTHER,
	};
	return ranks[node->type];
}

/* The sign, what it is with the sides exchanged, and the answer where the left side comes first and
 * where it comes last. */
static const struct {
	const char *sign;
	QueryOperator exchanged;
	gboolean if_less, if_greater;
} operators[] = {
	[QUERY_EQUAL] = {" = ", QUERY_EQUAL, FALSE, FALSE},
	[QUERY_NULL_SAFE_EQUAL] = {" = ", QUERY_NULL_SAFE_EQUAL, FALSE, FALSE},
	[QUERY_GREATER_EQUAL] = {" >= ", QUERY_LESS_EQUAL, FALSE, TRUE},
	[QUERY_GREATER] = {" > ", QUERY_LESS, FALSE, TRUE},
	[QUERY_LESS_EQUAL] = {" <= ", QUERY_GREATER_EQUAL, TRUE, FALSE},
	[QUERY_LESS] = {" < ", QUERY_GREATER, TRUE, FALSE},
	[QUERY_NOT_EQUAL] = {" <> ", QUERY_NOT_EQUAL, TRUE, TRUE},
	[QUERY_IN] = {" IN ", QUERY_IN, FALSE, FALSE},
};

static gboolean has_order(QueryOperator op)
{
	return operators[op].if_less != operators[op].if_greater;
}

/* The right side: the sign and the other value or values, each between `before` and `after`. */
static void put_others(
	const Comparison *c, const char *sign, char how, const char *before, const char *after)
{
	print_add(c->p, sign);
	for (guint i = 0; i < c->n; i++) {
		print_add(c->p, i > 0 ? ", " : c->op == QUERY_IN ? "(" : "");
		print_add(c->p, before);
		print_node(c->p, how, c->others[i]);
		print_add(c->p, after);
	}
	if (c->op == QUERY_IN)
		print_add(c->p, ")");
}

static gboolean are_exact(const Comparison *c)
{
	for (guint i = 0; i < c->n; i++)
		if (!query_type_is_exact(c->others[i]))
			return FALSE;
	return TRUE;
}

#define EXACT " AS DECIMAL(65,30))"

/* Doubles first; where they are equal, as decimals: an integer or a decimal may be between two
 * doubles. */
static void put_close(const Comparison *c, const char *exact)
{
	Print *p = c->p;
	print_put_self(p, "CASE WHEN CAST($j0 AS DOUBLE)", c->json);
	put_others(c, " = ", 'n', "CAST(", " AS DOUBLE)");
	print_add(p, " THEN ");
	print_put_self(p, exact, c->json);
	put_others(c, operators[c->op].sign, 'n', "CAST(", EXACT);
	print_put_self(p, " ELSE CAST($j0 AS DOUBLE)", c->json);
	put_others(c, operators[c->op].sign, 'n', "CAST(", " AS DOUBLE)");
	print_add(p, " END");
}

static void put_integer_arm(const Comparison *c)
{
	gboolean is_double = c->others[0]->type == QUERY_TYPE_DOUBLE;
	if (is_double && !are_exact(c) && c->n == 1) {
		put_close(c, "CAST($j0 AS DECIMAL(65,0))");
		return;
	}
	print_put_self(
		c->p, is_double ? "CAST($j0 AS DOUBLE)" : "CAST($j0 AS DECIMAL(65,0))", c->json);
	put_others(c, operators[c->op].sign, 'n', "", "");
}

static void put_double_arm(const Comparison *c)
{
	if (!are_exact(c) && c->others[0]->type != QUERY_TYPE_DOUBLE && c->n == 1) {
		put_close(c, "CAST(CAST($j0 AS DOUBLE)" EXACT);
		return;
	}
	print_put_self(c->p, "CAST($j0 AS DOUBLE)", c->json);
	put_others(c, operators[c->op].sign, 'n', "", "");
}

static void put_string_arm(const Comparison *c)
{
	print_put_self(c->p, "CAST(JSON_UNQUOTE($j0) AS BINARY)", c->json);
	put_others(c, operators[c->op].sign, 't', "CAST(", " AS BINARY)");
}

static void put_boolean_arm(const Comparison *c)
{
	print_put_self(c->p, "($j0 LIKE 't%')", c->json);
	put_others(c, operators[c->op].sign, 'v', "", "");
}

static const struct {
	const char *type;
	Rank rank;
	void (*put)(const Comparison *c);
} arms[] = {
	{"'INTEGER'", RANK_NUMBER, put_integer_arm},
	{"'DOUBLE'", RANK_NUMBER, put_double_arm},
	{"'STRING'", RANK_STRING, put_string_arm},
	{"'BOOLEAN'", RANK_BOOLEAN, put_boolean_arm},
	{"'NULL'", RANK_NULL, NULL},
	{"'ARRAY'", RANK_ARRAY, NULL},
	{"'OBJECT'", RANK_OBJECT, NULL},
};

static gboolean may_be_null(const QueryNode *node)
{
	return node->kind != QUERY_LITERAL && node->kind != QUERY_COLUMN;
}

/* NULL where either side is. */
static void put_arms(const Comparison *c)
{
	Rank rank = rank_of(c->others[0]);
	gboolean nullable = c->n == 1 && may_be_null(c->others[0]);
	print_put_self(c->p, "(CASE JSON_TYPE($j0)", c->json);
	for (guint i = 0; i < G_N_ELEMENTS(arms); i++) {
		gboolean answer = arms[i].rank < rank ? operators[c->op].if_less
						      : operators[c->op].if_greater;
		print_add(c->p, " WHEN ");
		print_add(c->p, arms[i].type);
		print_add(c->p, " THEN ");
		if (arms[i].rank == rank && arms[i].put)
			arms[i].put(c);
		else if (nullable)
			print_put_self(c->p,
				answer ? "IF($v0 IS NULL, NULL, TRUE)"
				       : "IF($v0 IS NULL, NULL, FALSE)",
				c->others[0]);
		else
			print_add(c->p, answer ? "TRUE" : "FALSE");
	}
	print_add(c->p, " END)");
}

/* Two values of JSON, $j0 and $j1. An integer may be between two doubles. */
#define ARE_NUMBERS                                                                                \
	"JSON_TYPE($j0) IN ('INTEGER', 'DOUBLE') AND JSON_TYPE($j1) IN ('INTEGER', 'DOUBLE')"
#define ARE_INTEGERS                                                                               \
	"JSON_TYPE($j0) = 'INTEGER' AND JSON_TYPE($j1) = 'INTEGER'"                                \
	" AND NOT " IS_LARGE("CONCAT($j0, $j1)")
#define SAME_DECIMALS(type) "CAST($j0 AS " type ") = CAST($j1 AS " type ")"
#define SAME_DOUBLES                                                                               \
	"CAST($j0 AS DOUBLE) = CAST($j1 AS DOUBLE)"                                                \
	" AND (JSON_TYPE($j0) = JSON_TYPE($j1) OR " SAME_DECIMALS("DECIMAL(65,30)") ")"

static const char same_json[] =
	"(CASE WHEN $j0 IS NULL OR $j1 IS NULL THEN NULL"
	" WHEN " ARE_INTEGERS " THEN " SAME_DECIMALS(
		"DECIMAL(65,0)") " WHEN " ARE_NUMBERS " THEN " SAME_DOUBLES
				 " WHEN JSON_TYPE($j0) <> JSON_TYPE($j1) THEN FALSE"
				 " WHEN JSON_TYPE($j0) IN ('ARRAY', 'OBJECT') THEN "
				 "JSON_EQUALS($j0, $j1)"
				 " ELSE CAST($j0 AS BINARY) = CAST($j1 AS BINARY) END)";

static void put_both_json(Print *p, QueryOperator op, const QueryNode *left, const QueryNode *right)
{
	gpointer pair[] = {(gpointer)left, (gpointer)right};
	GPtrArray children = {.pdata = pair, .len = 2};
	QueryNode parent = {.children = &children};
	g_return_if_fail(!has_order(op));
	print_add(p, op == QUERY_NOT_EQUAL ? "(NOT " : "(");
	print_put(p, same_json, &parent);
	print_add(p, ")");
}

static void put_null_safe(Print *p, const QueryNode *left, const QueryNode *right)
{
	print_add(p, "COALESCE(");
	mariadb_put_json_comparison(p, QUERY_EQUAL, left, right);
	print_put_self(p, ", $v0 IS NULL AND ", left);
	print_put_self(p, "$v0 IS NULL)", right);
}

void mariadb_put_json_comparison(
	Print *p, QueryOperator op, const QueryNode *left, const QueryNode *right)
{
	gboolean exchange = left->type != QUERY_TYPE_JSON;
	const QueryNode *json = exchange ? right : left;
	const QueryNode *other = exchange ? left : right;
	Comparison c = {p, exchange ? operators[op].exchanged : op, json, &other, 1};
	if (op == QUERY_NULL_SAFE_EQUAL)
		put_null_safe(p, left, right);
	else if (other->type == QUERY_TYPE_NULL)
		print_add(p, "NULL");
	else if (other->type == QUERY_TYPE_JSON)
		put_both_json(p, op, json, other);
	else
		put_arms(&c);
}

void mariadb_put_json_in(Print *p, const QueryNode *node)
{
	const QueryNode *const *others = (const QueryNode *const *)node->children->pdata + 1;
	Comparison c = {p, QUERY_IN, print_child(node, 0), others, node->children->len - 1};
	if (others[0]->type == QUERY_TYPE_NULL)
		print_add(p, "NULL");
	else
		put_arms(&c);
}
