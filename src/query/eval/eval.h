/* An expression answered by ourselves, record by record, as MySQL 9 would: for stores whose
 * engine does not speak MySQL. */
#ifndef CHRONOLOGER_QUERY_EVAL_EVAL_H
#define CHRONOLOGER_QUERY_EVAL_EVAL_H

#include "query/query.h"
#include "record/record.h"

typedef struct query_evaluator QueryEvaluator;

/* Keeps a reference to the query. `now` is what an expression means by the present day where it
 * needs one, in microseconds since 1970. One thread at a time. */
QueryEvaluator *query_evaluator_new(Query *query, gint64 now);
void query_evaluator_free(QueryEvaluator *evaluator); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueryEvaluator, query_evaluator_free)

/* Whether the record is one that the expression is true for; the record is borrowed during the
 * call. Of `record` logrec may be left out (data NULL) where query_reads_logrec() says
 * so. ERROR_QUERY: MySQL would answer the whole SELECT with an error, because of what this
 * record holds. ERROR_DEADLINE: a regular expression would take too long. */
gboolean query_evaluator_matches(
	QueryEvaluator *evaluator, const Record *record, gboolean *matches, GError **error);

/* What an index on a field (QueryEquality) has of a document: its text as utf8mb4_general_ci compares it, the first 64
 * characters. Appends. FALSE where there is no such field, or no scalar in it. For '$.data.x' that of '$.meta.x'
 * where there is none. */
gboolean query_key_of_field(const char *path, const Text *logrec, GString *key);
void query_key_of_text(const Text *text, GString *key);

#endif
