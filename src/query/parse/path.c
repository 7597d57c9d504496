/* JSON paths: read, checked, and written in one spelling. MySQL Reference Manual, "JSON Path Syntax". */
#include <string.h>
#include "base/error.h"
#include "base/json-text.h"
#include "base/json.h"
#include "base/json-path.h"
#include "query/parse/parse.h"

#define LEGS_MAX 100
#define INDEX_MAX G_MAXUINT32

typedef struct {
	const char *text, *end, *at;
	GString *path;
	gboolean wildcards;
	gboolean open; /* the last leg is ** and needs another one */
	GError **error;
} Reader;

static gboolean fail(Reader *reader)
{
	g_autofree char *path = query_quotable(reader->text, (gsize)(reader->end - reader->text));

	if (reader->at >= reader->end)
		return query_refuse(reader->error, "JSON path '%s' ends too early", path);
	gsize size = (gsize)(g_utf8_next_char(reader->at) - reader->at);
	return query_refuse(reader->error, "JSON path '%s': unexpected '%.*s' at its character %ld",
		path, (int)size, reader->at,
		g_utf8_strlen(reader->text, reader->at - reader->text) + 1);
}

static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && g_ascii_isspace(*reader->at))
		reader->at++;
}

static gboolean skip(Reader *reader, const char *word)
{
	gsize length = strlen(word);

	skip_blanks(reader);
	if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return FALSE;
	reader->at += length;
	return TRUE;
}

/* A member in quotes is a JSON string. */
static gboolean read_quoted(Reader *reader)
{
	const char *first = reader->at++;
	g_autoptr(Arena) arena = arena_new();

	while (reader->at < reader->end && *reader->at != '"')
		reader->at += *reader->at == '\\' ? 2 : 1;
	if (reader->at >= reader->end) {
		reader->at = reader->end;
		return fail(reader);
	}
	reader->at++;
	const Json *string = json_read(arena, first, (gsize)(reader->at - first), 1, 1);
	if (!string) {
		reader->at = first;
		return fail(reader);
	}
	json_text_append_string(reader->path, string->text.data, string->text.length);
	return TRUE;
}

static gboolean in_name(gunichar c, gboolean first)
{
	if (c >= 0x80)
		return !g_unichar_isspace(c);
	return c == '_' || c == '$' || g_ascii_isalpha((char)c) ||
	       (!first && g_ascii_isdigit((char)c));
}

static gboolean read_name(Reader *reader)
{
	const char *first = reader->at;
	gboolean ascii = TRUE;

	while (reader->at < reader->end &&
		in_name(g_utf8_get_char(reader->at), reader->at == first)) {
		ascii &= (guchar)*reader->at < 0x80;
		reader->at = g_utf8_next_char(reader->at);
	}
	if (reader->at == first)
		return fail(reader);
	if (ascii)
		g_string_append_len(reader->path, first, reader->at - first);
	else
		json_text_append_string(reader->path, first, (gsize)(reader->at - first));
	return TRUE;
}

static gboolean read_member(Reader *reader)
{
	g_string_append_c(reader->path, '.');
	if (skip(reader, "*")) {
		reader->wildcards = TRUE;
		g_string_append_c(reader->path, '*');
		return TRUE;
	}
	skip_blanks(reader);
	if (reader->at < reader->end && *reader->at == '"')
		return read_quoted(reader);
	return read_name(reader);
}

static gboolean read_number(Reader *reader, guint64 *number)
{
	const char *first = reader->at;

	*number = 0;
	while (reader->at < reader->end && g_ascii_isdigit(*reader->at) && *number <= INDEX_MAX)
		*number = *number * 10 + (guint64)(*reader->at++ - '0');
	return (reader->at > first && *number <= INDEX_MAX) || fail(reader);
}

/* n, last, last-n */
static gboolean read_index(Reader *reader, gboolean *from_end, guint64 *number)
{
	*number = 0;
	*from_end = skip(reader, "last");
	if (!*from_end) {
		if (!read_number(reader, number))
			return FALSE;
		g_string_append_printf(reader->path, "%" G_GUINT64_FORMAT, *number);
		return TRUE;
	}
	g_string_append(reader->path, "last");
	if (!skip(reader, "-"))
		return TRUE;
	skip_blanks(reader);
	if (!read_number(reader, number))
		return FALSE;
	if (*number > 0)
		g_string_append_printf(reader->path, "-%" G_GUINT64_FORMAT, *number);
	return TRUE;
}

static gboolean read_range_end(Reader *reader, gboolean from_end, guint64 first)
{
	gboolean to_end;
	guint64 last;

	skip_blanks(reader);
	const char *at = reader->at;
	reader->wildcards = TRUE;
	g_string_append(reader->path, " to ");
	if (!read_index(reader, &to_end, &last))
		return FALSE;
	if (from_end == to_end && (from_end ? first < last : first > last)) {
		reader->at = at;
		return fail(reader);
	}
	return TRUE;
}

static gboolean read_cell(Reader *reader)
{
	gboolean from_end;
	guint64 number;

	g_string_append_c(reader->path, '[');
	if (skip(reader, "*")) {
		reader->wildcards = TRUE;
		g_string_append_c(reader->path, '*');
	} else {
		if (!read_index(reader, &from_end, &number))
			return FALSE;
		const char *before = reader->at;
		if (skip(reader, "to")) {
			/* A word: 1to2 is none. */
			if (!g_ascii_isspace(*before) || !g_ascii_isspace(*reader->at)) {
				reader->at = before;
				return fail(reader);
			}
			if (!read_range_end(reader, from_end, number))
				return FALSE;
		}
	}
	if (!skip(reader, "]"))
		return fail(reader);
	g_string_append_c(reader->path, ']');
	return TRUE;
}

static gboolean read_leg(Reader *reader)
{
	if (skip(reader, "."))
		return read_member(reader);
	if (skip(reader, "["))
		return read_cell(reader);
	if (reader->open || !skip(reader, "**"))
		return fail(reader);
	g_string_append(reader->path, "**");
	reader->wildcards = reader->open = TRUE;
	skip_blanks(reader);
	return reader->at < reader->end || fail(reader);
}

gboolean query_path_normalise(
	const char *text, gsize length, gboolean *wildcards, GString *path, GError **error)
{
	Reader reader = {text, text + length, text, path, FALSE, FALSE, error};
	guint legs = 0;

	*wildcards = FALSE;
	if (!skip(&reader, "$"))
		return reader.at >= reader.end ? fail(&reader)
					       : query_refuse(error, "a JSON path begins with '$'");
	g_string_append_c(path, '$');
	for (skip_blanks(&reader); reader.at < reader.end; skip_blanks(&reader)) {
		gboolean was_open = reader.open;
		if (!read_leg(&reader))
			return FALSE;
		if (was_open)
			reader.open = FALSE;
		if (++legs > LEGS_MAX)
			return query_refuse(error, "a JSON path of more than %d steps", LEGS_MAX);
	}
	*wildcards = reader.wildcards;
	return TRUE;
}

JsonPath *json_path_parse(const char *text, gsize length, GError **error)
{
	g_autoptr(GString) path = g_string_new(NULL);
	g_autoptr(GError) why = NULL;
	gboolean wildcards;

	if (!query_path_normalise(text, length, &wildcards, path, &why))
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			why->message + strlen(QUERY_INVALID ": "));
	else if (wildcards)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"a JSON path that may find several values");
	else
		return json_path_new(path->str, path->len);
	return NULL;
}
