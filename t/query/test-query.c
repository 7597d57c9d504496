/* query: a WHERE expression -> tree -> SQL with bound values. What is refused, and in which words. */
#include <json-c/json.h>
#include <string.h>
#include "base/error.h"
#include "query/parse/function.h"
#include "query/print/print.h"

#define PREFIX "Make sure the query filter is a valid WHERE expression: "

/* 2026-03-01 12:30:45.25 */
#define NOW G_GINT64_CONSTANT(1772368245250000)

static Query *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	Query *query = query_parse_at(text, strlen(text), NOW, &error);

	if (query == NULL)
		g_error("%.200s: %s", text, error->message);
	return query;
}

/* The SQL, with its values where their `?` are. */
static char *print(const Query *query)
{
	g_autoptr(Sql) sql = sql_new("");
	GString *text = g_string_new(NULL);
	guint n = 0;

	g_assert_true(query_print(query, QUERY_DIALECT_MYSQL, sql, NULL));
	for (const char *c = sql->text->str; *c != '\0'; c++) {
		if (*c != '?') {
			g_string_append_c(text, *c);
			continue;
		}
		const SqlValue *value = sql_value(sql, n++);
		if (value->type == SQL_TEXT)
			g_string_append_printf(
				text, "'%s'", (const char *)g_bytes_get_data(value->text, NULL));
		else
			g_string_append_printf(text, "%" G_GINT64_FORMAT, value->integer);
	}
	g_assert_cmpuint(n, ==, sql->values->len);
	return g_string_free(text, FALSE);
}

static void check_refused(const char *text, gsize length, const char *message)
{
	g_autoptr(GError) error = NULL;
	Query *query = query_parse_at(text, length, NOW, &error);

	if (query != NULL)
		g_error("%.200s is not refused", text);
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_QUERY);
	g_assert_true(g_str_has_prefix(error->message, PREFIX));
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_cmpuint(strlen(error->message), <, 400);
	if (message != NULL)
		g_assert_cmpstr(error->message + strlen(PREFIX), ==, message);
}

