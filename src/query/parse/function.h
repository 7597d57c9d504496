/* The functions of the query language: one table. A new one is a row of it, with its SQL, and an
 * evaluator in query/eval/fn-*.c; MariaDB's printer has functions for the few that no template does.
 *
 * What the grammar already took apart and no table needs to know:
 *   DATE_ADD, ADDDATE, TIMESTAMPADD and their like are QUERY_ADD and QUERY_SUBTRACT with a
 *   QUERY_INTERVAL on the right;
 *   NOW and its like are literals (QUERY_VALUE_DATETIME, _DATE, _TIME) of the moment of parsing, UTC;
 *   POSITION(x IN y) is LOCATE(x, y); SUBSTRING(x FROM n FOR m) is SUBSTRING(x, n, m);
 *   MOD(x, y) is QUERY_MODULO; MID is SUBSTRING; RLIKE is REGEXP; WEEK(x) is WEEK(x, 0);
 *   JSON_EXTRACT stays a function, `->` is an operator. */
#ifndef CHRONOLOGER_QUERY_PARSE_FUNCTION_H
#define CHRONOLOGER_QUERY_PARSE_FUNCTION_H

#include "query/query.h"

typedef enum {
	/* JSON. A document is an expression of type JSON, or a literal text that is JSON (checked). */
	QUERY_FN_JSON_CONTAINS,      /* document, candidate, and where given the path */
	QUERY_FN_JSON_CONTAINS_PATH, /* document, 'one' or 'all', paths */
	QUERY_FN_JSON_DEPTH,
	QUERY_FN_JSON_EXTRACT, /* document, paths */
	QUERY_FN_JSON_KEYS,    /* document, and where given the path */
	QUERY_FN_JSON_LENGTH,  /* document, and where given the path */
	QUERY_FN_JSON_OVERLAPS,
	QUERY_FN_JSON_QUOTE,
	QUERY_FN_JSON_TYPE,
	QUERY_FN_JSON_UNQUOTE,
	QUERY_FN_JSON_VALID,
	QUERY_FN_MEMBER_OF, /* value MEMBER OF(document) */

	/* Choice */
	QUERY_FN_COALESCE,
	QUERY_FN_GREATEST,
	QUERY_FN_IF,
	QUERY_FN_IFNULL,
	QUERY_FN_ISNULL,
	QUERY_FN_LEAST,
	QUERY_FN_NULLIF,

	/* Strings */
	QUERY_FN_ASCII,
	QUERY_FN_BIT_LENGTH,
	QUERY_FN_CHAR_LENGTH,
	QUERY_FN_CONCAT,
	QUERY_FN_CONCAT_WS,
	QUERY_FN_ELT,
	QUERY_FN_FIELD,
	QUERY_FN_FIND_IN_SET,
	QUERY_FN_HEX,
	QUERY_FN_INSERT,
	QUERY_FN_INSTR,
	QUERY_FN_LEFT,
	QUERY_FN_LENGTH,
	QUERY_FN_LOCATE, /* what, where, and where given the start */
	QUERY_FN_LOWER,
	QUERY_FN_LPAD, /* the length is a literal up to QUERY_PAD_MAX */
	QUERY_FN_LTRIM,
	QUERY_FN_ORD,
	QUERY_FN_REGEXP_LIKE, /* two arguments; match types are refused */
	QUERY_FN_REPEAT,      /* the count is a literal up to QUERY_PAD_MAX */
	QUERY_FN_REPLACE,
	QUERY_FN_REVERSE,
	QUERY_FN_RIGHT,
	QUERY_FN_RPAD, /* as LPAD */
	QUERY_FN_RTRIM,
	QUERY_FN_SPACE, /* as REPEAT */
	QUERY_FN_STRCMP,
	QUERY_FN_SUBSTRING,
	QUERY_FN_SUBSTRING_INDEX,
	QUERY_FN_TRIM, /* subject, and where given what is taken away: also TRIM(BOTH x FROM y) */
	QUERY_FN_TRIM_LEADING,  /* subject, and where given what is taken away */
	QUERY_FN_TRIM_TRAILING, /* the same */
	QUERY_FN_UNHEX,
	QUERY_FN_UPPER,

	/* Numbers */
	QUERY_FN_ABS,
	QUERY_FN_ACOS,
	QUERY_FN_ASIN,
	QUERY_FN_ATAN, /* one or two arguments, also ATAN2 */
	QUERY_FN_BIT_COUNT,
	QUERY_FN_CEILING,
	QUERY_FN_COS,
	QUERY_FN_COT,
	QUERY_FN_DEGREES,
	QUERY_FN_EXP,
	QUERY_FN_FLOOR,
	QUERY_FN_LN,
	QUERY_FN_LOG, /* x, or base and x */
	QUERY_FN_LOG10,
	QUERY_FN_LOG2,
	QUERY_FN_PI,
	QUERY_FN_POW,
	QUERY_FN_RADIANS,
	QUERY_FN_ROUND, /* x, and where given the digits, a literal with or without a sign */
	QUERY_FN_SIGN,
	QUERY_FN_SIN,
	QUERY_FN_SQRT,
	QUERY_FN_TAN,
	QUERY_FN_TRUNCATE, /* x, digits as with ROUND */

	/* Dates and times */
	QUERY_FN_DATE,
	QUERY_FN_DATEDIFF,
	QUERY_FN_DATE_FORMAT,
	QUERY_FN_DAYNAME,
	QUERY_FN_DAYOFMONTH,
	QUERY_FN_DAYOFWEEK,
	QUERY_FN_DAYOFYEAR,
	QUERY_FN_EXTRACT, /* QUERY_UNIT, x */
	QUERY_FN_FROM_UNIXTIME,
	QUERY_FN_HOUR,
	QUERY_FN_LAST_DAY,
	QUERY_FN_MICROSECOND,
	QUERY_FN_MINUTE,
	QUERY_FN_MONTH,
	QUERY_FN_MONTHNAME,
	QUERY_FN_QUARTER,
	QUERY_FN_SECOND,
	QUERY_FN_TIME,
	QUERY_FN_TIMESTAMP,     /* one argument */
	QUERY_FN_TIMESTAMPDIFF, /* QUERY_UNIT (a simple one), from, to */
	QUERY_FN_TIME_TO_SEC,
	QUERY_FN_TO_DAYS,
	QUERY_FN_TO_SECONDS,
	QUERY_FN_UNIX_TIMESTAMP, /* one argument */
	QUERY_FN_WEEK,           /* x, mode: a literal 0..7 */
	QUERY_FN_WEEKDAY,
	QUERY_FN_YEAR,
	QUERY_FN_YEARWEEK, /* x, mode */

	QUERY_FN_COUNT,
} QueryFunctionId;

