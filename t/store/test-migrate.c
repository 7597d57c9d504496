/* Migrating, and files that are exchanged. */
#include "test-store.h"

#include <string.h>
#include <glib/gstdio.h>

#include "base/error.h"

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
	g_assert_cmpstr(
		text, ==, "schema is up to date (version " G_STRINGIFY(STORE_SCHEMA_VERSION) ")\n");
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
	g_assert_cmpstr(text, ==,
		"applied 1 0001-initial\napplied 2 0002-counts\napplied 3 0003-idempotency\n");
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
	assert_ping_fails(fixture->writer, ERROR_SCHEMA,
		"version 7, newer than version " G_STRINGIFY(STORE_SCHEMA_VERSION));
	assert_ping_fails(fixture->reader, ERROR_SCHEMA,
		"version 7, newer than version " G_STRINGIFY(STORE_SCHEMA_VERSION));
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
	g_assert_true(g_str_has_suffix(text,
		"applied 1 0001-initial\napplied 2 0002-counts\napplied 3 0003-idempotency\n"));
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

const Case migrate_cases[] = {
	{"missing-database", missing_database, SERVER},
	{"migrate-twice", migrate_twice, ANY},
	{"migrate-after-crash", migrate_after_crash, ANY},
	{"refuse-newer-schema", refuse_newer_schema, ANY},
	{"replaced-file", replaced_file, FILE_ONLY},
	{"exchanged-file", exchanged_file, FILE_ONLY},
	{NULL, NULL, 0},
};

/* These begin without tables. */
const Case empty_cases[] = {
	{"use-before-migrate", use_before_migrate, ANY},
	{"migrate-at-once", migrate_at_once, ANY},
	{"other-file", other_file, FILE_ONLY},
	{NULL, NULL, 0},
};
