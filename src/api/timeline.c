/* GET /timeline: sums by group, in all and by level. */
#include "api/api.h"
#include "api/slices.h"
#include "base/error.h"
#include "store/timeline.h"

/* The groups of the answer and, for each level, its count in each of them. */
typedef struct {
	GArray *starts;   /* gint64 */
	GArray *levels;   /* guint, ascending */
	GHashTable *rows; /* level -> GArray of guint64, as long as `starts` */
} Table;

static void array_free(gpointer array)
{
	g_array_unref(array);
}

static gint compare_levels(gconstpointer a, gconstpointer b)
{
	guint x = *(const guint *)a, y = *(const guint *)b;
	return (x > y) - (x < y);
}

static GArray *row_of(Table *table, guint level)
{
	GArray *row = g_hash_table_lookup(table->rows, GUINT_TO_POINTER(level));
	if (!row) {
		row = g_array_new(FALSE, TRUE, sizeof(guint64));
		g_hash_table_insert(table->rows, GUINT_TO_POINTER(level), row);
		g_array_append_val(table->levels, level);
	}
	return row;
}

static void fill(Table *table, const GArray *sums)
{
	for (guint i = 0; i < sums->len; i++) {
		const TimelineSum *sum = &g_array_index(sums, TimelineSum, i);
		guint n = table->starts->len;
		if (!n || g_array_index(table->starts, gint64, n - 1) != sum->start) {
			g_array_append_val(table->starts, sum->start);
			n++;
		}
		GArray *row = row_of(table, sum->level);
		if (row->len < n)
			g_array_set_size(row, n);
		g_array_index(row, guint64, n - 1) += sum->count;
	}
	g_array_sort(table->levels, compare_levels);
}

static void append_row(GString *json, GArray *row, guint n)
{
	g_array_set_size(row, n);
	for (guint i = 0; i < n; i++)
		g_string_append_printf(json, "%s%" G_GUINT64_FORMAT, i ? ", " : "[",
			g_array_index(row, guint64, i));
	g_string_append(json, n ? "]" : "[]");
}

static GArray *total(const Table *table)
{
	GArray *sum = g_array_sized_new(FALSE, TRUE, sizeof(guint64), table->starts->len);
	GHashTableIter iter;
	gpointer row;
	g_array_set_size(sum, table->starts->len);
	g_hash_table_iter_init(&iter, table->rows);
	while (g_hash_table_iter_next(&iter, NULL, &row))
		for (guint i = 0; i < ((GArray *)row)->len; i++)
			g_array_index(sum, guint64, i) += g_array_index((GArray *)row, guint64, i);
	return sum;
}

static void append_table(GString *json, const Table *table)
{
	guint n = table->starts->len;
	g_autoptr(GArray) sum = total(table);
	g_string_append(json, "{\"group\": [");
	for (guint i = 0; i < n; i++)
		g_string_append_printf(json, "%s%" G_GINT64_FORMAT, i ? ", " : "",
			g_array_index(table->starts, gint64, i));
	g_string_append(json, "],\n\"count\": ");
	append_row(json, sum, n);
	g_string_append(json, ",\n\"level\": {");
	for (guint i = 0; i < table->levels->len; i++) {
		guint level = g_array_index(table->levels, guint, i);
		g_string_append_printf(json, "%s\"%u\": ", i ? ",\n" : "", level);
		append_row(json, g_hash_table_lookup(table->rows, GUINT_TO_POINTER(level)), n);
	}
	g_string_append(json, "}}");
}

static gboolean write_table(const GArray *sums, HttpResponse *response, GError **error)
{
	g_autoptr(GString) json = g_string_new(NULL);
	g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GArray) levels = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autoptr(GHashTable) rows = g_hash_table_new_full(NULL, NULL, NULL, array_free);
	Table table = {starts, levels, rows};
	fill(&table, sums);
	append_table(json, &table);
	return http_response_write(response, json->str, json->len, error);
}

/* In slices ------------------------------------------------------------------------------------ */

typedef struct {
	const TimelineParameters *wanted;
	GArray *sums;
} Reading;

static gboolean read_slice(const Filter *slice, Slices *slices, GError **error)
{
	Reading *reading = slices->data;
	const TimelineParameters *wanted = reading->wanted;
	g_autoptr(GArray) sums =
		timeline_read(slices->api->reader, slice, wanted->group, wanted->zone, error);
	if (!sums)
		return FALSE;
	g_array_prepend_vals(reading->sums, sums->data, sums->len);
	return TRUE;
}

GArray *api_timeline_sums(Api *api, const TimelineParameters *wanted, const SliceOptions *options,
	HttpResponse *response, GError **error)
{
	if (!options->is_partial || !wanted->filter->query)
		return timeline_read(
			api->reader, wanted->filter, wanted->group, wanted->zone, error);
	g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(TimelineSum));
	Reading reading = {wanted, sums};
	Slices slices = {.api = api,
		.options = options,
		.filter = wanted->filter,
		.read = read_slice,
		.data = &reading};
	if (!slices_read(&slices, error))
		return NULL;
	slices_describe(&slices, response);
	return g_steal_pointer(&sums);
}

/* The request ---------------------------------------------------------------------------------- */

enum { PARTIAL, TIMEOUT, GROUP, TIMEZONE };

gboolean api_timeline(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GTimeZone) zone = NULL;
	ApiParameter own[] = {
		{"partial", NULL}, {"timeout", NULL}, {"group", NULL}, {"timezone", NULL}};
	SliceOptions options = {0};
	TimelineGroup group;
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), filter, error) ||
		!slices_parse(api, &own[PARTIAL], &own[TIMEOUT], &options, error))
		return FALSE;
	if (!own[GROUP].value || !own[TIMEZONE].value) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"%s\" is missing",
			own[GROUP].value ? "timezone" : "group");
		return FALSE;
	}
	if (!timeline_parse_group(own[GROUP].value, &group, error) ||
		!(zone = timeline_parse_zone(own[TIMEZONE].value, error)))
		return FALSE;
	TimelineParameters wanted = {filter, group, zone};
	g_autoptr(GArray) sums = api_timeline_sums(api, &wanted, &options, response, error);
	return sums && write_table(sums, response, error);
}
