/* The types of sums, products, bits and dates with intervals. MySQL Reference Manual, "Arithmetic
 * Operators", "Bit Functions and Operators", "Date and Time Functions". */
#include "query/type/type.h"

#define child query_type_child
#define refuse query_type_refuse

#define SCALE_MAX 30
#define DIVISION_DIGITS 4 /* div_precision_increment */

static QueryType type_of_sum(const QueryNode *node)
{
	QueryType type = QUERY_TYPE_INTEGER;
	for (guint i = 0; i < node->children->len; i++) {
		QueryType operand = child(node, i)->type;
		if (operand == QUERY_TYPE_DECIMAL && type != QUERY_TYPE_DOUBLE)
			type = QUERY_TYPE_DECIMAL;
		else if (operand == QUERY_TYPE_UNSIGNED && type == QUERY_TYPE_INTEGER)
			type = QUERY_TYPE_UNSIGNED;
		else if (!query_type_is_integer(operand) && operand != QUERY_TYPE_NULL &&
			 operand != QUERY_TYPE_DECIMAL)
			type = QUERY_TYPE_DOUBLE;
	}
	return type;
}

gboolean query_type_is_constant(const QueryNode *node)
{
	return node->kind == QUERY_LITERAL ||
	       (node->kind == QUERY_OPERATOR && node->op == QUERY_NEGATE &&
		       child(node, 0)->kind == QUERY_LITERAL);
}

static gboolean type_interval_sum(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *date = child(node, 0), *interval = child(node, 1);
	gboolean has_time = !query_unit_is_of_days(interval->word);
	if (query_type_is_literal(date, QUERY_VALUE_TEXT) &&
		!query_type_is_constant(child(interval, 0)))
		return refuse(typing, date, QUERY_REASON_DATE_STRINGS);
	if (!query_type_make_moment(typing, date))
		return FALSE;
	if (query_type_is_string(date) && date->type != QUERY_TYPE_TEXT &&
		!query_type_is_constant(child(interval, 0)))
		return refuse(typing, date, QUERY_REASON_DATE_STRINGS);
	if (date->type == QUERY_TYPE_TIME)
		return refuse(typing, date, QUERY_REASON_DATE_TIME);
	if (date->type == QUERY_TYPE_JSON || date->type == QUERY_TYPE_BINARY ||
		query_type_is_number(date->type))
		return refuse(typing, date, QUERY_REASON_DATE_WANTED);
	node->type = date->type;
	node->coercibility = date->coercibility;
	if (date->type == QUERY_TYPE_DATE && has_time)
		node->type = QUERY_TYPE_DATETIME;
	if (date->type == QUERY_TYPE_TEXT || date->type == QUERY_TYPE_NULL) {
		node->type = QUERY_TYPE_TEXT;
		query_type_set_text(node, QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_LITERAL);
	}
	node->scale = node->type == QUERY_TYPE_DATETIME ? MAX(date->scale, interval->scale) : 0;
	return TRUE;
}

gboolean query_type_arithmetic(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *last = child(node, node->children->len - 1);
	if (last->kind == QUERY_INTERVAL)
		return type_interval_sum(typing, node);
	guint scale = 0, sum = 0;
	for (guint i = 0; i < node->children->len; i++) {
		if (!query_type_check_number(typing, child(node, i)))
			return FALSE;
		scale = MAX(scale, child(node, i)->scale);
		sum += child(node, i)->scale;
	}
	node->type = type_of_sum(node);
	if (node->type == QUERY_TYPE_DECIMAL)
		node->scale = MIN(node->op == QUERY_MULTIPLY ? sum : scale, SCALE_MAX);
	return TRUE;
}

/* The sign is the left side's. */
gboolean query_type_modulo(const QueryTyping *typing, QueryNode *node)
{
	if (!query_type_arithmetic(typing, node))
		return FALSE;
	if (query_type_is_integer(node->type))
		node->type = child(node, 0)->type == QUERY_TYPE_UNSIGNED ? QUERY_TYPE_UNSIGNED
									 : QUERY_TYPE_INTEGER;
	return TRUE;
}

gboolean query_type_divide(const QueryTyping *typing, QueryNode *node)
{
	if (!query_type_arithmetic(typing, node))
		return FALSE;
	if (node->type == QUERY_TYPE_DOUBLE)
		return TRUE;
	node->type = QUERY_TYPE_DECIMAL;
	node->scale = MIN(child(node, 0)->scale + DIVISION_DIGITS, SCALE_MAX);
	return TRUE;
}

gboolean query_type_integer_divide(const QueryTyping *typing, QueryNode *node)
{
	if (!query_type_arithmetic(typing, node))
		return FALSE;
	gboolean is_unsigned = child(node, 0)->type == QUERY_TYPE_UNSIGNED ||
			       child(node, 1)->type == QUERY_TYPE_UNSIGNED;
	node->type = is_unsigned ? QUERY_TYPE_UNSIGNED : QUERY_TYPE_INTEGER;
	node->scale = 0;
	return TRUE;
}

gboolean query_type_negate(const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *operand = child(node, 0);
	if (query_type_is_literal(operand, QUERY_VALUE_BINARY))
		return refuse(typing, operand, QUERY_REASON_HEX);
	if (!query_type_arithmetic(typing, node))
		return FALSE;
	if (operand->kind == QUERY_OPERATOR && operand->op == QUERY_NEGATE &&
		child(operand, 0)->value.integer > G_MAXINT64)
		return refuse(typing, node, QUERY_REASON_HEX_LONG);
	if (node->type != QUERY_TYPE_UNSIGNED)
		return TRUE;
	/* 9223372036854775809 and more have no negative of 64 bits. */
	gboolean large =
		operand->kind == QUERY_LITERAL && operand->value.integer > (guint64)G_MAXINT64 + 1;
	node->type = large ? QUERY_TYPE_DECIMAL : QUERY_TYPE_INTEGER;
	return TRUE;
}

gboolean query_type_bits(const QueryTyping *typing, QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++) {
		if (!query_type_check_number(typing, child(node, i)))
			return FALSE;
		if (child(node, i)->type == QUERY_TYPE_BINARY)
			return refuse(typing, child(node, i), QUERY_REASON_BINARY_TEXT);
	}
	node->type = QUERY_TYPE_UNSIGNED;
	return TRUE;
}
