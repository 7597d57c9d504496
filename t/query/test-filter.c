/* filter: parameters of a query string -> Filter. */
#include <string.h>
#include "base/error.h"
#include "query/filter.h"
#include "record/record.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define NOW (1525970213 * SECOND)

static void set(Filter *filter, const char *name, const char *value)
{
	g_autoptr(GError) error = NULL;
	gboolean taken = FALSE;

	g_test_message("%s=%s", name, value);
	g_assert_true(filter_set(filter, name, value, NOW, &taken, &error));
	g_assert_no_error(error);
	g_assert_true(taken);
}

static void check_refused(
	Filter *filter, const char *name, const char *value, gint code, const char *message)
{
	g_autoptr(GError) error = NULL;
	gboolean taken = FALSE;

	g_assert_false(filter_set(filter, name, value, NOW, &taken, &error));
	g_assert_true(taken);
	g_assert_error(error, CHRONOLOGER_ERROR, code);
	if (!g_str_has_prefix(error->message, message))
		g_error("\"%s\" does not begin with \"%s\"", error->message, message);
}

static void test_defaults(void)
{
	g_autoptr(Filter) filter = filter_new();

	g_assert_cmpint(filter->after, ==, CALENDAR_TS_MIN);
	g_assert_cmpint(filter->before, ==, CALENDAR_TS_MAX);
	g_assert_cmpuint(filter->level, ==, 0);
	g_assert_cmpuint(filter->names->len, ==, 0);
	filter_free(NULL);
}

static void test_bounds(void)
{
	g_autoptr(Filter) filter = filter_new();

	set(filter, "after", "2018-05-10T18:36:53.5+02:00");
	set(filter, "before", "-PT1H");
	g_assert_cmpint(filter->after, ==, NOW + SECOND / 2);
	g_assert_cmpint(filter->before, ==, NOW - 3600 * SECOND);
}

static const struct {
	const char *value;
	guint level;
} levels[] = {
	{"20", 20},
	{"+20", 20},
	{"0", 0},
	{"-0", 0},
	{"-1", 0},
	{"007", 7},
	{"65535", 65535},
	{"65536", 65536},
	{"65537", 65536},
	{"4294967316", 65536},
	{"99999999999999999999999", 65536},
	{"-99999999999999999999999", 0},
};

static void test_level(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(levels); i++) {
		g_autoptr(Filter) filter = filter_new();

		set(filter, "level", levels[i].value);
		g_assert_cmpuint(filter->level, ==, levels[i].level);
	}
}

static const struct {
	const char *value;
	const char *names[4];
} names[] = {
	{"", {NULL}},
	{",,", {NULL}},
	{"app", {"app"}},
	{"app.db,web", {"app.db", "web"}},
	{",app,,web,", {"app", "web"}},
	{"a%_b, c", {"a%_b", " c"}},
	{"\xd0\xb6", {"\xd0\xb6"}},
};

static void test_name(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(Filter) filter = filter_new();
		guint n = 0;

		set(filter, "name", names[i].value);
		for (; names[i].names[n]; n++)
			g_assert_cmpstr(g_ptr_array_index(filter->names, n), ==, names[i].names[n]);
		g_assert_cmpuint(filter->names->len, ==, n);
	}
}

static void test_not_taken(void)
{
	static const char *const others[] = {"", "left", "group", "Level", "names", "_"};
	g_autoptr(Filter) filter = filter_new();

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(GError) error = NULL;
		gboolean taken = TRUE;

		g_assert_true(filter_set(filter, others[i], "\xff", NOW, &taken, &error));
		g_assert_no_error(error);
		g_assert_false(taken);
	}
}

static const struct {
	const char *name;
	const char *value;
	gint code;
	const char *message;
} refused[] = {
	{"after", "yesterday", ERROR_VALUE, "Parameter \"after\": neither an ISO 8601 date"},
	{"after", "", ERROR_VALUE, "Parameter \"after\": neither"},
	{"before", "2018-02-30", ERROR_VALUE, "Parameter \"before\": there is no such date"},
	{"before", "2018-05-10\xff", ERROR_VALUE, "Parameter \"before\": not valid UTF-8"},
	{"level", "", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", " 20", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "20 ", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "20.0", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "0x14", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "1e3", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "--1", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "+", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"level", "INFO", ERROR_VALUE, "Parameter \"level\": not an integer"},
	{"name", "app,\xff", ERROR_VALUE, "Parameter \"name\": not valid UTF-8"},
	{"name", "\xed\xa0\x80", ERROR_VALUE, "Parameter \"name\": not valid UTF-8"},
	{"query", "level > > 20", ERROR_QUERY,
		"Make sure the query filter is a valid WHERE expression"},
	{"query", "\xff", ERROR_VALUE, "Parameter \"query\": not valid UTF-8"},
};

static void test_refused(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(Filter) filter = filter_new();
		gboolean taken = FALSE;

		g_test_message("%s", refused[i].message);
		check_refused(filter, refused[i].name, refused[i].value, refused[i].code,
			refused[i].message);
		g_assert_false(
			filter_set(filter, refused[i].name, refused[i].value, NOW, &taken, NULL));
	}
}

static void test_twice(void)
{
	static const char *const parameters[][2] = {
		{"after", "-P1D"}, {"before", "P1D"}, {"level", "20"}, {"name", ""}};
	g_autoptr(Filter) filter = filter_new();

	for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
		g_autofree char *message =
			g_strdup_printf("Parameter \"%s\" is given twice", parameters[i][0]);

		set(filter, parameters[i][0], parameters[i][1]);
		check_refused(filter, parameters[i][0], parameters[i][1], ERROR_VALUE, message);
	}
}

/* Whatever is made of these is an expression that is understood. */
static void test_search(void)
{
	static const char *const pieces[] = {"a", "OR", "AND", " ", " ", "\"", "-", ":", ">", "<",
		"=", "*", ".", "\\", "'", "%", "_", "level", "logger", "message", "exc_text",
		"error", "5", "e9", "1e400", "\xc3\xbc", "\xf0\x9f\x98\x80", "\n", "\x01", "(", ")",
		"status", "@", "$", "`", ";", "--", "/*", "?", "{", "\xc2\xa0", "\xe2\x80\xae",
		"0x1", "NULL"};
	for (guint n = 0; n < 20000; n++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(Filter) filter = filter_new();
		gint length = g_test_rand_int_range(1, 60);
		for (gint i = 0; i < length; i++)
			g_string_append(
				text, pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))]);
		g_autoptr(GError) error = NULL;
		gboolean taken;
		if (!filter_set(filter, "search", text->str, NOW, &taken, &error))
			g_error("%s: %s", text->str, error->message);
		g_assert_true(filter->query || !*filter->search);
		g_assert_true(filter_set(filter, "query", "level > 10", NOW, &taken, &error));
		g_assert_nonnull(filter->query);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/filter/defaults", test_defaults);
	g_test_add_func("/filter/bounds", test_bounds);
	g_test_add_func("/filter/level", test_level);
	g_test_add_func("/filter/name", test_name);
	g_test_add_func("/filter/not-taken", test_not_taken);
	g_test_add_func("/filter/search", test_search);
	g_test_add_func("/filter/refused", test_refused);
	g_test_add_func("/filter/twice", test_twice);
	return g_test_run();
}
