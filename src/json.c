/* Strict JSON: one pass over the bytes for what json-c lets through or spoils, then json-c. */
#include "json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "query-value.h"

/* What json-c 0.16 does even with JSON_TOKENER_STRICT, and the pass before it makes good:
 * - NaN, Infinity and -Infinity are numbers, and are written as such, which is not JSON;
 * - integers beyond 64 bits become INT64_MIN or UINT64_MAX;
 * - 1e999 is a double that is infinite;
 * - \u0000 ends an object key, whose rest is lost: keys are C strings;
 * - control characters are taken inside strings, and bytes that are not UTF-8;
 * - `-01` and `1.` are numbers;
 * - its depth counts the values inside the innermost container too: [] and [1] differ;
 * - a number or word at the very end is not finished before a NUL byte follows;
 * - doubles that did not come from text print with 17 digits (0.1 as 0.10000000000000001).
 * Commas, colons, brackets and escapes are left to json-c: it is strict with them, and makes U+FFFD
 * of a lone surrogate escape without losing what follows. test-json.c has a case for each. */

enum { OTHER, BLANK, POINT, OPEN, CLOSE, QUOTE, NUMBER, WORD };

static const guint8 kinds[256] = {
	['\t'] = BLANK,
	['\n'] = BLANK,
	['\r'] = BLANK,
	[' '] = BLANK,
	[','] = POINT,
	[':'] = POINT,
	['['] = OPEN,
	['{'] = OPEN,
	[']'] = CLOSE,
	['}'] = CLOSE,
	['"'] = QUOTE,
	['-'] = NUMBER,
	['0' ... '9'] = NUMBER,
	['A' ... 'Z'] = WORD,
	['a' ... 'z'] = WORD,
};

typedef struct {
	const char *text;
	const char *end;
	const char *at;
	guint nesting; /* levels allowed */
	guint depth;
	guint values;          /* and keys, so far */
	GString *copy;         /* the text for json-c where it must differ from ours, else NULL */
	const char *copied;    /* what comes before is in `copy` */
	const char *complaint; /* set with `at` on the byte that is wrong */
} Lexer;

static gboolean complain(Lexer *lexer, const char *at, const char *complaint)
{
	lexer->at = at;
	lexer->complaint = complaint;
	return FALSE;
}

static gboolean is_key(const Lexer *lexer)
{
	const char *p = lexer->at;

	while (p < lexer->end && kinds[(guchar)*p] == BLANK)
		p++;
	return p < lexer->end && *p == ':';
}

/* json-c checks the escapes themselves. */
static gboolean lex_string(Lexer *lexer)
{
	const char *p = lexer->at + 1;
	const char *nul = NULL;

	for (; p < lexer->end && *p != '"'; p++) {
		if ((guchar)*p < 0x20)
			return complain(lexer, p, "unescaped control character");
		if (*p != '\\')
			continue;
		if (lexer->end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			nul = p;
		p++;
	}
	if (p >= lexer->end)
		return complain(lexer, lexer->end, "string without an end");
	lexer->at = p + 1;
	if (nul && is_key(lexer))
		return complain(lexer, nul, "NUL character in a key");
	return TRUE;
}

/* Puts `before` and `after` around the token that ends at lexer->at. */
static void wrap(Lexer *lexer, const char *token, const char *before, const char *after)
{
	if (!lexer->copy)
		lexer->copy = g_string_sized_new((gsize)(lexer->end - lexer->text) + 64);
	g_string_append_len(lexer->copy, lexer->copied, token - lexer->copied);
	g_string_append(lexer->copy, before);
	g_string_append_len(lexer->copy, token, lexer->at - token);
	g_string_append(lexer->copy, after);
	lexer->copied = lexer->at;
}

static gboolean fits_64_bits(const char *integer)
{
	errno = 0;
	if (*integer == '-')
		g_ascii_strtoll(integer, NULL, 10);
	else
		g_ascii_strtoull(integer, NULL, 10);
	return errno == 0;
}

static void wrap_large_number(Lexer *lexer, const char *token, gboolean integer)
{
	g_autofree char *number = g_strndup(token, (gsize)(lexer->at - token));

	if (!isfinite(g_ascii_strtod(number, NULL)))
		wrap(lexer, token, "\"", "\"");
	else if (integer && !fits_64_bits(number))
		wrap(lexer, token, "", ".0");
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && g_ascii_isdigit(*p))
		p++;
	return p;
}

