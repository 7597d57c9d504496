/* query-eval: an expression over a record, by itself. The vectors, and what MySQL 9.7 answered to each of
 * the conditions below over the record of this file. */
#include <json-c/json.h>
#include <string.h>
#include <time.h>
#include "base/error.h"
#include "query/eval/eval.h"
#include "base/json.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_object_put)

/* What a condition is: MySQL has it in WHERE x or in WHERE NOT (x), in neither, or in none. */
typedef struct {
	const char *condition;
	char answer; /* True, False, NULL, Error */
} Case;

#define TS G_GINT64_CONSTANT(1772368245678901) /* 2026-03-01 12:30:45.678901 */

static const char logrec[] =
	"{\"data\": {\"int\": 387, \"text\": \"387\", \"Text\": \"Abc\", \"double\": 2.5, \"bi"
	"g\": 18446744073709551615, \"i53\": 9007199254740993, \"tenth\": 0.1, \"true"
	"\": true, \"false\": false, \"one\": 1, \"zero\": 0, \"null\": null, \"array\": ["
	"1, 2, [3]], \"object\": {\"aa\": 2, \"b\": 1}, \"day\": \"2026-06-15 10:00:00\","
	" \"zoned\": \"2026-03-01T12:30:45+02:00\", \"zeros\": \"2026-00-00\"}, \"meta\":"
	" {\"lineno\": 20, \"threadName\": \"MainThread\"}}";

static const Case three_values[] = {
	{"NULL", 'N'},
	{"1 AND NULL", 'N'},
	{"0 AND NULL", 'F'},
	{"NULL OR 1", 'T'},
	{"NULL OR 0", 'N'},
	{"NULL XOR 1", 'N'},
	{"NOT NULL", 'N'},
	{"NULL IS NULL", 'T'},
	{"NULL IS UNKNOWN", 'T'},
	{"1 IS TRUE", 'T'},
	{"0.4 IS TRUE", 'T'},
	{"'0.4' AND 1", 'T'},
	{"'a' OR 0", 'F'},
	{"NOT 'a'", 'T'},
	{"NULL <=> NULL", 'T'},
	{"1 <=> NULL", 'F'},
	{"NULL IN (1, 2)", 'N'},
	{"1 IN (2, NULL)", 'N'},
	{"1 IN (1, NULL)", 'T'},
	{"1 NOT IN (2, NULL)", 'N'},
	{"1 BETWEEN NULL AND 0", 'F'},
	{"1 BETWEEN NULL AND 2", 'N'},
};

static const Case numbers[] = {
	{"1 / 3 = 0.3333", 'T'},
	{"1 / 3 * 3 = 0.9999", 'T'},
	{"2 / 3 * 1e0 = 0.6667", 'T'},
	{"1 / 0", 'N'},
	{"1 DIV 0", 'N'},
	{"1 % 0", 'N'},
	{"5 DIV 2 = 2", 'T'},
	{"-5 DIV 2 = -2", 'T'},
	{"5.9 DIV 2 = 2", 'T'},
	{"'5.9' DIV 2 = 2", 'T'},
	{"5.5 % 2 = 1.5", 'T'},
	{"-5 % 3 = -2", 'T'},
	{"5 % -3 = 2", 'T'},
	{"9223372036854775807 + 1", 'E'},
	{"9223372036854775808 - 1 = 9223372036854775807", 'T'},
	{"18446744073709551615 + 1", 'E'},
	{"record_id - 8", 'E'},
	{"level - 31", 'E'},
	{"-record_id = -7", 'T'},
	{"record_id * 3 - 1 = 20", 'T'},
	{"99999999999999999999 + 1 = 100000000000000000000", 'T'},
	{"0.1 + 0.2 = 0.3", 'T'},
	{"0.1e0 + 0.2e0 = 0.3", 'F'},
	{"1e308 * 10", 'E'},
	{"'1e2' = 100", 'T'},
	{"' 12abc' = 12", 'T'},
	{"'' = 0", 'T'},
	{"'9007199254740993' = 9007199254740992", 'T'},
	{"9007199254740993 = 9007199254740992", 'F'},
	{"18446744073709551615 > -1", 'T'},
	{"18446744073709551615 = -1", 'F'},
	{"1.5 | 0", 'T'},
	{"(1.5 | 0) = 2", 'T'},
	{"('1.5' | 0) = 1", 'T'},
	{"(1.5e0 | 0) = 2", 'T'},
	{"(-1 >> 1) = 9223372036854775807", 'T'},
	{"(1 << 63) = 9223372036854775808", 'T'},
	{"(1 << 64) = 0", 'T'},
	{"~0 = 18446744073709551615", 'T'},
	{"(5 ^ 3) = 6", 'T'},
	{"BIT_COUNT(-1) = 64", 'T'},
	{"(x'41' + 0) = 65", 'T'},
	{"ROUND(2.5) = 3", 'T'},
	{"ROUND(-2.5) = -3", 'T'},
	{"ROUND(2.5e0) = 2", 'T'},
	{"ROUND('2.5') = 2", 'T'},
	{"ROUND(25, -1) = 30", 'T'},
	{"ROUND(1.005, 2) = 1.01", 'T'},
	{"ROUND(9223372036854775807, -1)", 'E'},
	{"TRUNCATE(-1.999, 1) = -1.9", 'T'},
	{"FLOOR(-1.5) = -2", 'T'},
	{"CEIL('1.2') = 2", 'T'},
	{"ABS(-9223372036854775808)", 'E'},
	{"SIGN(-0.1) = -1", 'T'},
	{"SQRT(-1)", 'N'},
	{"LN(0)", 'N'},
	{"LOG(2, 8) = 3", 'T'},
	{"LOG10(1000) = 3", 'T'},
	{"POW(2, 10) = 1024", 'T'},
	{"EXP(1000)", 'E'},
	{"~(1e20 + 1)", 'E'},
	{"(1e20 | 0) = 9223372036854775807", 'T'},
};

