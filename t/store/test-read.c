/* Reading: filters, sums, ranges, names, ids. */
#include "test-store.h"

#include <string.h>

#include "base/error.h"

/* Reading -------------------------------------------------------------------------------------- */

static void filter_ts(Fixture *fixture)
{
	static const struct {
		gint64 after, before;
		guint64 count;
	} rows[] = {
		{CALENDAR_TS_MIN, CALENDAR_TS_MAX, 5},
		{NOW, NOW, 1},
		{NOW - 1, NOW + 1, 3},
		{NOW + 1, CALENDAR_TS_MAX, 2},
		{CALENDAR_TS_MIN, NOW - 1, 2},
		{CALENDAR_TS_MIN + 1, CALENDAR_TS_MAX - 1, 3},
		{NOW + 2, CALENDAR_TS_MAX - 1, 0},
		{NOW + 1, NOW, 0},
	};
	insert(fixture, CALENDAR_TS_MIN, 20, "app");
	insert(fixture, NOW - 1, 20, "app");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, CALENDAR_TS_MAX, 20, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		filter->after = rows[i].after;
		filter->before = rows[i].before;
		g_assert_cmpuint(count(fixture, filter), ==, rows[i].count);
	}
}

static void filter_level(Fixture *fixture)
{
	static const guint rows[][2] = {
		{0, 4}, {1, 3}, {20, 3}, {21, 2}, {50, 1}, {65535, 1}, {RECORD_LEVEL_MAX + 1, 0}};
	insert(fixture, NOW, 0, "app");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW, 30, "app");
	insert(fixture, NOW, 65535, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		filter->level = rows[i][0];
		g_assert_cmpuint(count(fixture, filter), ==, rows[i][1]);
	}
}

/* clang-format off */
static const char *const logger_names[] = {
	"app", "app.db", "App.db", "apple", "app ", "app  x", "a%p", "a_p", "a\\p", "a|p", "",
	"caf\303\251", "cafe", "\303\237", "ss", "\360\237\220\215.x", " app", "a'p",
};

static const struct {
	const char *prefixes[4];
	guint64 count;
} prefix_rows[] = {
	{{NULL}, 18}, {{""}, 18}, {{"app", ""}, 18},
	{{"app"}, 5}, {{"app."}, 1}, {{"APP"}, 0}, {{"App"}, 1}, {{"app", "App"}, 6},
	{{"app "}, 2}, {{"app  "}, 1}, {{"app   "}, 0}, {{" "}, 1},
	{{"a%"}, 1}, {{"a_"}, 1}, {{"a\\"}, 1}, {{"a|"}, 1}, {{"a|p"}, 1}, {{"a'"}, 1},
	{{"%"}, 0}, {{"_"}, 0},
	{{"cafe"}, 1}, {{"caf\303\251"}, 1}, {{"caf"}, 2}, {{"CAF"}, 0},
	{{"\303\237"}, 1}, {{"s"}, 1}, {{"\360\237\220\215"}, 1}, {{"\360\237\220\216"}, 0},
	{{"app.db", "apple", "nothing"}, 2}, {{"app", "app.db"}, 5},
};
/* clang-format on */

