/* form: pairs of a urlencoded body. */
#include <string.h>

#include "base/error.h"
#include "record/form.h"

#define ITEM(literal) literal, sizeof(literal) - 1

typedef struct {
	const char *body;
	gsize length;
	const char *pairs; /* "name>value|" each; NUL shows as ^ */
} Case;

static const Case cases[] = {
	{ITEM(""), ""},
	{ITEM("a=1"), "a>1|"},
	{ITEM("a=1&b=2&a=3"), "a>1|b>2|a>3|"},
	{ITEM("&&a=1&&b=2&"), "a>1|b>2|"},
	{ITEM("a"), "a>|"},
	{ITEM("a="), "a>|"},
	{ITEM("=1"), ">1|"},
	{ITEM("="), ">|"},
	{ITEM("a=b=c"), "a>b=c|"},
	{ITEM("a+b=+c+"), "a b> c |"},
	{ITEM("%61%3D%26=%2B%25"), "a=&>+%|"},
	{ITEM("a=%C3%a9%E2%98%83"), "a>é☃|"},
	{ITEM("a=%00b%00"), "a>^b^|"},
	{ITEM("a=b;c=d"), "a>b;c=d|"},
	{ITEM("a=\r\n"), "a>\r\n|"},
	/* malformed percent sequences stay */
	{ITEM("a=100%"), "a>100%|"},
	{ITEM("a=%4"), "a>%4|"},
	{ITEM("a=%zz%4g%%41"), "a>%zz%4g%A|"},
	{ITEM("%=%&%4=1"), "%>%|%4>1|"},
};

static void append_text(GString *pairs, const Text *text, char after)
{
	g_assert_cmpint(text->data[text->length], ==, '\0');
	for (gsize i = 0; i < text->length; i++)
		g_string_append_c(pairs, text->data[i] ? text->data[i] : '^');
	g_string_append_c(pairs, after);
}

static gboolean append_pair(const FormField *field, gpointer data, GError **error)
{
	(void)error;
	append_text(data, &field->name, '>');
	append_text(data, &field->value, '|');
	return TRUE;
}

static void test_pairs(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) pairs = g_string_new(NULL);
		g_autoptr(GError) error = NULL;
		g_autofree char *body = g_memdup2(cases[i].body, cases[i].length + 1);
		form_parse(body, cases[i].length, append_pair, pairs, &error);
		g_assert_no_error(error);
		g_assert_cmpstr(pairs->str, ==, cases[i].pairs);
	}
}

static const struct {
	const char *body;
	const char *message;
} refused[] = {
	{"a=1&b=%ff&c=2", "Form field \"b\" is not UTF-8"},
	{"b=\xff", "Form field \"b\" is not UTF-8"},
	{"b=%00%ff", "Form field \"b\" is not UTF-8"},
	{"b=%E2%98", "Form field \"b\" is not UTF-8"},
	{"%C3%A9=%ED%A0%80", "Form field \"é\" is not UTF-8"},
	{"%ff=1", "The name of a form field is not UTF-8"},
};

static void test_refused(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GString) pairs = g_string_new(NULL);
		g_autoptr(GError) error = NULL;
		g_autofree char *body = g_strdup(refused[i].body);
		g_assert_false(form_parse(body, strlen(body), append_pair, pairs, &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
		g_assert_cmpstr(error->message, ==, refused[i].message);
	}
}

static void test_long_name_is_not_repeated(void)
{
	g_autofree char *name = g_strnfill(100000, 'x');
	g_autofree char *body = g_strdup_printf("%s=%%ff", name);
	g_autoptr(GError) error = NULL;

	g_assert_false(form_parse(body, strlen(body), append_pair, NULL, &error));
	g_assert_cmpuint(strlen(error->message), <, 100);
}

static gboolean refuse(const FormField *field, gpointer data, GError **error)
{
	++*(int *)data;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_MODEL, "not %s", field->name.data);
	return FALSE;
}

static void test_stops_at_the_first_error(void)
{
	g_autoptr(GError) error = NULL;
	char body[] = "a=1&b=2";
	int calls = 0;
	g_assert_false(form_parse(body, 7, refuse, &calls, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_MODEL);
	g_assert_cmpstr(error->message, ==, "not a");
	g_assert_cmpint(calls, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/form/pairs", test_pairs);
	g_test_add_func("/form/refused", test_refused);
	g_test_add_func("/form/long-name", test_long_name_is_not_repeated);
	g_test_add_func("/form/stops", test_stops_at_the_first_error);
	return g_test_run();
}
