/* The rows of count_level and count_name. For the files of store/counts only. */
#ifndef CHRONOLOGER_STORE_COUNTS_TABLE_H
#define CHRONOLOGER_STORE_COUNTS_TABLE_H

#include "store/counts/counts.h"
#include "store/driver.h"

/* One of the two tables, as far as their statements differ. */
typedef struct {
	const char *read;    /* continues with a condition for each row */
	const char *columns; /* of what is read: day, counts and perhaps a name */
	const char *row;     /* the condition */
	const char *remove;
	const char *write;
	const char *values;
	gboolean by_name;
} CountsTable;

extern const CountsTable counts_table_names;
extern const CountsTable counts_table_levels;

/* Adds what the table has of these pages to them. */
gboolean counts_table_add(const StoreLink *link, const CountsTable *table, Counts *counts,
	GPtrArray *pages, GError **error);

/* A page of nothing but 0 is a row that is not there. */
gboolean counts_table_write(
	const StoreLink *link, const CountsTable *table, GPtrArray *pages, GError **error);

typedef gboolean (*CountsTableFunc)(const StoreLink *link, const CountsTable *table, Counts *counts,
	GPtrArray *pages, GError **error);

/* Calls `func` for all pages, as many at a time as a statement takes. */
gboolean counts_table_each(const StoreLink *link, const CountsTable *table, Counts *counts,
	CountsTableFunc func, GError **error);

/* The next rows of a statement, `done` being done of `n`: a power of two, so that few different statements
 * serve any number. */
guint counts_table_rows(guint done, guint n);

#endif
