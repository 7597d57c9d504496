/* Text as Python's str() prints it -> tree. */
#include "record/literal.h"

#include <math.h>
#include <string.h>

#include "base/json-text.h"
#include "record/literal-tree.h"
#include "record/record.h"

/* TRUE is certain: digits, a point and digits, 15 in all at most, as repr() prints them. */
static gboolean is_plain_float(const char *text, gsize length)
{
	const char *end = text + length;
	text += *text == '-';
	const char *point = memchr(text, '.', (gsize)(end - text));
	if (!point || point == text || end - point < 2 || end - text > 16)
		return FALSE;
	for (const char *p = text; p < end; p++)
		if (p != point && !g_ascii_isdigit(*p))
			return FALSE;
	if (*text == '0' && (point > text + 1 || strncmp(point, ".000", 4) == 0))
		return FALSE;
	return end[-1] != '0' || end - point == 2;
}

static gboolean is_float(const char *text, gsize length)
{
	char printed[LITERAL_FLOAT_SIZE];
	if (is_plain_float(text, length))
		return TRUE;
	double number = g_ascii_strtod(text, NULL);
	if (!isfinite(number))
		return FALSE;
	literal_print_float(number, printed);
	return strlen(printed) == length && memcmp(printed, text, length) == 0;
}

/* The sender's Unicode may be newer or older than GLib's. */
static gboolean is_unassigned(gunichar c)
{
	return c > 0x7f && g_unichar_type(c) == G_UNICODE_UNASSIGNED;
}

typedef struct {
	Arena *arena;
	char *at; /* in a copy that ends in NUL; strings are unescaped in it */
	char *end;
	guint depth;
	guint values;
	GArray *open; /* Literal: items of all containers that are open; NULL before the first */
} Reader;

static gboolean read_value(Reader *reader, Literal *value);

static gboolean accept(Reader *reader, const char *token)
{
	gsize length = strlen(token);
	if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, token, length) != 0)
		return FALSE;
	reader->at += length;
	return TRUE;
}

static gboolean read_word(Reader *reader, Literal *value)
{
	static const struct {
		const char *word;
		LiteralKind kind;
	} words[] = {
		{"None", LITERAL_NONE},
		{"True", LITERAL_TRUE},
		{"False", LITERAL_FALSE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!accept(reader, words[i].word))
			continue;
		value->kind = words[i].kind;
		return TRUE;
	}
	return FALSE;
}

static gboolean is_int(const char *text, gsize length)
{
	if (length == 1)
		return g_ascii_isdigit(*text);
	if (*text == '-')
		text++;
	return g_ascii_isdigit(*text) && *text != '0';
}

static gboolean read_int_or_float(Reader *reader, Literal *value)
{
	char *p = reader->at;
	p += *p == '-';
	while (g_ascii_isdigit(*p))
		p++;
	value->kind = *p == '.' || *p == 'e' ? LITERAL_FLOAT : LITERAL_INT;
	if (value->kind == LITERAL_FLOAT)
		p += strspn(p, "0123456789.e+-");
	value->text = reader->at;
	value->length = (gsize)(p - reader->at);
	reader->at = p;
	if (value->kind == LITERAL_INT)
		return is_int(value->text, value->length);
	return is_float(value->text, value->length);
}

static gboolean read_hex(Reader *reader, int digits, gunichar *c)
{
	for (*c = 0; digits > 0; digits--) {
		char digit = *reader->at;
		if (!g_ascii_isdigit(digit) && !(digit >= 'a' && digit <= 'f'))
			return FALSE;
		*c = *c << 4 | (gunichar)g_ascii_xdigit_value(digit);
		reader->at++;
	}
	return TRUE;
}

/* repr() writes \x, \u or \U, whichever is the shortest, and only for what it does not print. */
static gboolean read_numeric_escape(Reader *reader, char kind, gunichar *c)
{
	int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
	gunichar least = kind == 'x' ? 0 : kind == 'u' ? 0x100 : 0x10000;
	if (!read_hex(reader, digits, c))
		return FALSE;
	if (*c < least || *c > 0x10ffff || *c == '\n' || *c == '\r' || *c == '\t' ||
		literal_is_printable(*c))
		return FALSE;
	if (*c >= 0xd800 && *c <= 0xdfff) /* UTF-8 has none: U+FFFD */
		*c = 0xfffd;
	return TRUE;
}

/* Behind a backslash. */
static gboolean read_escape(Reader *reader, gunichar *c)
{
	char kind = *reader->at++;
	switch (kind) {
	case '\\':
	case '\'':
		*c = (guchar)kind;
		return TRUE;
	case 'n':
		*c = '\n';
		return TRUE;
	case 'r':
		*c = '\r';
		return TRUE;
	case 't':
		*c = '\t';
		return TRUE;
	case 'x':
	case 'u':
	case 'U':
		return read_numeric_escape(reader, kind, c);
	default:
		return FALSE;
	}
}

