/* Functions on dates and times. MySQL Reference Manual, "Date and Time Functions". */
#include <string.h>

#include "base/calendar.h"
#include "query/eval/plan.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define DAY_SECONDS 86400
#define UNIX_MAX G_GINT64_CONSTANT(32536771199) /* 3001-01-18 23:59:59 UTC */

static gboolean set_integer(Value *value, gint64 integer)
{
	*value = query_plan_integer(integer);
	return TRUE;
}

static gboolean set_name(Value *value, const char *name)
{
	*value = value_of_text(name, strlen(name));
	return TRUE;
}

/* A day of the calendar, or none. */
static gboolean read_day(const Value *operand, Moment *moment)
{
	QueryType type;
	return value_read_date(operand, 0, moment, &type);
}

/* Where months and days may be 0. FALSE: NULL, or evaluator->error is set. */
static gboolean read_loosely(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operand, Moment *moment)
{
	QueryType type = QUERY_TYPE_NULL;
	if (value_read_date(operand, VALUE_ZERO_IN_DATE, moment, &type))
		return TRUE;
	if (type == QUERY_TYPE_UNKNOWN)
		query_plan_fail(evaluator, plan, "Incorrect date value");
	return FALSE;
}

static gint64 days_of(const Moment *moment)
{
	return calendar_days(moment->year, moment->month, moment->day);
}

/* Parts of a date ------------------------------------------------------------------------------ */

static gboolean body_day_of_week(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) ||
	       set_integer(value, (calendar_weekday(days_of(&moment)) + 1) % 7 + 1);
}

static gboolean body_weekday(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) ||
	       set_integer(value, calendar_weekday(days_of(&moment)));
}

static gint64 day_of_year(const Moment *moment)
{
	return days_of(moment) - calendar_days(moment->year, 1, 1) + 1;
}

static gboolean body_day_of_year(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) || set_integer(value, day_of_year(&moment));
}

static const char *const weekday_names[] = {
	"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

static const char *const month_names[] = {"", "January", "February", "March", "April", "May",
	"June", "July", "August", "September", "October", "November", "December"};

static gboolean body_day_name(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) ||
	       set_name(value, weekday_names[calendar_weekday(days_of(&moment))]);
}

static gboolean body_month_name(QUERY_BODY)
{
	Moment moment;
	return !read_loosely(evaluator, plan, &operands[0], &moment) || moment.month == 0 ||
	       set_name(value, month_names[moment.month]);
}

static gboolean body_last_day(QUERY_BODY)
{
	Moment moment;
	if (!read_loosely(evaluator, plan, &operands[0], &moment) || moment.month == 0)
		return TRUE;
	*value = (Value){.type = QUERY_TYPE_DATE};
	value->moment.year = moment.year;
	value->moment.month = moment.month;
	value->moment.day = (guint8)calendar_month_days(moment.year, moment.month);
	return TRUE;
}

gboolean query_body_date(QUERY_BODY)
{
	Moment moment;
	if (!read_day(&operands[0], &moment))
		return TRUE;
	*value = (Value){.type = QUERY_TYPE_DATE};
	value->moment.year = moment.year;
	value->moment.month = moment.month;
	value->moment.day = moment.day;
	return TRUE;
}

gboolean query_body_timestamp(QUERY_BODY)
{
	Moment moment;
	guint scale = plan->node->scale;
	if (read_day(&operands[0], &moment) && calendar_round(&moment, CALENDAR_DATETIME, scale))
		*value = (Value){
			.type = QUERY_TYPE_DATETIME, .scale = (guint8)scale, .moment = moment};
	return TRUE;
}

/* Weeks ---------------------------------------------------------------------------------------- */

/* The eight modes of WEEK(). */
typedef struct {
	guint first;        /* day of the week that it begins with, 0 is Monday */
	gboolean from_one;  /* 1..53, a first or last part belongs to the other year; else 0..53 */
	gboolean four_days; /* week 1 has four days in the year; else it begins in the year */
} WeekMode;

