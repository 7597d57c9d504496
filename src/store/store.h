/* THE storage contract: all that the rest of the tree knows of a database.
 *
 * A StoreConfig is a DSN read and checked, and what all connections to it share. A Store is one
 * connection, for one thread at a time; it connects when it is first used, and again after it was
 * lost.
 *
 * Errors of every call: ERROR_STORAGE (away, busy, full, read-only), ERROR_SCHEMA (not migrated, or
 * by a newer version), ERROR_DEADLINE (a read took too long). While the server can not be reached,
 * calls fail at once and one of them tries again every second. Reads that lost their connection are
 * done again, on a new one.
 *
 * Nothing here assumes a single database node: ids come in steps, a conflict may be reported by
 * COMMIT. */
#ifndef CHRONOLOGER_STORE_STORE_H
#define CHRONOLOGER_STORE_STORE_H

#include <glib.h>
#include "query/filter.h"
#include "record/record.h"

/* How often what ended with ERROR_TRANSIENT is done at most. */
#define STORE_TRIES 4

typedef struct store Store;
typedef struct store_config StoreConfig;

typedef enum {
	STORE_READ,  /* the session is read-only, statements end at the deadline */
	STORE_WRITE, /* a commit is on disk when it returns, as far as the server's settings go */
	STORE_ADMIN, /* for migrations: no schema check */
	STORE_PROBE, /* for store_ping() only, which fails within two seconds */
} StoreMode;

/* The version of the newest migration in sql/: what this program reads and writes. */
#define STORE_SCHEMA_VERSION 3

/* `dsn`: mysql://user:password@host:port/database?socket=PATH (mariadb:// is the same), or
 * sqlite:///relative/path, sqlite:////absolute/path. `deadline` is in milliseconds.
 * ERROR_CONFIGURATION says what is wrong with it, without the password. */
StoreConfig *store_config_new(const char *dsn, guint deadline, GError **error);

/* How long connecting, and a step of a write, may take: milliseconds, 2,500 where it is not called. Databases
 * count in seconds: it is rounded down, to one at least. Before the first Store. */
void store_config_set_timeout(StoreConfig *config, guint timeout);

void store_config_free(StoreConfig *config); /* takes NULL; after the last Store */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreConfig, store_config_free)

/* The DSN without its password, for messages. Borrowed. */
const char *store_config_describe(const StoreConfig *config);

/* FALSE with its error where the last write failed because of the database, less than a minute ago. */
gboolean store_config_check_writes(StoreConfig *config, GError **error);

/* `config` is borrowed and outlives the store. Does not connect yet. */
Store *store_new(StoreConfig *config, StoreMode mode);
void store_free(Store *store); /* takes NULL; rolls back */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* Writing -------------------------------------------------------------------------------------- */

/* Writes `n` records in their order and gives each its id. Outside store_begin() it is a
 * transaction of its own: all are committed when it returns TRUE, none is when it returns FALSE
 * (but for ERROR_UNKNOWN: COMMIT was not answered, and the database stayed away). Inside
 * one, after FALSE the whole transaction is gone, rolled back. ERROR_TRANSIENT: nothing was
 * written, and doing all of it again may succeed (lost before the COMMIT, deadlock).
 * ERROR_RECORD_SIZE: see store_check_size(). */
gboolean store_insert(Store *store, Record *const *records, gsize n, GError **error);

/* One transaction over several store_insert(). */
gboolean store_begin(Store *store, GError **error);
gboolean store_commit(Store *store, GError **error);
void store_rollback(Store *store);

/* Does what is due after a commit now and then and need not be waited for: it may take some
 * milliseconds. What can not be done now is done by a later call. Outside of a transaction. */
void store_compact(Store *store);

/* How many times that is due, which from now on is for the caller to see to. 0 where one store writes at a
 * time: nobody could write on meanwhile. */
guint store_compact_hand_over(Store *store);
/* Does it once for another store. FALSE where it can not be done now. Connects. */
gboolean store_compact_once(Store *store);

/* ERROR_RECORD_SIZE where the database can not take a record of this size. Connects. */
gboolean store_check_size(Store *store, const Record *record, GError **error);

/* Reading -------------------------------------------------------------------------------------- */

/* Answers while the store can be reached and has the right schema. */
gboolean store_ping(Store *store, GError **error);

gboolean store_count(Store *store, const Filter *filter, guint64 *count, GError **error);

/* Records of one level in one step of time. */
typedef struct {
	gint64 start; /* seconds since 1970, a multiple of the step */
	guint level;
	guint64 count;
} StoreSum;

/* Sums by steps of `step` seconds (1, 60 or 900) and level: StoreSum, ascending by start, then
 * level. */
GArray *store_sums(Store *store, const Filter *filter, guint step, GError **error);

/* Called for each row; what it is given lives until it returns. FALSE with an error ends the read.
 */
typedef gboolean (*StoreRecordFunc)(const Record *record, gpointer data, GError **error);

/* A place in the order of records: by ts, then id. There need not be a record. */
typedef struct {
	gint64 ts;
	guint64 id;
} StorePosition;

