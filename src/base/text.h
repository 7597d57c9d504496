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

#endif
