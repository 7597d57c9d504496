/* format % args, as CPython's unicodeobject.c does it. */
#include "record/literal.h"

#include <math.h>
#include <string.h>

#include "record/literal-tree.h"

/* How many bytes one message may take to build, padding and what a precision cuts off included. A
 * sender can ask for any amount with a few bytes (%999999999d; the same mapping key a million
 * times): such a message stays as it is. MEDIUMTEXT, MySQL's column for it, ends here too. */
#define WORK_MAX (16 << 20)

/* Digits of an int that %x and %o convert: the time grows with their square, and counts as work. It
 * is what Python's own int() and str() allow. */
#define CONVERSION_DIGITS_MAX 4300
#define CONVERSION_WORK(digits) ((digits) * (digits) / 64)

typedef struct {
	GString *text;    /* the result grows here */
	GString *scratch; /* one conversion */
	const char *at;   /* in the format */
	const char *end;
	const Literal *args;
	const Literal *next; /* arguments not used yet */
	gsize left;
	const Literal **keys; /* of `args`, sorted; made when the first key is looked up */
	gsize work;           /* bytes still allowed */
} Formatter;

typedef struct {
	gboolean left;      /* - */
	gboolean sign;      /* + */
	gboolean blank;     /* space */
	gboolean alternate; /* # */
	gboolean zero;      /* 0 */
	gsize width;
	gssize precision; /* -1: none */
	char conversion;
} Directive;

/* What a conversion made: sign, prefix and digits can have zeros in between, text can not. */
typedef struct {
	char sign;          /* or NUL */
	const char *prefix; /* "0x" */
	gboolean number;
} Piece;

static gboolean spend(Formatter *formatter, gsize bytes)
{
	if (bytes > formatter->work)
		return FALSE;
	formatter->work -= bytes;
	return TRUE;
}

static const Literal *next_argument(Formatter *formatter)
{
	if (formatter->left == 0)
		return NULL;
	formatter->left--;
	return formatter->next++;
}

/* ---- Reading a directive ---- */

/* "(key)" may hold balanced parentheses. Its value becomes the only argument. */
static gboolean read_key(Formatter *formatter)
{
	const char *key = ++formatter->at;
	const char *p = key;
	if (formatter->args->kind != LITERAL_DICT)
		return FALSE;
	for (int open = 1; p < formatter->end; p++) {
		open += (*p == '(') - (*p == ')');
		if (open == 0)
			break;
	}
	if (p == formatter->end)
		return FALSE;
	formatter->at = p + 1;
	if (!formatter->keys)
		formatter->keys = literal_sort_keys(formatter->args);
	formatter->next = literal_find(formatter->args, formatter->keys, key, (gsize)(p - key));
	formatter->left = 1;
	return formatter->next != NULL;
}

static void read_flags(Formatter *formatter, Directive *directive)
{
	for (; formatter->at < formatter->end; formatter->at++) {
		switch (*formatter->at) {
		case '-':
			directive->left = TRUE;
			break;
		case '+':
			directive->sign = TRUE;
			break;
		case ' ':
			directive->blank = TRUE;
			break;
		case '#':
			directive->alternate = TRUE;
			break;
		case '0':
			directive->zero = TRUE;
			break;
		default:
			return;
		}
	}
}

/* The number of a width or a precision: digits, or `*` for the next argument. FALSE beyond
 * WORK_MAX, which also keeps sums of them from overflowing. */
static gboolean read_size(Formatter *formatter, gssize *size)
{
	*size = 0;
	if (formatter->at < formatter->end && *formatter->at == '*') {
		formatter->at++;
		const Literal *argument = next_argument(formatter);
		if (!argument || (argument->kind != LITERAL_INT && argument->kind != LITERAL_TRUE &&
					 argument->kind != LITERAL_FALSE))
			return FALSE;
		double number = literal_number(argument);
		if (fabs(number) > WORK_MAX)
			return FALSE;
		*size = (gssize)number;
		return TRUE;
	}
	for (; formatter->at < formatter->end && g_ascii_isdigit(*formatter->at); formatter->at++) {
		*size = *size * 10 + (*formatter->at - '0');
		if (*size > WORK_MAX)
			return FALSE;
	}
	return TRUE;
}

