/* x + INTERVAL n DAY. MySQL Reference Manual, "Temporal Intervals". */
#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "query/eval/plan.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define MONTHS_MAX (10000 * 12)
#define DAYS_MAX 3652424 /* 9999-12-31 */

/* How far: one of the two. */
typedef struct {
	gint64 months;
	__int128 micros;
} Distance;

/* Reading the amount --------------------------------------------------------------------------- */

/* Seconds may have a fraction, to microseconds. */
static gboolean read_seconds(const Value *amount, Distance *distance)
{
	Decimal decimal, million = decimal_of(1000000, FALSE), product;
	guint64 micros;
	if (!value_to_decimal(amount, &decimal))
		return FALSE;
	decimal_round(&decimal, 6, DECIMAL_ROUND);
	if (!decimal_multiply(&decimal, &million, &product) ||
		!decimal_to_integer(&product, FALSE, &micros))
		return FALSE;
	distance->micros = (gint64)micros;
	return TRUE;
}

static gboolean read_one(const QueryUnitRow *unit, const Value *amount, Distance *distance)
{
	gboolean is_unsigned;
	gint64 n = value_to_integer(amount, &is_unsigned);
	if (is_unsigned && n < 0)
		return FALSE;
	if (unit->months != 0 && (n > MONTHS_MAX || n < -MONTHS_MAX))
		return FALSE;
	distance->months = unit->months * n;
	distance->micros = (__int128)unit->micros * n;
	return TRUE;
}

/* The numbers of '1 2:3:4.5', at most five; digits of the last one in *length. FALSE: there are
 * more than `most`. */
static gboolean read_numbers(const Text *text, guint most, gint64 *numbers, guint *n, guint *length)
{
	const char *p = text->data, *end = p + text->length;
	for (*n = 0;; ++*n) {
		while (p < end && !g_ascii_isdigit(*p))
			p++;
		if (p == end)
			return TRUE;
		if (*n == most)
			return FALSE;
		const char *from = p;
		gint64 number = 0;
		for (; p < end && g_ascii_isdigit(*p); p++)
			number = MIN(number * 10 + (*p - '0'), G_GINT64_CONSTANT(100000000000000));
		numbers[*n] = number;
		*length = (guint)(p - from);
	}
}

static gboolean is_negative(const Text *text)
{
	gsize i = 0;
	while (i < text->length && g_ascii_isspace(text->data[i]))
		i++;
	return i < text->length && text->data[i] == '-';
}

/* Where there are fewer numbers than the unit has parts, the first parts are 0. */
static gboolean read_several(const QueryUnitRow *unit, const Text *text, Distance *distance)
{
	static const gint64 factors[] = {SECOND, 60, 60, 24}; /* from microseconds up */
	static const gint64 powers[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
	gint64 numbers[5] = {0};
	guint length = 6, n;
	guint first = unit->micros >= 3600 * SECOND ? 3
		      : unit->micros >= 60 * SECOND ? 2
		      : unit->micros >= SECOND      ? 1
						    : 0;
	__int128 worth = unit->micros, sum = 0;
	if (!read_numbers(text, (guint)strlen(unit->parts), numbers, &n, &length))
		return FALSE;
	if (unit->months != 0) {
		distance->months = n == 0 ? 0 : n == 1 ? numbers[0] : numbers[0] * 12 + numbers[1];
		distance->months = MIN(distance->months, MONTHS_MAX);
	} else {
		/* '.5' in the last place is half a second, not five microseconds. */
		if (unit->micros == 1 && n > 0)
			numbers[n - 1] *= length <= 6 ? powers[length] : 1;
		for (guint i = n; i-- > 0; first++) {
			sum += worth * numbers[i];
			worth *= first < G_N_ELEMENTS(factors) ? factors[first] : 1;
		}
	}
	distance->micros = sum;
	if (is_negative(text)) {
		distance->months = -distance->months;
		distance->micros = -distance->micros;
	}
	return TRUE;
}

static gboolean read_distance(
	QueryEvaluator *evaluator, guint word, const Value *amount, Distance *distance)
{
	const QueryUnitRow *unit = query_unit(word);
	*distance = (Distance){0, 0};
	if (unit->parts[1] != '\0') {
		Text text = query_plan_text(evaluator, amount);
		return read_several(unit, &text, distance);
	}
	if (word == QUERY_UNIT_SECOND && amount->type != QUERY_TYPE_INTEGER &&
		amount->type != QUERY_TYPE_UNSIGNED)
		return read_seconds(amount, distance);
	return read_one(unit, amount, distance);
}

/* Moving --------------------------------------------------------------------------------------- */

/* The last day of the month where the other month has not so many. */
static gboolean move_months(Moment *moment, gint64 months)
{
	gint64 month = (gint64)moment->year * 12 + moment->month - 1 + months;
	if (month < 0 || month >= MONTHS_MAX)
		return FALSE;
	moment->year = (guint16)(month / 12);
	moment->month = (guint8)(month % 12 + 1);
	moment->day = (guint8)MIN(moment->day, calendar_month_days(moment->year, moment->month));
	return TRUE;
}

static gboolean move_micros(Moment *moment, __int128 micros)
{
	if (micros > (__int128)CALENDAR_DAY * DAYS_MAX ||
		micros < -(__int128)CALENDAR_DAY * DAYS_MAX)
		return FALSE;
	gint64 epoch = calendar_to_epoch(moment) + (gint64)micros;
	gint64 first = (calendar_days(0, 1, 1) - calendar_days(1970, 1, 1)) * CALENDAR_DAY;
	if (epoch < first || epoch > CALENDAR_TS_MAX)
		return FALSE;
	*moment = calendar_of_epoch(epoch);
	return TRUE;
}

/* What began as a text is one again, but a date where MySQL makes a number of it. */
static void set_moment(const QueryPlan *plan, Moment moment, gboolean date, Value *value)
{
	*value = (Value){
		.type = plan->node->type, .scale = (guint8)plan->node->scale, .moment = moment};
	if (plan->node->type != QUERY_TYPE_TEXT)
		return;
	value->type = date ? QUERY_TYPE_DATE : QUERY_TYPE_DATETIME;
	value->scale = moment.micro != 0 ? 6 : 0;
}

gboolean query_interval_add(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *subject,
	gint sign, Value *value)
{
	const QueryPlan *interval = plan->operands[1];
	guint word = interval->node->word;
	Moment moment;
	QueryType type;
	Distance distance;
	Value amount;
	*value = (Value){.type = QUERY_TYPE_NULL};
	if (!query_plan_value(evaluator, interval->operands[0], &amount))
		return FALSE;
	if (amount.type == QUERY_TYPE_NULL || !value_read_date(subject, 0, &moment, &type) ||
		!read_distance(evaluator, word, &amount, &distance))
		return TRUE;
	if (!move_months(&moment, sign * distance.months) ||
		!move_micros(&moment, sign * distance.micros))
		return TRUE;
	set_moment(plan, moment, type == QUERY_TYPE_DATE && query_unit_is_of_days(word), value);
	return TRUE;
}
