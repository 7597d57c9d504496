/* Texts in messages. */
#include "base/text.h"

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