static const Case numbers_as_text[] = {
	{"CONCAT(1.50) = '1.50'", 'T'},
	{"CONCAT(1.50e0) = '1.5'", 'T'},
	{"CONCAT(1e15) = '1e15'", 'T'},
	{"CONCAT(1e14) = '100000000000000'", 'T'},
	{"CONCAT(0.1e0 + 0.2e0) = '0.30000000000000004'", 'T'},
	{"CONCAT(0.00012345678901234568e0) = '0.00012345678901234567'", 'T'},
	{"CONCAT(0.000012345678901234568e0) = '1.2345678901234568e-5'", 'T'},
	{"CONCAT(1.2345678901234567e-100) = '1.234567890123457e-100'", 'T'},
	{"CONCAT(1e-15) = '0.000000000000001'", 'T'},
	{"CONCAT(1e-16) = '1e-16'", 'T'},
	{"CONCAT(-0e0) = '-0'", 'T'},
	{"CONCAT(10 / 4) = '2.5000'", 'T'},
	{"CONCAT(COALESCE(1, 1.75)) = '1.00'", 'T'},
	{"CONCAT(IF(1, 1, 1.75)) = '1'", 'T'},
	{"CONCAT(LEAST(2.5, 1, 2.75)) = '1.00'", 'T'},
	{"CONCAT(TRUE) = '1'", 'T'},
	{"CONCAT(ts) = '2026-03-01 12:30:45.678901'", 'T'},
	{"CONCAT(DATE(ts)) = '2026-03-01'", 'T'},
};

static const Case casts[] = {
	{"CAST('18446744073709551615' AS SIGNED) = -1", 'T'},
	{"CAST('-1' AS UNSIGNED) = 18446744073709551615", 'T'},
	{"CAST(1.5 AS SIGNED) = 2", 'T'},
	{"CAST('1.5' AS SIGNED) = 1", 'T'},
	{"CAST(-1.5 AS UNSIGNED) = 0", 'F'},
	{"CAST(1e20 AS SIGNED) = 9223372036854775807", 'T'},
	{"CAST('12.555' AS DECIMAL(5,2)) = 12.56", 'T'},
	{"CAST(1234.5 AS DECIMAL(5,2)) = 999.99", 'T'},
	{"CAST('1e20' AS DECIMAL) = 9999999999", 'T'},
	{"CAST('abc' AS DOUBLE) = 0", 'T'},
	{"CAST(message AS CHAR(4)) = 'conn'", 'T'},
	{"BINARY 'a' = 'A'", 'F'},
	{"CAST('a' AS BINARY(3)) = 'a'", 'F'},
	{"CAST('2026-03-01 10:00:00.6' AS DATETIME) = '2026-03-01 10:00:01'", 'T'},
	{"CAST(logrec->>'$.data.day' AS DATE) = '2026-06-15'", 'T'},
	{"CAST(logrec->>'$.data.zoned' AS DATETIME) = '2026-03-01 10:30:45'", 'T'},
	{"CAST(logrec->'$.data.text' AS SIGNED) = 0", 'F'},
	{"CAST(logrec->'$.data.double' AS SIGNED) = 2", 'T'},
	{"CAST(logrec->'$.data.true' AS SIGNED) = 1", 'T'},
	{"CAST(logrec->'$.data.null' AS SIGNED) = 0", 'T'},
	{"CAST(logrec->'$.data.array' AS DECIMAL) = 0", 'T'},
};