static void filter_names(Fixture *fixture)
{
	for (gsize i = 0; i < G_N_ELEMENTS(logger_names); i++)
		insert(fixture, NOW, 20, logger_names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(prefix_rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		for (const char *const *prefix = prefix_rows[i].prefixes; *prefix; prefix++)
			g_ptr_array_add(filter->names, g_strdup(*prefix));
		g_test_message("prefix %s", prefix_rows[i].prefixes[0]);
		g_assert_cmpuint(count(fixture, filter), ==, prefix_rows[i].count);
	}
}

static void filter_combined(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	for (guint i = 0; i < 5; i++)
		for (guint level = 10; level <= 50; level += 10) {
			insert(fixture, NOW + i, level, "app");
			insert(fixture, NOW + i, level, "lib");
			insert(fixture, NOW + i, level, "other");
		}
	filter->after = NOW + 1;
	filter->before = NOW + 3;
	filter->level = 30;
	g_ptr_array_add(filter->names, g_strdup("app"));
	g_ptr_array_add(filter->names, g_strdup("li"));
	g_assert_cmpuint(count(fixture, filter), ==, 3 * 3 * 2);
}

/* "start/level=count " for each sum. */
static char *sums_text(Fixture *fixture, const Filter *filter, guint step)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) sums = store_sums(fixture->reader, filter, step, &error);
	g_assert_no_error(error);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sums->len; i++) {
		const StoreSum *sum = &g_array_index(sums, StoreSum, i);
		g_string_append_printf(text, "%" G_GINT64_FORMAT "/%u=%" G_GUINT64_FORMAT " ",
			sum->start, sum->level, sum->count);
	}
	return g_string_free(text, FALSE);
}

static void assert_sums(Fixture *fixture, const Filter *filter, guint step, const char *expected)
{
	g_autofree char *text = sums_text(fixture, filter, step);
	g_assert_cmpstr(text, ==, expected);
}

static void sums(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	assert_sums(fixture, filter, 900, "");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 999999, 20, "lib");
	insert(fixture, NOW + SECOND, 40, "app");
	insert(fixture, NOW + 7 * SECOND, 20, "app");
	insert(fixture, 1525970700 * SECOND - 1, 0, "app");
	insert(fixture, 1525970700 * SECOND, 0, "app");
	assert_sums(fixture, filter, 1,
		"1525970213/20=2 1525970214/40=1 1525970220/20=1 1525970699/0=1 1525970700/0=1 ");
	assert_sums(fixture, filter, 60,
		"1525970160/20=2 1525970160/40=1 1525970220/20=1 1525970640/0=1 1525970700/0=1 ");
	assert_sums(fixture, filter, 900,
		"1525969800/0=1 1525969800/20=3 1525969800/40=1 1525970700/0=1 ");
	filter->level = 20;
	filter->after = NOW + 999999;
	filter->before = NOW + SECOND;
	g_ptr_array_add(filter->names, g_strdup("app"));
	assert_sums(fixture, filter, 900, "1525969800/40=1 ");
}

/* Rounded down, not towards 1970 or anything else, in all years. */
static void sums_of_all_years(Fixture *fixture)
{
	static const gint64 step = 900;
	g_autoptr(Filter) filter = filter_new();
	for (gsize i = 0; i < instants_length; i++) {
		gint64 second = (instants[i] - CALENDAR_TS_MIN) / SECOND + CALENDAR_TS_MIN / SECOND;
		gint64 start = second - ((second % step) + step) % step;
		g_autofree char *expected = g_strdup_printf("%" G_GINT64_FORMAT "/7=1 ", start);
		g_autofree char *fine = g_strdup_printf("%" G_GINT64_FORMAT "/7=1 ", second);
		insert(fixture, instants[i], 7, "app");
		filter->after = filter->before = instants[i];
		assert_sums(fixture, filter, (guint)step, expected);
		assert_sums(fixture, filter, 1, fine);
	}
}

static void range_order(Fixture *fixture)
{
	guint64 a = insert(fixture, NOW, 50, "z");
	guint64 b = insert(fixture, NOW + 1, 10, "a");
	guint64 c = insert(fixture, NOW, 10, "a");
	guint64 d = insert(fixture, NOW, 90, "b");
	g_autofree char *expected = g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
						    " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ",
		b, d, c, a);
	g_autofree char *ids = range_ids(fixture, 0, 100);
	g_assert_cmpstr(ids, ==, expected);
}

