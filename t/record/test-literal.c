/* literal: Python's own answers. Every text and every `%` below was printed by Python 3.11. */
#include <string.h>

#include "base/json-text.h"
#include "record/literal.h"
#include "base/json.h"
#include "record/record.h"

static Arena *arena; /* of each test */

static const Literal *parse(const char *text)
{
	/* An exact copy, so that a sanitizer sees a read beyond the end. */
	g_autofree char *copy = g_memdup2(text, strlen(text));

	return literal_parse(arena, copy, strlen(text));
}

static char *printed(const Json *value)
{
	GString *json = g_string_new(NULL);
	g_assert_nonnull(value);
	json_print(value, json);
	return g_string_free(json, FALSE);
}

/* JSON in the one form that json_print() gives it. */
static char *normal(const char *text)
{
	return printed(json_read(arena, text, strlen(text), RECORD_NESTING_MAX + 1, NULL));
}

static char *json_of(const Literal *literal)
{
	return printed(literal_to_json(arena, literal));
}

static const struct {
	const char *text;
	const char *json; /* NULL: the same */
} literals[] = {
	{"None", "null"},
	{"True", "true"},
	{"False", "false"},
	/* int */
	{"0", NULL},
	{"387", NULL},
	{"-5", NULL},
	{"9223372036854775807", NULL},
	{"-9223372036854775808", NULL},
	{"18446744073709551615", NULL},
	{"18446744073709551616", "18446744073709551616.0"},
	{"-9223372036854775809", "-9223372036854775809.0"},
	{"10000000000000000000000000000000000000000",
		"10000000000000000000000000000000000000000.0"},
	/* float */
	{"0.0", NULL},
	{"-0.0", NULL},
	{"2.75", NULL},
	{"-1.5", NULL},
	{"0.001", NULL},
	{"0.0001", NULL},
	{"1e-05", NULL},
	{"1.5e-07", NULL},
	{"1000000000000000.0", NULL},
	{"1e+16", NULL},
	{"1.2345678901234568e+17", NULL},
	{"376.4379024505615", NULL},
	{"0.30000000000000004", NULL},
	{"9007199254740993.0", ""}, /* not a double: 9007199254740992.0 is */
	{"9007199254740992.0", NULL},
	{"1e+22", NULL},
	{"5e-324", NULL},
	{"2.2250738585072014e-308", NULL},
	{"1.7976931348623157e+308", NULL},
	/* powers of two: the shorter digits are not the nearest ones */
	{"5.684341886080802e-14", NULL},
	{"7.120236347223045e-307", NULL},
	{"7.291122019556398e-304", NULL},
	/* containers */
	{"()", "[]"},
	{"(1,)", "[1]"},
	{"(8, 'arg2')", "[8,\"arg2\"]"},
	{"[]", NULL},
	{"[1, [2, (3,)], {}]", "[1,[2,[3]],{}]"},
	{"{}", NULL},
	{"{'a': 1}", "{\"a\":1}"},
	{"{1: 2}", "{\"1\":2}"},
	{"{None: 1, True: 2, 2.5: 3, 'x': 4}", "{\"null\":1,\"true\":2,\"2.5\":3,\"x\":4}"},
	{"{1: 'a', '1': 'b'}", "{\"1\":\"b\"}"},
	{"[{1: 2}, (\"it's\", None)]", "[{\"1\":2},[\"it's\",null]]"},
	/* str */
	{"['']", "[\"\"]"},
	{"['a\\n', \"b'c\", 'd\\\\']", "[\"a\\n\",\"b'c\",\"d\\\\\"]"},
	{"['both \\' and \"', 'say \"x\"']", "[\"both ' and \\\"\",\"say \\\"x\\\"\"]"},
	{"['\\x00\\x07\\x7f\\xa0\\xad']", "[\"\\u0000\\u0007\x7f\u00a0\u00ad\"]"},
	{"['é☃😀']", "[\"é☃😀\"]"},
	{"['\\u2028\\ufeff\\ue000']", "[\"\u2028\ufeff\ue000\"]"},
	{"['\\U000e0001\\U0010ffff']", "[\"\U000e0001\U0010ffff\"]"},
	{"['\\ud800x\\udfff']", "[\"\ufffdx\ufffd\"]"},
	/* no Unicode has this character yet; a sender's may */
	{"['\\U000e0fff']", "[\"\U000e0fff\"]"},
	{"['\U000e0fff']", "[\"\U000e0fff\"]"},
	/* not what str() prints */
	{"", ""},
	{"none", ""},
	{"Nones", ""},
	{"True ", ""},
	{" 1", ""},
	{"1 ", ""},
	{"1\n", ""},
	{"+5", ""},
	{"-0", ""},
	{"--5", ""},
	{"-", ""},
	{"007", ""},
	{"-07", ""},
	{"0xff", ""},
	{"1_000", ""},
	{"1L", ""},
	{"1j", ""},
	{"1.", ""},
	{".5", ""},
	{"-.5", ""},
	{"1.10", ""},
	{"00.5", ""},
	{"-00.5", ""},
	{"1e5", ""},
	{"1e16", ""},
	{"1E+16", ""},
	{"1.0e+16", ""},
	{"1e-7", ""},
	{"1e-007", ""},
	{"0.00001", ""},
	{"0.0000", ""},
	{"1e999", ""},
	{"10000000000000000.0", ""},
	{"0.1000000000000000055", ""},
	{"0.30000000000000003", ""},
	{"1.10.3", ""},
	{"10.0.0.1", ""},
	{"2020-01-01", ""},
	{"inf", ""},
	{"nan", ""},
	{"[nan]", ""},
	{"[-inf]", ""},
	{"'quoted'", ""},
	{"\"quoted\"", ""},
	{"b'x'", ""},
	{"[b'x']", ""},
	{"[u'x']", ""},
	{"Ellipsis", ""},
	{"[Ellipsis]", ""},
	{"set()", ""},
	{"{1, 2}", ""},
	{"{'a': {1, 2}}", ""},
	{"(1)", ""},
	{"(1, )", ""},
	{"(1, 2,)", ""},
	{"(,)", ""},
	{"[1, 2,]", ""},
	{"[1,2]", ""},
	{"[1 , 2]", ""},
	{"[ 1]", ""},
	{"[1] ", ""},
	{"[1][2]", ""},
	{"[1", ""},
	{"[1)", ""},
	{"[1, ", ""},
	{"[", ""},
	{"{'a':1}", ""},
	{"{'a': 1,'b': 2}", ""},
	{"{'a': }", ""},
	{"{'a'}", ""},
	{"{: 1}", ""},
	{"{\"a\": 1}", ""},
	{"{'a': 1, 'a': 2}", ""},
	{"{1: 1, True: 2}", ""},
	{"{1: 1, 1.0: 2}", ""},
	{"{0: 1, -0.0: 2}", ""},
	{"{None: 1, None: 2}", ""},
	{"{[]: 1}", ""},
	{"[\"a\"]", ""},
	{"['it\\'s']", ""},
	{"[\"a\\\"b'\"]", ""},
	{"[\"a\\'b\"]", ""},
	{"['\\x41']", ""},
	{"['\\x0A']", ""},
	{"['\\x0a']", ""},
	{"['\\xe9']", ""},
	{"['\\xAD']", ""},
	{"['\\u00ad']", ""},
	{"['\\u0007']", ""},
	{"['\\U00002028']", ""},
	{"['\\U00110000']", ""},
	{"['\\u2603']", ""},
	{"['\\d']", ""},
	{"['\\0']", ""},
	{"['\\101']", ""},
	{"['\\", ""},
	{"['\\x", ""},
	{"['a", ""},
	{"['tab\t']", ""},
	{"['\n']", ""},
	{"['\u2028']", ""},
	{"['\u00ad']", ""},
	/* JSON's keys are text, and have no NUL */
	{"{(1, 2): 3}", ""},
	{"{'a\\x00b': 1}", ""},
};