static const Case texts[] = {
	{"'a' = 'A'", 'T'},
	{"'a' = 'a '", 'T'},
	{"'a' = 'ä'", 'T'},
	{"'ß' = 's'", 'T'},
	{"'😀' = '😁'", 'T'},
	{"'a' < 'B'", 'T'},
	{"'a' < 'Z'", 'T'},
	{"name = 'APP.DB'", 'F'},
	{"name = 'app.db  '", 'T'},
	{"message = 'CONNECTION FAILED: TIMEOUT AOU 😁'", 'T'},
	{"name COLLATE utf8mb4_general_ci = 'APP.DB'", 'T'},
	{"message COLLATE utf8mb4_bin = 'Connection failed: Timeout äöü 😀'", 'T'},
	{"message LIKE '%FAILED%'", 'T'},
	{"message LIKE '%TIMEOUT ao_ _'", 'T'},
	{"message LIKE '%failed'", 'F'},
	{"name LIKE 'APP%'", 'F'},
	{"name LIKE 'app_db'", 'T'},
	{"name LIKE 'app\\_db'", 'F'},
	{"name LIKE 'app|_db' ESCAPE '|'", 'F'},
	{"'a%b' LIKE 'a\\%b'", 'T'},
	{"'axb' LIKE 'a\\%b'", 'F'},
	{"'a\\\\b' LIKE 'a\\\\\\\\b'", 'T'},
	{"'' LIKE ''", 'T'},
	{"'' LIKE '%'", 'T'},
	{"'a ' LIKE 'a'", 'F'},
	{"NULL LIKE 'a'", 'N'},
	{"LENGTH(message) = 38", 'T'},
	{"CHAR_LENGTH(message) = 32", 'T'},
	{"UPPER('straße ı ﬁ') = BINARY 'STRAßE I ﬁ'", 'T'},
	{"LOWER('ÀÉÎ') = BINARY 'àéî'", 'T'},
	{"CONCAT('a', NULL, 'b')", 'N'},
	{"CONCAT_WS(',', 'a', NULL, 'b') = 'a,b'", 'T'},
	{"SUBSTRING(message, 1, 10) = 'connection'", 'T'},
	{"SUBSTRING('abc', -2) = 'bc'", 'T'},
	{"SUBSTRING('abc', 0) = ''", 'T'},
	{"SUBSTRING('äöü', 2, 1) = BINARY 'ö'", 'T'},
	{"LEFT('äöü', 2) = BINARY 'äö'", 'T'},
	{"RIGHT('äöü', 1) = BINARY 'ü'", 'T'},
	{"LOCATE('FAILED', message) = 12", 'T'},
	{"LOCATE('é', 'xe') = 2", 'T'},
	{"LOCATE('', 'abc') = 1", 'T'},
	{"LOCATE('b', 'abcb', 3) = 4", 'T'},
	{"INSTR(name, 'DB') = 0", 'T'},
	{"FIND_IN_SET('B', 'a,b,c') = 2", 'T'},
	{"FIELD('B', 'a', 'b') = 2", 'T'},
	{"STRCMP('a', 'A') = 0", 'T'},
	{"STRCMP('a', 'b') = -1", 'T'},
	{"REPLACE('aAa', 'a', 'b') = BINARY 'bAb'", 'T'},
	{"INSERT('abcdef', 2, 3, 'X') = 'aXef'", 'T'},
	{"INSERT('abc', 0, 1, 'X') = 'abc'", 'T'},
	{"SUBSTRING_INDEX('a.b.c', '.', 2) = 'a.b'", 'T'},
	{"SUBSTRING_INDEX('a.b.c', '.', -1) = 'c'", 'T'},
	{"TRIM('  a  ') = BINARY 'a'", 'T'},
	{"TRIM(LEADING 'x' FROM 'xxa') = 'a'", 'T'},
	{"TRIM(BOTH 'ab' FROM 'ababcab') = 'c'", 'T'},
	{"LPAD('a', 3, 'xy') = 'xya'", 'T'},
	{"RPAD('abc', 2, 'x') = 'ab'", 'T'},
	{"LPAD('abc', 5, '') = 'abc'", 'T'},
	{"REPEAT('ab', 3) = 'ababab'", 'T'},
	{"REVERSE('aöc') = BINARY 'cöa'", 'T'},
	{"ELT(2, 'a', 'b') = 'b'", 'T'},
	{"ELT(3, 'a', 'b')", 'N'},
	{"HEX('aé') = '61C3A9'", 'T'},
	{"HEX(255) = 'FF'", 'T'},
	{"UNHEX('4G')", 'N'},
	{"ASCII('é') = 195", 'T'},
	{"ORD('é') = 50089", 'T'},
};

static const Case regular_expressions[] = {
	{"message REGEXP 'FAILED'", 'T'},
	{"name REGEXP 'APP'", 'F'},
	{"message REGEXP '^connection'", 'T'},
	{"message REGEXP 'timeout$'", 'F'},
	{"'a\\nb' REGEXP '^b'", 'F'},
	{"'a\\nb' REGEXP 'a.b'", 'F'},
	{"'abc\\n' REGEXP 'c$'", 'T'},
	{"'Straße' REGEXP 'strasse'", 'T'},
	{"'ß' REGEXP 's+'", 'F'},
	{"'ﬁle' REGEXP 'file'", 'T'},
	{"'é' REGEXP 'e'", 'F'},
	{"'Ⅷ' REGEXP '\\\\w'", 'T'},
	{"'²' REGEXP '\\\\w'", 'F'},
	{"'a b' REGEXP '\\\\bb\\\\b'", 'T'},
	{"'ab' REGEXP '\\\\bb'", 'F'},
	{"'x1' REGEXP '[[:alpha:]][[:digit:]]'", 'T'},
	{"REGEXP_LIKE('abab', '^(ab){2}$')", 'T'},
};

