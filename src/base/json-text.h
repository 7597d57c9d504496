/* JSON text: what is wrong with a document, the elements of an array, strings printed. Values:
 * base/json.h. */
#ifndef CHRONOLOGER_BASE_JSON_TEXT_H
#define CHRONOLOGER_BASE_JSON_TEXT_H

#include <glib.h>

/* How the message of every error about a document begins. */
#define JSON_TEXT_INVALID "Invalid JSON document"

/* FALSE with the reason (ERROR_VALUE, "Invalid JSON document: <what> at byte <n>") where the text is
 * not exactly one document: whatever is not JSON (RFC 8259), but for NaN, Infinity and -Infinity;
 * invalid UTF-8, a NUL byte, a NUL escape in a key, more than `nesting` arrays and objects inside each
 * other, more than JSON_VALUES_MAX values and keys, anything but blanks after the document, 1 GiB.
 * Slow: for documents that json_read() does not take. */
gboolean json_text_check(const char *text, gsize length, guint nesting, GError **error);

/* A tree takes up to 50 times the memory of the text: 16 MiB would become 800. */
#define JSON_VALUES_MAX 100000

/* The elements of an array, each as text, without reading any of them. */
typedef struct {
	const char *at;
	const char *end;
	gboolean closed; /* behind the bracket that ends it */
} JsonTextArray;

/* `text` is borrowed. ERROR_VALUE where it does not begin as an array does. */
gboolean json_text_array_begin(
	JsonTextArray *array, const char *text, gsize length, GError **error);

/* The next element, borrowed from the array's text; it need not be valid JSON. `*text` is NULL behind
 * the last one. ERROR_VALUE where there is none between two commas, or no end, or more behind it. */
gboolean json_text_array_next(
	JsonTextArray *array, const char **text, gsize *length, GError **error);

/* Appends text as a JSON string, quotes included. `text` is valid UTF-8 and may hold NUL. */
void json_text_append_string(GString *json, const char *text, gsize length);

#endif