/* A part of what a filter finds: rows `left`.., `limit` at most, newest first (ts, then id,
 * descending). `logrec` is empty where `with_logrec` is FALSE. With `from` only what is older than
 * that place, or where `newer` is TRUE newer, counted from there: `left` is 0 for the nearest row. It
 * takes no longer the further down `from` is; a `left` does. */
typedef struct {
	const Filter *filter;
	guint64 left;
	guint limit;
	gboolean with_logrec;
	const StorePosition *from; /* NULL: from the newest record on */
	gboolean newer;
} StoreRange;

gboolean store_range(
	Store *store, const StoreRange *range, StoreRecordFunc row, gpointer data, GError **error);

/* ERROR_NOT_FOUND where there is none. */
Record *store_get(Store *store, guint64 id, GError **error);

/* Logger names with their counts, by name (binary order). */
typedef gboolean (*StoreNameFunc)(const Text *name, guint64 count, gpointer data, GError **error);
gboolean store_names(
	Store *store, const Filter *filter, StoreNameFunc row, gpointer data, GError **error);

/* The highest id there is, 0 where there is no record. Lower ones may still become visible: their
 * transactions run at the same time. */
gboolean store_newest_id(Store *store, guint64 *id, GError **error);

/* Ids from `first` to `last`, both included; of every `period` of them, counted from `first`, the first
 * `length`. All: 1 and 1. */
typedef struct {
	guint64 first, last;
	guint64 period, length;
} StoreIds;

/* Which of them there are: guint64, ascending, the first `limit`. */
GArray *store_ids(Store *store, const StoreIds *ids, guint limit, GError **error);

/* Records with ids from `first` to `last`, both included, that match: by id, ascending, the first
 * `limit`. */
typedef struct {
	const Filter *filter;
	guint64 first, last;
	guint limit;
	gboolean with_logrec;
} StoreArrivals;

gboolean store_arrivals(Store *store, const StoreArrivals *arrivals, StoreRecordFunc row,
	gpointer data, GError **error);

/* Counting anew (STORE_ADMIN) ------------------------------------------------------------------ */

/* A day of the count tables (store/counts/read.h), compared with its records. */
typedef struct {
	gint64 start; /* microseconds since 1970 */
	guint64 records;
	guint64 wrong; /* numbers that differed */
} StoreDay;

typedef gboolean (*StoreDayFunc)(const StoreDay *day, gpointer data, GError **error);

typedef enum {
	STORE_RECOUNT_CHECK,   /* changes nothing */
	STORE_RECOUNT_MISSING, /* counts the days that have not been counted since a migration */
	STORE_RECOUNT_ALL,
} StoreRecount;

/* Compares the count tables with the records, from the newest day to the oldest, and makes them
 * right. Each day is a transaction of its own; others go on writing, and where it is interrupted, what
 * was done stays. `day` is called after each of them. */
gboolean store_recount(
	Store *store, StoreRecount what, StoreDayFunc day, gpointer data, GError **error);

/* Deletes the oldest `n` records whose ts is before `before` (microseconds since 1970), and takes them
 * out of the counts. `*deleted` is less than `n` where there are no more. */
gboolean store_delete(Store *store, gint64 before, guint n, guint64 *deleted, GError **error);

/* Indexes on fields of logrec ------------------------------------------------------------------ */

/* How far something is: atomic, for another thread to look at. */
typedef struct {
	gint done, all; /* `all` is 0 where nobody can say */
} StoreProgress;

/* The paths that have one: char *, in no order. */
GPtrArray *store_fields(Store *store, GError **error);

/* Whether they leave at most so many records, of the filter's range, that its expression has to be asked of. FALSE also
 * where that can not be said. */
gboolean store_field_leaves(Store *store, const Filter *filter, guint most);

/* `path`: one that query_path_is_field(), as json_path_print() spells it; a migrated store (STORE_ADMIN). Others write
 * meanwhile, but on SQLite, where they wait. TRUE where there is one already, or none. */
gboolean store_field_add(Store *store, const char *path, StoreProgress *progress, GError **error);
gboolean store_field_drop(Store *store, const char *path, GError **error);

/* Migrating (STORE_ADMIN) ---------------------------------------------------------------------- */

/* "mysql" or "sqlite": the folder of sql/ that holds this store's migrations. Static. */
const char *store_dialect(const StoreConfig *config);

/* Takes the lock that lets one host migrate at a time, waiting for it; creates the table of
 * versions and, on SQLite, the file: then `*created` is TRUE. Released by store_migrate_end(). */
gboolean store_migrate_begin(Store *store, gboolean *created, GError **error);
gboolean store_migrate_end(Store *store, GError **error);

/* The newest version applied, 0 where there is none. Needs no store_migrate_begin(), creates
 * nothing. */
gboolean store_migrate_version(Store *store, guint *version, GError **error);

/* Runs the statements of one migration and notes its version. What a failed one did may stay (MySQL
 * commits each change of a table by itself), so they have to be repeatable. */
gboolean store_migrate_apply(
	Store *store, guint version, const char *name, char *const *statements, GError **error);

#endif
