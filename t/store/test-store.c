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
#include "store/tail.h"
#include "store/writer.h"
#include "test-store.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define NOW (1525970213 * SECOND) /* 2018-05-10 16:36:53, of quarter hour 1525969800 */
#define DEADLINE 10000

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

/* Borrowed. */
static Text text_of(const char *text)
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

static guint64 insert(Fixture *fixture, gint64 ts, guint level, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(ts, level, name, "a message");
	store_insert(fixture->writer, &record, 1, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(record->id, >, 0);
	return record->id;
}

static GPtrArray *records_new(guint n)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(free_record);
	for (guint i = 0; i < n; i++)
		g_ptr_array_add(records, record_new(NOW + i, 20, "app", "one of many"));
	return records;
}

static void insert_many(Fixture *fixture, guint n)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) records = records_new(n);
	store_insert(fixture->writer, (Record *const *)records->pdata, n, &error);
	g_assert_no_error(error);
}

static guint64 count(Fixture *fixture, const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) all = filter_new();
	guint64 n = 0;
	store_count(fixture->reader, filter ? filter : all, &n, &error);
	g_assert_no_error(error);
	return n;
}

static Record *get(Fixture *fixture, guint64 id)
{
	g_autoptr(GError) error = NULL;
	Record *record = store_get(fixture->reader, id, &error);
	g_assert_no_error(error);
	return record;
}

static gboolean append_id(const Record *record, gpointer data, GError **error)
{
	(void)error;
	g_string_append_printf(data, "%" G_GUINT64_FORMAT " ", record->id);
	return TRUE;
}

/* The ids of a range, each followed by a blank. */
static char *range_ids(Fixture *fixture, guint64 left, guint limit)
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

static void assert_record(const Record *left, const Record *right)
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

static char *migrate(const char *dsn, GError **error)
{
	return run_tool(&tool_migrate, dsn, error);
}

void execute(Fixture *fixture, const char *statement)
{
	g_autoptr(GError) error = NULL;
	store_execute(fixture->admin, statement, &error);
	g_assert_no_error(error);
}

static void drop_tables(Fixture *fixture)
{
	static const char *const tables[] = {"record", "count_level", "count_name", "count_delta",
		"count_state", "chronologer_migration"};
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *text = g_strconcat("DROP TABLE IF EXISTS ", tables[i], NULL);
		execute(fixture, text);
	}
}

static StoreConfig *config_new(const char *dsn, guint deadline)
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

/* Inserting ------------------------------------------------------------------------------------ */

static void insert_one(Fixture *fixture)
{
	guint64 first = insert(fixture, NOW, 20, "app");
	guint64 second = insert(fixture, NOW - SECOND, 20, "app");
	g_assert_cmpuint(second, >, first);
	g_assert_cmpuint(count(fixture, NULL), ==, 2);
}

static void insert_none(Fixture *fixture)
{
	g_assert_true(store_insert(fixture->writer, NULL, 0, NULL));
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
}

/* Each record has the id it was given, whatever statements they were put into. */
static void assert_ids(Fixture *fixture, const GPtrArray *records)
{
	guint64 last = 0;
	for (guint i = 0; i < records->len; i++) {
		const Record *record = records->pdata[i];
		g_assert_cmpuint(record->id, >, last);
		last = record->id;
		if (i % 37 && i < records->len - 3)
			continue;
		g_autoptr(Record) stored = get(fixture, record->id);
		assert_record(stored, record);
	}
}

static void insert_batches(Fixture *fixture)
{
	static const guint sizes[] = {2, 3, 255, 256, 257, 1000};
	guint64 total = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) records = records_new(sizes[i]);
		store_insert(
			fixture->writer, (Record *const *)records->pdata, records->len, &error);
		g_assert_no_error(error);
		assert_ids(fixture, records);
		total += sizes[i];
		g_assert_cmpuint(count(fixture, NULL), ==, total);
	}
}

/* MySQL tells only the first id of a statement: the others follow in this step. */
static void insert_with_id_steps(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	execute(fixture,
		"SET GLOBAL auto_increment_increment = 3, GLOBAL auto_increment_offset = 2");
	g_autoptr(GPtrArray) records = records_new(21);
	store_insert(fixture->writer, (Record *const *)records->pdata, records->len, &error);
	execute(fixture, "SET GLOBAL auto_increment_increment = DEFAULT, GLOBAL "
			 "auto_increment_offset = DEFAULT");
	g_assert_no_error(error);
	assert_ids(fixture, records);
	const Record *first = records->pdata[0], *last = records->pdata[20];
	g_assert_cmpuint(last->id - first->id, ==, 60);
}

static void assert_round_trip(Fixture *fixture, Record *record)
{
	g_autoptr(GError) error = NULL;
	store_insert(fixture->writer, &record, 1, &error);
	g_assert_no_error(error);
	g_autoptr(Record) stored = get(fixture, record->id);
	assert_record(stored, record);
}

/* clang-format off */
static const gint64 instants[] = {
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

static void round_trip_ts(Fixture *fixture)
{
	for (gsize i = 0; i < G_N_ELEMENTS(instants); i++) {
		g_autoptr(Record) record = record_new(instants[i], 10, "app", "");
		assert_round_trip(fixture, record);
	}
}

static void round_trip_level(Fixture *fixture)
{
	static const guint levels[] = {0, 1, 10, 32768, RECORD_LEVEL_MAX};
	for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
		g_autoptr(Record) record = record_new(NOW, levels[i], "app", "");
		assert_round_trip(fixture, record);
	}
}

static void round_trip_text(Fixture *fixture)
{
	g_autofree char *long_ascii = g_strnfill(RECORD_NAME_MAX, 'x');
	g_autoptr(GString) long_name = g_string_new(NULL);
	for (guint i = 0; i < RECORD_NAME_MAX; i++)
		g_string_append(long_name, "\360\237\220\215"); /* a snake */
	const char *const texts[] = {"", " ", "app ", " app", "a\nb\r\n\tc", "'\"\\%_|`--;", "\\0",
		"\303\251", "e\314\201", "\360\237\220\215", "\xef\xbf\xbf", "\x7f\x01", long_ascii,
		long_name->str};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Record) record = record_new(NOW, 10, texts[i], texts[i]);
		assert_round_trip(fixture, record);
	}
}

static void round_trip_nul(Fixture *fixture)
{
	Text nul = {(char *)"a\0b\0", 4};
	Record record = {
		.ts = NOW, .level = 10, .name = nul, .message = nul, .logrec = text_of("{}")};
	assert_round_trip(fixture, &record);
}

static void round_trip_logrec(Fixture *fixture)
{
	static const char *const logrecs[] = {"{}",
		"{\"data\": {\"a\": [1, 2.5, null, true, \"\\u0000\\ud83d\\udc0d\"], \"\": {}}}",
		"{\"data\": {\"big\": 9223372036854775807, \"small\": -9223372036854775808}}",
		"{\"data\": {\"e\": 1e-07}, \"error\": {\"exc_text\": \"a\\nb\\\\c\\\"d\"}}"};
	g_autoptr(GString) deep = g_string_new("{\"data\": {\"a\": ");
	for (guint i = 0; i < RECORD_NESTING_MAX; i++)
		g_string_append_c(deep, '[');
	for (guint i = 0; i < RECORD_NESTING_MAX; i++)
		g_string_append_c(deep, ']');
	g_string_append(deep, "}}");
	for (gsize i = 0; i <= G_N_ELEMENTS(logrecs); i++) {
		const char *text = i < G_N_ELEMENTS(logrecs) ? logrecs[i] : deep->str;
		Record record = {.ts = NOW,
			.level = 10,
			.name = text_of("app"),
			.message = text_of(""),
			.logrec = text_of(text)};
		assert_round_trip(fixture, &record);
	}
}

/* Larger than any buffer to begin with, and beside small ones in the same result. */
static void round_trip_large(Fixture *fixture)
{
	static const gsize sizes[] = {4095, 4096, 4097, 70000, 3, 3000000, 1};
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *text = g_strnfill(sizes[i], (char)('a' + i));
		g_autofree char *logrec = g_strconcat("{\"data\": \"", text, "\"}", NULL);
		Record record = {.ts = NOW,
			.level = 10,
			.name = text_of("app"),
			.message = text_of(text),
			.logrec = text_of(logrec)};
		assert_round_trip(fixture, &record);
	}
	g_autofree char *ids = range_ids(fixture, 0, 10);
	g_assert_cmpstr(ids, ==, "7 6 5 4 3 2 1 ");
}

