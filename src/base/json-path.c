/* JSON paths: the legs one by one, over the values that the legs before have found. */
#include "base/json-path.h"
#include <string.h>
#include "base/error.h"
#include "base/json-text.h"

#define LEGS_MAX 100

struct json_path {
	GArray *legs;
	Arena *arena; /* of the keys */
	gboolean open;
};

/* Reading -------------------------------------------------------------------------------------- */

typedef struct {
	JsonPath *path;
	const char *text, *at, *end;
	GError **error;
} Reader;

static gboolean fail(const Reader *reader)
{
	g_autofree char *path = text_quotable(reader->text, (gsize)(reader->end - reader->text));
	if (reader->at >= reader->end)
		g_set_error(reader->error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"JSON path '%s' ends too early", path);
	else
		g_set_error(reader->error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"JSON path '%s': unexpected '%.*s' at its character %ld", path,
			(int)(g_utf8_next_char(reader->at) - reader->at), reader->at,
			g_utf8_strlen(reader->text, reader->at - reader->text) + 1);
	return FALSE;
}

static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && g_ascii_isspace(*reader->at))
		reader->at++;
}

static gboolean take(Reader *reader, const char *token)
{
	gsize length = strlen(token);
	skip_blanks(reader);
	if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, token, length) != 0)
		return FALSE;
	reader->at += length;
	return TRUE;
}

static gboolean read_cell_number(Reader *reader, guint *n)
{
	const char *from = reader->at;
	guint64 number = 0;
	while (reader->at < reader->end && g_ascii_isdigit(*reader->at) && number <= G_MAXUINT32)
		number = number * 10 + (guint64)(*reader->at++ - '0');
	*n = (guint)number;
	return (reader->at > from && number <= G_MAXUINT32) || fail(reader);
}

/* n, last, last-n */
static gboolean read_index(Reader *reader, JsonIndex *index)
{
	index->from_end = take(reader, "last");
	if (index->from_end && !take(reader, "-"))
		return TRUE;
	skip_blanks(reader);
	return read_cell_number(reader, &index->n);
}

static gboolean read_cell(Reader *reader, JsonLeg *leg)
{
	if (take(reader, "*")) {
		leg->kind = JSON_LEG_ANY_ELEMENT;
		return take(reader, "]") || fail(reader);
	}
	leg->kind = JSON_LEG_ELEMENT;
	if (!read_index(reader, &leg->index))
		return FALSE;
	if (!take(reader, "to"))
		return take(reader, "]") || fail(reader);
	g_autofree char *path = text_quotable(reader->text, (gsize)(reader->end - reader->text));
	g_set_error(reader->error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"JSON path '%s': a range, [n to m], is not supported", path);
	return FALSE;
}

/* A member in quotes is a JSON string. */
static gboolean read_quoted(Reader *reader, Text *key)
{
	const char *first = reader->at++;
	while (reader->at < reader->end && *reader->at != '"')
		reader->at += *reader->at == '\\' ? 2 : 1;
	if (reader->at >= reader->end) {
		reader->at = reader->end;
		return fail(reader);
	}
	gsize length = (gsize)(++reader->at - first);
	const char *copy = arena_copy(reader->path->arena, first, length);
	const Json *string = json_read(reader->path->arena, copy, length, 1, NULL);
	if (!string) {
		reader->at = first;
		return fail(reader);
	}
	*key = string->text;
	return TRUE;
}

static gboolean in_name(gunichar c, gboolean first)
{
	if (c >= 0x80)
		return !g_unichar_isspace(c);
	return c == '_' || c == '$' || g_ascii_isalpha((char)c) ||
	       (!first && g_ascii_isdigit((char)c));
}

static gboolean read_member(Reader *reader, JsonLeg *leg)
{
	if (take(reader, "*")) {
		leg->kind = JSON_LEG_ANY_MEMBER;
		return TRUE;
	}
	leg->kind = JSON_LEG_MEMBER;
	skip_blanks(reader);
	if (reader->at < reader->end && *reader->at == '"')
		return read_quoted(reader, &leg->key);
	const char *first = reader->at;
	while (reader->at < reader->end &&
		in_name(g_utf8_get_char(reader->at), reader->at == first))
		reader->at = g_utf8_next_char(reader->at);
	leg->key.length = (gsize)(reader->at - first);
	leg->key.data = arena_copy(reader->path->arena, first, leg->key.length);
	return leg->key.length > 0 || fail(reader);
}

/* ** needs another leg, and not another **. */
static gboolean read_leg(Reader *reader, JsonLeg *leg, gboolean after_ellipsis)
{
	if (take(reader, "."))
		return read_member(reader, leg);
	if (take(reader, "["))
		return read_cell(reader, leg);
	if (after_ellipsis || !take(reader, "**"))
		return fail(reader);
	leg->kind = JSON_LEG_ELLIPSIS;
	skip_blanks(reader);
	return reader->at < reader->end || fail(reader);
}

