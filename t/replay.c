/* Runs the fuzz target of ROOM ("query", "http") over the files of its corpus, or over those that are
 * named. */
#include <glib.h>
#include <stdio.h>
#include "fuzz.h"

static void replay(const char *path)
{
	g_autofree char *content = NULL;
	g_autoptr(GError) error = NULL;
	gsize length = 0;

	g_file_get_contents(path, &content, &length, &error);
	g_assert_no_error(error);
	LLVMFuzzerTestOneInput((const guint8 *)content, length);
}

static void test_corpus(void)
{
	g_autofree char *directory = g_test_build_filename(G_TEST_DIST, ROOM, "corpus", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) files = g_dir_open(directory, 0, &error);
	const char *name;
	guint n = 0;

	g_assert_no_error(error);
	while ((name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		g_test_message("%s", name);
		replay(path);
		n++;
	}
	g_assert_cmpuint(n, >, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	g_test_add_func("/" ROOM "/corpus", test_corpus);
	return g_test_run();
}