static void test_literals(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(literals); i++) {
		const char *json = literals[i].json ? literals[i].json : literals[i].text;
		const Literal *literal = parse(literals[i].text);
		g_test_message("%s", literals[i].text);
		g_assert_cmpint(literal != NULL, ==, *json != '\0');
		if (!literal)
			continue;
		g_autofree char *got = json_of(literal);
		g_autofree char *expected = normal(json);
		g_assert_cmpstr(got, ==, expected);
	}
}

static gboolean is_exception(const char *text)
{
	return strstr(text, "\\ud800") || strstr(text, "\U000e0fff");
}

static void test_str(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(literals); i++) {
		const Literal *literal = parse(literals[i].text);
		g_autoptr(GString) text = g_string_new(NULL);
		if (!literal || is_exception(literals[i].text))
			continue;
		literal_append_str(text, literal);
		g_assert_cmpstr(text->str, ==, literals[i].text);
	}
}

static char *nested(int depth, const char *open, const char *inside, const char *close)
{
	GString *text = g_string_new(NULL);
	for (int i = 0; i < depth; i++)
		g_string_append(text, open);
	g_string_append(text, inside);
	for (int i = 0; i < depth; i++)
		g_string_append(text, close);
	return g_string_free(text, FALSE);
}

static void test_nesting(void)
{
	static const char *const containers[][2] = {{"[", "]"}, {"(", ",)"}, {"{'a': ", "}"}};
	for (gsize i = 0; i < G_N_ELEMENTS(containers); i++) {
		const char *open = containers[i][0], *close = containers[i][1];
		g_autofree char *deep = nested(RECORD_NESTING_MAX, open, "1", close);
		g_autofree char *deeper = nested(RECORD_NESTING_MAX + 1, open, "1", close);
		g_autofree char *hostile = nested(1 << 20, open, "", "");
		const Literal *literal = parse(deep);
		g_assert_nonnull(literal);
		g_assert_null(parse(deeper));
		g_assert_null(parse(hostile));
	}
}

