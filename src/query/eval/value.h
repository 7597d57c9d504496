/* The values that an expression is made of, and how MySQL turns one kind into another: MySQL
 * Reference Manual, "Type Conversion in Expression Evaluation". Warnings of MySQL's are not
 * told: a SELECT goes on with the value that it has then. */
#ifndef CHRONOLOGER_QUERY_EVAL_VALUE_H
#define CHRONOLOGER_QUERY_EVAL_VALUE_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/decimal.h"
#include "base/json.h"
#include "query/query.h"

/* `type` says which member counts: INTEGER, UNSIGNED, DECIMAL, DOUBLE, TEXT, BINARY, JSON,
 * DATETIME, DATE, TIME, or NULL. What it points to belongs to the arena or to the tree. */
typedef struct {
	QueryType type;
	guint8 scale;     /* of a date or time: digits of the fraction that it prints */
	gboolean boolean; /* of an integer: JSON's true or false where it becomes JSON */
	gboolean stored;  /* of a text: a column's own */
	union {
		gint64 integer;
		guint64 whole; /* UNSIGNED */
		double real;
		const Decimal *decimal;
		Text text;
		const Json *json;
		Moment moment;
	};
} Value;

static inline gboolean value_is_integer(const Value *value)
{
	return value->type == QUERY_TYPE_INTEGER || value->type == QUERY_TYPE_UNSIGNED;
}

Value value_of_text(const char *text, gsize length);

double value_to_double(const Value *value);

/* 64 bits; *is_unsigned where they are those of a number above a gint64's range or of an UNSIGNED.
 * Text is read up to the first character that is no digit; other numbers are rounded. MySQL takes
 * the text of a column for a gint64 at most, other than CAST() does. */
gint64 value_to_integer(const Value *value, gboolean *is_unsigned);

/* FALSE: more digits than MySQL keeps. */
gboolean value_to_decimal(const Value *value, Decimal *decimal);

Text value_to_text(const Value *value, Arena *arena);

/* Reads a value as a DATE or DATETIME. FALSE: MySQL's answer is NULL, or, where *type is
 * UNKNOWN, an error: a month or day of 0 has been let in, and a time zone can not be taken from
 * it. */
typedef enum {
	VALUE_ZERO_IN_DATE = 1, /* '2026-00-00' passes */
	VALUE_ZERO_DATE = 2,    /* '0000-00-00' passes */
} ValueDateFlags;

gboolean value_read_date(const Value *value, ValueDateFlags flags, Moment *moment, QueryType *type);

/* The time of a TIME, DATE or DATETIME; FALSE: of anything else. */
gboolean value_read_time(const Value *value, Moment *moment);

/* A scalar of SQL's as JSON; JSON as it is. */
const Json *value_to_json(Arena *arena, const Value *value);

/* What calendar.h calls a DATE, TIME or DATETIME. */
static inline CalendarKind value_calendar_kind(QueryType type)
{
	if (type == QUERY_TYPE_DATE)
		return CALENDAR_DATE;
	return type == QUERY_TYPE_TIME ? CALENDAR_TIME : CALENDAR_DATETIME;
}

/* Whether a condition holds; the value is not NULL. */
gboolean value_is_true(const Value *value);

#endif
