/* Regular expressions: from ICU's meaning to PCRE's. ICU User Guide, "Regular Expressions";
 * pcre2pattern(3). */
#include "query/eval/regexp.h"

#include <string.h>

#include "base/error.h"
#include "query/type/type.h"

/* ICU's \w, \d, \s, as sets without their brackets. */
#define WORD_LETTERS                                                                               \
	"\\p{L}\\p{Nl}\\p{Nd}\\p{Pc}\\p{Mc}\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}"               \
	"\\x{1f150}-\\x{1f169}\\x{1f170}-\\x{1f189}"
#define WORD WORD_LETTERS "\\p{Mn}\\p{Me}\\x{200c}\\x{200d}"
#define SPACE                                                                                      \
	"\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"   \
	"\\x{3000}"
#define DIGIT "\\p{Nd}"

/* What ICU's \b passes over: marks and format characters after a letter. */
#define MARK "[\\p{Mn}\\p{Me}\\p{Cf}]"
#define AFTER_WORD                                                                                 \
	"[" WORD_LETTERS "]|[" WORD_LETTERS "]" MARK "|[" WORD_LETTERS "]" MARK MARK               \
	"|[" WORD_LETTERS "]" MARK MARK MARK
#define BOUNDARY                                                                                   \
	"(?:(?!" MARK ")(?:(?<=" AFTER_WORD ")(?![" WORD "])|(?<!" AFTER_WORD ")(?=[" WORD "])))"

static const struct {
	char letter;
	const char *outside, *inside; /* of [ ]; NULL: not there */
} escapes[] = {
	{'w', "[" WORD "]", WORD},
	{'W', "[^" WORD "]", NULL},
	{'d', "[" DIGIT "]", DIGIT},
	{'D', "[^" DIGIT "]", "\\P{Nd}"},
	{'s', "[" SPACE "]", SPACE},
	{'S', "[^" SPACE "]", NULL},
	{'b', BOUNDARY, NULL},
	{'B', "(?!" BOUNDARY ")", NULL},
};

/* POSIX classes in [ ]. What ICU makes of [:upper:] and [:lower:] when case does not count, of
 * [:punct:], [:graph:] and [:print:], PCRE has no words for. */
static const struct {
	const char *name, *inside;
} classes[] = {
	{"[:alpha:]", "\\p{Alphabetic}"},
	{"[:alnum:]", "\\p{Alphabetic}\\p{Nd}"},
	{"[:digit:]", DIGIT},
	{"[:space:]", SPACE},
	{"[:blank:]", "\\t\\p{Zs}"},
	{"[:cntrl:]", "\\p{Cc}"},
};

/* Folding -------------------------------------------------------------------------------------- */

/* Where case does not count, ICU finds a character for the several that its case folding has, and
 * these for it: 'Straße' for 'strasse'. It does so in a row of plain characters, not across groups
 * and repeats, and for no part of such a character. PCRE does not: so the row is written with all
 * characters that may stand for some of it. */

#define TILINGS_MAX 64

typedef struct {
	char *folded;     /* "ss" */
	GString *choices; /* "ss|ß|ẞ" */
} Expansion;

static void add_expansion(GPtrArray *expansions, gunichar c)
{
	char text[7] = {0};
	g_unichar_to_utf8(c, text);
	g_autofree char *folded = g_utf8_casefold(text, -1);
	if (g_utf8_strlen(folded, -1) < 2)
		return;
	for (guint i = 0; i < expansions->len; i++) {
		Expansion *known = expansions->pdata[i];
		if (strcmp(known->folded, folded) != 0)
			continue;
		g_string_append_printf(known->choices, "|%s", text);
		return;
	}
	Expansion *expansion = g_new0(Expansion, 1);
	expansion->choices = g_string_new(NULL);
	g_string_append_printf(expansion->choices, "%s|%s", folded, text);
	expansion->folded = g_steal_pointer(&folded);
	g_ptr_array_add(expansions, expansion);
}

static const GPtrArray *all_expansions(void)
{
	static const struct {
		gunichar first, last;
	} blocks[] = {{0xdf, 0x587}, {0x1e96, 0x1fff}, {0xfb00, 0xfb17}};
	static gsize done;
	static GPtrArray *expansions;
	if (g_once_init_enter(&done)) {
		expansions = g_ptr_array_new();
		for (gsize i = 0; i < G_N_ELEMENTS(blocks); i++)
			for (gunichar c = blocks[i].first; c <= blocks[i].last; c++)
				add_expansion(expansions, c);
		g_once_init_leave(&done, 1);
	}
	return expansions;
}

/* The end of all that has to be seen together with what stands at `at`; `at` itself where
 * nothing has another spelling. */
static const char *cluster_end(const char *at)
{
	const GPtrArray *expansions = all_expansions();
	const char *end = at;
	for (const char *p = at; p == at || p < end; p = g_utf8_next_char(p)) {
		if (*p == '\0')
			break;
		for (guint i = 0; i < expansions->len; i++) {
			const Expansion *expansion = expansions->pdata[i];
			if (g_str_has_prefix(p, expansion->folded))
				end = MAX(end, p + strlen(expansion->folded));
		}
	}
	return end;
}