/* Precedence, literals, spellings: what is read, in parentheses. */
static const struct {
	const char *text, *sql;
} readings[] = {
	{"level = 20 OR level = 30 AND name = 'worker'",
		"(((level = 20) OR ((level = 30) AND (name = 'worker'))))"},
	{"level = 1 OR level = 2 XOR level = 3 AND level = 4",
		"(((level = 1) OR ((level = 2) XOR ((level = 3) AND (level = 4)))))"},
	{"level = 1 || level = 2 && level = 3", "(((level = 1) OR ((level = 2) AND (level = 3))))"},
	{"1 OR 2 OR 3 OR 4", "((1 OR 2 OR 3 OR 4))"},
	{"1 AND (2 AND 3)", "((1 AND 2 AND 3))"},
	{"NOT level = 20", "((NOT (level = 20)))"},
	{"NOT 1 AND 2", "(((NOT 1) AND 2))"},
	{"NOT NOT 1", "((NOT (NOT 1)))"},
	{"!level = 20", "(((NOT level) = 20))"},
	{"!(level = 20)", "((NOT (level = 20)))"},
	{"NOT 1 IS NULL", "((NOT (1 IS NULL)))"},
	{"NOT 1 BETWEEN 0 AND 2", "((NOT (1 BETWEEN 0 AND 2)))"},
	{"2 > 1 > 0", "(((2 > 1) > 0))"},
	{"1 = 2 IS TRUE", "(((1 = 2) IS TRUE))"},
	{"1 = 2 = 3", "(((1 = 2) = 3))"},
	{"1 <=> 2 <> 3 != 4", "((((1 <=> 2) <> 3) <> 4))"},
	{"level BETWEEN 1 AND 2 AND 3", "(((level BETWEEN 1 AND 2) AND 3))"},
	{"level BETWEEN 1 AND 2 OR 3", "(((level BETWEEN 1 AND 2) OR 3))"},
	{"level NOT BETWEEN 1 + 1 AND 2 | 4",
		"((level NOT BETWEEN (CAST(1 AS SIGNED) + CAST(1 AS SIGNED)) AND (CAST(2 AS "
		"SIGNED) | CAST(4 AS SIGNED))))"},
	{"level IN (1, 2 + 3) = 1",
		"(((level IN (1, (CAST(2 AS SIGNED) + CAST(3 AS SIGNED)))) = 1))"},
	{"level NOT IN (1)", "((level NOT IN (1)))"},
	{"name LIKE 'a' = 1", "(((name LIKE 'a') = 1))"},
	{"name LIKE 'a%' ESCAPE '|'", "((name LIKE 'a%' ESCAPE '|'))"},
	{"name NOT LIKE CONCAT('a', '%')", "((name NOT LIKE CONCAT('a', '%')))"},
	{"name RLIKE '^a'", "((name REGEXP '^a'))"},
	{"name NOT REGEXP 'a'", "((name NOT REGEXP 'a'))"},
	{"1 | 2 & 4", "((CAST(1 AS SIGNED) | (CAST(2 AS SIGNED) & CAST(4 AS SIGNED))))"},
	{"1 & 2 << 1", "((CAST(1 AS SIGNED) & (CAST(2 AS SIGNED) << CAST(1 AS SIGNED))))"},
	{"1 << 2 + 3", "((CAST(1 AS SIGNED) << (CAST(2 AS SIGNED) + CAST(3 AS SIGNED))))"},
	{"1 + 2 * 3", "((CAST(1 AS SIGNED) + (CAST(2 AS SIGNED) * CAST(3 AS SIGNED))))"},
	{"1 - 2 - 3", "(((CAST(1 AS SIGNED) - CAST(2 AS SIGNED)) - CAST(3 AS SIGNED)))"},
	{"8 / 4 / 2", "(((CAST(8 AS SIGNED) / CAST(4 AS SIGNED)) / CAST(2 AS SIGNED)))"},
	{"7 DIV 2 % 3 MOD 2", "((((CAST(7 AS SIGNED) DIV CAST(2 AS SIGNED)) % CAST(3 AS SIGNED)) % "
			      "CAST(2 AS SIGNED)))"},
	{"2 * 3 ^ 1", "((CAST(2 AS SIGNED) * (CAST(3 AS SIGNED) ^ CAST(1 AS SIGNED))))"},
	{"-2 ^ 2", "(((- CAST(2 AS SIGNED)) ^ CAST(2 AS SIGNED)))"},
	{"- -level", "((- (- level)))"},
	{"5--3", "((CAST(5 AS SIGNED) - (- CAST(3 AS SIGNED))))"},
	{"+level", "(level)"},
	{"~level & 1 = 0", "((((~ level) & CAST(1 AS SIGNED)) = 0))"},
	{"-record_id < -46", "(((- record_id) < (- CAST(46 AS SIGNED))))"},
	{"BINARY name = 'a'", "((CAST(name AS BINARY) = 'a'))"},
	{"-name COLLATE utf8mb4_bin", "((- (name COLLATE utf8mb4_bin)))"},
	{"'a' COLLATE utf8mb4_bin = 'b'", "((('a' COLLATE utf8mb4_bin) = 'b'))"},
	{"BINARY 'a' COLLATE utf8mb4_bin", "(CAST(('a' COLLATE utf8mb4_bin) AS BINARY))"},
	{"ts + INTERVAL 1 DAY - INTERVAL '1:2' HOUR_MINUTE > ts",
		"((((ts + INTERVAL 1 DAY) - INTERVAL '1:2' HOUR_MINUTE) > ts))"},
	{"ts >= DATE_ADD('2026-10-25', INTERVAL 1 HOUR)",
		"((ts >= (CAST(CONCAT('2026-10-25') AS DATE) + INTERVAL 1 HOUR)))"},
	{"ts >= DATE_SUB(ts, INTERVAL 1 SECOND)", "((ts >= (ts - INTERVAL 1 SECOND)))"},
	{"ts >= ADDDATE(DATE '2026-03-01', 7)",
		"((ts >= (CAST(CONCAT('2026-03-01') AS DATE) + INTERVAL 7 DAY)))"},
	{"ts >= TIMESTAMPADD(MONTH, 2, ts)", "((ts >= (ts + INTERVAL 2 MONTH)))"},
	{"CASE WHEN level THEN 1 ELSE 2 END = 1",
		"(((CASE WHEN level THEN CAST(1 AS SIGNED) ELSE CAST(2 AS SIGNED) END) = 1))"},
	{"CASE level WHEN 10 THEN 'a' WHEN 20 THEN 'b' END = 'b'",
		"(((CASE level WHEN CAST(10 AS SIGNED) THEN CONCAT('a') WHEN CAST(20 AS SIGNED) "
		"THEN CONCAT('b') END) = 'b'))"},
	{"IF(level > 30, 'bad', 'good') = 'bad'",
		"((IF((level > 30), CONCAT('bad'), CONCAT('good')) = 'bad'))"},
	{"level is not null", "((level IS NOT NULL))"},
	{"LOGREC->'$.a' = `Id`", "((JSON_EXTRACT(logrec, '$.a') = record_id))"},
	{"logrec->>'$.a' = \"b\"", "((JSON_UNQUOTE(JSON_EXTRACT(logrec, '$.a')) = 'b'))"},
	{"JSON_UNQUOTE(logrec->'$.a') = 'b'",
		"((JSON_UNQUOTE(JSON_EXTRACT(logrec, '$.a')) = 'b'))"},
	{"2 MEMBER OF (logrec->'$.a') AND 1",
		"(((CAST(2 AS SIGNED) MEMBER OF (JSON_EXTRACT(logrec, '$.a'))) AND 1))"},
	{"TRIM(name) = TRIM(LEADING FROM name) AND TRIM('a' FROM name) = TRIM(TRAILING 'a' FROM "
	 "name)",
		"(((TRIM(BOTH  FROM name) = TRIM(LEADING  FROM name)) AND (TRIM(BOTH 'a' FROM "
		"name) = TRIM(TRAILING 'a' FROM name))))"},
	{"SUBSTRING(name FROM 2 FOR 3) = MID(name, 2)",
		"((SUBSTRING(name, CAST(2 AS SIGNED), CAST(3 AS SIGNED)) = SUBSTRING(name, CAST(2 "
		"AS SIGNED))))"},
	{"POSITION('a' IN name) = LOCATE('a', name)", "((LOCATE('a', name) = LOCATE('a', name)))"},
	{"EXTRACT(HOUR FROM ts) = 1", "((EXTRACT(HOUR FROM ts) = 1))"},
	{"CONVERT(level, CHAR(3)) = CAST(level AS CHAR)",
		"((CAST(level AS CHAR(3)) = CAST(level AS CHAR)))"},
	{"CONVERT(name USING utf8mb4) COLLATE utf8mb4_bin = 'a'",
		"(((CONVERT(name USING utf8mb4) COLLATE utf8mb4_bin) = 'a'))"},
	{"CAST(level AS DECIMAL) + CAST(level AS DECIMAL(5)) + CAST(level AS DECIMAL(5, 2))",
		"(((CAST(level AS DECIMAL(10,0)) + CAST(level AS DECIMAL(5,0))) + CAST(level AS "
		"DECIMAL(5,2))))"},
	{"CAST(ts AS DATETIME) = ts", "((CAST(ts AS DATETIME(0)) = ts))"},
	{"WEEK(ts) = WEEK(ts, 3)", "((WEEK(ts, 0) = WEEK(ts, 3)))"},
	{"ucase(name) = LCASE(name)", "((UPPER(name) = LOWER(name)))"},
	{"ts > NOW()", "((ts > CAST(1772368245000000 AS DATETIME(0))))"},
	{"ts > CURRENT_TIMESTAMP(6)", "((ts > CAST(1772368245250000 AS DATETIME(6))))"},
	{"ts > UTC_DATE AND TIME(ts) > CURTIME(1)",
		"(((ts > CAST(CONCAT('2026-03-01') AS DATE)) AND (TIME(ts) > "
		"CAST(CONCAT('12:30:45.200000') AS TIME(1)))))"},
	{"ts > '2026-03-01'", "((ts > CAST(CONCAT('2026-03-01') AS DATE)))"},
	{"ts > '2026-03-01 12:30'", "((ts > CAST(1772368200000000 AS DATETIME(0))))"},
	{"ts > '2026-03-01T12:30:45.5+02:00'", "((ts > CAST(1772361045500000 AS DATETIME(6))))"},
	{"ts > '2026-3-1 1:2:3Z'", "((ts > CAST(1772326923000000 AS DATETIME(0))))"},
	{"ts > TIMESTAMP '2026-03-01 00:00:00'", "((ts > CAST(1772323200000000 AS DATETIME(0))))"},
	{"TIME(ts) > TIME '-12:30'", "((TIME(ts) > CAST(CONCAT('-12:30:00.000000') AS TIME(0))))"},
	{"level = TRUE", "((level = TRUE))"},
	{"level = 007", "((level = 7))"},
	{"level = 9223372036854775807", "((level = 9223372036854775807))"},
	{"level = 9223372036854775808",
		"((level = CAST(CONCAT('9223372036854775808') AS UNSIGNED)))"},
	{"level = -9223372036854775808", "((level = -9223372036854775808))"},
	{"level = 18446744073709551616",
		"((level = CAST(CONCAT('18446744073709551616') AS DECIMAL(20,0))))"},
	{"level = 1.50", "((level = CAST(CONCAT('1.50') AS DECIMAL(3,2))))"},
	{"level = .5", "((level = CAST(CONCAT('0.5') AS DECIMAL(1,1))))"},
	{"level = 5.", "((level = CAST(CONCAT('5') AS DECIMAL(1,0))))"},
	{"level = 1e3", "((level = CAST(CONCAT('1e3') AS DOUBLE)))"},
	{"level = 2.5E-1", "((level = CAST(CONCAT('2.5E-1') AS DOUBLE)))"},
	{"level = 0x14", "((level = CAST(20 AS UNSIGNED)))"},
	{"level = x'14'", "((level = CAST(20 AS UNSIGNED)))"},
	{"level = b'10100'", "((level = 20))"},
	{"name = x'61'", "((name = 'a'))"},
	{"message = x'61c3bc'", "((message = 'aü'))"},
	{"HEX(x'ff') = 'FF'", "((HEX(UNHEX('FF')) = 'FF'))"},
	{"name = 'it''s'", "((name = 'it's'))"},
	{"name = \"it's\"", "((name = 'it's'))"},
	{"name = 'a' 'b' \"c\"", "((name = 'abc'))"},
	{"name = '\\a\\'\\\"\\%\\_'", "((name = 'a'\"\\%\\_'))"},
	{"message = '😀ü'", "((message = '😀ü'))"},
	{"logrec", "((logrec <> 0))"},
	{"logrec->'$.a' AND 1", "(((JSON_EXTRACT(logrec, '$.a') <> 0) AND 1))"},
	{"COALESCE('a', level) = 'a'", "((COALESCE(CONCAT('a'), level) = 'a'))"},
	{"'5' + 1 = '6'", "(((CONCAT('5') + CAST(1 AS SIGNED)) = CONCAT('6')))"},
	{"ROUND(level, -1) = ROUND(2.345, 2)",
		"((ROUND(level, -1) = ROUND(CAST(CONCAT('2.345') AS DECIMAL(4,3)), 2)))"},
	{"logrec->'$ . a [ 0 ] . \"b c\" [ last - 1 ]' = 1",
		"((JSON_EXTRACT(logrec, '$.a[0].\"b c\"[last-1]') = 1))"},
	{"logrec->'$.ü.\"x\\u00fc\"[last]**.c.*' = 1",
		"((JSON_EXTRACT(logrec, '$.\"ü\".xu00fc[last]**.c.*') = 1))"},
};

