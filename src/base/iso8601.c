/* ISO 8601 text -> microseconds.
 *
 * The lexical part is ours: g_date_time_new_from_iso8601() keeps seconds in a double and takes more
 * than the contract does. */
#include "base/iso8601.h"

#include <string.h>

#include "base/calendar.h"
#include "base/error.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Long enough for every component and any sensible number of digits; what is longer is not a date.
 */
#define TEXT_MAX 100

#define PLUS_HINT " (a plus sign in a query string is written %2B)"

/* Digits in each shape: '0', '1', '2' stand for a digit of that field, all else for itself. */
#define FIELDS 3

typedef enum { EITHER, BASIC, EXTENDED } Form;

/* FALSE where there is no such day; `day` is calendar_days()'s. */
typedef gboolean (*DayFunc)(const gint64 field[FIELDS], gint64 *day);

static gboolean fail(GError **error, const char *why)
{
	g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE, why);
	return FALSE;
}

static gboolean fail_range(GError **error)
{
	return fail(error, "outside the years 1 to 9999");
}

/* Moves `*at` past text of this shape and reads its fields; otherwise changes nothing but `field`.
 */
static gboolean scan_shape(const char **at, const char *shape, gint64 field[FIELDS])
{
	const char *text = *at;
	memset(field, 0, FIELDS * sizeof *field);
	for (; *shape; shape++, text++) {
		if (!g_ascii_isdigit(*shape)) {
			if (*text != *shape)
				return FALSE;
			continue;
		}
		if (!g_ascii_isdigit(*text))
			return FALSE;
		field[*shape - '0'] = field[*shape - '0'] * 10 + (*text - '0');
	}
	*at = text;
	return TRUE;
}

/* Reads `.5` or `,5` as that part of `unit`, cut to whole microseconds; nothing where there is
 * none. FALSE where no digit follows the sign. */
static gboolean scan_fraction(const char **at, gint64 unit, gint64 *us)
{
	const char *first = *at + 1, *end = first;
	*us = 0;
	if (**at != '.' && **at != ',')
		return TRUE;
	while (g_ascii_isdigit(*end))
		end++;
	/* From the last digit to the first, so that any number of digits is exact in integers. */
	for (const char *digit = end; digit > first; digit--)
		*us = (*us + (digit[-1] - '0') * unit) / 10;
	*at = end;
	return end > first;
}

static gboolean day_of_calendar(const gint64 field[FIELDS], gint64 *day)
{
	Moment moment = {(guint16)field[0], (guint8)field[1], (guint8)field[2], 0, 0, 0, 0, FALSE};
	*day = calendar_days(moment.year, moment.month, moment.day);
	return moment.year > 0 && calendar_is_whole(&moment);
}

static gboolean day_of_month(const gint64 field[FIELDS], gint64 *day)
{
	return day_of_calendar((gint64[FIELDS]){field[0], field[1], 1}, day);
}

static gboolean day_of_year(const gint64 field[FIELDS], gint64 *day)
{
	return day_of_calendar((gint64[FIELDS]){field[0], 1, 1}, day);
}

static gboolean day_of_ordinal(const gint64 field[FIELDS], gint64 *day)
{
	guint year = (guint)field[0];
	*day = calendar_days(year, 1, 1) + field[1] - 1;
	return year > 0 && field[1] > 0 && *day < calendar_days(year + 1, 1, 1);
}

/* Of week 1, which 4 January is always in. */
static gint64 first_monday(guint year)
{
	gint64 january4 = calendar_days(year, 1, 4);
	return january4 - calendar_weekday(january4);
}

static gboolean day_of_week(const gint64 field[FIELDS], gint64 *day)
{
	guint year = (guint)field[0];
	gint64 monday = first_monday(year) + (field[1] - 1) * 7;
	*day = monday + field[2] - 1;
	return year > 0 && field[1] > 0 && monday < first_monday(year + 1) && field[2] > 0 &&
	       field[2] <= 7;
}

