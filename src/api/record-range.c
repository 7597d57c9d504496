/* GET /record: a part of the records that match, newest first, by its offsets from the newest or
 * from a record. Without offsets it is an export: api/record-export.c. */
#include "api/api.h"
#include <string.h>
#include "api/slices.h"
#include "base/error.h"
#include "base/iso8601.h"

#define ROWS_MAX 10000

/* What may be given besides filters. */
enum { PARTIAL, TIMEOUT, FROM, LEFT, RIGHT, LOGREC, AROUND, FORMAT };

/* Offsets in the result, both included. */
typedef struct {
	gint64 left, right;
} Bounds;

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

/* From the newest record ----------------------------------------------------------------------- */

static gboolean parse_bounds(const ApiParameter *own, Bounds *bounds, GError **error)
{
	guint64 left, right;
	if (!api_parse_number(&own[LEFT], &left, error) ||
		!api_parse_number(&own[RIGHT], &right, error))
		return FALSE;
	*bounds = (Bounds){(gint64)left, (gint64)right}; /* at most G_MAXINT64 */
	return check_bounds(bounds, error);
}

/* A part of a range, from slice to slice. */
typedef struct {
	ApiRows *rows;
	Slices *slices;
	guint64 skip;
	guint64 need;
} Part;

static gboolean write_part_row(const Record *record, gpointer data, GError **error)
{
	Part *part = data;
	part->slices->to = (StorePosition){record->ts, record->id};
	if (part->skip > 0) {
		part->skip--;
		return TRUE;
	}
	part->need--;
	return api_write_row(record, part->rows, error);
}

static gboolean write_slice(const Filter *slice, Slices *slices, GError **error)
{
	Part *part = slices->data;
	StorePosition from = slices->to;
	StoreRange range = {.filter = slice,
		.limit = (guint)(part->skip + part->need),
		.with_logrec = part->rows->with_logrec,
		.from = &from};
	if (!store_range(slices->api->reader, &range, write_part_row, part, error))
		return FALSE;
	slices->is_enough = part->need == 0;
	return TRUE;
}

static gboolean write_partial(Api *api, const SliceOptions *options, const Filter *filter,
	const Bounds *bounds, ApiRows *rows, GError **error)
{
	Part part = {.rows = rows,
		.skip = (guint64)bounds->left,
		.need = (guint64)(bounds->right - bounds->left + 1)};
	Slices slices = {.api = api,
		.options = options,
		.filter = filter,
		.read = write_slice,
		.data = &part};
	part.slices = &slices;
	if (bounds->left > ROWS_MAX) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"left\" is more than %d: go on with \"from\"", ROWS_MAX);
		return FALSE;
	}
	if (!slices_read(&slices, error))
		return FALSE;
	if (!slices.is_whole && part.skip > 0) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE,
			"The time was over before row %" G_GINT64_FORMAT, bounds->left);
		return FALSE;
	}
	slices_describe(&slices, rows->response);
	return TRUE;
}

static gboolean write_range(Api *api, const ApiParameter *own, const SliceOptions *options,
	const Filter *filter, ApiRows *rows, GError **error)
{
	Bounds bounds;
	if (!parse_bounds(own, &bounds, error))
		return FALSE;
	if (options->is_partial)
		return write_partial(api, options, filter, &bounds, rows, error);
	StoreRange range = {
		.filter = filter,
		.left = (guint64)bounds.left,
		.limit = (guint)(bounds.right - bounds.left + 1),
		.with_logrec = rows->with_logrec,
		.from = options->has_from ? &options->from : NULL,
	};
	return store_range(api->reader, &range, api_write_row, rows, error);
}

/* From a record -------------------------------------------------------------------------------- */

/* Both ends are near, so that no row has to be passed over but some thousand. */
static gboolean parse_around(const ApiParameter *own, guint64 *id, Bounds *bounds, GError **error)
{
	return api_parse_number(&own[AROUND], id, error) &&
	       api_parse_offset(&own[LEFT], ROWS_MAX, &bounds->left, error) &&
	       api_parse_offset(&own[RIGHT], ROWS_MAX, &bounds->right, error) &&
	       check_bounds(bounds, error);
}