/* Behind the percent sign, up to the conversion. */
static gboolean read_directive(Formatter *formatter, Directive *directive)
{
	gssize width;
	if (formatter->at < formatter->end && *formatter->at == '(' && !read_key(formatter))
		return FALSE;
	read_flags(formatter, directive);
	if (!read_size(formatter, &width))
		return FALSE;
	directive->left = directive->left || width < 0;
	directive->width = (gsize)ABS(width);
	if (formatter->at < formatter->end && *formatter->at == '.') {
		formatter->at++;
		if (!read_size(formatter, &directive->precision))
			return FALSE;
		directive->precision = MAX(directive->precision, 0);
	}
	if (formatter->at < formatter->end && memchr("hlL", *formatter->at, 3))
		formatter->at++;
	if (formatter->at == formatter->end)
		return FALSE;
	directive->conversion = *formatter->at++;
	return TRUE;
}

/* ---- Writing ---- */

static gsize count_characters(const GString *text)
{
	gsize count = 0;
	for (gsize i = 0; i < text->len; i++)
		count += ((guchar)text->str[i] & 0xc0) != 0x80;
	return count;
}

static void pad(GString *text, gsize count, char c)
{
	gsize from = text->len;
	g_string_set_size(text, from + count);
	memset(text->str + from, c, count);
}

/* Appends scratch with what goes before and after it. */
static gboolean write_piece(Formatter *formatter, const Directive *directive, Piece piece)
{
	GString *text = formatter->text;
	if (piece.number && !piece.sign && (directive->sign || directive->blank))
		piece.sign = directive->sign ? '+' : ' ';
	gsize width =
		count_characters(formatter->scratch) + (piece.sign != 0) + strlen(piece.prefix);
	gsize padding = directive->width > width ? directive->width - width : 0;
	if (!spend(formatter, padding))
		return FALSE;
	gboolean zeros = piece.number && directive->zero && !directive->left;
	if (!directive->left && !zeros)
		pad(text, padding, ' ');
	if (piece.sign)
		g_string_append_c(text, piece.sign);
	g_string_append(text, piece.prefix);
	if (zeros)
		pad(text, padding, '0');
	g_string_append_len(text, formatter->scratch->str, (gssize)formatter->scratch->len);
	if (directive->left)
		pad(text, padding, ' ');
	return TRUE;
}

/* ---- Conversions: d i u o x X ---- */

/* words = words * factor + carry, little-endian words of 32 bits. */
static void multiply_add(GArray *words, guint32 factor, guint64 carry)
{
	for (guint i = 0; i < words->len; i++) {
		guint32 *word = &g_array_index(words, guint32, i);
		carry += (guint64)*word * factor;
		*word = (guint32)carry;
		carry >>= 32;
	}
	guint32 top = (guint32)carry;
	if (top)
		g_array_append_val(words, top);
}

/* Nine digits at a time: as many as fit a word. */
static GArray *words_of(const char *digits)
{
	GArray *words = g_array_new(FALSE, FALSE, sizeof(guint32));
	while (*digits) {
		guint32 factor = 1, part = 0;
		for (; *digits && factor < 1000000000; digits++) {
			factor *= 10;
			part = part * 10 + (guint32)(*digits - '0');
		}
		multiply_add(words, factor, part);
	}
	return words;
}

