/* The query expression: MySQL's WHERE over one record, read into a tree that has no text of the user's
 * but values. Rules: the HTTP contract, "The query expression"; MySQL 8/9 Reference Manual, "Functions
 * and Operators", for precedence, types and functions.
 *
 * query/parse/lexer.l and query/parse/grammar.y read it, query/type/type.c says what type each node has on MySQL and refuses what can
 * not be answered alike everywhere, query/print/print.c prints it for MySQL and MariaDB, query/eval/eval.c answers it
 * by itself for SQLite. */
#ifndef CHRONOLOGER_QUERY_QUERY_H
#define CHRONOLOGER_QUERY_QUERY_H

#include <glib.h>

#include "base/text.h"

#define QUERY_LENGTH_MAX (64 * 1024) /* bytes */
#define QUERY_NESTING_MAX 100

typedef enum {
	QUERY_LITERAL,  /* value */
	QUERY_COLUMN,   /* column */
	QUERY_OPERATOR, /* operator; children: operands in the order they are written */
	QUERY_FUNCTION, /* function; children: arguments */
	QUERY_CASE, /* children: operand or NULL, then WHEN and THEN in pairs, then ELSE or NULL */
	QUERY_CAST, /* cast; children: the operand */
	QUERY_COLLATE,  /* collation; children: the operand */
	QUERY_INTERVAL, /* unit; children: the amount. Only as the right operand of + and -:
			 * DATE_ADD(x, INTERVAL ...) and INTERVAL ... + x are read as x + INTERVAL ... */
	QUERY_UNIT, /* word; no children. Only as the first argument of EXTRACT and TIMESTAMPDIFF */
} QueryKind;

typedef enum {
	QUERY_OR,
	QUERY_XOR,
	QUERY_AND,
	QUERY_NOT, /* NOT and ! */
	QUERY_EQUAL,
	QUERY_NULL_SAFE_EQUAL,
	QUERY_GREATER_EQUAL,
	QUERY_GREATER,
	QUERY_LESS_EQUAL,
	QUERY_LESS,
	QUERY_NOT_EQUAL,
	QUERY_IS_NULL,
	QUERY_IS_NOT_NULL,
	QUERY_IS_TRUE,
	QUERY_IS_NOT_TRUE,
	QUERY_IS_FALSE,
	QUERY_IS_NOT_FALSE,
	QUERY_LIKE, /* subject, pattern, and where given the escape */
	QUERY_NOT_LIKE,
	QUERY_REGEXP, /* and RLIKE */
	QUERY_NOT_REGEXP,
	QUERY_IN, /* subject, then the list */
	QUERY_NOT_IN,
	QUERY_BETWEEN, /* subject, low, high */
	QUERY_NOT_BETWEEN,
	QUERY_BIT_OR,
	QUERY_BIT_AND,
	QUERY_SHIFT_LEFT,
	QUERY_SHIFT_RIGHT,
	QUERY_ADD,
	QUERY_SUBTRACT,
	QUERY_MULTIPLY,
	QUERY_DIVIDE,
	QUERY_INTEGER_DIVIDE,
	QUERY_MODULO, /* % and MOD */
	QUERY_BIT_XOR,
	QUERY_NEGATE,
	QUERY_BIT_NOT,
	QUERY_BINARY,       /* the operator BINARY */
	QUERY_JSON_PATH,    /* ->  column, path literal */
	QUERY_JSON_UNQUOTE, /* ->> */
} QueryOperator;

typedef enum {
	QUERY_RECORD_ID, /* record_id, id */
	QUERY_NAME,
	QUERY_TS,
	QUERY_LEVEL,
	QUERY_MESSAGE,
	QUERY_LOGREC,
} QueryColumn;

typedef enum {
	QUERY_VALUE_NULL,
	QUERY_VALUE_BOOLEAN, /* integer: 0 or 1 */
	QUERY_VALUE_INTEGER, /* integer, without sign: - is an operator */
	QUERY_VALUE_DECIMAL, /* text: digits with one point, "2.75" */
	QUERY_VALUE_DOUBLE,  /* text as it was spelled, "1e3"; real */
	QUERY_VALUE_TEXT,    /* text: UTF-8, unescaped; may hold NUL */
	QUERY_VALUE_BINARY,  /* text: bytes of x'..', 0x.., b'..', 0b.. */

	/* Literals like DATE '2026-03-01', the moment of parsing (NOW() and its like), and texts that
	 * query/type/type.c found compared with a date or a time: `moment`, and `scale` of the node says how
	 * many digits of the second's fraction the value has (0 or 6). */
	QUERY_VALUE_DATE,
	QUERY_VALUE_TIME,
	QUERY_VALUE_DATETIME,
} QueryValueKind;

