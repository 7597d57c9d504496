/* Dates and times as MySQL prints and counts them; no time zones: the session is UTC. MySQL
 * Reference Manual, "Date and Time Literals", "Date and Time Functions". */
#ifndef CHRONOLOGER_BASE_CALENDAR_H
#define CHRONOLOGER_BASE_CALENDAR_H

#include <glib.h>

/* First and last microsecond of the years 1..9999, as `ts` counts. */
#define CALENDAR_TS_MIN G_GINT64_CONSTANT(-62135596800000000)
#define CALENDAR_TS_MAX G_GINT64_CONSTANT(253402300799999999)

/* 1970-01-01 as calendar_days() counts, and as MySQL's TO_SECONDS() does: literals, SQL is made of
 * them. */
#define CALENDAR_DAYS_1970 719528
#define CALENDAR_SECONDS_1970 62167219200
#define CALENDAR_DAY G_GINT64_CONSTANT(86400000000) /* microseconds */

/* A date, a time or both, not always one of the calendar: MySQL reads '2026-00-00' and goes on. */
typedef struct {
	guint16 year; /* 0..9999 */
	guint8 month, day;
	guint16 hour; /* of a time, 0..838 */
	guint8 minute, second;
	guint32 micro;
	gboolean negative; /* of a time only */
} Moment;

typedef enum {
	CALENDAR_DATE,
	CALENDAR_TIME,
	CALENDAR_DATETIME,
} CalendarKind;

#define CALENDAR_SIZE 40

/* 'YYYY-MM-DD hh:mm:ss.ffffff', or a part of it; `scale` digits behind the point. The length. */
gsize calendar_print(
	const Moment *moment, CalendarKind kind, guint scale, char text[static CALENDAR_SIZE]);

int calendar_compare(const Moment *a, const Moment *b);

/* As a number, YYYYMMDDhhmmss, YYYYMMDD or hhmmss, and its microseconds apart. */
gint64 calendar_number(const Moment *moment, CalendarKind kind);

/* From microseconds: since 1970-01-01, or of a time. */
Moment calendar_of_epoch(gint64 micros);
Moment calendar_of_micros(gint64 micros);
gint64 calendar_to_epoch(const Moment *moment);  /* a DATE or DATETIME of the calendar */
gint64 calendar_to_micros(const Moment *moment); /* of a TIME */

/* Days since year 0, and back (fast: a page prints 10,000 of them). */
gint64 calendar_days(guint year, guint month, guint day);
void calendar_of_days(gint64 days, Moment *moment);
guint calendar_weekday(gint64 days); /* 0 is Monday */
guint calendar_month_days(guint year, guint month);

/* A day of the calendar; not one with a month or a day of 0. */
gboolean calendar_is_whole(const Moment *moment);

/* Rounds the fraction half up to `scale` digits; FALSE: beyond the year 9999. */
gboolean calendar_round(Moment *moment, CalendarKind kind, guint scale);

#endif
