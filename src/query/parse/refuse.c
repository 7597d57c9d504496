/* How an error about an expression is worded. */
#include <stdarg.h>
#include "base/error.h"
#include "query/parse/parse.h"

G_GNUC_PRINTF(1, 0)
static GError *invalid(const char *format, va_list arguments)
{
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	return g_error_new(CHRONOLOGER_ERROR, ERROR_QUERY, QUERY_INVALID ": %s", why);
}

void *query_parse_fail(QueryParser *parser, const char *format, ...)
{
	va_list arguments;
	if (parser->error)
		return NULL;
	va_start(arguments, format);
	parser->error = invalid(format, arguments);
	va_end(arguments);
	return NULL;
}

gboolean query_refuse(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	GError *why = invalid(format, arguments);
	va_end(arguments);
	g_propagate_error(error, why);
	return FALSE;
}
