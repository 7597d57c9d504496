/* Decimal digits by one multiplication or division in a long double of 64 bits, whose error is known.
 * Where the result is as near to what decides as that error, the answer is: do not know. */
#include "double.h"

#include <float.h>
#include <math.h>

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

/* Half of the distance to the next double below. Above a power of two they are twice as far apart. */
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