static void test_readings(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(readings); i++) {
		g_autoptr(Query) query = parse(readings[i].text);
		g_autofree char *sql = print(query);

		g_test_message("%s", readings[i].text);
		g_assert_cmpstr(sql, ==, readings[i].sql);
	}
}

static const struct {
	const char *text, *message;
} errors[] = {
	{"level = (20 + )", "unexpected ')' at character 15, expected a value"},
	{"level IN (20, )", "unexpected ')' at character 15, expected a value"},
	{"lvl = 3", "unknown column 'lvl', did you mean 'level'?"},
	{"levle = 3", "unknown column 'levle', did you mean 'level'?"},
	{"nosuchcolumn = 1", "unknown column 'nosuchcolumn' at character 1"},
	{"lineno = 20", "unknown column 'lineno', did you mean logrec->'$.meta.lineno'?"},
	{"levelname = 'INFO'", "unknown column 'levelname', did you mean 'level'?"},
	{"logrec->'$.data.' = 1", "JSON path '$.data.' ends too early"},
	{"logrec->'$.data..x' = 1", "JSON path '$.data..x': unexpected '.' at its character 8"},
	{"logrec->'data' = 1", "a JSON path begins with '$'"},
	{"logrec->'$[1 to 2]' = 1", "JSON path '$[1 to 2]': a range, [n to m], is not supported"},
	{"logrec->'$.a.*.b**.c' = 1",
		"** in a JSON path has to come before a name, and before any other wildcard (at "
		"character 9)"},
	{"level OR JSON_CONTAINS_PATH(logrec, 'one', '$**[0]')",
		"** in a JSON path has to come before a name, and before any other wildcard (at "
		"character 44)"},
	{"logrec->>'$[last].a[last-1]' = 1",
		"[last] twice in a JSON path, or after a wildcard (at character 10)"},
	{"JSON_EXTRACT(logrec, '$[*][last]') = 1",
		"[last] twice in a JSON path, or after a wildcard (at character 22)"},
	{"level = 20 AND", "unexpected end of the expression at character 15, expected a value"},
	{"(level = 20",
		"unexpected end of the expression at character 12, expected an operator or ')'"},
	{"level = 20)", "unexpected ')' at character 11, expected an operator"},
	{"level == 20", "unexpected '=' at character 8, expected a value"},
	{"level => 20", "unexpected '>' at character 8, expected a value"},
	{"level IS 1",
		"unexpected '1' at character 10, expected FALSE or NULL or TRUE or UNKNOWN or NOT"},
	{"level IS UNKNOWN IS TRUE", "unexpected 'IS' at character 18, expected an operator"},
	{"name LIKE", "unexpected end of the expression at character 10, expected a value"},
	{"level IN ()", "unexpected ')' at character 11, expected a value"},
	{"1 MEMBER (logrec)", "unexpected '(' at character 10, expected OF"},
	{"CASE WHEN level THEN 1",
		"unexpected end of the expression at character 23, expected an operator"},
	{"level = 20; ", "unexpected ';' at character 11: a query is one expression, without ';'"},
	{"123#", "unexpected '#' at character 4: there are no comments in a query expression"},
	{"level = 20 -- x",
		"unexpected '-- ' at character 12: there are no comments in a query expression"},
	{"@@version",
		"unexpected '@' at character 1: there are no variables in a query expression"},
	{"(SELECT 1)", "unexpected 'SELECT' at character 2: a query is one expression, without "
		       "statements and subqueries"},
	{"SLEEP(1)", "unknown function 'SLEEP': it waits, or keeps the database busy"},
	{"JSON_SEARCH(logrec, 'one', 'a') = '$.a'",
		"unknown function 'JSON_SEARCH': the databases do not look for the same letters; "
		"use JSON_CONTAINS or LIKE"},
	{"LENGHT(name) = 1", "unknown function 'LENGHT', did you mean 'LENGTH'?"},
	{"nosuch(1)", "unknown function 'nosuch' at character 1"},
	{"JSON_EXTRACT()", "JSON_EXTRACT takes at least 2 arguments, not 0"},
	{"LEFT(name)", "LEFT takes 2 arguments, not 1"},
	{"LOCATE('a')", "LOCATE takes 2 to 3 arguments, not 1"},
	{"COALESCE()", "COALESCE takes at least 1 argument, not 0"},
	{"PI(1)", "PI takes 0 arguments, not 1"},
	{"NOW(7)", "NOW takes a number from 0 to 6"},
	{"name = 'abc", "the string that begins at character 8 does not end"},
	{"name = `abc", "the name that begins at character 8 does not end"},
	{"x'abc' = name", "x'...' at character 1 has an odd number of digits"},
	{"1e999 = level", "the number at character 1 is too large"},
	{"CAST(level AS INT)", "unknown type 'INT' at character 15"},
	{"CAST(level AS FLOAT)", "type 'FLOAT' at character 15: single precision rounds "
				 "differently everywhere; use DOUBLE"},
	{"ts + INTERVAL 1 FORTNIGHT", "unknown unit 'FORTNIGHT' at character 17, expected SECOND, "
				      "MINUTE, HOUR, DAY, ..."},
	{"name COLLATE latin1_bin = 'a'", "collation 'latin1_bin' at character 14: there are "
					  "utf8mb4_general_ci and utf8mb4_bin"},
	{"_utf8mb4'a' = name",
		"unexpected '_utf8mb4' at character 1: strings have no character set here"},
	{"name->'$.a' = 1", "'->' at character 5 works on logrec only"},
	{"name COLLATE utf8mb4_bin = message COLLATE utf8mb4_general_ci",
		"two COLLATE that differ meet (at character 28)"},
	{"ts > 'yesterday'",
		"a date like '2026-03-01' or '2026-03-01 12:30:00.5' is needed (at character 6)"},
	{"ts = logrec->>'$.data.day'", "a date is compared with a computed text; use CAST(... AS "
				       "DATETIME) (at character 6)"},
	{"JSON_EXTRACT(message, '$.a') = 1",
		"JSON is needed: logrec, a part of it, or a string that is JSON (at character 14)"},
	{"name REGEXP 'a++'",
		"the regular expression at character 13: possessive repeats are not read alike"},
	{"logrec->'$.a' < logrec->'$.b'",
		"JSON is not ordered alike here; use ->> or CAST (at character 1)"},
	{"logrec->'$.a' MEMBER OF (logrec->'$.b')", "MEMBER OF takes a text, a column or a number "
						    "up to 2^53 before it (at character 1)"},
	{"level + 1 MEMBER OF (logrec->'$.b')", "MEMBER OF takes a text, a column or a number up "
						"to 2^53 before it (at character 1)"},
	{"JSON_CONTAINS(logrec, '[9007199254740993]')",
		"an integer above 2^53 in JSON that is looked for; compare it with what -> gives "
		"(at character 23)"},
	{"JSON_DEPTH('[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]')",
		"JSON more than 31 deep (at character 12)"},
	{"CAST(1.5 AS JSON) = 1",
		"CAST AS JSON takes JSON, an integer, or a string that is JSON (at character 6)"},
	{"JSON_EXTRACT('[1]', '$[0]') = level",
		"a JSON literal is compared with a column (at character 1)"},
	{"EXTRACT(HOUR FROM message) = 1",
		"a text is read as a time; use CAST(... AS DATETIME) (at character 19)"},
	{"HOUR(logrec->>'$.data.when') = 1",
		"a text is read as a time; use CAST(... AS DATETIME) (at character 6)"},
	{"CAST(message AS TIME) IS NULL",
		"a text is read as a time; use CAST(... AS DATETIME) (at character 6)"},
	{"'2026-06-15 00:00:00' BETWEEN '2026-06-15' AND DATE '2026-06-15'",
		"only strings are compared here; write DATE '2026-03-01' or TIMESTAMP '...' (at "
		"character 1)"},
	{"level IN (20, 3e1)", "a DOUBLE in the list of IN; use a DECIMAL (at character 15)"},
	{"ROUND(0x14) = 20", "a hexadecimal or binary literal is rounded or negated; write a "
			     "number (at character 7)"},
	{"-0x14 < level", "a hexadecimal or binary literal is rounded or negated; write a number "
			  "(at character 2)"},
	{"name REGEXP '[\\\\W]'", "the regular expression at character 13: the databases do not "
				  "read this escape alike"},
	{"level = ü", "unknown column 'ü' at character 9"},
	{"level = 20 AND ü = 1", "unknown column 'ü' at character 16"},
};