static void refuse_large(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(NOW, 10, "app", "");
	/* Never read: it is too large. */
	record->message.length = G_MAXUINT32 / 2;
	g_assert_false(store_check_size(fixture->writer, record, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE);
	g_clear_error(&error);
	g_assert_false(store_insert(fixture->writer, &record, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE);
	g_clear_error(&error);
	record->message.length = 0;
	g_assert_true(store_check_size(fixture->writer, record, &error));
	g_assert_true(store_insert(fixture->writer, &record, 1, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void refuse_large_packet(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	execute(fixture, "SET GLOBAL max_allowed_packet = 1048576");
	g_autofree char *text = g_strnfill(1048576, 'x');
	g_autoptr(Record) large = record_new(NOW, 10, "app", text);
	g_autoptr(Record) fits = record_new(NOW, 10, "app", text + 300);
	gboolean ok = store_insert(fixture->writer, &fits, 1, &error);
	gboolean refused = !store_insert(fixture->writer, &large, 1, NULL);
	/* Two that do not fit one packet together. */
	Record *both[] = {fits, fits};
	ok = ok && store_insert(fixture->writer, both, 2, &error);
	execute(fixture, "SET GLOBAL max_allowed_packet = DEFAULT");
	g_assert_no_error(error);
	g_assert_true(ok && refused);
	g_assert_cmpuint(count(fixture, NULL), ==, 3);
}

/* A record in the middle of a batch that the store can not take: nothing of it stays. */
static void insert_all_or_nothing(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) records = records_new(300);
	Record *bad = records->pdata[299];
	bad->message.length = G_MAXUINT32 / 2;
	g_assert_false(store_insert(
		fixture->writer, (Record *const *)records->pdata, records->len, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE);
	bad->message.length = 0;
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 10, "app");
}

/* Transactions --------------------------------------------------------------------------------- */

static void commit_transaction(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	insert_many(fixture, 300);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	store_commit(fixture->writer, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(count(fixture, NULL), ==, 301);
}

static void roll_back_transaction(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert_many(fixture, 300);
	store_rollback(fixture->writer);
	store_rollback(fixture->writer);
	g_assert_false(store_commit(fixture->writer, NULL));
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void roll_back_when_freed(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	g_clear_pointer(&fixture->writer, store_free);
	fixture->writer = store_new(fixture->config, STORE_WRITE);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 20, "app");
}

static void failure_ends_transaction(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) records = records_new(1);
	Record *bad = records->pdata[0];
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	bad->message.length = G_MAXUINT32 / 2;
	g_assert_false(store_insert(fixture->writer, &bad, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE);
	bad->message.length = 0;
	g_assert_false(store_commit(fixture->writer, NULL));
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
}

#define WRITERS 8
#define WRITES 25

static gpointer write_records(gpointer data)
{
	Fixture *fixture = data;
	g_autoptr(Store) store = store_new(fixture->config, STORE_WRITE);
	for (guint i = 0; i < WRITES; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Record) record = record_new(NOW, 20, "app", "");
		store_insert(store, &record, 1, &error);
		g_assert_no_error(error);
	}
	return NULL;
}

static void many_writers(Fixture *fixture)
{
	GThread *threads[WRITERS];
	for (guint i = 0; i < WRITERS; i++)
		threads[i] = g_thread_new("writer", write_records, fixture);
	for (guint i = 0; i < WRITERS; i++)
		g_thread_join(threads[i]);
	g_assert_cmpuint(count(fixture, NULL), ==, WRITERS * WRITES);
}

/* A reader can not write, whatever it is told. */
static void reader_is_read_only(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	g_assert_false(store_insert(fixture->reader, &record, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
}

/* Reading -------------------------------------------------------------------------------------- */

static void filter_ts(Fixture *fixture)
{
	static const struct {
		gint64 after, before;
		guint64 count;
	} rows[] = {
		{CALENDAR_TS_MIN, CALENDAR_TS_MAX, 5},
		{NOW, NOW, 1},
		{NOW - 1, NOW + 1, 3},
		{NOW + 1, CALENDAR_TS_MAX, 2},
		{CALENDAR_TS_MIN, NOW - 1, 2},
		{CALENDAR_TS_MIN + 1, CALENDAR_TS_MAX - 1, 3},
		{NOW + 2, CALENDAR_TS_MAX - 1, 0},
		{NOW + 1, NOW, 0},
	};
	insert(fixture, CALENDAR_TS_MIN, 20, "app");
	insert(fixture, NOW - 1, 20, "app");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, CALENDAR_TS_MAX, 20, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		filter->after = rows[i].after;
		filter->before = rows[i].before;
		g_assert_cmpuint(count(fixture, filter), ==, rows[i].count);
	}
}

static void filter_level(Fixture *fixture)
{
	static const guint rows[][2] = {
		{0, 4}, {1, 3}, {20, 3}, {21, 2}, {50, 1}, {65535, 1}, {RECORD_LEVEL_MAX + 1, 0}};
	insert(fixture, NOW, 0, "app");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW, 30, "app");
	insert(fixture, NOW, 65535, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		filter->level = rows[i][0];
		g_assert_cmpuint(count(fixture, filter), ==, rows[i][1]);
	}
}

/* clang-format off */
static const char *const logger_names[] = {
	"app", "app.db", "App.db", "apple", "app ", "app  x", "a%p", "a_p", "a\\p", "a|p", "",
	"caf\303\251", "cafe", "\303\237", "ss", "\360\237\220\215.x", " app", "a'p",
};

static const struct {
	const char *prefixes[4];
	guint64 count;
} prefix_rows[] = {
	{{NULL}, 18}, {{""}, 18}, {{"app", ""}, 18},
	{{"app"}, 5}, {{"app."}, 1}, {{"APP"}, 0}, {{"App"}, 1}, {{"app", "App"}, 6},
	{{"app "}, 2}, {{"app  "}, 1}, {{"app   "}, 0}, {{" "}, 1},
	{{"a%"}, 1}, {{"a_"}, 1}, {{"a\\"}, 1}, {{"a|"}, 1}, {{"a|p"}, 1}, {{"a'"}, 1},
	{{"%"}, 0}, {{"_"}, 0},
	{{"cafe"}, 1}, {{"caf\303\251"}, 1}, {{"caf"}, 2}, {{"CAF"}, 0},
	{{"\303\237"}, 1}, {{"s"}, 1}, {{"\360\237\220\215"}, 1}, {{"\360\237\220\216"}, 0},
	{{"app.db", "apple", "nothing"}, 2}, {{"app", "app.db"}, 5},
};
/* clang-format on */

static void filter_names(Fixture *fixture)
{
	for (gsize i = 0; i < G_N_ELEMENTS(logger_names); i++)
		insert(fixture, NOW, 20, logger_names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(prefix_rows); i++) {
		g_autoptr(Filter) filter = filter_new();
		for (const char *const *prefix = prefix_rows[i].prefixes; *prefix; prefix++)
			g_ptr_array_add(filter->names, g_strdup(*prefix));
		g_test_message("prefix %s", prefix_rows[i].prefixes[0]);
		g_assert_cmpuint(count(fixture, filter), ==, prefix_rows[i].count);
	}
}

static void filter_combined(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	for (guint i = 0; i < 5; i++)
		for (guint level = 10; level <= 50; level += 10) {
			insert(fixture, NOW + i, level, "app");
			insert(fixture, NOW + i, level, "lib");
			insert(fixture, NOW + i, level, "other");
		}
	filter->after = NOW + 1;
	filter->before = NOW + 3;
	filter->level = 30;
	g_ptr_array_add(filter->names, g_strdup("app"));
	g_ptr_array_add(filter->names, g_strdup("li"));
	g_assert_cmpuint(count(fixture, filter), ==, 3 * 3 * 2);
}

/* "start/level=count " for each sum. */
static char *sums_text(Fixture *fixture, const Filter *filter, guint step)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) sums = store_sums(fixture->reader, filter, step, &error);
	g_assert_no_error(error);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sums->len; i++) {
		const StoreSum *sum = &g_array_index(sums, StoreSum, i);
		g_string_append_printf(text, "%" G_GINT64_FORMAT "/%u=%" G_GUINT64_FORMAT " ",
			sum->start, sum->level, sum->count);
	}
	return g_string_free(text, FALSE);
}

static void assert_sums(Fixture *fixture, const Filter *filter, guint step, const char *expected)
{
	g_autofree char *text = sums_text(fixture, filter, step);
	g_assert_cmpstr(text, ==, expected);
}

static void sums(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	assert_sums(fixture, filter, 900, "");
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 999999, 20, "lib");
	insert(fixture, NOW + SECOND, 40, "app");
	insert(fixture, NOW + 7 * SECOND, 20, "app");
	insert(fixture, 1525970700 * SECOND - 1, 0, "app");
	insert(fixture, 1525970700 * SECOND, 0, "app");
	assert_sums(fixture, filter, 1,
		"1525970213/20=2 1525970214/40=1 1525970220/20=1 1525970699/0=1 1525970700/0=1 ");
	assert_sums(fixture, filter, 60,
		"1525970160/20=2 1525970160/40=1 1525970220/20=1 1525970640/0=1 1525970700/0=1 ");
	assert_sums(fixture, filter, 900,
		"1525969800/0=1 1525969800/20=3 1525969800/40=1 1525970700/0=1 ");
	filter->level = 20;
	filter->after = NOW + 999999;
	filter->before = NOW + SECOND;
	g_ptr_array_add(filter->names, g_strdup("app"));
	assert_sums(fixture, filter, 900, "1525969800/40=1 ");
}