static gboolean read_path(Reader *reader)
{
	JsonPath *path = reader->path;
	JsonLeg leg = {.kind = JSON_LEG_MEMBER};
	if (!take(reader, "$")) {
		if (reader->at >= reader->end)
			return fail(reader);
		g_set_error(reader->error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"a JSON path begins with '$'");
		return FALSE;
	}
	for (skip_blanks(reader); reader->at < reader->end; skip_blanks(reader)) {
		gboolean after_ellipsis = leg.kind == JSON_LEG_ELLIPSIS;
		leg = (JsonLeg){.kind = JSON_LEG_MEMBER};
		if (!read_leg(reader, &leg, after_ellipsis))
			return FALSE;
		g_array_append_val(path->legs, leg);
		path->open |= leg.kind != JSON_LEG_MEMBER && leg.kind != JSON_LEG_ELEMENT;
		if (path->legs->len > LEGS_MAX) {
			g_set_error(reader->error, CHRONOLOGER_ERROR, ERROR_VALUE,
				"a JSON path of more than %d steps", LEGS_MAX);
			return FALSE;
		}
	}
	return TRUE;
}

JsonPath *json_path_new(const char *text, gsize length, GError **error)
{
	g_autoptr(JsonPath) path = g_new0(JsonPath, 1);
	path->legs = g_array_new(FALSE, FALSE, sizeof(JsonLeg));
	path->arena = arena_new();
	Reader reader = {path, text, text, text + length, error};
	return read_path(&reader) ? g_steal_pointer(&path) : NULL;
}

JsonPath *json_path_parse(const char *text, gsize length, GError **error)
{
	g_autoptr(JsonPath) path = json_path_new(text, length, error);
	if (!path || !path->open)
		return g_steal_pointer(&path);
	g_set_error(
		error, CHRONOLOGER_ERROR, ERROR_VALUE, "a JSON path that may find several values");
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

const JsonLeg *json_path_legs(const JsonPath *path, guint *n)
{
	*n = path->legs->len;
	return (const JsonLeg *)path->legs->data;
}

gboolean json_path_is_open(const JsonPath *path)
{
	return path->open;
}

/* Finding -------------------------------------------------------------------------------------- */

/* A leg that has one answer. What is no array is taken for one with a single element. */
static const Json *step(const JsonLeg *leg, const Json *value)
{
	if (leg->kind == JSON_LEG_MEMBER)
		return value->kind == JSON_OBJECT ? json_member(value, &leg->key) : NULL;
	guint n = value->kind == JSON_ARRAY ? value->n : 1;
	if (leg->index.n >= n)
		return NULL;
	guint i = leg->index.from_end ? n - 1 - leg->index.n : leg->index.n;
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

static void add_step(const JsonLeg *leg, const Json *value, GPtrArray *found)
{
	const Json *next;
	switch (leg->kind) {
	case JSON_LEG_ANY_MEMBER:
		if (value->kind == JSON_OBJECT)
			add_all(value, found);
		break;
	case JSON_LEG_ANY_ELEMENT:
		if (value->kind == JSON_ARRAY)
			add_all(value, found);
		break;
	case JSON_LEG_ELLIPSIS:
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
		const JsonLeg *leg = &g_array_index(path->legs, JsonLeg, i);
		GPtrArray *next = g_ptr_array_new();
		for (guint j = 0; j < values->len; j++)
			add_step(leg, values->pdata[j], next);
		ellipsis |= leg->kind == JSON_LEG_ELLIPSIS;
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
		document = step(&g_array_index(path->legs, JsonLeg, i), document);
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

static gboolean is_plain(const Text *key)
{
	for (gsize i = 0; i < key->length; i++)
		if ((guchar)key->data[i] >= 0x80 || !in_name((guchar)key->data[i], i == 0))
			return FALSE;
	return key->length > 0;
}

static void print_member(const Text *key, GString *text)
{
	g_string_append_c(text, '.');
	if (is_plain(key))
		g_string_append_len(text, key->data, (gssize)key->length);
	else
		json_text_append_string(text, key->data, key->length);
}

static void print_cell(const JsonIndex *index, GString *text)
{
	if (!index->from_end)
		g_string_append_printf(text, "[%u]", index->n);
	else if (index->n > 0)
		g_string_append_printf(text, "[last-%u]", index->n);
	else
		g_string_append(text, "[last]");
}

void json_path_print(const JsonPath *path, GString *text)
{
	static const char *const wild[] = {
		[JSON_LEG_ANY_MEMBER] = ".*",
		[JSON_LEG_ANY_ELEMENT] = "[*]",
		[JSON_LEG_ELLIPSIS] = "**",
	};
	g_string_append_c(text, '$');
	for (guint i = 0; i < path->legs->len; i++) {
		const JsonLeg *leg = &g_array_index(path->legs, JsonLeg, i);
		if (leg->kind == JSON_LEG_MEMBER)
			print_member(&leg->key, text);
		else if (leg->kind == JSON_LEG_ELEMENT)
			print_cell(&leg->index, text);
		else
			g_string_append(text, wild[leg->kind]);
	}
}
