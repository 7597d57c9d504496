/* Prints a query for MySQL. All is in parentheses, so that no precedence matters, and typed where `?`
 * alone would take its type from the context: MySQL Reference Manual, "PREPARE Statement", on how
 * parameters get theirs. */
#include "query/print/print.h"
#include <string.h>
#include "record/record.h"
#include "query/parse/function.h"
#include "query/print/mariadb.h"

static void print_node(Sql *sql, const QueryNode *node);

static const QueryNode *child(const QueryNode *node, guint i)
{
	return node->children->pdata[i];
}

static void add(Sql *sql, const char *text)
{
	g_string_append(sql->text, text);
}

/* Literals ------------------------------------------------------------------------------------- */

static void bind_as(Sql *sql, const char *before, const char *text, gsize length, const char *after)
{
	add(sql, before);
	add(sql, "?");
	add(sql, after);
	sql_bind_text(sql, text, length);
}

static void print_integer(Sql *sql, const QueryNode *node)
{
	guint64 value = node->value.integer;

	if (value <= G_MAXINT64) {
		add(sql, node->type == QUERY_TYPE_UNSIGNED ? "CAST(? AS UNSIGNED)" : "?");
		sql_bind_integer(sql, (gint64)value);
		return;
	}
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, value);
	bind_as(sql, "CAST(CONCAT(", digits, strlen(digits), ") AS UNSIGNED)");
}

/* With as many digits as are written: they decide how many a quotient has, and a text. */
static void print_decimal(Sql *sql, const QueryNode *node)
{
	const Text *text = &node->value.text;
	gsize digits = text->length - (node->scale > 0);
	g_autofree char *type = NULL;

	if (*text->data == '0' && node->scale > 0)
		digits--;
	type = g_strdup_printf(") AS DECIMAL(%" G_GSIZE_FORMAT ",%u))", digits, node->scale);
	bind_as(sql, "CAST(CONCAT(", text->data, text->length, type);
}

static void print_double(Sql *sql, const QueryNode *node)
{
	bind_as(sql, "CAST(CONCAT(", node->value.text.data, node->value.text.length,
		") AS DOUBLE)");
}

static void print_text(Sql *sql, const QueryNode *node)
{
	bind_as(sql, "", node->value.text.data, node->value.text.length, "");
}

/* CAST(? AS BINARY) would come before a column's collation, a literal does not. */
static void print_binary(Sql *sql, const QueryNode *node)
{
	g_autoptr(GString) hex = g_string_sized_new(2 * node->value.text.length);

	for (gsize i = 0; i < node->value.text.length; i++)
		g_string_append_printf(hex, "%02X", (guchar)node->value.text.data[i]);
	bind_as(sql, "UNHEX(", hex->str, hex->len, ")");
}

static void print_date(Sql *sql, const QueryNode *node)
{
	char text[RECORD_TS_SIZE];

	record_format_ts(node->value.moment, text);
	bind_as(sql, "CAST(CONCAT(", text, strlen("2026-03-01"), ") AS DATE)");
}

static void print_time(Sql *sql, const QueryNode *node)
{
	gint64 moment = node->value.moment;
	guint64 us = (guint64)(moment < 0 ? -moment : moment), second = us / G_USEC_PER_SEC;
	g_autofree char *text = g_strdup_printf("%s%02u:%02u:%02u.%06u", moment < 0 ? "-" : "",
		(guint)(second / 3600), (guint)(second / 60 % 60), (guint)(second % 60),
		(guint)(us % G_USEC_PER_SEC));
	g_autofree char *type = g_strdup_printf(") AS TIME(%u))", node->scale);

	bind_as(sql, "CAST(CONCAT(", text, strlen(text), type);
}

static void print_datetime(Sql *sql, const QueryNode *node)
{
	sql_bind_ts(sql, node->value.moment);
	g_string_append_printf(sql->text, "CAST(? AS DATETIME(%u))", node->scale);
}

static void print_null(Sql *sql, G_GNUC_UNUSED const QueryNode *node)
{
	add(sql, "NULL");
}

static void print_boolean(Sql *sql, const QueryNode *node)
{
	add(sql, node->value.integer ? "TRUE" : "FALSE");
}

typedef void (*PrintFunc)(Sql *sql, const QueryNode *node);

