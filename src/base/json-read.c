/* JSON values: from text, from parts, members by their keys. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"
#include "base/error.h"

/* Reading -------------------------------------------------------------------------------------- */
#define REPLACEMENT 0xfffd

typedef struct item Item;
struct item { /* an element or a member, newest first */
	Item *next;
	Text key;
	guint64 rank; /* of the key: its order, unless there are two of one rank */
	const Json *value;
	guint place;
};

typedef struct {
	Arena *arena;
	const char *at, *end;
	guint depth, nesting;  /* levels there are, and may be */
	guint values, limit;   /* values and keys, the same */
	gboolean python;       /* as json_read() says */
	const char *nul;       /* the last escape of a NUL */
	const char *complaint; /* what is wrong first, and */
	const char *wrong;     /* where */
} Reader;

static const Json *read_value(Reader *reader);

static gboolean complain(Reader *reader, const char *at, const char *complaint)
{
	if (!reader->complaint) {
		reader->complaint = complaint;
		reader->wrong = at;
	}
	return FALSE;
}

/* What is here, or that nothing is, is wrong. */
static gboolean complain_here(Reader *reader, const char *complaint)
{
	gboolean ended = reader->at == reader->end;
	return complain(reader, reader->at, ended ? "unexpected end of data" : complaint);
}

static Json *new_json(Arena *arena, JsonKind kind)
{
	Json *json = arena_take(arena, sizeof *json);
	json->kind = kind;
	json->n = 0;
	return json;
}

static gboolean is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
}

static gboolean take(Reader *reader, char c)
{
	gboolean is = reader->at < reader->end && *reader->at == c;
	reader->at += is;
	return is;
}

/* Four hexadecimal digits, or -1: then `at` is on what is none. The quote that ends the string is
 * none. */
