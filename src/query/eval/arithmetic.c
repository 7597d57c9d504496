/* + - * / DIV % and the operators on bits. MySQL Reference Manual, "Arithmetic Operators", "Bit
 * Functions and Operators". */
#include <math.h>

#include "query/eval/plan.h"

typedef __int128 Wide; /* what two of 64 bits give */

static Wide widen(const Value *value)
{
	return value->type == QUERY_TYPE_UNSIGNED ? (Wide)value->whole : (Wide)value->integer;
}

static gboolean set_integer(
	QueryEvaluator *evaluator, const QueryPlan *plan, Wide number, Value *value)
{
	gboolean is_unsigned = plan->node->type == QUERY_TYPE_UNSIGNED;
	Wide low = is_unsigned ? 0 : G_MININT64;
	Wide high = is_unsigned ? (Wide)G_MAXUINT64 : G_MAXINT64;
	if (number < low || number > high)
		return query_plan_fail(evaluator, plan, "BIGINT%s value is out of range",
			is_unsigned ? " UNSIGNED" : "");
	*value = query_plan_integer((gint64)number);
	value->type = is_unsigned ? QUERY_TYPE_UNSIGNED : QUERY_TYPE_INTEGER;
	return TRUE;
}

static gboolean read_decimals(QueryEvaluator *evaluator, const QueryPlan *plan,
	const Value *operands, Decimal *a, Decimal *b)
{
	return query_plan_read_decimal(evaluator, plan, &operands[0], a) &&
	       query_plan_read_decimal(evaluator, plan, &operands[1], b);
}

/* + - * ---------------------------------------------------------------------------------------- */

/* Two numbers of 64 bits without sign may have a product of 128: then any number out of range will do. */
static Wide multiply(Wide a, Wide b)
{
	Wide product;
	return __builtin_mul_overflow(a, b, &product) ? (Wide)1 << 100 : product;
}

static Wide compute_integers(QueryOperator op, Wide a, Wide b)
{
	if (op == QUERY_MULTIPLY)
		return multiply(a, b);
	return op == QUERY_ADD ? a + b : a - b;
}

static double compute_doubles(QueryOperator op, double a, double b)
{
	return op == QUERY_ADD ? a + b : op == QUERY_SUBTRACT ? a - b : a * b;
}

static gboolean compute_decimals(QUERY_BODY)
{
	Decimal a, b, result;
	gboolean fits;
	if (!read_decimals(evaluator, plan, operands, &a, &b))
		return FALSE;
	if (plan->node->op == QUERY_ADD)
		fits = decimal_add(&a, &b, &result);
	else if (plan->node->op == QUERY_SUBTRACT)
		fits = decimal_subtract(&a, &b, &result);
	else
		fits = decimal_multiply(&a, &b, &result);
	if (!fits)
		return query_plan_fail(evaluator, plan, "DECIMAL value is out of range");
	return query_plan_decimal(evaluator, plan, &result, value);
}

static gboolean body_compute(QUERY_BODY)
{
	QueryOperator op = plan->node->op;
	switch (plan->node->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		return set_integer(evaluator, plan,
			compute_integers(op, widen(&operands[0]), widen(&operands[1])), value);
	case QUERY_TYPE_DECIMAL:
		return compute_decimals(evaluator, plan, operands, value);
	default:
		return query_plan_double(evaluator, plan,
			compute_doubles(
				op, value_to_double(&operands[0]), value_to_double(&operands[1])),
			value);
	}
}

/* + and - of an INTERVAL have one operand that is a value. */
static gboolean step_add(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gint sign = plan->node->op == QUERY_ADD ? 1 : -1;
	Value operands[2];
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!query_plan_value(evaluator, plan->operands[0], &operands[0]))
		return FALSE;
	if (operands[0].type == QUERY_TYPE_NULL)
		return TRUE;
	if (plan->operands[1]->node->kind == QUERY_INTERVAL)
		return query_interval_add(evaluator, plan, &operands[0], sign, value);
	if (!query_plan_value(evaluator, plan->operands[1], &operands[1]))
		return FALSE;
	if (operands[1].type == QUERY_TYPE_NULL)
		return TRUE;
	return body_compute(evaluator, plan, operands, value);
}

/* / DIV % -------------------------------------------------------------------------------------- */

/* Division by zero is NULL. */
static gboolean body_divide(QUERY_BODY)
{
	Decimal a, b, quotient;
	if (plan->node->type != QUERY_TYPE_DECIMAL) {
		double divisor = value_to_double(&operands[1]);
		return divisor == 0 || query_plan_double(evaluator, plan,
					       value_to_double(&operands[0]) / divisor, value);
	}
	if (!read_decimals(evaluator, plan, operands, &a, &b))
		return FALSE;
	if (decimal_is_zero(&b))
		return TRUE;
	if (!decimal_divide(&a, &b, plan->node->scale, &quotient))
		return query_plan_fail(evaluator, plan, "DECIMAL value is out of range");
	return query_plan_decimal(evaluator, plan, &quotient, value);
}

