/* What people type into a search box, as the text of a query expression. The rules: the HTTP contract,
 * "Searching for text"; chronologer-query(7) tells them. Whatever has no meaning of its own is a word, so
 * that nothing is a mistake. */
#include <math.h>
#include <string.h>
#include "query/parse/parse.h"

#define GENERAL_CI " COLLATE utf8mb4_general_ci"
#define FIELD_MAX 200 /* bytes of a field's name; what is longer is a word */
#define FIELD_DEPTH_MAX 20

/* A piece of what is searched for. */
typedef struct {
	const char *text; /* its value where `field` is not NULL; borrowed */
	gsize length;
	const char *field; /* NULL: the text may be anywhere; borrowed */
	gsize field_length;
	const char *compare; /* of a field: "=", ">", ...; "*" where it only has to be there */
	gboolean is_not, is_quoted;
} Term;

/* Reading -------------------------------------------------------------------------------------- */

static gboolean is_blank(char c)
{
	return g_ascii_isspace(c) || c == '\v';
}

static const char *skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

static const char *find_blank(const char *text)
{
	while (*text && !is_blank(*text))
		text++;
	return text;
}

/* To the quote that ends it, or to the end of all. */
static const char *read_quoted(const char *text, Term *term)
{
	const char *end = ++text;
	while (*end && *end != '"')
		end += 1 + (*end == '\\' && end[1] == '"');
	term->text = text;
	term->length = (gsize)(end - text);
	term->is_quoted = TRUE;
	return *end ? end + 1 : end;
}

static const char *read_value(const char *text, Term *term)
{
	if (*text == '"')
		return read_quoted(text, term);
	const char *end = find_blank(text);
	term->text = text;
	term->length = (gsize)(end - text);
	return end;
}

static gboolean is_name(char c)
{
	return g_ascii_isalnum(c) || (guchar)c >= 0x80 || (c && strchr("_-@$", c));
}

/* The length of a field's name with a colon behind it; 0 where this is a word. */
static gsize field_length(const char *text)
{
	const char *end = text;
	guint depth = 1;
	while (is_name(*end) || (*end == '.' && end > text && end[-1] != '.')) {
		depth += *end == '.';
		end++;
	}
	gboolean is_field = *end == ':' && end > text && end[-1] != '.' &&
			    !g_ascii_isdigit(*text) && *text != '-';
	return is_field && end - text <= FIELD_MAX && depth <= FIELD_DEPTH_MAX ? (gsize)(end - text)
									       : 0;
}

/* "http://x", "std::string", "C:\x" and "Error:" are words. */
static gboolean is_value(const char *text)
{
	return *text && !is_blank(*text) && *text != ':' && *text != '\\' &&
	       !g_str_has_prefix(text, "//");
}

static gboolean is_number(const Term *term)
{
	g_autofree char *copy = g_strndup(term->text, term->length);
	char *end = NULL;
	double value = g_ascii_strtod(copy, &end);
	gsize known = strspn(copy, "0123456789.eE+-");
	return !term->is_quoted && term->length > 0 && end == copy + term->length &&
	       known == term->length && isfinite(value);
}

static const struct {
	const char *name;
	guint level;
} levels[] = {{"CRITICAL", 50}, {"DEBUG", 10}, {"ERR", 40}, {"ERROR", 40}, {"FATAL", 50},
	{"INFO", 20}, {"NOTSET", 0}, {"WARN", 30}, {"WARNING", 30}};

/* -1 where it is none. */
static gint level_of(const Term *term)
{
	return query_find_word(
		levels, G_N_ELEMENTS(levels), sizeof *levels, term->text, term->length);
}

static gboolean is_level(const Term *term)
{
	return term->field && term->field_length == strlen("level") &&
	       !g_ascii_strncasecmp(term->field, "level", term->field_length);
}

/* Fields in which a text is looked for, as it is among words. */
typedef struct {
	const char *field, *what, *collate;
	gboolean is_prefix;
} TextField;

enum { TEXT_EXC_INFO, TEXT_EXC_TEXT, TEXT_LOGGER, TEXT_MESSAGE, TEXT_NAME };

