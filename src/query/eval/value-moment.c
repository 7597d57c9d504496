/* Dates and times out of other values: MySQL Reference Manual, "Date and Time Literals". */
#include <string.h>

#include "base/json.h"
#include "query/eval/value.h"

#define SECOND G_GINT64_CONSTANT(1000000)

/* Reading -------------------------------------------------------------------------------------- */

#define PARTS 7 /* year to microseconds */

typedef struct {
	const char *at, *end;
	guint part[PARTS];
	guint length[PARTS]; /* digits */
	guint n;             /* parts read */
	gboolean run;        /* all digits in one run, YYYYMMDDhhmmss */
	guint run_year;      /* digits of its year */
	gboolean space, delimiter;
	gint zone;         /* minutes */
	gboolean round_up; /* a seventh digit of the fraction, 5 or more */
} Reader;

static gboolean at_digit(const Reader *reader)
{
	return reader->at < reader->end && g_ascii_isdigit(*reader->at);
}

static void skip_blanks(Reader *reader)
{
	while (reader->at < reader->end && g_ascii_isspace(*reader->at))
		reader->at++;
}

/* Whether the digits stand in one run, and then how long the year is. */
static guint measure_run(Reader *reader)
{
	const char *p = reader->at;
	while (p < reader->end && (g_ascii_isdigit(*p) || *p == 'T'))
		p++;
	gsize digits = (gsize)(p - reader->at);
	reader->run = p == reader->end || *p == '.';
	reader->run_year = digits == 4 || digits == 8 || digits >= 14 ? 4 : 2;
	return reader->run ? reader->run_year : 4;
}

/* FALSE: a number that is too long. */
static gboolean read_part(Reader *reader, guint most)
{
	guint number = 0, length = 0, i = reader->n;
	gboolean bounded = reader->run || i == PARTS - 1;
	for (; at_digit(reader) && (!bounded || length < most); reader->at++, length++)
		number = MIN(number * 10 + (guint)(*reader->at - '0'), 1000000);
	reader->part[i] = number;
	reader->length[i] = length;
	reader->n++;
	return number < 1000000;
}

/* +hh:mm, -hh:mm, at most 14 hours. */
static gboolean read_zone(Reader *reader)
{
	const char *p = reader->at;
	if (reader->end - p < 6 || !g_ascii_isdigit(p[1]) || !g_ascii_isdigit(p[2]) ||
		p[3] != ':' || !g_ascii_isdigit(p[4]) || !g_ascii_isdigit(p[5]))
		return FALSE;
	gint hours = (p[1] - '0') * 10 + (p[2] - '0'), minutes = (p[4] - '0') * 10 + (p[5] - '0');
	gint zone = hours * 60 + minutes;
	if (minutes > 59 || zone > 14 * 60 || (*p == '-' && zone == 0))
		return FALSE;
	reader->zone = *p == '-' ? -zone : zone;
	reader->at += 6;
	skip_blanks(reader);
	return reader->at == reader->end;
}

static gboolean is_punctuation(char c)
{
	return g_ascii_ispunct(c);
}

/* What stands between two parts. Blanks only behind the day, and behind all of it. */
static gboolean skip_delimiters(Reader *reader)
{
	for (; reader->at < reader->end; reader->at++) {
		gboolean blank = g_ascii_isspace(*reader->at);
		if (!blank && !is_punctuation(*reader->at))
			return TRUE;
		if (blank && reader->n != 3 && reader->n != PARTS)
			return FALSE;
		reader->space |= blank;
		reader->delimiter = TRUE;
	}
	return TRUE;
}

static gboolean read_between(Reader *reader)
{
	if (reader->n == 3 && *reader->at == 'T') {
		reader->at++;
		return TRUE;
	}
	if (reader->n >= 6 && (*reader->at == '+' || *reader->at == '-'))
		return read_zone(reader);
	if (reader->n == 6) {
		reader->at += *reader->at == '.';
		gboolean zone = reader->at < reader->end && strchr("+-", *reader->at);
		return !zone || read_zone(reader);
	}
	return skip_delimiters(reader);
}

static gboolean read_parts(Reader *reader)
{
	guint most = measure_run(reader);
	while (reader->n < PARTS && at_digit(reader)) {
		if (!read_part(reader, most))
			return FALSE;
		most = reader->n == 6 ? 6 : 2;
		if (reader->at < reader->end && !read_between(reader))
			return FALSE;
	}
	if (reader->n == PARTS && at_digit(reader)) {
		reader->round_up = *reader->at >= '5';
		while (at_digit(reader))
			reader->at++;
		if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
			return read_zone(reader);
	}
	return reader->n >= 3;
}

