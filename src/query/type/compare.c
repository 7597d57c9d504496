/* How the two sides of a comparison are compared: as numbers, texts, dates or JSON. MySQL Reference
 * Manual, "Type Conversion in Expression Evaluation". */
#include "query/type/type.h"
#include <string.h>

#define child query_type_child
#define refuse query_type_refuse

gboolean query_type_is_condition(const QueryNode *node)
{
	static const gboolean conditions[QUERY_FN_COUNT] = {
		[QUERY_FN_JSON_CONTAINS] = TRUE,
		[QUERY_FN_JSON_CONTAINS_PATH] = TRUE,
		[QUERY_FN_JSON_OVERLAPS] = TRUE,
		[QUERY_FN_JSON_VALID] = TRUE,
		[QUERY_FN_MEMBER_OF] = TRUE,
		[QUERY_FN_STRCMP] = TRUE,
	};
	if (node->kind == QUERY_FUNCTION && conditions[node->function->id])
		return TRUE;
	return node->type == QUERY_TYPE_BOOLEAN &&
	       !query_type_is_literal(node, QUERY_VALUE_BOOLEAN);
}

/* Integers that doubles keep apart. */
#define EXACT_MAX (G_GUINT64_CONSTANT(1) << 53)

gboolean query_type_is_exact(const QueryNode *node)
{
	if (node->kind == QUERY_OPERATOR && node->op == QUERY_NEGATE)
		node = child(node, 0);
	if (node->kind != QUERY_LITERAL)
		return node->kind == QUERY_COLUMN;
	switch (node->value.kind) {
	case QUERY_VALUE_INTEGER:
		return node->value.integer < EXACT_MAX;
	case QUERY_VALUE_DECIMAL:
		return node->value.text.length <= 15;
	case QUERY_VALUE_DOUBLE:
		return node->value.real < (double)EXACT_MAX;
	default:
		return FALSE;
	}
}

static gboolean is_without_column(const QueryNode *node)
{
	gboolean without = node->kind != QUERY_COLUMN;
	for (guint i = 0; node->children && i < node->children->len; i++)
		without &= !child(node, i) || is_without_column(child(node, i));
	return without;
}

static gboolean compare_json(
	const QueryTyping *typing, const QueryNode *json, const QueryNode *other)
{
	/* MySQL makes an integer of it. */
	if (other->kind == QUERY_COLUMN && is_without_column(json))
		return refuse(typing, json, QUERY_REASON_JSON_LITERAL);
	if (query_type_is_moment(other->type))
		return refuse(typing, other, QUERY_REASON_JSON_DATE);
	if (other->type == QUERY_TYPE_BINARY)
		return refuse(typing, other, QUERY_REASON_BINARY_JSON);
	if (query_type_is_condition(other))
		return refuse(typing, other, QUERY_REASON_JSON_BOOLEAN);
	return TRUE;
}

/* Of two of these MySQL may take one for the other, though they have other fractions. */
static gboolean is_made_datetime(const QueryNode *node)
{
	if (node->kind == QUERY_FUNCTION)
		return node->function->id == QUERY_FN_TIMESTAMP;
	return node->kind == QUERY_CAST && node->type == QUERY_TYPE_DATETIME;
}

static gboolean compare_moment(
	const QueryTyping *typing, QueryNode *moment, QueryNode *other, QueryType *comparison)
{
	gboolean is_time = moment->type == QUERY_TYPE_TIME;
	*comparison = is_time ? QUERY_TYPE_TIME : QUERY_TYPE_DATETIME;
	if (other->type == QUERY_TYPE_NULL)
		return TRUE;
	if (query_type_is_number(other->type) || other->type == QUERY_TYPE_BINARY)
		return refuse(typing, other, QUERY_REASON_DATE_NUMBER);
	if (other->type == QUERY_TYPE_TEXT) {
		if (query_type_is_string(moment))
			return refuse(typing, other, QUERY_REASON_DATE_STRINGS);
		if (is_time) /* MySQL compares the time as it is printed. */
			*comparison = QUERY_TYPE_TEXT;
		else if (other->kind != QUERY_LITERAL)
			return refuse(typing, other, QUERY_REASON_DATE_TEXT);
		return is_time || query_type_make_moment(typing, other);
	}
	if (query_type_is_string(moment) && query_type_is_string(other))
		return refuse(typing, other, QUERY_REASON_DATE_STRINGS);
	if (is_made_datetime(moment) && is_made_datetime(other))
		return refuse(typing, other, QUERY_REASON_DATE_CASTS);
	if (is_time != (other->type == QUERY_TYPE_TIME))
		return refuse(typing, is_time ? moment : other, QUERY_REASON_DATE_TIME);
	if (moment->type == QUERY_TYPE_DATE && other->type == QUERY_TYPE_DATE)
		*comparison = QUERY_TYPE_DATE;
	return TRUE;
}

