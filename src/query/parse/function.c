/* The functions of the query language. Rows are sorted by id, and so by chapter of MySQL's manual. */
#include "query/parse/function.h"
#include <string.h>
#include "query/parse/parse.h"

#define ANY QUERY_ARGUMENTS_MAX
#define ROW(id, ...) [QUERY_FN_##id] = {QUERY_FN_##id, __VA_ARGS__}

static const QueryFunction functions[QUERY_FN_COUNT] = {
	ROW(JSON_CONTAINS, {"JSON_CONTAINS"}, 2, 3, "jjP", QUERY_TYPE_INTEGER, NULL),
	ROW(JSON_CONTAINS_PATH, {"JSON_CONTAINS_PATH"}, 3, ANY, "jop", QUERY_TYPE_INTEGER, NULL),
	ROW(JSON_DEPTH, {"JSON_DEPTH"}, 1, 1, "j", QUERY_TYPE_INTEGER, NULL),
	ROW(JSON_EXTRACT, {"JSON_EXTRACT"}, 2, ANY, "jp", QUERY_TYPE_JSON, NULL),
	ROW(JSON_KEYS, {"JSON_KEYS"}, 1, 2, "jP", QUERY_TYPE_JSON, NULL),
	ROW(JSON_LENGTH, {"JSON_LENGTH"}, 1, 2, "jP", QUERY_TYPE_INTEGER, NULL),
	ROW(JSON_OVERLAPS, {"JSON_OVERLAPS"}, 2, 2, "j", QUERY_TYPE_INTEGER, NULL),
	ROW(JSON_QUOTE, {"JSON_QUOTE"}, 1, 1, "s", QUERY_TYPE_TEXT, NULL),
	ROW(JSON_SEARCH, {"JSON_SEARCH"}, 3, ANY, "josep", QUERY_TYPE_JSON, NULL),
	ROW(JSON_TYPE, {"JSON_TYPE"}, 1, 1, "j", QUERY_TYPE_TEXT, NULL),
	ROW(JSON_UNQUOTE, {"JSON_UNQUOTE"}, 1, 1, "q", QUERY_TYPE_TEXT, NULL),
	ROW(JSON_VALID, {"JSON_VALID"}, 1, 1, "y", QUERY_TYPE_INTEGER, NULL),
	ROW(MEMBER_OF, {"MEMBER OF"}, 2, 2, "vj", QUERY_TYPE_INTEGER, "($1 MEMBER OF ($2))"),

	ROW(COALESCE, {"COALESCE"}, 1, ANY, "x", QUERY_TYPE_UNKNOWN, NULL),
	ROW(GREATEST, {"GREATEST"}, 2, ANY, "x", QUERY_TYPE_UNKNOWN, NULL),
	ROW(IF, {"IF"}, 3, 3, "x", QUERY_TYPE_UNKNOWN, NULL),
	ROW(IFNULL, {"IFNULL"}, 2, 2, "x", QUERY_TYPE_UNKNOWN, NULL),
	ROW(ISNULL, {"ISNULL"}, 1, 1, "x", QUERY_TYPE_BOOLEAN, NULL),
	ROW(LEAST, {"LEAST"}, 2, ANY, "x", QUERY_TYPE_UNKNOWN, NULL),
	ROW(NULLIF, {"NULLIF"}, 2, 2, "x", QUERY_TYPE_UNKNOWN, NULL),

	ROW(ASCII, {"ASCII"}, 1, 1, "b", QUERY_TYPE_INTEGER, NULL),
	ROW(BIT_LENGTH, {"BIT_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, NULL),
	ROW(CHAR_LENGTH, {"CHAR_LENGTH", "CHARACTER_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, NULL),
	ROW(CONCAT, {"CONCAT"}, 1, ANY, "t", QUERY_TYPE_TEXT, NULL),
	ROW(CONCAT_WS, {"CONCAT_WS"}, 2, ANY, "t", QUERY_TYPE_TEXT, NULL),
	ROW(ELT, {"ELT"}, 2, ANY, "nt", QUERY_TYPE_TEXT, NULL),
	ROW(FIELD, {"FIELD"}, 2, ANY, "x", QUERY_TYPE_INTEGER, NULL),
	ROW(FIND_IN_SET, {"FIND_IN_SET"}, 2, 2, "t", QUERY_TYPE_INTEGER, NULL),
	ROW(HEX, {"HEX"}, 1, 1, "b", QUERY_TYPE_TEXT, NULL),
	ROW(INSERT, {"INSERT"}, 4, 4, "tnnt", QUERY_TYPE_TEXT, NULL),
	ROW(INSTR, {"INSTR"}, 2, 2, "t", QUERY_TYPE_INTEGER, NULL),
	ROW(LEFT, {"LEFT"}, 2, 2, "tn", QUERY_TYPE_TEXT, NULL),
	ROW(LENGTH, {"LENGTH", "OCTET_LENGTH"}, 1, 1, "b", QUERY_TYPE_INTEGER, NULL),
	ROW(LOCATE, {"LOCATE"}, 2, 3, "ttn", QUERY_TYPE_INTEGER, NULL),
	ROW(LOWER, {"LOWER", "LCASE"}, 1, 1, "t", QUERY_TYPE_TEXT, NULL),
	ROW(LPAD, {"LPAD"}, 3, 3, "tct", QUERY_TYPE_TEXT, NULL),
	ROW(LTRIM, {"LTRIM"}, 1, 1, "t", QUERY_TYPE_TEXT, NULL),
	ROW(ORD, {"ORD"}, 1, 1, "b", QUERY_TYPE_INTEGER, NULL),
	ROW(REGEXP_LIKE, {"REGEXP_LIKE"}, 2, 2, "t", QUERY_TYPE_BOOLEAN, NULL),
	ROW(REPEAT, {"REPEAT"}, 2, 2, "tc", QUERY_TYPE_TEXT, NULL),
	ROW(REPLACE, {"REPLACE"}, 3, 3, "t", QUERY_TYPE_TEXT, NULL),
	ROW(REVERSE, {"REVERSE"}, 1, 1, "t", QUERY_TYPE_TEXT, NULL),
	ROW(RIGHT, {"RIGHT"}, 2, 2, "tn", QUERY_TYPE_TEXT, NULL),
	ROW(RPAD, {"RPAD"}, 3, 3, "tct", QUERY_TYPE_TEXT, NULL),
	ROW(RTRIM, {"RTRIM"}, 1, 1, "t", QUERY_TYPE_TEXT, NULL),
	ROW(SPACE, {"SPACE"}, 1, 1, "c", QUERY_TYPE_TEXT, NULL),
	ROW(STRCMP, {"STRCMP"}, 2, 2, "t", QUERY_TYPE_INTEGER, NULL),
	ROW(SUBSTRING, {"SUBSTRING", "SUBSTR", "MID"}, 2, 3, "tnn", QUERY_TYPE_TEXT, NULL),
	ROW(SUBSTRING_INDEX, {"SUBSTRING_INDEX"}, 3, 3, "ttn", QUERY_TYPE_TEXT, NULL),
	ROW(TRIM, {"TRIM"}, 1, 2, "t", QUERY_TYPE_TEXT, "TRIM(BOTH $2 FROM $1)"),
	ROW(TRIM_LEADING, {"TRIM(LEADING)"}, 1, 2, "t", QUERY_TYPE_TEXT,
		"TRIM(LEADING $2 FROM $1)"),
	ROW(TRIM_TRAILING, {"TRIM(TRAILING)"}, 1, 2, "t", QUERY_TYPE_TEXT,
		"TRIM(TRAILING $2 FROM $1)"),
	ROW(UNHEX, {"UNHEX"}, 1, 1, "t", QUERY_TYPE_BINARY, NULL),
	ROW(UPPER, {"UPPER", "UCASE"}, 1, 1, "t", QUERY_TYPE_TEXT, NULL),

	ROW(ABS, {"ABS"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, NULL),
	ROW(ACOS, {"ACOS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(ASIN, {"ASIN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(ATAN, {"ATAN", "ATAN2"}, 1, 2, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(BIT_COUNT, {"BIT_COUNT"}, 1, 1, "n", QUERY_TYPE_INTEGER, NULL),
	ROW(CEILING, {"CEILING", "CEIL"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, NULL),
	ROW(COS, {"COS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(COT, {"COT"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(DEGREES, {"DEGREES"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(EXP, {"EXP"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(FLOOR, {"FLOOR"}, 1, 1, "n", QUERY_TYPE_UNKNOWN, NULL),
	ROW(LN, {"LN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(LOG, {"LOG"}, 1, 2, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(LOG10, {"LOG10"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(LOG2, {"LOG2"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(PI, {"PI"}, 0, 0, "", QUERY_TYPE_DOUBLE, NULL),
	ROW(POW, {"POW", "POWER"}, 2, 2, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(RADIANS, {"RADIANS"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(ROUND, {"ROUND"}, 1, 2, "ni", QUERY_TYPE_UNKNOWN, NULL),
	ROW(SIGN, {"SIGN"}, 1, 1, "n", QUERY_TYPE_INTEGER, NULL),
	ROW(SIN, {"SIN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(SQRT, {"SQRT"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(TAN, {"TAN"}, 1, 1, "n", QUERY_TYPE_DOUBLE, NULL),
	ROW(TRUNCATE, {"TRUNCATE"}, 2, 2, "ni", QUERY_TYPE_UNKNOWN, NULL),

	ROW(DATE, {"DATE"}, 1, 1, "d", QUERY_TYPE_DATE, NULL),
	ROW(DATEDIFF, {"DATEDIFF"}, 2, 2, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(DATE_FORMAT, {"DATE_FORMAT"}, 2, 2, "df", QUERY_TYPE_TEXT, NULL),
	ROW(DAYNAME, {"DAYNAME"}, 1, 1, "d", QUERY_TYPE_TEXT, NULL),
	ROW(DAYOFMONTH, {"DAYOFMONTH", "DAY"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(DAYOFWEEK, {"DAYOFWEEK"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(DAYOFYEAR, {"DAYOFYEAR"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(EXTRACT, {"EXTRACT"}, 2, 2, "ux", QUERY_TYPE_INTEGER, "EXTRACT($1 FROM $2)"),
	ROW(FROM_UNIXTIME, {"FROM_UNIXTIME"}, 1, 1, "n", QUERY_TYPE_DATETIME, NULL),
	ROW(HOUR, {"HOUR"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL),
	ROW(LAST_DAY, {"LAST_DAY"}, 1, 1, "d", QUERY_TYPE_DATE, NULL),
	ROW(MICROSECOND, {"MICROSECOND"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL),
	ROW(MINUTE, {"MINUTE"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL),
	ROW(MONTH, {"MONTH"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(MONTHNAME, {"MONTHNAME"}, 1, 1, "d", QUERY_TYPE_TEXT, NULL),
	ROW(QUARTER, {"QUARTER"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(SECOND, {"SECOND"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL),
	ROW(TIME, {"TIME"}, 1, 1, "h", QUERY_TYPE_TIME, NULL),
	ROW(TIMESTAMP, {"TIMESTAMP"}, 1, 1, "d", QUERY_TYPE_DATETIME, NULL),
	ROW(TIMESTAMPDIFF, {"TIMESTAMPDIFF"}, 3, 3, "ud", QUERY_TYPE_INTEGER, NULL),
	ROW(TIME_TO_SEC, {"TIME_TO_SEC"}, 1, 1, "h", QUERY_TYPE_INTEGER, NULL),
	ROW(TO_DAYS, {"TO_DAYS"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(TO_SECONDS, {"TO_SECONDS"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	ROW(UNIX_TIMESTAMP, {"UNIX_TIMESTAMP"}, 1, 1, "d", QUERY_TYPE_UNKNOWN, NULL),
	ROW(WEEK, {"WEEK"}, 1, 2, "dw", QUERY_TYPE_INTEGER, NULL),
	ROW(WEEKDAY, {"WEEKDAY"}, 1, 1, "d", QUERY_TYPE_INTEGER, NULL),
	/* `?` beside YEAR() would be a year. */
	ROW(YEAR, {"YEAR"}, 1, 1, "d", QUERY_TYPE_INTEGER, "(YEAR($1) + 0)"),
	ROW(YEARWEEK, {"YEARWEEK"}, 1, 2, "dw", QUERY_TYPE_INTEGER, NULL),
};

#define DATABASE "it reads or changes something outside the record"
#define WAITS "it waits, or keeps the database busy"
#define SESSION "its answer depends on the session"
#define RANDOM "its answer is another one each time"
#define SERVERS "the databases do not answer it alike"
#define AGGREGATE "it counts over many records"
#define USE_ARROW "use logrec->>'$.path'"
#define USE_REGEXP "use REGEXP_LIKE, LIKE or REPLACE"
#define USE_TIMESTAMPDIFF "use TIMESTAMPDIFF or + INTERVAL"
#define MAKES_JSON "JSON can be read, not made; write it as a string"
#define CODES "not part of this language"

/* What MySQL has and people may look for. Sorted by name. */
static const struct {
	const char *name, *why;
} refusals[] = {
	{"ADDTIME", USE_TIMESTAMPDIFF},
	{"AES_DECRYPT", CODES},
	{"AES_ENCRYPT", CODES},
	{"ANY_VALUE", AGGREGATE},
	{"ASYMMETRIC_DECRYPT", DATABASE},
	{"ASYMMETRIC_ENCRYPT", DATABASE},
	{"AUDIT_LOG_READ", DATABASE},
	{"AVG", AGGREGATE},
	{"BENCHMARK", WAITS},
	{"BIN", CODES},
	{"BIN_TO_UUID", CODES},
	{"BIT_AND", AGGREGATE},
	{"BIT_OR", AGGREGATE},
	{"BIT_XOR", AGGREGATE},
	{"CHAR", CODES},
	{"CHARSET", SESSION},
	{"CHR", CODES},
	{"COERCIBILITY", SESSION},
	{"COLLATION", SESSION},
	{"COMPRESS", CODES},
	{"CONNECTION_ID", DATABASE},
	{"CONV", CODES},
	{"CONVERT_TZ", SESSION},
	{"COUNT", AGGREGATE},
	{"CRC32", CODES},
	{"CREATE_DIGEST", DATABASE},
	{"CUME_DIST", AGGREGATE},
	{"CURRENT_ROLE", DATABASE},
	{"CURRENT_USER", DATABASE},
	{"DATABASE", DATABASE},
	{"DECODE", CODES},
	{"DECODE_ORACLE", CODES},
	{"DENSE_RANK", AGGREGATE},
	{"DES_DECRYPT", CODES},
	{"DES_ENCRYPT", CODES},
	{"DISTANCE", CODES},
	{"ENCODE", CODES},
	{"ENCRYPT", CODES},
	{"EXPORT_SET", CODES},
	{"EXTRACTVALUE", USE_ARROW},
	{"FIRST_VALUE", AGGREGATE},
	{"FORMAT", SESSION},
	{"FORMAT_BYTES", DATABASE},
	{"FORMAT_PICO_TIME", DATABASE},
	{"FOUND_ROWS", DATABASE},
	{"FROM_BASE64", CODES},
	{"FROM_DAYS", USE_TIMESTAMPDIFF},
	{"GEOMETRYCOLLECTION", CODES},
	{"GET_FORMAT", SESSION},
	{"GET_LOCK", DATABASE},
	{"GROUPING", CODES},
	{"GROUP_CONCAT", AGGREGATE},
	{"GTID_SUBSET", DATABASE},
	{"GTID_SUBTRACT", DATABASE},
	{"ICU_VERSION", DATABASE},
	{"INET6_ATON", CODES},
	{"INET6_NTOA", CODES},
	{"INET_ATON", CODES},
	{"INET_NTOA", CODES},
	{"IS_FREE_LOCK", DATABASE},
	{"IS_IPV4", CODES},
	{"IS_IPV6", CODES},
	{"IS_USED_LOCK", DATABASE},
	{"IS_UUID", CODES},
	{"JSON_ARRAY", MAKES_JSON},
	{"JSON_ARRAYAGG", AGGREGATE},
	{"JSON_ARRAY_APPEND", MAKES_JSON},
	{"JSON_ARRAY_INSERT", MAKES_JSON},
	{"JSON_INSERT", MAKES_JSON},
	{"JSON_MERGE", MAKES_JSON},
	{"JSON_MERGE_PATCH", MAKES_JSON},
	{"JSON_MERGE_PRESERVE", MAKES_JSON},
	{"JSON_OBJECT", MAKES_JSON},
	{"JSON_OBJECTAGG", AGGREGATE},
	{"JSON_PRETTY", MAKES_JSON},
	{"JSON_QUERY", USE_ARROW},
	{"JSON_REMOVE", MAKES_JSON},
	{"JSON_REPLACE", MAKES_JSON},
	{"JSON_SCHEMA_VALID", MAKES_JSON},
	{"JSON_SCHEMA_VALIDATION_REPORT", MAKES_JSON},
	{"JSON_SET", MAKES_JSON},
	{"JSON_STORAGE_FREE", MAKES_JSON},
	{"JSON_STORAGE_SIZE", MAKES_JSON},
	{"JSON_TABLE", MAKES_JSON},
	{"JSON_VALUE", USE_ARROW},
	{"KEYRING_KEY_FETCH", DATABASE},
	{"LAG", AGGREGATE},
	{"LASTVAL", DATABASE},
	{"LAST_INSERT_ID", DATABASE},
	{"LAST_VALUE", AGGREGATE},
	{"LEAD", AGGREGATE},
	{"LOAD_FILE", DATABASE},
	{"MAKEDATE", USE_TIMESTAMPDIFF},
	{"MAKETIME", USE_TIMESTAMPDIFF},
	{"MAKE_SET", CODES},
	{"MASTER_POS_WAIT", DATABASE},
	{"MATCH", CODES},
	{"MAX", AGGREGATE},
	{"MD5", CODES},
	{"MIN", AGGREGATE},
	{"NAME_CONST", DATABASE},
	{"NEXTVAL", DATABASE},
	{"NTH_VALUE", AGGREGATE},
	{"NTILE", AGGREGATE},
	{"NVL", CODES},
	{"NVL2", CODES},
	{"OCT", CODES},
	{"OLD_PASSWORD", CODES},
	{"PASSWORD", CODES},
	{"PERCENT_RANK", AGGREGATE},
	{"PERIOD_ADD", USE_TIMESTAMPDIFF},
	{"PERIOD_DIFF", USE_TIMESTAMPDIFF},
	{"POINT", CODES},
	{"PS_CURRENT_THREAD_ID", DATABASE},
	{"PS_THREAD_ID", DATABASE},
	{"QUOTE", CODES},
	{"RAND", RANDOM},
	{"RANDOM_BYTES", RANDOM},
	{"RANK", AGGREGATE},
	{"REGEXP_INSTR", USE_REGEXP},
	{"REGEXP_REPLACE", USE_REGEXP},
	{"REGEXP_SUBSTR", USE_REGEXP},
	{"RELEASE_ALL_LOCKS", DATABASE},
	{"RELEASE_LOCK", DATABASE},
	{"ROLES_GRAPHML", DATABASE},
	{"ROW", CODES},
	{"ROW_COUNT", DATABASE},
	{"ROW_NUMBER", AGGREGATE},
	{"SCHEMA", DATABASE},
	{"SEC_TO_TIME", USE_TIMESTAMPDIFF},
	{"SESSION_USER", DATABASE},
	{"SETVAL", DATABASE},
	{"SHA", CODES},
	{"SHA1", CODES},
	{"SHA2", CODES},
	{"SLEEP", WAITS},
	{"SOUNDEX", USE_REGEXP},
	{"SOURCE_POS_WAIT", DATABASE},
	{"STATEMENT_DIGEST", DATABASE},
	{"STATEMENT_DIGEST_TEXT", DATABASE},
	{"STD", AGGREGATE},
	{"STDDEV", AGGREGATE},
	{"STDDEV_POP", AGGREGATE},
	{"STDDEV_SAMP", AGGREGATE},
	{"STRING_TO_VECTOR", CODES},
	{"STR_TO_DATE", SESSION},
	{"ST_CONTAINS", CODES},
	{"ST_DISTANCE", CODES},
	{"SUBTIME", USE_TIMESTAMPDIFF},
	{"SUM", AGGREGATE},
	{"SYSTEM_USER", DATABASE},
	{"SYS_GUID", CODES},
	{"TIMEDIFF", USE_TIMESTAMPDIFF},
	{"TIME_FORMAT", SESSION},
	{"TO_BASE64", CODES},
	{"TO_CHAR", CODES},
	{"UNCOMPRESS", CODES},
	{"UNCOMPRESSED_LENGTH", CODES},
	{"UPDATEXML", MAKES_JSON},
	{"USER", DATABASE},
	{"UUID", RANDOM},
	{"UUID_SHORT", RANDOM},
	{"UUID_TO_BIN", CODES},
	{"VALIDATE_PASSWORD_STRENGTH", CODES},
	{"VALUE", DATABASE},
	{"VALUES", DATABASE},
	{"VARIANCE", AGGREGATE},
	{"VAR_POP", AGGREGATE},
	{"VAR_SAMP", AGGREGATE},
	{"VECTOR_DIM", CODES},
	{"VECTOR_TO_STRING", CODES},
	{"VERSION", DATABASE},
	{"WAIT_FOR_EXECUTED_GTID_SET", DATABASE},
	{"WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS", DATABASE},
	{"WEEKOFYEAR", CODES},
	{"WEIGHT_STRING", SESSION},
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
		for (guint j = 0; j < QUERY_NAMES_MAX && functions[i].names[j] != NULL; j++) {
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

const char *query_function_refusal(const char *name, gsize length)
{
	gint row =
		query_find_word(refusals, G_N_ELEMENTS(refusals), sizeof refusals[0], name, length);

	return row < 0 ? NULL : refusals[row].why;
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
