/* The types that an expression's parts have on MySQL, how its comparisons compare, and what is refused
 * because the stores would not answer it alike. MySQL Reference Manual, "Type Conversion in Expression
 * Evaluation", "Comparison and Ordering of JSON Values". */
#include "query/type/type.h"
#include <string.h>

#define child query_type_child
#define refuse query_type_refuse

gboolean query_type_is_integer(QueryType type)
{
	return type == QUERY_TYPE_BOOLEAN || type == QUERY_TYPE_INTEGER ||
	       type == QUERY_TYPE_UNSIGNED;
}

gboolean query_type_is_number(QueryType type)
{
	return query_type_is_integer(type) || type == QUERY_TYPE_DECIMAL ||
	       type == QUERY_TYPE_DOUBLE;
}

gboolean query_type_is_text(QueryType type)
{
	return type == QUERY_TYPE_TEXT || type == QUERY_TYPE_BINARY;
}

gboolean query_type_is_date(QueryType type)
{
	return type == QUERY_TYPE_DATE || type == QUERY_TYPE_DATETIME;
}

gboolean query_type_is_moment(QueryType type)
{
	return query_type_is_date(type) || type == QUERY_TYPE_TIME;
}

gboolean query_type_is_literal(const QueryNode *node, QueryValueKind kind)
{
	return node->kind == QUERY_LITERAL && node->value.kind == kind;
}

/* Literals and columns ------------------------------------------------------------------------- */

static const QueryType literal_types[] = {
	[QUERY_VALUE_NULL] = QUERY_TYPE_NULL,
	[QUERY_VALUE_BOOLEAN] = QUERY_TYPE_BOOLEAN,
	[QUERY_VALUE_INTEGER] = QUERY_TYPE_INTEGER,
	[QUERY_VALUE_DECIMAL] = QUERY_TYPE_DECIMAL,
	[QUERY_VALUE_DOUBLE] = QUERY_TYPE_DOUBLE,
	[QUERY_VALUE_TEXT] = QUERY_TYPE_TEXT,
	[QUERY_VALUE_BINARY] = QUERY_TYPE_BINARY,
	[QUERY_VALUE_DATE] = QUERY_TYPE_DATE,
	[QUERY_VALUE_TIME] = QUERY_TYPE_TIME,
	[QUERY_VALUE_DATETIME] = QUERY_TYPE_DATETIME,
};

void query_type_set_text(QueryNode *node, QueryCollation collation, QueryCoercibility coercibility)
{
	node->collation = collation;
	node->coercibility = coercibility;
}

static gboolean type_literal(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	const QueryValue *value = &node->value;
	node->type = literal_types[value->kind];
	if (value->kind == QUERY_VALUE_INTEGER && value->integer > G_MAXINT64)
		node->type = QUERY_TYPE_UNSIGNED;
	if (value->kind == QUERY_VALUE_DECIMAL) {
		const char *point = memchr(value->text.data, '.', value->text.length);
		node->scale =
			!point ? 0 : (guint)(value->text.data + value->text.length - point - 1);
	}
	if (query_type_is_text(node->type))
		query_type_set_text(node,
			node->type == QUERY_TYPE_TEXT ? QUERY_COLLATION_GENERAL_CI
						      : QUERY_COLLATION_BINARY,
			QUERY_COERCIBILITY_LITERAL);
	return TRUE;
}

static const struct {
	QueryType type;
	guint scale;
	QueryCollation collation;
} columns[] = {
	[QUERY_RECORD_ID] = {QUERY_TYPE_UNSIGNED, 0, QUERY_COLLATION_NONE},
	[QUERY_NAME] = {QUERY_TYPE_TEXT, 0, QUERY_COLLATION_BIN},
	[QUERY_TS] = {QUERY_TYPE_DATETIME, 6, QUERY_COLLATION_NONE},
	[QUERY_LEVEL] = {QUERY_TYPE_UNSIGNED, 0, QUERY_COLLATION_NONE},
	[QUERY_MESSAGE] = {QUERY_TYPE_TEXT, 0, QUERY_COLLATION_GENERAL_CI},
	[QUERY_LOGREC] = {QUERY_TYPE_JSON, 0, QUERY_COLLATION_NONE},
};

static gboolean type_column(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	node->type = columns[node->column].type;
	node->scale = columns[node->column].scale;
	if (node->type == QUERY_TYPE_TEXT)
		query_type_set_text(
			node, columns[node->column].collation, QUERY_COERCIBILITY_IMPLICIT);
	return TRUE;
}

