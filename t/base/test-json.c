/* json and json-text: what is JSON, what is not, and what becomes of the values. */
#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "base/json.h"

#define NESTING 3

typedef struct {
	const char *text;
	const char *printed;
} Accepted;

static const Accepted accepted[] = {
	{"{}", "{}"},
	{"[]", "[]"},
	{" [ 1 ,\t2\r\n] ", "[1, 2]"},
	{"null", "null"},
	{"true", "true"},
	{"false", "false"},
	{"\"\"", "\"\""},
	{"1", "1"},
	{"-1.5", "-1.5"},
	{"[{\"a\":[null,true,false]},\"b\"]", "[{\"a\": [null, true, false]}, \"b\"]"},
	{"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}"},
	/* numbers as MySQL prints them */
	{"[0,-0.0,1.10,1e5,1E+5,1e-7,1e15,1e-999,0e999]",
		"[0, -0.0, 1.1, 100000.0, 100000.0, 0.0000001, 1e15, 0.0, 0.0]"},
	{"{\"b\":1,\"aa\":2,\"a\":3,\"Z\":4}", "{\"Z\": 4, \"a\": 3, \"b\": 1, \"aa\": 2}"},
	{"[9223372036854775807,-9223372036854775808]",
		"[9223372036854775807, -9223372036854775808]"},
	{"[9223372036854775808,18446744073709551615]",
		"[9223372036854775808, 18446744073709551615]"},
	{"[18446744073709551616,-9223372036854775809]",
		"[1.8446744073709552e19, -9.223372036854776e18]"},
	{"[1e999,-1e999,1.5E+400]", "[\"1e999\", \"-1e999\", \"1.5E+400\"]"},
	{"[NaN,Infinity,-Infinity]", "[\"NaN\", \"Infinity\", \"-Infinity\"]"},
	{"NaN", "\"NaN\""},
	{"{\"NaN\" : NaN }", "{\"NaN\": \"NaN\"}"},
	{"\"NaN 1e999 \\\\\"", "\"NaN 1e999 \\\\\""},
	/* strings */
	{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
	{"\"\\u0000\\u001f\\u007f\"", "\"\\u0000\\u001f\177\""},
	{"\"\\u00e9\\u2603\\ud83d\\ude00\"", "\"é☃😀\""},
	{"{\"é\":\"☃\"}", "{\"é\": \"☃\"}"},
	{"\"\\ud800\"", "\"\xef\xbf\xbd\""},
	{"\"\\udc00\"", "\"\xef\xbf\xbd\""},
	{"\"\\ud800x\"", "\"\xef\xbf\xbdx\""},
	{"\"\\ud800\\n\"", "\"\xef\xbf\xbd\\n\""},
	{"\"\\ud800\\u0041\"", "\"\xef\xbf\xbd"
			       "A\""},
	{"\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd😀\""},
	{"{\"\\ud800\":1}", "{\"\xef\xbf\xbd\": 1}"},
	{"[\"\\u0000:\", \"\\\\u0000\"]", "[\"\\u0000:\", \"\\\\u0000\"]"},
	/* three levels, whatever is in the innermost one */
	{"[[[]]]", "[[[]]]"},
	{"[{\"a\":[1]}]", "[{\"a\": [1]}]"},
};

static const Json *read_json(Arena *arena, const char *text, gsize length, GError **error)
{
	return json_read(arena, text, length, NESTING, error);
}

static void test_accepted(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(accepted); i++) {
		const char *text = accepted[i].text;
		g_autoptr(Arena) arena = arena_new();
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) printed = g_string_new(NULL);
		/* An exact copy, so that a sanitizer sees a read beyond the end. */
		g_autofree char *copy = g_memdup2(text, strlen(text));
		const Json *value = read_json(arena, copy, strlen(text), &error);
		g_assert_no_error(error);
		g_assert_nonnull(value);
		json_print(value, printed);
		g_assert_cmpstr(printed->str, ==, accepted[i].printed);
	}
}

typedef struct {
	const char *text;
	const char *message;
} Refused;

