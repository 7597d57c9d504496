/* GET /tail: the records that have arrived since the last call. */
#include "api/api.h"

#include <string.h>

#include "store/tail.h"

#define LIMIT 1000
#define LIMIT_MAX 10000

/* What is known only behind the last record comes behind it. */
static gboolean write_end(HttpResponse *response, const Tail *tail, GError **error)
{
	g_autofree char *cursor = tail_cursor_print(tail->cursor);
	g_autofree char *end = g_strdup_printf(
		",\n\"cursor\": \"%s\", \"more\": %s}", cursor, tail->more ? "true" : "false");
	return http_response_write(response, end, strlen(end), error);
}

static gboolean parse(const ApiParameter *own, Tail *tail, GError **error)
{
	return api_parse_limit(&own[1], LIMIT_MAX, &tail->limit, error) &&
	       api_parse_flag(&own[2], &tail->with_logrec, error);
}

gboolean api_tail(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(TailCursor) cursor = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	ApiParameter own[] = {{"cursor", NULL}, {"limit", NULL}, {"logrec", NULL}};
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	Tail tail = {.filter = filter, .limit = LIMIT, .now = now};
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), filter, error) ||
		!parse(own, &tail, error))
		return FALSE;
	cursor = own[0].value ? tail_cursor_parse(own[0].value, error)
			      : tail_begin(api->reader, now, error);
	if (!cursor)
		return FALSE;
	tail.cursor = cursor;
	ApiRows rows = {response, format_accepted(NULL), tail.with_logrec, 0, text};
	return http_response_write(response, "{\"records\": ", 12, error) &&
	       api_begin_rows(&rows, error) &&
	       (!own[0].value || tail_read(api->reader, &tail, api_write_row, &rows, error)) &&
	       api_end_rows(&rows, error) && write_end(response, &tail, error);
}
