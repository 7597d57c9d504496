/* HEAD /record: the count, or with `group` the timeline, in headers. */
#include "api/api.h"
#include "base/error.h"
#include "store/timeline.h"

static gboolean count(Api *api, const Filter *filter, HttpResponse *response, GError **error)
{
	char text[24];
	guint64 n;
	if (!store_count(api->reader, filter, &n, error))
		return FALSE;
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
	HttpResponse *response, GError **error)
{
	g_autoptr(GString) starts = g_string_new(NULL);
	g_autoptr(GString) counts = g_string_new(NULL);
	g_autoptr(GTimeZone) zone = NULL;
	TimelineGroup group;
	if (!parse_group(own[0].value, &group, error) ||
		!(zone = timeline_parse_zone(own[1].value, error)))
		return FALSE;
	g_autoptr(GArray) sums = timeline_read(api->reader, filter, group, zone, error);
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
	ApiParameter own[] = {{"group", NULL}, {"timezone", NULL}};
	if (!api_parameters(api, request, own, G_N_ELEMENTS(own), filter, error))
		return FALSE;
	if (!own[0].value && !own[1].value)
		return count(api, filter, response, error);
	if (own[0].value && own[1].value)
		return timeline(api, filter, own, response, error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"%s\" is missing: group and timezone go together",
		own[0].value ? "timezone" : "group");
	return FALSE;
}
