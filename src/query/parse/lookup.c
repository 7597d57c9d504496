/* Nodes of calls, casts and intervals: what is looked up by name. */
#include <string.h>
#include "query/parse/parse.h"

/* Casts ---------------------------------------------------------------------------------------- */

typedef struct {
	const char *name;
	const char *second; /* a word that may follow and changes nothing, or NULL */
	QueryCast cast;
	guint length_max, scale_max; /* 0: takes none */
	const char *refusal;
} CastType;

#define APPROXIMATE "single precision rounds differently everywhere; use DOUBLE"
#define CHARACTER_SET "use CHAR"

static const CastType cast_types[] = {
	{"BINARY", NULL, QUERY_CAST_BINARY, 65535, 0, NULL},
	{"CHAR", NULL, QUERY_CAST_CHAR, 65535, 0, NULL},
	{"CHARACTER", NULL, QUERY_CAST_CHAR, 65535, 0, NULL},
	{"DATE", NULL, QUERY_CAST_DATE, 0, 0, NULL},
	{"DATETIME", NULL, QUERY_CAST_DATETIME, 6, 0, NULL},
	{"DEC", NULL, QUERY_CAST_DECIMAL, 65, 30, NULL},
	{"DECIMAL", NULL, QUERY_CAST_DECIMAL, 65, 30, NULL},
	{"DOUBLE", "PRECISION", QUERY_CAST_DOUBLE, 0, 0, NULL},
	{"FLOAT", NULL, QUERY_CAST_DOUBLE, 0, 0, APPROXIMATE},
	{"JSON", NULL, QUERY_CAST_JSON, 0, 0, NULL},
	{"NCHAR", NULL, QUERY_CAST_CHAR, 0, 0, CHARACTER_SET},
	{"REAL", NULL, QUERY_CAST_DOUBLE, 0, 0, NULL},
	{"SIGNED", "INTEGER", QUERY_CAST_SIGNED, 0, 0, NULL},
	{"TIME", NULL, QUERY_CAST_TIME, 6, 0, NULL},
	{"UNSIGNED", "INTEGER", QUERY_CAST_UNSIGNED, 0, 0, NULL},
	{"YEAR", NULL, QUERY_CAST_SIGNED, 0, 0, "use SIGNED, or YEAR(x)"},
};

static gboolean is_word(const QueryToken *token, const char *word)
{
	return token->length == strlen(word) &&
	       g_ascii_strncasecmp(token->text, word, token->length) == 0;
}

/* A length or scale as it was written; FALSE where it is over `max`. */
static gboolean read_size(QueryParser *parser, const QueryToken *token, guint max, guint *size)
{
	guint64 value = g_ascii_strtoull(token->text, NULL, 10);
	if (value > max)
		query_parse_fail(
			parser, "the type at character %u takes %u at most", token->position, max);
	*size = (guint)MIN(value, max);
	return value <= max;
}

static const CastType *find_cast_type(
	QueryParser *parser, const QueryToken *name, const QueryToken *second)
{
	gint row = query_find_word(cast_types, G_N_ELEMENTS(cast_types), sizeof cast_types[0],
		name->text, name->length);
	g_autofree char *word = text_quotable(name->text, name->length);
	if (row < 0)
		return query_parse_fail(
			parser, "unknown type '%s' at character %u", word, name->position);
	const CastType *type = &cast_types[row];
	if (type->refusal)
		return query_parse_fail(parser, "type '%s' at character %u: %s", word,
			name->position, type->refusal);
	if (!second || (type->second && (is_word(second, type->second) ||
						(*type->second == 'I' && is_word(second, "INT")))))
		return type;
	g_autofree char *unexpected = text_quotable(second->text, second->length);
	return query_parse_fail(
		parser, "unexpected '%s' at character %u", unexpected, second->position);
}

/* Length and scale as the header says. */
static gboolean set_sizes(QueryParser *parser, QueryNode *node, const CastType *type,
	const QueryToken *length, const QueryToken *scale)
{
	gboolean decimal = type->cast == QUERY_CAST_DECIMAL;
	node->length = decimal ? 10 : G_MAXUINT;
	if (length && type->length_max == 0)
		return query_parse_fail(parser, "unexpected '(' at character %u",
			       length->position - 1) != NULL;
	if (scale && type->scale_max == 0)
		return query_parse_fail(parser, "unexpected ',' at character %u",
			       scale->position - 1) != NULL;
	if (length && !read_size(parser, length, type->length_max, &node->length))
		return FALSE;
	if (scale && !read_size(parser, scale, type->scale_max, &node->scale))
		return FALSE;
	if (decimal && node->length == 0)
		node->length = 10;
	if (decimal && node->length < node->scale)
		return query_parse_fail(parser,
			       "DECIMAL at character %u: more digits behind the point "
			       "than in all",
			       node->position) != NULL;
	if (type->length_max == 6) {
		node->scale = length ? node->length : 0;
		node->length = G_MAXUINT;
	}
	return TRUE;
}

