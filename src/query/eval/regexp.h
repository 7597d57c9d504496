/* REGEXP on this store: ICU's regular expressions, which MySQL has, by GLib's, which are
 * PCRE's. What the two do not read alike is refused when the expression is parsed
 * (query/type/regexp-check.c); what they read alike and mean differently is rewritten here. */
#ifndef CHRONOLOGER_QUERY_EVAL_REGEXP_H
#define CHRONOLOGER_QUERY_EVAL_REGEXP_H

#include "query/eval/plan.h"

/* Of a REGEXP or REGEXP_LIKE whose second operand is the pattern, a literal: made ready with
 * the plan. */
void query_match_prepare(QueryPlan *plan);

/* Whether the pattern is found in the text. FALSE: an error; ERROR_DEADLINE where it takes too
 * long. */
gboolean query_match_find(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Text *text, gboolean *found);

#endif
