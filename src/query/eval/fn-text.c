/* Functions on texts. MySQL Reference Manual, "String Functions and Operators". */
#include <string.h>

#include "query/eval/plan.h"
#include "query/eval/collate.h"

static Text text_of(QueryEvaluator *evaluator, const Value *operands, guint i)
{
	return query_plan_text(evaluator, &operands[i]);
}

/* An operand that is a number, at most that of a gint64. */
static gboolean integer_of(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operands,
	guint i, gint64 *integer)
{
	gboolean is_unsigned;
	if (!query_plan_bits(evaluator, plan->operands[i], &operands[i], integer, &is_unsigned))
		return FALSE;
	if (is_unsigned && *integer < 0)
		*integer = G_MAXINT64;
	return TRUE;
}

/* Of bytes, not of characters. */
static gboolean is_binary(const QueryPlan *plan)
{
	return plan->node->collation == QUERY_COLLATION_BINARY;
}

static gboolean set_text(const QueryPlan *plan, Text text, Value *value)
{
	*value = value_of_text(text.data, text.length);
	if (plan->node->type == QUERY_TYPE_BINARY)
		value->type = QUERY_TYPE_BINARY;
	return TRUE;
}

static gboolean set_string(
	QueryEvaluator *evaluator, const QueryPlan *plan, const GString *string, Value *value)
{
	char *copy = arena_copy(evaluator->arena, string->str, string->len);
	return set_text(plan, (Text){copy, string->len}, value);
}

static gboolean set_empty(const QueryPlan *plan, Value *value)
{
	return set_text(plan, (Text){(char *)"", 0}, value);
}

/* Measures ------------------------------------------------------------------------------------- */

static gboolean body_ascii(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	*value = query_plan_integer(text.length > 0 ? (guchar)text.data[0] : 0);
	return TRUE;
}

/* The bytes of the first character as one number. */
static gboolean body_ord(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	gint64 number = 0;
	if (text.length > 0) {
		Text first = query_text_part(
			&text, 0, 1, operands[0].type == QUERY_TYPE_BINARY || is_binary(plan));
		for (gsize i = 0; i < first.length; i++)
			number = number << 8 | (guchar)first.data[i];
	}
	*value = query_plan_integer(number);
	return TRUE;
}

static gboolean body_length(QUERY_BODY)
{
	*value = query_plan_integer((gint64)text_of(evaluator, operands, 0).length);
	return TRUE;
}

static gboolean body_bit_length(QUERY_BODY)
{
	*value = query_plan_integer((gint64)text_of(evaluator, operands, 0).length * 8);
	return TRUE;
}

static gboolean body_char_length(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	*value = query_plan_integer(
		(gint64)query_text_count(&text, operands[0].type == QUERY_TYPE_BINARY));
	return TRUE;
}

/* Finding -------------------------------------------------------------------------------------- */

/* The position of a byte, counted from 1 in characters. */
static gint64 position_of(const Text *text, gssize byte, gboolean binary)
{
	Text before = {text->data, (gsize)byte};
	return byte < 0 ? 0 : (gint64)query_text_count(&before, binary) + 1;
}

static gboolean locate(
	const QueryPlan *plan, const Text *text, const Text *what, gint64 from, Value *value)
{
	gboolean binary = is_binary(plan);
	*value = query_plan_integer(0);
	if (from < 1 || from > (gint64)query_text_count(text, binary) + 1)
		return TRUE;
	gsize start = query_text_part(text, 0, (gsize)from - 1, binary).length;
	gssize found = query_text_find(text, what, start, plan->node->collation);
	value->integer = position_of(text, found, binary);
	return TRUE;
}

static gboolean body_locate(QUERY_BODY)
{
	Text what = text_of(evaluator, operands, 0), text = text_of(evaluator, operands, 1);
	gint64 from = 1;
	if (plan->n > 2 && !integer_of(evaluator, plan, operands, 2, &from))
		return FALSE;
	return locate(plan, &text, &what, from, value);
}

static gboolean body_instr(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0), what = text_of(evaluator, operands, 1);
	return locate(plan, &text, &what, 1, value);
}

