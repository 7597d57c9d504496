/* The tree behind a Literal, for the literal-*.c files alone. */
#ifndef CHRONOLOGER_RECORD_LITERAL_TREE_H
#define CHRONOLOGER_RECORD_LITERAL_TREE_H

#include "record/literal.h"

typedef enum {
	LITERAL_NONE,
	LITERAL_FALSE,
	LITERAL_TRUE,
	LITERAL_INT,
	LITERAL_FLOAT,
	LITERAL_STR,
	LITERAL_TUPLE,
	LITERAL_LIST,
	LITERAL_DICT,
	LITERAL_OBJECT, /* no literal: what str() and repr() print of it, two str */
} LiteralKind;

/* Which of the two. */
enum {
	LITERAL_OBJECT_STR,
	LITERAL_OBJECT_REPR,
};

/* 24 bytes: a hostile body has millions of them. */
struct literal {
	LiteralKind kind;
	gsize length; /* bytes of `text`, or number of `items` */
	union {
		const char *text; /* int and float: as Python prints them; str: UTF-8, may hold NUL.
				   * Only a str is sure to be followed by NUL. */
		const Literal *items; /* of a dict: key, value, key, value ... */
	};
};

/* As literal_parse(), and a text alone is one here: repr(). */
const Literal *literal_read(Arena *arena, const char *text, gsize length);

/* Whether a dict with this key is one here: neither a tuple can be in JSON, nor a NUL. */
gboolean literal_is_key(const Literal *literal);

/* repr(literal), appended; with `ascii`, ascii(literal). */
void literal_append_repr(GString *text, const Literal *literal, gboolean ascii);

/* An int or a float as the nearest double; infinite where it is beyond. */
double literal_number(const Literal *literal);

/* repr(number). It is finite. */
#define LITERAL_FLOAT_SIZE 32
void literal_print_float(double number, char text[static LITERAL_FLOAT_SIZE]);

/* str.isprintable(): what repr() leaves as it is. */
gboolean literal_is_printable(gunichar c);

/* TRUE where two keys of a dict are one to Python, as 1, True and 1.0 are. */
gboolean literal_has_equal_keys(const Literal *dict);

/* The keys of a dict in an order of their own, for literal_find(). The caller frees the array. */
const Literal **literal_sort_keys(const Literal *dict);

/* The value of a key that is a str, or NULL. `keys`: from literal_sort_keys(dict). */
const Literal *literal_find(
	const Literal *dict, const Literal *const *keys, const char *key, gsize length);

#endif
