/* record: the contract's vectors, and the rules that they do not reach. */
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "record/record.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_object_put)

#define DAY G_GINT64_CONSTANT(86400000000)
#define NOW G_GINT64_CONSTANT(1525970213377493)

/* ---- Comparing as JSON ---- */

static json_object *json_of(const char *text, gsize length)
{
	g_autoptr(Arena) arena = arena_new();
	g_autoptr(GString) plain = g_string_new(NULL);
	const Json *tree = json_read(arena, text, length, 100, NULL);
	g_assert_nonnull(tree);
	json_print(tree, plain); /* json-c has no integers beyond 64 bits */
	return json_tokener_parse(plain->str);
}

static gboolean is_number(json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static gboolean is_same(json_object *a, json_object *b);

static gboolean is_same_object(json_object *a, json_object *b)
{
	if (json_object_object_length(a) != json_object_object_length(b))
		return FALSE;
	json_object_object_foreach (a, key, value) {
		json_object *other;
		if (!json_object_object_get_ex(b, key, &other) || !is_same(value, other))
			return FALSE;
	}
	return TRUE;
}

static gboolean is_same_array(json_object *a, json_object *b)
{
	gsize length = json_object_array_length(a);
	if (json_object_array_length(b) != length)
		return FALSE;
	for (gsize i = 0; i < length; i++)
		if (!is_same(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i)))
			return FALSE;
	return TRUE;
}

/* 64-bit integers exactly, other numbers as doubles. */
static gboolean is_same(json_object *a, json_object *b)
{
	enum json_type type = json_object_get_type(a);
	if (is_number(a) && is_number(b) && json_object_get_type(b) != type)
		return json_object_get_double(a) == json_object_get_double(b);
	if (json_object_get_type(b) != type)
		return FALSE;
	switch (type) {
	case json_type_double:
		return json_object_get_double(a) == json_object_get_double(b) &&
		       signbit(json_object_get_double(a)) == signbit(json_object_get_double(b));
	case json_type_object:
		return is_same_object(a, b);
	case json_type_array:
		return is_same_array(a, b);
	default:
		return json_object_equal(a, b);
	}
}

static void check_same(json_object *got, json_object *expected)
{
	if (!is_same(got, expected))
		g_error("%s is not %s", json_object_to_json_string(got),
			json_object_to_json_string(expected));
}

/* ---- The contract's vectors ---- */

typedef Record *(*Reader)(const char *text, gsize length, GError **error);

static void check_record(const Record *record, json_object *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);
	record_append_json(text, record, TRUE);
	g_autoptr(json_object) got = json_of(text->str, text->len);
	json_object_object_del(got, "id");
	check_same(got, expected);
}

static void check_error(const GError *error, json_object *expected)
{
	if (!expected)
		return;
	g_autoptr(json_object) got = json_object_new_object();
	json_object_object_add(got, "type", json_object_new_string(error_type(error)));
	json_object_object_add(got, "message", json_object_new_string(error->message));
	check_same(got, expected);
}

static void check_vector(json_object *vector, Reader read)
{
	json_object *body = json_object_object_get(vector, "body");
	gsize length = (gsize)json_object_get_string_len(body);
	g_autofree char *copy = g_memdup2(json_object_get_string(body), length);
	g_autoptr(GError) error = NULL;

	g_test_message("%s", json_object_get_string(json_object_object_get(vector, "title")));
	g_autoptr(Record) record = read(copy, length, &error);
	guint status = record ? 201 : error_status(error);
	g_assert_cmpuint(status, ==, json_object_get_int(json_object_object_get(vector, "status")));
	if (record)
		check_record(record, json_object_object_get(vector, "record"));
	else
		check_error(error, json_object_object_get(vector, "error"));
}

static void check_vectors(const char *name, Reader read)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	gsize length;

	g_file_get_contents(path, &text, &length, &error);
	g_assert_no_error(error);
	g_autoptr(json_object) vectors = json_of(text, length);
	g_assert_cmpuint(json_object_array_length(vectors), >, 0);
	for (gsize i = 0; i < json_object_array_length(vectors); i++)
		check_vector(json_object_array_get_idx(vectors, i), read);
}