static gboolean body_find_in_set(QUERY_BODY)
{
	Text what = text_of(evaluator, operands, 0), set = text_of(evaluator, operands, 1);
	const char *at = set.data, *end = set.data + set.length;
	*value = query_plan_integer(0);
	if (set.length == 0)
		return TRUE;
	for (gint64 i = 1;; i++) {
		const char *comma = memchr(at, ',', (gsize)(end - at));
		Text part = {(char *)at, (gsize)((comma ? comma : end) - at)};
		if (query_text_equals(&part, &what, plan->node->collation)) {
			value->integer = i;
			return TRUE;
		}
		if (!comma)
			return TRUE;
		at = comma + 1;
	}
}

static gboolean body_strcmp(QUERY_BODY)
{
	Text a = text_of(evaluator, operands, 0), b = text_of(evaluator, operands, 1);
	int order = query_text_compare(&a, &b, plan->node->collation);
	*value = query_plan_integer((order > 0) - (order < 0));
	return TRUE;
}

/* A NULL among the list is not found; a NULL that is looked for is at 0. */
static gboolean step_field(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	QueryType comparison = plan->node->comparison;
	Value subject, element;
	int order;
	*value = query_plan_integer(0);
	if (!query_plan_value(evaluator, plan->operands[0], &subject))
		return FALSE;
	if (subject.type == QUERY_TYPE_NULL)
		return TRUE;
	for (guint i = 1; i < plan->n && value->integer == 0; i++) {
		if (!query_plan_value(evaluator, plan->operands[i], &element))
			return FALSE;
		if (element.type == QUERY_TYPE_NULL)
			continue;
		if (!query_plan_compare(evaluator, plan, comparison, &subject, &element, &order))
			return FALSE;
		if (order == 0)
			value->integer = i;
	}
	return TRUE;
}

static gboolean step_elt(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value number;
	if (!query_plan_value(evaluator, plan->operands[0], &number))
		return FALSE;
	*value = (Value){.type = QUERY_TYPE_NULL};
	gint64 i = 0;
	if (number.type != QUERY_TYPE_NULL && !integer_of(evaluator, plan, &number, 0, &i))
		return FALSE;
	if (i < 1 || i >= (gint64)plan->n)
		return TRUE;
	return query_plan_value(evaluator, plan->operands[i], value) &&
	       query_plan_convert(evaluator, plan, plan->node->type, value);
}

/* Joining -------------------------------------------------------------------------------------- */

static gboolean body_concat(QUERY_BODY)
{
	g_autoptr(GString) all = g_string_new(NULL);
	for (guint i = 0; i < plan->n; i++) {
		Text text = text_of(evaluator, operands, i);
		g_string_append_len(all, text.data, (gssize)text.length);
	}
	return set_string(evaluator, plan, all, value);
}

/* What is NULL is left out, but for the separator. */
static gboolean step_concat_ws(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	g_autoptr(GString) all = g_string_new(NULL);
	Value part;
	gboolean first = TRUE;
	if (!query_plan_value(evaluator, plan->operands[0], value))
		return FALSE;
	if (value->type == QUERY_TYPE_NULL)
		return TRUE;
	Text separator = query_plan_text(evaluator, value);
	for (guint i = 1; i < plan->n; i++) {
		if (!query_plan_value(evaluator, plan->operands[i], &part))
			return FALSE;
		if (part.type == QUERY_TYPE_NULL)
			continue;
		if (!first)
			g_string_append_len(all, separator.data, (gssize)separator.length);
		first = FALSE;
		Text text = query_plan_text(evaluator, &part);
		g_string_append_len(all, text.data, (gssize)text.length);
	}
	return set_string(evaluator, plan, all, value);
}

static gboolean body_repeat(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	g_autoptr(GString) all = g_string_new(NULL);
	for (gint64 i = operands[1].integer; i > 0; i--)
		g_string_append_len(all, text.data, (gssize)text.length);
	return set_string(evaluator, plan, all, value);
}

