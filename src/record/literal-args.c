/* Arguments of which some are objects: what repr() prints of a tuple or a dict, piece by piece. */
#include "record/literal.h"

#include <string.h>

#include "record/literal-tree.h"

/* Bytes: a message of more than that is for nobody to read. */
#define LENGTH_MAX (64 * 1024)

#define BRACKETS_MAX 100 /* open at a time */
#define UNWRAP_MAX 8     /* exceptions in exceptions */

/* ---- Where a piece ends ---- */

/* Also any byte of a letter that is not ASCII. */
static gboolean is_letter(char c)
{
	return g_ascii_isalpha(c) || c == '_' || (guchar)c >= 0x80;
}

static gboolean is_word(char c)
{
	return is_letter(c) || g_ascii_isdigit(c);
}

static gboolean is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* Each of these returns what is behind, or NULL where it is not certain what that is. */

static const char *skip_str(const char *p, const char *end)
{
	char quote = *p++;
	for (; p < end && *p != quote && *p != '\n'; p++)
		p += *p == '\\';
	return p < end && *p == quote ? p + 1 : NULL;
}

/* Behind a bracket at least. A quote within a word is an apostrophe, but in b'bytes'. */
static gboolean may_begin_str(const char *p)
{
	return !is_word(p[-1]) || (p[-1] == 'b' && !is_word(p[-2]));
}

/* From the first bracket to the one that closes it. Angles are brackets where nothing but angles is
 * open: <function <lambda> at 0x7f>, but Size(a < b). */
static const char *skip_brackets(const char *start, const char *end)
{
	static const char closing[128] = {['('] = ')', ['['] = ']', ['{'] = '}', ['<'] = '>'};
	char open[BRACKETS_MAX + 1] = {
		'>'}; /* what closes each; below the first one angles may open */
	guint depth = 0;
	for (const char *p = start; p < end; p++) {
		guchar c = (guchar)*p;
		if (is_quote(*p)) {
			p = may_begin_str(p) ? skip_str(p, end) : NULL;
			if (!p)
				return NULL;
			p--;
		} else if (c < sizeof closing && closing[c] && (c != '<' || open[depth] == '>')) {
			if (++depth > BRACKETS_MAX)
				return NULL;
			open[depth] = closing[c];
		} else if (*p == open[depth]) {
			if (--depth == 0)
				return p + 1;
		} else if (*p == ')' || *p == ']' || *p == '}') {
			return NULL;
		}
	}
	return NULL;
}

/* Enum.MEMBER, Error('text'), list[int], b'bytes', -inf */
static const char *skip_name(const char *p, const char *end)
{
	p += p < end && *p == '-';
	const char *name = p;
	if (p == end || !is_letter(*p))
		return NULL;
	while (p < end && (is_word(*p) || *p == '.'))
		p++;
	if (p < end && is_quote(*p))
		return p == name + 1 && *name == 'b' ? skip_str(p, end) : NULL;
	return p < end && (*p == '(' || *p == '[') ? skip_brackets(p, end) : p;
}

static gboolean is_number(const char *p, const char *end)
{
	p += end - p > 1 && *p == '-';
	return p < end && g_ascii_isdigit(*p);
}

static const char *skip_piece(const char *p, const char *end)
{
	if (p < end && is_quote(*p))
		return skip_str(p, end);
	if (p < end && strchr("([{<", *p) && *p)
		return skip_brackets(p, end);
	if (is_number(p, end)) {
		while (p < end && *p && strchr("+-.0123456789e", *p))
			p++;
		return p;
	}
	return skip_name(p, end);
}

/* ---- What str() shows of an object ---- */

/* Values whose str() is that of the one argument that repr() shows. Exceptions are known by what they
 * are called. */
static gboolean shows_argument(const char *name, gsize length)
{
	static const char *const names[] = {"Decimal", "UUID", "PosixPath", "PurePosixPath",
		"WindowsPath", "PureWindowsPath", "IPv4Address", "IPv6Address", "IPv4Network",
		"IPv6Network", "StopIteration", "SystemExit", "KeyboardInterrupt"};
	static const char *const endings[] = {"Error", "Exception", "Warning"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
		gsize ending = strlen(endings[i]);
		if (length >= ending && memcmp(name + length - ending, endings[i], ending) == 0)
			return TRUE;
	}
	return length > 3 && memcmp(name, "np.", 3) == 0; /* numpy's numbers */
}

