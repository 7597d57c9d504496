/* What the files of t/test-store share. */
#ifndef CHRONOLOGER_TEST_STORE_H
#define CHRONOLOGER_TEST_STORE_H

#include "store/store.h"
#include "tool/tool.h"

/* What a case finds: an empty, migrated database, and a store of each kind, not yet connected. */
typedef struct {
	char *dsn;
	char *directory; /* of the SQLite file; NULL on a server */
	StoreConfig *config;
	Store *reader;
	Store *writer;
	Store *admin;
} Fixture;

typedef struct {
	const char *name;
	void (*run)(Fixture *fixture);
	enum { ANY, SERVER, FILE_ONLY } where;
} Case;

/* Those of store/test-counts.c. */
extern const Case count_cases[];
extern const guint count_cases_length;

/* Runs a command of the tool on the fixture's database; what it has printed, or NULL. */
char *run_tool(const ToolCommand *command, const char *dsn, GError **error);

/* As administrator. */
void execute(Fixture *fixture, const char *statement);

Record *record_new(gint64 ts, guint level, const char *name, const char *message);

#endif
