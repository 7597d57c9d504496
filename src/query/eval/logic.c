/* AND, OR, NOT and what asks for truth or NULL; CASE. Three values: TRUE, FALSE, NULL (-1). */
#include "query/eval/plan.h"

/* The operand that decides ends it: FALSE for AND, TRUE for OR. */
static gboolean step_join(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gint decisive = plan->node->op == QUERY_OR, all = !decisive;
	for (guint i = 0; i < plan->n; i++) {
		gint truth;
		if (!query_plan_truth(evaluator, plan->operands[i], &truth))
			return FALSE;
		if (truth == decisive)
			return query_plan_set_truth(value, decisive);
		if (truth < 0)
			all = -1;
	}
	return query_plan_set_truth(value, all);
}

static gboolean step_xor(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gint all = FALSE;
	for (guint i = 0; i < plan->n && all >= 0; i++) {
		gint truth;
		if (!query_plan_truth(evaluator, plan->operands[i], &truth))
			return FALSE;
		all = truth < 0 ? -1 : all != truth;
	}
	return query_plan_set_truth(value, all);
}

static gboolean step_not(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gint truth;
	if (!query_plan_truth(evaluator, plan->operands[0], &truth))
		return FALSE;
	return query_plan_set_truth(value, truth < 0 ? -1 : !truth);
}

/* IS [NOT] TRUE, FALSE. */
static gboolean step_is(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	QueryOperator op = plan->node->op;
	gint truth, wanted = op == QUERY_IS_TRUE || op == QUERY_IS_NOT_TRUE;
	gboolean is_not = op == QUERY_IS_NOT_TRUE || op == QUERY_IS_NOT_FALSE;
	if (!query_plan_truth(evaluator, plan->operands[0], &truth))
		return FALSE;
	return query_plan_set_truth(value, (truth == wanted) != is_not);
}

/* MySQL does not compute what can not be NULL, so that it is no error either. */
static gboolean can_be_null(const QueryPlan *plan)
{
	static const gboolean transparent[QUERY_OPERATOR_COUNT] = {
		[QUERY_BIT_OR] = TRUE,
		[QUERY_BIT_AND] = TRUE,
		[QUERY_BIT_XOR] = TRUE,
		[QUERY_BIT_NOT] = TRUE,
		[QUERY_SHIFT_LEFT] = TRUE,
		[QUERY_SHIFT_RIGHT] = TRUE,
		[QUERY_ADD] = TRUE,
		[QUERY_SUBTRACT] = TRUE,
		[QUERY_MULTIPLY] = TRUE,
		[QUERY_NEGATE] = TRUE,
	};
	if (plan->node->kind == QUERY_COLUMN)
		return FALSE;
	if (plan->node->kind == QUERY_LITERAL)
		return plan->value.type == QUERY_TYPE_NULL;
	if (plan->node->kind != QUERY_OPERATOR || !transparent[plan->node->op])
		return TRUE;
	for (guint i = 0; i < plan->n; i++)
		if (can_be_null(plan->operands[i]))
			return TRUE;
	return FALSE;
}

static gboolean step_is_null(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gboolean is_not = plan->node->op == QUERY_IS_NOT_NULL;
	Value operand;
	if (!can_be_null(plan->operands[0]))
		return query_plan_set_truth(value, is_not);
	if (!query_plan_value(evaluator, plan->operands[0], &operand))
		return FALSE;
	return query_plan_set_truth(value, (operand.type == QUERY_TYPE_NULL) != is_not);
}

const QueryAnswer query_operators_logic[QUERY_OPERATOR_COUNT] = {
	[QUERY_OR] = {step_join, NULL},
	[QUERY_XOR] = {step_xor, NULL},
	[QUERY_AND] = {step_join, NULL},
	[QUERY_NOT] = {step_not, NULL},
	[QUERY_IS_NULL] = {step_is_null, NULL},
	[QUERY_IS_NOT_NULL] = {step_is_null, NULL},
	[QUERY_IS_TRUE] = {step_is, NULL},
	[QUERY_IS_NOT_TRUE] = {step_is, NULL},
	[QUERY_IS_FALSE] = {step_is, NULL},
	[QUERY_IS_NOT_FALSE] = {step_is, NULL},
};

/* CASE ----------------------------------------------------------------------------------------- */

static gboolean is_when(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *subject,
	guint i, gboolean *is_it)
{
	const QueryPlan *when = plan->operands[i];
	Value value;
	gint truth = FALSE, order;
	*is_it = FALSE;
	if (!plan->operands[0]) {
		if (!query_plan_truth_of_number(evaluator, when, &truth))
			return FALSE;
		*is_it = truth == TRUE;
		return TRUE;
	}
	if (!query_plan_value(evaluator, when, &value))
		return FALSE;
	if (value.type == QUERY_TYPE_NULL || subject->type == QUERY_TYPE_NULL)
		return TRUE;
	if (!query_plan_compare(evaluator, plan, when->node->pair, subject, &value, &order))
		return FALSE;
	*is_it = order == 0;
	return TRUE;
}

gboolean query_step_case(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value subject = {.type = QUERY_TYPE_NULL};
	const QueryPlan *answer = plan->operands[plan->n - 1];
	gboolean found = FALSE;
	if (plan->operands[0] && !query_plan_value(evaluator, plan->operands[0], &subject))
		return FALSE;
	for (guint i = 1; i + 2 < plan->n && !found; i += 2) {
		if (!is_when(evaluator, plan, &subject, i, &found))
			return FALSE;
		if (found)
			answer = plan->operands[i + 1];
	}
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!answer)
		return TRUE;
	return query_plan_value(evaluator, answer, value) &&
	       query_plan_pass_on(evaluator, plan, value);
}
