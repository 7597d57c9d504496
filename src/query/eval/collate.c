/* Texts: collations, LIKE, upper and lower case, parts.
 *
 * utf8mb4_general_ci gives each character of the Basic Multilingual Plane one weight, made from its
 * Unicode data as they once were: the capital of the letter that is left when accents are taken
 * away. All characters beyond have one and the same weight. GLib's data are newer and know more
 * letters; the tables below say where that shows. They were made by comparing with what MySQL 9
 * answers for all code points. */
#include "query/eval/collate.h"

#include <string.h>

#define PLANE 0x10000
#define REPLACEMENT 0xfffd

typedef struct {
	guint16 first, last;
	gint16 delta;
} Range;

/* Where upper case is not GLib's. */
static const Range uppers[] = {
	{0x0180, 0x0180, 0},
	{0x019a, 0x019e, 0},
	{0x023c, 0x0252, 0},
	{0x025c, 0x025c, 0},
	{0x0261, 0x0261, 0},
	{0x0265, 0x0266, 0},
	{0x026a, 0x026c, 0},
	{0x0271, 0x0271, 0},
	{0x027d, 0x027d, 0},
	{0x0282, 0x0282, 0},
	{0x0287, 0x0287, 0},
	{0x0289, 0x0289, 0},
	{0x028c, 0x028c, 0},
	{0x029d, 0x029e, 0},
	{0x0345, 0x0345, 84},
	{0x0371, 0x037d, 0},
	{0x03d7, 0x03d9, 0},
	{0x03f2, 0x03f2, -79},
	{0x03f3, 0x03fb, 0},
	{0x048b, 0x048b, 0},
	{0x04c6, 0x04c6, 0},
	{0x04ca, 0x04ca, 0},
	{0x04ce, 0x04cf, 0},
	{0x04f7, 0x04f7, 0},
	{0x04fb, 0x052f, 0},
	{0x1efb, 0x1eff, 0},
	{0x2170, 0x217f, -16},
	{0x24d0, 0x24e9, -26},
};

static const Range lowers[] = {
	{0x0220, 0x0220, 0},
	{0x023a, 0x037f, 0},
	{0x03cf, 0x03d8, 0},
	{0x03f4, 0x03ff, 0},
	{0x048a, 0x048a, 0},
	{0x04c0, 0x04c0, 0},
	{0x04c5, 0x04c5, 0},
	{0x04c9, 0x04c9, 0},
	{0x04cd, 0x04cd, 0},
	{0x04f6, 0x04f6, 0},
	{0x04fa, 0x052e, 0},
	{0x1e9e, 0x1e9e, 0},
	{0x1efa, 0x1efe, 0},
	{0x2160, 0x216f, 16},
	{0x24b6, 0x24cf, 26},
};

/* Where the weight is not the capital of the letter without accents; besides `uppers`. */
static const Range weights[] = {
	{0x00df, 0x00df, -140},
	{0x029d, 0x0344, 0},
	{0x0371, 0x0385, 0},
	{0x0387, 0x0387, 0},
	{0x0419, 0x0419, 0},
	{0x0439, 0x0439, -32},
	{0x1f71, 0x1f71, 74},
	{0x1f73, 0x1f73, 86},
	{0x1f75, 0x1f75, 86},
	{0x1f77, 0x1f77, 100},
	{0x1f79, 0x1f79, 128},
	{0x1f7b, 0x1f7b, 112},
	{0x1f7d, 0x1f7d, 126},
	{0x1fbb, 0x1fbb, 0},
	{0x1fc1, 0x1fc1, 0},
	{0x1fc9, 0x1fc9, 0},
	{0x1fcb, 0x1fcb, 0},
	{0x1fcd, 0x1fcf, 0},
	{0x1fd3, 0x1fd3, 0},
	{0x1fdb, 0x1fdf, 0},
	{0x1fe3, 0x1fe3, 0},
	{0x1feb, 0x1feb, 0},
	{0x1fed, 0x1fef, 0},
	{0x1ff9, 0x1ff9, 0},
	{0x1ffb, 0x1ffb, 0},
	{0x1ffd, 0x1ffd, 0},
};

/* Letters with case: no other pair was in Unicode then. */
static const Range cased[] = {
	{0x0000, 0x0587, 0},
	{0x1e00, 0x1fff, 0},
	{0x2126, 0x2126, 0},
	{0x212a, 0x212b, 0},
	{0xff21, 0xff5a, 0},
};

/* Letters whose accents count for nothing. */
static const Range accented[] = {{0x0000, 0x04ff, 0}, {0x1e00, 0x1fff, 0}};