/* Without a form of its own a date stands alone: ISO 8601 has no time of day in half a date. */
static const struct {
	const char *shape;
	Form form;
	DayFunc day;
} dates[] = {
	{"0000-11-22", EXTENDED, day_of_calendar},
	{"0000-W11-2", EXTENDED, day_of_week},
	{"0000-111", EXTENDED, day_of_ordinal},
	{"00001122", BASIC, day_of_calendar},
	{"0000W112", BASIC, day_of_week},
	{"0000111", BASIC, day_of_ordinal},
	{"0000-11", EITHER, day_of_month},
	{"0000", EITHER, day_of_year},
};

/* A shape comes before the shorter ones that it begins with. `unit` is what a fraction is a part
 * of. */
static const struct {
	const char *shape;
	Form form;
	gint64 unit;
} times[] = {
	{"00:11:22", EXTENDED, SECOND},
	{"00:11", EXTENDED, MINUTE},
	{"001122", BASIC, SECOND},
	{"0011", BASIC, MINUTE},
	{"00", EITHER, HOUR},
};

/* An offset may be written either way whatever the time is: "18:36:53+0200" is common. */
static const char *const offsets[] = {"00:11", "0011", "00"};

static gboolean scan_date(const char **at, Form *form, gint64 *us, GError **error)
{
	gint64 field[FIELDS], day;
	for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
		const char *end = *at;
		*form = dates[i].form;
		if (!scan_shape(&end, dates[i].shape, field) || (*form == EITHER && *end))
			continue;
		if (!dates[i].day(field, &day))
			return fail(error, "there is no such date");
		*at = end;
		*us = (day - CALENDAR_DAYS_1970) * DAY;
		return TRUE;
	}
	return fail(error, "neither an ISO 8601 date and time such as 2018-05-10T16:36:53Z "
			   "nor a duration such as -PT1H");
}

static gboolean scan_time(const char **at, Form form, gint64 *us, GError **error)
{
	gint64 field[FIELDS], fraction;
	guint i = 0;
	while (i < G_N_ELEMENTS(times) && !scan_shape(at, times[i].shape, field))
		i++;
	if (i == G_N_ELEMENTS(times))
		return fail(error, "expected a time of day after the date");
	if (times[i].form != EITHER && times[i].form != form)
		return fail(error, "date and time must both have separators, or neither of them");
	if (!scan_fraction(at, times[i].unit, &fraction))
		return fail(error, "expected a digit after the decimal sign");
	*us = field[0] * HOUR + field[1] * MINUTE + field[2] * SECOND + fraction;
	/* 24:00:00 is the end of the day; nothing is later. */
	if (field[1] > 59 || field[2] > 59 || *us > DAY)
		return fail(error, "there is no such time of day");
	return TRUE;
}

static gboolean scan_offset(const char **at, gint64 *us, GError **error)
{
	gint64 field[FIELDS];
	guint i = 0;
	char sign = **at;
	*us = 0;
	if (sign == '\0')
		return TRUE;
	(*at)++;
	if (sign == 'Z' || sign == 'z')
		return TRUE;
	if (sign != '+' && sign != '-')
		return fail(error, sign == ' ' ? "expected Z or an offset after the time" PLUS_HINT
					       : "expected Z or an offset after the time");
	while (i < G_N_ELEMENTS(offsets) && !scan_shape(at, offsets[i], field))
		i++;
	if (i == G_N_ELEMENTS(offsets) || field[0] > 23 || field[1] > 59)
		return fail(error, "the offset must be between -23:59 and +23:59");
	*us = (field[0] * HOUR + field[1] * MINUTE) * (sign == '-' ? -1 : 1);
	return TRUE;
}

static gboolean parse_point(const char *text, gint64 *ts, GError **error)
{
	gint64 date, time = 0, offset = 0;
	Form form;
	if (!scan_date(&text, &form, &date, error))
		return FALSE;
	if (*text && !strchr("Tt ", *text))
		return fail(error, "expected the end or T after the date");
	if (*text) {
		text++;
		if (!scan_time(&text, form, &time, error) || !scan_offset(&text, &offset, error))
			return FALSE;
	}
	if (*text)
		return fail(error, "something follows the time");
	*ts = date + time - offset;
	return TRUE;
}

