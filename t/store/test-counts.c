/* The count tables: whatever was written, deleted or lost, they agree with the records. */
#include <string.h>
#include "base/calendar.h"
#include "store/counts/counts.h"
#include "base/error.h"
#include "store/driver.h"
#include "test-store.h"

#define DAY (86400 * SECOND)

/* What was inserted, and is compared with what is counted. */
typedef struct {
	guint64 id;
	gint64 ts;
	guint level;
	const char *name;
} Sample;

static const char *const logger_names[] = {
	"", " ", "app", "app ", "app.db", "app.db.sql", "App", "lib", "a%", "\303\251"};
static const guint levels[] = {0, 10, 20, 20, 20, 30, 40, 65535};

/* Mostly within some hours, but late and early ones too, and those of other centuries. */
static gint64 random_ts(GRand *random)
{
	gint64 ts = NOW + g_rand_int_range(random, -7200, 7200) * SECOND;
	switch (g_rand_int_range(random, 0, 12)) {
	case 0:
		return ts + g_rand_int_range(random, -60, 60) * DAY;
	case 1:
		return counts_quarter_ts(counts_quarter(ts));
	case 2:
		return counts_quarter_ts(counts_quarter(ts)) - 1;
	case 3:
		return g_rand_boolean(random) ? CALENDAR_TS_MIN : CALENDAR_TS_MAX;
	default:
		return ts + g_rand_int_range(random, 0, 1000000);
	}
}

static Record *random_record(GRand *random)
{
	return record_new(random_ts(random),
		levels[g_rand_int_range(random, 0, G_N_ELEMENTS(levels))],
		logger_names[g_rand_int_range(random, 0, G_N_ELEMENTS(logger_names))], "");
}

static void add_sample(GArray *samples, const Record *record)
{
	Sample sample = {record->id, record->ts, record->level, g_intern_string(record->name.data)};
	g_array_append_val(samples, sample);
}

static void free_record(gpointer record)
{
	record_free(record);
}

/* In one transaction. */
static void insert_records(Fixture *fixture, GArray *samples, const GPtrArray *records)
{
	g_autoptr(GError) error = NULL;
	store_insert(fixture->writer, (Record *const *)records->pdata, records->len, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < records->len; i++)
		add_sample(samples, records->pdata[i]);
	store_compact(fixture->writer);
}

static void insert_samples(Fixture *fixture, GArray *samples, GRand *random, guint n)
{
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(free_record);
	for (guint i = 0; i < n; i++)
		g_ptr_array_add(records, random_record(random));
	insert_records(fixture, samples, records);
}

static int newest_first(gconstpointer a, gconstpointer b)
{
	const Sample *left = a, *right = b;
	if (left->ts != right->ts)
		return left->ts < right->ts ? 1 : -1;
	return (left->id < right->id) - (left->id > right->id);
}

/* Enough transactions for deltas to have been folded twice at least. */
static GArray *fill(Fixture *fixture, GRand *random)
{
	GArray *samples = g_array_new(FALSE, FALSE, sizeof(Sample));
	for (guint i = 0; i < 600; i++)
		insert_samples(fixture, samples, random,
			i % 50 ? 1 : (guint)g_rand_int_range(random, 1, 300));
	g_array_sort(samples, newest_first);
	return samples;
}

/* What samples say ------------------------------------------------------------------------------ */

static gboolean matches(const Sample *sample, const Filter *filter)
{
	gboolean is_named = filter->names->len == 0;
	for (guint i = 0; i < filter->names->len; i++)
		is_named |= g_str_has_prefix(sample->name, filter->names->pdata[i]);
	return is_named && sample->ts >= filter->after && sample->ts <= filter->before &&
	       sample->level >= filter->level;
}

static GArray *matching(const GArray *samples, const Filter *filter)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(Sample));
	for (guint i = 0; i < samples->len; i++)
		if (matches(&g_array_index(samples, Sample, i), filter))
			g_array_append_val(found, g_array_index(samples, Sample, i));
	return found;
}

static guint64 expected_sum(const GArray *samples, const StoreSum *sum)
{
	guint64 n = 0;
	for (guint i = 0; i < samples->len; i++) {
		const Sample *sample = &g_array_index(samples, Sample, i);
		n += sample->level == sum->level &&
		     counts_quarter(sample->ts) * 900 - CALENDAR_SECONDS_1970 == sum->start;
	}
	return n;
}

