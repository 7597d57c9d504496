/* MySQL's dialect. It is what the language is, so that nothing is special but the type of a `?`:
 * MySQL takes it from what is beside it, where a literal has one of its own. MySQL Reference Manual,
 * "PREPARE Statement", on how parameters get theirs. */
#include <string.h>
#include "query/print/engine.h"

/* Beside a time a `?` becomes one, where MySQL compares a literal with it as texts; beside NULL it
 * becomes bytes. */
static gboolean is_beside_other(const QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++) {
		QueryType type = print_child(node, i)->type;
		if (type == QUERY_TYPE_TIME || type == QUERY_TYPE_NULL)
			return TRUE;
	}
	return FALSE;
}

/* Whether a `?` that is a text, child `i` of `node`, would become a number, a time or JSON there. */
static gboolean is_retyped(const QueryNode *node, guint i)
{
	if (node->kind == QUERY_FUNCTION)
		return strchr("njxvy", query_function_letter(node->function, i)) != NULL;
	if (node->kind != QUERY_OPERATOR)
		return node->kind == QUERY_CASE || node->kind == QUERY_CAST;
	if (node->op >= QUERY_LIKE && node->op <= QUERY_NOT_REGEXP)
		return FALSE;
	if (node->op == QUERY_JSON_PATH || node->op == QUERY_JSON_UNQUOTE)
		return FALSE;
	return (node->comparison != QUERY_TYPE_TEXT && node->comparison != QUERY_TYPE_JSON) ||
	       is_beside_other(node);
}

/* A number that is part of a function's type, like the digits of ROUND(), is printed as the number
 * that was read: as a `?`, it would leave the type open. */
static gboolean is_part_of_type(const QueryNode *node, guint i)
{
	return node->kind == QUERY_FUNCTION &&
	       strchr("ciw", query_function_letter(node->function, i));
}

static void put_digits(Print *p, const QueryNode *node)
{
	gboolean negative = node->kind != QUERY_LITERAL;
	g_string_append_printf(p->sql->text, "%s%" G_GUINT64_FORMAT, negative ? "-" : "",
		(negative ? print_child(node, 0) : node)->value.integer);
}

/* Whether an integer `?` would be no integer there: 1 / 2 of two of them is a DOUBLE, and beside JSON
 * bits would be bytes. In comparisons and conditions all is well. */
static gboolean is_loose(const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR)
		return node->op >= QUERY_BIT_OR && node->op <= QUERY_BIT_NOT;
	return node->kind != QUERY_INTERVAL;
}

static void put_signed(Print *p, const QueryNode *node)
{
	print_add(p, "CAST(");
	print_kind(p, node);
	print_add(p, " AS SIGNED)");
}

static void put_node(Print *p, G_GNUC_UNUSED char how, const QueryNode *node)
{
	print_kind(p, node);
}

static void put_child(Print *p, G_GNUC_UNUSED char how, const QueryNode *node, guint i)
{
	const QueryNode *operand = print_child(node, i);
	gboolean is_integer = print_is_literal(operand, QUERY_VALUE_INTEGER) &&
			      operand->type == QUERY_TYPE_INTEGER;
	if (is_part_of_type(node, i))
		put_digits(p, operand);
	else if (print_is_literal(operand, QUERY_VALUE_TEXT) && is_retyped(node, i))
		print_bind_typed(p, operand->value.text.data, operand->value.text.length);
	else if (is_loose(node) && is_integer)
		put_signed(p, operand);
	else
		print_node(p, 'v', operand);
}

static const char *template_of(const QueryFunction *function)
{
	return function->print;
}

const PrintDialect print_mysql = {
	.text = "CONCAT(?)",
	.unsigned_open = "CAST(",
	.unsigned_close = " AS UNSIGNED)",
	.put_node = put_node,
	.put_child = put_child,
	.template_of = template_of,
};
