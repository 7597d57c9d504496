/* Numbers of records by quarter hour, level and logger name.
 *
 * Packed, a page is a list of runs: level, first quarter hour of the day, length, then the numbers.
 * Integers are written as LEB128, numbers that may be negative "zigzag" (0, -1, 1, -2 .. as 0, 1, 2,
 * 3 ..): almost all of them take one byte. */
#include "store/counts/counts.h"

#include <string.h>

#include "base/calendar.h"

/* The numbers of one level of a page. */
typedef struct {
	guint level;
	gint32 n[COUNTS_QUARTERS];
} Level;

struct counts {
	GHashTable *pages; /* CountsPage -> itself */
	CountsPage *last;  /* the page that was found last, or NULL: cells come in runs */
};

gint64 counts_quarter(gint64 ts)
{
	return (ts + CALENDAR_SECONDS_1970 * G_USEC_PER_SEC) / (COUNTS_STEP * G_USEC_PER_SEC);
}

gint64 counts_quarter_ts(gint64 quarter)
{
	return (quarter * COUNTS_STEP - CALENDAR_SECONDS_1970) * G_USEC_PER_SEC;
}

/* Pages ---------------------------------------------------------------------------------------- */

static gboolean same_text(const Text *a, const Text *b)
{
	return a->length == b->length && (a->length == 0 || !memcmp(a->data, b->data, a->length));
}

static guint hash_page(gconstpointer key)
{
	const CountsPage *page = key;
	guint hash = page->day;
	for (gsize i = 0; i < page->name.length; i++)
		hash = hash * 33 + (guint8)page->name.data[i];
	return hash;
}

static gboolean same_page(gconstpointer a, gconstpointer b)
{
	const CountsPage *left = a, *right = b;
	return left->day == right->day && same_text(&left->name, &right->name);
}

static void free_page(gpointer data)
{
	CountsPage *page = data;
	g_free(page->name.data);
	g_array_unref(page->levels);
	g_free(page);
}

Counts *counts_new(void)
{
	Counts *counts = g_new0(Counts, 1);
	counts->pages = g_hash_table_new_full(hash_page, same_page, free_page, NULL);
	return counts;
}

void counts_free(Counts *counts)
{
	if (!counts)
		return;
	g_hash_table_unref(counts->pages);
	g_free(counts);
}

void counts_clear(Counts *counts)
{
	counts->last = NULL;
	g_hash_table_remove_all(counts->pages);
}

static CountsPage *new_page(const CountsPage *key)
{
	CountsPage *page = g_new(CountsPage, 1);
	*page = *key;
	page->name.data = g_strndup(key->name.data ? key->name.data : "", key->name.length);
	page->levels = g_array_sized_new(FALSE, TRUE, sizeof(Level), 1);
	return page;
}

static CountsPage *find_page(Counts *counts, const CountsPage *key)
{
	if (counts->last && same_page(counts->last, key))
		return counts->last;
	CountsPage *page = g_hash_table_lookup(counts->pages, key);
	if (!page) {
		page = new_page(key);
		g_hash_table_add(counts->pages, page);
	}
	counts->last = page;
	return page;
}

static Level *find_level(GArray *levels, guint level)
{
	for (guint i = 0; i < levels->len; i++)
		if (g_array_index(levels, Level, i).level == level)
			return &g_array_index(levels, Level, i);
	g_array_set_size(levels, levels->len + 1);
	Level *added = &g_array_index(levels, Level, levels->len - 1);
	added->level = level;
	return added;
}

static gint32 *find_numbers(Counts *counts, const Text *name, gint64 day, guint level)
{
	CountsPage key = {.day = (guint)day, .name = *name};
	return find_level(find_page(counts, &key)->levels, level)->n;
}

void counts_add(Counts *counts, const Text *name, gint64 quarter, guint level, gint64 n)
{
	gint32 *numbers = find_numbers(counts, name, quarter / COUNTS_QUARTERS, level);
	numbers[quarter % COUNTS_QUARTERS] += (gint32)n;
}

void counts_add_run(const CountsRun *run, gpointer data)
{
	gint32 *numbers = find_numbers(data, run->name, run->quarter / COUNTS_QUARTERS, run->level);
	numbers += run->quarter % COUNTS_QUARTERS;
	for (guint i = 0; i < run->length; i++)
		numbers[i] += (gint32)run->n[i];
}

