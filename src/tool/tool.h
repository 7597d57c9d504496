/* The commands of the `chronologer` tool: each is one file with one descriptor. */
#ifndef CHRONOLOGER_TOOL_TOOL_H
#define CHRONOLOGER_TOOL_TOOL_H

#include <glib.h>
#include "config.h"
#include "store/store.h"

/* What a command works with. */
typedef struct {
	const Config *config;
	StoreConfig *target;
	Store *store; /* STORE_ADMIN, not yet connected */
} Tool;

typedef struct {
	const char *name;
	const char *summary;         /* one line for --help */
	const char *arguments;       /* for its own --help; NULL where it takes none */
	const GOptionEntry *options; /* its own ones, on top of those of config.h */
	/* Prints what it did on stdout. `arguments`: what is no option, NULL-terminated. The error
	 * decides the exit code: the table in base/error.c. */
	gboolean (*run)(const Tool *tool, char *const *arguments, GError **error);
} ToolCommand;

extern const ToolCommand tool_delete;
extern const ToolCommand tool_index;
extern const ToolCommand tool_migrate;
extern const ToolCommand tool_recount;

/* Runs a command on the configured storage, whose name its errors begin with. */
gboolean tool_run(
	const ToolCommand *command, const Config *config, char *const *arguments, GError **error);

/* ERROR_VALUE where there is an argument. */
gboolean tool_no_arguments(const ToolCommand *command, char *const *arguments, GError **error);

/* store_recount(): prints the days that differed, and on a terminal how far it is. */
typedef struct {
	guint64 days, wrong, records;
	gboolean is_terminal;
} ToolRecount;

gboolean tool_recount_days(
	const Tool *tool, StoreRecount what, ToolRecount *result, GError **error);

#endif
