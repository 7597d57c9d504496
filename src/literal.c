/* Python literals: JSON -> tree -> JSON or text. (Text -> tree: literal-parse.c.) */
#include "literal.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "json.h"
#include "literal-tree.h"

void literal_free_items(Literal *literal)
{
	if (literal->kind < LITERAL_TUPLE)
		return;
	for (gsize i = 0; i < literal->length; i++)
		literal_free_items(&literal->items[i]);
	g_free(literal->items);
}

void literal_free(Literal *literal)
{
	LiteralRoot *root = (LiteralRoot *)literal;

	if (!root)
		return;
	literal_free_items(&root->value);
	json_object_put(root->source);
	if (root->texts)
		g_string_chunk_free(root->texts);
	g_free(root);
}

/* ---- Keys of a dict ---- */

/* What two equal keys have in common: 1, True and 1.0 are one key, 'a' and 2.5 are not. (An int
 * beyond 10^16 and the float equal to it count as two; Python prints no such dict either.) */
static Literal key_of(const Literal *literal)
{
	Literal key = *literal;

	if (key.kind == LITERAL_TRUE || key.kind == LITERAL_FALSE) {
		key.text = key.kind == LITERAL_TRUE ? "1" : "0";
		key.length = 1;
		key.kind = LITERAL_INT;
	} else if (key.kind == LITERAL_FLOAT) {
		key.kind = LITERAL_INT;
		if (key.length > 2 && memcmp(key.text + key.length - 2, ".0", 2) == 0)
			key.length -= 2;
		if (key.length == 2 && memcmp(key.text, "-0", 2) == 0) {
			key.text++;
			key.length--;
		}
	}
	return key;
}

static int compare_keys(const void *first, const void *second)
{
	Literal a = key_of(*(const Literal *const *)first);
	Literal b = key_of(*(const Literal *const *)second);

	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	if (a.length != b.length)
		return a.length < b.length ? -1 : 1;
	return a.length ? memcmp(a.text, b.text, a.length) : 0;
}

const Literal **literal_sort_keys(const Literal *dict)
{
	gsize count = dict->length / 2;
	const Literal **keys = g_new(const Literal *, count);

	for (gsize i = 0; i < count; i++)
		keys[i] = &dict->items[2 * i];
	if (count > 1)
		qsort(keys, count, sizeof *keys, compare_keys);
	return keys;
}

/* Sorted, not hashed: a sender who chooses the keys can not make this slow. */
gboolean literal_has_equal_keys(const Literal *dict)
{
	if (dict->length <= 2)
		return FALSE;
	g_autofree const Literal **keys = literal_sort_keys(dict);
	for (gsize i = 1; i < dict->length / 2; i++)
		if (compare_keys(&keys[i - 1], &keys[i]) == 0)
			return TRUE;
	return FALSE;
}

const Literal *literal_find(
	const Literal *dict, const Literal *const *keys, const char *key, gsize length)
{
	Literal wanted = {.kind = LITERAL_STR, .length = length, .text = key};
	const Literal *pointer = &wanted;

	if (dict->length == 0)
		return NULL;
	const Literal *const *found =
		bsearch(&pointer, keys, dict->length / 2, sizeof *keys, compare_keys);
	return found ? *found + 1 : NULL;
}

/* ---- JSON -> tree ---- */

static void from_json(LiteralRoot *root, Literal *literal, json_object *value);

static void set_text(
	LiteralRoot *root, Literal *literal, LiteralKind kind, const char *text, gsize length)
{
	if (!root->texts)
		root->texts = g_string_chunk_new(256);
	literal->kind = kind;
	literal->length = length;
	literal->text = g_string_chunk_insert_len(root->texts, text, (gssize)length);
}

static void int_from_json(LiteralRoot *root, Literal *literal, json_object *value)
{
	g_autoptr(GString) text = g_string_new(NULL);

	json_append_number(text, value);
	set_text(root, literal, LITERAL_INT, text->str, text->len);
}

/* An integer beyond 64 bits comes from json_parse() as its digits and ".0". No float prints so many
 * digits before a point in Python, so that this was an int there. */
static void double_from_json(LiteralRoot *root, Literal *literal, json_object *value)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char printed[LITERAL_FLOAT_SIZE];

	json_append_number(text, value);
	gsize digits = strspn(text->str, "-0123456789");
	if (digits > 18 && strcmp(text->str + digits, ".0") == 0) {
		set_text(root, literal, LITERAL_INT, text->str, digits);
		return;
	}
	literal_print_float(json_object_get_double(value), printed);
	set_text(root, literal, LITERAL_FLOAT, printed, strlen(printed));
}

