/* Making the nodes of a query's tree. */
#include <math.h>
#include <string.h>
#include "base/calendar.h"
#include "query/parse/parse.h"

/* What MySQL keeps of a DECIMAL. */
#define DIGITS_MAX 65
#define FRACTION_MAX 30

QueryNode *query_node_new(QueryParser *parser, QueryKind kind, guint position)
{
	QueryNode *node = g_new0(QueryNode, 1);
	node->kind = kind;
	node->position = position;
	g_ptr_array_add(parser->query->nodes, node);
	return node;
}

static QueryNode *set_height(QueryParser *parser, QueryNode *node, guint height)
{
	node->height = MAX(node->height, height);
	if (node->height > QUERY_NESTING_MAX)
		return query_parse_fail(parser, "nested more than %d deep", QUERY_NESTING_MAX);
	return node;
}

QueryNode *query_node_add(QueryParser *parser, QueryNode *list, QueryNode *node)
{
	if (!list->children)
		list->children = g_ptr_array_sized_new(2);
	g_ptr_array_add(list->children, node);
	return !node ? list : set_height(parser, list, node->height + 1);
}

QueryNode *query_node_list(QueryParser *parser, QueryNode *first)
{
	return query_node_add(
		parser, query_node_new(parser, QUERY_FUNCTION, first->position), first);
}

/* Literals ------------------------------------------------------------------------------------- */

static void set_text(QueryNode *node, const char *text, gsize length)
{
	node->value.text.data = g_strndup(text, length);
	node->value.text.length = length;
}

static const struct {
	char letter, meaning;
} escapes[] = {{'0', '\0'}, {'b', '\b'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'Z', '\x1a'}};

/* What a backslash makes of the letter after it; \% and \_ stay as they are, for LIKE. */
static char *unescape(char *out, char letter)
{
	if (letter == '%' || letter == '_')
		*out++ = '\\';
	for (guint i = 0; i < G_N_ELEMENTS(escapes); i++) {
		if (escapes[i].letter == letter) {
			*out++ = escapes[i].meaning;
			return out;
		}
	}
	*out++ = letter;
	return out;
}

/* Appends the string literal to the node's text. */
static void append_string(QueryNode *node, const QueryToken *token)
{
	const char *in = token->text + 1, *end = token->text + token->length - 1;
	char quote = *token->text;
	Text *text = &node->value.text;
	text->data = g_realloc(text->data, text->length + token->length + 1);
	char *out = text->data + text->length;
	while (in < end) {
		if (*in == '\\') {
			out = unescape(out, in[1]);
			in += 2;
		} else {
			in += 1 + (*in == quote);
			*out++ = in[-1];
		}
	}
	*out = '\0';
	text->length = (gsize)(out - text->data);
}

static QueryNode *read_text(
	G_GNUC_UNUSED QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	append_string(node, token);
	return node;
}

QueryNode *query_node_append_text(
	G_GNUC_UNUSED QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	append_string(node, token);
	return node;
}

static QueryNode *read_decimal(QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	const char *digits = token->text, *end = token->text + token->length;
	while (digits < end && *digits == '0')
		digits++;
	const char *point = memchr(digits, '.', (gsize)(end - digits));
	gsize whole = (gsize)((point ? point : end) - digits);
	gsize fraction = point ? (gsize)(end - point) - 1 : 0;

	if (fraction > FRACTION_MAX)
		return query_parse_fail(parser,
			"the number at character %u has more than %d digits behind its point",
			token->position, FRACTION_MAX);
	if (whole + fraction > DIGITS_MAX)
		return query_parse_fail(parser,
			"the number at character %u has more than %d digits", token->position,
			DIGITS_MAX);
	node->value.kind = QUERY_VALUE_DECIMAL;
	node->value.text.data = g_strdup_printf("%s%.*s", whole == 0 ? "0" : "",
		(int)(whole + (fraction != 0 ? fraction + 1 : 0)), digits);
	node->value.text.length = strlen(node->value.text.data);
	return node;
}

static QueryNode *read_integer(QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	guint64 value = 0;
	for (guint i = 0; i < token->length; i++) {
		guint digit = (guint)(token->text[i] - '0');
		if (value > (G_MAXUINT64 - digit) / 10)
			return read_decimal(parser, node, token);
		value = value * 10 + digit;
	}
	node->value.integer = value;
	return node;
}

