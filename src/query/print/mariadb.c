/* Prints a query expression for MariaDB. Numbers, texts and times are printed much as they are: the
 * two servers agree there, apart from what the tables below say. JSON is a text on MariaDB, so that
 * what MySQL knows from the type is asked of the value: query/print/mariadb-json.c.
 *
 * Everything is in parentheses: `!`, NOT and the operators on bits bind differently. */
#include <string.h>
#include "record/record.h"
#include "base/error.h"
#include "query/parse/function.h"
#include "query/print/engine.h"

/* MariaDB takes 65,535 values in a statement; a few are the filter's. */
#define VALUES_MAX 65000

/* JSON operands are repeated, and nested ones so again and again. */
#define TEXT_MAX (1 << 20)

#define TOO_LONG "so long an expression on MariaDB"
#define MIXED_CHOICE "a choice between JSON and other values (write ->> for text)"
#define JSON_CHOICE "GREATEST and LEAST of JSON (write ->> for text, or CAST)"
#define JSON_CAST "CAST AS JSON of anything but a literal, an integer or JSON"
#define REGEXP_DYNAMIC "a regular expression that is not a literal"
#define MOMENT_AND_NUMBER "a date or a time compared with a number"
#define MOMENT_AND_TIME "a time compared with a date"
#define MOMENT_AND_TEXT "GREATEST and LEAST of dates and text"
#define FRACTION_BITS "an integer made of computed DECIMAL or DOUBLE; CAST AS SIGNED"
#define MOMENT_BITS "an operator on bits with a date or a time"
#define JSON_IN_LIST "a list of JSON and other values (write OR)"
#define KEYS_OF_CELL "[n] in the path of JSON_KEYS (write JSON_KEYS(logrec->'...'))"
#define BITS_ARITHMETIC "arithmetic with a hexadecimal or binary literal"
#define SEARCH "JSON_SEARCH (the databases do not look for the same letters)"
#define EXTRACT_TEXT "EXTRACT of a time from a text (write CAST(... AS DATETIME))"
#define REGEXP_BINARY "a regular expression on bytes"

void query_mariadb_refuse(Print *p, const QueryNode *node, const char *reason)
{
	if (p->refusal != NULL)
		return;
	p->refusal = reason;
	p->position = node->position;
}

const QueryNode *query_mariadb_child(const QueryNode *node, guint i)
{
	if (node->children == NULL || i >= node->children->len)
		return NULL;
	return node->children->pdata[i];
}

#define child query_mariadb_child
#define put query_mariadb_put
#define put_node query_mariadb_put_node

gboolean query_mariadb_is_literal(const QueryNode *node, QueryValueKind kind)
{
	return node != NULL && node->kind == QUERY_LITERAL && node->value.kind == kind;
}

static void add(Print *p, const char *text)
{
	sql_add(p->sql, text);
}

static void add_number(Print *p, guint number)
{
	g_string_append_printf(p->sql->text, "%u", number);
}

/* Literals ------------------------------------------------------------------------------------- */

static void bind_text(
	Print *p, const char *text, gsize length, const char *before, const char *after)
{
	add(p, before);
	add(p, "?");
	add(p, after);
	sql_bind_text(p->sql, text, length);
}

/* Of a CAST AS UNSIGNED MariaDB makes a signed double; of the bits of one it does not. */
static void put_integer(Print *p, const QueryNode *node)
{
	guint64 integer = node->value.integer;
	if (integer <= G_MAXINT64 && node->type != QUERY_TYPE_UNSIGNED) {
		add(p, "?");
		sql_bind_integer(p->sql, (gint64)integer);
		return;
	}
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, integer);
	bind_text(p, digits, strlen(digits), "(CAST(", " AS UNSIGNED) | 0)");
}

/* Where it meets doubles or decimals, MariaDB may take an integer above 63 bits for a negative one. */
static void put_integer_as(Print *p, const QueryNode *node, const char *type)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, node->value.integer);
	g_autofree char *after = g_strdup_printf(" AS %s)", type);
	bind_text(p, digits, strlen(digits), "CAST(", after);
}

/* With as many digits as are written: they decide how precise a quotient is. */
static void put_decimal(Print *p, const QueryValue *value)
{
	const char *text = value->text.data;
	const char *point = memchr(text, '.', value->text.length);
	gsize scale = point != NULL ? value->text.length - (gsize)(point - text) - 1 : 0;
	gsize digits = value->text.length - (point != NULL ? 1 : 0);
	while (digits > scale + 1 && *text == '0') {
		text++;
		digits--;
	}
	bind_text(p, value->text.data, value->text.length, "CAST(", " AS DECIMAL(");
	add_number(p, (guint)MAX(digits, 1));
	add(p, ",");
	add_number(p, (guint)scale);
	add(p, "))");
}

/* As hexadecimal digits: the connection would take bytes for UTF-8. */
static void put_binary(Print *p, const QueryValue *value)
{
	g_autoptr(GString) hex = g_string_new(NULL);
	for (gsize i = 0; i < value->text.length; i++)
		g_string_append_printf(hex, "%02X", (guint8)value->text.data[i]);
	bind_text(p, hex->str, hex->len, "UNHEX(", ")");
}

static void put_date(Print *p, const QueryValue *value)
{
	char text[RECORD_TS_SIZE];
	record_format_ts(value->moment, text);
	bind_text(p, text, strlen("2026-03-01"), "CAST(", " AS DATE)");
}

static void put_time(Print *p, const QueryNode *node)
{
	gint64 moment = node->value.moment;
	guint64 us = (guint64)(moment < 0 ? -moment : moment);
	guint64 second = us / G_USEC_PER_SEC;
	g_autofree char *text = g_strdup_printf("%s%02u:%02u:%02u.%06u", moment < 0 ? "-" : "",
		(guint)(second / 3600), (guint)(second / 60 % 60), (guint)(second % 60),
		(guint)(us % G_USEC_PER_SEC));
	bind_text(p, text, strlen(text), "CAST(", " AS TIME(");
	add_number(p, node->scale);
	add(p, "))");
}

static void put_child(Print *p, char how, const QueryNode *node, guint i);

static void put_literal(Print *p, const QueryNode *node)
{
	const QueryValue *value = &node->value;
	switch (value->kind) {
	case QUERY_VALUE_NULL:
		add(p, "NULL");
		break;
	case QUERY_VALUE_BOOLEAN:
		add(p, value->integer ? "TRUE" : "FALSE");
		break;
	case QUERY_VALUE_INTEGER:
		put_integer(p, node);
		break;
	case QUERY_VALUE_DECIMAL:
		put_decimal(p, value);
		break;
	case QUERY_VALUE_DOUBLE:
		bind_text(p, value->text.data, value->text.length, "CAST(", " AS DOUBLE)");
		break;
	case QUERY_VALUE_TEXT:
		bind_text(p, value->text.data, value->text.length, "", "");
		break;
	case QUERY_VALUE_BINARY:
		put_binary(p, value);
		break;
	case QUERY_VALUE_DATE:
		put_date(p, value);
		break;
	case QUERY_VALUE_TIME:
		put_time(p, node);
		break;
	case QUERY_VALUE_DATETIME:
		add(p, "CAST(? AS DATETIME(");
		sql_bind_ts(p->sql, value->moment);
		add_number(p, node->scale);
		add(p, "))");
		break;
	}
}