static gboolean body_integer_divide(QUERY_BODY)
{
	Decimal a, b, quotient, rest;
	gboolean is_unsigned = plan->node->type == QUERY_TYPE_UNSIGNED;
	if (value_is_integer(&operands[0]) && value_is_integer(&operands[1]))
		return operands[1].integer == 0 ||
		       set_integer(
			       evaluator, plan, widen(&operands[0]) / widen(&operands[1]), value);
	if (!read_decimals(evaluator, plan, operands, &a, &b))
		return FALSE;
	if (decimal_is_zero(&b))
		return TRUE;
	gboolean fits = decimal_divide_whole(&a, &b, &quotient, &rest);
	guint64 integer = 0;
	if (!fits || !decimal_to_integer(&quotient, is_unsigned, &integer))
		return query_plan_fail(evaluator, plan, "BIGINT%s value is out of range",
			is_unsigned ? " UNSIGNED" : "");
	*value = query_plan_integer((gint64)integer);
	value->type = is_unsigned ? QUERY_TYPE_UNSIGNED : QUERY_TYPE_INTEGER;
	return TRUE;
}

static gboolean body_modulo(QUERY_BODY)
{
	Decimal a, b, quotient, rest;
	double divisor;
	switch (plan->node->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		return operands[1].integer == 0 ||
		       set_integer(
			       evaluator, plan, widen(&operands[0]) % widen(&operands[1]), value);
	case QUERY_TYPE_DECIMAL:
		if (!read_decimals(evaluator, plan, operands, &a, &b))
			return FALSE;
		if (decimal_is_zero(&b))
			return TRUE;
		if (!decimal_divide_whole(&a, &b, &quotient, &rest))
			return query_plan_fail(evaluator, plan, "DECIMAL value is out of range");
		return query_plan_decimal(evaluator, plan, &rest, value);
	default:
		divisor = value_to_double(&operands[1]);
		return divisor == 0 || query_plan_double(evaluator, plan,
					       fmod(value_to_double(&operands[0]), divisor), value);
	}
}

static gboolean body_negate(QUERY_BODY)
{
	Decimal decimal;
	switch (plan->node->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		return set_integer(evaluator, plan, -widen(&operands[0]), value);
	case QUERY_TYPE_DECIMAL:
		if (!query_plan_read_decimal(evaluator, plan, &operands[0], &decimal))
			return FALSE;
		decimal.negative = !decimal.negative && !decimal_is_zero(&decimal);
		return query_plan_decimal(evaluator, plan, &decimal, value);
	default:
		return query_plan_double(evaluator, plan, -value_to_double(&operands[0]), value);
	}
}

/* Bits ----------------------------------------------------------------------------------------- */

static gboolean body_bits(QUERY_BODY)
{
	gint64 bits[2] = {0};
	gboolean is_unsigned;
	for (guint i = 0; i < plan->n; i++)
		if (!query_plan_bits(
			    evaluator, plan->operands[i], &operands[i], &bits[i], &is_unsigned))
			return FALSE;
	guint64 a = (guint64)bits[0], b = (guint64)bits[1];
	*value = (Value){.type = QUERY_TYPE_UNSIGNED};
	switch (plan->node->op) {
	case QUERY_BIT_OR:
		value->whole = a | b;
		return TRUE;
	case QUERY_BIT_AND:
		value->whole = a & b;
		return TRUE;
	case QUERY_BIT_XOR:
		value->whole = a ^ b;
		return TRUE;
	case QUERY_BIT_NOT:
		value->whole = ~a;
		return TRUE;
	case QUERY_SHIFT_LEFT:
		value->whole = b < 64 ? a << b : 0;
		return TRUE;
	default:
		value->whole = b < 64 ? a >> b : 0;
		return TRUE;
	}
}

static gboolean body_binary(QUERY_BODY)
{
	*value = (Value){
		.type = QUERY_TYPE_BINARY, .text = query_plan_text(evaluator, &operands[0])};
	return TRUE;
}

const QueryAnswer query_operators_arithmetic[QUERY_OPERATOR_COUNT] = {
	[QUERY_BIT_OR] = {NULL, body_bits},
	[QUERY_BIT_AND] = {NULL, body_bits},
	[QUERY_SHIFT_LEFT] = {NULL, body_bits},
	[QUERY_SHIFT_RIGHT] = {NULL, body_bits},
	[QUERY_ADD] = {step_add, NULL},
	[QUERY_SUBTRACT] = {step_add, NULL},
	[QUERY_MULTIPLY] = {NULL, body_compute},
	[QUERY_DIVIDE] = {NULL, body_divide},
	[QUERY_INTEGER_DIVIDE] = {NULL, body_integer_divide},
	[QUERY_MODULO] = {NULL, body_modulo},
	[QUERY_BIT_XOR] = {NULL, body_bits},
	[QUERY_NEGATE] = {NULL, body_negate},
	[QUERY_BIT_NOT] = {NULL, body_bits},
	[QUERY_BINARY] = {NULL, body_binary},
};
