/* Functions on numbers. MySQL Reference Manual, "Mathematical Functions". */
#include <math.h>

#include "query/eval/plan.h"

static gboolean set_integer(const QueryPlan *plan, guint64 integer, Value *value)
{
	*value = query_plan_integer((gint64)integer);
	if (plan->node->type == QUERY_TYPE_UNSIGNED)
		value->type = QUERY_TYPE_UNSIGNED;
	return TRUE;
}

/* Of one number -------------------------------------------------------------------------------- */

typedef struct {
	double (*function)(double);
	double low, high; /* outside of which the answer is NULL */
	gboolean open;    /* low is outside too */
} Real;

static double cotangent(double x)
{
	return 1 / tan(x);
}

static double degrees(double x)
{
	return x * (180 / G_PI);
}

static double radians(double x)
{
	return x * (G_PI / 180);
}

static const Real reals[QUERY_FN_COUNT] = {
	[QUERY_FN_ACOS] = {acos, -1, 1, FALSE},
	[QUERY_FN_ASIN] = {asin, -1, 1, FALSE},
	[QUERY_FN_COS] = {cos, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_COT] = {cotangent, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_DEGREES] = {degrees, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_EXP] = {exp, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_LN] = {log, 0, G_MAXDOUBLE, TRUE},
	[QUERY_FN_LOG10] = {log10, 0, G_MAXDOUBLE, TRUE},
	[QUERY_FN_LOG2] = {log2, 0, G_MAXDOUBLE, TRUE},
	[QUERY_FN_RADIANS] = {radians, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_SIN] = {sin, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
	[QUERY_FN_SQRT] = {sqrt, 0, G_MAXDOUBLE, FALSE},
	[QUERY_FN_TAN] = {tan, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE},
};

static gboolean body_real(QUERY_BODY)
{
	const Real *real = &reals[plan->node->function->id];
	double number = value_to_double(&operands[0]);
	if (number < real->low || number > real->high || (real->open && number == real->low))
		return TRUE;
	return query_plan_double(evaluator, plan, real->function(number), value);
}

/* LOG(x), or LOG(base, x). */
static gboolean body_log(QUERY_BODY)
{
	double first = value_to_double(&operands[0]);
	if (first <= 0)
		return TRUE;
	if (plan->n == 1)
		return query_plan_double(evaluator, plan, log(first), value);
	double number = value_to_double(&operands[1]);
	if (number <= 0 || first == 1)
		return TRUE;
	return query_plan_double(evaluator, plan, log(number) / log(first), value);
}

static gboolean body_atan(QUERY_BODY)
{
	double first = value_to_double(&operands[0]);
	if (plan->n == 1)
		return query_plan_double(evaluator, plan, atan(first), value);
	return query_plan_double(
		evaluator, plan, atan2(first, value_to_double(&operands[1])), value);
}

static gboolean body_pow(QUERY_BODY)
{
	return query_plan_double(evaluator, plan,
		pow(value_to_double(&operands[0]), value_to_double(&operands[1])), value);
}

static gboolean body_pi(QUERY_BODY)
{
	return query_plan_double(evaluator, plan, G_PI, value);
}

static gboolean body_sign(QUERY_BODY)
{
	double number = value_to_double(&operands[0]);
	*value = query_plan_integer((number > 0) - (number < 0));
	return TRUE;
}

static gboolean body_bit_count(QUERY_BODY)
{
	gboolean is_unsigned;
	gint64 bits;
	if (!query_plan_bits(evaluator, plan->operands[0], &operands[0], &bits, &is_unsigned))
		return FALSE;
	*value = query_plan_integer(__builtin_popcountll((guint64)bits));
	return TRUE;
}

/* Of the type that they are given -------------------------------------------------------------- */

static gboolean body_abs(QUERY_BODY)
{
	Decimal decimal;
	switch (plan->node->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		if (operands[0].type == QUERY_TYPE_UNSIGNED || operands[0].integer >= 0)
			return set_integer(plan, operands[0].whole, value);
		if (operands[0].integer == G_MININT64)
			return query_plan_fail(evaluator, plan, "BIGINT value is out of range");
		return set_integer(plan, 0 - operands[0].whole, value);
	case QUERY_TYPE_DECIMAL:
		if (!query_plan_read_decimal(evaluator, plan, &operands[0], &decimal))
			return FALSE;
		decimal.negative = FALSE;
		return query_plan_decimal(evaluator, plan, &decimal, value);
	default:
		return query_plan_double(
			evaluator, plan, fabs(value_to_double(&operands[0])), value);
	}
}

static gboolean round_decimal(QUERY_BODY, int scale, DecimalRounding rounding)
{
	Decimal decimal;
	guint64 integer;
	if (!query_plan_read_decimal(evaluator, plan, &operands[0], &decimal))
		return FALSE;
	decimal_round(&decimal, MIN(scale, decimal.scale), rounding);
	if (plan->node->type == QUERY_TYPE_DECIMAL)
		return query_plan_decimal(evaluator, plan, &decimal, value);
	if (!decimal_to_integer(&decimal, plan->node->type == QUERY_TYPE_UNSIGNED, &integer))
		return query_plan_fail(evaluator, plan, "BIGINT value is out of range");
	return set_integer(plan, integer, value);
}

static gboolean body_whole(QUERY_BODY)
{
	gboolean floors = plan->node->function->id == QUERY_FN_FLOOR;
	if (plan->node->type == QUERY_TYPE_DOUBLE)
		return query_plan_double(evaluator, plan,
			(floors ? floor : ceil)(value_to_double(&operands[0])), value);
	if (value_is_integer(&operands[0]))
		return set_integer(plan, operands[0].whole, value);
	return round_decimal(
		evaluator, plan, operands, value, 0, floors ? DECIMAL_FLOOR : DECIMAL_CEILING);
}

/* Half to even, as rint() does: MySQL's doubles are not exact anyway. Beyond what a double's
 * power of ten can say the number stays, or is 0. */
static double round_double(double number, gint64 digits, DecimalRounding rounding)
{
	double power = pow(10, (double)ABS(digits));
	double scaled = digits < 0 ? number / power : number * power;
	if (digits < 0 && isinf(power))
		return 0;
	if (digits >= 0 && (isinf(power) || isinf(scaled)))
		return number;
	scaled = rounding == DECIMAL_ROUND ? rint(scaled) : trunc(scaled);
	return digits < 0 ? scaled * power : scaled / power;
}

static gboolean body_round(QUERY_BODY)
{
	DecimalRounding rounding =
		plan->node->function->id == QUERY_FN_ROUND ? DECIMAL_ROUND : DECIMAL_TRUNCATE;
	gboolean is_unsigned;
	gint64 digits = plan->n > 1 ? value_to_integer(&operands[1], &is_unsigned) : 0;
	if (plan->node->type == QUERY_TYPE_DOUBLE)
		return query_plan_double(evaluator, plan,
			round_double(value_to_double(&operands[0]), digits, rounding), value);
	if (value_is_integer(&operands[0]) && digits >= 0)
		return set_integer(plan, operands[0].whole, value);
	return round_decimal(evaluator, plan, operands, value,
		(int)CLAMP(digits, -DECIMAL_DIGITS - 1, DECIMAL_SCALE), rounding);
}

const QueryAnswer query_functions_number[QUERY_FN_COUNT] = {
	[QUERY_FN_ABS] = {NULL, body_abs},
	[QUERY_FN_ACOS] = {NULL, body_real},
	[QUERY_FN_ASIN] = {NULL, body_real},
	[QUERY_FN_ATAN] = {NULL, body_atan},
	[QUERY_FN_BIT_COUNT] = {NULL, body_bit_count},
	[QUERY_FN_CEILING] = {NULL, body_whole},
	[QUERY_FN_COS] = {NULL, body_real},
	[QUERY_FN_COT] = {NULL, body_real},
	[QUERY_FN_DEGREES] = {NULL, body_real},
	[QUERY_FN_EXP] = {NULL, body_real},
	[QUERY_FN_FLOOR] = {NULL, body_whole},
	[QUERY_FN_LN] = {NULL, body_real},
	[QUERY_FN_LOG] = {NULL, body_log},
	[QUERY_FN_LOG10] = {NULL, body_real},
	[QUERY_FN_LOG2] = {NULL, body_real},
	[QUERY_FN_PI] = {NULL, body_pi},
	[QUERY_FN_POW] = {NULL, body_pow},
	[QUERY_FN_RADIANS] = {NULL, body_real},
	[QUERY_FN_ROUND] = {NULL, body_round},
	[QUERY_FN_SIGN] = {NULL, body_sign},
	[QUERY_FN_SIN] = {NULL, body_real},
	[QUERY_FN_SQRT] = {NULL, body_real},
	[QUERY_FN_TAN] = {NULL, body_real},
	[QUERY_FN_TRUNCATE] = {NULL, body_round},
};
