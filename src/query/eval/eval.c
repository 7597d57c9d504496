/* From a tree to a plan, and the plan over a record. */
#include "query/eval/eval.h"

#include <string.h>

#include "base/error.h"
#include "base/calendar.h"
#include "query/eval/regexp.h"
#include "query/eval/plan.h"

/* Literals and columns ------------------------------------------------------------------------- */

static gboolean literal_decimal(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	const Text *text = &plan->node->value.text;
	Decimal decimal;
	gboolean overflow;
	decimal_read(&decimal, text->data, text->length, &overflow);
	if (overflow)
		return query_plan_fail(evaluator, plan, "a DECIMAL of more than 65 digits");
	return query_plan_decimal(evaluator, plan, &decimal, value);
}

static gboolean step_literal(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	const QueryValue *literal = &plan->node->value;
	*value = (Value){.type = plan->node->type};
	switch (literal->kind) {
	case QUERY_VALUE_BOOLEAN:
	case QUERY_VALUE_INTEGER:
		value->boolean = literal->kind == QUERY_VALUE_BOOLEAN;
		value->whole = literal->integer;
		value->type = literal->integer > (guint64)G_MAXINT64 ? QUERY_TYPE_UNSIGNED
								     : QUERY_TYPE_INTEGER;
		return TRUE;
	case QUERY_VALUE_DECIMAL:
		return literal_decimal(evaluator, plan, value);
	case QUERY_VALUE_DOUBLE:
		value->real = literal->real;
		return TRUE;
	case QUERY_VALUE_TEXT:
	case QUERY_VALUE_BINARY:
		value->text = literal->text;
		return TRUE;
	case QUERY_VALUE_DATE:
	case QUERY_VALUE_DATETIME:
		value->scale = (guint8)plan->node->scale;
		value->moment = calendar_of_epoch(literal->moment);
		return TRUE;
	case QUERY_VALUE_TIME:
		value->scale = (guint8)plan->node->scale;
		value->moment = calendar_of_micros(literal->moment);
		return TRUE;
	case QUERY_VALUE_NULL:
		break;
	}
	return TRUE;
}

/* One that the store has kept is JSON; a store that gives another is broken. */
static const Json *read_logrec(QueryEvaluator *evaluator)
{
	const Text *text = &evaluator->record->logrec;
	if (!evaluator->logrec && text->data)
		evaluator->logrec = json_parse(evaluator->arena, text->data, text->length);
	if (!evaluator->logrec && !evaluator->error)
		g_set_error(&evaluator->error, CHRONOLOGER_ERROR, ERROR_INTERNAL,
			"Record %" G_GUINT64_FORMAT ": its logrec is not JSON",
			evaluator->record->id);
	return evaluator->logrec;
}

static gboolean step_column(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	const Record *record = evaluator->record;
	switch (plan->node->column) {
	case QUERY_RECORD_ID:
		*value = (Value){.type = QUERY_TYPE_UNSIGNED, .whole = record->id};
		return TRUE;
	case QUERY_LEVEL:
		*value = (Value){.type = QUERY_TYPE_UNSIGNED, .whole = record->level};
		return TRUE;
	case QUERY_TS:
		*value = (Value){.type = QUERY_TYPE_DATETIME, .scale = 6};
		value->moment = calendar_of_epoch(record->ts);
		return TRUE;
	case QUERY_NAME:
		*value = value_of_text(record->name.data, record->name.length);
		value->stored = TRUE;
		return TRUE;
	case QUERY_MESSAGE:
		*value = value_of_text(record->message.data, record->message.length);
		value->stored = TRUE;
		return TRUE;
	case QUERY_LOGREC:
		*value = (Value){.type = QUERY_TYPE_JSON, .json = read_logrec(evaluator)};
		return value->json != NULL;
	}
	return query_plan_fail(evaluator, plan, "a column that there is not");
}

/* Steps ---------------------------------------------------------------------------------------- */

#define OPERANDS_ON_STACK 4

static gboolean take_operands(
	QueryEvaluator *evaluator, const QueryPlan *plan, Value *operands, gboolean *any_null)
{
	*any_null = FALSE;
	for (guint i = 0; i < plan->n && !*any_null; i++) {
		if (!query_plan_value(evaluator, plan->operands[i], &operands[i]))
			return FALSE;
		*any_null = operands[i].type == QUERY_TYPE_NULL;
	}
	return TRUE;
}

/* MySQL stops at the first operand that is NULL as well. */
static gboolean step_body(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value few[OPERANDS_ON_STACK], *operands = few;
	gboolean any_null;
	if (plan->n > OPERANDS_ON_STACK)
		operands = arena_take(evaluator->arena, plan->n * sizeof *operands);
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!take_operands(evaluator, plan, operands, &any_null))
		return FALSE;
	return any_null || (plan->body(evaluator, plan, operands, value) && !evaluator->error);
}

/* A text, also of what CASE, IF and NULLIF have passed on as it was. */
static gboolean step_collate(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	if (!query_plan_value(evaluator, plan->operands[0], value))
		return FALSE;
	query_plan_settle_text(evaluator, plan->operands[0], value);
	return TRUE;
}

static gboolean step_unknown(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	*value = (Value){.type = QUERY_TYPE_NULL};
	return query_plan_fail(evaluator, plan, "not available on this store");
}

