/* `chronologer index`: indexes on fields of records. */
#include <string.h>
#include <unistd.h>
#include "base/error.h"
#include "base/json-path.h"
#include "tool/tool.h"

#define PATH_MAX_LENGTH 200 /* bytes: a comment in MySQL has room for it */

static const GOptionEntry options[] = {{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

/* "request-id" is $.data."request-id", as in a search. */
static char *path_of_name(const char *name)
{
	g_auto(GStrv) members = g_strsplit(name, ".", -1);
	g_autofree char *joined = g_strjoinv("\".\"", members);
	return g_strdup_printf("$.data.\"%s\"", joined);
}

/* The one spelling that there is of a path; NULL with the error. */
static char *read_path(const char *given, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *whole = *given == '$' ? g_strdup(given) : path_of_name(given);
	g_autoptr(JsonPath) path = json_path_new(whole, strlen(whole), error);
	if (!path) {
		g_prefix_error(error, "\"%s\": ", given);
		return NULL;
	}
	json_path_print(path, text);
	if (query_path_is_field(path) && text->len <= PATH_MAX_LENGTH)
		return g_string_free(g_steal_pointer(&text), FALSE);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"\"%s\" is not the path of a field, like $.data.request_id (%d bytes at most)",
		given, PATH_MAX_LENGTH);
	return NULL;
}

/* Progress ------------------------------------------------------------------------------------- */

typedef struct {
	StoreProgress progress;
	gint is_over;
} Watch;

static gpointer tell(gpointer data)
{
	Watch *watch = data;
	while (!g_atomic_int_get(&watch->is_over)) {
		gint all = g_atomic_int_get(&watch->progress.all);
		if (all > 0)
			g_printerr("\r%3.0f %%",
				100.0 * g_atomic_int_get(&watch->progress.done) / all);
		g_usleep(G_USEC_PER_SEC / 4);
	}
	g_printerr("\r     \r");
	return NULL;
}

static gboolean add_with_progress(const Tool *tool, const char *path, GError **error)
{
	Watch watch = {{0, 0}, 0};
	GThread *thread = isatty(STDERR_FILENO) ? g_thread_new("progress", tell, &watch) : NULL;
	gboolean ok = store_field_add(tool->store, path, &watch.progress, error);
	g_atomic_int_set(&watch.is_over, 1);
	if (thread)
		g_thread_join(thread);
	return ok;
}

/* Commands ------------------------------------------------------------------------------------- */

static gboolean has_field(const GPtrArray *fields, const char *path)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)fields, path, g_str_equal, NULL);
}

static gboolean add(const Tool *tool, const char *path, GError **error)
{
	g_autoptr(GPtrArray) fields = store_fields(tool->store, error);
	if (!fields)
		return FALSE;
	gboolean is_there = has_field(fields, path);
	if (!is_there && !add_with_progress(tool, path, error))
		return FALSE;
	g_print(is_there ? "%s has an index already\n" : "%s has an index now\n", path);
	return TRUE;
}

/* One that was not finished is not listed, but may be dropped. */
static gboolean drop(const Tool *tool, const char *path, GError **error)
{
	g_autoptr(GPtrArray) fields = store_fields(tool->store, error);
	if (!fields || !store_field_drop(tool->store, path, error))
		return FALSE;
	g_print(has_field(fields, path) ? "%s has no index any more\n" : "%s had no index\n", path);
	return TRUE;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static gboolean list(const Tool *tool, GError **error)
{
	g_autoptr(GPtrArray) fields = store_fields(tool->store, error);
	if (!fields)
		return FALSE;
	g_ptr_array_sort(fields, by_text);
	for (guint i = 0; i < fields->len; i++)
		g_print("%s\n", (const char *)fields->pdata[i]);
	return TRUE;
}

static const struct {
	const char *name;
	gboolean (*run)(const Tool *tool, const char *path, GError **error);
} commands[] = {{"add", add}, {"drop", drop}};

static gboolean check_schema(const Tool *tool, GError **error)
{
	guint version;
	if (!store_migrate_version(tool->store, &version, error))
		return FALSE;
	if (version != STORE_SCHEMA_VERSION)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"the schema is version %u, this program needs %d; run \"chronologer "
			"migrate\"",
			version, STORE_SCHEMA_VERSION);
	return version == STORE_SCHEMA_VERSION;
}

static gboolean run(const Tool *tool, char *const *arguments, GError **error)
{
	guint n = g_strv_length((char **)arguments);
	if (n == 1 && !strcmp(arguments[0], "list"))
		return check_schema(tool, error) && list(tool, error);
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (n != 2 || strcmp(arguments[0], commands[i].name))
			continue;
		g_autofree char *path = read_path(arguments[1], error);
		return path && check_schema(tool, error) && commands[i].run(tool, path, error);
	}
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"index takes \"list\", \"add PATH\" or \"drop PATH\"");
	return FALSE;
}

const ToolCommand tool_index = {
	.name = "index",
	.summary = "add, list and drop indexes on fields of records",
	.arguments = "list | add PATH | drop PATH",
	.options = options,
	.run = run,
};
