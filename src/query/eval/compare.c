/* = < IN BETWEEN LIKE REGEXP. */
#include "query/eval/regexp.h"
#include "query/eval/plan.h"
#include "query/eval/collate.h"

/* The value of the first operand with the one of operand `i`. */
static gboolean compare_pair(QueryEvaluator *evaluator, const QueryPlan *plan, QueryType comparison,
	const Value *first, guint i, const Value *other, int *order)
{
	Value a = *first, b = *other;
	if (comparison == QUERY_TYPE_JSON) {
		query_plan_settle_text(evaluator, plan->operands[0], &a);
		query_plan_settle_text(evaluator, plan->operands[i], &b);
	}
	return query_plan_compare(evaluator, plan, comparison, &a, &b, order);
}

static gboolean compare_operands(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operands, int *order)
{
	return compare_pair(
		evaluator, plan, plan->node->comparison, &operands[0], 1, &operands[1], order);
}

static gboolean body_order(QUERY_BODY)
{
	/* Which orders each operator takes: below, equal, above. */
	static const gboolean taken[][3] = {
		[QUERY_EQUAL] = {FALSE, TRUE, FALSE},
		[QUERY_NOT_EQUAL] = {TRUE, FALSE, TRUE},
		[QUERY_LESS] = {TRUE, FALSE, FALSE},
		[QUERY_LESS_EQUAL] = {TRUE, TRUE, FALSE},
		[QUERY_GREATER] = {FALSE, FALSE, TRUE},
		[QUERY_GREATER_EQUAL] = {FALSE, TRUE, TRUE},
	};
	int order;
	if (!compare_operands(evaluator, plan, operands, &order))
		return FALSE;
	*value = query_plan_boolean(taken[plan->node->op][(order > 0) - (order < 0) + 1]);
	return TRUE;
}

static gboolean step_null_safe_equal(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value operands[2];
	int order = 1;
	if (!query_plan_value(evaluator, plan->operands[0], &operands[0]) ||
		!query_plan_value(evaluator, plan->operands[1], &operands[1]))
		return FALSE;
	if (operands[0].type == QUERY_TYPE_NULL || operands[1].type == QUERY_TYPE_NULL)
		return query_plan_set_truth(value, operands[0].type == operands[1].type);
	if (!compare_operands(evaluator, plan, operands, &order))
		return FALSE;
	return query_plan_set_truth(value, order == 0);
}

/* IN ------------------------------------------------------------------------------------------- */

static gboolean is_element(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *subject,
	guint i, gint *truth)
{
	Value element;
	int order;
	if (!query_plan_value(evaluator, plan->operands[i], &element))
		return FALSE;
	*truth = -1;
	if (element.type == QUERY_TYPE_NULL)
		return TRUE;
	if (!compare_pair(
		    evaluator, plan, plan->operands[i]->node->pair, subject, i, &element, &order))
		return FALSE;
	*truth = order == 0;
	return TRUE;
}

static gboolean step_in(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gboolean is_not = plan->node->op == QUERY_NOT_IN;
	Value subject;
	gint all = FALSE;
	if (!query_plan_value(evaluator, plan->operands[0], &subject))
		return FALSE;
	if (subject.type == QUERY_TYPE_NULL)
		return query_plan_set_truth(value, -1);
	for (guint i = 1; i < plan->n && all != TRUE; i++) {
		gint truth;
		if (!is_element(evaluator, plan, &subject, i, &truth))
			return FALSE;
		all = truth == FALSE ? all : truth;
	}
	return query_plan_set_truth(value, all < 0 ? -1 : all != is_not);
}

/* BETWEEN -------------------------------------------------------------------------------------- */

/* Whether the subject is on the right side of a bound; -1 where that is NULL. */
static gboolean is_within(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *subject,
	guint i, gint *truth)
{
	Value bound;
	int order;
	*truth = -1;
	if (!query_plan_value(evaluator, plan->operands[i], &bound))
		return FALSE;
	if (bound.type == QUERY_TYPE_NULL)
		return TRUE;
	if (!compare_pair(evaluator, plan, plan->node->comparison, subject, i, &bound, &order))
		return FALSE;
	*truth = i == 1 ? order >= 0 : order <= 0;
	return TRUE;
}

static gboolean step_between(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gboolean is_not = plan->node->op == QUERY_NOT_BETWEEN;
	Value subject;
	gint low, high, both;
	if (!query_plan_value(evaluator, plan->operands[0], &subject))
		return FALSE;
	if (subject.type == QUERY_TYPE_NULL)
		return query_plan_set_truth(value, -1);
	if (!is_within(evaluator, plan, &subject, 1, &low) ||
		!is_within(evaluator, plan, &subject, 2, &high))
		return FALSE;
	both = low == FALSE || high == FALSE ? FALSE : low < 0 || high < 0 ? -1 : TRUE;
	return query_plan_set_truth(value, both < 0 ? -1 : both != is_not);
}

/* LIKE and REGEXP ------------------------------------------------------------------------------ */

/* Without ESCAPE it is the backslash, with ESCAPE '' there is none. */
static gunichar escape_of(const QueryPlan *plan)
{
	if (plan->n < 3)
		return '\\';
	const Text *escape = &plan->operands[2]->node->value.text;
	return escape->length == 0 ? QUERY_LIKE_NO_ESCAPE : g_utf8_get_char(escape->data);
}

/* ESCAPE is not an operand that could be NULL. */
static gboolean step_like(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	gboolean is_not = plan->node->op == QUERY_NOT_LIKE;
	Value subject, pattern;
	if (!query_plan_value(evaluator, plan->operands[0], &subject) ||
		!query_plan_value(evaluator, plan->operands[1], &pattern))
		return FALSE;
	if (subject.type == QUERY_TYPE_NULL || pattern.type == QUERY_TYPE_NULL)
		return query_plan_set_truth(value, -1);
	Text text = query_plan_text(evaluator, &subject);
	Text mask = query_plan_text(evaluator, &pattern);
	gboolean is = query_text_is_like(&text, &mask, escape_of(plan), plan->node->collation);
	return query_plan_set_truth(value, is != is_not);
}

gboolean query_body_regexp(QUERY_BODY)
{
	gboolean found,
		is_not = plan->node->kind == QUERY_OPERATOR && plan->node->op == QUERY_NOT_REGEXP;
	Text text = query_plan_text(evaluator, &operands[0]);
	if (!query_match_find(evaluator, plan, &text, &found))
		return FALSE;
	*value = query_plan_boolean(found != is_not);
	return TRUE;
}

const QueryAnswer query_operators_compare[QUERY_OPERATOR_COUNT] = {
	[QUERY_EQUAL] = {NULL, body_order},
	[QUERY_NULL_SAFE_EQUAL] = {step_null_safe_equal, NULL},
	[QUERY_GREATER_EQUAL] = {NULL, body_order},
	[QUERY_GREATER] = {NULL, body_order},
	[QUERY_LESS_EQUAL] = {NULL, body_order},
	[QUERY_LESS] = {NULL, body_order},
	[QUERY_NOT_EQUAL] = {NULL, body_order},
	[QUERY_LIKE] = {step_like, NULL},
	[QUERY_NOT_LIKE] = {step_like, NULL},
	[QUERY_REGEXP] = {NULL, query_body_regexp},
	[QUERY_NOT_REGEXP] = {NULL, query_body_regexp},
	[QUERY_IN] = {step_in, NULL},
	[QUERY_NOT_IN] = {step_in, NULL},
	[QUERY_BETWEEN] = {step_between, NULL},
	[QUERY_NOT_BETWEEN] = {step_between, NULL},
};
