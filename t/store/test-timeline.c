/* timeline: sums of steps -> local minutes, quarter hours, hours and days.
 *
 * The store is a stand-in: an array of instants. The real ones have tests of their own. */
#include <json-c/json.h>
#include <string.h>
#include "base/error.h"
#include "base/iso8601.h"
#include "store/timeline.h"

#define SECOND G_GINT64_CONSTANT(1000000)

typedef struct {
	gint64 ts; /* microseconds */
	guint level;
} Instant;

struct store {
	GArray *instants; /* Instant */
	guint calls;
	gboolean broken;
};

static int compare_sums(const void *a, const void *b)
{
	const StoreSum *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->level < right->level ? -1 : left->level > right->level;
}

/* One sum an instant: as the store's, but that two may be of the same step and level. */
GArray *store_sums(Store *store, const Filter *filter, guint step, GError **error)
{
	GArray *sums;

	store->calls++;
	if (store->broken) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "away");
		return NULL;
	}
	sums = g_array_new(FALSE, FALSE, sizeof(StoreSum));
	for (guint i = 0; i < store->instants->len; i++) {
		const Instant *instant = &g_array_index(store->instants, Instant, i);
		gint64 us = (gint64)step * SECOND;
		StoreSum sum = {
			(instant->ts - (instant->ts % us + us) % us) / SECOND, instant->level, 1};

		if (instant->ts >= filter->after && instant->ts <= filter->before &&
			instant->level >= filter->level)
			g_array_append_val(sums, sum);
	}
	g_array_sort(sums, compare_sums);
	return sums;
}

static gint64 seconds_of(const char *iso8601)
{
	g_autoptr(GError) error = NULL;
	gint64 ts = 0;

	iso8601_parse(iso8601, 0, &ts, &error);
	g_assert_no_error(error);
	return ts / SECOND;
}

static GTimeZone *zone_of(const char *name)
{
	g_autoptr(GError) error = NULL;
	GTimeZone *zone = timeline_parse_zone(name, &error);

	g_assert_no_error(error);
	g_assert_nonnull(zone);
	return zone;
}

static TimelineGroup group_of(const char *name)
{
	g_autoptr(GError) error = NULL;
	TimelineGroup group = GROUP_MINUTE;

	g_assert_true(timeline_parse_group(name, &group, &error));
	g_assert_no_error(error);
	return group;
}

static GArray *read_sums(GArray *instants, TimelineGroup group, const char *name)
{
	Store store = {.instants = instants};
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GTimeZone) zone = zone_of(name);
	g_autoptr(GError) error = NULL;
	GArray *sums = timeline_read(&store, filter, group, zone, &error);

	g_assert_no_error(error);
	g_assert_nonnull(sums);
	g_assert_cmpuint(store.calls, ==, group == GROUP_MINUTE ? 2 : 1);
	return sums;
}

static const char *text_of(json_object *item, const char *key)
{
	return json_object_get_string(json_object_object_get(item, key));
}

static gint64 number_of(json_object *item, const char *key, gsize index)
{
	return json_object_get_int64(
		json_object_array_get_idx(json_object_object_get(item, key), index));
}

static void check_vector(gconstpointer item_)
{
	json_object *item = (json_object *)item_;
	g_autoptr(GArray) instants = g_array_new(FALSE, FALSE, sizeof(Instant));
	g_autoptr(GArray) sums = NULL;

	for (gsize i = 0; i < json_object_array_length(json_object_object_get(item, "instants"));
		i++) {
		Instant instant = {number_of(item, "instants", i) * SECOND + 999999, 20};

		g_array_append_val(instants, instant);
	}
	sums = read_sums(instants, group_of(text_of(item, "group")), text_of(item, "timezone"));
	g_assert_cmpuint(
		sums->len, ==, json_object_array_length(json_object_object_get(item, "groups")));
	for (guint i = 0; i < sums->len; i++) {
		const TimelineSum *sum = &g_array_index(sums, TimelineSum, i);

		g_assert_cmpint(sum->start, ==, number_of(item, "groups", i));
		g_assert_cmpint((gint64)sum->count, ==, number_of(item, "counts", i));
	}
}

