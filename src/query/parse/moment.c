/* Dates and times as a person writes them in a string. MySQL takes more forms than these, by rules
 * that MariaDB and later versions have changed; those are refused where a string is compared with a
 * date. MySQL Reference Manual, "Date and Time Literals". */
#include "base/calendar.h"
#include "query/parse/parse.h"

#define MINUTE (G_USEC_PER_SEC * G_GINT64_CONSTANT(60))
#define HOUR (MINUTE * 60)
#define HOURS_MAX 838 /* of a TIME */
#define OFFSET_MAX (14 * HOUR)

typedef struct {
	const char *at, *end;
} Reader;

/* A number of `least` to `most` digits. */
static gboolean read_digits(Reader *reader, guint least, guint most, gint64 *number)
{
	guint n = 0;
	*number = 0;
	while (reader->at < reader->end && n < most && g_ascii_isdigit(*reader->at)) {
		*number = *number * 10 + (*reader->at++ - '0');
		n++;
	}
	return n >= least;
}

static gboolean skip(Reader *reader, char c)
{
	if (reader->at >= reader->end || *reader->at != c)
		return FALSE;
	reader->at++;
	return TRUE;
}

/* ".25": microseconds; a seventh digit would round, which is not worth its differences. */
static gboolean read_fraction(Reader *reader, gint64 *micros, gboolean *fraction)
{
	gint64 unit = G_USEC_PER_SEC / 10;
	*micros = 0;
	*fraction = skip(reader, '.');
	if (!*fraction)
		return TRUE;
	for (; reader->at < reader->end && g_ascii_isdigit(*reader->at); reader->at++, unit /= 10) {
		if (unit == 0)
			return FALSE;
		*micros += unit * (*reader->at - '0');
	}
	return TRUE;
}

/* hh:mm, hh:mm:ss, hh:mm:ss.ffffff */
static gboolean read_clock(Reader *reader, guint hours_max, gint64 *micros, gboolean *fraction)
{
	gint64 hour, minute, second = 0, rest = 0;
	*fraction = FALSE;
	if (!read_digits(reader, 1, hours_max > 99 ? 3 : 2, &hour) || !skip(reader, ':') ||
		!read_digits(reader, 1, 2, &minute))
		return FALSE;
	if (skip(reader, ':') &&
		(!read_digits(reader, 1, 2, &second) || !read_fraction(reader, &rest, fraction)))
		return FALSE;
	*micros = hour * HOUR + minute * MINUTE + second * G_USEC_PER_SEC + rest;
	return hour <= hours_max && minute < 60 && second < 60;
}

/* Z, +02:00 */
static gboolean read_offset(Reader *reader, gint64 *micros)
{
	gint64 hour, minute;
	gboolean west = skip(reader, '-');
	*micros = 0;
	if (!west && (skip(reader, 'Z') || !skip(reader, '+')))
		return TRUE;
	if (!read_digits(reader, 2, 2, &hour) || !skip(reader, ':') ||
		!read_digits(reader, 2, 2, &minute))
		return FALSE;
	*micros = hour * HOUR + minute * MINUTE;
	/* MySQL refuses -00:00 and -14:00. */
	if (minute >= 60 || *micros > OFFSET_MAX ||
		(west && (*micros == 0 || *micros == OFFSET_MAX)))
		return FALSE;
	if (west)
		*micros = -*micros;
	return TRUE;
}

static gboolean read_date(Reader *reader, gint64 *micros)
{
	gint64 year, month, day;
	if (!read_digits(reader, 4, 4, &year) || !skip(reader, '-') ||
		!read_digits(reader, 1, 2, &month) || !skip(reader, '-') ||
		!read_digits(reader, 1, 2, &day))
		return FALSE;
	Moment date = {(guint16)year, (guint8)month, (guint8)day, 0, 0, 0, 0, FALSE};
	if (year < 1 || !calendar_is_whole(&date))
		return FALSE;
	*micros = calendar_to_epoch(&date);
	return TRUE;
}

gboolean query_moment_parse_datetime(
	const char *text, gsize length, gint64 *moment, gboolean *fraction, gboolean *has_time)
{
	Reader reader = {text, text + length};
	gint64 clock = 0, offset = 0;
	*fraction = FALSE;
	if (!read_date(&reader, moment))
		return FALSE;
	*has_time = skip(&reader, ' ') || skip(&reader, 'T');
	if (*has_time &&
		(!read_clock(&reader, 23, &clock, fraction) || !read_offset(&reader, &offset)))
		return FALSE;
	*moment += clock - offset;
	return reader.at == reader.end && *moment >= CALENDAR_TS_MIN && *moment <= CALENDAR_TS_MAX;
}

gboolean query_moment_parse_time(const char *text, gsize length, gint64 *moment, gboolean *fraction)
{
	Reader reader = {text, text + length};
	gboolean negative = skip(&reader, '-');
	if (!read_clock(&reader, HOURS_MAX, moment, fraction) || reader.at != reader.end)
		return FALSE;
	if (negative)
		*moment = -*moment;
	return ABS(*moment) <= HOURS_MAX * HOUR + 59 * MINUTE + 59 * G_USEC_PER_SEC;
}