QueryNode *query_node_cast_type(QueryParser *parser, const QueryToken *name,
	const QueryToken *second, const QueryToken *length, const QueryToken *scale)
{
	const CastType *type = find_cast_type(parser, name, second);
	if (!type)
		return NULL;
	QueryNode *node = query_node_new(parser, QUERY_CAST, name->position);
	node->word = type->cast;
	return set_sizes(parser, node, type, length, scale) ? node : NULL;
}

QueryNode *query_node_charset(QueryParser *parser, const QueryToken *name)
{
	QueryNode *node = query_node_new(parser, QUERY_CAST, name->position);
	node->length = G_MAXUINT;
	node->word = is_word(name, "BINARY") ? QUERY_CAST_BINARY : QUERY_CAST_TEXT;
	if (node->word == QUERY_CAST_BINARY || is_word(name, "utf8mb4"))
		return node;
	g_autofree char *word = text_quotable(name->text, name->length);
	return query_parse_fail(parser,
		"character set '%s' at character %u: there are utf8mb4 and binary", word,
		name->position);
}

QueryNode *query_node_cast(
	QueryParser *parser, const QueryToken *token, QueryNode *operand, QueryNode *type)
{
	type->position = token->position;
	return query_node_add(parser, type, operand);
}

/* Collations ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	QueryCollation collation;
} collations[] = {
	{"BINARY", QUERY_COLLATION_BINARY},
	{"UTF8MB4_BIN", QUERY_COLLATION_BIN},
	{"UTF8MB4_GENERAL_CI", QUERY_COLLATION_GENERAL_CI},
};

QueryNode *query_node_collate(QueryParser *parser, QueryNode *operand, const QueryToken *name)
{
	gsize quoted = strchr("'\"`", *name->text) != NULL;
	const char *text = name->text + quoted;
	gsize length = name->length - 2 * quoted;
	gint row = query_find_word(
		collations, G_N_ELEMENTS(collations), sizeof collations[0], text, length);
	if (row < 0) {
		g_autofree char *word = text_quotable(text, length);
		return query_parse_fail(parser,
			"collation '%s' at character %u: there are utf8mb4_general_ci and "
			"utf8mb4_bin",
			word, name->position);
	}
	QueryNode *node = query_node_new(parser, QUERY_COLLATE, operand->position);
	node->word = collations[row].collation;
	return query_node_add(parser, node, operand);
}

/* Intervals ------------------------------------------------------------------------------------ */

static gboolean find_unit(QueryParser *parser, const QueryToken *name, guint *unit)
{
	for (*unit = 0; *unit < QUERY_UNITS; ++*unit) {
		const char *known = query_unit(*unit)->name;
		if (strlen(known) == name->length &&
			g_ascii_strncasecmp(known, name->text, name->length) == 0)
			return TRUE;
	}
	g_autofree char *word = text_quotable(name->text, name->length);
	query_parse_fail(parser,
		"unknown unit '%s' at character %u, expected SECOND, MINUTE, HOUR, "
		"DAY, ...",
		word, name->position);
	return FALSE;
}

QueryNode *query_node_unit(QueryParser *parser, const QueryToken *unit)
{
	QueryNode *node = query_node_new(parser, QUERY_UNIT, unit->position);
	return find_unit(parser, unit, &node->word) ? node : NULL;
}

static QueryNode *interval_new(QueryParser *parser, guint position, QueryNode *amount, guint unit)
{
	QueryNode *node = query_node_new(parser, QUERY_INTERVAL, position);
	node->word = unit;
	return query_node_add(parser, node, amount);
}

QueryNode *query_node_interval(
	QueryParser *parser, const QueryToken *token, QueryNode *amount, const QueryToken *unit)
{
	guint word;
	return find_unit(parser, unit, &word) ? interval_new(parser, token->position, amount, word)
					      : NULL;
}