static void str_from_json(Literal *literal, const char *text, gsize length)
{
	literal->kind = LITERAL_STR;
	literal->text = text;
	literal->length = length;
}

static void array_from_json(LiteralRoot *root, Literal *literal, json_object *array)
{
	literal->kind = LITERAL_LIST;
	literal->length = json_object_array_length(array);
	literal->items = g_new0(Literal, literal->length);
	for (gsize i = 0; i < literal->length; i++)
		from_json(root, &literal->items[i], json_object_array_get_idx(array, i));
}

static void object_from_json(LiteralRoot *root, Literal *literal, json_object *object)
{
	Literal *item;

	literal->kind = LITERAL_DICT;
	literal->length = 2 * (gsize)json_object_object_length(object);
	literal->items = item = g_new0(Literal, literal->length);
	json_object_object_foreach (object, key, value) {
		str_from_json(item++, key, strlen(key));
		from_json(root, item++, value);
	}
}

static void from_json(LiteralRoot *root, Literal *literal, json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		literal->kind = LITERAL_NONE;
		break;
	case json_type_boolean:
		literal->kind = json_object_get_boolean(value) ? LITERAL_TRUE : LITERAL_FALSE;
		break;
	case json_type_int:
		int_from_json(root, literal, value);
		break;
	case json_type_double:
		double_from_json(root, literal, value);
		break;
	case json_type_string:
		str_from_json(literal, json_object_get_string(value),
			(gsize)json_object_get_string_len(value));
		break;
	case json_type_array:
		array_from_json(root, literal, value);
		break;
	case json_type_object:
		object_from_json(root, literal, value);
		break;
	}
}

Literal *literal_from_json(json_object *value)
{
	LiteralRoot *root = g_new0(LiteralRoot, 1);

	root->source = json_object_get(value);
	from_json(root, &root->value, value);
	if (root->value.kind == LITERAL_LIST)
		root->value.kind = LITERAL_TUPLE;
	return &root->value;
}

/* ---- Tree -> JSON ---- */

double literal_number(const Literal *literal)
{
	if (literal->kind != LITERAL_INT && literal->kind != LITERAL_FLOAT)
		return literal->kind == LITERAL_TRUE;
	return g_ascii_strtod(literal->text, NULL); /* stops by itself behind the last digit */
}

static json_object *float_to_json(const char *text, gsize length, const char *after)
{
	g_autofree char *spelled = g_strdup_printf("%.*s%s", (int)length, text, after);

	return json_object_new_double_s(g_ascii_strtod(spelled, NULL), spelled);
}

/* The same as json_parse() makes of the same digits. */
static json_object *int_to_json(const Literal *literal)
{
	gboolean negative = *literal->text == '-';

	errno = 0;
	gint64 number = g_ascii_strtoll(literal->text, NULL, 10);
	if (errno == 0)
		return json_object_new_int64(number);
	errno = 0;
	guint64 positive = negative ? 0 : g_ascii_strtoull(literal->text, NULL, 10);
	if (errno == 0 && !negative)
		return json_object_new_uint64(positive);
	if (isfinite(literal_number(literal)))
		return float_to_json(literal->text, literal->length, ".0");
	return json_object_new_string_len(literal->text, (int)literal->length);
}

static json_object *array_to_json(const Literal *literal)
{
	json_object *array = json_object_new_array_ext((int)literal->length);

	for (gsize i = 0; i < literal->length; i++)
		json_object_array_add(array, literal_to_json(&literal->items[i]));
	return array;
}

static json_object *dict_to_json(const Literal *literal)
{
	static const char *const words[] = {"null", "false", "true"};
	json_object *object = json_object_new_object();

	for (gsize i = 0; i < literal->length; i += 2) {
		const Literal *key = &literal->items[i];
		g_autofree char *text = key->kind < LITERAL_INT ? g_strdup(words[key->kind])
								: g_strndup(key->text, key->length);
		json_object_object_add(object, text, literal_to_json(key + 1));
	}
	return object;
}

