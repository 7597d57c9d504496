/* double: what it is certain of is what the C library finds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"

#define ROUNDS 300000

/* As many digits as it takes. The exponent is one too few for the point. */
static void find(double number, char digits[static 40], int *point)
{
	for (int n = 15; n <= 17; n++) {
		snprintf(digits, 40, "%.*e", n - 1, number);
		if (strtod(digits, NULL) == number)
			break;
	}
	char *e = strchr(digits, 'e');
	*point = atoi(e + 1) + 1;
	memmove(digits + 1, digits + 2, (size_t)(e - digits - 2));
	for (e--; e > digits + 1 && e[-1] == '0';)
		e--;
	*e = '\0';
}

static gboolean check_digits(double number)
{
	char expected[40], digits[DOUBLE_DIGITS_MAX + 1];
	int expected_point, point;
	guint n = double_to_digits(number, digits, &point);
	if (n == 0)
		return FALSE;
	find(number, expected, &expected_point);
	if (strcmp(digits, expected) != 0 || point != expected_point)
		g_error("%.17g: 0.%se%d, not 0.%se%d", number, digits, point, expected,
			expected_point);
	g_assert_cmpuint(n, ==, strlen(digits));
	return TRUE;
}

static gboolean check_number(guint64 digits, int exponent)
{
	char text[64];
	double number;
	if (!double_from_digits(digits, exponent, &number))
		return FALSE;
	snprintf(text, sizeof text, "%" G_GUINT64_FORMAT "e%d", digits, exponent);
	if (strtod(text, NULL) != number)
		g_error("%s is not %.17g", text, number);
	return TRUE;
}

/* Numbers of all sizes, with few digits and with many. */
static double some_number(void)
{
	double number = g_test_rand_double() * pow(10, g_test_rand_int_range(-12, 17));
	if (g_test_rand_int_range(0, 3) == 0) {
		char text[40];
		snprintf(text, sizeof text, "%.*e", g_test_rand_int_range(0, 17), number);
		number = strtod(text, NULL);
	}
	return number > 0 ? number : 1;
}

static void test_to_digits(void)
{
	guint n_known = 0;
	for (guint i = 0; i < ROUNDS; i++)
		n_known += check_digits(some_number());
	g_test_message("%u of %u", n_known, ROUNDS);
	g_assert_cmpuint(n_known, >, ROUNDS / 2);
}

static void test_from_digits(void)
{
	guint n_known = 0;
	for (guint i = 0; i < ROUNDS; i++) {
		guint64 digits = (guint64)g_test_rand_int() << 32 | (guint32)g_test_rand_int();
		n_known += check_number(
			digits >> g_test_rand_int_range(0, 60), g_test_rand_int_range(-27, 28));
	}
	g_test_message("%u of %u", n_known, ROUNDS);
	g_assert_cmpuint(n_known, >, ROUNDS / 2);
}

/* The neighbours of a power of two are not equally far; and decimals in the middle of two
 * doubles. */
static void test_edges(void)
{
	for (int exponent = -40; exponent < 60; exponent++) {
		double power = ldexp(1, exponent);
		check_digits(power);
		check_digits(nextafter(power, 0));
		check_digits(nextafter(power, INFINITY));
	}
	for (guint64 odd = 1; odd < 2000; odd += 2) {
		check_number((G_GUINT64_CONSTANT(1) << 53) + odd, 0);
		check_number(((G_GUINT64_CONSTANT(1) << 53) + odd) * 5, -1);
		check_number(odd * G_GUINT64_CONSTANT(1000000000000001), -15);
	}
	g_assert_true(check_digits(1));
	g_assert_true(check_digits(0.1));
	g_assert_true(check_digits(1792713601.3232076));
	g_assert_true(check_number(17927136013232076, -7));
	g_assert_false(check_digits(5e-324));
	g_assert_false(check_digits(G_MAXDOUBLE));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/double/to-digits", test_to_digits);
	g_test_add_func("/double/from-digits", test_from_digits);
	g_test_add_func("/double/edges", test_edges);
	return g_test_run();
}