/* Planning ------------------------------------------------------------------------------------- */

static const QueryAnswer *const operators[] = {
	query_operators_logic,
	query_operators_compare,
	query_operators_arithmetic,
	query_operators_json,
};

static const QueryAnswer *const functions[] = {
	query_functions_json,
	query_functions_choice,
	query_functions_text,
	query_functions_number,
	query_functions_date,
};

/* Each table has the rows that are its own, the others are empty. */
static QueryAnswer find_answer(const QueryAnswer *const *tables, gsize n, guint id)
{
	for (gsize i = 0; i < n; i++)
		if (tables[i][id].step || tables[i][id].body)
			return tables[i][id];
	return (QueryAnswer){step_unknown, NULL};
}

static QueryAnswer answer_of(const QueryNode *node)
{
	switch (node->kind) {
	case QUERY_LITERAL:
		return (QueryAnswer){step_literal, NULL};
	case QUERY_COLUMN:
		return (QueryAnswer){step_column, NULL};
	case QUERY_OPERATOR:
		return find_answer(operators, G_N_ELEMENTS(operators), node->op);
	case QUERY_FUNCTION:
		return find_answer(functions, G_N_ELEMENTS(functions), node->function->id);
	case QUERY_CASE:
		return (QueryAnswer){query_step_case, NULL};
	case QUERY_CAST:
		return query_casts[node->word];
	case QUERY_COLLATE:
		return (QueryAnswer){step_collate, NULL};
	case QUERY_INTERVAL:
	case QUERY_UNIT:
		break;
	}
	return (QueryAnswer){step_unknown, NULL};
}

/* What a node is made of and that is the same for all records: a pattern. */
static void prepare(QueryPlan *plan)
{
	const QueryNode *node = plan->node;
	gboolean regexp =
		(node->kind == QUERY_OPERATOR &&
			(node->op == QUERY_REGEXP || node->op == QUERY_NOT_REGEXP)) ||
		(node->kind == QUERY_FUNCTION && node->function->id == QUERY_FN_REGEXP_LIKE);
	if (regexp)
		query_match_prepare(plan);
}

static gboolean all_constant(const QueryPlan *plan)
{
	for (guint i = 0; i < plan->n; i++)
		if (plan->operands[i] && !plan->operands[i]->constant)
			return FALSE;
	return plan->node->kind != QUERY_COLUMN;
}

/* What is an error here stays to be computed: it is one only where a record gets there. */
static void fold_constant(QueryEvaluator *evaluator, QueryPlan *plan)
{
	if (plan->node->kind == QUERY_INTERVAL || plan->node->kind == QUERY_UNIT ||
		!all_constant(plan))
		return;
	evaluator->arena = evaluator->constants;
	plan->constant = plan->step(evaluator, plan, &plan->value);
	evaluator->arena = evaluator->scratch;
	g_clear_error(&evaluator->error);
}

static QueryPlan *make(QueryEvaluator *evaluator, const QueryNode *node)
{
	QueryPlan *plan = g_new0(QueryPlan, 1);
	QueryAnswer answer = answer_of(node);
	g_ptr_array_add(evaluator->plans, plan);
	plan->node = node;
	plan->n = node->children ? node->children->len : 0;
	plan->operands = g_new0(QueryPlan *, plan->n);
	for (guint i = 0; i < plan->n; i++)
		if (node->children->pdata[i])
			plan->operands[i] = make(evaluator, node->children->pdata[i]);
	plan->body = answer.body;
	plan->step = answer.body ? step_body : answer.step;
	if (!plan->step)
		plan->step = step_unknown;
	prepare(plan);
	fold_constant(evaluator, plan);
	return plan;
}

static void free_plan(gpointer data)
{
	QueryPlan *plan = data;
	if (plan->free_prepared && plan->prepared)
		plan->free_prepared(plan->prepared);
	g_free(plan->operands);
	g_free(plan);
}

QueryEvaluator *query_evaluator_new(Query *query, gint64 now)
{
	QueryEvaluator *evaluator = g_new0(QueryEvaluator, 1);
	evaluator->query = query_ref(query);
	evaluator->now = now;
	evaluator->plans = g_ptr_array_new_with_free_func(free_plan);
	evaluator->constants = arena_new();
	evaluator->scratch = arena_new();
	evaluator->arena = evaluator->scratch;
	evaluator->root = make(evaluator, query_root(query));
	return evaluator;
}

void query_evaluator_free(QueryEvaluator *evaluator)
{
	if (!evaluator)
		return;
	g_ptr_array_unref(evaluator->plans);
	arena_free(evaluator->constants);
	arena_free(evaluator->scratch);
	query_unref(evaluator->query);
	g_clear_error(&evaluator->error);
	g_free(evaluator);
}

gboolean query_evaluator_matches(
	QueryEvaluator *evaluator, const Record *record, gboolean *matches, GError **error)
{
	gint truth = FALSE;
	arena_reset(evaluator->scratch);
	evaluator->record = record;
	evaluator->logrec = NULL;
	gboolean ok = query_plan_truth(evaluator, evaluator->root, &truth);
	evaluator->record = NULL;
	*matches = ok && truth == TRUE;
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&evaluator->error));
	return ok;
}