static const Range *find(const Range *ranges, gsize n, gunichar c)
{
	for (gsize i = 0; i < n; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return &ranges[i];
	return NULL;
}

#define FIND(ranges, c) find(ranges, G_N_ELEMENTS(ranges), c)

static gunichar within_plane(gunichar changed, gunichar c)
{
	return changed < PLANE ? changed : c;
}

gunichar query_text_upper(gunichar c)
{
	if (c < 0x80)
		return (gunichar)g_ascii_toupper((char)c);
	const Range *range = FIND(uppers, c);
	if (range)
		return (gunichar)((gint)c + range->delta);
	return FIND(cased, c) ? within_plane(g_unichar_toupper(c), c) : c;
}

gunichar query_text_lower(gunichar c)
{
	if (c < 0x80)
		return (gunichar)g_ascii_tolower((char)c);
	const Range *range = FIND(lowers, c);
	if (range)
		return (gunichar)((gint)c + range->delta);
	return FIND(cased, c) ? within_plane(g_unichar_tolower(c), c) : c;
}

static guint16 make_weight(gunichar c)
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH] = {c};
	const Range *range = FIND(weights, c);
	if (!range)
		range = FIND(uppers, c);
	if (range)
		return (guint16)((gint)c + range->delta);
	if (FIND(accented, c))
		g_unichar_fully_decompose(c, FALSE, parts, G_N_ELEMENTS(parts));
	return (guint16)query_text_upper(parts[0]);
}

static const guint16 *general_weights(void)
{
	static gsize done;
	static guint16 table[PLANE];
	if (g_once_init_enter(&done)) {
		for (gunichar c = 0; c < PLANE; c++)
			table[c] = make_weight(c);
		g_once_init_leave(&done, 1);
	}
	return table;
}

/* Comparison ----------------------------------------------------------------------------------- */

typedef struct {
	const char *at, *end;
} Cursor;

/* The collations differ in nothing else. */
static gunichar next_weight(Cursor *cursor, const guint16 *table)
{
	guchar first = (guchar)*cursor->at;
	gunichar c;
	if (first < 0x80) {
		cursor->at++;
		return table ? table[first] : first;
	}
	c = g_utf8_get_char(cursor->at);
	cursor->at = g_utf8_next_char(cursor->at);
	if (!table)
		return c;
	return c < PLANE ? table[c] : REPLACEMENT;
}

void query_text_fold(const Text *text, GString *folded)
{
	const guint16 *table = general_weights();
	Cursor cursor = {text->data, text->data + text->length};
	while (cursor.at < cursor.end)
		g_string_append_unichar(folded, next_weight(&cursor, table));
	while (folded->len > 0 && folded->str[folded->len - 1] == ' ')
		g_string_truncate(folded, folded->len - 1);
}

/* What is left of the longer text against blanks. */
static int compare_with_blanks(Cursor *rest, const guint16 *table)
{
	while (rest->at < rest->end) {
		gunichar c = next_weight(rest, table);
		if (c != ' ')
			return c < ' ' ? -1 : 1;
	}
	return 0;
}