static void become_moment(QueryNode *node, QueryValueKind kind, gint64 moment, gboolean fraction)
{
	node->value.kind = kind;
	node->value.moment = moment;
	node->type = literal_types[kind];
	node->scale = fraction ? 6 : 0;
	query_type_set_text(node, QUERY_COLLATION_NONE, QUERY_COERCIBILITY_LITERAL);
}

/* A string that was read as a date, with or without an INTERVAL: beside another string it would be a
 * string. */
gboolean query_type_is_string(const QueryNode *node)
{
	return node->type == QUERY_TYPE_TEXT ||
	       (query_type_is_date(node->type) && node->coercibility == QUERY_COERCIBILITY_LITERAL);
}

gboolean query_type_is_ragged(const QueryNode *node)
{
	return node->kind == QUERY_OPERATOR && node->type == QUERY_TYPE_DATETIME &&
	       node->scale > 0 && query_type_is_string(node);
}

gboolean query_type_make_moment(const QueryTyping *typing, QueryNode *node)
{
	const Text *text = &node->value.text;
	gboolean fraction, has_time = FALSE;
	gint64 moment;
	if (node->passes_json)
		return refuse(typing, node, QUERY_REASON_JSON_DATE);
	if (!query_type_is_literal(node, QUERY_VALUE_TEXT))
		return TRUE;
	if (!query_moment_parse_datetime(text->data, text->length, &moment, &fraction, &has_time))
		return refuse(typing, node, QUERY_REASON_DATE_WANTED);
	become_moment(node, has_time ? QUERY_VALUE_DATETIME : QUERY_VALUE_DATE, moment, fraction);
	return TRUE;
}

gboolean query_type_make_time(const QueryTyping *typing, QueryNode *node)
{
	const Text *text = &node->value.text;
	gboolean fraction;
	gint64 moment;
	if (query_type_is_literal(node, QUERY_VALUE_TEXT) &&
		query_moment_parse_time(text->data, text->length, &moment, &fraction)) {
		become_moment(node, QUERY_VALUE_TIME, moment, fraction);
		return TRUE;
	}
	if (!query_type_make_moment(typing, node))
		return FALSE;
	if (node->type == QUERY_TYPE_TEXT)
		return refuse(typing, node, QUERY_REASON_TIME_TEXT);
	/* As a time, MySQL reads '2026-03-01' as 00:20:26. */
	return node->value.kind != QUERY_VALUE_DATE ||
	       node->coercibility != QUERY_COERCIBILITY_LITERAL ||
	       refuse(typing, node, QUERY_REASON_TIME_WANTED);
}

gboolean query_type_make_number(const QueryTyping *typing, QueryNode *node)
{
	const Text *text = &node->value.text;
	if (!query_type_is_literal(node, QUERY_VALUE_BINARY))
		return TRUE;
	if (text->length > sizeof node->value.integer)
		return refuse(typing, node, QUERY_REASON_HEX_LONG);
	gboolean bits = node->value.integer == QUERY_BITS;
	node->value.integer = 0;
	for (gsize i = 0; i < text->length; i++)
		node->value.integer = node->value.integer << 8 | (guchar)text->data[i];
	node->value.kind = QUERY_VALUE_INTEGER;
	node->type = bits && node->value.integer <= G_MAXINT64 ? QUERY_TYPE_INTEGER
							       : QUERY_TYPE_UNSIGNED;
	query_type_set_text(node, QUERY_COLLATION_NONE, QUERY_COERCIBILITY_EXPLICIT);
	return TRUE;
}

static gboolean has_interval(const QueryNode *node)
{
	for (guint i = 0; node->children && i < node->children->len; i++)
		if (child(node, i) && child(node, i)->kind == QUERY_INTERVAL)
			return TRUE;
	return FALSE;
}

gboolean query_type_is_json_choice(const QueryNode *node)
{
	return node->type == QUERY_TYPE_JSON && node->kind == QUERY_FUNCTION &&
	       (node->function->id == QUERY_FN_COALESCE || node->function->id == QUERY_FN_IFNULL);
}

gboolean query_type_check_number(const QueryTyping *typing, QueryNode *node)
{
	/* MySQL makes a text of the choice first, with its quotes. */
	if (query_type_is_json_choice(node))
		return query_type_refuse(typing, node, QUERY_REASON_JSON_CHOICE);
	if (query_type_is_string(node) && has_interval(node))
		return refuse(typing, node, QUERY_REASON_DATE_NUMERIC);
	if (query_type_is_moment(node->type))
		return refuse(typing, node, QUERY_REASON_DATE_NUMERIC);
	return query_type_make_number(typing, node);
}

/* Conditions ----------------------------------------------------------------------------------- */