/* Decimal digits -> octal or hexadecimal ones, `bits` each. */
static void convert_base(GString *digits, guint bits, gboolean upper)
{
	g_autoptr(GArray) words = words_of(digits->str);
	gboolean begun = FALSE;
	g_string_truncate(digits, 0);
	for (guint i = words->len * 32 / bits + 1; i-- > 0;) {
		guint word = i * bits / 32, shift = i * bits % 32;
		guint64 pair = 0;
		if (word < words->len)
			pair = g_array_index(words, guint32, word);
		if (word + 1 < words->len)
			pair |= (guint64)g_array_index(words, guint32, word + 1) << 32;
		guint digit = (guint)(pair >> shift) & ((1u << bits) - 1);
		begun = begun || digit || i == 0;
		if (begun)
			g_string_append_c(
				digits, (upper ? "0123456789ABCDEF" : "0123456789abcdef")[digit]);
	}
}

/* The decimal digits of a number cut to an int, into scratch; the sign apart. */
static gboolean print_int(Formatter *formatter, const Literal *argument, char *sign)
{
	GString *digits = formatter->scratch;
	if (argument->kind == LITERAL_INT) {
		g_string_append_len(digits, argument->text, (gssize)argument->length);
	} else if (argument->kind == LITERAL_FLOAT) {
		char buffer[512];
		double whole = trunc(literal_number(argument)) + 0.0; /* not -0 */
		g_string_append(digits, g_ascii_formatd(buffer, sizeof buffer, "%.0f", whole));
	} else if (argument->kind == LITERAL_TRUE || argument->kind == LITERAL_FALSE) {
		g_string_append_c(digits, argument->kind == LITERAL_TRUE ? '1' : '0');
	} else {
		return FALSE;
	}
	*sign = *digits->str == '-' ? '-' : '\0';
	if (*sign)
		g_string_erase(digits, 0, 1);
	return TRUE;
}

static gboolean format_int(
	Formatter *formatter, const Directive *directive, const Literal *argument)
{
	GString *digits = formatter->scratch;
	char conversion = directive->conversion;
	gboolean decimal = strchr("diu", conversion) != NULL;
	Piece piece = {.prefix = "", .number = TRUE};
	char prefix[] = {'0', conversion, '\0'};
	if (!decimal && argument->kind == LITERAL_FLOAT)
		return FALSE;
	if (!print_int(formatter, argument, &piece.sign))
		return FALSE;
	if (!decimal) {
		if (digits->len > CONVERSION_DIGITS_MAX ||
			!spend(formatter, CONVERSION_WORK(digits->len)))
			return FALSE;
		convert_base(digits, conversion == 'o' ? 3 : 4, conversion == 'X');
		piece.prefix = directive->alternate ? prefix : "";
	}
	gsize zeros = directive->precision > (gssize)digits->len
			      ? (gsize)directive->precision - digits->len
			      : 0;
	if (!spend(formatter, digits->len + zeros))
		return FALSE;
	if (zeros) {
		g_autofree char *before = g_strnfill(zeros, '0');
		g_string_prepend_len(digits, before, (gssize)zeros);
	}
	return write_piece(formatter, directive, piece);
}

/* ---- Conversions: e E f F g G ---- */

static gboolean format_float(
	Formatter *formatter, const Directive *directive, const Literal *argument)
{
	char format[32];
	Piece piece = {.prefix = "", .number = TRUE};
	gsize precision = directive->precision < 0 ? 6 : (gsize)directive->precision;
	gsize size = precision + 512; /* 309 digits, point, exponent */
	if (argument->kind == LITERAL_NONE || argument->kind >= LITERAL_STR)
		return FALSE;
	double number = literal_number(argument);
	if (!isfinite(number))
		return FALSE;
	g_snprintf(format, sizeof format, "%%%s.%" G_GSIZE_FORMAT "%c",
		directive->alternate ? "#" : "", precision, directive->conversion);
	g_autofree char *buffer = g_malloc(size);
	g_string_append(
		formatter->scratch, g_ascii_formatd(buffer, (int)size, format, fabs(number)));
	piece.sign = signbit(number) ? '-' : '\0';
	return spend(formatter, formatter->scratch->len) &&
	       write_piece(formatter, directive, piece);
}

/* ---- Conversions: c s r a ---- */