static QueryType compare_numbers(QueryType left, QueryType right)
{
	if (query_type_is_integer(left) && query_type_is_integer(right))
		return QUERY_TYPE_INTEGER;
	gboolean exact = (query_type_is_integer(left) || left == QUERY_TYPE_DECIMAL) &&
			 (query_type_is_integer(right) || right == QUERY_TYPE_DECIMAL);
	return exact ? QUERY_TYPE_DECIMAL : QUERY_TYPE_DOUBLE;
}

gboolean query_type_compare(
	const QueryTyping *typing, QueryNode *left, QueryNode *right, QueryType *comparison)
{
	if (query_type_is_number(left->type) && !query_type_make_number(typing, right))
		return FALSE;
	if (query_type_is_number(right->type) && !query_type_make_number(typing, left))
		return FALSE;
	if (left->type == QUERY_TYPE_JSON || right->type == QUERY_TYPE_JSON) {
		*comparison = QUERY_TYPE_JSON;
		return left->type == QUERY_TYPE_JSON ? compare_json(typing, left, right)
						     : compare_json(typing, right, left);
	}
	if (query_type_is_moment(left->type))
		return compare_moment(typing, left, right, comparison);
	if (query_type_is_moment(right->type))
		return compare_moment(typing, right, left, comparison);
	if (left->type == QUERY_TYPE_NULL || right->type == QUERY_TYPE_NULL)
		*comparison = left->type == QUERY_TYPE_NULL ? right->type : left->type;
	else if (query_type_is_text(left->type) && query_type_is_text(right->type))
		*comparison = QUERY_TYPE_TEXT;
	else
		*comparison = compare_numbers(left->type, right->type);
	if (query_type_is_integer(*comparison) || *comparison == QUERY_TYPE_NULL)
		*comparison = QUERY_TYPE_INTEGER;
	if (*comparison == QUERY_TYPE_BINARY)
		*comparison = QUERY_TYPE_TEXT;
	return TRUE;
}

gboolean query_type_compare_pair(const QueryTyping *typing, QueryNode *node, guint i)
{
	QueryNode *item = child(node, i);
	if (!query_type_compare(typing, child(node, 0), item, &item->pair))
		return FALSE;
	node->comparison =
		i == 1 || node->comparison == item->pair ? item->pair : QUERY_TYPE_UNKNOWN;
	return TRUE;
}

gboolean query_type_comparison(const QueryTyping *typing, QueryNode *node)
{
	node->type = QUERY_TYPE_BOOLEAN;
	if (!query_type_compare(typing, child(node, 0), child(node, 1), &node->comparison))
		return FALSE;
	/* Arrays and objects have an order on MySQL alone. */
	if (child(node, 0)->type == QUERY_TYPE_JSON && child(node, 1)->type == QUERY_TYPE_JSON &&
		node->op >= QUERY_GREATER_EQUAL && node->op <= QUERY_LESS)
		return refuse(typing, node, QUERY_REASON_JSON_ORDER);
	return node->comparison != QUERY_TYPE_TEXT || query_type_collate(typing, node);
}

/* Each of the list with the subject. One way for all of them, or UNKNOWN. */
gboolean query_type_is_above(const QueryNode *node, guint64 limit)
{
	if (node->kind == QUERY_OPERATOR && node->op == QUERY_NEGATE)
		node = child(node, 0);
	return query_type_is_literal(node, QUERY_VALUE_INTEGER) && node->value.integer > limit;
}