static gboolean body_space(QUERY_BODY)
{
	g_autoptr(GString) all = g_string_new(NULL);
	for (gint64 i = operands[0].integer; i > 0; i--)
		g_string_append_c(all, ' ');
	return set_string(evaluator, plan, all, value);
}

/* What is too long is cut; without anything to fill with, what is too short stays. */
static gboolean body_pad(QUERY_BODY)
{
	gboolean left = plan->node->function->id == QUERY_FN_LPAD;
	Text text = text_of(evaluator, operands, 0), fill = text_of(evaluator, operands, 2);
	gboolean binary = is_binary(plan);
	gint64 wanted = operands[1].integer;
	if (wanted < 0)
		return TRUE;
	gsize have = query_text_count(&text, binary), fills = query_text_count(&fill, binary);
	if ((gsize)wanted <= have)
		return set_text(plan, query_text_part(&text, 0, (gsize)wanted, binary), value);
	if (fills == 0)
		return set_text(plan, text, value);
	g_autoptr(GString) all = g_string_new(NULL);
	if (!left)
		g_string_append_len(all, text.data, (gssize)text.length);
	for (gsize missing = (gsize)wanted - have; missing > 0;) {
		Text part = query_text_part(&fill, 0, missing, binary);
		g_string_append_len(all, part.data, (gssize)part.length);
		missing -= MIN(missing, fills);
	}
	if (left)
		g_string_append_len(all, text.data, (gssize)text.length);
	return set_string(evaluator, plan, all, value);
}

/* Parts ---------------------------------------------------------------------------------------- */

static gboolean body_left(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	gint64 n;
	if (!integer_of(evaluator, plan, operands, 1, &n))
		return FALSE;
	return set_text(plan, query_text_part(&text, 0, (gsize)MAX(n, 0), is_binary(plan)), value);
}

static gboolean body_right(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	gsize have = query_text_count(&text, is_binary(plan));
	gint64 wanted;
	if (!integer_of(evaluator, plan, operands, 1, &wanted))
		return FALSE;
	gsize n = MIN((gsize)MAX(wanted, 0), have);
	return set_text(plan, query_text_part(&text, have - n, n, is_binary(plan)), value);
}

static gboolean body_substring(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	gboolean binary = is_binary(plan);
	gint64 have = (gint64)query_text_count(&text, binary), n = have, from;
	if (!integer_of(evaluator, plan, operands, 1, &from) ||
		(plan->n > 2 && !integer_of(evaluator, plan, operands, 2, &n)))
		return FALSE;
	from = from < 0 ? have + from : from - 1;
	if (from < 0 || from >= have || n <= 0)
		return set_empty(plan, value);
	return set_text(plan, query_text_part(&text, (gsize)from, (gsize)n, binary), value);
}

/* The byte behind `n` delimiters, counted from the front or, where negative, from the end; -1 where
 * there are not so many. */
static gssize find_delimiter(const Text *text, const Text *delimiter, gint64 n)
{
	gsize i = 0;
	if (n > 0) {
		for (; i + delimiter->length <= text->length; i++) {
			if (memcmp(text->data + i, delimiter->data, delimiter->length) != 0)
				continue;
			if (--n == 0)
				return (gssize)i;
			i += delimiter->length - 1;
		}
		return -1;
	}
	for (i = text->length; i >= delimiter->length;) {
		if (memcmp(text->data + i - delimiter->length, delimiter->data,
			    delimiter->length) != 0) {
			i--;
			continue;
		}
		if (++n == 0)
			return (gssize)i;
		i -= delimiter->length;
	}
	return -1;
}

static gboolean body_substring_index(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0), delimiter = text_of(evaluator, operands, 1);
	gint64 n;
	if (!integer_of(evaluator, plan, operands, 2, &n))
		return FALSE;
	if (n == 0 || text.length == 0 || delimiter.length == 0)
		return set_empty(plan, value);
	gssize at = find_delimiter(&text, &delimiter, n);
	if (at < 0)
		return set_text(plan, text, value);
	if (n > 0)
		text.length = (gsize)at;
	else
		text = (Text){text.data + at, text.length - (gsize)at};
	return set_text(plan, text, value);
}

