/* Dates and times as MySQL reads, prints and counts them; no time zones: the session is UTC. MySQL
 * Reference Manual, "Date and Time Literals", "Date and Time Functions". */
#ifndef CHRONOLOGER_QUERY_DATE_H
#define CHRONOLOGER_QUERY_DATE_H

#include "query-value.h"

#define QUERY_MOMENT_SIZE 40

/* 'YYYY-MM-DD hh:mm:ss.ffffff', or a part of it; `scale` digits behind the point. The length. */
gsize query_date_print(const QueryMoment *moment, QueryType type, guint scale,
	char text[static QUERY_MOMENT_SIZE]);

int query_date_compare(const QueryMoment *a, const QueryMoment *b);

/* As a number, YYYYMMDDhhmmss, YYYYMMDD or hhmmss, and its microseconds apart. */
gint64 query_date_number(const QueryMoment *moment, QueryType type);

/* From microseconds: since 1970-01-01, or of a time. */
QueryMoment query_date_of_epoch(gint64 micros);
QueryMoment query_date_of_micros(gint64 micros);
gint64 query_date_to_epoch(const QueryMoment *moment);  /* a DATE or DATETIME of the calendar */
gint64 query_date_to_micros(const QueryMoment *moment); /* of a TIME */

/* Days since year 0, and back. */
gint64 query_date_days(guint year, guint month, guint day);
void query_date_of_days(gint64 days, QueryMoment *moment);
guint query_date_month_days(guint year, guint month);

/* A day of the calendar; not one with a month or a day of 0. */
gboolean query_date_is_whole(const QueryMoment *moment);

/* Reads a value as a DATE or DATETIME. FALSE: MySQL's answer is NULL, or, where *type is
 * UNKNOWN, an error: a month or day of 0 has been let in, and a time zone can not be taken from
 * it. */
typedef enum {
	QUERY_DATE_ZERO_IN_DATE = 1, /* '2026-00-00' passes */
	QUERY_DATE_ZERO_DATE = 2,    /* '0000-00-00' passes */
} QueryDateFlags;

gboolean query_date_read(
	const Value *value, QueryDateFlags flags, QueryMoment *moment, QueryType *type);

/* The time of a TIME, DATE or DATETIME; FALSE: of anything else. */
gboolean query_date_read_time(const Value *value, QueryMoment *moment);

/* Rounds the fraction half up to `scale` digits; FALSE: beyond the year 9999. */
gboolean query_date_round(QueryMoment *moment, QueryType type, guint scale);

#endif
