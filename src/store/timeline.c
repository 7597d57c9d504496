/* Steps of UTC -> groups of local time.
 *
 * A step (a quarter hour, or a minute) is never divided: it belongs to the group that holds its
 * first instant, so that a timeline never reads a record, only sums. Every zone has been a multiple
 * of 15 minutes from UTC since 1980, and since then all changes but those at 00:01 (last in
 * America/St_Johns in 2011 and Antarctica/Casey in 2022) fell on a quarter hour. Where one did not,
 * or with the local mean times of long ago, a boundary moves to the next quarter hour. */
#include "store/timeline.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/error.h"

#define HOUR 3600
#define DAY 86400

/* No zone has ever been further from UTC than 16 hours. */
#define OFFSET_MAX DAY

/* The step that hours and days are made of. */
#define STEP 900

typedef void (*BoundsFunc)(GTimeZone *zone, gint64 t, gint64 *start, gint64 *end);

static gint64 floor_div(gint64 dividend, gint64 divisor)
{
	return dividend / divisor - (dividend % divisor < 0);
}

static gint64 floor_to(gint64 t, gint64 unit)
{
	return floor_div(t, unit) * unit;
}

/* Intervals of constant offset are numbered from the first to the last. GLib applies the rule at
 * the end of a TZif file past the transitions that it lists. All zones agree with Python's zoneinfo
 * over 1900..2100 but Europe/Dublin (Eire), whose rule has a negative daylight saving time:
 * GLib 2.74 gets that wrong, after 2037 with Debian's tzdata and from its last listed transition
 * with "slim" files. */
static gint interval_at(GTimeZone *zone, gint64 t)
{
	return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, t);
}

static gint64 offset_at(GTimeZone *zone, gint64 t)
{
	return g_time_zone_get_offset(zone, interval_at(zone, t));
}

static void bounds_of_minute(G_GNUC_UNUSED GTimeZone *zone, gint64 t, gint64 *start, gint64 *end)
{
	*start = floor_to(t, 60);
	*end = *start + 60;
}

static void bounds_of_quarter_hour(
	G_GNUC_UNUSED GTimeZone *zone, gint64 t, gint64 *start, gint64 *end)
{
	*start = floor_to(t, STEP);
	*end = *start + STEP;
}

/* Whether the step that begins at `t` and the one before it are of one local hour. Where clocks
 * went back between them a local hour begins again, which is another group; where they went forward
 * within an hour it goes on. */
static gboolean continues_hour(GTimeZone *zone, gint64 t)
{
	gint64 before = offset_at(zone, t - STEP), after = offset_at(zone, t);

	return after >= before && floor_div(t - STEP + before, HOUR) == floor_div(t + after, HOUR);
}

/* At most four steps: local time never runs slower than UTC within a group. */
static void bounds_of_hour(GTimeZone *zone, gint64 t, gint64 *start, gint64 *end)
{
	*start = floor_to(t, STEP);
	*end = *start + STEP;
	while (continues_hour(zone, *start))
		*start -= STEP;
	while (continues_hour(zone, *end))
		*end += STEP;
}

/* The first step after `from`, and not after `to`, that lies in another interval than `from`; `to`
 * where all are in the same. GTimeZone can not be asked when an interval ends. */
static gint64 next_interval(GTimeZone *zone, gint64 from, gint64 to)
{
	gint interval = interval_at(zone, from);

	if (interval_at(zone, to) == interval)
		return to;
	while (to - from > STEP) {
		gint64 middle = from + floor_to((to - from) / 2, STEP);

		if (interval_at(zone, middle) == interval)
			from = middle;
		else
			to = middle;
	}
	return to;
}

/* The first step whose local time is not before `local` (seconds of local time since 1970). */
static gint64 first_step(GTimeZone *zone, gint64 local)
{
	gint64 t = floor_to(local - OFFSET_MAX, STEP), short_of;

	while ((short_of = local - t - offset_at(zone, t)) > 0)
		t = next_interval(zone, t, floor_to(t + short_of + STEP - 1, STEP));
	return t;
}

/* A day begins at its first instant and ends where a later day begins. So days ascend and do not
 * interleave where clocks go back just after midnight: what is then repeated of the evening before
 * is counted with the new day. A local midnight that does not exist or a day that a zone skipped
 * needs no rule of its own. */
static void bounds_of_day(GTimeZone *zone, gint64 t, gint64 *start, gint64 *end)
{
	gint64 step = floor_to(t, STEP);
	gint64 midnight = floor_to(step + offset_at(zone, step), DAY);

	*start = first_step(zone, midnight);
	while ((*end = first_step(zone, midnight + DAY)) <= t) {
		*start = *end;
		midnight += DAY;
	}
}