static Record *read_form(const char *text, gsize length, GError **error)
{
	g_autoptr(GString) body = g_string_new_len(text, (gssize)length);
	return record_from_form(body->str, body->len, error);
}

static void test_form_vectors(void)
{
	check_vectors("form.json", read_form);
}

static void test_json_vectors(void)
{
	check_vectors("json.json", record_from_json);
}

/* ---- Documents ---- */

static const struct {
	const char *fields; /* after name, created and levelno */
	const char *message;
	const char *logrec;
} documents[] = {
	{"'msg': 'x'", "x", "{'meta': {'msg': 'x'}}"},
	{"'message': 'm'", "m", "{}"},
	{"'message': null, 'msg': 'x'", "x", "{'meta': {'msg': 'x'}}"},
	{"'message': 'm', 'msg': '%d', 'args': [1]", "m", "{'meta': {'msg': '%d', 'args': [1]}}"},
	{"'msg': '%d %s', 'args': [1, 'a']", "1 a", "{'meta': {'msg': '%d %s', 'args': [1, 'a']}}"},
	{"'msg': '%(a)s', 'args': {'a': [1.10]}", "[1.1]",
		"{'meta': {'msg': '%(a)s', 'args': {'a': [1.10]}}}"},
	{"'msg': '%d', 'args': [1180591620717411303425]", "1180591620717411303425",
		"{'meta': {'msg': '%d', 'args': [1180591620717411303425]}}"},
	{"'msg': '100%', 'args': []", "100%", "{'meta': {'msg': '100%', 'args': []}}"},
	{"'msg': '100%%', 'args': null", "100%%", "{'meta': {'msg': '100%%', 'args': null}}"},
	{"'msg': '%s %s', 'args': [1]", "%s %s", "{'meta': {'msg': '%s %s', 'args': [1]}}"},
	{"'msg': '%s', 'args': 'text'", "text", "{'meta': {'msg': '%s', 'args': 'text'}}"},
	/* what is not text is printed as Python prints it */
	{"'msg': null", "None", "{'meta': {'msg': null}}"},
	{"'msg': true", "True", "{'meta': {'msg': true}}"},
	{"'msg': 5", "5", "{'meta': {'msg': 5}}"},
	{"'msg': [1, 'a', {}]", "[1, 'a', {}]", "{'meta': {'msg': [1, 'a', {}]}}"},
	{"'msg': {'a': null}", "{'a': None}", "{'meta': {'msg': {'a': null}}}"},
	{"'message': 1.50", "1.5", "{}"},
	/* data, meta, error */
	{"'msg': '', 'x': null, 'y': []", "",
		"{'data': {'x': null, 'y': []}, 'meta': {'msg': ''}}"},
	{"'message': '', 'exc_info': null, 'exc_text': null", "", "{}"},
	{"'message': '', 'exc_info': true, 'exc_text': ''", "",
		"{'error': {'exc_info': true, 'exc_text': ''}}"},
	{"'message': '', 'levelname': 'X', 'asctime': 'x', 'suffix': 1, 'level': 2", "",
		"{'data': {'suffix': 1, 'level': 2}}"},
	{"'message': 'a\\u0000b', 'x': '\\u0000'", "a", "{'data': {'x': '\\u0000'}}"},
	{"'message': '', '': 1, 'a/b': 2", "", "{'data': {'': 1, 'a/b': 2}}"},
};

/* ' -> ", which JSON wants and C does not. */
static char *quoted(const char *text)
{
	return g_strdelimit(g_strdup(text), "'", '"');
}

static char *document(const char *fields)
{
	g_autofree char *whole =
		g_strdup_printf("{'name': 'n', 'created': 1, 'levelno': 20, %s}", fields);

	return quoted(whole);
}

static void test_documents(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
		g_autofree char *text = document(documents[i].fields);
		g_autofree char *message = quoted(documents[i].message);
		g_autofree char *logrec = quoted(documents[i].logrec);
		g_autoptr(GError) error = NULL;
		g_autoptr(Record) record = NULL;
		/* Python prints single quotes. */
		if (strchr(documents[i].message, '\''))
			memcpy(message, documents[i].message, strlen(message));
		g_test_message("%s", text);
		record = record_from_json(text, strlen(text), &error);
		g_assert_no_error(error);
		g_assert_cmpstr(record->message.data, ==, message);
		g_assert_cmpstr(record->name.data, ==, "n");
		g_autoptr(json_object) got = json_of(record->logrec.data, record->logrec.length);
		g_autoptr(json_object) expected = json_of(logrec, strlen(logrec));
		check_same(got, expected);
	}
}

