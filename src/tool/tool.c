/* What the commands share: opening the storage, and counting with progress. */
#include "tool/tool.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"

gboolean tool_run(
	const ToolCommand *command, const Config *config, char *const *arguments, GError **error)
{
	GError *problem = NULL;
	g_autoptr(StoreConfig) target =
		store_config_new(config->storage_dsn, config->deadline * 1000, error);
	if (!target)
		return FALSE;
	g_autoptr(Store) store = store_new(target, STORE_ADMIN);
	Tool tool = {config, target, store};
	if (command->run(&tool, arguments, &problem))
		return TRUE;
	if (error_class(problem) != ERROR_CLASS_INPUT)
		g_prefix_error(&problem, "%s: ", store_config_describe(target));
	g_propagate_error(error, problem);
	return FALSE;
}

gboolean tool_no_arguments(const ToolCommand *command, char *const *arguments, GError **error)
{
	if (!*arguments)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "%s takes no argument \"%s\"",
		command->name, *arguments);
	return FALSE;
}

static gboolean note_day(const StoreDay *day, gpointer data, G_GNUC_UNUSED GError **error)
{
	ToolRecount *result = data;
	char date[RECORD_TS_SIZE];
	record_format_ts(day->start, date);
	date[strlen("2018-05-10")] = '\0';
	result->days++;
	result->wrong += day->wrong > 0;
	result->records += day->records;
	if (result->is_terminal)
		g_printerr("\rcounted %s, %" G_GUINT64_FORMAT " records in all ", date,
			result->records);
	if (day->wrong > 0)
		g_print("%s: %" G_GUINT64_FORMAT " numbers differed\n", date, day->wrong);
	return TRUE;
}

gboolean tool_recount_days(const Tool *tool, StoreRecount what, ToolRecount *result, GError **error)
{
	*result = (ToolRecount){.is_terminal = isatty(STDERR_FILENO)};
	gboolean ok = store_recount(tool->store, what, note_day, result, error);
	if (result->is_terminal && result->days > 0)
		g_printerr("\n");
	return ok;
}
