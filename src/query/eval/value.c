/* From one kind of value to another. */
#include "query/eval/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/double.h"
#include "base/calendar.h"
#include "base/json.h"

/* Text to numbers ------------------------------------------------------------------------------ */

static gsize skip_blanks(const char *text, gsize length)
{
	gsize i = 0;
	while (i < length && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')))
		i++;
	return i;
}

static guint64 limit_of(gboolean negative)
{
	return negative ? (guint64)G_MAXINT64 + 1 : G_MAXUINT64;
}

static gint64 read_integer(const char *text, gsize length, gboolean *is_unsigned)
{
	gsize at = skip_blanks(text, length);
	gboolean negative = at < length && text[at] == '-';
	guint64 number = 0, limit = limit_of(negative);
	at += at < length && (text[at] == '-' || text[at] == '+');
	for (; at < length && g_ascii_isdigit(text[at]); at++) {
		guint digit = (guint)(text[at] - '0');
		if (number > (limit - digit) / 10) {
			number = limit;
			break;
		}
		number = number * 10 + digit;
	}
	*is_unsigned = !negative && number > (guint64)G_MAXINT64;
	return (gint64)(negative ? 0 - number : number);
}

/* Values to numbers ---------------------------------------------------------------------------- */

Value value_of_text(const char *text, gsize length)
{
	return (Value){.type = QUERY_TYPE_TEXT, .text = {(char *)text, length}};
}

/* A scalar of a JSON value as SQL's: what it is worth as a number. */
static Value unwrap(const Json *json)
{
	Value value = {.type = QUERY_TYPE_INTEGER};
	switch (json->kind) {
	case JSON_INTEGER:
	case JSON_BOOLEAN:
		value.integer = json->integer;
		break;
	case JSON_UNSIGNED:
		value.type = QUERY_TYPE_UNSIGNED;
		value.whole = json->whole;
		break;
	case JSON_DOUBLE:
		value.type = QUERY_TYPE_DOUBLE;
		value.real = json->real;
		break;
	case JSON_DECIMAL:
		value.type = QUERY_TYPE_DECIMAL;
		value.decimal = json->decimal;
		break;
	case JSON_STRING:
		return value_of_text(json->text.data, json->text.length);
	default:
		break; /* null, arrays and objects are 0, with a warning */
	}
	return value;
}

static double moment_to_double(const Value *value)
{
	gint64 number = calendar_number(&value->moment, value_calendar_kind(value->type));
	double real = (double)number + value->moment.micro / 1e6;
	return value->moment.negative ? -real : real;
}

double value_to_double(const Value *value)
{
	Value scalar;
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		return (double)value->integer;
	case QUERY_TYPE_UNSIGNED:
		return (double)value->whole;
	case QUERY_TYPE_DOUBLE:
		return value->real;
	case QUERY_TYPE_DECIMAL:
		return decimal_to_double(value->decimal);
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		return double_read(value->text.data, value->text.length);
	case QUERY_TYPE_JSON:
		scalar = unwrap(value->json);
		return value_to_double(&scalar);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_DATETIME:
		return moment_to_double(value);
	default:
		return 0;
	}
}

/* The nearest even of two as near; the ends of the range beyond them. */
static gint64 round_double(double number, gboolean *is_unsigned)
{
	double whole = rint(number);
	*is_unsigned = FALSE;
	if (isnan(whole))
		return 0;
	if (whole >= 9223372036854775808.0)
		return G_MAXINT64;
	return whole < -9223372036854775808.0 ? G_MININT64 : (gint64)whole;
}

static gint64 round_decimal(const Decimal *decimal, gboolean *is_unsigned)
{
	guint64 integer;
	*is_unsigned = FALSE;
	decimal_to_integer(decimal, FALSE, &integer);
	return (gint64)integer;
}

static gint64 round_moment(const Value *value)
{
	Moment moment = value->moment;
	calendar_round(&moment, value_calendar_kind(value->type), 0);
	gint64 number = calendar_number(&moment, value_calendar_kind(value->type));
	return moment.negative ? -number : number;
}

gint64 value_to_integer(const Value *value, gboolean *is_unsigned)
{
	Value scalar;
	*is_unsigned = FALSE;
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		return value->integer;
	case QUERY_TYPE_UNSIGNED:
		*is_unsigned = TRUE;
		return value->integer;
	case QUERY_TYPE_DOUBLE:
		return round_double(value->real, is_unsigned);
	case QUERY_TYPE_DECIMAL:
		return round_decimal(value->decimal, is_unsigned);
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		return read_integer(value->text.data, value->text.length, is_unsigned);
	case QUERY_TYPE_JSON:
		scalar = unwrap(value->json);
		return value_to_integer(&scalar, is_unsigned);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_DATETIME:
		return round_moment(value);
	default:
		return 0;
	}
}

static gboolean read_decimal(const char *text, gsize length, Decimal *decimal)
{
	gboolean overflow;
	gsize blanks = skip_blanks(text, length);
	decimal_read(decimal, text + blanks, length - blanks, &overflow);
	return !overflow;
}