typedef struct {
	QueryValueKind kind;
	guint64 integer;
	double real;
	Text text;
	gint64 moment; /* microseconds: since 1970-01-01, or, of a TIME, of the time */
} QueryValue;

/* What `word` means. */
typedef enum {
	QUERY_CAST_BINARY, /* BINARY, BINARY(length) */
	QUERY_CAST_CHAR,   /* CHAR, CHAR(length) */
	QUERY_CAST_DATE,
	QUERY_CAST_DATETIME, /* scale: digits of the second's fraction */
	QUERY_CAST_DECIMAL,  /* length, scale: filled in where not given, (10, 0) */
	QUERY_CAST_DOUBLE,
	QUERY_CAST_JSON,
	QUERY_CAST_SIGNED,
	QUERY_CAST_TIME, /* scale */
	QUERY_CAST_UNSIGNED,
	QUERY_CAST_TEXT, /* CONVERT(x USING utf8mb4): only below a QUERY_COLLATE */
} QueryCast;

/* Literals in the SQL text are utf8mb4_general_ci, as `message` is; the session is set to it. */
typedef enum {
	QUERY_COLLATION_NONE, /* not a text */
	QUERY_COLLATION_GENERAL_CI,
	QUERY_COLLATION_BIN,    /* utf8mb4_bin: by code point, blanks at the end do not count */
	QUERY_COLLATION_BINARY, /* bytes */
} QueryCollation;

/* Whose collation a comparison takes: the lower one's. MySQL's numbers, see COERCIBILITY(). */
typedef enum {
	QUERY_COERCIBILITY_EXPLICIT, /* COLLATE */
	QUERY_COERCIBILITY_NONE,
	QUERY_COERCIBILITY_IMPLICIT, /* columns, CAST */
	QUERY_COERCIBILITY_SYSTEM,
	QUERY_COERCIBILITY_LITERAL,
	QUERY_COERCIBILITY_NUMERIC, /* numbers and dates made text */
	QUERY_COERCIBILITY_NULL,
} QueryCoercibility;

typedef enum {
	QUERY_UNIT_MICROSECOND,
	QUERY_UNIT_SECOND,
	QUERY_UNIT_MINUTE,
	QUERY_UNIT_HOUR,
	QUERY_UNIT_DAY,
	QUERY_UNIT_WEEK,
	QUERY_UNIT_MONTH,
	QUERY_UNIT_QUARTER,
	QUERY_UNIT_YEAR,
	QUERY_UNIT_SECOND_MICROSECOND,
	QUERY_UNIT_MINUTE_MICROSECOND,
	QUERY_UNIT_MINUTE_SECOND,
	QUERY_UNIT_HOUR_MICROSECOND,
	QUERY_UNIT_HOUR_SECOND,
	QUERY_UNIT_HOUR_MINUTE,
	QUERY_UNIT_DAY_MICROSECOND,
	QUERY_UNIT_DAY_SECOND,
	QUERY_UNIT_DAY_MINUTE,
	QUERY_UNIT_DAY_HOUR,
	QUERY_UNIT_YEAR_MONTH,
	QUERY_UNITS,
} QueryUnit;

typedef struct {
	const char *name;
	const char *parts;     /* from the highest: Y Q M W D h m s, u of microseconds */
	gint64 months, micros; /* what one of the last part is: one of the two */
} QueryUnitRow;

const QueryUnitRow *query_unit(QueryUnit unit);

/* Whether it moves whole days, and leaves a date a date. */
gboolean query_unit_is_of_days(QueryUnit unit);

/* The type an expression has on MySQL: what decides how it is compared. */
typedef enum {
	QUERY_TYPE_UNKNOWN, /* not yet said */
	QUERY_TYPE_NULL,
	QUERY_TYPE_BOOLEAN, /* of a comparison or a logical operator: an integer, but JSON's true beside JSON
			     * only where it is the literal TRUE or FALSE */
	QUERY_TYPE_INTEGER,
	QUERY_TYPE_UNSIGNED,
	QUERY_TYPE_DECIMAL,
	QUERY_TYPE_DOUBLE,
	QUERY_TYPE_TEXT,
	QUERY_TYPE_BINARY,
	QUERY_TYPE_JSON,
	QUERY_TYPE_DATETIME,
	QUERY_TYPE_DATE,
	QUERY_TYPE_TIME,
} QueryType;