static const TextField text_fields[] = {
	[TEXT_EXC_INFO] = {"EXC_INFO", "logrec->>'$.error.exc_info'", GENERAL_CI, FALSE},
	[TEXT_EXC_TEXT] = {"EXC_TEXT", "logrec->>'$.error.exc_text'", GENERAL_CI, FALSE},
	[TEXT_LOGGER] = {"LOGGER", "name", GENERAL_CI, TRUE},
	[TEXT_MESSAGE] = {"MESSAGE", "message", "", FALSE},
	[TEXT_NAME] = {"NAME", "name", GENERAL_CI, TRUE},
};

static const TextField *text_field_of(const Term *term)
{
	gint found = query_find_word(text_fields, G_N_ELEMENTS(text_fields), sizeof *text_fields,
		term->field, term->field_length);
	return found < 0 ? NULL : &text_fields[found];
}

/* Behind the colon. */
static const char *read_comparison(const char *text, Term *term)
{
	static const char *const all[] = {">=", "<=", ">", "<"};
	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		Term number = *term;
		if (text_field_of(term) || !g_str_has_prefix(text, all[i]))
			continue;
		const char *end = read_value(text + strlen(all[i]), &number);
		number.compare = all[i];
		if (!is_number(&number) && !(is_level(term) && level_of(&number) >= 0))
			break;
		*term = number;
		return end;
	}
	const char *end = read_value(text, term);
	gboolean is_any = !term->is_quoted && term->length == 1 && *term->text == '*';
	term->compare = is_any ? "*" : "=";
	return end;
}

static const char *read_term(const char *text, Term *term)
{
	*term = (Term){.is_not = *text == '-' && text[1] && !is_blank(text[1])};
	text += term->is_not;
	gsize length = field_length(text);
	if (length == 0 || !is_value(text + length + 1))
		return read_value(text, term);
	term->field = text;
	term->field_length = length;
	return read_comparison(text + length + 1, term);
}

static gboolean is_word(const char *text, const char *word)
{
	gsize length = strlen(word);
	return !strncmp(text, word, length) && (is_blank(text[length]) || !text[length]);
}

/* What is behind `word`, maybe nothing; NULL where it is not there. */
static const char *skip_joint(const char *text, const char *word)
{
	return is_word(text, word) ? skip_blanks(text + strlen(word)) : NULL;
}

/* Writing -------------------------------------------------------------------------------------- */

/* A letter of a string literal. */
static void append_letter(GString *to, char c)
{
	static const char escaped[] = "\n\r\t\x1a", by[] = "nrtZ";
	const char *found = strchr(escaped, c);
	if (c == '\'' || c == '\\')
		g_string_append_c(to, c);
	else if (found)
		g_string_append_c(to, '\\');
	g_string_append_c(to, found ? by[found - escaped] : c);
}

/* `is_pattern`: what LIKE takes for itself stands for itself. The lexer leaves \% and \_ as they are. */
static void append_letters(GString *to, const Term *term, gboolean is_pattern)
{
	for (gsize i = 0; i < term->length; i++) {
		char c = term->text[i];
		if (term->is_quoted && c == '\\' && i + 1 < term->length &&
			term->text[i + 1] == '"')
			continue;
		if (is_pattern && c == '\\')
			g_string_append(to, "\\\\");
		if (is_pattern && (c == '%' || c == '_'))
			g_string_append_c(to, '\\');
		append_letter(to, c);
	}
}

static void append_like(GString *to, const TextField *in, const Term *term)
{
	g_string_append_printf(to, "%s LIKE '%s", in->what, in->is_prefix ? "" : "%");
	append_letters(to, term, TRUE);
	g_string_append_printf(to, "%%'%s", in->collate);
}

static void append_anywhere(GString *to, const Term *term)
{
	static const TextField name = {NULL, "name", GENERAL_CI, FALSE};
	g_string_append_c(to, '(');
	append_like(to, &text_fields[TEXT_MESSAGE], term);
	g_string_append(to, " OR ");
	append_like(to, &name, term);
	g_string_append(to, " OR ");
	append_like(to, &text_fields[TEXT_EXC_TEXT], term);
	g_string_append_c(to, ')');
}

