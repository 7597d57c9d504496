/* Answers query expressions on several servers at once, for t/query/differential.
 *
 * t/query/run RECORDS NAME=DSN... reads an expression a line from the standard input and answers with a
 * line: for each name, after a tab, the ids of the records it is true for, or ! and the error. RECORDS is
 * a JSON array as t/vectors/query_fixture.json. The names:
 *   raw      MySQL, the expression as it was written: what is right
 *   mysql    MySQL, as query/print/mysql.c prints it
 *   mariadb  MariaDB, as query/print/mariadb.c prints it
 *   sqlite   query/eval/eval.c, no server: no DSN
 *   text     what MariaDB is asked, no server: no DSN
 * Each server gets a database of its own, which is dropped at the end. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <mysql.h>
#include "base/arena.h"
#include "base/json.h"
#include "query/eval/eval.h"
#include "query/print/print.h"

#define SESSION                                                                                    \
	"SET NAMES utf8mb4 COLLATE utf8mb4_general_ci, time_zone = '+00:00',"                      \
	" sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"                             \
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
#define SELECT "SELECT record_id FROM record WHERE "
#define ORDER " ORDER BY record_id"

typedef struct target Target;
struct target {
	const char *name;
	void (*ask)(Target *target, const char *expression, GString *answer);
	MYSQL *mysql;
	char *database;
};

static GPtrArray *records; /* Record */

static void die(const char *what, const char *why)
{
	fprintf(stderr, "run: %s: %s\n", what, why);
	exit(2);
}

static void command(MYSQL *mysql, const char *text)
{
	if (mysql_query(mysql, text) != 0)
		die(text, mysql_error(mysql));
}

/* Answers ---------------------------------------------------------------------------------------- */

static void answer_error(GString *answer, guint number, const char *text)
{
	g_autofree char *line = g_strdelimit(g_strdup(text), "\t\r\n", ' ');
	g_string_append_printf(answer, "!%u %s", number, line);
}

static void answer_id(GString *answer, guint64 id)
{
	if (answer->len > 0 && g_ascii_isdigit(answer->str[answer->len - 1]))
		g_string_append_c(answer, ' ');
	g_string_append_printf(answer, "%" G_GUINT64_FORMAT, id);
}

/* A regular expression that was given up looks like one that does not match. */
static gboolean was_given_up(MYSQL *mysql)
{
	gboolean found = FALSE;
	if (mysql_warning_count(mysql) == 0 || mysql_query(mysql, "SHOW WARNINGS") != 0)
		return FALSE;
	MYSQL_RES *result = mysql_store_result(mysql);
	for (MYSQL_ROW row; (row = mysql_fetch_row(result)) != NULL;)
		found |= strcmp(row[1], "1139") == 0;
	mysql_free_result(result);
	return found;
}

static void ask_raw(Target *target, const char *expression, GString *answer)
{
	g_autofree char *text = g_strconcat(SELECT "(", expression, ")" ORDER, NULL);
	gsize before = answer->len;
	MYSQL_RES *result = NULL;
	if (mysql_query(target->mysql, text) == 0)
		result = mysql_store_result(target->mysql);
	if (result == NULL) {
		answer_error(answer, mysql_errno(target->mysql), mysql_error(target->mysql));
		return;
	}
	for (MYSQL_ROW row; (row = mysql_fetch_row(result)) != NULL;)
		answer_id(answer, g_ascii_strtoull(row[0], NULL, 10));
	mysql_free_result(result);
	if (mysql_errno(target->mysql) != 0) {
		g_string_truncate(answer, before);
		answer_error(answer, mysql_errno(target->mysql), mysql_error(target->mysql));
	}
}

