/* The arrays of JSON text, and strings printed. */
#include "base/json-text.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"

static gboolean is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
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
		gboolean closes = *p == ']' || *p == '}';
		if (depth == 0 && (*p == ',' || closes))
			return p;
		depth += *p == '[' || *p == '{';
		depth -= closes;
		p = *p == '"' ? skip_string(p, end) : p + 1;
	}
	return end;
}

static gboolean malformed_array(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, JSON_INVALID ": malformed array");
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