/* Columns, casts, collations, units ------------------------------------------------------------ */

static const char *const columns[] = {
	[QUERY_RECORD_ID] = "record_id",
	[QUERY_NAME] = "name",
	[QUERY_TS] = "ts",
	[QUERY_LEVEL] = "level",
	[QUERY_MESSAGE] = "message",
	[QUERY_LOGREC] = "logrec",
};

static const char *const collations[] = {
	[QUERY_COLLATION_GENERAL_CI] = " COLLATE utf8mb4_general_ci",
	[QUERY_COLLATION_BIN] = " COLLATE utf8mb4_bin",
};

static const char *const units[] = {
	[QUERY_UNIT_MICROSECOND] = "MICROSECOND",
	[QUERY_UNIT_SECOND] = "SECOND",
	[QUERY_UNIT_MINUTE] = "MINUTE",
	[QUERY_UNIT_HOUR] = "HOUR",
	[QUERY_UNIT_DAY] = "DAY",
	[QUERY_UNIT_WEEK] = "WEEK",
	[QUERY_UNIT_MONTH] = "MONTH",
	[QUERY_UNIT_QUARTER] = "QUARTER",
	[QUERY_UNIT_YEAR] = "YEAR",
	[QUERY_UNIT_SECOND_MICROSECOND] = "SECOND_MICROSECOND",
	[QUERY_UNIT_MINUTE_MICROSECOND] = "MINUTE_MICROSECOND",
	[QUERY_UNIT_MINUTE_SECOND] = "MINUTE_SECOND",
	[QUERY_UNIT_HOUR_MICROSECOND] = "HOUR_MICROSECOND",
	[QUERY_UNIT_HOUR_SECOND] = "HOUR_SECOND",
	[QUERY_UNIT_HOUR_MINUTE] = "HOUR_MINUTE",
	[QUERY_UNIT_DAY_MICROSECOND] = "DAY_MICROSECOND",
	[QUERY_UNIT_DAY_SECOND] = "DAY_SECOND",
	[QUERY_UNIT_DAY_MINUTE] = "DAY_MINUTE",
	[QUERY_UNIT_DAY_HOUR] = "DAY_HOUR",
	[QUERY_UNIT_YEAR_MONTH] = "YEAR_MONTH",
};

/* `size`: (length), (length, scale) or (scale) follows. `e`: a number as exact as it is. */
static const struct {
	const char *before, *type;
	enum { SIZE_NONE, SIZE_LENGTH, SIZE_DECIMAL, SIZE_SCALE } size;
} casts[] = {
	[QUERY_CAST_BINARY] = {"CAST($t0", "BINARY", SIZE_LENGTH},
	[QUERY_CAST_CHAR] = {"CAST($t0", "CHAR", SIZE_LENGTH},
	[QUERY_CAST_DATE] = {"CAST($d0", "DATE", SIZE_NONE},
	[QUERY_CAST_DATETIME] = {"CAST($d0", "DATETIME", SIZE_SCALE},
	[QUERY_CAST_DECIMAL] = {"CAST($e0", "DECIMAL", SIZE_DECIMAL},
	[QUERY_CAST_DOUBLE] = {"CAST($n0", "DOUBLE", SIZE_NONE},
	[QUERY_CAST_SIGNED] = {"CAST($s0", "SIGNED", SIZE_NONE},
	[QUERY_CAST_TIME] = {"CAST($h0", "TIME", SIZE_SCALE},
	[QUERY_CAST_UNSIGNED] = {"CAST($s0", "UNSIGNED", SIZE_NONE},
};

static void put_cast_json(Print *p, const QueryNode *node)
{
	const QueryNode *operand = child(node, 0);
	if (operand->type == QUERY_TYPE_JSON || query_mariadb_is_literal(operand, QUERY_VALUE_TEXT))
		put_node(p, 'j', operand);
	else if (operand->type == QUERY_TYPE_BOOLEAN)
		put(p, "CASE $v0 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", node);
	else if (operand->type == QUERY_TYPE_INTEGER || operand->type == QUERY_TYPE_UNSIGNED)
		put(p, "CAST($v0 AS CHAR)", node);
	else
		query_mariadb_refuse(p, node, JSON_CAST);
}

/* MySQL rounds to the digits asked for, MariaDB cuts. */
static void put_cast_moment(Print *p, const QueryNode *node)
{
	static const char *const half[] = {"500000", "50000", "5000", "500", "50", "5"};
	gboolean is_time = node->word == QUERY_CAST_TIME;
	guint scale = MIN(node->scale, 6);
	if (scale == 6) {
		put(p, is_time ? "CAST($h0 AS TIME(6))" : "CAST($d0 AS DATETIME(6))", node);
		return;
	}
	put(p, is_time ? "CAST(CAST($h0 AS TIME(6))" : "CAST(CAST($d0 AS DATETIME(6))", node);
	if (is_time)
		put(p, " + IF(CAST($h0 AS TIME(6)) < 0, -1, 1) * CAST('00:00:00.", node);
	else
		add(p, " + INTERVAL ");
	add(p, half[scale]);
	add(p, is_time ? "' AS TIME(6)) AS TIME(" : " MICROSECOND AS DATETIME(");
	add_number(p, scale);
	add(p, "))");
}

/* A negative number is read as the bits of a signed one. */
static void put_cast_unsigned(Print *p, const QueryNode *node)
{
	const QueryNode *operand = child(node, 0);
	if (operand->type == QUERY_TYPE_DOUBLE)
		put(p, "(CAST(CAST($v0 AS SIGNED) AS UNSIGNED) | 0)", node);
	else if (operand->type == QUERY_TYPE_DECIMAL)
		put(p,
			"(IF($v0 < 0, CAST(CAST($v0 AS SIGNED) AS UNSIGNED), CAST($v0 AS "
			"UNSIGNED)) | 0)",
			node);
	else
		put(p, "(CAST($s0 AS UNSIGNED) | 0)", node);
}

static void put_cast(Print *p, const QueryNode *node)
{
	if (node->word == QUERY_CAST_UNSIGNED) {
		put_cast_unsigned(p, node);
		return;
	}
	if (node->word == QUERY_CAST_DATETIME || node->word == QUERY_CAST_TIME) {
		put_cast_moment(p, node);
		return;
	}
	if (node->word == QUERY_CAST_JSON) {
		put_cast_json(p, node);
		return;
	}
	if (node->word == QUERY_CAST_TEXT) {
		put(p, "CONVERT($t0 USING utf8mb4)", node);
		return;
	}
	put(p, casts[node->word].before, node);
	add(p, " AS ");
	add(p, casts[node->word].type);
	guint size = casts[node->word].size;
	if (size == SIZE_DECIMAL || (size == SIZE_LENGTH && node->length != G_MAXUINT) ||
		(size == SIZE_SCALE && node->scale > 0)) {
		add(p, "(");
		add_number(p, size == SIZE_SCALE ? node->scale : node->length);
		if (size == SIZE_DECIMAL) {
			add(p, ",");
			add_number(p, node->scale);
		}
		add(p, ")");
	}
	add(p, ")");
}