void counts_add_nameless(const CountsRun *run, gpointer data)
{
	static const Text none = {(char *)"", 0};
	CountsRun nameless = *run;
	nameless.name = &none;
	counts_add_run(&nameless, data);
}

CountsRun counts_negative(const CountsRun *run, gint64 n[static COUNTS_QUARTERS])
{
	CountsRun negative = *run;
	for (guint i = 0; i < run->length; i++)
		n[i] = -run->n[i];
	negative.n = n;
	return negative;
}

guint counts_size(const Counts *counts)
{
	return g_hash_table_size(counts->pages);
}

static int compare_pages(gconstpointer a, gconstpointer b)
{
	const CountsPage *left = *(CountsPage *const *)a, *right = *(CountsPage *const *)b;
	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	gsize common = MIN(left->name.length, right->name.length);
	int order = memcmp(left->name.data, right->name.data, common);
	if (order == 0)
		order = (left->name.length > right->name.length) -
			(left->name.length < right->name.length);
	return order;
}

GPtrArray *counts_pages(const Counts *counts)
{
	GHashTableIter iterator;
	gpointer page;
	GPtrArray *pages = g_ptr_array_sized_new(counts_size(counts));
	g_hash_table_iter_init(&iterator, counts->pages);
	while (g_hash_table_iter_next(&iterator, &page, NULL))
		g_ptr_array_add(pages, page);
	g_ptr_array_sort(pages, compare_pages);
	return pages;
}

static int compare_levels(gconstpointer a, gconstpointer b)
{
	guint left = ((const Level *)a)->level, right = ((const Level *)b)->level;
	return (left > right) - (left < right);
}

static void each_of_page(const CountsPage *page, CountsFunc func, gpointer data)
{
	CountsCell cell = {.name = &page->name};
	g_array_sort(page->levels, compare_levels);
	for (guint quarter = 0; quarter < COUNTS_QUARTERS; quarter++) {
		cell.quarter = (gint64)page->day * COUNTS_QUARTERS + quarter;
		for (guint i = 0; i < page->levels->len; i++) {
			const Level *level = &g_array_index(page->levels, Level, i);
			cell.level = level->level;
			cell.n = level->n[quarter];
			if (cell.n != 0)
				func(&cell, data);
		}
	}
}

void counts_each(const Counts *counts, CountsFunc cell, gpointer data)
{
	g_autoptr(GPtrArray) pages = counts_pages(counts);
	for (guint i = 0; i < pages->len; i++)
		each_of_page(pages->pdata[i], cell, data);
}

/* Packing -------------------------------------------------------------------------------------- */

static void append_integer(GByteArray *bytes, guint64 value)
{
	guint8 byte;
	for (; value > 0x7f; value >>= 7) {
		byte = (guint8)(0x80 | (value & 0x7f));
		g_byte_array_append(bytes, &byte, 1);
	}
	byte = (guint8)value;
	g_byte_array_append(bytes, &byte, 1);
}

static void append_number(GByteArray *bytes, gint64 n)
{
	append_integer(bytes, n < 0 ? ((guint64)(-(n + 1)) << 1) + 1 : (guint64)n << 1);
}

/* The first number from `i` on that is, or is not, 0; COUNTS_QUARTERS where there is none. */
static guint next_cell(const Level *level, guint i, gboolean is_zero)
{
	while (i < COUNTS_QUARTERS && (level->n[i] == 0) != is_zero)
		i++;
	return i;
}

static void pack_level(GByteArray *bytes, const Level *level)
{
	guint end;
	for (guint first = next_cell(level, 0, FALSE); first < COUNTS_QUARTERS;
		first = next_cell(level, end, FALSE)) {
		end = next_cell(level, first, TRUE);
		/* A run's head takes three bytes: shorter gaps are cheaper inside of one. */
		for (guint next = next_cell(level, end, FALSE);
			next < COUNTS_QUARTERS && next - end <= 3;
			next = next_cell(level, end, FALSE))
			end = next_cell(level, next, TRUE);
		append_integer(bytes, level->level);
		append_integer(bytes, first);
		append_integer(bytes, end - first);
		for (guint i = first; i < end; i++)
			append_number(bytes, level->n[i]);
	}
}

