/* The types of the functions' results, and what their arguments have to be: the letters of
 * query/parse/function.h. */
#include "base/arena.h"
#include "base/json.h"
#include "query/type/type.h"

#define child query_type_child
#define refuse query_type_refuse

typedef gboolean (*CallFunc)(const QueryTyping *typing, QueryNode *node);

/* Arguments ------------------------------------------------------------------------------------ */

static gboolean take_any(G_GNUC_UNUSED const QueryTyping *typing, G_GNUC_UNUSED QueryNode *argument)
{
	return TRUE;
}

/* A literal date as text: how many digits its fraction has is not the same everywhere. */
static gboolean take_text(const QueryTyping *typing, QueryNode *argument)
{
	if (argument->kind == QUERY_LITERAL && query_type_is_moment(argument->type) &&
		argument->scale > 0)
		return refuse(typing, argument, QUERY_REASON_TEXT_WANTED);
	return argument->type != QUERY_TYPE_BINARY ||
	       refuse(typing, argument, QUERY_REASON_BINARY_TEXT);
}

static gboolean take_text_only(const QueryTyping *typing, QueryNode *argument)
{
	return argument->type == QUERY_TYPE_TEXT || argument->type == QUERY_TYPE_NULL ||
	       refuse(typing, argument, QUERY_REASON_TEXT_WANTED);
}

static gboolean take_json(const QueryTyping *typing, QueryNode *argument)
{
	return argument->type == QUERY_TYPE_JSON || argument->type == QUERY_TYPE_NULL ||
	       refuse(typing, argument, QUERY_REASON_JSON_WANTED);
}

static gboolean take_json_or_text(const QueryTyping *typing, QueryNode *argument)
{
	return argument->type == QUERY_TYPE_JSON || take_text_only(typing, argument);
}

/* What MariaDB's functions take. */
#define DEPTH_MAX 31

/* MariaDB compares the numbers within arrays and objects as doubles. */
static gboolean has_large_integer(const Json *json)
{
	const guint64 limit = G_GUINT64_CONSTANT(1) << 53;
	if (json->kind == JSON_INTEGER || json->kind == JSON_UNSIGNED)
		return (json->kind == JSON_UNSIGNED ? json->whole : (guint64)ABS(json->integer)) >
		       limit;
	if (json->kind != JSON_ARRAY && json->kind != JSON_OBJECT)
		return FALSE;
	for (guint i = 0; i < json->n; i++)
		if (has_large_integer(json->values[i]))
			return TRUE;
	return FALSE;
}

static gboolean check_document(const QueryTyping *typing, const QueryNode *argument)
{
	g_autoptr(Arena) arena = arena_new();
	const Text *text = &argument->value.text;
	const Json *json = json_parse(arena, text->data, text->length);

	if (!json)
		return refuse(typing, argument, QUERY_REASON_JSON_WANTED);
	if (json_depth(json) > DEPTH_MAX)
		return refuse(typing, argument, QUERY_REASON_JSON_DEEP);
	return !has_large_integer(json) || refuse(typing, argument, QUERY_REASON_JSON_LARGE);
}

static gboolean take_document(const QueryTyping *typing, QueryNode *argument)
{
	if (query_type_is_literal(argument, QUERY_VALUE_TEXT))
		return check_document(typing, argument);
	return take_json(typing, argument);
}

gboolean query_type_check_json_cast(const QueryTyping *typing, QueryNode *operand)
{
	if (query_type_is_integer(operand->type))
		return operand->type != QUERY_TYPE_BOOLEAN || operand->kind == QUERY_LITERAL ||
		       refuse(typing, operand, QUERY_REASON_JSON_BOOLEAN);
	return (operand->type == QUERY_TYPE_TEXT && operand->kind == QUERY_LITERAL) ||
			       operand->type == QUERY_TYPE_JSON || operand->type == QUERY_TYPE_NULL
		       ? take_document(typing, operand)
		       : refuse(typing, operand, QUERY_REASON_JSON_CAST);
}

static gboolean take_value(const QueryTyping *typing, QueryNode *argument)
{
	if (query_type_is_condition(argument))
		return refuse(typing, argument, QUERY_REASON_JSON_BOOLEAN);
	if (query_type_is_moment(argument->type))
		return refuse(typing, argument, QUERY_REASON_JSON_DATE);
	return argument->type != QUERY_TYPE_BINARY ||
	       refuse(typing, argument, QUERY_REASON_BINARY_JSON);
}

