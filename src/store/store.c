/* The storage contract's front: which database a DSN means, connecting and connecting again, the
 * schema check, doing once more what may be done once more. The databases are behind StoreDriver.
 */
#include <stdatomic.h>
#include <string.h>
#include <uriparser/Uri.h>
#include "base/error.h"
#include "store/counts/read.h"
#include "store/read.h"

/* How long all stores of a configuration leave a server alone that could not be reached, in us. */
#define BACKOFF G_USEC_PER_SEC

/* The same while one of them is trying, which ends by a timeout before this is over. */
#define TRYING (60 * G_USEC_PER_SEC)

static const StoreDriver *const drivers[] = {&store_mysql, &store_sqlite};

struct store_config {
	const StoreDriver *driver;
	StoreTarget target;
	char *description;

	/* g_get_monotonic_time() before which nobody connects; 0 while all is well. */
	_Atomic gint64 retry_at;
	GMutex mutex;
	char *failure; /* why, under `mutex` */
};

struct store {
	StoreConfig *config;
	StoreMode mode;
	StoreSession *session; /* NULL until it is needed, and after it was lost */
	gboolean in_transaction;
	Counts *change; /* by this transaction, as far as it is not written yet */
	guint folds_due;
};

/* As much of a transaction's changes to the counts is kept in memory: some hundred KiB. */
#define CHANGE_PAGES 1024

/* The DSN -------------------------------------------------------------------------------------- */

static void dsn_free(StoreDsn *dsn)
{
	g_free(dsn->scheme);
	g_free(dsn->user);
	g_free(dsn->password);
	g_free(dsn->host);
	g_free(dsn->path);
	g_clear_pointer(&dsn->options, g_hash_table_unref);
	g_free(dsn);
}

static gboolean dsn_error(GError **error, const char *reason)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "storage DSN: %s", reason);
	return FALSE;
}

/* NULL for a part that is not there, or holds a NUL byte: no name, password or path has one. */
static char *decoded(const char *first, const char *end)
{
	if (first == NULL)
		return NULL;
	g_autofree char *text = g_strndup(first, (gsize)(end - first));
	const char *last = uriUnescapeInPlaceExA(text, URI_FALSE, URI_BR_DONT_TOUCH);
	return strlen(text) == (gsize)(last - text) ? g_steal_pointer(&text) : NULL;
}

static gboolean read_user(StoreDsn *dsn, const UriTextRangeA *part, GError **error)
{
	if (part->first == NULL)
		return TRUE;
	const char *colon = memchr(part->first, ':', (gsize)(part->afterLast - part->first));
	dsn->user = decoded(part->first, colon != NULL ? colon : part->afterLast);
	if (colon != NULL)
		dsn->password = decoded(colon + 1, part->afterLast);
	if (dsn->user == NULL || (colon != NULL && dsn->password == NULL))
		return dsn_error(error, "%00 in the user or password");
	return TRUE;
}

static gboolean read_port(StoreDsn *dsn, const UriTextRangeA *part, GError **error)
{
	if (part->first == NULL || part->first == part->afterLast)
		return TRUE;
	g_autofree char *text = decoded(part->first, part->afterLast);
	guint64 port;
	if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
		return dsn_error(error, "the port is not a number from 1 to 65535");
	dsn->port = (guint)port;
	return TRUE;
}

static gboolean read_path(StoreDsn *dsn, const UriPathSegmentA *segments, GError **error)
{
	g_autoptr(GString) path = g_string_new(NULL);
	for (const UriPathSegmentA *segment = segments; segment != NULL; segment = segment->next) {
		g_autofree char *text = decoded(segment->text.first, segment->text.afterLast);
		if (text == NULL)
			return dsn_error(error, "%00 in the path");
		if (segment != segments)
			g_string_append_c(path, '/');
		g_string_append(path, text);
	}
	dsn->path = g_string_free(g_steal_pointer(&path), FALSE);
	return TRUE;
}

static gboolean take_option(
	StoreDsn *dsn, const StoreDriver *driver, const UriQueryListA *option, GError **error)
{
	if (!g_strv_contains(driver->options, option->key)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"storage DSN: unknown option \"%s\"", option->key);
		return FALSE;
	}
	g_hash_table_replace(dsn->options, g_strdup(option->key),
		g_strdup(option->value != NULL ? option->value : ""));
	return TRUE;
}

