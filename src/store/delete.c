/* Deleting records: they are read first, as the counts have to know what they were. */
#include "store/delete.h"

#define OLDEST                                                                                     \
	"SELECT record_id, ts, level, name FROM record WHERE ts < ?"                               \
	" ORDER BY ts, record_id LIMIT ?"
#define DELETE "DELETE FROM record WHERE record_id IN ("

typedef struct {
	Sql *removal;
	Counts *change;
} Oldest;

static gboolean row_oldest(const StoreRow *row, gpointer data, GError **error)
{
	const Oldest *oldest = data;
	(void)error;
	sql_add(oldest->removal, oldest->removal->values->len > 0 ? ", ?" : "?");
	sql_bind_integer(oldest->removal, row->integers[0]);
	counts_add(oldest->change, &row->texts[3], counts_quarter(row->integers[1]),
		(guint)row->integers[2], -1);
	return TRUE;
}

gboolean store_delete_oldest(
	const StoreLink *link, gint64 before, guint *n, Counts *change, GError **error)
{
	g_autoptr(Sql) sql = sql_new(OLDEST);
	g_autoptr(Sql) removal = sql_new(DELETE);
	Oldest oldest = {removal, change};
	sql_bind_ts(sql, before);
	sql_bind_integer(sql, *n);
	if (!link->driver->read(link->session, sql, "itix", row_oldest, &oldest, error))
		return FALSE;
	*n = removal->values->len;
	sql_add(removal, ")");
	return *n == 0 || link->driver->write(link->session, removal, NULL, error);
}