/* Calls ---------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	QueryOperator op;
	gboolean takes_days; /* ADDDATE(x, 7) */
} date_functions[] = {
	{"ADDDATE", QUERY_ADD, TRUE},
	{"DATE_ADD", QUERY_ADD, FALSE},
	{"DATE_SUB", QUERY_SUBTRACT, FALSE},
	{"SUBDATE", QUERY_SUBTRACT, TRUE},
};

static QueryNode *call_date_function(
	QueryParser *parser, const QueryToken *name, gint row, QueryNode *list)
{
	guint n = !list ? 0 : list->children->len;
	if (n != 2)
		return query_parse_fail(
			parser, "%s takes 2 arguments, not %u", date_functions[row].name, n);
	QueryNode *first = list->children->pdata[0], *second = list->children->pdata[1];
	if (first->kind == QUERY_INTERVAL ||
		(second->kind != QUERY_INTERVAL && !date_functions[row].takes_days))
		return query_parse_fail(parser,
			"%s at character %u takes a date and INTERVAL n unit",
			date_functions[row].name, name->position);
	if (second->kind != QUERY_INTERVAL)
		second = interval_new(parser, second->position, second, QUERY_UNIT_DAY);
	return !second ? NULL : query_node_binary(parser, date_functions[row].op, first, second);
}

static void *unknown_function(QueryParser *parser, const QueryToken *name)
{
	g_autofree char *word = text_quotable(name->text, name->length);
	const char *refusal = query_function_refusal(name->text, name->length);
	const char *near = query_function_suggest(name->text, name->length);
	if (refusal)
		return query_parse_fail(parser, "unknown function '%s': %s", word, refusal);
	if (near)
		return query_parse_fail(
			parser, "unknown function '%s', did you mean '%s'?", word, near);
	return query_parse_fail(
		parser, "unknown function '%s' at character %u", word, name->position);
}

QueryNode *query_node_call(QueryParser *parser, const QueryToken *name, QueryNode *list)
{
	gboolean taken = FALSE;
	gint row = query_find_word(date_functions, G_N_ELEMENTS(date_functions),
		sizeof date_functions[0], name->text, name->length);
	if (row >= 0)
		return call_date_function(parser, name, row, list);
	QueryNode *now = query_node_now(parser, name, list, &taken);
	if (taken)
		return now;
	const QueryFunction *function = query_function_find(name->text, name->length);
	return !function ? unknown_function(parser, name)
			 : query_node_function(parser, name, function->id, list);
}

static gboolean check_count(QueryParser *parser, const QueryFunction *function, guint n)
{
	const char *most = function->max == QUERY_ARGUMENTS_MAX ? "at least " : "";
	g_autofree char *range = function->min != function->max && *most == '\0'
					 ? g_strdup_printf("%u to %u", function->min, function->max)
					 : g_strdup_printf("%s%u", most, function->min);
	if (n >= function->min && (n <= function->max || *most != '\0'))
		return TRUE;
	query_parse_fail(parser, "%s takes %s argument%s, not %u", function->names[0], range,
		function->min == 1 && function->max != 2 ? "" : "s", n);
	return FALSE;
}

/* WEEK(x) would look at default_week_format. */
static void add_mode(QueryParser *parser, QueryNode *node)
{
	QueryNode *mode = query_node_new(parser, QUERY_LITERAL, node->position);
	mode->value.kind = QUERY_VALUE_INTEGER;
	query_node_add(parser, node, mode);
}

QueryNode *query_node_function(
	QueryParser *parser, const QueryToken *token, QueryFunctionId id, QueryNode *list)
{
	const QueryFunction *function = query_function_get(id);
	QueryNode *node = list ? list : query_node_new(parser, QUERY_FUNCTION, token->position);
	if (!check_count(parser, function, !list ? 0 : list->children->len))
		return NULL;
	node->function = function;
	node->position = token->position;
	if (!node->children)
		node->children = g_ptr_array_new();
	if ((id == QUERY_FN_WEEK || id == QUERY_FN_YEARWEEK) && node->children->len == 1)
		add_mode(parser, node);
	for (guint i = 0; i < node->children->len; i++) {
		const QueryNode *argument = node->children->pdata[i];
		if (argument->kind == QUERY_INTERVAL)
			return query_parse_fail(parser, "unexpected 'INTERVAL' at character %u",
				argument->position);
	}
	return node;
}
