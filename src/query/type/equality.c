/* What an index on a field of logrec may answer. Only what can not change the answer: a text that a scalar of JSON
 * has on every store, equal by any collation we have, which utf8mb4_general_ci finds at least. */
#include <string.h>
#include "base/json-path.h"
#include "query/parse/function.h"
#include "query/query.h"

#define TEXT_MAX 64   /* characters: the rest is not in an index */
#define NUMBER_MAX 15 /* digits: MySQL prints doubles from 1e15 on in another way */

static void equality_free(gpointer data)
{
	QueryEquality *equality = data;
	g_free(equality->path);
	g_strfreev(equality->texts);
	g_free(equality);
}

/* Fields --------------------------------------------------------------------------------------- */

static gboolean is_plain(const Text *text)
{
	for (gsize i = 0; i < text->length; i++)
		if ((guchar)text->data[i] < ' ' || strchr("\"\\'\x7f", text->data[i]))
			return FALSE;
	return text->length > 0;
}

gboolean query_path_is_field(const JsonPath *path)
{
	guint n;
	const JsonLeg *legs = json_path_legs(path, &n);
	for (guint i = 0; i < n; i++)
		if (legs[i].kind != JSON_LEG_MEMBER || !is_plain(&legs[i].key))
			return FALSE;
	return n > 0;
}

static const QueryNode *bare(const QueryNode *node)
{
	while (node->kind == QUERY_COLLATE)
		node = node->children->pdata[0];
	return node;
}

/* The path of logrec->'path' and logrec->>'path'; NULL where it is something else. */
static char *path_of(const QueryNode *node, QueryOperator op)
{
	if (node->kind != QUERY_OPERATOR || node->op != op)
		return NULL;
	const JsonPath *path = ((const QueryNode *)node->children->pdata[1])->path;
	g_autoptr(GString) text = g_string_new(NULL);
	if (!path || !query_path_is_field(path))
		return NULL;
	json_path_print(path, text);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* As a search asks for a field: in data, else in meta. */
static char *path_of_either(const QueryNode *node)
{
	if (node->kind != QUERY_FUNCTION || node->function->id != QUERY_FN_COALESCE ||
		node->children->len != 2)
		return NULL;
	g_autofree char *data = path_of(node->children->pdata[0], QUERY_JSON_UNQUOTE);
	g_autofree char *meta = path_of(node->children->pdata[1], QUERY_JSON_UNQUOTE);
	gboolean is_same = data && meta && g_str_has_prefix(data, "$.data.") &&
			   g_str_has_prefix(meta, "$.meta.") &&
			   !strcmp(data + strlen("$.data."), meta + strlen("$.meta."));
	return is_same ? g_steal_pointer(&data) : NULL;
}

/* Texts ---------------------------------------------------------------------------------------- */

static gboolean is_word_of_json(const char *text)
{
	return !g_ascii_strcasecmp(text, "true") || !g_ascii_strcasecmp(text, "false") ||
	       !g_ascii_strcasecmp(text, "null");
}

static gboolean add_text(const QueryNode *literal, GStrvBuilder *texts)
{
	const Text *text = &literal->value.text;
	gboolean is_usable = is_plain(text) &&
			     g_utf8_strlen(text->data, (gssize)text->length) <= TEXT_MAX &&
			     !strchr("[{ ", *text->data) && !is_word_of_json(text->data);
	if (is_usable)
		g_strv_builder_add(texts, text->data);
	return is_usable;
}

/* 387 and 387.0 are the same to JSON. */
static gboolean add_number(const QueryNode *literal, GStrvBuilder *texts)
{
	g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, literal->value.integer);
	g_autofree char *real = g_strconcat(text, ".0", NULL);
	if (literal->value.integer == 0 || strlen(text) > NUMBER_MAX)
		return FALSE;
	g_strv_builder_add(texts, text);
	g_strv_builder_add(texts, real);
	return TRUE;
}

static gboolean add_literal(const QueryNode *literal, gboolean is_json, GStrvBuilder *texts)
{
	if (literal->kind != QUERY_LITERAL)
		return FALSE;
	return literal->value.kind == QUERY_VALUE_TEXT                 ? add_text(literal, texts)
	       : literal->value.kind == QUERY_VALUE_INTEGER && is_json ? add_number(literal, texts)
								       : FALSE;
}

/* The expression ------------------------------------------------------------------------------- */

static gboolean add_equality(GPtrArray *found, const QueryNode *field, const QueryNode *literal)
{
	g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
	field = bare(field);
	g_autofree char *json = path_of(field, QUERY_JSON_PATH);
	g_autofree char *text = path_of(field, QUERY_JSON_UNQUOTE);
	if (!text)
		text = path_of_either(field);
	if ((!json && !text) || !add_literal(bare(literal), json != NULL, texts))
		return FALSE;
	QueryEquality *equality = g_new0(QueryEquality, 1);
	equality->path = json ? g_steal_pointer(&json) : g_steal_pointer(&text);
	equality->texts = g_strv_builder_end(texts);
	g_ptr_array_add(found, equality);
	return TRUE;
}

static void collect(GPtrArray *found, const QueryNode *node)
{
	gpointer *children = node->children ? node->children->pdata : NULL;
	if (node->kind == QUERY_OPERATOR && node->op == QUERY_AND)
		for (guint i = 0; i < node->children->len; i++)
			collect(found, children[i]);
	else if (node->kind == QUERY_OPERATOR && node->op == QUERY_EQUAL &&
		 !add_equality(found, children[0], children[1]))
		add_equality(found, children[1], children[0]);
}

GPtrArray *query_equalities(const Query *query)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(equality_free);
	collect(found, query_root(query));
	return found;
}