/* A text that is compared by `collation`. */
static void put_collated(Print *p, const QueryNode *node, QueryCollation collation)
{
	gboolean is_text = node->type == QUERY_TYPE_TEXT || node->type == QUERY_TYPE_JSON;
	add(p, collation == QUERY_COLLATION_BINARY ? "CAST(" : is_text ? "(" : "(CONVERT(");
	put_node(p, 't', node);
	if (collation == QUERY_COLLATION_BINARY) {
		add(p, " AS BINARY)");
		return;
	}
	if (!is_text)
		add(p, " USING utf8mb4)");
	if (collation != QUERY_COLLATION_NONE)
		add(p, collations[collation]);
	add(p, ")");
}

static void put_collate(Print *p, const QueryNode *node)
{
	put_collated(p, child(node, 0), node->word);
}

/* MariaDB looks for a text in another one by as many bytes as it has; in UTF-32 all letters that are
 * the same without regard to case have the same number. */
static void put_wide(Print *p, const QueryNode *node, QueryCollation collation)
{
	if (collation != QUERY_COLLATION_GENERAL_CI) {
		put_collated(p, node, collation);
		return;
	}
	add(p, "(CONVERT(");
	put_node(p, 't', node);
	add(p, " USING utf32) COLLATE utf32_general_ci)");
}

/* A number of which arithmetic makes one of type `result`. */
static void put_operand(Print *p, const QueryNode *node, QueryType result)
{
	gboolean is_integer = query_mariadb_is_literal(node, QUERY_VALUE_INTEGER);
	if (is_integer && node->type == QUERY_TYPE_UNSIGNED && node->value.integer <= G_MAXINT64)
		query_mariadb_refuse(p, node, BITS_ARITHMETIC);
	if (is_integer && result == QUERY_TYPE_DOUBLE)
		put_integer_as(p, node, "DOUBLE");
	else if (result == QUERY_TYPE_DOUBLE && node->type == QUERY_TYPE_UNSIGNED &&
		 node->kind != QUERY_COLUMN)
		query_mariadb_put_self(p, "CAST(CONCAT($v0) AS DOUBLE)", node);
	else
		put_node(p, 'n', node);
}

/* Operators ------------------------------------------------------------------------------------ */

static gboolean any_json(const QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++)
		if (child(node, i) != NULL && child(node, i)->type == QUERY_TYPE_JSON)
			return TRUE;
	return FALSE;
}

static gboolean is_text(const QueryNode *node)
{
	return node->type == QUERY_TYPE_TEXT || node->type == QUERY_TYPE_BINARY;
}

static gboolean is_moment(QueryType type)
{
	return type == QUERY_TYPE_DATETIME || type == QUERY_TYPE_DATE || type == QUERY_TYPE_TIME;
}

static const char *const signs[] = {
	[QUERY_EQUAL] = " = ",
	[QUERY_NULL_SAFE_EQUAL] = " <=> ",
	[QUERY_GREATER_EQUAL] = " >= ",
	[QUERY_GREATER] = " > ",
	[QUERY_LESS_EQUAL] = " <= ",
	[QUERY_LESS] = " < ",
	[QUERY_NOT_EQUAL] = " <> ",
};

/* How the two sides of a comparison are printed. */
static char how_to_compare(QueryType comparison)
{
	if (comparison == QUERY_TYPE_TEXT || comparison == QUERY_TYPE_BINARY)
		return 'c';
	return is_moment(comparison) ? 'd' : 'n';
}

static QueryType number_type(const QueryNode *node)
{
	if (node->type == QUERY_TYPE_DECIMAL)
		return QUERY_TYPE_DECIMAL;
	gboolean is_integer = node->type == QUERY_TYPE_BOOLEAN ||
			      node->type == QUERY_TYPE_INTEGER ||
			      node->type == QUERY_TYPE_UNSIGNED || node->type == QUERY_TYPE_NULL;
	return is_integer ? QUERY_TYPE_INTEGER : QUERY_TYPE_DOUBLE;
}

/* IN and CASE compare each pair in its own way. */
static QueryType pair_comparison(const QueryNode *left, const QueryNode *right)
{
	if (left->type == QUERY_TYPE_JSON || right->type == QUERY_TYPE_JSON)
		return QUERY_TYPE_JSON;
	if (is_moment(left->type) || is_moment(right->type))
		return QUERY_TYPE_DATETIME;
	if (is_text(left) && is_text(right))
		return QUERY_TYPE_TEXT;
	return MAX(number_type(left), number_type(right));
}

/* A text is read before it is compared: MariaDB may compare as text. */
static void put_moment(Print *p, const QueryNode *node, QueryType comparison)
{
	static const char *const types[] = {
		[QUERY_TYPE_DATETIME] = " AS DATETIME(6))",
		[QUERY_TYPE_DATE] = " AS DATE)",
		[QUERY_TYPE_TIME] = " AS TIME(6))",
	};
	gboolean is_read = is_text(node) || node->type == QUERY_TYPE_JSON;
	if (!is_read && !is_moment(node->type) && node->type != QUERY_TYPE_NULL)
		query_mariadb_refuse(p, node, MOMENT_AND_NUMBER);
	if (is_moment(node->type) &&
		(node->type == QUERY_TYPE_TIME) != (comparison == QUERY_TYPE_TIME))
		query_mariadb_refuse(p, node, MOMENT_AND_TIME);
	add(p, is_read ? "CAST(" : "");
	put_node(p, 'd', node);
	add(p, is_read ? types[comparison] : "");
}

/* BETWEEN takes the bits of an unsigned integer beside a double for a signed one, and a double beside
 * a column of integers for an integer. */
static void put_number_side(Print *p, const QueryNode *node, QueryType comparison)
{
	gboolean is_double = comparison == QUERY_TYPE_DOUBLE;
	if (query_mariadb_is_literal(node, QUERY_VALUE_INTEGER) &&
		node->value.integer > G_MAXINT64 && comparison != QUERY_TYPE_INTEGER)
		put_integer_as(p, node, is_double ? "DOUBLE" : "DECIMAL(20,0)");
	else if (is_double && node->kind == QUERY_COLUMN)
		query_mariadb_put_self(p, "($v0 + 0e0)", node);
	else if (is_double && node->type == QUERY_TYPE_UNSIGNED)
		query_mariadb_put_self(p, "CAST(CONCAT($v0) AS DOUBLE)", node);
	else
		put_node(p, 'n', node);
}

/* One side of a comparison that is done as `comparison`. */
static void put_side(
	Print *p, const QueryNode *node, QueryType comparison, QueryCollation collation)
{
	char how = how_to_compare(comparison);
	if (how == 'c')
		put_collated(p, node, collation);
	else if (how == 'd')
		put_moment(p, node, comparison);
	else
		put_number_side(p, node, comparison);
}

static void put_pair(Print *p, QueryOperator op, const QueryNode *left, const QueryNode *right,
	QueryType comparison, QueryCollation collation)
{
	if (comparison == QUERY_TYPE_JSON) {
		query_mariadb_put_json_comparison(p, op, left, right);
		return;
	}
	add(p, "(");
	put_side(p, left, comparison, collation);
	add(p, signs[op]);
	put_side(p, right, comparison, collation);
	add(p, ")");
}