static void test_logrec_text(void)
{
	g_autofree char *text = document("'msg': 'a/b', 'x': 1.10, 'y': 'é', 'exc_info': 1");
	g_autoptr(Record) record = record_from_json(text, strlen(text), NULL);

	g_assert_cmpstr(record->logrec.data, ==,
		"{\"data\": {\"x\": 1.1, \"y\": \"é\"}, \"meta\": {\"msg\": \"a/b\"},"
		" \"error\": {\"exc_info\": 1}}");
	g_assert_cmpuint(record->logrec.length, ==, strlen(record->logrec.data));
}

static char *nested(guint depth)
{
	g_autofree char *open = g_strnfill(depth, '[');
	g_autofree char *close = g_strnfill(depth, ']');
	g_autofree char *field = g_strdup_printf("'message': '', 'x': %s%s", open, close);

	return document(field);
}

static void test_nesting(void)
{
	g_autofree char *deep = nested(RECORD_NESTING_MAX);
	g_autofree char *deeper = nested(RECORD_NESTING_MAX + 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_from_json(deep, strlen(deep), &error);

	g_assert_no_error(error);
	g_assert_nonnull(record);
	g_assert_null(record_from_json(deeper, strlen(deeper), &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
}

/* ---- Numbers ---- */

static const struct {
	const char *created;
	const char *ts; /* NULL: refused */
} instants[] = {
	{"1", "1970-01-01 00:00:01+00:00"},
	{"0", "1970-01-01 00:00:00+00:00"},
	{"-0.0", "1970-01-01 00:00:00+00:00"},
	{"1525970213.3774931", "2018-05-10 16:36:53.377493+00:00"},
	{"'1525970213.3774931'", "2018-05-10 16:36:53.377493+00:00"},
	{"' 1.5259702133774931e9\\n'", "2018-05-10 16:36:53.377493+00:00"},
	{"'+1.'", "1970-01-01 00:00:01+00:00"},
	{"'.5'", "1970-01-01 00:00:00.500000+00:00"},
	{"0.0000005", "1970-01-01 00:00:00+00:00"},
	{"0.0000015", "1970-01-01 00:00:00.000002+00:00"},
	{"0.0000025", "1970-01-01 00:00:00.000002+00:00"},
	{"-0.0000015", "1969-12-31 23:59:59.999998+00:00"},
	{"-1.25", "1969-12-31 23:59:58.750000+00:00"},
	{"1700000000.9999995", "2023-11-14 22:13:21+00:00"},
	{"951782400", "2000-02-29 00:00:00+00:00"},
	{"1709251199.5", "2024-02-29 23:59:59.500000+00:00"},
	{"-2203891200", "1900-03-01 00:00:00+00:00"},
	{"-62135596800", "0001-01-01 00:00:00+00:00"},
	{"-62135596800.5", NULL},
	{"253402300799.5", "9999-12-31 23:59:59.500000+00:00"},
	{"253402300800", NULL},
	{"253402300799.9999999", NULL},
	{"1525970213377", NULL},
	{"1e300", NULL},
	{"1e999", NULL},
	{"NaN", NULL},
	{"'1e999'", NULL},
	{"'nan'", NULL},
	{"'inf'", NULL},
	{"'0x10'", NULL},
	{"'1_000'", NULL},
	{"'1 2'", NULL},
	{"'1\\u0000'", NULL},
	{"''", NULL},
	{"'.'", NULL},
	{"'e5'", NULL},
	{"'1e'", NULL},
	{"'yesterday'", NULL},
	{"null", NULL},
	{"true", NULL},
	{"[1]", NULL},
	{"{}", NULL},
};

static Record *read_with(const char *key, const char *value, GError **error)
{
	g_autofree char *fields = g_strdup_printf("'message': '', '%s': %s", key, value);
	g_autofree char *text = document(fields);

	g_test_message("%s", text);
	return record_from_json(text, strlen(text), error);
}

static void check_model_error(const GError *error, const char *key)
{
	g_autofree char *begin = g_strdup_printf("Key \"%s\" must be ", key);

	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_MODEL);
	g_assert_true(g_str_has_prefix(error->message, begin));
}

static void test_created(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(instants); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Record) record = read_with("created", instants[i].created, &error);
		char ts[RECORD_TS_SIZE];
		if (!instants[i].ts) {
			g_assert_null(record);
			check_model_error(error, "created");
			continue;
		}
		g_assert_no_error(error);
		record_format_ts(record->ts, ts);
		g_assert_cmpstr(ts, ==, instants[i].ts);
	}
}