/* Rounded down, not towards 1970 or anything else, in all years. */
static void sums_of_all_years(Fixture *fixture)
{
	static const gint64 step = 900;
	g_autoptr(Filter) filter = filter_new();
	for (gsize i = 0; i < G_N_ELEMENTS(instants); i++) {
		gint64 second = (instants[i] - CALENDAR_TS_MIN) / SECOND + CALENDAR_TS_MIN / SECOND;
		gint64 start = second - ((second % step) + step) % step;
		g_autofree char *expected = g_strdup_printf("%" G_GINT64_FORMAT "/7=1 ", start);
		g_autofree char *fine = g_strdup_printf("%" G_GINT64_FORMAT "/7=1 ", second);
		insert(fixture, instants[i], 7, "app");
		filter->after = filter->before = instants[i];
		assert_sums(fixture, filter, (guint)step, expected);
		assert_sums(fixture, filter, 1, fine);
	}
}

static void range_order(Fixture *fixture)
{
	guint64 a = insert(fixture, NOW, 50, "z");
	guint64 b = insert(fixture, NOW + 1, 10, "a");
	guint64 c = insert(fixture, NOW, 10, "a");
	guint64 d = insert(fixture, NOW, 90, "b");
	g_autofree char *expected = g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
						    " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ",
		b, d, c, a);
	g_autofree char *ids = range_ids(fixture, 0, 100);
	g_assert_cmpstr(ids, ==, expected);
}

static void range_bounds(Fixture *fixture)
{
	static const struct {
		guint64 left;
		guint limit;
		const char *ids;
	} rows[] = {
		{0, 3, "12 11 10 "},
		{1, 2, "11 10 "},
		{10, 5, "2 1 "},
		{11, 1, "1 "},
		{12, 5, ""},
		{0, 0, ""},
		{G_MAXUINT64, 1, ""},
		{(guint64)G_MAXINT64 + 1, 10000, ""},
	};
	insert_many(fixture, 12);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *ids = range_ids(fixture, rows[i].left, rows[i].limit);
		g_assert_cmpstr(ids, ==, rows[i].ids);
	}
}

static gboolean check_logrec(const Record *record, gpointer data, GError **error)
{
	const char *expected = data;
	(void)error;
	g_assert_cmpstr(record->logrec.data, ==, expected);
	g_assert_cmpuint(record->logrec.length, ==, strlen(expected));
	g_assert_cmpstr(record->message.data, ==, "a message");
	g_assert_cmpstr(record->name.data, ==, "app");
	g_assert_cmpint(record->ts, ==, NOW);
	g_assert_cmpuint(record->level, ==, 20);
	return TRUE;
}

static void range_with_logrec(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW, 20, "lib");
	g_ptr_array_add(filter->names, g_strdup("app"));
	StoreRange range = {.filter = filter, .limit = 10, .with_logrec = TRUE};
	store_range(fixture->reader, &range, check_logrec, (gpointer) "{}", &error);
	g_assert_no_error(error);
	range.with_logrec = FALSE;
	store_range(fixture->reader, &range, check_logrec, (gpointer) "", &error);
	g_assert_no_error(error);
}

static gboolean append_position(const Record *record, gpointer data, GError **error)
{
	StorePosition position = {record->ts, record->id};
	(void)error;
	g_array_append_val(data, position);
	return TRUE;
}

static GArray *range_positions(Fixture *fixture, const StoreRange *range)
{
	g_autoptr(GError) error = NULL;
	GArray *positions = g_array_new(FALSE, FALSE, sizeof(StorePosition));
	store_range(fixture->reader, range, append_position, positions, &error);
	g_assert_no_error(error);
	return positions;
}

/* What a range gives is this part of the whole: `n` positions from `first` on, as far as there are. */
static void assert_part(
	Fixture *fixture, const StoreRange *range, const GArray *all, gint first, gint n)
{
	g_autoptr(GArray) part = range_positions(fixture, range);
	gint end = CLAMP(first + n, 0, (gint)all->len);
	first = CLAMP(first, 0, end);
	g_assert_cmpint((gint)part->len, ==, end - first);
	for (gint i = first; i < end; i++) {
		const StorePosition *expected = &g_array_index(all, StorePosition, i);
		const StorePosition *got = &g_array_index(part, StorePosition, i - first);
		g_assert_cmpuint(got->id, ==, expected->id);
		g_assert_cmpint(got->ts, ==, expected->ts);
	}
}

/* Many records of few instants, of two names: every part from every record, nearest rows first passed
 * over, is the same part of the whole. */
static void range_from(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	g_ptr_array_add(filter->names, g_strdup("app"));
	for (gint i = 0; i < 40; i++)
		insert(fixture, NOW + (i * 7) % 3 - 1, 20, i % 5 ? "app" : "lib");
	StoreRange whole = {.filter = filter, .limit = 1000};
	g_autoptr(GArray) all = range_positions(fixture, &whole);
	g_assert_cmpuint(all->len, ==, 32);
	for (gint i = 0; i < (gint)all->len; i++) {
		const StorePosition *from = &g_array_index(all, StorePosition, i);
		for (gint left = 0; left < 12; left += 3) {
			StoreRange range = {
				.filter = filter, .left = (guint64)left, .limit = 9, .from = from};
			assert_part(fixture, &range, all, i + 1 + left, 9);
			range.newer = TRUE;
			assert_part(fixture, &range, all, i - left - 9, 9);
		}
	}
}

/* A place between records, and beyond them all. */
static void range_from_nowhere(Fixture *fixture)
{
	static const struct {
		StorePosition from;
		gint older;
	} rows[] = {
		{{NOW + 1, 0}, 3},
		{{NOW + 1, G_MAXUINT64}, 1},
		{{NOW + 2, 0}, 1},
		{{NOW + 3, G_MAXUINT64}, 0},
		{{NOW, 0}, 4},
		{{CALENDAR_TS_MIN, 0}, 4},
		{{CALENDAR_TS_MAX, G_MAXUINT64}, 0},
	};
	g_autoptr(Filter) filter = filter_new();
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, NOW + 1, 20, "app");
	insert(fixture, NOW + 3, 20, "app");
	StoreRange range = {.filter = filter, .limit = 1000};
	g_autoptr(GArray) all = range_positions(fixture, &range);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		range.from = &rows[i].from;
		range.newer = FALSE;
		assert_part(fixture, &range, all, rows[i].older, 4);
		range.newer = TRUE;
		assert_part(fixture, &range, all, 0, rows[i].older);
	}
}