static gboolean take_one_or_all(const QueryTyping *typing, QueryNode *argument)
{
	if (query_type_is_literal(argument, QUERY_VALUE_TEXT) &&
		(g_ascii_strcasecmp(argument->value.text.data, "one") == 0 ||
			g_ascii_strcasecmp(argument->value.text.data, "all") == 0))
		return TRUE;
	return refuse(typing, argument, QUERY_REASON_ONE_OR_ALL);
}

static gboolean take_count(const QueryTyping *typing, QueryNode *argument)
{
	return (query_type_is_literal(argument, QUERY_VALUE_INTEGER) &&
		       argument->value.integer <= QUERY_PAD_MAX) ||
	       refuse(typing, argument, QUERY_REASON_COUNT);
}

#define DIGITS_MAX 30

static gboolean take_digits(const QueryTyping *typing, QueryNode *argument)
{
	const QueryNode *digits = argument;
	if (argument->kind == QUERY_OPERATOR && argument->op == QUERY_NEGATE)
		digits = child(argument, 0);
	return (query_type_is_literal(digits, QUERY_VALUE_INTEGER) &&
		       digits->value.integer <= DIGITS_MAX) ||
	       refuse(typing, argument, QUERY_REASON_DIGITS);
}

static gboolean take_mode(const QueryTyping *typing, QueryNode *argument)
{
	return (query_type_is_literal(argument, QUERY_VALUE_INTEGER) &&
		       argument->value.integer <= 7) ||
	       refuse(typing, argument, QUERY_REASON_MODE);
}

static gboolean take_format(const QueryTyping *typing, QueryNode *argument)
{
	return query_type_is_literal(argument, QUERY_VALUE_TEXT) ||
	       refuse(typing, argument, QUERY_REASON_FORMAT);
}

static gboolean take_date(const QueryTyping *typing, QueryNode *argument)
{
	if (!query_type_make_moment(typing, argument))
		return FALSE;
	if (argument->type == QUERY_TYPE_TIME)
		return refuse(typing, argument, QUERY_REASON_DATE_TIME);
	return query_type_is_date(argument->type) || argument->type == QUERY_TYPE_TEXT ||
	       argument->type == QUERY_TYPE_NULL ||
	       refuse(typing, argument, QUERY_REASON_DATE_WANTED);
}

static gboolean take_time(const QueryTyping *typing, QueryNode *argument)
{
	return query_type_make_time(typing, argument) &&
	       (argument->type == QUERY_TYPE_TIME || take_date(typing, argument));
}

static const struct {
	char letter;
	CallFunc take;
} letters[] = {
	{'P', query_type_make_plain_path},
	{'b', take_any},
	{'c', take_count},
	{'d', take_date},
	{'f', take_format},
	{'h', take_time},
	{'i', take_digits},
	{'j', take_document},
	{'n', query_type_check_number},
	{'o', take_one_or_all},
	{'p', query_type_make_path},
	{'q', take_json},
	{'s', take_text_only},
	{'t', take_text},
	{'u', take_any},
	{'v', take_value},
	{'w', take_mode},
	{'x', take_any},
	{'y', take_json_or_text},
};

static gboolean take_arguments(const QueryTyping *typing, QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++) {
		char letter = query_function_letter(node->function, i);
		if (query_type_is_ragged(child(node, i)))
			return refuse(typing, child(node, i), QUERY_REASON_DATE_STRINGS);
		guint row = 0;
		while (letters[row].letter != letter)
			row++;
		if (!letters[row].take(typing, child(node, i)))
			return FALSE;
	}
	return TRUE;
}

/* Results -------------------------------------------------------------------------------------- */

static gboolean is_all_null(const GPtrArray *nodes)
{
	for (guint i = 0; i < nodes->len; i++)
		if (((QueryNode *)nodes->pdata[i])->type != QUERY_TYPE_NULL)
			return FALSE;
	return TRUE;
}

/* The arguments that are texts are compared, or make one, by one collation. */
static gboolean collate_texts(const QueryTyping *typing, QueryNode *node)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();

	for (guint i = 0; i < node->children->len; i++)
		if (query_function_letter(node->function, i) == 't')
			g_ptr_array_add(texts, child(node, i));
	if (!query_type_collate_nodes(typing, node, texts->pdata, texts->len))
		return FALSE;
	if (texts->len == 0)
		query_type_set_text(node, QUERY_COLLATION_GENERAL_CI, QUERY_COERCIBILITY_LITERAL);
	/* Made of NULL alone, it is no text. */
	if (texts->len > 0 && node->type == QUERY_TYPE_TEXT && is_all_null(texts))
		node->type = QUERY_TYPE_NULL;
	return TRUE;
}