static gboolean read_options(
	StoreDsn *dsn, const StoreDriver *driver, const UriTextRangeA *part, GError **error)
{
	UriQueryListA *options = NULL;
	if (part->first == NULL || part->first == part->afterLast)
		return TRUE;
	if (uriDissectQueryMallocA(&options, NULL, part->first, part->afterLast) != URI_SUCCESS)
		return dsn_error(error, "the options after \"?\" can not be read");
	gboolean ok = TRUE;
	for (UriQueryListA *option = options; option != NULL && ok; option = option->next)
		ok = take_option(dsn, driver, option, error);
	uriFreeQueryListA(options);
	return ok;
}

static const StoreDriver *find_driver(const char *scheme)
{
	for (guint i = 0; i < G_N_ELEMENTS(drivers); i++)
		for (guint j = 0; drivers[i]->schemes[j] != NULL; j++)
			if (g_ascii_strcasecmp(drivers[i]->schemes[j], scheme) == 0)
				return drivers[i];
	return NULL;
}

static gboolean read_parts(StoreConfig *config, const UriUriA *uri, GError **error)
{
	StoreDsn *dsn = config->target.dsn;
	dsn->scheme = decoded(uri->scheme.first, uri->scheme.afterLast);
	config->driver = dsn->scheme != NULL ? find_driver(dsn->scheme) : NULL;
	if (config->driver == NULL)
		return dsn_error(error, "it begins with neither mysql:// nor sqlite://");
	if (uri->hostText.first == NULL)
		return dsn_error(error, "\"//\" is missing after the first colon");
	if (uri->fragment.first != NULL)
		return dsn_error(error, "\"#\" in it has to be written %23");
	dsn->host = decoded(uri->hostText.first, uri->hostText.afterLast);
	return read_user(dsn, &uri->userInfo, error) && read_port(dsn, &uri->portText, error) &&
	       read_path(dsn, uri->pathHead, error) &&
	       read_options(dsn, config->driver, &uri->query, error);
}

/* No message may quote the DSN: the password is in it. */
static gboolean read_dsn(StoreConfig *config, const char *text, GError **error)
{
	UriUriA uri;
	const char *position;
	if (text == NULL)
		return dsn_error(error, "it is empty");
	if (uriParseSingleUriExA(&uri, text, NULL, &position) != URI_SUCCESS)
		return dsn_error(error, "not a URI such as mysql://user:password@host/database "
					"(of user and password, characters like / @ : # are "
					"written %2F %40 %3A %23)");
	gboolean ok = read_parts(config, &uri, error);
	uriFreeUriMembersA(&uri);
	if (!ok)
		return FALSE;
	ok = config->driver->check_dsn(config->target.dsn, error);
	if (!ok)
		g_prefix_error(error, "storage DSN: ");
	return ok;
}

static char *describe(const StoreDsn *dsn)
{
	GString *text = g_string_new(dsn->scheme);
	g_string_append(text, "://");
	if (dsn->user != NULL)
		g_string_append_printf(text, "%s@", dsn->user);
	gboolean is_ipv6 = dsn->host != NULL && strchr(dsn->host, ':') != NULL;
	g_string_append_printf(text, is_ipv6 ? "[%s]" : "%s", dsn->host != NULL ? dsn->host : "");
	if (dsn->port != 0)
		g_string_append_printf(text, ":%u", dsn->port);
	g_string_append_printf(text, "/%s", dsn->path != NULL ? dsn->path : "");
	const char *socket = g_hash_table_lookup(dsn->options, "socket");
	if (socket != NULL)
		g_string_append_printf(text, "?socket=%s", socket);
	return g_string_free(text, FALSE);
}

StoreConfig *store_config_new(const char *dsn, guint deadline, GError **error)
{
	g_autoptr(StoreConfig) config = g_new0(StoreConfig, 1);
	g_mutex_init(&config->mutex);
	config->target.deadline = deadline;
	config->target.dsn = g_new0(StoreDsn, 1);
	config->target.dsn->options =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!read_dsn(config, dsn, error))
		return NULL;
	config->description = describe(config->target.dsn);
	if (config->driver->shared_new)
		config->target.shared = config->driver->shared_new();
	return g_steal_pointer(&config);
}

void store_config_free(StoreConfig *config)
{
	if (config == NULL)
		return;
	if (config->target.shared != NULL)
		config->driver->shared_free(config->target.shared);
	dsn_free(config->target.dsn);
	g_free(config->description);
	g_free(config->failure);
	g_mutex_clear(&config->mutex);
	g_free(config);
}