static json_object *add_vectors(void)
{
	g_autofree char *file = g_test_build_filename(G_TEST_DIST, "vectors/timeline.json", NULL);
	json_object *cases = json_object_from_file(file);

	g_assert_nonnull(cases);
	for (gsize i = 0; i < json_object_array_length(cases); i++) {
		json_object *item = json_object_array_get_idx(cases, i);
		g_autofree char *title = g_strdelimit(g_strdup(text_of(item, "title")), "/", '-');
		g_autofree char *path =
			g_strdup_printf("/timeline/vectors/%s", g_strdelimit(title, " ", '-'));

		g_test_add_data_func(path, item, check_vector);
	}
	return cases;
}

static const struct {
	const char *zone;
	const char *group;
	const char *instant;
	const char *start;
	const char *end;
} bounds[] = {
	/* before 1970 */
	{"UTC", "minute", "1969-12-31T23:59:59Z", "1969-12-31T23:59Z", "1970-01-01T00:00Z"},
	{"UTC", "15minute", "1969-12-31T23:59:59Z", "1969-12-31T23:45Z", "1970-01-01T00:00Z"},
	{"Asia/Kolkata", "hour", "1969-12-31T23:59:59Z", "1969-12-31T23:30Z", "1970-01-01T00:30Z"},
	{"Europe/Amsterdam", "day", "1969-12-31T22:59:59Z", "1969-12-30T23:00Z",
		"1969-12-31T23:00Z"},
	{"UTC", "day", "0001-01-01T00:00Z", "0001-01-01T00:00Z", "0001-01-02T00:00Z"},
	/* half of an hour repeated */
	{"Australia/Lord_Howe", "hour", "2026-04-04T14:59:59Z", "2026-04-04T14:00Z",
		"2026-04-04T15:00Z"},
	{"Australia/Lord_Howe", "hour", "2026-04-04T15:00Z", "2026-04-04T15:00Z",
		"2026-04-04T15:30Z"},
	{"Australia/Lord_Howe", "15minute", "2026-04-04T15:00Z", "2026-04-04T15:00Z",
		"2026-04-04T15:15Z"},
	{"America/Caracas", "hour", "2007-12-09T07:00Z", "2007-12-09T07:00Z", "2007-12-09T07:30Z"},
	/* days of 25, 23, 24.5 and 27 hours */
	{"Europe/Amsterdam", "day", "2018-10-28T12:00Z", "2018-10-27T22:00Z", "2018-10-28T23:00Z"},
	{"Europe/Amsterdam", "day", "2018-03-25T12:00Z", "2018-03-24T23:00Z", "2018-03-25T22:00Z"},
	{"Australia/Lord_Howe", "day", "2026-04-04T15:00Z", "2026-04-04T13:00Z",
		"2026-04-05T13:30Z"},
	{"Antarctica/Casey", "day", "2021-03-13T13:00Z", "2021-03-12T13:00Z", "2021-03-13T16:00Z"},
	/* no local midnight */
	{"America/Sao_Paulo", "day", "2018-11-04T03:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"},
	/* a day skipped, and one that lasted two, where the date line moved */
	{"Pacific/Apia", "day", "2011-12-30T09:59:59Z", "2011-12-29T10:00Z", "2011-12-30T10:00Z"},
	{"Pacific/Apia", "day", "2011-12-30T10:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z"},
	{"Pacific/Kwajalein", "day", "1993-08-21T12:00Z", "1993-08-21T12:00Z", "1993-08-22T12:00Z"},
	{"Pacific/Kwajalein", "day", "1969-09-30T20:00Z", "1969-09-29T13:00Z", "1969-10-01T12:00Z"},
	/* back from 00:01 to 23:01, so that the new day begins, ends and begins again */
	{"America/St_Johns", "day", "2006-10-29T02:29:59Z", "2006-10-28T02:30Z",
		"2006-10-29T02:30Z"},
	{"America/St_Johns", "day", "2006-10-29T02:30Z", "2006-10-29T02:30Z", "2006-10-30T03:30Z"},
	{"America/St_Johns", "day", "2006-10-29T02:50Z", "2006-10-29T02:30Z", "2006-10-30T03:30Z"},
	{"America/St_Johns", "hour", "2006-10-29T02:44:59Z", "2006-10-29T02:30Z",
		"2006-10-29T02:45Z"},
	{"America/St_Johns", "hour", "2006-10-29T02:45Z", "2006-10-29T02:45Z", "2006-10-29T03:30Z"},
	/* local mean time of -00:44:30 until 00:44:30 UTC; of +00:19:32 */
	{"Africa/Monrovia", "hour", "1972-01-07T00:44:30Z", "1972-01-06T23:45Z",
		"1972-01-07T00:45Z"},
	{"Africa/Monrovia", "hour", "1972-01-07T00:45Z", "1972-01-07T00:45Z", "1972-01-07T01:00Z"},
	{"Europe/Amsterdam", "day", "1930-01-01T12:00Z", "1929-12-31T23:45Z", "1930-01-01T23:45Z"},
	/* past the transitions that tzdata lists, by its rule */
	{"America/New_York", "day", "2090-07-04T12:00Z", "2090-07-04T04:00Z", "2090-07-05T04:00Z"},
	{"America/New_York", "day", "2090-01-04T12:00Z", "2090-01-04T05:00Z", "2090-01-05T05:00Z"},
	{"UTC", "day", "9999-12-31T23:59:59Z", "9999-12-31T00:00Z", "later"},
};