/* Each member in quotes where it is no plain word. */
static void append_path(GString *to, const char *part, const Term *term)
{
	g_auto(GStrv) members = NULL;
	g_autofree char *name = g_strndup(term->field, term->field_length);
	members = g_strsplit(name, ".", -1);
	g_string_append_printf(to, "logrec->>'$.%s", part);
	for (char **member = members; *member; member++) {
		gboolean is_plain = **member && !g_ascii_isdigit(**member);
		for (const char *c = *member; *c; c++)
			is_plain = is_plain && (g_ascii_isalnum(*c) || *c == '_');
		g_string_append_printf(to, is_plain ? ".%s" : ".\"%s\"", *member);
	}
	g_string_append_c(to, '\'');
}

static void append_field(GString *to, const Term *term)
{
	const TextField *column = text_field_of(term);
	if (column || is_level(term)) {
		g_string_append(to, column ? column->what : "level");
		return;
	}
	g_string_append(to, "COALESCE(");
	append_path(to, "data", term);
	g_string_append(to, ", ");
	append_path(to, "meta", term);
	g_string_append_c(to, ')');
}

static void append_number(GString *to, const Term *term)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	g_autofree char *copy = g_strndup(term->text, term->length);
	gboolean is_short = term->length <= 18 && !strpbrk(copy, "eE+");
	g_string_append(to,
		is_short ? copy : g_ascii_dtostr(text, sizeof text, g_ascii_strtod(copy, NULL)));
}

/* A text that is no number is neither less nor more than one. */
static void append_number_comparison(GString *to, const Term *term)
{
	append_field(to, term);
	g_string_append_printf(to, " %s ", term->compare);
	append_number(to, term);
	g_string_append(to, " AND ");
	append_field(to, term);
	g_string_append(to, " REGEXP '^[-+]?[.]?[0-9]'");
}

static void append_level(GString *to, const Term *term)
{
	gint found = level_of(term);
	g_string_append_printf(to, "level %s ", term->compare);
	if (found < 0)
		append_number(to, term);
	else
		g_string_append_printf(to, "%u", levels[found].level);
}

static void append_comparison(GString *to, const Term *term)
{
	const TextField *column = text_field_of(term);
	if (*term->compare == '*') {
		append_field(to, term);
		g_string_append(to, " IS NOT NULL");
	} else if (column) {
		append_like(to, column, term);
	} else if (is_level(term) && (level_of(term) >= 0 || is_number(term))) {
		append_level(to, term);
	} else if (*term->compare == '=') {
		append_field(to, term);
		g_string_append(to, " = '");
		append_letters(to, term, FALSE);
		g_string_append(to, "'" GENERAL_CI);
	} else {
		append_number_comparison(to, term);
	}
}

/* A field that is not there is not equal either. */
static void append_signed(GString *to, const Term *term)
{
	gboolean is_anywhere = !term->field; /* has parentheses */
	if (term->is_not && !is_anywhere)
		g_string_append_c(to, '(');
	if (is_anywhere)
		append_anywhere(to, term);
	else
		append_comparison(to, term);
	if (term->is_not)
		g_string_append(to, is_anywhere ? " IS NOT TRUE" : ") IS NOT TRUE");
}

/* Terms with OR between them. */
static const char *append_choice(GString *to, const char *text)
{
	g_autoptr(GString) choice = g_string_new(NULL);
	guint n = 0;
	for (const char *next = text; next; next = skip_joint(skip_blanks(text), "OR")) {
		Term term;
		text = read_term(next, &term);
		if (term.length == 0 && !term.field)
			continue;
		g_string_append(choice, n++ ? " OR " : "");
		append_signed(choice, &term);
	}
	if (n > 0)
		g_string_append_printf(
			to, n > 1 ? "%s(%s)" : "%s%s", to->len ? " AND " : "", choice->str);
	return text;
}

char *query_search_expression(const char *text)
{
	GString *expression = g_string_new(NULL);
	for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
		const char *next = expression->len ? skip_joint(text, "AND") : NULL;
		text = append_choice(expression, next ? next : text);
	}
	return g_string_free(expression, FALSE);
}