static QueryNode *read_double(QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	set_text(node, token->text, token->length);
	node->value.real = g_ascii_strtod(node->value.text.data, NULL);
	if (!isfinite(node->value.real))
		return query_parse_fail(
			parser, "the number at character %u is too large", token->position);
	return node;
}

/* 0x41, x'41', 0b1000001, b'1000001': bytes, filled up with zeros on the left; only x'..' has to
 * say them in full. */
static QueryNode *read_binary(QueryParser *parser, QueryNode *node, const QueryToken *token)
{
	gboolean quoted = token->text[1] == '\'';
	gboolean hex = g_ascii_tolower(token->text[quoted ? 0 : 1]) == 'x';
	const char *digits = token->text + 2;
	guint n = token->length - 2 - quoted, width = hex ? 2 : 8;
	guint size = (n + width - 1) / width, missing = size * width - n;
	if (quoted && hex && missing != 0)
		return query_parse_fail(parser,
			"x'...' at character %u has an odd number of digits", token->position);
	node->value.integer = hex ? 0 : QUERY_BITS;
	node->value.text.data = g_malloc0(size + 1);
	node->value.text.length = size;
	for (guint i = 0; i < n; i++) {
		guchar *byte = (guchar *)node->value.text.data + (i + missing) / width;
		*byte = (guchar)(*byte << (hex ? 4 : 1) | g_ascii_xdigit_value(digits[i]));
	}
	return node;
}

static QueryNode *read_null(
	G_GNUC_UNUSED QueryParser *parser, QueryNode *node, G_GNUC_UNUSED const QueryToken *token)
{
	return node;
}

static QueryNode *(*const readers[])(QueryParser *, QueryNode *, const QueryToken *) = {
	[QUERY_VALUE_NULL] = read_null,
	[QUERY_VALUE_INTEGER] = read_integer,
	[QUERY_VALUE_DECIMAL] = read_decimal,
	[QUERY_VALUE_DOUBLE] = read_double,
	[QUERY_VALUE_TEXT] = read_text,
	[QUERY_VALUE_BINARY] = read_binary,
};

QueryNode *query_node_literal(QueryParser *parser, QueryValueKind kind, const QueryToken *token)
{
	QueryNode *node = query_node_new(parser, QUERY_LITERAL, token->position);
	node->value.kind = kind;
	return readers[kind](parser, node, token);
}

QueryNode *query_node_boolean(QueryParser *parser, const QueryToken *token, gboolean value)
{
	QueryNode *node = query_node_new(parser, QUERY_LITERAL, token->position);
	node->value.kind = QUERY_VALUE_BOOLEAN;
	node->value.integer = (guint64)value;
	return node;
}

static QueryNode *moment_new(
	QueryParser *parser, guint position, QueryValueKind kind, gint64 moment, guint scale)
{
	QueryNode *node = query_node_new(parser, QUERY_LITERAL, position);
	node->value.kind = kind;
	node->value.moment = moment;
	node->scale = scale;
	return node;
}

/* DATE '2026-03-01' and its like. */
static const struct {
	const char *name;
	QueryValueKind kind;
	const char *form;
} typed_texts[] = {
	{"DATE", QUERY_VALUE_DATE, "'2026-03-01'"},
	{"TIME", QUERY_VALUE_TIME, "'12:30:00'"},
	{"TIMESTAMP", QUERY_VALUE_DATETIME, "'2026-03-01 12:30:00'"},
};

static gboolean read_moment(
	const QueryNode *text, QueryValueKind kind, gint64 *moment, gboolean *fraction)
{
	const Text *value = &text->value.text;
	gboolean has_time = FALSE;
	if (kind == QUERY_VALUE_TIME)
		return query_moment_parse_time(value->data, value->length, moment, fraction);
	return query_moment_parse_datetime(
		       value->data, value->length, moment, fraction, &has_time) &&
	       has_time == (kind == QUERY_VALUE_DATETIME);
}