json_object *literal_to_json(const Literal *literal)
{
	switch (literal->kind) {
	case LITERAL_FALSE:
	case LITERAL_TRUE:
		return json_object_new_boolean(literal->kind == LITERAL_TRUE);
	case LITERAL_INT:
		return int_to_json(literal);
	case LITERAL_FLOAT:
		return float_to_json(literal->text, literal->length, "");
	case LITERAL_STR:
		return json_object_new_string_len(literal->text, (int)literal->length);
	case LITERAL_TUPLE:
	case LITERAL_LIST:
		return array_to_json(literal);
	case LITERAL_DICT:
		return dict_to_json(literal);
	case LITERAL_NONE:
	default:
		return NULL;
	}
}

/* ---- Tree -> text ---- */

gboolean literal_is_printable(gunichar c)
{
	if (c < 0x7f)
		return c >= 0x20;
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_SPACE_SEPARATOR:
		return FALSE;
	default:
		return TRUE;
	}
}

static void append_character(GString *text, gunichar c, char quote, gboolean ascii)
{
	static const char letters[128] = {['\\'] = '\\', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

	if (c < 128 && (letters[c] || c == (guchar)quote))
		g_string_append_printf(text, "\\%c", letters[c] ? letters[c] : quote);
	else if (literal_is_printable(c) && (c < 128 || !ascii))
		g_string_append_unichar(text, c);
	else if (c < 0x100)
		g_string_append_printf(text, "\\x%02x", c);
	else if (c < 0x10000)
		g_string_append_printf(text, "\\u%04x", c);
	else
		g_string_append_printf(text, "\\U%08x", c);
}

static gboolean is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\' && c != '\'';
}

static void append_str_repr(GString *text, const Literal *str, gboolean ascii)
{
	const char *end = str->text + str->length, *from;
	gboolean single = memchr(str->text, '\'', str->length) != NULL;
	gboolean doubled = memchr(str->text, '"', str->length) != NULL;
	char quote = single && !doubled ? '"' : '\'';

	g_string_append_c(text, quote);
	for (const char *p = str->text; p < end;) {
		for (from = p; p < end && is_plain(*p);)
			p++;
		g_string_append_len(text, from, p - from);
		if (p >= end)
			break;
		append_character(text, g_utf8_get_char(p), quote, ascii);
		p = g_utf8_next_char(p);
	}
	g_string_append_c(text, quote);
}

static void append_items(GString *text, const Literal *literal, gboolean ascii)
{
	gboolean dict = literal->kind == LITERAL_DICT;

	for (gsize i = 0; i < literal->length; i++) {
		if (i)
			g_string_append(text, dict && i % 2 ? ": " : ", ");
		literal_append_repr(text, &literal->items[i], ascii);
	}
}

void literal_append_repr(GString *text, const Literal *literal, gboolean ascii)
{
	static const struct {
		const char *before;
		const char *after;
	} texts[] = {
		[LITERAL_NONE] = {"None", ""},
		[LITERAL_FALSE] = {"False", ""},
		[LITERAL_TRUE] = {"True", ""},
		[LITERAL_INT] = {"", ""},
		[LITERAL_FLOAT] = {"", ""},
		[LITERAL_STR] = {"", ""},
		[LITERAL_TUPLE] = {"(", ")"},
		[LITERAL_LIST] = {"[", "]"},
		[LITERAL_DICT] = {"{", "}"},
	};

	g_string_append(text, texts[literal->kind].before);
	if (literal->kind == LITERAL_STR)
		append_str_repr(text, literal, ascii);
	else if (literal->kind >= LITERAL_TUPLE)
		append_items(text, literal, ascii);
	else if (literal->kind >= LITERAL_INT)
		g_string_append_len(text, literal->text, (gssize)literal->length);
	if (literal->kind == LITERAL_TUPLE && literal->length == 1)
		g_string_append_c(text, ',');
	g_string_append(text, texts[literal->kind].after);
}

void literal_append_str(GString *text, const Literal *literal)
{
	if (literal->kind == LITERAL_STR)
		g_string_append_len(text, literal->text, (gssize)literal->length);
	else
		literal_append_repr(text, literal, FALSE);
}

gboolean literal_is_true(const Literal *literal)
{
	switch (literal->kind) {
	case LITERAL_NONE:
	case LITERAL_FALSE:
		return FALSE;
	case LITERAL_TRUE:
		return TRUE;
	case LITERAL_INT:
	case LITERAL_FLOAT:
		return literal_number(literal) != 0;
	default:
		return literal->length > 0;
	}
}
