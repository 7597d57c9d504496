/* JSON values as MySQL has them: MySQL Reference Manual, "The JSON Data Type".
 *
 * Records are read and printed by this too (record/record.c). Not json-c: it takes three times as
 * long, a query reads the logrec of every record in a range, and MySQL's values have an order of
 * keys, DECIMALs, and keys with NUL that json-c has not. */
#ifndef CHRONOLOGER_BASE_JSON_H
#define CHRONOLOGER_BASE_JSON_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/decimal.h"
#include "base/text.h"

typedef struct json Json;

/* In the order in which MySQL compares values of different kinds; the numbers are one kind
 * there. */
typedef enum {
	JSON_NULL,
	JSON_DECIMAL,
	JSON_INTEGER,
	JSON_UNSIGNED,
	JSON_DOUBLE,
	JSON_STRING,
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_BOOLEAN,
	JSON_DATE,
	JSON_TIME,
	JSON_DATETIME,
	JSON_OPAQUE, /* bytes */
} JsonKind;

struct json {
	JsonKind kind;
	guint n; /* elements or members */
	union {
		gint64 integer; /* and BOOLEAN */
		guint64 whole;
		struct {
			double real;
			Text spelled; /* where it was read: not followed by NUL */
		};
		const Decimal *decimal;
		Text text;
		Moment moment;
		struct {
			const Json *const *values;
			const Text
				*keys; /* of an object: in MySQL's order, by length, then bytes */
			const guint *places; /* of an object: the order of the text */
		};
	};
};

#define JSON_NESTING_MAX 100

/* NULL where the text is not what MySQL takes for a document. */
const Json *json_parse(Arena *arena, const char *text, gsize length);

/* How the message of every error about a document begins. */
#define JSON_INVALID "Invalid JSON document"

/* A tree takes up to 50 times the memory of the text: 16 MiB would become 800. */
#define JSON_VALUES_MAX 100000

/* A document as Python programs send it: like json_parse(), but NaN, Infinity and a number beyond a
 * double's range become text, and a lone surrogate escape U+FFFD. ERROR_VALUE ("Invalid JSON
 * document: <what> at byte <n>") where the text is not exactly one document: also where it is not
 * UTF-8, has a NUL in a key, nests deeper than `nesting`, or has more than JSON_VALUES_MAX values
 * and keys. The text is borrowed by the tree, and need not end in NUL. */
const Json *json_read(Arena *arena, const char *text, gsize length, guint nesting, GError **error);

/* The digits of one number, with the same exceptions. Borrowed; NULL where it is none. */
const Json *json_number(Arena *arena, const char *text, gsize length);

/* As MySQL prints it: ", " between elements, ": " after keys. */
void json_print(const Json *json, GString *text);
void json_print_member(const Text *key, const Json *value, GString *text);

int json_compare(const Json *a, const Json *b);

const char *json_type_name(const Json *json);
guint json_depth(const Json *json);
gboolean json_contains(const Json *document, const Json *candidate);
gboolean json_overlaps(const Json *a, const Json *b);

/* The member of an object, or NULL. */
const Json *json_member(const Json *object, const Text *key);

const Json *json_new_array(Arena *arena, const Json *const *values, guint n);
/* Of equal keys the last one stays. What keys and values hold is borrowed. */
const Json *json_new_object(Arena *arena, const Text *keys, const Json *const *values, guint n);
const Json *json_new_string(Arena *arena, const char *text, gsize length);
const Json *json_new_null(void);
const Json *json_new_boolean(gboolean value);

#endif