static const Refused refused[] = {
	{"", "unexpected end of data at byte 0"},
	{" \n", "unexpected end of data at byte 2"},
	{"[1", "unexpected end of data at byte 2"},
	{"{\"a\"", "unexpected end of data at byte 4"},
	{"[1] [2]", "unexpected character at byte 4"},
	{"{}x", "unexpected character at byte 2"},
	{"1 2", "unexpected character at byte 2"},
	{"[1,]", "unexpected character at byte 3"},
	{"[,1]", "unexpected character at byte 1"},
	{"[1 2]", "array value separator ',' expected at byte 3"},
	{"{\"a\":1,}", "unexpected character at byte 7"},
	{"{\"a\" 1}", "object property name separator ':' expected at byte 5"},
	{"{1:2}", "quoted object property name expected at byte 1"},
	{"{a:2}", "unexpected character at byte 1"},
	{"[1}", "array value separator ',' expected at byte 2"},
	{"]", "unexpected character at byte 0"},
	{"[NaN,1e999,18446744073709551616 2]", "array value separator ',' expected at byte 32"},
	/* comments and quotes */
	{"/* */[]", "unexpected character at byte 0"},
	{"[]// x", "unexpected character at byte 2"},
	{"[1, # x\n2]", "unexpected character at byte 4"},
	{"['a']", "unexpected character at byte 1"},
	/* words */
	{"True", "unexpected character at byte 0"},
	{"NULL", "unexpected character at byte 0"},
	{"nan", "unexpected character at byte 0"},
	{"-infinity", "malformed number at byte 0"},
	{"inf", "unexpected character at byte 0"},
	{"tru", "unexpected character at byte 0"},
	{"truefalse", "unexpected character at byte 0"},
	{"null1", "unexpected character at byte 0"},
	{"undefined", "unexpected character at byte 0"},
	/* numbers */
	{"+1", "unexpected character at byte 0"},
	{"-", "malformed number at byte 0"},
	{"--1", "malformed number at byte 0"},
	{"007", "malformed number at byte 0"},
	{"-01", "malformed number at byte 0"},
	{"[.5]", "unexpected character at byte 1"},
	{"[1.]", "digit expected at byte 3"},
	{"[1e]", "digit expected at byte 3"},
	{"[1e+]", "digit expected at byte 4"},
	{"1.5.2", "unexpected character at byte 3"},
	{"1-2", "malformed number at byte 1"},
	{"0x10", "malformed number at byte 1"},
	{"1_000", "unexpected character at byte 1"},
	/* strings */
	{"\"a", "string without an end at byte 2"},
	{"\"a\\", "string without an end at byte 3"},
	{"\"a\nb\"", "unescaped control character at byte 2"},
	{"\"\x1f\"", "unescaped control character at byte 1"},
	{"\"\\x41\"", "invalid string sequence at byte 2"},
	{"\"\\u12g4\"", "invalid string sequence at byte 5"},
	{"{\"a\\u0000b\" :1}", "NUL character in a key at byte 3"},
	/* bytes */
	{"\xef\xbb\xbf{}", "unexpected character at byte 0"},
	{"[\v]", "unexpected character at byte 1"},
	{"[\xc2\xa0]", "unexpected character at byte 1"},
	{"\"\xff\"", "not UTF-8 at byte 1"},
	{"\"\xed\xa0\x80\"", "not UTF-8 at byte 1"},
	{"\"\xe2\x98", "not UTF-8 at byte 1"},
	/* nesting */
	{"[[[[]]]]", "nested too deep at byte 3"},
	{"{\"a\":{\"b\":{\"c\":{}}}}", "nested too deep at byte 15"},
};

