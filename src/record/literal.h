/* What Python's str() prints of None, bool, int, float, str, list, tuple and dict: read, printed
 * again, and put into a message by the `%` operator.
 *
 * References: the HTTP contract, "Form fields carry str(value)"; Python's Language Reference,
 * "Literals"; Python's Library Reference, "printf-style String Formatting". */
#ifndef CHRONOLOGER_RECORD_LITERAL_H
#define CHRONOLOGER_RECORD_LITERAL_H

#include <glib.h>
#include "base/json.h"

typedef struct literal Literal;

/* The value where `text` is exactly what str() prints for it, and nests at most RECORD_NESTING_MAX
 * deep with at most JSON_VALUES_MAX values; else NULL. A text alone ('x') is not a literal here:
 * str() prints a str without quotes. It lives as long as the arena's other pieces, as all that is
 * made here. */
const Literal *literal_parse(Arena *arena, const char *text, gsize length);

/* The arguments of a message where `text` is a tuple, or a dict with keys that are literals. What
 * literal_parse() does not take in it are objects: for literal_format() alone, which shows them as
 * str() and repr() do, as far as a text can tell. NULL where it is not certain where an object ends,
 * and beyond 64 KiB. Borrows `text`. */
const Literal *literal_parse_args(Arena *arena, const char *text, gsize length);

/* The same tree from a JSON value; arrays become lists, the outermost one a tuple. Borrows the
 * strings. */
const Literal *literal_from_json(Arena *arena, const Json *value);

/* Tuples become arrays, keys text ("null", "true", "2.5"); of two keys with the same text the last
 * one stays. Ints beyond 64 bits become what json_read() makes of them. Borrows the texts. */
const Json *literal_to_json(Arena *arena, const Literal *literal);

/* str(literal), appended. */
void literal_append_str(GString *text, const Literal *literal);

/* format % args, appended. FALSE, and nothing appended, where Python would raise an exception, and
 * where the text would take more than 16 MiB to build. */
gboolean literal_format(GString *text, const char *format, gsize length, const Literal *args);

/* FALSE for None, False, 0, 0.0, '', (), [] and {}: LogRecord.getMessage() formats only with true
 * args. */
gboolean literal_is_true(const Literal *literal);

#endif