static void test_errors(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
		g_test_message("%s", errors[i].text);
		check_refused(errors[i].text, strlen(errors[i].text), errors[i].message);
	}
}

/* One call of each function at least. */
static const char *const calls[] = {
	"JSON_CONTAINS(logrec, '1', '$.a')",
	"JSON_CONTAINS_PATH(logrec, 'one', '$.a', '$.*')",
	"JSON_DEPTH(logrec)",
	"JSON_EXTRACT(logrec, '$.a', '$[*]')",
	"JSON_KEYS(logrec, '$.a')",
	"JSON_LENGTH(logrec)",
	"JSON_OVERLAPS(logrec->'$.a', '[1]')",
	"JSON_QUOTE(name)",
	"JSON_TYPE(logrec)",
	"JSON_UNQUOTE(logrec->'$.a')",
	"JSON_VALID(message)",
	"1 MEMBER OF (logrec)",
	"COALESCE(name, 'a')",
	"GREATEST(level, 2)",
	"IF(level, 1, 2)",
	"IFNULL(name, 'a')",
	"ISNULL(name)",
	"LEAST(1, 2)",
	"NULLIF(level, 1)",
	"ASCII(name)",
	"BIT_LENGTH(name)",
	"CHARACTER_LENGTH(name)",
	"CONCAT(name, level, ts)",
	"CONCAT_WS(',', name, message)",
	"ELT(1, name)",
	"FIELD(name, 'a', 'b')",
	"FIND_IN_SET('a', name)",
	"HEX(level)",
	"INSERT(name, 1, 2, 'a')",
	"INSTR(name, 'a')",
	"LEFT(name, 2)",
	"OCTET_LENGTH(name)",
	"LOCATE('a', name, 2)",
	"LOWER(name)",
	"LPAD(name, 10, ' ')",
	"LTRIM(name)",
	"ORD(name)",
	"REGEXP_LIKE(name, '^a')",
	"REPEAT('a', 3)",
	"REPLACE(name, 'a', 'b')",
	"REVERSE(name)",
	"RIGHT(name, 2)",
	"RPAD(name, 10, ' ')",
	"RTRIM(name)",
	"SPACE(3)",
	"STRCMP(name, 'a')",
	"SUBSTR(name, 2)",
	"SUBSTRING_INDEX(name, '.', -1)",
	"TRIM(name)",
	"TRIM(LEADING FROM name)",
	"TRIM(TRAILING 'a' FROM name)",
	"UNHEX('41')",
	"UPPER(name)",
	"ABS(level)",
	"ACOS(1)",
	"ASIN(1)",
	"ATAN2(1, 2)",
	"BIT_COUNT(level)",
	"CEIL(1.5)",
	"COS(1)",
	"COT(1)",
	"DEGREES(1)",
	"EXP(1)",
	"FLOOR(1.5)",
	"LN(2)",
	"LOG(2, level)",
	"LOG10(2)",
	"LOG2(2)",
	"PI()",
	"POWER(2, 3)",
	"RADIANS(1)",
	"ROUND(1.5, -1)",
	"SIGN(level)",
	"SIN(1)",
	"SQRT(2)",
	"TAN(1)",
	"TRUNCATE(1.5, 0)",
	"DATE(ts) = ts",
	"DATEDIFF(ts, '2026-03-01')",
	"DATE_FORMAT(ts, '%Y')",
	"DAYNAME(ts)",
	"DAY(ts)",
	"DAYOFWEEK(ts)",
	"DAYOFYEAR(ts)",
	"EXTRACT(DAY FROM ts)",
	"FROM_UNIXTIME(1773000000) < ts",
	"HOUR(ts)",
	"LAST_DAY(ts) = ts",
	"MICROSECOND(ts)",
	"MINUTE(ts)",
	"MONTH(ts)",
	"MONTHNAME(ts)",
	"QUARTER(ts)",
	"SECOND('12:30:00')",
	"TIME(ts) = TIME '12:00:00'",
	"TIMESTAMP('2026-03-01') < ts",
	"TIMESTAMPDIFF(MINUTE, ts, '2026-03-01 12:00:00')",
	"TIME_TO_SEC(TIME(ts))",
	"TO_DAYS(ts)",
	"TO_SECONDS(ts)",
	"UNIX_TIMESTAMP(ts)",
	"WEEK(ts)",
	"WEEKDAY(ts)",
	"YEAR(ts)",
	"YEARWEEK(ts, 3)",
};