static const Case json_values[] = {
	{"logrec->'$.data.int' = 387", 'T'},
	{"logrec->'$.data.int' = 387.0", 'T'},
	{"logrec->'$.data.int' = 3.87e2", 'T'},
	{"logrec->'$.data.int' = '387'", 'F'},
	{"logrec->>'$.data.int' = 387", 'T'},
	{"logrec->>'$.data.int' = '387'", 'T'},
	{"logrec->'$.data.text' = '387'", 'T'},
	{"logrec->'$.data.text' = 387", 'F'},
	{"logrec->'$.data.Text' = 'abc'", 'F'},
	{"logrec->'$.data.Text' = 'Abc'", 'T'},
	{"logrec->'$.data.Text' = 'Abc '", 'F'},
	{"logrec->>'$.data.Text' = 'abc'", 'F'},
	{"logrec->>'$.data.Text' LIKE 'a%'", 'F'},
	{"logrec->'$.data.Text' LIKE '\"A%'", 'T'},
	{"logrec->'$.data.double' = 2.5", 'T'},
	{"logrec->'$.data.double' < 3", 'T'},
	{"logrec->'$.data.big' = 18446744073709551615", 'T'},
	{"logrec->'$.data.big' = 18446744073709551615e0", 'F'},
	{"logrec->'$.data.i53' = 9007199254740992", 'F'},
	{"logrec->'$.data.i53' = 9007199254740993", 'T'},
	{"logrec->'$.data.tenth' = 0.1", 'T'},
	{"logrec->'$.data.tenth' = 0.10000000000000001", 'F'},
	{"logrec->'$.data.true' = TRUE", 'T'},
	{"logrec->'$.data.true' = 1", 'F'},
	{"logrec->'$.data.one' = TRUE", 'F'},
	{"logrec->'$.data.one' = 1", 'T'},
	{"logrec->'$.data.null' IS NULL", 'F'},
	{"logrec->'$.data.null' = NULL", 'N'},
	{"logrec->'$.data.null' <=> NULL", 'F'},
	{"logrec->'$.data.missing' IS NULL", 'T'},
	{"logrec->'$.data.missing' = 1", 'N'},
	{"logrec->'$.data.missing' <> 1", 'N'},
	{"logrec->>'$.data.null' = 'null'", 'T'},
	{"logrec->'$.data.false'", 'T'},
	{"NOT logrec->'$.data.false'", 'F'},
	{"logrec->'$.data.zero'", 'F'},
	{"logrec->'$.data.missing'", 'N'},
	{"logrec->'$.data.text' < 5", 'F'},
	{"logrec->'$.data.array' > 'z'", 'T'},
	{"logrec->'$.data.array' > 5", 'T'},
	{"logrec->'$.data.array' < TRUE", 'T'},
	{"logrec->'$.data.array' = CAST('[1, 2, [3]]' AS JSON)", 'T'},
	{"logrec->'$.data.object' = CAST('{\"b\": 1, \"aa\": 2}' AS JSON)", 'T'},
	{"logrec->'$.data.object' <> CAST('{\"b\": 1, \"ab\": 0}' AS JSON)", 'T'},
	{"logrec->>'$.data.object' = '{\"b\": 1, \"aa\": 2}'", 'T'},
	{"logrec->>'$.data.array' = '[1, 2, [3]]'", 'T'},
	{"logrec->'$.data.array[1]' = 2", 'T'},
	{"logrec->'$.data.array[last]' = CAST('[3]' AS JSON)", 'T'},
	{"logrec->'$.data.array[last-1]' = 2", 'T'},
	{"logrec->'$.data.array[*]' = CAST('[1, 2, [3]]' AS JSON)", 'T'},
	{"logrec->'$.data.int[0]' = 387", 'T'},
	{"logrec->'$.data.int[last]' = 387", 'T'},
	{"logrec->'$.data.object.*' = CAST('[1, 2]' AS JSON)", 'T'},
	{"logrec->'$**.aa' = CAST('[2]' AS JSON)", 'T'},
	{"logrec->'$.data**.aa' = CAST('[2]' AS JSON)", 'T'},
	{"logrec->'$.data.array[last][*]' = CAST('[3]' AS JSON)", 'T'},
	{"JSON_EXTRACT(logrec, '$.data.one', '$.data.zero') = CAST('[1, 0]' AS JSON)", 'T'},
	{"JSON_EXTRACT(logrec, '$.data.object.*', '$.data.one') = CAST('[1, 2, 1]' AS JSON)", 'T'},
	{"logrec->'$.data.int' IN (1, 387)", 'T'},
	{"logrec->'$.data.int' IN ('387', 1)", 'F'},
	{"logrec->'$.data.int' BETWEEN 300 AND 400", 'T'},
	{"logrec->'$.data.int' + 1 = 388", 'T'},
	{"logrec->'$.data.Text' + 1 = 1", 'T'},
	{"logrec->'$.data.int' % 2 = 1", 'T'},
	{"FLOOR(logrec->'$.data.double') = 2", 'T'},
	{"(logrec->'$.data.double' | 0) = 2", 'T'},
	{"JSON_LENGTH(logrec->'$.data.array') = 3", 'T'},
	{"JSON_LENGTH(logrec, '$.data.object') = 2", 'T'},
	{"JSON_LENGTH(logrec->'$.data.int') = 1", 'T'},
	{"JSON_DEPTH(logrec->'$.data.array') = 3", 'T'},
	{"JSON_TYPE(logrec->'$.data.int') = 'INTEGER'", 'T'},
	{"JSON_TYPE(logrec->'$.data.i53') = 'UNSIGNED INTEGER'", 'T'},
	{"JSON_TYPE(logrec->'$.data.double') = 'DOUBLE'", 'T'},
	{"JSON_KEYS(logrec->'$.data.object') = CAST('[\"b\", \"aa\"]' AS JSON)", 'T'},
	{"JSON_KEYS(logrec->'$.data.array')", 'N'},
	{"JSON_CONTAINS(logrec->'$.data.array', '2')", 'T'},
	{"JSON_CONTAINS(logrec->'$.data.array', '[1, [3]]')", 'T'},
	{"JSON_CONTAINS(logrec->'$.data.array', '3')", 'T'},
	{"JSON_CONTAINS(logrec->'$.data.object', '{\"b\": 1}')", 'T'},
	{"JSON_CONTAINS(logrec, '1', '$.data.one')", 'T'},
	{"JSON_CONTAINS(logrec, '1', '$.data.missing')", 'N'},
	{"JSON_CONTAINS_PATH(logrec, 'all', '$.data.one', '$.data.missing')", 'F'},
	{"JSON_CONTAINS_PATH(logrec, 'one', '$.data.one', '$.data.missing')", 'T'},
	{"JSON_CONTAINS_PATH(logrec, 'one', '$.data.array[last-3]', '$.data**.aa')", 'T'},
	{"JSON_CONTAINS_PATH(logrec, 'ALL', '$.data.array[last-2]', '$.data**.missing')", 'F'},
	{"JSON_OVERLAPS(logrec->'$.data.array', '[2, 9]')", 'T'},
	{"JSON_OVERLAPS(logrec->'$.data.object', '{\"b\": 2}')", 'F'},
	{"2 MEMBER OF (logrec->'$.data.array')", 'T'},
	{"'2' MEMBER OF (logrec->'$.data.array')", 'F'},
	{"JSON_UNQUOTE(logrec->'$.data.Text') = 'Abc'", 'T'},
	{"JSON_VALID(message)", 'F'},
	{"JSON_VALID(logrec->>'$.data.text')", 'T'},
	{"JSON_QUOTE('a\"b') = '\"a\\\\\"b\"'", 'T'},
};