static gint32 read_unit(Reader *reader)
{
	gint32 unit = 0;
	for (guint i = 0; i < 4; i++, reader->at++) {
		int digit = g_ascii_xdigit_value(*reader->at);
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* The escape of the other half of a surrogate pair, or -1: then nothing is read. */
static gint32 read_low_half(Reader *reader)
{
	const char *from = reader->at;
	if (reader->end - from < 6 || from[0] != '\\' || from[1] != 'u')
		return -1;
	reader->at += 2;
	gint32 low = read_unit(reader);
	if (low >= 0xdc00 && low <= 0xdfff)
		return low;
	reader->at = from;
	return -1;
}

/* \uXXXX. MySQL refuses half a surrogate pair. */
static gssize read_unicode(Reader *reader, char *to)
{
	const char *from = reader->at - 2;
	gint32 c = read_unit(reader);
	if (c < 0)
		return -1;
	if (c == 0)
		reader->nul = from;
	gint32 low = c >= 0xd800 && c < 0xdc00 ? read_low_half(reader) : -1;
	if (low >= 0)
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	else if (c >= 0xd800 && c <= 0xdfff)
		c = reader->python ? REPLACEMENT : -1;
	return c < 0 ? -1 : g_unichar_to_utf8((gunichar)c, to);
}

/* -1 with `at` on what is wrong. */
static gssize read_escape(Reader *reader, char *to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char c = *reader->at;
	const char *letter = c != '\0' ? strchr(letters, c) : NULL;
	if (!letter && c != 'u')
		return -1;
	reader->at++;
	if (c == 'u')
		return read_unicode(reader, to);
	*to = meanings[letter - letters];
	return 1;
}

/* The quote that ends the string; what is escaped only gets shorter by being read. */
static const char *string_end(Reader *reader, gboolean *escaped)
{
	const char *p = reader->at;
	*escaped = FALSE;
	for (; p < reader->end && *p != '"'; p++) {
		if ((guchar)*p < 0x20) {
			complain(reader, p, "unescaped control character");
			return NULL;
		}
		if (*p != '\\')
			continue;
		*escaped = TRUE;
		p += p + 1 < reader->end;
	}
	if (p < reader->end)
		return p;
	complain(reader, p, "string without an end");
	return NULL;
}

static gboolean read_escaped(Reader *reader, const char *close, Text *text)
{
	char *to = arena_take(reader->arena, (gsize)(close - reader->at) + 1);
	text->data = to;
	while (reader->at < close) {
		if (*reader->at != '\\') {
			*to++ = *reader->at++;
			continue;
		}
		reader->at++;
		gssize n = read_escape(reader, to);
		if (n < 0)
			return complain(reader, reader->at, "invalid string sequence");
		to += n;
	}
	*to = '\0';
	text->length = (gsize)(to - text->data);
	return TRUE;
}

/* Without escapes it stays where it is. */
static gboolean read_string(Reader *reader, Text *text)
{
	gboolean escaped;
	if (!take(reader, '"'))
		return FALSE;
	const char *close = string_end(reader, &escaped);
	if (!close)
		return FALSE;
	*text = (Text){(char *)reader->at, (gsize)(close - reader->at)};
	if (escaped && !read_escaped(reader, close, text))
		return FALSE;
	reader->at = close + 1;
	return TRUE;
}

static const Json *read_text(Reader *reader)
{
	Json *json = new_json(reader->arena, JSON_STRING);
	return read_string(reader, &json->text) ? json : NULL;
}

static guint skip_digits(Reader *reader)
{
	const char *from = reader->at;
	while (reader->at < reader->end && g_ascii_isdigit(*reader->at))
		reader->at++;
	return (guint)(reader->at - from);
}

/* A number or word is not followed by what another one begins with, or a string. */
static gboolean ends_here(const Reader *reader)
{
	if (reader->at == reader->end)
		return TRUE;
	char c = *reader->at;
	return !g_ascii_isalnum(c) && c != '-' && c != '"';
}

static gboolean skip_some_digits(Reader *reader)
{
	return skip_digits(reader) > 0 || complain(reader, reader->at, "digit expected");
}

/* FALSE where it is not JSON's. *fraction: it has a point or an exponent. */
static gboolean skip_number(Reader *reader, gboolean *fraction)
{
	const char *from = reader->at;
	take(reader, '-');
	gboolean zero = take(reader, '0');
	if (zero == (skip_digits(reader) > 0))
		return complain(reader, from, "malformed number");
	*fraction = take(reader, '.');
	if (*fraction && !skip_some_digits(reader))
		return FALSE;
	if (take(reader, 'e') || take(reader, 'E')) {
		*fraction = TRUE;
		if (!take(reader, '+'))
			take(reader, '-');
		if (!skip_some_digits(reader))
			return FALSE;
	}
	return ends_here(reader) || complain(reader, reader->at, "malformed number");
}

/* Up to 19 digits, sign apart. FALSE where it has no room in 64 bits. */
static gboolean read_integer(const char *from, const char *end, Json *json)
{
	gboolean negative = *from == '-';
	guint64 number = 0;
	for (const char *p = from + negative; p < end; p++) {
		guint digit = (guint)(*p - '0');
		if (number > (G_MAXUINT64 - digit) / 10)
			return FALSE;
		number = number * 10 + digit;
	}
	if (negative && number > (guint64)G_MAXINT64 + 1)
		return FALSE;
	/* MySQL calls what has no room in 32 bits UNSIGNED: JSON_TYPE() shows it. */
	gboolean large = !negative && number > G_MAXUINT32;
	json->kind = large ? JSON_UNSIGNED : JSON_INTEGER;
	json->whole = negative ? 0 - number : number;
	return TRUE;
}

/* double_read() stops at the greatest double. */
static gboolean is_in_range(const Json *number)
{
	if (fabs(number->real) < G_MAXDOUBLE)
		return TRUE;
	g_autofree char *copy = g_strndup(number->spelled.data, number->spelled.length);
	return isfinite(g_ascii_strtod(copy, NULL));
}

/* MySQL refuses a document with a number that no double can hold. */
static const Json *read_json_number(Reader *reader)
{
	Json *json = new_json(reader->arena, JSON_DOUBLE);
	const char *from = reader->at;
	gboolean fraction;
	if (!skip_number(reader, &fraction))
		return NULL;
	if (!fraction && read_integer(from, reader->at, json))
		return json;
	Text spelled = {(char *)from, (gsize)(reader->at - from)};
	json->real = double_read(spelled.data, spelled.length);
	json->spelled = spelled;
	if (is_in_range(json))
		return json;
	return reader->python ? json_new_string(reader->arena, spelled.data, spelled.length) : NULL;
}

static gboolean take_word(Reader *reader, const char *word)
{
	const char *from = reader->at;
	gsize length = strlen(word);
	if ((gsize)(reader->end - from) < length || memcmp(from, word, length) != 0)
		return FALSE;
	reader->at += length;
	if (ends_here(reader))
		return TRUE;
	reader->at = from;
	return FALSE;
}

/* What Python's json module writes, though it is not JSON. */
static const Json *read_python_word(Reader *reader)
{
	static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (take_word(reader, words[i]))
			return json_new_string(reader->arena, words[i], strlen(words[i]));
	complain_here(reader, "unexpected character");
	return NULL;
}

static const Json *read_word(Reader *reader)
{
	if (take_word(reader, "null"))
		return json_new_null();
	if (take_word(reader, "true"))
		return json_new_boolean(TRUE);
	if (take_word(reader, "false"))
		return json_new_boolean(FALSE);
	return reader->python ? read_python_word(reader) : NULL;
}

static int compare_keys(const Text *a, const Text *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return a->length > 0 ? memcmp(a->data, b->data, a->length) : 0;
}

/* Length and first bytes: most keys are told apart by these alone. */
static guint64 rank_of(const Text *key)
{
	guint64 rank = MIN(key->length, G_MAXUINT32);
	for (gsize i = 0; i < 4; i++)
		rank = rank << 8 | (i < key->length ? (guint8)key->data[i] : 0);
	return rank;
}

/* Of equal keys the last one is first. */
static int compare_members(const void *a, const void *b)
{
	const Item *x = *(Item *const *)a, *y = *(Item *const *)b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int order = compare_keys(&x->key, &y->key);
	return order != 0 ? order : x->place > y->place ? -1 : x->place < y->place;
}

static void fill_array(Arena *arena, Json *json, Item *items)
{
	const Json **values = arena_take(arena, json->n * sizeof *values);
	for (const Item *item = items; item; item = item->next)
		values[item->place] = item->value;
	json->values = values;
	json->keys = NULL;
}

static void fill_object(Arena *arena, Json *json, Item *items)
{
	guint n = json->n;
	const Json **values = arena_take(arena, n * sizeof *values);
	Text *keys = arena_take(arena, n * sizeof *keys);
	guint *places = arena_take(arena, n * sizeof *places);
	Item **sorted = arena_take(arena, n * sizeof(Item *));
	for (Item *item = items; item; item = item->next) {
		item->rank = rank_of(&item->key);
		sorted[item->place] = item;
	}
	qsort(sorted, n, sizeof(Item *), compare_members);
	json->n = 0;
	json->values = values;
	json->keys = keys;
	json->places = places;
	for (guint i = 0; i < n; i++) {
		gboolean again = i > 0 && sorted[i]->rank == sorted[i - 1]->rank &&
				 compare_keys(&sorted[i]->key, &sorted[i - 1]->key) == 0;
		if (!again) {
			keys[json->n] = sorted[i]->key;
			values[json->n++] = sorted[i]->value;
		}
		places[json->n - 1] = sorted[i]->place; /* of its first one at last */
	}
}

/* Another value than a string, or none. */
static gboolean refuse_key(Reader *reader)
{
	const char *from = reader->at;
	return read_value(reader) && complain(reader, from, "quoted object property name expected");
}

static gboolean read_key(Reader *reader, Text *key)
{
	if (reader->at == reader->end || *reader->at != '"')
		return refuse_key(reader);
	if (++reader->values > reader->limit)
		return complain(reader, reader->at, "too many values");
	reader->nul = NULL;
	if (!read_string(reader, key))
		return FALSE;
	return !reader->python || !reader->nul ||
	       complain(reader, reader->nul, "NUL character in a key");
}

static gboolean read_member_key(Reader *reader, Text *key)
{
	if (!read_key(reader, key))
		return FALSE;
	skip_blanks(reader);
	return take(reader, ':') ||
	       complain_here(reader, "object property name separator ':' expected");
}

static gboolean read_item(Reader *reader, Item *item, gboolean member)
{
	skip_blanks(reader);
	if (member && !read_member_key(reader, &item->key))
		return FALSE;
	item->value = read_value(reader);
	skip_blanks(reader);
	return item->value != NULL;
}

static const Json *no_separator(Reader *reader, gboolean object)
{
	complain_here(reader, object ? "object value separator ',' expected"
				     : "array value separator ',' expected");
	return NULL;
}

static const Json *read_items(Reader *reader, gboolean object)
{
	Json *json = new_json(reader->arena, object ? JSON_OBJECT : JSON_ARRAY);
	char close = object ? '}' : ']';
	Item *items = NULL;
	reader->at++;
	skip_blanks(reader);
	gboolean more = !take(reader, close);
	while (more) {
		Item *item = arena_take(reader->arena, sizeof *item);
		item->next = items;
		item->place = json->n++;
		items = item;
		if (!read_item(reader, item, object))
			return NULL;
		more = take(reader, ',');
		if (!more && !take(reader, close))
			return no_separator(reader, object);
	}
	if (object)
		fill_object(reader->arena, json, items);
	else
		fill_array(reader->arena, json, items);
	return json;
}

static const Json *read_container(Reader *reader, gboolean object)
{
	if (reader->depth == reader->nesting) {
		complain_here(reader, "nested too deep");
		return NULL;
	}
	reader->depth++;
	const Json *json = read_items(reader, object);
	reader->depth--;
	return json;
}

static const Json *read_value(Reader *reader)
{
	skip_blanks(reader);
	char c = reader->at < reader->end ? *reader->at : '\0';
	if (++reader->values > reader->limit) {
		complain_here(reader, "too many values");
		return NULL;
	}
	if (c == '{' || c == '[')
		return read_container(reader, c == '{');
	if (c == '"')
		return read_text(reader);
	if (g_ascii_isdigit(c) ||
		(c == '-' && !(reader->end - reader->at > 1 && reader->at[1] == 'I')))
		return read_json_number(reader);
	return read_word(reader);
}

const Json *json_parse(Arena *arena, const char *text, gsize length)
{
	Reader reader = {
		.arena = arena,
		.at = text,
		.end = text + length,
		.nesting = JSON_NESTING_MAX,
		.limit = G_MAXUINT,
	};
	const Json *json = read_value(&reader);
	skip_blanks(&reader);
	/* To MySQL a NUL behind the document is the end of the text. */
	return reader.at == reader.end || *reader.at == '\0' ? json : NULL;
}

static const Json *read_document(Reader *reader)
{
	const char *end;
	if (!g_utf8_validate_len(reader->at, (gsize)(reader->end - reader->at), &end)) {
		complain(reader, end, *end ? "not UTF-8" : "NUL byte");
		return NULL;
	}
	const Json *json = read_value(reader);
	skip_blanks(reader);
	if (reader->at < reader->end)
		complain(reader, reader->at, "unexpected character");
	return reader->complaint ? NULL : json;
}

const Json *json_read(Arena *arena, const char *text, gsize length, guint nesting, GError **error)
{
	const char *from = length > 0 ? text : ""; /* an empty body may be NULL */
	Reader reader = {
		.arena = arena,
		.at = from,
		.end = from + length,
		.nesting = nesting,
		.limit = JSON_VALUES_MAX,
		.python = TRUE,
	};
	const Json *json = read_document(&reader);
	if (!json)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			JSON_INVALID ": %s at byte %" G_GSIZE_FORMAT, reader.complaint,
			(gsize)(reader.wrong - from));
	return json;
}

const Json *json_number(Arena *arena, const char *text, gsize length)
{
	Reader reader = {.arena = arena, .at = text, .end = text + length, .python = TRUE};
	const Json *json = read_json_number(&reader);
	return reader.at == reader.end ? json : NULL;
}

/* Making --------------------------------------------------------------------------------------- */

const Json *json_new_array(Arena *arena, const Json *const *values, guint n)
{
	Json *json = new_json(arena, JSON_ARRAY);
	json->n = n;
	json->values = values;
	json->keys = NULL;
	return json;
}

const Json *json_new_object(Arena *arena, const Text *keys, const Json *const *values, guint n)
{
	Json *json = new_json(arena, JSON_OBJECT);
	Item *items = NULL;
	for (guint i = 0; i < n; i++) {
		Item *item = arena_take(arena, sizeof *item);
		*item = (Item){.next = items, .key = keys[i], .value = values[i], .place = i};
		items = item;
	}
	json->n = n;
	fill_object(arena, json, items);
	return json;
}

const Json *json_new_string(Arena *arena, const char *text, gsize length)
{
	Json *json = new_json(arena, JSON_STRING);
	json->text = (Text){(char *)text, length};
	return json;
}

const Json *json_member(const Json *object, const Text *key)
{
	guint low = 0, high = object->n;
	while (low < high) {
		guint middle = (low + high) / 2;
		int order = compare_keys(key, &object->keys[middle]);
		if (order == 0)
			return object->values[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