const char *store_config_describe(const StoreConfig *config)
{
	return config->description;
}

const char *store_dialect(const StoreConfig *config)
{
	return config->driver->dialect;
}

/* Connecting ----------------------------------------------------------------------------------- */

static gboolean check_version(const StoreDriver *driver, StoreSession *session, GError **error)
{
	guint version;
	if (!driver->version(session, &version, error))
		return FALSE;
	if (version == STORE_SCHEMA_VERSION)
		return TRUE;
	if (version > STORE_SCHEMA_VERSION)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"The database has schema version %u, newer than version %d of this program",
			version, STORE_SCHEMA_VERSION);
	else if (version == 0)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"The database has no schema yet; run \"chronologer migrate\"");
	else
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"The database has schema version %u, this program needs %d; "
			"run \"chronologer migrate\"",
			version, STORE_SCHEMA_VERSION);
	return FALSE;
}

static gboolean open_session(Store *store, GError **error)
{
	const StoreDriver *driver = store->config->driver;
	StoreSession *session = driver->open(&store->config->target, store->mode, error);
	if (session == NULL)
		return FALSE;
	if (store->mode != STORE_ADMIN && !check_version(driver, session, error)) {
		driver->close(session);
		return FALSE;
	}
	store->session = session;
	return TRUE;
}

/* TRUE for everybody while all is well; after a failure for one store at a time. */
static gboolean may_try(StoreConfig *config)
{
	gint64 retry_at = atomic_load(&config->retry_at);
	gint64 now = g_get_monotonic_time();
	if (retry_at == 0)
		return TRUE;
	return now >= retry_at &&
	       atomic_compare_exchange_strong(&config->retry_at, &retry_at, now + TRYING);
}

static gboolean repeat_failure(StoreConfig *config, GError **error)
{
	g_mutex_lock(&config->mutex);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "%s", config->failure);
	g_mutex_unlock(&config->mutex);
	return FALSE;
}

static void note_failure(StoreConfig *config, const GError *failure)
{
	g_mutex_lock(&config->mutex);
	g_free(config->failure);
	config->failure = g_strdup(failure->message);
	g_mutex_unlock(&config->mutex);
	atomic_store(&config->retry_at, g_get_monotonic_time() + BACKOFF);
}

static gboolean connect_store(Store *store, GError **error)
{
	StoreConfig *config = store->config;
	GError *failure = NULL;
	if (!may_try(config))
		return repeat_failure(config, error);
	gboolean ok = open_session(store, &failure);
	/* A server that answers is not away, whatever else is wrong: the schema may change any
	 * time. */
	gboolean is_away = !ok && failure->code != ERROR_SCHEMA;
	if (is_away) {
		failure->code = ERROR_STORAGE;
		note_failure(config, failure);
	} else if (atomic_load(&config->retry_at) != 0) {
		atomic_store(&config->retry_at, 0);
	}
	if (!ok)
		g_propagate_error(error, failure);
	return ok;
}

static void disconnect(Store *store)
{
	if (store->session != NULL)
		store->config->driver->close(store->session);
	store->session = NULL;
	store->in_transaction = FALSE;
	counts_clear(store->change);
}

/* Makes sure of a connection. What an idle one has lost shows before anything is sent: later nobody
 * could tell whether it was done. */
static gboolean ready(Store *store, GError **error)
{
	const StoreDriver *driver = store->config->driver;
	if (store->session != NULL && (store->session->lost || !driver->usable(store->session)))
		disconnect(store);
	return store->session != NULL || connect_store(store, error);
}

Store *store_new(StoreConfig *config, StoreMode mode)
{
	Store *store = g_new0(Store, 1);
	store->config = config;
	store->mode = mode;
	store->change = counts_new();
	return store;
}

void store_free(Store *store)
{
	if (store == NULL)
		return;
	store_rollback(store);
	disconnect(store);
	counts_free(store->change);
	g_free(store);
}

/* Doing it again ------------------------------------------------------------------------------- */

/* One call of the contract outside a transaction: done once, and once more where the first failed,
 * nothing was written, and the caller has seen nothing of it. */
typedef struct {
	guint done;
	gint64 begun;
	gboolean ok;
	gboolean seen; /* by the caller: rows */
	GError *failure;
} Attempts;

static Attempts first_attempt(void)
{
	return (Attempts){.begun = g_get_monotonic_time()};
}

