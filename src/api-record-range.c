/* GET /record: a part of the records that match, newest first, by its offsets from the newest or from a
 * record. */
#include "api.h"
#include "error.h"

#define ROWS_MAX 10000

typedef struct {
	HttpResponse *response;
	GString *json; /* one row */
	gboolean with_logrec;
	guint64 rows;
} Rows;

/* Offsets in the result, both included. */
typedef struct {
	gint64 left, right;
} Bounds;

static gboolean write_row(const Record *record, gpointer data, GError **error)
{
	Rows *rows = data;
	g_string_assign(rows->json, rows->rows++ ? ",\n" : "");
	record_append_json(rows->json, record, rows->with_logrec);
	return http_response_write(rows->response, rows->json->str, rows->json->len, error);
}

static gboolean check_bounds(const Bounds *bounds, GError **error)
{
	if (bounds->right >= bounds->left && bounds->right - bounds->left < ROWS_MAX)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		bounds->right < bounds->left ? "Parameter \"right\" is less than \"left\""
					     : "Parameter \"right\" asks for more than %d rows",
		ROWS_MAX);
	return FALSE;
}

/* From the newest record ------------------------------------------------------------------------- */

static gboolean parse_bounds(const ApiParameter *own, Bounds *bounds, GError **error)
{
	guint64 left, right;
	if (!api_parse_number(&own[0], &left, error) || !api_parse_number(&own[1], &right, error))
		return FALSE;
	*bounds = (Bounds){(gint64)left, (gint64)right}; /* at most G_MAXINT64 */
	return check_bounds(bounds, error);
}

static gboolean write_range(
	Api *api, const ApiParameter *own, const Filter *filter, Rows *rows, GError **error)
{
	Bounds bounds;
	if (!parse_bounds(own, &bounds, error))
		return FALSE;
	StoreRange range = {
		.filter = filter,
		.left = (guint64)bounds.left,
		.limit = (guint)(bounds.right - bounds.left + 1),
		.with_logrec = rows->with_logrec,
	};
	return store_range(api->reader, &range, write_row, rows, error);
}

/* From a record ---------------------------------------------------------------------------------- */

/* Both ends are near, so that no row has to be passed over but some thousand. */
static gboolean parse_around(const ApiParameter *own, guint64 *id, Bounds *bounds, GError **error)
{
	return api_parse_number(&own[3], id, error) &&
	       api_parse_offset(&own[0], ROWS_MAX, &bounds->left, error) &&
	       api_parse_offset(&own[1], ROWS_MAX, &bounds->right, error) &&
	       check_bounds(bounds, error);
}

static gboolean write_newer(
	Api *api, const Bounds *bounds, StoreRange *range, Rows *rows, GError **error)
{
	gint64 nearest = MIN(bounds->right, -1);
	if (bounds->left > nearest)
		return TRUE;
	range->newer = TRUE;
	range->left = (guint64)(-1 - nearest);
	range->limit = (guint)(nearest - bounds->left + 1);
	return store_range(api->reader, range, write_row, rows, error);
}

static gboolean write_older(
	Api *api, const Bounds *bounds, StoreRange *range, Rows *rows, GError **error)
{
	gint64 nearest = MAX(bounds->left, 1);
	if (bounds->right < nearest)
		return TRUE;
	range->newer = FALSE;
	range->left = (guint64)(nearest - 1);
	range->limit = (guint)(bounds->right - nearest + 1);
	return store_range(api->reader, range, write_row, rows, error);
}

/* The record itself is there whatever the filter says: it is where the reader looks. */
static gboolean write_around(
	Api *api, const ApiParameter *own, const Filter *filter, Rows *rows, GError **error)
{
	Bounds bounds;
	guint64 id;
	if (!parse_around(own, &id, &bounds, error))
		return FALSE;
	g_autoptr(Record) middle = store_get(api->reader, id, error);
	if (!middle)
		return FALSE;
	gboolean has_middle = bounds.left <= 0 && bounds.right >= 0;
	StorePosition from = {middle->ts, middle->id};
	StoreRange range = {.filter = filter, .with_logrec = rows->with_logrec, .from = &from};
	return write_newer(api, &bounds, &range, rows, error) &&
	       (!has_middle || write_row(middle, rows, error)) &&
	       write_older(api, &bounds, &range, rows, error);
}

gboolean api_record_range(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GString) json = g_string_new(NULL);
	ApiParameter own[] = {{"left", NULL}, {"right", NULL}, {"logrec", NULL}, {"around", NULL}};
	Rows rows = {response, json, FALSE, 0};
	if (!api_parameters(api, request, own, G_N_ELEMENTS(own), filter, error) ||
		!api_parse_flag(&own[2], &rows.with_logrec, error))
		return FALSE;
	return http_response_write(response, "[", 1, error) &&
	       (own[3].value ? write_around : write_range)(api, own, filter, &rows, error) &&
	       http_response_write(response, "]", 1, error);
}