static int compare_bytes(const Text *a, const Text *b)
{
	gsize n = MIN(a->length, b->length);
	int order = n > 0 ? memcmp(a->data, b->data, n) : 0;
	return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static const guint16 *table_of(QueryCollation collation)
{
	return collation == QUERY_COLLATION_BIN ? NULL : general_weights();
}

int query_text_compare(const Text *a, const Text *b, QueryCollation collation)
{
	if (collation == QUERY_COLLATION_BINARY)
		return compare_bytes(a, b);
	const guint16 *table = table_of(collation);
	Cursor x = {a->data, a->data + a->length}, y = {b->data, b->data + b->length};
	while (x.at < x.end && y.at < y.end) {
		gunichar c = next_weight(&x, table), d = next_weight(&y, table);
		if (c != d)
			return c < d ? -1 : 1;
	}
	return x.at < x.end ? compare_with_blanks(&x, table) : -compare_with_blanks(&y, table);
}

gboolean query_text_equals(const Text *a, const Text *b, QueryCollation collation)
{
	if (collation == QUERY_COLLATION_BINARY || collation == QUERY_COLLATION_BIN)
		return compare_bytes(a, b) == 0;
	const guint16 *table = table_of(collation);
	Cursor x = {a->data, a->data + a->length}, y = {b->data, b->data + b->length};
	while (x.at < x.end && y.at < y.end)
		if (next_weight(&x, table) != next_weight(&y, table))
			return FALSE;
	return x.at == x.end && y.at == y.end;
}

/* LIKE ----------------------------------------------------------------------------------------- */

typedef struct {
	Cursor text, pattern;
	const guint16 *table;
	gunichar escape;
	gboolean bytes;
} Match;

static gunichar peek(const Match *match, const Cursor *cursor, gsize *length)
{
	guchar first = (guchar)*cursor->at;
	if (match->bytes || first < 0x80) {
		*length = 1;
		return first;
	}
	*length = (gsize)(g_utf8_next_char(cursor->at) - cursor->at);
	return g_utf8_get_char(cursor->at);
}

static gunichar weigh(const Match *match, gunichar c)
{
	if (!match->table)
		return c;
	return c < PLANE ? match->table[c] : REPLACEMENT;
}

/* One character of the pattern, but %, against one of the text. An escape at the very end of the
 * pattern stands for itself. */
static gboolean match_one(Match *match)
{
	gsize length, text_length;
	gunichar c = peek(match, &match->pattern, &length);
	gunichar t = peek(match, &match->text, &text_length);
	gboolean any = c == '_' && c != match->escape;
	match->pattern.at += length;
	if (c == match->escape && match->pattern.at < match->pattern.end) {
		c = peek(match, &match->pattern, &length);
		match->pattern.at += length;
	}
	match->text.at += text_length;
	return any || weigh(match, c) == weigh(match, t);
}

static gboolean at_percent(const Match *match)
{
	return match->pattern.at < match->pattern.end && *match->pattern.at == '%' &&
	       match->escape != '%';
}

/* Where the text does not go on as the pattern does, the last % takes one character more. An
 * earlier one need not: what stands between them has been found as early as can be. */
static gboolean match_all(Match *match)
{
	const char *pattern_again = NULL, *text_again = NULL;
	for (;;) {
		if (at_percent(match)) {
			pattern_again = ++match->pattern.at;
			text_again = match->text.at;
			continue;
		}
		if (match->text.at == match->text.end)
			return match->pattern.at == match->pattern.end;
		if (match->pattern.at < match->pattern.end && match_one(match))
			continue;
		if (!pattern_again)
			return FALSE;
		Cursor again = {text_again, match->text.end};
		gsize length;
		peek(match, &again, &length);
		text_again += length;
		match->text.at = text_again;
		match->pattern.at = pattern_again;
	}
}

gboolean query_text_is_like(
	const Text *text, const Text *pattern, gunichar escape, QueryCollation collation)
{
	Match match = {
		.text = {text->data, text->data + text->length},
		.pattern = {pattern->data, pattern->data + pattern->length},
		.escape = escape,
		.bytes = collation == QUERY_COLLATION_BINARY,
	};
	if (collation != QUERY_COLLATION_BINARY)
		match.table = table_of(collation);
	return match_all(&match);
}

/* Parts ---------------------------------------------------------------------------------------- */

Text query_text_change(Arena *arena, const Text *text, gunichar (*change)(gunichar))
{
	/* A letter of two bytes may become one of three. */
	char *copy = arena_take(arena, text->length * 3 / 2 + 8), *to = copy;
	const char *end = text->data + text->length;
	for (const char *p = text->data; p < end; p = g_utf8_next_char(p))
		to += g_unichar_to_utf8(change(g_utf8_get_char(p)), to);
	*to = '\0';
	return (Text){copy, (gsize)(to - copy)};
}

static gboolean is_start(char c)
{
	return ((guchar)c & 0xc0) != 0x80;
}

gsize query_text_count(const Text *text, gboolean binary)
{
	gsize n = 0;
	if (binary)
		return text->length;
	for (gsize i = 0; i < text->length; i++)
		n += is_start(text->data[i]);
	return n;
}

static const char *skip(const char *at, const char *end, gsize n)
{
	for (; n > 0 && at < end; n--)
		at = g_utf8_next_char(at);
	return at;
}

Text query_text_part(const Text *text, gsize from, gsize n, gboolean binary)
{
	const char *start = text->data, *end = text->data + text->length;
	if (binary) {
		from = MIN(from, text->length);
		return (Text){text->data + from, MIN(n, text->length - from)};
	}
	start = skip(start, end, from);
	return (Text){(char *)start, (gsize)(skip(start, end, n) - start)};
}

/* Whether the text goes on with `what` from here. */
static gboolean begins(Cursor text, const Text *what, const guint16 *table)
{
	Cursor wanted = {what->data, what->data + what->length};
	while (wanted.at < wanted.end)
		if (text.at == text.end || next_weight(&text, table) != next_weight(&wanted, table))
			return FALSE;
	return TRUE;
}

gssize query_text_find(const Text *text, const Text *what, gsize from, QueryCollation collation)
{
	gboolean bytes = collation == QUERY_COLLATION_BINARY;
	const guint16 *table = bytes ? NULL : table_of(collation);
	Cursor at = {text->data + from, text->data + text->length};
	while (at.at <= at.end) {
		gsize left = (gsize)(at.end - at.at);
		if (bytes ? left >= what->length && memcmp(at.at, what->data, what->length) == 0
			  : begins(at, what, table))
			return at.at - text->data;
		if (at.at == at.end)
			break;
		at.at = bytes ? at.at + 1 : g_utf8_next_char(at.at);
	}
	return -1;
}