static gboolean fail_at_third(const Record *record, gpointer data, GError **error)
{
	guint *calls = data;
	(void)record;
	if (++*calls < 3)
		return TRUE;
	/* Of all codes the one after which a read is done again, when nobody has seen a row. */
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT, "enough");
	return FALSE;
}

static void range_ended_by_caller(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	guint calls = 0;
	StoreRange range = {.filter = filter, .limit = 1000, .with_logrec = TRUE};
	insert_many(fixture, 500);
	g_assert_false(store_range(fixture->reader, &range, fail_at_third, &calls, &error));
	g_assert_cmpuint(calls, ==, 3);
	g_assert_cmpstr(error->message, ==, "enough");
	g_assert_cmpuint(count(fixture, NULL), ==, 500);
}

static void get_missing(Fixture *fixture)
{
	static const guint64 ids[] = {0, 2, G_MAXINT64, G_MAXUINT64};
	insert(fixture, NOW, 20, "app");
	for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(store_get(fixture->reader, ids[i], &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND);
	}
}

/* Ids and arrivals ----------------------------------------------------------------------------- */

static void newest_id(Fixture *fixture)
{
	guint64 id = 7;
	g_assert_true(store_newest_id(fixture->reader, &id, NULL));
	g_assert_cmpuint(id, ==, 0);
	insert(fixture, NOW, 20, "app");
	guint64 last = insert(fixture, NOW - SECOND, 20, "app");
	g_assert_true(store_newest_id(fixture->reader, &id, NULL));
	g_assert_cmpuint(id, ==, last);
}

static char *ids_text(Fixture *fixture, const StoreIds *wanted, guint limit)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) ids = store_ids(fixture->reader, wanted, limit, &error);
	g_assert_no_error(error);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(
			text, "%" G_GUINT64_FORMAT " ", g_array_index(ids, guint64, i));
	return g_string_free(text, FALSE);
}

static void ids(Fixture *fixture)
{
	static const struct {
		StoreIds ids;
		guint limit;
		const char *text;
	} rows[] = {
		{{1, 12, 1, 1}, 100, "1 2 3 4 6 7 8 9 10 11 12 "},
		{{4, 6, 1, 1}, 100, "4 6 "},
		{{5, 5, 1, 1}, 100, ""},
		{{1, G_MAXINT64, 1, 1}, 3, "1 2 3 "},
		{{12, G_MAXINT64, 1, 1}, 3, "12 "},
		{{13, G_MAXINT64, 1, 1}, 3, ""},
		{{3, 1, 1, 1}, 3, ""},
		{{2, 12, 3, 1}, 100, "2 8 11 "},
		{{2, 10, 3, 2}, 100, "2 3 6 8 9 "},
		{{2, 12, 3, 2}, 4, "2 3 6 8 "},
	};
	insert_many(fixture, 12);
	execute(fixture, "DELETE FROM record WHERE record_id = 5");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = ids_text(fixture, &rows[i].ids, rows[i].limit);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static char *arrivals_text(Fixture *fixture, const StoreArrivals *wanted)
{
	g_autoptr(GError) error = NULL;
	GString *text = g_string_new(NULL);
	store_arrivals(fixture->reader, wanted, append_id, text, &error);
	g_assert_no_error(error);
	return g_string_free(text, FALSE);
}

/* By id, whatever the order of ts, and only those that match. */
static void arrivals(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	for (gint i = 0; i < 10; i++)
		insert(fixture, NOW - i * SECOND, i % 2 ? 40 : 20, "app");
	StoreArrivals wanted = {filter, 2, 7, 100, FALSE};
	g_autofree char *all = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(all, ==, "2 3 4 5 6 7 ");
	wanted.limit = 2;
	g_autofree char *two = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(two, ==, "2 3 ");
	filter->level = 40;
	filter->after = NOW - 5 * SECOND;
	wanted.limit = 100;
	g_autofree char *some = arrivals_text(fixture, &wanted);
	g_assert_cmpstr(some, ==, "2 4 6 ");
	StoreArrivals one = {filter, 2, 2, 1, TRUE};
	filter->level = 0;
	insert(fixture, NOW, 20, "app");
	one.first = one.last = 11;
	store_arrivals(fixture->reader, &one, check_logrec, (gpointer) "{}", &error);
	g_assert_no_error(error);
	one.with_logrec = FALSE;
	store_arrivals(fixture->reader, &one, check_logrec, (gpointer) "", &error);
	g_assert_no_error(error);
}

/* An export is told how many records there were when it began, whoever counts them: whole quarter hours
 * and parts of them, with every filter. */
static void count_not_newer(Fixture *fixture)
{
	static const gint64 spans[][2] = {
		{CALENDAR_TS_MIN, CALENDAR_TS_MAX},
		{NOW, NOW + 3600 * SECOND},
		{NOW - 7200 * SECOND, NOW + 7200 * SECOND},
	};
	for (gint i = 0; i < 60; i++)
		insert(fixture, NOW + (i % 7 - 3) * 1000 * SECOND, i % 2 ? 20 : 40,
			i % 3 ? "app" : "lib");
	for (guint64 newest = 0; newest <= 60; newest += 15)
		for (guint i = 0; i < 3 * 2 * 2; i++) {
			g_autoptr(Filter) filter = filter_new();
			filter->after = spans[i % 3][0];
			filter->before = spans[i % 3][1];
			filter->level = i / 3 % 2 ? 30 : 0;
			if (i / 6)
				g_ptr_array_add(filter->names, g_strdup("app"));
			StoreArrivals older = {filter, 1, newest, 1000, FALSE};
			g_autofree char *ids_found = arrivals_text(fixture, &older);
			g_auto(GStrv) words = g_strsplit(ids_found, " ", -1);
			filter->newest = newest;
			g_assert_cmpuint(count(fixture, filter), ==,
				g_strv_length(words) - (*ids_found != '\0'));
		}
}

/* The tail ------------------------------------------------------------------------------------- */

static void begin_tail(Fixture *fixture, Tail *tail, Filter *filter)
{
	g_autoptr(GError) error = NULL;
	*tail = (Tail){.filter = filter, .limit = 1000, .now = NOW / SECOND};
	tail->cursor = tail_begin(fixture->reader, tail->now, &error);
	g_assert_no_error(error);
}

/* The next call, with the cursor as a client keeps it: the ids that come. */
static char *next_ids(Fixture *fixture, Tail *tail)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = tail_cursor_print(tail->cursor);
	tail_cursor_free(tail->cursor);
	tail->cursor = tail_cursor_parse(text, &error);
	g_assert_no_error(error);
	GString *ids_found = g_string_new(NULL);
	tail_read(fixture->reader, tail, append_id, ids_found, &error);
	g_assert_no_error(error);
	return g_string_free(ids_found, FALSE);
}

static void assert_next(Fixture *fixture, Tail *tail, const char *expected, gboolean more)
{
	g_autofree char *got = next_ids(fixture, tail);
	g_assert_cmpstr(got, ==, expected);
	g_assert_cmpint(tail->more, ==, more);
}

static void tail_in_order(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	Tail tail;
	insert(fixture, NOW, 20, "app");
	begin_tail(fixture, &tail, filter);
	assert_next(fixture, &tail, "", FALSE);
	insert(fixture, NOW, 20, "app");
	insert(fixture, NOW - 9 * SECOND, 20, "app");
	insert(fixture, NOW - 5 * SECOND, 20, "app");
	assert_next(fixture, &tail, "2 3 4 ", FALSE);
	assert_next(fixture, &tail, "", FALSE);
	tail_cursor_free(tail.cursor);
}

static void tail_from_nothing(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	Tail tail;
	begin_tail(fixture, &tail, filter);
	insert_many(fixture, 2);
	assert_next(fixture, &tail, "1 2 ", FALSE);
	tail_cursor_free(tail.cursor);
}

/* Records that do not match are seen all the same; a limit that is met exactly leaves no more. */
static void tail_limit(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	Tail tail;
	begin_tail(fixture, &tail, filter);
	tail.limit = 3;
	for (guint i = 1; i <= 13; i++)
		insert(fixture, NOW, i % 2 ? 20 : 40, "app");
	filter->level = 40;
	assert_next(fixture, &tail, "2 4 6 ", TRUE);
	filter->level = 0;
	assert_next(fixture, &tail, "8 9 10 ", TRUE);
	assert_next(fixture, &tail, "11 12 13 ", FALSE);
	filter->level = 50;
	insert(fixture, NOW, 20, "app");
	assert_next(fixture, &tail, "", FALSE);
	filter->level = 0;
	assert_next(fixture, &tail, "", FALSE);
	tail_cursor_free(tail.cursor);
}

