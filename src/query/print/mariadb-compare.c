/* Comparing on MariaDB, where what is compared is made one type first: values of different types meet
 * in other ways there than on MySQL. Comparisons of JSON are in query/print/mariadb-json.c. */
#include "query/print/mariadb.h"

/* A text is read before it is compared: MariaDB may compare as text. */
static void put_moment(Print *p, const QueryNode *node, QueryType comparison)
{
	static const char *const types[] = {
		[QUERY_TYPE_DATETIME] = " AS DATETIME(6))",
		[QUERY_TYPE_DATE] = " AS DATE)",
		[QUERY_TYPE_TIME] = " AS TIME(6))",
	};
	gboolean is_read = query_type_is_text(node->type) || node->type == QUERY_TYPE_JSON;
	gboolean is_time = node->type == QUERY_TYPE_TIME;
	g_return_if_fail(
		is_read || query_type_is_moment(node->type) || node->type == QUERY_TYPE_NULL);
	g_return_if_fail(
		!query_type_is_moment(node->type) || is_time == (comparison == QUERY_TYPE_TIME));
	print_add(p, is_read ? "CAST(" : "");
	print_node(p, 'd', node);
	print_add(p, is_read ? types[comparison] : "");
}

/* BETWEEN takes the bits of an unsigned integer beside a double for a signed one, and a double beside
 * a column of integers for an integer. */
static void put_number_side(Print *p, const QueryNode *node, QueryType comparison)
{
	gboolean is_double = comparison == QUERY_TYPE_DOUBLE;
	if (print_is_literal(node, QUERY_VALUE_INTEGER) && node->value.integer > G_MAXINT64 &&
		comparison != QUERY_TYPE_INTEGER)
		mariadb_put_integer_as(p, node, is_double ? "DOUBLE" : "DECIMAL(20,0)");
	else if (is_double && node->kind == QUERY_COLUMN)
		print_put_self(p, "($v0 + 0e0)", node);
	else if (is_double && node->type == QUERY_TYPE_UNSIGNED)
		print_put_self(p, "CAST(CONCAT($v0) AS DOUBLE)", node);
	else
		print_node(p, 'n', node);
}

void mariadb_put_side(
	Print *p, const QueryNode *node, QueryType comparison, QueryCollation collation)
{
	if (query_type_is_text(comparison))
		mariadb_put_collated(p, node, collation);
	else if (query_type_is_moment(comparison))
		put_moment(p, node, comparison);
	else
		put_number_side(p, node, comparison);
}

void mariadb_put_equal(Print *p, const QueryNode *left, const QueryNode *right,
	QueryType comparison, QueryCollation collation)
{
	if (comparison == QUERY_TYPE_JSON) {
		mariadb_put_json_comparison(p, QUERY_EQUAL, left, right);
		return;
	}
	print_add(p, "(");
	mariadb_put_side(p, left, comparison, collation);
	print_add(p, " = ");
	mariadb_put_side(p, right, comparison, collation);
	print_add(p, ")");
}

void mariadb_put_comparison(Print *p, const QueryNode *node)
{
	if (node->comparison == QUERY_TYPE_JSON)
		mariadb_put_json_comparison(
			p, node->op, print_child(node, 0), print_child(node, 1));
	else
		print_operator(p, node);
}

static void put_each_in(Print *p, const QueryNode *node)
{
	const QueryNode *subject = print_child(node, 0);
	for (guint i = 1; i < node->children->len; i++) {
		const QueryNode *item = print_child(node, i);
		g_return_if_fail(item->type != QUERY_TYPE_JSON || node->children->len == 2);
		print_add(p, i > 1 ? " OR " : "(");
		mariadb_put_equal(p, subject, item, item->pair, node->collation);
	}
	print_add(p, ")");
}

static gboolean are_literals(const QueryNode *node, guint from)
{
	const QueryNode *first = print_child(node, from);
	for (guint i = from; i < node->children->len; i++) {
		const QueryNode *item = print_child(node, i);
		if (item->kind != QUERY_LITERAL || item->value.kind != first->value.kind)
			return FALSE;
	}
	return TRUE;
}

void mariadb_put_in(Print *p, const QueryNode *node)
{
	QueryType comparison = node->comparison;
	if (comparison != QUERY_TYPE_UNKNOWN && comparison != QUERY_TYPE_JSON) {
		print_operator(p, node);
		return;
	}
	print_add(p, node->op == QUERY_NOT_IN ? "(NOT " : "(");
	if (print_child(node, 0)->type == QUERY_TYPE_JSON && are_literals(node, 1))
		mariadb_put_json_in(p, node);
	else
		put_each_in(p, node);
	print_add(p, ")");
}

void mariadb_put_when(Print *p, const QueryNode *node, guint i)
{
	const QueryNode *subject = print_child(node, 0), *when = print_child(node, i);
	if (i == 0)
		return;
	if (!subject)
		print_node(p, 'n', when);
	else
		mariadb_put_equal(p, subject, when, when->pair, node->collation);
}
