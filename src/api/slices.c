/* partial=1: slices of time, as large as they are fast. */
#include "api/slices.h"
#include <string.h>
#include "base/error.h"

#define FIRST 1000 /* records of a slice, whether they match or not */
#define LEAST 100
#define MOST (1 << 20)
#define FAST (25 * 1000) /* microseconds: below it the next one is larger */
#define SLOW (100 * 1000)

/* The request ---------------------------------------------------------------------------------- */

static gboolean parse_timeout(
	const ApiParameter *parameter, gint64 most, gint64 *timeout, GError **error)
{
	char *end = NULL;
	*timeout = most;
	if (!parameter->value)
		return TRUE;
	double seconds = g_ascii_strtod(parameter->value, &end);
	if (end > parameter->value && !*end && seconds > 0 &&
		seconds * G_USEC_PER_SEC <= (double)most) {
		*timeout = (gint64)(seconds * G_USEC_PER_SEC);
		return TRUE;
	}
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"%s\" is not a number of seconds above 0 and up to %" G_GINT64_FORMAT,
		parameter->name, most / G_USEC_PER_SEC);
	return FALSE;
}

gboolean slices_parse(Api *api, const ApiParameter *partial, const ApiParameter *timeout,
	SliceOptions *options, GError **error)
{
	gint64 deadline = (gint64)api->config->deadline * G_USEC_PER_SEC;
	if (!api_parse_flag(partial, &options->is_partial, error) ||
		!parse_timeout(timeout, deadline, &options->patience, error))
		return FALSE;
	if (options->is_partial || !timeout->value)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"%s\" goes with partial=1",
		timeout->name);
	return FALSE;
}

/* Reading -------------------------------------------------------------------------------------- */

typedef struct {
	Filter slice;
	guint look;
	gboolean is_last;
} Walk;

static gboolean keep_ts(const Record *record, gpointer data, G_GNUC_UNUSED GError **error)
{
	*(gint64 *)data = record->ts;
	return TRUE;
}

gboolean slices_leave_few(Api *api, const Filter *filter)
{
	Filter any = *filter; /* borrows */
	guint64 n = G_MAXUINT64;
	any.query = NULL;
	if (store_field_leaves(api->reader, filter, FIRST))
		return TRUE;
	return filter_has_name_or_level(filter) && store_count(api->reader, &any, &n, NULL) &&
	       n <= FIRST;
}

gboolean slices_find(Api *api, const Filter *filter, const StorePosition *from, guint look,
	gint64 *after, gboolean *is_last, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	Filter any = *filter;
	any.level = 0;
	any.names = all;
	any.query = NULL;
	StoreRange range = {.filter = &any, .left = look - 1, .limit = 1, .from = from};
	gint64 ts = G_MAXINT64;
	if (!store_range(api->reader, &range, keep_ts, &ts, error))
		return FALSE;
	*is_last = ts == G_MAXINT64;
	*after = *is_last ? filter->after : ts;
	return TRUE;
}

static void resize(Walk *walk, gint64 took)
{
	if (took < FAST)
		walk->look = MIN(walk->look * 4, MOST);
	else if (took > SLOW)
		walk->look = MAX(walk->look / 2, LEAST);
}

/* FALSE where there is nothing more to do. */
static gboolean read_slice(Slices *slices, Walk *walk, gint64 end, GError **error)
{
	gint64 begin = g_get_monotonic_time();
	if ((!walk->is_last && !slices_find(slices->api, slices->filter, &slices->to, walk->look,
				       &walk->slice.after, &walk->is_last, error)) ||
		!slices->read(&walk->slice, slices, error))
		return FALSE;
	slices->is_whole = walk->is_last || slices->is_enough;
	slices->to = (StorePosition){walk->slice.after, 0};
	walk->slice.before = walk->slice.after - 1;
	gint64 now = g_get_monotonic_time();
	resize(walk, now - begin);
	return !slices->is_whole && now < end;
}

gboolean slices_read(Slices *slices, GError **error)
{
	g_autoptr(GError) failure = NULL;
	const SliceOptions *options = slices->options;
	gint64 end = g_get_monotonic_time() + options->patience;
	Walk walk = {.slice = *slices->filter,
		.look = FIRST,
		.is_last = slices_leave_few(slices->api, slices->filter)};
	StorePosition begin =
		options->has_from ? options->from : (StorePosition){CALENDAR_TS_MAX, G_MAXUINT64};
	slices->to = begin;
	while (read_slice(slices, &walk, end, &failure))
		;
	gboolean is_read = slices->to.ts != begin.ts || slices->to.id != begin.id;
	if (!failure || (is_read && g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_DEADLINE)))
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&failure));
	return FALSE;
}

void slices_describe(const Slices *slices, HttpResponse *response)
{
	char time[CALENDAR_SIZE];
	Moment moment = calendar_of_epoch(slices->to.ts);
	if (slices->is_whole)
		return;
	calendar_print(&moment, CALENDAR_DATETIME, 6, time);
	*strchr(time, ' ') = 'T';
	g_autofree char *value = g_strdup_printf("%sZ,%" G_GUINT64_FORMAT, time, slices->to.id);
	http_response_header(response, "X-Searched-To", value);
}
