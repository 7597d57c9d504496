/* Dates and times: counting, printing. */
#include "base/calendar.h"

#define SECOND G_GINT64_CONSTANT(1000000)

/* The calendar --------------------------------------------------------------------------------- */

static gboolean is_leap(guint year)
{
	return year % 4 == 0 && (year % 100 != 0 || (year % 400 == 0 && year != 0));
}

guint calendar_month_days(guint year, guint month)
{
	static const guint8 days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month] + (month == 2 && is_leap(year));
}

/* MySQL's TO_DAYS(), months and days of 0 included: it counts year 0 as a common year. */
gint64 calendar_days(guint year, guint month, guint day)
{
	gint64 y = year, days = 365 * y + 31 * ((gint64)month - 1) + day;
	if (year == 0 && month == 0)
		return 0;
	if (month <= 2)
		y--;
	else
		days -= (month * 4 + 23) / 10;
	return days + y / 4 - (y / 100 + 1) * 3 / 4;
}

/* By years that begin in March, so that the leap day is the last one; what is before the first of
 * them is two months of a year of its own. */
void calendar_of_days(gint64 days, Moment *moment)
{
	gint64 n = days - 60; /* since 0000-03-01 */
	if (n < 0) {
		moment->year = 0;
		moment->month = days > 31 ? 2 : 1;
		moment->day = (guint8)(days > 31 ? days - 31 : days);
		return;
	}
	gint64 era = n / 146097, of_era = n % 146097;
	gint64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	gint64 of_year = of_era - (365 * year + year / 4 - year / 100);
	gint64 month = (5 * of_year + 2) / 153; /* 0 is March */
	moment->year = (guint16)(era * 400 + year + (month >= 10));
	moment->month = (guint8)(month < 10 ? month + 3 : month - 9);
	moment->day = (guint8)(of_year - (153 * month + 2) / 5 + 1);
}

guint calendar_weekday(gint64 days)
{
	return (guint)((days + 5) % 7);
}

gboolean calendar_is_whole(const Moment *moment)
{
	return moment->month >= 1 && moment->month <= 12 && moment->day >= 1 &&
	       moment->day <= calendar_month_days(moment->year, moment->month);
}

/* Counting ------------------------------------------------------------------------------------- */

Moment calendar_of_micros(gint64 micros)
{
	Moment moment = {.negative = micros < 0};
	guint64 size = micros < 0 ? 0 - (guint64)micros : (guint64)micros;
	moment.micro = (guint32)(size % SECOND);
	moment.second = (guint8)(size / SECOND % 60);
	moment.minute = (guint8)(size / SECOND / 60 % 60);
	moment.hour = (guint16)MIN(size / SECOND / 3600, G_MAXUINT16);
	return moment;
}

gint64 calendar_to_micros(const Moment *moment)
{
	gint64 seconds = ((gint64)moment->hour * 60 + moment->minute) * 60 + moment->second;
	gint64 micros = seconds * SECOND + moment->micro;
	return moment->negative ? -micros : micros;
}

Moment calendar_of_epoch(gint64 micros)
{
	gint64 days = micros / CALENDAR_DAY - (micros % CALENDAR_DAY < 0);
	Moment moment = calendar_of_micros(micros - days * CALENDAR_DAY);
	calendar_of_days(days + CALENDAR_DAYS_1970, &moment);
	return moment;
}

gint64 calendar_to_epoch(const Moment *moment)
{
	gint64 days = calendar_days(moment->year, moment->month, moment->day) - CALENDAR_DAYS_1970;
	return days * CALENDAR_DAY + calendar_to_micros(moment);
}

static gint64 packed(const Moment *moment)
{
	gint64 days = ((gint64)moment->year * 13 + moment->month) * 32 + moment->day;
	gint64 all = (days * 32 + moment->hour) * 3600 + moment->minute * 60 + moment->second;
	all = all * SECOND + moment->micro;
	return moment->negative ? -all : all;
}

int calendar_compare(const Moment *a, const Moment *b)
{
	gint64 x = packed(a), y = packed(b);
	return x < y ? -1 : x > y;
}

gint64 calendar_number(const Moment *moment, CalendarKind kind)
{
	gint64 date = ((gint64)moment->year * 100 + moment->month) * 100 + moment->day;
	gint64 time = ((gint64)moment->hour * 100 + moment->minute) * 100 + moment->second;
	if (kind == CALENDAR_DATE)
		return date;
	return kind == CALENDAR_TIME ? time : date * 1000000 + time;
}

gboolean calendar_round(Moment *moment, CalendarKind kind, guint scale)
{
	static const gint64 units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
	gint64 unit = units[MIN(scale, 6)];
	gint64 micro = (moment->micro + unit / 2) / unit * unit;
	gboolean negative = moment->negative;
	if (kind == CALENDAR_DATE || micro < SECOND) {
		moment->micro = kind == CALENDAR_DATE ? 0 : (guint32)micro;
		return TRUE;
	}
	moment->micro = 0;
	moment->negative = FALSE;
	if (kind == CALENDAR_TIME) {
		*moment = calendar_of_micros(calendar_to_micros(moment) + SECOND);
		moment->negative = negative;
		return TRUE;
	}
	if (!calendar_is_whole(moment))
		return FALSE;
	*moment = calendar_of_epoch(calendar_to_epoch(moment) + SECOND);
	return moment->year <= 9999;
}

/* Printing ------------------------------------------------------------------------------------- */

gsize calendar_print(
	const Moment *moment, CalendarKind kind, guint scale, char text[static CALENDAR_SIZE])
{
	gsize n = 0;
	if (kind != CALENDAR_TIME)
		n += (gsize)g_snprintf(text, CALENDAR_SIZE, "%04u-%02u-%02u", moment->year,
			moment->month, moment->day);
	if (kind == CALENDAR_DATE)
		return n;
	if (kind == CALENDAR_DATETIME)
		text[n++] = ' ';
	n += (gsize)g_snprintf(text + n, CALENDAR_SIZE - n, "%s%02u:%02u:%02u",
		moment->negative ? "-" : "", moment->hour, moment->minute, moment->second);
	if (scale == 0)
		return n;
	g_snprintf(text + n, CALENDAR_SIZE - n, ".%06u", moment->micro);
	n += 1 + MIN(scale, 6);
	text[n] = '\0';
	return n;
}
