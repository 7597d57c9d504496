/* JSON paths: the legs one by one, over the values that the legs before have found. */
#include "base/json-path.h"

#include <string.h>

#include "base/json-text.h"

typedef enum {
	LEG_MEMBER,
	LEG_ANY_MEMBER, /* .* */
	LEG_ELEMENT,
	LEG_RANGE,       /* [n to m] */
	LEG_ANY_ELEMENT, /* [*] */
	LEG_ELLIPSIS,    /* ** */
} LegKind;

typedef struct {
	guint n;
	gboolean from_end; /* counted from [last] */
} Index;

typedef struct {
	LegKind kind;
	Text key;
	Index from, to;
} Leg;

struct json_path {
	GArray *legs;
	Arena *arena; /* of the keys */
	gboolean open;
};

/* Reading -------------------------------------------------------------------------------------- */

typedef struct {
	JsonPath *path;
	const char *at, *end;
} Reader;

static gboolean take(Reader *reader, const char *token)
{
	gsize length = strlen(token);
	if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, token, length) != 0)
		return FALSE;
	reader->at += length;
	return TRUE;
}

static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && *reader->at == ' ')
		reader->at++;
}

static gboolean read_number(Reader *reader, guint *n)
{
	const char *from = reader->at;
	guint64 number = 0;
	for (; reader->at < reader->end && g_ascii_isdigit(*reader->at); reader->at++)
		number = MIN(number * 10 + (guint64)(*reader->at - '0'), G_MAXUINT32);
	*n = (guint)number;
	return reader->at > from;
}

static gboolean read_index(Reader *reader, Index *index)
{
	*index = (Index){0, FALSE};
	skip_blanks(reader);
	if (!take(reader, "last"))
		return read_number(reader, &index->n);
	index->from_end = TRUE;
	skip_blanks(reader);
	if (!take(reader, "-"))
		return TRUE;
	skip_blanks(reader);
	return read_number(reader, &index->n);
}

static gboolean read_cell(Reader *reader, Leg *leg)
{
	skip_blanks(reader);
	if (take(reader, "*")) {
		leg->kind = LEG_ANY_ELEMENT;
	} else {
		leg->kind = LEG_ELEMENT;
		if (!read_index(reader, &leg->from))
			return FALSE;
		skip_blanks(reader);
		if (take(reader, "to")) {
			leg->kind = LEG_RANGE;
			if (!read_index(reader, &leg->to))
				return FALSE;
		}
	}
	skip_blanks(reader);
	return take(reader, "]");
}

static gboolean read_quoted(Reader *reader, Text *key)
{
	const char *close = reader->at + 1;
	while (close < reader->end && *close != '"')
		close += 1 + (*close == '\\');
	if (close >= reader->end)
		return FALSE;
	gsize length = (gsize)(close + 1 - reader->at);
	const char *copy = arena_copy(reader->path->arena, reader->at, length);
	const Json *json = json_parse(reader->path->arena, copy, length);
	reader->at = close + 1;
	if (json == NULL || json->kind != JSON_STRING)
		return FALSE;
	*key = json->text;
	return TRUE;
}

static gboolean read_member(Reader *reader, Leg *leg)
{
	skip_blanks(reader);
	leg->kind = LEG_MEMBER;
	if (take(reader, "*")) {
		leg->kind = LEG_ANY_MEMBER;
		return TRUE;
	}
	if (reader->at < reader->end && *reader->at == '"')
		return read_quoted(reader, &leg->key);
	const char *from = reader->at;
	while (reader->at < reader->end && strchr(" .[*", *reader->at) == NULL)
		reader->at++;
	leg->key.length = (gsize)(reader->at - from);
	leg->key.data = arena_copy(reader->path->arena, from, leg->key.length);
	return leg->key.length > 0;
}

static gboolean read_leg(Reader *reader, Leg *leg)
{
	if (take(reader, "[")) {
		return read_cell(reader, leg);
	} else if (take(reader, "**")) {
		leg->kind = LEG_ELLIPSIS;
		return TRUE;
	}
	return take(reader, ".") && read_member(reader, leg);
}

static gboolean read_path(Reader *reader)
{
	skip_blanks(reader);
	if (!take(reader, "$"))
		return FALSE;
	for (skip_blanks(reader); reader->at < reader->end; skip_blanks(reader)) {
		Leg leg = {.kind = LEG_MEMBER};
		if (!read_leg(reader, &leg))
			return FALSE;
		g_array_append_val(reader->path->legs, leg);
		reader->path->open |= leg.kind != LEG_MEMBER && leg.kind != LEG_ELEMENT;
	}
	return TRUE;
}

JsonPath *json_path_new(const char *text, gsize length)
{
	JsonPath *path = g_new0(JsonPath, 1);
	path->legs = g_array_new(FALSE, FALSE, sizeof(Leg));
	path->arena = arena_new();
	Reader reader = {path, text, text + length};
	if (read_path(&reader))
		return path;
	json_path_free(path);
	return NULL;
}

void json_path_free(JsonPath *path)
{
	if (path == NULL)
		return;
	g_array_unref(path->legs);
	arena_free(path->arena);
	g_free(path);
}

gboolean json_path_is_open(const JsonPath *path)
{
	return path->open;
}

/* Finding -------------------------------------------------------------------------------------- */

