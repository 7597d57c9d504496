/* What a database has to offer to be a store. store/store.c calls it and adds what all of them need:
 * reading the DSN, connecting again, the schema check, doing a read again; store/read.c has the reads
 * of records. store/mysql.c and store/sqlite.c offer it.
 *
 * A session is one open connection, used by one thread at a time. Functions return FALSE, or NULL,
 * with an error of CHRONOLOGER_ERROR. ERROR_TRANSIENT says that nothing was written and that doing
 * the same again may succeed; ERROR_STORAGE makes no promise. */
#ifndef CHRONOLOGER_STORE_DRIVER_H
#define CHRONOLOGER_STORE_DRIVER_H

#include "base/sql.h"
#include "store/backoff.h"
#include "store/store.h"

typedef struct {
	char *host;
	guint port;
} StoreHost;

/* A DSN in its parts, percent-decoded. A part that is not there is NULL, a port that is not 0. */
typedef struct {
	char *scheme;
	char *user;
	char *password;
	char *host;
	guint port;
	GArray *others; /* StoreHost: further ones, to be tried in their order */
	char *path;     /* without the slash that ends the host: "chronologer", "/var/lib/x.db" */
	GHashTable *options; /* char * -> char *: the query; only names the driver lists */
} StoreDsn;

/* What a session is opened on. */
typedef struct {
	StoreDsn *dsn;
	gpointer
		shared; /* the driver's own, of shared_new(): one for all sessions of a StoreConfig */
	guint deadline; /* of a read, in milliseconds */
	guint timeout;  /* of connecting and of a step of a write, the same */
} StoreTarget;

/* Drivers put this first into a session of their own. */
typedef struct {
	gboolean lost; /* set by the driver: of no more use, store/store.c closes it */
} StoreSession;

/* A row of a statement. */
#define STORE_ROW_COLUMNS 6
typedef struct {
	gint64 integers[STORE_ROW_COLUMNS];
	Text texts[STORE_ROW_COLUMNS]; /* borrowed */
} StoreRow;

typedef gboolean (*StoreRowFunc)(const StoreRow *row, gpointer data, GError **error);

/* A record's columns, and what read() is told of them. */
#define STORE_COLUMNS_LIGHT "record_id, ts, level, name, message"
#define STORE_COLUMNS_FULL STORE_COLUMNS_LIGHT ", logrec"
#define STORE_KINDS_LIGHT "itixx"
#define STORE_KINDS_FULL STORE_KINDS_LIGHT "x"