static void mark_functions(const QueryNode *node, gboolean *seen)
{
	if (node->kind == QUERY_FUNCTION)
		seen[node->function->id] = TRUE;
	for (guint i = 0; node->children != NULL && i < node->children->len; i++)
		if (node->children->pdata[i] != NULL)
			mark_functions(node->children->pdata[i], seen);
}

static void check_names(const QueryFunction *function)
{
	for (guint i = 0; i < QUERY_NAMES_MAX && function->names[i] != NULL; i++) {
		const char *name = function->names[i];
		g_autofree char *lower = g_ascii_strdown(name, -1);

		g_assert_true(query_function_find(name, strlen(name)) == function);
		g_assert_true(query_function_find(lower, strlen(lower)) == function);
		g_assert_null(query_function_refusal(name, strlen(name)));
	}
}

static void test_functions(void)
{
	gboolean seen[QUERY_FN_COUNT] = {FALSE};

	for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(Query) query = parse(calls[i]);
		g_autofree char *sql = print(query);

		g_assert_nonnull(sql);
		mark_functions(query_root(query), seen);
	}
	for (guint id = 0; id < QUERY_FN_COUNT; id++) {
		if (!seen[id])
			g_error("no test calls %s", query_function_get(id)->names[0]);
		g_assert_cmpuint(query_function_get(id)->id, ==, id);
		check_names(query_function_get(id));
	}
}