/* What a duration is made of, in the order it must be written in. */
static const struct {
	char letter;
	gboolean time; /* stands after the T */
	guint months;  /* its length by the calendar, or */
	gint64 unit;   /* in microseconds */
} components[] = {
	{'Y', FALSE, 12, 0},
	{'M', FALSE, 1, 0},
	{'W', FALSE, 0, 7 * DAY},
	{'D', FALSE, 0, DAY},
	{'H', TRUE, 0, HOUR},
	{'M', TRUE, 0, MINUTE},
	{'S', TRUE, 0, SECOND},
};

typedef struct {
	const char *at;
	guint next;        /* the first component that may still come */
	gboolean time;     /* after the T */
	gboolean fraction; /* the last component had one */
	gint64 months;
	gint64 us;
} Duration;

/* The component that this letter names here, or how many there are. */
static guint find_component(const Duration *duration, char letter)
{
	guint i = duration->next;
	while (i < G_N_ELEMENTS(components) &&
		(components[i].letter != letter || components[i].time != duration->time))
		i++;
	return i;
}

/* One number and its letter. Sums stay below seven times the whole range of time. */
static gboolean scan_component(Duration *duration, GError **error)
{
	const gint64 range = CALENDAR_TS_MAX - CALENDAR_TS_MIN;
	const char *number = duration->at, *sign = number + strspn(number, "0123456789"), *end;
	guint64 value;
	gint64 fraction, shortest;
	guint i;
	if (sign == number || duration->fraction)
		return fail(error, "expected a number or the end in the duration");
	end = sign + strspn(sign, ".,0123456789");
	duration->fraction = end != sign;
	i = find_component(duration, *end);
	if (i == G_N_ELEMENTS(components))
		return fail(error, "expected Y, M, W, D, then T, H, M, S in the duration");
	if (duration->fraction && components[i].months)
		return fail(error, "a part of a year or month has no length");
	if (!scan_fraction(&sign, components[i].unit, &fraction) || sign != end)
		return fail(error, "expected digits after the decimal sign");
	value = g_ascii_strtoull(number, NULL, 10);
	shortest = components[i].months ? 28 * DAY : components[i].unit;
	if (value > (guint64)(range / shortest))
		return fail_range(error);
	duration->months += (gint64)value * components[i].months;
	duration->us += (gint64)value * components[i].unit + fraction;
	duration->next = i + 1;
	duration->at = end + 1;
	return TRUE;
}

static gboolean scan_duration(Duration *duration, GError **error)
{
	do {
		if (!duration->time && *duration->at == 'T') {
			duration->time = TRUE;
			duration->at++;
		}
		if (!scan_component(duration, error))
			return FALSE;
	} while (*duration->at);
	return TRUE;
}

/* Months by the calendar, in UTC: the 31st becomes the last day of a shorter month. */
static gboolean add_months(gint64 months, gint64 *ts, GError **error)
{
	gint64 fraction = (*ts % SECOND + SECOND) % SECOND;
	g_autoptr(GDateTime) from = g_date_time_new_from_unix_utc((*ts - fraction) / SECOND);
	g_autoptr(GDateTime) to = from ? g_date_time_add_months(from, (gint)months) : NULL;
	if (!to)
		return fail_range(error);
	*ts = g_date_time_to_unix(to) * SECOND + fraction;
	return TRUE;
}

static gboolean parse_duration(const char *text, gint64 now, gint64 *ts, GError **error)
{
	gint64 sign = *text == '-' ? -1 : 1;
	Duration duration = {.at = strchr(text, 'P') + 1};
	if (!scan_duration(&duration, error))
		return FALSE;
	*ts = now;
	if (duration.months && !add_months(sign * duration.months, ts, error))
		return FALSE;
	*ts += sign * duration.us;
	return TRUE;
}

gboolean iso8601_parse(const char *text, gint64 now, gint64 *ts, GError **error)
{
	const char *unsigned_text = text + (*text == '+' || *text == '-');
	if (strlen(text) > TEXT_MAX)
		return fail(error, "too long for an ISO 8601 date and time or duration");
	if (g_str_has_prefix(text, " P"))
		return fail(error, "begins with a space" PLUS_HINT);
	if (*unsigned_text == 'P' ? !parse_duration(text, now, ts, error)
				  : !parse_point(text, ts, error))
		return FALSE;
	if (*ts < CALENDAR_TS_MIN || *ts > CALENDAR_TS_MAX)
		return fail_range(error);
	return TRUE;
}
