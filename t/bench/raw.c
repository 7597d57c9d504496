/* The yardstick of the database: the same rows and statements without a worker.
 *
 * raw mysql PORT FROM TO CONNECTIONS ROWS   copies table record of database FROM to a new one in TO,
 *                                           with INSERTs of so many rows that are ready beforehand
 * raw sqlite FROM TO ROWS                   the same with files, one prepared statement and
 *                                           transactions of so many rows
 * raw query PORT DATABASE SQL               one statement, its result read to the end
 * raw replay PORT DATABASE FILE             statements, one a line after the number of its connection
 *                                           and a tab; the connections work side by side
 *
 * Prints how many rows or statements there were, and the seconds they took. */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <mysql.h>
#include <sqlite3.h>

#define COLUMNS "ts, level, name, message, logrec"
#define COLUMN_COUNT 5

static void die(const char *what, const char *why)
{
	g_printerr("raw: %.200s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void print(guint64 n, gint64 begin)
{
	g_print("%" G_GUINT64_FORMAT " %.6f\n", n,
		(double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC);
}

/* MySQL --------------------------------------------------------------------------------------- */

static MYSQL *dial(const char *port, const char *database)
{
	MYSQL *mysql = mysql_init(NULL);
	if (!mysql_real_connect(
		    mysql, "127.0.0.1", "root", NULL, database, (unsigned)atoi(port), NULL, 0) ||
		mysql_set_character_set(mysql, "utf8mb4"))
		die("connect", mysql_error(mysql));
	return mysql;
}

/* A statement whose result, where it has one, does not matter. */
static void execute(MYSQL *mysql, const char *sql, gsize length)
{
	if (mysql_real_query(mysql, sql, length))
		die(sql, mysql_error(mysql));
	MYSQL_RES *result = mysql_use_result(mysql);
	if (!result && mysql_errno(mysql))
		die(sql, mysql_error(mysql));
	while (result && mysql_fetch_row(result))
		;
	mysql_free_result(result);
	if (mysql_errno(mysql))
		die(sql, mysql_error(mysql));
}

/* Statements of a connection, done one after the other. */
typedef struct {
	MYSQL *mysql;
	GPtrArray *statements; /* GString */
} Connection;

static gpointer work(gpointer data)
{
	const Connection *connection = data;
	for (guint i = 0; i < connection->statements->len; i++) {
		const GString *sql = connection->statements->pdata[i];
		execute(connection->mysql, sql->str, sql->len);
	}
	return NULL;
}

/* All connections at the same time, until the last has done its statements. */
static void run(Connection *connections, guint n)
{
	g_autofree GThread **threads = g_new(GThread *, n);
	for (guint i = 0; i < n; i++)
		threads[i] = g_thread_new("connection", work, &connections[i]);
	for (guint i = 0; i < n; i++)
		g_thread_join(threads[i]);
}

static Connection *new_connections(const char *port, const char *database, guint n)
{
	Connection *connections = g_new(Connection, n);
	for (guint i = 0; i < n; i++)
		connections[i] = (Connection){dial(port, database), g_ptr_array_new()};
	return connections;
}

static void append_row(MYSQL *mysql, GString *sql, MYSQL_ROW row, const unsigned long *lengths)
{
	for (guint i = 0; i < COLUMN_COUNT; i++) {
		g_autofree char *value = g_malloc(2 * lengths[i] + 1);
		mysql_real_escape_string(mysql, value, row[i], lengths[i]);
		g_string_append_printf(sql, "%s'%s'", i ? ", " : "(", value);
	}
	g_string_append_c(sql, ')');
}

/* Dealt out to the connections in turn; returns how many rows there are. */
static guint64 read_inserts(
	const char *port, const char *from, Connection *connections, guint n, guint rows)
{
	static const char select[] = "SELECT " COLUMNS " FROM record ORDER BY record_id";
	MYSQL *mysql = dial(port, from);
	MYSQL_ROW row;
	GString *sql = NULL;
	guint64 count = 0;
	if (mysql_query(mysql, select))
		die(select, mysql_error(mysql));
	MYSQL_RES *result = mysql_use_result(mysql);
	for (; (row = mysql_fetch_row(result)) != NULL; count++) {
		if (count % rows == 0) {
			sql = g_string_new("INSERT INTO record (" COLUMNS ") VALUES ");
			g_ptr_array_add(connections[count / rows % n].statements, sql);
		} else {
			g_string_append_c(sql, ',');
		}
		append_row(mysql, sql, row, mysql_fetch_lengths(result));
	}
	if (mysql_errno(mysql))
		die(select, mysql_error(mysql));
	mysql_free_result(result);
	mysql_close(mysql);
	return count;
}

static void load_mysql(char **argv)
{
	const char *port = argv[0], *from = argv[1], *to = argv[2];
	guint n = (guint)atoi(argv[3]), rows = (guint)atoi(argv[4]);
	g_autofree char *create =
		g_strdup_printf("CREATE TABLE `%s`.record LIKE `%s`.record", to, from);
	MYSQL *mysql = dial(port, NULL);
	execute(mysql, create, strlen(create));
	Connection *connections = new_connections(port, to, n);
	guint64 count = read_inserts(port, from, connections, n, rows);
	gint64 begin = g_get_monotonic_time();
	run(connections, n);
	print(count, begin);
}

static void query(char **argv)
{
	MYSQL *mysql = dial(argv[0], argv[1]);
	gint64 begin = g_get_monotonic_time();
	execute(mysql, argv[2], strlen(argv[2]));
	print(1, begin);
}

/* Statements that were logged have no newline in them, or they have it escaped. */
static void replay(char **argv)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(argv[2], &text, NULL, &error))
		die(argv[2], error->message);
	g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
	guint n = 0;
	for (char **line = lines; *line; line++)
		n = MAX(n, (guint)atoi(*line) + 1);
	Connection *connections = new_connections(argv[0], argv[1], n);
	for (char **line = lines; *line; line++)
		g_ptr_array_add(
			connections[atoi(*line)].statements, g_string_new(strchr(*line, '\t') + 1));
	gint64 begin = g_get_monotonic_time();
	run(connections, n);
	print(g_strv_length(lines), begin);
}

/* SQLite -------------------------------------------------------------------------------------- */

static sqlite3 *open_file(const char *path)
{
	sqlite3 *db;
	if (sqlite3_open(path, &db))
		die(path, sqlite3_errmsg(db));
	return db;
}

static void execute_sqlite(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why))
		die(sql, why);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL))
		die(sql, sqlite3_errmsg(db));
	return statement;
}