static const Case choices[] = {
	{"CASE WHEN level > 20 THEN 'high' ELSE 'low' END = 'high'", 'T'},
	{"CASE level WHEN 30 THEN 'a' END = 'a'", 'T'},
	{"CASE level WHEN 10 THEN 'a' END", 'N'},
	{"CASE 'A' WHEN 'a' THEN 1 ELSE 0 END", 'T'},
	{"IF(NULL, 1, 0)", 'F'},
	{"IFNULL(NULL, 5) = 5", 'T'},
	{"COALESCE(NULL, NULL, 'x') = 'X'", 'T'},
	{"NULLIF(level, 30)", 'N'},
	{"ISNULL(NULL)", 'T'},
	{"GREATEST(1, 2, 3) = 3", 'T'},
	{"GREATEST('b', 'A') = 'b'", 'T'},
	{"LEAST(2.5, 1) = 1", 'T'},
	{"GREATEST(1, NULL)", 'N'},
	{"(IF(1, 2.5, 'a') | 0) = 3", 'T'},
};

/* JSON beside a number or a text: all of it text to COALESCE and IFNULL, quotes and all; IF and CASE
 * pass it on as it is. */
static const Case mixed_choices[] = {
	{"IFNULL(logrec->'$.data.foo', 0) = 0", 'T'},
	{"IFNULL(logrec->'$.data.int', 0) = 387", 'T'},
	{"IFNULL(logrec->'$.data.text', 0) = 387", 'F'},
	{"IFNULL(logrec->'$.data.text', 0) = 0", 'T'},
	{"IFNULL(logrec->'$.data.text', 0) = '\"387\"'", 'T'},
	{"IFNULL(logrec->'$.data.true', 0) = 1", 'F'},
	{"IFNULL(logrec->'$.data.true', 0) = 'true'", 'T'},
	{"IFNULL(logrec->'$.data.null', 0) = 'null'", 'T'},
	{"IFNULL(logrec->'$.data.array', 0) = '[1, 2, [3]]'", 'T'},
	{"IFNULL(logrec->'$.data.double', 0) = 2.5", 'T'},
	{"IFNULL(logrec->'$.data.big', 0) = 18446744073709551615", 'T'},
	{"IFNULL(logrec->'$.data.foo', 1.50) = '1.50'", 'T'},
	{"IFNULL(logrec->'$.data.foo', 1.5e0) = '1.5'", 'T'},
	{"IFNULL(logrec->'$.data.foo', TRUE) = '1'", 'T'},
	{"IFNULL(logrec->'$.data.foo', '') = ''", 'T'},
	{"COALESCE(logrec->'$.data.foo', logrec->'$.data.bar', level) = 30", 'T'},
	{"COALESCE(logrec->'$.data.Text', 'abc') = '\"ABC\"'", 'F'},
	{"COALESCE(logrec->'$.data.i53', 0) = 9007199254740992", 'T'},
	{"COALESCE(logrec->'$.data.int', 0) + 1 = 388", 'T'},
	{"COALESCE(logrec->'$.data.int', 0) = logrec->'$.data.int'", 'F'},
	{"COALESCE(logrec->'$.data.int', 0) = CAST('\"387\"' AS JSON)", 'T'},
	{"COALESCE(logrec->'$.data.double', 0) | 0", 'T'},
	{"IF(level = 30, logrec->'$.data.text', 0) = 387", 'T'},
	{"IF(level = 30, logrec->'$.data.text', 0) = '387'", 'F'},
	{"IF(level = 30, logrec->'$.data.text', 0) = '\"387\"'", 'T'},
	{"IF(level = 30, logrec->'$.data.true', 0) = 1", 'T'},
	{"IF(level = 30, logrec->'$.data.array', 7) = 0", 'T'},
	{"IF(level = 30, logrec->'$.data.foo', 0) IS NULL", 'T'},
	{"IF(level = 30, logrec->'$.data.null', 0) IS NULL", 'F'},
	{"IF(level = 31, logrec->'$.data.int', 'x') = 'x'", 'T'},
	{"IF(level = 30, logrec->'$.data.false', 1)", 'F'},
	{"IF(level = 30, logrec->'$.data.text', 1)", 'T'},
	{"IF(level = 30, logrec->'$.data.text', 0) = logrec->'$.data.int'", 'F'},
	{"CASE WHEN level = 30 THEN logrec->'$.data.text' ELSE 0 END > 386", 'T'},
	{"CASE level WHEN 30 THEN logrec->'$.data.one' ELSE 0 END = 1", 'T'},
	{"CASE level WHEN 31 THEN logrec->'$.data.one' ELSE level END = 30", 'T'},
	{"CAST(IF(level = 30, logrec->'$.data.text', 0) AS SIGNED) = 387", 'F'},
	{"CAST(IF(level = 30, logrec->'$.data.text', 0) AS SIGNED) = 0", 'T'},
	{"CAST(IF(level = 30, logrec->'$.data.double', 0) AS SIGNED) = 2", 'T'},
	{"CAST(IF(level = 30, logrec->'$.data.text', 0) AS DECIMAL(10, 2)) = 387", 'T'},
	{"CAST(IF(level = 30, logrec->'$.data.text', 0) AS CHAR) = '\"387\"'", 'T'},
	{"CAST(IF(level = 30, 2.5, logrec->'$.data.text') AS SIGNED) = 3", 'F'},
	{"CAST(IF(level = 30, 2.5, 'x') AS SIGNED) = 3", 'F'},
	{"CAST(IF(level = 30, logrec->'$.data.text', logrec->'$.data.foo') AS SIGNED) = 387", 'F'},
	{"(IF(level = 30, logrec->'$.data.text', 0) | 0) = 387", 'T'},
	{"IF(level = 30, logrec->'$.data.text', 0) COLLATE utf8mb4_bin = 387", 'F'},
	{"COALESCE(IF(level = 30, logrec->'$.data.text', 0), 1) = 0", 'T'},
	{"IF(level = 30, COALESCE(logrec->'$.data.text', 0), 1) = 0", 'T'},
	{"IFNULL(logrec->>'$.data.foo', 0) = 0", 'T'},
	{"IFNULL(logrec->>'$.data.text', 0) = 387", 'T'},
	{"ABS(IF(level = 30, logrec->'$.data.text', 0)) = 387", 'T'},
	{"CONCAT(IFNULL(logrec->'$.data.text', 0)) = '\"387\"'", 'T'},
	{"IFNULL(logrec->'$.data.foo', 0) IN (0, 1)", 'T'},
	{"IFNULL(logrec->'$.data.int', 0) BETWEEN 300 AND 400", 'T'},
};