static const WeekMode week_modes[] = {
	{6, FALSE, FALSE},
	{0, FALSE, TRUE},
	{6, TRUE, FALSE},
	{0, TRUE, TRUE},
	{6, FALSE, TRUE},
	{0, FALSE, FALSE},
	{6, TRUE, TRUE},
	{0, TRUE, FALSE},
};

/* The day that week 1 of a year begins with. */
static gint64 week_one(gint64 year, const WeekMode *mode)
{
	gint64 day = calendar_days((guint)MAX(year, 0), 1, mode->four_days ? 4 : 7);
	if (year < 0)
		day -= 365;
	return day - (calendar_weekday(day) + 7 - mode->first) % 7;
}

/* DATE_FORMAT() also takes months of 0, and MySQL counts on with unsigned numbers then. */
static gint64 week_of_no_month(const Moment *moment, const WeekMode *mode, gint64 *year)
{
	guint first =
		(calendar_weekday(calendar_days(moment->year + 1u, 1, 1)) + 7 - mode->first) % 7;
	if (mode->from_one && (mode->four_days ? first < 4 : first == 0)) {
		++*year;
		return 1;
	}
	return (guint32)(days_of(moment) - week_one(moment->year, mode)) / 7 + 1;
}

static gint64 week_of(const Moment *moment, const WeekMode *mode, gint64 *year)
{
	gint64 day = days_of(moment);
	*year = moment->year;
	if (moment->month == 0)
		return week_of_no_month(moment, mode, year);
	if (day < week_one(*year, mode)) {
		if (!mode->from_one)
			return 0;
		--*year;
	} else if (mode->from_one && day >= week_one(*year + 1, mode)) {
		++*year;
	}
	return (day - week_one(*year, mode)) / 7 + 1;
}

static guint mode_of(const QueryPlan *plan, const Value *operands)
{
	gboolean is_unsigned;
	return plan->n < 2 ? 0 : (guint)value_to_integer(&operands[1], &is_unsigned) & 7;
}

static gboolean body_week(QUERY_BODY)
{
	Moment moment;
	gint64 year;
	if (!read_day(&operands[0], &moment))
		return TRUE;
	return set_integer(value, week_of(&moment, &week_modes[mode_of(plan, operands)], &year));
}

static gboolean body_year_week(QUERY_BODY)
{
	Moment moment;
	gint64 year, week;
	if (!read_day(&operands[0], &moment))
		return TRUE;
	week = week_of(&moment, &week_modes[mode_of(plan, operands) | 2], &year);
	return set_integer(value, year * 100 + week);
}

/* Parts of a time ------------------------------------------------------------------------------ */

static gint64 part_of(const Moment *moment, char part)
{
	gint64 year;
	switch (part) {
	case 'Y':
		return moment->year;
	case 'Q':
		return (moment->month + 2) / 3;
	case 'M':
		return moment->month;
	case 'W':
		return week_of(moment, &week_modes[0], &year);
	case 'D':
		return moment->day;
	case 'h':
		return moment->hour;
	case 'm':
		return moment->minute;
	case 's':
		return moment->second;
	default:
		return moment->micro;
	}
}

/* YEAR and its like; a value with a time alone has an hour, and so on. */
static gboolean body_part(QUERY_BODY)
{
	static const char parts[] = {
		[QUERY_FN_DAYOFMONTH] = 'D',
		[QUERY_FN_HOUR] = 'h',
		[QUERY_FN_MICROSECOND] = 'u',
		[QUERY_FN_MINUTE] = 'm',
		[QUERY_FN_MONTH] = 'M',
		[QUERY_FN_QUARTER] = 'Q',
		[QUERY_FN_SECOND] = 's',
		[QUERY_FN_YEAR] = 'Y',
	};
	char part = parts[plan->node->function->id];
	Moment moment;
	gboolean known = g_ascii_islower(part)
				 ? value_read_time(&operands[0], &moment)
				 : read_loosely(evaluator, plan, &operands[0], &moment);
	return !known || set_integer(value, part_of(&moment, part));
}