static void bind_ts(MYSQL_BIND *bind, MYSQL_TIME *time, gint64 ts)
{
	char text[RECORD_TS_SIZE];
	record_format_ts(ts, text);
	*time = (MYSQL_TIME){.time_type = MYSQL_TIMESTAMP_DATETIME};
	sscanf(text, "%4u-%2u-%2u %2u:%2u:%2u", &time->year, &time->month, &time->day, &time->hour,
		&time->minute, &time->second);
	time->second_part =
		(unsigned long)(((ts % G_USEC_PER_SEC) + G_USEC_PER_SEC) % G_USEC_PER_SEC);
	bind->buffer_type = MYSQL_TYPE_DATETIME;
	bind->buffer = time;
}

static void bind_values(const Sql *sql, MYSQL_BIND *binds, MYSQL_TIME *times)
{
	for (guint i = 0; i < sql->values->len; i++) {
		const SqlValue *value = sql_value(sql, i);
		gsize length = 0;
		binds[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG};
		if (value->type == SQL_TS) {
			bind_ts(&binds[i], &times[i], value->integer);
		} else if (value->type == SQL_TEXT) {
			binds[i].buffer_type = MYSQL_TYPE_STRING;
			binds[i].buffer = (void *)g_bytes_get_data(value->text, &length);
			if (length == 0)
				binds[i].buffer = (void *)""; /* GBytes' NULL would be SQL's */
			binds[i].buffer_length = length;
		} else {
			binds[i].buffer = (void *)&value->integer;
		}
	}
}

static gboolean fetch_ids(MYSQL_STMT *statement, GString *answer)
{
	guint64 id = 0;
	int status;
	MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &id, .is_unsigned = TRUE};
	if (mysql_stmt_bind_result(statement, &bind))
		return FALSE;
	while ((status = mysql_stmt_fetch(statement)) == 0)
		answer_id(answer, id);
	return status == MYSQL_NO_DATA;
}

static void ask_printed(Target *target, const Sql *sql, GString *answer)
{
	gsize before = answer->len;
	g_autofree MYSQL_BIND *binds = g_new0(MYSQL_BIND, sql->values->len + 1);
	g_autofree MYSQL_TIME *times = g_new0(MYSQL_TIME, sql->values->len + 1);
	MYSQL_STMT *statement = mysql_stmt_init(target->mysql);
	bind_values(sql, binds, times);
	gboolean ok = mysql_stmt_prepare(statement, sql->text->str, sql->text->len) == 0 &&
		      !mysql_stmt_bind_param(statement, binds) &&
		      mysql_stmt_execute(statement) == 0 && fetch_ids(statement, answer);
	if (!ok) {
		guint number = mysql_stmt_errno(statement);
		g_string_truncate(answer, before);
		answer_error(answer, number != 0 ? number : mysql_errno(target->mysql),
			number != 0 ? mysql_stmt_error(statement) : mysql_error(target->mysql));
	}
	mysql_stmt_close(statement);
	if (ok && was_given_up(target->mysql)) {
		g_string_truncate(answer, before);
		answer_error(answer, 1139, "match limit");
	}
}

static void ask_dialect(
	Target *target, const char *expression, GString *answer, QueryDialect dialect)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Sql) sql = sql_new(SELECT);
	g_autoptr(Query) query = query_parse(expression, strlen(expression), &error);
	if (query == NULL || !query_print(query, dialect, sql, &error)) {
		answer_error(answer, 0, error->message);
		return;
	}
	sql_add(sql, ORDER);
	if (target->mysql != NULL)
		ask_printed(target, sql, answer);
	else
		g_string_append(answer, sql->text->str);
}

static void ask_mysql(Target *target, const char *expression, GString *answer)
{
	ask_dialect(target, expression, answer, QUERY_DIALECT_MYSQL);
}

static void ask_mariadb(Target *target, const char *expression, GString *answer)
{
	ask_dialect(target, expression, answer, QUERY_DIALECT_MARIADB);
}

static void match_all(QueryEvaluator *evaluator, GString *answer, GError **error)
{
	gboolean ok = TRUE;
	for (guint i = 0; ok && i < records->len; i++) {
		const Record *record = records->pdata[i];
		gboolean matches = FALSE;
		ok = query_evaluator_matches(evaluator, record, &matches, error);
		if (ok && matches)
			answer_id(answer, record->id);
	}
}

