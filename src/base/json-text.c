/* What is wrong with a JSON document; its arrays as text; strings printed. */
#include "base/json-text.h"

#include <json-c/json.h>
#include <string.h>

#include "base/error.h"

/* What json-c 0.16 takes even with JSON_TOKENER_STRICT, and the pass before it does not:
 * - \u0000 in an object key, whose rest is lost: keys are C strings;
 * - control characters inside strings, and bytes that are not UTF-8;
 * - `-01` and `1.` as numbers;
 * - its depth counts the values inside the innermost container too: [] and [1] differ;
 * - a number or word at the very end is not finished before a NUL byte follows.
 * Commas, colons, brackets and escapes are left to json-c: it is strict with them. base/test-json.c has a
 * case for each. */

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
	if (point == whole || (*whole == '0' && point - whole > 1))
		return complain(lexer, token, "malformed number");
	if (p < end && *p == '.') {
		p = skip_digits(point + 1, end);
		if (p == point + 1)
			return complain(lexer, p, "digit expected");
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		const char *exponent = p + 1;
		exponent += exponent < end && (*exponent == '+' || *exponent == '-');
		p = skip_digits(exponent, end);
		if (p == exponent)
			return complain(lexer, p, "digit expected");
	}
	lexer->at = p;
	return ends_here(lexer) || complain(lexer, p, "malformed number");
}

static gboolean lex_word(Lexer *lexer)
{
	static const char *const words[] = {
		"null", "true", "false", "NaN", "Infinity", "-Infinity"};
	const char *token = lexer->at;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		gsize length = strlen(words[i]);
		if ((gsize)(lexer->end - token) < length || memcmp(token, words[i], length) != 0)
			continue;
		lexer->at = token + length;
		if (!ends_here(lexer))
			break;
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
	return TRUE;
}

static gboolean parse(Lexer *lexer)
{
	json_tokener *tokener = json_tokener_new_ex((int)lexer->nesting + 2);
	gsize length = (gsize)(lexer->end - lexer->text);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json_object *value = json_tokener_parse_ex(tokener, lexer->text, (int)length);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	gsize offset = json_tokener_get_parse_end(tokener);
	if (error == json_tokener_continue) {
		value = json_tokener_parse_ex(tokener, "", 1);
		error = json_tokener_get_error(tokener);
		offset = length;
	}
	json_object_put(value);
	json_tokener_free(tokener);
	if (error == json_tokener_success)
		return TRUE;
	const char *complaint =
		error == json_tokener_continue ? "unexpected end" : json_tokener_error_desc(error);
	return complain(lexer, lexer->text + MIN(offset, length), complaint);
}

gboolean json_text_check(const char *text, gsize length, guint nesting, GError **error)
{
	if (length == 0) /* an empty body may be NULL */
		text = "";
	Lexer lexer = {.text = text, .end = text + length, .at = text, .nesting = nesting};

	if (lex(&lexer) && parse(&lexer))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		JSON_TEXT_INVALID ": %s at byte %" G_GSIZE_FORMAT, lexer.complaint,
		(gsize)(lexer.at - text));
	return FALSE;
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
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, JSON_TEXT_INVALID ": malformed array");
	return FALSE;
}

gboolean json_text_array_begin(JsonTextArray *array, const char *text, gsize length, GError **error)
{
	const char *end = text + length;
	const char *p = skip_blanks(text, end);
	if (p == end || *p != '[')
		return malformed_array(error);
	*array = (JsonTextArray){.at = skip_blanks(p + 1, end), .end = end};
	if (array->at < end && *array->at == ']') {
		array->closed = TRUE;
		array->at++;
	}
	return TRUE;
}

gboolean json_text_array_next(
	JsonTextArray *array, const char **text, gsize *length, GError **error)
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

void json_text_append_string(GString *json, const char *text, gsize length)
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