/* The manual names every function. */
static void test_manual(void)
{
	g_autofree char *path =
		g_test_build_filename(G_TEST_DIST, "..", "man", "chronologer-query.7", NULL);
	g_autofree char *page = NULL;
	g_autoptr(GError) error = NULL;

	g_file_get_contents(path, &page, NULL, &error);
	g_assert_no_error(error);
	for (guint id = 0; id < QUERY_FN_COUNT; id++) {
		const QueryFunction *function = query_function_get(id);
		for (guint i = 0; i < QUERY_NAMES_MAX && function->names[i] != NULL; i++) {
			g_autofree char *pattern = g_strdup_printf("\\b%.*s\\b",
				(int)strcspn(function->names[i], "("), function->names[i]);
			if (!g_regex_match_simple(pattern, page, 0, 0))
				g_error("chronologer-query(7) does not mention %s",
					function->names[i]);
		}
	}
}

static const char *const units[] = {"MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK",
	"MONTH", "QUARTER", "YEAR", "SECOND_MICROSECOND", "MINUTE_MICROSECOND", "MINUTE_SECOND",
	"HOUR_MICROSECOND", "HOUR_SECOND", "HOUR_MINUTE", "DAY_MICROSECOND", "DAY_SECOND",
	"DAY_MINUTE", "DAY_HOUR", "YEAR_MONTH"};