/* More ids than one call looks at, none of which matches. */
static void tail_looks_at_so_many(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	Tail tail;
	begin_tail(fixture, &tail, filter);
	insert_many(fixture, TAIL_LOOK + 5);
	guint64 last = insert(fixture, NOW, 50, "app");
	g_autofree char *expected = g_strdup_printf("%" G_GUINT64_FORMAT " ", last);
	filter->level = 50;
	assert_next(fixture, &tail, "", TRUE);
	assert_next(fixture, &tail, expected, FALSE);
	tail_cursor_free(tail.cursor);
}

static guint64 insert_in(Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	store_insert(store, &record, 1, &error);
	g_assert_no_error(error);
	return record->id;
}

static void begin(Store *store)
{
	g_autoptr(GError) error = NULL;
	store_begin(store, &error);
	g_assert_no_error(error);
}

static void commit(Store *store)
{
	g_autoptr(GError) error = NULL;
	store_commit(store, &error);
	g_assert_no_error(error);
}

/* A transaction that began first is committed last, another one never. */
static void tail_out_of_order(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(Store) slow = store_new(fixture->config, STORE_WRITE);
	g_autoptr(Store) failing = store_new(fixture->config, STORE_WRITE);
	Tail tail;
	begin_tail(fixture, &tail, filter);
	begin(slow);
	begin(failing);
	g_assert_cmpuint(insert_in(slow), ==, 1);
	insert(fixture, NOW, 20, "app"); /* 2 */
	g_assert_cmpuint(insert_in(failing), ==, 3);
	g_assert_cmpuint(insert_in(slow), ==, 4);
	insert(fixture, NOW, 20, "app"); /* 5 */
	assert_next(fixture, &tail, "2 5 ", FALSE);
	g_assert_cmpuint(insert_in(slow), ==, 6);
	store_rollback(failing);
	assert_next(fixture, &tail, "", FALSE);
	insert(fixture, NOW, 20, "app"); /* 7 */
	tail.limit = 2;
	commit(slow);
	assert_next(fixture, &tail, "1 4 ", TRUE);
	insert(fixture, NOW, 20, "app"); /* 8 */
	assert_next(fixture, &tail, "6 7 ", TRUE);
	assert_next(fixture, &tail, "8 ", FALSE);
	g_assert_cmpuint(tail.cursor->runs->len, ==, 1);
	tail.now += TAIL_PATIENCE;
	assert_next(fixture, &tail, "", FALSE);
	g_assert_cmpuint(tail.cursor->runs->len, ==, 0);
	tail_cursor_free(tail.cursor);
}

/* What has its id when the tail begins, but is not committed yet, comes. */
static void tail_begins_in_the_middle(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(Store) slow = store_new(fixture->config, STORE_WRITE);
	Tail tail;
	insert(fixture, NOW, 20, "app");
	begin(slow);
	insert_in(slow);                 /* 2 */
	insert(fixture, NOW, 20, "app"); /* 3 */
	insert_in(slow);                 /* 4 */
	begin_tail(fixture, &tail, filter);
	assert_next(fixture, &tail, "", FALSE);
	commit(slow);
	assert_next(fixture, &tail, "2 4 ", FALSE);
	assert_next(fixture, &tail, "", FALSE);
	tail_cursor_free(tail.cursor);
}

/* A run that is old is looked for once more before it is given up. */
static void tail_after_a_pause(Fixture *fixture)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(Store) slow = store_new(fixture->config, STORE_WRITE);
	Tail tail;
	begin_tail(fixture, &tail, filter);
	begin(slow);
	insert_in(slow);                 /* 1 */
	insert(fixture, NOW, 20, "app"); /* 2 */
	assert_next(fixture, &tail, "2 ", FALSE);
	commit(slow);
	tail.now += 3600;
	assert_next(fixture, &tail, "1 ", FALSE);
	tail_cursor_free(tail.cursor);
}

/* With ids in steps every second one is missing, and still a late one is found among them. */
static void tail_with_id_steps(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GPtrArray) records = records_new(900);
	Tail tail;
	execute(fixture,
		"SET GLOBAL auto_increment_increment = 3, GLOBAL auto_increment_offset = 2");
	begin_tail(fixture, &tail, filter);
	g_autoptr(Store) slow = store_new(fixture->config, STORE_WRITE);
	begin(slow);
	guint64 late = insert_in(slow);
	store_insert(fixture->writer, (Record *const *)records->pdata, records->len, &error);
	guint64 later = insert_in(slow);
	guint64 newest = insert(fixture, NOW, 20, "app");
	execute(fixture, "SET GLOBAL auto_increment_increment = DEFAULT, GLOBAL "
			 "auto_increment_offset = DEFAULT");
	g_assert_no_error(error);
	g_autofree char *first = next_ids(fixture, &tail);
	g_auto(GStrv) words = g_strsplit(first, " ", -1);
	g_assert_cmpuint(g_strv_length(words), ==, 902); /* with the one behind the last blank */
	g_assert_cmpuint(tail.cursor->seen, ==, newest);
	g_assert_cmpuint(tail.cursor->runs->len, <=, 6);
	commit(slow);
	g_autofree char *expected =
		g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ", late, later);
	assert_next(fixture, &tail, expected, FALSE);
	assert_next(fixture, &tail, "", FALSE);
	tail_cursor_free(tail.cursor);
}

#define TAIL_WRITERS 6
#define TAIL_TRANSACTIONS 40

typedef struct {
	Fixture *fixture;
	GRand *rand;
	guint committed; /* records */
	gint *running;   /* writers, atomic */
} TailWriter;

/* Transactions of several statements, some of which are rolled back. */
static gpointer write_transactions(gpointer data)
{
	TailWriter *writer = data;
	g_autoptr(Store) store = store_new(writer->fixture->config, STORE_WRITE);
	for (guint i = 0; i < TAIL_TRANSACTIONS; i++) {
		guint n = (guint)g_rand_int_range(writer->rand, 1, 6);
		begin(store);
		for (guint k = 0; k < n; k++)
			insert_in(store);
		if (g_rand_int_range(writer->rand, 0, 4) == 0) {
			store_rollback(store);
			continue;
		}
		commit(store);
		writer->committed += n;
	}
	g_atomic_int_add(writer->running, -1);
	return NULL;
}

static gboolean add_once(const Record *record, gpointer data, GError **error)
{
	(void)error;
	g_assert_true(g_hash_table_add(data, GSIZE_TO_POINTER(record->id)));
	return TRUE;
}

/* Writers at the same time: each record comes once, whoever was committed first. */
static void tail_of_many_writers(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	GThread *threads[TAIL_WRITERS];
	TailWriter writers[TAIL_WRITERS];
	Tail tail;
	gint running = TAIL_WRITERS;
	guint committed = 0;
	gboolean last;
	begin_tail(fixture, &tail, filter);
	tail.limit = 7;
	for (guint i = 0; i < TAIL_WRITERS; i++) {
		writers[i] = (TailWriter){fixture, g_rand_new_with_seed(i), 0, &running};
		threads[i] = g_thread_new("writer", write_transactions, &writers[i]);
	}
	do {
		last = g_atomic_int_get(&running) == 0;
		tail_read(fixture->reader, &tail, add_once, seen, &error);
		g_assert_no_error(error);
	} while (!last || tail.more);
	for (guint i = 0; i < TAIL_WRITERS; i++) {
		g_thread_join(threads[i]);
		committed += writers[i].committed;
		g_rand_free(writers[i].rand);
	}
	g_assert_cmpuint(g_hash_table_size(seen), ==, committed);
	tail_cursor_free(tail.cursor);
}

static gboolean append_name(const Text *name, guint64 n, gpointer data, GError **error)
{
	(void)error;
	g_assert_cmpuint(strlen(name->data), ==, name->length);
	g_string_append_printf(data, "<%s>%" G_GUINT64_FORMAT " ", name->data, n);
	return TRUE;
}