GByteArray *counts_pack_page(const CountsPage *page)
{
	GByteArray *bytes = g_byte_array_new();
	for (guint i = 0; i < page->levels->len; i++)
		pack_level(bytes, &g_array_index(page->levels, Level, i));
	return bytes;
}

GByteArray *counts_pack(const Counts *counts)
{
	GHashTableIter iterator;
	gpointer key;
	GByteArray *bytes = g_byte_array_new();
	g_hash_table_iter_init(&iterator, counts->pages);
	while (g_hash_table_iter_next(&iterator, &key, NULL)) {
		const CountsPage *page = key;
		g_autoptr(GByteArray) packed = counts_pack_page(page);
		append_integer(bytes, page->day);
		append_integer(bytes, page->name.length);
		g_byte_array_append(bytes, (guint8 *)page->name.data, (guint)page->name.length);
		append_integer(bytes, packed->len);
		g_byte_array_append(bytes, packed->data, packed->len);
	}
	return bytes;
}

/* Unpacking ------------------------------------------------------------------------------------ */

typedef struct {
	const guint8 *at, *end;
} Bytes;

static Bytes bytes_of(const Text *text)
{
	const guint8 *data = (const guint8 *)text->data;
	return (Bytes){data, data + text->length};
}

/* FALSE past the end and for more than `max`. */
static gboolean take_integer(Bytes *bytes, guint64 max, guint64 *value)
{
	guint shift = 0;
	*value = 0;
	for (; bytes->at < bytes->end && shift < 64; shift += 7) {
		guint8 byte = *bytes->at++;
		*value |= (guint64)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return *value <= max;
	}
	return FALSE;
}

static gboolean take_text(Bytes *bytes, Text *text)
{
	guint64 length;
	if (!take_integer(bytes, G_MAXINT32, &length) || length > (guint64)(bytes->end - bytes->at))
		return FALSE;
	*text = (Text){(char *)bytes->at, (gsize)length};
	bytes->at += length;
	return TRUE;
}

static gint64 number_of(guint64 zigzag)
{
	return zigzag & 1 ? -(gint64)(zigzag >> 1) - 1 : (gint64)(zigzag >> 1);
}

/* Most numbers are small. */
static inline gboolean take_number(Bytes *bytes, gint64 *n)
{
	guint64 zigzag;
	if (bytes->at < bytes->end && *bytes->at < 0x80)
		zigzag = *bytes->at++;
	else if (!take_integer(bytes, G_MAXUINT32, &zigzag))
		return FALSE;
	*n = number_of(zigzag);
	return TRUE;
}

/* One run, whose first quarter hour counts from the one in `run`. */
static gboolean take_run(Bytes *bytes, CountsRun run, CountsRunFunc func, gpointer data)
{
	guint64 level, first, length;
	gint64 n[COUNTS_QUARTERS];
	if (!take_integer(bytes, RECORD_LEVEL_MAX, &level) ||
		!take_integer(bytes, COUNTS_QUARTERS - 1, &first) ||
		!take_integer(bytes, COUNTS_QUARTERS - first, &length))
		return FALSE;
	for (guint i = 0; i < length; i++)
		if (!take_number(bytes, &n[i]))
			return FALSE;
	run.level = (guint)level;
	run.quarter += (gint64)first;
	run.length = (guint)length;
	run.n = n;
	func(&run, data);
	return TRUE;
}

gboolean counts_unpack_page(
	guint day, const Text *name, const Text *packed, CountsRunFunc run, gpointer data)
{
	Bytes bytes = bytes_of(packed);
	CountsRun first = {.name = name, .quarter = (gint64)day * COUNTS_QUARTERS};
	while (bytes.at < bytes.end)
		if (!take_run(&bytes, first, run, data))
			return FALSE;
	return TRUE;
}

gboolean counts_unpack(const Text *packed, CountsRunFunc run, gpointer data)
{
	Bytes bytes = bytes_of(packed);
	while (bytes.at < bytes.end) {
		guint64 day;
		Text name, page;
		if (!take_integer(&bytes, G_MAXINT32, &day) || !take_text(&bytes, &name) ||
			!take_text(&bytes, &page) ||
			!counts_unpack_page((guint)day, &name, &page, run, data))
			return FALSE;
	}
	return TRUE;
}
