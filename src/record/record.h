/* A log record as the store keeps it, and how the fields a client sent become one.
 *
 * Rules: the HTTP contract, "The record". Field names: Python's logging.LogRecord. */
#ifndef CHRONOLOGER_RECORD_RECORD_H
#define CHRONOLOGER_RECORD_RECORD_H

#include <glib.h>

#include "base/calendar.h"
#include "base/text.h"

typedef struct {
	guint64 id;  /* 0 until the store has given it one */
	gint64 ts;   /* microseconds since 1970-01-01 UTC, years 1..9999 */
	guint level; /* 0..65535 */
	Text name;   /* at most RECORD_NAME_MAX characters */
	Text message;
	Text logrec; /* a JSON object as text, keys unique, at most RECORD_NESTING_MAX + 2 deep */
	gpointer separate[2]; /* memory of a large message and logrec, which is not with the rest */
} Record;

#define RECORD_NAME_MAX 255
#define RECORD_LEVEL_MAX 65535

/* How deep a value of a field may nest. Two levels of logrec around it make 30: MariaDB's JSON
 * functions stop at 31. */
#define RECORD_NESTING_MAX 28

/* With its texts in one block of memory, as what is returned here, unless it is large. */
Record *record_copy(const Record *record);
void record_free(Record *record); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/* A record from the fields of a urlencoded form as HTTPHandler sends it: every value is what
 * Python's str() printed. `body` has a NUL behind it, and is of no other use afterwards: it is decoded
 * where it is. ERROR_MODEL, ERROR_VALUE. */
Record *record_from_form(char *body, gsize length, GError **error);

/* A record from one JSON document, an object with LogRecord's attributes. `text` need not end in
 * NUL. ERROR_VALUE where it is not such a document, ERROR_MODEL where a key is missing or wrong. */
Record *record_from_json(const char *text, gsize length, GError **error);

/* Raw mode: any JSON object, stored whole as logrec. `now` is the `ts` of a record that brings
 * none. */
Record *record_from_raw_json(const char *text, gsize length, gint64 now, GError **error);

/* "2018-05-10 16:36:53.377493+00:00", without the fraction where it is zero. */
#define RECORD_TS_SIZE 33
void record_format_ts(gint64 ts, char buffer[static RECORD_TS_SIZE]);

/* Appends the record as the API prints it: id name ts level message, and logrec where asked for. */
void record_append_json(GString *json, const Record *record, gboolean with_logrec);

#endif
