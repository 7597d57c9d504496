/* Why an expression that MySQL would answer is refused. */
#include "query/type/type.h"

static const char *const reasons[QUERY_REASONS] = {
	[QUERY_REASON_BINARY_JSON] = "JSON and bytes are not compared alike; use a text",
	[QUERY_REASON_BINARY_TEXT] = "bytes stand where a text is needed",
	[QUERY_REASON_COLLATE_BINARY] = "COLLATE binary is for bytes; use BINARY x",
	[QUERY_REASON_COLLATE_OTHER] = "COLLATE is for texts",
	[QUERY_REASON_COLLATIONS] = "two COLLATE that differ meet",
	[QUERY_REASON_CONVERT] =
		"CONVERT(x USING utf8mb4) needs COLLATE after it; or use CAST(x AS CHAR)",
	[QUERY_REASON_COUNT] = "the length has to be a number up to 1024",
	[QUERY_REASON_DATE_CASE] = "CASE compares a date; use CASE WHEN ts = ...",
	[QUERY_REASON_DATE_CASTS] =
		"two values cast to DATETIME are compared; use DATE or TIMESTAMPDIFF",
	[QUERY_REASON_DATE_CHOICE] = "a choice between a date and other values; use CAST on them",
	[QUERY_REASON_DATE_CONDITION] = "a date is no condition",
	[QUERY_REASON_DATE_IN] = "IN compares a date with more than days, or moments; use = and OR",
	[QUERY_REASON_DATE_NUMBER] =
		"a date is compared with a number; write it like '2026-03-01 12:30:00'",
	[QUERY_REASON_DATE_NUMERIC] =
		"a date is used as a number; use INTERVAL, TIMESTAMPDIFF or UNIX_TIMESTAMP",
	[QUERY_REASON_DATE_STRINGS] =
		"only strings are compared here; write DATE '2026-03-01' or TIMESTAMP '...'",
	[QUERY_REASON_DATE_TEXT] =
		"a date is compared with a computed text; use CAST(... AS DATETIME)",
	[QUERY_REASON_DATE_TIME] = "a time stands where a date is needed",
	[QUERY_REASON_DATE_WANTED] =
		"a date like '2026-03-01' or '2026-03-01 12:30:00.5' is needed",
	[QUERY_REASON_DIGITS] = "the number of digits has to be a literal",
	[QUERY_REASON_DOUBLE_IN] = "a DOUBLE in the list of IN; use a DECIMAL",
	[QUERY_REASON_ESCAPE] = "ESCAPE takes one character",
	[QUERY_REASON_FORMAT] = "the format has to be a string",
	[QUERY_REASON_HEX] =
		"a hexadecimal or binary literal is rounded or negated; write a number",
	[QUERY_REASON_HEX_LONG] = "a number of more than 64 bits",
	[QUERY_REASON_INTERVAL] = "INTERVAL takes a number, or a string",
	[QUERY_REASON_JSON_BETWEEN] =
		"BETWEEN takes JSON only before it, and numbers after it; use ->> or >= and <=",
	[QUERY_REASON_JSON_BOOLEAN] = "JSON is compared with a condition; use TRUE or FALSE",
	[QUERY_REASON_JSON_CAST] = "CAST AS JSON takes JSON, an integer, or a string that is JSON",
	[QUERY_REASON_JSON_CHOICE] = "a choice between JSON and other values; use ->>",
	[QUERY_REASON_JSON_COLLATE] = "COLLATE is for texts; use ->>",
	[QUERY_REASON_JSON_CONDITION] = "JSON as a condition; compare it with TRUE",
	[QUERY_REASON_JSON_DATE] =
		"JSON is compared with a date; use CAST(... AS DATETIME) on what ->> gives",
	[QUERY_REASON_JSON_DEEP] = "JSON more than 31 deep",
	[QUERY_REASON_JSON_IN] = "JSON in the list of IN; use = and OR",
	[QUERY_REASON_JSON_INDEX] = "the index of ELT is JSON; use CAST(... AS SIGNED)",
	[QUERY_REASON_JSON_KEYS] = "the path of JSON_KEYS may have no [ ]",
	[QUERY_REASON_JSON_LARGE] =
		"an integer above 2^53 in JSON that is looked for; compare it with what -> gives",
	[QUERY_REASON_JSON_LITERAL] = "a JSON literal is compared with a column",
	[QUERY_REASON_JSON_MEMBER] =
		"MEMBER OF takes a text, a column or a number up to 2^53 before it",
	[QUERY_REASON_JSON_ORDER] = "JSON is not ordered alike here; use ->> or CAST",
	[QUERY_REASON_JSON_WANTED] =
		"JSON is needed: logrec, a part of it, or a string that is JSON",
	[QUERY_REASON_LARGE] = "so large a number in IN or BETWEEN; use = and OR, or >= and <=",
	[QUERY_REASON_MIXED] = "values of different kinds; use CAST",
	[QUERY_REASON_MODE] = "the mode has to be a number from 0 to 7",
	[QUERY_REASON_NULLIF] = "NULLIF of a literal, or of texts with different collations",
	[QUERY_REASON_ONE_OR_ALL] = "'one' or 'all' is needed",
	[QUERY_REASON_PATH] = "a JSON path has to be a string",
	[QUERY_REASON_PATH_ANY_DEPTH] =
		"** in a JSON path has to come before a name, and before any other wildcard",
	[QUERY_REASON_PATH_LAST] = "[last] twice in a JSON path, or after a wildcard",
	[QUERY_REASON_PATH_WILDCARD] = "this JSON path may have no wildcards",
	[QUERY_REASON_PATTERN] = "a regular expression has to be a string",
	[QUERY_REASON_SEARCH] =
		"INSTR, LOCATE, POSITION and FIELD of texts with different collations; use COLLATE",
	[QUERY_REASON_TEXT_WANTED] = "a text is needed",
	[QUERY_REASON_TIME_IN] = "IN compares a time with texts; use TIME '12:30:00'",
	[QUERY_REASON_TIME_TEXT] = "a text is read as a time; use CAST(... AS DATETIME)",
	[QUERY_REASON_TIME_WANTED] = "a time like '12:30:00' is needed",
	[QUERY_REASON_UNIT] = "this unit is not for TIMESTAMPDIFF",
};

gboolean query_type_refuse(const QueryTyping *typing, const QueryNode *node, QueryReason reason)
{
	return query_refuse(typing->error, "%s (at character %u)", reasons[reason], node->position);
}
