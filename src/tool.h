/* The commands of the `chronologer` tool: each is one file with one descriptor. */
#ifndef CHRONOLOGER_TOOL_H
#define CHRONOLOGER_TOOL_H

#include <glib.h>
#include "config.h"

typedef struct {
	const char *name;
	const char *summary;         /* one line for --help */
	const GOptionEntry *options; /* its own ones, on top of those of config.h */
	/* Prints what it did on stdout. `arguments`: what is no option, NULL-terminated. The error
	 * decides the exit code: the table in chronologer.c. */
	gboolean (*run)(const Config *config, char *const *arguments, GError **error);
} ToolCommand;

extern const ToolCommand tool_migrate;

#endif
