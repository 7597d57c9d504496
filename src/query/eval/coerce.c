/* What operators and functions need of values: truth, conversion, comparison. */
#include "query/eval/plan.h"

#include <math.h>

#include "base/error.h"
#include "base/calendar.h"
#include "query/eval/collate.h"

gboolean query_plan_fail(QueryEvaluator *evaluator, const QueryPlan *plan, const char *format, ...)
{
	va_list arguments;
	if (evaluator->error)
		return FALSE;
	va_start(arguments, format);
	g_autofree char *reason = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(&evaluator->error, CHRONOLOGER_ERROR, ERROR_QUERY,
		QUERY_INVALID ": at character %u: %s", plan->node->position, reason);
	return FALSE;
}

/* Truth ---------------------------------------------------------------------------------------- */

static gboolean json_is_true(const Json *json)
{
	static const Json zero = {.kind = JSON_INTEGER};
	return json_compare(json, &zero) != 0;
}

gboolean query_plan_truth(QueryEvaluator *evaluator, const QueryPlan *plan, gint *truth)
{
	Value value;
	if (!query_plan_value(evaluator, plan, &value))
		return FALSE;
	if (value.type == QUERY_TYPE_NULL)
		*truth = -1;
	else if (plan->node->type == QUERY_TYPE_JSON)
		*truth = json_is_true(value.json);
	else
		*truth = value_is_true(&value);
	return TRUE;
}

gboolean query_plan_truth_of_number(QueryEvaluator *evaluator, const QueryPlan *plan, gint *truth)
{
	Value value;
	if (!query_plan_value(evaluator, plan, &value))
		return FALSE;
	*truth = value.type == QUERY_TYPE_NULL ? -1 : value_is_true(&value);
	return TRUE;
}

/* Conversion ----------------------------------------------------------------------------------- */

Text query_plan_text(QueryEvaluator *evaluator, const Value *value)
{
	return value_to_text(value, evaluator->arena);
}

gboolean query_plan_decimal(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Decimal *decimal, Value *value)
{
	if (decimal_overflows(decimal))
		return query_plan_fail(evaluator, plan, "DECIMAL value is out of range");
	Decimal *copy = arena_take(evaluator->arena, sizeof *copy);
	*copy = *decimal;
	*value = (Value){.type = QUERY_TYPE_DECIMAL, .decimal = copy};
	return TRUE;
}

gboolean query_plan_read_decimal(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *value, Decimal *decimal)
{
	return value_to_decimal(value, decimal) ||
	       query_plan_fail(evaluator, plan, "DECIMAL value is out of range");
}

gboolean query_plan_double(
	QueryEvaluator *evaluator, const QueryPlan *plan, double number, Value *value)
{
	if (!isfinite(number))
		return query_plan_fail(evaluator, plan, "DOUBLE value is out of range");
	*value = (Value){.type = QUERY_TYPE_DOUBLE, .real = number};
	return TRUE;
}

static gboolean convert_to_decimal(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Decimal decimal;
	return query_plan_read_decimal(evaluator, plan, value, &decimal) &&
	       query_plan_decimal(evaluator, plan, &decimal, value);
}

/* MySQL checks what an operator or a function has computed, other than those that pass on one of
 * their operands. */
static gboolean is_checked(const QueryNode *node)
{
	if (node->kind == QUERY_FUNCTION)
		return node->function->id != QUERY_FN_IF && node->function->id != QUERY_FN_NULLIF;
	return node->kind == QUERY_OPERATOR || node->kind == QUERY_CAST;
}

gboolean query_plan_bits(QueryEvaluator *evaluator, const QueryPlan *operand, const Value *value,
	gint64 *bits, gboolean *is_unsigned)
{
	*bits = value_to_integer(value, is_unsigned);
	if (value->stored && *is_unsigned) {
		*bits = G_MAXINT64;
		*is_unsigned = FALSE;
	}
	if (value->type != QUERY_TYPE_DOUBLE || !is_checked(operand->node) ||
		(value->real >= -9223372036854775808.0 && value->real < 9223372036854775808.0))
		return TRUE;
	return query_plan_fail(evaluator, operand, "BIGINT value is out of range");
}

static void convert_to_integer(Value *value, QueryType type)
{
	gboolean is_unsigned;
	gint64 integer = value_to_integer(value, &is_unsigned);
	*value = query_plan_integer(integer);
	value->type = type;
}

static void convert_to_datetime(Value *value)
{
	Moment moment;
	QueryType type;
	if (value_read_date(value, VALUE_ZERO_IN_DATE, &moment, &type))
		*value = (Value){
			.type = QUERY_TYPE_DATETIME, .scale = value->scale, .moment = moment};
	else
		*value = (Value){.type = QUERY_TYPE_NULL};
}

