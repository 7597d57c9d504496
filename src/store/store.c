/* The storage contract's front: connecting and connecting again, the schema check, doing once more what
 * may be done once more. The databases are behind StoreDriver. */
#include <string.h>
#include "base/error.h"
#include "store/counts/compact.h"
#include "store/counts/read.h"
#include "store/counts/seek.h"
#include "store/delete.h"
#include "store/outcome.h"
#include "store/read.h"

struct store {
	StoreConfig *config;
	StoreMode mode;
	StoreLink link; /* its session is NULL until it is needed, and after it was lost */
	gboolean in_transaction;
	Counts *change;      /* by this transaction, as far as it is not written yet */
	guint due;           /* how many times store_compact() has to do something */
	Record *witness;     /* of a transaction over several calls: a copy of its first record */
	gboolean is_settled; /* what became of a COMMIT has taken its time */
	OutcomeUndone undone;
};

/* Who tries for so many microseconds to connect and can not tries in vain. */
#define HANGS (G_USEC_PER_SEC / 2)

/* Microseconds between two looks at what became of a COMMIT. */
#define SETTLE_PAUSE (G_USEC_PER_SEC / 10)

/* As much of a transaction's changes to the counts is kept in memory: some hundred KiB. */
#define CHANGE_PAGES 1024

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
	const StoreDriver *driver = store->link.driver;
	StoreSession *session = driver->open(&store->config->target, store->mode, error);
	if (!session)
		return FALSE;
	if (store->mode != STORE_ADMIN && !check_version(driver, session, error)) {
		driver->close(session);
		return FALSE;
	}
	store->link.session = session;
	return TRUE;
}

static gboolean connect_store(Store *store, GError **error)
{
	StoreBackoff *backoff = &store->config->backoff;
	GError *failure = NULL;
	if (!store_backoff_may_try(backoff, error))
		return FALSE;
	gboolean ok = open_session(store, &failure);
	/* A server that answers is not away, whatever else is wrong: the schema may change any time. */
	gboolean is_away = !ok && failure->code != ERROR_SCHEMA;
	if (is_away)
		failure->code = ERROR_STORAGE;
	store_backoff_note(backoff, is_away ? failure->message : NULL);
	if (!ok)
		g_propagate_error(error, failure);
	return ok;
}

static void disconnect(Store *store)
{
	if (store->link.session)
		store->link.driver->close(store->link.session);
	store->link.session = NULL;
	store->in_transaction = FALSE;
	counts_clear(store->change);
}

/* Makes sure of a connection. What an idle one has lost shows before anything is sent: later nobody
 * could tell whether it was done. */
gboolean store_ready(Store *store, GError **error)
{
	const StoreDriver *driver = store->link.driver;
	if (store->link.session &&
		(store->link.session->lost || !driver->usable(store->link.session)))
		disconnect(store);
	return store->link.session || connect_store(store, error);
}

const StoreLink *store_link(const Store *store)
{
	return &store->link;
}

Store *store_new(StoreConfig *config, StoreMode mode)
{
	Store *store = g_new0(Store, 1);
	store->config = config;
	store->link.driver = config->driver;
	store->link.deadline = config->target.deadline;
	store->mode = mode;
	store->change = counts_new();
	return store;
}

void store_free(Store *store)
{
	if (!store)
		return;
	store_rollback(store);
	disconnect(store);
	counts_free(store->change);
	record_free(store->witness);
	outcome_forget(&store->undone);
	g_free(store);
}

/* Doing it again ------------------------------------------------------------------------------- */

/* One call of the contract outside a transaction: done again where it failed, nothing was written, and
 * the caller has seen nothing of it. */
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

/* FALSE also after a server has hung: for as long as a read may take, or a write nearly. */
static gboolean may_repeat(const Store *store, const Attempts *attempts)
{
	const StoreTarget *target = &store->config->target;
	gint64 took = (g_get_monotonic_time() - attempts->begun) / 1000;
	gboolean is_short = store->mode == STORE_WRITE && !target->dsn->others->len &&
			    !store->link.driver->takes_turns;
	return attempts->done < STORE_TRIES && !attempts->ok && !attempts->seen &&
	       took <= (is_short ? target->timeout / 2 : target->deadline) &&
	       error_is_transient(attempts->failure);
}