QueryNode *query_node_typed_text(
	QueryParser *parser, const QueryToken *type, const QueryToken *text)
{
	gint row = query_find_word(typed_texts, G_N_ELEMENTS(typed_texts), sizeof typed_texts[0],
		type->text, type->length);
	gint64 moment = 0;
	gboolean fraction = FALSE;
	if (row < 0 && (*type->text == '_' || g_ascii_toupper(*type->text) == 'N')) {
		g_autofree char *word = text_quotable(type->text, type->length);
		return query_parse_fail(parser,
			"unexpected '%s' at character %u: strings have no character set here", word,
			type->position);
	}
	if (row < 0) {
		g_autofree char *word = text_quotable(text->text, text->length);
		return query_parse_fail(
			parser, "unexpected '%s' at character %u", word, text->position);
	}
	QueryNode *value = query_node_literal(parser, QUERY_VALUE_TEXT, text);
	if (!read_moment(value, typed_texts[row].kind, &moment, &fraction))
		return query_parse_fail(parser, "%s at character %u is not like %s",
			typed_texts[row].name, type->position, typed_texts[row].form);
	return moment_new(parser, type->position, typed_texts[row].kind, moment, fraction ? 6 : 0);
}

/* Names ---------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	QueryColumn column;
} columns[] = {
	{"ID", QUERY_RECORD_ID},
	{"LEVEL", QUERY_LEVEL},
	{"LOGREC", QUERY_LOGREC},
	{"MESSAGE", QUERY_MESSAGE},
	{"NAME", QUERY_NAME},
	{"RECORD_ID", QUERY_RECORD_ID},
	{"TS", QUERY_TS},
};

/* What people call things that are elsewhere. Attributes of Python's LogRecord are in logrec. */
static const struct {
	const char *name, *instead;
} hints[] = {
	{"ARGS", "logrec->'$.meta.args'"},
	{"ASCTIME", "ts"},
	{"CREATED", "ts"},
	{"DATA", "logrec->'$.data'"},
	{"DATE", "ts"},
	{"DATETIME", "ts"},
	{"ERROR", "logrec->'$.error'"},
	{"EXC_INFO", "logrec->'$.error.exc_info'"},
	{"EXC_TEXT", "logrec->'$.error.exc_text'"},
	{"FILENAME", "logrec->'$.meta.filename'"},
	{"FUNCNAME", "logrec->'$.meta.funcName'"},
	{"LEVELNAME", "level"},
	{"LEVELNO", "level"},
	{"LINENO", "logrec->'$.meta.lineno'"},
	{"LOGGER", "name"},
	{"META", "logrec->'$.meta'"},
	{"MODULE", "logrec->'$.meta.module'"},
	{"MSECS", "logrec->'$.meta.msecs'"},
	{"MSG", "message"},
	{"PATHNAME", "logrec->'$.meta.pathname'"},
	{"PROCESS", "logrec->'$.meta.process'"},
	{"PROCESSNAME", "logrec->'$.meta.processName'"},
	{"TASKNAME", "logrec->'$.meta.taskName'"},
	{"TEXT", "message"},
	{"THREAD", "logrec->'$.meta.thread'"},
	{"THREADNAME", "logrec->'$.meta.threadName'"},
	{"TIME", "ts"},
	{"TIMESTAMP", "ts"},
};

static char *suggest_column(const char *name, gsize length)
{
	gint row = query_find_word(hints, G_N_ELEMENTS(hints), sizeof hints[0], name, length);
	guint best = 3, nearest = G_N_ELEMENTS(columns);
	if (row >= 0)
		return g_strdup(hints[row].instead);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		guint distance = query_distance(name, length, columns[i].name);
		if (distance < best && distance < length && distance < strlen(columns[i].name)) {
			best = distance;
			nearest = i;
		}
	}
	return nearest < G_N_ELEMENTS(columns) ? g_ascii_strdown(columns[nearest].name, -1) : NULL;
}

static void *unknown_column(QueryParser *parser, const char *name, gsize length, guint position)
{
	g_autofree char *word = text_quotable(name, length);
	g_autofree char *instead = suggest_column(name, length);
	const char *quote = instead && !strchr(instead, '\'') ? "'" : "";
	if (!instead)
		return query_parse_fail(
			parser, "unknown column '%s' at character %u", word, position);
	return query_parse_fail(
		parser, "unknown column '%s', did you mean %s%s%s?", word, quote, instead, quote);
}

