/* What the files of t/store/test-store share. */
#ifndef CHRONOLOGER_TEST_STORE_H
#define CHRONOLOGER_TEST_STORE_H

#include "store/store.h"
#include "tool/tool.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define NOW (1525970213 * SECOND) /* 2018-05-10 16:36:53, of quarter hour 1525969800 */
#define DEADLINE 10000

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

/* The chapters, a file each; the last one of a list has no name. */
extern const Case write_cases[], read_cases[], tail_cases[], connect_cases[], migrate_cases[],
	group_cases[], count_cases[];
extern const Case empty_cases[]; /* begin without tables */

/* Runs a command of the tool on the fixture's database; what it has printed, or NULL. */
char *run_tool(const ToolCommand *command, const char *dsn, GError **error);

/* As administrator. */
void execute(Fixture *fixture, const char *statement);

/* Instants that a store may get wrong. */
extern const gint64 instants[];
extern const gsize instants_length;

/* Records. text_of() borrows. */
Text text_of(const char *text);
Record *record_new(gint64 ts, guint level, const char *name, const char *message);
GPtrArray *records_new(guint n);
void assert_record(const Record *left, const Record *right);

/* By the fixture's writer and reader; what fails ends the program. */
guint64 insert(Fixture *fixture, gint64 ts, guint level, const char *name);
void insert_many(Fixture *fixture, guint n);
guint64 count(Fixture *fixture, const Filter *filter);
Record *get(Fixture *fixture, guint64 id);

/* The ids of a range, each followed by a blank; append_id() is the StoreRecordFunc. */
char *range_ids(Fixture *fixture, guint64 left, guint limit);
gboolean append_id(const Record *record, gpointer data, GError **error);

/* Databases. */
char *migrate(const char *dsn, GError **error);
void drop_tables(Fixture *fixture);
StoreConfig *config_new(const char *dsn, guint deadline);

#endif
