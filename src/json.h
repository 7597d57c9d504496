/* Strict JSON in, on top of json-c. Rules: the HTTP contract, "JSON values". */
#ifndef CHRONOLOGER_JSON_H
#define CHRONOLOGER_JSON_H

#include <glib.h>
#include <json-c/json.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_object_put)

/* How the message of every error about a document begins. */
#define JSON_INVALID "Invalid JSON document"

/* Reads exactly one document. Strict (RFC 8259), and without losing a value that json-c can not hold:
 * NaN, Infinity, -Infinity and a number beyond a double's range become text; an integer beyond 64
 * bits becomes a double (spelled with its digits and ".0"); a lone surrogate escape becomes U+FFFD;
 * of a repeated key the last value stays. Other numbers keep their spelling.
 *
 * Refused (ERROR_VALUE, "Invalid JSON document: <what> at byte <n>"): whatever is not JSON, invalid
 * UTF-8, a NUL byte, a NUL escape in a key, more than `nesting` arrays and objects inside each other,
 * more than JSON_VALUES_MAX values and keys, anything but blanks after the document, 1 GiB. Returns
 * FALSE on error; `*value` is NULL then, and for JSON's null. */
gboolean json_parse(
	const char *text, gsize length, guint nesting, json_object **value, GError **error);

/* json-c takes up to 270 times the memory of the text ({} is 760 bytes): 16 MiB would become 4 GiB. */
#define JSON_VALUES_MAX 100000

/* The elements of an array, each as text, without reading any of them. */
typedef struct {
	const char *at;
	const char *end;
	gboolean closed; /* behind the bracket that ends it */
} JsonArray;

/* `text` is borrowed. ERROR_VALUE where it does not begin as an array does. */
gboolean json_array_begin(JsonArray *array, const char *text, gsize length, GError **error);

/* The next element, borrowed from the array's text; it need not be valid JSON. `*text` is NULL behind
 * the last one. ERROR_VALUE where there is none between two commas, or no end, or more behind it. */
gboolean json_array_next(JsonArray *array, const char **text, gsize *length, GError **error);

/* Appends text as a JSON string, quotes included. `text` is valid UTF-8 and may hold NUL. */
void json_append_string(GString *json, const char *text, gsize length);

/* Appends a value as MySQL prints it: keys by length, then by bytes; ", " and ": "; the shortest digits
 * that say a double. What a text function makes of a JSON value (chronologer-query(7)) is then the same
 * on the stores that keep it as text. NULL is null. */
void json_append_value(GString *json, json_object *value);

/* The same of an object in parts; sorts them. */
typedef struct {
	const char *key;
	gsize length;
	json_object *value;
} JsonMember;
void json_append_members(GString *json, JsonMember *members, gsize n);

/* A number as it was spelled, but for an integer beyond 64 bits: its digits and ".0". */
void json_append_number(GString *text, json_object *value);

#endif
