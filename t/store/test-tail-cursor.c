/* The cursor of the tail against a plain list of missing ids, and what a client might send for one. */
#include <string.h>

#include "base/error.h"
#include "store/tail-cursor.h"

#define IDS 400
#define NOW 1525970213

/* Which ids of 1.. a reader has seen, one by one. */
typedef struct {
	gboolean seen[IDS];
	guint highest;
} Model;

static void see(TailCursor *cursor, Model *model, const GArray *ids, gint64 now)
{
	for (guint i = 0; i < ids->len; i++) {
		guint64 id = g_array_index(ids, guint64, i);
		g_assert_false(model->seen[id]);
		model->seen[id] = TRUE;
		model->highest = MAX(model->highest, (guint)id);
	}
	tail_cursor_take(cursor, (const guint64 *)(gpointer)ids->data, ids->len, now);
}

static void mark(const TailRun *run, gboolean *missing, guint64 seen)
{
	g_assert_cmpuint(tail_run_last(run), <, seen);
	for (guint64 k = 0; k < run->repeats; k++)
		for (guint64 i = 0; i < run->length; i++) {
			guint64 id = run->first + k * run->period + i;
			g_assert_cmpuint(id, <, IDS);
			g_assert_false(missing[id]);
			missing[id] = TRUE;
		}
}

static void assert_same(const TailCursor *cursor, const Model *model)
{
	gboolean missing[IDS] = {FALSE};
	guint64 last = 0;
	g_assert_cmpuint(cursor->seen, ==, model->highest);
	for (guint i = 0; i < cursor->runs->len; i++) {
		const TailRun *run = &g_array_index(cursor->runs, TailRun, i);
		g_assert_cmpuint(run->first, >, last);
		last = tail_run_last(run);
		mark(run, missing, cursor->seen);
	}
	for (guint id = 1; id < model->highest; id++)
		g_assert_cmpint(missing[id], ==, !model->seen[id]);
}

static TailCursor *again(TailCursor *cursor)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = tail_cursor_print(cursor);
	TailCursor *read = tail_cursor_parse(text, &error);
	g_assert_no_error(error);
	g_autofree char *same = tail_cursor_print(read);
	g_assert_cmpstr(text, ==, same);
	g_assert_cmpuint(strspn(text, "0123456789abcdef.-"), ==, strlen(text));
	tail_cursor_free(cursor);
	return read;
}

/* Ids that were not seen up to `top`, each with a chance of one in `odds`; only every `step`th. */
static GArray *some(const Model *model, guint top, guint step, guint odds)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	for (guint64 id = 1; id < top; id += step)
		if (!model->seen[id] && g_test_rand_int_range(0, (gint)odds) == 0)
			g_array_append_val(ids, id);
	return ids;
}

static void test_random(void)
{
	for (guint round = 0; round < 300; round++) {
		g_autoptr(TailCursor) cursor = tail_cursor_new(0);
		Model model = {.highest = 0};
		guint step = round % 4 + 1;
		for (guint top = 20; top < IDS; top += 20) {
			guint odds = (guint)g_test_rand_int_range(1, 6);
			g_autoptr(GArray) ids = some(&model, top, step, odds);
			see(cursor, &model, ids, NOW);
			assert_same(cursor, &model);
			if (cursor->runs->len <= TAIL_RUNS_MAX)
				cursor = again(g_steal_pointer(&cursor));
		}
	}
}

/* Ids in steps leave a run after each of them: that is one run to the cursor. */
static void test_steps(void)
{
	for (guint step = 2; step <= 60; step += 7) {
		g_autoptr(TailCursor) cursor = tail_cursor_new(0);
		g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
		for (guint64 i = 0; i < 10000; i++) {
			guint64 id = 1 + i * step;
			g_array_append_val(ids, id);
		}
		tail_cursor_take(cursor, (const guint64 *)(gpointer)ids->data, ids->len, NOW);
		g_assert_cmpuint(cursor->runs->len, ==, 1);
		cursor = again(g_steal_pointer(&cursor));
		g_assert_cmpuint(
			tail_run_last(&g_array_index(cursor->runs, TailRun, 0)), ==, 9999 * step);
	}
}

static void test_patience(void)
{
	g_autoptr(TailCursor) cursor = tail_cursor_new(0);
	static const guint64 first[] = {1, 5}, second[] = {9}, late[] = {3};
	tail_cursor_take(cursor, first, 2, NOW);
	tail_cursor_take(cursor, second, 1, NOW + 30);
	tail_cursor_take(cursor, late, 1, NOW + 59);
	tail_cursor_give_up(cursor, NOW + 59);
	g_autofree char *all = tail_cursor_print(cursor);
	g_assert_cmpstr(all, ==, "1.9.5af47543.7-1-1e-2-2.3-3-0");
	tail_cursor_give_up(cursor, NOW + 60);
	g_autofree char *half = tail_cursor_print(cursor);
	g_assert_cmpstr(half, ==, "1.9.5af47543.3-3-0");
	tail_cursor_give_up(cursor, NOW - 100); /* a clock that was set back, or another host's */
	tail_cursor_give_up(cursor, NOW - 41);
	g_assert_cmpuint(cursor->runs->len, ==, 1);
	tail_cursor_give_up(cursor, NOW - 40);
	g_assert_cmpuint(cursor->runs->len, ==, 0);
	g_assert_cmpuint(cursor->seen, ==, 9);
}