/* FALSE also after a server has hung for as long as a read may take. */
static gboolean may_repeat(const Store *store, const Attempts *attempts)
{
	gint64 took = g_get_monotonic_time() - attempts->begun;
	return attempts->done == 1 && !attempts->ok && !attempts->seen &&
	       took <= (gint64)store->config->target.deadline * 1000 &&
	       g_error_matches(attempts->failure, CHRONOLOGER_ERROR, ERROR_TRANSIENT);
}

/* The condition of the loop around a call; makes sure of the connection. */
static gboolean attempt(Store *store, Attempts *attempts)
{
	if (attempts->done > 0 && !may_repeat(store, attempts))
		return FALSE;
	attempts->done++;
	g_clear_error(&attempts->failure);
	attempts->ok = FALSE;
	return ready(store, &attempts->failure);
}

static gboolean write_done(const Attempts *attempts, GError **error)
{
	if (!attempts->ok)
		g_propagate_error(error, attempts->failure);
	return attempts->ok;
}

/* A reader has nothing to do again as a whole: ERROR_TRANSIENT would mean nothing to it. */
static gboolean read_done(const Attempts *attempts, GError **error)
{
	if (g_error_matches(attempts->failure, CHRONOLOGER_ERROR, ERROR_TRANSIENT))
		attempts->failure->code = ERROR_STORAGE;
	return write_done(attempts, error);
}

/* What a server has to say of a statement that holds a query expression is about that: 1690, a number
 * out of range; 3141, a text that is no JSON. */
static gboolean filtered_done(const Attempts *attempts, const Filter *filter, GError **error)
{
	GError *failure = attempts->failure;
	if (filter->query != NULL && g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_INTERNAL)) {
		failure->code = ERROR_QUERY;
		g_prefix_error(&failure, QUERY_INVALID ": ");
	}
	return read_done(attempts, error);
}

/* Writing -------------------------------------------------------------------------------------- */

static gboolean transaction_gone(GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_INTERNAL, "There is no transaction");
	return FALSE;
}

static StoreLink link_of(const Store *store)
{
	return (StoreLink){store->config->driver, store->session};
}

static gboolean write_change(Store *store, GError **error)
{
	StoreLink link = link_of(store);
	if (counts_size(store->change) == 0)
		return TRUE;
	gboolean ok = counts_compact_write(&link, store->change, &store->folds_due, error);
	counts_clear(store->change);
	return ok;
}

static gboolean note_change(Store *store, Record *const *records, gsize n, GError **error)
{
	for (gsize i = 0; i < n; i++) {
		const Record *record = records[i];
		counts_add(
			store->change, &record->name, counts_quarter(record->ts), record->level, 1);
		if (counts_size(store->change) >= CHANGE_PAGES && !write_change(store, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean begin(Store *store, GError **error)
{
	store->in_transaction = store->config->driver->begin(store->session, error);
	return store->in_transaction;
}

static gboolean insert(Store *store, Record *const *records, gsize n, GError **error)
{
	return store->config->driver->insert(store->session, records, n, error) &&
	       note_change(store, records, n, error);
}

static gboolean commit(Store *store, GError **error)
{
	if (!write_change(store, error) || !store->config->driver->commit(store->session, error))
		return FALSE;
	store->in_transaction = FALSE;
	return TRUE;
}

static gboolean insert_alone(Store *store, Record *const *records, gsize n, GError **error)
{
	if (begin(store, error) && insert(store, records, n, error) && commit(store, error))
		return TRUE;
	store_rollback(store);
	return FALSE;
}

gboolean store_insert(Store *store, Record *const *records, gsize n, GError **error)
{
	Attempts attempts = first_attempt();
	if (n == 0)
		return TRUE;
	if (store->in_transaction) {
		gboolean ok = insert(store, records, n, error);
		if (!ok)
			store_rollback(store);
		return ok;
	}
	while (attempt(store, &attempts))
		attempts.ok = insert_alone(store, records, n, &attempts.failure);
	return write_done(&attempts, error);
}

gboolean store_begin(Store *store, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts))
		attempts.ok = begin(store, &attempts.failure);
	return write_done(&attempts, error);
}

gboolean store_commit(Store *store, GError **error)
{
	const StoreDriver *driver = store->config->driver;
	if (!store->in_transaction)
		return transaction_gone(error);
	if (!driver->usable(store->session)) {
		disconnect(store);
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT,
			"The database closed the connection before the transaction was committed");
		return FALSE;
	}
	gboolean ok = commit(store, error);
	if (!ok)
		store_rollback(store);
	return ok;
}

void store_rollback(Store *store)
{
	if (!store->in_transaction)
		return;
	store->in_transaction = FALSE;
	counts_clear(store->change);
	store->config->driver->rollback(store->session);
}

gboolean store_compact_once(Store *store)
{
	g_autoptr(GError) error = NULL;
	guint n;
	if (ready(store, &error)) {
		StoreLink link = link_of(store);
		if (counts_compact(&link, &n, &error))
			return TRUE;
	}
	if (!g_error_matches(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT))
		g_warning("Count tables: %s", error->message);
	return FALSE;
}

void store_compact(Store *store)
{
	if (store->in_transaction || !store->session || store->session->lost)
		return;
	while (store->folds_due > 0 && store_compact_once(store))
		store->folds_due--;
	store->folds_due = 0;
}

guint store_compact_hand_over(Store *store)
{
	guint due = store->folds_due;
	if (store->config->driver->takes_turns)
		return 0;
	store->folds_due = 0;
	return due;
}

gboolean store_check_size(Store *store, const Record *record, GError **error)
{
	/* A connection that is gone still knows its limits: asking whether it is costs a system call. */
	return (store->session || ready(store, error)) &&
	       store->config->driver->check_size(store->session, record, error);
}

/* Reading -------------------------------------------------------------------------------------- */

gboolean store_ping(Store *store, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts))
		attempts.ok =
			check_version(store->config->driver, store->session, &attempts.failure);
	return read_done(&attempts, error);
}

