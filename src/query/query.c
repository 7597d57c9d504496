/* Reading a query expression: limits, and the tree's life. */
#include "query/query.h"
#include <string.h>
#include "base/error.h"
#include "base/json-path.h"
#include "query/parse/grammar.h"
#include "query/parse/parse.h"

/* The tree ------------------------------------------------------------------------------------- */

static void node_free(gpointer data)
{
	QueryNode *node = data;
	g_free(node->value.text.data);
	json_path_free(node->path);
	if (node->children)
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
	if (!query || !g_atomic_int_dec_and_test(&query->references))
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
	if (memchr(parser->text, '\0', parser->length))
		query_parse_fail(parser, "a NUL byte; in a string, write \\0");
	else if (!g_utf8_validate_len(parser->text, parser->length, &end))
		query_parse_fail(parser, "not valid UTF-8 at character %ld",
			g_utf8_strlen(parser->text, end - parser->text) + 1);
	return !parser->error;
}

static void read_expression(QueryParser *parser)
{
	gpointer lexer = query_lex_new(parser);
	if (query_yyparse(lexer, parser) != 0)
		query_parse_fail(parser, "it could not be read");
	query_lex_free(lexer);
	if (!parser->error)
		query_node_balance(parser->query);
	if (!parser->error)
		query_type_check(parser->query, &parser->error);
}

static Query *parse(const char *text, gsize length, gsize most, gint64 now, GError **error)
{
	QueryParser parser = {.text = text, .length = length, .position = 1, .now = now};
	g_autoptr(Query) query = query_new(now);

	parser.query = query;
	if (length > most)
		query_parse_fail(&parser, "longer than %" G_GSIZE_FORMAT " bytes", most);
	else if (check_text(&parser))
		read_expression(&parser);
	if (!parser.error)
		return g_steal_pointer(&query);
	g_propagate_error(error, parser.error);
	return NULL;
}

Query *query_parse_at(const char *text, gsize length, gint64 now, GError **error)
{
	return parse(text, length, QUERY_LENGTH_MAX, now, error);
}

Query *query_parse(const char *text, gsize length, GError **error)
{
	return query_parse_at(text, length, g_get_real_time(), error);
}

/* Searching ------------------------------------------------------------------------------------ */

gboolean query_parse_search(
	const char *text, gint64 now, Query **query, char **expression, GError **error)
{
	*expression = query_search_expression(text);
	*query = NULL;
	if (!**expression)
		return TRUE;
	*query = parse(*expression, strlen(*expression), G_MAXSIZE, now, error);
	if (!*query && error) /* a bug: fuzz.c looks for it */
		(*error)->code = ERROR_INTERNAL;
	return *query != NULL;
}

/* The nodes of both become one query's. */
Query *query_and(Query *a, Query *b)
{
	if (!a || !b)
		return a ? a : b;
	QueryNode *root = g_new0(QueryNode, 1);
	root->kind = QUERY_OPERATOR;
	root->op = QUERY_AND;
	root->type = QUERY_TYPE_BOOLEAN;
	root->position = 1;
	root->children = g_ptr_array_sized_new(2);
	g_ptr_array_add(root->children, a->root);
	g_ptr_array_add(root->children, b->root);
	g_ptr_array_extend_and_steal(a->nodes, g_steal_pointer(&b->nodes));
	g_ptr_array_add(a->nodes, root);
	a->root = root;
	b->nodes = g_ptr_array_new();
	query_unref(b);
	return a;
}
