/* application/x-www-form-urlencoded (WHATWG URL Standard, 5.1). */
#ifndef CHRONOLOGER_RECORD_FORM_H
#define CHRONOLOGER_RECORD_FORM_H

#include <glib.h>
#include "record/record.h"

typedef struct {
	Text name;
	Text value;
} FormField;

/* Calls `field` for every pair in order; what it is given is decoded in the body, and lives as long:
 * name and value, NUL behind each, and no more than NUL between them. `body` has one more byte behind
 * `length`, NUL, and is of no other use afterwards. Stops at the first error of its own. ERROR_VALUE where a decoded name or value is not UTF-8. A percent sign
 * without two hexadecimal digits stays as it is. An empty body may be NULL.
 *
 * uriparser's query functions are not used for bodies: their C strings end at %00, and a log
 * message may hold one. */
typedef gboolean (*FormFieldFunc)(const FormField *field, gpointer data, GError **error);
gboolean form_parse(char *body, gsize length, FormFieldFunc field, gpointer data, GError **error);

#endif
