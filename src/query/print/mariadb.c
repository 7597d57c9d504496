/* MariaDB's dialect. Numbers, texts and times are printed much as they are: the two servers agree
 * there, apart from what is here. JSON is a text on MariaDB, so that what MySQL knows from the type is
 * asked of the value: query/print/mariadb-json.c. */
#include "query/print/mariadb.h"
#include <string.h>

void mariadb_put_integer_as(Print *p, const QueryNode *node, const char *type)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, node->value.integer);
	print_bind_cast(p, digits, strlen(digits), type);
}

/* Collations ----------------------------------------------------------------------------------- */

static const char *const collations[] = {
	[QUERY_COLLATION_GENERAL_CI] = " COLLATE utf8mb4_general_ci",
	[QUERY_COLLATION_BIN] = " COLLATE utf8mb4_bin",
};

void mariadb_put_collated(Print *p, const QueryNode *node, QueryCollation collation)
{
	gboolean is_text = node->type == QUERY_TYPE_TEXT || node->type == QUERY_TYPE_JSON;
	print_add(p, collation == QUERY_COLLATION_BINARY ? "CAST(" : is_text ? "(" : "(CONVERT(");
	print_node(p, 't', node);
	if (collation == QUERY_COLLATION_BINARY) {
		print_add(p, " AS BINARY)");
		return;
	}
	if (!is_text)
		print_add(p, " USING utf8mb4)");
	if (collation != QUERY_COLLATION_NONE)
		print_add(p, collations[collation]);
	print_add(p, ")");
}

/* MariaDB looks for a text in another one by as many bytes as it has; in UTF-32 all letters that are
 * the same without regard to case have the same number. */
static void put_wide(Print *p, const QueryNode *node, QueryCollation collation)
{
	if (collation != QUERY_COLLATION_GENERAL_CI) {
		mariadb_put_collated(p, node, collation);
		return;
	}
	print_add(p, "(CONVERT(");
	print_node(p, 't', node);
	print_add(p, " USING utf32) COLLATE utf32_general_ci)");
}

/* Operators ------------------------------------------------------------------------------------ */

/* A number of which arithmetic makes one of type `result`. */
static void put_operand(Print *p, const QueryNode *node, QueryType result)
{
	gboolean is_integer = print_is_literal(node, QUERY_VALUE_INTEGER);
	if (is_integer && result == QUERY_TYPE_DOUBLE)
		mariadb_put_integer_as(p, node, "DOUBLE");
	else if (result == QUERY_TYPE_DOUBLE && node->type == QUERY_TYPE_UNSIGNED &&
		 node->kind != QUERY_COLUMN)
		print_put_self(p, "CAST(CONCAT($v0) AS DOUBLE)", node);
	else
		print_node(p, 'n', node);
}

void mariadb_put_regexp(Print *p, const QueryNode *node)
{
	const QueryNode *pattern = print_child(node, 1);
	gboolean is_not = node->kind == QUERY_OPERATOR && node->op == QUERY_NOT_REGEXP;
	g_return_if_fail(print_is_literal(pattern, QUERY_VALUE_TEXT));
	g_return_if_fail(node->collation != QUERY_COLLATION_BINARY);
	print_put(p, is_not ? "($c0 NOT REGEXP " : "($c0 REGEXP ", node);
	mariadb_put_pattern(p, pattern, node->collation == QUERY_COLLATION_GENERAL_CI);
	print_add(p, ")");
}

gboolean mariadb_is_interval_sum(const QueryNode *node)
{
	return node->kind == QUERY_OPERATOR &&
	       (node->op == QUERY_ADD || node->op == QUERY_SUBTRACT) &&
	       print_child(node, 1)->kind == QUERY_INTERVAL;
}

static void put_interval_sum(Print *p, const QueryNode *node)
{
	print_put(p, node->op == QUERY_ADD ? "($d0 + $v1)" : "($d0 - $v1)", node);
}