gboolean query_body_time(QUERY_BODY)
{
	Moment moment;
	guint scale = plan->node->scale;
	if (value_read_time(&operands[0], &moment) && calendar_round(&moment, CALENDAR_TIME, scale))
		*value = (Value){.type = QUERY_TYPE_TIME, .scale = (guint8)scale, .moment = moment};
	return TRUE;
}

static gboolean body_time_to_sec(QUERY_BODY)
{
	Moment moment;
	return !value_read_time(&operands[0], &moment) ||
	       set_integer(value, calendar_to_micros(&moment) / SECOND);
}

/* EXTRACT -------------------------------------------------------------------------------------- */

static gboolean read_extracted(QueryEvaluator *evaluator, const QueryPlan *plan, const char *parts,
	Moment *moment, gboolean *known)
{
	Value operand;
	if (!query_plan_value(evaluator, plan->operands[1], &operand))
		return FALSE;
	*known = FALSE;
	if (operand.type == QUERY_TYPE_NULL)
		return TRUE;
	if (!g_ascii_isupper(*parts) || strchr(parts, 'h')) {
		*moment = operand.moment;
		*known = TRUE;
	} else {
		*known = read_loosely(evaluator, plan, &operand, moment);
	}
	return TRUE;
}

/* Its first operand is no value. Each part is worth 100 of the next, of which microseconds have a
 * million. */
static gboolean step_extract(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	const char *parts = query_unit(plan->operands[0]->node->word)->parts;
	Moment moment;
	gboolean known;
	gint64 number = 0;
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!read_extracted(evaluator, plan, parts, &moment, &known))
		return FALSE;
	if (!known)
		return !evaluator->error;
	for (const char *p = parts; *p != '\0'; p++)
		number = number * (*p == 'u' ? SECOND : 100) + part_of(&moment, *p);
	return set_integer(value, moment.negative ? -number : number);
}

/* Distances ------------------------------------------------------------------------------------ */

static gboolean body_to_days(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) || set_integer(value, days_of(&moment));
}

static gboolean body_to_seconds(QUERY_BODY)
{
	Moment moment;
	return !read_day(&operands[0], &moment) ||
	       set_integer(value,
		       days_of(&moment) * DAY_SECONDS + calendar_to_micros(&moment) / SECOND);
}

static gboolean body_date_diff(QUERY_BODY)
{
	Moment a, b;
	return !read_day(&operands[0], &a) || !read_day(&operands[1], &b) ||
	       set_integer(value, days_of(&a) - days_of(&b));
}

/* Whole months from `a` to `b`, which is later. */
static gint64 months_between(const Moment *a, const Moment *b)
{
	gint64 months = ((gint64)b->year - a->year) * 12 + b->month - a->month;
	gboolean short_of = b->day < a->day ||
			    (b->day == a->day && calendar_to_micros(b) < calendar_to_micros(a));
	return months - short_of;
}

static gint64 difference(QueryUnit unit, const Moment *a, const Moment *b)
{
	const QueryUnitRow *row = query_unit(unit);
	if (row->months == 0)
		return (calendar_to_epoch(b) - calendar_to_epoch(a)) / row->micros;
	if (calendar_compare(a, b) > 0)
		return -(months_between(b, a) / row->months);
	return months_between(a, b) / row->months;
}

static gboolean step_timestamp_diff(QueryEvaluator *evaluator, const QueryPlan *plan, Value *value)
{
	Value from, to;
	Moment a, b;
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!query_plan_value(evaluator, plan->operands[1], &from) ||
		!query_plan_value(evaluator, plan->operands[2], &to))
		return FALSE;
	if (!read_day(&from, &a) || !read_day(&to, &b))
		return TRUE;
	return set_integer(value, difference(plan->operands[0]->node->word, &a, &b));
}

/* 0 before 1970, past what MySQL counts, and of what is no date. */
static gboolean body_unix_timestamp(QUERY_BODY)
{
	Moment moment;
	gboolean read = read_loosely(evaluator, plan, &operands[0], &moment);
	gint64 epoch = read && calendar_is_whole(&moment) ? calendar_to_epoch(&moment) : 0;
	if (epoch < 0 || epoch / SECOND > UNIX_MAX)
		epoch = 0;
	if (plan->node->type != QUERY_TYPE_DECIMAL)
		return set_integer(value, epoch / SECOND);
	Decimal decimal = decimal_of((guint64)epoch, FALSE);
	decimal.scale = 6;
	decimal_round(&decimal, (int)MIN(plan->node->scale, 6), DECIMAL_TRUNCATE);
	return query_plan_decimal(evaluator, plan, &decimal, value);
}

