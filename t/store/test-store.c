/* The storage contract as one list of cases, run on every store there is: on SQLite in a temporary
 * directory, and on the scratch databases named in CHRONOLOGER_TEST_DSN (DSNs separated by blanks),
 * whose tables are dropped. Their user needs the right to SET GLOBAL, which the cases undo, and
 * to KILL. t/with-mariadb adds a server of its own to that variable. */
#include <string.h>
#include <json-c/json.h>
#include <glib/gstdio.h>
#include "config.h"
#include "base/error.h"
#include "store/driver.h"
#include "test-store.h"

/* A database to run the cases on. */
typedef struct {
	char *label;
	char *dsn; /* NULL: a new SQLite file for each case */
} Target;

typedef struct {
	const Case *the;
	const Target *target;
} Run;

/* Records -------------------------------------------------------------------------------------- */

/* clang-format off */
const gint64 instants[] = {
	CALENDAR_TS_MIN, CALENDAR_TS_MIN + 1, CALENDAR_TS_MAX, CALENDAR_TS_MAX - 1, 0, -1, 1,
	-62133056400000001,   /* in January of the year 1 */
	-55008806400000000,   /* 226-10-29 */
	-30610224000000000,   /* 1000-01-01 */
	-30610224000000001,
	-12219292800000000,   /* 1582-10-15 */
	-12219379200000000,   /* the day before, which the Gregorian calendar did not have */
	951782400000000,      /* 2000-02-29 */
	1483228800000000,     /* after a leap second */
	2147483648000000, 4294967296999999,
	NOW + 377493,
};
/* clang-format on */
const gsize instants_length = G_N_ELEMENTS(instants);

/* Borrowed. */
Text text_of(const char *text)
{
	return (Text){(char *)text, strlen(text)};
}

Record *record_new(gint64 ts, guint level, const char *name, const char *message)
{
	Record record = {.ts = ts,
		.level = level,
		.name = text_of(name),
		.message = text_of(message),
		.logrec = text_of("{}")};
	return record_copy(&record);
}

static void free_record(gpointer record)
{
	record_free(record);
}

guint64 insert(Fixture *fixture, gint64 ts, guint level, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(ts, level, name, "a message");
	store_insert(fixture->writer, &record, 1, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(record->id, >, 0);
	return record->id;
}

GPtrArray *records_new(guint n)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(free_record);
	for (guint i = 0; i < n; i++)
		g_ptr_array_add(records, record_new(NOW + i, 20, "app", "one of many"));
	return records;
}

void insert_many(Fixture *fixture, guint n)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) records = records_new(n);
	store_insert(fixture->writer, (Record *const *)records->pdata, n, &error);
	g_assert_no_error(error);
}

guint64 count(Fixture *fixture, const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) all = filter_new();
	guint64 n = 0;
	store_count(fixture->reader, filter ? filter : all, &n, &error);
	g_assert_no_error(error);
	return n;
}

Record *get(Fixture *fixture, guint64 id)
{
	g_autoptr(GError) error = NULL;
	Record *record = store_get(fixture->reader, id, &error);
	g_assert_no_error(error);
	return record;
}

gboolean append_id(const Record *record, gpointer data, GError **error)
{
	(void)error;
	g_string_append_printf(data, "%" G_GUINT64_FORMAT " ", record->id);
	return TRUE;
}

/* The ids of a range, each followed by a blank. */
char *range_ids(Fixture *fixture, guint64 left, guint limit)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	GString *ids = g_string_new(NULL);
	StoreRange range = {.filter = filter, .left = left, .limit = limit};
	store_range(fixture->reader, &range, append_id, ids, &error);
	g_assert_no_error(error);
	return g_string_free(ids, FALSE);
}

static void assert_text(const Text *left, const Text *right)
{
	g_assert_cmpmem(left->data, left->length, right->data, right->length);
	g_assert_cmpint(left->data[left->length], ==, '\0');
}

static void assert_json(const Text *left, const Text *right)
{
	json_object *a = json_tokener_parse(left->data);
	json_object *b = json_tokener_parse(right->data);
	if (!json_object_equal(a, b))
		g_error("%s is not %s", left->data, right->data);
	json_object_put(a);
	json_object_put(b);
}

