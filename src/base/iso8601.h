/* ISO 8601 points in time and durations, as the filters `after` and `before` take them. */
#ifndef CHRONOLOGER_BASE_ISO8601_H
#define CHRONOLOGER_BASE_ISO8601_H

#include <glib.h>

/* Reads a point in time (calendar, ordinal or week date, basic or extended, `T` or space, fraction
 * with `.` or `,`, `Z` or an offset, no zone = UTC, a date, month or year alone = its first
 * instant), or a signed duration, which is added to `now` (months and years by the calendar, in
 * UTC). Times are microseconds since 1970-01-01 UTC; digits beyond microseconds are cut. FALSE, and
 * ERROR_VALUE that says what is wrong, for anything else and outside the years 1..9999. */
gboolean iso8601_parse(const char *text, gint64 now, gint64 *ts, GError **error);

#endif