/* The longest text that REPEAT, SPACE, LPAD and RPAD make of one argument, in characters. */
#define QUERY_PAD_MAX 1024

#define QUERY_ARGUMENTS_MAX G_MAXUINT8 /* no limit but the length of the expression */
#define QUERY_NAMES_MAX 4

/* What an argument has to be; the letters of QueryFunction.takes, the last one for all that follow.
 * The letters t are also the texts whose collations meet.
 *   x b  anything; x is compared or chosen, b may be bytes
 *   t    text, or what can be printed as one           s  text only
 *   n    a number, or what MySQL takes for one
 *   d    a date, or text that holds one                h  the same, or a time
 *   j    a JSON document, or a string that is one      q  JSON only
 *   v    a JSON value or a scalar                       y  JSON or text
 *   p    a path, a string                              P  the same, without wildcards
 *   o    'one' or 'all'
 *   c    a number up to QUERY_PAD_MAX                  i  a number of digits, with or without a sign
 *   w    a number from 0 to 7                          f  a format of DATE_FORMAT, a string
 *   u    a QUERY_UNIT */
struct query_function {
	QueryFunctionId id;
	const char *names[QUERY_NAMES_MAX]; /* upper case; the first is the one that is printed */
	guint8 min, max;                    /* arguments */
	const char *takes;
	QueryType
		type; /* of the result; UNKNOWN: query/type/type.c works it out from the arguments */
	/* Its SQL, a template as query/print/engine.h says; NULL: NAME(a, b). MariaDB's where it is
	 * another. */
	const char *print, *mariadb;
};

/* `name` in any case, or an alias; NULL where there is none. */
const QueryFunction *query_function_find(const char *name, gsize length);

/* The row of an id. */
const QueryFunction *query_function_get(QueryFunctionId id);

/* The letter of argument `i`, counted from 0. */
char query_function_letter(const QueryFunction *function, guint i);

/* What MySQL has and this language does not: the reason, or NULL. For messages and the manual. */
const char *query_function_refusal(const char *name, gsize length);

/* The name nearest to one that was not found, or NULL where none is near. */
const char *query_function_suggest(const char *name, gsize length);

#endif