void assert_record(const Record *left, const Record *right)
{
	g_assert_cmpuint(left->id, ==, right->id);
	g_assert_cmpint(left->ts, ==, right->ts);
	g_assert_cmpuint(left->level, ==, right->level);
	assert_text(&left->name, &right->name);
	assert_text(&left->message, &right->message);
	assert_json(&left->logrec, &right->logrec);
}

/* The database --------------------------------------------------------------------------------- */

static GString *printed;

static void keep_print(const char *text)
{
	g_string_append(printed, text);
}

char *run_tool(const ToolCommand *command, const char *dsn, GError **error)
{
	static char *const no_arguments[] = {NULL};
	g_autofree char *tests = g_test_build_filename(G_TEST_DIST, "..", "sql", NULL);
	Config config = {.storage_dsn = (char *)dsn, .sql_directory = tests, .deadline = 10};
	printed = g_string_new(NULL);
	GPrintFunc before = g_set_print_handler(keep_print);
	gboolean ok = tool_run(command, &config, no_arguments, error);
	g_set_print_handler(before);
	char *text = g_string_free(printed, FALSE);
	if (!ok)
		g_clear_pointer(&text, g_free);
	return text;
}

char *migrate(const char *dsn, GError **error)
{
	return run_tool(&tool_migrate, dsn, error);
}

void execute(Fixture *fixture, const char *statement)
{
	g_autoptr(GError) error = NULL;
	store_execute(fixture->admin, statement, &error);
	g_assert_no_error(error);
}

void drop_tables(Fixture *fixture)
{
	static const char *const tables[] = {"record", "count_level", "count_name", "count_delta",
		"count_state", "chronologer_migration"};
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *text = g_strconcat("DROP TABLE IF EXISTS ", tables[i], NULL);
		execute(fixture, text);
	}
}

StoreConfig *config_new(const char *dsn, guint deadline)
{
	g_autoptr(GError) error = NULL;
	StoreConfig *config = store_config_new(dsn, deadline, &error);
	g_assert_no_error(error);
	return config;
}

/* No tables, and no file. */
static void set_up_empty(Fixture *fixture, const Target *target)
{
	if (target->dsn) {
		fixture->dsn = g_strdup(target->dsn);
	} else {
		fixture->directory = g_dir_make_tmp("test-store-XXXXXX", NULL);
		fixture->dsn = g_strconcat("sqlite:///", fixture->directory, "/a%20file", NULL);
	}
	fixture->config = config_new(fixture->dsn, DEADLINE);
	fixture->reader = store_new(fixture->config, STORE_READ);
	fixture->writer = store_new(fixture->config, STORE_WRITE);
	fixture->admin = store_new(fixture->config, STORE_ADMIN);
	if (target->dsn)
		drop_tables(fixture);
}

static void set_up(Fixture *fixture, const Target *target)
{
	g_autoptr(GError) error = NULL;
	set_up_empty(fixture, target);
	g_autofree char *text = migrate(fixture->dsn, &error);
	g_assert_no_error(error);
	g_assert_nonnull(text);
}

static void remove_directory(const char *directory)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	for (const char *name; (name = g_dir_read_name(dir));) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		g_unlink(path);
	}
	g_rmdir(directory);
}

static void tear_down(Fixture *fixture)
{
	store_free(fixture->reader);
	store_free(fixture->writer);
	store_free(fixture->admin);
	store_config_free(fixture->config);
	if (fixture->directory)
		remove_directory(fixture->directory);
	g_free(fixture->directory);
	g_free(fixture->dsn);
}

/* DSNs ----------------------------------------------------------------------------------------- */