static void ask_sqlite(Target *target, const char *expression, GString *answer)
{
	g_autoptr(GError) error = NULL;
	gsize before = answer->len;
	g_autoptr(Query) query = query_parse(expression, strlen(expression), &error);
	(void)target;
	if (query == NULL) {
		answer_error(answer, 0, error->message);
		return;
	}
	g_autoptr(QueryEvaluator) evaluator = query_evaluator_new(query, g_get_real_time());
	match_all(evaluator, answer, &error);
	if (error == NULL)
		return;
	g_string_truncate(answer, before);
	answer_error(answer, 1, error->message);
}

static const struct {
	const char *name;
	void (*ask)(Target *target, const char *expression, GString *answer);
} asks[] = {
	{"raw", ask_raw},
	{"mariadb", ask_mariadb},
	{"text", ask_mariadb},
	{"mysql", ask_mysql},
	{"sqlite", ask_sqlite},
};

/* Records ---------------------------------------------------------------------------------------- */

/* Borrowed. */
static Text member_text(json_object *object, const char *name)
{
	json_object *value = json_object_object_get(object, name);
	return (Text){
		(char *)json_object_get_string(value), (gsize)json_object_get_string_len(value)};
}

/* As MySQL prints it. */
static void print_normal(json_object *value, GString *normal)
{
	const char *plain = json_object_to_json_string(value);
	g_autoptr(Arena) arena = arena_new();
	json_print(json_parse(arena, plain, strlen(plain)), normal);
}

static gint64 ts_of(const char *text)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autofree char *iso = g_strconcat(text, "Z", NULL);
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(iso, utc);
	if (time == NULL)
		die("not a time", text);
	return g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
}

static Record *record_of(json_object *object)
{
	g_autoptr(GString) logrec = g_string_new(NULL);
	Record record = {0};
	record.id = json_object_get_uint64(json_object_object_get(object, "id"));
	record.ts = ts_of(json_object_get_string(json_object_object_get(object, "ts")));
	record.level = (guint)json_object_get_int(json_object_object_get(object, "level"));
	record.name = member_text(object, "name");
	record.message = member_text(object, "message");
	print_normal(json_object_object_get(object, "logrec"), logrec);
	record.logrec = (Text){logrec->str, logrec->len};
	return record_copy(&record);
}

static void read_records(const char *file)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(file, &text, NULL, &error))
		die(file, error->message);
	json_object *array = json_tokener_parse(text);
	if (!array)
		die(file, "not JSON");
	records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	for (gsize i = 0; i < json_object_array_length(array); i++)
		g_ptr_array_add(records, record_of(json_object_array_get_idx(array, i)));
	json_object_put(array);
}

/* Servers ---------------------------------------------------------------------------------------- */

static void create_table(MYSQL *mysql)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	const char *directory = g_getenv("CHRONOLOGER_SQL_DIRECTORY");
	g_autofree char *file = g_build_filename(
		directory != NULL ? directory : "sql", "mysql", "0001-initial.sql", NULL);
	if (!g_file_get_contents(file, &text, NULL, &error))
		die(file, error->message);
	char *begin = strstr(text, "CREATE TABLE IF NOT EXISTS record ");
	char *end = begin != NULL ? strstr(begin, "@ROW_FORMAT@") : NULL;
	if (end == NULL)
		die(file, "no table of records");
	*end = '\0';
	command(mysql, begin);
}

static void bind_string(MYSQL_BIND *bind, const Text *text)
{
	*bind = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_STRING,
		.buffer = text->data,
		.buffer_length = text->length,
	};
}

