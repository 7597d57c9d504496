/* application/x-www-form-urlencoded (WHATWG URL Standard, 5.1). */
#ifndef CHRONOLOGER_RECORD_FORM_H
#define CHRONOLOGER_RECORD_FORM_H

#include <glib.h>
#include "record/record.h"

typedef struct {
	Text name;
	Text value;
} FormField;

/* Calls `field` for every pair in order; what it is given lives until it returns. Stops at the
 * first error of its own. ERROR_VALUE where a decoded name or value is not UTF-8. A percent sign
 * without two hexadecimal digits stays as it is. An empty body may be NULL.
 *
 * uriparser's query functions are not used for bodies: their C strings end at %00, and a log
 * message may hold one. */
typedef gboolean (*FormFieldFunc)(const FormField *field, gpointer data, GError **error);
gboolean form_parse(
	const char *body, gsize length, FormFieldFunc field, gpointer data, GError **error);

#endif