static const struct {
	const char *levelno;
	int level; /* -1: refused */
} levels[] = {
	{"0", 0},
	{"20", 20},
	{"20.0", 20},
	{"2e1", 20},
	{"'20'", 20},
	{"' 2e1 '", 20},
	{"'20.0'", 20},
	{"65535", 65535},
	{"65536", -1},
	{"-1", -1},
	{"20.5", -1},
	{"'20.5'", -1},
	{"'INFO'", -1},
	{"'0x14'", -1},
	{"18446744073709551615", -1},
	{"1e999", -1},
	{"null", -1},
	{"true", -1},
	{"[20]", -1},
};

static void test_levelno(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Record) record = read_with("levelno", levels[i].levelno, &error);
		if (levels[i].level < 0) {
			g_assert_null(record);
			check_model_error(error, "levelno");
			continue;
		}
		g_assert_no_error(error);
		g_assert_cmpuint(record->level, ==, (guint)levels[i].level);
	}
}

static void test_name(void)
{
	static const char *const names[] = {"null", "5", "['n']"};
	GString *characters = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(read_with("name", names[i], &error));
		check_model_error(error, "name");
	}
	for (int i = 0; i < RECORD_NAME_MAX; i++)
		g_string_append(characters, "☃");
	g_autofree char *longest = g_strdup_printf("'%s'", characters->str);
	g_autofree char *longer = g_strdup_printf("'%sx'", characters->str);
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = read_with("name", longest, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(record->name.data, ==, characters->str);
	g_assert_null(read_with("name", longer, &error));
	check_model_error(error, "name");
	g_string_free(characters, TRUE);
}

/* ---- What is refused ---- */

static const struct {
	const char *text;
	ChronologerError code;
	const char *message;
} refused[] = {
	{"{}", ERROR_MODEL, "Key \"name\" is missing"},
	{"{'name': 'n'}", ERROR_MODEL, "Key \"created\" is missing"},
	{"{'name': 5, 'created': 1}", ERROR_MODEL, "Key \"levelno\" is missing"},
	{"{'name': 5, 'created': 1, 'levelno': 1}", ERROR_MODEL, "Key \"msg\" is missing"},
	{"[]", ERROR_VALUE, "Invalid JSON document: a record is an object"},
	{"null", ERROR_VALUE, "Invalid JSON document: a record is an object"},
	{"{'a': 1}}", ERROR_VALUE, "Invalid JSON document: unexpected character at byte 8"},
};

static void test_refused(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = quoted(refused[i].text);
		g_assert_null(record_from_json(text, strlen(text), &error));
		g_assert_error(error, CHRONOLOGER_ERROR, (int)refused[i].code);
		g_assert_cmpstr(error->message, ==, refused[i].message);
	}
}

/* ---- Forms ---- */

