/* CAST and CONVERT. MySQL Reference Manual, "Cast Functions and Operators". */
#include <math.h>
#include <string.h>

#include "query/eval/plan.h"
#include "query/eval/collate.h"

/* Of what IF or CASE has passed on MySQL reads the text, quotes and all. */
static void read_choice(QueryEvaluator *evaluator, const QueryPlan *operand, Value *value)
{
	const QueryNode *node = operand->node;
	query_plan_settle_text(evaluator, operand, value);
	if (value->type == QUERY_TYPE_JSON && node->kind == QUERY_FUNCTION &&
		node->function->id == QUERY_FN_IF)
		*value =
			(Value){.type = QUERY_TYPE_TEXT, .text = query_plan_text(evaluator, value)};
}

/* The 64 bits are the same, whatever sign they are given. */
static gboolean body_integer(QUERY_BODY)
{
	gboolean is_unsigned, to_unsigned = plan->node->word == QUERY_CAST_UNSIGNED;
	Value operand = operands[0];
	operand.stored = FALSE;
	read_choice(evaluator, plan->operands[0], &operand);
	*value = query_plan_integer(0);
	if (!query_plan_bits(evaluator, plan->operands[0], &operand, &value->integer, &is_unsigned))
		return FALSE;
	value->type = to_unsigned ? QUERY_TYPE_UNSIGNED : QUERY_TYPE_INTEGER;
	if (operand.type == QUERY_TYPE_DECIMAL && !operand.decimal->negative)
		decimal_to_integer(operand.decimal, to_unsigned, &value->whole);
	return TRUE;
}

static gboolean body_decimal(QUERY_BODY)
{
	const QueryNode *node = plan->node;
	Decimal decimal;
	gboolean fits = value_to_decimal(&operands[0], &decimal);
	Decimal most = decimal_greatest(node->length, node->scale, decimal.negative);
	if (fits)
		decimal_round(&decimal, (int)node->scale, DECIMAL_ROUND);
	Decimal size = decimal, limit = most;
	size.negative = limit.negative = FALSE;
	if (!fits || decimal_compare(&size, &limit) > 0)
		decimal = most;
	return query_plan_decimal(evaluator, plan, &decimal, value);
}

static gboolean body_double(QUERY_BODY)
{
	*value = (Value){.type = QUERY_TYPE_DOUBLE, .real = value_to_double(&operands[0])};
	return TRUE;
}

static gboolean body_char(QUERY_BODY)
{
	Text text = query_plan_text(evaluator, &operands[0]);
	if (operands[0].type == QUERY_TYPE_BINARY &&
		!g_utf8_validate_len(text.data, text.length, NULL))
		return TRUE; /* NULL, with a warning */
	if (plan->node->length != G_MAXUINT)
		text = query_text_part(&text, 0, plan->node->length, FALSE);
	*value = value_of_text(text.data, text.length);
	return TRUE;
}

static gboolean body_binary(QUERY_BODY)
{
	Text text = query_plan_text(evaluator, &operands[0]);
	gsize length = plan->node->length;
	if (plan->node->length != G_MAXUINT && text.length < length) {
		char *filled = arena_take(evaluator->arena, length + 1);
		memcpy(filled, text.data, text.length);
		memset(filled + text.length, 0, length + 1 - text.length);
		text = (Text){filled, length};
	}
	if (plan->node->length != G_MAXUINT)
		text.length = length;
	*value = (Value){.type = QUERY_TYPE_BINARY, .text = text};
	return TRUE;
}

static gboolean body_json(QUERY_BODY)
{
	*value = (Value){.type = QUERY_TYPE_JSON};
	if (operands[0].type == QUERY_TYPE_TEXT)
		value->json = query_plan_document(evaluator, plan, &operands[0]);
	else
		value->json = value_to_json(evaluator->arena, &operands[0]);
	return value->json != NULL;
}

const QueryAnswer query_casts[QUERY_CAST_TEXT + 1] = {
	[QUERY_CAST_BINARY] = {NULL, body_binary},
	[QUERY_CAST_CHAR] = {NULL, body_char},
	[QUERY_CAST_DATE] = {NULL, query_body_date},
	[QUERY_CAST_DATETIME] = {NULL, query_body_timestamp},
	[QUERY_CAST_DECIMAL] = {NULL, body_decimal},
	[QUERY_CAST_DOUBLE] = {NULL, body_double},
	[QUERY_CAST_JSON] = {NULL, body_json},
	[QUERY_CAST_SIGNED] = {NULL, body_integer},
	[QUERY_CAST_TIME] = {NULL, query_body_time},
	[QUERY_CAST_UNSIGNED] = {NULL, body_integer},
	[QUERY_CAST_TEXT] = {NULL, body_char},
};