static void range_bounds(Fixture *fixture)
{
	static const struct {
		guint64 left;
		guint limit;
		const char *ids;
	} rows[] = {
		{0, 3, "12 11 10 "},
		{1, 2, "11 10 "},
		{10, 5, "2 1 "},
		{11, 1, "1 "},
		{12, 5, ""},
		{0, 0, ""},
		{G_MAXUINT64, 1, ""},
		{(guint64)G_MAXINT64 + 1, 10000, ""},
	};
	insert_many(fixture, 12);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *ids = range_ids(fixture, rows[i].left, rows[i].limit);
		g_assert_cmpstr(ids, ==, rows[i].ids);
	}
}

static gboolean check_logrec(const Record *record, gpointer data, GError **error)
{
	const char *expected = data;
	(void)error;
	g_assert_cmpstr(record->logrec.data, ==, expected);
	g_assert_cmpuint(record->logrec.length, ==, strlen(expected));
	g_assert_cmpstr(record->message.data, ==, "a message");
	g_assert_cmpstr(record->name.data, ==, "app");
	g_assert_cmpint(record->ts, ==, NOW);
	g_assert_cmpuint(record->level, ==, 20);
	return TRUE;
}

static void range_with_logrec(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW, 20, "lib");
	g_ptr_array_add(filter->names, g_strdup("app"));
	StoreRange range = {.filter = filter, .limit = 10, .with_logrec = TRUE};
	store_range(fixture->reader, &range, check_logrec, (gpointer) "{}", &error);
	g_assert_no_error(error);
	range.with_logrec = FALSE;
	store_range(fixture->reader, &range, check_logrec, (gpointer) "", &error);
	g_assert_no_error(error);
}

static gboolean append_position(const Record *record, gpointer data, GError **error)
{
	StorePosition position = {record->ts, record->id};
	(void)error;
	g_array_append_val(data, position);
	return TRUE;
}

static GArray *range_positions(Fixture *fixture, const StoreRange *range)
{
	g_autoptr(GError) error = NULL;
	GArray *positions = g_array_new(FALSE, FALSE, sizeof(StorePosition));
	store_range(fixture->reader, range, append_position, positions, &error);
	g_assert_no_error(error);
	return positions;
}

/* What a range gives is this part of the whole: `n` positions from `first` on, as far as there are. */
static void assert_part(
	Fixture *fixture, const StoreRange *range, const GArray *all, gint first, gint n)
{
	g_autoptr(GArray) part = range_positions(fixture, range);
	gint end = CLAMP(first + n, 0, (gint)all->len);
	first = CLAMP(first, 0, end);
	g_assert_cmpint((gint)part->len, ==, end - first);
	for (gint i = first; i < end; i++) {
		const StorePosition *expected = &g_array_index(all, StorePosition, i);
		const StorePosition *got = &g_array_index(part, StorePosition, i - first);
		g_assert_cmpuint(got->id, ==, expected->id);
		g_assert_cmpint(got->ts, ==, expected->ts);
	}
}

/* Many records of few instants, of two names: every part from every record, nearest rows first passed
 * over, is the same part of the whole. */
static void range_from(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	g_ptr_array_add(filter->names, g_strdup("app"));
	for (gint i = 0; i < 40; i++)
		insert(fixture, NOW + (i * 7) % 3 - 1, 20, i % 5 ? "app" : "lib");
	StoreRange whole = {.filter = filter, .limit = 1000};
	g_autoptr(GArray) all = range_positions(fixture, &whole);
	g_assert_cmpuint(all->len, ==, 32);
	for (gint i = 0; i < (gint)all->len; i++) {
		const StorePosition *from = &g_array_index(all, StorePosition, i);
		for (gint left = 0; left < 12; left += 3) {
			StoreRange range = {
				.filter = filter, .left = (guint64)left, .limit = 9, .from = from};
			assert_part(fixture, &range, all, i + 1 + left, 9);
			range.newer = TRUE;
			assert_part(fixture, &range, all, i - left - 9, 9);
		}
	}
}