static const char *const types[] = {"BINARY", "BINARY(3)", "CHAR", "CHAR(3)", "CHARACTER", "DATE",
	"DATETIME", "DATETIME(3)", "DEC", "DECIMAL", "DECIMAL(5)", "DECIMAL(5, 2)", "DOUBLE",
	"DOUBLE PRECISION", "REAL", "SIGNED", "SIGNED INTEGER", "SIGNED INT", "TIME", "TIME(6)",
	"UNSIGNED", "UNSIGNED INTEGER"};

/* The words are looked up by halving: all of them have to be found. */
static void test_words(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *text = g_strdup_printf("ts > ts + INTERVAL '1' %s", units[i]);
		g_autoptr(Query) query = parse(text);
		g_assert_nonnull(query);
	}
	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *text =
			g_strdup_printf("CAST('2026-03-01 12:30:00' AS %s) IS NULL", types[i]);
		g_autoptr(Query) query = parse(text);
		g_assert_nonnull(query);
	}
}

/* Limits --------------------------------------------------------------------------------------- */

static char *repeated(
	const char *before, const char *part, guint n, const char *middle, const char *after)
{
	GString *text = g_string_new(before);

	for (guint i = 0; i < n; i++)
		g_string_append(text, part);
	g_string_append(text, middle);
	for (guint i = 0; i < n; i++)
		g_string_append(text, after);
	return g_string_free(text, FALSE);
}

/* What nests, with what ends it. */
static const struct {
	const char *before, *part, *middle, *after;
} nestings[] = {
	{"", "(", "1", ")"},
	{"", "NOT ", "1", ""},
	{"", "!(", "1", ")"},
	{"", "- ", "1", ""},
	{"1", "+1", "", ""},
	{"1", "=1", "", ""},
	{"", "ABS(", "1", ")"},
	{"", "IF(1, 1, ", "1", ")"},
	{"", "CASE WHEN 1 THEN ", "1", " END"},
	{"", "NOT(", "1", ")"},
};

static void test_nesting(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(nestings); i++) {
		g_autofree char *deep = repeated(nestings[i].before, nestings[i].part,
			QUERY_NESTING_MAX, nestings[i].middle, nestings[i].after);
		g_autofree char *deeper = repeated(nestings[i].before, nestings[i].part,
			QUERY_NESTING_MAX + 1, nestings[i].middle, nestings[i].after);
		g_autoptr(Query) query = parse(deep);
		g_autofree char *sql = print(query);

		g_assert_nonnull(sql);
		check_refused(deeper, strlen(deeper), "nested more than 100 deep");
	}
}

/* What is long without nesting. */
static const struct {
	const char *before, *part;
	guint n;
	const char *after;
} lists[] = {
	{"1", " OR 1", 10000, ""},
	{"1", " AND 1", 9000, ""},
	{"1 AND 1", " OR 1 AND 1", 5000, ""},
	{"level IN (1", ", 20", 10000, ")"},
	{"CONCAT('a'", ", 'b'", 5000, ")"},
	{"name = 'a'", " 'b'", 10000, ""},
};