/* A megabyte of each takes milliseconds; were something quadratic, minutes. */
static void test_long(void)
{
	g_autoptr(GString) text = g_string_new("{");

	for (int i = 0; i < JSON_VALUES_MAX / 2 - 1; i++)
		g_string_append_printf(text, "%s'key%d': %d", i ? ", " : "", i, i);
	g_string_append_c(text, '}');
	const Literal *dict = parse(text->str);
	g_assert_nonnull(dict);
	g_string_overwrite(text, text->len - 1, ", 'one more': 1}"); /* than memory is spent on */
	g_assert_null(parse(text->str));

	g_autofree char *digits = g_strnfill(1 << 20, '9');
	const Literal *integer = parse(digits);
	g_autofree char *json = json_of(integer);
	g_assert_cmpuint(strlen(json), ==, (1 << 20) + 2); /* text: no double is so large */
}

static const struct {
	const char *json;
	const char *text; /* str() of the arguments: an outermost array is a tuple */
	gboolean is_true;
} values[] = {
	{"null", "None", FALSE},
	{"false", "False", FALSE},
	{"true", "True", TRUE},
	{"0", "0", FALSE},
	{"-0.0", "-0.0", FALSE},
	{"1.10", "1.1", TRUE},
	{"1E2", "100.0", TRUE},
	{"1e16", "1e+16", TRUE},
	{"18446744073709551615", "18446744073709551615", TRUE},
	{"1180591620717411303425", "1180591620717411303425", TRUE},
	{"-1180591620717411303425", "-1180591620717411303425", TRUE},
	{"\"\"", "", FALSE},
	{"\"it's\"", "it's", TRUE},
	{"[]", "()", FALSE},
	{"[1]", "(1,)", TRUE},
	{"[\"it's\", [1, \"\\u0000\\u200b\\u00e9\"]]", "(\"it's\", [1, '\\x00\\u200bé'])", TRUE},
	{"{}", "{}", FALSE},
	{"{\"a\": [{}], \"b\": null}", "{'a': [{}], 'b': None}", TRUE},
	/* the order of the text; of a repeated key the first place and the last value */
	{"{\"bb\": 1, \"c\": 2, \"a\": 3}", "{'bb': 1, 'c': 2, 'a': 3}", TRUE},
	{"{\"b\": 1, \"a\": 2, \"b\": 3, \"c\": 4}", "{'b': 3, 'a': 2, 'c': 4}", TRUE},
};

static void test_from_json(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *copy = g_strdup(values[i].json);
		g_autoptr(GString) text = g_string_new(NULL);
		const Literal *literal =
			literal_from_json(arena, json_read(arena, copy, strlen(copy), 9, NULL));
		literal_append_str(text, literal);
		g_assert_cmpstr(text->str, ==, values[i].text);
		g_assert_cmpint(literal_is_true(literal), ==, values[i].is_true);
	}
}

