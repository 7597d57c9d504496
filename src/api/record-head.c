/* HEAD /record: the count, or with `group` the timeline, in headers. */
#include "api/api.h"
#include "api/slices.h"
#include "base/error.h"
#include "store/timeline.h"

enum { PARTIAL, TIMEOUT, GROUP, TIMEZONE };

static gboolean count_slice(const Filter *slice, Slices *slices, GError **error)
{
	guint64 n;
	if (!store_count(slices->api->reader, slice, &n, error))
		return FALSE;
	*(guint64 *)slices->data += n;
	return TRUE;
}

static gboolean count(Api *api, const Filter *filter, const SliceOptions *options,
	HttpResponse *response, GError **error)
{
	char text[24];
	guint64 n = 0;
	Slices slices = {.api = api,
		.options = options,
		.filter = filter,
		.read = count_slice,
		.data = &n,
		.is_whole = !options->is_partial};
	if (!(options->is_partial && filter->query ? slices_read(&slices, error)
						   : store_count(api->reader, filter, &n, error)))
		return FALSE;
	slices_describe(&slices, response);
	g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, n);
	http_response_header(response, "X-Record-Count", text);
	return TRUE;
}

static void append_group(GString *starts, GString *counts, gint64 start, guint64 n)
{
	g_string_append_printf(starts, "%s%" G_GINT64_FORMAT, starts->len ? "," : "", start);
	g_string_append_printf(counts, "%s%" G_GUINT64_FORMAT, counts->len ? "," : "", n);
}

/* Levels of a group stand next to each other; here only their sum is told. */
static void append_groups(GString *starts, GString *counts, const GArray *sums)
{
	for (guint i = 0; i < sums->len;) {
		gint64 start = g_array_index(sums, TimelineSum, i).start;
		guint64 n = 0;
		for (; i < sums->len && g_array_index(sums, TimelineSum, i).start == start; i++)
			n += g_array_index(sums, TimelineSum, i).count;
		append_group(starts, counts, start, n);
	}
}

static gboolean parse_group(const char *text, TimelineGroup *group, GError **error)
{
	if (!timeline_parse_group(text, group, error))
		return FALSE;
	if (*group == GROUP_HOUR || *group == GROUP_DAY)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"group\" is hour or day here; GET /timeline takes minute and 15minute "
		"too");
	return FALSE;
}

static gboolean timeline(Api *api, const Filter *filter, const ApiParameter *own,
	const SliceOptions *options, HttpResponse *response, GError **error)
{
	g_autoptr(GString) starts = g_string_new(NULL);
	g_autoptr(GString) counts = g_string_new(NULL);
	g_autoptr(GTimeZone) zone = NULL;
	TimelineGroup group;
	if (!parse_group(own[GROUP].value, &group, error) ||
		!(zone = timeline_parse_zone(own[TIMEZONE].value, error)))
		return FALSE;
	TimelineParameters wanted = {filter, group, zone};
	g_autoptr(GArray) sums = api_timeline_sums(api, &wanted, options, response, error);
	if (!sums)
		return FALSE;
	append_groups(starts, counts, sums);
	if (MAX(starts->len, counts->len) + sizeof "X-Record-Group: " > api->config->header_limit) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"The timeline does not fit into response headers; narrow it down, or use "
			"GET /timeline");
		return FALSE;
	}
	http_response_header(response, "X-Record-Group", starts->str);
	http_response_header(response, "X-Record-Count", counts->str);
	return TRUE;
}

gboolean api_record_head(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	ApiParameter own[] = {
		{"partial", NULL}, {"timeout", NULL}, {"group", NULL}, {"timezone", NULL}};
	SliceOptions options = {0};
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), filter, error) ||
		!slices_parse(api, &own[PARTIAL], &own[TIMEOUT], &options, error))
		return FALSE;
	if (!own[GROUP].value && !own[TIMEZONE].value)
		return count(api, filter, &options, response, error);
	if (own[GROUP].value && own[TIMEZONE].value)
		return timeline(api, filter, own, &options, response, error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"%s\" is missing: group and timezone go together",
		own[GROUP].value ? "timezone" : "group");
	return FALSE;
}