static void put_plus(Print *p, const QueryNode *node)
{
	gboolean adds = node->op == QUERY_ADD;
	if (!mariadb_is_interval_sum(node))
		print_put(p, adds ? "($o0 + $o1)" : "($o0 - $o1)", node);
	else if (node->type == QUERY_TYPE_TEXT)
		print_put_self(p, "TRIM(TRAILING '.000000' FROM CAST($d0 AS CHAR))", node);
	else
		put_interval_sum(p, node);
}

/* MariaDB takes the lower 32 bits of a number of bits. */
static void put_shift(Print *p, const QueryNode *node)
{
	const QueryNode *bits = print_child(node, 1);
	const char *sign = node->op == QUERY_SHIFT_LEFT ? " << " : " >> ";
	print_put(p, "($i0", node);
	print_add(p, sign);
	if (print_is_literal(bits, QUERY_VALUE_INTEGER) && bits->value.integer < 64)
		print_put(p, "$v1)", node);
	else
		print_put(p,
			"IF(CAST($i1 AS SIGNED) NOT BETWEEN 0 AND 63, 64, CAST($i1 AS SIGNED)))",
			node);
}

/* Within a longer expression MariaDB goes on with more digits than MySQL. */
static void put_divide(Print *p, const QueryNode *node)
{
	if (node->type != QUERY_TYPE_DECIMAL) {
		print_put(p, "($o0 / $o1)", node);
		return;
	}
	print_put(p, "ROUND($o0 / $o1, ", node);
	print_add_number(p, node->scale);
	print_add(p, ")");
}

static const PrintRule operators[QUERY_JSON_UNQUOTE + 1] = {
	[QUERY_EQUAL] = {NULL, mariadb_put_comparison},
	[QUERY_NULL_SAFE_EQUAL] = {NULL, mariadb_put_comparison},
	[QUERY_GREATER_EQUAL] = {NULL, mariadb_put_comparison},
	[QUERY_GREATER] = {NULL, mariadb_put_comparison},
	[QUERY_LESS_EQUAL] = {NULL, mariadb_put_comparison},
	[QUERY_LESS] = {NULL, mariadb_put_comparison},
	[QUERY_NOT_EQUAL] = {NULL, mariadb_put_comparison},
	[QUERY_REGEXP] = {NULL, mariadb_put_regexp},
	[QUERY_NOT_REGEXP] = {NULL, mariadb_put_regexp},
	[QUERY_IN] = {NULL, mariadb_put_in},
	[QUERY_NOT_IN] = {NULL, mariadb_put_in},
	[QUERY_SHIFT_LEFT] = {NULL, put_shift},
	[QUERY_SHIFT_RIGHT] = {NULL, put_shift},
	[QUERY_ADD] = {NULL, put_plus},
	[QUERY_SUBTRACT] = {NULL, put_plus},
	[QUERY_DIVIDE] = {NULL, put_divide},
	[QUERY_MODULO] = {"($o0 % $o1 + 0)", NULL}, /* + 0: never a negative zero */
	[QUERY_JSON_PATH] = {NULL, mariadb_put_path},
	[QUERY_JSON_UNQUOTE] = {NULL, mariadb_put_json_unquoted},
};

/* IF or CASE of numbers of several kinds: the text of each is its own. */
static gboolean passes_numbers(const QueryNode *node)
{
	return (node->type == QUERY_TYPE_DECIMAL || node->type == QUERY_TYPE_DOUBLE) &&
	       (node->kind == QUERY_CASE ||
		       (node->kind == QUERY_FUNCTION && node->function->id == QUERY_FN_IF));
}

/* A value that may become the result of `node`. */
static void put_result(Print *p, const QueryNode *node, const QueryNode *result)
{
	if (passes_numbers(node) && p->results == 't')
		print_put_self(p, "CONCAT($t0)", result);
	else if (node->type == QUERY_TYPE_DOUBLE)
		put_operand(p, result, node->type);
	else if (!node->passes_json)
		print_node(p, 'v', result);
	else if (p->results == 'n')
		mariadb_put_side(p, result, QUERY_TYPE_DOUBLE, QUERY_COLLATION_NONE);
	else
		print_node(p, p->results, result);
}