static void cut_characters(GString *text, gsize characters)
{
	for (gsize i = 0; i < text->len; i++) {
		if (((guchar)text->str[i] & 0xc0) == 0x80)
			continue;
		if (characters-- == 0)
			g_string_truncate(text, i);
	}
}

static gboolean format_text(
	Formatter *formatter, const Directive *directive, const Literal *argument)
{
	GString *text = formatter->scratch;
	Piece piece = {.prefix = ""};
	if (directive->conversion == 's')
		literal_append_str(text, argument);
	else
		literal_append_repr(text, argument, directive->conversion == 'a');
	if (!spend(formatter, text->len))
		return FALSE;
	if (directive->precision >= 0)
		cut_characters(text, (gsize)directive->precision);
	return write_piece(formatter, directive, piece);
}

static gboolean format_character(
	Formatter *formatter, const Directive *directive, const Literal *argument)
{
	Piece piece = {.prefix = ""};
	if (argument->kind == LITERAL_STR) {
		literal_append_str(formatter->scratch, argument);
		if (count_characters(formatter->scratch) != 1)
			return FALSE;
		return write_piece(formatter, directive, piece);
	}
	if (argument->kind == LITERAL_NONE || argument->kind >= LITERAL_FLOAT)
		return FALSE;
	double number = literal_number(argument);
	if (number < 0 || number > 0x10ffff)
		return FALSE;
	gunichar c = (gunichar)number;
	if (c >= 0xd800 && c <= 0xdfff) /* UTF-8 has none: U+FFFD */
		c = 0xfffd;
	g_string_append_unichar(formatter->scratch, c);
	return write_piece(formatter, directive, piece);
}

/* ---- The format ---- */

static const struct {
	const char *conversions;
	gboolean (*format)(Formatter *, const Directive *, const Literal *);
} conversions[] = {
	{"sra", format_text},
	{"diuoxX", format_int},
	{"eEfFgG", format_float},
	{"c", format_character},
};

/* Behind a percent sign. */
static gboolean format_directive(Formatter *formatter)
{
	Directive directive = {.precision = -1};
	if (formatter->at < formatter->end && *formatter->at == '%') {
		g_string_append_c(formatter->text, '%');
		formatter->at++;
		return TRUE;
	}
	if (!read_directive(formatter, &directive))
		return FALSE;
	const Literal *argument = next_argument(formatter);
	if (!argument || directive.conversion == '\0')
		return FALSE;
	g_string_truncate(formatter->scratch, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(conversions); i++)
		if (strchr(conversions[i].conversions, directive.conversion))
			return conversions[i].format(formatter, &directive, argument);
	return FALSE;
}

static gboolean format_all(Formatter *formatter)
{
	while (formatter->at < formatter->end) {
		gsize left = (gsize)(formatter->end - formatter->at);
		const char *percent = memchr(formatter->at, '%', left);
		const char *to = percent ? percent : formatter->end;
		g_string_append_len(formatter->text, formatter->at, to - formatter->at);
		formatter->at = to + (percent != NULL);
		if (percent && !format_directive(formatter))
			return FALSE;
	}
	/* Python lets a mapping pass unused, and takes a list for one. */
	return formatter->left == 0 || formatter->args->kind == LITERAL_DICT ||
	       formatter->args->kind == LITERAL_LIST;
}

gboolean literal_format(GString *text, const char *format, gsize length, const Literal *args)
{
	gboolean tuple = args->kind == LITERAL_TUPLE;
	g_autoptr(GString) scratch = g_string_new(NULL);
	gsize before = text->len;
	Formatter formatter = {
		.text = text,
		.scratch = scratch,
		.at = format,
		.end = format + length,
		.args = args,
		.next = tuple ? args->items : args,
		.left = tuple ? args->length : 1,
		.work = WORK_MAX,
	};
	gboolean ok = format_all(&formatter);
	g_free(formatter.keys);
	if (!ok)
		g_string_truncate(text, before);
	return ok;
}
