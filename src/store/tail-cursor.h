/* Where a reader of the tail has come to: the highest id it has seen, and which ids below that were not
 * there.
 *
 * The ids of transactions that run at the same time become visible in another order than they were
 * given. Of those below the highest that are missing, some will never come (a transaction was rolled
 * back; ids go in steps), others will within the time that a transaction takes: so they are looked for
 * again for a while. */
#ifndef CHRONOLOGER_STORE_TAIL_CURSOR_H
#define CHRONOLOGER_STORE_TAIL_CURSOR_H

#include <glib.h>

/* Longer than any transaction of a worker takes. */
#define TAIL_PATIENCE 60 /* seconds */

/* A cursor is part of a URL: this many runs are some 3 KB. */
#define TAIL_RUNS_MAX 200

/* Missing ids: `length` from `first` on, and again after each `period`, `repeats` times in all. (Where
 * ids go in steps a run after each of them is missing.) */
typedef struct {
	guint64 first;
	guint64 length;  /* at least 1 */
	guint64 period;  /* at least `length` */
	guint64 repeats; /* at least 1 */
	gint64 since;    /* when they were first missed, in seconds since 1970 */
} TailRun;

typedef struct {
	guint64 seen; /* the highest id, 0 before the first */
	GArray *runs; /* TailRun, ascending, all below `seen` */
} TailCursor;

TailCursor *tail_cursor_new(guint64 seen);
void tail_cursor_free(TailCursor *cursor); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TailCursor, tail_cursor_free)

/* Reads what tail_cursor_print() has written; ERROR_VALUE for anything else. */
TailCursor *tail_cursor_parse(const char *text, GError **error);

/* Letters, digits, ".", "-": nothing that a URL has to escape. */
char *tail_cursor_print(const TailCursor *cursor);

guint64 tail_run_last(const TailRun *run);

/* These `n` ids, ascending, are seen. The highest may move up; what is missing then is missing since
 * `now` (seconds since 1970). */
void tail_cursor_take(TailCursor *cursor, const guint64 *ids, gsize n, gint64 now);

/* Forgets runs that have been missing for TAIL_PATIENCE, and of those that are more than TAIL_RUNS_MAX
 * the oldest. For after they were looked for. */
void tail_cursor_give_up(TailCursor *cursor, gint64 now);

#endif
