/* Settings: built-in < file < environment < command line. The options are one table in config.c. */
#ifndef CHRONOLOGER_CONFIG_H
#define CHRONOLOGER_CONFIG_H

#include <glib.h>

typedef struct {
	char *storage_dsn;
	char *listen;          /* "unix:PATH" or "HOST:PORT"; NULL: the socket is inherited */
	char *roles;           /* "user:role,role; ..."; NULL: every user has all roles */
	char *spool_directory; /* NULL: $TMPDIR or /var/tmp */
	char *sql_directory;
	guint threads;
	guint connections;           /* of each kind: for reading, for batches */
	guint deadline;              /* seconds */
	guint database_timeout;      /* milliseconds */
	guint receive_timeout;       /* seconds */
	guint shutdown_timeout;      /* seconds */
	guint idempotency_retention; /* seconds */
	gsize body_limit;            /* bytes */
	gsize document_limit;        /* bytes */
	gsize memory_limit;          /* bytes */
	gsize header_limit;          /* bytes */
} Config;

/* Which programs an option is for. */
typedef enum {
	CONFIG_WORKER = 1,
	CONFIG_TOOL = 2,
	CONFIG_BOTH = 3,
} ConfigProgram;

/* Reads the command line (removing what it takes; `--help` and `--version` print and exit), the
 * environment and the file. ERROR_CONFIGURATION names the option, where it stood, and what is
 * wrong.
 *
 * `context` is borrowed; what the caller added to it is parsed with it. Unknown options are an
 * error; arguments that are not options stay in `argv`. */
Config *config_load(
	GOptionContext *context, ConfigProgram program, int *argc, char ***argv, GError **error);
void config_free(Config *config); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

#endif
