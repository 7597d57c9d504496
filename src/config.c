/* Settings: one table of options, read from the file, the environment and the command line. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"

#define GROUP "chronologer"
#define DEFAULT_FILE SYSCONFDIR "/chronologer.conf"

typedef enum { KIND_TEXT, KIND_COUNT, KIND_SECONDS, KIND_FRACTION, KIND_SIZE } Kind;

typedef struct {
	const char *name;
	ConfigProgram program;
	Kind kind;
	gsize offset; /* of its member in Config */
	const char *initial;
	guint64 min, max;
	const char *argument;
	const char *meaning;
} Option;

#define AT(member) G_STRUCT_OFFSET(Config, member)

static const Option options[] = {
	{"storage-dsn", CONFIG_BOTH, KIND_TEXT, AT(storage_dsn),
		"sqlite:///" LOCALSTATEDIR "/lib/chronologer/chronologer.db", 0, 0, "DSN",
		"Where records are kept: sqlite:///PATH or "
		"mysql://USER:PASSWORD@HOST:PORT/DATABASE"},
	{"listen", CONFIG_WORKER, KIND_TEXT, AT(listen), NULL, 0, 0, "ADDRESS",
		"Listen on unix:PATH or HOST:PORT where no socket is inherited"},
	{"threads", CONFIG_WORKER, KIND_COUNT, AT(threads), "64", 1, 1024, "N",
		"Requests that are served at the same time"},
	{"connections", CONFIG_WORKER, KIND_COUNT, AT(connections), "32", 1, 1024, "N",
		"Most database connections for reading, and as many for batches"},
	{"roles", CONFIG_WORKER, KIND_TEXT, AT(roles), NULL, 0, 0, "MAP",
		"Roles of users: USER:ROLE,ROLE;... (* is anybody else)"},
	{"deadline", CONFIG_WORKER, KIND_SECONDS, AT(deadline), "10", 1, 3600, "SECONDS",
		"Longest time that reading from the database may take"},
	{"database-timeout", CONFIG_WORKER, KIND_FRACTION, AT(database_timeout), "2.5", 1, 3600,
		"SECONDS",
		"Longest time that connecting to the database or a step of storing may take"},
	{"receive-timeout", CONFIG_WORKER, KIND_SECONDS, AT(receive_timeout), "10", 1, 3600,
		"SECONDS", "Longest silence of the front server in the middle of a request"},
	{"shutdown-timeout", CONFIG_WORKER, KIND_SECONDS, AT(shutdown_timeout), "10", 1, 3600,
		"SECONDS", "Longest time that requests may take after SIGTERM or SIGHUP"},
	{"idempotency-retention", CONFIG_WORKER, KIND_SECONDS, AT(idempotency_retention), "86400",
		1, 31536000, "SECONDS", "How long answers under an Idempotency-Key are kept"},
	{"body-limit", CONFIG_WORKER, KIND_SIZE, AT(body_limit), "128M", 1024, G_MAXINT64, "SIZE",
		"Largest request body, also after decompression"},
	{"document-limit", CONFIG_WORKER, KIND_SIZE, AT(document_limit), "16M", 1024, 1 << 30,
		"SIZE", "Largest form, JSON body or line of NDJSON"},
	{"memory-limit", CONFIG_WORKER, KIND_SIZE, AT(memory_limit), "256M", 1048576, G_MAXINT64,
		"SIZE", "Memory that large documents may take together"},
	{"header-limit", CONFIG_WORKER, KIND_SIZE, AT(header_limit), "8000", 256, 1 << 20, "SIZE",
		"Longest response header that the front server passes on"},
	{"spool-directory", CONFIG_WORKER, KIND_TEXT, AT(spool_directory), NULL, 0, 0, "DIRECTORY",
		"For bodies that are not kept in memory (TMPDIR, else /var/tmp)"},
	{"sql-directory", CONFIG_TOOL, KIND_TEXT, AT(sql_directory), PKGDATADIR "/sql", 0, 0,
		"DIRECTORY", "Where the migrations are"},
};

/* A value and where it came from, for messages. */
typedef struct {
	const char *text;
	const char *origin;
} Setting;

static char *environment_name(const char *name)
{
	g_autofree char *upper = g_ascii_strup(name, -1);
	return g_strdelimit(g_strconcat("CHRONOLOGER_", upper, NULL), "-", '_');
}

/* Seconds, "2.5", as milliseconds. */
static gboolean parse_fraction(const Option *option, const char *text, guint64 *number)
{
	char *end;
	double seconds = g_ascii_strtod(text, &end);
	if (!g_ascii_isdigit(*text) || *end || !(seconds >= option->min && seconds <= option->max))
		return FALSE;
	*number = (guint64)(seconds * 1000);
	return TRUE;
}

/* "16M" -> 16777216. A number alone is bytes, or just a number where the option is no size. */
static gboolean parse_number(const Option *option, const char *text, guint64 *number)
{
	static const char units[] = "KMG";
	char *end;
	if (option->kind == KIND_FRACTION)
		return parse_fraction(option, text, number);
	if (!g_ascii_isdigit(*text))
		return FALSE;
	errno = 0;
	guint64 value = g_ascii_strtoull(text, &end, 10);
	if (errno)
		return FALSE;
	const char *unit =
		*end && option->kind == KIND_SIZE ? strchr(units, g_ascii_toupper(*end)) : NULL;
	if (unit) {
		guint shift = 10 * (guint)(unit - units + 1);
		if (value > G_MAXUINT64 >> shift)
			return FALSE;
		value <<= shift;
		end++;
	}
	*number = value;
	return !*end && value >= option->min && value <= option->max;
}

