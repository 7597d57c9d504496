/* Doubles from and to decimal digits, where that is certain without arithmetic of many digits: nearly
 * always for what programs log. The C library does the rest; it takes ten times as long. */
#ifndef CHRONOLOGER_DOUBLE_H
#define CHRONOLOGER_DOUBLE_H

#include <glib.h>

/* The double nearest to digits * 10^exponent. FALSE: it takes more to tell. */
gboolean double_from_digits(guint64 digits, int exponent, double *number);

/* The fewest digits that are read as `number`, of these the nearest to it: 0.DIGITS * 10^point, without
 * zeros behind. 0 where it takes more to tell; else how many. `number` is not negative: 0
 * for 0. */
#define DOUBLE_DIGITS_MAX 17
guint double_to_digits(double number, char digits[static DOUBLE_DIGITS_MAX + 1], int *point);

#endif