/* Name(argument) -> argument, where str() shows that. */
static gboolean unwrap(Text *piece)
{
	const char *end = piece->data + piece->length;
	char *open = memchr(piece->data, '(', piece->length);
	if (!open || end[-1] != ')' || !shows_argument(piece->data, (gsize)(open - piece->data)))
		return FALSE;
	if (skip_piece(open + 1, end - 1) != end - 1)
		return FALSE;
	*piece = (Text){open + 1, (gsize)(end - open) - 2};
	return TRUE;
}

static gboolean is_key_error(const Text *piece)
{
	static const char name[] = "KeyError";
	gsize length = strlen(name);
	const char *open = memchr(piece->data, '(', piece->length);
	return open && (gsize)(open - piece->data) >= length &&
	       memcmp(open - length, name, length) == 0;
}

/* KeyError's is the repr() of its argument. What is no str prints alike in both. */
static Literal shown(Arena *arena, Text piece)
{
	gboolean as_repr = FALSE;
	for (guint i = 0; i < UNWRAP_MAX && !as_repr; i++) {
		as_repr = is_key_error(&piece);
		if (!unwrap(&piece))
			break;
	}
	const Literal *literal = as_repr ? NULL : literal_read(arena, piece.data, piece.length);
	if (literal && literal->kind == LITERAL_STR)
		return *literal;
	return (Literal){LITERAL_STR, piece.length, {.text = piece.data}};
}

/* ---- Pieces -> tree ---- */

typedef struct {
	Arena *arena;
	const char *at;
	const char *end;
	GArray *items; /* Literal */
} Splitter;

static gboolean accept(Splitter *splitter, const char *token)
{
	gsize length = strlen(token);
	if ((gsize)(splitter->end - splitter->at) < length ||
		memcmp(splitter->at, token, length) != 0)
		return FALSE;
	splitter->at += length;
	return TRUE;
}

/* A text or a number that is no literal is nothing that Python prints. */
static gboolean read_item(Splitter *splitter)
{
	const char *begin = splitter->at, *end = skip_piece(begin, splitter->end);
	if (!end)
		return FALSE;
	Text piece = {(char *)begin, (gsize)(end - begin)};
	const Literal *literal = literal_read(splitter->arena, piece.data, piece.length);
	splitter->at = end;
	if (literal) {
		g_array_append_vals(splitter->items, literal, 1);
		return TRUE;
	}
	if (is_quote(*begin) || is_number(begin, end))
		return FALSE;
	Literal *texts = arena_take(splitter->arena, 2 * sizeof *texts);
	texts[LITERAL_OBJECT_STR] = shown(splitter->arena, piece);
	texts[LITERAL_OBJECT_REPR] = (Literal){LITERAL_STR, piece.length, {.text = begin}};
	Literal object = {LITERAL_OBJECT, 2, {.items = texts}};
	g_array_append_val(splitter->items, object);
	return TRUE;
}

/* Keys are literals, as in a dict that is one. */
static gboolean read_pair(Splitter *splitter)
{
	if (!read_item(splitter))
		return FALSE;
	const Literal *key = &g_array_index(splitter->items, Literal, splitter->items->len - 1);
	return literal_is_key(key) && accept(splitter, ": ") && read_item(splitter);
}

static gboolean split(Splitter *splitter, LiteralKind kind)
{
	gboolean (*read)(Splitter *) = kind == LITERAL_DICT ? read_pair : read_item;
	do
		if (!read(splitter))
			return FALSE;
	while (accept(splitter, ", "));
	if (kind == LITERAL_TUPLE && splitter->items->len == 1 && !accept(splitter, ","))
		return FALSE;
	return accept(splitter, kind == LITERAL_DICT ? "}" : ")") && splitter->at == splitter->end;
}

const Literal *literal_parse_args(Arena *arena, const char *text, gsize length)
{
	if (length == 0 || length > LENGTH_MAX || (*text != '(' && *text != '{'))
		return NULL;
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Literal));
	Splitter splitter = {arena, text + 1, text + length, items};
	LiteralKind kind = *text == '{' ? LITERAL_DICT : LITERAL_TUPLE;
	if (!split(&splitter, kind))
		return NULL;
	Literal *args = arena_take(arena, sizeof *args);
	gsize size = items->len * sizeof(Literal);
	Literal *copy = arena_take(arena, size);
	memcpy(copy, items->data, size);
	*args = (Literal){kind, items->len, {.items = copy}};
	return kind == LITERAL_DICT && literal_has_equal_keys(args) ? NULL : args;
}
