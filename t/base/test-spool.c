/* Bodies in memory and in a file: the same bytes, the same lines. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/spool.h"

static Spool *filled(const char *text, gsize times)
{
	Spool *spool = spool_new(g_get_tmp_dir());
	g_autoptr(GError) error = NULL;
	for (gsize i = 0; i < times; i++) {
		spool_write(spool, text, strlen(text), &error);
		g_assert_no_error(error);
	}
	g_assert_cmpuint(spool_length(spool), ==, strlen(text) * times);
	spool_rewind(spool, &error);
	g_assert_no_error(error);
	return spool;
}

static guint64 read_all(Spool *spool, const char *text)
{
	g_autoptr(GError) error = NULL;
	const char *data;
	gsize length, period = strlen(text);
	guint64 total = 0;
	do {
		g_assert_true(spool_read(spool, &data, &length, &error));
		for (gsize i = 0; i < length; i++)
			if (data[i] != text[(total + i) % period])
				g_error("byte %" G_GUINT64_FORMAT " differs", total + i);
		total += length;
	} while (length);
	return total;
}

/* Below, at and beyond what is kept in memory; read twice. */
static void test_bytes(void)
{
	static const gsize times[] = {
		0, 1, 100, SPOOL_MEMORY / 8, SPOOL_MEMORY / 8 + 1, SPOOL_MEMORY};
	for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autoptr(Spool) spool = filled("01234567", times[i]);
		g_assert_cmpuint(read_all(spool, "01234567"), ==, 8 * times[i]);
		g_assert_true(spool_rewind(spool, NULL));
		g_assert_cmpuint(read_all(spool, "01234567"), ==, 8 * times[i]);
	}
}

static void test_contents(void)
{
	static const gsize times[] = {0, 3, SPOOL_MEMORY};
	for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autoptr(Spool) spool = filled("abc", times[i]);
		char *data;
		gsize length;
		g_assert_true(spool_contents(spool, &data, &length, NULL));
		g_assert_cmpuint(length, ==, 3 * times[i]);
		g_assert_cmpint(data[length], ==, '\0');
		g_assert_true(!length || g_str_has_suffix(data, "abc"));
	}
}

/* Lines of 7 bytes end at any offset of a chunk. */
static void test_lines(void)
{
	static const gsize times[] = {1, 50, SPOOL_MEMORY};
	for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autoptr(Spool) spool = filled("abcdef\n", times[i]);
		const char *line;
		gsize length, n = 0;
		while (spool_read_line(spool, 100, &line, &length, NULL) && line) {
			g_assert_cmpmem(line, length, "abcdef", 6);
			n++;
		}
		g_assert_cmpuint(n, ==, times[i]);
	}
}

static void expect_lines(const char *text, gsize times, const char *const *lines)
{
	g_autoptr(Spool) spool = filled(text, times);
	const char *line;
	gsize length;
	for (; *lines; lines++) {
		g_assert_true(spool_read_line(spool, 5, &line, &length, NULL));
		g_assert_nonnull(line);
		g_assert_cmpmem(line, length, *lines, strlen(*lines));
	}
	g_assert_true(spool_read_line(spool, 5, &line, &length, NULL));
	g_assert_null(line);
}

static void test_line_ends(void)
{
	expect_lines("", 1, (const char *const[]){NULL});
	expect_lines("\n", 1, (const char *const[]){"", NULL});
	expect_lines("a", 1, (const char *const[]){"a", NULL});
	expect_lines("a\n\nb", 1, (const char *const[]){"a", "", "b", NULL});
	expect_lines("12345\n123456789\nx", 1, (const char *const[]){"12345", "123456", "x", NULL});
	expect_lines("1234567", SPOOL_MEMORY, (const char *const[]){"123456", NULL});
}

static void test_no_directory(void)
{
	g_autoptr(Spool) spool = spool_new("/nonexistent");
	g_autoptr(GError) error = NULL;
	g_autofree char *data = g_malloc0(SPOOL_MEMORY + 1);
	g_assert_false(spool_write(spool, data, SPOOL_MEMORY + 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_null(strstr(error->message, "/nonexistent"));
}

static void test_room(void)
{
	struct rlimit before, limit;
	g_assert_true(spool_may_hold("/nonexistent", G_MAXUINT32));
	g_assert_true(spool_may_hold(g_get_tmp_dir(), SPOOL_MEMORY + 1));
	g_assert_false(spool_may_hold(g_get_tmp_dir(), G_MAXUINT64));
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
	limit = (struct rlimit){SPOOL_MEMORY * 2, before.rlim_max};
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	g_assert_true(spool_may_hold(g_get_tmp_dir(), SPOOL_MEMORY * 2));
	g_assert_false(spool_may_hold(g_get_tmp_dir(), SPOOL_MEMORY * 2 + 1));
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spool/bytes", test_bytes);
	g_test_add_func("/spool/contents", test_contents);
	g_test_add_func("/spool/lines", test_lines);
	g_test_add_func("/spool/line-ends", test_line_ends);
	g_test_add_func("/spool/no-directory", test_no_directory);
	g_test_add_func("/spool/room", test_room);
	return g_test_run();
}