/* Comparing ------------------------------------------------------------------------------------ */

static void check_count(Fixture *fixture, const GArray *samples, const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	guint64 n = 0;
	store_count(fixture->reader, filter, &n, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(n, ==, samples->len);
}

static void check_sums(Fixture *fixture, const GArray *samples, const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) sums = store_sums(fixture->reader, filter, 900, &error);
	guint64 all = 0;
	g_assert_no_error(error);
	for (guint i = 0; i < sums->len; i++) {
		const StoreSum *sum = &g_array_index(sums, StoreSum, i), *last = sum - 1;
		g_assert_cmpuint(sum->count, ==, expected_sum(samples, sum));
		g_assert_true(i == 0 || last->start < sum->start ||
			      (last->start == sum->start && last->level < sum->level));
		all += sum->count;
	}
	g_assert_cmpuint(all, ==, samples->len);
}

static gboolean subtract_name(const Text *name, guint64 n, gpointer data, GError **error)
{
	GHashTable *expected = data;
	(void)error;
	g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(expected, name->data)), ==, n);
	g_hash_table_remove(expected, name->data);
	return TRUE;
}

static void check_names(Fixture *fixture, const GArray *samples, const Filter *filter)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) expected = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < samples->len; i++) {
		gpointer name = (gpointer)g_array_index(samples, Sample, i).name;
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(expected, name));
		g_hash_table_insert(expected, name, GUINT_TO_POINTER(n + 1));
	}
	store_names(fixture->reader, filter, subtract_name, expected, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_hash_table_size(expected), ==, 0);
}

typedef struct {
	const GArray *samples;
	guint64 i;
} Expected;

static gboolean next_record(const Record *record, gpointer data, GError **error)
{
	Expected *expected = data;
	(void)error;
	g_assert_cmpuint(expected->i, <, expected->samples->len);
	const Sample *sample = &g_array_index(expected->samples, Sample, expected->i++);
	g_assert_cmpuint(record->id, ==, sample->id);
	return TRUE;
}

static void check_range(
	Fixture *fixture, const GArray *samples, const Filter *filter, guint64 left, guint limit)
{
	g_autoptr(GError) error = NULL;
	StoreRange range = {.filter = filter, .left = left, .limit = limit};
	Expected expected = {samples, MIN(left, samples->len)};
	store_range(fixture->reader, &range, next_record, &expected, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(expected.i, ==, MIN(left + limit, samples->len));
}

static void check_filter(
	Fixture *fixture, const GArray *samples, const Filter *filter, GRand *random)
{
	g_autoptr(GArray) found = matching(samples, filter);
	check_count(fixture, found, filter);
	check_sums(fixture, found, filter);
	check_names(fixture, found, filter);
	check_range(fixture, found, filter, 0, 10);
	check_range(fixture, found, filter, (guint64)g_rand_int_range(random, 900, 2500), 20);
	check_range(fixture, found, filter, (guint64)g_rand_int_range(random, 0, 2500), 600);
}

static void check_filters(Fixture *fixture, const GArray *samples, GRand *random)
{
	for (guint i = 0; i < 60; i++) {
		g_autoptr(Filter) filter = filter_new();
		if (i % 2)
			filter->after = random_ts(random);
		if (i % 3)
			filter->before = random_ts(random);
		if (i % 5 == 4)
			filter->level = levels[g_rand_int_range(random, 0, 8)];
		for (guint n = i % 7; n > 4; n--)
			g_ptr_array_add(filter->names,
				g_strdup(logger_names[g_rand_int_range(random, 1, 10)]));
		g_test_message("after %" G_GINT64_FORMAT " before %" G_GINT64_FORMAT
			       " level %u, %u names",
			filter->after, filter->before, filter->level, filter->names->len);
		check_filter(fixture, samples, filter, random);
	}
}

static void check_counts(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = run_tool(&tool_recount, fixture->dsn, &error);
	g_assert_no_error(error);
	if (!g_str_has_suffix(text, "all counts are right\n"))
		g_error("%s", text);
}

/* Cases ---------------------------------------------------------------------------------------- */

static GRand *random_of_test(void)
{
	return g_rand_new_with_seed((guint32)g_test_rand_int());
}

static void agree(Fixture *fixture)
{
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = fill(fixture, random);
	check_filters(fixture, samples, random);
	check_counts(fixture);
}

/* What is wrong is told and put right, whatever it is. */
static void recount(Fixture *fixture)
{
	static const char *const damages[] = {
		"DELETE FROM count_delta", /* first: what there is later recount has folded */
		"DELETE FROM count_level WHERE day = 737189",
		"DELETE FROM count_name WHERE name = x'617070'",
		"UPDATE count_level SET counts = x'80'",
		"UPDATE count_name SET counts = x'0a0001ff'",
		"INSERT INTO count_level VALUES (700000, x'0a000102')",
		"INSERT INTO count_name VALUES (700001, x'61', x'0a000102')",
	};
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = fill(fixture, random);
	for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", damages[i]);
		execute(fixture, damages[i]);
		g_autofree char *text = run_tool(&tool_recount, fixture->dsn, &error);
		g_assert_no_error(error);
		g_assert_true(g_str_has_suffix(text, "days corrected\n"));
		check_counts(fixture);
	}
	check_filters(fixture, samples, random);
}

