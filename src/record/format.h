/* The forms in which records are written: a JSON array, NDJSON, CSV. */
#ifndef CHRONOLOGER_RECORD_FORMAT_H
#define CHRONOLOGER_RECORD_FORMAT_H

#include "record/record.h"

typedef struct {
	const char *name;         /* "json", "ndjson", "csv": also the ending of a file */
	const char *media_type;   /* as a client asks for it */
	const char *content_type; /* as an answer says it */
	const char *begin, *between, *end;
	gboolean is_file; /* something to save: records are whole, the answer has a file name */
	void (*append)(GString *text, const Record *record, gboolean with_logrec);
} Format;

/* By its name. ERROR_VALUE. */
const Format *format_find(const char *name, GError **error);

/* The best one that an Accept header names (RFC 9110, 12.5.1); JSON where it names none, or is
 * NULL. */
const Format *format_accepted(const char *accept);

#endif