static gboolean body_from_unixtime(QUERY_BODY)
{
	Decimal decimal, million = decimal_of(1000000, FALSE), product;
	guint64 micros;
	if (!value_to_decimal(&operands[0], &decimal) || decimal.negative)
		return TRUE;
	decimal_round(&decimal, (int)plan->node->scale, DECIMAL_ROUND);
	if (!decimal_multiply(&decimal, &million, &product) ||
		!decimal_to_integer(&product, FALSE, &micros) || (gint64)micros / SECOND > UNIX_MAX)
		return TRUE;
	*value = (Value){.type = QUERY_TYPE_DATETIME,
		.scale = (guint8)plan->node->scale,
		.moment = calendar_of_epoch((gint64)micros)};
	return TRUE;
}

/* DATE_FORMAT ---------------------------------------------------------------------------------- */

static const char *ordinal(guint day)
{
	static const char *const endings[] = {"th", "st", "nd", "rd"};
	return day / 10 == 1 || day % 10 > 3 ? "th" : endings[day % 10];
}

/* What is a number: how many digits, and which. */
static gboolean format_number(const Moment *moment, char letter, GString *text)
{
	static const struct {
		char letter;
		char part;
		guint8 digits;
	} numbers[] = {
		{'c', 'M', 1},
		{'d', 'D', 2},
		{'e', 'D', 1},
		{'f', 'u', 6},
		{'H', 'h', 2},
		{'i', 'm', 2},
		{'k', 'h', 1},
		{'m', 'M', 2},
		{'S', 's', 2},
		{'s', 's', 2},
		{'Y', 'Y', 4},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (numbers[i].letter != letter)
			continue;
		g_string_append_printf(
			text, "%0*d", numbers[i].digits, (int)part_of(moment, numbers[i].part));
		return TRUE;
	}
	return FALSE;
}

static gboolean format_time(const Moment *moment, char letter, GString *text)
{
	guint hour = (moment->hour + 11u) % 12 + 1;
	const char *half = moment->hour % 24 < 12 ? "AM" : "PM";
	switch (letter) {
	case 'h':
	case 'I':
		g_string_append_printf(text, "%02u", hour);
		return TRUE;
	case 'l':
		g_string_append_printf(text, "%u", hour);
		return TRUE;
	case 'p':
		g_string_append(text, half);
		return TRUE;
	case 'r':
		g_string_append_printf(
			text, "%02u:%02u:%02u %s", hour, moment->minute, moment->second, half);
		return TRUE;
	case 'T':
		g_string_append_printf(
			text, "%02u:%02u:%02u", moment->hour, moment->minute, moment->second);
		return TRUE;
	default:
		return FALSE;
	}
}

static void append_cut(GString *text, const char *name, gboolean cut)
{
	g_string_append_len(text, name, cut ? 3 : (gssize)strlen(name));
}

/* -1: the answer is NULL. 0: not one of these. */
static gint format_date(const Moment *moment, char letter, GString *text)
{
	gint64 days = days_of(moment);
	switch (letter) {
	case 'a':
	case 'W':
		append_cut(text, weekday_names[calendar_weekday(days)], letter == 'a');
		return 1;
	case 'b':
	case 'M':
		if (moment->month == 0)
			return -1;
		append_cut(text, month_names[moment->month], letter == 'b');
		return 1;
	case 'D':
		g_string_append_printf(text, "%u%s", moment->day, ordinal(moment->day));
		return 1;
	case 'j':
		g_string_append_printf(text, "%03d", (int)day_of_year(moment));
		return 1;
	case 'w':
		g_string_append_printf(text, "%u", (calendar_weekday(days) + 1) % 7);
		return 1;
	case 'y':
		g_string_append_printf(text, "%02u", moment->year % 100u);
		return 1;
	default:
		return 0;
	}
}

