/* What an index on a field of logrec has: SQLite knows neither MySQL's paths nor its collation. */
#include <string.h>
#include "base/json-path.h"
#include "query/eval/collate.h"
#include "query/eval/eval.h"

#define KEY_MAX 64 /* characters */

void query_key_of_text(const Text *text, GString *key)
{
	Text part = query_text_part(text, 0, KEY_MAX, FALSE);
	query_text_fold(&part, key);
}

static gboolean key_of(Arena *arena, const Json *json, GString *key)
{
	g_autoptr(GString) text = g_string_new(NULL);
	if (!json || json->kind == JSON_NULL || json->kind == JSON_OBJECT ||
		json->kind == JSON_ARRAY)
		return FALSE;
	if (json->kind == JSON_STRING) {
		query_key_of_text(&json->text, key);
		return TRUE;
	}
	json_print(json, text);
	Text all = {arena_copy(arena, text->str, text->len), text->len};
	query_key_of_text(&all, key);
	return TRUE;
}

static gboolean find_key(Arena *arena, const Json *document, const char *path, GString *key)
{
	g_autoptr(JsonPath) parsed = json_path_new(path, strlen(path), NULL);
	return parsed && key_of(arena, json_path_first(parsed, document), key);
}

gboolean query_key_of_field(const char *path, const Text *logrec, GString *key)
{
	g_autoptr(Arena) arena = arena_new();
	const Json *document = json_parse(arena, logrec->data, logrec->length);
	if (!document)
		return FALSE;
	if (find_key(arena, document, path, key))
		return TRUE;
	if (!g_str_has_prefix(path, "$.data."))
		return FALSE;
	g_autofree char *meta = g_strconcat("$.meta.", path + strlen("$.data."), NULL);
	return find_key(arena, document, meta, key);
}
