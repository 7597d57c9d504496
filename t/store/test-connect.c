/* Connections that are lost, refused or late. */
#include "test-store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "store/driver.h"

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

/* Whether the server has done it is found out: it is stored once. */
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
	execute(fixture, "BACKUP STAGE END");
	g_thread_join(thread);
	g_assert_no_error(blocked.error);
	g_assert_cmpuint(count(fixture, NULL), ==, 2);
}

/* A server that hangs up on everybody, and counts them. */
typedef struct {
	int listener;
	guint16 port;
	gint connections; /* atomic */
	GThread *thread;
} Refusing;

static gpointer hang_up(gpointer data)
{
	Refusing *server = data;
	int fd;
	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		g_atomic_int_inc(&server->connections);
		close(fd);
	}
	return NULL;
}

static void refusing_start(Refusing *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(server->listener, (struct sockaddr *)&address, length), ==, 0);
	g_assert_cmpint(listen(server->listener, 16), ==, 0);
	g_assert_cmpint(getsockname(server->listener, (struct sockaddr *)&address, &length), ==, 0);
	server->port = ntohs(address.sin_port);
	server->thread = g_thread_new("refusing", hang_up, server);
}

static void refusing_stop(Refusing *server)
{
	shutdown(server->listener, SHUT_RDWR);
	g_thread_join(server->thread);
	close(server->listener);
}

/* Once a second one of them tries to connect; the others are told at once what came of it. */
static void unreachable_server(Fixture *fixture)
{
	(void)fixture;
	Refusing server = {0};
	refusing_start(&server);
	g_autofree char *dsn = g_strdup_printf("mysql://u:secret@127.0.0.1:%u/db", server.port);
	g_autoptr(StoreConfig) config = config_new(dsn, DEADLINE);
	g_autoptr(Store) one = store_new(config, STORE_WRITE);
	g_autoptr(Store) two = store_new(config, STORE_READ);
	g_autoptr(GError) first = NULL, second = NULL;
	gint64 begun = g_get_monotonic_time();
	g_assert_false(store_ping(one, &first));
	g_assert_error(first, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_null(strstr(first->message, "secret"));
	for (guint i = 0; i < 1000; i++) {
		g_clear_error(&second);
		g_assert_false(store_ping(two, &second));
	}
	gint64 took = g_get_monotonic_time() - begun;
	refusing_stop(&server);
	g_assert_cmpint(server.connections, >=, 1);
	g_assert_cmpint(server.connections, <=, 1 + took / SECOND);
	g_assert_cmpstr(first->message, ==, second->message);
}

static void refused_connection(Fixture *fixture)
{
	(void)fixture;
	g_autoptr(GError) error = NULL;
	g_autoptr(StoreConfig) config = config_new("mysql://u:secret@127.0.0.1:1/db", DEADLINE);
	g_autoptr(Store) store = store_new(config, STORE_READ);
	g_assert_false(store_ping(store, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE);
	g_assert_null(strstr(error->message, "secret"));
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

const Case connect_cases[] = {
	{"recover-insert", recover_insert, SERVER},
	{"recover-begin", recover_begin, SERVER},
	{"recover-read", recover_read, SERVER},
	{"lose-connection-while-reading", lose_connection_while_reading, SERVER},
	{"lose-transaction", lose_transaction, SERVER},
	{"lose-transaction-before-commit", lose_transaction_before_commit, SERVER},
	{"lose-running-insert", lose_running_insert, SERVER},
	{"lose-running-commit", lose_running_commit, SERVER},
	{"unreachable-server", unreachable_server, SERVER},
	{"refused-connection", refused_connection, SERVER},
	{"deadline-on-server", deadline_on_server, SERVER},
	{"deadline-on-file", deadline_on_file, FILE_ONLY},
	{NULL, NULL, 0},
};
