/* GET /record without offsets, as NDJSON or CSV: all records that match, newest first, any number.
 *
 * No statement depends on how many they are. A page begins at the place where the one before ended,
 * and has what fits into memory; and, as a filter may match one record in a million, the pages of a
 * window of LOOK records, matching or not, come from there only. A page is read, then sent: a
 * client that is slow keeps neither a statement nor a connection to the database. */
#include "api/slices.h"
#include "base/error.h"

#define LOOK 10000
#define LOOK_LEAST 100 /* where the filter takes so long that more do not end before the deadline */
#define PAGE_ROWS 1000
#define PAGE_FIRST 100
#define PAGE_BYTES (SPOOL_MEMORY / 2) /* about: as long as records are like those before */

typedef struct {
	Api *api;
	const HttpRequest *request;
	ApiRows *rows;
	const Filter *filter;
	Filter window;      /* the same from the window's oldest instant on */
	guint look;         /* its records */
	gboolean is_last;   /* window */
	gboolean is_few;    /* all of it is one window */
	StorePosition from; /* the next page has what is older */
	guint limit;        /* its rows */
} Export;

/* Sends the page. Meanwhile others may use the connection to the database. */
static gboolean flush(Export *export, GError **error)
{
	Api *api = export->api;
	pool_give(api->readers, api->reader);
	gboolean ok = http_response_flush(export->rows->response, export->request, error);
	api->reader = pool_take(api->readers);
	return ok;
}

static gboolean write_row(const Record *record, gpointer data, GError **error)
{
	Export *export = data;
	export->from = (StorePosition){record->ts, record->id};
	return api_write_row(record, export->rows, error);
}

/* `*is_full`: there may be more in the window. */
static gboolean write_page(Export *export, gboolean *is_full, GError **error)
{
	StorePosition from = export->from;
	guint64 rows = export->rows->rows, bytes = spool_length(export->rows->response->body);
	StoreRange range = {.filter = &export->window,
		.limit = export->limit,
		.with_logrec = TRUE,
		.from = &from};
	if (!store_range(export->api->reader, &range, write_row, export, error))
		return FALSE;
	rows = export->rows->rows - rows;
	bytes = spool_length(export->rows->response->body) - bytes;
	*is_full = rows == export->limit;
	if (rows == 0)
		return TRUE;
	/* As many as fit if they are as large as these. */
	export->limit = (guint)CLAMP(PAGE_BYTES * rows / bytes, 1, PAGE_ROWS);
	return flush(export, error);
}

static gboolean write_window(Export *export, GError **error)
{
	gboolean is_full;
	export->window = *export->filter;
	export->is_last = export->is_few;
	if (!export->is_few &&
		!slices_find(export->api, export->filter, &export->from, export->look,
			&export->window.after, &export->is_last, error))
		return FALSE;
	do {
		if (!write_page(export, &is_full, error))
			return FALSE;
	} while (is_full);
	export->from = (StorePosition){export->window.after, 0};
	return TRUE;
}

/* What was written of a window that is not finished stays: the next one begins behind it. */
static gboolean write_narrowing(Export *export, GError **error)
{
	g_autoptr(GError) failure = NULL;
	while (!write_window(export, &failure)) {
		if (export->look == LOOK_LEAST ||
			!g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_DEADLINE)) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return FALSE;
		}
		g_clear_error(&failure);
		export->is_few = FALSE;
		export->look /= 10;
	}
	return TRUE;
}

/* Of more records than can be counted in time nobody is told how many they are. */
static gboolean describe(Export *export, GError **error)
{
	g_autoptr(GError) problem = NULL;
	guint64 count;
	gboolean ok = store_count(export->api->reader, export->filter, &count, &problem);
	if (!ok && !g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_DEADLINE)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return FALSE;
	}
	api_describe_file(export->rows, ok ? count : API_UNCOUNTED);
	return TRUE;
}

gboolean api_record_export(
	Api *api, const HttpRequest *request, Filter *filter, ApiRows *rows, GError **error)
{
	Export export = {
		.api = api,
		.request = request,
		.rows = rows,
		.filter = filter,
		.from = {CALENDAR_TS_MAX, G_MAXUINT64},
		.is_few = slices_leave_few(api, filter),
		.look = LOOK,
		.limit = PAGE_FIRST,
	};
	if (!store_newest_id(api->reader, &filter->newest, error) || !describe(&export, error) ||
		!api_begin_rows(rows, error))
		return FALSE;
	while (!export.is_last)
		if (!write_narrowing(&export, error))
			return FALSE;
	return api_end_rows(rows, error);
}
