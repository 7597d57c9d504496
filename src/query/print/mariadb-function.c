/* Casts and functions on MariaDB, where a template in query/parse/function.c is not enough. */
#include <string.h>
#include "query/print/mariadb.h"

/* Casts ---------------------------------------------------------------------------------------- */

static void put_cast_json(Print *p, const QueryNode *node)
{
	const QueryNode *operand = print_child(node, 0);
	if (operand->type == QUERY_TYPE_NULL)
		print_node(p, 'v', operand);
	else if (operand->type == QUERY_TYPE_JSON || print_is_literal(operand, QUERY_VALUE_TEXT))
		print_node(p, 'j', operand);
	else if (operand->type == QUERY_TYPE_BOOLEAN)
		print_put(p, "CASE $v0 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", node);
	else
		print_put(p, "CAST($v0 AS CHAR)", node);
}

/* MySQL rounds to the digits asked for, MariaDB cuts. */
static void put_cast_moment(Print *p, const QueryNode *node)
{
	static const char *const half[] = {"500000", "50000", "5000", "500", "50", "5"};
	gboolean is_time = node->word == QUERY_CAST_TIME;
	guint scale = MIN(node->scale, 6);
	if (scale == 6) {
		print_put(p, is_time ? "CAST($v0 AS TIME(6))" : "CAST($d0 AS DATETIME(6))", node);
		return;
	}
	print_put(p, is_time ? "CAST(CAST($v0 AS TIME(6))" : "CAST(CAST($d0 AS DATETIME(6))", node);
	if (is_time)
		print_put(p, " + IF(CAST($v0 AS TIME(6)) < 0, -1, 1) * CAST('00:00:00.", node);
	else
		print_add(p, " + INTERVAL ");
	print_add(p, half[scale]);
	print_add(p, is_time ? "' AS TIME(6)) AS TIME(" : " MICROSECOND AS DATETIME(");
	print_add_number(p, scale);
	print_add(p, "))");
}

/* A negative number is read as the bits of a signed one. */
static void put_cast_unsigned(Print *p, const QueryNode *node)
{
	const QueryNode *operand = print_child(node, 0);
	if (operand->type == QUERY_TYPE_DOUBLE)
		print_put(p, "(CAST(CAST($v0 AS SIGNED) AS UNSIGNED) | 0)", node);
	else if (operand->type == QUERY_TYPE_DECIMAL)
		print_put(p,
			"(IF($v0 < 0, CAST(CAST($v0 AS SIGNED) AS UNSIGNED), CAST($v0 AS "
			"UNSIGNED)) | 0)",
			node);
	else
		print_put(p, "(CAST($s0 AS UNSIGNED) | 0)", node);
}

const PrintRule mariadb_casts[QUERY_CAST_TEXT + 1] = {
	[QUERY_CAST_DATETIME] = {NULL, put_cast_moment},
	[QUERY_CAST_JSON] = {NULL, put_cast_json},
	[QUERY_CAST_TIME] = {NULL, put_cast_moment},
	[QUERY_CAST_UNSIGNED] = {NULL, put_cast_unsigned},
};

/* Functions ------------------------------------------------------------------------------------ */

static gboolean any_json(const QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++)
		if (print_child(node, i) && print_child(node, i)->type == QUERY_TYPE_JSON)
			return TRUE;
	return FALSE;
}

/* Unlike IF, it makes a text of JSON beside another type. */
static void put_coalesce(Print *p, const QueryNode *node)
{
	print_put(p, node->type == QUERY_TYPE_TEXT ? "COALESCE($t*)" : "COALESCE($r*)", node);
}

static void put_nullif(Print *p, const QueryNode *node)
{
	g_return_if_fail(!any_json(node));
	print_add(p, "CASE WHEN ");
	mariadb_put_equal(
		p, print_child(node, 0), print_child(node, 1), node->comparison, node->collation);
	print_put(p, " THEN NULL ELSE $r0 END", node);
}

static void put_extreme(Print *p, const QueryNode *node)
{
	g_return_if_fail(!any_json(node));
	/* Where a number is wanted MariaDB would compare numbers. */
	gboolean is_as_text = query_type_is_text(node->comparison);
	print_add(p, is_as_text ? "CONVERT(" : "(");
	print_add(p, node->function->id == QUERY_FN_GREATEST ? "GREATEST(" : "LEAST(");
	/* Of equal texts MySQL takes the last one for the greatest, MariaDB the first one. */
	for (guint i = 0, n = node->children->len; i < n; i++) {
		gboolean reverse = node->function->id == QUERY_FN_GREATEST;
		print_add(p, i > 0 ? ", " : "");
		p->dialect->put_child(p, is_as_text ? 'c' : 'v', node, reverse ? n - 1 - i : i);
	}
	print_add(p, is_as_text ? ") USING utf8mb4)" : "))");
}

