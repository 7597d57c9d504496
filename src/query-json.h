/* JSON values as MySQL has them: MySQL Reference Manual, "The JSON Data Type".
 *
 * Records are read and printed by this too (record.c). Not json-c: it takes three times as long, a
 * query reads the logrec of every record in a range, and MySQL's values have an order of keys,
 * DECIMALs, and keys with NUL that json-c has not. */
#ifndef CHRONOLOGER_QUERY_JSON_H
#define CHRONOLOGER_QUERY_JSON_H

#include "query-value.h"

/* In the order in which MySQL compares values of different kinds; the numbers are one kind
 * there. */
typedef enum {
	QUERY_JSON_NULL,
	QUERY_JSON_DECIMAL,
	QUERY_JSON_INTEGER,
	QUERY_JSON_UNSIGNED,
	QUERY_JSON_DOUBLE,
	QUERY_JSON_STRING,
	QUERY_JSON_OBJECT,
	QUERY_JSON_ARRAY,
	QUERY_JSON_BOOLEAN,
	QUERY_JSON_DATE,
	QUERY_JSON_TIME,
	QUERY_JSON_DATETIME,
	QUERY_JSON_OPAQUE, /* bytes */
} QueryJsonKind;

struct query_json {
	QueryJsonKind kind;
	guint n; /* elements or members */
	union {
		gint64 integer; /* and BOOLEAN */
		guint64 whole;
		struct {
			double real;
			Text spelled; /* where it was read: not followed by NUL */
		};
		const QueryDecimal *decimal;
		Text text;
		QueryMoment moment;
		struct {
			const QueryJson *const *values;
			const Text
				*keys; /* of an object: in MySQL's order, by length, then bytes */
			const guint *places; /* of an object: the order of the text */
		};
	};
};

#define QUERY_JSON_NESTING_MAX 100

/* NULL where the text is not what MySQL takes for a document. */
const QueryJson *query_json_parse(QueryArena *arena, const char *text, gsize length);

/* A document as Python programs send it: like query_json_parse(), but NaN, Infinity and a number
 * beyond a double's range become text, and a lone surrogate escape U+FFFD. NULL where json_check()
 * has something to say: also where it is not UTF-8, has a NUL in a key, nests deeper than `nesting`,
 * or has more than `limit` values and keys. The text is borrowed by the tree, and need not end in
 * NUL. */
const QueryJson *query_json_read(
	QueryArena *arena, const char *text, gsize length, guint nesting, guint limit);

/* The digits of one number, with the same exceptions. Borrowed; NULL where it is none. */
const QueryJson *query_json_number(QueryArena *arena, const char *text, gsize length);

/* As MySQL prints it: ", " between elements, ": " after keys. */
void query_json_print(const QueryJson *json, GString *text);
void query_json_print_member(const Text *key, const QueryJson *value, GString *text);

int query_json_compare(const QueryJson *a, const QueryJson *b);

/* A scalar of SQL's as JSON. FALSE: one that has no JSON of the same meaning. */
const QueryJson *query_json_of_value(QueryArena *arena, const Value *value);

const char *query_json_type_name(const QueryJson *json);
guint query_json_depth(const QueryJson *json);
gboolean query_json_contains(const QueryJson *document, const QueryJson *candidate);
gboolean query_json_overlaps(const QueryJson *a, const QueryJson *b);

/* The member of an object, or NULL. */
const QueryJson *query_json_member(const QueryJson *object, const Text *key);

const QueryJson *query_json_array(QueryArena *arena, const QueryJson *const *values, guint n);
/* Of equal keys the last one stays. What keys and values hold is borrowed. */
const QueryJson *query_json_object(
	QueryArena *arena, const Text *keys, const QueryJson *const *values, guint n);
const QueryJson *query_json_string(QueryArena *arena, const char *text, gsize length);
const QueryJson *query_json_null(void);
const QueryJson *query_json_boolean(gboolean value);

#endif
