/* From one kind of value to another. */
#include "query-value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "double.h"
#include "query-date.h"
#include "query-json.h"

/* Text to numbers ------------------------------------------------------------------------------ */

/* Powers of ten that a double holds exactly. */
static const double exact_powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

typedef struct {
	gboolean negative;
	guint64 digits; /* without the point */
	guint n;        /* how many, from the first that is not 0 */
	int exponent;   /* digits * 10^exponent */
	gsize length;   /* bytes read */
	gboolean is_number;
} Scan;

static gsize scan_digits(Scan *scan, const char *text, gsize at, gsize length, gboolean fraction)
{
	for (; at < length && g_ascii_isdigit(text[at]); at++) {
		scan->is_number = TRUE;
		scan->exponent -= fraction;
		scan->n += scan->n > 0 || text[at] != '0';
		if (scan->n <= 19)
			scan->digits = scan->digits * 10 + (guint64)(text[at] - '0');
	}
	return at;
}

static void scan_exponent(Scan *scan, const char *text, gsize length)
{
	gsize at = scan->length;
	int exponent = 0;
	if (at >= length || (text[at] | 0x20) != 'e')
		return;
	at++;
	gboolean negative = at < length && text[at] == '-';
	at += at < length && (text[at] == '-' || text[at] == '+');
	if (at >= length || !g_ascii_isdigit(text[at]))
		return;
	for (; at < length && g_ascii_isdigit(text[at]); at++)
		exponent = MIN(exponent * 10 + (text[at] - '0'), 100000);
	scan->exponent += negative ? -exponent : exponent;
	scan->length = at;
}

static Scan scan_number(const char *text, gsize length)
{
	Scan scan = {0};
	gsize at = length > 0 && (*text == '-' || *text == '+');
	scan.negative = length > 0 && *text == '-';
	at = scan_digits(&scan, text, at, length, FALSE);
	if (at < length && text[at] == '.')
		at = scan_digits(&scan, text, at + 1, length, TRUE);
	scan.length = at;
	if (scan.is_number)
		scan_exponent(&scan, text, length);
	return scan;
}

static double read_slowly(const char *text, const Scan *scan)
{
	char buffer[64];
	char *copy = scan->length < sizeof buffer ? buffer : g_malloc(scan->length + 1);
	memcpy(copy, text, scan->length);
	copy[scan->length] = '\0';
	double number = g_ascii_strtod(copy, NULL);
	if (copy != buffer)
		g_free(copy);
	/* MySQL's text beyond the range is the greatest double. */
	return CLAMP(number, -G_MAXDOUBLE, G_MAXDOUBLE);
}

