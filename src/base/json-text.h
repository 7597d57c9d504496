/* JSON text: the elements of an array, strings printed. Values: base/json.h. */
#ifndef CHRONOLOGER_BASE_JSON_TEXT_H
#define CHRONOLOGER_BASE_JSON_TEXT_H

#include <glib.h>

/* The elements of an array, each as text, without reading any of them. */
typedef struct {
	const char *at;
	const char *end;
	gboolean closed; /* behind the bracket that ends it */
} JsonTextArray;

/* `text` is borrowed. ERROR_VALUE where it does not begin as an array does. */
gboolean json_text_array_begin(
	JsonTextArray *array, const char *text, gsize length, GError **error);

/* The next element, borrowed from the array's text; it need not be valid JSON. `*text` is NULL
 * behind the last one. ERROR_VALUE where there is none between two commas, or no end, or more
 * behind it. */
gboolean json_text_array_next(
	JsonTextArray *array, const char **text, gsize *length, GError **error);

/* Appends text as a JSON string, quotes included. `text` is valid UTF-8 and may hold NUL. */
void json_text_append_string(GString *json, const char *text, gsize length);

#endif