/* A place that there is not leaves the text as it is. */
static gboolean body_insert(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0), new = text_of(evaluator, operands, 3);
	gboolean binary = is_binary(plan);
	gint64 have = (gint64)query_text_count(&text, binary), from, n;
	if (!integer_of(evaluator, plan, operands, 1, &from) ||
		!integer_of(evaluator, plan, operands, 2, &n))
		return FALSE;
	if (from < 1 || from > have)
		return set_text(plan, text, value);
	if (n < 0 || n > have - from + 1)
		n = have - from + 1;
	Text before = query_text_part(&text, 0, (gsize)from - 1, binary);
	Text cut = query_text_part(&text, (gsize)from - 1, (gsize)n, binary);
	g_autoptr(GString) all = g_string_new_len(before.data, (gssize)before.length);
	g_string_append_len(all, new.data, (gssize) new.length);
	const char *rest = cut.data + cut.length;
	g_string_append_len(all, rest, text.data + text.length - rest);
	return set_string(evaluator, plan, all, value);
}

static gboolean starts(const Text *text, const Text *with)
{
	return text->length >= with->length && memcmp(text->data, with->data, with->length) == 0;
}

static gboolean ends(const Text *text, const Text *with)
{
	return text->length >= with->length &&
	       memcmp(text->data + text->length - with->length, with->data, with->length) == 0;
}

static gboolean body_trim(QUERY_BODY)
{
	QueryFunctionId id = plan->node->function->id;
	gboolean trailing = id == QUERY_FN_RTRIM || id == QUERY_FN_TRIM_TRAILING;
	gboolean leading = id == QUERY_FN_LTRIM || id == QUERY_FN_TRIM_LEADING;
	Text text = text_of(evaluator, operands, 0);
	Text what = plan->n > 1 ? text_of(evaluator, operands, 1) : (Text){(char *)" ", 1};
	if (what.length == 0)
		return set_text(plan, text, value);
	while (!trailing && starts(&text, &what))
		text = (Text){text.data + what.length, text.length - what.length};
	while (!leading && ends(&text, &what))
		text.length -= what.length;
	return set_text(plan, text, value);
}

/* Changes -------------------------------------------------------------------------------------- */

static gboolean body_change_case(QUERY_BODY)
{
	gboolean lower = plan->node->function->id == QUERY_FN_LOWER;
	Text text = text_of(evaluator, operands, 0);
	if (!is_binary(plan))
		text = query_text_change(
			evaluator->arena, &text, lower ? query_text_lower : query_text_upper);
	return set_text(plan, text, value);
}

/* By bytes, whatever the collation. */
static gboolean body_replace(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0), from = text_of(evaluator, operands, 1);
	Text to = text_of(evaluator, operands, 2);
	if (from.length == 0)
		return set_text(plan, text, value);
	g_autoptr(GString) all = g_string_sized_new(text.length);
	while (text.length > 0) {
		gboolean here = starts(&text, &from);
		gsize taken = here ? from.length : 1;
		const Text *part = here ? &to : &text;
		g_string_append_len(all, part->data, here ? (gssize)to.length : 1);
		text = (Text){text.data + taken, text.length - taken};
	}
	return set_string(evaluator, plan, all, value);
}

static gboolean body_reverse(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	char *copy = arena_take(evaluator->arena, text.length + 1);
	char *to = copy + text.length;
	*to = '\0';
	for (gsize i = 0; i < text.length;) {
		Text rest = {text.data + i, text.length - i};
		Text one = query_text_part(&rest, 0, 1, is_binary(plan));
		to -= one.length;
		memcpy(to, one.data, one.length);
		i += one.length;
	}
	return set_text(plan, (Text){copy, text.length}, value);
}

static gboolean is_number(QueryType type)
{
	return type == QUERY_TYPE_INTEGER || type == QUERY_TYPE_UNSIGNED ||
	       type == QUERY_TYPE_DECIMAL || type == QUERY_TYPE_DOUBLE;
}

