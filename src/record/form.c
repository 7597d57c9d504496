/* application/x-www-form-urlencoded: pairs out of a body, decoded and checked to be UTF-8. */
#include "record/form.h"

#include <string.h>

#include "base/error.h"

/* How much of a field's name an error message repeats, in characters. */
#define NAME_SHOWN 64

static int escaped_byte(const char *percent, const char *end)
{
	if (end - percent < 3)
		return -1;
	int high = g_ascii_xdigit_value(percent[1]);
	int low = g_ascii_xdigit_value(percent[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Writes the decoded bytes and a NUL at `out`; returns that. A percent sign without two hexadecimal
 * digits stays as it is. */
static char *decode(Text *text, char *out, const char *from, const char *end)
{
	text->data = out;
	for (const char *p = from; p < end; p++) {
		int byte = *p == '%' ? escaped_byte(p, end) : -1;
		if (byte >= 0) {
			*out++ = (char)byte;
			p += 2;
		} else {
			*out++ = *p == '+' ? ' ' : *p;
		}
	}
	text->length = (gsize)(out - text->data);
	*out = '\0';
	return out;
}

/* g_utf8_validate_len() stops at NUL, which is a character of a form like any other. */
static gboolean is_utf8(const Text *text)
{
	const char *p = text->data, *end = text->data + text->length;
	while (!g_utf8_validate_len(p, (gsize)(end - p), &p)) {
		if (*p != '\0')
			return FALSE;
		p++;
	}
	return TRUE;
}

static gboolean check_utf8(const FormField *field, GError **error)
{
	if (!is_utf8(&field->name)) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"The name of a form field is not UTF-8");
		return FALSE;
	}
	if (!is_utf8(&field->value)) {
		g_autofree char *name = g_utf8_substring(
			field->name.data, 0, MIN(NAME_SHOWN, g_utf8_strlen(field->name.data, -1)));
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Form field \"%s\" is not UTF-8",
			name);
		return FALSE;
	}
	return TRUE;
}

gboolean form_parse(char *body, gsize length, FormFieldFunc field, gpointer data, GError **error)
{
	if (length == 0) /* an empty body may be NULL */
		return TRUE;
	char *end = body + length, *next;

	for (char *pair = body; pair < end; pair = next + 1) {
		next = memchr(pair, '&', (gsize)(end - pair));
		if (!next)
			next = end;
		if (next == pair)
			continue;
		const char *equals = memchr(pair, '=', (gsize)(next - pair));
		FormField found;
		char *out = decode(&found.name, pair, pair, equals ? equals : next);
		if (equals)
			decode(&found.value, out + 1, equals + 1, next);
		else
			found.value = (Text){out, 0};
		if (!check_utf8(&found, error) || !field(&found, data, error))
			return FALSE;
	}
	return TRUE;
}
