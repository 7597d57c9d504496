/* Python literals: JSON -> tree -> JSON or text. (Text -> tree: record/literal-parse.c.) */
#include "record/literal.h"

#include <string.h>

#include "record/literal-tree.h"

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

static void from_json(Arena *arena, Literal *literal, const Json *value);

static void set_text(
	Arena *arena, Literal *literal, LiteralKind kind, const char *text, gsize length)
{
	literal->kind = kind;
	literal->length = length;
	literal->text = arena_copy(arena, text, length);
}

static void borrow_text(Literal *literal, const Text *text)
{
	literal->kind = LITERAL_STR;
	literal->length = text->length;
	literal->text = text->data;
}

static void int_from_json(Arena *arena, Literal *literal, const Json *value)
{
	g_autoptr(GString) text = g_string_new(NULL);
	json_print(value, text);
	set_text(arena, literal, LITERAL_INT, text->str, text->len);
}

/* An integer beyond 64 bits is a double spelled without a point: in Python it was an int. */
static void double_from_json(Arena *arena, Literal *literal, const Json *value)
{
	const Text *spelled = &value->spelled;
	char printed[LITERAL_FLOAT_SIZE];
	gsize digits = 0;
	while (digits < spelled->length &&
		(spelled->data[digits] == '-' || g_ascii_isdigit(spelled->data[digits])))
		digits++;
	if (digits > 0 && digits == spelled->length) {
		set_text(arena, literal, LITERAL_INT, spelled->data, digits);
		return;
	}
	literal_print_float(value->real, printed);
	set_text(arena, literal, LITERAL_FLOAT, printed, strlen(printed));
}

static Literal *new_items(Arena *arena, Literal *literal, LiteralKind kind, gsize length)
{
	Literal *items = arena_take(arena, length * sizeof *items);
	literal->kind = kind;
	literal->length = length;
	literal->items = items;
	return items;
}

static void array_from_json(Arena *arena, Literal *literal, const Json *array)
{
	Literal *items = new_items(arena, literal, LITERAL_LIST, array->n);
	for (gsize i = 0; i < array->n; i++)
		from_json(arena, &items[i], array->values[i]);
}

static int compare_places(gconstpointer a, gconstpointer b, gpointer data)
{
	const Json *object = data;
	guint left = object->places[*(const guint *)a], right = object->places[*(const guint *)b];
	return left < right ? -1 : left > right;
}

/* The members in the order of the text, which is that of a dict. */
static GArray *members_of(const Json *object)
{
	GArray *members = g_array_sized_new(FALSE, FALSE, sizeof(guint), object->n);
	for (guint i = 0; i < object->n; i++)
		g_array_append_val(members, i);
	g_array_sort_with_data(members, compare_places, (gpointer)object);
	return members;
}

static void object_from_json(Arena *arena, Literal *literal, const Json *object)
{
	g_autoptr(GArray) members = members_of(object);
	Literal *item = new_items(arena, literal, LITERAL_DICT, 2 * (gsize)object->n);
	for (guint i = 0; i < object->n; i++) {
		guint member = g_array_index(members, guint, i);
		const Text *key = &object->keys[member];
		borrow_text(item++, key);
		from_json(arena, item++, object->values[member]);
	}
}

static void from_json(Arena *arena, Literal *literal, const Json *value)
{
	switch (value->kind) {
	case JSON_BOOLEAN:
		literal->kind = value->integer ? LITERAL_TRUE : LITERAL_FALSE;
		break;
	case JSON_INTEGER:
	case JSON_UNSIGNED:
		int_from_json(arena, literal, value);
		break;
	case JSON_DOUBLE:
		double_from_json(arena, literal, value);
		break;
	case JSON_STRING:
		borrow_text(literal, &value->text);
		break;
	case JSON_ARRAY:
		array_from_json(arena, literal, value);
		break;
	case JSON_OBJECT:
		object_from_json(arena, literal, value);
		break;
	default: /* no other kind is read from a document */
		literal->kind = LITERAL_NONE;
	}
}

const Literal *literal_from_json(Arena *arena, const Json *value)
{
	Literal *literal = arena_take(arena, sizeof *literal);
	from_json(arena, literal, value);
	if (literal->kind == LITERAL_LIST)
		literal->kind = LITERAL_TUPLE;
	return literal;
}

/* ---- Tree -> JSON ---- */

double literal_number(const Literal *literal)
{
	if (literal->kind != LITERAL_INT && literal->kind != LITERAL_FLOAT)
		return literal->kind == LITERAL_TRUE;
	return g_ascii_strtod(literal->text, NULL); /* stops by itself behind the last digit */
}

static const Json *array_to_json(Arena *arena, const Literal *literal)
{
	const Json **values = arena_take(arena, literal->length * sizeof *values);
	for (gsize i = 0; i < literal->length; i++)
		values[i] = literal_to_json(arena, &literal->items[i]);
	return json_new_array(arena, values, (guint)literal->length);
}

static Text text_of_key(const Literal *key)
{
	static const char *const words[] = {"null", "false", "true"};
	if (key->kind < LITERAL_INT)
		return (Text){(char *)words[key->kind], strlen(words[key->kind])};
	return (Text){(char *)key->text, key->length};
}

static const Json *dict_to_json(Arena *arena, const Literal *literal)
{
	gsize n = literal->length / 2;
	const Json **values = arena_take(arena, n * sizeof *values);
	Text *keys = arena_take(arena, n * sizeof *keys);
	for (gsize i = 0; i < n; i++) {
		keys[i] = text_of_key(&literal->items[2 * i]);
		values[i] = literal_to_json(arena, &literal->items[2 * i + 1]);
	}
	return json_new_object(arena, keys, values, (guint)n);
}

const Json *literal_to_json(Arena *arena, const Literal *literal)
{
	switch (literal->kind) {
	case LITERAL_FALSE:
	case LITERAL_TRUE:
		return json_new_boolean(literal->kind == LITERAL_TRUE);
	case LITERAL_INT:
	case LITERAL_FLOAT:
		return json_number(arena, literal->text, literal->length);
	case LITERAL_STR:
		return json_new_string(arena, literal->text, literal->length);
	case LITERAL_TUPLE:
	case LITERAL_LIST:
		return array_to_json(arena, literal);
	case LITERAL_DICT:
		return dict_to_json(arena, literal);
	case LITERAL_NONE:
	default:
		return json_new_null();
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

static void append_object_repr(GString *text, const Literal *repr, gboolean ascii)
{
	const char *end = repr->text + repr->length;
	for (const char *p = repr->text; ascii && p < end; p = g_utf8_next_char(p)) {
		if ((guchar)*p < 128)
			g_string_append_c(text, *p);
		else
			append_character(text, g_utf8_get_char(p), '\0', TRUE);
	}
	if (!ascii)
		g_string_append_len(text, repr->text, (gssize)repr->length);
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
		[LITERAL_OBJECT] = {"", ""},
	};
	g_string_append(text, texts[literal->kind].before);
	if (literal->kind == LITERAL_STR)
		append_str_repr(text, literal, ascii);
	else if (literal->kind == LITERAL_OBJECT)
		append_object_repr(text, &literal->items[LITERAL_OBJECT_REPR], ascii);
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
	else if (literal->kind == LITERAL_OBJECT)
		literal_append_str(text, &literal->items[LITERAL_OBJECT_STR]);
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
