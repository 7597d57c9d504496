/* Which collation texts are compared by, and what type a choice among values has. MySQL Reference
 * Manual, "Collation Coercibility in Expressions". */
#include "query/type/type.h"

#define child query_type_child
#define refuse query_type_refuse

/* Collations ----------------------------------------------------------------------------------- */

typedef struct {
	QueryCollation collation;
	QueryCoercibility coercibility;
} Rank;

static Rank rank_of(const QueryNode *node)
{
	if (query_type_is_text(node->type))
		return (Rank){node->result != QUERY_COLLATION_NONE ? node->result : node->collation,
			node->coercibility};
	if (node->type == QUERY_TYPE_JSON)
		return (Rank){QUERY_COLLATION_BIN, QUERY_COERCIBILITY_IMPLICIT};
	if (node->type == QUERY_TYPE_NULL)
		return (Rank){QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_NULL};
	return (Rank){QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_NUMERIC};
}

/* FALSE: both say so, and not the same. */
static gboolean add_rank(Rank *all, Rank one)
{
	gboolean binary = all->collation == QUERY_COLLATION_BINARY;
	if (binary != (one.collation == QUERY_COLLATION_BINARY)) {
		/* Bytes win over texts of the same rank. */
		if (binary ? one.coercibility < all->coercibility
			   : one.coercibility <= all->coercibility)
			*all = one;
		return TRUE;
	}
	if (one.coercibility < all->coercibility)
		*all = one;
	if (one.coercibility != all->coercibility || one.collation == all->collation)
		return TRUE;
	if (one.coercibility == QUERY_COERCIBILITY_EXPLICIT)
		return FALSE;
	if (one.collation == QUERY_COLLATION_BIN)
		*all = one;
	return TRUE;
}

/* Bytes where the text has won: MySQL takes them for UTF-8. */
static gboolean make_text(const QueryTyping *typing, QueryNode *node)
{
	if (node->kind != QUERY_LITERAL ||
		!g_utf8_validate_len(node->value.text.data, node->value.text.length, NULL))
		return refuse(typing, node, QUERY_REASON_BINARY_TEXT);
	node->value.kind = QUERY_VALUE_TEXT;
	node->type = QUERY_TYPE_TEXT;
	query_type_set_text(node, QUERY_COLLATION_GENERAL_CI, node->coercibility);
	return TRUE;
}

gboolean query_type_collate_nodes(
	const QueryTyping *typing, QueryNode *node, gpointer *nodes, guint n)
{
	Rank all = {QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_NULL};
	for (guint i = 0; i < n; i++) {
		if (query_type_is_ragged(nodes[i]))
			return refuse(typing, nodes[i], QUERY_REASON_DATE_STRINGS);
		if (!add_rank(&all, rank_of(nodes[i])))
			return refuse(typing, nodes[i], QUERY_REASON_COLLATIONS);
	}
	for (guint i = 0; i < n && all.collation != QUERY_COLLATION_BINARY; i++)
		if (((QueryNode *)nodes[i])->type == QUERY_TYPE_BINARY &&
			!make_text(typing, nodes[i]))
			return FALSE;
	query_type_set_text(node, all.collation, MIN(all.coercibility, QUERY_COERCIBILITY_LITERAL));
	return TRUE;
}

gboolean query_type_collate(const QueryTyping *typing, QueryNode *node)
{
	return query_type_collate_nodes(typing, node, node->children->pdata, node->children->len);
}

/* Choices -------------------------------------------------------------------------------------- */

static QueryType common_number(QueryType a, QueryType b)
{
	if (a == QUERY_TYPE_DOUBLE || b == QUERY_TYPE_DOUBLE)
		return QUERY_TYPE_DOUBLE;
	if (a == QUERY_TYPE_BOOLEAN || b == QUERY_TYPE_BOOLEAN) {
		QueryType other = a == QUERY_TYPE_BOOLEAN ? b : a;
		return other == QUERY_TYPE_UNSIGNED ? QUERY_TYPE_DECIMAL : other;
	}
	return QUERY_TYPE_DECIMAL; /* also of signed and unsigned integers */
}