static gboolean moment_to_decimal(const Value *value, Decimal *decimal)
{
	char text[48];
	int length = g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT ".%06u",
		value->moment.negative ? "-" : "",
		calendar_number(&value->moment, value_calendar_kind(value->type)),
		value->moment.micro);
	return read_decimal(text, (gsize)length, decimal);
}

static gboolean double_to_decimal(double number, Decimal *decimal)
{
	char text[DOUBLE_JSON_SIZE];
	return read_decimal(text, double_print_json(number, text), decimal);
}

gboolean value_to_decimal(const Value *value, Decimal *decimal)
{
	Value scalar;
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		*decimal = decimal_of(
			value->integer < 0 ? 0 - value->whole : value->whole, value->integer < 0);
		return TRUE;
	case QUERY_TYPE_UNSIGNED:
		*decimal = decimal_of(value->whole, FALSE);
		return TRUE;
	case QUERY_TYPE_DECIMAL:
		*decimal = *value->decimal;
		return TRUE;
	case QUERY_TYPE_DOUBLE:
		return double_to_decimal(value->real, decimal);
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		return read_decimal(value->text.data, value->text.length, decimal);
	case QUERY_TYPE_JSON:
		scalar = unwrap(value->json);
		/* MySQL has the bits of one above 2^63 for those of a negative number here. */
		if (scalar.type == QUERY_TYPE_UNSIGNED)
			scalar.type = QUERY_TYPE_INTEGER;
		return value_to_decimal(&scalar, decimal);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_DATETIME:
		return moment_to_decimal(value, decimal);
	default:
		*decimal = decimal_of(0, FALSE);
		return TRUE;
	}
}

/* Values to text ------------------------------------------------------------------------------- */

static gsize print_value(const Value *value, char text[static DECIMAL_SIZE])
{
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		return (gsize)g_snprintf(text, 24, "%" G_GINT64_FORMAT, value->integer);
	case QUERY_TYPE_UNSIGNED:
		return (gsize)g_snprintf(text, 24, "%" G_GUINT64_FORMAT, value->whole);
	case QUERY_TYPE_DECIMAL:
		return decimal_print(value->decimal, text);
	case QUERY_TYPE_DOUBLE:
		return double_print(value->real, text);
	default:
		return calendar_print(
			&value->moment, value_calendar_kind(value->type), value->scale, text);
	}
}

Text value_to_text(const Value *value, Arena *arena)
{
	char buffer[DECIMAL_SIZE];
	if (value->type == QUERY_TYPE_TEXT || value->type == QUERY_TYPE_BINARY)
		return value->text;
	if (value->type == QUERY_TYPE_JSON) {
		g_autoptr(GString) text = g_string_new(NULL);
		json_print(value->json, text);
		return (Text){arena_copy(arena, text->str, text->len), text->len};
	}
	gsize length = print_value(value, buffer);
	return (Text){arena_copy(arena, buffer, length), length};
}

gboolean value_is_true(const Value *value)
{
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		return value->integer != 0;
	case QUERY_TYPE_DECIMAL:
		return !decimal_is_zero(value->decimal);
	default:
		return value_to_double(value) != 0;
	}
}

/* JSON ----------------------------------------------------------------------------------------- */

static const struct {
	QueryType type;
	JsonKind kind;
} scalars[] = {
	{QUERY_TYPE_INTEGER, JSON_INTEGER},
	{QUERY_TYPE_UNSIGNED, JSON_UNSIGNED},
	{QUERY_TYPE_DOUBLE, JSON_DOUBLE},
	{QUERY_TYPE_DECIMAL, JSON_DECIMAL},
	{QUERY_TYPE_TEXT, JSON_STRING},
	{QUERY_TYPE_BINARY, JSON_OPAQUE},
	{QUERY_TYPE_DATE, JSON_DATE},
	{QUERY_TYPE_TIME, JSON_TIME},
	{QUERY_TYPE_DATETIME, JSON_DATETIME},
};

static void fill_scalar(Json *json, const Value *value)
{
	switch (json->kind) {
	case JSON_INTEGER:
	case JSON_UNSIGNED:
		json->whole = value->whole;
		break;
	case JSON_DOUBLE:
		json->real = value->real;
		json->spelled = (Text){0};
		break;
	case JSON_DECIMAL:
		json->decimal = value->decimal;
		break;
	case JSON_STRING:
	case JSON_OPAQUE:
		json->text = value->text;
		break;
	default:
		json->moment = value->moment;
	}
}

const Json *value_to_json(Arena *arena, const Value *value)
{
	Json *json;
	if (value->type == QUERY_TYPE_JSON)
		return value->json;
	json = arena_take(arena, sizeof(Json));
	*json = (Json){.kind = JSON_NULL};
	for (gsize i = 0; i < G_N_ELEMENTS(scalars); i++)
		if (scalars[i].type == value->type)
			json->kind = scalars[i].kind;
	fill_scalar(json, value);
	if (value->type == QUERY_TYPE_INTEGER && value->boolean)
		json->kind = JSON_BOOLEAN;
	return json;
}