/* The condition of the loop around a call; makes sure of the connection. */
static gboolean attempt(Store *store, Attempts *attempts)
{
	if (attempts->done > 0 && !may_repeat(store, attempts))
		return FALSE;
	attempts->done++;
	g_clear_error(&attempts->failure);
	attempts->ok = FALSE;
	return store_ready(store, &attempts->failure);
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
	if (error_is_transient(attempts->failure))
		attempts->failure->code = ERROR_STORAGE;
	return write_done(attempts, error);
}

/* What a server has to say of a statement that holds a query expression is about that: 1690, a number
 * out of range; 3141, a text that is no JSON. */
static gboolean filtered_done(const Attempts *attempts, const Filter *filter, GError **error)
{
	GError *failure = attempts->failure;
	if (filter->query && g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_INTERNAL)) {
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

static gboolean write_change(Store *store, GError **error)
{
	if (counts_size(store->change) == 0)
		return TRUE;
	gboolean ok = counts_compact_write(&store->link, store->change, &store->due, error);
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
	store->in_transaction = store->link.driver->begin(store->link.session, error);
	return store->in_transaction;
}

static gboolean check_sizes(Store *store, Record *const *records, gsize n, GError **error)
{
	for (gsize i = 0; i < n; i++)
		if (!store->link.driver->check_size(store->link.session, records[i], error))
			return FALSE;
	return TRUE;
}

static gboolean insert(Store *store, Record *const *records, gsize n, GError **error)
{
	if (!check_sizes(store, records, n, error))
		return FALSE;
	gboolean is_again = !store->witness && outcome_is_undone(&store->undone, records[0]);
	return (is_again ? outcome_insert(&store->link, &store->undone, records, n, error)
			 : store->link.driver->insert(store->link.session, records, n, error)) &&
	       note_change(store, records, n, error);
}

static gboolean commit(Store *store, GError **error)
{
	if (!write_change(store, error) || !store->link.driver->commit(store->link.session, error))
		return FALSE;
	store->in_transaction = FALSE;
	return TRUE;
}

/* COMMIT without an answer --------------------------------------------------------------------- */

static gboolean look(Store *store, const Record *witness, Outcome *outcome)
{
	gint64 begun = g_get_monotonic_time(), tried = begun;
	while (!store_ready(store, NULL) || !outcome_find(&store->link, witness, outcome, NULL)) {
		gint64 now = g_get_monotonic_time();
		gboolean hangs = !store->link.session && now - tried > HANGS;
		if (hangs || now - begun > (gint64)store->config->target.deadline * 1000)
			return FALSE;
		g_usleep(SETTLE_PAUSE);
		tried = g_get_monotonic_time();
	}
	return TRUE;
}

/* Finds out what became of a transaction. TRUE: it is committed. ERROR_TRANSIENT: it is not. Where the
 * database hangs, or stays away for longer than a read may take, nobody knows, and the error stays as it
 * is. */
static gboolean settle(Store *store, const Record *witness, GError **error)
{
	Outcome outcome;
	StoreMode mode = store->mode;
	store->mode = STORE_PROBE; /* somebody has waited for long enough already */
	gboolean ok = look(store, witness, &outcome);
	disconnect(store);
	store->mode = mode;
	if (!ok)
		return FALSE;
	g_clear_error(error);
	outcome_note(&store->undone, witness, outcome);
	/* Where one writes at a time that transaction is over, and its ids are the next one's. */
	if (store->link.driver->takes_turns)
		outcome_forget(&store->undone);
	if (outcome == OUTCOME_COMMITTED)
		return TRUE;
	store->is_settled = TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT,
		"The database has not stored what it did not answer");
	return FALSE;
}

