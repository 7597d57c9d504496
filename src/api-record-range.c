/* GET /record: a range of the records that match, newest first. */
#include "api.h"
#include "error.h"

#define ROWS_MAX 10000

typedef struct {
	HttpResponse *response;
	GString *json; /* one row */
	gboolean with_logrec;
	guint64 rows;
} Range;

static gboolean write_row(const Record *record, gpointer data, GError **error)
{
	Range *range = data;
	g_string_assign(range->json, range->rows++ ? ",\n" : "");
	record_append_json(range->json, record, range->with_logrec);
	return http_response_write(range->response, range->json->str, range->json->len, error);
}

static gboolean parse_bounds(const ApiParameter *own, guint64 *left, guint64 *right, GError **error)
{
	if (!api_parse_number(&own[0], left, error) || !api_parse_number(&own[1], right, error))
		return FALSE;
	if (*right >= *left && *right - *left < ROWS_MAX)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		*right < *left ? "Parameter \"right\" is less than \"left\""
			       : "Parameter \"right\" asks for more than %d rows",
		ROWS_MAX);
	return FALSE;
}

gboolean api_record_range(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GString) json = g_string_new(NULL);
	ApiParameter own[] = {{"left", NULL}, {"right", NULL}, {"logrec", NULL}};
	Range out = {response, json, FALSE, 0};
	guint64 left, right;
	if (!api_parameters(api, request, own, G_N_ELEMENTS(own), filter, error) ||
		!parse_bounds(own, &left, &right, error) ||
		!api_parse_flag(&own[2], &out.with_logrec, error))
		return FALSE;
	StoreRange range = {filter, left, (guint)(right - left + 1), out.with_logrec};
	return http_response_write(response, "[", 1, error) &&
	       store_range(api->reader, &range, write_row, &out, error) &&
	       http_response_write(response, "]", 1, error);
}