QueryNode *query_node_column(QueryParser *parser, const QueryToken *token)
{
	gsize quoted = *token->text == '`';
	const char *name = token->text + quoted;
	gsize length = token->length - 2 * quoted;
	gint row = query_find_word(columns, G_N_ELEMENTS(columns), sizeof columns[0], name, length);
	if (row < 0)
		return unknown_column(parser, name, length, token->position);
	QueryNode *node = query_node_new(parser, QUERY_COLUMN, token->position);
	node->column = columns[row].column;
	return node;
}

/* This moment, by name. UTC is the only zone, so that the local ones and the others are the same. */
static const struct {
	const char *name;
	QueryValueKind kind; /* INTEGER: seconds */
	gboolean bare;       /* needs no parentheses */
} moments[] = {
	{"CURDATE", QUERY_VALUE_DATE, FALSE},
	{"CURRENT_DATE", QUERY_VALUE_DATE, TRUE},
	{"CURRENT_TIME", QUERY_VALUE_TIME, TRUE},
	{"CURRENT_TIMESTAMP", QUERY_VALUE_DATETIME, TRUE},
	{"CURTIME", QUERY_VALUE_TIME, FALSE},
	{"LOCALTIME", QUERY_VALUE_DATETIME, TRUE},
	{"LOCALTIMESTAMP", QUERY_VALUE_DATETIME, TRUE},
	{"NOW", QUERY_VALUE_DATETIME, FALSE},
	{"SYSDATE", QUERY_VALUE_DATETIME, FALSE},
	{"UTC_DATE", QUERY_VALUE_DATE, TRUE},
	{"UTC_TIME", QUERY_VALUE_TIME, TRUE},
	{"UTC_TIMESTAMP", QUERY_VALUE_DATETIME, TRUE},
};

/* Rounded down to a multiple of `unit`, also before 1970. */
static gint64 floor_to(gint64 moment, gint64 unit)
{
	gint64 rest = moment % unit;
	return moment - (rest < 0 ? rest + unit : rest);
}

static QueryNode *now_node(QueryParser *parser, guint position, QueryValueKind kind, guint scale)
{
	gint64 unit = G_USEC_PER_SEC, moment = parser->now;
	for (guint i = 0; i < scale; i++)
		unit /= 10;
	if (kind == QUERY_VALUE_TIME)
		moment -= floor_to(moment, CALENDAR_DAY);
	return moment_new(parser, position, kind,
		floor_to(moment, kind == QUERY_VALUE_DATE ? CALENDAR_DAY : unit), scale);
}

QueryNode *query_node_name(QueryParser *parser, const QueryToken *name)
{
	gint row = query_find_word(
		moments, G_N_ELEMENTS(moments), sizeof moments[0], name->text, name->length);
	if (row >= 0 && moments[row].bare)
		return now_node(parser, name->position, moments[row].kind, 0);
	return query_node_column(parser, name);
}

QueryNode *query_node_now(
	QueryParser *parser, const QueryToken *name, const QueryNode *list, gboolean *taken)
{
	gint row = query_find_word(
		moments, G_N_ELEMENTS(moments), sizeof moments[0], name->text, name->length);
	const QueryNode *digits = list ? list->children->pdata[0] : NULL;
	guint scale = 0;
	*taken = row >= 0;
	if (row < 0)
		return NULL;
	if (digits) {
		if (moments[row].kind == QUERY_VALUE_DATE || list->children->len > 1)
			return query_parse_fail(parser, "%s takes %s", moments[row].name,
				moments[row].kind == QUERY_VALUE_DATE ? "no arguments"
								      : "at most 1 argument");
		if (digits->kind != QUERY_LITERAL || digits->value.kind != QUERY_VALUE_INTEGER ||
			digits->value.integer > 6)
			return query_parse_fail(
				parser, "%s takes a number from 0 to 6", moments[row].name);
		scale = (guint)digits->value.integer;
	}
	return now_node(parser, name->position, moments[row].kind, scale);
}

/* Operators ------------------------------------------------------------------------------------ */

static QueryNode *operator_new(
	QueryParser *parser, guint position, QueryOperator op, QueryNode *first)
{
	QueryNode *node = query_node_new(parser, QUERY_OPERATOR, position);
	node->op = op;
	return query_node_add(parser, node, first);
}