static const Case dates[] = {
	{"ts = '2026-03-01 12:30:45.678901'", 'T'},
	{"ts > '2026-03-01'", 'T'},
	{"ts BETWEEN '2026-03-01' AND '2026-03-02'", 'T'},
	{"ts IN ('2026-03-01', '2026-03-01 12:30:45.678901')", 'T'},
	{"DATE(ts) = '2026-03-01'", 'T'},
	{"YEAR(ts) = 2026 AND MONTH(ts) = 3 AND DAYOFMONTH(ts) = 1", 'T'},
	{"HOUR(ts) = 12 AND MINUTE(ts) = 30 AND SECOND(ts) = 45", 'T'},
	{"MICROSECOND(ts) = 678901", 'T'},
	{"DAYOFWEEK(ts) = 1", 'T'},
	{"WEEKDAY(ts) = 6", 'T'},
	{"DAYOFYEAR(ts) = 60", 'T'},
	{"WEEK(ts) = 9", 'T'},
	{"WEEK(ts, 3) = 9", 'T'},
	{"YEARWEEK('2026-01-01', 1) = 202601", 'T'},
	{"WEEK('2027-01-01', 3) = 53", 'T'},
	{"QUARTER(ts) = 1", 'T'},
	{"DAYNAME(ts) = 'sunday'", 'T'},
	{"MONTHNAME(ts) = 'March'", 'T'},
	{"LAST_DAY('2024-02-10') = '2024-02-29'", 'T'},
	{"TO_DAYS('2026-03-01') = 740041", 'T'},
	{"UNIX_TIMESTAMP(ts) = 1772368245.678901", 'T'},
	{"UNIX_TIMESTAMP('1960-01-01') = 0", 'T'},
	{"FROM_UNIXTIME(1772368245) = '2026-03-01 12:30:45'", 'T'},
	{"FROM_UNIXTIME(-1) IS NULL", 'T'},
	{"DATEDIFF(ts, '2026-02-27') = 2", 'T'},
	{"TIMESTAMPDIFF(MONTH, '2026-01-31', '2026-02-28') = 0", 'T'},
	{"TIMESTAMPDIFF(SECOND, '2026-03-01', ts) = 45045", 'T'},
	{"EXTRACT(DAY_MICROSECOND FROM ts) = 1123045678901", 'T'},
	{"EXTRACT(YEAR_MONTH FROM ts) = 202603", 'T'},
	{"DATE_FORMAT(ts, '%Y-%m-%dT%H:%i:%s.%f') = '2026-03-01T12:30:45.678901'", 'T'},
	{"DATE_FORMAT(ts, '%a %b %c %D %e %h %j %k %l %M %p %r %T %U %u %V %v %W %w %X %x %y %%') "
	 "= 'Sun Mar 3 1st 1 12 060 12 12 March PM 12:30:45 PM 12:30:45 09 09 09 09 Sunday 0 2026 "
	 "2026 26 %'",
		'T'},
	{"ts > '2026-03-01' + INTERVAL 12 HOUR", 'T'},
	{"ts + INTERVAL 1 DAY = '2026-03-02 12:30:45.678901'", 'T'},
	{"DATE '2026-01-31' + INTERVAL 1 MONTH = '2026-02-28'", 'T'},
	{"DATE '2024-02-29' + INTERVAL 1 YEAR = '2025-02-28'", 'T'},
	{"DATE '2026-01-01' + INTERVAL '1 2' DAY_HOUR = '2026-01-02 02:00:00'", 'T'},
	{"DATE '2026-01-01' + INTERVAL 1.5 SECOND = '2026-01-01 00:00:01.5'", 'T'},
	{"DATE '2026-01-01' + INTERVAL '-1:30' MINUTE_SECOND = '2025-12-31 23:58:30'", 'T'},
	{"DATE '9999-12-31' + INTERVAL 1 DAY IS NULL", 'T'},
	{"CAST(logrec->>'$.data.text' AS DATE) IS NULL", 'T'},
	{"YEAR(logrec->>'$.data.zeros') = 2026", 'T'},
	{"MONTH(logrec->>'$.data.zeros') = 0", 'T'},
	{"DATE(logrec->>'$.data.zeros') IS NULL", 'T'},
};

