/* Exact decimal numbers as MySQL counts: at most 65 digits, of which at most 30 behind the point.
 * MySQL Reference Manual, "Precision Math". */
#ifndef CHRONOLOGER_BASE_DECIMAL_H
#define CHRONOLOGER_BASE_DECIMAL_H

#include <glib.h>

#define DECIMAL_DIGITS 65
#define DECIMAL_SCALE 30
#define DECIMAL_WORDS 18 /* a product of two has 130 digits, a dividend as many */

/* (-1)^negative * sum(word[i] * 10^(9 i)) / 10^scale. Zero is never negative. */
typedef struct {
	guint32 word[DECIMAL_WORDS];
	guint8 scale;
	gboolean negative;
} Decimal;

/* Sign, digits, one point, an exponent; what follows is left. The bytes read, 0 where there is no
 * number. A number that has more digits than MySQL keeps makes `*overflow` true. */
gsize decimal_read(Decimal *decimal, const char *text, gsize length, gboolean *overflow);

Decimal decimal_of(guint64 magnitude, gboolean negative);

#define DECIMAL_SIZE 72 /* of the text, NUL included */
gsize decimal_print(const Decimal *decimal, char text[static DECIMAL_SIZE]);
double decimal_to_double(const Decimal *decimal);

/* Rounded half away from zero to an integer, at the nearer end where it does not fit (FALSE). The
 * bits are those of a gint64 where the result is not to be unsigned. */
gboolean decimal_to_integer(const Decimal *decimal, gboolean is_unsigned, guint64 *integer);

int decimal_compare(const Decimal *a, const Decimal *b);
gboolean decimal_is_zero(const Decimal *decimal);

/* FALSE: it has more than 65 digits. Division by zero is the caller's to see first. */
gboolean decimal_add(const Decimal *a, const Decimal *b, Decimal *sum);
gboolean decimal_subtract(const Decimal *a, const Decimal *b, Decimal *sum);
gboolean decimal_multiply(const Decimal *a, const Decimal *b, Decimal *to);
gboolean decimal_divide(const Decimal *a, const Decimal *b, guint scale, Decimal *to);

/* a = b * quotient + rest; the quotient is whole, cut, the rest has the sign of a. */
gboolean decimal_divide_whole(const Decimal *a, const Decimal *b, Decimal *quotient, Decimal *rest);

typedef enum {
	DECIMAL_ROUND, /* half away from zero */
	DECIMAL_TRUNCATE,
	DECIMAL_FLOOR,
	DECIMAL_CEILING,
} DecimalRounding;

/* To `scale` digits behind the point; below 0, before it. It has MAX(scale, 0) then. */
void decimal_round(Decimal *decimal, int scale, DecimalRounding rounding);

/* More than 65 digits. */
gboolean decimal_overflows(const Decimal *decimal);

/* The greatest number of `digits` digits, `scale` of them behind the point. */
Decimal decimal_greatest(guint digits, guint scale, gboolean negative);

#endif