/* The table and its indexes, by the statements that made them. */
static void copy_schema(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *schema = prepare(from,
		"SELECT sql FROM sqlite_schema WHERE tbl_name = 'record' AND sql IS NOT NULL"
		" AND type IN ('table', 'index') ORDER BY type DESC");
	execute_sqlite(to, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	while (sqlite3_step(schema) == SQLITE_ROW)
		execute_sqlite(to, (const char *)sqlite3_column_text(schema, 0));
	sqlite3_finalize(schema);
}

/* Each column's sqlite3_value, of which this keeps a copy. */
static GPtrArray *read_values(sqlite3 *db)
{
	GPtrArray *values = g_ptr_array_new();
	sqlite3_stmt *rows = prepare(db, "SELECT " COLUMNS " FROM record ORDER BY record_id");
	while (sqlite3_step(rows) == SQLITE_ROW)
		for (int i = 0; i < COLUMN_COUNT; i++)
			g_ptr_array_add(values, sqlite3_value_dup(sqlite3_column_value(rows, i)));
	sqlite3_finalize(rows);
	return values;
}

static void insert_values(sqlite3 *db, const GPtrArray *values, guint rows)
{
	sqlite3_stmt *insert =
		prepare(db, "INSERT INTO record (" COLUMNS ") VALUES (?, ?, ?, ?, ?)");
	guint n = values->len / COLUMN_COUNT;
	for (guint row = 0; row < n; row++) {
		if (row % rows == 0)
			execute_sqlite(db, row ? "COMMIT; BEGIN IMMEDIATE" : "BEGIN IMMEDIATE");
		for (int i = 0; i < COLUMN_COUNT; i++)
			sqlite3_bind_value(
				insert, i + 1, values->pdata[row * COLUMN_COUNT + (guint)i]);
		if (sqlite3_step(insert) != SQLITE_DONE)
			die("INSERT", sqlite3_errmsg(db));
		sqlite3_reset(insert);
	}
	execute_sqlite(db, "COMMIT");
	sqlite3_finalize(insert);
}

static void load_sqlite(char **argv)
{
	sqlite3 *from = open_file(argv[0]), *to = open_file(argv[1]);
	copy_schema(from, to);
	GPtrArray *values = read_values(from);
	gint64 begin = g_get_monotonic_time();
	insert_values(to, values, (guint)atoi(argv[2]));
	print(values->len / COLUMN_COUNT, begin);
	sqlite3_close(to);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(char **argv);
		int arguments;
	} commands[] = {
		{"mysql", load_mysql, 5},
		{"sqlite", load_sqlite, 3},
		{"query", query, 3},
		{"replay", replay, 3},
	};
	for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].name, argv[1]) || argc != commands[i].arguments + 2)
			continue;
		commands[i].run(argv + 2);
		return EXIT_SUCCESS;
	}
	die("usage", "raw mysql|sqlite|query|replay ARGUMENT...");
}
