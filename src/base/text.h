/* Text that may hold NUL. */
#ifndef CHRONOLOGER_BASE_TEXT_H
#define CHRONOLOGER_BASE_TEXT_H

#include <glib.h>

/* Text with its length in bytes, valid UTF-8: a NUL byte inside is part of the text. The byte after
 * the last one is NUL too. */
typedef struct {
	char *data;
	gsize length;
} Text;

/* A text, valid UTF-8, as a message may quote it: cut where it is long, without control characters. */
char *text_quotable(const char *text, gsize length);

/* Appends what a line of a log or of headers may hold of a text from anywhere, at most `limit` bytes:
 * what ends a line, controls a terminal or changes the direction of what follows is written \uXXXX,
 * a byte that is not UTF-8 \xXX. */
void text_append_visible(GString *to, const char *text, gsize limit);

#endif
