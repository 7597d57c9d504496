/* iso8601: points in time and durations, and what is refused. */
#include <json-c/json.h>
#include <string.h>
#include "base/error.h"
#include "base/iso8601.h"
#include "record/record.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* 2020-01-31T10:20:30.123456Z: the last day of a month, in a leap year. */
#define NOW G_GINT64_CONSTANT(1580466030123456)

static void check_equal(const char *text, gint64 now, gint64 expected)
{
	g_autoptr(GError) error = NULL;
	gint64 ts = 0;
	g_test_message("%s", text);
	iso8601_parse(text, now, &ts, &error);
	g_assert_no_error(error);
	g_assert_cmpint(ts, ==, expected);
}

static void check_refused(const char *text, gint64 now, const char *why)
{
	g_autoptr(GError) error = NULL;
	gint64 ts = 0;
	g_test_message("%s", text);
	g_assert_false(iso8601_parse(text, now, &ts, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
	if (why && !strstr(error->message, why))
		g_error("\"%s\" does not say \"%s\"", error->message, why);
	g_assert_false(iso8601_parse(text, now, &ts, NULL));
}

static void test_vectors(void)
{
	g_autofree char *file = g_test_build_filename(G_TEST_DIST, "vectors/iso8601.json", NULL);
	json_object *cases = json_object_from_file(file), *member;

	g_assert_nonnull(cases);
	for (gsize i = 0; i < json_object_array_length(cases); i++) {
		json_object *item = json_object_array_get_idx(cases, i);
		const char *text = json_object_get_string(json_object_object_get(item, "text"));
		if (json_object_object_get_ex(item, "us", &member))
			check_equal(text, NOW, json_object_get_int64(member));
		else if (json_object_object_get_ex(item, "relative_us", &member))
			check_equal(text, NOW, NOW + json_object_get_int64(member));
		else
			check_refused(text, NOW, NULL);
	}
	json_object_put(cases);
}

static const struct {
	const char *text;
	const char *same; /* as a plain calendar date and time */
} points[] = {
	{"2018-05-10 16:36:53Z", "2018-05-10T16:36:53"},
	{"2018-05-10t16:36:53z", "2018-05-10T16:36:53"},
	{"20180510T163653Z", "2018-05-10T16:36:53"},
	{"20180510T1636Z", "2018-05-10T16:36:00"},
	{"20180510T16", "2018-05-10T16:00:00"},
	{"20180510 163653,5+0200", "2018-05-10T14:36:53.5"},
	{"20180510T163653+02:00", "2018-05-10T14:36:53"},
	{"2018-05-10T16:36:53,377493Z", "2018-05-10T16:36:53.377493"},
	{"2018-05-10T16:36:53.9999999999999999999999Z", "2018-05-10T16:36:53.999999"},
	{"1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999"},
	{"2018-05-10T16:36,5Z", "2018-05-10T16:36:30"},
	{"2018-05-10T16.25Z", "2018-05-10T16:15:00"},
	{"2018-05-10T16:36:53-00:00", "2018-05-10T16:36:53"},
	{"2018-05-10T00:00+23:59", "2018-05-09T00:01:00"},
	{"2018-12-31T24:00:00Z", "2019-01-01T00:00:00"},
	{"2016-02-28T24:00", "2016-02-29T00:00:00"},
	{"2018-12-31T24", "2019-01-01T00:00:00"},
	{"2018-12-31T24:00:00.000Z", "2019-01-01T00:00:00"},
	/* the days around new year, by week */
	{"2015-W53-5", "2016-01-01T00:00:00"},
	{"2020-W53-7", "2021-01-03T00:00:00"},
	{"2019-W01-1", "2018-12-31T00:00:00"},
	{"2018W527", "2018-12-30T00:00:00"},
	{"2018-W19-4T16:36:53Z", "2018-05-10T16:36:53"},
	{"2018W194T163653Z", "2018-05-10T16:36:53"},
	{"0001-W01-1", "0001-01-01T00:00:00"},
	{"9999-W52-5", "9999-12-31T00:00:00"},
	/* by day of the year */
	{"2016-366", "2016-12-31T00:00:00"},
	{"2018365", "2018-12-31T00:00:00"},
	{"2000-060", "2000-02-29T00:00:00"},
	{"1900-060", "1900-03-01T00:00:00"},
	{"2018-130T16:36:53Z", "2018-05-10T16:36:53"},
	{"2018130T163653Z", "2018-05-10T16:36:53"},
	/* a month or a year alone: its first instant */
	{"2018-05", "2018-05-01T00:00:00"},
	{"2018-12", "2018-12-01T00:00:00"},
	{"2018", "2018-01-01T00:00:00"},
	{"0001", "0001-01-01T00:00:00"},
	{"9999-12", "9999-12-01T00:00:00"},
	/* the ends */
	{"0001-01-01T01:00+01:00", "0001-01-01T00:00:00"},
	{"9999-12-31T22:59:59.999999-01:00", "9999-12-31T23:59:59.999999"},
};

static void test_points(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(points); i++) {
		gint64 expected = 0;
		g_assert_true(iso8601_parse(points[i].same, NOW, &expected, NULL));
		check_equal(points[i].text, NOW, expected);
	}
	check_equal("0001-01-01", NOW, CALENDAR_TS_MIN);
	check_equal("9999-12-31T23:59:59.999999Z", NOW, CALENDAR_TS_MAX);
	check_equal("2000-02-29", NOW, 951782400 * SECOND);
	check_equal("1969-12-31T23:59:59.5Z", NOW, -SECOND / 2);
}

/* Every day of 400 years, as GLib has it. */
static void test_calendar(void)
{
	g_autoptr(GDateTime) day = g_date_time_new_utc(1799, 12, 25, 0, 0, 0);
	for (guint i = 0; i < 400 * 366; i++) {
		static const char *const formats[] = {"%Y-%m-%d", "%Y%m%d", "%Y-%j", "%G-W%V-%u"};
		GDateTime *next = g_date_time_add_days(day, 1);
		for (guint j = 0; j < G_N_ELEMENTS(formats); j++) {
			g_autofree char *text = g_date_time_format(day, formats[j]);
			gint64 ts = 0;

			g_assert_true(iso8601_parse(text, NOW, &ts, NULL));
			g_assert_cmpint(ts, ==, g_date_time_to_unix(day) * SECOND);
		}
		g_date_time_unref(day);
		day = next;
	}
}

static const struct {
	const char *text;
	gint64 us;
} durations[] = {
	{"+P1D", DAY},
	{"P1W", 7 * DAY},
	{"-P2W3D", -17 * DAY},
	{"-P7D", -7 * DAY},
	{"PT0.5S", SECOND / 2},
	{"-PT0,000001S", -1},
	{"PT0.0000019S", 1},
	{"PT1,5H", 3 * HOUR / 2},
	{"PT1.5M", 90 * SECOND},
	{"P0.5D", DAY / 2},
	{"P0.5W", 7 * DAY / 2},
	{"-P1DT0.3333333333333333333333333333333H", -DAY - 1199999999},
	{"PT36H", 36 * HOUR},
	{"PT86400S", DAY},
	{"P0Y0M0DT0H0M0S", 0},
	{"P00001D", DAY},
};

static void test_durations(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(durations); i++) {
		check_equal(durations[i].text, NOW, NOW + durations[i].us);
		check_equal(durations[i].text, -1, durations[i].us - 1);
	}
}