static QueryNode *literal_zero(const QueryTyping *typing, guint position)
{
	QueryNode *zero = g_new0(QueryNode, 1);
	g_ptr_array_add(typing->query->nodes, zero);
	zero->kind = QUERY_LITERAL;
	zero->position = position;
	zero->value.kind = QUERY_VALUE_INTEGER;
	zero->type = QUERY_TYPE_INTEGER;
	return zero;
}

/* MySQL reads JSON as a condition as JSON <> 0, which is true of JSON's null and false too. */
static QueryNode *differs_from_zero(const QueryTyping *typing, QueryNode *json)
{
	QueryNode *node = g_new0(QueryNode, 1);
	g_ptr_array_add(typing->query->nodes, node);
	node->kind = QUERY_OPERATOR;
	node->op = QUERY_NOT_EQUAL;
	node->position = json->position;
	node->type = QUERY_TYPE_BOOLEAN;
	node->comparison = QUERY_TYPE_JSON;
	node->children = g_ptr_array_sized_new(2);
	g_ptr_array_add(node->children, json);
	g_ptr_array_add(node->children, literal_zero(typing, json->position));
	return node;
}

/* A condition in `*place`. */
gboolean query_type_check_condition(const QueryTyping *typing, gpointer *place)
{
	QueryNode *node = *place;
	if (query_type_is_moment(node->type))
		return refuse(typing, node, QUERY_REASON_DATE_CONDITION);
	if (node->type == QUERY_TYPE_JSON)
		*place = differs_from_zero(typing, node);
	return query_type_make_number(typing, node);
}

static gboolean type_logical(const QueryTyping *typing, QueryNode *node)
{
	node->type = QUERY_TYPE_BOOLEAN;
	for (guint i = 0; i < node->children->len; i++)
		if (!query_type_check_condition(typing, &node->children->pdata[i]))
			return FALSE;
	return TRUE;
}

static gboolean type_is_null(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	node->type = QUERY_TYPE_BOOLEAN;
	return TRUE;
}

/* Operators ------------------------------------------------------------------------------------ */

static gboolean type_binary(const QueryTyping *typing, QueryNode *node)
{
	(void)typing;
	node->type = QUERY_TYPE_BINARY;
	query_type_set_text(node, QUERY_COLLATION_BINARY, QUERY_COERCIBILITY_IMPLICIT);
	return TRUE;
}

/* -> and ->>: the grammar saw to the column and that the path is a string. */
static gboolean type_arrow(const QueryTyping *typing, QueryNode *node)
{
	if (!query_type_make_path(typing, child(node, 1)))
		return FALSE;
	node->type = QUERY_TYPE_JSON;
	if (node->op == QUERY_JSON_UNQUOTE) {
		node->type = QUERY_TYPE_TEXT;
		query_type_set_text(node, QUERY_COLLATION_BIN, QUERY_COERCIBILITY_LITERAL);
	}
	return TRUE;
}

typedef gboolean (*TypeFunc)(const QueryTyping *typing, QueryNode *node);

static const TypeFunc operators[] = {
	[QUERY_OR] = type_logical,
	[QUERY_XOR] = type_logical,
	[QUERY_AND] = type_logical,
	[QUERY_NOT] = type_logical,
	[QUERY_EQUAL] = query_type_comparison,
	[QUERY_NULL_SAFE_EQUAL] = query_type_comparison,
	[QUERY_GREATER_EQUAL] = query_type_comparison,
	[QUERY_GREATER] = query_type_comparison,
	[QUERY_LESS_EQUAL] = query_type_comparison,
	[QUERY_LESS] = query_type_comparison,
	[QUERY_NOT_EQUAL] = query_type_comparison,
	[QUERY_IS_NULL] = type_is_null,
	[QUERY_IS_NOT_NULL] = type_is_null,
	[QUERY_IS_TRUE] = type_logical,
	[QUERY_IS_NOT_TRUE] = type_logical,
	[QUERY_IS_FALSE] = type_logical,
	[QUERY_IS_NOT_FALSE] = type_logical,
	[QUERY_LIKE] = query_type_like,
	[QUERY_NOT_LIKE] = query_type_like,
	[QUERY_REGEXP] = query_type_regexp,
	[QUERY_NOT_REGEXP] = query_type_regexp,
	[QUERY_IN] = query_type_in,
	[QUERY_NOT_IN] = query_type_in,
	[QUERY_BETWEEN] = query_type_between,
	[QUERY_NOT_BETWEEN] = query_type_between,
	[QUERY_BIT_OR] = query_type_bits,
	[QUERY_BIT_AND] = query_type_bits,
	[QUERY_SHIFT_LEFT] = query_type_bits,
	[QUERY_SHIFT_RIGHT] = query_type_bits,
	[QUERY_ADD] = query_type_arithmetic,
	[QUERY_SUBTRACT] = query_type_arithmetic,
	[QUERY_MULTIPLY] = query_type_arithmetic,
	[QUERY_DIVIDE] = query_type_divide,
	[QUERY_INTEGER_DIVIDE] = query_type_integer_divide,
	[QUERY_MODULO] = query_type_modulo,
	[QUERY_BIT_XOR] = query_type_bits,
	[QUERY_NEGATE] = query_type_negate,
	[QUERY_BIT_NOT] = query_type_bits,
	[QUERY_BINARY] = type_binary,
	[QUERY_JSON_PATH] = type_arrow,
	[QUERY_JSON_UNQUOTE] = type_arrow,
};