typedef struct query_function QueryFunction; /* a row of the table: query/parse/function.h */

typedef struct query_node QueryNode;
struct query_node {
	QueryKind kind;
	QueryType type;
	guint position; /* of its first character, counted from 1, for messages */
	union {
		QueryOperator op;
		QueryColumn column;
		const QueryFunction *function;
		guint word; /* of QUERY_CAST a QueryCast, of QUERY_COLLATE a QueryCollation, of
			     * QUERY_INTERVAL and QUERY_UNIT a QueryUnit */
	};
	guint length; /* CAST(x AS DECIMAL(length, scale)), CHAR(length); G_MAXUINT where not given */
	guint scale;
	QueryValue value;
	struct json_path *path; /* what the text of a literal says that is a JSON path; or NULL */
	GPtrArray *
		children; /* QueryNode, borrowed: all belong to the Query; NULL where the kind has none */

	/* By query/type/type.c. Of a text: its own. Of an operator or function that compares texts (= LIKE
	 * REGEXP IN BETWEEN CASE LOCATE STRCMP FIND_IN_SET ...): the one they are compared by. */
	QueryCollation collation;
	QueryCoercibility coercibility;
	QueryCollation result; /* of a CASE x WHEN and a NULLIF that compare texts and are one: the
				* collation of what they give */

	/* A text that is JSON as long as nobody wants a text: CASE, IF and NULLIF pass a value on as it is,
	 * although JSON beside another type makes them texts. */
	gboolean passes_json;

	/* Operators and functions that compare (= <=> < IN BETWEEN CASE x NULLIF GREATEST LEAST FIELD):
	 * as what: TEXT (or BINARY, by `collation`), DOUBLE, DECIMAL, INTEGER, DATETIME, DATE, TIME, JSON.
	 * IN and CASE may compare each pair in its own way: then UNKNOWN, and `pair` of what the first
	 * operand is compared with says it always. */
	QueryType comparison, pair;

	guint height; /* of the tree below, 0 for a leaf; query/parse/node.c's own */
};

typedef struct query Query;

/* How the message of every error about an expression begins. */
#define QUERY_INVALID "Make sure the query filter is a valid WHERE expression"

/* Reads an expression. ERROR_QUERY: "Make sure the query filter is a valid WHERE expression: ..." with
 * what was found, what was expected, and at which character. Thread-safe. */
Query *query_parse(const char *text, gsize length, GError **error);

/* The same; `now` (microseconds since 1970) is what NOW() and its like say. */
Query *query_parse_at(const char *text, gsize length, gint64 now, GError **error);

/* What people type into a search box: words, "phrases", field:value (chronologer-query(7), "SEARCHING").
 * Whatever it is, it has a meaning. `*query`: NULL where it asks for nothing. `*expression`: the same as an
 * expression for query_parse(), to be freed, also on FALSE. `text`: UTF-8. ERROR_INTERNAL would be a bug. */
gboolean query_parse_search(
	const char *text, gint64 now, Query **query, char **expression, GError **error);

/* What both say. Takes them; each may be NULL. */
Query *query_and(Query *a, Query *b);

Query *query_ref(Query *query);
void query_unref(Query *query); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Query, query_unref)

/* The root of the tree, typed. Borrowed. */
const QueryNode *query_root(const Query *query);

/* Whether the column logrec, which may be large, is needed to answer it. */
gboolean query_reads_logrec(const Query *query);

/* A field of logrec that has to equal a text, which an index may find: chronologer(8), "index". */
typedef struct {
	char *path; /* as json_path_print() spells it, of members only */
	char **texts; /* NULL-terminated: the texts that a value may have that is equal. They say no more than
		       * utf8mb4_general_ci does; the expression has still to be asked */
} QueryEquality;

/* What cannot but be so where it is true: QueryEquality. For '$.data.x' also COALESCE of that and '$.meta.x'. */
GPtrArray *query_equalities(const Query *query);

/* Where an index on a field can be: members only, of plain characters. */
gboolean query_path_is_field(const struct json_path *path);

/* Whether it has a regular expression: MariaDB's may give up on a record. */
gboolean query_has_regexp(const Query *query);

#endif
