/* Which regular expressions ICU (MySQL), PCRE2 (MariaDB) and GLib's PCRE (the embedded store) read
 * alike: the common language of all, without what each has added. ICU User Guide, "Regular
 * Expressions"; pcre2pattern(3). */
#include <string.h>
#include "query/type/type.h"

#define REPEAT_MAX 1000
#define DEPTH_MAX 50

typedef struct {
	const char *at, *end;
	const char *why;
	guint depth;
	guint64 assertions; /* a bit for each depth: (?= or (?!, which nothing may repeat */
	gboolean atom;      /* what * + ? {} may follow */
} Reader;

static void fail(Reader *reader, const char *why)
{
	if (!reader->why)
		reader->why = why;
	reader->at = reader->end;
}

static char peek(const Reader *reader, gsize ahead)
{
	return (gsize)(reader->end - reader->at) > ahead ? reader->at[ahead] : '\0';
}

/* \x41, \x{1F600} */
static void read_code(Reader *reader)
{
	guint digits = 0;
	if (peek(reader, 0) == '{') {
		reader->at++;
		while (g_ascii_isxdigit(peek(reader, digits)))
			digits++;
		guint64 code = g_ascii_strtoull(reader->at, NULL, 16);
		reader->at += digits;
		if (digits == 0 || digits > 6 || peek(reader, 0) != '}' || code == 0 ||
			!g_unichar_validate((gunichar)code))
			fail(reader, "\\x{...} takes the number of a character");
		else
			reader->at++;
		return;
	}
	if (!g_ascii_isxdigit(peek(reader, 0)) || !g_ascii_isxdigit(peek(reader, 1)))
		fail(reader, "\\x takes two digits");
	else
		reader->at += 2;
}

/* After a backslash; `in_set` in [ ]. */
static void read_escape(Reader *reader, gboolean in_set)
{
	char c = peek(reader, 0);
	reader->at++;
	reader->atom = TRUE;
	if (c == '\0')
		fail(reader, "it ends in a backslash");
	else if (c == 'x')
		read_code(reader);
	else if (c == 'b' || c == 'B')
		reader->atom = FALSE;
	else if (g_ascii_isalnum(c) && !strchr(in_set ? "dDsSwnrtf" : "dDsSwWnrtf", c))
		fail(reader, "the databases do not read this escape alike");
	if (in_set && (c == 'b' || c == 'B'))
		fail(reader, "\\b has no place in [ ]");
}

static const char *const classes[] = {"alpha", "digit", "alnum", "upper", "lower", "space", "punct",
	"xdigit", "blank", "cntrl", "graph", "print"};

/* [:alpha:] inside of [ ] */
static void read_class(Reader *reader)
{
	reader->at += 2;
	for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
		gsize n = strlen(classes[i]);
		if ((gsize)(reader->end - reader->at) > n + 1 &&
			strncmp(reader->at, classes[i], n) == 0 && reader->at[n] == ':' &&
			reader->at[n + 1] == ']') {
			reader->at += n + 2;
			return;
		}
	}
	fail(reader, "an unknown [:class:]");
}

/* One character of a set; FALSE for a class, which begins no range. */
static gboolean read_set_item(Reader *reader)
{
	char c = peek(reader, 0);
	if (c == '\\') {
		gboolean plain = !g_ascii_isalpha(peek(reader, 1)) || peek(reader, 1) == 'x' ||
				 strchr("nrtf", peek(reader, 1));
		reader->at++;
		read_escape(reader, TRUE);
		return plain;
	}
	if (c == '[' && peek(reader, 1) == ':') {
		read_class(reader);
		return FALSE;
	}
	if (c == '[')
		fail(reader, "'[' in [ ] needs a backslash");
	else if ((c == '&' || c == '-' || c == '~' || c == '|') && peek(reader, 1) == c)
		fail(reader, "&&, --, ~~ and || in [ ] need backslashes");
	else
		reader->at = g_utf8_next_char(reader->at);
	return TRUE;
}