static gboolean is_unknown(const GError *error)
{
	return g_error_matches(error, CHRONOLOGER_ERROR, ERROR_UNKNOWN);
}

/* For who asks whether the database works. One that could not be reached is known otherwise. */
static gboolean note_write(Store *store, gboolean ok, const GError *failure)
{
	StoreBackoff *backoff = &store->config->backoff;
	if (ok)
		store_backoff_note_write(backoff, NULL);
	else if (store->link.session && g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_STORAGE))
		store_backoff_note_write(backoff, failure->message);
	return ok;
}

/* A server that hangs is left alone as one that can not be reached: who comes next does not wait too. */
static void note_hang(Store *store, const Attempts *attempts)
{
	gint64 took = g_get_monotonic_time() - attempts->begun;
	if (!attempts->ok && !store->config->target.dsn->others->len &&
		took > store->config->target.timeout * 500 && store->link.session &&
		store->link.session->lost)
		store_backoff_note(&store->config->backoff, attempts->failure->message);
}

static gboolean insert_alone(Store *store, Record *const *records, gsize n, GError **error)
{
	if (begin(store, error) && insert(store, records, n, error) && commit(store, error))
		return TRUE;
	store_rollback(store);
	note_write(store, FALSE, *error);
	return is_unknown(*error) && settle(store, records[0], error);
}

gboolean store_insert(Store *store, Record *const *records, gsize n, GError **error)
{
	Attempts attempts = first_attempt();
	if (n == 0)
		return TRUE;
	if (store->in_transaction) {
		GError *failure = NULL;
		gboolean ok = insert(store, records, n, &failure);
		if (!ok) {
			note_write(store, FALSE, failure);
			store_rollback(store);
			if (is_unknown(failure))
				outcome_forget(&store->undone);
			g_propagate_error(error, failure);
		} else if (!store->witness)
			store->witness = outcome_witness(records[0]);
		return ok;
	}
	g_clear_pointer(&store->witness, record_free);
	while (attempt(store, &attempts)) {
		attempts.ok = insert_alone(store, records, n, &attempts.failure);
		if (store->is_settled) /* it answers again */
			attempts.begun = g_get_monotonic_time();
		store->is_settled = FALSE;
	}
	outcome_forget(&store->undone);
	note_hang(store, &attempts);
	if (attempts.ok)
		note_write(store, TRUE, NULL);
	return write_done(&attempts, error);
}

gboolean store_begin(Store *store, GError **error)
{
	Attempts attempts = first_attempt();
	g_clear_pointer(&store->witness, record_free);
	while (attempt(store, &attempts))
		attempts.ok = begin(store, &attempts.failure);
	return write_done(&attempts, error);
}

gboolean store_commit(Store *store, GError **error)
{
	const StoreDriver *driver = store->link.driver;
	if (!store->in_transaction)
		return transaction_gone(error);
	if (!driver->usable(store->link.session)) {
		disconnect(store);
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT,
			"The database closed the connection before the transaction was committed");
		return FALSE;
	}
	GError *failure = NULL;
	gboolean ok = commit(store, &failure);
	if (!ok)
		store_rollback(store);
	note_write(store, ok, failure);
	if (store->witness && is_unknown(failure))
		ok = settle(store, store->witness, &failure);
	if (ok)
		outcome_forget(&store->undone);
	else
		g_propagate_error(error, failure);
	return ok;
}

void store_rollback(Store *store)
{
	if (!store->in_transaction)
		return;
	store->in_transaction = FALSE;
	counts_clear(store->change);
	store->link.driver->rollback(store->link.session);
}

gboolean store_compact_once(Store *store)
{
	g_autoptr(GError) error = NULL;
	guint n;
	if (store_ready(store, &error)) {
		if (counts_compact(&store->link, &n, &error))
			return TRUE;
	}
	if (!error_is_transient(error))
		g_warning("Count tables: %s", error->message);
	return FALSE;
}