static gboolean write_newer(
	Api *api, const Bounds *bounds, StoreRange *range, ApiRows *rows, GError **error)
{
	gint64 nearest = MIN(bounds->right, -1);
	if (bounds->left > nearest)
		return TRUE;
	range->newer = TRUE;
	range->left = (guint64)(-1 - nearest);
	range->limit = (guint)(nearest - bounds->left + 1);
	return store_range(api->reader, range, api_write_row, rows, error);
}

static gboolean write_older(
	Api *api, const Bounds *bounds, StoreRange *range, ApiRows *rows, GError **error)
{
	gint64 nearest = MAX(bounds->left, 1);
	if (bounds->right < nearest)
		return TRUE;
	range->newer = FALSE;
	range->left = (guint64)(nearest - 1);
	range->limit = (guint)(bounds->right - nearest + 1);
	return store_range(api->reader, range, api_write_row, rows, error);
}

/* The record itself is there whatever the filter says: it is where the reader looks. */
static gboolean write_around(
	Api *api, const ApiParameter *own, const Filter *filter, ApiRows *rows, GError **error)
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
	       (!has_middle || api_write_row(middle, rows, error)) &&
	       write_older(api, &bounds, &range, rows, error);
}

/* The request ---------------------------------------------------------------------------------- */

static gboolean parse(
	const HttpRequest *request, const ApiParameter *own, ApiRows *rows, GError **error)
{
	rows->format = own[FORMAT].value
			       ? format_find(own[FORMAT].value, error)
			       : format_accepted(http_request_header(request, "HTTP_ACCEPT"));
	if (!rows->format || !api_parse_flag(&own[LOGREC], &rows->with_logrec, error))
		return FALSE;
	rows->with_logrec |= rows->format->is_file;
	return TRUE;
}

/* A time, a comma and an id. */
static gboolean parse_from(const ApiParameter *parameter, SliceOptions *options, GError **error)
{
	options->has_from = parameter->value != NULL;
	if (!parameter->value)
		return TRUE;
	const char *comma = strrchr(parameter->value, ',');
	g_autofree char *time =
		comma ? g_strndup(parameter->value, (gsize)(comma - parameter->value)) : NULL;
	if (comma &&
		g_ascii_string_to_unsigned(
			comma + 1, 10, 0, G_MAXUINT64, &options->from.id, NULL) &&
		iso8601_parse(time, 0, &options->from.ts, NULL))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"%s\" is not what X-Searched-To says, a time, a comma and an id",
		parameter->name);
	return FALSE;
}

/* What goes with offsets from the newest record only. */
static gboolean check_from(const ApiParameter *own, GError **error)
{
	const ApiParameter *given = own[PARTIAL].value ? &own[PARTIAL] : &own[FROM];
	if (!given->value || (!own[AROUND].value && own[LEFT].value && own[RIGHT].value))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"%s\" goes with left and right, and without around", given->name);
	return FALSE;
}

gboolean api_record_range(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GString) text = g_string_new(NULL);
	ApiParameter own[] = {{"partial", NULL}, {"timeout", NULL}, {"from", NULL}, {"left", NULL},
		{"right", NULL}, {"logrec", NULL}, {"around", NULL}, {"format", NULL}};
	ApiRows rows = {.response = response, .text = text};
	SliceOptions options = {0};
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), filter, error) ||
		!parse(request, own, &rows, error) ||
		!slices_parse(api, &own[PARTIAL], &own[TIMEOUT], &options, error) ||
		!parse_from(&own[FROM], &options, error) || !check_from(own, error))
		return FALSE;
	if (rows.format->is_file && !own[LEFT].value && !own[RIGHT].value && !own[AROUND].value)
		return api_record_export(api, request, filter, &rows, error);
	if (!api_begin_rows(&rows, error) ||
		!(own[AROUND].value ? write_around(api, own, filter, &rows, error)
				    : write_range(api, own, &options, filter, &rows, error)) ||
		!api_end_rows(&rows, error))
		return FALSE;
	if (rows.format->is_file)
		api_describe_file(&rows, rows.rows);
	return TRUE;
}