static void put_json_contains(Print *p, const QueryNode *node)
{
	const QueryNode *path = print_child(node, 2);
	if (!path) {
		print_put(p, "JSON_CONTAINS($j0, $j1)", node);
		return;
	}
	/* Where the path leads nowhere, MariaDB says false. */
	print_add(p, "JSON_CONTAINS(");
	mariadb_put_extracted(p, print_child(node, 0), path);
	print_put(p, ", $j1)", node);
}

/* JSON_LENGTH, JSON_KEYS */
static void put_json_at_path(Print *p, const QueryNode *node)
{
	const QueryNode *path = print_child(node, 1);
	print_add(p, node->function->names[0]);
	print_add(p, "(");
	mariadb_put_extracted(p, print_child(node, 0), path);
	print_add(p, ")");
}

/* An empty text is found wherever the search starts; MariaDB does not find it at the end. */
static void put_locate(Print *p, const QueryNode *node)
{
	if (!print_child(node, 2))
		print_put(p, "LOCATE($w0, $w1)", node);
	else
		print_put(p,
			"(LOCATE($w0, $w1, $i2) + IF(CHAR_LENGTH($t0) = 0 AND $i2 BETWEEN 1 AND"
			" CHAR_LENGTH($t1) + 1, $i2 - LOCATE($w0, $w1, $i2), 0))",
			node);
}

/* MariaDB would take a text for a time. */
static void put_extract(Print *p, const QueryNode *node)
{
	print_put(p,
		query_type_is_text(print_child(node, 1)->type)
			? "EXTRACT($v0 FROM CAST($d1 AS DATETIME(6)))"
			: "EXTRACT($v0 FROM $d1)",
		node);
}

/* The last second that MySQL counts; MariaDB's end in 2038. What is none is 0. */
#define SECONDS_MAX "32536771199"
#define EPOCH "CAST('1970-01-01' AS DATETIME(6))"

#define MICROSECONDS "TIMESTAMPDIFF(MICROSECOND, " EPOCH ", $d0)"

static void put_unix_timestamp(Print *p, const QueryNode *node)
{
	gboolean is_exact = node->type == QUERY_TYPE_DECIMAL || node->type == QUERY_TYPE_DOUBLE;
	print_put(p,
		"CASE WHEN $v0 IS NULL THEN NULL WHEN " MICROSECONDS " BETWEEN 0 AND " SECONDS_MAX
		"999999 THEN ",
		node);
	print_put(p,
		is_exact ? "CAST(" MICROSECONDS " / 1000000 AS DECIMAL(18,6))"
			 : MICROSECONDS " DIV 1000000",
		node);
	print_add(p, " ELSE 0 END");
}

static void put_from_unixtime(Print *p, const QueryNode *node)
{
	QueryType type = print_child(node, 0)->type;
	gboolean is_whole = type == QUERY_TYPE_INTEGER || type == QUERY_TYPE_UNSIGNED;
	print_put(p,
		is_whole ? "IF($n0 BETWEEN 0 AND " SECONDS_MAX
			   ", CAST('1970-01-01' AS DATETIME) + INTERVAL $n0 SECOND, NULL)"
			 : "IF(ROUND($n0, 6) >= 0 AND ROUND($n0, 6) < " SECONDS_MAX " + 1, " EPOCH
			   " + INTERVAL ROUND($n0, 6) SECOND, NULL)",
		node);
}

const PrintRule mariadb_functions[QUERY_FN_COUNT] = {
	[QUERY_FN_JSON_CONTAINS] = {NULL, put_json_contains},
	[QUERY_FN_JSON_CONTAINS_PATH] = {NULL, mariadb_put_contains_path},
	[QUERY_FN_JSON_EXTRACT] = {NULL, mariadb_put_extract},
	[QUERY_FN_JSON_KEYS] = {NULL, put_json_at_path},
	[QUERY_FN_JSON_LENGTH] = {NULL, put_json_at_path},
	[QUERY_FN_JSON_TYPE] = {NULL, mariadb_put_json_type},
	[QUERY_FN_JSON_UNQUOTE] = {NULL, mariadb_put_json_unquoted},
	[QUERY_FN_COALESCE] = {NULL, put_coalesce},
	[QUERY_FN_GREATEST] = {NULL, put_extreme},
	[QUERY_FN_IFNULL] = {NULL, put_coalesce},
	[QUERY_FN_LEAST] = {NULL, put_extreme},
	[QUERY_FN_NULLIF] = {NULL, put_nullif},
	[QUERY_FN_LOCATE] = {NULL, put_locate},
	[QUERY_FN_REGEXP_LIKE] = {NULL, mariadb_put_regexp},
	[QUERY_FN_EXTRACT] = {NULL, put_extract},
	[QUERY_FN_UNIX_TIMESTAMP] = {NULL, put_unix_timestamp},
	[QUERY_FN_FROM_UNIXTIME] = {NULL, put_from_unixtime},
};