static const PrintFunc literals[] = {
	[QUERY_VALUE_NULL] = print_null,
	[QUERY_VALUE_BOOLEAN] = print_boolean,
	[QUERY_VALUE_INTEGER] = print_integer,
	[QUERY_VALUE_DECIMAL] = print_decimal,
	[QUERY_VALUE_DOUBLE] = print_double,
	[QUERY_VALUE_TEXT] = print_text,
	[QUERY_VALUE_BINARY] = print_binary,
	[QUERY_VALUE_DATE] = print_date,
	[QUERY_VALUE_TIME] = print_time,
	[QUERY_VALUE_DATETIME] = print_datetime,
};

static void print_literal(Sql *sql, const QueryNode *node)
{
	literals[node->value.kind](sql, node);
}

/* Operators ------------------------------------------------------------------------------------ */

/* $1 and so on are the children, $* all from the second on. */
static const char *const operators[] = {
	[QUERY_OR] = " OR ",
	[QUERY_XOR] = "($1 XOR $2)",
	[QUERY_AND] = " AND ",
	[QUERY_NOT] = "(NOT $1)",
	[QUERY_EQUAL] = "($1 = $2)",
	[QUERY_NULL_SAFE_EQUAL] = "($1 <=> $2)",
	[QUERY_GREATER_EQUAL] = "($1 >= $2)",
	[QUERY_GREATER] = "($1 > $2)",
	[QUERY_LESS_EQUAL] = "($1 <= $2)",
	[QUERY_LESS] = "($1 < $2)",
	[QUERY_NOT_EQUAL] = "($1 <> $2)",
	[QUERY_IS_NULL] = "($1 IS NULL)",
	[QUERY_IS_NOT_NULL] = "($1 IS NOT NULL)",
	[QUERY_IS_TRUE] = "($1 IS TRUE)",
	[QUERY_IS_NOT_TRUE] = "($1 IS NOT TRUE)",
	[QUERY_IS_FALSE] = "($1 IS FALSE)",
	[QUERY_IS_NOT_FALSE] = "($1 IS NOT FALSE)",
	[QUERY_LIKE] = "($1 LIKE $2)",
	[QUERY_NOT_LIKE] = "($1 NOT LIKE $2)",
	[QUERY_REGEXP] = "($1 REGEXP $2)",
	[QUERY_NOT_REGEXP] = "($1 NOT REGEXP $2)",
	[QUERY_IN] = "($1 IN ($*))",
	[QUERY_NOT_IN] = "($1 NOT IN ($*))",
	[QUERY_BETWEEN] = "($1 BETWEEN $2 AND $3)",
	[QUERY_NOT_BETWEEN] = "($1 NOT BETWEEN $2 AND $3)",
	[QUERY_BIT_OR] = "($1 | $2)",
	[QUERY_BIT_AND] = "($1 & $2)",
	[QUERY_SHIFT_LEFT] = "($1 << $2)",
	[QUERY_SHIFT_RIGHT] = "($1 >> $2)",
	[QUERY_ADD] = "($1 + $2)",
	[QUERY_SUBTRACT] = "($1 - $2)",
	[QUERY_MULTIPLY] = "($1 * $2)",
	[QUERY_DIVIDE] = "($1 / $2)",
	[QUERY_INTEGER_DIVIDE] = "($1 DIV $2)",
	[QUERY_MODULO] = "($1 % $2)",
	[QUERY_BIT_XOR] = "($1 ^ $2)",
	[QUERY_NEGATE] = "(- $1)",
	[QUERY_BIT_NOT] = "(~ $1)",
	[QUERY_BINARY] = "CAST($1 AS BINARY)",
	[QUERY_JSON_PATH] = "JSON_EXTRACT($1, $2)",
	[QUERY_JSON_UNQUOTE] = "JSON_UNQUOTE(JSON_EXTRACT($1, $2))",
};

/* Beside a time a `?` becomes one, where MySQL compares a literal with it as texts; beside NULL it
 * becomes bytes. */
static gboolean is_beside_other(const QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++)
		if (child(node, i)->type == QUERY_TYPE_TIME ||
			child(node, i)->type == QUERY_TYPE_NULL)
			return TRUE;
	return FALSE;
}

/* Whether a `?` that is a text, child `i` of `node`, would become a number, a time or JSON there. */
static gboolean is_retyped(const QueryNode *node, guint i)
{
	if (node->kind == QUERY_FUNCTION)
		return strchr("njxvy", query_function_letter(node->function, i)) != NULL;
	if (node->kind != QUERY_OPERATOR)
		return node->kind == QUERY_CASE || node->kind == QUERY_CAST;
	if (node->op >= QUERY_LIKE && node->op <= QUERY_NOT_REGEXP)
		return FALSE;
	if (node->op == QUERY_JSON_PATH || node->op == QUERY_JSON_UNQUOTE)
		return FALSE;
	return (node->comparison != QUERY_TYPE_TEXT && node->comparison != QUERY_TYPE_JSON) ||
	       is_beside_other(node);
}

