/* Seen and missing ids, and the text that a client keeps of them:
 *
 *   1.SEEN.TIME{.DISTANCE-LENGTH-AGE[-PERIOD-REPEATS]}
 *
 * all in hexadecimal: DISTANCE is from SEEN back to the run's first id, AGE from TIME back to when it was
 * first missed. */
#include "store/tail-cursor.h"

#include <string.h>

#include "base/error.h"

#define PREFIX "1."

/* Below 2^60, so that no sum of two overflows. */
#define DIGITS_MAX 15

/* Repeats of one run, and the seen ids between two of them: what a client sends can not cost more. */
#define REPEATS_MAX 10000
#define HOLE_MAX 64

TailCursor *tail_cursor_new(guint64 seen)
{
	TailCursor *cursor = g_new0(TailCursor, 1);
	cursor->seen = seen;
	cursor->runs = g_array_new(FALSE, FALSE, sizeof(TailRun));
	return cursor;
}

void tail_cursor_free(TailCursor *cursor)
{
	if (!cursor)
		return;
	g_array_unref(cursor->runs);
	g_free(cursor);
}

static TailRun *run_at(const GArray *runs, guint i)
{
	return &g_array_index(runs, TailRun, i);
}

guint64 tail_run_last(const TailRun *run)
{
	return run->first + (run->repeats - 1) * run->period + run->length - 1;
}

/* Text ----------------------------------------------------------------------------------------- */

static gint64 newest(const GArray *runs)
{
	gint64 since = 0;
	for (guint i = 0; i < runs->len; i++)
		since = MAX(since, run_at(runs, i)->since);
	return since;
}

char *tail_cursor_print(const TailCursor *cursor)
{
	GString *text = g_string_new(PREFIX);
	gint64 time = newest(cursor->runs);
	g_string_append_printf(
		text, "%" G_GINT64_MODIFIER "x.%" G_GINT64_MODIFIER "x", cursor->seen, time);
	for (guint i = 0; i < cursor->runs->len; i++) {
		const TailRun *run = run_at(cursor->runs, i);
		g_string_append_printf(text,
			".%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x",
			cursor->seen - run->first, run->length, time - run->since);
		if (run->repeats > 1)
			g_string_append_printf(text,
				"-%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x", run->period,
				run->repeats);
	}
	return g_string_free(text, FALSE);
}

static gboolean skip(const char **at, char c)
{
	if (**at != c)
		return FALSE;
	(*at)++;
	return TRUE;
}

static gboolean read_hexadecimal(const char **at, guint64 *number)
{
	const char *from = *at;
	*number = 0;
	for (; g_ascii_isxdigit(**at) && *at - from < DIGITS_MAX; (*at)++)
		*number = *number * 16 + (guint64)g_ascii_xdigit_value(**at);
	return *at > from;
}

static gboolean read_repeats(const char **at, TailRun *run)
{
	run->period = run->length;
	run->repeats = 1;
	if (!skip(at, '-'))
		return TRUE;
	return read_hexadecimal(at, &run->period) && skip(at, '-') &&
	       read_hexadecimal(at, &run->repeats) && run->period > run->length &&
	       run->period <= run->length + HOLE_MAX && run->repeats > 1 &&
	       run->repeats <= REPEATS_MAX;
}

/* `above`: the last id of the run before. */
static gboolean read_run(
	const char **at, const TailCursor *cursor, guint64 time, guint64 above, TailRun *run)
{
	guint64 distance, age;
	if (!read_hexadecimal(at, &distance) || !skip(at, '-') ||
		!read_hexadecimal(at, &run->length) || !skip(at, '-') ||
		!read_hexadecimal(at, &age) || distance > cursor->seen || age > time)
		return FALSE;
	run->first = cursor->seen - distance;
	run->since = (gint64)(time - age);
	return read_repeats(at, run) && run->length > 0 && run->length <= distance &&
	       run->first > above && run->repeats <= 1 + (distance - run->length) / run->period;
}

static gboolean read_runs(const char **at, TailCursor *cursor, guint64 time)
{
	guint64 above = 0;
	while (skip(at, '.')) {
		TailRun run;
		if (cursor->runs->len == TAIL_RUNS_MAX || !read_run(at, cursor, time, above, &run))
			return FALSE;
		above = tail_run_last(&run);
		g_array_append_val(cursor->runs, run);
	}
	return **at == '\0';
}

