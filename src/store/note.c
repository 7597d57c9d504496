/* Notes of what requests with an Idempotency-Key were answered. */
#include "store/note.h"

#include <string.h>

#include "base/error.h"
#include "store/read.h"

#define PURGED 1000 /* in a transaction */
#define OLD                                                                                        \
	"SELECT note_key FROM idempotency WHERE noted < ? ORDER BY noted LIMIT " G_STRINGIFY(PURGED)

void store_note_init(StoreNote *note)
{
	*note = (StoreNote){.ids = g_string_new(NULL), .errors = g_string_new(NULL)};
}

void store_note_clear(StoreNote *note)
{
	if (!note->ids)
		return;
	g_string_free(note->ids, TRUE);
	g_string_free(note->errors, TRUE);
}

void store_note_reset(StoreNote *note)
{
	note->status = 0;
	g_string_truncate(note->ids, 0);
	g_string_truncate(note->errors, 0);
}

static void bind_digest(Sql *sql, const guint8 *digest)
{
	sql_bind_bytes(sql, (const char *)digest, STORE_DIGEST);
}

static gboolean write_sql(Store *store, const Sql *sql, GError **error)
{
	const StoreLink *link = store_link(store);
	if (link->driver->write(link->session, sql, NULL, error))
		return TRUE;
	store_rollback(store);
	return FALSE;
}

/* Waits for another transaction with this key, and changes nothing where that has been committed. */
static gboolean claim(Store *store, const StoreNote *note, GError **error)
{
	g_autoptr(Sql) sql = sql_new(store_link(store)->driver->insert_new);
	sql_add(sql, " idempotency VALUES (?, ?, ?, 0, x'', x'')");
	bind_digest(sql, note->key);
	bind_digest(sql, note->request);
	sql_bind_ts(sql, g_get_real_time());
	return write_sql(store, sql, error);
}

typedef struct {
	StoreNote *note;
	gboolean found;
} Found;

static gboolean row_note(const StoreRow *row, gpointer data, GError **error)
{
	Found *found = data;
	StoreNote *note = found->note;
	const Text *request = &row->texts[1];
	(void)error;
	found->found = TRUE;
	note->status = (guint)row->integers[0];
	note->is_same = request->length == STORE_DIGEST &&
			!memcmp(request->data, note->request, STORE_DIGEST);
	g_string_append_len(note->ids, row->texts[2].data, (gssize)row->texts[2].length);
	g_string_append_len(note->errors, row->texts[3].data, (gssize)row->texts[3].length);
	return TRUE;
}

/* The transaction's own note has status 0; an old one is not found. This is the first statement that
 * reads: it sees what was committed while claim() waited. */
static gboolean find(Store *store, Found *found, gint64 since, GError **error)
{
	const StoreLink *link = store_link(store);
	g_autoptr(Sql) sql = sql_new("SELECT status, request, ids, errors FROM idempotency"
				     " WHERE note_key = ? AND noted >= ?");
	bind_digest(sql, found->note->key);
	sql_bind_ts(sql, since);
	if (link->driver->read(link->session, sql, "ixxx", row_note, found, error))
		return TRUE;
	store_rollback(store);
	return FALSE;
}

static gboolean forget(Store *store, const StoreNote *note, GError **error)
{
	g_autoptr(Sql) sql = sql_new("DELETE FROM idempotency WHERE note_key = ?");
	bind_digest(sql, note->key);
	return write_sql(store, sql, error);
}

gboolean store_note_begin(Store *store, StoreNote *note, gint64 since, GError **error)
{
	Found found = {.note = note};
	store_note_reset(note);
	if (!store_begin(store, error) || !claim(store, note, error) ||
		!find(store, &found, since, error))
		return FALSE;
	if (!found.found)
		return forget(store, note, error) && claim(store, note, error);
	if (note->status)
		store_rollback(store);
	return TRUE;
}

gboolean store_note_write(Store *store, const StoreNote *note, GError **error)
{
	g_autoptr(Sql) sql = sql_new(
		"UPDATE idempotency SET status = ?, ids = ?, errors = ? WHERE note_key = ?");
	sql_bind_integer(sql, note->status);
	sql_bind_bytes(sql, note->ids->str, note->ids->len);
	sql_bind_bytes(sql, note->errors->str, note->errors->len);
	bind_digest(sql, note->key);
	return write_sql(store, sql, error);
}

static gboolean purge(Store *store, gint64 before, guint64 *n, GError **error)
{
	g_autoptr(Sql) count = sql_new("SELECT COUNT(*) FROM (" OLD ") AS old");
	/* MySQL has no LIMIT in a subquery of IN, but in one of that. */
	g_autoptr(Sql) sql = sql_new("DELETE FROM idempotency WHERE note_key IN"
				     " (SELECT note_key FROM (" OLD ") AS old)");
	sql_bind_ts(count, before);
	sql_bind_ts(sql, before);
	if (!store_read_number(store_link(store), count, n, error)) {
		store_rollback(store);
		return FALSE;
	}
	return !*n || write_sql(store, sql, error);
}

gboolean store_note_purge(Store *store, gint64 before, gboolean *more, GError **error)
{
	guint64 n = 0;
	gboolean ok = store_begin(store, error) && purge(store, before, &n, error) &&
		      store_commit(store, error);
	*more = ok && n == PURGED;
	return ok;
}

/* Ids ------------------------------------------------------------------------------------------ */

void store_id_list_end(StoreIdList *list)
{
	if (!list->n)
		return;
	g_string_append_printf(
		list->text, "%s%" G_GUINT64_FORMAT, list->text->len ? " " : "", list->first);
	if (list->n > 1)
		g_string_append_printf(list->text, "-%" G_GUINT64_FORMAT, list->last);
	if (list->n > 1 && list->step > 1)
		g_string_append_printf(list->text, "/%" G_GUINT64_FORMAT, list->step);
	list->n = 0;
}

void store_id_list_add(StoreIdList *list, guint64 id)
{
	if (list->n == 1 && id > list->first)
		list->step = id - list->first;
	else if (list->n && (list->n == 1 || id != list->last + list->step))
		store_id_list_end(list);
	if (!list->n)
		list->first = id;
	list->last = id;
	list->n++;
}

/* Reads a number, if there is one behind `mark`. */
static guint64 read_behind(char **at, char mark, guint64 otherwise)
{
	return **at == mark ? g_ascii_strtoull(*at + 1, at, 10) : otherwise;
}

gboolean store_id_list_read(const GString *text, StoreIdFunc id, gpointer data, GError **error)
{
	for (const char *at = text->str; *at;) {
		char *end;
		guint64 first = g_ascii_strtoull(at, &end, 10);
		guint64 last = read_behind(&end, '-', first);
		guint64 step = read_behind(&end, '/', 1);
		for (guint64 each = first; step && each <= last; each += step)
			if (!id(each, data, error))
				return FALSE;
		at = end + strspn(end, " ");
		if (at == end && *at)
			break;
	}
	return TRUE;
}
