/* The map from users to roles, and what is wrong with one. */
#include <string.h>

#include "base/error.h"
#include "api/roles.h"

static const struct {
	const char *map, *user;
	guint roles;
} cases[] = {
	{NULL, NULL, ROLE_ALL},
	{NULL, "anybody", ROLE_ALL},
	{"logger:writer", "logger", ROLE_WRITER},
	{"logger:writer", "alice", 0},
	{"logger:writer", NULL, 0},
	{"logger:writer", "", 0},
	{"logger:writer", "Logger", 0},
	{" logger : writer ;; alice:basic-reader, query-reader;", "logger", ROLE_WRITER},
	{"logger:writer;alice:basic-reader,query-reader", "alice",
		ROLE_BASIC_READER | ROLE_QUERY_READER},
	{"logger:writer; *:basic-reader", "bob", ROLE_BASIC_READER},
	{"logger:writer; *:basic-reader", "logger", ROLE_WRITER},
	{"logger:writer; *:basic-reader", NULL, 0},
};

static void test_users(void)
{
	static const Role roles[] = {ROLE_BASIC_READER, ROLE_QUERY_READER, ROLE_WRITER};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Roles) map = roles_new(cases[i].map, NULL);
		g_assert_nonnull(map);
		for (gsize j = 0; j < G_N_ELEMENTS(roles); j++) {
			g_autoptr(GError) error = NULL;
			gboolean may = roles_check(map, cases[i].user, roles[j], &error);
			g_assert_cmpint(may, ==, (cases[i].roles & roles[j]) != 0);
			if (!may)
				g_assert_error(error, CHRONOLOGER_ERROR, ERROR_FORBIDDEN);
		}
		g_assert_true(roles_check(map, cases[i].user, ROLE_ANY, NULL));
	}
}

static void test_names(void)
{
	static const struct {
		const char *map, *user, *names;
	} rows[] = {
		{NULL, NULL, "basic-reader,query-reader,writer"},
		{"a:writer,basic-reader", "a", "basic-reader,writer"},
		{"a:writer,basic-reader", "b", ""},
		{"*:query-reader", "b", "query-reader"},
		{"*:query-reader", NULL, ""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Roles) map = roles_new(rows[i].map, NULL);
		g_autofree const char **names = roles_names(map, rows[i].user);
		g_autofree char *joined = g_strjoinv(",", (char **)names);
		g_assert_cmpstr(joined, ==, rows[i].names);
	}
}

static void test_mistakes(void)
{
	static const char *const maps[][2] = {
		{"logger", "\"logger\""},
		{":writer", "\":writer\""},
		{"logger:reader", "\"reader\""},
		{"logger:writer,", "\"\""},
		{"a:writer; b", "\"b\""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(maps); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(roles_new(maps[i][0], &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION);
		g_assert_nonnull(strstr(error->message, maps[i][1]));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/roles/users", test_users);
	g_test_add_func("/roles/names", test_names);
	g_test_add_func("/roles/mistakes", test_mistakes);
	return g_test_run();
}