static void insert_record(MYSQL_STMT *statement, const Record *record)
{
	MYSQL_TIME time;
	MYSQL_BIND binds[6] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = (void *)&record->id},
		{.buffer_type = MYSQL_TYPE_NULL},
		{.buffer_type = MYSQL_TYPE_LONG, .buffer = (void *)&record->level},
	};
	bind_ts(&binds[1], &time, record->ts);
	bind_string(&binds[3], &record->name);
	bind_string(&binds[4], &record->message);
	bind_string(&binds[5], &record->logrec);
	if (mysql_stmt_bind_param(statement, binds) || mysql_stmt_execute(statement) != 0)
		die("INSERT", mysql_stmt_error(statement));
}

static void insert_records(MYSQL *mysql)
{
	static const char insert[] =
		"INSERT INTO record (record_id, ts, level, name, message, logrec)"
		" VALUES (?, ?, ?, ?, ?, ?)";
	MYSQL_STMT *statement = mysql_stmt_init(mysql);
	if (mysql_stmt_prepare(statement, insert, strlen(insert)) != 0)
		die(insert, mysql_stmt_error(statement));
	command(mysql, "START TRANSACTION");
	for (guint i = 0; i < records->len; i++)
		insert_record(statement, records->pdata[i]);
	command(mysql, "COMMIT");
	mysql_stmt_close(statement);
}

static void connect_target(Target *target, const char *dsn)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GUri) uri = g_uri_parse(dsn, G_URI_FLAGS_HAS_PASSWORD, &error);
	if (uri == NULL)
		die(dsn, error->message);
	target->mysql = mysql_init(NULL);
	mysql_options(target->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (mysql_real_connect(target->mysql, g_uri_get_host(uri), g_uri_get_user(uri),
		    g_uri_get_password(uri), NULL, (guint)g_uri_get_port(uri), NULL, 0) == NULL)
		die(g_uri_get_host(uri), mysql_error(target->mysql));
	target->database = g_strdup_printf("query_%s_%d", target->name, (int)getpid());
	g_autofree char *create = g_strconcat("CREATE DATABASE ", target->database, NULL);
	command(target->mysql, create);
	mysql_select_db(target->mysql, target->database);
	command(target->mysql, SESSION);
	gboolean is_mariadb = strstr(mysql_get_server_info(target->mysql), "MariaDB") != NULL;
	command(target->mysql,
		is_mariadb ? "SET max_statement_time = 10" : "SET max_execution_time = 10000");
	create_table(target->mysql);
	insert_records(target->mysql);
}

static Target *target_new(const char *argument)
{
	Target *target = g_new0(Target, 1);
	const char *dsn = strchr(argument, '=');
	target->name =
		g_strndup(argument, dsn != NULL ? (gsize)(dsn - argument) : strlen(argument));
	for (guint i = 0; i < G_N_ELEMENTS(asks); i++)
		if (strcmp(asks[i].name, target->name) == 0)
			target->ask = asks[i].ask;
	if (target->ask == NULL)
		die(argument, "no such target");
	if (dsn != NULL)
		connect_target(target, dsn + 1);
	return target;
}

static void target_free(gpointer data)
{
	Target *target = data;
	if (target->mysql != NULL) {
		g_autofree char *drop = g_strconcat("DROP DATABASE ", target->database, NULL);
		command(target->mysql, drop);
		mysql_close(target->mysql);
	}
	g_free((char *)target->name);
	g_free(target->database);
	g_free(target);
}

static void answer_line(GPtrArray *targets, const char *expression)
{
	for (guint i = 0; i < targets->len; i++) {
		Target *target = targets->pdata[i];
		g_autoptr(GString) answer = g_string_new(NULL);
		target->ask(target, expression, answer);
		printf("%s%s", i > 0 ? "\t" : "", answer->str);
	}
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage", "t/query/run RECORDS NAME[=DSN]...");
	char *line = NULL;
	size_t size = 0;
	read_records(argv[1]);
	g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func(target_free);
	for (int i = 2; i < argc; i++)
		g_ptr_array_add(targets, target_new(argv[i]));
	for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
		line[length - (line[length - 1] == '\n')] = '\0';
		answer_line(targets, line);
	}
	free(line);
	g_ptr_array_unref(records);
	return 0;
}