gboolean store_count(Store *store, const Filter *filter, guint64 *count, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		attempts.ok = counts_read_count(&link, filter, count, &attempts.failure);
	}
	return filtered_done(&attempts, filter, error);
}

GArray *store_sums(Store *store, const Filter *filter, guint step, GError **error)
{
	g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(StoreSum));
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		g_array_set_size(sums, 0);
		attempts.ok = counts_read_sums(&link, filter, step, sums, &attempts.failure);
	}
	return filtered_done(&attempts, filter, error) ? g_steal_pointer(&sums) : NULL;
}

/* A caller's row function, and whether it has seen a row. */
typedef struct {
	StoreRecordFunc record;
	StoreNameFunc name;
	gpointer data;
	gboolean *seen;
} Rows;

static gboolean pass_record(const Record *record, gpointer data, GError **error)
{
	Rows *rows = data;
	*rows->seen = TRUE;
	return rows->record(record, rows->data, error);
}

static gboolean pass_name(const Text *name, guint64 count, gpointer data, GError **error)
{
	Rows *rows = data;
	*rows->seen = TRUE;
	return rows->name(name, count, rows->data, error);
}

gboolean store_range(
	Store *store, const StoreRange *range, StoreRecordFunc row, gpointer data, GError **error)
{
	Attempts attempts = first_attempt();
	Rows rows = {.record = row, .data = data, .seen = &attempts.seen};
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		attempts.ok =
			counts_seek_range(&link, range, pass_record, &rows, &attempts.failure);
	}
	return filtered_done(&attempts, range->filter, error);
}

gboolean store_names(
	Store *store, const Filter *filter, StoreNameFunc row, gpointer data, GError **error)
{
	Attempts attempts = first_attempt();
	Rows rows = {.name = row, .data = data, .seen = &attempts.seen};
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		attempts.ok = counts_read_names(&link, filter, pass_name, &rows, &attempts.failure);
	}
	return filtered_done(&attempts, filter, error);
}

static gboolean keep_record(const Record *record, gpointer data, GError **error)
{
	(void)error;
	*(Record **)data = record_copy(record);
	return TRUE;
}

Record *store_get(Store *store, guint64 id, GError **error)
{
	g_autoptr(Record) record = NULL;
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		g_clear_pointer(&record, record_free);
		StoreLink link = link_of(store);
		attempts.ok = store_read_get(&link, id, keep_record, &record, &attempts.failure);
	}
	if (!read_done(&attempts, error))
		return NULL;
	if (record == NULL)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND,
			"There is no record %" G_GUINT64_FORMAT, id);
	return g_steal_pointer(&record);
}

gboolean store_newest_id(Store *store, guint64 *id, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		attempts.ok = store_read_newest_id(&link, id, &attempts.failure);
	}
	return read_done(&attempts, error);
}

GArray *store_ids(Store *store, const StoreIds *ids, guint limit, GError **error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(guint64));
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		g_array_set_size(found, 0);
		StoreLink link = link_of(store);
		attempts.ok = store_read_ids(&link, ids, limit, found, &attempts.failure);
	}
	return read_done(&attempts, error) ? g_steal_pointer(&found) : NULL;
}