/* The result has the first one's, whatever the others are: REPLACE, TRIM, LPAD and their like. */
static gboolean collate_first(const QueryTyping *typing, QueryNode *node)
{
	if (!collate_texts(typing, node) ||
		!query_type_collate_nodes(typing, node, node->children->pdata, 1))
		return FALSE;
	if (child(node, 0)->type == QUERY_TYPE_NULL)
		node->type = QUERY_TYPE_NULL;
	return TRUE;
}

/* Of an index that is JSON MySQL takes 32 bits. */
static gboolean result_elt(const QueryTyping *typing, QueryNode *node)
{
	if (child(node, 0)->type == QUERY_TYPE_JSON)
		return refuse(typing, child(node, 0), QUERY_REASON_JSON_INDEX);
	return collate_texts(typing, node);
}

/* MySQL compares by the collation of what is searched alone, the others by that of both. */
static gboolean search(const QueryTyping *typing, QueryNode *node, const QueryNode *searched)
{
	if (!collate_texts(typing, node))
		return FALSE;
	return searched->type != QUERY_TYPE_TEXT || node->collation == searched->collation ||
	       refuse(typing, node, QUERY_REASON_SEARCH);
}

static gboolean result_instr(const QueryTyping *typing, QueryNode *node)
{
	return search(typing, node, child(node, 0));
}

static gboolean result_locate(const QueryTyping *typing, QueryNode *node)
{
	return search(typing, node, child(node, 1));
}

/* MariaDB looks for it as for a number among doubles, and for an array as for one of its elements. */
static gboolean result_member_of(const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *value = child(node, 0);
	if (value->type == QUERY_TYPE_JSON ||
		(query_type_is_number(value->type) && value->type != QUERY_TYPE_BOOLEAN &&
			!query_type_is_exact(value)))
		return refuse(typing, value, QUERY_REASON_JSON_MEMBER);
	return TRUE;
}

static gboolean result_json_text(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	query_type_set_text(node, QUERY_COLLATION_BIN, QUERY_COERCIBILITY_LITERAL);
	return TRUE;
}

static gboolean result_choice(const QueryTyping *typing, QueryNode *node)
{
	return query_type_choose(typing, node, node->children);
}

static gboolean result_if(const QueryTyping *typing, QueryNode *node)
{
	g_autoptr(GPtrArray) among = g_ptr_array_new();

	if (child(node, 0)->type == QUERY_TYPE_JSON)
		return refuse(typing, child(node, 0), QUERY_REASON_JSON_CONDITION);
	if (!query_type_check_condition(typing, &node->children->pdata[0]))
		return FALSE;
	g_ptr_array_add(among, child(node, 1));
	g_ptr_array_add(among, child(node, 2));
	return query_type_choose(typing, node, among);
}

/* Values of one kind only: MySQL's rules for mixtures have changed between versions. */
static gboolean result_greatest(const QueryTyping *typing, QueryNode *node)
{
	if (!query_type_choose(typing, node, node->children))
		return FALSE;
	for (guint i = 0; i < node->children->len; i++) {
		QueryType type = child(node, i)->type;
		if (query_type_is_above(child(node, i), G_MAXINT64))
			return refuse(typing, child(node, i), QUERY_REASON_LARGE);
		if (type == QUERY_TYPE_JSON)
			return refuse(typing, child(node, i), QUERY_REASON_JSON_ORDER);
		if (type != QUERY_TYPE_NULL && type != node->type &&
			!(query_type_is_number(type) && query_type_is_number(node->type)))
			return refuse(typing, child(node, i), QUERY_REASON_MIXED);
	}
	node->comparison = node->type;
	if (query_type_is_integer(node->type) || node->type == QUERY_TYPE_NULL)
		node->comparison = QUERY_TYPE_INTEGER;
	if (node->type == QUERY_TYPE_BINARY)
		node->comparison = QUERY_TYPE_TEXT;
	return TRUE;
}