/* A database that is older than the count tables, half of it counted when that was interrupted. */
static void count_afterwards(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = fill(fixture, random);
	execute(fixture, "DELETE FROM count_level");
	execute(fixture, "DELETE FROM count_name");
	execute(fixture, "DELETE FROM count_delta");
	execute(fixture, "DELETE FROM count_state");
	execute(fixture, "DELETE FROM chronologer_migration WHERE version >= 2");
	g_autofree char *first = run_tool(&tool_migrate, fixture->dsn, &error);
	g_assert_no_error(error);
	g_assert_true(g_str_has_prefix(first, "applied 2 0002-counts\n"));
	g_assert_nonnull(strstr(first, "\ncounted "));
	check_counts(fixture);
	execute(fixture, "DELETE FROM count_level WHERE day < 737189");
	execute(fixture, "DELETE FROM count_name WHERE day < 737189");
	execute(fixture, "UPDATE count_state SET complete_since = 737189");
	check_filters(fixture, samples, random);
	for (guint i = 0; i < 300; i++)
		insert_samples(fixture, samples, random, 1);
	g_array_sort(samples, newest_first);
	check_filters(fixture, samples, random);
	g_autofree char *second = run_tool(&tool_migrate, fixture->dsn, &error);
	g_assert_no_error(error);
	g_assert_true(g_str_has_prefix(second, "schema is up to date"));
	g_assert_nonnull(strstr(second, "\ncounted "));
	check_filters(fixture, samples, random);
	check_counts(fixture);
}

static void delete_old(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = fill(fixture, random);
	guint64 deleted = 0, n;
	do {
		g_assert_true(store_delete(fixture->admin, NOW, 100, &n, &error));
		deleted += n;
	} while (n == 100);
	guint kept = 0;
	while (kept < samples->len && g_array_index(samples, Sample, kept).ts >= NOW)
		kept++;
	g_assert_cmpuint(deleted, ==, samples->len - kept);
	g_array_set_size(samples, kept);
	check_filters(fixture, samples, random);
	check_counts(fixture);
}

/* Days with many logger names, three of four of which begin with "app": then what there is of the others is
 * taken away from all there is. */
#define DAYS_OF_MANY 70
#define NAMES_OF_MANY 32

static void insert_day(Fixture *fixture, GArray *samples, GRand *random, gint64 day)
{
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(free_record);
	for (guint i = 0; i < NAMES_OF_MANY; i++) {
		g_autofree char *name = g_strdup_printf(i % 4 ? "app.%02u" : "lib.%02u", i);
		gint64 ts = counts_quarter_ts(day * COUNTS_QUARTERS) +
			    g_rand_int_range(random, 0, 86400) * SECOND;
		g_ptr_array_add(records,
			record_new(ts, levels[g_rand_int_range(random, 0, G_N_ELEMENTS(levels))],
				name, ""));
	}
	insert_records(fixture, samples, records);
}

/* More days than are listed one by one, and as few as one. */
static void check_many(Fixture *fixture, const GArray *samples, GRand *random)
{
	static const char *const prefixes[][3] = {
		{"app", NULL}, {"app", "lib.0", NULL}, {"app.0", "app", "lib.2"}, {"lib", NULL}};
	for (guint i = 0; i < 40; i++) {
		g_autoptr(Filter) filter = filter_new();
		if (i % 5 > 0)
			filter->after = NOW - g_rand_int_range(random, 0, 70 * 86400) * SECOND;
		if (i % 5 > 2)
			filter->before = NOW - g_rand_int_range(random, 0, 30 * 86400) * SECOND;
		if (i % 3 == 2)
			filter->level = 20;
		for (guint n = 0; n < 3 && prefixes[i % 4][n]; n++)
			g_ptr_array_add(filter->names, g_strdup(prefixes[i % 4][n]));
		g_test_message("after %" G_GINT64_FORMAT " before %" G_GINT64_FORMAT
			       " level %u, prefixes %u",
			filter->after, filter->before, filter->level, i % 4);
		check_filter(fixture, samples, filter, random);
	}
}

