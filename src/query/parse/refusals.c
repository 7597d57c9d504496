/* What MySQL has, people write, and this language leaves out on purpose: why. Of all other names the
 * message says that they are unknown, and which one is near. chronologer-query(7), "COMPATIBILITY" */
#include "query/parse/function.h"
#include "query/parse/parse.h"

#define DATABASE "it reads or changes something outside the record"
#define WAITS "it waits, or keeps the database busy"
#define SESSION "its answer depends on the session"
#define RANDOM "its answer is another one each time"
#define AGGREGATE "it counts over many records"
#define USE_ARROW "use logrec->>'$.path'"
#define USE_REGEXP "use REGEXP_LIKE, LIKE or REPLACE"
#define USE_TIMESTAMPDIFF "use TIMESTAMPDIFF or + INTERVAL"
#define MAKES_JSON "JSON can be read, not made; write it as a string"
#define CODES "there is nothing that encodes, compresses or hashes"

/* Sorted by name. */
static const struct {
	const char *name, *why;
} refusals[] = {
	{"ADDTIME", USE_TIMESTAMPDIFF},
	{"AVG", AGGREGATE},
	{"BENCHMARK", WAITS},
	{"CONNECTION_ID", DATABASE},
	{"CONVERT_TZ", SESSION},
	{"COUNT", AGGREGATE},
	{"CRC32", CODES},
	{"CURRENT_USER", DATABASE},
	{"DATABASE", DATABASE},
	{"FORMAT", SESSION},
	{"FROM_BASE64", CODES},
	{"FROM_DAYS", USE_TIMESTAMPDIFF},
	{"GET_LOCK", WAITS},
	{"GROUP_CONCAT", AGGREGATE},
	{"JSON_ARRAY", MAKES_JSON},
	{"JSON_OBJECT", MAKES_JSON},
	{"JSON_PRETTY", MAKES_JSON},
	{"JSON_QUERY", USE_ARROW},
	{"JSON_REMOVE", MAKES_JSON},
	{"JSON_SEARCH",
		"the databases do not look for the same letters; use JSON_CONTAINS or LIKE"},
	{"JSON_SET", MAKES_JSON},
	{"JSON_TABLE", USE_ARROW},
	{"JSON_VALUE", USE_ARROW},
	{"LAST_INSERT_ID", DATABASE},
	{"LOAD_FILE", DATABASE},
	{"MAKEDATE", USE_TIMESTAMPDIFF},
	{"MAKETIME", USE_TIMESTAMPDIFF},
	{"MATCH", USE_REGEXP},
	{"MAX", AGGREGATE},
	{"MD5", CODES},
	{"MIN", AGGREGATE},
	{"NVL", "use IFNULL"},
	{"PERIOD_ADD", USE_TIMESTAMPDIFF},
	{"PERIOD_DIFF", USE_TIMESTAMPDIFF},
	{"RAND", RANDOM},
	{"REGEXP_INSTR", USE_REGEXP},
	{"REGEXP_REPLACE", USE_REGEXP},
	{"REGEXP_SUBSTR", USE_REGEXP},
	{"ROW_NUMBER", AGGREGATE},
	{"SEC_TO_TIME", USE_TIMESTAMPDIFF},
	{"SHA1", CODES},
	{"SHA2", CODES},
	{"SLEEP", WAITS},
	{"SOUNDEX", USE_REGEXP},
	{"STR_TO_DATE", "use CAST(... AS DATETIME)"},
	{"SUBTIME", USE_TIMESTAMPDIFF},
	{"SUM", AGGREGATE},
	{"TIMEDIFF", USE_TIMESTAMPDIFF},
	{"TIME_FORMAT", SESSION},
	{"TO_BASE64", CODES},
	{"TO_CHAR", "use DATE_FORMAT"},
	{"USER", DATABASE},
	{"UUID", RANDOM},
	{"VERSION", DATABASE},
};

const char *query_function_refusal(const char *name, gsize length)
{
	gint row =
		query_find_word(refusals, G_N_ELEMENTS(refusals), sizeof refusals[0], name, length);
	return row < 0 ? NULL : refusals[row].why;
}