static void put_comparison(Print *p, const QueryNode *node)
{
	put_pair(p, node->op, child(node, 0), child(node, 1), node->comparison, node->collation);
}

static void put_each_in(Print *p, const QueryNode *node)
{
	const QueryNode *subject = child(node, 0);
	for (guint i = 1; i < node->children->len; i++) {
		const QueryNode *item = child(node, i);
		QueryType comparison = node->comparison == QUERY_TYPE_UNKNOWN
					       ? pair_comparison(subject, item)
					       : node->comparison;
		if (item->type == QUERY_TYPE_JSON && subject->type != QUERY_TYPE_JSON &&
			node->children->len > 2)
			query_mariadb_refuse(p, item, JSON_IN_LIST);
		add(p, i > 1 ? " OR " : "(");
		put_pair(p, QUERY_EQUAL, subject, item, comparison, node->collation);
	}
	add(p, ")");
}

static gboolean are_literals(const QueryNode *node, guint from)
{
	const QueryNode *first = child(node, from);
	for (guint i = from; i < node->children->len; i++) {
		const QueryNode *item = child(node, i);
		if (item->kind != QUERY_LITERAL || item->value.kind != first->value.kind)
			return FALSE;
	}
	return TRUE;
}

static void put_in(Print *p, const QueryNode *node)
{
	QueryType comparison = node->comparison;
	add(p, node->op == QUERY_NOT_IN ? "(NOT " : "(");
	if (child(node, 0)->type == QUERY_TYPE_JSON && are_literals(node, 1))
		query_mariadb_put_json_in(p, node);
	else if (comparison == QUERY_TYPE_UNKNOWN || comparison == QUERY_TYPE_JSON)
		put_each_in(p, node);
	else
		put(p, "($m0 IN ($m1*))", node);
	add(p, ")");
}

static void put_between(Print *p, const QueryNode *node)
{
	put(p,
		node->op == QUERY_BETWEEN ? "($m0 BETWEEN $m1 AND $m2)"
					  : "($m0 NOT BETWEEN $m1 AND $m2)",
		node);
}

static void put_regexp(Print *p, const QueryNode *node)
{
	const QueryNode *pattern = child(node, 1);
	gboolean is_not = node->kind == QUERY_OPERATOR && node->op == QUERY_NOT_REGEXP;
	if (!query_mariadb_is_literal(pattern, QUERY_VALUE_TEXT)) {
		query_mariadb_refuse(p, node, REGEXP_DYNAMIC);
		return;
	}
	if (node->collation == QUERY_COLLATION_BINARY)
		query_mariadb_refuse(p, node, REGEXP_BINARY);
	put(p, is_not ? "($c0 NOT REGEXP " : "($c0 REGEXP ", node);
	query_mariadb_put_pattern(p, pattern, node->collation == QUERY_COLLATION_GENERAL_CI);
	add(p, ")");
}

static void put_like(Print *p, const QueryNode *node)
{
	put(p, node->op == QUERY_LIKE ? "($c0 LIKE $t1" : "($c0 NOT LIKE $t1", node);
	if (child(node, 2) != NULL)
		put(p, " ESCAPE $t2", node);
	add(p, ")");
}

/* The lowest integer is a number of its own on MySQL; here its positive is out of range. */
static void put_negate(Print *p, const QueryNode *node)
{
	const QueryNode *operand = child(node, 0);
	if (query_mariadb_is_literal(operand, QUERY_VALUE_INTEGER) &&
		operand->value.integer == (guint64)G_MAXINT64 + 1)
		bind_text(p, "-9223372036854775808", 20, "CAST(", " AS SIGNED)");
	else
		put(p, "(- $o0)", node);
}

static gboolean is_interval_sum(const QueryNode *node)
{
	return node->kind == QUERY_OPERATOR &&
	       (node->op == QUERY_ADD || node->op == QUERY_SUBTRACT) &&
	       child(node, 1)->kind == QUERY_INTERVAL;
}

static void put_interval_sum(Print *p, const QueryNode *node)
{
	put(p, node->op == QUERY_ADD ? "($d0 + $v1)" : "($d0 - $v1)", node);
}

static void put_plus(Print *p, const QueryNode *node)
{
	gboolean adds = node->op == QUERY_ADD;
	if (!is_interval_sum(node))
		put(p, adds ? "($o0 + $o1)" : "($o0 - $o1)", node);
	else if (node->type == QUERY_TYPE_TEXT)
		query_mariadb_put_self(p, "TRIM(TRAILING '.000000' FROM CAST($d0 AS CHAR))", node);
	else
		put_interval_sum(p, node);
}

/* MariaDB takes the lower 32 bits of a number of bits. */
static void put_shift(Print *p, const QueryNode *node)
{
	const QueryNode *bits = child(node, 1);
	const char *sign = node->op == QUERY_SHIFT_LEFT ? " << " : " >> ";
	put(p, "($i0", node);
	add(p, sign);
	if (query_mariadb_is_literal(bits, QUERY_VALUE_INTEGER) && bits->value.integer < 64)
		put(p, "$v1)", node);
	else
		put(p, "IF(CAST($i1 AS SIGNED) NOT BETWEEN 0 AND 63, 64, CAST($i1 AS SIGNED)))",
			node);
}

/* Within a longer expression MariaDB goes on with more digits than MySQL. */
static void put_divide(Print *p, const QueryNode *node)
{
	if (node->type != QUERY_TYPE_DECIMAL) {
		put(p, "($o0 / $o1)", node);
		return;
	}
	put(p, "ROUND($o0 / $o1, ", node);
	add_number(p, node->scale);
	add(p, ")");
}

/* A chain of one operator may be one node with many operands. */
static void put_logical(Print *p, const QueryNode *node)
{
	const char *word = node->op == QUERY_OR ? " OR " : " AND ";
	for (guint i = 0; i < node->children->len; i++) {
		add(p, i > 0 ? word : "(");
		put_node(p, 'b', child(node, i));
	}
	add(p, ")");
}

