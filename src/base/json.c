/* JSON values: reading, printing, order. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"
#include "base/json-text.h"
#include "base/calendar.h"

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
	guint depth, nesting; /* levels there are, and may be */
	guint values, limit;  /* values and keys, the same */
	gboolean python;      /* as json_read() says */
} Reader;

static const Json *read_value(Reader *reader);

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

/* Four hexadecimal digits, or -1. */
static gint32 read_unit(Reader *reader)
{
	gint32 unit = 0;
	if (reader->end - reader->at < 4)
		return -1;
	for (guint i = 0; i < 4; i++) {
		int digit = g_ascii_xdigit_value(*reader->at++);
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
	gint32 c = read_unit(reader);
	if (c < 0)
		return -1;
	gint32 low = c >= 0xd800 && c < 0xdc00 ? read_low_half(reader) : -1;
	if (low >= 0)
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	else if (c >= 0xd800 && c <= 0xdfff)
		c = reader->python ? REPLACEMENT : -1;
	return c < 0 ? -1 : g_unichar_to_utf8((gunichar)c, to);
}

static gssize read_escape(Reader *reader, char *to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	if (reader->at >= reader->end)
		return -1;
	char c = *reader->at++;
	if (c == 'u')
		return read_unicode(reader, to);
	const char *letter = c != '\0' ? strchr(letters, c) : NULL;
	if (letter == NULL)
		return -1;
	*to = meanings[letter - letters];
	return 1;
}

/* The quote that ends the string; what is escaped only gets shorter by being read. */
static const char *string_end(const Reader *reader, gboolean *escaped)
{
	const char *p = reader->at;
	*escaped = FALSE;
	for (; p < reader->end && *p != '"'; p++) {
		if ((guchar)*p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		*escaped = TRUE;
		p += p + 1 < reader->end;
	}
	return p < reader->end ? p : NULL;
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
			return FALSE;
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
	if (close == NULL)
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

/* FALSE where it is not JSON's. *fraction: it has a point or an exponent. */
static gboolean skip_number(Reader *reader, gboolean *fraction)
{
	take(reader, '-');
	if (!take(reader, '0') && skip_digits(reader) == 0)
		return FALSE;
	*fraction = take(reader, '.');
	if (*fraction && skip_digits(reader) == 0)
		return FALSE;
	if (!take(reader, 'e') && !take(reader, 'E'))
		return TRUE;
	*fraction = TRUE;
	if (!take(reader, '+'))
		take(reader, '-');
	return skip_digits(reader) > 0;
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
static const Json *read_number(Reader *reader)
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
	gsize length = strlen(word);
	gboolean is = (gsize)(reader->end - reader->at) >= length &&
		      memcmp(reader->at, word, length) == 0;
	reader->at += is ? length : 0;
	return is;
}

/* What Python's json module writes, though it is not JSON. */
static const Json *read_python_word(Reader *reader)
{
	static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (take_word(reader, words[i]))
			return json_new_string(reader->arena, words[i], strlen(words[i]));
	return NULL;
}

static const Json *read_word(Reader *reader)
{
	static const struct {
		const char *word;
		JsonKind kind;
		gint64 value;
	} words[] = {
		{"null", JSON_NULL, 0},
		{"true", JSON_BOOLEAN, 1},
		{"false", JSON_BOOLEAN, 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!take_word(reader, words[i].word))
			continue;
		Json *json = new_json(reader->arena, words[i].kind);
		json->integer = words[i].value;
		return json;
	}
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
	for (const Item *item = items; item != NULL; item = item->next)
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
	for (Item *item = items; item != NULL; item = item->next) {
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

static gboolean read_key(Reader *reader, Text *key)
{
	reader->values++;
	return read_string(reader, key) &&
	       !(reader->python && key->length > 0 && memchr(key->data, '\0', key->length));
}

static gboolean read_item(Reader *reader, Item *item, gboolean member)
{
	skip_blanks(reader);
	if (member) {
		if (!read_key(reader, &item->key))
			return FALSE;
		skip_blanks(reader);
		if (!take(reader, ':'))
			return FALSE;
	}
	item->value = read_value(reader);
	skip_blanks(reader);
	return item->value != NULL;
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
			return NULL;
	}
	if (object)
		fill_object(reader->arena, json, items);
	else
		fill_array(reader->arena, json, items);
	return json;
}

static const Json *read_container(Reader *reader, gboolean object)
{
	if (reader->depth == reader->nesting)
		return NULL;
	reader->depth++;
	const Json *json = read_items(reader, object);
	reader->depth--;
	return json;
}

static const Json *read_value(Reader *reader)
{
	skip_blanks(reader);
	char c = reader->at < reader->end ? *reader->at : '\0';
	if (++reader->values > reader->limit)
		return NULL;
	if (c == '{' || c == '[')
		return read_container(reader, c == '{');
	if (c == '"')
		return read_text(reader);
	if (g_ascii_isdigit(c) ||
		(c == '-' && !(reader->end - reader->at > 1 && reader->at[1] == 'I')))
		return read_number(reader);
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

const Json *json_read(Arena *arena, const char *text, gsize length, guint nesting, guint limit)
{
	if (length == 0 || !g_utf8_validate_len(text, length, NULL)) /* or NULL */
		return NULL;
	Reader reader = {
		.arena = arena,
		.at = text,
		.end = text + length,
		.nesting = nesting,
		.limit = limit,
		.python = TRUE,
	};
	const Json *json = read_value(&reader);
	skip_blanks(&reader);
	return reader.at == reader.end && reader.values <= limit ? json : NULL;
}

const Json *json_number(Arena *arena, const char *text, gsize length)
{
	Reader reader = {.arena = arena, .at = text, .end = text + length, .python = TRUE};
	const Json *json = read_number(&reader);
	return reader.at == reader.end ? json : NULL;
}

/* Printing ------------------------------------------------------------------------------------- */

static void print_whole(guint64 number, gboolean negative, GString *text)
{
	char digits[24], *p = digits + sizeof digits;
	do {
		*--p = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (negative)
		*--p = '-';
	g_string_append_len(text, p, digits + sizeof digits - p);
}

static void print_double(double number, GString *text)
{
	char digits[DOUBLE_JSON_SIZE];
	double_print_json(number, digits);
	g_string_append(text, digits);
	if (strpbrk(digits, ".e") == NULL)
		g_string_append(text, ".0");
}

static void print_moment(const Json *json, GString *text)
{
	static const CalendarKind kinds[] = {
		[JSON_DATE] = CALENDAR_DATE,
		[JSON_TIME] = CALENDAR_TIME,
		[JSON_DATETIME] = CALENDAR_DATETIME,
	};
	char printed[CALENDAR_SIZE];
	calendar_print(&json->moment, kinds[json->kind], 6, printed);
	g_string_append_printf(text, "\"%s\"", printed);
}

void json_print_member(const Text *key, const Json *value, GString *text)
{
	json_text_append_string(text, key->data, key->length);
	g_string_append_len(text, ": ", 2);
	json_print(value, text);
}

static void print_items(const Json *json, GString *text)
{
	gboolean object = json->kind == JSON_OBJECT;
	g_string_append_c(text, object ? '{' : '[');
	for (guint i = 0; i < json->n; i++) {
		if (i > 0)
			g_string_append_len(text, ", ", 2);
		if (object)
			json_print_member(&json->keys[i], json->values[i], text);
		else
			json_print(json->values[i], text);
	}
	g_string_append_c(text, object ? '}' : ']');
}

void json_print(const Json *json, GString *text)
{
	char digits[DECIMAL_SIZE];
	switch (json->kind) {
	case JSON_NULL:
		g_string_append(text, "null");
		break;
	case JSON_BOOLEAN:
		g_string_append(text, json->integer ? "true" : "false");
		break;
	case JSON_INTEGER:
		print_whole(
			json->integer < 0 ? 0 - json->whole : json->whole, json->integer < 0, text);
		break;
	case JSON_UNSIGNED:
		print_whole(json->whole, FALSE, text);
		break;
	case JSON_DECIMAL:
		decimal_print(json->decimal, digits);
		g_string_append(text, digits);
		break;
	case JSON_DOUBLE:
		print_double(json->real, text);
		break;
	case JSON_STRING:
	case JSON_OPAQUE:
		json_text_append_string(text, json->text.data, json->text.length);
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		print_items(json, text);
		break;
	default:
		print_moment(json, text);
	}
}

/* Order ---------------------------------------------------------------------------------------- */

/* Kinds that are compared by value have one rank. */
static guint rank(const Json *json)
{
	gboolean number = json->kind >= JSON_DECIMAL && json->kind <= JSON_DOUBLE;
	return number ? JSON_DOUBLE : json->kind;
}

static int compare_doubles(double a, double b)
{
	return a < b ? -1 : a > b;
}

static gboolean is_integer(const Json *json)
{
	return json->kind == JSON_INTEGER || json->kind == JSON_UNSIGNED;
}

static gboolean is_negative(const Json *json)
{
	return json->kind == JSON_INTEGER && json->integer < 0;
}

static int compare_integers(const Json *a, const Json *b)
{
	if (is_negative(a) != is_negative(b))
		return is_negative(a) ? -1 : 1;
	return a->whole < b->whole ? -1 : a->whole > b->whole;
}

static double to_double(const Json *json)
{
	if (json->kind == JSON_DOUBLE)
		return json->real;
	if (json->kind == JSON_DECIMAL)
		return decimal_to_double(json->decimal);
	return json->kind == JSON_UNSIGNED ? (double)json->whole : (double)json->integer;
}

/* FALSE: too large. A double is taken for the digits it prints. */
static gboolean to_decimal(const Json *json, Decimal *decimal)
{
	char digits[DOUBLE_JSON_SIZE];
	gboolean overflow;
	if (json->kind == JSON_DECIMAL) {
		*decimal = *json->decimal;
		return TRUE;
	}
	if (is_integer(json)) {
		gboolean negative = is_negative(json);
		*decimal = decimal_of(negative ? 0 - json->whole : json->whole, negative);
		return TRUE;
	}
	gsize length = double_print_json(json->real, digits);
	decimal_read(decimal, digits, length, &overflow);
	return !overflow;
}

/* As doubles where that tells them apart for certain, else digit by digit. */
static int compare_numbers(const Json *a, const Json *b)
{
	Decimal x, y;
	if (is_integer(a) && is_integer(b))
		return compare_integers(a, b);
	double p = to_double(a), q = to_double(b);
	gboolean doubles = a->kind == JSON_DOUBLE && b->kind == JSON_DOUBLE;
	if (doubles || fabs(p - q) > 1e-10 * (fabs(p) + fabs(q)))
		return compare_doubles(p, q);
	if (!to_decimal(a, &x) || !to_decimal(b, &y))
		return compare_doubles(p, q);
	return decimal_compare(&x, &y);
}

static int compare_bytes(const Text *a, const Text *b)
{
	gsize n = MIN(a->length, b->length);
	int order = n > 0 ? memcmp(a->data, b->data, n) : 0;
	return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int compare_arrays(const Json *a, const Json *b)
{
	for (guint i = 0; i < MIN(a->n, b->n); i++) {
		int order = json_compare(a->values[i], b->values[i]);
		if (order != 0)
			return order;
	}
	return a->n < b->n ? -1 : a->n > b->n;
}

static int compare_objects(const Json *a, const Json *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (guint i = 0; i < a->n; i++) {
		int order = compare_bytes(&a->keys[i], &b->keys[i]);
		if (order == 0)
			order = json_compare(a->values[i], b->values[i]);
		if (order != 0)
			return order;
	}
	return 0;
}

int json_compare(const Json *a, const Json *b)
{
	if (rank(a) != rank(b))
		return rank(a) < rank(b) ? -1 : 1;
	switch (rank(a)) {
	case JSON_NULL:
		return 0;
	case JSON_DOUBLE:
		return compare_numbers(a, b);
	case JSON_BOOLEAN:
		return (int)(a->integer - b->integer);
	case JSON_STRING:
	case JSON_OPAQUE:
		return compare_bytes(&a->text, &b->text);
	case JSON_OBJECT:
		return compare_objects(a, b);
	case JSON_ARRAY:
		return compare_arrays(a, b);
	default:
		return calendar_compare(&a->moment, &b->moment);
	}
}

/* Questions about documents -------------------------------------------------------------------- */

const char *json_type_name(const Json *json)
{
	static const char *const names[] = {
		[JSON_NULL] = "NULL",
		[JSON_DECIMAL] = "DECIMAL",
		[JSON_INTEGER] = "INTEGER",
		[JSON_UNSIGNED] = "UNSIGNED INTEGER",
		[JSON_DOUBLE] = "DOUBLE",
		[JSON_STRING] = "STRING",
		[JSON_OBJECT] = "OBJECT",
		[JSON_ARRAY] = "ARRAY",
		[JSON_BOOLEAN] = "BOOLEAN",
		[JSON_DATE] = "DATE",
		[JSON_TIME] = "TIME",
		[JSON_DATETIME] = "DATETIME",
		[JSON_OPAQUE] = "BLOB",
	};
	return names[json->kind];
}

guint json_depth(const Json *json)
{
	guint depth = 0;
	if (json->kind != JSON_OBJECT && json->kind != JSON_ARRAY)
		return 1;
	for (guint i = 0; i < json->n; i++)
		depth = MAX(depth, json_depth(json->values[i]));
	return depth + 1;
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

static gboolean has_element(const Json *array, const Json *value)
{
	for (guint i = 0; i < array->n; i++)
		if (json_compare(array->values[i], value) == 0)
			return TRUE;
	return FALSE;
}

static gboolean is_in_some(const Json *array, const Json *candidate)
{
	for (guint i = 0; i < array->n; i++)
		if (json_contains(array->values[i], candidate))
			return TRUE;
	return FALSE;
}

static gboolean object_contains(const Json *object, const Json *candidate)
{
	for (guint i = 0; i < candidate->n; i++) {
		const Json *value = json_member(object, &candidate->keys[i]);
		if (value == NULL || !json_contains(value, candidate->values[i]))
			return FALSE;
	}
	return TRUE;
}

/* MySQL Reference Manual, JSON_CONTAINS(): a candidate array is contained where each of its
 * elements is in some element of the target; an array contains what some element contains. */
gboolean json_contains(const Json *document, const Json *candidate)
{
	if (document->kind == JSON_OBJECT)
		return candidate->kind == JSON_OBJECT && object_contains(document, candidate);
	if (document->kind != JSON_ARRAY)
		return json_compare(document, candidate) == 0;
	if (candidate->kind != JSON_ARRAY)
		return is_in_some(document, candidate);
	for (guint i = 0; i < candidate->n; i++)
		if (!is_in_some(document, candidate->values[i]))
			return FALSE;
	return TRUE;
}

static gboolean objects_overlap(const Json *a, const Json *b)
{
	for (guint i = 0; i < a->n; i++) {
		const Json *value = json_member(b, &a->keys[i]);
		if (value != NULL && json_compare(a->values[i], value) == 0)
			return TRUE;
	}
	return FALSE;
}

gboolean json_overlaps(const Json *a, const Json *b)
{
	if (a->kind != JSON_ARRAY && b->kind == JSON_ARRAY)
		return json_overlaps(b, a);
	if (a->kind == JSON_OBJECT && b->kind == JSON_OBJECT)
		return objects_overlap(a, b);
	if (a->kind != JSON_ARRAY)
		return json_compare(a, b) == 0;
	if (b->kind != JSON_ARRAY)
		return has_element(a, b);
	for (guint i = 0; i < b->n; i++)
		if (has_element(a, b->values[i]))
			return TRUE;
	return FALSE;
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

const Json *json_new_null(void)
{
	static const Json null = {.kind = JSON_NULL};
	return &null;
}

const Json *json_new_boolean(gboolean value)
{
	static const Json booleans[] = {
		{.kind = JSON_BOOLEAN, .integer = 0},
		{.kind = JSON_BOOLEAN, .integer = 1},
	};
	return &booleans[value != FALSE];
}
