/* Prints a query: goes through the tree, binds its values, fills in templates. All is in parentheses,
 * so that no precedence matters: `!`, NOT and the operators on bits bind differently. What a dialect
 * of SQL does in its own way is in its tables. */
#include "query/print/engine.h"
#include <string.h>
#include "base/error.h"
#include "record/record.h"

/* MariaDB takes 65,535 values in a statement; a few are the filter's. */
#define VALUES_MAX 65000

/* What a dialect repeats is repeated in what is nested, again and again. */
#define TEXT_MAX (1 << 20)

#define TOO_LONG "so long an expression on MariaDB"

void print_refuse(Print *p, const QueryNode *node, const char *reason)
{
	if (p->refusal)
		return;
	p->refusal = reason;
	p->position = node->position;
}

const QueryNode *print_child(const QueryNode *node, guint i)
{
	if (!node->children || i >= node->children->len)
		return NULL;
	return node->children->pdata[i];
}

gboolean print_is_literal(const QueryNode *node, QueryValueKind kind)
{
	return node && node->kind == QUERY_LITERAL && node->value.kind == kind;
}

void print_add(Print *p, const char *text)
{
	sql_add(p->sql, text);
}

void print_add_number(Print *p, guint number)
{
	g_string_append_printf(p->sql->text, "%u", number);
}

void print_bind_integer(Print *p, gint64 integer)
{
	print_add(p, "?");
	sql_bind_integer(p->sql, integer);
}

void print_bind_text(Print *p, const char *text, gsize length)
{
	print_add(p, "?");
	sql_bind_text(p->sql, text, length);
}

void print_bind_typed(Print *p, const char *text, gsize length)
{
	print_add(p, p->dialect->text);
	sql_bind_text(p->sql, text, length);
}

void print_bind_cast(Print *p, const char *text, gsize length, const char *type)
{
	print_add(p, "CAST(");
	print_bind_typed(p, text, length);
	g_string_append_printf(p->sql->text, " AS %s)", type);
}

/* Templates ------------------------------------------------------------------------------------ */

/* A list that a missing child would have continued ends before it. */
static void drop_comma(GString *text)
{
	if (g_str_has_suffix(text->str, ", "))
		g_string_truncate(text, text->len - 2);
}

static void put_children(Print *p, char how, const QueryNode *node, guint from, guint end)
{
	if (from >= node->children->len)
		drop_comma(p->sql->text);
	for (guint i = from; i < MIN(end, node->children->len); i++) {
		print_add(p, i > from ? ", " : "");
		p->dialect->put_child(p, how, node, i);
	}
}

void print_put(Print *p, const char *template, const QueryNode *node)
{
	for (const char *dollar; (dollar = strchr(template, '$')) != NULL;) {
		g_string_append_len(p->sql->text, template, dollar - template);
		char how = dollar[1];
		template = dollar + 2;
		if (how == '$') {
			print_add(p, "$");
			continue;
		}
		guint from = g_ascii_isdigit(*template) ? (guint)(*template ++-'0') : 0;
		gboolean all = *template == '*';
		template += all;
		put_children(p, how, node, from, all ? G_MAXUINT : from + 1);
	}
	print_add(p, template);
}

void print_put_self(Print *p, const char *template, const QueryNode *node)
{
	gpointer self[] = {(gpointer)node};
	GPtrArray children = {.pdata = self, .len = 1};
	QueryNode parent = {.children = &children};
	print_put(p, template, &parent);
}

void print_node(Print *p, char how, const QueryNode *node)
{
	if (p->refusal)
		return;
	if (p->sql->text->len > TEXT_MAX || p->sql->values->len > VALUES_MAX)
		print_refuse(p, node, TOO_LONG);
	else
		p->dialect->put_node(p, how, node);
}

/* FALSE: there is no rule `i`. */
static gboolean put_rule(Print *p, const PrintRule *rules, guint i, const QueryNode *node)
{
	if (!rules)
		return FALSE;
	if (rules[i].template)
		print_put(p, rules[i].template, node);
	else if (rules[i].put)
		rules[i].put(p, node);
	return rules[i].template || rules[i].put;
}