static const struct {
	const char *template;
	void (*put_with)(Print *p, const QueryNode *node);
} operators[] = {
	[QUERY_OR] = {NULL, put_logical},
	[QUERY_XOR] = {"($b0 XOR $b1)", NULL},
	[QUERY_AND] = {NULL, put_logical},
	[QUERY_NOT] = {"(NOT $b0)", NULL},
	[QUERY_EQUAL] = {NULL, put_comparison},
	[QUERY_NULL_SAFE_EQUAL] = {NULL, put_comparison},
	[QUERY_GREATER_EQUAL] = {NULL, put_comparison},
	[QUERY_GREATER] = {NULL, put_comparison},
	[QUERY_LESS_EQUAL] = {NULL, put_comparison},
	[QUERY_LESS] = {NULL, put_comparison},
	[QUERY_NOT_EQUAL] = {NULL, put_comparison},
	[QUERY_IS_NULL] = {"($v0 IS NULL)", NULL},
	[QUERY_IS_NOT_NULL] = {"($v0 IS NOT NULL)", NULL},
	[QUERY_IS_TRUE] = {"($b0 IS TRUE)", NULL},
	[QUERY_IS_NOT_TRUE] = {"($b0 IS NOT TRUE)", NULL},
	[QUERY_IS_FALSE] = {"($b0 IS FALSE)", NULL},
	[QUERY_IS_NOT_FALSE] = {"($b0 IS NOT FALSE)", NULL},
	[QUERY_LIKE] = {NULL, put_like},
	[QUERY_NOT_LIKE] = {NULL, put_like},
	[QUERY_REGEXP] = {NULL, put_regexp},
	[QUERY_NOT_REGEXP] = {NULL, put_regexp},
	[QUERY_IN] = {NULL, put_in},
	[QUERY_NOT_IN] = {NULL, put_in},
	[QUERY_BETWEEN] = {NULL, put_between},
	[QUERY_NOT_BETWEEN] = {NULL, put_between},
	[QUERY_BIT_OR] = {"($i0 | $i1)", NULL},
	[QUERY_BIT_AND] = {"($i0 & $i1)", NULL},
	[QUERY_SHIFT_LEFT] = {NULL, put_shift},
	[QUERY_SHIFT_RIGHT] = {NULL, put_shift},
	[QUERY_ADD] = {NULL, put_plus},
	[QUERY_SUBTRACT] = {NULL, put_plus},
	[QUERY_MULTIPLY] = {"($o0 * $o1)", NULL},
	[QUERY_DIVIDE] = {NULL, put_divide},
	[QUERY_INTEGER_DIVIDE] = {"($e0 DIV $e1)", NULL},
	[QUERY_MODULO] = {"($o0 % $o1 + 0)", NULL}, /* + 0: never a negative zero */
	[QUERY_BIT_XOR] = {"($i0 ^ $i1)", NULL},
	[QUERY_NEGATE] = {NULL, put_negate},
	[QUERY_BIT_NOT] = {"(~ $i0)", NULL},
	[QUERY_BINARY] = {"CAST($t0 AS BINARY)", NULL},
	[QUERY_JSON_PATH] = {NULL, query_mariadb_put_path},
	[QUERY_JSON_UNQUOTE] = {NULL, query_mariadb_put_json_unquoted},
};

static void put_operator(Print *p, const QueryNode *node)
{
	if (operators[node->op].template != NULL)
		put(p, operators[node->op].template, node);
	else
		operators[node->op].put_with(p, node);
}

/* CASE and functions --------------------------------------------------------------------------- */

/* A value that may become the result of `node`. IF and CASE keep of JSON beside another type what
 * neither a text nor JSON is on MariaDB. */
static void put_result(Print *p, const QueryNode *node, const QueryNode *result)
{
	gboolean is_json = result->type == QUERY_TYPE_JSON;
	if (is_json != (node->type == QUERY_TYPE_JSON) && result->type != QUERY_TYPE_NULL)
		query_mariadb_refuse(p, result, MIXED_CHOICE);
	put_node(p, is_json ? 'j' : 'v', result);
}

static void put_when(Print *p, const QueryNode *node, const QueryNode *when)
{
	const QueryNode *subject = child(node, 0);
	QueryType comparison = node->comparison;
	if (subject == NULL) {
		put_node(p, 'n', when);
		return;
	}
	if (comparison == QUERY_TYPE_UNKNOWN || comparison == QUERY_TYPE_JSON)
		comparison = pair_comparison(subject, when);
	/* Not as JSON: a text with a text, a number with a number. */
	if (comparison == QUERY_TYPE_JSON)
		comparison = is_text(subject) || is_text(when) || subject->type == when->type
				     ? QUERY_TYPE_TEXT
				     : QUERY_TYPE_DOUBLE;
	put_pair(p, QUERY_EQUAL, subject, when, comparison, node->collation);
}

static void put_case(Print *p, const QueryNode *node)
{
	guint last = node->children->len - 1;
	add(p, "CASE");
	for (guint i = 1; i < last; i += 2) {
		add(p, " WHEN ");
		put_when(p, node, child(node, i));
		add(p, " THEN ");
		put_result(p, node, child(node, i + 1));
	}
	if (child(node, last) != NULL) {
		add(p, " ELSE ");
		put_result(p, node, child(node, last));
	}
	add(p, " END");
}

static void put_if(Print *p, const QueryNode *node)
{
	put(p, "IF($n0, ", node);
	put_result(p, node, child(node, 1));
	add(p, ", ");
	put_result(p, node, child(node, 2));
	add(p, ")");
}

/* Unlike IF, it makes a text of JSON beside another type. */
static void put_coalesce(Print *p, const QueryNode *node)
{
	put(p, any_json(node) && node->type != QUERY_TYPE_JSON ? "COALESCE($t*)" : "COALESCE($v*)",
		node);
}

static void put_nullif(Print *p, const QueryNode *node)
{
	if (any_json(node))
		query_mariadb_refuse(p, node, MIXED_CHOICE);
	add(p, "CASE WHEN ");
	put_pair(p, QUERY_EQUAL, child(node, 0), child(node, 1), node->comparison, node->collation);
	put(p, " THEN NULL ELSE $v0 END", node);
}

static void put_extreme(Print *p, const QueryNode *node)
{
	gboolean texts = FALSE, moments = FALSE;
	for (guint i = 0; i < node->children->len; i++) {
		texts |= is_text(child(node, i));
		moments |= is_moment(child(node, i)->type);
	}
	if (any_json(node))
		query_mariadb_refuse(p, node, JSON_CHOICE);
	if (texts && moments)
		query_mariadb_refuse(p, node, MOMENT_AND_TEXT);
	/* Where a number is wanted MariaDB would compare numbers. */
	gboolean is_as_text = how_to_compare(node->comparison) == 'c';
	add(p, is_as_text ? "CONVERT(" : "(");
	add(p, node->function->id == QUERY_FN_GREATEST ? "GREATEST(" : "LEAST(");
	/* Of equal texts MySQL takes the last one for the greatest, MariaDB the first one. */
	for (guint i = 0, n = node->children->len; i < n; i++) {
		gboolean reverse = node->function->id == QUERY_FN_GREATEST;
		add(p, i > 0 ? ", " : "");
		put_child(p, is_as_text ? 'c' : 'v', node, reverse ? n - 1 - i : i);
	}
	add(p, is_as_text ? ") USING utf8mb4)" : "))");
}

/* FIELD counts from 1; 0 where there is none. */
static void put_field(Print *p, const QueryNode *node)
{
	char how = how_to_compare(node->comparison);
	put(p, how == 'c' ? "FIELD($c*)" : "FIELD($n*)", node);
}

static void put_json_contains(Print *p, const QueryNode *node)
{
	const QueryNode *path = child(node, 2);
	if (path == NULL) {
		put(p, "JSON_CONTAINS($j0, $j1)", node);
		return;
	}
	/* Where the path leads nowhere, MariaDB says false. */
	add(p, "JSON_CONTAINS(");
	query_mariadb_put_extracted(p, child(node, 0), path);
	put(p, ", $j1)", node);
}

static void put_json_contains_path(Print *p, const QueryNode *node)
{
	put(p, "JSON_CONTAINS_PATH($j0, $v1", node);
	for (guint i = 2; i < node->children->len; i++) {
		add(p, ", ");
		query_mariadb_put_path_text(p, child(node, i));
	}
	add(p, ")");
}