/* Of one list MySQL compares some as signed and some as unsigned; MariaDB compares JSON as doubles. */
static gboolean in_large(const QueryNode *subject, const QueryNode *item)
{
	guint64 limit = subject->type == QUERY_TYPE_JSON ? (guint64)1 << 53 : G_MAXINT64;
	return query_type_is_above(item, limit) || query_type_is_above(subject, G_MAXINT64);
}

gboolean query_type_in(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *subject = child(node, 0);
	gboolean any_text = FALSE;
	node->type = QUERY_TYPE_BOOLEAN;
	for (guint i = 1; i < node->children->len; i++) {
		QueryNode *item = child(node, i);
		gboolean several = node->children->len > 2;
		if (several && query_type_is_literal(subject, QUERY_VALUE_BINARY))
			return refuse(typing, subject, QUERY_REASON_BINARY_TEXT);

		if (several && in_large(subject, item))
			return refuse(typing, item, QUERY_REASON_LARGE);
		if (several && item->type == QUERY_TYPE_JSON)
			return refuse(typing, item, QUERY_REASON_JSON_IN);
		/* Among integers MySQL may take 2.5e0 for 2. */
		if (several && item->type == QUERY_TYPE_DOUBLE &&
			query_type_is_integer(subject->type))
			return refuse(typing, item, QUERY_REASON_DOUBLE_IN);
		if (several && query_type_is_moment(item->type) &&
			!query_type_is_moment(subject->type))
			return refuse(typing, subject, QUERY_REASON_DATE_TEXT);
		if (!query_type_compare_pair(typing, node, i))
			return FALSE;
		/* MySQL is at odds with itself where the list has more than literals. */
		if (several && query_type_is_date(subject->type) &&
			(query_type_is_string(subject) || subject->kind == QUERY_LITERAL ||
				item->kind != QUERY_LITERAL ||
				(subject->type == QUERY_TYPE_DATE &&
					item->type != QUERY_TYPE_DATE)) &&
			item->type != QUERY_TYPE_NULL)
			return refuse(typing, item, QUERY_REASON_DATE_IN);
		if (several && subject->type == QUERY_TYPE_TIME && item->pair == QUERY_TYPE_TEXT)
			return refuse(typing, item, QUERY_REASON_TIME_IN);
		any_text |= item->pair == QUERY_TYPE_TEXT;
	}
	return !any_text || query_type_collate(typing, node);
}

static guint count_type(const QueryNode *node, gboolean (*is)(QueryType type))
{
	guint n = 0;
	for (guint i = 0; i < node->children->len; i++)
		n += is(child(node, i)->type);
	return n;
}

static gboolean is_json(QueryType type)
{
	return type == QUERY_TYPE_JSON;
}

static gboolean is_time(QueryType type)
{
	return type == QUERY_TYPE_TIME;
}

static gboolean is_null(QueryType type)
{
	return type == QUERY_TYPE_NULL;
}

/* Dates, and strings that say dates; or times, which are texts beside strings. */
static gboolean between_moments(const QueryTyping *typing, QueryNode *node)
{
	guint nulls = count_type(node, is_null), times = count_type(node, is_time);
	guint strings = 0;

	node->comparison = QUERY_TYPE_DATETIME;
	for (guint i = 0; i < node->children->len && times == 0; i++) {
		QueryNode *bound = child(node, i);
		strings += query_type_is_string(bound);
		if (bound->type == QUERY_TYPE_JSON)
			return refuse(typing, bound, QUERY_REASON_JSON_DATE);
		if (bound->type == QUERY_TYPE_TEXT && bound->kind != QUERY_LITERAL)
			return refuse(typing, bound, QUERY_REASON_DATE_TEXT);
		if (bound->type == QUERY_TYPE_BINARY || query_type_is_number(bound->type))
			return refuse(typing, bound, QUERY_REASON_DATE_NUMBER);
		if (!query_type_make_moment(typing, bound))
			return FALSE;
	}
	/* Among constants MySQL compares a string and a DATE as texts. */
	if (strings + nulls == node->children->len ||
		(query_type_is_string(child(node, 0)) && is_without_column(node)))
		return refuse(typing, node, QUERY_REASON_DATE_STRINGS);
	if (times == 0)
		return TRUE;
	node->comparison = QUERY_TYPE_TIME;
	if (times + nulls == node->children->len)
		return TRUE;
	for (guint i = 0; i < node->children->len; i++)
		if (query_type_is_date(child(node, i)->type) ||
			query_type_is_number(child(node, i)->type) || is_json(child(node, i)->type))
			return refuse(typing, child(node, i), QUERY_REASON_DATE_TIME);
	node->comparison = QUERY_TYPE_TEXT;
	return query_type_collate(typing, node);
}