/* Literals ------------------------------------------------------------------------------------- */

static void put_null(Print *p, G_GNUC_UNUSED const QueryNode *node)
{
	print_add(p, "NULL");
}

static void put_boolean(Print *p, const QueryNode *node)
{
	print_add(p, node->value.integer ? "TRUE" : "FALSE");
}

static void put_integer(Print *p, const QueryNode *node)
{
	guint64 integer = node->value.integer;
	gboolean is_unsigned = node->type == QUERY_TYPE_UNSIGNED || integer > G_MAXINT64;
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, integer);
	print_add(p, is_unsigned ? p->dialect->unsigned_open : "");
	if (integer <= G_MAXINT64)
		print_bind_integer(p, (gint64)integer);
	else
		print_bind_typed(p, digits, strlen(digits));
	print_add(p, is_unsigned ? p->dialect->unsigned_close : "");
}

/* With as many digits as are written: they decide how many a quotient has, and a text. */
static void put_decimal(Print *p, const QueryNode *node)
{
	const Text *text = &node->value.text;
	gsize digits = text->length - (node->scale > 0);
	g_autofree char *type = NULL;
	if (*text->data == '0' && node->scale > 0)
		digits--;
	type = g_strdup_printf("DECIMAL(%" G_GSIZE_FORMAT ",%u)", digits, node->scale);
	print_bind_cast(p, text->data, text->length, type);
}

static void put_double(Print *p, const QueryNode *node)
{
	print_bind_cast(p, node->value.text.data, node->value.text.length, "DOUBLE");
}

static void put_text(Print *p, const QueryNode *node)
{
	print_bind_text(p, node->value.text.data, node->value.text.length);
}

/* As hexadecimal digits: the connection would take bytes for UTF-8, and CAST(? AS BINARY) would come
 * before a column's collation. */
static void put_binary(Print *p, const QueryNode *node)
{
	g_autoptr(GString) hex = g_string_sized_new(2 * node->value.text.length);

	for (gsize i = 0; i < node->value.text.length; i++)
		g_string_append_printf(hex, "%02X", (guchar)node->value.text.data[i]);
	print_add(p, "UNHEX(");
	print_bind_text(p, hex->str, hex->len);
	print_add(p, ")");
}

static void put_date(Print *p, const QueryNode *node)
{
	char text[RECORD_TS_SIZE];
	record_format_ts(node->value.moment, text);
	print_bind_cast(p, text, strlen("2026-03-01"), "DATE");
}

static void put_time(Print *p, const QueryNode *node)
{
	gint64 moment = node->value.moment;
	guint64 us = (guint64)(moment < 0 ? -moment : moment), second = us / G_USEC_PER_SEC;
	g_autofree char *text = g_strdup_printf("%s%02u:%02u:%02u.%06u", moment < 0 ? "-" : "",
		(guint)(second / 3600), (guint)(second / 60 % 60), (guint)(second % 60),
		(guint)(us % G_USEC_PER_SEC));
	g_autofree char *type = g_strdup_printf("TIME(%u)", node->scale);
	print_bind_cast(p, text, strlen(text), type);
}

static void put_datetime(Print *p, const QueryNode *node)
{
	sql_bind_ts(p->sql, node->value.moment);
	g_string_append_printf(p->sql->text, "CAST(? AS DATETIME(%u))", node->scale);
}

typedef void (*PutFunc)(Print *p, const QueryNode *node);

static const PutFunc literals[] = {
	[QUERY_VALUE_NULL] = put_null,
	[QUERY_VALUE_BOOLEAN] = put_boolean,
	[QUERY_VALUE_INTEGER] = put_integer,
	[QUERY_VALUE_DECIMAL] = put_decimal,
	[QUERY_VALUE_DOUBLE] = put_double,
	[QUERY_VALUE_TEXT] = put_text,
	[QUERY_VALUE_BINARY] = put_binary,
	[QUERY_VALUE_DATE] = put_date,
	[QUERY_VALUE_TIME] = put_time,
	[QUERY_VALUE_DATETIME] = put_datetime,
};

