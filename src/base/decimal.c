/* Exact decimals: words of nine digits, least significant first. */
#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

#define BASE 1000000000u
#define WORD_DIGITS 9
#define WORDS DECIMAL_WORDS
#define TEXT_DIGITS (WORDS * WORD_DIGITS)

typedef guint32 Words[WORDS];

static const guint32 powers[WORD_DIGITS + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, BASE};

/* Magnitudes ----------------------------------------------------------------------------------- */

static gboolean is_zero(const Words a)
{
	for (guint i = 0; i < WORDS; i++)
		if (a[i] != 0)
			return FALSE;
	return TRUE;
}

static int compare(const Words a, const Words b)
{
	for (guint i = WORDS; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* a = a * factor + carry; what is lost at the top. */
static guint32 multiply_word(Words a, guint32 factor, guint32 carry)
{
	for (guint i = 0; i < WORDS; i++) {
		guint64 product = (guint64)a[i] * factor + carry;
		a[i] = (guint32)(product % BASE);
		carry = (guint32)(product / BASE);
	}
	return carry;
}

static guint32 divide_word(Words a, guint32 divisor)
{
	guint64 rest = 0;
	for (guint i = WORDS; i-- > 0;) {
		rest = rest * BASE + a[i];
		a[i] = (guint32)(rest / divisor);
		rest %= divisor;
	}
	return (guint32)rest;
}

/* Zeros appended behind. Callers leave room: see DECIMAL_WORDS. */
static void shift_up(Words a, guint digits)
{
	guint words = MIN(digits / WORD_DIGITS, WORDS);
	memmove(a + words, a, (WORDS - words) * sizeof *a);
	memset(a, 0, words * sizeof *a);
	multiply_word(a, powers[digits % WORD_DIGITS], 0);
}

/* Digits taken away behind; what they were, as a share of the last one that stays: 0 nothing, 1
 * less than a half, 2 a half or more. */
static guint shift_down(Words a, guint digits)
{
	gboolean lost = FALSE;
	guint words = digits / WORD_DIGITS;
	if (digits == 0)
		return 0;
	if (digits > TEXT_DIGITS) {
		lost = !is_zero(a);
		memset(a, 0, WORDS * sizeof *a);
		return lost;
	}
	words = (digits - 1) / WORD_DIGITS;
	for (guint i = 0; i < words; i++)
		lost = lost || a[i] != 0;
	memmove(a, a + words, (WORDS - words) * sizeof *a);
	memset(a + WORDS - words, 0, words * sizeof *a);
	guint32 rest = divide_word(a, powers[digits - words * WORD_DIGITS]);
	guint32 half = powers[digits - words * WORD_DIGITS] / 2;
	return rest >= half ? 2 : rest != 0 || lost;
}

static void add(Words a, const Words b)
{
	guint32 carry = 0;
	for (guint i = 0; i < WORDS; i++) {
		guint32 sum = a[i] + b[i] + carry;
		carry = sum >= BASE;
		a[i] = carry ? sum - BASE : sum;
	}
}

/* a >= b */
static void subtract(Words a, const Words b)
{
	guint32 borrow = 0;
	for (guint i = 0; i < WORDS; i++) {
		guint32 minus = b[i] + borrow;
		borrow = a[i] < minus;
		a[i] = borrow ? a[i] + BASE - minus : a[i] - minus;
	}
}

/* quotient = a / b, a = the rest; b > 0. By words where b has one, else by the binary digits of
 * each word of the quotient: large divisors are rare. */
static void divide(Words a, const Words b, Words quotient)
{
	Words rest = {0};
	memset(quotient, 0, sizeof(Words));
	for (guint i = WORDS; i-- > 0;) {
		shift_up(rest, WORD_DIGITS);
		rest[0] = a[i];
		for (guint32 bit = 1u << 29; bit != 0; bit >>= 1) {
			Words part;
			memcpy(part, b, sizeof part);
			if (multiply_word(part, bit, 0) == 0 && compare(part, rest) <= 0) {
				subtract(rest, part);
				quotient[i] += bit;
			}
		}
	}
	memcpy(a, rest, sizeof rest);
}

static gboolean fits_word(const Words a)
{
	for (guint i = 1; i < WORDS; i++)
		if (a[i] != 0)
			return FALSE;
	return TRUE;
}

static void divide_any(Words a, const Words b, Words quotient)
{
	if (!fits_word(b)) {
		divide(a, b, quotient);
		return;
	}
	memcpy(quotient, a, sizeof(Words));
	guint32 rest = divide_word(quotient, b[0]);
	memset(a, 0, sizeof(Words));
	a[0] = rest;
}

static guint count_digits(const Words a)
{
	for (guint i = WORDS; i-- > 0;) {
		guint digits = 0;
		while (digits < WORD_DIGITS && a[i] >= powers[digits])
			digits++;
		if (digits > 0)
			return i * WORD_DIGITS + digits;
	}
	return 0;
}

/* Numbers -------------------------------------------------------------------------------------- */

static gboolean finish(Decimal *decimal)
{
	if (decimal->negative && is_zero(decimal->word))
		decimal->negative = FALSE;
	return !decimal_overflows(decimal);
}

gboolean decimal_is_zero(const Decimal *decimal)
{
	return is_zero(decimal->word);
}

gboolean decimal_overflows(const Decimal *decimal)
{
	return count_digits(decimal->word) > DECIMAL_DIGITS;
}

Decimal decimal_of(guint64 magnitude, gboolean negative)
{
	Decimal decimal = {.negative = negative && magnitude != 0};
	decimal.word[0] = (guint32)(magnitude % BASE);
	decimal.word[1] = (guint32)(magnitude / BASE % BASE);
	decimal.word[2] = (guint32)(magnitude / BASE / BASE);
	return decimal;
}

Decimal decimal_greatest(guint digits, guint scale, gboolean negative)
{
	Decimal one = decimal_of(1, FALSE), greatest = one;
	shift_up(greatest.word, digits);
	subtract(greatest.word, one.word);
	greatest.scale = (guint8)scale;
	greatest.negative = negative;
	return greatest;
}

static void rescale_up(Decimal *decimal, guint scale)
{
	shift_up(decimal->word, scale - decimal->scale);
	decimal->scale = (guint8)scale;
}

void decimal_round(Decimal *decimal, int scale, DecimalRounding rounding)
{
	if (scale >= decimal->scale) {
		rescale_up(decimal, (guint)scale);
		return;
	}
	static const Decimal one = {.word = {1}};
	guint lost = shift_down(decimal->word, (guint)(decimal->scale - scale));
	gboolean away = (rounding == DECIMAL_ROUND && lost == 2) ||
			(rounding == DECIMAL_FLOOR && lost != 0 && decimal->negative) ||
			(rounding == DECIMAL_CEILING && lost != 0 && !decimal->negative);
	if (away)
		add(decimal->word, one.word);
	decimal->scale = (guint8)MAX(scale, 0);
	if (scale < 0)
		shift_up(decimal->word, MIN((guint)-scale, TEXT_DIGITS));
	finish(decimal);
}

/* Text ----------------------------------------------------------------------------------------- */

typedef struct {
	const char *digits; /* of the whole number and the fraction, maybe with a point between */
	gsize whole, fraction, length;
	int exponent;
} Parts;

static gsize digits_at(const char *text, gsize from, gsize length)
{
	gsize i = from;
	while (i < length && g_ascii_isdigit(text[i]))
		i++;
	return i - from;
}

/* Where there is no digit behind an `e`, the number ends before it. */
static void read_exponent(Parts *parts, const char *text, gsize length)
{
	gsize at = parts->length + 1;
	if (parts->length >= length || (text[parts->length] | 0x20) != 'e')
		return;
	gboolean negative = at < length && text[at] == '-';
	at += at < length && (text[at] == '-' || text[at] == '+');
	gsize digits = digits_at(text, at, length);
	if (digits == 0)
		return;
	for (gsize i = 0; i < digits; i++)
		parts->exponent = MIN(parts->exponent * 10 + (text[at + i] - '0'), 100000);
	if (negative)
		parts->exponent = -parts->exponent;
	parts->length = at + digits;
}

static Parts split(const char *text, gsize length)
{
	gsize sign = length > 0 && (*text == '-' || *text == '+');
	Parts parts = {.digits = text + sign};
	parts.whole = digits_at(text, sign, length);
	parts.length = sign + parts.whole;
	if (parts.length < length && text[parts.length] == '.') {
		parts.fraction = digits_at(text, parts.length + 1, length);
		parts.length += 1 + parts.fraction;
	}
	if (parts.whole + parts.fraction == 0)
		parts.length = 0;
	else
		read_exponent(&parts, text, length);
	return parts;
}

/* Adds a digit behind; one that has no room left is counted only. */
static void add_digit(Decimal *decimal, guint32 digit, int *missing)
{
	if (*missing == 0 && count_digits(decimal->word) < TEXT_DIGITS - WORD_DIGITS)
		multiply_word(decimal->word, 10, digit);
	else
		++*missing;
}

gsize decimal_read(Decimal *decimal, const char *text, gsize length, gboolean *overflow)
{
	Parts parts = split(text, length);
	int missing = 0;
	*decimal = (Decimal){.negative = length > 0 && *text == '-'};
	*overflow = FALSE;
	for (gsize i = 0; i < parts.whole; i++)
		add_digit(decimal, (guint32)(parts.digits[i] - '0'), &missing);
	for (gsize i = 0; i < parts.fraction; i++)
		add_digit(decimal, (guint32)(parts.digits[parts.whole + 1 + i] - '0'), &missing);
	/* The value is word * 10^exponent. */
	int exponent = parts.exponent + missing - (int)MIN(parts.fraction, 100000);
	if (is_zero(decimal->word)) {
		*decimal = (Decimal){.scale = (guint8)CLAMP(-exponent, 0, DECIMAL_SCALE)};
		return parts.length;
	}
	if (exponent > 0) {
		*overflow = count_digits(decimal->word) + (guint)exponent > DECIMAL_DIGITS;
		shift_up(decimal->word, *overflow ? 0 : (guint)exponent);
	} else if (exponent < -DECIMAL_SCALE) {
		int digits = MIN(-exponent - DECIMAL_SCALE, TEXT_DIGITS + 1);
		if (shift_down(decimal->word, (guint)digits) == 2)
			add(decimal->word, decimal_of(1, FALSE).word);
		decimal->scale = DECIMAL_SCALE;
	} else {
		decimal->scale = (guint8)-exponent;
	}
	*overflow = !finish(decimal) || *overflow;
	return parts.length;
}

gsize decimal_print(const Decimal *decimal, char text[static DECIMAL_SIZE])
{
	char digits[TEXT_DIGITS + 1];
	char *to = text;
	for (guint i = 0; i < WORDS; i++)
		g_snprintf(digits + i * WORD_DIGITS, WORD_DIGITS + 1, "%09u",
			decimal->word[WORDS - 1 - i]);
	guint n = MAX(count_digits(decimal->word), (guint)decimal->scale + 1);
	n = MIN(n, DECIMAL_SIZE - 4);
	if (decimal->negative)
		*to++ = '-';
	for (guint i = TEXT_DIGITS - n; i < TEXT_DIGITS; i++) {
		if (i + decimal->scale == TEXT_DIGITS)
			*to++ = '.';
		*to++ = digits[i];
	}
	*to = '\0';
	return (gsize)(to - text);
}

double decimal_to_double(const Decimal *decimal)
{
	char text[DECIMAL_SIZE];
	decimal_print(decimal, text);
	return g_ascii_strtod(text, NULL);
}

gboolean decimal_to_integer(const Decimal *from, gboolean is_unsigned, guint64 *integer)
{
	Decimal whole = *from;
	decimal_round(&whole, 0, DECIMAL_ROUND);
	guint64 limit = is_unsigned ? G_MAXUINT64 : (guint64)G_MAXINT64 + (whole.negative ? 1 : 0);
	if (whole.negative && is_unsigned)
		limit = 0;
	Decimal most = decimal_of(limit, FALSE);
	gboolean fits = compare(whole.word, most.word) <= 0;
	guint64 magnitude = fits ? whole.word[0] + (guint64)whole.word[1] * BASE +
					    (guint64)whole.word[2] * BASE * BASE
				 : limit;
	*integer = whole.negative ? 0 - magnitude : magnitude;
	return fits;
}

/* Arithmetic ----------------------------------------------------------------------------------- */

static void align(Decimal *a, Decimal *b)
{
	if (a->scale < b->scale)
		rescale_up(a, b->scale);
	else if (b->scale < a->scale)
		rescale_up(b, a->scale);
}

int decimal_compare(const Decimal *a, const Decimal *b)
{
	Decimal x = *a, y = *b;
	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	align(&x, &y);
	return x.negative ? compare(y.word, x.word) : compare(x.word, y.word);
}

gboolean decimal_add(const Decimal *a, const Decimal *b, Decimal *sum)
{
	Decimal x = *a, y = *b;
	align(&x, &y);
	if (x.negative == y.negative) {
		add(x.word, y.word);
		*sum = x;
	} else if (compare(x.word, y.word) >= 0) {
		subtract(x.word, y.word);
		*sum = x;
	} else {
		subtract(y.word, x.word);
		*sum = y;
	}
	return finish(sum);
}

gboolean decimal_subtract(const Decimal *a, const Decimal *b, Decimal *sum)
{
	Decimal minus = *b;
	minus.negative = !minus.negative;
	return decimal_add(a, &minus, sum);
}

gboolean decimal_multiply(const Decimal *a, const Decimal *b, Decimal *to)
{
	Decimal product = {.negative = a->negative != b->negative};
	for (guint i = WORDS; i-- > 0;) {
		Decimal part = *a;
		shift_up(product.word, WORD_DIGITS);
		if (b->word[i] == 0)
			continue;
		multiply_word(part.word, b->word[i], 0);
		add(product.word, part.word);
	}
	product.scale = a->scale + b->scale;
	if (product.scale > DECIMAL_SCALE)
		decimal_round(&product, DECIMAL_SCALE, DECIMAL_ROUND);
	*to = product;
	return finish(to);
}

/* a / b with `scale` digits: one more than that is enough to round, as a rest only adds to it. */
gboolean decimal_divide(const Decimal *a, const Decimal *b, guint scale, Decimal *to)
{
	Decimal x = *a, quotient = {.negative = a->negative != b->negative};
	shift_up(x.word, scale + 1 + b->scale);
	guint surplus = x.scale;
	divide_any(x.word, b->word, quotient.word);
	/* quotient / 10^(scale + 1 + surplus), cut. */
	if (shift_down(quotient.word, surplus + 1) == 2)
		add(quotient.word, decimal_of(1, FALSE).word);
	quotient.scale = (guint8)scale;
	*to = quotient;
	return finish(to);
}

gboolean decimal_divide_whole(const Decimal *a, const Decimal *b, Decimal *quotient, Decimal *rest)
{
	Decimal x = *a, y = *b;
	align(&x, &y);
	*quotient = (Decimal){.negative = a->negative != b->negative};
	divide_any(x.word, y.word, quotient->word);
	*rest = x;
	gboolean fits = finish(quotient);
	return finish(rest) && fits;
}