/* Numbers by their 64 bits, anything else by its bytes. */
static gboolean body_hex(QUERY_BODY)
{
	g_autoptr(GString) all = g_string_new(NULL);
	gboolean is_unsigned;
	gint64 bits;
	if (is_number(operands[0].type) && plan->operands[0]->node->type != QUERY_TYPE_TEXT) {
		if (!query_plan_bits(
			    evaluator, plan->operands[0], &operands[0], &bits, &is_unsigned))
			return FALSE;
		g_string_append_printf(all, "%" G_GINT64_MODIFIER "X", (guint64)bits);
		return set_string(evaluator, plan, all, value);
	}
	Text text = text_of(evaluator, operands, 0);
	for (gsize i = 0; i < text.length; i++)
		g_string_append_printf(all, "%02X", (guchar)text.data[i]);
	return set_string(evaluator, plan, all, value);
}

/* An odd number of digits has a 0 before the first. What is no digit makes it NULL. */
static gboolean body_unhex(QUERY_BODY)
{
	Text text = text_of(evaluator, operands, 0);
	gsize length = (text.length + 1) / 2;
	char *bytes = arena_take(evaluator->arena, length + 1);
	memset(bytes, 0, length + 1);
	for (gsize i = 0; i < text.length; i++) {
		int digit = g_ascii_xdigit_value(text.data[i]);
		gsize at = (i + text.length % 2) / 2;
		if (digit < 0)
			return TRUE;
		bytes[at] = (char)((guchar)bytes[at] << 4 | (guint)digit);
	}
	*value = (Value){.type = QUERY_TYPE_BINARY, .text = {bytes, length}};
	return TRUE;
}

const QueryAnswer query_functions_text[QUERY_FN_COUNT] = {
	[QUERY_FN_ASCII] = {NULL, body_ascii},
	[QUERY_FN_BIT_LENGTH] = {NULL, body_bit_length},
	[QUERY_FN_CHAR_LENGTH] = {NULL, body_char_length},
	[QUERY_FN_CONCAT] = {NULL, body_concat},
	[QUERY_FN_CONCAT_WS] = {step_concat_ws, NULL},
	[QUERY_FN_ELT] = {step_elt, NULL},
	[QUERY_FN_FIELD] = {step_field, NULL},
	[QUERY_FN_FIND_IN_SET] = {NULL, body_find_in_set},
	[QUERY_FN_HEX] = {NULL, body_hex},
	[QUERY_FN_INSERT] = {NULL, body_insert},
	[QUERY_FN_INSTR] = {NULL, body_instr},
	[QUERY_FN_LEFT] = {NULL, body_left},
	[QUERY_FN_LENGTH] = {NULL, body_length},
	[QUERY_FN_LOCATE] = {NULL, body_locate},
	[QUERY_FN_LOWER] = {NULL, body_change_case},
	[QUERY_FN_LPAD] = {NULL, body_pad},
	[QUERY_FN_LTRIM] = {NULL, body_trim},
	[QUERY_FN_ORD] = {NULL, body_ord},
	[QUERY_FN_REGEXP_LIKE] = {NULL, query_body_regexp},
	[QUERY_FN_REPEAT] = {NULL, body_repeat},
	[QUERY_FN_REPLACE] = {NULL, body_replace},
	[QUERY_FN_REVERSE] = {NULL, body_reverse},
	[QUERY_FN_RIGHT] = {NULL, body_right},
	[QUERY_FN_RPAD] = {NULL, body_pad},
	[QUERY_FN_RTRIM] = {NULL, body_trim},
	[QUERY_FN_SPACE] = {NULL, body_space},
	[QUERY_FN_STRCMP] = {NULL, body_strcmp},
	[QUERY_FN_SUBSTRING] = {NULL, body_substring},
	[QUERY_FN_SUBSTRING_INDEX] = {NULL, body_substring_index},
	[QUERY_FN_TRIM] = {NULL, body_trim},
	[QUERY_FN_TRIM_LEADING] = {NULL, body_trim},
	[QUERY_FN_TRIM_TRAILING] = {NULL, body_trim},
	[QUERY_FN_UNHEX] = {NULL, body_unhex},
	[QUERY_FN_UPPER] = {NULL, body_change_case},
};