static void test_bounds(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(bounds); i++) {
		g_autoptr(GTimeZone) zone = zone_of(bounds[i].zone);
		gint64 instant = seconds_of(bounds[i].instant), start = 0, end = 0;

		g_test_message("%s %s %s", bounds[i].zone, bounds[i].group, bounds[i].instant);
		timeline_bounds(zone, group_of(bounds[i].group), instant, &start, &end);
		g_assert_cmpint(start, ==, seconds_of(bounds[i].start));
		/* GDateTime has no year 10000. */
		g_assert_cmpint(end, ==,
			strcmp(bounds[i].end, "later") == 0 ? instant + 1
							    : seconds_of(bounds[i].end));
	}
}

/* From any instant of a group its bounds are the same, and the next one begins where it ends. */
static void test_without_gaps(void)
{
	static const char *const zones[] = {"America/St_Johns", "Australia/Lord_Howe",
		"Pacific/Apia", "Africa/Casablanca", "Antarctica/Troll", "Asia/Kathmandu",
		"Europe/Dublin", "America/Goose_Bay", "Asia/Pyongyang", "Africa/Monrovia"};

	for (guint i = 0; i < G_N_ELEMENTS(zones) * (GROUP_DAY + 1); i++) {
		g_autoptr(GTimeZone) zone = zone_of(zones[i / (GROUP_DAY + 1)]);
		TimelineGroup group = (TimelineGroup)(i % (GROUP_DAY + 1));
		gint64 t = seconds_of("1968-06-01T00:00Z"), expected = 0;

		for (guint n = 0; n < 20000; n++, t = expected) {
			gint64 start, end;

			timeline_bounds(zone, group, t, &start, &end);
			g_assert_true(n == 0 || start == expected);
			g_assert_true(start <= t && t < end);
			expected = end;
			timeline_bounds(zone, group, end - 1, &t, &end);
			g_assert_true(t == start && end == expected);
		}
	}
}

static void test_levels(void)
{
	/* 12:00, 12:14:59.999999, 12:15, 12:59, 13:00, 13:31 */
	static const Instant data[] = {{43200 * SECOND, 40}, {44100 * SECOND - 1, 20},
		{44100 * SECOND, 40}, {46740 * SECOND, 10}, {46800 * SECOND, 20},
		{48660 * SECOND, 20}};
	static const struct {
		TimelineGroup group;
		guint n;
		TimelineSum sums[6];
	} cases[] = {
		{GROUP_MINUTE, 6,
			{{43200, 40, 1}, {44040, 20, 1}, {44100, 40, 1}, {46740, 10, 1},
				{46800, 20, 1}, {48660, 20, 1}}},
		{GROUP_QUARTER_HOUR, 6,
			{{43200, 20, 1}, {43200, 40, 1}, {44100, 40, 1}, {45900, 10, 1},
				{46800, 20, 1}, {48600, 20, 1}}},
		{GROUP_HOUR, 4, {{43200, 10, 1}, {43200, 20, 1}, {43200, 40, 2}, {46800, 20, 2}}},
		{GROUP_DAY, 3, {{0, 10, 1}, {0, 20, 3}, {0, 40, 2}}},
	};
	g_autoptr(GArray) instants = g_array_new(FALSE, FALSE, sizeof(Instant));

	g_array_append_vals(instants, data, G_N_ELEMENTS(data));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) sums = read_sums(instants, cases[i].group, "UTC");

		g_assert_cmpuint(sums->len, ==, cases[i].n);
		for (guint j = 0; j < sums->len; j++) {
			const TimelineSum *sum = &g_array_index(sums, TimelineSum, j);

			g_assert_cmpint(sum->start, ==, cases[i].sums[j].start);
			g_assert_cmpuint(sum->level, ==, cases[i].sums[j].level);
			g_assert_cmpuint(sum->count, ==, cases[i].sums[j].count);
		}
	}
}