/* A number or word. (A byte of no kind is refused when its turn comes.) */
static gboolean ends_here(const Lexer *lexer)
{
	return lexer->at == lexer->end || kinds[(guchar)*lexer->at] < QUOTE;
}

static gboolean lex_number(Lexer *lexer)
{
	const char *token = lexer->at, *end = lexer->end;
	const char *whole = token + (*token == '-');
	const char *point = skip_digits(whole, end);
	const char *p = point;
	gboolean large = point - whole > 18;

	if (point == whole || (*whole == '0' && point - whole > 1))
		return complain(lexer, token, "malformed number");
	if (p < end && *p == '.') {
		p = skip_digits(point + 1, end);
		if (p == point + 1)
			return complain(lexer, p, "digit expected");
	}
	gboolean integer = p == point;
	if (p < end && (*p == 'e' || *p == 'E')) {
		const char *exponent = p + 1;
		exponent += exponent < end && (*exponent == '+' || *exponent == '-');
		p = skip_digits(exponent, end);
		if (p == exponent)
			return complain(lexer, p, "digit expected");
		integer = FALSE;
		large = large || p - exponent > 2;
	}
	lexer->at = p;
	if (!ends_here(lexer))
		return complain(lexer, p, "malformed number");
	if (large)
		wrap_large_number(lexer, token, integer);
	return TRUE;
}

static gboolean lex_word(Lexer *lexer)
{
	static const struct {
		const char *word;
		gboolean quoted;
	} words[] = {
		{"null", FALSE},
		{"true", FALSE},
		{"false", FALSE},
		{"NaN", TRUE},
		{"Infinity", TRUE},
		{"-Infinity", TRUE},
	};
	const char *token = lexer->at;

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		gsize length = strlen(words[i].word);
		if ((gsize)(lexer->end - token) < length ||
			memcmp(token, words[i].word, length) != 0)
			continue;
		lexer->at = token + length;
		if (!ends_here(lexer))
			break;
		if (words[i].quoted)
			wrap(lexer, token, "\"", "\"");
		return TRUE;
	}
	return complain(lexer, token, "unexpected character");
}

static gboolean lex_open(Lexer *lexer)
{
	if (++lexer->depth > lexer->nesting)
		return complain(lexer, lexer->at, "nested too deep");
	lexer->at++;
	return TRUE;
}

static gboolean lex_token(Lexer *lexer)
{
	guint8 kind = kinds[(guchar)*lexer->at];

	if ((kind == OPEN || kind >= QUOTE) && ++lexer->values > JSON_VALUES_MAX)
		return complain(lexer, lexer->at, "too many values");
	switch (kind) {
	case OPEN:
		return lex_open(lexer);
	case CLOSE:
		lexer->depth -= lexer->depth > 0;
		lexer->at++;
		return TRUE;
	case QUOTE:
		return lex_string(lexer);
	case NUMBER:
		if (lexer->end - lexer->at > 1 && lexer->at[1] == 'I')
			return lex_word(lexer);
		return lex_number(lexer);
	case WORD:
		return lex_word(lexer);
	case OTHER:
		return complain(lexer, lexer->at, "unexpected character");
	default:
		lexer->at++;
		return TRUE;
	}
}

static gboolean lex(Lexer *lexer)
{
	const char *end;

	if (lexer->end - lexer->text >= G_MAXINT / 2)
		return complain(lexer, lexer->end, "longer than 1 GiB");
	if (!g_utf8_validate_len(lexer->text, (gsize)(lexer->end - lexer->text), &end))
		return complain(lexer, end, *end ? "not UTF-8" : "NUL byte");
	while (lexer->at < lexer->end)
		if (!lex_token(lexer))
			return FALSE;
	if (lexer->copy)
		g_string_append_len(lexer->copy, lexer->copied, lexer->end - lexer->copied);
	return TRUE;
}

