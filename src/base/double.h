/* Doubles from and to decimal digits, where that is certain without arithmetic of many digits:
 * nearly always for what programs log; the C library does the rest, and takes ten times as long. As
 * MySQL reads and prints them. */
#ifndef CHRONOLOGER_BASE_DOUBLE_H
#define CHRONOLOGER_BASE_DOUBLE_H

#include <glib.h>

/* The double nearest to digits * 10^exponent. FALSE: it takes more to tell. */
gboolean double_from_digits(guint64 digits, int exponent, double *number);

/* The fewest digits that are read as `number`, of these the nearest to it: 0.DIGITS * 10^point,
 * without zeros behind. 0 where it takes more to tell; else how many. `number` is not negative: 0
 * for 0. */
#define DOUBLE_DIGITS_MAX 17
guint double_to_digits(double number, char digits[static DOUBLE_DIGITS_MAX + 1], int *point);

/* Numbers from text: the longest beginning that is one, after blanks; 0 where there is none. */
double double_read(const char *text, gsize length);

/* The fewest digits that say the same number, as MySQL prints it; the length. As text of SQL's it
 * has at most 22 characters, and loses digits for that. */
#define DOUBLE_SIZE 32
gsize double_print(double number, char text[static DOUBLE_SIZE]);
#define DOUBLE_JSON_SIZE 48
gsize double_print_json(double number, char text[static DOUBLE_JSON_SIZE]);

#endif