/* JSON_LENGTH, JSON_KEYS. For the latter alone a value that is no array has no first cell. */
static void put_json_at_path(Print *p, const QueryNode *node)
{
	const QueryNode *path = child(node, 1);
	if (path != NULL && node->function->id == QUERY_FN_JSON_KEYS &&
		memchr(path->value.text.data, '[', path->value.text.length) != NULL)
		query_mariadb_refuse(p, path, KEYS_OF_CELL);
	add(p, node->function->names[0]);
	add(p, "(");
	query_mariadb_put_extracted(p, child(node, 0), path);
	add(p, ")");
}

static void put_json_search(Print *p, const QueryNode *node)
{
	query_mariadb_refuse(p, node, SEARCH);
}

static void put_round(Print *p, const QueryNode *node)
{
	gboolean rounds = node->function->id == QUERY_FN_ROUND;
	if (child(node, 1) == NULL)
		put(p, "ROUND($o0)", node);
	else
		put(p, rounds ? "ROUND($o0, $v1)" : "TRUNCATE($o0, $v1)", node);
}

/* An empty text is found wherever the search starts; MariaDB does not find it at the end. */
static void put_locate(Print *p, const QueryNode *node)
{
	if (child(node, 2) == NULL)
		put(p, "LOCATE($w0, $w1)", node);
	else
		put(p,
			"(LOCATE($w0, $w1, $i2) + IF(CHAR_LENGTH($t0) = 0 AND $i2 BETWEEN 1 AND"
			" CHAR_LENGTH($t1) + 1, $i2 - LOCATE($w0, $w1, $i2), 0))",
			node);
}

/* Where there is nothing to replace, MariaDB overlooks a NULL. */
static void put_replace(Print *p, const QueryNode *node)
{
	if (child(node, 2)->kind == QUERY_LITERAL)
		put(p, "REPLACE($t0, $t1, $t2)", node);
	else
		put(p, "IF($t2 IS NULL, NULL, REPLACE($t0, $t1, $t2))", node);
}

static void put_trim(Print *p, const QueryNode *node)
{
	QueryFunctionId id = node->function->id;
	add(p, id == QUERY_FN_TRIM            ? "TRIM(BOTH "
		: id == QUERY_FN_TRIM_LEADING ? "TRIM(LEADING "
					      : "TRIM(TRAILING ");
	put(p, child(node, 1) != NULL ? "$t1 FROM $t0)" : "' ' FROM $t0)", node);
}

/* Of a text MySQL takes a date, a time or the one for the other; but for a unit of days, a date. */
static void put_extract(Print *p, const QueryNode *node)
{
	static const guint days = 1 << QUERY_UNIT_DAY | 1 << QUERY_UNIT_WEEK |
				  1 << QUERY_UNIT_MONTH | 1 << QUERY_UNIT_QUARTER |
				  1 << QUERY_UNIT_YEAR | 1 << QUERY_UNIT_YEAR_MONTH;
	gboolean from_text = is_text(child(node, 1)) || child(node, 1)->type == QUERY_TYPE_JSON;
	if (from_text && (days & 1u << child(node, 0)->word) == 0)
		query_mariadb_refuse(p, node, EXTRACT_TEXT);
	put(p, from_text ? "EXTRACT($v0 FROM CAST($d1 AS DATETIME(6)))" : "EXTRACT($v0 FROM $d1)",
		node);
}

/* Nothing to fill up with: NULL on MariaDB. */
#define PAD(name) "IF(CHAR_LENGTH($t2) = 0, LEFT($t0, $n1), " name "($t0, $n1, $t2))"

/* The last second that MySQL counts; MariaDB's end in 2038. What is none is 0. */
#define SECONDS_MAX "32536771199"
#define EPOCH "CAST('1970-01-01' AS DATETIME(6))"

#define MICROSECONDS "TIMESTAMPDIFF(MICROSECOND, " EPOCH ", $d0)"

static void put_unix_timestamp(Print *p, const QueryNode *node)
{
	gboolean is_exact = node->type == QUERY_TYPE_DECIMAL || node->type == QUERY_TYPE_DOUBLE;
	put(p,
		"CASE WHEN $v0 IS NULL THEN NULL WHEN " MICROSECONDS " BETWEEN 0 AND " SECONDS_MAX
		"999999 THEN ",
		node);
	put(p,
		is_exact ? "CAST(" MICROSECONDS " / 1000000 AS DECIMAL(18,6))"
			 : MICROSECONDS " DIV 1000000",
		node);
	add(p, " ELSE 0 END");
}

static void put_from_unixtime(Print *p, const QueryNode *node)
{
	QueryType type = child(node, 0)->type;
	gboolean is_whole = type == QUERY_TYPE_INTEGER || type == QUERY_TYPE_UNSIGNED;
	put(p,
		is_whole ? "IF($n0 BETWEEN 0 AND " SECONDS_MAX
			   ", CAST('1970-01-01' AS DATETIME) + INTERVAL $n0 SECOND, NULL)"
			 : "IF(ROUND($n0, 6) >= 0 AND ROUND($n0, 6) < " SECONDS_MAX " + 1, " EPOCH
			   " + INTERVAL ROUND($n0, 6) SECOND, NULL)",
		node);
}

