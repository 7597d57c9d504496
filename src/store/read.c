/* Reading records. What the databases differ in is in StoreDriver. */
#include "store/read.h"

#include "base/calendar.h"
#include "store/field.h"

#define COUNT "SELECT COUNT(*) FROM record"
#define SUMS_END " GROUP BY slot, level ORDER BY slot, level"
#define TALLY_END " GROUP BY slot, level, logger"
#define NAMES_END " GROUP BY logger ORDER BY logger"
/* The offset is walked in the index alone; only the rows asked for are looked up in the table. */
#define PAGE "SELECT ts AS page_ts, record_id AS page_id FROM record"
#define PAGE_UNION " UNION ALL " PAGE
#define PAGE_ORDER " ORDER BY page_ts DESC, page_id DESC LIMIT ? OFFSET ?"
#define PAGE_NEWER_ORDER " ORDER BY page_ts, page_id LIMIT ? OFFSET ?"
/* Not (ts, record_id) < (?, ?): that reads the index from its end, or passes over all of the instant. */
#define OLDER "(ts < ? OR (ts = ? AND record_id < ?))"
#define NEWER "(ts > ? OR (ts = ? AND record_id > ?))"
/* An expression, so that nobody takes it for what a search could begin with: it is true for nearly all. */
#define NOT_NEWER "record_id + 0 <= ?"
#define GET "SELECT " STORE_COLUMNS_FULL " FROM record WHERE record_id = ?"
#define NEWEST_ID "SELECT COALESCE(MAX(record_id), 0) FROM record"
#define IDS " AND (record_id - ?) % ? < ? ORDER BY record_id LIMIT ?"
#define ARRIVALS_END " ORDER BY record_id LIMIT ?"

/* Filters -------------------------------------------------------------------------------------- */

static void bind_unsigned(Sql *sql, guint64 n)
{
	sql_bind_integer(sql, (gint64)MIN(n, (guint64)G_MAXINT64));
}

static void add_names(const StoreLink *link, Sql *sql, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++)
		if (*(const char *)names->pdata[i] == '\0')
			return; /* every name begins with "" */
	for (guint i = 0; i < names->len; i++) {
		if (i == 0)
			sql_where(sql, "(");
		else
			sql_add(sql, " OR ");
		link->driver->add_prefix(sql, names->pdata[i]);
	}
	if (names->len > 0)
		sql_add(sql, ")");
}

/* The one place where a filter becomes conditions. */
static gboolean add_filter(const StoreLink *link, Sql *sql, const Filter *filter, GError **error)
{
	if (filter->after > CALENDAR_TS_MIN) {
		sql_where(sql, "ts >= ?");
		sql_bind_ts(sql, filter->after);
	}
	if (filter->before < CALENDAR_TS_MAX) {
		sql_where(sql, "ts <= ?");
		sql_bind_ts(sql, filter->before);
	}
	if (filter->level > 0) {
		sql_where(sql, "level >= ?");
		sql_bind_integer(sql, filter->level);
	}
	add_names(link, sql, filter->names);
	if (filter->newest < G_MAXUINT64) {
		sql_where(sql, NOT_NEWER);
		bind_unsigned(sql, filter->newest);
	}
	if (!filter->query)
		return TRUE;
	if (!store_field_narrow(link, sql, filter->query, error))
		return FALSE;
	sql_where(sql, "");
	return link->driver->add_query(link->session, sql, filter->query, error);
}

/* Counting ------------------------------------------------------------------------------------- */

static gboolean row_number(const StoreRow *row, gpointer data, GError **error)
{
	(void)error;
	*(guint64 *)data = (guint64)row->integers[0];
	return TRUE;
}

gboolean store_read_number(const StoreLink *link, const Sql *sql, guint64 *number, GError **error)
{
	return link->driver->read(link->session, sql, "i", row_number, number, error);
}

gboolean store_read_count(
	const StoreLink *link, const Filter *filter, guint64 *count, GError **error)
{
	g_autoptr(Sql) sql = sql_new(COUNT);
	return add_filter(link, sql, filter, error) && store_read_number(link, sql, count, error);
}

typedef struct {
	guint step;
	GArray *sums;
} Sums;