static void put_literal(Print *p, const QueryNode *node)
{
	literals[node->value.kind](p, node);
}

/* Operators ------------------------------------------------------------------------------------ */

/* AND and OR of the same without further parentheses: MySQL's parser has a stack of its own. */
static void put_junction(Print *p, const QueryNode *node, QueryOperator op)
{
	for (guint i = 0; i < node->children->len; i++) {
		const QueryNode *operand = print_child(node, i);
		print_add(p, i == 0 ? "" : op == QUERY_OR ? " OR " : " AND ");
		if (operand->kind == QUERY_OPERATOR && operand->op == op)
			put_junction(p, operand, op);
		else
			p->dialect->put_child(p, 'b', node, i);
	}
}

static void put_logical(Print *p, const QueryNode *node)
{
	print_add(p, "(");
	put_junction(p, node, node->op);
	print_add(p, ")");
}

static void put_like(Print *p, const QueryNode *node)
{
	print_put(p, node->op == QUERY_LIKE ? "($c0 LIKE $t1" : "($c0 NOT LIKE $t1", node);
	if (print_child(node, 2))
		print_put(p, " ESCAPE $t2", node);
	print_add(p, ")");
}

/* -9223372036854775808 is an integer, the number without its sign is none; of larger ones MySQL
 * makes a DECIMAL. */
static void put_negate(Print *p, const QueryNode *node)
{
	const QueryNode *operand = print_child(node, 0);
	gboolean is_integer = print_is_literal(operand, QUERY_VALUE_INTEGER);
	if (!is_integer || operand->value.integer <= G_MAXINT64) {
		print_put(p, "(- $o0)", node);
	} else if (operand->value.integer == (guint64)G_MAXINT64 + 1) {
		print_bind_integer(p, G_MININT64);
	} else {
		g_autofree char *digits =
			g_strdup_printf("-%" G_GUINT64_FORMAT, operand->value.integer);
		print_bind_cast(p, digits, strlen(digits), "DECIMAL(20,0)");
	}
}