static const struct {
	const char *template;
	void (*put_with)(Print *p, const QueryNode *node);
} functions[QUERY_FN_COUNT] = {
	[QUERY_FN_JSON_CONTAINS] = {NULL, put_json_contains},
	[QUERY_FN_JSON_CONTAINS_PATH] = {NULL, put_json_contains_path},
	[QUERY_FN_JSON_DEPTH] = {"JSON_DEPTH($j0)", NULL},
	[QUERY_FN_JSON_EXTRACT] = {NULL, query_mariadb_put_extract},
	[QUERY_FN_JSON_KEYS] = {NULL, put_json_at_path},
	[QUERY_FN_JSON_LENGTH] = {NULL, put_json_at_path},
	[QUERY_FN_JSON_OVERLAPS] = {"JSON_OVERLAPS($j0, $j1)", NULL},
	[QUERY_FN_JSON_QUOTE] = {"JSON_QUOTE($t0)", NULL},
	[QUERY_FN_JSON_SEARCH] = {NULL, put_json_search},
	[QUERY_FN_JSON_TYPE] = {NULL, query_mariadb_put_json_type},
	[QUERY_FN_JSON_UNQUOTE] = {NULL, query_mariadb_put_json_unquoted},
	[QUERY_FN_JSON_VALID] = {"JSON_VALID($v0)", NULL},
	[QUERY_FN_MEMBER_OF] = {"JSON_OVERLAPS($j1, CONCAT('[', $q0, ']'))", NULL},
	[QUERY_FN_COALESCE] = {NULL, put_coalesce},
	[QUERY_FN_GREATEST] = {NULL, put_extreme},
	[QUERY_FN_IF] = {NULL, put_if},
	[QUERY_FN_IFNULL] = {NULL, put_coalesce},
	[QUERY_FN_ISNULL] = {"($v0 IS NULL)", NULL},
	[QUERY_FN_LEAST] = {NULL, put_extreme},
	[QUERY_FN_NULLIF] = {NULL, put_nullif},
	[QUERY_FN_FIELD] = {NULL, put_field},
	[QUERY_FN_FIND_IN_SET] = {"FIND_IN_SET($c0, $c1)", NULL},
	[QUERY_FN_REPLACE] = {NULL, put_replace},
	/* MariaDB takes the lower 32 bits of the number; as MySQL does where a number is wanted. */
	[QUERY_FN_ELT] = {"ELT(IF($i0 NOT BETWEEN -1 AND 65535, 0, $i0), $t1*)", NULL},
	[QUERY_FN_INSERT] = {"INSERT($t0, $i1, $i2, $t3)", NULL},
	[QUERY_FN_LEFT] = {"LEFT($t0, $i1)", NULL},
	[QUERY_FN_RIGHT] = {"RIGHT($t0, $i1)", NULL},
	[QUERY_FN_SUBSTRING] = {"SUBSTRING($t0, $i1*)", NULL},
	[QUERY_FN_SUBSTRING_INDEX] = {"SUBSTRING_INDEX($t0, $t1, $i2)", NULL},
	[QUERY_FN_BIT_COUNT] = {"BIT_COUNT($i0)", NULL},
	[QUERY_FN_INSTR] = {"INSTR($w0, $w1)", NULL},
	[QUERY_FN_REGEXP_LIKE] = {NULL, put_regexp},
	[QUERY_FN_STRCMP] = {"STRCMP($c0, $c1)", NULL},
	[QUERY_FN_LOCATE] = {NULL, put_locate},
	[QUERY_FN_LPAD] = {PAD("LPAD"), NULL},
	[QUERY_FN_RPAD] = {PAD("RPAD"), NULL},
	[QUERY_FN_TRIM] = {NULL, put_trim},
	[QUERY_FN_TRIM_LEADING] = {NULL, put_trim},
	[QUERY_FN_TRIM_TRAILING] = {NULL, put_trim},
	[QUERY_FN_HOUR] = {"HOUR($h0)", NULL},
	[QUERY_FN_MINUTE] = {"MINUTE($h0)", NULL},
	[QUERY_FN_SECOND] = {"SECOND($h0)", NULL},
	[QUERY_FN_EXTRACT] = {NULL, put_extract},
	/* At the end of what a TIME can be, MySQL leaves the fraction. */
	[QUERY_FN_MICROSECOND] = {"IF(HOUR($h0) = 838, 0, MICROSECOND($h0))", NULL},
	[QUERY_FN_TIME] = {"TIME($h0)", NULL},
	[QUERY_FN_YEAR] = {"CAST(YEAR($d0) AS UNSIGNED)", NULL},
	[QUERY_FN_TIME_TO_SEC] = {"TRUNCATE(TIME_TO_SEC($h0), 0)", NULL},
	[QUERY_FN_UNIX_TIMESTAMP] = {NULL, put_unix_timestamp},
	[QUERY_FN_FROM_UNIXTIME] = {NULL, put_from_unixtime},
	[QUERY_FN_ROUND] = {NULL, put_round},
	[QUERY_FN_TRUNCATE] = {NULL, put_round},
};

/* What the table of functions calls an argument, and how it is printed. */
static char how_to_pass(const QueryFunction *function, guint i)
{
	static const char takes[] = "xntdjvpPoecifuwsq";
	static const char passes[] = "totdjjvvvvvvvvvtt";
	gsize n = strlen(function->takes);
	char take = function->takes[MIN(i, n - 1)];
	const char *at = strchr(takes, take);
	return at != NULL ? passes[at - takes] : 'v';
}

static void put_plain_function(Print *p, const QueryNode *node)
{
	add(p, node->function->names[0]);
	for (guint i = 0; i < node->children->len; i++) {
		add(p, i > 0 ? ", " : "(");
		put_child(p, how_to_pass(node->function, i), node, i);
	}
	add(p, node->children->len > 0 ? ")" : "()");
}

/* By the table's own text: $1, $2 */
static void put_print(Print *p, const QueryNode *node)
{
	for (const char *c = node->function->print; *c != '\0'; c++) {
		if (*c != '$') {
			g_string_append_c(p->sql->text, *c);
			continue;
		}
		guint i = (guint)(*++c - '1');
		put_child(p, how_to_pass(node->function, i), node, i);
	}
}

static void put_function(Print *p, const QueryNode *node)
{
	QueryFunctionId id = node->function->id;
	if (functions[id].template != NULL)
		put(p, functions[id].template, node);
	else if (functions[id].put_with != NULL)
		functions[id].put_with(p, node);
	else if (node->function->print != NULL)
		put_print(p, node);
	else
		put_plain_function(p, node);
}

/* A node in one of the ways --------------------------------------------------------------------- */

static void put_interval(Print *p, const QueryNode *node)
{
	put(p, "INTERVAL $e0 ", node);
	add(p, units[node->word]);
}

static void put_kind(Print *p, const QueryNode *node)
{
	switch (node->kind) {
	case QUERY_LITERAL:
		put_literal(p, node);
		break;
	case QUERY_COLUMN:
		add(p, columns[node->column]);
		break;
	case QUERY_OPERATOR:
		put_operator(p, node);
		break;
	case QUERY_FUNCTION:
		put_function(p, node);
		break;
	case QUERY_CASE:
		put_case(p, node);
		break;
	case QUERY_CAST:
		put_cast(p, node);
		break;
	case QUERY_COLLATE:
		put_collate(p, node);
		break;
	case QUERY_INTERVAL:
		put_interval(p, node);
		break;
	case QUERY_UNIT:
		add(p, units[node->word]);
		break;
	}
}

/* MariaDB compares a date that it did not find in a text, NULL, as the year 0. */
static void put_value(Print *p, const QueryNode *node)
{
	gboolean may_be_none = is_moment(node->type) &&
			       (node->kind == QUERY_FUNCTION || node->kind == QUERY_CAST ||
				       node->kind == QUERY_CASE);
	add(p, !may_be_none ? "" : node->type == QUERY_TYPE_TIME ? "COALESCE(" : "(");
	put_kind(p, node);
	add(p, !may_be_none ? "" : node->type == QUERY_TYPE_TIME ? ")" : " + INTERVAL 0 DAY)");
}

/* Hexadecimal literals are numbers beside numbers; UNHEX() never is. */
static void put_binary_number(Print *p, const QueryNode *node)
{
	QueryNode number = {.kind = QUERY_LITERAL, .type = QUERY_TYPE_UNSIGNED};
	for (gsize i = 0; i < node->value.text.length; i++)
		number.value.integer = number.value.integer << 8 | (guint8)node->value.text.data[i];
	put_integer(p, &number);
}

static void put_number(Print *p, const QueryNode *node)
{
	if (query_mariadb_is_literal(node, QUERY_VALUE_BINARY)) {
		put_binary_number(p, node);
	} else if (is_interval_sum(node)) {
		query_mariadb_put_self(p, "($d0 + 0e0)", node);
	} else if (is_text(node)) {
		add(p, "CAST(");
		put_value(p, node);
		add(p, " AS DOUBLE)");
	} else {
		put_value(p, node);
	}
}

