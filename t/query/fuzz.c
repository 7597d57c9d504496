/* A target for libFuzzer (configure --enable-fuzz): lexer, parser, types and printers of a query
 * expression, and its evaluation over a few records; and the same of what is searched for. t/replay.c runs it over a corpus. */
#include <string.h>
#include "base/error.h"
#include "query/eval/eval.h"
#include "query/print/print.h"
#include "../fuzz.h"

#define NOW G_GINT64_CONSTANT(1772368245250000)

#define TEXT(text)                                                                                 \
	{                                                                                          \
		(char *)(gsize)(text), sizeof(text) - 1                                            \
	}

static const Record records[] = {
	{1, NOW, 20, TEXT("app.db"), TEXT("Slow query"),
		TEXT("{\"data\": {\"foo\": 387, \"list\": [1, 2.5, \"x\", null, true], \"t\": "
		     "\"12\"},"
		     " \"meta\": {\"lineno\": 20, \"args\": [], \"threadName\": \"Worker-4\"}}"),
		{NULL, NULL}},
	{18446744073709551615u, CALENDAR_TS_MIN, 0, TEXT(""),
		TEXT("\xc3\xbc\xf0\x9f\x98\x80 100%_\\"), TEXT("{}"), {NULL, NULL}},
	{2, CALENDAR_TS_MAX, 65535, TEXT("Root "), TEXT("2026-03-01 12:30:00"),
		TEXT("{\"data\": {\"foo\": \"387\", \"a\": {\"b\": [[1], {\"c\": "
		     "-9223372036854775808}]},"
		     " \"day\": \"2026-06-15\", \"big\": 18446744073709551615, \"f\": 1e300}}"),
		{NULL, NULL}},
};

/* What may stand in SQL that has no byte of the user's. */
static void check_sql(const Sql *sql)
{
	guint marks = 0;

	for (const char *c = sql->text->str; *c != '\0'; c++) {
		marks += *c == '?';
		if (!g_ascii_isalnum(*c) &&
			strchr(" _()?,.<>=!&|^~+-*/%$'\"[]:\\{}@#;`", *c) == NULL)
			g_error("a byte %02x in %s", (guchar)*c, sql->text->str);
	}
	if (sql->text->len != strlen(sql->text->str) || marks != sql->values->len)
		g_error("%u marks, %u values: %s", marks, sql->values->len, sql->text->str);
}

static void check_error(const GError *error)
{
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_QUERY);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void print(const Query *query)
{
	for (QueryDialect dialect = 0; dialect <= QUERY_DIALECT_MARIADB; dialect++) {
		g_autoptr(Sql) sql = sql_new("");
		g_autoptr(GError) error = NULL;

		if (!query_print(query, dialect, sql, &error))
			check_error(error);
		else if (dialect == QUERY_DIALECT_MYSQL)
			check_sql(sql);
	}
}

static void evaluate(Query *query)
{
	g_autoptr(QueryEvaluator) evaluator = query_evaluator_new(query, NOW);

	for (guint i = 0; i < G_N_ELEMENTS(records); i++) {
		g_autoptr(GError) error = NULL;
		gboolean matches;

		if (!query_evaluator_matches(evaluator, &records[i], &matches, &error) &&
			!g_error_matches(error, CHRONOLOGER_ERROR, ERROR_DEADLINE))
			check_error(error);
	}
}

/* Whatever it is, it is an expression. */
static void search(const char *data, gsize size)
{
	g_autofree char *text = g_strndup(data, size);
	g_autofree char *expression = NULL;
	if (!g_utf8_validate(text, -1, NULL) || strlen(text) > 2048)
		return;
	g_autoptr(GError) error = NULL;
	g_autoptr(Query) query = NULL;
	query_parse_search(text, NOW, &query, &expression, &error);
	g_assert_no_error(error);
	if (query) {
		print(query);
		evaluate(query);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	/* Exactly as long as it is, so that a byte read too far is seen. */
	g_autofree char *text = size > 0 ? g_memdup2(data, size) : g_strdup("");
	g_autoptr(Query) query = query_parse_at(text, size, NOW, &error);

	search(text, size);
	if (query == NULL) {
		check_error(error);
		return 0;
	}
	print(query);
	evaluate(query);
	return 0;
}
