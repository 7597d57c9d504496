/* `chronologer migrate`: brings the database's schema to the version this program needs. */
#include <string.h>
#include "base/error.h"
#include "tool/tool.h"

#define SUFFIX ".sql"

static gboolean dry_run;
static char *row_format;

static const GOptionEntry options[] = {
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Only say what would be done", NULL},
	{"row-format", 0, 0, G_OPTION_ARG_STRING, &row_format,
		"How MySQL keeps the records: compressed8 (the default), compressed4, dynamic, "
		"default",
		"FORMAT"},
	{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
};

/* What takes the place of @ROW_FORMAT@ in a migration. The first one is the default. */
static const struct {
	const char *name;
	const char *sql;
} row_formats[] = {
	{"compressed8", "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8"},
	{"compressed4", "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4"},
	{"dynamic", "ROW_FORMAT=DYNAMIC"},
	{"default", ""}, /* the server's, or that of a server without InnoDB, such as TiDB */
};

typedef struct {
	guint version;
	char *name; /* "0001-initial" */
	char **statements;
} Migration;

static void migration_free(gpointer data)
{
	Migration *migration = data;
	g_free(migration->name);
	g_strfreev(migration->statements);
	g_free(migration);
}

/* The files
 * ---------------------------------------------------------------------------------------- */

static const char *find_row_format(const char *dialect, GError **error)
{
	if (row_format && strcmp(dialect, "mysql")) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"--row-format is for MySQL and MariaDB only");
		return NULL;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(row_formats); i++)
		if (!row_format || !strcmp(row_formats[i].name, row_format))
			return row_formats[i].sql;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"--row-format: there is no \"%s\"; see --help", row_format);
	return NULL;
}

static void remove_comments(GString *sql)
{
	g_auto(GStrv) lines = g_strsplit(sql->str, "\n", -1);
	g_string_truncate(sql, 0);
	for (char **line = lines; *line; line++)
		if (!g_str_has_prefix(*line, "--"))
			g_string_append_printf(sql, "%s\n", *line);
}

/* A statement ends with a semicolon at the end of a line. */
static char **split_statements(const char *text, const char *format)
{
	g_autoptr(GString) sql = g_string_new(text);
	remove_comments(sql);
	g_string_replace(sql, "@ROW_FORMAT@", format, 0);
	g_auto(GStrv) parts = g_strsplit(sql->str, ";\n", -1);
	g_autoptr(GPtrArray) statements = g_ptr_array_new();
	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_ptr_array_add(statements, g_strdup(*part));
	g_ptr_array_add(statements, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&statements), FALSE);
}

static gboolean config_error(GError **error, const GError *cause)
{
	g_set_error(
		error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "migrations: %s", cause->message);
	return FALSE;
}

static gboolean add_file(
	GPtrArray *migrations, const char *path, const char *format, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = NULL;
	g_autofree char *base = g_path_get_basename(path);
	Migration *migration = g_new0(Migration, 1);
	g_ptr_array_add(migrations, migration);
	migration->name = g_strndup(base, strlen(base) - strlen(SUFFIX));
	migration->version = (guint)g_ascii_strtoull(base, NULL, 10);
	if (!g_file_get_contents(path, &text, NULL, &problem))
		return config_error(error, problem);
	migration->statements = split_statements(text, format);
	return TRUE;
}

static int by_version(gconstpointer a, gconstpointer b)
{
	const Migration *const *left = a, *const *right = b;
	return (*left)->version < (*right)->version ? -1 : (*left)->version > (*right)->version;
}

/* The files have to be the ones of this program, without a gap. */
static gboolean check_versions(const GPtrArray *migrations, const char *folder, GError **error)
{
	gboolean ok = migrations->len == STORE_SCHEMA_VERSION;
	for (guint i = 0; i < migrations->len && ok; i++)
		ok = ((const Migration *)migrations->pdata[i])->version == i + 1;
	if (!ok)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"migrations: %s does not hold just the versions 1 to %d of this program",
			folder, STORE_SCHEMA_VERSION);
	return ok;
}

static GPtrArray *read_migrations(const char *folder, const char *format, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) migrations = g_ptr_array_new_with_free_func(migration_free);
	g_autoptr(GDir) files = g_dir_open(folder, 0, &problem);
	if (!files) {
		config_error(error, problem);
		return NULL;
	}
	for (const char *name; (name = g_dir_read_name(files));) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		if (g_ascii_isdigit(*name) && g_str_has_suffix(name, SUFFIX) &&
			!add_file(migrations, path, format, error))
			return NULL;
	}
	g_ptr_array_sort(migrations, by_version);
	return check_versions(migrations, folder, error) ? g_steal_pointer(&migrations) : NULL;
}

/* Applying them
 * ------------------------------------------------------------------------------------ */

static gboolean apply(Store *store, const Migration *migration, GError **error)
{
	if (!dry_run && !store_migrate_apply(store, migration->version, migration->name,
				migration->statements, error)) {
		g_prefix_error(error, "%s: ", migration->name);
		return FALSE;
	}
	g_print("%s %u %s\n", dry_run ? "would apply" : "applied", migration->version,
		migration->name);
	return TRUE;
}

static gboolean apply_missing(Store *store, const GPtrArray *migrations, GError **error)
{
	guint version;
	if (!store_migrate_version(store, &version, error))
		return FALSE;
	if (version > STORE_SCHEMA_VERSION) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"the schema is version %u, newer than version %d of this program", version,
			STORE_SCHEMA_VERSION);
		return FALSE;
	}
	for (guint i = version; i < migrations->len; i++)
		if (!apply(store, migrations->pdata[i], error))
			return FALSE;
	if (version == migrations->len)
		g_print("schema is up to date (version %u)\n", version);
	return TRUE;
}

/* Others write meanwhile. Where it is interrupted the next run goes on. */
static gboolean count_missing(const Tool *tool, GError **error)
{
	ToolRecount result;
	if (!tool_recount_days(tool, STORE_RECOUNT_MISSING, &result, error))
		return FALSE;
	if (result.days > 0)
		g_print("counted %" G_GUINT64_FORMAT " records of %" G_GUINT64_FORMAT " days\n",
			result.records, result.days);
	return TRUE;
}

static gboolean migrate(const Tool *tool, const GPtrArray *migrations, GError **error)
{
	gboolean created;
	if (dry_run)
		return apply_missing(tool->store, migrations, error);
	if (!store_migrate_begin(tool->store, &created, error))
		return FALSE;
	if (created)
		g_print("created %s\n", store_config_describe(tool->target));
	return apply_missing(tool->store, migrations, error) &&
	       store_migrate_end(tool->store, error) && count_missing(tool, error);
}

static gboolean run(const Tool *tool, char *const *arguments, GError **error)
{
	const char *dialect = store_dialect(tool->target);
	if (!tool_no_arguments(&tool_migrate, arguments, error))
		return FALSE;
	const char *format = find_row_format(dialect, error);
	if (!format)
		return FALSE;
	g_autofree char *folder = g_build_filename(tool->config->sql_directory, dialect, NULL);
	g_autoptr(GPtrArray) migrations = read_migrations(folder, format, error);
	return migrations && migrate(tool, migrations, error);
}

const ToolCommand tool_migrate = {
	.name = "migrate",
	.summary = "bring the database's schema up to date",
	.options = options,
	.run = run,
};