/* The byte of our text that json-c means by byte `offset` of the copy, which has only more bytes.
 */
static gsize offset_in_text(const Lexer *lexer, gsize offset)
{
	gsize length = (gsize)(lexer->end - lexer->text);
	gsize at = 0;

	if (!lexer->copy)
		return MIN(offset, length);
	for (gsize i = 0; i < MIN(offset, lexer->copy->len); i++)
		at += at < length && lexer->text[at] == lexer->copy->str[i];
	return at;
}

static gboolean build(Lexer *lexer, json_object **value)
{
	const char *text = lexer->copy ? lexer->copy->str : lexer->text;
	gsize length = lexer->copy ? lexer->copy->len : (gsize)(lexer->end - lexer->text);
	json_tokener *tokener = json_tokener_new_ex((int)lexer->nesting + 2);

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	*value = json_tokener_parse_ex(tokener, text, (int)length);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	gsize offset = json_tokener_get_parse_end(tokener);
	if (error == json_tokener_continue) {
		*value = json_tokener_parse_ex(tokener, "", 1);
		error = json_tokener_get_error(tokener);
		offset = length;
	}
	json_tokener_free(tokener);
	if (error == json_tokener_success)
		return TRUE;
	const char *complaint =
		error == json_tokener_continue ? "unexpected end" : json_tokener_error_desc(error);
	return complain(lexer, lexer->text + offset_in_text(lexer, offset), complaint);
}

gboolean json_parse(
	const char *text, gsize length, guint nesting, json_object **value, GError **error)
{
	if (length == 0) /* an empty body may be NULL */
		text = "";
	Lexer lexer = {
		.text = text,
		.end = text + length,
		.at = text,
		.nesting = nesting,
		.copied = text,
	};

	*value = NULL;
	gboolean ok = lex(&lexer) && build(&lexer, value);
	if (!ok)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			JSON_INVALID ": %s at byte %" G_GSIZE_FORMAT, lexer.complaint,
			(gsize)(lexer.at - text));
	if (lexer.copy)
		g_string_free(lexer.copy, TRUE);
	return ok;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && kinds[(guchar)*p] == BLANK)
		p++;
	return p;
}

/* The byte behind a string's last quote; `end` where it has none. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : end;
}

/* The comma or bracket that ends an element; `end` where there is none. */
static const char *skip_element(const char *p, const char *end)
{
	guint depth = 0;

	while (p < end) {
		guint8 kind = kinds[(guchar)*p];
		if (depth == 0 && (*p == ',' || kind == CLOSE))
			return p;
		depth += kind == OPEN;
		depth -= kind == CLOSE;
		p = kind == QUOTE ? skip_string(p, end) : p + 1;
	}
	return end;
}

static gboolean malformed_array(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, JSON_INVALID ": malformed array");
	return FALSE;
}

gboolean json_array_begin(JsonArray *array, const char *text, gsize length, GError **error)
{
	const char *end = text + length;
	const char *p = skip_blanks(text, end);

	if (p == end || *p != '[')
		return malformed_array(error);
	*array = (JsonArray){.at = skip_blanks(p + 1, end), .end = end};
	if (array->at < end && *array->at == ']') {
		array->closed = TRUE;
		array->at++;
	}
	return TRUE;
}

gboolean json_array_next(JsonArray *array, const char **text, gsize *length, GError **error)
{
	const char *begin = skip_blanks(array->at, array->end);

	*text = NULL;
	if (array->closed)
		return begin == array->end || malformed_array(error);
	const char *p = skip_element(begin, array->end);
	if (p == begin || p == array->end || *p == '}')
		return malformed_array(error);
	*text = begin;
	*length = (gsize)(p - begin);
	array->closed = *p == ']';
	array->at = p + 1;
	return TRUE;
}