/* JSON BETWEEN 1 AND 1 is JSON = 1 to MySQL, which is not the same for all JSON. */
static gboolean are_one_literal(const QueryNode *low, const QueryNode *high)
{
	return low->kind == QUERY_LITERAL && high->kind == QUERY_LITERAL &&
	       low->value.kind == high->value.kind && low->value.integer == high->value.integer &&
	       low->value.real == high->value.real &&
	       low->value.text.length == high->value.text.length &&
	       (low->value.text.length == 0 || memcmp(low->value.text.data, high->value.text.data,
						       low->value.text.length) == 0);
}

gboolean query_type_between(const QueryTyping *typing, QueryNode *node)
{
	guint n = node->children->len;
	guint texts = count_type(node, query_type_is_text);
	guint json = count_type(node, is_json), nulls = count_type(node, is_null);
	node->type = QUERY_TYPE_BOOLEAN;
	if (count_type(node, query_type_is_moment) > 0)
		return between_moments(typing, node);
	if (json > 0 && (json + texts + nulls == n || child(node, 0)->type != QUERY_TYPE_JSON ||
				are_one_literal(child(node, 1), child(node, 2))))
		return refuse(typing, node, QUERY_REASON_JSON_BETWEEN);
	if (texts + nulls == n) {
		node->comparison = QUERY_TYPE_TEXT;
		return query_type_collate(typing, node);
	}
	node->comparison = QUERY_TYPE_INTEGER;
	for (guint i = 0; i < n; i++) {
		if (query_type_is_above(child(node, i), G_MAXINT64))
			return refuse(typing, child(node, i), QUERY_REASON_LARGE);
		if (!query_type_check_number(typing, child(node, i)))
			return FALSE;
		if (!is_null(child(node, i)->type))
			node->comparison = compare_numbers(node->comparison, child(node, i)->type);
	}
	return TRUE;
}

gboolean query_type_like(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *escape = node->children->len > 2 ? child(node, 2) : NULL;
	node->type = QUERY_TYPE_BOOLEAN;
	node->comparison = QUERY_TYPE_TEXT;
	for (guint i = 0; i < 2; i++)
		if (child(node, i)->type == QUERY_TYPE_BINARY &&
			child(node, i)->kind == QUERY_LITERAL)
			return refuse(typing, child(node, i), QUERY_REASON_BINARY_TEXT);
	if (escape && (!query_type_is_literal(escape, QUERY_VALUE_TEXT) ||
			      g_utf8_strlen(escape->value.text.data,
				      (gssize)escape->value.text.length) > 1))
		return refuse(typing, escape, QUERY_REASON_ESCAPE);
	return query_type_collate(typing, node);
}

gboolean query_type_regexp(const QueryTyping *typing, QueryNode *node)
{
	QueryNode *pattern = child(node, 1);
	node->type = QUERY_TYPE_BOOLEAN;
	if (child(node, 0)->type == QUERY_TYPE_BINARY)
		return refuse(typing, child(node, 0), QUERY_REASON_BINARY_TEXT);
	if (child(node, 0)->type == QUERY_TYPE_NULL && child(node, 0)->kind != QUERY_LITERAL)
		return refuse(typing, child(node, 0), QUERY_REASON_TEXT_WANTED);
	if (!query_type_is_literal(pattern, QUERY_VALUE_TEXT))
		return refuse(typing, pattern, QUERY_REASON_PATTERN);
	const char *why = query_regexp_check(pattern->value.text.data, pattern->value.text.length);
	if (why)
		return query_refuse(typing->error, "the regular expression at character %u: %s",
			pattern->position, why);
	return query_type_collate(typing, node);
}