static gboolean matches(const char *text, const Record *record, GError **error)
{
	g_autoptr(Query) query = query_parse(text, strlen(text), error);
	gboolean is = FALSE;
	if (query == NULL)
		g_error("%s: %s", text, (*error)->message);
	g_autoptr(QueryEvaluator) evaluator = query_evaluator_new(query, TS);
	if (!query_evaluator_matches(evaluator, record, &is, error))
		g_assert_false(is);
	return is;
}

static char answer_of(const char *condition, const Record *record)
{
	g_autofree char *not = g_strdup_printf("NOT (%s)", condition);
	g_autoptr(GError) error = NULL;
	gboolean is = matches(condition, record, &error);
	gboolean is_not = error == NULL && matches(not, record, &error);
	if (error == NULL)
		return is ? 'T' : is_not ? 'F' : 'N';
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_QUERY);
	return 'E';
}

static void check_cases(const Case *cases, gsize n)
{
	const Record record = {
		.id = 7,
		.ts = TS,
		.level = 30,
		.name = {(char *)"app.db", 6},
		.message = {(char *)"Connection failed: Timeout äöü 😀", 38},
		.logrec = {(char *)logrec, sizeof logrec - 1},
	};

	for (gsize i = 0; i < n; i++) {
		char answer = answer_of(cases[i].condition, &record);
		if (answer != cases[i].answer)
			g_test_message(
				"%s: %c, not %c", cases[i].condition, answer, cases[i].answer);
		if (answer != cases[i].answer)
			g_test_fail();
	}
}

#define TEST(cases)                                                                                \
	static void test_##cases(void)                                                             \
	{                                                                                          \
		check_cases(cases, G_N_ELEMENTS(cases));                                           \
	}

TEST(three_values)
TEST(numbers)
TEST(numbers_as_text)
TEST(casts)
TEST(texts)
TEST(regular_expressions)
TEST(json_values)
TEST(choices)
TEST(mixed_choices)
TEST(dates)

/* The vectors ---------------------------------------------------------------------------------- */

static json_object *read_vectors(const char *name)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	json_object *value = json_tokener_parse(text);
	g_assert_nonnull(value);
	return value;
}

static const char *member(json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static Text text_of(const char *text)
{
	return (Text){g_strdup(text), strlen(text)};
}

/* "2026-03-01 00:00:00.5" */
static gint64 read_ts(const char *text)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
	g_autofree char *zoned = g_strdup_printf("%sZ", text);
	g_clear_pointer(&time, g_date_time_unref);
	time = g_date_time_new_from_iso8601(zoned, NULL);
	g_assert_nonnull(time);
	return g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
}

static Record read_record(json_object *fixture)
{
	GString *document = g_string_new(NULL);
	g_autoptr(Arena) arena = arena_new();
	const char *stored = member(fixture, "logrec");
	json_print(json_parse(arena, stored, strlen(stored)), document);
	Record record = {
		.id = json_object_get_uint64(json_object_object_get(fixture, "id")),
		.ts = read_ts(member(fixture, "ts")),
		.level = (guint)json_object_get_int(json_object_object_get(fixture, "level")),
		.name = text_of(member(fixture, "name")),
		.message = text_of(member(fixture, "message")),
	};
	record.logrec.length = document->len;
	record.logrec.data = g_string_free(document, FALSE);
	return record;
}

static void clear_record(gpointer data)
{
	Record *record = data;
	g_free(record->name.data);
	g_free(record->message.data);
	g_free(record->logrec.data);
}

