/* Decimal digits by one multiplication or division in a long double of 64 bits, whose error is
 * known. Where the result is as near to what decides as that error, the answer is: do not know. */
#include "base/double.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Powers of ten that 64 bits hold exactly: 5^27 < 2^63. */
#define POWER_MAX 27

static const long double powers[POWER_MAX + 1] = {1e0L, 1e1L, 1e2L, 1e3L, 1e4L, 1e5L, 1e6L, 1e7L,
	1e8L, 1e9L, 1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
	1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

/* Twice the error of one operation, for numbers of this size. */
static long double error_of(long double number)
{
	return number * 0x1p-63L;
}

/* Some machines have no such long double, and valgrind rounds it to a double. */
static gboolean is_precise(void)
{
	static const volatile long double one = 1, bit = 0x1p-63L;
	return LDBL_MANT_DIG >= 64 && one + bit != one;
}

/* Half of the distance to the next double below. Above a power of two they are twice as far
 * apart. */
static long double half_step(double number, int *exponent, gboolean *is_power)
{
	*is_power = frexp(number, exponent) == 0.5;
	return ldexpl(1, *exponent - DBL_MANT_DIG - 1 - *is_power);
}

gboolean double_from_digits(guint64 digits, int exponent, double *number)
{
	int binary;
	gboolean is_power;
	if (ABS(exponent) > POWER_MAX || digits == 0 || !is_precise())
		return FALSE;
	long double value = (long double)digits;
	value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
	*number = (double)value;
	long double half = half_step(*number, &binary, &is_power);
	return fabsl(value - *number) < half - error_of(value);
}

/* For 10^(point - 1) <= number < 10^point; one too few where the estimate is. */
static int point_of(double number, int exponent)
{
	int point = (((exponent - 1) * 1233) >> 12) + 1; /* log10(2) is about 1233 / 4096 */
	if (point >= 0)
		return point + (number >= powers[point]);
	return point + (number * powers[-point] >= 1);
}

static guint print_digits(guint64 whole, guint n, char *digits)
{
	while (whole % 10 == 0) {
		whole /= 10;
		n--;
	}
	for (guint i = n; i-- > 0; whole /= 10)
		digits[i] = (char)('0' + whole % 10);
	digits[n] = '\0';
	return n;
}

/* Whether a decimal that is so far off is read as the number it stands for. */
typedef enum { NO, YES, UNKNOWN } Answer;

static Answer is_near(long double missed, long double half, gboolean is_power, long double error)
{
	if (missed < half - error)
		return YES;
	return missed > half * (1 + is_power) + error ? NO : UNKNOWN;
}

/* Any 15 digits survive the way through a double, so that what has fewer ends in zeros here. */
guint double_to_digits(double number, char digits[static DOUBLE_DIGITS_MAX + 1], int *point)
{
	int exponent;
	gboolean is_power;
	long double half = half_step(number, &exponent, &is_power);
	Answer answer = NO;
	if (number < 1e-9 || number >= 1e15 || !is_precise())
		return 0;
	*point = point_of(number, exponent);
	for (int n = 15; answer == NO && n <= DOUBLE_DIGITS_MAX; n++) {
		long double power = powers[n - *point];
		long double scaled = number * power, error = error_of(scaled);
		guint64 whole = (guint64)(scaled + 0.5L);
		long double missed = fabsl(scaled - (long double)whole);
		if (missed >= 0.5L - error) /* it may be the digits below */
			return 0;
		answer = n == DOUBLE_DIGITS_MAX ? YES
						: is_near(missed, half * power, is_power, error);
		if (answer == YES)
			return whole < powers[n - 1] || whole >= powers[n]
				       ? 0
				       : print_digits(whole, (guint)n, digits);
	}
	return 0;
}

/* From text ------------------------------------------------------------------------------ */

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

double double_read(const char *text, gsize length)
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

gsize double_print(double number, char text[static DOUBLE_SIZE])
{
	return print_double(number, 22, text, DOUBLE_SIZE);
}

gsize double_print_json(double number, char text[static DOUBLE_JSON_SIZE])
{
	return print_double(number, DOUBLE_JSON_SIZE, text, DOUBLE_JSON_SIZE);
}
