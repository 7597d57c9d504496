/* The units of INTERVAL, EXTRACT and TIMESTAMPDIFF. MySQL Reference Manual, "Temporal Intervals". */
#include "base/calendar.h"
#include "query/query.h"

#define SECOND G_GINT64_CONSTANT(1000000)

static const QueryUnitRow units[QUERY_UNITS] = {
	[QUERY_UNIT_MICROSECOND] = {"MICROSECOND", "u", 0, 1},
	[QUERY_UNIT_SECOND] = {"SECOND", "s", 0, SECOND},
	[QUERY_UNIT_MINUTE] = {"MINUTE", "m", 0, 60 * SECOND},
	[QUERY_UNIT_HOUR] = {"HOUR", "h", 0, 3600 * SECOND},
	[QUERY_UNIT_DAY] = {"DAY", "D", 0, CALENDAR_DAY},
	[QUERY_UNIT_WEEK] = {"WEEK", "W", 0, 7 * CALENDAR_DAY},
	[QUERY_UNIT_MONTH] = {"MONTH", "M", 1, 0},
	[QUERY_UNIT_QUARTER] = {"QUARTER", "Q", 3, 0},
	[QUERY_UNIT_YEAR] = {"YEAR", "Y", 12, 0},
	[QUERY_UNIT_SECOND_MICROSECOND] = {"SECOND_MICROSECOND", "su", 0, 1},
	[QUERY_UNIT_MINUTE_MICROSECOND] = {"MINUTE_MICROSECOND", "msu", 0, 1},
	[QUERY_UNIT_MINUTE_SECOND] = {"MINUTE_SECOND", "ms", 0, SECOND},
	[QUERY_UNIT_HOUR_MICROSECOND] = {"HOUR_MICROSECOND", "hmsu", 0, 1},
	[QUERY_UNIT_HOUR_SECOND] = {"HOUR_SECOND", "hms", 0, SECOND},
	[QUERY_UNIT_HOUR_MINUTE] = {"HOUR_MINUTE", "hm", 0, 60 * SECOND},
	[QUERY_UNIT_DAY_MICROSECOND] = {"DAY_MICROSECOND", "Dhmsu", 0, 1},
	[QUERY_UNIT_DAY_SECOND] = {"DAY_SECOND", "Dhms", 0, SECOND},
	[QUERY_UNIT_DAY_MINUTE] = {"DAY_MINUTE", "Dhm", 0, 60 * SECOND},
	[QUERY_UNIT_DAY_HOUR] = {"DAY_HOUR", "Dh", 0, 3600 * SECOND},
	[QUERY_UNIT_YEAR_MONTH] = {"YEAR_MONTH", "YM", 1, 0},
};

const QueryUnitRow *query_unit(QueryUnit unit)
{
	return &units[unit];
}

gboolean query_unit_is_of_days(QueryUnit unit)
{
	return units[unit].micros % CALENDAR_DAY == 0;
}