static const struct {
	const char *body; /* after name, created and levelno */
	const char *message;
	const char *logrec;
} forms[] = {
	{"msg=x&msg=y", "y", "{'meta': {'msg': 'y'}}"},
	{"message=None&msg=x", "x", "{'meta': {'msg': 'x'}}"},
	{"msg=None", "None", "{'meta': {'msg': null}}"},
	{"msg=None%00", "None", "{'meta': {'msg': 'None\\u0000'}}"},
	{"msg=%25s&args=(1,)&args=(2,)", "2", "{'meta': {'msg': '%s', 'args': [2]}}"},
	{"msg=%25s&args=(1,)&args=oops", "%s", "{'meta': {'msg': '%s', 'args': 'oops'}}"},
	{"msg=%25s&args=(Decimal('1'),)", "1",
		"{'meta': {'msg': '%s', 'args': '(Decimal(X1X),)'}}"},
	{"msg=%25d&args=(Decimal('1'),)", "%d",
		"{'meta': {'msg': '%d', 'args': '(Decimal(X1X),)'}}"},
	{"msg=%25s&args=(Foo(1)", "%s", "{'meta': {'msg': '%s', 'args': '(Foo(1)'}}"},
	{"msg=%25%25&args=()", "%%", "{'meta': {'msg': '%%', 'args': []}}"},
	{"msg=%25s&args=[1]", "[1]", "{'meta': {'msg': '%s', 'args': [1]}}"},
	{"msg=7&lineno=7&funcName=7&x=7", "7",
		"{'data': {'x': 7}, 'meta': {'msg': '7', 'lineno': 7, 'funcName': '7'}}"},
	{"message=&x=1&x=None&lineno=", "", "{'data': {'x': null}, 'meta': {'lineno': ''}}"},
	{"message=&exc_info=None&exc_text=None&levelname=X", "", "{}"},
	{"message=&created=+2.0&levelno=2e1+", "", "{}"},
	{"message=&=1&a%2Fb", "", "{'data': {'': 1, 'a/b': ''}}"},
};

static void test_forms(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *body =
			g_strdup_printf("name=n&created=1&levelno=20&%s", forms[i].body);
		g_autofree char *logrec = quoted(forms[i].logrec);
		g_autoptr(GError) error = NULL;
		g_test_message("%s", body);
		g_strdelimit(logrec, "X", '\'');
		g_autoptr(Record) record = record_from_form(body, strlen(body), &error);
		g_assert_no_error(error);
		g_assert_cmpstr(record->message.data, ==, forms[i].message);
		g_autoptr(json_object) got = json_of(record->logrec.data, record->logrec.length);
		g_autoptr(json_object) expected = json_of(logrec, strlen(logrec));
		check_same(got, expected);
	}
}

static const struct {
	const char *body;
	ChronologerError code;
	const char *message;
} forms_refused[] = {
	{"", ERROR_MODEL, "Key \"name\" is missing"},
	{"name=n&created=1&levelno=1", ERROR_MODEL, "Key \"msg\" is missing"},
	{"name=None&created=1&levelno=1&msg=", ERROR_MODEL,
		"Key \"name\" must be text of at most 255 characters"},
	{"name=n&created=None&levelno=1&msg=", ERROR_MODEL,
		"Key \"created\" must be a number of seconds within the years 1 to 9999"},
	{"name=n&created=1&levelno=INFO&msg=", ERROR_MODEL,
		"Key \"levelno\" must be a whole number from 0 to 65535"},
	{"name=n&created=1&levelno=1&msg=%ff", ERROR_VALUE, "Form field \"msg\" is not UTF-8"},
	{"a%00b=1", ERROR_VALUE, "The name of a form field has a NUL character"},
};

static void test_forms_refused(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(forms_refused); i++) {
		g_autofree char *body = g_strdup(forms_refused[i].body);
		g_autoptr(GError) error = NULL;
		g_assert_null(record_from_form(body, strlen(body), &error));
		g_assert_error(error, CHRONOLOGER_ERROR, (int)forms_refused[i].code);
		g_assert_cmpstr(error->message, ==, forms_refused[i].message);
	}
}

/* ---- Raw mode ---- */

static const struct {
	const char *text;
	const char *printed; /* without id and logrec */
} raw[] = {
	{"{}", "'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':20,'message':''"},
	{"{'name': 'n', 'message': 'm', 'level': '30', 'created': '1.5', 'x': [1]}",
		"'name':'n','ts':'1970-01-01 00:00:01.500000+00:00','level':30,'message':'m'"},
	{"{'levelno': 40}",
		"'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':40,'message':''"},
	{"{'level': 10, 'levelno': 40}",
		"'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':10,'message':''"},
	{"{'level': 'info', 'levelno': 40}",
		"'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':40,'message':''"},
	{"{'level': -1, 'levelno': 20.5, 'name': 5, 'message': [], 'created': 'now'}",
		"'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':20,'message':''"},
	{"{'msg': 'x', 'args': [], 'exc_info': null}",
		"'name':'','ts':'2018-05-10 16:36:53.377493+00:00','level':20,'message':''"},
};

