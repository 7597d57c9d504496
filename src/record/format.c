/* Records as JSON, NDJSON and CSV. */
#include "record/format.h"

#include <string.h>

#include "base/error.h"

/* JSON lines ----------------------------------------------------------------------------------- */

/* A line is one record. Between JSON's tokens somebody else may have stored line ends; inside a
 * string there can be none. */
static void append_line(GString *text, const Record *record, gboolean with_logrec)
{
	gsize from = text->len;
	record_append_json(text, record, with_logrec);
	g_strdelimit(text->str + from, "\r\n", ' ');
	g_string_append_c(text, '\n');
}

/* CSV (RFC 4180) ------------------------------------------------------------------------------- */

/* A spreadsheet takes a cell that begins like this for a formula, and runs it. */
#define FORMULA "=+-@\t\r"

/* In quotes, those inside doubled. A NUL, which no reader of CSV takes, becomes U+FFFD. */
static void append_cell(GString *text, const Text *cell)
{
	g_string_append(text, ",\"");
	if (cell->length && cell->data[0] && strchr(FORMULA, cell->data[0]))
		g_string_append_c(text, '\'');
	for (const char *p = cell->data, *end = p + cell->length; p < end;) {
		gsize plain = strcspn(p, "\""); /* up to a NUL, too */
		g_string_append_len(text, p, (gssize)plain);
		p += plain;
		if (p < end)
			g_string_append(text, *p++ ? "\"\"" : "\357\277\275");
	}
	g_string_append_c(text, '"');
}

static void append_row(GString *text, const Record *record, G_GNUC_UNUSED gboolean with_logrec)
{
	char ts[RECORD_TS_SIZE];
	record_format_ts(record->ts, ts);
	g_string_append_printf(text, "%" G_GUINT64_FORMAT ",%s,%u", record->id, ts, record->level);
	append_cell(text, &record->name);
	append_cell(text, &record->message);
	append_cell(text, &record->logrec);
	g_string_append(text, "\r\n");
}

/* Which one ------------------------------------------------------------------------------------ */

static const Format formats[] = {
	{"json", "application/json", "application/json", "[", ",\n", "]", FALSE,
		record_append_json},
	{"ndjson", "application/x-ndjson", "application/x-ndjson", "", "", "", TRUE, append_line},
	{"csv", "text/csv", "text/csv; charset=utf-8; header=present",
		"id,ts,level,name,message,logrec\r\n", "", "", TRUE, append_row},
};

const Format *format_find(const char *name, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"format\" is not json, ndjson or csv");
	return NULL;
}

static const Format *find_type(const char *type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
		if (!g_ascii_strcasecmp(formats[i].media_type, type))
			return &formats[i];
	return NULL;
}

/* `parts`: a media type and its parameters. */
static double weight(char **parts)
{
	for (char **part = parts + 1; *part; part++)
		if (!g_ascii_strncasecmp(g_strstrip(*part), "q=", 2))
			return g_ascii_strtod(*part + 2, NULL);
	return 1;
}

const Format *format_accepted(const char *accept)
{
	const Format *best = &formats[0];
	double best_weight = 0;
	g_auto(GStrv) ranges = g_strsplit(accept ? accept : "", ",", -1);
	for (char **range = ranges; *range; range++) {
		g_auto(GStrv) parts = g_strsplit(*range, ";", -1);
		const Format *format = parts[0] ? find_type(g_strstrip(parts[0])) : NULL;
		if (format && weight(parts) > best_weight) {
			best = format;
			best_weight = weight(parts);
		}
	}
	return best;
}