gboolean store_arrivals(Store *store, const StoreArrivals *arrivals, StoreRecordFunc row,
	gpointer data, GError **error)
{
	Attempts attempts = first_attempt();
	Rows rows = {.record = row, .data = data, .seen = &attempts.seen};
	while (attempt(store, &attempts)) {
		StoreLink link = link_of(store);
		attempts.ok =
			store_read_arrivals(&link, arrivals, pass_record, &rows, &attempts.failure);
	}
	return filtered_done(&attempts, arrivals->filter, error);
}

/* Counting anew, deleting ---------------------------------------------------------------------- */

gboolean store_recount(
	Store *store, StoreRecount what, StoreDayFunc day, gpointer data, GError **error)
{
	if (!ready(store, error))
		return FALSE;
	StoreLink link = link_of(store);
	return counts_recount(&link, what, day, data, error);
}

#define OLDEST                                                                                     \
	"SELECT record_id, ts, level, name FROM record WHERE ts < ?"                               \
	" ORDER BY ts, record_id LIMIT ?"

typedef struct {
	Sql *removal;
	guint n;
	Counts *change;
} Oldest;

static gboolean row_oldest(const StoreRow *row, gpointer data, GError **error)
{
	Oldest *oldest = data;
	(void)error;
	sql_add(oldest->removal, oldest->n++ ? ", ?" : "?");
	sql_bind_integer(oldest->removal, row->integers[0]);
	counts_add(oldest->change, &row->texts[3], counts_quarter(row->integers[1]),
		(guint)row->integers[2], -1);
	return TRUE;
}

static gboolean delete_oldest(Store *store, gint64 before, guint n, Oldest *oldest, GError **error)
{
	const StoreDriver *driver = store->config->driver;
	g_autoptr(Sql) sql = sql_new(OLDEST);
	sql_bind_ts(sql, before);
	sql_bind_integer(sql, n);
	if (!driver->read(store->session, sql, "itix", row_oldest, oldest, error))
		return FALSE;
	sql_add(oldest->removal, ")");
	return oldest->n == 0 || driver->write(store->session, oldest->removal, NULL, error);
}

/* The lock of the count tables keeps others from deleting the same ones. */
gboolean store_delete(Store *store, gint64 before, guint n, guint64 *deleted, GError **error)
{
	g_autoptr(Sql) removal = sql_new("DELETE FROM record WHERE record_id IN (");
	Oldest oldest = {.removal = removal, .change = store->change};
	gboolean is_locked = FALSE;
	if (!ready(store, error) ||
		!store->config->driver->lock_counts(store->session, TRUE, &is_locked, error))
		return FALSE;
	store->in_transaction = TRUE;
	if (!delete_oldest(store, before, n, &oldest, error) || !commit(store, error)) {
		store_rollback(store);
		return FALSE;
	}
	*deleted = oldest.n;
	store_compact(store);
	return TRUE;
}

/* Migrating ------------------------------------------------------------------------------------ */

gboolean store_migrate_begin(Store *store, gboolean *created, GError **error)
{
	return ready(store, error) && store->config->driver->lock(store->session, created, error);
}

gboolean store_migrate_end(Store *store, GError **error)
{
	return store->config->driver->unlock(store->session, error);
}

gboolean store_migrate_version(Store *store, guint *version, GError **error)
{
	return ready(store, error) &&
	       store->config->driver->version(store->session, version, error);
}

static gboolean note_version(Store *store, guint version, const char *name, GError **error)
{
	g_autoptr(Sql) sql = sql_new("REPLACE INTO chronologer_migration VALUES (?, ?, ");
	sql_add(sql, store->config->driver->now);
	sql_add(sql, ")");
	sql_bind_integer(sql, version);
	sql_bind_text(sql, name, strlen(name));
	return store->config->driver->write(store->session, sql, NULL, error);
}

gboolean store_migrate_apply(
	Store *store, guint version, const char *name, char *const *statements, GError **error)
{
	for (char *const *statement = statements; *statement != NULL; statement++)
		if (!store->config->driver->execute(store->session, *statement, error))
			return FALSE;
	return note_version(store, version, name, error);
}

gboolean store_execute(Store *store, const char *statement, GError **error)
{
	return ready(store, error) &&
	       store->config->driver->execute(store->session, statement, error);
}
