/* Writing: what is inserted is read back as it was, and transactions. */
#include "test-store.h"

#include <string.h>

#include "base/error.h"

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

static void round_trip_ts(Fixture *fixture)
{
	for (gsize i = 0; i < instants_length; i++) {
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

const Case write_cases[] = {
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
	{NULL, NULL, 0},
};