static const struct {
	const char *dsn;
	const char *description; /* NULL: refused */
} dsns[] = {
	{"sqlite:///a/b.db", "sqlite:///a/b.db"},
	{"sqlite:////a/b.db", "sqlite:////a/b.db"},
	{"sqlite:///a%20b", "sqlite:///a b"},
	{"mysql://u:p@h:33/db", "mysql://u@h:33/db"},
	{"mariadb://u:p%40%3A%2F@h/db", "mariadb://u@h/db"},
	{"mysql://u@[::1]:33/db", "mysql://u@[::1]:33/db"},
	{"mysql:///db?socket=/run/s&tls=off", "mysql:///db?socket=/run/s"},
	{"", NULL},
	{"x", NULL},
	{"/a/b.db", NULL},
	{"sqlite:a.db", NULL},
	{"sqlite:/a.db", NULL},
	{"sqlite://", NULL},
	{"sqlite:///", NULL},
	{"sqlite://host/a.db", NULL},
	{"sqlite:///a.db?mode=ro", NULL},
	{"sqlite:///a%00b", NULL},
	{"postgresql://u:p@h/db", NULL},
	{"mysql://u:p@h", NULL},
	{"mysql://u:p@h/", NULL},
	{"mysql://u:p@h/a/b", NULL},
	{"mysql://u:p@h:0/db", NULL},
	{"mysql://u:p@h:65536/db", NULL},
	{"mysql://u:p/p@h/db", NULL},
	{"mysql://u:p@h/db#x", NULL},
	{"mysql://u:p%00@h/db", NULL},
	{"mysql://u:p@h/db?compress=1", NULL},
	{"mysql://u:p@h/db?tls=maybe", NULL},
};

static void test_dsn(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(dsns); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(StoreConfig) config = store_config_new(dsns[i].dsn, DEADLINE, &error);
		g_test_message("%s", dsns[i].dsn);
		if (dsns[i].description) {
			g_assert_no_error(error);
			g_assert_cmpstr(store_config_describe(config), ==, dsns[i].description);
			continue;
		}
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION);
		g_assert_null(config);
		g_assert_null(strstr(error->message, "u:p"));
	}
}

/* The list ------------------------------------------------------------------------------------- */

static const Case *const chapters[] = {write_cases, read_cases, tail_cases, connect_cases,
	migrate_cases, group_cases, count_cases};

static void run_case(gconstpointer data)
{
	const Run *run = data;
	Fixture fixture = {0};
	set_up(&fixture, run->target);
	run->the->run(&fixture);
	tear_down(&fixture);
}

static void run_empty_case(gconstpointer data)
{
	const Run *run = data;
	Fixture fixture = {0};
	set_up_empty(&fixture, run->target);
	run->the->run(&fixture);
	if (run->target->dsn)
		drop_tables(&fixture);
	tear_down(&fixture);
}

static void add_case(const Case *the, const Target *target, GTestDataFunc function)
{
	if ((the->where == SERVER && !target->dsn) || (the->where == FILE_ONLY && target->dsn))
		return;
	g_autofree char *path = g_strdup_printf("/store/%s/%s", target->label, the->name);
	Run *run = g_new(Run, 1);
	*run = (Run){the, target};
	g_test_add_data_func_full(path, run, function, g_free);
}

static void add_cases(const Target *target)
{
	for (gsize i = 0; i < G_N_ELEMENTS(chapters); i++)
		for (const Case *the = chapters[i]; the->name; the++)
			add_case(the, target, run_case);
	for (const Case *the = empty_cases; the->name; the++)
		add_case(the, target, run_empty_case);
}

static void free_target(gpointer data)
{
	Target *target = data;
	g_free(target->label);
	g_free(target->dsn);
	g_free(target);
}

static GPtrArray *read_targets(void)
{
	GPtrArray *targets = g_ptr_array_new_with_free_func(free_target);
	const char *variable = g_getenv("CHRONOLOGER_TEST_DSN");
	g_auto(GStrv) dsns_given = g_strsplit(variable ? variable : "", " ", -1);
	Target *file = g_new0(Target, 1);
	file->label = g_strdup("sqlite");
	g_ptr_array_add(targets, file);
	for (char **dsn = dsns_given; *dsn; dsn++) {
		if (!**dsn)
			continue;
		Target *server = g_new0(Target, 1);
		server->label = g_strdup_printf("server-%u", targets->len);
		server->dsn = g_strdup(*dsn);
		g_ptr_array_add(targets, server);
	}
	return targets;
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autoptr(GPtrArray) targets = read_targets();
	g_test_add_func("/store/dsn", test_dsn);
	for (guint i = 0; i < targets->len; i++)
		add_cases(targets->pdata[i]);
	return g_test_run();
}
