/* A tree made ready to be evaluated: what its nodes share. For query/eval/eval.c and the files with the
 * operators and functions; not for anyone else. */
#ifndef CHRONOLOGER_QUERY_EVAL_PLAN_H
#define CHRONOLOGER_QUERY_EVAL_PLAN_H

#include "query/eval/eval.h"
#include "query/parse/function.h"
#include "base/json.h"
#include "query/eval/value.h"

typedef struct query_plan QueryPlan;

/* Answers a node. FALSE: evaluator->error is set. */
typedef gboolean (*QueryStep)(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value);

/* The same where NULL is the answer to any operand that is NULL: these are not. `value` is NULL
 * until it is set. What sets evaluator->error need not return FALSE. */
typedef gboolean (*QueryBody)(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operands, Value *value);

struct query_plan {
	const QueryNode *node;
	QueryStep step;
	QueryBody body;       /* or NULL */
	QueryPlan **operands; /* NULL for one that is left out */
	guint n;
	gboolean constant; /* `value` is the answer for all records */
	Value value;
	gpointer prepared; /* a regular expression */
	GDestroyNotify free_prepared;
};

struct query_evaluator {
	Query *query;
	gint64 now;
	QueryPlan *root;
	GPtrArray *plans; /* all of them, owned */
	Arena *constants; /* what values of constant nodes point to */
	Arena *scratch;   /* of one record */
	Arena *arena;     /* the one in use */
	const Record *record;
	const Json *logrec; /* read when it is first needed */
	GError *error;
};

/* The parameters of one, which need not use them all. */
#define QUERY_BODY                                                                                 \
	G_GNUC_UNUSED QueryEvaluator *evaluator, G_GNUC_UNUSED const QueryPlan *plan,              \
		G_GNUC_UNUSED const Value *operands, G_GNUC_UNUSED Value *value

/* A row: how a function or operator is answered. One of the two. */
typedef struct {
	QueryStep step;
	QueryBody body;
} QueryAnswer;

#define QUERY_OPERATOR_COUNT (QUERY_JSON_UNQUOTE + 1)
extern const QueryAnswer query_operators_logic[QUERY_OPERATOR_COUNT];   /* query/eval/logic.c */
extern const QueryAnswer query_operators_compare[QUERY_OPERATOR_COUNT]; /* query/eval/compare.c */
extern const QueryAnswer
	query_operators_arithmetic[QUERY_OPERATOR_COUNT];            /* query/eval/arithmetic.c */
extern const QueryAnswer query_operators_json[QUERY_OPERATOR_COUNT]; /* query/eval/fn-json.c */
extern const QueryAnswer query_functions_json[QUERY_FN_COUNT];       /* query/eval/fn-json.c */
extern const QueryAnswer query_functions_choice[QUERY_FN_COUNT];     /* query/eval/fn-choice.c */
extern const QueryAnswer query_functions_text[QUERY_FN_COUNT];       /* query/eval/fn-text.c */
extern const QueryAnswer query_functions_number[QUERY_FN_COUNT];     /* query/eval/fn-number.c */
extern const QueryAnswer query_functions_date[QUERY_FN_COUNT];       /* query/eval/fn-date.c */
extern const QueryAnswer query_casts[QUERY_CAST_TEXT + 1];           /* query/eval/cast.c */

/* The value of an operand. */
static inline gboolean query_plan_value(
	QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	if (!plan->constant)
		return plan->step(evaluator, plan, value);
	*value = plan->value;
	return TRUE;
}

/* FALSE, with an error that says what MySQL says about the node. */
gboolean query_plan_fail(QueryEvaluator *evaluator, const QueryPlan *plan, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

gboolean query_step_case(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value);

/* REGEXP and REGEXP_LIKE(); what is both a function and a cast. */
gboolean query_body_regexp(QUERY_BODY);
gboolean query_body_date(QUERY_BODY);
gboolean query_body_time(QUERY_BODY);
gboolean query_body_timestamp(QUERY_BODY);

/* x + INTERVAL n DAY, and - where `sign` is -1: query/eval/interval.c. */
gboolean query_interval_add(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *subject,
	gint sign, Value *value);

/* As a condition: TRUE, FALSE or, of NULL, -1. JSON is true where it is not the number 0, as MySQL
 * compares it in AND, OR, NOT, IS TRUE and WHERE. */
gboolean query_plan_truth(QueryEvaluator *evaluator, const QueryPlan *plan, gint *truth);
/* The same of IF and CASE WHEN, for which JSON is the number that it is worth. */
gboolean query_plan_truth_of_number(QueryEvaluator *evaluator, const QueryPlan *plan, gint *truth);

/* Values that are made from others, in the arena. */
static inline Value query_plan_integer(gint64 integer)
{
	return (Value){.type = QUERY_TYPE_INTEGER, .integer = integer};
}

static inline Value query_plan_boolean(gboolean boolean)
{
	return (Value){.type = QUERY_TYPE_INTEGER, .boolean = TRUE, .integer = boolean};
}

/* TRUE, FALSE or, where it is negative, NULL. */
static inline gboolean query_plan_set_truth(Value *value, gint truth)
{
	*value = truth < 0 ? (Value){.type = QUERY_TYPE_NULL} : query_plan_boolean(truth);
	return TRUE;
}

Text query_plan_text(QueryEvaluator *evaluator, const Value *value);

/* FALSE: out of range. */
gboolean query_plan_double(
	QueryEvaluator *evaluator, const QueryPlan *plan, double number, Value *value);
gboolean query_plan_decimal(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Decimal *decimal, Value *value);
gboolean query_plan_read_decimal(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *value, Decimal *decimal);

/* What a value is as `type`: of CASE, IF, COALESCE and the like. FALSE: out of range. */
gboolean query_plan_convert(
	QueryEvaluator *evaluator, const QueryPlan *plan, QueryType type, Value *value);

/* CASE, IF and NULLIF pass a value on as it is where their type is text, and a number that is to be a
 * DOUBLE: its text is its own. */
gboolean query_plan_pass_on(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value);

/* Where it counts that the type is text, this makes one of what they have passed on. */
void query_plan_settle_text(QueryEvaluator *evaluator, const QueryPlan *operand, Value *value);

/* 64 bits of an operand's value. FALSE: MySQL has an error for a computed double beyond them. */
gboolean query_plan_bits(QueryEvaluator *evaluator, const QueryPlan *operand, const Value *value,
	gint64 *bits, gboolean *is_unsigned);

/* By `comparison` and the collation of the node; neither value is NULL. *order: below 0, 0,
 * above. FALSE: an error. */
gboolean query_plan_compare(QueryEvaluator *evaluator, const QueryPlan *plan, QueryType comparison,
	const Value *a, const Value *b, int *order);

/* A JSON document from a value: JSON as it is, text read. NULL: evaluator->error is set. */
const Json *query_plan_document(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *value);

#endif