static const struct {
	const char *text;
	const char *from;
	const char *to;
} months[] = {
	{"P1Y2M", "2020-01-31T10:20:30.123456", "2021-03-31T10:20:30.123456"},
	{"P1M", "2020-01-31T10:20:30.123456", "2020-02-29T10:20:30.123456"},
	{"P13M", "2020-01-31T10:20:30.123456", "2021-02-28T10:20:30.123456"},
	{"-P2M", "2020-01-31T10:20:30.123456", "2019-11-30T10:20:30.123456"},
	{"P1Y", "2020-02-29T00:00:00", "2021-02-28T00:00:00"},
	{"-P4Y", "2020-02-29T00:00:00", "2016-02-29T00:00:00"},
	{"P1M1DT1H", "2020-01-31T10:20:30", "2020-03-01T11:20:30"},
	{"-P1M1D", "2020-03-31T00:00:00", "2020-02-28T00:00:00"},
	{"-P1M", "1960-03-31T23:59:59.999999", "1960-02-29T23:59:59.999999"},
	{"-P2019Y", "2020-01-31T00:00:00", "0001-01-31T00:00:00"},
	{"P7979Y", "2020-01-31T00:00:00", "9999-01-31T00:00:00"},
};

static void test_months(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(months); i++) {
		gint64 from = 0, to = 0;
		g_assert_true(iso8601_parse(months[i].from, NOW, &from, NULL));
		g_assert_true(iso8601_parse(months[i].to, NOW, &to, NULL));
		check_equal(months[i].text, from, to);
	}
}