/* Of too many runs the oldest go, and of one age the lowest. */
static void test_too_many(void)
{
	g_autoptr(TailCursor) cursor = tail_cursor_new(0);
	guint64 id = 0;
	for (guint i = 0; i < 3 * TAIL_RUNS_MAX; i++) {
		id += 2 + i % 3; /* of changing length, so that none continues the one before */
		tail_cursor_take(cursor, &id, 1, NOW + (i >= 2 * TAIL_RUNS_MAX ? 1 : 0));
	}
	guint64 from =
		g_array_index(cursor->runs, TailRun, cursor->runs->len - TAIL_RUNS_MAX).first;
	g_assert_cmpuint(cursor->runs->len, >, TAIL_RUNS_MAX);
	tail_cursor_give_up(cursor, NOW + 2);
	g_assert_cmpuint(cursor->runs->len, ==, TAIL_RUNS_MAX);
	g_assert_cmpuint(g_array_index(cursor->runs, TailRun, 0).first, ==, from);
	cursor = again(g_steal_pointer(&cursor));
	g_autofree char *text = tail_cursor_print(cursor);
	g_assert_cmpuint(strlen(text), <, 4000);
}

static void test_refused(void)
{
	static const char *const texts[] = {
		"",
		"0",
		"1",
		"1.",
		"1.5",
		"1.5.",
		"2.5.0",
		"1.5.0.",
		"1.5.0x",
		"1.5.0 ",
		" 1.5.0",
		"1.-5.0",
		"1.g.0",
		"1.5.0.1",
		"1.5.0.1-1",
		"1.5.0.1-1-",
		"1.5.0.1-0-0", /* no length */
		"1.5.0.1-2-0", /* beyond what was seen */
		"1.5.0.6-1-0", /* below the first */
		"1.5.0.5-1-0", /* id 0 */
		"1.5.0.0-1-0",
		"1.5.0.2-1-1",       /* before 1970 */
		"1.9.0.3-1-0.5-1-0", /* not ascending */
		"1.9.0.5-3-0.3-1-0", /* overlap */
		"1.9.0.5-1-0-1-2",
		"1.9.0.5-1-0-2-1",
		"1.9.0.5-1-0-2",
		"1.9.0.5-1-0-2-4",
		"1.9.0.5-1-0-2-0",
		"1.ffffff.0.fffff0-1-0-ffff-2", /* too large a hole */
		"1.ffffff.0.fffff0-1-0-2-2711", /* too many repeats */
		"1.1000000000000000.0",
		"1.5.0.1-1-0-2-1000000000000000",
		"1.fffffffffffffff.0.ffffffffffffffe-1-0-fffffffffffffff-2710",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", texts[i]);
		g_assert_null(tail_cursor_parse(texts[i], &error));
		g_assert_error(error, CHRONOLOGER_ERROR, ERROR_VALUE);
		g_assert_nonnull(strstr(error->message, "\"cursor\""));
	}
}

static void test_taken(void)
{
	static const char *const texts[] = {"1.0.0", "1.5.0", "1.5.5af476c3.4-4-5",
		"1.5.0.4-1-0-2-2", "1.fffffffffffffff.0",
		"1.fffffffffffffff.0.ffffffffffffffe-1-0-2-2710"};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(TailCursor) cursor = tail_cursor_parse(texts[i], &error);
		g_assert_no_error(error);
		g_assert_nonnull(cursor);
	}
	g_autoptr(GString) many = g_string_new("1.ffffff.0");
	for (guint i = 0; i < TAIL_RUNS_MAX; i++)
		g_string_append_printf(many, ".%x-1-0", 0xfffff0 - 2 * i);
	g_autoptr(TailCursor) full = tail_cursor_parse(many->str, NULL);
	g_assert_nonnull(full);
	g_string_append(many, ".1-1-0");
	g_assert_null(tail_cursor_parse(many->str, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tail-cursor/random", test_random);
	g_test_add_func("/tail-cursor/steps", test_steps);
	g_test_add_func("/tail-cursor/patience", test_patience);
	g_test_add_func("/tail-cursor/too-many", test_too_many);
	g_test_add_func("/tail-cursor/refused", test_refused);
	g_test_add_func("/tail-cursor/taken", test_taken);
	return g_test_run();
}