/* A number that is part of a function's type, like the digits of ROUND(), is printed as the number
 * that was read: as a `?`, it would leave the type open. */
static gboolean is_part_of_type(const QueryNode *node, guint i)
{
	return node->kind == QUERY_FUNCTION &&
	       strchr("ciw", query_function_letter(node->function, i)) != NULL;
}

static void print_digits(Sql *sql, const QueryNode *node)
{
	gboolean negative = node->kind != QUERY_LITERAL;

	g_string_append_printf(sql->text, "%s%" G_GUINT64_FORMAT, negative ? "-" : "",
		(negative ? child(node, 0) : node)->value.integer);
}

static void print_signed(Sql *sql, const QueryNode *node)
{
	add(sql, "CAST(");
	print_node(sql, node);
	add(sql, " AS SIGNED)");
}

/* Whether an integer `?` would be no integer there: 1 / 2 of two of them is a DOUBLE, and beside JSON
 * bits would be bytes. In comparisons and conditions all is well. */
static gboolean is_loose(const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR)
		return node->op >= QUERY_BIT_OR && node->op <= QUERY_BIT_NOT;
	return node->kind != QUERY_INTERVAL;
}

static void print_child(Sql *sql, const QueryNode *node, guint i)
{
	const QueryNode *operand = child(node, i);
	gboolean text = operand->kind == QUERY_LITERAL && operand->value.kind == QUERY_VALUE_TEXT;

	if (is_part_of_type(node, i))
		print_digits(sql, operand);
	else if (text && is_retyped(node, i))
		bind_as(sql, "CONCAT(", operand->value.text.data, operand->value.text.length, ")");
	else if (is_loose(node) && operand->kind == QUERY_LITERAL &&
		 operand->type == QUERY_TYPE_INTEGER)
		print_signed(sql, operand);
	else
		print_node(sql, operand);
}

static void print_children(Sql *sql, const QueryNode *node, guint from)
{
	for (guint i = from; i < node->children->len; i++) {
		add(sql, i > from ? ", " : "");
		print_child(sql, node, i);
	}
}

/* $ is followed by a digit or '*'. A child that is not there leaves nothing. */
static void print_template(Sql *sql, const char *template, const QueryNode *node)
{
	for (const char *dollar; (dollar = strchr(template, '$')) != NULL; template = dollar + 2) {
		g_string_append_len(sql->text, template, dollar - template);
		guint i = (guint)(dollar[1] - '1');
		if (dollar[1] == '*')
			print_children(sql, node, 1);
		else if (i < node->children->len)
			print_child(sql, node, i);
	}
	add(sql, template);
}

/* AND and OR of the same without further parentheses: MySQL's parser has a stack of its own. */
static void print_junction(Sql *sql, const QueryNode *node, QueryOperator op)
{
	for (guint i = 0; i < 2; i++) {
		const QueryNode *operand = child(node, i);
		add(sql, i > 0 ? operators[op] : "");
		if (operand->kind == QUERY_OPERATOR && operand->op == op)
			print_junction(sql, operand, op);
		else
			print_child(sql, node, i);
	}
}

/* -9223372036854775808 is an integer, the number without its sign is none. */
static gboolean print_negative(Sql *sql, const QueryNode *node)
{
	const QueryNode *operand = child(node, 0);

	if (operand->kind != QUERY_LITERAL || operand->value.kind != QUERY_VALUE_INTEGER ||
		operand->value.integer <= G_MAXINT64)
		return FALSE;
	if (operand->value.integer == (guint64)G_MAXINT64 + 1) {
		add(sql, "?");
		sql_bind_integer(sql, G_MININT64);
		return TRUE;
	}
	g_autofree char *digits = g_strdup_printf("-%" G_GUINT64_FORMAT, operand->value.integer);
	bind_as(sql, "CAST(CONCAT(", digits, strlen(digits), ") AS DECIMAL(20,0))");
	return TRUE;
}

static void print_operator(Sql *sql, const QueryNode *node)
{
	if (node->op == QUERY_AND || node->op == QUERY_OR) {
		add(sql, "(");
		print_junction(sql, node, node->op);
		add(sql, ")");
	} else if (node->op != QUERY_NEGATE || !print_negative(sql, node)) {
		gboolean escape = node->children->len == 3 &&
				  (node->op == QUERY_LIKE || node->op == QUERY_NOT_LIKE);
		const char *template = operators[node->op];
		if (escape)
			template = node->op == QUERY_LIKE ? "($1 LIKE $2 ESCAPE $3)"
							  : "($1 NOT LIKE $2 ESCAPE $3)";
		print_template(sql, template, node);
	}
}