/* A leg that has one answer. What is no array is taken for one with a single element. */
static const Json *step(const Leg *leg, const Json *value)
{
	if (leg->kind == LEG_MEMBER)
		return value->kind == JSON_OBJECT ? json_member(value, &leg->key) : NULL;
	guint n = value->kind == JSON_ARRAY ? value->n : 1;
	if (leg->from.n >= n)
		return NULL;
	guint i = leg->from.from_end ? n - 1 - leg->from.n : leg->from.n;
	return value->kind == JSON_ARRAY ? value->values[i] : value;
}

static void add_all(const Json *value, GPtrArray *found)
{
	for (guint i = 0; i < value->n; i++)
		g_ptr_array_add(found, (gpointer)value->values[i]);
}

static void add_below(const Json *value, GPtrArray *found)
{
	g_ptr_array_add(found, (gpointer)value);
	if (value->kind != JSON_OBJECT && value->kind != JSON_ARRAY)
		return;
	for (guint i = 0; i < value->n; i++)
		add_below(value->values[i], found);
}

/* -1 before the first element, n after the last one. */
static gint64 position(const Index *index, guint n)
{
	return index->from_end ? (gint64)n - 1 - index->n : (gint64)index->n;
}

static void add_range(const Leg *leg, const Json *value, GPtrArray *found)
{
	gboolean array = value->kind == JSON_ARRAY;
	guint n = array ? value->n : 1;
	gint64 from = MAX(position(&leg->from, n), 0);
	gint64 to = MIN(position(&leg->to, n), (gint64)n - 1);
	for (gint64 i = from; i <= to; i++)
		g_ptr_array_add(found, (gpointer)(array ? value->values[i] : value));
}

static void add_step(const Leg *leg, const Json *value, GPtrArray *found)
{
	const Json *next;
	switch (leg->kind) {
	case LEG_ANY_MEMBER:
		if (value->kind == JSON_OBJECT)
			add_all(value, found);
		break;
	case LEG_ANY_ELEMENT:
		if (value->kind == JSON_ARRAY)
			add_all(value, found);
		break;
	case LEG_RANGE:
		add_range(leg, value, found);
		break;
	case LEG_ELLIPSIS:
		add_below(value, found);
		break;
	default:
		next = step(leg, value);
		if (next != NULL)
			g_ptr_array_add(found, (gpointer)next);
	}
}

/* `**` reaches one value on several ways. */
static void drop_repeated(GPtrArray *found)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	guint n = 0;
	for (guint i = 0; i < found->len; i++)
		if (g_hash_table_add(seen, found->pdata[i]))
			found->pdata[n++] = found->pdata[i];
	g_ptr_array_set_size(found, (int)n);
}

static void find_open(const JsonPath *path, const Json *document, GPtrArray *found)
{
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	gboolean ellipsis = FALSE;
	g_ptr_array_add(values, (gpointer)document);
	for (guint i = 0; i < path->legs->len; i++) {
		const Leg *leg = &g_array_index(path->legs, Leg, i);
		GPtrArray *next = g_ptr_array_new();
		for (guint j = 0; j < values->len; j++)
			add_step(leg, values->pdata[j], next);
		ellipsis |= leg->kind == LEG_ELLIPSIS;
		if (ellipsis)
			drop_repeated(next);
		g_ptr_array_unref(values);
		values = next;
	}
	for (guint i = 0; i < values->len; i++)
		g_ptr_array_add(found, values->pdata[i]);
}

static const Json *find_one(const JsonPath *path, const Json *document)
{
	for (guint i = 0; i < path->legs->len && document != NULL; i++)
		document = step(&g_array_index(path->legs, Leg, i), document);
	return document;
}

const Json *json_path_first(const JsonPath *path, const Json *document)
{
	if (!path->open)
		return find_one(path, document);
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	find_open(path, document, found);
	return found->len > 0 ? found->pdata[0] : NULL;
}

void json_path_find(const JsonPath *path, const Json *document, GPtrArray *found)
{
	if (path->open) {
		find_open(path, document, found);
		return;
	}
	const Json *one = find_one(path, document);
	if (one != NULL)
		g_ptr_array_add(found, (gpointer)one);
}

/* Printing ------------------------------------------------------------------------------------- */

/* ECMAScript's identifiers stand without quotes. */
static gboolean is_identifier(const Text *key)
{
	const char *end = key->data + key->length;
	for (const char *p = key->data; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		gboolean letter = c == '$' || c == '_' || g_unichar_isalpha(c);
		gboolean part = g_unichar_isdigit(c) || g_unichar_ismark(c) || c == 0x200c ||
				c == 0x200d || g_unichar_type(c) == G_UNICODE_CONNECT_PUNCTUATION;
		if (!letter && (p == key->data || !part))
			return FALSE;
	}
	return key->length > 0;
}

void json_path_add_member(GString *place, const Text *key)
{
	g_string_append_c(place, '.');
	if (is_identifier(key))
		g_string_append_len(place, key->data, (gssize)key->length);
	else
		json_text_append_string(place, key->data, key->length);
}

void json_path_add_element(GString *place, guint i)
{
	g_string_append_printf(place, "[%u]", i);
}

void json_path_print(const JsonPath *path, GString *place)
{
	for (guint i = 0; i < path->legs->len; i++) {
		const Leg *leg = &g_array_index(path->legs, Leg, i);
		if (leg->kind == LEG_MEMBER)
			json_path_add_member(place, &leg->key);
		else
			json_path_add_element(place, leg->from.n);
	}
}