static const struct {
	const char *format;
	const char *args;
	const char *text; /* NULL: Python raises an exception */
} formats[] = {
	{"", "()", ""},
	{"plain", "()", "plain"},
	{"%s", "(1,)", "1"},
	{"%s and %s", "(None, 'x')", "None and x"},
	{"100%% of %s", "('x',)", "100% of x"},
	{"%%", "()", "%"},
	{"é %s ☃", "('😀',)", "é 😀 ☃"},
	/* single values, lists and dicts */
	{"%s", "5", "5"},
	{"%s", "[1, 2]", "[1, 2]"},
	{"%s", "{'a': 1}", "{'a': 1}"},
	{"none", "5", NULL},
	{"none", "[1]", "none"},
	{"none", "{'a': 1}", "none"},
	{"%s %s", "[1, 2]", NULL},
	/* numbers of arguments */
	{"%s", "()", NULL},
	{"%s %s", "(1,)", NULL},
	{"%s", "(1, 2)", NULL},
	{"%%", "(1,)", NULL},
	/* d i u */
	{"%d %i %u", "(1, -2, 3)", "1 -2 3"},
	{"[%5d|%-5d|%05d|%+d|% d]", "(42, 42, 42, 42, 42)", "[   42|42   |00042|+42| 42]"},
	{"[%-05d|%+05d|% 05d|%+ d]", "(42, 42, 42, 42)", "[42   |+0042| 0042|+42]"},
	{"[%.5d|%8.5d|%-8.5d|%08.5d|%.0d]", "(42, -42, 42, 42, 0)",
		"[00042|  -00042|00042   |00000042|0]"},
	{"%d", "(1180591620717411303424,)", "1180591620717411303424"},
	{"%d %d %d %d", "(3.9, -3.9, -0.5, 1e+22)", "3 -3 0 10000000000000000000000"},
	{"%d %d", "(True, False)", "1 0"},
	{"%d", "('1',)", NULL},
	{"%d", "(None,)", NULL},
	{"%d", "([1],)", NULL},
	/* o x X */
	{"%x %X %o", "(255, 255, 8)", "ff FF 10"},
	{"%x %#x %#X %#o", "(-255, -255, 255, 8)", "-ff -0xff 0XFF 0o10"},
	{"[%#8x|%#08x|%-#8x|%#.5x|%+x]", "(255, 255, 255, 255, 255)",
		"[    0xff|0x0000ff|0xff    |0x000ff|+ff]"},
	{"%x %o", "(1180591620717411303425, 1180591620717411303425)",
		"400000000000000001 200000000000000000000001"},
	{"%x %o %x", "(0, 0, True)", "0 0 1"},
	{"%x", "(3.0,)", NULL},
	{"%x", "('a',)", NULL},
	/* e E f F g G */
	{"%f %e %g", "(1.5, 1.5, 1.5)", "1.500000 1.500000e+00 1.5"},
	{"%.2f %.0f %#.0f %E %G", "(2.675, 2.5, 2.5, 1e+22, 1e-05)",
		"2.67 2 2. 1.000000E+22 1E-05"},
	{"[%8.3f|%-8.3f|%08.3f|%+.1f|% .1f]", "(3.14159, 3.14159, -3.14159, 2.0, 2.0)",
		"[   3.142|3.142   |-003.142|+2.0| 2.0]"},
	{"%f %f %.3f", "(1, True, -0.0)", "1.000000 1.000000 -0.000"},
	{"%.25f", "(0.1,)", "0.1000000000000000055511151"},
	{"%f", "('1.5',)", NULL},
	/* c */
	{"%c%c", "(65, 'b')", "Ab"},
	{"[%3c|%-3c|%.0c]", "('é', 9731, 65)", "[  é|☃  |A]"},
	{"%c", "(1114112,)", NULL},
	{"%c", "(-1,)", NULL},
	{"%c", "('ab',)", NULL},
	{"%c", "('',)", NULL},
	{"%c", "(65.0,)", NULL},
	/* s r a */
	{"%s %r %a", "('é', 'é', 'é')", "é 'é' '\\xe9'"},
	{"%r", "(\"it's\",)", "\"it's\""},
	{"%a %a", "('☃', ['😀'])", "'\\u2603' ['\\U0001f600']"},
	{"[%5s|%-5s|%.1s|%5.1s|%05s]", "('é☃', 'é☃', 'é☃', 'é☃', 'é☃')",
		"[   é☃|é☃   |é|    é|   é☃]"},
	{"%+s% s", "('a', 'b')", "ab"},
	{"%s", "((1, 'a', None, True),)", "(1, 'a', None, True)"},
	/* stars */
	{"[%*d|%-*d|%*d]", "(6, 42, 6, 42, -6, 42)", "[    42|42    |42    ]"},
	{"%.*f", "(2, 3.14159)", "3.14"},
	{"[%.*s]", "(-1, 'abc')", "[]"},
	{"%*d", "(6.0, 42)", NULL},
	{"%*d", "(6,)", NULL},
	/* h l L */
	{"%hd %ld %Ld", "(1, 2, 3)", "1 2 3"},
	{"%lld", "(1,)", NULL},
	/* mappings */
	{"%(user)s did %(n)05d", "{'user': 'ann', 'n': 7}", "ann did 00007"},
	{"%(a)s %(a)s %%", "{'a': 1, 'b': 2}", "1 1 %"},
	{"%(a(b)c)s", "{'a(b)c': 1}", "1"},
	{"%()s", "{'': 1}", "1"},
	{"%(é)s", "{'é': 1}", "1"},
	{"%s %(a)s", "{'a': 1}", "{'a': 1} 1"},
	{"%(a)s %s", "{'a': 1}", NULL},
	{"%(b)s", "{'a': 1}", NULL},
	{"%(1)s", "{1: 1}", NULL},
	{"%(a)s", "({'a': 1},)", NULL},
	{"%(a)s", "[1]", NULL},
	{"%(a)s", "{}", NULL},
	{"%(a", "{'a': 1}", NULL},
	{"%(a)", "{'a': 1}", NULL},
	/* not a format */
	{"100%", "(1,)", NULL},
	{"%", "()", NULL},
	{"%5", "(1,)", NULL},
	{"%.", "(1,)", NULL},
	{"%l", "(1,)", NULL},
	{"%y", "(1,)", NULL},
	{"%b", "(1,)", NULL},
	{"%5%", "(1,)", NULL},
	{"%é", "(1,)", NULL},
	/* more than a message may take */
	{"%999999999d", "(1,)", NULL},
	{"%.999999999f", "(1.5,)", NULL},
	{"%.999999999d", "(1,)", NULL},
	{"%99999999999999999999999d", "(1,)", NULL},
	{"%*d", "(999999999, 1)", NULL},
	{"%*d", "(999999999999999999999999999, 1)", NULL},
	{"%9999999s%9999999s", "(1, 2)", NULL},
};