static void check_refused(const char *text, gsize length, const char *message)
{
	g_autoptr(Arena) arena = arena_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *copy = g_memdup2(text, length);
	g_autofree char *whole = g_strdup_printf("Invalid JSON document: %s", message);

	g_test_message("%s", text);
	g_assert_null(read_json(arena, copy, length, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
	g_assert_cmpstr(error->message, ==, whole);
}

static void test_refused(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
		check_refused(refused[i].text, strlen(refused[i].text), refused[i].message);
	check_refused("[1]\0", 4, "NUL byte at byte 3");
	check_refused("\"a\0b\"", 5, "NUL byte at byte 2");
}

/* Nothing recurses over the client's bytes. */
static void test_deep(void)
{
	gsize length = 1 << 20;
	g_autofree char *text = g_strnfill(length, '[');

	check_refused(text, length, "nested too deep at byte 3");
}

static void test_long_integer(void)
{
	g_autofree char *digits = g_strnfill(400, '9');
	g_autofree char *quoted = g_strdup_printf("\"%s\"", digits);
	g_autoptr(Arena) arena = arena_new();
	g_autoptr(GString) printed = g_string_new(NULL);

	json_print(read_json(arena, digits, 400, NULL), printed);
	g_assert_cmpstr(printed->str, ==, quoted);
}

/* An array, and its elements with | between them; or NULL where it is malformed. */
static const char *const arrays[][2] = {
	{"[]", ""},
	{" [ ] \n", ""},
	{"[1]", "1|"},
	{" [ {\"a\": [1, 2]} ,{}, \"],\\\"\" ] ", "{\"a\": [1, 2]} |{}|\"],\\\"\" |"},
	{"[x y, nul]", "x y|nul|"},
	{"", NULL},
	{"{}", NULL},
	{"[", NULL},
	{"[1", NULL},
	{"[1,", NULL},
	{"[1,]", NULL},
	{"[,1]", NULL},
	{"[1,,2]", NULL},
	{"[1}", NULL},
	{"[1] 2", NULL},
	{"[] ]", NULL},
	{"[\"a]", NULL},
	{"[\"a\\", NULL},
	{"[[1]", NULL},
};

static gboolean join_elements(const char *text, GString *joined, GError **error)
{
	JsonTextArray array;
	const char *element;
	gsize length;
	if (!json_text_array_begin(&array, text, strlen(text), error))
		return FALSE;
	for (;;) {
		if (!json_text_array_next(&array, &element, &length, error))
			return FALSE;
		if (!element)
			return TRUE;
		g_string_append_len(joined, element, (gssize)length);
		g_string_append_c(joined, '|');
	}
}

static void test_arrays(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(arrays); i++) {
		g_autoptr(GString) joined = g_string_new(NULL);
		g_autoptr(GError) error = NULL;
		g_test_message("%s", arrays[i][0]);
		if (join_elements(arrays[i][0], joined, &error))
			g_assert_cmpstr(joined->str, ==, arrays[i][1]);
		else
			g_assert_null(arrays[i][1]);
		if (!arrays[i][1])
			g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
	}
}

static void test_many_values(void)
{
	g_autoptr(GString) text = g_string_new("[0");
	g_autoptr(GError) error = NULL;
	g_autoptr(Arena) arena = arena_new();
	for (guint i = 2; i < JSON_VALUES_MAX; i++)
		g_string_append(text, ",0");
	g_string_append_c(text, ']');
	g_assert_nonnull(read_json(arena, text->str, text->len, NULL));
	g_string_overwrite(text, text->len - 1, ",0]");
	g_assert_null(read_json(arena, text->str, text->len, &error));
	g_assert_nonnull(strstr(error->message, "too many values"));
}

static void test_append_string(void)
{
	g_autoptr(GString) json = g_string_new("x");
	json_text_append_string(json, "a\0\"\\/\x1f\x7fé", 9);
	g_assert_cmpstr(json->str, ==, "x\"a\\u0000\\\"\\\\/\\u001f\x7fé\"");
	g_string_truncate(json, 0);
	json_text_append_string(json, "", 0);
	g_assert_cmpstr(json->str, ==, "\"\"");
}

/* What is not read has a reason, and a place within the text: texts that are nearly right. */
static void test_agree(void)
{
	static const char *const pieces[] = {"{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\\",
		"\\u00", "\\ud83d", "\\ude00", "\\n", "0", "1", "9", "-", ".", "e", "E+", "null",
		"true", "false", "NaN", "Infinity", "-Infinity", " ", "\n", "\x01", "\xc3\xa9",
		"\xff", "123456789012345678901"};
	guint n_accepted = 0;
	for (guint i = 0; i < 200000; i++) {
		g_autoptr(Arena) arena = arena_new();
		g_autoptr(GString) text = g_string_new(
			accepted[g_test_rand_int_range(0, G_N_ELEMENTS(accepted))].text);
		for (gint32 edits = g_test_rand_int_range(0, 4); edits > 0; edits--) {
			gint32 piece = g_test_rand_int_range(0, G_N_ELEMENTS(pieces));
			gint32 at = g_test_rand_int_range(0, (gint32)text->len + 1);
			gint32 cut = g_test_rand_int_range(0, 3);
			g_string_erase(text, at, MIN((gint32)text->len - at, cut));
			g_string_insert(text, at, pieces[piece]);
		}
		g_autofree char *copy = g_memdup2(text->str, text->len);
		g_autoptr(GError) error = NULL;
		const Json *value = read_json(arena, copy, text->len, &error);
		const char *at = error ? strrchr(error->message, ' ') : NULL;
		if (!value != !!error || (at && g_ascii_strtoull(at, NULL, 10) > text->len))
			g_error("%s: read: %d", text->str, value != NULL);
		n_accepted += !error;
	}
	g_assert_cmpuint(n_accepted, >, 10000);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/accepted", test_accepted);
	g_test_add_func("/json/refused", test_refused);
	g_test_add_func("/json/deep", test_deep);
	g_test_add_func("/json/long-integer", test_long_integer);
	g_test_add_func("/json/arrays", test_arrays);
	g_test_add_func("/json/many-values", test_many_values);
	g_test_add_func("/json/append-string", test_append_string);
	g_test_add_func("/json/agree", test_agree);
	return g_test_run();
}