static gsize skip_blanks(const char *text, gsize length)
{
	gsize i = 0;
	while (i < length && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')))
		i++;
	return i;
}

double query_value_read_double(const char *text, gsize length)
{
	gsize blanks = skip_blanks(text, length);
	Scan scan = scan_number(text + blanks, length - blanks);
	int power = ABS(scan.exponent);
	if (!scan.is_number)
		return 0;
	double number = (double)scan.digits;
	/* Both are exact as doubles: so is their product or quotient, rounded once. */
	if (scan.digits <= G_GUINT64_CONSTANT(1) << 53 && power <= 22 && scan.n <= 19)
		number = scan.exponent < 0 ? number / exact_powers[power]
					   : number * exact_powers[power];
	else if (scan.n > 19 || !double_from_digits(scan.digits, scan.exponent, &number))
		return read_slowly(text + blanks, &scan);
	return scan.negative ? -number : number;
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

/* Doubles to text ------------------------------------------------------------------------------ */

typedef struct {
	gboolean negative;
	char digits[20];
	int n;     /* digits, without zeros behind */
	int point; /* where the point stands: 0.DIGITS * 10^point */
} Digits;

static void cut_digits(double number, int n, Digits *digits)
{
	char text[40];
	g_snprintf(text, sizeof text, "%.*e", n - 1, fabs(number));
	char *exponent = strchr(text, 'e');
	digits->n = 0;
	for (const char *p = text; p < exponent; p++)
		if (g_ascii_isdigit(*p))
			digits->digits[digits->n++] = *p;
	while (digits->n > 1 && digits->digits[digits->n - 1] == '0')
		digits->n--;
	digits->digits[digits->n] = '\0';
	digits->point = (int)g_ascii_strtoll(exponent + 1, NULL, 10) + 1;
}

/* The fewest that are read as the same number again. 15 always are kept by a double, so of 15 only
 * the zeros behind go. */
static Digits shortest(double number)
{
	Digits digits = {.negative = signbit(number) != 0};
	digits.n = (int)double_to_digits(fabs(number), digits.digits, &digits.point);
	if (digits.n > 0)
		return digits;
	for (int n = 15; n <= 17; n++) {
		char text[40];
		cut_digits(number, n, &digits);
		g_snprintf(text, sizeof text, "0.%se%d", digits.digits, digits.point);
		if (g_ascii_strtod(text, NULL) == fabs(number))
			break;
	}
	return digits;
}

static gsize print_fixed(const Digits *digits, char *text)
{
	char *to = text;
	if (digits->negative)
		*to++ = '-';
	if (digits->point <= 0)
		*to++ = '0';
	for (int i = MIN(digits->point, 0); i < MAX(digits->n, digits->point); i++) {
		if (i == digits->point || (digits->point <= 0 && i == digits->point))
			*to++ = '.';
		*to++ = i >= 0 && i < digits->n ? digits->digits[i] : '0';
	}
	*to = '\0';
	return (gsize)(to - text);
}

static gsize print_exponent(const Digits *digits, char *text, gsize size)
{
	return (gsize)g_snprintf(text, size, "%s%c%s%se%d", digits->negative ? "-" : "",
		digits->digits[0], digits->n > 1 ? "." : "", digits->digits + 1, digits->point - 1);
}

/* MySQL writes an exponent where the number has more than 15 digits before the point and none
 * behind it, more than 14 zeros behind it, or more characters than there is room for. */
static gsize print_double(double number, int width, char *text, gsize size)
{
	Digits digits = shortest(number);
	int fixed = digits.negative + (digits.point <= 0 ? 2 - digits.point + digits.n
							 : digits.n + (digits.point < digits.n));
	gboolean in_range = digits.point > 0 ? digits.point <= 15 || digits.n > digits.point
					     : digits.point >= -14;
	if (number == 0)
		return (gsize)g_snprintf(text, size, digits.negative ? "-0" : "0");
	if (in_range && fixed <= width)
		return print_fixed(&digits, text);
	gsize length = print_exponent(&digits, text, size);
	if (length > (gsize)width) {
		cut_digits(number, digits.n - (int)(length - (gsize)width), &digits);
		length = print_exponent(&digits, text, size);
	}
	return length;
}

gsize query_value_print_double(double number, char text[static QUERY_DOUBLE_SIZE])
{
	return print_double(number, 22, text, QUERY_DOUBLE_SIZE);
}

gsize query_value_print_json_double(double number, char text[static QUERY_JSON_DOUBLE_SIZE])
{
	return print_double(number, QUERY_JSON_DOUBLE_SIZE, text, QUERY_JSON_DOUBLE_SIZE);
}

/* Values to numbers ---------------------------------------------------------------------------- */

Value query_value_of_text(const char *text, gsize length)
{
	return (Value){.type = QUERY_TYPE_TEXT, .text = {(char *)text, length}};
}

/* A scalar of a JSON value as SQL's: what it is worth as a number. */
static Value unwrap(const QueryJson *json)
{
	Value value = {.type = QUERY_TYPE_INTEGER};
	switch (json->kind) {
	case QUERY_JSON_INTEGER:
	case QUERY_JSON_BOOLEAN:
		value.integer = json->integer;
		break;
	case QUERY_JSON_UNSIGNED:
		value.type = QUERY_TYPE_UNSIGNED;
		value.whole = json->whole;
		break;
	case QUERY_JSON_DOUBLE:
		value.type = QUERY_TYPE_DOUBLE;
		value.real = json->real;
		break;
	case QUERY_JSON_DECIMAL:
		value.type = QUERY_TYPE_DECIMAL;
		value.decimal = json->decimal;
		break;
	case QUERY_JSON_STRING:
		return query_value_of_text(json->text.data, json->text.length);
	default:
		break; /* null, arrays and objects are 0, with a warning */
	}
	return value;
}

static double moment_to_double(const Value *value)
{
	gint64 number = query_date_number(&value->moment, value->type);
	double real = (double)number + value->moment.micro / 1e6;
	return value->moment.negative ? -real : real;
}

double query_value_to_double(const Value *value)
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
		return query_decimal_to_double(value->decimal);
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		return query_value_read_double(value->text.data, value->text.length);
	case QUERY_TYPE_JSON:
		scalar = unwrap(value->json);
		return query_value_to_double(&scalar);
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

static gint64 round_decimal(const QueryDecimal *decimal, gboolean *is_unsigned)
{
	guint64 integer;
	*is_unsigned = FALSE;
	query_decimal_to_integer(decimal, FALSE, &integer);
	return (gint64)integer;
}

static gint64 round_moment(const Value *value)
{
	QueryMoment moment = value->moment;
	query_date_round(&moment, value->type, 0);
	gint64 number = query_date_number(&moment, value->type);
	return moment.negative ? -number : number;
}

gint64 query_value_to_integer(const Value *value, gboolean *is_unsigned)
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
		return query_value_to_integer(&scalar, is_unsigned);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_DATETIME:
		return round_moment(value);
	default:
		return 0;
	}
}

