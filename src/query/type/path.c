/* JSON paths: which of MySQL's all stores can follow, MariaDB's functions being the ones that know
 * the least; query/print/mariadb-path.c makes of them what those take. */
#include "base/json-path.h"
#include "query/type/type.h"

#define child query_type_child
#define refuse query_type_refuse

static gboolean is_name(const JsonLeg *leg)
{
	return leg->kind == JSON_LEG_MEMBER || leg->kind == JSON_LEG_ANY_MEMBER;
}

/* ** is the first wildcard and before a name; there is one [last] at most, not after a wildcard. */
static gboolean check_legs(const QueryTyping *typing, const QueryNode *node)
{
	gboolean wild = FALSE, last = FALSE;
	guint n;
	const JsonLeg *legs = json_path_legs(node->path, &n);
	for (guint i = 0; i < n; i++) {
		gboolean from_end = legs[i].kind == JSON_LEG_ELEMENT && legs[i].index.from_end;
		if (legs[i].kind == JSON_LEG_ELLIPSIS && (wild || !is_name(&legs[i + 1])))
			return refuse(typing, node, QUERY_REASON_PATH_ANY_DEPTH);
		if (from_end && (wild || last))
			return refuse(typing, node, QUERY_REASON_PATH_LAST);
		wild |= legs[i].kind != JSON_LEG_MEMBER && legs[i].kind != JSON_LEG_ELEMENT;
		last |= from_end;
	}
	return TRUE;
}

gboolean query_type_make_path(const QueryTyping *typing, QueryNode *node)
{
	Text *text = &node->value.text;
	g_autoptr(GError) why = NULL;
	g_autoptr(GString) spelling = g_string_new(NULL);

	if (!query_type_is_literal(node, QUERY_VALUE_TEXT))
		return refuse(typing, node, QUERY_REASON_PATH);
	node->path = json_path_new(text->data, text->length, &why);
	if (!node->path)
		return query_refuse(typing->error, "%s", why->message);
	if (!check_legs(typing, node))
		return FALSE;
	json_path_print(node->path, spelling);
	g_free(text->data);
	text->length = spelling->len;
	text->data = g_string_free(g_steal_pointer(&spelling), FALSE);
	return TRUE;
}

gboolean query_type_make_plain_path(const QueryTyping *typing, QueryNode *argument)
{
	return query_type_make_path(typing, argument) &&
	       (!json_path_is_open(argument->path) ||
		       refuse(typing, argument, QUERY_REASON_PATH_WILDCARD));
}

/* Other functions take a value for the first and last element of itself; MySQL's does not. */
gboolean query_type_check_keys(const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *path = node->children->len > 1 ? child(node, 1) : NULL;
	guint n = 0;
	const JsonLeg *legs = path ? json_path_legs(path->path, &n) : NULL;
	for (guint i = 0; i < n; i++)
		if (legs[i].kind == JSON_LEG_ELEMENT)
			return refuse(typing, path, QUERY_REASON_JSON_KEYS);
	return TRUE;
}
