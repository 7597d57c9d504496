/* The tail: which ids are there now and were not before, then the records of those that match.
 *
 * The ids are read first, by themselves: they say what was seen, whether it matches or not. What becomes
 * visible between that and reading the records is left for the next call. */
#include "store/tail.h"

/* Ids that are read in one statement though some between them were seen before. */
#define SPAN_HOLE 256

static guint64 id_at(const GArray *ids, guint i)
{
	return g_array_index(ids, guint64, i);
}

/* Which ids -------------------------------------------------------------------------------------- */

/* Appends those that are there, as many as a call may still look at. */
static gboolean find_ids(Store *store, const StoreIds *wanted, GArray *ids, GError **error)
{
	if (ids->len == TAIL_LOOK)
		return TRUE;
	g_autoptr(GArray) found = store_ids(store, wanted, TAIL_LOOK - ids->len, error);
	if (!found)
		return FALSE;
	g_array_append_vals(ids, found->data, found->len);
	return TRUE;
}

static gboolean find_late(Store *store, const TailCursor *cursor, GArray *ids, GError **error)
{
	for (guint i = 0; i < cursor->runs->len; i++) {
		const TailRun *run = &g_array_index(cursor->runs, TailRun, i);
		StoreIds wanted = {run->first, tail_run_last(run), run->period, run->length};
		if (!find_ids(store, &wanted, ids, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean find_new(Store *store, const TailCursor *cursor, GArray *ids, GError **error)
{
	StoreIds wanted = {cursor->seen + 1, G_MAXINT64, 1, 1};
	return find_ids(store, &wanted, ids, error);
}

/* Their records ---------------------------------------------------------------------------------- */

typedef struct {
	StoreRecordFunc row;
	gpointer data;
	const GArray *ids;
	guint at;    /* in `ids`: the first that is not below the last row */
	guint left;  /* records that may be passed on */
	guint rows;  /* of this statement */
	guint asked; /* of this statement: one more than `left` was at its beginning */
	guint64 end; /* ids from this one on are for the next call */
} Passing;

static gboolean pass_row(const Record *record, gpointer data, GError **error)
{
	Passing *passing = data;
	if (++passing->rows == passing->asked) {
		passing->end = record->id;
		return TRUE;
	}
	while (passing->at < passing->ids->len && id_at(passing->ids, passing->at) < record->id)
		passing->at++;
	/* One that was seen before, or has become visible since the ids were read. */
	if (passing->at == passing->ids->len || id_at(passing->ids, passing->at) != record->id)
		return TRUE;
	passing->left--;
	return passing->row(record, passing->data, error);
}

/* Ids from index `i` on that stand close together: the index behind them. */
static guint span_end(const GArray *ids, guint i)
{
	do
		i++;
	while (i < ids->len && id_at(ids, i) - id_at(ids, i - 1) <= SPAN_HOLE);
	return i;
}

/* The statement has given as many rows as it was asked for. Where some of them had been seen before, it
 * goes on with the last one: the index of the first id from there. */
static guint resume(Passing *passing, guint i)
{
	while (i < passing->ids->len && id_at(passing->ids, i) < passing->end)
		i++;
	if (passing->left > 0)
		passing->end = G_MAXUINT64;
	return i;
}

static gboolean pass_all(Store *store, const Tail *tail, Passing *passing, GError **error)
{
	const GArray *ids = passing->ids;
	for (guint i = 0; i < ids->len && passing->end == G_MAXUINT64;) {
		guint end = span_end(ids, i);
		passing->rows = 0;
		passing->asked = passing->left + 1;
		StoreArrivals arrivals = {tail->filter, id_at(ids, i), id_at(ids, end - 1),
			passing->asked, tail->with_logrec};
		if (!store_arrivals(store, &arrivals, pass_row, passing, error))
			return FALSE;
		i = passing->rows < passing->asked ? end : resume(passing, i);
	}
	return TRUE;
}

/* The tail --------------------------------------------------------------------------------------- */

/* How many of the ids are below `end`. */
static guint count_below(const GArray *ids, guint64 end)
{
	guint n = ids->len;
	while (n > 0 && id_at(ids, n - 1) >= end)
		n--;
	return n;
}

gboolean tail_read(Store *store, Tail *tail, StoreRecordFunc row, gpointer data, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	Passing passing = {
		.row = row, .data = data, .ids = ids, .left = tail->limit, .end = G_MAXUINT64};
	if (!find_late(store, tail->cursor, ids, error) ||
		!find_new(store, tail->cursor, ids, error) ||
		!pass_all(store, tail, &passing, error))
		return FALSE;
	guint seen = count_below(ids, passing.end);
	tail->more = ids->len == TAIL_LOOK || seen < ids->len;
	tail_cursor_take(tail->cursor, (const guint64 *)(gpointer)ids->data, seen, tail->now);
	tail_cursor_give_up(tail->cursor, tail->now);
	return TRUE;
}

TailCursor *tail_begin(Store *store, gint64 now, GError **error)
{
	guint64 newest;
	if (!store_newest_id(store, &newest, error))
		return NULL;
	guint64 before = newest - MIN(newest, (guint64)TAIL_LOOK);
	StoreIds wanted = {before + 1, newest, 1, 1};
	g_autoptr(GArray) ids = store_ids(store, &wanted, TAIL_LOOK, error);
	if (!ids)
		return NULL;
	g_autoptr(TailCursor) cursor = tail_cursor_new(before);
	tail_cursor_take(cursor, (const guint64 *)(gpointer)ids->data, ids->len, now);
	tail_cursor_give_up(cursor, now);
	return g_steal_pointer(&cursor);
}
