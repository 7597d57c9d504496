/* Exact decimal numbers as MySQL counts: at most 65 digits, of which at most 30 behind the point.
 * MySQL Reference Manual, "Precision Math". */
#ifndef CHRONOLOGER_QUERY_DECIMAL_H
#define CHRONOLOGER_QUERY_DECIMAL_H

#include <glib.h>

#define QUERY_DECIMAL_DIGITS 65
#define QUERY_DECIMAL_SCALE 30
#define QUERY_DECIMAL_WORDS 18 /* a product of two has 130 digits, a dividend as many */

/* (-1)^negative * sum(word[i] * 10^(9 i)) / 10^scale. Zero is never negative. */
typedef struct {
	guint32 word[QUERY_DECIMAL_WORDS];
	guint8 scale;
	gboolean negative;
} QueryDecimal;

/* Sign, digits, one point, an exponent; what follows is left. The bytes read, 0 where there is no
 * number. A number that has more digits than MySQL keeps makes `*overflow` true. */
gsize query_decimal_read(QueryDecimal *decimal, const char *text, gsize length, gboolean *overflow);

QueryDecimal query_decimal_of(guint64 magnitude, gboolean negative);

#define QUERY_DECIMAL_SIZE 72 /* of the text, NUL included */
gsize query_decimal_print(const QueryDecimal *decimal, char text[static QUERY_DECIMAL_SIZE]);
double query_decimal_to_double(const QueryDecimal *decimal);

/* Rounded half away from zero to an integer, at the nearer end where it does not fit (FALSE). The
 * bits are those of a gint64 where the result is not to be unsigned. */
gboolean query_decimal_to_integer(
	const QueryDecimal *decimal, gboolean is_unsigned, guint64 *integer);

int query_decimal_compare(const QueryDecimal *a, const QueryDecimal *b);
gboolean query_decimal_is_zero(const QueryDecimal *decimal);

/* FALSE: it has more than 65 digits. Division by zero is the caller's to see first. */
gboolean query_decimal_add(const QueryDecimal *a, const QueryDecimal *b, QueryDecimal *sum);
gboolean query_decimal_subtract(const QueryDecimal *a, const QueryDecimal *b, QueryDecimal *sum);
gboolean query_decimal_multiply(const QueryDecimal *a, const QueryDecimal *b, QueryDecimal *to);
gboolean query_decimal_divide(
	const QueryDecimal *a, const QueryDecimal *b, guint scale, QueryDecimal *to);

/* a = b * quotient + rest; the quotient is whole, cut, the rest has the sign of a. */
gboolean query_decimal_divide_whole(
	const QueryDecimal *a, const QueryDecimal *b, QueryDecimal *quotient, QueryDecimal *rest);

typedef enum {
	QUERY_ROUND, /* half away from zero */
	QUERY_TRUNCATE,
	QUERY_FLOOR,
	QUERY_CEILING,
} QueryRounding;

/* To `scale` digits behind the point; below 0, before it. It has MAX(scale, 0) then. */
void query_decimal_round(QueryDecimal *decimal, int scale, QueryRounding rounding);

/* More than 65 digits. */
gboolean query_decimal_overflows(const QueryDecimal *decimal);

/* The greatest number of `digits` digits, `scale` of them behind the point. */
QueryDecimal query_decimal_greatest(guint digits, guint scale, gboolean negative);

#endif
