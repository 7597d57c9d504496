/* Functions of ours that SQL calls on SQLite: a query expression for one row, and what an index on a field has.
 *
 * The latter are part of the schema once there is such an index: sqlite3(1) can read the file then, and not insert. */
#include "query/eval/eval.h"
#include "store/sqlite-session.h"

#define EVALUATOR "chronologer_query" /* the type of the pointer */

static void free_evaluator(void *evaluator)
{
	query_evaluator_free(evaluator);
}

int store_sqlite_bind_query(sqlite3_stmt *statement, int i, Query *query)
{
	QueryEvaluator *evaluator = query_evaluator_new(query, g_get_real_time());
	return sqlite3_bind_pointer(statement, i, evaluator, EVALUATOR, free_evaluator);
}

static Text value_text(sqlite3_value *value)
{
	Text text = {.data = (char *)sqlite3_value_text(value)};
	text.length = (gsize)sqlite3_value_bytes(value);
	return text;
}

/* chronologer_query(): whether the expression is true for a record. */
static void match(sqlite3_context *context, int n, sqlite3_value **values)
{
	SqliteSession *session = sqlite3_user_data(context);
	QueryEvaluator *evaluator = sqlite3_value_pointer(values[0], EVALUATOR);
	gboolean matches = FALSE;
	(void)n;
	/* SQLite looks at the clock every thousand steps, which are some fifty records: for an expression that
	 * takes long they are seconds. */
	if (g_get_monotonic_time() > session->ends)
		sqlite3_interrupt(session->db);
	Record record = {
		.id = (guint64)sqlite3_value_int64(values[1]),
		.ts = sqlite3_value_int64(values[2]),
		.level = (guint)sqlite3_value_int64(values[3]),
		.name = value_text(values[4]),
		.message = value_text(values[5]),
		.logrec = value_text(values[6]),
	};
	g_clear_error(&session->refusal);
	if (evaluator && query_evaluator_matches(evaluator, &record, &matches, &session->refusal))
		sqlite3_result_int(context, matches);
	else
		sqlite3_result_error(context, "the expression has no answer", -1);
}

/* chronologer_field(logrec, path): what an index on a field has of a record. */
static void field(sqlite3_context *context, int n, sqlite3_value **values)
{
	SqliteSession *session = sqlite3_user_data(context);
	g_autoptr(GString) key = g_string_new(NULL);
	Text logrec = value_text(values[0]);
	(void)n;
	if (query_key_of_field(value_text(values[1]).data, &logrec, key))
		sqlite3_result_text64(context, key->str, key->len, SQLITE_TRANSIENT, SQLITE_UTF8);
	if (session->progress)
		g_atomic_int_inc(&session->progress->done);
}

/* chronologer_fold(text): what is looked for there. */
static void fold(sqlite3_context *context, int n, sqlite3_value **values)
{
	g_autoptr(GString) key = g_string_new(NULL);
	Text text = value_text(values[0]);
	(void)n;
	query_key_of_text(&text, key);
	sqlite3_result_text64(context, key->str, key->len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int store_sqlite_add_functions(SqliteSession *session)
{
	static const struct {
		const char *name;
		int arguments, flags;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
	} all[] = {
		{"chronologer_query", 7, SQLITE_DIRECTONLY, match},
		{"chronologer_field", 2, SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, field},
		{"chronologer_fold", 1, SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, fold},
	};
	int result = SQLITE_OK;
	for (guint i = 0; i < G_N_ELEMENTS(all) && result == SQLITE_OK; i++)
		result = sqlite3_create_function(session->db, all[i].name, all[i].arguments,
			SQLITE_UTF8 | all[i].flags, session, all[i].call, NULL, NULL);
	return result;
}