static gboolean read_character(Reader *reader, char *out, int *length)
{
	gunichar c;
	if (*reader->at == '\\') {
		reader->at++;
		if (!read_escape(reader, &c))
			return FALSE;
	} else {
		c = g_utf8_get_char(reader->at);
		if (!literal_is_printable(c) && !is_unassigned(c))
			return FALSE;
		reader->at = g_utf8_next_char(reader->at);
	}
	*length = g_unichar_to_utf8(c, out);
	return TRUE;
}

/* repr() quotes with ' unless there is one inside and no ". Unescapes in place: an escape is never
 * shorter than its character. */
static gboolean read_str(Reader *reader, Literal *value)
{
	char quote = *reader->at++;
	char *out = reader->at;
	gboolean single = FALSE, doubled = FALSE;
	int length;
	value->text = out;
	while (*reader->at != quote) {
		if (reader->at >= reader->end)
			return FALSE;
		gboolean escaped = *reader->at == '\\';
		if (!read_character(reader, out, &length))
			return FALSE;
		if (*out == '\'' && escaped && quote == '"')
			return FALSE;
		single = single || *out == '\'';
		doubled = doubled || *out == '"';
		out += length;
	}
	reader->at++;
	value->kind = LITERAL_STR;
	value->length = (gsize)(out - value->text);
	*out = '\0';
	return (quote == '"') == (single && !doubled);
}

static gboolean read_item(Reader *reader)
{
	Literal item = {.kind = LITERAL_NONE};
	if (!read_value(reader, &item))
		return FALSE;
	g_array_append_val(reader->open, item);
	return TRUE;
}

gboolean literal_is_key(const Literal *literal)
{
	if (literal->kind == LITERAL_STR)
		return strlen(literal->text) == literal->length;
	return literal->kind < LITERAL_TUPLE;
}

static gboolean read_pair(Reader *reader)
{
	if (!read_item(reader))
		return FALSE;
	const Literal *key = &g_array_index(reader->open, Literal, reader->open->len - 1);
	return literal_is_key(key) && accept(reader, ": ") && read_item(reader);
}

/* Items that were read last become the container's. */
static void close_container(Reader *reader, Literal *value, guint first)
{
	gsize size = (reader->open->len - first) * sizeof(Literal);
	Literal *items = arena_take(reader->arena, size);
	if (size > 0)
		memcpy(items, &g_array_index(reader->open, Literal, first), size);
	value->length = reader->open->len - first;
	value->items = items;
	g_array_set_size(reader->open, first);
}

static gboolean read_container(Reader *reader, Literal *value, LiteralKind kind, const char *end)
{
	gboolean (*read)(Reader *) = kind == LITERAL_DICT ? read_pair : read_item;
	gboolean ok = ++reader->depth <= RECORD_NESTING_MAX;

	if (!reader->open)
		reader->open = g_array_sized_new(FALSE, FALSE, sizeof(Literal), 16);
	guint first = reader->open->len;
	reader->at++;
	if (ok && !accept(reader, end)) {
		do
			ok = read(reader);
		while (ok && accept(reader, ", "));
		if (ok && kind == LITERAL_TUPLE && reader->open->len == first + 1)
			ok = accept(reader, ",");
		ok = ok && accept(reader, end);
	}
	reader->depth--;
	value->kind = kind;
	if (!ok)
		return FALSE;
	close_container(reader, value, first);
	return !(kind == LITERAL_DICT && literal_has_equal_keys(value));
}

static gboolean read_value(Reader *reader, Literal *value)
{
	if (++reader->values > JSON_VALUES_MAX)
		return FALSE;
	switch (*reader->at) {
	case '[':
		return read_container(reader, value, LITERAL_LIST, "]");
	case '(':
		return read_container(reader, value, LITERAL_TUPLE, ")");
	case '{':
		return read_container(reader, value, LITERAL_DICT, "}");
	case '\'':
	case '"':
		return read_str(reader, value);
	case 'N':
	case 'T':
	case 'F':
		return read_word(reader, value);
	default:
		return read_int_or_float(reader, value);
	}
}

const Literal *literal_parse(Arena *arena, const char *text, gsize length)
{
	if (length == 0 || !strchr("-0123456789[({NTF", *text))
		return NULL;
	return literal_read(arena, text, length);
}

const Literal *literal_read(Arena *arena, const char *text, gsize length)
{
	char *copy = arena_copy(arena, text, length);
	Literal *literal = arena_take(arena, sizeof *literal);
	Reader reader = {.arena = arena, .at = copy, .end = copy + length};
	*literal = (Literal){.kind = LITERAL_NONE};
	gboolean ok = read_value(&reader, literal) && reader.at == reader.end;
	if (reader.open)
		g_array_unref(reader.open);
	return ok ? literal : NULL;
}
