/* Where settings come from, which one wins, and what is said of a wrong one. */
#include <glib/gstdio.h>
#include <string.h>

#include "config.h"
#include "base/error.h"

typedef struct {
	char *directory;
	char *file;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	(void)data;
	fixture->directory = g_dir_make_tmp("chronologer-XXXXXX", NULL);
	fixture->file = g_build_filename(fixture->directory, "chronologer.conf", NULL);
	g_setenv("CHRONOLOGER_CONFIG", fixture->file, TRUE);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	(void)data;
	g_unlink(fixture->file);
	g_rmdir(fixture->directory);
	g_free(fixture->file);
	g_free(fixture->directory);
	g_unsetenv("CHRONOLOGER_THREADS");
}

static Config *load(const char *command_line, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_auto(GStrv) argv = NULL;
	int argc;
	g_assert_true(g_shell_parse_argv(command_line, &argc, &argv, NULL));
	char **borrowed = g_memdup2(argv, sizeof *argv * ((gsize)argc + 1));
	char **moved = borrowed;
	Config *config = config_load(context, CONFIG_WORKER, &argc, &moved, error);
	g_free(borrowed);
	return config;
}

static void write_file(Fixture *fixture, const char *text)
{
	g_assert_true(g_file_set_contents(fixture->file, text, -1, NULL));
}

static void test_order(Fixture *fixture, gconstpointer data)
{
	(void)data;
	g_autoptr(GError) error = NULL;
	write_file(fixture, "[chronologer]\n");
	g_autoptr(Config) initial = load("worker", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(initial->threads, ==, 64);
	g_assert_cmpuint(initial->body_limit, ==, 128 * 1024 * 1024);
	g_assert_null(initial->roles);
	g_assert_nonnull(initial->spool_directory);

	write_file(fixture, "[chronologer]\nthreads = 2\nbody-limit = 3k\nroles = a:writer\n");
	g_autoptr(Config) file = load("worker", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(file->threads, ==, 2);
	g_assert_cmpuint(file->body_limit, ==, 3072);
	g_assert_cmpstr(file->roles, ==, "a:writer");

	g_setenv("CHRONOLOGER_THREADS", "3", TRUE);
	g_autoptr(Config) environment = load("worker", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(environment->threads, ==, 3);

	g_autoptr(Config) line = load("worker --threads 4 -D sqlite:///x", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(line->threads, ==, 4);
	g_assert_cmpstr(line->storage_dsn, ==, "sqlite:///x");
	g_assert_cmpstr(line->roles, ==, "a:writer");
}

/* What stood in the file, on the command line, and what the message has to name. */
static const char *const mistakes[][3] = {
	{"[chronologer]\nthread = 2\n", "worker", "unknown key \"thread\""},
	{"[chronologer]\nthreads = two\n", "worker", "threads: \"two\""},
	{"[chronologer]\nthreads = 0\n", "worker", "from 1 to 1024"},
	{"[other]\nthreads = 2\n", "worker", "[chronologer]"},
	{"threads = 2\n", "worker", "chronologer.conf"},
	{"[chronologer]\n", "worker --threads 9999", "--threads: \"9999\""},
	{"[chronologer]\n", "worker --threads 8k", "--threads: \"8k\""},
	{"[chronologer]\n", "worker --body-limit 99999999999G", "--body-limit"},
	{"[chronologer]\n", "worker --body-limit -1", "--body-limit"},
	{"[chronologer]\n", "worker --frobnicate", "--frobnicate"},
	{"[chronologer]\n", "worker --config /nonexistent", "/nonexistent"},
};

static void test_mistakes(Fixture *fixture, gconstpointer data)
{
	(void)data;
	for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
		g_autoptr(GError) error = NULL;
		write_file(fixture, mistakes[i][0]);
		g_autoptr(Config) config = load(mistakes[i][1], &error);
		g_assert_null(config);
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION);
		if (!strstr(error->message, mistakes[i][2]))
			g_error("\"%s\" does not say \"%s\"", error->message, mistakes[i][2]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/config/order", Fixture, NULL, set_up, test_order, tear_down);
	g_test_add("/config/mistakes", Fixture, NULL, set_up, test_mistakes, tear_down);
	return g_test_run();
}