QueryNode *query_node_unary(
	QueryParser *parser, const QueryToken *token, QueryOperator op, QueryNode *operand)
{
	return operator_new(parser, token ? token->position : operand->position, op, operand);
}

QueryNode *query_node_binary(
	QueryParser *parser, QueryOperator op, QueryNode *left, QueryNode *right)
{
	QueryNode *node = operator_new(parser, left->position, op, left);
	return !node ? NULL : query_node_add(parser, node, right);
}

QueryNode *query_node_ternary(QueryParser *parser, QueryOperator op, QueryNode *subject,
	QueryNode *second, QueryNode *third)
{
	QueryNode *node = query_node_binary(parser, op, subject, second);
	return !node ? NULL : query_node_add(parser, node, third);
}

/* So that a OR b OR c OR ... is no deeper than its number of operands makes it when balanced. */
QueryNode *query_node_junction(
	QueryParser *parser, QueryOperator op, QueryNode *left, QueryNode *right)
{
	QueryNode *node = left;
	if (left->kind != QUERY_OPERATOR || left->op != op) {
		node = operator_new(parser, left->position, op, left);
		if (!node)
			return NULL;
		node->length =
			left->height; /* of the highest operand, until query_node_balance() */
	}
	node->length = MAX(node->length, right->height);
	g_ptr_array_add(node->children, right);
	return set_height(parser, node, node->length + g_bit_storage(node->children->len - 1));
}

QueryNode *query_node_in(QueryParser *parser, QueryOperator op, QueryNode *subject, QueryNode *list)
{
	list->kind = QUERY_OPERATOR;
	list->op = op;
	list->position = subject->position;
	g_ptr_array_insert(list->children, 0, subject);
	return set_height(parser, list, subject->height + 1);
}

QueryNode *query_node_case(QueryParser *parser, const QueryToken *token, QueryNode *operand,
	QueryNode *list, QueryNode *otherwise)
{
	list->kind = QUERY_CASE;
	list->position = token->position;
	g_ptr_array_insert(list->children, 0, operand);
	g_ptr_array_add(list->children, otherwise);
	return set_height(parser, list,
		1 + MAX(operand ? operand->height : 0, otherwise ? otherwise->height : 0));
}

QueryNode *query_node_arrow(
	QueryParser *parser, QueryOperator op, const QueryToken *name, const QueryToken *path)
{
	QueryNode *column = query_node_column(parser, name);
	if (!column)
		return NULL;
	if (column->column != QUERY_LOGREC)
		return query_parse_fail(parser, "'->' at character %u works on logrec only",
			name->position + (guint)g_utf8_strlen(name->text, name->length));
	return query_node_binary(
		parser, op, column, query_node_literal(parser, QUERY_VALUE_TEXT, path));
}

/* Balancing ------------------------------------------------------------------------------------ */

static QueryNode *balanced(Query *query, const QueryNode *flat, guint first, guint n)
{
	QueryNode *child = flat->children->pdata[first];
	if (n == 1)
		return child;
	QueryNode *node = g_new0(QueryNode, 1);
	g_ptr_array_add(query->nodes, node);
	node->kind = QUERY_OPERATOR;
	node->op = flat->op;
	node->position = child->position;
	node->children = g_ptr_array_sized_new(2);
	g_ptr_array_add(node->children, balanced(query, flat, first, n / 2));
	g_ptr_array_add(node->children, balanced(query, flat, first + n / 2, n - n / 2));
	return node;
}

void query_node_balance(Query *query)
{
	guint n = query->nodes->len;
	for (guint i = 0; i < n; i++) {
		QueryNode *node = query->nodes->pdata[i];
		if (node->kind != QUERY_OPERATOR || (node->op != QUERY_AND && node->op != QUERY_OR))
			continue;
		guint count = node->children->len, half = count / 2;
		node->length = 0;
		if (count == 2)
			continue;
		QueryNode *left = balanced(query, node, 0, half);
		QueryNode *right = balanced(query, node, half, count - half);
		g_ptr_array_set_size(node->children, 0);
		g_ptr_array_add(node->children, left);
		g_ptr_array_add(node->children, right);
	}
}