static const PrintRule operators[] = {
	[QUERY_OR] = {NULL, put_logical},
	[QUERY_XOR] = {"($b0 XOR $b1)", NULL},
	[QUERY_AND] = {NULL, put_logical},
	[QUERY_NOT] = {"(NOT $b0)", NULL},
	[QUERY_EQUAL] = {"($m0 = $m1)", NULL},
	[QUERY_NULL_SAFE_EQUAL] = {"($m0 <=> $m1)", NULL},
	[QUERY_GREATER_EQUAL] = {"($m0 >= $m1)", NULL},
	[QUERY_GREATER] = {"($m0 > $m1)", NULL},
	[QUERY_LESS_EQUAL] = {"($m0 <= $m1)", NULL},
	[QUERY_LESS] = {"($m0 < $m1)", NULL},
	[QUERY_NOT_EQUAL] = {"($m0 <> $m1)", NULL},
	[QUERY_IS_NULL] = {"($v0 IS NULL)", NULL},
	[QUERY_IS_NOT_NULL] = {"($v0 IS NOT NULL)", NULL},
	[QUERY_IS_TRUE] = {"($b0 IS TRUE)", NULL},
	[QUERY_IS_NOT_TRUE] = {"($b0 IS NOT TRUE)", NULL},
	[QUERY_IS_FALSE] = {"($b0 IS FALSE)", NULL},
	[QUERY_IS_NOT_FALSE] = {"($b0 IS NOT FALSE)", NULL},
	[QUERY_LIKE] = {NULL, put_like},
	[QUERY_NOT_LIKE] = {NULL, put_like},
	[QUERY_REGEXP] = {"($c0 REGEXP $t1)", NULL},
	[QUERY_NOT_REGEXP] = {"($c0 NOT REGEXP $t1)", NULL},
	[QUERY_IN] = {"($m0 IN ($m1*))", NULL},
	[QUERY_NOT_IN] = {"($m0 NOT IN ($m1*))", NULL},
	[QUERY_BETWEEN] = {"($m0 BETWEEN $m1 AND $m2)", NULL},
	[QUERY_NOT_BETWEEN] = {"($m0 NOT BETWEEN $m1 AND $m2)", NULL},
	[QUERY_BIT_OR] = {"($i0 | $i1)", NULL},
	[QUERY_BIT_AND] = {"($i0 & $i1)", NULL},
	[QUERY_SHIFT_LEFT] = {"($i0 << $i1)", NULL},
	[QUERY_SHIFT_RIGHT] = {"($i0 >> $i1)", NULL},
	[QUERY_ADD] = {"($o0 + $o1)", NULL},
	[QUERY_SUBTRACT] = {"($o0 - $o1)", NULL},
	[QUERY_MULTIPLY] = {"($o0 * $o1)", NULL},
	[QUERY_DIVIDE] = {"($o0 / $o1)", NULL},
	[QUERY_INTEGER_DIVIDE] = {"($e0 DIV $e1)", NULL},
	[QUERY_MODULO] = {"($o0 % $o1)", NULL},
	[QUERY_BIT_XOR] = {"($i0 ^ $i1)", NULL},
	[QUERY_NEGATE] = {NULL, put_negate},
	[QUERY_BIT_NOT] = {"(~ $i0)", NULL},
	[QUERY_BINARY] = {"CAST($t0 AS BINARY)", NULL},
	[QUERY_JSON_PATH] = {"JSON_EXTRACT($j0, $v1)", NULL},
	[QUERY_JSON_UNQUOTE] = {"JSON_UNQUOTE(JSON_EXTRACT($j0, $v1))", NULL},
};

void print_operator(Print *p, const QueryNode *node)
{
	put_rule(p, operators, node->op, node);
}

static void put_operator(Print *p, const QueryNode *node)
{
	if (!put_rule(p, p->dialect->operators, node->op, node))
		print_operator(p, node);
}

/* Functions, CASE, CAST ------------------------------------------------------------------------ */

/* What the table of functions calls an argument, and as what it is printed. */
static char how_to_pass(const QueryFunction *function, guint i)
{
	static const char takes[] = "xntdjs";
	static const char passes[] = "totdjt";
	const char *at = strchr(takes, query_function_letter(function, i));
	return at ? passes[at - takes] : 'v';
}

static void put_call(Print *p, const QueryNode *node)
{
	print_add(p, node->function->names[0]);
	print_add(p, "(");
	for (guint i = 0; i < node->children->len; i++) {
		print_add(p, i > 0 ? ", " : "");
		p->dialect->put_child(p, how_to_pass(node->function, i), node, i);
	}
	print_add(p, ")");
}

static void put_function(Print *p, const QueryNode *node)
{
	const char *template = p->dialect->template_of(node->function);
	if (put_rule(p, p->dialect->functions, node->function->id, node))
		return;
	if (template)
		print_put(p, template, node);
	else
		put_call(p, node);
}

static void put_case(Print *p, const QueryNode *node)
{
	guint last = node->children->len - 1;
	print_add(p, "(CASE");
	if (print_child(node, 0)) {
		print_add(p, " ");
		p->dialect->put_child(p, 'k', node, 0);
	}
	for (guint i = 1; i < last; i += 2) {
		print_add(p, " WHEN ");
		p->dialect->put_child(p, 'k', node, i);
		print_add(p, " THEN ");
		p->dialect->put_child(p, 'r', node, i + 1);
	}
	if (print_child(node, last)) {
		print_add(p, " ELSE ");
		p->dialect->put_child(p, 'r', node, last);
	}
	print_add(p, " END)");
}