/* Of what becomes a text where it meets another type, JSON as it is printed. */
static gboolean may_be_text(QueryType type)
{
	return type == QUERY_TYPE_TEXT || type == QUERY_TYPE_JSON || query_type_is_number(type);
}

/* The type of a value that is the one or the other; UNKNOWN where nobody knows. */
static QueryType common_type(QueryType a, QueryType b)
{
	if (a == b || b == QUERY_TYPE_NULL)
		return a;
	if (a == QUERY_TYPE_NULL)
		return b;
	if (query_type_is_number(a) && query_type_is_number(b))
		return common_number(a, b);
	if (query_type_is_date(a) && query_type_is_date(b))
		return QUERY_TYPE_DATETIME;
	return may_be_text(a) && may_be_text(b) ? QUERY_TYPE_TEXT : QUERY_TYPE_UNKNOWN;
}

static gboolean refuse_choice(const QueryTyping *typing, const QueryNode *node, QueryType other)
{
	QueryReason reason = QUERY_REASON_BINARY_TEXT;
	if (query_type_is_moment(node->type) || query_type_is_moment(other))
		reason = QUERY_REASON_DATE_CHOICE;
	if (node->type == QUERY_TYPE_JSON || other == QUERY_TYPE_JSON)
		reason = QUERY_REASON_JSON_CHOICE;
	return refuse(typing, node, reason);
}

static gboolean passes_on(const QueryNode *node)
{
	return node->kind == QUERY_CASE ||
	       (node->kind == QUERY_FUNCTION && (node->function->id == QUERY_FN_IF ||
							node->function->id == QUERY_FN_NULLIF));
}

/* JSON of which MySQL makes a text, quotes and all, before it is a number: COALESCE and IFNULL, also
 * where IF or CASE pass it on. */
static gboolean is_json_text(const QueryNode *node)
{
	if (!node || node->type != QUERY_TYPE_JSON)
		return FALSE;
	if (query_type_is_json_choice(node))
		return TRUE;
	for (guint i = 0; passes_on(node) && i < node->children->len; i++)
		if (is_json_text(child(node, i)))
			return TRUE;
	return FALSE;
}

/* CASE, IF and NULLIF pass a value on as it is. */
static gboolean pass_json(const QueryTyping *typing, QueryNode *node, const GPtrArray *among)
{
	for (guint i = 0; i < among->len; i++) {
		const QueryNode *one = among->pdata[i];
		if (is_json_text(one))
			return refuse(typing, one, QUERY_REASON_JSON_CHOICE);
		node->passes_json |= one->type == QUERY_TYPE_JSON || one->passes_json;
	}
	return TRUE;
}

gboolean query_type_choose(const QueryTyping *typing, QueryNode *node, const GPtrArray *among)
{
	QueryType type = QUERY_TYPE_NULL;
	for (guint i = 0; i < among->len; i++) {
		const QueryNode *one = among->pdata[i];
		/* A hexadecimal literal is a number or bytes, by what MySQL then wants of it. */
		gboolean bytes = one->type == QUERY_TYPE_BINARY && one->kind == QUERY_LITERAL;
		if (query_type_is_date(one->type) && query_type_is_string(one))
			return refuse(typing, one, QUERY_REASON_DATE_CHOICE);
		QueryType common = bytes ? QUERY_TYPE_UNKNOWN : common_type(type, one->type);
		if (common == QUERY_TYPE_UNKNOWN)
			return refuse_choice(typing, one, type);
		type = common;
		node->scale = MAX(node->scale, one->scale);
	}
	node->type = type;
	if (type == QUERY_TYPE_TEXT && passes_on(node) && !pass_json(typing, node, among))
		return FALSE;
	return !query_type_is_text(type) ||
	       query_type_collate_nodes(typing, node, among->pdata, among->len);
}

gboolean query_type_choose_compared(
	const QueryTyping *typing, QueryNode *node, const GPtrArray *among)
{
	QueryCollation compared = node->collation;
	query_type_set_text(node, QUERY_COLLATION_NONE, QUERY_COERCIBILITY_EXPLICIT);
	if (!query_type_choose(typing, node, among))
		return FALSE;
	if (compared != QUERY_COLLATION_NONE) {
		node->result = node->collation;
		node->collation = compared;
	}
	return TRUE;
}