/* Newest first, as the vectors have them. */
static gint compare_records(gconstpointer a, gconstpointer b)
{
	const Record *x = a, *y = b;
	if (x->ts != y->ts)
		return x->ts < y->ts ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static GArray *read_fixture(void)
{
	g_autoptr(json_object) fixture = read_vectors("query_fixture.json");
	GArray *records = g_array_new(FALSE, FALSE, sizeof(Record));
	g_array_set_clear_func(records, clear_record);
	for (gsize i = 0; i < json_object_array_length(fixture); i++) {
		Record record = read_record(json_object_array_get_idx(fixture, i));
		g_array_append_val(records, record);
	}
	g_array_sort(records, compare_records);
	return records;
}

static void check_vector(const char *text, const char *ids, const GArray *records)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) found = g_string_new("[");
	g_autoptr(Query) query = query_parse(text, strlen(text), &error);
	g_assert_no_error(error);
	g_autoptr(QueryEvaluator) evaluator = query_evaluator_new(query, TS);
	for (guint i = 0; i < records->len; i++) {
		const Record *record = &g_array_index(records, Record, i);
		gboolean is;
		query_evaluator_matches(evaluator, record, &is, &error);
		g_assert_no_error(error);
		if (is)
			g_string_append_printf(found, "%s%" G_GUINT64_FORMAT,
				found->len > 1 ? "," : "", record->id);
	}
	g_string_append_c(found, ']');
	if (strcmp(found->str, ids) != 0)
		g_error("%s: %s, not %s", text, found->str, ids);
}

static void test_vectors(void)
{
	g_autoptr(GArray) records = read_fixture();
	g_autoptr(json_object) vectors = read_vectors("query.json");
	for (gsize i = 0; i < json_object_array_length(vectors); i++) {
		json_object *vector = json_object_array_get_idx(vectors, i);
		json_object *ids = json_object_object_get(vector, "ids");
		if (ids != NULL)
			check_vector(member(vector, "query"),
				json_object_to_json_string_ext(ids, JSON_C_TO_STRING_PLAIN),
				records);
	}
}

/* Limits --------------------------------------------------------------------------------------- */

/* Of this thread, whatever else the machine does: microseconds. */
static gint64 processor_time(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Not an answer, and not for long. */
static void test_catastrophe(void)
{
	const char *text = "message REGEXP '^(a+)+$'";
	g_autofree char *message = g_strnfill(5000, 'a');
	g_autoptr(GError) error = NULL;
	message[4999] = '!';
	const Record record = {.message = {message, 5000}};
	gint64 before = processor_time();
	g_assert_false(matches(text, &record, &error));
	g_assert_error(error, CHRONOLOGER_ERROR, ERROR_DEADLINE);
	g_assert_cmpint(processor_time() - before, <, 5 * G_USEC_PER_SEC);
}

/* Of a record whose logrec is not needed there need not be one. */
static void test_reads_logrec(void)
{
	const char *expressions[] = {"level = 20", "logrec->'$.a' = 1"};
	for (gsize i = 0; i < G_N_ELEMENTS(expressions); i++) {
		g_autoptr(Query) query = query_parse(expressions[i], strlen(expressions[i]), NULL);
		g_assert_cmpint(query_reads_logrec(query), ==, i == 1);
	}
	query_evaluator_free(NULL);
}

/* How long the seed's examples take a record: ./test-query-eval -m perf */
static void test_speed(void)
{
	static const char *const expressions[] = {
		"logrec->'$.data.foo' = 387 AND logrec->'$.meta.lineno' = 20",
		"logrec->'$.meta.threadName' != 'MainThread'",
		"level >= 30 AND message LIKE '%failed%'",
	};
	g_autoptr(GArray) records = read_fixture();
	for (gsize i = 0; i < G_N_ELEMENTS(expressions) && g_test_perf(); i++) {
		g_autoptr(Query) query = query_parse(expressions[i], strlen(expressions[i]), NULL);
		g_autoptr(QueryEvaluator) evaluator = query_evaluator_new(query, TS);
		const guint n = 1000000;
		gboolean is;
		g_test_timer_start();
		for (guint j = 0; j < n; j++)
			query_evaluator_matches(evaluator,
				&g_array_index(records, Record, j % records->len), &is, NULL);
		g_test_maximized_result(n / g_test_timer_elapsed(), "%s: %.0f records/s",
			expressions[i], n / g_test_timer_elapsed());
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/query-eval/vectors", test_vectors);
	g_test_add_func("/query-eval/three-values", test_three_values);
	g_test_add_func("/query-eval/numbers", test_numbers);
	g_test_add_func("/query-eval/numbers-as-text", test_numbers_as_text);
	g_test_add_func("/query-eval/casts", test_casts);
	g_test_add_func("/query-eval/texts", test_texts);
	g_test_add_func("/query-eval/regular-expressions", test_regular_expressions);
	g_test_add_func("/query-eval/json", test_json_values);
	g_test_add_func("/query-eval/choices", test_choices);
	g_test_add_func("/query-eval/mixed-choices", test_mixed_choices);
	g_test_add_func("/query-eval/dates", test_dates);
	g_test_add_func("/query-eval/catastrophe", test_catastrophe);
	g_test_add_func("/query-eval/needs-logrec", test_reads_logrec);
	g_test_add_func("/query-eval/speed", test_speed);
	return g_test_run();
}