static void append_escape(GString *json, guchar c)
{
	static const char letters[256] = {
		['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't',
	};
	char escape[] = {'\\', letters[c], '\0'};

	if (letters[c])
		g_string_append_len(json, escape, 2);
	else
		g_string_append_printf(json, "\\u%04x", c);
}

void json_append_string(GString *json, const char *text, gsize length)
{
	const char *end = text + length, *from = text;

	g_string_append_c(json, '"');
	for (const char *p = text; p < end; p++) {
		guchar c = (guchar)*p;
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		g_string_append_len(json, from, p - from);
		append_escape(json, c);
		from = p + 1;
	}
	g_string_append_len(json, from, end - from);
	g_string_append_c(json, '"');
}

static void append_int(GString *json, json_object *value)
{
	char buffer[24];
	gint64 number = json_object_get_int64(value);
	int length;

	if (number == G_MAXINT64) /* json-c clamps: it may be more */
		length = g_snprintf(
			buffer, sizeof buffer, "%" G_GUINT64_FORMAT, json_object_get_uint64(value));
	else
		length = g_snprintf(buffer, sizeof buffer, "%" G_GINT64_FORMAT, number);
	g_string_append_len(json, buffer, length);
}

/* As it was spelled: json_object_new_double_s(), which the tokener uses too, keeps the text as the
 * value's user data (documented in json_object.h). */
static const char *spelling(json_object *value)
{
	const char *spelled = json_object_get_userdata(value);
	return spelled ? spelled : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

void json_append_number(GString *text, json_object *value)
{
	if (json_object_is_type(value, json_type_int))
		append_int(text, value);
	else
		g_string_append(text, spelling(value));
}

static void append_double(GString *json, json_object *value)
{
	char text[QUERY_JSON_DOUBLE_SIZE];
	gsize length = query_value_print_json_double(g_ascii_strtod(spelling(value), NULL), text);
	g_string_append_len(json, text, (gssize)length);
	if (strspn(text, "-0123456789") == length) /* an integer is another type */
		g_string_append(json, ".0");
}

static void append_array(GString *json, json_object *array)
{
	gsize length = json_object_array_length(array);

	g_string_append_c(json, '[');
	for (gsize i = 0; i < length; i++) {
		if (i)
			g_string_append(json, ", ");
		json_append_value(json, json_object_array_get_idx(array, i));
	}
	g_string_append_c(json, ']');
}

static int compare_members(const void *a, const void *b)
{
	const JsonMember *left = a, *right = b;
	if (left->length != right->length)
		return left->length < right->length ? -1 : 1;
	return memcmp(left->key, right->key, left->length);
}

void json_append_members(GString *json, JsonMember *members, gsize n)
{
	qsort(members, n, sizeof *members, compare_members);
	g_string_append_c(json, '{');
	for (gsize i = 0; i < n; i++) {
		if (i)
			g_string_append(json, ", ");
		json_append_string(json, members[i].key, members[i].length);
		g_string_append(json, ": ");
		json_append_value(json, members[i].value);
	}
	g_string_append_c(json, '}');
}

static void append_object(GString *json, json_object *object)
{
	gsize n = 0;
	g_autofree JsonMember *members =
		g_new(JsonMember, (gsize)json_object_object_length(object) + 1);

	json_object_object_foreach (object, key, value)
		members[n++] = (JsonMember){key, strlen(key), value};
	json_append_members(json, members, n);
}

/* json-c's own serialiser takes twice as long, and writes into a buffer of its own first. */
void json_append_value(GString *json, json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		g_string_append(json, "null");
		break;
	case json_type_boolean:
		g_string_append(json, json_object_get_boolean(value) ? "true" : "false");
		break;
	case json_type_int:
		append_int(json, value);
		break;
	case json_type_double:
		append_double(json, value);
		break;
	case json_type_string:
		json_append_string(json, json_object_get_string(value),
			(gsize)json_object_get_string_len(value));
		break;
	case json_type_array:
		append_array(json, value);
		break;
	case json_type_object:
		append_object(json, value);
		break;
	}
}