static const struct {
	const char *name;
	guint step; /* in seconds */
	BoundsFunc bounds;
} groups[] = {
	[GROUP_MINUTE] = {"minute", 60, bounds_of_minute},
	[GROUP_QUARTER_HOUR] = {"15minute", STEP, bounds_of_quarter_hour},
	[GROUP_HOUR] = {"hour", STEP, bounds_of_hour},
	[GROUP_DAY] = {"day", STEP, bounds_of_day},
};

gboolean timeline_parse_group(const char *text, TimelineGroup *group, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
		if (strcmp(groups[i].name, text) == 0) {
			*group = (TimelineGroup)i;
			return TRUE;
		}
	}
	g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"group\": must be day, hour, 15minute or minute");
	return FALSE;
}

/* Whether text looks like a name of the zone database: words that begin with a capital, divided by
 * slashes. That leaves out what else lies in or leads out of its directory ("posix/", "right/",
 * "localtime", "zone.tab", "../"). */
static gboolean is_zone_name(const char *text)
{
	return strlen(text) < 100 &&
	       g_regex_match_simple(
		       "\\A[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*\\z", text, 0, 0);
}

/* Not where the system can not tell now. */
static gboolean is_missing(const char *file)
{
	GStatBuf status;

	if (g_stat(file, &status) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	return !S_ISREG(status.st_mode);
}

GTimeZone *timeline_parse_zone(const char *text, GError **error)
{
	const char *directory = g_getenv("TZDIR");
	g_autofree char *file = NULL;
	GTimeZone *zone;

	/* By its file and not by its name: GLib would take "JST-9" or "UTC+3" for a rule. */
	file = g_build_filename(directory ? directory : "/usr/share/zoneinfo", text, NULL);
	if (!is_zone_name(text) || is_missing(file)) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"timezone\": must be the name of a time zone such as "
			"Europe/Amsterdam");
		return NULL;
	}
	zone = g_time_zone_new_identifier(file);
	if (!zone)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"The system can not read the time zone %s now", text);
	return zone;
}

static int compare_levels(const void *a, const void *b)
{
	guint left = ((const TimelineSum *)a)->level, right = ((const TimelineSum *)b)->level;

	return (left > right) - (left < right);
}

/* Makes one sum a level of those from `first` on, which are all of one group. */
static void merge_levels(GArray *sums, guint first)
{
	TimelineSum *sum = (TimelineSum *)(void *)sums->data;
	guint last = first;

	if (sums->len == first)
		return;
	qsort(sum + first, sums->len - first, sizeof *sum, compare_levels);
	for (guint i = first + 1; i < sums->len; i++) {
		if (sum[i].level == sum[last].level)
			sum[last].count += sum[i].count;
		else
			sum[++last] = sum[i];
	}
	g_array_set_size(sums, last + 1);
}

/* Minutes are read from the records: so many that memory and time are bounded. The count tables say
 * how many quarter hours have any, a query expression aside. */
static gboolean check_minutes(Store *store, const Filter *filter, GError **error)
{
	Filter all = *filter; /* borrows */
	guint quarters = 0;
	all.query = NULL;
	g_autoptr(GArray) sums = store_sums(store, &all, STEP, error);
	if (!sums)
		return FALSE;
	for (guint i = 0; i < sums->len; i++)
		quarters += i == 0 || g_array_index(sums, StoreSum, i).start !=
					      g_array_index(sums, StoreSum, i - 1).start;
	if (quarters <= TIMELINE_MINUTES_MAX / 15)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Parameter \"group\": minute is for at most %d minutes with records, and these are "
		"about %u; narrow them with after and before",
		TIMELINE_MINUTES_MAX, quarters * 15);
	return FALSE;
}

GArray *timeline_read(
	Store *store, const Filter *filter, TimelineGroup group, GTimeZone *zone, GError **error)
{
	g_autoptr(GArray) steps = NULL;
	GArray *sums;
	gint64 start = 0, end = G_MININT64;
	guint first = 0;

	if (groups[group].step == STEP || check_minutes(store, filter, error))
		steps = store_sums(store, filter, groups[group].step, error);
	if (!steps)
		return NULL;
	sums = g_array_new(FALSE, FALSE, sizeof(TimelineSum));
	for (guint i = 0; i < steps->len; i++) {
		const StoreSum *step = &g_array_index(steps, StoreSum, i);
		TimelineSum sum = {.level = step->level, .count = step->count};

		if (step->start >= end) {
			merge_levels(sums, first);
			first = sums->len;
			timeline_bounds(zone, group, step->start, &start, &end);
		}
		sum.start = start;
		g_array_append_val(sums, sum);
	}
	merge_levels(sums, first);
	return sums;
}

void timeline_bounds(GTimeZone *zone, TimelineGroup group, gint64 t, gint64 *start, gint64 *end)
{
	groups[group].bounds(zone, t, start, end);
}
