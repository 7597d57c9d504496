/* Sums of short steps of UTC -> sums of a zone's local minutes, quarter hours, hours or days. */
#ifndef CHRONOLOGER_STORE_TIMELINE_H
#define CHRONOLOGER_STORE_TIMELINE_H

#include <glib.h>
#include "store/store.h"

typedef enum { GROUP_MINUTE, GROUP_QUARTER_HOUR, GROUP_HOUR, GROUP_DAY } TimelineGroup;

/* One non-empty group, of one level. */
typedef struct {
	gint64 start; /* seconds since 1970: its first instant (which need not be a full hour) */
	guint level;
	guint64 count;
} TimelineSum;

/* "minute", "15minute", "hour", "day". ERROR_VALUE. */
gboolean timeline_parse_group(const char *text, TimelineGroup *group, GError **error);

/* An IANA name such as "Europe/Amsterdam". ERROR_VALUE where the system's tzdata has none of that name
 * (also for "", a POSIX TZ string, an offset, or anything with "..", or a leading "/"). */
GTimeZone *timeline_parse_zone(const char *text, GError **error);

/* The minutes with records that a timeline of minutes may have, about. */
#define TIMELINE_MINUTES_MAX 60000

/* Sums of all records that match, by group and level: TimelineSum, ascending by start, then level.
 * A quarter hour of UTC (a minute for GROUP_MINUTE) belongs as a whole to the
 * group that holds its first instant. Errors are the store's, and ERROR_VALUE for more minutes than
 * TIMELINE_MINUTES_MAX. */
GArray *timeline_read(
	Store *store, const Filter *filter, TimelineGroup group, GTimeZone *zone, GError **error);

/* The first instant, in seconds since 1970, of the group that holds instant `t` (seconds), and the
 * first instant after it: multiples of 900 (60 for GROUP_MINUTE). The groups are without gaps and do not
 * overlap. The local hour repeated when clocks go back is two groups; a local day is one, of 23 or 25
 * hours or whatever it has. */
void timeline_bounds(GTimeZone *zone, TimelineGroup group, gint64 t, gint64 *start, gint64 *end);

#endif
