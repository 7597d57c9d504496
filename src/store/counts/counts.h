/* Numbers of records by quarter hour, level and logger name: added up in memory, packed for the
 * database (store/counts/read.c).
 *
 * Quarter hours are counted from the year 0 and days as MySQL's TO_DAYS() counts them, so that
 * neither is ever negative and an administrator can read the tables. A number is at most 2^31 - 1,
 * and negative where it takes something back. */
#ifndef CHRONOLOGER_STORE_COUNTS_COUNTS_H
#define CHRONOLOGER_STORE_COUNTS_COUNTS_H

#include <glib.h>

#include "record/record.h"

#define COUNTS_STEP 900    /* seconds of a quarter hour */
#define COUNTS_QUARTERS 96 /* of a day */

/* The quarter hour that holds `ts` (microseconds since 1970), and the first microsecond of one. */
gint64 counts_quarter(gint64 ts);
gint64 counts_quarter_ts(gint64 quarter);

typedef struct counts Counts;

Counts *counts_new(void);
void counts_free(Counts *counts); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Counts, counts_free)

void counts_clear(Counts *counts);

/* `n` more records. The name is copied. */
void counts_add(Counts *counts, const Text *name, gint64 quarter, guint level, gint64 n);

/* What one logger name has in one day. */
typedef struct {
	guint day;
	Text name;
	GArray *levels; /* store/counts/counts.c's own */
} CountsPage;

/* How many pages there are. */
guint counts_size(const Counts *counts);

/* CountsPage *, by day, then name (binary order). The pages are borrowed from `counts`. */
GPtrArray *counts_pages(const Counts *counts);

/* A page's numbers as bytes: none where all are 0. Two packed texts, one after the other, are the
 * sum of both. */
GByteArray *counts_pack_page(const CountsPage *page);

/* All pages, their days and names included. */
GByteArray *counts_pack(const Counts *counts);

/* Numbers of quarter hours that follow each other, some of them may be 0. All is borrowed until the
 * function that is called with it returns. */
typedef struct {
	const Text *name;
	guint level;
	gint64 quarter; /* the first of them; all are of one day */
	guint length;
	const gint64 *n;
} CountsRun;

typedef void (*CountsRunFunc)(const CountsRun *run, gpointer data);

/* FALSE where the bytes are not what the functions above make. */
gboolean counts_unpack_page(
	guint day, const Text *name, const Text *packed, CountsRunFunc run, gpointer data);
gboolean counts_unpack(const Text *packed, CountsRunFunc run, gpointer data);

/* CountsRunFuncs: add to the Counts that is `data`; the second without the logger name: all are "". */
void counts_add_run(const CountsRun *run, gpointer data);
void counts_add_nameless(const CountsRun *run, gpointer data);

/* As much as is to be taken away; `n` is where its numbers go. */
CountsRun counts_negative(const CountsRun *run, gint64 n[static COUNTS_QUARTERS]);

/* One number. */
typedef struct {
	const Text *name;
	gint64 quarter;
	guint level;
	gint64 n;
} CountsCell;

typedef void (*CountsFunc)(const CountsCell *cell, gpointer data);

/* Each number that is not 0, by day, name, quarter hour, level. */
void counts_each(const Counts *counts, CountsFunc cell, gpointer data);

#endif
