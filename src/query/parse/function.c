/* The functions of the query language. Rows are sorted by id, and so by chapter of MySQL's manual. */
#include "query/parse/function.h"
#include <string.h>
#include "query/parse/parse.h"

#define ANY QUERY_ARGUMENTS_MAX
#define ROW(id, ...) [QUERY_FN_##id] = {QUERY_FN_##id, __VA_ARGS__}

/* The SQL: NAME(a, b) everywhere; one template for all; or else MySQL's, and MariaDB's. */
#define PLAIN NULL, NULL
#define SAME(template) template, NULL

static const QueryFunction functions[QUERY_FN_COUNT] = {
	ROW(JSON_CONTAINS, {"JSON_CONTAINS"}, 2, 3, "jjP", QUERY_TYPE_INTEGER, PLAIN),
	ROW(JSON_CONTAINS_PATH, {"JSON_CONTAINS_PATH"}, 3, ANY, "jop", QUERY_TYPE_INTEGER, PLAIN),
	ROW(JSON_DEPTH, {"JSON_DEPTH"}, 1, 1, "j", QUERY_TYPE_INTEGER, PLAIN),
	ROW(JSON_EXTRACT, {"JSON_EXTRACT"}, 2, ANY, "jp", QUERY_TYPE_JSON, PLAIN),
	ROW(JSON_KEYS, {"JSON_KEYS"}, 1, 2, "jP", QUERY_TYPE_JSON, PLAIN),
	ROW(JSON_LENGTH, {"JSON_LENGTH"}, 1, 2, "jP", QUERY_TYPE_INTEGER, PLAIN),
	ROW(JSON_OVERLAPS, {"JSON_OVERLAPS"}, 2, 2, "j", QUERY_TYPE_INTEGER, PLAIN),
	ROW(JSON_QUOTE, {"JSON_QUOTE"}, 1, 1, "s", QUERY_TYPE_TEXT, PLAIN),
	ROW(JSON_TYPE, {"JSON_TYPE"}, 1, 1, "j", QUERY_TYPE_TEXT, PLAIN),
	ROW(JSON_UNQUOTE, {"JSON_UNQUOTE"}, 1, 1, "q", QUERY_TYPE_TEXT, PLAIN),
	ROW(JSON_VALID, {"JSON_VALID"}, 1, 1, "y", QUERY_TYPE_INTEGER, PLAIN),
	ROW(MEMBER_OF, {"MEMBER OF"}, 2, 2, "vj", QUERY_TYPE_INTEGER, "($v0 MEMBER OF ($j1))",
		"JSON_OVERLAPS($j1, CONCAT('[', $q0, ']'))"),

	ROW(COALESCE, {"COALESCE"}, 1, ANY, "x", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(GREATEST, {"GREATEST"}, 2, ANY, "x", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(IF, {"IF"}, 3, 3, "x", QUERY_TYPE_UNKNOWN, SAME("IF($n0, $r1, $r2)")),
	ROW(IFNULL, {"IFNULL"}, 2, 2, "x", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(ISNULL, {"ISNULL"}, 1, 1, "x", QUERY_TYPE_BOOLEAN, SAME("ISNULL($v0)")),
	ROW(LEAST, {"LEAST"}, 2, ANY, "x", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(NULLIF, {"NULLIF"}, 2, 2, "x", QUERY_TYPE_UNKNOWN, PLAIN),

	ROW(ASCII, {"ASCII"}, 1, 1, "b", QUERY_TYPE_INTEGER, PLAIN),
	ROW(BIT_LENGTH, {"BIT_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, PLAIN),
	ROW(CHAR_LENGTH, {"CHAR_LENGTH", "CHARACTER_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, PLAIN),
	ROW(CONCAT, {"CONCAT"}, 1, ANY, "t", QUERY_TYPE_TEXT, PLAIN),
	ROW(CONCAT_WS, {"CONCAT_WS"}, 2, ANY, "t", QUERY_TYPE_TEXT, PLAIN),
	/* MariaDB takes the lower 32 bits of the number; as MySQL does where a number is wanted. */
	ROW(ELT, {"ELT"}, 2, ANY, "nt", QUERY_TYPE_TEXT, NULL,
		"ELT(IF($i0 NOT BETWEEN -1 AND 65535, 0, $i0), $t1*)"),
	ROW(FIELD, {"FIELD"}, 2, ANY, "x", QUERY_TYPE_INTEGER, SAME("FIELD($m*)")),
	ROW(FIND_IN_SET, {"FIND_IN_SET"}, 2, 2, "t", QUERY_TYPE_INTEGER,
		SAME("FIND_IN_SET($c0, $c1)")),
	ROW(HEX, {"HEX"}, 1, 1, "b", QUERY_TYPE_TEXT, PLAIN),
	ROW(INSERT, {"INSERT"}, 4, 4, "tnnt", QUERY_TYPE_TEXT, SAME("INSERT($t0, $i1, $i2, $t3)")),
	ROW(INSTR, {"INSTR"}, 2, 2, "t", QUERY_TYPE_INTEGER, SAME("INSTR($w0, $w1)")),
	ROW(LEFT, {"LEFT"}, 2, 2, "tn", QUERY_TYPE_TEXT, SAME("LEFT($t0, $i1)")),
	ROW(LENGTH, {"LENGTH", "OCTET_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, PLAIN),
	ROW(LOCATE, {"LOCATE"}, 2, 3, "ttn", QUERY_TYPE_INTEGER, SAME("LOCATE($w0, $w1, $i2)")),
	ROW(LOWER, {"LOWER", "LCASE"}, 1, 1, "t", QUERY_TYPE_TEXT, PLAIN),
	/* With nothing to fill up with: NULL on MariaDB. */
	ROW(LPAD, {"LPAD"}, 3, 3, "tct", QUERY_TYPE_TEXT, NULL,
		"IF(CHAR_LENGTH($t2) = 0, LEFT($t0, $n1), LPAD($t0, $n1, $t2))"),
	ROW(LTRIM, {"LTRIM"}, 1, 1, "t", QUERY_TYPE_TEXT, PLAIN),
	ROW(ORD, {"ORD"}, 1, 1, "b", QUERY_TYPE_INTEGER, PLAIN),
	ROW(REGEXP_LIKE, {"REGEXP_LIKE"}, 2, 2, "t", QUERY_TYPE_BOOLEAN, PLAIN),
	ROW(REPEAT, {"REPEAT"}, 2, 2, "tc", QUERY_TYPE_TEXT, PLAIN),
	/* Where there is nothing to replace, MariaDB overlooks a NULL. */
	ROW(REPLACE, {"REPLACE"}, 3, 3, "t", QUERY_TYPE_TEXT, NULL,
		"IF($t2 IS NULL, NULL, REPLACE($t0, $t1, $t2))"),
	ROW(REVERSE, {"REVERSE"}, 1, 1, "t", QUERY_TYPE_TEXT, PLAIN),
	ROW(RIGHT, {"RIGHT"}, 2, 2, "tn", QUERY_TYPE_TEXT, SAME("RIGHT($t0, $i1)")),
	ROW(RPAD, {"RPAD"}, 3, 3, "tct", QUERY_TYPE_TEXT, NULL,
		"IF(CHAR_LENGTH($t2) = 0, LEFT($t0, $n1), RPAD($t0, $n1, $t2))"),
	ROW(RTRIM, {"RTRIM"}, 1, 1, "t", QUERY_TYPE_TEXT, PLAIN),
	ROW(SPACE, {"SPACE"}, 1, 1, "c", QUERY_TYPE_TEXT, PLAIN),
	ROW(STRCMP, {"STRCMP"}, 2, 2, "t", QUERY_TYPE_INTEGER, SAME("STRCMP($c0, $c1)")),
	ROW(SUBSTRING, {"SUBSTRING", "SUBSTR", "MID"}, 2, 3, "tnn", QUERY_TYPE_TEXT,
		SAME("SUBSTRING($t0, $i1*)")),
	ROW(SUBSTRING_INDEX, {"SUBSTRING_INDEX"}, 3, 3, "ttn", QUERY_TYPE_TEXT,
		SAME("SUBSTRING_INDEX($t0, $t1, $i2)")),
	ROW(TRIM, {"TRIM"}, 1, 2, "t", QUERY_TYPE_TEXT, SAME("TRIM(BOTH $t1 FROM $t0)")),
	ROW(TRIM_LEADING, {"TRIM(LEADING)"}, 1, 2, "t", QUERY_TYPE_TEXT,
		SAME("TRIM(LEADING $t1 FROM $t0)")),
	ROW(TRIM_TRAILING, {"TRIM(TRAILING)"}, 1, 2, "t", QUERY_TYPE_TEXT,
		SAME("TRIM(TRAILING $t1 FROM $t0)")),
	ROW(UNHEX, {"UNHEX"}, 1, 1, "t", QUERY_TYPE_BINARY, PLAIN),
	ROW(UPPER, {"UPPER", "UCASE"}, 1, 1, "t", QUERY_TYPE_TEXT, PLAIN),

	ROW(ABS, {"ABS"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(ACOS, {"ACOS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(ASIN, {"ASIN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(ATAN, {"ATAN", "ATAN2"}, 1, 2, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(BIT_COUNT, {"BIT_COUNT"}, 1, 1, "n", QUERY_TYPE_INTEGER, SAME("BIT_COUNT($i0)")),
	ROW(CEILING, {"CEILING", "CEIL"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(COS, {"COS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(COT, {"COT"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(DEGREES, {"DEGREES"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(EXP, {"EXP"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(FLOOR, {"FLOOR"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(LN, {"LN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(LOG, {"LOG"}, 1, 2, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(LOG10, {"LOG10"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(LOG2, {"LOG2"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(PI, {"PI"}, 0, 0, "", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(POW, {"POW", "POWER"}, 2, 2, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(RADIANS, {"RADIANS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(ROUND, {"ROUND"}, 1, 2, "ni", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(SIGN, {"SIGN"}, 1, 1, "n", QUERY_TYPE_INTEGER, PLAIN),
	ROW(SIN, {"SIN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(SQRT, {"SQRT"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(TAN, {"TAN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, PLAIN),
	ROW(TRUNCATE, {"TRUNCATE"}, 2, 2, "ni", QUERY_TYPE_UNKNOWN, PLAIN),

	ROW(DATE, {"DATE"}, 1, 1, "d", QUERY_TYPE_DATE, PLAIN),
	ROW(DATEDIFF, {"DATEDIFF"}, 2, 2, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(DATE_FORMAT, {"DATE_FORMAT"}, 2, 2, "df", QUERY_TYPE_TEXT, PLAIN),
	ROW(DAYNAME, {"DAYNAME"}, 1, 1, "d", QUERY_TYPE_TEXT, PLAIN),
	ROW(DAYOFMONTH, {"DAYOFMONTH", "DAY"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(DAYOFWEEK, {"DAYOFWEEK"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(DAYOFYEAR, {"DAYOFYEAR"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(EXTRACT, {"EXTRACT"}, 2, 2, "ux", QUERY_TYPE_INTEGER, SAME("EXTRACT($v0 FROM $d1)")),
	ROW(FROM_UNIXTIME, {"FROM_UNIXTIME"}, 1, 1, "n", QUERY_TYPE_DATETIME, PLAIN),
	ROW(HOUR, {"HOUR"}, 1, 1, "h", QUERY_TYPE_INTEGER, PLAIN),
	ROW(LAST_DAY, {"LAST_DAY"}, 1, 1, "d", QUERY_TYPE_DATE, PLAIN),
	/* At the end of what a TIME can be, MySQL leaves the fraction. */
	ROW(MICROSECOND, {"MICROSECOND"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL,
		"IF(HOUR($v0) = 838, 0, MICROSECOND($v0))"),
	ROW(MINUTE, {"MINUTE"}, 1, 1, "h", QUERY_TYPE_INTEGER, PLAIN),
	ROW(MONTH, {"MONTH"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(MONTHNAME, {"MONTHNAME"}, 1, 1, "d", QUERY_TYPE_TEXT, PLAIN),
	ROW(QUARTER, {"QUARTER"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(SECOND, {"SECOND"}, 1, 1, "h", QUERY_TYPE_INTEGER, PLAIN),
	ROW(TIME, {"TIME"}, 1, 1, "h", QUERY_TYPE_TIME, PLAIN),
	ROW(TIMESTAMP, {"TIMESTAMP"}, 1, 1, "d", QUERY_TYPE_DATETIME, PLAIN),
	ROW(TIMESTAMPDIFF, {"TIMESTAMPDIFF"}, 3, 3, "ud", QUERY_TYPE_INTEGER, PLAIN),
	ROW(TIME_TO_SEC, {"TIME_TO_SEC"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL,
		"TRUNCATE(TIME_TO_SEC($v0), 0)"),
	ROW(TO_DAYS, {"TO_DAYS"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(TO_SECONDS, {"TO_SECONDS"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	ROW(UNIX_TIMESTAMP, {"UNIX_TIMESTAMP"}, 1, 1, "d", QUERY_TYPE_UNKNOWN, PLAIN),
	ROW(WEEK, {"WEEK"}, 1, 2, "dw", QUERY_TYPE_INTEGER, PLAIN),
	ROW(WEEKDAY, {"WEEKDAY"}, 1, 1, "d", QUERY_TYPE_INTEGER, PLAIN),
	/* `?` beside YEAR() would be a year. */
	ROW(YEAR, {"YEAR"}, 1, 1, "d", QUERY_TYPE_INTEGER, "(YEAR($d0) + 0)",
		"CAST(YEAR($d0) AS UNSIGNED)"),
	ROW(YEARWEEK, {"YEARWEEK"}, 1, 2, "dw", QUERY_TYPE_INTEGER, PLAIN),
};

const QueryFunction *query_function_get(QueryFunctionId id)
{
	return &functions[id];
}

char query_function_letter(const QueryFunction *function, guint i)
{
	gsize n = strlen(function->takes);
	return function->takes[MIN(i, n - 1)];
}

/* All names, sorted, made from the table at first use. */
typedef struct {
	const char *name;
	const QueryFunction *function;
} Name;

static gint compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(((const Name *)a)->name, ((const Name *)b)->name);
}

static const GArray *all_names(void)
{
	static GArray *names;
	if (!g_once_init_enter(&names))
		return names;
	GArray *made = g_array_new(FALSE, FALSE, sizeof(Name));
	for (guint i = 0; i < QUERY_FN_COUNT; i++) {
		for (guint j = 0; j < QUERY_NAMES_MAX && functions[i].names[j]; j++) {
			Name name = {functions[i].names[j], &functions[i]};
			g_array_append_val(made, name);
		}
	}
	g_array_sort(made, compare_names);
	g_once_init_leave(&names, made);
	return names;
}

const QueryFunction *query_function_find(const char *name, gsize length)
{
	const GArray *names = all_names();
	gint row = query_find_word(names->data, names->len, sizeof(Name), name, length);
	return row < 0 ? NULL : g_array_index(names, Name, row).function;
}

const char *query_function_suggest(const char *name, gsize length)
{
	const GArray *names = all_names();
	const char *nearest = NULL;
	guint best = 3;
	for (guint i = 0; i < names->len; i++) {
		const char *known = g_array_index(names, Name, i).name;
		guint distance = query_distance(name, length, known);
		if (distance < best && 2 * distance < length) {
			best = distance;
			nearest = known;
		}
	}
	return nearest;
}
