/* Writing count_level and count_name. For the files of store-counts only. */
#ifndef CHRONOLOGER_STORE_COUNTS_TABLE_H
#define CHRONOLOGER_STORE_COUNTS_TABLE_H

#include "store-counts.h"

/* One of the two tables, as far as their statements differ. */
typedef struct {
	const char *read;    /* continues with a condition for each row */
	const char *columns; /* of what is read: day, counts and perhaps a name */
	const char *row;     /* the condition */
	const char *remove;
	const char *write;
	const char *values;
	gboolean by_name;
} CountTable;

extern const CountTable count_table_names;
extern const CountTable count_table_levels;

/* A page of nothing but 0 is a row that is not there. */
gboolean count_table_write(
	const StoreLink *link, const CountTable *table, GPtrArray *pages, GError **error);

typedef gboolean (*CountTableFunc)(const StoreLink *link, const CountTable *table, Counts *counts,
	GPtrArray *pages, GError **error);

/* Calls `func` for all pages, as many at a time as a statement takes. */
gboolean count_table_each(const StoreLink *link, const CountTable *table, Counts *counts,
	CountTableFunc func, GError **error);

#endif