static const char *const kinds[] = {
	[KIND_COUNT] = "whole number",
	[KIND_SECONDS] = "whole number",
	[KIND_FRACTION] = "number",
	[KIND_SIZE] = "size",
};

static gboolean apply(Config *config, const Option *option, const Setting *setting, GError **error)
{
	gpointer member = G_STRUCT_MEMBER_P(config, option->offset);
	guint64 number = 0;
	if (option->kind == KIND_TEXT) {
		char **text = member;
		g_free(*text);
		*text = setting->text && *setting->text ? g_strdup(setting->text) : NULL;
		return TRUE;
	}
	if (!parse_number(option, setting->text, &number)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"%s: \"%s\" is not a %s from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
			setting->origin, setting->text, kinds[option->kind], option->min,
			option->max);
		return FALSE;
	}
	if (option->kind == KIND_SIZE)
		*(gsize *)member = number;
	else
		*(guint *)member = (guint)number;
	return TRUE;
}

static const Option *find_option(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

static gboolean apply_defaults(Config *config, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		Setting setting = {options[i].initial, "built-in"};
		if (setting.text && !apply(config, &options[i], &setting, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean apply_file(Config *config, const char *path, gboolean required, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) problem = NULL;
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem)) {
		if (!required && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return TRUE;
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "%s: %s", path,
			problem->message);
		return FALSE;
	}
	g_auto(GStrv) keys = g_key_file_get_keys(file, GROUP, NULL, &problem);
	if (!keys) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"%s: no group [" GROUP "]", path);
		return FALSE;
	}
	for (char **key = keys; *key; key++) {
		const Option *option = find_option(*key);
		if (!option) {
			g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
				"%s: unknown key \"%s\"", path, *key);
			return FALSE;
		}
		g_autofree char *value = g_key_file_get_string(file, GROUP, *key, &problem);
		g_autofree char *origin = g_strdup_printf("%s: %s", path, *key);
		if (!value) {
			g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "%s: %s", origin,
				problem->message);
			return FALSE;
		}
		if (!apply(config, option, &(Setting){value, origin}, error))
			return FALSE;
	}
	if (g_regex_match_simple("://[^/@]*:[^/@]+@", config->storage_dsn, 0, 0))
		log_password_file(path);
	return TRUE;
}

static gboolean apply_environment(Config *config, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		g_autofree char *name = environment_name(options[i].name);
		const char *text = g_getenv(name);
		if (text && !apply(config, &options[i], &(Setting){text, name}, error))
			return FALSE;
	}
	return TRUE;
}

/* What GOption parses into: a text for every option of the table, and the two of its own. */
typedef struct {
	char *text[G_N_ELEMENTS(options)];
	char *file;
	gboolean version;
} CommandLine;

static void command_line_clear(CommandLine *line)
{
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
		g_free(line->text[i]);
	g_free(line->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandLine, command_line_clear)

/* The option context takes every string here as static, but for the ones it copies with the group.
 */
static gboolean parse_command_line(CommandLine *line, GOptionContext *context,
	ConfigProgram program, int *argc, char ***argv, GError **error)
{
	GOptionEntry entries[G_N_ELEMENTS(options) + 3] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &line->file,
			"Read settings from FILE (" DEFAULT_FILE ")", "FILE"},
		{"version", 'V', 0, G_OPTION_ARG_NONE, &line->version, "Print the version", NULL},
	};
	g_autoptr(GPtrArray) meanings = g_ptr_array_new_with_free_func(g_free);
	GOptionEntry *entry = entries + 2;
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		const Option *option = &options[i];
		if (!(option->program & program))
			continue;
		char *meaning = option->initial ? g_strdup_printf("%s (%s)", option->meaning,
							  option->initial)
						: g_strdup(option->meaning);
		g_ptr_array_add(meanings, meaning);
		*entry++ =
			(GOptionEntry){option->name, strcmp(option->name, "storage-dsn") ? 0 : 'D',
				0, G_OPTION_ARG_STRING, &line->text[i], meaning, option->argument};
	}
	g_option_context_add_main_entries(context, entries, NULL);
	g_autoptr(GError) problem = NULL;
	if (g_option_context_parse(context, argc, argv, &problem))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "%s (--help lists the options)",
		problem->message);
	return FALSE;
}

static gboolean apply_command_line(Config *config, const CommandLine *line, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		if (!line->text[i])
			continue;
		g_autofree char *origin = g_strconcat("--", options[i].name, NULL);
		if (!apply(config, &options[i], &(Setting){line->text[i], origin}, error))
			return FALSE;
	}
	return TRUE;
}

Config *config_load(
	GOptionContext *context, ConfigProgram program, int *argc, char ***argv, GError **error)
{
	g_auto(CommandLine) line = {{NULL}, NULL, FALSE};
	g_autoptr(Config) config = g_new0(Config, 1);
	if (!parse_command_line(&line, context, program, argc, argv, error))
		return NULL;
	if (line.version) {
		puts("chronologer " PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	}
	const char *file = line.file ? line.file : g_getenv("CHRONOLOGER_CONFIG");
	if (!apply_defaults(config, error) ||
		!apply_file(config, file ? file : DEFAULT_FILE, file != NULL, error) ||
		!apply_environment(config, error) || !apply_command_line(config, &line, error))
		return NULL;
	if (!config->spool_directory) {
		const char *directory = g_getenv("TMPDIR");
		config->spool_directory =
			g_strdup(directory ? directory : "/var/tmp"); /* /tmp may be memory */
	}
	return g_steal_pointer(&config);
}

void config_free(Config *config)
{
	if (!config)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
		if (options[i].kind == KIND_TEXT)
			g_free(G_STRUCT_MEMBER(char *, config, options[i].offset));
	g_free(config);
}
