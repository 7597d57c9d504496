/* JSON values: constants, printing, order. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "base/double.h"
#include "base/json-text.h"

const Json *json_new_null(void)
{
	static const Json null = {.kind = JSON_NULL};
	return &null;
}

const Json *json_new_boolean(gboolean value)
{
	static const Json booleans[] = {
		{.kind = JSON_BOOLEAN, .integer = 0},
		{.kind = JSON_BOOLEAN, .integer = 1},
	};
	return &booleans[value != FALSE];
}

/* Printing ------------------------------------------------------------------------------------- */

static void print_whole(guint64 number, gboolean negative, GString *text)
{
	char digits[24], *p = digits + sizeof digits;
	do {
		*--p = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (negative)
		*--p = '-';
	g_string_append_len(text, p, digits + sizeof digits - p);
}

static void print_double(double number, GString *text)
{
	char digits[DOUBLE_JSON_SIZE];
	double_print_json(number, digits);
	g_string_append(text, digits);
	if (!strpbrk(digits, ".e"))
		g_string_append(text, ".0");
}

static void print_moment(const Json *json, GString *text)
{
	static const CalendarKind kinds[] = {
		[JSON_DATE] = CALENDAR_DATE,
		[JSON_TIME] = CALENDAR_TIME,
		[JSON_DATETIME] = CALENDAR_DATETIME,
	};
	char printed[CALENDAR_SIZE];
	calendar_print(&json->moment, kinds[json->kind], 6, printed);
	g_string_append_printf(text, "\"%s\"", printed);
}

void json_print_member(const Text *key, const Json *value, GString *text)
{
	json_text_append_string(text, key->data, key->length);
	g_string_append_len(text, ": ", 2);
	json_print(value, text);
}

static void print_items(const Json *json, GString *text)
{
	gboolean object = json->kind == JSON_OBJECT;
	g_string_append_c(text, object ? '{' : '[');
	for (guint i = 0; i < json->n; i++) {
		if (i > 0)
			g_string_append_len(text, ", ", 2);
		if (object)
			json_print_member(&json->keys[i], json->values[i], text);
		else
			json_print(json->values[i], text);
	}
	g_string_append_c(text, object ? '}' : ']');
}

void json_print(const Json *json, GString *text)
{
	char digits[DECIMAL_SIZE];
	switch (json->kind) {
	case JSON_NULL:
		g_string_append(text, "null");
		break;
	case JSON_BOOLEAN:
		g_string_append(text, json->integer ? "true" : "false");
		break;
	case JSON_INTEGER:
		print_whole(
			json->integer < 0 ? 0 - json->whole : json->whole, json->integer < 0, text);
		break;
	case JSON_UNSIGNED:
		print_whole(json->whole, FALSE, text);
		break;
	case JSON_DECIMAL:
		decimal_print(json->decimal, digits);
		g_string_append(text, digits);
		break;
	case JSON_DOUBLE:
		print_double(json->real, text);
		break;
	case JSON_STRING:
	case JSON_OPAQUE:
		json_text_append_string(text, json->text.data, json->text.length);
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		print_items(json, text);
		break;
	default:
		print_moment(json, text);
	}
}

/* Order ---------------------------------------------------------------------------------------- */

/* Kinds that are compared by value have one rank. */
static guint rank(const Json *json)
{
	gboolean number = json->kind >= JSON_DECIMAL && json->kind <= JSON_DOUBLE;
	return number ? JSON_DOUBLE : json->kind;
}

static int compare_doubles(double a, double b)
{
	return a < b ? -1 : a > b;
}

static gboolean is_integer(const Json *json)
{
	return json->kind == JSON_INTEGER || json->kind == JSON_UNSIGNED;
}

static gboolean is_negative(const Json *json)
{
	return json->kind == JSON_INTEGER && json->integer < 0;
}

static int compare_integers(const Json *a, const Json *b)
{
	if (is_negative(a) != is_negative(b))
		return is_negative(a) ? -1 : 1;
	return a->whole < b->whole ? -1 : a->whole > b->whole;
}

static double to_double(const Json *json)
{
	if (json->kind == JSON_DOUBLE)
		return json->real;
	if (json->kind == JSON_DECIMAL)
		return decimal_to_double(json->decimal);
	return json->kind == JSON_UNSIGNED ? (double)json->whole : (double)json->integer;
}

/* FALSE: too large. A double is taken for the digits it prints. */
static gboolean to_decimal(const Json *json, Decimal *decimal)
{
	char digits[DOUBLE_JSON_SIZE];
	gboolean overflow;
	if (json->kind == JSON_DECIMAL) {
		*decimal = *json->decimal;
		return TRUE;
	}
	if (is_integer(json)) {
		gboolean negative = is_negative(json);
		*decimal = decimal_of(negative ? 0 - json->whole : json->whole, negative);
		return TRUE;
	}
	gsize length = double_print_json(json->real, digits);
	decimal_read(decimal, digits, length, &overflow);
	return !overflow;
}

/* As doubles where that tells them apart for certain, else digit by digit. */
static int compare_numbers(const Json *a, const Json *b)
{
	Decimal x, y;
	if (is_integer(a) && is_integer(b))
		return compare_integers(a, b);
	double p = to_double(a), q = to_double(b);
	gboolean doubles = a->kind == JSON_DOUBLE && b->kind == JSON_DOUBLE;
	if (doubles || fabs(p - q) > 1e-10 * (fabs(p) + fabs(q)))
		return compare_doubles(p, q);
	if (!to_decimal(a, &x) || !to_decimal(b, &y))
		return compare_doubles(p, q);
	return decimal_compare(&x, &y);
}

static int compare_bytes(const Text *a, const Text *b)
{
	gsize n = MIN(a->length, b->length);
	int order = n > 0 ? memcmp(a->data, b->data, n) : 0;
	return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int compare_arrays(const Json *a, const Json *b)
{
	for (guint i = 0; i < MIN(a->n, b->n); i++) {
		int order = json_compare(a->values[i], b->values[i]);
		if (order != 0)
			return order;
	}
	return a->n < b->n ? -1 : a->n > b->n;
}

static int compare_objects(const Json *a, const Json *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (guint i = 0; i < a->n; i++) {
		int order = compare_bytes(&a->keys[i], &b->keys[i]);
		if (order == 0)
			order = json_compare(a->values[i], b->values[i]);
		if (order != 0)
			return order;
	}
	return 0;
}

int json_compare(const Json *a, const Json *b)
{
	if (rank(a) != rank(b))
		return rank(a) < rank(b) ? -1 : 1;
	switch (rank(a)) {
	case JSON_NULL:
		return 0;
	case JSON_DOUBLE:
		return compare_numbers(a, b);
	case JSON_BOOLEAN:
		return (int)(a->integer - b->integer);
	case JSON_STRING:
	case JSON_OPAQUE:
		return compare_bytes(&a->text, &b->text);
	case JSON_OBJECT:
		return compare_objects(a, b);
	case JSON_ARRAY:
		return compare_arrays(a, b);
	default:
		return calendar_compare(&a->moment, &b->moment);
	}
}

/* Questions about documents -------------------------------------------------------------------- */

const char *json_type_name(const Json *json)
{
	static const char *const names[] = {
		[JSON_NULL] = "NULL",
		[JSON_DECIMAL] = "DECIMAL",
		[JSON_INTEGER] = "INTEGER",
		[JSON_UNSIGNED] = "UNSIGNED INTEGER",
		[JSON_DOUBLE] = "DOUBLE",
		[JSON_STRING] = "STRING",
		[JSON_OBJECT] = "OBJECT",
		[JSON_ARRAY] = "ARRAY",
		[JSON_BOOLEAN] = "BOOLEAN",
		[JSON_DATE] = "DATE",
		[JSON_TIME] = "TIME",
		[JSON_DATETIME] = "DATETIME",
		[JSON_OPAQUE] = "BLOB",
	};
	return names[json->kind];
}

guint json_depth(const Json *json)
{
	guint depth = 0;
	if (json->kind != JSON_OBJECT && json->kind != JSON_ARRAY)
		return 1;
	for (guint i = 0; i < json->n; i++)
		depth = MAX(depth, json_depth(json->values[i]));
	return depth + 1;
}

static gboolean has_element(const Json *array, const Json *value)
{
	for (guint i = 0; i < array->n; i++)
		if (json_compare(array->values[i], value) == 0)
			return TRUE;
	return FALSE;
}

static gboolean is_in_some(const Json *array, const Json *candidate)
{
	for (guint i = 0; i < array->n; i++)
		if (json_contains(array->values[i], candidate))
			return TRUE;
	return FALSE;
}

static gboolean object_contains(const Json *object, const Json *candidate)
{
	for (guint i = 0; i < candidate->n; i++) {
		const Json *value = json_member(object, &candidate->keys[i]);
		if (!value || !json_contains(value, candidate->values[i]))
			return FALSE;
	}
	return TRUE;
}

/* MySQL Reference Manual, JSON_CONTAINS(): a candidate array is contained where each of its
 * elements is in some element of the target; an array contains what some element contains. */
gboolean json_contains(const Json *document, const Json *candidate)
{
	if (document->kind == JSON_OBJECT)
		return candidate->kind == JSON_OBJECT && object_contains(document, candidate);
	if (document->kind != JSON_ARRAY)
		return json_compare(document, candidate) == 0;
	if (candidate->kind != JSON_ARRAY)
		return is_in_some(document, candidate);
	for (guint i = 0; i < candidate->n; i++)
		if (!is_in_some(document, candidate->values[i]))
			return FALSE;
	return TRUE;
}

static gboolean objects_overlap(const Json *a, const Json *b)
{
	for (guint i = 0; i < a->n; i++) {
		const Json *value = json_member(b, &a->keys[i]);
		if (value && json_compare(a->values[i], value) == 0)
			return TRUE;
	}
	return FALSE;
}

gboolean json_overlaps(const Json *a, const Json *b)
{
	if (a->kind != JSON_ARRAY && b->kind == JSON_ARRAY)
		return json_overlaps(b, a);
	if (a->kind == JSON_OBJECT && b->kind == JSON_OBJECT)
		return objects_overlap(a, b);
	if (a->kind != JSON_ARRAY)
		return json_compare(a, b) == 0;
	if (b->kind != JSON_ARRAY)
		return has_element(a, b);
	for (guint i = 0; i < b->n; i++)
		if (has_element(a, b->values[i]))
			return TRUE;
	return FALSE;
}