/* A choice that passes JSON on is not made a text before it is a number: each of its values is what is
 * wanted of it. But a cast to an integer reads the text. */
static void put_choice(Print *p, char how, const QueryNode *node)
{
	char before = p->results;
	p->results = how == 'v' || how == 's' ? 't' : how == 'b' ? 'n' : how;
	print_kind(p, node);
	p->results = before;
}

/* A node in one of the ways -------------------------------------------------------------------- */

/* MariaDB compares a date that it did not find in a text, NULL, as the year 0. */
static void put_value(Print *p, const QueryNode *node)
{
	gboolean may_be_none = query_type_is_moment(node->type) &&
			       (node->kind == QUERY_FUNCTION || node->kind == QUERY_CAST ||
				       node->kind == QUERY_CASE);
	print_add(p, !may_be_none ? "" : node->type == QUERY_TYPE_TIME ? "COALESCE(" : "(");
	print_kind(p, node);
	print_add(p, !may_be_none                    ? ""
		     : node->type == QUERY_TYPE_TIME ? ")"
						     : " + INTERVAL 0 DAY)");
}

/* Hexadecimal literals are numbers beside numbers; UNHEX() never is. */
static void put_binary_number(Print *p, const QueryNode *node)
{
	QueryNode number = {.kind = QUERY_LITERAL, .type = QUERY_TYPE_UNSIGNED};
	for (gsize i = 0; i < node->value.text.length; i++)
		number.value.integer = number.value.integer << 8 | (guint8)node->value.text.data[i];
	print_kind(p, &number);
}

static void put_number(Print *p, const QueryNode *node)
{
	if (print_is_literal(node, QUERY_VALUE_BINARY)) {
		put_binary_number(p, node);
	} else if (mariadb_is_interval_sum(node)) {
		print_put_self(p, "($d0 + 0e0)", node);
	} else if (query_type_is_text(node->type)) {
		print_add(p, "CAST(");
		put_value(p, node);
		print_add(p, " AS DOUBLE)");
	} else {
		put_value(p, node);
	}
}

static void put_integer_of(Print *p, const QueryNode *node)
{
	/* What is computed ends at 63 bits, whatever its sign. */
	gboolean is_sum = node->kind == QUERY_OPERATOR && node->type == QUERY_TYPE_DECIMAL;
	g_return_if_fail(!query_type_is_moment(node->type));
	if (print_is_literal(node, QUERY_VALUE_BINARY)) {
		put_binary_number(p, node);
	} else if (node->kind == QUERY_FUNCTION && node->function->id == QUERY_FN_UNIX_TIMESTAMP) {
		print_put_self(p, "TRUNCATE($v0, 0)", node); /* MySQL does not round it */
	} else if (query_type_is_text(node->type) || node->type == QUERY_TYPE_DOUBLE || is_sum) {
		print_add(p, "CAST(");
		put_value(p, node);
		print_add(p, " AS SIGNED)");
	} else {
		put_value(p, node);
	}
}

static void put_truth(Print *p, const QueryNode *node)
{
	if (print_is_literal(node, QUERY_VALUE_BINARY))
		put_binary_number(p, node);
	else
		put_value(p, node);
}

/* A text with a date. MySQL counts an offset from UTC in, and takes one that is none for no date;
 * MariaDB overlooks both. */
#define DAY "^[0-9]+[^0-9a-zA-Z][0-9]+[^0-9a-zA-Z][0-9]+"
#define CLOCK "[T ]+[0-9]+:[0-9]+:[0-9]+([.][0-9]*)?"
#define OFFSET "[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$$"
#define HAS_SIGN "$u0 REGEXP ':[0-9]+([.][0-9]*)?[+-]'"
#define HAS_OFFSET "RTRIM($u0) REGEXP '" DAY CLOCK OFFSET "' AND RIGHT(RTRIM($u0), 6) <> '-00:00'"
#define AT_UTC                                                                                     \
	"CAST(CAST(LEFT(RTRIM($u0), CHAR_LENGTH(RTRIM($u0)) - 6) AS DATETIME(6))"                  \
	" - INTERVAL RIGHT(RTRIM($u0), 6) HOUR_MINUTE AS CHAR)"