typedef struct {
	const char *schemes[3]; /* NULL-terminated */
	const char *dialect;
	const char *options[8]; /* NULL-terminated */
	gboolean takes_hosts;   /* several of them */
	gboolean takes_turns;   /* one session writes at a time, others wait for it */

	/* SQL that is not the same everywhere. */
	const char *slot;          /* which step of `?` seconds, from the year 0 on, `ts` is in */
	const char *logger;        /* the name as bytes */
	const char *by_id;         /* behind FROM record: by id, whatever else is asked for */
	const char *now;           /* as chronologer_migration.applied has it */
	const char *update_counts; /* behind an INSERT of counts: a row that is there gets these */
	const char *insert_new;    /* INSERT INTO that leaves a row with this key as it is */
	const char *
		fields; /* SELECT: the indexes on fields, what a statement compares, and the path */
	const char *field_text; /* what it is compared with */
	gboolean splits_places; /* an OR of the rows of one instant and of those beyond it would
				    * not be found by the index: has to be a UNION of both */

	/* ERROR_CONFIGURATION where a part of the DSN is missing or makes no sense. */
	gboolean (*check_dsn)(const StoreDsn *dsn, GError **error);
	gpointer (*shared_new)(void); /* NULL: the driver has nothing to share */
	void (*shared_free)(gpointer shared);

	/* `target` outlives the session. Opening may take seconds. */
	StoreSession *(*open)(const StoreTarget *target, StoreMode mode, GError **error);
	void (*close)(StoreSession *session);
	/* FALSE where the other end is known to be gone. Asks nobody: takes microseconds. */
	gboolean (*usable)(StoreSession *session);
	/* The newest migration applied, 0 where there is none. */
	gboolean (*version)(StoreSession *session, guint *version, GError **error);

	/* From now on the session waits, with each statement, for what has been committed on other servers;
	 * NULL where there are none. */
	gboolean (*catch_up)(StoreSession *session, GError **error);

	/* insert() is called inside begin() only. After a failure store/store.c calls rollback(), which
	 * marks the session lost where it does not succeed. */
	gboolean (*begin)(StoreSession *session, GError **error);
	gboolean (*insert)(StoreSession *session, Record *const *records, gsize n, GError **error);
	/* ERROR_UNKNOWN where it was not answered; the session is lost then. */
	gboolean (*commit)(StoreSession *session, GError **error);
	void (*rollback)(StoreSession *session);
	gboolean (*check_size)(StoreSession *session, const Record *record, GError **error);

	/* Runs one statement. Columns: 'i' an integer, 't' a DATETIME(6), as microseconds since 1970,
	 * 'x' text or bytes. `*sequence`, where it is not NULL, is the place of a row that was inserted
	 * among all that ever were. */
	gboolean (*read)(StoreSession *session, const Sql *sql, const char *columns,
		StoreRowFunc row, gpointer data, GError **error);
	gboolean (*write)(StoreSession *session, const Sql *sql, guint64 *sequence, GError **error);
	/* Reads the columns of the records whose page_id (and page_ts) the rows of `page` have, by
	 * these, newest first; `newer`: `page` has them the other way round. */
	gboolean (*read_page)(StoreSession *session, Sql *page, const StoreRange *range,
		StoreRowFunc row, gpointer data, GError **error);
	/* Conditions: the name has this prefix; the expression is true. */
	void (*add_prefix)(Sql *sql, const char *prefix);
	gboolean (*add_query)(StoreSession *session, Sql *sql, Query *query, GError **error);

	/* Begins a transaction in which all that is read is of one moment; rollback() ends it. */
	gboolean (*snapshot)(StoreSession *session, GError **error);
	/* Begins the transaction of the one who may change count_level and count_name. Where somebody
	 * else is, either waits, or does nothing and says so. What is read in it is of a moment
	 * after that. */
	gboolean (*lock_counts)(
		StoreSession *session, gboolean wait, gboolean *is_locked, GError **error);

	/* STORE_ADMIN. lock() waits for other hosts that migrate, and creates what is missing
	 * before the first migration; `*created` where that was the database itself. unlock() keeps
	 * what was done. */
	gboolean (*lock)(StoreSession *session, gboolean *created, GError **error);
	gboolean (*unlock)(StoreSession *session, GError **error);
	/* An index on the field of that path; nothing where there is one, or none. What was interrupted is done again. */
	gboolean (*add_field)(
		StoreSession *session, const char *path, StoreProgress *progress, GError **error);
	gboolean (*drop_field)(StoreSession *session, const char *path, GError **error);
	/* One statement without results. */
	gboolean (*execute)(StoreSession *session, const char *statement, GError **error);
} StoreDriver;

/* StoreConfig. */
struct store_config {
	const StoreDriver *driver;
	StoreTarget target;
	char *description;
	StoreBackoff backoff;
};

/* A session and who speaks with it. */
typedef struct {
	const StoreDriver *driver;
	StoreSession *session;
	guint deadline; /* of a read, in milliseconds */
} StoreLink;

/* For other files of the store. Makes sure of a connection. */
gboolean store_ready(Store *store, GError **error);
/* Borrowed; its session is NULL before store_ready(), and may be lost outside of a transaction. */
const StoreLink *store_link(const Store *store);

extern const StoreDriver store_mysql;
extern const StoreDriver store_sqlite;

/* For tests: one statement, as it is, on a STORE_ADMIN store. */
gboolean store_execute(Store *store, const char *statement, GError **error);

#endif