static void names(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GString) text = g_string_new(NULL);
	static const char *const inserted[] = {
		"b", "a", "B", "a ", "a", "", "a.x", "\303\251", "e"};
	for (gsize i = 0; i < G_N_ELEMENTS(inserted); i++)
		insert(fixture, NOW, 20, inserted[i]);
	insert(fixture, NOW, 10, "debug");
	filter->level = 20;
	store_names(fixture->reader, filter, append_name, text, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text->str, ==, "<>1 <B>1 <a>2 <a >1 <a.x>1 <b>1 <e>1 <\303\251>1 ");
}

/* Connections ---------------------------------------------------------------------------------- */

/* What the admin store sees of the other connection to its database. */
#define OTHERS                                                                                     \
	" FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
#define NOTE_OTHER "SET @victim = (SELECT MAX(id)" OTHERS ")"
/* A subquery of two rows is an error. */
#define FAIL_WHILE_ALIVE                                                                           \
	"SET @x = (SELECT 1 UNION ALL SELECT 2 FROM information_schema.processlist"                \
	" WHERE id = @victim)"

/* Ends the connection that was opened last, and waits until it is gone. */
static void kill_newest(Fixture *fixture)
{
	execute(fixture, NOTE_OTHER);
	execute(fixture, "KILL @victim");
	while (!store_execute(fixture->admin, FAIL_WHILE_ALIVE, NULL))
		g_usleep(1000);
}

static void recover_insert(Fixture *fixture)
{
	insert(fixture, NOW, 20, "app");
	kill_newest(fixture);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 2);
}

static void recover_begin(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	insert(fixture, NOW, 20, "app");
	kill_newest(fixture);
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	store_commit(fixture->writer, &error);
	g_assert_no_error(error);
}

static void recover_read(Fixture *fixture)
{
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
	kill_newest(fixture);
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
	kill_newest(fixture);
	g_assert_true(store_ping(fixture->reader, NULL));
}