static gboolean type_operator(const QueryTyping *typing, QueryNode *node)
{
	return operators[node->op](typing, node);
}

/* CASE, casts and the like --------------------------------------------------------------------- */

static gboolean check_case_operand(const QueryTyping *typing, QueryNode *operand)
{
	if (operand->type == QUERY_TYPE_JSON)
		return refuse(typing, operand, QUERY_REASON_JSON_CONDITION);
	return !query_type_is_moment(operand->type) ||
	       refuse(typing, operand, QUERY_REASON_DATE_CASE);
}

/* CASE x WHEN y ...: texts among x and all y are compared by one collation. */
static gboolean type_case_operand(const QueryTyping *typing, QueryNode *node, QueryNode *operand)
{
	g_autoptr(GPtrArray) compared = g_ptr_array_new();
	gboolean any_text = FALSE;

	if (!check_case_operand(typing, operand))
		return FALSE;
	g_ptr_array_add(compared, operand);
	for (guint i = 1; i < node->children->len - 1; i += 2) {
		QueryNode *when = child(node, i);
		if (!check_case_operand(typing, when) || !query_type_compare_pair(typing, node, i))
			return FALSE;
		g_ptr_array_add(compared, when);
		any_text |= when->pair == QUERY_TYPE_TEXT;
	}
	return !any_text || query_type_collate_nodes(typing, node, compared->pdata, compared->len);
}

static gboolean type_case(const QueryTyping *typing, QueryNode *node)
{
	g_autoptr(GPtrArray) among = g_ptr_array_new();
	QueryNode *operand = child(node, 0);
	guint last = node->children->len - 1;

	if (operand && !type_case_operand(typing, node, operand))
		return FALSE;
	for (guint i = 1; i < last; i += 2) {
		/* Only here and in IF does MySQL not read JSON as JSON <> 0. */
		if (!operand && child(node, i)->type == QUERY_TYPE_JSON)
			return refuse(typing, child(node, i), QUERY_REASON_JSON_CONDITION);
		if (!operand && !query_type_check_condition(typing, &node->children->pdata[i]))
			return FALSE;
		g_ptr_array_add(among, child(node, i + 1));
	}
	if (child(node, last))
		g_ptr_array_add(among, child(node, last));
	return query_type_choose_compared(typing, node, among);
}

static const QueryType cast_types[] = {
	[QUERY_CAST_BINARY] = QUERY_TYPE_BINARY,
	[QUERY_CAST_CHAR] = QUERY_TYPE_TEXT,
	[QUERY_CAST_DATE] = QUERY_TYPE_DATE,
	[QUERY_CAST_DATETIME] = QUERY_TYPE_DATETIME,
	[QUERY_CAST_DECIMAL] = QUERY_TYPE_DECIMAL,
	[QUERY_CAST_DOUBLE] = QUERY_TYPE_DOUBLE,
	[QUERY_CAST_JSON] = QUERY_TYPE_JSON,
	[QUERY_CAST_SIGNED] = QUERY_TYPE_INTEGER,
	[QUERY_CAST_TIME] = QUERY_TYPE_TIME,
	[QUERY_CAST_UNSIGNED] = QUERY_TYPE_UNSIGNED,
	[QUERY_CAST_TEXT] = QUERY_TYPE_TEXT,
};