static gboolean fill(const Reader *reader, Moment *moment)
{
	static const guint scales[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
	const guint *part = reader->part;
	guint year = part[0];
	gboolean zero = part[0] == 0 && part[1] == 0 && part[2] == 0 && part[3] == 0 &&
			part[4] == 0 && part[5] == 0 && part[6] == 0;
	/* Of a run, the year was measured before. */
	guint year_length = reader->run ? reader->run_year : reader->length[0];
	if (year_length == 2 && !zero)
		year += year < 70 ? 2000 : 1900;
	if (year > 9999 || part[1] > 12 || part[2] > 31 || part[3] > 23 || part[4] > 59 ||
		part[5] > 59)
		return FALSE;
	*moment = (Moment){
		.year = (guint16)year,
		.month = (guint8)part[1],
		.day = (guint8)part[2],
		.hour = (guint16)part[3],
		.minute = (guint8)part[4],
		.second = (guint8)part[5],
		.micro = part[6] * scales[reader->length[6]],
	};
	return TRUE;
}

static gboolean check(const Moment *moment, ValueDateFlags flags)
{
	if (moment->year == 0 && moment->month == 0 && moment->day == 0)
		return (flags & VALUE_ZERO_DATE) != 0;
	if (moment->month == 0 || moment->day == 0)
		return (flags & VALUE_ZERO_IN_DATE) != 0;
	return calendar_is_whole(moment);
}

static gboolean shift(Moment *moment, gint64 micros)
{
	if (micros == 0)
		return TRUE;
	if (!calendar_is_whole(moment))
		return FALSE;
	gint64 epoch = calendar_to_epoch(moment) + micros;
	if (epoch < CALENDAR_TS_MIN - 366 * CALENDAR_DAY || epoch > CALENDAR_TS_MAX)
		return FALSE;
	*moment = calendar_of_epoch(epoch);
	return TRUE;
}

/* What follows the last part is cut, with a warning. A date alone is a DATE. */
static gboolean read_datetime(
	const Text *text, ValueDateFlags flags, Moment *moment, QueryType *type)
{
	Reader reader = {.at = text->data, .end = text->data + text->length};
	skip_blanks(&reader);
	if (!at_digit(&reader) || !read_parts(&reader) || !fill(&reader, moment) ||
		!check(moment, flags))
		return FALSE;
	*type = reader.n <= 3 ? QUERY_TYPE_DATE : QUERY_TYPE_DATETIME;
	if (reader.zone != 0 && (moment->month == 0 || moment->day == 0)) {
		*type = QUERY_TYPE_UNKNOWN;
		return FALSE;
	}
	return shift(moment, (reader.round_up ? 1 : 0) - (gint64)reader.zone * 60 * SECOND);
}

/* 20260301, 260301, 20260301123000 and the like. */
static gboolean read_number_as_date(
	const Value *value, ValueDateFlags flags, Moment *moment, QueryType *type)
{
	Decimal decimal;
	guint64 number, micro;
	if (!value_to_decimal(value, &decimal) || decimal.negative)
		return FALSE;
	Decimal whole = decimal, fraction;
	decimal_round(&whole, 0, DECIMAL_TRUNCATE);
	decimal_subtract(&decimal, &whole, &fraction);
	decimal_round(&fraction, 6, DECIMAL_ROUND);
	fraction.scale = 0;
	if (!decimal_to_integer(&whole, TRUE, &number))
		return FALSE;
	decimal_to_integer(&fraction, TRUE, &micro);
	*type = number <= 99991231 ? QUERY_TYPE_DATE : QUERY_TYPE_DATETIME;
	if (number != 0 && number < 101)
		return FALSE;
	if (number <= 991231)
		number += number == 0 ? 0 : number <= 691231 ? 20000000 : 19000000;
	if (*type == QUERY_TYPE_DATE) {
		number *= 1000000;
	} else if (number <= G_GUINT64_CONSTANT(991231235959)) {
		gboolean this_century = number <= G_GUINT64_CONSTANT(691231235959);
		number += (this_century ? 20 : 19) * G_GUINT64_CONSTANT(1000000000000);
	}
	char text[48];
	int length = g_snprintf(text, sizeof text, "%014" G_GUINT64_FORMAT ".%06u", number,
		(guint)MIN(micro, 999999));
	Text digits = {text, (gsize)length};
	QueryType ignored;
	return length == 21 && read_datetime(&digits, flags, moment, &ignored);
}

static gboolean read_json(const Json *json, ValueDateFlags flags, Moment *moment, QueryType *type)
{
	static const QueryType types[] = {
		[JSON_DATE] = QUERY_TYPE_DATE,
		[JSON_TIME] = QUERY_TYPE_TIME,
		[JSON_DATETIME] = QUERY_TYPE_DATETIME,
	};
	if (json->kind == JSON_STRING)
		return read_datetime(&json->text, flags, moment, type);
	if (json->kind < JSON_DATE || json->kind > JSON_DATETIME)
		return FALSE;
	*moment = json->moment;
	*type = types[json->kind];
	return TRUE;
}

gboolean value_read_date(const Value *value, ValueDateFlags flags, Moment *moment, QueryType *type)
{
	switch (value->type) {
	case QUERY_TYPE_TEXT:
	case QUERY_TYPE_BINARY:
		return read_datetime(&value->text, flags, moment, type);
	case QUERY_TYPE_JSON:
		return read_json(value->json, flags, moment, type);
	case QUERY_TYPE_DATE:
	case QUERY_TYPE_DATETIME:
		*moment = value->moment;
		*type = value->type;
		return check(moment, flags);
	case QUERY_TYPE_TIME:
	case QUERY_TYPE_NULL:
		return FALSE;
	default:
		return read_number_as_date(value, flags, moment, type);
	}
}

/* Times ---------------------------------------------------------------------------------------- */

gboolean value_read_time(const Value *value, Moment *moment)
{
	if (value->type != QUERY_TYPE_DATE && value->type != QUERY_TYPE_TIME &&
		value->type != QUERY_TYPE_DATETIME)
		return FALSE;
	*moment = value->moment;
	moment->year = 0;
	moment->month = moment->day = 0;
	return TRUE;
}