static void most_names(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Sample));
	gint64 today = counts_quarter(NOW) / COUNTS_QUARTERS;
	guint64 deleted;
	for (gint64 day = today - DAYS_OF_MANY; day < today; day++)
		insert_day(fixture, samples, random, day);
	check_counts(fixture); /* folds them */
	g_array_sort(samples, newest_first);
	check_many(fixture, samples, random);

	/* What is not folded, and takes away. */
	g_assert_true(store_delete(fixture->admin, NOW, 100, &deleted, &error));
	g_array_set_size(samples, samples->len - (guint)deleted);
	for (gint64 day = today - 3; day <= today; day++)
		insert_day(fixture, samples, random, day);
	g_array_sort(samples, newest_first);
	check_many(fixture, samples, random);

	/* Days that are not counted. */
	execute(fixture, "DELETE FROM count_level WHERE day < 737169");
	execute(fixture, "DELETE FROM count_name WHERE day < 737169");
	execute(fixture, "UPDATE count_state SET complete_since = 737169");
	check_many(fixture, samples, random);
}

/* What was rolled back is not counted. */
static void roll_back(Fixture *fixture)
{
	g_autoptr(Record) record = record_new(NOW, 20, "app", "");
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Sample));
	for (guint i = 0; i < 3; i++) {
		g_assert_true(store_begin(fixture->writer, NULL));
		g_assert_true(store_insert(fixture->writer, &record, 1, NULL));
		store_rollback(fixture->writer);
	}
	check_count(fixture, none, filter);
	g_assert_true(store_insert(fixture->writer, &record, 1, NULL));
	add_sample(none, record);
	check_count(fixture, none, filter);
	check_counts(fixture);
}

#define WRITERS 6

static gpointer write_samples(gpointer data)
{
	Fixture fixture = *(Fixture *)data;
	g_autoptr(GRand) random = g_rand_new();
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Sample));
	g_autoptr(Store) writer = store_new(fixture.config, STORE_WRITE);
	fixture.writer = writer;
	for (guint i = 0; i < 150; i++)
		insert_samples(&fixture, samples, random, i % 10 ? 1 : 40);
	return NULL;
}

/* Writers, folds, deletions and recounts at once. */
static void at_once(Fixture *fixture)
{
	GThread *threads[WRITERS];
	guint64 n;
	for (guint i = 0; i < WRITERS; i++)
		threads[i] = g_thread_new("writer", write_samples, fixture);
	for (guint i = 0; i < 10; i++) {
		g_autoptr(GError) error = NULL;
		store_delete(fixture->admin, NOW, 5, &n, &error);
		g_assert_no_error(error);
		check_counts(fixture);
	}
	for (guint i = 0; i < WRITERS; i++)
		g_thread_join(threads[i]);
	check_counts(fixture);
}

/* A fold touches no delta but those it has read, so that it and writers do not wait for each other: here one
 * that is not committed. */
static void fold_beside_writer(Fixture *fixture)
{
	g_autoptr(GRand) random = random_of_test();
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Sample));
	for (guint i = 0; i < 200; i++)
		insert_samples(fixture, samples, random, 1);
	execute(fixture, "START TRANSACTION");
	execute(fixture, "INSERT INTO count_delta (counts) VALUES ('')");
	g_assert_true(store_compact_once(fixture->writer));
	execute(fixture, "ROLLBACK");
	check_counts(fixture);
}

const Case count_cases[] = {
	{"counts-agree", agree, ANY},
	{"counts-recount", recount, ANY},
	{"counts-afterwards", count_afterwards, ANY},
	{"counts-delete", delete_old, ANY},
	{"counts-most-names", most_names, ANY},
	{"counts-rollback", roll_back, ANY},
	{"counts-at-once", at_once, ANY},
	{"counts-fold-beside-writer", fold_beside_writer, SERVER},
	{NULL, NULL, 0},
};
