/* Texts as MySQL compares and changes them, by collation. All texts but those of
 * QUERY_COLLATION_BINARY are valid UTF-8. MySQL Reference Manual, "Unicode Character Sets". */
#ifndef CHRONOLOGER_QUERY_EVAL_COLLATE_H
#define CHRONOLOGER_QUERY_EVAL_COLLATE_H

#include "query/eval/value.h"

/* As = and < do: what is shorter is taken for filled up with blanks, unless it is binary. */
int query_text_compare(const Text *a, const Text *b, QueryCollation collation);

/* Without the blanks: as LOCATE() and FIND_IN_SET() do. */
gboolean query_text_equals(const Text *a, const Text *b, QueryCollation collation);

/* A text that is the same, byte by byte, for all that are equal by utf8mb4_general_ci. Appends. */
void query_text_fold(const Text *text, GString *folded);

#define QUERY_LIKE_NO_ESCAPE 0x110000

/* `escape`: a character, or QUERY_LIKE_NO_ESCAPE. */
gboolean query_text_is_like(
	const Text *text, const Text *pattern, gunichar escape, QueryCollation collation);

gunichar query_text_upper(gunichar c);
gunichar query_text_lower(gunichar c);
Text query_text_change(Arena *arena, const Text *text, gunichar (*change)(gunichar));

/* Characters; bytes of a binary text. */
gsize query_text_count(const Text *text, gboolean binary);
/* `n` characters from character `from` (0 is the first), as far as there are any. */
Text query_text_part(const Text *text, gsize from, gsize n, gboolean binary);

/* The byte where `what` begins, by collation, at or after byte `from`; -1. */
gssize query_text_find(const Text *text, const Text *what, gsize from, QueryCollation collation);

#endif