gboolean query_plan_convert(
	QueryEvaluator *evaluator, const QueryPlan *plan, QueryType type, Value *value)
{
	if (value->type == type || value->type == QUERY_TYPE_NULL)
		return TRUE;
	switch (type) {
	case QUERY_TYPE_BOOLEAN:
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		if (!value_is_integer(value))
			convert_to_integer(value, type);
		value->boolean = FALSE;
		return TRUE;
	case QUERY_TYPE_DECIMAL:
		return convert_to_decimal(evaluator, plan, value);
	case QUERY_TYPE_DOUBLE:
		*value = (Value){.type = type, .real = value_to_double(value)};
		return TRUE;
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		*value = (Value){.type = type, .text = query_plan_text(evaluator, value)};
		return TRUE;
	case QUERY_TYPE_JSON:
		*value = (Value){.type = type, .json = value_to_json(evaluator->arena, value)};
		return TRUE;
	case QUERY_TYPE_DATETIME:
		convert_to_datetime(value);
		return TRUE;
	default:
		return TRUE;
	}
}

gboolean query_plan_pass_on(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	QueryType type = plan->node->type;
	value->boolean = FALSE;
	return type == QUERY_TYPE_TEXT || type == QUERY_TYPE_DOUBLE ||
	       query_plan_convert(evaluator, plan, type, value);
}

void query_plan_settle_text(QueryEvaluator *evaluator, const QueryPlan *operand, Value *value)
{
	if (operand->node->type != QUERY_TYPE_TEXT || value->type == QUERY_TYPE_TEXT ||
		value->type == QUERY_TYPE_NULL)
		return;
	*value = (Value){.type = QUERY_TYPE_TEXT, .text = query_plan_text(evaluator, value)};
}

const Json *query_plan_document(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *value)
{
	const Json *json = NULL;
	if (value->type == QUERY_TYPE_JSON)
		return value->json;
	if (value->type == QUERY_TYPE_TEXT)
		json = json_parse(evaluator->arena, value->text.data, value->text.length);
	if (!json)
		query_plan_fail(evaluator, plan, "Invalid JSON text");
	return json;
}

/* Comparison ----------------------------------------------------------------------------------- */

/* -1 where it is negative, else 1: what is unsigned and great is no negative number. */
static gboolean is_negative(const Value *value)
{
	return value->type == QUERY_TYPE_INTEGER && value->integer < 0;
}

static int compare_integers(const Value *a, const Value *b)
{
	if (is_negative(a) != is_negative(b))
		return is_negative(a) ? -1 : 1;
	return a->whole < b->whole ? -1 : a->whole > b->whole;
}

static int compare_doubles(const Value *a, const Value *b)
{
	double x = value_to_double(a), y = value_to_double(b);
	return x < y ? -1 : x > y;
}

static gboolean compare_decimals(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *a,
	const Value *b, int *order)
{
	Decimal x, y;
	if (!query_plan_read_decimal(evaluator, plan, a, &x) ||
		!query_plan_read_decimal(evaluator, plan, b, &y))
		return FALSE;
	*order = decimal_compare(&x, &y);
	return TRUE;
}

static gboolean compare_moments(QueryEvaluator *evaluator, const QueryPlan *plan,
	QueryType comparison, const Value *a, const Value *b, int *order)
{
	Moment x, y;
	QueryType type;
	gboolean ok;
	if (comparison == QUERY_TYPE_TIME)
		ok = value_read_time(a, &x) && value_read_time(b, &y);
	else
		ok = value_read_date(a, VALUE_ZERO_IN_DATE, &x, &type) &&
		     value_read_date(b, VALUE_ZERO_IN_DATE, &y, &type);
	if (!ok)
		return query_plan_fail(evaluator, plan, "Incorrect date or time value");
	*order = calendar_compare(&x, &y);
	return TRUE;
}

static int compare_json(QueryEvaluator *evaluator, const Value *a, const Value *b)
{
	return json_compare(value_to_json(evaluator->arena, a), value_to_json(evaluator->arena, b));
}

gboolean query_plan_compare(QueryEvaluator *evaluator, const QueryPlan *plan, QueryType comparison,
	const Value *a, const Value *b, int *order)
{
	Text x, y;
	switch (comparison) {
	case QUERY_TYPE_DECIMAL:
		return compare_decimals(evaluator, plan, a, b, order);
	case QUERY_TYPE_JSON:
		*order = compare_json(evaluator, a, b);
		return TRUE;
	case QUERY_TYPE_DATETIME:
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
		return compare_moments(evaluator, plan, comparison, a, b, order);
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		x = query_plan_text(evaluator, a);
		y = query_plan_text(evaluator, b);
		*order = query_text_compare(&x, &y, plan->node->collation);
		return TRUE;
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
	case QUERY_TYPE_BOOLEAN:
		if (value_is_integer(a) && value_is_integer(b)) {
			*order = compare_integers(a, b);
			return TRUE;
		}
		G_GNUC_FALLTHROUGH;
	default:
		*order = compare_doubles(a, b);
		return TRUE;
	}
}
