/* The values that an expression is made of, and how MySQL turns one kind into another: MySQL
 * Reference Manual, "Type Conversion in Expression Evaluation". Warnings of MySQL's are not
 * told: a SELECT goes on with the value that it has then. */
#ifndef CHRONOLOGER_QUERY_VALUE_H
#define CHRONOLOGER_QUERY_VALUE_H

#include "query-arena.h"
#include "query-decimal.h"
#include "query.h"

/* A date, a time or both, not always one of the calendar: MySQL reads '2026-00-00' and goes on. */
typedef struct {
	guint16 year; /* 0..9999 */
	guint8 month, day;
	guint16 hour; /* of a time, 0..838 */
	guint8 minute, second;
	guint32 micro;
	gboolean negative; /* of a time only */
} QueryMoment;

typedef struct query_json QueryJson;

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
		const QueryDecimal *decimal;
		Text text;
		const QueryJson *json;
		QueryMoment moment;
	};
} Value;

Value query_value_of_text(const char *text, gsize length);

/* Numbers from text: the longest beginning that is one, after blanks; 0 where there is none. */
double query_value_read_double(const char *text, gsize length);

/* The fewest digits that say the same number, as MySQL prints it; the length. As text of SQL's it
 * has at most 22 characters, and loses digits for that. */
#define QUERY_DOUBLE_SIZE 32
gsize query_value_print_double(double number, char text[static QUERY_DOUBLE_SIZE]);
#define QUERY_JSON_DOUBLE_SIZE 48
gsize query_value_print_json_double(double number, char text[static QUERY_JSON_DOUBLE_SIZE]);

double query_value_to_double(const Value *value);

/* 64 bits; *is_unsigned where they are those of a number above a gint64's range or of an UNSIGNED.
 * Text is read up to the first character that is no digit; other numbers are rounded. MySQL takes
 * the text of a column for a gint64 at most, other than CAST() does. */
gint64 query_value_to_integer(const Value *value, gboolean *is_unsigned);

/* FALSE: more digits than MySQL keeps. */
gboolean query_value_to_decimal(const Value *value, QueryDecimal *decimal);

Text query_value_to_text(const Value *value, QueryArena *arena);

/* Whether a condition holds; the value is not NULL. */
gboolean query_value_is_true(const Value *value);

#endif
