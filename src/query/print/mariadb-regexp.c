/* A regular expression as MariaDB's PCRE2 takes it, so that it means what ICU on MySQL makes of it:
 * the classes are spelled out by Unicode's properties. query/type/regexp-check.c has let pass only
 * what both read alike. What remains is the characters that the one's Unicode has and the other's has
 * not yet. ICU User Guide, "Regular Expressions"; pcre2pattern(3). */
#include <string.h>
#include "query/print/mariadb.h"

#define WORD "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}"
#define SPACE "\\p{White_Space}"
#define DIGIT "\\p{Nd}"

/* A letter is one still after the marks and format characters that follow it. */
#define MARK "[\\p{Mn}\\p{Me}\\p{Cf}]"
#define AFTER_WORD "[" WORD "]|[" WORD "]" MARK "|[" WORD "]" MARK MARK
#define BOUNDARY                                                                                   \
	"(?:(?!" MARK ")(?:(?<=" AFTER_WORD ")(?![" WORD "])|(?<!" AFTER_WORD ")(?=[" WORD "])))"

/* `inside` of [ ]; NULL: PCRE2 has no words for it there. */
static const struct {
	char letter;
	const char *outside, *inside;
} escapes[] = {
	{'w', "[" WORD "]", WORD},
	{'W', "[^" WORD "]", NULL},
	{'d', "[" DIGIT "]", DIGIT},
	{'D', "[^" DIGIT "]", "\\P{Nd}"},
	{'s', "[" SPACE "]", SPACE},
	{'S', "[^" SPACE "]", "\\P{White_Space}"},
	{'b', BOUNDARY, NULL},
	{'B', "(?!" BOUNDARY ")", NULL},
};

#define CASED "\\p{Uppercase}\\p{Lowercase}\\p{Lt}"

/* Without regard to case ICU takes upper for lower. */
static const struct {
	const char *name, *exact, *any_case;
} classes[] = {
	{"[:alpha:]", "\\p{Alphabetic}", "\\p{Alphabetic}"},
	{"[:alnum:]", "\\p{Alphabetic}\\p{Nd}", "\\p{Alphabetic}\\p{Nd}"},
	{"[:blank:]", "\\p{Zs}\\t", "\\p{Zs}\\t"},
	{"[:cntrl:]", "\\p{Cc}", "\\p{Cc}"},
	{"[:digit:]", DIGIT, DIGIT},
	{"[:lower:]", "\\p{Lowercase}", CASED},
	{"[:punct:]", "\\p{P}", "\\p{P}"},
	{"[:space:]", SPACE, SPACE},
	{"[:upper:]", "\\p{Uppercase}", CASED},
	{"[:xdigit:]", "\\p{Nd}\\p{Hex_Digit}", "\\p{Nd}\\p{Hex_Digit}"},
};

typedef struct {
	const char *at; /* ends in NUL */
	GString *to;
	gboolean any_case;
	gboolean in_set;
	gboolean failed;
} Rewriter;

static void rewrite_escape(Rewriter *r)
{
	for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++) {
		if (escapes[i].letter != r->at[1])
			continue;
		const char *meaning = r->in_set ? escapes[i].inside : escapes[i].outside;
		g_string_append(r->to, meaning ? meaning : "");
		r->failed |= !meaning;
		r->at += 2;
		return;
	}
	gsize length = r->at[1] != '\0' ? 2 : 1;
	g_string_append_len(r->to, r->at, (gssize)length);
	r->at += length;
}

static void rewrite_class(Rewriter *r)
{
	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (!g_str_has_prefix(r->at, classes[i].name))
			continue;
		g_string_append(r->to, r->any_case ? classes[i].any_case : classes[i].exact);
		r->at += strlen(classes[i].name);
		return;
	}
	r->failed = TRUE;
	r->at++;
}

/* A ] that is the first of its set is one of it. */
static void rewrite_set_begin(Rewriter *r)
{
	gsize length = 1 + (r->at[1] == '^');
	length += r->at[length] == ']';
	g_string_append_len(r->to, r->at, (gssize)length);
	r->at += length;
	r->in_set = TRUE;
}

static void rewrite(Rewriter *r)
{
	while (*r->at != '\0' && !r->failed) {
		if (*r->at == '\\')
			rewrite_escape(r);
		else if (r->in_set && r->at[0] == '[' && r->at[1] == ':')
			rewrite_class(r);
		else if (!r->in_set && *r->at == '[')
			rewrite_set_begin(r);
		else {
			r->in_set &= *r->at != ']';
			g_string_append_c(r->to, *r->at++);
		}
	}
}

/* (*ANY): newlines are what they are for ICU. */
void mariadb_put_pattern(Print *p, const QueryNode *pattern, gboolean any_case)
{
	const Text *text = &pattern->value.text;
	g_autoptr(GString) to = g_string_new("(*ANY)");
	Rewriter rewriter = {.at = text->data, .to = to, .any_case = any_case};
	rewrite(&rewriter);
	g_return_if_fail(!rewriter.failed && strlen(text->data) == text->length);
	sql_add(p->sql, "?");
	sql_bind_text(p->sql, to->str, to->len);
}