static void test_empty(void)
{
	g_autoptr(GArray) instants = g_array_new(FALSE, FALSE, sizeof(Instant));
	g_autoptr(GArray) sums = read_sums(instants, GROUP_HOUR, "Europe/Amsterdam");

	g_assert_cmpuint(sums->len, ==, 0);
}

static void test_broken_store(void)
{
	Store store = {.broken = TRUE};
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GTimeZone) zone = zone_of("UTC");
	g_autoptr(GError) error = NULL;

	g_assert_null(timeline_read(&store, filter, GROUP_HOUR, zone, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
}

static void test_groups(void)
{
	static const char *const refused[] = {"", "Hour", "hours", "week", "15", "minute "};

	g_assert_cmpint(group_of("minute"), ==, GROUP_MINUTE);
	g_assert_cmpint(group_of("15minute"), ==, GROUP_QUARTER_HOUR);
	g_assert_cmpint(group_of("hour"), ==, GROUP_HOUR);
	g_assert_cmpint(group_of("day"), ==, GROUP_DAY);
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		TimelineGroup group;

		g_assert_false(timeline_parse_group(refused[i], &group, &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
		g_assert_true(g_str_has_prefix(error->message, "Parameter \"group\": "));
	}
}

static void test_zones(void)
{
	static const char *const taken[] = {"UTC", "Europe/Amsterdam", "Etc/GMT+12", "Etc/GMT-14",
		"America/Argentina/Buenos_Aires", "America/Port-au-Prince", "GMT0"};

	for (guint i = 0; i < G_N_ELEMENTS(taken); i++)
		g_time_zone_unref(zone_of(taken[i]));
}

static void test_zones_refused(void)
{
	static const char *const refused[] = {"", "Z", "Europe", "Europe/", "Europe/Nowhere",
		"/Europe/Paris", "/usr/share/zoneinfo/Europe/Paris", "../zoneinfo/Europe/Paris",
		"Europe/../Europe/Paris", "Europe//Paris", "Europe/Paris\n", " Europe/Paris",
		":Europe/Paris", "europe/paris", "EST5EDT,M3.2.0,M11.1.0", "JST-9", "UTC+3",
		"<+03>-3", "+01:00", "-0530", "01", "posix/Europe/Paris", "right/Europe/Paris",
		"posixrules", "localtime", "zone.tab", "tzdata.zi", "Europe/Paris\xff",
		"/etc/passwd", "~"};
	g_autofree char *long_name = g_strnfill(10000, 'A');

	for (guint i = 0; i <= G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		const char *name = i < G_N_ELEMENTS(refused) ? refused[i] : long_name;

		g_assert_null(timeline_parse_zone(name, &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
		g_assert_true(g_str_has_prefix(error->message, "Parameter \"timezone\": "));
	}
}

int main(int argc, char **argv)
{
	json_object *vectors;
	int status;

	g_test_init(&argc, &argv, NULL);
	vectors = add_vectors();
	g_test_add_func("/timeline/bounds", test_bounds);
	g_test_add_func("/timeline/without-gaps", test_without_gaps);
	g_test_add_func("/timeline/levels", test_levels);
	g_test_add_func("/timeline/empty", test_empty);
	g_test_add_func("/timeline/broken-store", test_broken_store);
	g_test_add_func("/timeline/groups", test_groups);
	g_test_add_func("/timeline/zones", test_zones);
	g_test_add_func("/timeline/zones-refused", test_zones_refused);
	status = g_test_run();
	json_object_put(vectors);
	return status;
}
