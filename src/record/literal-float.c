/* A double as Python's repr() prints it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/double.h"
#include "record/literal-tree.h"

/* One unit more in the last place of "d.ddde+XX". What comes of digits that are all 9 reads as no
 * number; rounded up they were tried with one digit less. */
static void round_up(char *digits)
{
	char *p = strchr(digits, 'e') - 1;
	for (; p > digits && (*p == '9' || *p == '.'); p--)
		if (*p == '9')
			*p = '0';
	++*p;
}

/* The shortest "d.ddde+XX" that reads back as `number`. Up to 15 digits any decimal survives the
 * way through a double, hence no fewer are tried and the zeros are cut later; except for
 * subnormals. Above a power of two the doubles are twice as far apart as below it: there the digits
 * that round up may be the shorter ones. */
static void find_digits(double number, char digits[static LITERAL_FLOAT_SIZE])
{
	int power;
	gboolean is_power = frexp(number, &power) == 0.5;
	char format[8];
	for (int precision = number < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
		g_snprintf(format, sizeof format, "%%.%de", precision);
		g_ascii_formatd(digits, LITERAL_FLOAT_SIZE, format, number);
		if (g_ascii_strtod(digits, NULL) == number)
			return;
		if (!is_power)
			continue;
		round_up(digits);
		if (g_ascii_strtod(digits, NULL) == number)
			return;
	}
}

/* "d.ddde+XX" -> "dddd", and the decimal exponent. */
static int split_digits(char *text)
{
	char *e = strchr(text, 'e');
	int exponent = (int)g_ascii_strtoll(e + 1, NULL, 10);
	if (text[1] == '.') {
		memmove(text + 1, text + 2, (gsize)(e - text - 2));
		e--;
	}
	while (e > text + 1 && e[-1] == '0')
		e--;
	*e = '\0';
	return exponent;
}

/* The decimal exponent of what d.ddd they are. */
static int shortest_digits(double number, char digits[static LITERAL_FLOAT_SIZE])
{
	int point;
	if (double_to_digits(number, digits, &point))
		return point - 1;
	find_digits(number, digits);
	return split_digits(digits);
}

void literal_print_float(double number, char text[static LITERAL_FLOAT_SIZE])
{
	char digits[LITERAL_FLOAT_SIZE];
	const char *sign = signbit(number) ? "-" : "";
	if (number == 0) {
		g_snprintf(text, LITERAL_FLOAT_SIZE, "%s0.0", sign);
		return;
	}
	int exponent = shortest_digits(fabs(number), digits);
	int length = (int)strlen(digits);
	if (exponent < -4 || exponent >= 16)
		g_snprintf(text, LITERAL_FLOAT_SIZE, "%s%c%s%se%+03d", sign, digits[0],
			length > 1 ? "." : "", digits + 1, exponent);
	else if (exponent < 0)
		g_snprintf(
			text, LITERAL_FLOAT_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
	else if (length <= exponent + 1)
		g_snprintf(text, LITERAL_FLOAT_SIZE, "%s%s%.*s.0", sign, digits,
			exponent + 1 - length, "000000000000000");
	else
		g_snprintf(text, LITERAL_FLOAT_SIZE, "%s%.*s.%s", sign, exponent + 1, digits,
			digits + exponent + 1);
}