static void read_set(Reader *reader)
{
	gboolean first = TRUE;
	reader->at++;
	if (peek(reader, 0) == '^')
		reader->at++;
	for (; reader->at < reader->end && (first || *reader->at != ']'); first = FALSE) {
		if (*reader->at == ']') {
			fail(reader, "']' first in [ ] needs a backslash");
			return;
		}
		gboolean plain = read_set_item(reader);
		if (peek(reader, 0) != '-' || peek(reader, 1) == ']' || reader->at >= reader->end)
			continue;
		reader->at++;
		if (!plain || peek(reader, 0) == '-' || !read_set_item(reader))
			fail(reader, "'-' between what is no range needs a backslash");
	}
	if (reader->at >= reader->end)
		fail(reader, "'[' without ']'");
	else
		reader->at++;
	reader->atom = TRUE;
}

static void read_group(Reader *reader)
{
	reader->at++;
	reader->atom = FALSE;
	if (++reader->depth > DEPTH_MAX)
		fail(reader, "nested too deep");
	reader->assertions &= ~(G_GUINT64_CONSTANT(1) << reader->depth);
	if (peek(reader, 0) == '*')
		fail(reader, "(*...) is not read alike");
	if (peek(reader, 0) != '?')
		return;
	/* (?:  (?=  (?!  */
	if (peek(reader, 1) == '\0' || !strchr(":=!", peek(reader, 1))) {
		fail(reader, "of (?...) there are (?:...), (?=...) and (?!...)");
		return;
	}
	if (peek(reader, 1) != ':')
		reader->assertions |= G_GUINT64_CONSTANT(1) << reader->depth;
	reader->at += 2;
}

static void read_group_end(Reader *reader)
{
	if (reader->depth == 0) {
		fail(reader, "')' without '('");
		return;
	}
	reader->atom = (reader->assertions >> reader->depth & 1) == 0;
	reader->depth--;
	reader->at++;
}

/* {n} {n,} {n,m} */
static void read_repeat_counts(Reader *reader)
{
	char *at;
	guint64 least = g_ascii_strtoull(reader->at + 1, &at, 10), most = least;
	gboolean digits = at > reader->at + 1 && g_ascii_isdigit(reader->at[1]);
	if (digits && *at == ',') {
		const char *second = at + 1;
		most = REPEAT_MAX;
		if (g_ascii_isdigit(*second))
			most = g_ascii_strtoull(second, &at, 10);
		else
			at++;
	}
	if (!digits || at >= reader->end || *at != '}' || least > most || most > REPEAT_MAX)
		fail(reader,
			"{...} takes one or two numbers up to 1000; '{' itself needs a backslash");
	else
		reader->at = at + 1;
}

static void read_repeat(Reader *reader)
{
	if (!reader->atom) {
		fail(reader, "nothing before * + ? or {");
		return;
	}
	if (*reader->at == '{')
		read_repeat_counts(reader);
	else
		reader->at++;
	if (peek(reader, 0) == '?')
		reader->at++;
	else if (peek(reader, 0) == '+')
		fail(reader, "possessive repeats are not read alike");
	reader->atom = FALSE;
}

static void read_bar(Reader *reader)
{
	reader->at++;
	reader->atom = FALSE;
}

static void read_backslash(Reader *reader)
{
	reader->at++;
	read_escape(reader, FALSE);
}

static void refuse_brace(Reader *reader)
{
	fail(reader, "'}' and ']' need a backslash");
}

static const struct {
	char c;
	void (*read)(Reader *reader);
} specials[] = {
	{'\\', read_backslash},
	{'[', read_set},
	{'(', read_group},
	{')', read_group_end},
	{'*', read_repeat},
	{'+', read_repeat},
	{'?', read_repeat},
	{'{', read_repeat},
	{'|', read_bar},
	{'^', read_bar},
	{'$', read_bar},
	{'}', refuse_brace},
	{']', refuse_brace},
};

static void read_one(Reader *reader)
{
	for (guint i = 0; i < G_N_ELEMENTS(specials); i++) {
		if (specials[i].c == *reader->at) {
			specials[i].read(reader);
			return;
		}
	}
	reader->at = g_utf8_next_char(reader->at);
	reader->atom = TRUE;
}

const char *query_regexp_check(const char *pattern, gsize length)
{
	Reader reader = {.at = pattern, .end = pattern + length};
	if (length == 0)
		return "it is empty";
	if (memchr(pattern, '\0', length))
		return "it holds a NUL";
	while (reader.at < reader.end)
		read_one(&reader);
	if (!reader.why && reader.depth > 0)
		return "'(' without ')'";
	return reader.why;
}