static void append_literal(GString *to, const char *text, gsize length)
{
	g_autofree char *escaped = g_regex_escape_string(text, (gint)length);
	g_string_append(to, escaped);
}

/* All ways to write what stands between `at` and `end`, after `before`. */
static void add_tilings(GString *to, const char *before, const char *at, const char *end, guint *n)
{
	const GPtrArray *expansions = all_expansions();
	if (at >= end || *n >= TILINGS_MAX) {
		g_string_append_printf(to, "%s%s", (*n)++ > 0 ? "|" : "", before);
		return;
	}
	g_autoptr(GString) plain = g_string_new(before);
	append_literal(plain, at, (gsize)(g_utf8_next_char(at) - at));
	add_tilings(to, plain->str, g_utf8_next_char(at), end, n);
	for (guint i = 0; i < expansions->len; i++) {
		const Expansion *expansion = expansions->pdata[i];
		if (!g_str_has_prefix(at, expansion->folded) ||
			at + strlen(expansion->folded) > end)
			continue;
		g_autofree char *next =
			g_strdup_printf("%s(?:%s)", before, expansion->choices->str);
		add_tilings(to, next, at + strlen(expansion->folded), end, n);
	}
}

/* FALSE: too many ways. */
static gboolean append_row(GString *to, const char *row)
{
	g_autofree char *folded = g_utf8_casefold(row, -1);
	for (const char *p = folded; *p != '\0';) {
		const char *end = cluster_end(p);
		guint n = 0;
		if (end == p) {
			end = g_utf8_next_char(p);
			append_literal(to, p, (gsize)(end - p));
		} else {
			g_string_append(to, "(?:");
			add_tilings(to, "", p, end, &n);
			g_string_append_c(to, ')');
		}
		if (n >= TILINGS_MAX)
			return FALSE;
		p = end;
	}
	return TRUE;
}

/* Rewriting ------------------------------------------------------------------------------------ */

typedef struct {
	const char *at, *end;
	GString *to;
	GString *row; /* plain characters that have been read and not been written */
	gboolean caseless;
	gboolean failed;
} Rewriter;

static void end_row(Rewriter *rewriter)
{
	if (!rewriter->caseless)
		append_literal(rewriter->to, rewriter->row->str, rewriter->row->len);
	else if (!append_row(rewriter->to, rewriter->row->str))
		rewriter->failed = TRUE;
	g_string_truncate(rewriter->row, 0);
}

/* Of a row only the last character is repeated. */
static void end_row_before_repeat(Rewriter *rewriter)
{
	GString *row = rewriter->row;
	if (row->len == 0)
		return;
	const char *last = g_utf8_find_prev_char(row->str, row->str + row->len);
	g_autofree char *repeated = g_strdup(last);
	g_string_truncate(row, (gsize)(last - row->str));
	end_row(rewriter);
	g_string_append(row, repeated);
	g_string_append(rewriter->to, "(?:");
	end_row(rewriter);
	g_string_append_c(rewriter->to, ')');
}

/* \x41, \x{41}, behind the x: query_regexp_check() has seen to the form. */
static gunichar read_code(Rewriter *rewriter)
{
	gboolean braces = *rewriter->at == '{';
	gunichar c = 0;
	rewriter->at += braces;
	for (guint i = 0; (braces || i < 2) && g_ascii_isxdigit(*rewriter->at); i++)
		c = c * 16 + (gunichar)g_ascii_xdigit_value(*rewriter->at++);
	rewriter->at += braces;
	return c;
}

/* A character that a backslash and a letter mean, 0 where they do not. */
static gunichar read_escaped(Rewriter *rewriter)
{
	static const char letters[] = "nrtf", meanings[] = "\n\r\t\f";
	char c = *rewriter->at;
	const char *letter = c != '\0' ? strchr(letters, c) : NULL;
	if (g_ascii_isalnum(c) && c != 'x' && !letter)
		return 0;
	if (c == 'x') {
		rewriter->at++;
		return read_code(rewriter);
	}
	gunichar character =
		letter ? (gunichar)meanings[letter - letters] : g_utf8_get_char(rewriter->at);
	rewriter->at = g_utf8_next_char(rewriter->at);
	return character;
}

static void rewrite_escape(Rewriter *rewriter, gboolean in_set)
{
	gunichar character = read_escaped(rewriter);
	if (character != 0 && !in_set) {
		g_string_append_unichar(rewriter->row, character);
		return;
	}
	if (character != 0) {
		g_string_append_printf(rewriter->to, "\\x{%x}", character);
		return;
	}
	end_row(rewriter);
	for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++) {
		if (escapes[i].letter != *rewriter->at)
			continue;
		const char *meaning = in_set ? escapes[i].inside : escapes[i].outside;
		rewriter->failed |= !meaning;
		g_string_append(rewriter->to, meaning ? meaning : "");
	}
	rewriter->at++;
}