static char *format(const char *text, const char *args)
{
	GString *result = g_string_new("<");
	const Literal *literal = parse(args);
	g_assert_nonnull(literal);
	if (literal_format(result, text, strlen(text), literal))
		return g_string_free(result, FALSE);
	g_assert_cmpstr(result->str, ==, "<");
	g_string_free(result, TRUE);
	return NULL;
}

static void test_format(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *text = format(formats[i].format, formats[i].args);
		g_test_message("%s %% %s", formats[i].format, formats[i].args);
		g_assert_cmpstr(text ? text + 1 : NULL, ==, formats[i].text);
	}
}

/* Few bytes that would become many, or take long. */
static void test_format_hostile(void)
{
	static const char *const pieces[] = {
		"%(a)s", "%(a)r", "%(a).0s", "%(b)x", "%(b)d", "%(b)o"};
	g_autofree char *long_text = g_strnfill(1 << 16, 'x');
	g_autofree char *digits = g_strnfill(4300, '9');
	g_autofree char *args = g_strdup_printf("{'a': '%s', 'b': %s}", long_text, digits);

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autofree char *many = nested(100000, pieces[i], "", "");
		g_assert_null(format(many, args));
	}
	g_autofree char *huge = g_strdup_printf("(1%s,)", long_text);
	memset(huge + 2, '0', 1 << 16);
	g_assert_null(format("%x", huge)); /* quadratic */
	g_assert_null(format("%f", huge)); /* beyond a double */
	g_autofree char *decimal = format("%d", huge);
	g_assert_cmpuint(strlen(decimal), ==, 2 + (1 << 16));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/literal/json", test_literals);
	g_test_add_func("/literal/str", test_str);
	g_test_add_func("/literal/nesting", test_nesting);
	g_test_add_func("/literal/long", test_long);
	g_test_add_func("/literal/from-json", test_from_json);
	g_test_add_func("/literal/format", test_format);
	g_test_add_func("/literal/format-hostile", test_format_hostile);
	arena = arena_new();
	int result = g_test_run();
	arena_free(arena);
	return result;
}
