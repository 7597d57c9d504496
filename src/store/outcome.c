/* What became of a transaction whose COMMIT was not answered. */
#include "store/outcome.h"

#include <string.h>

#include "base/error.h"
#include "store/read.h"

/* Bytes of a text that are compared. */
#define HEAD 1024

#define COLUMNS " record (record_id, ts, level, name, message, logrec) VALUES (?, ?, ?, ?, ?, ?)"

static gboolean insert(
	const StoreLink *link, const char *how, const Record *record, guint64 id, GError **error)
{
	g_autoptr(Sql) sql = sql_new(how);
	sql_add(sql, COLUMNS);
	sql_bind_integer(sql, (gint64)id);
	sql_bind_ts(sql, record->ts);
	sql_bind_integer(sql, record->level);
	sql_bind_text(sql, record->name.data, record->name.length);
	sql_bind_text(sql, record->message.data, record->message.length);
	sql_bind_text(sql, record->logrec.data, record->logrec.length);
	return link->driver->write(link->session, sql, NULL, error);
}

Record *outcome_witness(const Record *record)
{
	Record head = *record;
	head.message.length = MIN(head.message.length, HEAD);
	head.logrec.length = 0;
	return record_copy(&head);
}

static gboolean is_text(const Text *a, const Text *b)
{
	gsize length = MIN(a->length, HEAD);
	return length == MIN(b->length, HEAD) && !memcmp(a->data, b->data, length);
}

/* `logrec` may come back otherwise than it was written. */
static gboolean is_same(const Record *a, const Record *b)
{
	return a->ts == b->ts && a->level == b->level && is_text(&a->name, &b->name) &&
	       is_text(&a->message, &b->message);
}

typedef struct {
	const Record *witness, *nobody;
	Outcome outcome;
} Look;

static gboolean row_look(const Record *record, gpointer data, GError **error)
{
	Look *look = data;
	(void)error;
	if (is_same(record, look->nobody))
		look->outcome = OUTCOME_ROLLED_BACK;
	else if (is_same(record, look->witness))
		look->outcome = OUTCOME_COMMITTED;
	return TRUE;
}

gboolean outcome_find(
	const StoreLink *link, const Record *witness, Outcome *outcome, GError **error)
{
	static char none[] = "", empty[] = "{}";
	const Record nobody = {.name = {none, 0}, .message = {none, 0}, .logrec = {empty, 2}};
	Look look = {witness, &nobody, OUTCOME_ID_TAKEN};
	gboolean ok = (!link->driver->catch_up || link->driver->catch_up(link->session, error)) &&
		      link->driver->begin(link->session, error) &&
		      insert(link, link->driver->insert_new, &nobody, witness->id, error) &&
		      store_read_get(link, witness->id, row_look, &look, error);
	link->driver->rollback(link->session);
	*outcome = look.outcome;
	return ok;
}

/* Doing it again ------------------------------------------------------------------------------- */

void outcome_forget(OutcomeUndone *undone)
{
	g_clear_pointer(&undone->witness, record_free);
	undone->is_taken = FALSE;
}

void outcome_note(OutcomeUndone *undone, const Record *witness, Outcome outcome)
{
	gboolean keeps_ids = outcome == OUTCOME_ROLLED_BACK && !undone->is_taken;
	Record *copy = keeps_ids ? outcome_witness(witness) : NULL;
	outcome_forget(undone);
	undone->witness = copy;
}

gboolean outcome_is_undone(const OutcomeUndone *undone, const Record *first)
{
	return undone->witness && is_same(undone->witness, first);
}

gboolean outcome_insert(const StoreLink *link, OutcomeUndone *undone, Record *const *records,
	gsize n, GError **error)
{
	GError *failure = NULL;
	gsize i = 0;
	records[0]->id = undone->witness->id;
	while (i < n && records[i]->id &&
		insert(link, "INSERT INTO", records[i], records[i]->id, &failure))
		i++;
	if (!failure && i < n)
		link->driver->insert(link->session, records + i, n - i, &failure);
	if (!failure)
		return TRUE;
	undone->is_taken |= g_error_matches(failure, CHRONOLOGER_ERROR, ERROR_UNKNOWN);
	g_propagate_error(error, failure);
	return FALSE;
}