static void put_integer_of(Print *p, const QueryNode *node)
{
	if (is_moment(node->type))
		query_mariadb_refuse(p, node, MOMENT_BITS);
	if (node->kind == QUERY_OPERATOR &&
		(node->type == QUERY_TYPE_DECIMAL || node->type == QUERY_TYPE_DOUBLE))
		query_mariadb_refuse(p, node, FRACTION_BITS); /* beyond 63 bits it is cut */
	if (query_mariadb_is_literal(node, QUERY_VALUE_BINARY)) {
		put_binary_number(p, node);
	} else if (node->kind == QUERY_FUNCTION && node->function->id == QUERY_FN_UNIX_TIMESTAMP) {
		query_mariadb_put_self(p, "TRUNCATE($v0, 0)", node); /* MySQL does not round it */
	} else if (is_text(node) || node->type == QUERY_TYPE_DOUBLE) {
		add(p, "CAST(");
		put_value(p, node);
		add(p, " AS SIGNED)");
	} else {
		put_value(p, node);
	}
}

static void put_truth(Print *p, const QueryNode *node)
{
	if (query_mariadb_is_literal(node, QUERY_VALUE_BINARY))
		put_binary_number(p, node);
	else
		put_value(p, node);
}

/* A text with a date. MySQL counts an offset from UTC in, and takes one that is none for no date;
 * MariaDB overlooks both. */
#define DAY "^[0-9]+[^0-9a-zA-Z][0-9]+[^0-9a-zA-Z][0-9]+"
#define CLOCK "[T ]+[0-9]+:[0-9]+:[0-9]+([.][0-9]*)?"
#define OFFSET "[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$$"
#define HAS_SIGN "$u0 REGEXP ':[0-9]+([.][0-9]*)?[+-]'"
#define HAS_OFFSET "RTRIM($u0) REGEXP '" DAY CLOCK OFFSET "' AND RIGHT(RTRIM($u0), 6) <> '-00:00'"
#define AT_UTC                                                                                     \
	"CAST(CAST(LEFT(RTRIM($u0), CHAR_LENGTH(RTRIM($u0)) - 6) AS DATETIME(6))"                  \
	" - INTERVAL RIGHT(RTRIM($u0), 6) HOUR_MINUTE AS CHAR)"

/* What ->> gives, but for the spelling of doubles: none is a date. */
static void put_plain_text(Print *p, const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR && node->op == QUERY_JSON_UNQUOTE) {
		add(p, "JSON_UNQUOTE(");
		query_mariadb_put_path(p, node);
		add(p, ")");
	} else {
		put_value(p, node);
	}
}

static void put_text_date(Print *p, const QueryNode *node)
{
	if (is_interval_sum(node))
		put_interval_sum(p, node);
	else if (is_text(node))
		query_mariadb_put_self(p,
			"(CASE WHEN NOT " HAS_SIGN " THEN $u0 WHEN " HAS_OFFSET " THEN " AT_UTC
			" ELSE IF($u0 REGEXP '" DAY CLOCK "[+-]', NULL, $u0) END)",
			node);
	else
		put_value(p, node);
}

/* A text with a time of day. Where MySQL looks for that, a T after the date, or an offset that is
 * none, leaves it the year: 2026 is 00:20:26. */
static void put_text_time(Print *p, const QueryNode *node)
{
	if (is_interval_sum(node))
		put_interval_sum(p, node);
	else if (is_text(node))
		query_mariadb_put_self(p,
			"(CASE WHEN $u0 REGEXP '" DAY "T' THEN CONCAT(LEFT($u0, 4), '-')"
			" WHEN $u0 REGEXP '^[.][0-9]' THEN CONCAT('0', $u0)"
			" WHEN $u0 REGEXP '^[[:space:]]*[+]' THEN NULL"
			" WHEN NOT " HAS_SIGN " THEN $u0 WHEN " HAS_OFFSET " THEN " AT_UTC
			" ELSE IF($u0 REGEXP '" DAY CLOCK
			"[+-]', CONCAT(LEFT($u0, 4), '-'), $u0) END)",
			node);
	else
		put_value(p, node);
}

static void put_json(Print *p, const QueryNode *node)
{
	if (node->type == QUERY_TYPE_JSON || node->type == QUERY_TYPE_NULL)
		put_value(p, node);
	else
		query_mariadb_put_json_literal(p, node);
}

static const struct {
	char how;
	void (*put)(Print *p, const QueryNode *node);
	void (*put_json)(Print *p, const QueryNode *node); /* of a node of type JSON */
} ways[] = {
	{'v', put_value, put_value},
	{'n', put_number, query_mariadb_put_json_number},
	{'e', put_value, query_mariadb_put_json_scalar},
	{'s', put_value, query_mariadb_put_json_cast},
	{'i', put_integer_of, query_mariadb_put_json_integer},
	{'t', put_value, query_mariadb_put_json_text},
	{'b', put_truth, query_mariadb_put_json_truth},
	{'j', put_json, put_value},
	{'d', put_text_date, query_mariadb_put_json_moment},
	{'h', put_text_time, query_mariadb_put_json_moment},
	{'u', put_plain_text, put_plain_text},
	{'q', query_mariadb_put_json_value, query_mariadb_put_json_value},
};

void query_mariadb_put_node(Print *p, char how, const QueryNode *node)
{
	if (p->refusal != NULL)
		return;
	if (p->sql->text->len > TEXT_MAX || p->sql->values->len > VALUES_MAX) {
		query_mariadb_refuse(p, node, TOO_LONG);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(ways); i++)
		if (ways[i].how == how)
			(node->type == QUERY_TYPE_JSON ? ways[i].put_json : ways[i].put)(p, node);
}

static void put_child(Print *p, char how, const QueryNode *node, guint i)
{
	if (how == 'c')
		put_collated(p, child(node, i), node->collation);
	else if (how == 'w')
		put_wide(p, child(node, i), node->collation);
	else if (how == 'o')
		put_operand(p, child(node, i), node->type);
	else if (how == 'm')
		put_side(p, child(node, i), node->comparison, node->collation);
	else
		put_node(p, how, child(node, i));
}

void query_mariadb_put(Print *p, const char *template, const QueryNode *node)
{
	for (const char *c = template; *c != '\0'; c++) {
		if (*c != '$') {
			g_string_append_c(p->sql->text, *c);
			continue;
		}
		char how = *++c;
		if (how == '$') {
			add(p, "$");
			continue;
		}
		guint first = c[1] >= '0' && c[1] <= '9' ? (guint)(*++c - '0') : 0;
		guint end = c[1] == '*' ? node->children->len : first + 1;
		for (guint i = first; i < end; i++) {
			if (i > first)
				add(p, ", ");
			put_child(p, how, node, i);
		}
		c += c[1] == '*';
	}
}

void query_mariadb_put_self(Print *p, const char *template, const QueryNode *node)
{
	gpointer self[] = {(gpointer)node};
	GPtrArray children = {.pdata = self, .len = 1};
	QueryNode parent = {.children = &children};
	put(p, template, &parent);
}

gboolean query_mariadb_print(const QueryNode *root, Sql *sql, GError **error)
{
	Print p = {.sql = sql};
	put_node(&p, 'b', root);
	if (p.refusal == NULL)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_QUERY,
		QUERY_INVALID ": %s is not supported,"
			      " at character %u",
		p.refusal, p.position);
	return FALSE;
}
