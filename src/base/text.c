/* Texts in messages. */
#include "base/text.h"

#include <string.h>

#define QUOTED_MAX 40 /* characters */

char *text_quotable(const char *text, gsize length)
{
	g_autofree char *copy = g_strndup(text, length);
	gboolean cut = g_utf8_strlen(copy, -1) > QUOTED_MAX;
	if (cut)
		*g_utf8_offset_to_pointer(copy, QUOTED_MAX) = '\0';
	for (char *c = copy; *c; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	return g_strconcat(copy, cut ? "..." : "", NULL);
}

/* C0, C1, and what bidirectional text is made of (UAX 9) or lines end with. */
static gboolean is_control(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The next character as it may be seen; returns what follows it. */
static const char *visible(const char *text, char seen[static 8])
{
	gunichar c = g_utf8_get_char_validated(text, -1);
	if (c >= (gunichar)-2) {
		g_snprintf(seen, 8, "\\x%02x", (guchar)*text);
		return text + 1;
	}
	if (is_control(c))
		g_snprintf(seen, 8, "\\u%04x", c);
	else
		seen[g_unichar_to_utf8(c, seen)] = '\0';
	return g_utf8_next_char(text);
}

void text_append_visible(GString *to, const char *text, gsize limit)
{
	char seen[8];
	for (gsize room = limit; *text; room -= strlen(seen)) {
		text = visible(text, seen);
		if (strlen(seen) > room)
			return;
		g_string_append(to, seen);
	}
}