static gboolean result_nullif(const QueryTyping *typing, QueryNode *node)
{
	g_autoptr(GPtrArray) among = g_ptr_array_new();

	for (guint i = 0; i < 2; i++) {
		if (child(node, i)->type == QUERY_TYPE_JSON)
			return refuse(typing, child(node, i), QUERY_REASON_JSON_ORDER);
		if (query_type_is_moment(child(node, i)->type))
			return refuse(typing, child(node, i), QUERY_REASON_DATE_CHOICE);
		if (child(node, i)->type == QUERY_TYPE_BINARY &&
			child(node, i)->kind == QUERY_LITERAL)
			return refuse(typing, child(node, i), QUERY_REASON_BINARY_TEXT);
	}
	if (query_type_is_constant(child(node, 0)))
		return refuse(typing, child(node, 0), QUERY_REASON_NULLIF);
	if (!query_type_compare(typing, child(node, 0), child(node, 1), &node->comparison))
		return FALSE;
	if (node->comparison == QUERY_TYPE_TEXT && !query_type_collate(typing, node))
		return FALSE;
	if (node->comparison == QUERY_TYPE_TEXT && node->collation != child(node, 0)->collation)
		return refuse(typing, node, QUERY_REASON_NULLIF);
	g_ptr_array_add(among, child(node, 0));
	return query_type_choose_compared(typing, node, among);
}

static gboolean result_field(const QueryTyping *typing, QueryNode *node)
{
	guint texts = 0, integers = 0, n = node->children->len;
	for (guint i = 0; i < n; i++) {
		QueryType type = child(node, i)->type;
		if (type == QUERY_TYPE_JSON || type == QUERY_TYPE_BINARY ||
			query_type_is_moment(type))
			return refuse(typing, child(node, i), QUERY_REASON_MIXED);
		texts += type == QUERY_TYPE_TEXT;
		integers += query_type_is_integer(type);
	}
	node->comparison = integers == n ? QUERY_TYPE_INTEGER : QUERY_TYPE_DOUBLE;
	if (texts != n)
		return texts == 0 || refuse(typing, node, QUERY_REASON_MIXED);
	node->comparison = QUERY_TYPE_TEXT;
	/* MySQL compares by the collation of the first one alone. */
	return query_type_collate(typing, node) &&
	       (node->collation == child(node, 0)->collation ||
		       refuse(typing, node, QUERY_REASON_SEARCH));
}

/* A date would be compared as one, if the text were one. */
static gboolean result_strcmp(const QueryTyping *typing, QueryNode *node)
{
	for (guint i = 0; i < node->children->len; i++)
		if (query_type_is_moment(child(node, i)->type))
			return refuse(typing, child(node, i), QUERY_REASON_DATE_TEXT);
	return collate_texts(typing, node);
}

/* ABS, and ROUND and its like: of a number, one of its kind. */
static gboolean result_number(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	QueryType type = child(node, 0)->type;
	node->type = type == QUERY_TYPE_BOOLEAN ? QUERY_TYPE_INTEGER : type;
	if (!query_type_is_number(node->type))
		node->type = QUERY_TYPE_DOUBLE;
	node->scale = child(node, 0)->scale;
	return TRUE;
}

static gboolean result_whole(const QueryTyping *typing, QueryNode *node)
{
	result_number(typing, node);
	if (node->type == QUERY_TYPE_DECIMAL && child(node, 0)->kind != QUERY_LITERAL)
		node->type = QUERY_TYPE_DECIMAL;
	node->scale = 0;
	return TRUE;
}

static gboolean result_round(const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *digits = node->children->len > 1 ? child(node, 1) : NULL;
	result_number(typing, node);
	if (!digits || digits->kind != QUERY_LITERAL)
		node->scale = 0;
	else
		node->scale = MIN(node->scale, (guint)digits->value.integer);
	return TRUE;
}

static gboolean result_unix_timestamp(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	const QueryNode *date = child(node, 0);
	node->scale = date->type == QUERY_TYPE_TEXT ? 6 : date->scale;
	node->type = node->scale > 0 ? QUERY_TYPE_DECIMAL : QUERY_TYPE_INTEGER;
	return TRUE;
}

static gboolean result_moment(G_GNUC_UNUSED const QueryTyping *typing, QueryNode *node)
{
	QueryType type = child(node, 0)->type;
	if (type == QUERY_TYPE_TEXT || type == QUERY_TYPE_DOUBLE || type == QUERY_TYPE_JSON)
		node->scale = 6;
	else
		node->scale = MIN(child(node, 0)->scale, 6);
	return TRUE;
}