static void lose_transaction(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	kill_newest(fixture);
	g_assert_false(store_insert(fixture->writer, &record, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

/* Seen before COMMIT was sent, so that the outcome is known. */
static void lose_transaction_before_commit(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	store_begin(fixture->writer, &error);
	g_assert_no_error(error);
	insert(fixture, NOW, 20, "app");
	kill_newest(fixture);
	g_assert_false(store_commit(fixture->writer, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
}

typedef struct {
	Fixture *fixture;
	guint rows;
} Reading;

static gboolean kill_at_second(const Record *record, gpointer data, GError **error)
{
	Reading *reading = data;
	(void)record;
	(void)error;
	if (++reading->rows == 2)
		kill_newest(reading->fixture);
	return TRUE;
}

/* A result that was cut is not taken for a short one, nor read again after rows were seen. */
static void lose_connection_while_reading(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autofree char *text = g_strnfill(1000000, 'x');
	Reading reading = {fixture, 0};
	StoreRange range = {.filter = filter, .limit = 100};
	for (guint i = 0; i < 30; i++) {
		g_autoptr(Record) record = record_new(NOW, 20, "app", text);
		store_insert(fixture->writer, &record, 1, &error);
		g_assert_no_error(error);
	}
	g_assert_false(store_range(fixture->reader, &range, kill_at_second, &reading, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_cmpuint(reading.rows, <, 30);
	g_assert_cmpuint(count(fixture, NULL), ==, 30);
}

typedef struct {
	Fixture *fixture;
	GError *error;
} Blocked;

static gpointer insert_blocked(gpointer data)
{
	Blocked *blocked = data;
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	store_insert(blocked->fixture->writer, &record, 1, &blocked->error);
	return NULL;
}

/* Runs until the other connection waits in a state that begins so. */
static void await_other(Fixture *fixture, const char *state)
{
	g_autofree char *text = g_strdup_printf(
		"SET @x = (SELECT 1 UNION ALL SELECT 2 FROM information_schema.processlist"
		" WHERE id = @victim AND state LIKE '%s%%')",
		state);
	while (store_execute(fixture->admin, text, NULL))
		g_usleep(1000);
}

/* What was not committed is done again. */
static void lose_running_insert(Fixture *fixture)
{
	Blocked blocked = {fixture, NULL};
	insert(fixture, NOW, 20, "app");
	execute(fixture, NOTE_OTHER);
	execute(fixture, "LOCK TABLES record WRITE, chronologer_migration READ");
	GThread *thread = g_thread_new("insert", insert_blocked, &blocked);
	await_other(fixture, "Waiting for table metadata lock");
	execute(fixture, "KILL @victim");
	execute(fixture, "UNLOCK TABLES");
	g_thread_join(thread);
	g_assert_no_error(blocked.error);
	g_assert_cmpuint(count(fixture, NULL), ==, 2);
}

/* Whether the server had done it nobody can know: the error says so, and it is not done again. */
static void lose_running_commit(Fixture *fixture)
{
	Blocked blocked = {fixture, NULL};
	insert(fixture, NOW, 20, "app");
	execute(fixture, NOTE_OTHER);
	if (!store_execute(fixture->admin, "BACKUP STAGE START", NULL)) {
		g_test_skip("only MariaDB can stop commits");
		return;
	}
	execute(fixture, "BACKUP STAGE BLOCK_COMMIT");
	GThread *thread = g_thread_new("insert", insert_blocked, &blocked);
	await_other(fixture, "Waiting for backup lock");
	execute(fixture, "KILL @victim");
	g_thread_join(thread);
	execute(fixture, "BACKUP STAGE END");
	g_assert_error(blocked.error, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_nonnull(strstr(blocked.error->message, "nobody knows"));
	g_test_message("%s", blocked.error->message);
	g_assert_cmpuint(count(fixture, NULL), <=, 2);
	g_clear_error(&blocked.error);
}

static void unreachable_server(Fixture *fixture)
{
	(void)fixture;
	g_autoptr(StoreConfig) config = config_new("mysql://u:secret@127.0.0.1:1/db", DEADLINE);
	g_autoptr(Store) one = store_new(config, STORE_WRITE);
	g_autoptr(Store) two = store_new(config, STORE_READ);
	g_autoptr(GError) first = NULL, second = NULL;
	g_assert_false(store_ping(one, &first));
	g_assert_error(first, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_null(strstr(first->message, "secret"));
	gint64 begun = g_get_monotonic_time();
	for (guint i = 0; i < 1000; i++) {
		g_clear_error(&second);
		g_assert_false(store_ping(two, &second));
	}
	g_assert_cmpint(g_get_monotonic_time() - begun, <, SECOND);
	g_assert_cmpstr(first->message, ==, second->message);
}

/* The admin's lock keeps the reader waiting for longer than it may. */
static void deadline_on_server(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(StoreConfig) config = config_new(fixture->dsn, 200);
	g_autoptr(Store) reader = store_new(config, STORE_READ);
	guint64 n;
	g_assert_true(store_ping(reader, NULL));
	filter->before = NOW; /* not a quarter hour: records are read */
	execute(fixture, "LOCK TABLES record WRITE");
	g_assert_false(store_count(reader, filter, &n, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE);
	execute(fixture, "UNLOCK TABLES");
	g_clear_error(&error);
	store_count(reader, filter, &n, &error);
	g_assert_no_error(error);
}

static void deadline_on_file(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(StoreConfig) config = config_new(fixture->dsn, 1);
	g_autoptr(Store) reader = store_new(config, STORE_READ);
	g_assert_true(store_ping(reader, NULL));
	insert_many(fixture, 50000);
	g_assert_null(store_sums(reader, filter, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE);
	filter->before = NOW;
	g_clear_error(&error);
	g_autoptr(GArray) few = store_sums(reader, filter, 1, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(few->len, ==, 1);
}

/* Migrating ------------------------------------------------------------------------------------ */

static void assert_ping_fails(Store *store, gint code, const char *part)
{
	g_autoptr(GError) error = NULL;
	g_assert_false(store_ping(store, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, code);
	if (!strstr(error->message, part))
		g_error("\"%s\" is not in \"%s\"", part, error->message);
}

static void migrate_twice(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	insert(fixture, NOW, 20, "app");
	g_autofree char *text = migrate(fixture->dsn, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, "schema is up to date (version 2)\n");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void migrate_after_crash(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	insert(fixture, NOW, 20, "app");
	execute(fixture, "DELETE FROM chronologer_migration");
	assert_ping_fails(fixture->reader, ERROR_SCHEMA, "run \"chronologer migrate\"");
	g_autofree char *text = migrate(fixture->dsn, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, "applied 1 0001-initial\napplied 2 0002-counts\n");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void refuse_newer_schema(Fixture *fixture)
{
	char *const nothing[] = {NULL};
	g_autoptr(GError) error = NULL;
	gboolean created;
	insert(fixture, NOW, 20, "app");
	g_assert_true(store_migrate_begin(fixture->admin, &created, NULL));
	g_assert_false(created);
	g_assert_true(store_migrate_apply(fixture->admin, 7, "0007-x", nothing, NULL));
	g_assert_true(store_migrate_end(fixture->admin, NULL));
	assert_ping_fails(fixture->writer, ERROR_SCHEMA, "version 7, newer than version 2");
	assert_ping_fails(fixture->reader, ERROR_SCHEMA, "version 7, newer than version 2");
	g_assert_null(migrate(fixture->dsn, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA);
	execute(fixture, "DELETE FROM chronologer_migration WHERE version = 7");
	g_assert_true(store_ping(fixture->writer, NULL));
}

/* No table, or on SQLite no file: and a reader does not make one. */
static void use_before_migrate(Fixture *fixture)
{
	guint version = 9;
	assert_ping_fails(fixture->reader, ERROR_SCHEMA, "run \"chronologer migrate\"");
	assert_ping_fails(fixture->writer, ERROR_SCHEMA, "run \"chronologer migrate\"");
	g_assert_true(store_migrate_version(fixture->admin, &version, NULL));
	g_assert_cmpuint(version, ==, 0);
	if (fixture->directory) {
		g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);
		g_assert_null(g_dir_read_name(dir));
	}
	g_autofree char *text = migrate(fixture->dsn, NULL);
	g_assert_true(g_str_has_suffix(text, "applied 1 0001-initial\napplied 2 0002-counts\n"));
	g_assert_cmpint(g_str_has_prefix(text, "created "), ==, fixture->directory != NULL);
	insert(fixture, NOW, 20, "app");
}

#define MIGRATORS 4

static gpointer migrate_in_thread(gpointer data)
{
	Fixture *fixture = data;
	static char *const statements[] = {
		(char *)"CREATE TABLE record (ts BIGINT)", /* fails when done twice */
		NULL,
	};
	g_autoptr(Store) store = store_new(fixture->config, STORE_ADMIN);
	g_autoptr(GError) error = NULL;
	gboolean created;
	guint version;
	g_assert_true(store_migrate_begin(store, &created, &error));
	g_assert_true(store_migrate_version(store, &version, &error));
	if (version == 0)
		store_migrate_apply(store, 1, "0001-x", statements, &error);
	g_assert_no_error(error);
	store_migrate_end(store, &error);
	g_assert_no_error(error);
	return GINT_TO_POINTER(version == 0);
}

static void migrate_at_once(Fixture *fixture)
{
	GThread *threads[MIGRATORS];
	int applied = 0;
	for (guint i = 0; i < MIGRATORS; i++)
		threads[i] = g_thread_new("migrate", migrate_in_thread, fixture);
	for (guint i = 0; i < MIGRATORS; i++)
		applied += GPOINTER_TO_INT(g_thread_join(threads[i]));
	g_assert_cmpint(applied, ==, 1);
}

static void missing_database(Fixture *fixture)
{
	g_autoptr(GString) dsn = g_string_new(fixture->dsn);
	g_string_truncate(dsn, (gsize)(strrchr(dsn->str, '/') - dsn->str));
	g_string_append(dsn, "/chronologer_no_such_database");
	g_autoptr(StoreConfig) config = config_new(dsn->str, DEADLINE);
	g_autoptr(Store) store = store_new(config, STORE_READ);
	assert_ping_fails(store, ERROR_STORAGE, "chronologer_no_such_database");
}

/* The file deleted, and another one in its place, while it is open. */
static void replaced_file(Fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->directory, "a file", NULL);
	g_autoptr(GError) error = NULL;
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	g_assert_false(store_insert(fixture->writer, &record, 1, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA);
	assert_ping_fails(fixture->reader, ERROR_SCHEMA, "run \"chronologer migrate\"");
	g_autofree char *text = migrate(fixture->dsn, NULL);
	g_assert_nonnull(text);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void exchanged_file(Fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->directory, "a file", NULL);
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	g_autofree char *shm = g_strconcat(path, "-shm", NULL);
	g_autofree char *other = g_build_filename(fixture->directory, "other", NULL);
	g_autofree char *other_dsn = g_strconcat("sqlite:///", other, NULL);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
	g_autofree char *text = migrate(other_dsn, NULL);
	g_assert_nonnull(text);
	g_unlink(wal);
	g_unlink(shm);
	g_assert_cmpint(g_rename(other, path), ==, 0);
	g_assert_cmpuint(count(fixture, NULL), ==, 0);
	insert(fixture, NOW, 20, "app");
	g_assert_cmpuint(count(fixture, NULL), ==, 1);
}

static void other_file(Fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->directory, "a file", NULL);
	g_assert_true(g_file_set_contents(
		path, "This is not a database. It only looks big enough.", -1, NULL));
	assert_ping_fails(fixture->reader, ERROR_STORAGE, "not a database");
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

/* Group commit --------------------------------------------------------------------------------- */

#define CLIENTS 8
#define EACH 50

/* One of several threads that write at the same time. */
typedef struct {
	Writer *writer;
	guint number;
	guint64 ids[EACH];
	guint bad; /* refused as they have to be */
} Client;

static gboolean is_bad(guint client, guint i)
{
	return (client + i) % 7 == 0;
}

static gpointer write_group(gpointer data)
{
	Client *client = data;
	for (guint i = 0; i < EACH; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *message = g_strdup_printf("%u of %u", i, client->number);
		const char *name = is_bad(client->number, i) ? "bad" : "good";
		g_autoptr(Record) record = record_new(NOW + i, 20, name, message);
		if (writer_insert(client->writer, record, &error))
			client->ids[i] = record->id;
		else
			client->bad += is_bad(client->number, i);
	}
	return NULL;
}

/* Every client has the ids of its own records, and none where the record was bad. */
static void check_client(Fixture *fixture, const Client *client, gboolean refuses, GHashTable *seen)
{
	guint bad = 0;
	for (guint i = 0; i < EACH; i++) {
		guint64 id = client->ids[i];
		g_autofree char *message = g_strdup_printf("%u of %u", i, client->number);
		bad += is_bad(client->number, i);
		if (refuses && is_bad(client->number, i)) {
			g_assert_cmpuint(id, ==, 0);
			continue;
		}
		g_assert_true(g_hash_table_add(seen, GUINT_TO_POINTER(id)));
		g_autoptr(Record) record = store_get(fixture->reader, id, NULL);
		g_assert_nonnull(record);
		g_assert_cmpstr(record->message.data, ==, message);
	}
	g_assert_cmpuint(client->bad, ==, refuses ? bad : 0);
}

static void write_groups(Fixture *fixture, gboolean refuses)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(Writer) writer = writer_new(fixture->config, CLIENTS);
	Client clients[CLIENTS];
	GThread *threads[CLIENTS];
	guint64 count;
	for (guint i = 0; i < CLIENTS; i++) {
		clients[i] = (Client){.writer = writer, .number = i};
		threads[i] = g_thread_new("client", write_group, &clients[i]);
	}
	for (guint i = 0; i < CLIENTS; i++)
		g_thread_join(threads[i]);
	for (guint i = 0; i < CLIENTS; i++)
		check_client(fixture, &clients[i], refuses, seen);
	g_autoptr(Filter) all = filter_new();
	g_assert_true(store_count(fixture->reader, all, &count, NULL));
	g_assert_cmpuint(count, ==, g_hash_table_size(seen));
}

static void group_commit(Fixture *fixture)
{
	write_groups(fixture, FALSE);
}

/* One bad record in a batch is told so alone; its neighbours are stored. */
static void group_neighbours(Fixture *fixture)
{
	execute(fixture,
		fixture->directory
			? "CREATE TRIGGER bad BEFORE INSERT ON record WHEN NEW.name = 'bad'"
			  " BEGIN SELECT RAISE(ABORT, 'bad'); END"
			: "ALTER TABLE record ADD CONSTRAINT bad CHECK (name <> 'bad')");
	write_groups(fixture, TRUE);
}

/* Without a database every client is told, and soon. */
static void group_away(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	drop_tables(fixture);
	g_autoptr(Writer) writer = writer_new(fixture->config, CLIENTS);
	g_autoptr(Record) record = record_new(NOW, 20, "a", "b");
	g_assert_false(writer_insert(writer, record, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA);
}

#define LIMIT 2

typedef struct {
	Writer *writer;
	gint refused; /* atomic */
} Flood;

static gpointer write_flood(gpointer data)
{
	Flood *flood = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_new(NOW, 20, "a", "b");
	if (!writer_insert(flood->writer, record, &error)) {
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
		g_assert_nonnull(strstr(error->message, "2 wait already"));
		g_atomic_int_inc(&flood->refused);
	}
	return NULL;
}

/* While the database is busy no more wait than may; who is refused is told at once. */
static void group_full(Fixture *fixture)
{
	g_autoptr(Writer) writer = writer_new(fixture->config, LIMIT);
	Flood flood = {.writer = writer};
	GThread *threads[CLIENTS];
	execute(fixture, fixture->directory ? "BEGIN IMMEDIATE" : "LOCK TABLES record READ");
	for (guint i = 0; i < CLIENTS; i++)
		threads[i] = g_thread_new("client", write_flood, &flood);
	/* One batch is being written, of as many as may wait; as many wait. */
	while (g_atomic_int_get(&flood.refused) < CLIENTS - 2 * LIMIT)
		g_usleep(1000);
	execute(fixture, fixture->directory ? "COMMIT" : "UNLOCK TABLES");
	for (guint i = 0; i < CLIENTS; i++)
		g_thread_join(threads[i]);
	g_assert_cmpuint(
		count(fixture, NULL), ==, (guint64)(CLIENTS - g_atomic_int_get(&flood.refused)));
}

/* Due folds before the writer waits for them: store/compactor.c's BEHIND_MAX and one more. */
#define AHEAD 5

typedef struct {
	WriterItem item;
	gint done; /* atomic */
} Late;

static void note_done(WriterItem *item)
{
	g_atomic_int_set(&((Late *)item)->done, TRUE);
}

static gpointer end_writer(gpointer writer)
{
	writer_free(writer);
	return NULL;
}

/* The next delta will make a fold due. */
static void make_due(Store *admin, guint n)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *statement =
		g_strdup_printf("ALTER TABLE count_delta AUTO_INCREMENT = %u", n * 256);
	store_execute(admin, statement, &error);
	g_assert_no_error(error);
}

/* Records do not wait for a fold of the counts, but for the fifth that is due; and while one is going on the
 * writer can be ended. */
static void group_tidied(Fixture *fixture)
{
	g_autoptr(Record) record = record_new(NOW, 20, "a", "b");
	g_autoptr(Store) other = store_new(fixture->config, STORE_ADMIN);
	Writer *writer = writer_new(fixture->config, CLIENTS);
	Late late = {.item = {.record = record, .done = note_done}};
	execute(fixture, "LOCK TABLES count_state WRITE");
	for (guint i = 0; i < AHEAD; i++) {
		make_due(other, i + 1);
		g_assert_true(writer_insert(writer, record, NULL));
	}
	writer_submit(writer, &late.item);
	g_usleep(100000);
	g_assert_false(g_atomic_int_get(&late.done));
	GThread *ending = g_thread_new("ending", end_writer, writer);
	execute(fixture, "UNLOCK TABLES");
	g_thread_join(ending);
	g_assert_true(late.done);
	g_assert_no_error(late.item.error);
	g_assert_cmpuint(count(fixture, NULL), ==, AHEAD + 1);
}

static const Case cases[] = {
	{"insert-one", insert_one, ANY},
	{"insert-none", insert_none, ANY},
	{"insert-batches", insert_batches, ANY},
	{"insert-with-id-steps", insert_with_id_steps, SERVER},
	{"insert-all-or-nothing", insert_all_or_nothing, ANY},
	{"round-trip-ts", round_trip_ts, ANY},
	{"round-trip-level", round_trip_level, ANY},
	{"round-trip-text", round_trip_text, ANY},
	{"round-trip-nul", round_trip_nul, ANY},
	{"round-trip-logrec", round_trip_logrec, ANY},
	{"round-trip-large", round_trip_large, ANY},
	{"refuse-large", refuse_large, ANY},
	{"refuse-large-packet", refuse_large_packet, SERVER},
	{"commit", commit_transaction, ANY},
	{"rollback", roll_back_transaction, ANY},
	{"rollback-when-freed", roll_back_when_freed, ANY},
	{"failure-ends-transaction", failure_ends_transaction, ANY},
	{"many-writers", many_writers, ANY},
	{"reader-is-read-only", reader_is_read_only, ANY},
	{"filter-ts", filter_ts, ANY},
	{"filter-level", filter_level, ANY},
	{"filter-names", filter_names, ANY},
	{"filter-combined", filter_combined, ANY},
	{"sums", sums, ANY},
	{"sums-of-all-years", sums_of_all_years, ANY},
	{"range-order", range_order, ANY},
	{"range-bounds", range_bounds, ANY},
	{"range-with-logrec", range_with_logrec, ANY},
	{"range-from", range_from, ANY},
	{"range-from-nowhere", range_from_nowhere, ANY},
	{"range-ended-by-caller", range_ended_by_caller, ANY},
	{"get-missing", get_missing, ANY},
	{"names", names, ANY},
	{"newest-id", newest_id, ANY},
	{"ids", ids, ANY},
	{"arrivals", arrivals, ANY},
	{"count-not-newer", count_not_newer, ANY},
	{"tail-in-order", tail_in_order, ANY},
	{"tail-from-nothing", tail_from_nothing, ANY},
	{"tail-limit", tail_limit, ANY},
	{"tail-looks-at-so-many", tail_looks_at_so_many, ANY},
	{"tail-out-of-order", tail_out_of_order, SERVER},
	{"tail-begins-in-the-middle", tail_begins_in_the_middle, SERVER},
	{"tail-after-a-pause", tail_after_a_pause, SERVER},
	{"tail-with-id-steps", tail_with_id_steps, SERVER},
	{"tail-of-many-writers", tail_of_many_writers, ANY},
	{"recover-insert", recover_insert, SERVER},
	{"recover-begin", recover_begin, SERVER},
	{"recover-read", recover_read, SERVER},
	{"lose-connection-while-reading", lose_connection_while_reading, SERVER},
	{"lose-transaction", lose_transaction, SERVER},
	{"lose-transaction-before-commit", lose_transaction_before_commit, SERVER},
	{"lose-running-insert", lose_running_insert, SERVER},
	{"lose-running-commit", lose_running_commit, SERVER},
	{"unreachable-server", unreachable_server, SERVER},
	{"missing-database", missing_database, SERVER},
	{"deadline-on-server", deadline_on_server, SERVER},
	{"deadline-on-file", deadline_on_file, FILE_ONLY},
	{"migrate-twice", migrate_twice, ANY},
	{"migrate-after-crash", migrate_after_crash, ANY},
	{"refuse-newer-schema", refuse_newer_schema, ANY},
	{"replaced-file", replaced_file, FILE_ONLY},
	{"exchanged-file", exchanged_file, FILE_ONLY},
	{"group", group_commit, ANY},
	{"group-neighbours", group_neighbours, ANY},
	{"group-away", group_away, ANY},
	{"group-full", group_full, ANY},
	{"group-tidied", group_tidied, SERVER},
};

/* These begin without tables. */
static const Case empty_cases[] = {
	{"use-before-migrate", use_before_migrate, ANY},
	{"migrate-at-once", migrate_at_once, ANY},
	{"other-file", other_file, FILE_ONLY},
};

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
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		add_case(&cases[i], target, run_case);
	for (guint i = 0; i < count_cases_length; i++)
		add_case(&count_cases[i], target, run_case);
	for (gsize i = 0; i < G_N_ELEMENTS(empty_cases); i++)
		add_case(&empty_cases[i], target, run_empty_case);
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
