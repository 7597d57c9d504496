/* The tail: records as they arrive. */
#include "test-store.h"

#include <string.h>

#include "base/error.h"
#include "store/tail.h"

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

const Case tail_cases[] = {
	{"names", names, ANY},
	{"tail-in-order", tail_in_order, ANY},
	{"tail-from-nothing", tail_from_nothing, ANY},
	{"tail-limit", tail_limit, ANY},
	{"tail-looks-at-so-many", tail_looks_at_so_many, ANY},
	{"tail-out-of-order", tail_out_of_order, SERVER},
	{"tail-begins-in-the-middle", tail_begins_in_the_middle, SERVER},
	{"tail-after-a-pause", tail_after_a_pause, SERVER},
	{"tail-with-id-steps", tail_with_id_steps, SERVER},
	{"tail-of-many-writers", tail_of_many_writers, ANY},
	{NULL, NULL, 0},
};
