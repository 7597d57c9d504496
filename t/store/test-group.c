/* Group commit: the writer and what it does with a batch. */
#include "test-store.h"

#include <string.h>

#include "base/error.h"
#include "store/driver.h"
#include "store/writer.h"

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

const Case group_cases[] = {
	{"group", group_commit, ANY},
	{"group-neighbours", group_neighbours, ANY},
	{"group-away", group_away, ANY},
	{"group-full", group_full, ANY},
	{"group-tidied", group_tidied, SERVER},
	{NULL, NULL, 0},
};