/* A place between records, and beyond them all. */
static void range_from_nowhere(Fixture *fixture)
{
	static const struct {
		StorePosition from;
		gint older;
	} rows[] = {
		{{NOW + 1, 0}, 3},
		{{NOW + 1, G_MAXUINT64}, 1},
		{{NOW + 2, 0}, 1},
		{{NOW + 3, G_MAXUINT64}, 0},
		{{NOW, 0}, 4},
		{{CALENDAR_TS_MIN, 0}, 4},
		{{CALENDAR_TS_MAX, G_MAXUINT64}, 0},
	};
	g_autoptr(Filter) filter = filter_new();
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, NOW + 3, 20, "app");
	StoreRange range = {.filter = filter, .limit = 1000};
	g_autoptr(GArray) all = range_positions(fixture, &range);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		range.from = &rows[i].from;
		range.newer = FALSE;
		assert_part(fixture, &range, all, rows[i].older, 4);
		range.newer = TRUE;
		assert_part(fixture, &range, all, 0, rows[i].older);
	}
}

static gboolean fail_at_third(const Record *record, gpointer data, GError **error)
{
	guint *calls = data;
	(void)record;
	if (++*calls < 3)
		return TRUE;
	/* Of all codes the one after which a read is done again, when nobody has seen a row. */
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT, "enough");
	return FALSE;
}

static void range_ended_by_caller(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	guint calls = 0;
	StoreRange range = {.filter = filter, .limit = 1000, .with_logrec = TRUE};
	insert_many(fixture, 500);
	g_assert_false(store_range(fixture->reader, &range, fail_at_third, &calls, &error));
	g_assert_cmpuint(calls, ==, 3);
	g_assert_cmpstr(error->message, ==, "enough");
	g_assert_cmpuint(count(fixture, NULL), ==, 500);
}

static void get_missing(Fixture *fixture)
{
	static const guint64 ids[] = {0, 2, G_MAXINT64, G_MAXUINT64};
	insert(fixture, NOW, 20, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(store_get(fixture->reader, ids[i], &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND);
	}
}

/* Ids and arrivals ----------------------------------------------------------------------------- */

static void newest_id(Fixture *fixture)
{
	guint64 id = 7;
	g_assert_true(store_newest_id(fixture->reader, &id, NULL));
	g_assert_cmpuint(id, ==, 0);
	insert(fixture, NOW, 20, "app");
	guint64 last = insert(fixture, NOW - SECOND, 20, "app");
	g_assert_true(store_newest_id(fixture->reader, &id, NULL));
	g_assert_cmpuint(id, ==, last);
}

static char *ids_text(Fixture *fixture, const StoreIds *wanted, guint limit)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) ids = store_ids(fixture->reader, wanted, limit, &error);
	g_assert_no_error(error);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(
			text, "%" G_GUINT64_FORMAT " ", g_array_index(ids, guint64, i));
	return g_string_free(text, FALSE);
}