/* What ->> gives, but for the spelling of doubles: none is a date. */
static void put_plain_text(Print *p, const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR && node->op == QUERY_JSON_UNQUOTE) {
		print_add(p, "JSON_UNQUOTE(");
		mariadb_put_path(p, node);
		print_add(p, ")");
	} else {
		put_value(p, node);
	}
}

static void put_text_date(Print *p, const QueryNode *node)
{
	if (mariadb_is_interval_sum(node))
		put_interval_sum(p, node);
	else if (query_type_is_text(node->type))
		print_put_self(p,
			"(CASE WHEN NOT " HAS_SIGN " THEN $u0 WHEN " HAS_OFFSET " THEN " AT_UTC
			" ELSE IF($u0 REGEXP '" DAY CLOCK "[+-]', NULL, $u0) END)",
			node);
	else
		put_value(p, node);
}

static void put_json(Print *p, const QueryNode *node)
{
	if (node->type == QUERY_TYPE_JSON || node->type == QUERY_TYPE_NULL)
		put_value(p, node);
	else
		mariadb_put_json_literal(p, node);
}

static const struct {
	char how;
	void (*put)(Print *p, const QueryNode *node);
	void (*put_json)(Print *p, const QueryNode *node); /* of a node of type JSON */
} ways[] = {
	{'v', put_value, put_value},
	{'n', put_number, mariadb_put_json_number},
	{'e', put_value, mariadb_put_json_scalar},
	{'s', put_value, mariadb_put_json_cast},
	{'i', put_integer_of, mariadb_put_json_integer},
	{'t', put_value, mariadb_put_json_text},
	{'b', put_truth, mariadb_put_json_truth},
	{'j', put_json, put_value},
	{'d', put_text_date, mariadb_put_json_moment},
	{'u', put_plain_text, put_plain_text},
	{'q', mariadb_put_json_value, mariadb_put_json_value},
};

static void put_node(Print *p, char how, const QueryNode *node)
{
	char before = p->results;
	if (node->passes_json && how != 'q') {
		put_choice(p, how, node);
		return;
	}
	if (passes_numbers(node))
		p->results = how == 'u' ? 't' : how;
	for (guint i = 0; i < G_N_ELEMENTS(ways); i++)
		if (ways[i].how == how)
			(node->type == QUERY_TYPE_JSON ? ways[i].put_json : ways[i].put)(p, node);
	p->results = before;
}

/* What depends on the parent; the rest does on the child alone. */
static void put_child(Print *p, char how, const QueryNode *node, guint i)
{
	const QueryNode *child = print_child(node, i);
	if (how == 'c')
		mariadb_put_collated(p, child, node->collation);
	else if (how == 'w')
		put_wide(p, child, node->collation);
	else if (how == 'o')
		put_operand(p, child, node->type);
	else if (how == 'm')
		mariadb_put_side(p, child, node->comparison, node->collation);
	else if (how == 'r')
		put_result(p, node, child);
	else if (how == 'k')
		mariadb_put_when(p, node, i);
	else
		print_node(p, how, child);
}

static const char *template_of(const QueryFunction *function)
{
	return function->mariadb ? function->mariadb : function->print;
}

const PrintDialect print_mariadb = {
	.text = "?",
	/* Of a CAST AS UNSIGNED it makes a signed double; of the bits of one it does not. */
	.unsigned_open = "(CAST(",
	.unsigned_close = " AS UNSIGNED) | 0)",
	.operators = operators,
	.functions = mariadb_functions,
	.casts = mariadb_casts,
	.put_node = put_node,
	.put_child = put_child,
	.template_of = template_of,
};
