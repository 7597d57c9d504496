/* The tool: `chronologer COMMAND [OPTION...]`. */
#include <locale.h>
#include <string.h>
#include <sysexits.h>
#include "base/error.h"
#include "tool/tool.h"

static const ToolCommand *const commands[] = {
	&tool_migrate, &tool_recount, &tool_delete, &tool_index};

static const ToolCommand *find_command(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static GOptionContext *help_context(void)
{
	g_autoptr(GString) summary = g_string_new("Commands:");
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		g_string_append_printf(
			summary, "\n  %-10s %s", commands[i]->name, commands[i]->summary);
	GOptionContext *context = g_option_context_new("COMMAND");
	g_option_context_set_summary(context, summary->str);
	g_option_context_set_description(
		context, "`chronologer COMMAND --help` lists what a command takes.");
	return context;
}

/* `argv[1]`, where there is one, is not a command: --help, --version, or a mistake. */
static gboolean run_no_command(int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context = help_context();
	const char *word = argc > 1 ? argv[1] : "";
	if (argc > 1 && *word != '-') {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"there is no command \"%s\" (--help lists them)", word);
		return FALSE;
	}
	g_autoptr(Config) config = config_load(context, CONFIG_TOOL, &argc, &argv, error);
	if (config)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"a command is missing; it comes first (--help lists them)");
	return FALSE;
}

static gboolean run_command(const ToolCommand *command, int argc, char **argv, GError **error)
{
	g_autofree char *program = g_strconcat("chronologer ", command->name, NULL);
	g_autofree char *usage = g_strconcat(command->arguments ? command->arguments : "",
		command->arguments ? " - " : "- ", command->summary, NULL);
	g_set_prgname(program); /* so that --help shows the command before its options */
	g_autoptr(GOptionContext) context = g_option_context_new(usage);
	g_option_context_add_main_entries(context, command->options, NULL);
	g_autoptr(Config) config = config_load(context, CONFIG_TOOL, &argc, &argv, error);
	return config && tool_run(command, config, argv + 2, error);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	setlocale(LC_MESSAGES, ""); /* numbers stay C's */
	setlocale(LC_CTYPE, "");    /* else what is not ASCII in a message is printed as ? */
	const ToolCommand *command = argc > 1 ? find_command(argv[1]) : NULL;
	gboolean ok = command ? run_command(command, argc, argv, &error)
			      : run_no_command(argc, argv, &error);
	if (ok)
		return EX_OK;
	g_printerr("chronologer: %s\n", error->message);
	return error_exit(error);
}