static gboolean row_sum(const StoreRow *row, gpointer data, GError **error)
{
	const Sums *to = data;
	StoreSum sum = {
		.start = row->integers[0] * to->step - CALENDAR_SECONDS_1970,
		.level = (guint)row->integers[1],
		.count = (guint64)row->integers[2],
	};
	(void)error;
	g_array_append_val(to->sums, sum);
	return TRUE;
}

gboolean store_read_sums(
	const StoreLink *link, const Filter *filter, guint step, GArray *sums, GError **error)
{
	g_autoptr(Sql) sql = sql_new("SELECT ");
	Sums to = {step, sums};
	sql_add(sql, link->driver->slot);
	sql_bind_integer(sql, step);
	sql_add(sql, " AS slot, level, COUNT(*) FROM record");
	if (!add_filter(link, sql, filter, error))
		return FALSE;
	sql_add(sql, SUMS_END);
	return link->driver->read(link->session, sql, "iii", row_sum, &to, error);
}

typedef struct {
	CountsFunc cell;
	gpointer data;
} Tally;

static gboolean row_tally(const StoreRow *row, gpointer data, GError **error)
{
	const Tally *to = data;
	CountsCell cell = {
		.name = &row->texts[2],
		.quarter = row->integers[0],
		.level = (guint)row->integers[1],
		.n = row->integers[3],
	};
	(void)error;
	to->cell(&cell, to->data);
	return TRUE;
}

gboolean store_read_tally(
	const StoreLink *link, const Filter *filter, CountsFunc cell, gpointer data, GError **error)
{
	g_autoptr(Sql) sql = sql_new("SELECT ");
	Tally to = {cell, data};
	sql_add(sql, link->driver->slot);
	sql_bind_integer(sql, COUNTS_STEP);
	sql_add(sql, " AS slot, level, ");
	sql_add(sql, link->driver->logger);
	sql_add(sql, " AS logger, COUNT(*) FROM record");
	if (!add_filter(link, sql, filter, error))
		return FALSE;
	sql_add(sql, TALLY_END);
	return link->driver->read(link->session, sql, "iixi", row_tally, &to, error);
}

typedef struct {
	StoreNameFunc row;
	gpointer data;
} Names;

static gboolean row_name(const StoreRow *row, gpointer data, GError **error)
{
	const Names *to = data;
	return to->row(&row->texts[0], (guint64)row->integers[1], to->data, error);
}

gboolean store_read_names(const StoreLink *link, const Filter *filter, StoreNameFunc row,
	gpointer data, GError **error)
{
	g_autoptr(Sql) sql = sql_new("SELECT ");
	Names to = {row, data};
	sql_add(sql, link->driver->logger);
	sql_add(sql, " AS logger, COUNT(*) FROM record");
	if (!add_filter(link, sql, filter, error))
		return FALSE;
	sql_add(sql, NAMES_END);
	return link->driver->read(link->session, sql, "xi", row_name, &to, error);
}

/* Records -------------------------------------------------------------------------------------- */

typedef struct {
	StoreRecordFunc row;
	gpointer data;
	gboolean with_logrec;
} Records;

static gboolean row_record(const StoreRow *row, gpointer data, GError **error)
{
	const Records *to = data;
	Record record = {
		.id = (guint64)row->integers[0],
		.ts = row->integers[1],
		.level = (guint)row->integers[2],
		.name = row->texts[3],
		.message = row->texts[4],
		.logrec = to->with_logrec ? row->texts[5] : (Text){(char *)"", 0},
	};
	return to->row(&record, to->data, error);
}

gboolean store_read_get(
	const StoreLink *link, guint64 id, StoreRecordFunc row, gpointer data, GError **error)
{
	g_autoptr(Sql) sql = sql_new(GET);
	Records to = {row, data, TRUE};
	bind_unsigned(sql, id);
	return link->driver->read(link->session, sql, STORE_KINDS_FULL, row_record, &to, error);
}