static gboolean read_decimal(const char *text, gsize length, QueryDecimal *decimal)
{
	gboolean overflow;
	gsize blanks = skip_blanks(text, length);
	query_decimal_read(decimal, text + blanks, length - blanks, &overflow);
	return !overflow;
}

static gboolean moment_to_decimal(const Value *value, QueryDecimal *decimal)
{
	char text[48];
	int length = g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT ".%06u",
		value->moment.negative ? "-" : "", query_date_number(&value->moment, value->type),
		value->moment.micro);
	return read_decimal(text, (gsize)length, decimal);
}

static gboolean double_to_decimal(double number, QueryDecimal *decimal)
{
	char text[QUERY_JSON_DOUBLE_SIZE];
	return read_decimal(text, query_value_print_json_double(number, text), decimal);
}

gboolean query_value_to_decimal(const Value *value, QueryDecimal *decimal)
{
	Value scalar;
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		*decimal = query_decimal_of(
			value->integer < 0 ? 0 - value->whole : value->whole, value->integer < 0);
		return TRUE;
	case QUERY_TYPE_UNSIGNED:
		*decimal = query_decimal_of(value->whole, FALSE);
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
		return query_value_to_decimal(&scalar, decimal);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_DATETIME:
		return moment_to_decimal(value, decimal);
	default:
		*decimal = query_decimal_of(0, FALSE);
		return TRUE;
	}
}

/* Values to text ------------------------------------------------------------------------------- */

static gsize print_value(const Value *value, char text[static QUERY_DECIMAL_SIZE])
{
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
		return (gsize)g_snprintf(text, 24, "%" G_GINT64_FORMAT, value->integer);
	case QUERY_TYPE_UNSIGNED:
		return (gsize)g_snprintf(text, 24, "%" G_GUINT64_FORMAT, value->whole);
	case QUERY_TYPE_DECIMAL:
		return query_decimal_print(value->decimal, text);
	case QUERY_TYPE_DOUBLE:
		return query_value_print_double(value->real, text);
	default:
		return query_date_print(&value->moment, value->type, value->scale, text);
	}
}

Text query_value_to_text(const Value *value, QueryArena *arena)
{
	char buffer[QUERY_DECIMAL_SIZE];
	if (value->type == QUERY_TYPE_TEXT || value->type == QUERY_TYPE_BINARY)
		return value->text;
	if (value->type == QUERY_TYPE_JSON) {
		g_autoptr(GString) text = g_string_new(NULL);
		query_json_print(value->json, text);
		return (Text){query_arena_copy(arena, text->str, text->len), text->len};
	}
	gsize length = print_value(value, buffer);
	return (Text){query_arena_copy(arena, buffer, length), length};
}

gboolean query_value_is_true(const Value *value)
{
	switch (value->type) {
	case QUERY_TYPE_INTEGER:
	case QUERY_TYPE_UNSIGNED:
		return value->integer != 0;
	case QUERY_TYPE_DECIMAL:
		return !query_decimal_is_zero(value->decimal);
	default:
		return query_value_to_double(value) != 0;
	}
}