void store_compact(Store *store)
{
	if (store->in_transaction || !store->link.session || store->link.session->lost)
		return;
	while (store->due > 0 && store_compact_once(store))
		store->due--;
	store->due = 0;
}

guint store_compact_hand_over(Store *store)
{
	guint due = store->due;
	if (store->link.driver->takes_turns)
		return 0;
	store->due = 0;
	return due;
}

gboolean store_check_size(Store *store, const Record *record, GError **error)
{
	/* A connection that is gone still knows its limits: asking whether it is costs a system call. */
	return (store->link.session || store_ready(store, error)) &&
	       store->link.driver->check_size(store->link.session, record, error);
}

/* Reading -------------------------------------------------------------------------------------- */

gboolean store_ping(Store *store, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts))
		attempts.ok =
			check_version(store->link.driver, store->link.session, &attempts.failure);
	return read_done(&attempts, error);
}

gboolean store_count(Store *store, const Filter *filter, guint64 *count, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts))
		attempts.ok = counts_read_count(&store->link, filter, count, &attempts.failure);
	return filtered_done(&attempts, filter, error);
}

GArray *store_sums(Store *store, const Filter *filter, guint step, GError **error)
{
	g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(StoreSum));
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		g_array_set_size(sums, 0);
		attempts.ok = counts_read_sums(&store->link, filter, step, sums, &attempts.failure);
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
	while (attempt(store, &attempts))
		attempts.ok = counts_seek_range(
			&store->link, range, pass_record, &rows, &attempts.failure);
	return filtered_done(&attempts, range->filter, error);
}

gboolean store_names(
	Store *store, const Filter *filter, StoreNameFunc row, gpointer data, GError **error)
{
	Attempts attempts = first_attempt();
	Rows rows = {.name = row, .data = data, .seen = &attempts.seen};
	while (attempt(store, &attempts))
		attempts.ok = counts_read_names(
			&store->link, filter, pass_name, &rows, &attempts.failure);
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
		attempts.ok =
			store_read_get(&store->link, id, keep_record, &record, &attempts.failure);
	}
	if (!read_done(&attempts, error))
		return NULL;
	if (!record)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND,
			"There is no record %" G_GUINT64_FORMAT, id);
	return g_steal_pointer(&record);
}

gboolean store_newest_id(Store *store, guint64 *id, GError **error)
{
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts))
		attempts.ok = store_read_newest_id(&store->link, id, &attempts.failure);
	return read_done(&attempts, error);
}

GArray *store_ids(Store *store, const StoreIds *ids, guint limit, GError **error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(guint64));
	Attempts attempts = first_attempt();
	while (attempt(store, &attempts)) {
		g_array_set_size(found, 0);
		attempts.ok = store_read_ids(&store->link, ids, limit, found, &attempts.failure);
	}
	return read_done(&attempts, error) ? g_steal_pointer(&found) : NULL;
}

gboolean store_arrivals(Store *store, const StoreArrivals *arrivals, StoreRecordFunc row,
	gpointer data, GError **error)
{
	Attempts attempts = first_attempt();
	Rows rows = {.record = row, .data = data, .seen = &attempts.seen};
	while (attempt(store, &attempts))
		attempts.ok = store_read_arrivals(
			&store->link, arrivals, pass_record, &rows, &attempts.failure);
	return filtered_done(&attempts, arrivals->filter, error);
}

/* Deleting ---------------------------------------------------------------------- */

/* The lock of the count tables keeps others from deleting the same ones. */
gboolean store_delete(Store *store, gint64 before, guint n, guint64 *deleted, GError **error)
{
	gboolean is_locked = FALSE;
	if (!store_ready(store, error) ||
		!store->link.driver->lock_counts(store->link.session, TRUE, &is_locked, error))
		return FALSE;
	store->in_transaction = TRUE;
	if (!store_delete_oldest(&store->link, before, &n, store->change, error) ||
		!commit(store, error)) {
		store_rollback(store);
		return FALSE;
	}
	*deleted = n;
	store_compact(store);
	return TRUE;
}