static const struct {
	const char *text;
	const char *why; /* in the message */
} refused[] = {
	{"", "neither"},
	/* YYYYMM looks like YYMMDD, so that ISO 8601 has no such form; no time goes with half a
	 * date */
	{"201805", "neither"},
	{"2018-05T16:36", "neither"},
	{"2018-05Z", "neither"},
	{"2018T16", "neither"},
	{"2018 ", "neither"},
	{"2018-", "neither"},
	{"2018-5", "neither"},
	{"20", "neither"},
	{"0000", "no such date"},
	{"2018-00", "no such date"},
	{"2018-13", "no such date"},
	{"2018-W19", "neither"},
	{"+2018-05-10", "neither"},
	{"1525970213", "no such date"},
	{"2018051013", "expected the end or T"},
	{"2018-0510", "expected the end or T"},
	{"201805-10", "neither"},
	{"2018-05-10T1636", "separators"},
	{"20180510T16:36", "separators"},
	{"2018-130T163653Z", "separators"},
	{"2018-05-10T16:3653Z", "expected Z"},
	{"0000-01-01", "no such date"},
	{"2018-00-10", "no such date"},
	{"2018-04-31", "no such date"},
	{"1900-02-29", "no such date"},
	{"2018-366", "no such date"},
	{"2018-000", "no such date"},
	{"2018-W53-1", "no such date"},
	{"2018-W00-1", "no such date"},
	{"2018-W19-0", "no such date"},
	{"2018-W19-8", "no such date"},
	{"2018-w19-4", "neither"},
	{"2018-05-10T", "time of day"},
	{"2018-05-10  16:36", "time of day"},
	{"2018-05-10Z", "expected the end or T"},
	{"2018-05-10T16:", "expected Z"},
	{"2018-05-10T24:00:00.1Z", "no such time"},
	{"2018-05-10T24:00:01Z", "no such time"},
	{"2018-05-10T24:01Z", "no such time"},
	{"2018-05-10T25:00Z", "no such time"},
	{"2016-12-31T23:59:60Z", "no such time"},
	{"2018-05-10T16:36:53.Z", "digit"},
	{"2018-05-10T16:36:53.", "digit"},
	{"2018-05-10T16:36:53.1.2Z", "expected Z"},
	{"2018-05-10T18:36:53 02:00", "%2B"},
	{"2018-05-10T18:36:53 +02:00", "expected Z"},
	{"2018-05-10T18:36:53+24:00", "offset"},
	{"2018-05-10T18:36:53+02:60", "offset"},
	{"2018-05-10T18:36:53+2", "offset"},
	{"2018-05-10T18:36:53+", "offset"},
	{"2018-05-10T18:36:53+02:", "something follows"},
	{"2018-05-10T18:36:53+02:00:00", "something follows"},
	{"2018-05-10T18:36:53ZZ", "something follows"},
	{"2018-05-10T18:36:53Z ", "something follows"},
	{"2018-05-10T18:36:53Z/P1D", "something follows"},
	{"2018-05-10T18:36:53 CET", "expected Z"},
	{"2018\xe2\x80\x93"
	 "05-10",
		"neither"},
	{"0001-01-01T00:00+00:01", "1 to 9999"},
	{"9999-12-31T24:00:00Z", "1 to 9999"},
	{"9999-12-31T23:59-00:01", "1 to 9999"},
	{"9999-W52-6", "1 to 9999"},
	{"P", "expected"},
	{"PT", "expected"},
	{"P1DT", "expected"},
	{"P1DTT1H", "expected"},
	{"--P1D", "neither"},
	{"-p1d", "neither"},
	{" P1D", "%2B"},
	{"P-1D", "expected"},
	{"P1D1D", "expected"},
	{"P1D1Y", "expected"},
	{"P1H", "expected"},
	{"PT1D", "expected"},
	{"PT1.5H30M", "expected"},
	{"PT1.0H30M", "expected"},
	{"PT1.H", "digits"},
	{"PT1.5.5H", "digits"},
	{"PT.5H", "expected"},
	{"P0.5Y", "no length"},
	{"P1.5M", "no length"},
	{"P1D ", "expected"},
	{"P2018-05-10", "expected"},
	{"P7980Y", "1 to 9999"},
	{"-P2020Y", "1 to 9999"},
	{"-P800000D", "1 to 9999"},
	{"PT99999999999999999999999999999S", "1 to 9999"},
	{"P9223372036854775807W", "1 to 9999"},
	{"P130000M", "1 to 9999"},
	{"P10000Y130000M500000W3000000DT80000000H", "1 to 9999"},
};

static void test_refused(void)
{
	g_autofree char *nines = g_strnfill(200, '9');
	g_autofree char *fraction = g_strconcat("2018-05-10T16:36:53.", nines, "Z", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
		check_refused(refused[i].text, NOW, refused[i].why);
	check_refused(fraction, NOW, "too long");
	check_refused("PT0.000001S", CALENDAR_TS_MAX, "1 to 9999");
	check_refused("-PT0.000001S", CALENDAR_TS_MIN, "1 to 9999");
	check_refused("P1M", CALENDAR_TS_MAX, "1 to 9999");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/iso8601/vectors", test_vectors);
	g_test_add_func("/iso8601/points", test_points);
	g_test_add_func("/iso8601/calendar", test_calendar);
	g_test_add_func("/iso8601/durations", test_durations);
	g_test_add_func("/iso8601/months", test_months);
	g_test_add_func("/iso8601/refused", test_refused);
	return g_test_run();
}