static void ids(Fixture *fixture)
{
	static const struct {
		StoreIds ids;
		guint limit;
		const char *text;
	} rows[] = {
		{{1, 12, 1, 1}, 100, "1 2 3 4 6 7 8 9 10 11 12 "},
		{{4, 6, 1, 1}, 100, "4 6 "},
		{{5, 5, 1, 1}, 100, ""},
		{{1, G_MAXINT64, 1, 1}, 3, "1 2 3 "},
		{{12, G_MAXINT64, 1, 1}, 3, "12 "},
		{{13, G_MAXINT64, 1, 1}, 3, ""},
		{{3, 1, 1, 1}, 3, ""},
		{{2, 12, 3, 1}, 100, "2 8 11 "},
		{{2, 10, 3, 2}, 100, "2 3 6 8 9 "},
		{{2, 12, 3, 2}, 4, "2 3 6 8 "},
	};
	insert_many(fixture, 12);
	execute(fixture, "DELETE FROM record WHERE record_id = 5");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = ids_text(fixture, &rows[i].ids, rows[i].limit);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static char *arrivals_text(Fixture *fixture, const StoreArrivals *wanted)
{
	g_autoptr(GError) error = NULL;
	GString *text = g_string_new(NULL);
	store_arrivals(fixture->reader, wanted, append_id, text, &error);
	g_assert_no_error(error);
	return g_string_free(text, FALSE);
}

/* By id, whatever the order of ts, and only those that match. */
static void arrivals(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	for (gint i = 0; i < 10; i++)
		insert(fixture, NOW - i * SECOND, i % 2 ? 40 : 20, "app");
	StoreArrivals wanted = {filter, 2, 7, 100, FALSE};
	g_autofree char *all = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(all, ==, "2 3 4 5 6 7 ");
	wanted.limit = 2;
	g_autofree char *two = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(two, ==, "2 3 ");
	filter->level = 40;
	filter->after = NOW - 5 * SECOND;
	wanted.limit = 100;
	g_autofree char *some = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(some, ==, "2 4 6 ");
	StoreArrivals one = {filter, 2, 2, 1, TRUE};
	filter->level = 0;
	insert(fixture, NOW, 20, "app");
	one.first = one.last = 11;
	store_arrivals(fixture->reader, &one, check_logrec, (gpointer) "{}", &error);
	g_assert_no_error(error);
	one.with_logrec = FALSE;
	store_arrivals(fixture->reader, &one, check_logrec, (gpointer) "", &error);
	g_assert_no_error(error);
}

/* An export is told how many records there were when it began, whoever counts them: whole quarter hours
 * and parts of them, with every filter. */
static void count_not_newer(Fixture *fixture)
{
	static const gint64 spans[][2] = {
		{CALENDAR_TS_MIN, CALENDAR_TS_MAX},
		{NOW, NOW + 3600 * SECOND},
		{NOW - 7200 * SECOND, NOW + 7200 * SECOND},
	};
	for (gint i = 0; i < 60; i++)
		insert(fixture, NOW + (i % 7 - 3) * 1000 * SECOND, i % 2 ? 20 : 40,
			i % 3 ? "app" : "lib");
	for (guint64 newest = 0; newest <= 60; newest += 15)
		for (guint i = 0; i < 3 * 2 * 2; i++) {
			g_autoptr(Filter) filter = filter_new();
			filter->after = spans[i % 3][0];
			filter->before = spans[i % 3][1];
			filter->level = i / 3 % 2 ? 30 : 0;
			if (i / 6)
				g_ptr_array_add(filter->names, g_strdup("app"));
			StoreArrivals older = {filter, 1, newest, 1000, FALSE};
			g_autofree char *ids_found = arrivals_text(fixture, &older);
			g_auto(GStrv) words = g_strsplit(ids_found, " ", -1);
			filter->newest = newest;
			g_assert_cmpuint(count(fixture, filter), ==,
				g_strv_length(words) - (*ids_found != '\0'));
		}
}

const Case read_cases[] = {
	{"filter-ts", filter_ts, ANY},
	{"filter-level", filter_level, ANY},
	{"filter-names", filter_names, ANY},
	{"filter-combined", filter_combined, ANY},
	{"sums", sums, ANY},
	{"sums-of-all-years", sums_of_all_years, ANY},
	{"range-order", range_order, ANY},
	{"range-bounds", range_bounds, ANY},
	{"range-with-logrec", range_with_logrec, ANY},
	{"range-from", range_from, ANY},
	{"range-from-nowhere", range_from_nowhere, ANY},
	{"range-ended-by-caller", range_ended_by_caller, ANY},
	{"get-missing", get_missing, ANY},
	{"newest-id", newest_id, ANY},
	{"ids", ids, ANY},
	{"arrivals", arrivals, ANY},
	{"count-not-newer", count_not_newer, ANY},
	{NULL, NULL, 0},
};