static gboolean format_week(const Moment *moment, char letter, GString *text)
{
	static const char letters[] = "UuVvXx";
	static const guint8 modes[] = {0, 1, 2, 3, 2, 3};
	const char *at = strchr(letters, letter);
	gint64 year;
	if (!at)
		return FALSE;
	gint64 week = week_of(moment, &week_modes[modes[at - letters]], &year);
	if (letter == 'X' || letter == 'x')
		g_string_append_printf(text, "%04d", (int)year);
	else
		g_string_append_printf(text, "%02d", (int)week);
	return TRUE;
}

/* FALSE: NULL. A letter that means nothing stands for itself. */
static gboolean format_letter(const Moment *moment, char letter, GString *text)
{
	if (format_number(moment, letter, text) || format_time(moment, letter, text))
		return TRUE;
	gint done = format_date(moment, letter, text);
	if (done == 0 && !format_week(moment, letter, text))
		g_string_append_c(text, letter);
	return done >= 0;
}

static gboolean body_date_format(QUERY_BODY)
{
	Text format = query_plan_text(evaluator, &operands[1]);
	g_autoptr(GString) text = g_string_new(NULL);
	Moment moment;
	if (format.length == 0 || !read_loosely(evaluator, plan, &operands[0], &moment))
		return TRUE;
	for (gsize i = 0; i < format.length; i++) {
		gboolean directive = format.data[i] == '%' && i + 1 < format.length;
		i += directive;
		if (!directive || format.data[i] == '\0')
			g_string_append_c(text, format.data[i]);
		else if (!format_letter(&moment, format.data[i], text))
			return TRUE;
	}
	const char *copy = arena_copy(evaluator->arena, text->str, text->len);
	*value = value_of_text(copy, text->len);
	return TRUE;
}

const QueryAnswer query_functions_date[QUERY_FN_COUNT] = {
	[QUERY_FN_DATE] = {NULL, query_body_date},
	[QUERY_FN_DATEDIFF] = {NULL, body_date_diff},
	[QUERY_FN_DATE_FORMAT] = {NULL, body_date_format},
	[QUERY_FN_DAYNAME] = {NULL, body_day_name},
	[QUERY_FN_DAYOFMONTH] = {NULL, body_part},
	[QUERY_FN_DAYOFWEEK] = {NULL, body_day_of_week},
	[QUERY_FN_DAYOFYEAR] = {NULL, body_day_of_year},
	[QUERY_FN_EXTRACT] = {step_extract, NULL},
	[QUERY_FN_FROM_UNIXTIME] = {NULL, body_from_unixtime},
	[QUERY_FN_HOUR] = {NULL, body_part},
	[QUERY_FN_LAST_DAY] = {NULL, body_last_day},
	[QUERY_FN_MICROSECOND] = {NULL, body_part},
	[QUERY_FN_MINUTE] = {NULL, body_part},
	[QUERY_FN_MONTH] = {NULL, body_part},
	[QUERY_FN_MONTHNAME] = {NULL, body_month_name},
	[QUERY_FN_QUARTER] = {NULL, body_part},
	[QUERY_FN_SECOND] = {NULL, body_part},
	[QUERY_FN_TIME] = {NULL, query_body_time},
	[QUERY_FN_TIMESTAMP] = {NULL, query_body_timestamp},
	[QUERY_FN_TIMESTAMPDIFF] = {step_timestamp_diff, NULL},
	[QUERY_FN_TIME_TO_SEC] = {NULL, body_time_to_sec},
	[QUERY_FN_TO_DAYS] = {NULL, body_to_days},
	[QUERY_FN_TO_SECONDS] = {NULL, body_to_seconds},
	[QUERY_FN_UNIX_TIMESTAMP] = {NULL, body_unix_timestamp},
	[QUERY_FN_WEEK] = {NULL, body_week},
	[QUERY_FN_WEEKDAY] = {NULL, body_weekday},
	[QUERY_FN_YEAR] = {NULL, body_part},
	[QUERY_FN_YEARWEEK] = {NULL, body_year_week},
};