static gboolean result_timestampdiff(const QueryTyping *typing, QueryNode *node)
{
	return child(node, 0)->word <= QUERY_UNIT_YEAR ||
	       refuse(typing, child(node, 0), QUERY_REASON_UNIT);
}

/* EXTRACT takes a time where its unit is of one, and of a text that only where it is of days. */
static gboolean result_extract(const QueryTyping *typing, QueryNode *node)
{
	gboolean of_time = child(node, 0)->word <= QUERY_UNIT_HOUR;
	if (!(of_time ? take_time : take_date)(typing, child(node, 1)))
		return FALSE;
	return child(node, 1)->type != QUERY_TYPE_TEXT ||
	       query_unit_is_of_days(child(node, 0)->word) ||
	       refuse(typing, child(node, 1), QUERY_REASON_TIME_TEXT);
}

/* Those that the table's `type` alone does not describe. */
static const CallFunc results[QUERY_FN_COUNT] = {
	[QUERY_FN_JSON_KEYS] = query_type_check_keys,
	[QUERY_FN_JSON_QUOTE] = result_json_text,
	[QUERY_FN_JSON_TYPE] = result_json_text,
	[QUERY_FN_JSON_UNQUOTE] = result_json_text,
	[QUERY_FN_MEMBER_OF] = result_member_of,
	[QUERY_FN_COALESCE] = result_choice,
	[QUERY_FN_GREATEST] = result_greatest,
	[QUERY_FN_IF] = result_if,
	[QUERY_FN_IFNULL] = result_choice,
	[QUERY_FN_LEAST] = result_greatest,
	[QUERY_FN_NULLIF] = result_nullif,
	[QUERY_FN_ELT] = result_elt,
	[QUERY_FN_FIELD] = result_field,
	[QUERY_FN_FIND_IN_SET] = collate_texts,
	[QUERY_FN_INSERT] = collate_first,
	[QUERY_FN_INSTR] = result_instr,
	[QUERY_FN_LOCATE] = result_locate,
	[QUERY_FN_LPAD] = collate_first,
	[QUERY_FN_REGEXP_LIKE] = query_type_regexp,
	[QUERY_FN_REPLACE] = collate_first,
	[QUERY_FN_RPAD] = collate_first,
	[QUERY_FN_STRCMP] = result_strcmp,
	[QUERY_FN_SUBSTRING_INDEX] = collate_first,
	[QUERY_FN_TRIM] = collate_first,
	[QUERY_FN_TRIM_LEADING] = collate_first,
	[QUERY_FN_TRIM_TRAILING] = collate_first,
	[QUERY_FN_ABS] = result_number,
	[QUERY_FN_CEILING] = result_whole,
	[QUERY_FN_FLOOR] = result_whole,
	[QUERY_FN_ROUND] = result_round,
	[QUERY_FN_TRUNCATE] = result_round,
	[QUERY_FN_EXTRACT] = result_extract,
	[QUERY_FN_FROM_UNIXTIME] = result_moment,
	[QUERY_FN_TIME] = result_moment,
	[QUERY_FN_TIMESTAMP] = result_moment,
	[QUERY_FN_TIMESTAMPDIFF] = result_timestampdiff,
	[QUERY_FN_UNIX_TIMESTAMP] = result_unix_timestamp,
};

/* As a number of its own, not beside one, MySQL takes the literal for a double. */
static gboolean is_rounded_hex(const QueryNode *node, CallFunc result)
{
	return (result == result_number || result == result_whole || result == result_round) &&
	       query_type_is_literal(child(node, 0), QUERY_VALUE_BINARY);
}

gboolean query_type_call(const QueryTyping *typing, QueryNode *node)
{
	CallFunc result = results[node->function->id];
	node->type = node->function->type;
	if (is_rounded_hex(node, result))
		return refuse(typing, child(node, 0), QUERY_REASON_HEX);
	if (!take_arguments(typing, node))
		return FALSE;
	if (result)
		return result(typing, node);
	if (node->type == QUERY_TYPE_BINARY)
		query_type_set_text(node, QUERY_COLLATION_BINARY, QUERY_COERCIBILITY_LITERAL);
	return node->type != QUERY_TYPE_TEXT || collate_texts(typing, node);
}