/* A page that begins at a place. */
static gboolean add_place(const StoreLink *link, Sql *page, const StoreRange *range, GError **error)
{
	const StorePosition *from = range->from;
	if (!add_filter(link, page, range->filter, error))
		return FALSE;
	sql_where(page, range->newer ? NEWER : OLDER);
	sql_bind_ts(page, from->ts);
	sql_bind_ts(page, from->ts);
	bind_unsigned(page, from->id);
	return TRUE;
}

/* The same as a UNION. */
static gboolean add_place_split(
	const StoreLink *link, Sql *page, const StoreRange *range, GError **error)
{
	if (!add_filter(link, page, range->filter, error))
		return FALSE;
	sql_where(page, "ts = ?");
	sql_bind_ts(page, range->from->ts);
	sql_where(page, range->newer ? "record_id > ?" : "record_id < ?");
	bind_unsigned(page, range->from->id);
	sql_add(page, PAGE_UNION);
	page->has_where = FALSE;
	if (!add_filter(link, page, range->filter, error))
		return FALSE;
	sql_where(page, range->newer ? "ts > ?" : "ts < ?");
	sql_bind_ts(page, range->from->ts);
	return TRUE;
}

gboolean store_read_range(const StoreLink *link, const StoreRange *range, StoreRecordFunc row,
	gpointer data, GError **error)
{
	g_autoptr(Sql) page = sql_new(PAGE);
	Records to = {row, data, range->with_logrec};
	gboolean ok;
	if (!range->from)
		ok = add_filter(link, page, range->filter, error);
	else if (link->driver->splits_places)
		ok = add_place_split(link, page, range, error);
	else
		ok = add_place(link, page, range, error);
	if (!ok)
		return FALSE;
	sql_add(page, range->from && range->newer ? PAGE_NEWER_ORDER : PAGE_ORDER);
	sql_bind_integer(page, range->limit);
	bind_unsigned(page, range->left);
	return link->driver->read_page(link->session, page, range, row_record, &to, error);
}

/* By id ---------------------------------------------------------------------------------------- */

gboolean store_read_newest_id(const StoreLink *link, guint64 *id, GError **error)
{
	g_autoptr(Sql) sql = sql_new(NEWEST_ID);
	return store_read_number(link, sql, id, error);
}

/* The records of some ids, read in the order of these. */
static Sql *by_id(const StoreLink *link, const char *columns, guint64 first, guint64 last)
{
	Sql *sql = sql_new("SELECT ");
	sql_add(sql, columns);
	sql_add(sql, " FROM record ");
	sql_add(sql, link->driver->by_id);
	sql_where(sql, "record_id BETWEEN ? AND ?");
	sql_bind_integer(sql, (gint64)first);
	sql_bind_integer(sql, (gint64)last);
	return sql;
}

static gboolean row_id(const StoreRow *row, gpointer data, GError **error)
{
	guint64 id = (guint64)row->integers[0];
	(void)error;
	g_array_append_val((GArray *)data, id);
	return TRUE;
}

gboolean store_read_ids(
	const StoreLink *link, const StoreIds *ids, guint limit, GArray *found, GError **error)
{
	g_autoptr(Sql) sql = by_id(link, "record_id", ids->first, ids->last);
	sql_add(sql, IDS);
	sql_bind_integer(sql, (gint64)ids->first);
	sql_bind_integer(sql, (gint64)ids->period);
	sql_bind_integer(sql, (gint64)ids->length);
	sql_bind_integer(sql, limit);
	return link->driver->read(link->session, sql, "i", row_id, found, error);
}

gboolean store_read_arrivals(const StoreLink *link, const StoreArrivals *arrivals,
	StoreRecordFunc row, gpointer data, GError **error)
{
	const char *columns = arrivals->with_logrec ? STORE_COLUMNS_FULL : STORE_COLUMNS_LIGHT;
	const char *kinds = arrivals->with_logrec ? STORE_KINDS_FULL : STORE_KINDS_LIGHT;
	g_autoptr(Sql) sql = by_id(link, columns, arrivals->first, arrivals->last);
	Records to = {row, data, arrivals->with_logrec};
	if (!add_filter(link, sql, arrivals->filter, error))
		return FALSE;
	sql_add(sql, ARRIVALS_END);
	sql_bind_integer(sql, arrivals->limit);
	return link->driver->read(link->session, sql, kinds, row_record, &to, error);
}