static void rewrite_class(Rewriter *rewriter)
{
	gboolean known = FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(classes) && !known; i++) {
		known = g_str_has_prefix(rewriter->at, classes[i].name);
		if (known)
			g_string_append(rewriter->to, classes[i].inside);
	}
	rewriter->failed |= !known;
	rewriter->at = strstr(rewriter->at, ":]") + 2;
}

static void rewrite_set(Rewriter *rewriter)
{
	end_row(rewriter);
	while (rewriter->at < rewriter->end && *rewriter->at != ']' && !rewriter->failed) {
		if (*rewriter->at == '\\') {
			rewriter->at++;
			rewrite_escape(rewriter, TRUE);
		} else if (*rewriter->at == '[') {
			rewrite_class(rewriter);
		} else {
			g_string_append_c(rewriter->to, *rewriter->at++);
		}
	}
}

static void rewrite_one(Rewriter *rewriter)
{
	char c = *rewriter->at++;
	if (c == '\\') {
		rewrite_escape(rewriter, FALSE);
		return;
	}
	if (strchr("*+?{", c))
		end_row_before_repeat(rewriter);
	if (!strchr("*+?{()[]|.^$", c)) {
		rewriter->at--;
		g_string_append_unichar(rewriter->row, g_utf8_get_char(rewriter->at));
		rewriter->at = g_utf8_next_char(rewriter->at);
		return;
	}
	end_row(rewriter);
	g_string_append_c(rewriter->to, c);
	if (c == '[')
		rewrite_set(rewriter);
	/* What follows ( ? and { belongs to them and is no row. */
	while (c == '{' && rewriter->at[-1] != '}')
		g_string_append_c(rewriter->to, *rewriter->at++);
	if (c == '(' && *rewriter->at == '?') {
		g_string_append_len(rewriter->to, rewriter->at, 2);
		rewriter->at += 2;
	}
}

/* NULL: not to be said in PCRE's words. */
static char *rewrite(const Text *pattern, gboolean caseless)
{
	g_autoptr(GString) row = g_string_new(NULL);
	Rewriter rewriter = {.at = pattern->data,
		.end = pattern->data + pattern->length,
		.row = row,
		.caseless = caseless};
	if (query_regexp_check(pattern->data, pattern->length))
		return NULL;
	rewriter.to = g_string_sized_new(pattern->length + 16);
	while (rewriter.at < rewriter.end && !rewriter.failed)
		rewrite_one(&rewriter);
	end_row(&rewriter);
	return g_string_free(rewriter.to, rewriter.failed);
}

/* Translated to machine code it is several times as fast, and has a small stack: what needs more is
 * tried again without. */
typedef struct {
	GRegex *fast, *patient;
} Pattern;

static void free_pattern(gpointer data)
{
	Pattern *pattern = data;
	g_regex_unref(pattern->fast);
	g_regex_unref(pattern->patient);
	g_free(pattern);
}

void query_match_prepare(QueryPlan *plan)
{
	const QueryNode *node = plan->operands[1]->node;
	gboolean literal = node->kind == QUERY_LITERAL && node->value.kind == QUERY_VALUE_TEXT;
	gboolean caseless = plan->node->collation == QUERY_COLLATION_GENERAL_CI;
	GRegexCompileFlags flags = caseless ? G_REGEX_CASELESS : 0;
	if (!literal)
		return;
	g_autofree char *text = rewrite(&node->value.text, caseless);
	g_autoptr(GRegex) fast = text ? g_regex_new(text, flags | G_REGEX_OPTIMIZE, 0, NULL) : NULL;
	if (!fast)
		return;
	Pattern *pattern = g_new0(Pattern, 1);
	pattern->fast = g_steal_pointer(&fast);
	pattern->patient = g_regex_new(text, flags, 0, NULL);
	plan->prepared = pattern;
	plan->free_prepared = free_pattern;
}

/* PCRE gives up after so many steps that nobody would wait for them: MySQL does so as well
 * (regexp_time_limit), and an answer it is not. */
static gboolean fail(QueryEvaluator *evaluator, const QueryPlan *plan, const GError *reason)
{
	gboolean limit = g_error_matches(reason, G_REGEX_ERROR, G_REGEX_ERROR_MATCH);
	if (!limit)
		return query_plan_fail(evaluator, plan, "%s", reason->message);
	g_set_error(&evaluator->error, CHRONOLOGER_ERROR, ERROR_DEADLINE,
		"The regular expression at character %u takes too long", plan->node->position);
	return FALSE;
}

gboolean query_match_find(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Text *text, gboolean *found)
{
	g_autoptr(GError) error = NULL;
	const Pattern *pattern = plan->prepared;
	gssize length = (gssize)text->length;
	if (!pattern)
		return query_plan_fail(
			evaluator, plan, "this regular expression is not available on this store");
	*found = g_regex_match_full(pattern->fast, text->data, length, 0, 0, NULL, &error);
	if (g_error_matches(error, G_REGEX_ERROR, G_REGEX_ERROR_MATCH)) {
		g_clear_error(&error);
		*found = g_regex_match_full(
			pattern->patient, text->data, length, 0, 0, NULL, &error);
	}
	return !error || fail(evaluator, plan, error);
}