static const struct {
	const char *before, *type;
} casts[] = {
	[QUERY_CAST_BINARY] = {"CAST($t0 AS ", "BINARY"},
	[QUERY_CAST_CHAR] = {"CAST($t0 AS ", "CHAR"},
	[QUERY_CAST_DATE] = {"CAST($d0 AS ", "DATE"},
	[QUERY_CAST_DATETIME] = {"CAST($d0 AS ", "DATETIME"},
	[QUERY_CAST_DECIMAL] = {"CAST($e0 AS ", "DECIMAL"},
	[QUERY_CAST_DOUBLE] = {"CAST($n0 AS ", "DOUBLE"},
	[QUERY_CAST_JSON] = {"CAST($j0 AS ", "JSON"},
	[QUERY_CAST_SIGNED] = {"CAST($s0 AS ", "SIGNED"},
	[QUERY_CAST_TIME] = {"CAST($v0 AS ", "TIME"},
	[QUERY_CAST_UNSIGNED] = {"CAST($s0 AS ", "UNSIGNED"},
	[QUERY_CAST_TEXT] = {"CONVERT($t0 USING ", "utf8mb4"},
};

static void put_cast(Print *p, const QueryNode *node)
{
	GString *text = p->sql->text;
	if (put_rule(p, p->dialect->casts, node->word, node))
		return;
	print_put(p, casts[node->word].before, node);
	print_add(p, casts[node->word].type);
	if (node->word == QUERY_CAST_DECIMAL)
		g_string_append_printf(text, "(%u,%u)", node->length, node->scale);
	else if (node->word == QUERY_CAST_DATETIME || node->word == QUERY_CAST_TIME)
		g_string_append_printf(text, "(%u)", node->scale);
	else if (node->length != G_MAXUINT && node->word != QUERY_CAST_TEXT)
		g_string_append_printf(text, "(%u)", node->length);
	print_add(p, ")");
}

static void put_collate(Print *p, const QueryNode *node)
{
	print_put(p,
		node->word == QUERY_COLLATION_BIN ? "($t0 COLLATE utf8mb4_bin)"
						  : "($t0 COLLATE utf8mb4_general_ci)",
		node);
}

/* Intervals and columns ------------------------------------------------------------------------ */

static void put_unit(Print *p, const QueryNode *node)
{
	print_add(p, query_unit(node->word)->name);
}

static void put_interval(Print *p, const QueryNode *node)
{
	print_put(p, "INTERVAL $e0 ", node);
	put_unit(p, node);
}

static const char *const columns[] = {
	[QUERY_RECORD_ID] = "record_id",
	[QUERY_NAME] = "name",
	[QUERY_TS] = "ts",
	[QUERY_LEVEL] = "level",
	[QUERY_MESSAGE] = "message",
	[QUERY_LOGREC] = "logrec",
};

static void put_column(Print *p, const QueryNode *node)
{
	print_add(p, columns[node->column]);
}

static const PutFunc kinds[] = {
	[QUERY_LITERAL] = put_literal,
	[QUERY_COLUMN] = put_column,
	[QUERY_OPERATOR] = put_operator,
	[QUERY_FUNCTION] = put_function,
	[QUERY_CASE] = put_case,
	[QUERY_CAST] = put_cast,
	[QUERY_COLLATE] = put_collate,
	[QUERY_INTERVAL] = put_interval,
	[QUERY_UNIT] = put_unit,
};

void print_kind(Print *p, const QueryNode *node)
{
	kinds[node->kind](p, node);
}

gboolean query_print(const Query *query, QueryDialect dialect, Sql *sql, GError **error)
{
	static const PrintDialect *const dialects[] = {
		[QUERY_DIALECT_MYSQL] = &print_mysql,
		[QUERY_DIALECT_MARIADB] = &print_mariadb,
	};
	Print p = {.sql = sql, .dialect = dialects[dialect]};
	print_add(&p, "(");
	print_node(&p, 'b', query_root(query));
	print_add(&p, ")");
	if (!p.refusal)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_QUERY,
		QUERY_INVALID ": %s is not supported, at character %u", p.refusal, p.position);
	return FALSE;
}