TailCursor *tail_cursor_parse(const char *text, GError **error)
{
	g_autoptr(TailCursor) cursor = tail_cursor_new(0);
	const char *at = text + strlen(PREFIX);
	guint64 time;
	if (g_str_has_prefix(text, PREFIX) && read_hexadecimal(&at, &cursor->seen) &&
		skip(&at, '.') && read_hexadecimal(&at, &time) && read_runs(&at, cursor, time))
		return g_steal_pointer(&cursor);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"cursor\" is not one that an answer has had");
	return NULL;
}

/* Seeing ids ----------------------------------------------------------------------------------- */

/* Missing ids of one age, which are put together into runs. */
typedef struct {
	GArray *runs;
	guint begin; /* of those before, in `runs`, none is continued */
	gint64 since;
} Gaps;

static gboolean continues(const TailRun *run, guint64 first, guint64 length)
{
	if (run->length != length)
		return FALSE;
	if (run->repeats == 1)
		return first - run->first <= length + HOLE_MAX;
	return run->repeats < REPEATS_MAX && first == run->first + run->repeats * run->period;
}

/* Ids `first` up to, but without, `end`, if there are any. */
static void add_gap(Gaps *gaps, guint64 first, guint64 end)
{
	if (first >= end)
		return;
	TailRun *last =
		gaps->runs->len > gaps->begin ? run_at(gaps->runs, gaps->runs->len - 1) : NULL;
	if (last && continues(last, first, end - first)) {
		if (last->repeats == 1)
			last->period = first - last->first;
		last->repeats++;
		return;
	}
	TailRun run = {first, end - first, end - first, 1, gaps->since};
	g_array_append_val(gaps->runs, run);
}

/* What is between `first` and `end` without these ids. How many ids are below `end`. */
static gsize add_without(Gaps *gaps, guint64 first, guint64 end, const guint64 *ids, gsize n)
{
	gsize i = 0;
	for (; i < n && ids[i] < end; i++) {
		add_gap(gaps, first, ids[i]);
		first = MAX(first, ids[i] + 1);
	}
	add_gap(gaps, first, end);
	return i;
}

static gsize add_rest(GArray *runs, const TailRun *run, const guint64 *ids, gsize n)
{
	Gaps gaps = {runs, runs->len, run->since};
	gsize i = 0;
	if (n == 0 || ids[0] > tail_run_last(run)) {
		g_array_append_val(runs, *run);
		return 0;
	}
	for (guint64 k = 0; k < run->repeats; k++) {
		guint64 first = run->first + k * run->period;
		i += add_without(&gaps, first, first + run->length, ids + i, n - i);
	}
	return i;
}

void tail_cursor_take(TailCursor *cursor, const guint64 *ids, gsize n, gint64 now)
{
	if (n == 0)
		return;
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(TailRun));
	gsize i = 0;
	for (guint k = 0; k < cursor->runs->len; k++)
		i += add_rest(runs, run_at(cursor->runs, k), ids + i, n - i);
	g_array_unref(cursor->runs);
	cursor->runs = runs;
	if (ids[n - 1] <= cursor->seen)
		return;
	Gaps gaps = {runs, runs->len, now};
	add_without(&gaps, cursor->seen + 1, ids[n - 1], ids + i, n - i);
	cursor->seen = ids[n - 1];
}

/* Giving up ------------------------------------------------------------------------------------ */

static gint compare_youngest(gconstpointer a, gconstpointer b)
{
	const TailRun *x = a, *y = b;
	if (x->since != y->since)
		return x->since < y->since ? 1 : -1;
	return x->first < y->first ? 1 : -1;
}

static gint compare_first(gconstpointer a, gconstpointer b)
{
	const TailRun *x = a, *y = b;
	return x->first < y->first ? -1 : 1;
}

void tail_cursor_give_up(TailCursor *cursor, gint64 now)
{
	GArray *runs = cursor->runs;
	guint kept = 0;
	for (guint i = 0; i < runs->len; i++) {
		TailRun run = *run_at(runs, i);
		run.since = MIN(run.since, now); /* another host's clock */
		if (now - run.since < TAIL_PATIENCE)
			*run_at(runs, kept++) = run;
	}
	g_array_set_size(runs, kept);
	if (kept <= TAIL_RUNS_MAX)
		return;
	g_array_sort(runs, compare_youngest);
	g_array_set_size(runs, TAIL_RUNS_MAX);
	g_array_sort(runs, compare_first);
}