static gboolean check_cast(const QueryTyping *typing, const QueryNode *node, QueryNode *operand)
{
	gboolean to_text = node->type == QUERY_TYPE_TEXT;
	if (query_type_is_ragged(operand))
		return refuse(typing, operand, QUERY_REASON_DATE_STRINGS);
	if (to_text && operand->type == QUERY_TYPE_BINARY)
		return refuse(typing, operand, QUERY_REASON_BINARY_TEXT);
	if (query_type_is_number(node->type) && operand->type == QUERY_TYPE_JSON &&
		operand->kind == QUERY_CASE)
		return refuse(typing, operand, QUERY_REASON_JSON_CHOICE);
	if (query_type_is_number(node->type))
		return query_type_check_number(typing, operand);
	if (!query_type_is_moment(node->type))
		return TRUE;
	if (query_type_is_number(operand->type) || operand->type == QUERY_TYPE_BINARY ||
		operand->type == QUERY_TYPE_JSON)
		return refuse(typing, operand, QUERY_REASON_DATE_WANTED);
	if (operand->type == QUERY_TYPE_TIME && node->type != QUERY_TYPE_TIME)
		return refuse(typing, operand, QUERY_REASON_DATE_TIME);
	return node->type == QUERY_TYPE_TIME ? query_type_make_time(typing, operand)
					     : query_type_make_moment(typing, operand);
}

static gboolean type_cast(const QueryTyping *typing, QueryNode *node)
{
	node->type = cast_types[node->word];
	if (node->type == QUERY_TYPE_TEXT)
		query_type_set_text(node, QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_IMPLICIT);
	if (node->type == QUERY_TYPE_BINARY)
		query_type_set_text(node, QUERY_COLLATION_BINARY, QUERY_COERCIBILITY_IMPLICIT);
	if (node->type == QUERY_TYPE_JSON)
		return query_type_check_json_cast(typing, child(node, 0));
	return check_cast(typing, node, child(node, 0));
}

static gboolean type_collate(const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *operand = child(node, 0);
	if (node->word == QUERY_COLLATION_BINARY)
		return refuse(typing, node, QUERY_REASON_COLLATE_BINARY);
	if (operand->type != QUERY_TYPE_TEXT)
		return refuse(typing, operand,
			operand->type == QUERY_TYPE_JSON ? QUERY_REASON_JSON_COLLATE
							 : QUERY_REASON_COLLATE_OTHER);
	node->type = QUERY_TYPE_TEXT;
	query_type_set_text(node, node->word, QUERY_COERCIBILITY_EXPLICIT);
	return TRUE;
}

/* `scale`: of the result, where the date has none. */
static gboolean type_interval(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *amount = child(node, 0);
	gboolean simple = node->word <= QUERY_UNIT_YEAR;
	gboolean literal = amount->kind == QUERY_LITERAL;
	if (!query_type_make_number(typing, amount))
		return FALSE;
	if (!(query_type_is_number(amount->type) || amount->type == QUERY_TYPE_NULL ||
		    (literal && amount->type == QUERY_TYPE_TEXT)) ||
		(!simple && !literal))
		return refuse(typing, amount, QUERY_REASON_INTERVAL);
	node->scale = query_unit(node->word)->micros == 1 ? 6 : 0;
	if (node->word == QUERY_UNIT_SECOND && !query_type_is_integer(amount->type))
		node->scale = amount->type == QUERY_TYPE_DECIMAL ? MIN(amount->scale, 6) : 6;
	return TRUE;
}

static gboolean type_unit(G_GNUC_UNUSED const QueryTyping *typing, G_GNUC_UNUSED QueryNode *node)
{
	return TRUE;
}

static const TypeFunc kinds[] = {
	[QUERY_LITERAL] = type_literal,
	[QUERY_COLUMN] = type_column,
	[QUERY_OPERATOR] = type_operator,
	[QUERY_FUNCTION] = query_type_call,
	[QUERY_CASE] = type_case,
	[QUERY_CAST] = type_cast,
	[QUERY_COLLATE] = type_collate,
	[QUERY_INTERVAL] = type_interval,
	[QUERY_UNIT] = type_unit,
};

/* As deep as the tree, which is QUERY_NESTING_MAX at most. */
static gboolean type_node(const QueryTyping *typing, QueryNode *node, const QueryNode *parent)
{
	for (guint i = 0; node->children && i < node->children->len; i++)
		if (child(node, i) && !type_node(typing, child(node, i), node))
			return FALSE;
	if (node->kind == QUERY_CAST && node->word == QUERY_CAST_TEXT &&
		(!parent || parent->kind != QUERY_COLLATE))
		return refuse(typing, node, QUERY_REASON_CONVERT);
	return kinds[node->kind](typing, node);
}

gboolean query_type_check(Query *query, GError **error)
{
	QueryTyping typing = {query, error};
	gpointer root = query->root;
	if (!type_node(&typing, query->root, NULL) || !query_type_check_condition(&typing, &root))
		return FALSE;
	query->root = root;
	return TRUE;
}