static void test_raw(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(raw); i++) {
		g_autofree char *text = quoted(raw[i].text);
		g_autofree char *columns = quoted(raw[i].printed);
		g_autofree char *printed = g_strdup_printf("{\"id\":0,%s}", columns);
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) json = g_string_new(NULL);
		g_autoptr(Record) record = record_from_raw_json(text, strlen(text), NOW, &error);
		g_assert_no_error(error);
		record_append_json(json, record, FALSE);
		g_assert_cmpstr(json->str, ==, printed);
		g_autoptr(json_object) got = json_of(record->logrec.data, record->logrec.length);
		g_autoptr(json_object) expected = json_of(text, strlen(text));
		check_same(got, expected);
	}
}

static void test_raw_long_name(void)
{
	g_autofree char *name = g_strnfill(RECORD_NAME_MAX + 1, 'n');
	g_autofree char *text = g_strdup_printf("{\"name\": \"%s\"}", name);
	g_autoptr(Record) record = record_from_raw_json(text, strlen(text), NOW, NULL);

	g_assert_cmpuint(record->name.length, ==, 0);
	g_assert_cmpstr(record->logrec.data, ==, text);
}

static void test_raw_refused(void)
{
	static const char *const texts[] = {"[]", "null", "5", "\"x\"", "", "{", "{} {}"};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(record_from_raw_json(texts[i], strlen(texts[i]), NOW, &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
	}
}

/* ---- Printing ---- */

static void test_append_json(void)
{
	char name[] = "a\"b", message[] = "x\0y\n", logrec[] = "{\"data\":{}}";
	Record record = {
		.id = G_MAXUINT64,
		.ts = -1,
		.level = 65535,
		.name = {name, 3},
		.message = {message, 4},
		.logrec = {logrec, strlen(logrec)},
	};
	g_autoptr(GString) json = g_string_new("[");

	record_append_json(json, &record, TRUE);
	g_assert_cmpstr(json->str, ==,
		"[{\"id\":18446744073709551615,\"name\":\"a\\\"b\","
		"\"ts\":\"1969-12-31 23:59:59.999999+00:00\",\"level\":65535,"
		"\"message\":\"x\\u0000y\\n\",\"logrec\":{\"data\":{}}}");
}

/* Every day of 10,000 years as GDate has it. */
static void test_format_ts(void)
{
	GDate date;
	char ts[RECORD_TS_SIZE];

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, 1, G_DATE_JANUARY, 1);
	for (gint64 at = CALENDAR_TS_MIN; at <= CALENDAR_TS_MAX; at += DAY) {
		g_autofree char *expected =
			g_strdup_printf("%04u-%02u-%02u 00:00:00+00:00", g_date_get_year(&date),
				(guint)g_date_get_month(&date), g_date_get_day(&date));
		record_format_ts(at, ts);
		g_assert_cmpstr(ts, ==, expected);
		g_date_add_days(&date, 1);
	}
	record_format_ts(CALENDAR_TS_MAX, ts);
	g_assert_cmpstr(ts, ==, "9999-12-31 23:59:59.999999+00:00");
	g_assert_cmpuint(strlen(ts), ==, RECORD_TS_SIZE - 1);
}

static void test_free(void)
{
	record_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/record/vectors/form", test_form_vectors);
	g_test_add_func("/record/vectors/json", test_json_vectors);
	g_test_add_func("/record/documents", test_documents);
	g_test_add_func("/record/logrec-text", test_logrec_text);
	g_test_add_func("/record/nesting", test_nesting);
	g_test_add_func("/record/created", test_created);
	g_test_add_func("/record/levelno", test_levelno);
	g_test_add_func("/record/name", test_name);
	g_test_add_func("/record/refused", test_refused);
	g_test_add_func("/record/forms", test_forms);
	g_test_add_func("/record/forms-refused", test_forms_refused);
	g_test_add_func("/record/raw", test_raw);
	g_test_add_func("/record/raw-long-name", test_raw_long_name);
	g_test_add_func("/record/raw-refused", test_raw_refused);
	g_test_add_func("/record/append-json", test_append_json);
	g_test_add_func("/record/format-ts", test_format_ts);
	g_test_add_func("/record/free", test_free);
	return g_test_run();
}
