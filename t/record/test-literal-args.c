/* literal-args: objects among the arguments of a message, as Python 3.11 prints both. */
#include <string.h>

#include "record/literal.h"

static const struct {
	const char *format;
	const char *args;
	const char *message; /* NULL: the format as it is */
} objects[] = {
	{"failed: %s", "(ValueError('bad'),)", "failed: bad"},
	{"failed: %r", "(ValueError('bad'),)", "failed: ValueError('bad')"},
	{"%s", "(ValueError(\"it's\"),)", "it's"},
	{"%s", "(ValueError('a\\n\\'\"b'),)", "a\n'\"b"},
	{"%s", "(ValueError(5),)", "5"},
	{"%s", "(ValueError([1, 'x']),)", "[1, 'x']"},
	{"%s", "(ValueError(),)", "ValueError()"}, /* '' to Python, which tells nothing */
	{"%s", "(ValueError('a', 2),)", "ValueError('a', 2)"},
	{"%s", "(FileNotFoundError(2, 'No such file'),)", "FileNotFoundError(2, 'No such file')"},
	{"%s", "(KeyError('k'),)", "'k'"},
	{"%s", "(KeyError('k', 1),)", "KeyError('k', 1)"},
	{"%s", "(ConnectionError(MaxRetryError(\"Pool(host='x', port=80): (a\")),)",
		"Pool(host='x', port=80): (a"},
	{"%s", "(ValueError(KeyError('k')),)", "'k'"},
	{"%s", "(Point(x='bad'),)", "Point(x='bad')"},
	{"%s", "(User('anna'),)", "User('anna')"},
	{"%s %s %s", "(Decimal('1.10'), PosixPath('/a, b'), np.float64(0.5))", "1.10 /a, b 0.5"},
	{"%r %r %r", "(Decimal('1.10'), PosixPath('/a'), np.float64(0.5))",
		"Decimal('1.10') PosixPath('/a') np.float64(0.5)"},
	{"%d: %s!", "(5, <Foo object at 0x7f00>)", "5: <Foo object at 0x7f00>!"},
	{"%s|%s", "(<function <lambda> at 0x7f, x>, <Color.RED: 1>)",
		"<function <lambda> at 0x7f, x>|<Color.RED: 1>"},
	{"%s|%s|%s", "(b'a, \\'', {1, 2}, [ValueError('x, y)')])",
		"b'a, \\''|{1, 2}|[ValueError('x, y)')]"},
	{"%s %s %s %s", "(nan, -inf, Ellipsis, list[int])", "nan -inf Ellipsis list[int]"},
	{"%s", "(array([[1, 2],\n       [3, 4]]),)", "array([[1, 2],\n       [3, 4]])"},
	{"%-8s|%.3s|%12r|", "(KeyError('k'), ValueError('gr\303\266\303\237e'), Decimal('1'))",
		"'k'     |gr\303\266|Decimal('1')|"},
	{"%a", "(ValueError('\303\266'),)", "ValueError('\\xf6')"},
	{"%(name)s %(n)05d %(name)r", "{'n': 7, 'name': OSError('x')}", "x 00007 OSError('x')"},
	{"%s", "{1: OSError('x'), None: 2}", "{1: OSError('x'), None: 2}"},
	/* what takes numbers alone, and a wrong number of arguments */
	{"%d", "(Decimal('5'),)", NULL},
	{"%.1f", "(np.float64(0.5),)", NULL},
	{"%c", "(Foo('x'),)", NULL},
	{"%*s", "(Foo('x'), 1)", NULL},
	{"%s %s", "(ValueError('bad'),)", NULL},
	{"%s", "(ValueError('bad'), 1)", NULL},
	{"%(a)s", "{'b': OSError('x')}", NULL},
	{"%(a)s", "{'a': OSError('x'), 'a': 1}", NULL},
	/* where an object ends is not certain */
	{"%s", "(<User: O'Brien>,)", NULL},
	{"%s", "(Foo(it's),)", NULL},
	{"%s", "(Foo(x],)", NULL},
	{"%s", "(Foo(x,)", NULL},
	{"%s", "(<a->b>,)", NULL},
	{"%s", "(<a,)", NULL},
	{"%s", "(0    1\nName: x,)", NULL},
	{"%s", "(2018-05-10,)", NULL},
	{"%s", "(1.10,)", NULL},
	{"%s", "(Foo(1)Bar,)", NULL},
	{"%s", "('\\q',)", NULL},
	{"%s", "(Foo('x\n'),)", NULL},
	{"%s", "(Foo('x)", NULL},
	{"%s", "(Foo('\\", NULL},
	{"%s", "(Foo(1))", NULL},
	{"%s", "(Foo(1),) ", NULL},
	{"%s", "(Foo(1), )", NULL},
	{"%s", "(, Foo(1))", NULL},
	{"%s", "(Foo(1)", NULL},
	{"%s", "Foo(1)", NULL},
	{"%s", "[Foo(1)]", NULL},
	{"%s", "(-,)", NULL},
	{"%s", "(", NULL},
	{"%s", "{", NULL},
	{"%(a)s", "{'a' OSError('x')}", NULL},
	{"%(a)s", "{a: OSError('x')}", NULL},
};

static void test_objects(void)
{
	g_autoptr(Arena) arena = arena_new();
	for (gsize i = 0; i < G_N_ELEMENTS(objects); i++) {
		const char *format = objects[i].format, *text = objects[i].args;
		g_autofree char *copy = g_memdup2(text, strlen(text));
		g_autoptr(GString) message = g_string_new(NULL);
		g_assert_null(literal_parse(arena, copy, strlen(text)));
		const Literal *args = literal_parse_args(arena, copy, strlen(text));
		gboolean ok = args && literal_format(message, format, strlen(format), args);
		g_assert_cmpstr(ok ? message->str : NULL, ==, objects[i].message);
	}
}

/* Time and memory are bounded: brackets, exceptions in exceptions, long texts. */
static void test_hostile(void)
{
	static const char *const parts[] = {"(", "<", "Error(", "'", "Error('", "a(b['c', <", "b'"};
	g_autoptr(Arena) arena = arena_new();
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(GString) text = g_string_new("(");
		while (text->len < 65000)
			g_string_append(text, parts[i]);
		g_assert_null(literal_parse_args(arena, text->str, text->len));
	}
	g_autoptr(GString) nested = g_string_new("(");
	for (int i = 0; i < 50; i++)
		g_string_append(nested, "Error(");
	g_string_append(nested, "'x'");
	for (int i = 0; i < 50; i++)
		g_string_append_c(nested, ')');
	g_string_append(nested, ",)");
	g_assert_nonnull(literal_parse_args(arena, nested->str, nested->len));
	g_autofree char *x = g_strnfill(64 * 1024, 'x');
	g_autofree char *longer = g_strdup_printf("(Error('%s'),)", x);
	g_assert_null(literal_parse_args(arena, longer, strlen(longer)));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/literal-args/objects", test_objects);
	g_test_add_func("/literal-args/hostile", test_hostile);
	return g_test_run();
}
