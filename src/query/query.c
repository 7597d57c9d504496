/* Reading a query expression: limits, messages, and the tree's life. */
#include "query/query.h"
#include <stdarg.h>
#include <string.h>
#include "base/error.h"
#include "base/json-path.h"
#include "query/parse/grammar.h"
#include "query/parse/parse.h"

#define INVALID QUERY_INVALID ": "

/* Messages ------------------------------------------------------------------------------------- */

G_GNUC_PRINTF(1, 0)
static GError *invalid(const char *format, va_list arguments)
{
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	return g_error_new(CHRONOLOGER_ERROR, ERROR_QUERY, INVALID "%s", why);
}

void *query_parse_fail(QueryParser *parser, const char *format, ...)
{
	va_list arguments;

	if (parser->error != NULL)
		return NULL;
	va_start(arguments, format);
	parser->error = invalid(format, arguments);
	va_end(arguments);
	return NULL;
}

gboolean query_refuse(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	GError *why = invalid(format, arguments);
	va_end(arguments);
	g_propagate_error(error, why);
	return FALSE;
}

/* Words ---------------------------------------------------------------------------------------- */

/* As strcmp() orders upper case: '_' comes after all letters, not before them. */
static int compare_word(const char *name, gsize length, const char *word)
{
	gsize i = 0;

	while (i < length && g_ascii_toupper(name[i]) == word[i])
		i++;
	return i == length ? -(word[i] != '\0')
			   : (guchar)g_ascii_toupper(name[i]) - (guchar)word[i];
}

gint query_find_word(gconstpointer table, guint rows, gsize size, const char *name, gsize length)
{
	guint low = 0, high = rows;

	while (low < high) {
		guint middle = (low + high) / 2;
		const char *row = *(const char *const *)((const char *)table + middle * size);
		int order = compare_word(name, length, row);
		if (order == 0)
			return (gint)middle;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

#define DISTANCE_MAX 3
#define DISTANCE_LENGTH_MAX 32

/* Levenshtein's, with swapped neighbours as one step, over the last three rows of the matrix. */
guint query_distance(const char *a, gsize length, const char *b)
{
	guint rows[3][DISTANCE_LENGTH_MAX + 1];
	gsize n = strlen(b);

	if (length > DISTANCE_LENGTH_MAX || n > DISTANCE_LENGTH_MAX)
		return DISTANCE_MAX + 1;
	for (guint j = 0; j <= n; j++)
		rows[0][j] = j;
	for (guint i = 1; i <= length; i++) {
		guint *row = rows[i % 3];
		const guint *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (guint j = 1; j <= n; j++) {
			gboolean same = g_ascii_toupper(a[i - 1]) == g_ascii_toupper(b[j - 1]);
			row[j] = MIN(MIN(last[j], row[j - 1]) + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 &&
				g_ascii_toupper(a[i - 1]) == g_ascii_toupper(b[j - 2]) &&
				g_ascii_toupper(a[i - 2]) == g_ascii_toupper(b[j - 1]))
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return MIN(rows[length % 3][n], DISTANCE_MAX + 1);
}

/* The tree ------------------------------------------------------------------------------------- */

static void node_free(gpointer data)
{
	QueryNode *node = data;

	g_free(node->value.text.data);
	json_path_free(node->path);
	if (node->children != NULL)
		g_ptr_array_unref(node->children);
	g_free(node);
}

static Query *query_new(gint64 now)
{
	Query *query = g_new0(Query, 1);

	query->references = 1;
	query->now = now;
	query->nodes = g_ptr_array_new_with_free_func(node_free);
	return query;
}

Query *query_ref(Query *query)
{
	g_atomic_int_inc(&query->references);
	return query;
}

void query_unref(Query *query)
{
	if (query == NULL || !g_atomic_int_dec_and_test(&query->references))
		return;
	g_ptr_array_unref(query->nodes);
	g_free(query);
}

const QueryNode *query_root(const Query *query)
{
	return query->root;
}

gboolean query_reads_logrec(const Query *query)
{
	for (guint i = 0; i < query->nodes->len; i++) {
		const QueryNode *node = query->nodes->pdata[i];
		if (node->kind == QUERY_COLUMN && node->column == QUERY_LOGREC)
			return TRUE;
	}
	return FALSE;
}

static gboolean is_regexp(const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR)
		return node->op == QUERY_REGEXP || node->op == QUERY_NOT_REGEXP;
	/* DATE_ADD() and its like have become operators: their nodes, which are in no tree, name no function. */
	return node->kind == QUERY_FUNCTION && node->function &&
	       node->function->id == QUERY_FN_REGEXP_LIKE;
}

gboolean query_has_regexp(const Query *query)
{
	for (guint i = 0; i < query->nodes->len; i++)
		if (is_regexp(query->nodes->pdata[i]))
			return TRUE;
	return FALSE;
}

/* Reading -------------------------------------------------------------------------------------- */

static gboolean check_text(QueryParser *parser)
{
	const char *end = NULL;

	if (parser->length > QUERY_LENGTH_MAX)
		query_parse_fail(parser, "longer than %d bytes", QUERY_LENGTH_MAX);
	else if (memchr(parser->text, '\0', parser->length) != NULL)
		query_parse_fail(parser, "a NUL byte; in a string, write \\0");
	else if (!g_utf8_validate_len(parser->text, parser->length, &end))
		query_parse_fail(parser, "not valid UTF-8 at character %ld",
			g_utf8_strlen(parser->text, end - parser->text) + 1);
	return parser->error == NULL;
}

static void read_expression(QueryParser *parser)
{
	gpointer lexer = query_lex_new(parser);

	if (query_yyparse(lexer, parser) != 0)
		query_parse_fail(parser, "it could not be read");
	query_lex_free(lexer);
	if (parser->error == NULL)
		query_node_balance(parser->query);
	if (parser->error == NULL)
		query_type_check(parser->query, &parser->error);
}

Query *query_parse_at(const char *text, gsize length, gint64 now, GError **error)
{
	QueryParser parser = {.text = text, .length = length, .position = 1, .now = now};
	g_autoptr(Query) query = query_new(now);

	parser.query = query;
	if (check_text(&parser))
		read_expression(&parser);
	if (parser.error == NULL)
		return g_steal_pointer(&query);
	g_propagate_error(error, parser.error);
	return NULL;
}

Query *query_parse(const char *text, gsize length, GError **error)
{
	return query_parse_at(text, length, g_get_real_time(), error);
}
