/* COALESCE, IF and the like, GREATEST and LEAST. MySQL Reference Manual, "Flow Control Functions",
 * "Comparison Functions and Operators". */
#include "query/eval/plan.h"

/* As one of the type of the choice. DECIMALs get its scale. */
static gboolean convert(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Decimal decimal;
	if (!query_plan_convert(evaluator, plan, plan->node->type, value))
		return FALSE;
	value->stored = value->boolean = FALSE;
	if (value->type != QUERY_TYPE_DECIMAL || plan->node->type != QUERY_TYPE_DECIMAL)
		return TRUE;
	decimal = *value->decimal;
	decimal_round(&decimal, (int)plan->node->scale, DECIMAL_ROUND);
	return query_plan_decimal(evaluator, plan, &decimal, value);
}

/* The first that is not NULL. */
static gboolean step_coalesce(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	*value = (Value){.type = QUERY_TYPE_NULL};
	for (guint i = 0; i < plan->n && value->type == QUERY_TYPE_NULL; i++)
		if (!query_plan_value(evaluator, plan->operands[i], value))
			return FALSE;
	return convert(evaluator, plan, value);
}

static gboolean step_if(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gint truth;
	if (!query_plan_truth_of_number(evaluator, plan->operands[0], &truth))
		return FALSE;
	return query_plan_value(evaluator, plan->operands[truth == TRUE ? 1 : 2], value) &&
	       query_plan_pass_on(evaluator, plan, value);
}

static gboolean step_isnull(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value operand;
	if (!query_plan_value(evaluator, plan->operands[0], &operand))
		return FALSE;
	*value = query_plan_boolean(operand.type == QUERY_TYPE_NULL);
	return TRUE;
}

static gboolean step_nullif(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value other;
	int order = 1;
	if (!query_plan_value(evaluator, plan->operands[0], value) ||
		!query_plan_value(evaluator, plan->operands[1], &other))
		return FALSE;
	if (value->type == QUERY_TYPE_NULL)
		return TRUE;
	if (other.type != QUERY_TYPE_NULL &&
		!query_plan_compare(evaluator, plan, plan->node->comparison, value, &other, &order))
		return FALSE;
	if (order == 0)
		*value = (Value){.type = QUERY_TYPE_NULL};
	return query_plan_pass_on(evaluator, plan, value);
}

/* Of equal values LEAST() takes the first one, GREATEST() the last. */
static gboolean choose(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operands,
	int sign, Value *value)
{
	Value best = operands[0];
	for (guint i = 1; i < plan->n; i++) {
		int order;
		if (!query_plan_compare(
			    evaluator, plan, plan->node->comparison, &operands[i], &best, &order))
			return FALSE;
		if (order * sign > 0 || (order == 0 && sign > 0))
			best = operands[i];
	}
	*value = best;
	return convert(evaluator, plan, value);
}

static gboolean body_greatest(QUERY_BODY)
{
	return choose(evaluator, plan, operands, 1, value);
}

static gboolean body_least(QUERY_BODY)
{
	return choose(evaluator, plan, operands, -1, value);
}

const QueryAnswer query_functions_choice[QUERY_FN_COUNT] = {
	[QUERY_FN_COALESCE] = {step_coalesce, NULL},
	[QUERY_FN_GREATEST] = {NULL, body_greatest},
	[QUERY_FN_IF] = {step_if, NULL},
	[QUERY_FN_IFNULL] = {step_coalesce, NULL},
	[QUERY_FN_ISNULL] = {step_isnull, NULL},
	[QUERY_FN_LEAST] = {NULL, body_least},
	[QUERY_FN_NULLIF] = {step_nullif, NULL},
};