static void test_lists(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autofree char *text =
			repeated(lists[i].before, lists[i].part, lists[i].n, lists[i].after, "");
		g_autoptr(Query) query = parse(text);
		g_autofree char *sql = print(query);

		g_assert_nonnull(sql);
	}
}

static void test_length(void)
{
	g_autofree char *longest = repeated("name = '", "a", QUERY_LENGTH_MAX - 9, "'", "");
	g_autofree char *longer = repeated("name = '", "a", QUERY_LENGTH_MAX - 8, "'", "");
	g_autoptr(Query) query = parse(longest);

	g_assert_nonnull(query);
	g_assert_cmpuint(strlen(longest), ==, QUERY_LENGTH_MAX);
	check_refused(longer, strlen(longer), "longer than 65536 bytes");
}

static void check_order(const QueryNode *node, guint64 *next)
{
	if (node->kind == QUERY_LITERAL) {
		g_assert_cmpuint(node->value.integer, ==, (*next)++);
		return;
	}
	g_assert_cmpuint(node->op, ==, QUERY_AND);
	g_assert_cmpuint(node->children->len, ==, 2);
	check_order(node->children->pdata[0], next);
	check_order(node->children->pdata[1], next);
}

/* A long AND is a balanced tree, its operands still in their order. */
static void test_order(void)
{
	g_autoptr(GString) text = g_string_new("0");
	guint64 next = 0;

	for (guint i = 1; i < 1000; i++)
		g_string_append_printf(text, " AND %u", i);
	g_autoptr(Query) query = parse(text->str);
	check_order(query_root(query), &next);
	g_assert_cmpuint(next, ==, 1000);
}

/* Hostile input -------------------------------------------------------------------------------- */

static void append_decoded(GString *text, const char *encoded, guint n)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = g_uri_unescape_bytes(encoded, -1, NULL, &error);

	g_assert_no_error(error);
	for (guint i = 0; i < n && g_bytes_get_size(bytes) > 0; i++)
		g_string_append_len(
			text, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
}

static void check_hostile(const char *line)
{
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	g_autoptr(GString) text = g_string_new(NULL);
	guint n = g_strv_length(columns);

	g_test_message("%s", columns[0]);
	g_assert_true(n == 2 || n == 5);
	append_decoded(text, columns[1], 1);
	if (n == 5) {
		append_decoded(text, columns[2], (guint)g_ascii_strtoull(columns[3], NULL, 10));
		append_decoded(text, columns[4], 1);
	}
	check_refused(text->str, text->len, NULL);
}

static void test_hostile(void)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "query", "hostile.txt", NULL);
	g_autofree char *content = NULL;
	g_autoptr(GError) error = NULL;
	guint n = 0;

	g_file_get_contents(path, &content, NULL, &error);
	g_assert_no_error(error);
	g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (*lines[i] == '\0' || *lines[i] == '#')
			continue;
		check_hostile(lines[i]);
		n++;
	}
	g_assert_cmpuint(n, >=, 300);
}

/* The vectors' 400s are refused, all others are read. What they answer is t/store.t's matter. */
static void check_vector(json_object *vector)
{
	json_object *status, *text;

	g_assert_true(json_object_object_get_ex(vector, "query", &text));
	const char *query = json_object_get_string(text);
	if (json_object_object_get_ex(vector, "status", &status)) {
		check_refused(query, strlen(query), NULL);
		return;
	}
	g_autoptr(Query) parsed = parse(query);
	for (QueryDialect dialect = 0; dialect <= QUERY_DIALECT_MARIADB; dialect++) {
		g_autoptr(Sql) sql = sql_new("");
		g_assert_true(query_print(parsed, dialect, sql, NULL));
	}
}

static void test_vectors(void)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", "query.json", NULL);
	json_object *vectors = json_object_from_file(path);

	g_assert_nonnull(vectors);
	for (gsize i = 0; i < json_object_array_length(vectors); i++)
		check_vector(json_object_array_get_idx(vectors, i));
	json_object_put(vectors);
}

static void test_references(void)
{
	Query *query = parse("level = 20");

	query_unref(query_ref(query));
	g_assert_nonnull(query_root(query));
	query_unref(query);
	query_unref(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/query/readings", test_readings);
	g_test_add_func("/query/errors", test_errors);
	g_test_add_func("/query/functions", test_functions);
	g_test_add_func("/query/manual", test_manual);
	g_test_add_func("/query/words", test_words);
	g_test_add_func("/query/nesting", test_nesting);
	g_test_add_func("/query/lists", test_lists);
	g_test_add_func("/query/length", test_length);
	g_test_add_func("/query/order", test_order);
	g_test_add_func("/query/hostile", test_hostile);
	g_test_add_func("/query/vectors", test_vectors);
	g_test_add_func("/query/references", test_references);
	return g_test_run();
}