/* The rest ------------------------------------------------------------------------------------- */

static void print_function(Sql *sql, const QueryNode *node)
{
	if (node->function->print != NULL) {
		print_template(sql, node->function->print, node);
		return;
	}
	add(sql, node->function->names[0]);
	add(sql, "(");
	print_children(sql, node, 0);
	add(sql, ")");
}

static void print_case(Sql *sql, const QueryNode *node)
{
	guint last = node->children->len - 1;

	add(sql, "(CASE");
	if (child(node, 0) != NULL) {
		add(sql, " ");
		print_child(sql, node, 0);
	}
	for (guint i = 1; i < last; i += 2) {
		add(sql, " WHEN ");
		print_child(sql, node, i);
		add(sql, " THEN ");
		print_child(sql, node, i + 1);
	}
	if (child(node, last) != NULL) {
		add(sql, " ELSE ");
		print_child(sql, node, last);
	}
	add(sql, " END)");
}

static const char *const casts[] = {
	[QUERY_CAST_BINARY] = "BINARY",
	[QUERY_CAST_CHAR] = "CHAR",
	[QUERY_CAST_DATE] = "DATE",
	[QUERY_CAST_DATETIME] = "DATETIME",
	[QUERY_CAST_DECIMAL] = "DECIMAL",
	[QUERY_CAST_DOUBLE] = "DOUBLE",
	[QUERY_CAST_JSON] = "JSON",
	[QUERY_CAST_SIGNED] = "SIGNED",
	[QUERY_CAST_TIME] = "TIME",
	[QUERY_CAST_UNSIGNED] = "UNSIGNED",
};

static void print_cast(Sql *sql, const QueryNode *node)
{
	if (node->word == QUERY_CAST_TEXT) {
		print_template(sql, "CONVERT($1 USING utf8mb4)", node);
		return;
	}
	print_template(sql, "CAST($1 AS ", node);
	add(sql, casts[node->word]);
	if (node->word == QUERY_CAST_DECIMAL)
		g_string_append_printf(sql->text, "(%u,%u)", node->length, node->scale);
	else if (node->length != G_MAXUINT)
		g_string_append_printf(sql->text, "(%u)", node->length);
	else if (node->word == QUERY_CAST_DATETIME || node->word == QUERY_CAST_TIME)
		g_string_append_printf(sql->text, "(%u)", node->scale);
	add(sql, ")");
}

static void print_collate(Sql *sql, const QueryNode *node)
{
	print_template(sql,
		node->word == QUERY_COLLATION_BIN ? "($1 COLLATE utf8mb4_bin)"
						  : "($1 COLLATE utf8mb4_general_ci)",
		node);
}

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

static void print_unit(Sql *sql, const QueryNode *node)
{
	add(sql, units[node->word]);
}

static void print_interval(Sql *sql, const QueryNode *node)
{
	print_template(sql, "INTERVAL $1 ", node);
	print_unit(sql, node);
}

static const char *const columns[] = {
	[QUERY_RECORD_ID] = "record_id",
	[QUERY_NAME] = "name",
	[QUERY_TS] = "ts",
	[QUERY_LEVEL] = "level",
	[QUERY_MESSAGE] = "message",
	[QUERY_LOGREC] = "logrec",
};

static void print_column(Sql *sql, const QueryNode *node)
{
	add(sql, columns[node->column]);
}

static const PrintFunc kinds[] = {
	[QUERY_LITERAL] = print_literal,
	[QUERY_COLUMN] = print_column,
	[QUERY_OPERATOR] = print_operator,
	[QUERY_FUNCTION] = print_function,
	[QUERY_CASE] = print_case,
	[QUERY_CAST] = print_cast,
	[QUERY_COLLATE] = print_collate,
	[QUERY_INTERVAL] = print_interval,
	[QUERY_UNIT] = print_unit,
};

/* As deep as the tree. */
static void print_node(Sql *sql, const QueryNode *node)
{
	kinds[node->kind](sql, node);
}

gboolean query_print(const Query *query, QueryDialect dialect, Sql *sql, GError **error)
{
	if (dialect == QUERY_DIALECT_MARIADB)
		return query_mariadb_print(query_root(query), sql, error);
	add(sql, "(");
	print_node(sql, query_root(query));
	add(sql, ")");
	return TRUE;
}
